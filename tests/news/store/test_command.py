"""`detente read --into` and `detente ledger`: adding, asking, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from detente.cli import main
from detente.scenario.project import new_project


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in arguments])
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0, out
    return json.loads(out)


def test_into_a_project_and_back(reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / "crisis"
    new_project(project)
    (reports / "d-empty.txt").write_text("")
    first = answer(capsys, "read", reports, "--into", project)
    assert (first["added"], first["known"], first["documents"]) == (3, 0, 3)
    assert [Path(s["path"]).name for s in first["skipped"]] == ["d-empty.txt"]
    assert (project / "ledger.sqlite").is_file()
    again = answer(capsys, "read", reports, "--into", project)
    assert (again["added"], again["known"], again["statements"]) == (0, 3, first["statements"])

    whole = answer(capsys, "ledger", project)
    assert [d["file"] for d in whole["documents"]] == [
        f"../reports/{n}" for n in ("a-strait.txt", "b-valley.txt", "c-talks.txt")
    ]
    assert {s["speaker"] for s in whole["speakers"]} >= {"Odo Lindgren", "Anna Berg"}
    assert [s["path"] for s in whole["skipped"]] == ["../reports/d-empty.txt"]
    berg = answer(capsys, "ledger", project, "--speaker", "berg", "--out", tmp_path / "berg")
    assert {s["speaker"]["name"] for s in berg["statements"]} == {"Anna Berg"}
    assert len((tmp_path / "berg" / "ledger.jsonl").read_text("utf-8").splitlines()) == len(
        berg["statements"]
    )
    dated = answer(capsys, "ledger", project, "--since", "2025")
    assert (dated["statements"], dated["undated_left_out"]) == ([], first["statements"])
    assert answer(capsys, "ledger", project, "--contradictions")["contradictions"] == []


def test_people_read_it_too(reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (reports / "d.txt").write_text(
        "Foreign Minister Anna Berg denied that the army had left the valley.\n", "utf-8"
    )
    file = tmp_path / "l.sqlite"
    code, out, err = run(capsys, "read", reports, "--into", file)
    assert (code, err) == (0, "")
    assert "4 document(s) added" in out
    assert "Odo Lindgren" in run(capsys, "ledger", file)[1]
    assert "no date" in run(capsys, "ledger", file, "--speaker", "Lindgren")[1]
    out = run(capsys, "ledger", file, "--contradictions")[1]
    assert "Asserted in one report, denied in another" in out
    assert "reports/b-valley.txt:3" in out
    assert "reports/d.txt:1" in out


def test_what_goes_wrong_is_one_sentence(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "l.sqlite"
    for arguments in (
        ("read", reports, "--into", tmp_path / "nowhere"),
        ("read", reports, "--into", reports),
        ("read", tmp_path / "absent.txt", "--into", file),
        ("read", reports, "--into", file, "--reader", "model"),
        ("ledger", tmp_path / "none.sqlite"),
        ("ledger", reports),
        ("ledger", file, "--speaker", "Nobody"),
        ("ledger", file, "--since", "yesterday"),
        ("ledger", file, "--contradictions", "--speaker", "Berg"),
    ):
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (2, ""), arguments
        assert err.count("\n") == 1
        assert "Traceback" not in err
        code, out, _ = run(capsys, *arguments, "--json")
        assert code == 2
        assert json.loads(out)["error"]["message"]
