"""From article to folder, on the small scenario that `detente new` writes: every step real, nothing long."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from detente.brief import example_article, make_brief
from detente.brief.make import headline
from detente.errors import BadInput, QuoteMismatch
from detente.scenario import new_project

REPORT = """\
Norvia threatens to shut the strait

HALVERN, 3 June - President Ilse Marr of Norvia said on Monday that her navy was ready. Norvia's threat to the shipping of
Taland has kept tankers in port for a week.

"This is no bluff, and Taland knows it," Marr told reporters. Taland's foreign minister, Oskar Bell, called the threat a
bluff. "We have seen this empty threat before," he said.

The price of oil rose.
"""
FOOTBALL = """\
Halvern win derby in the last minute

Halvern beat their neighbours two to one on Saturday with a header in stoppage time. "The lads never stopped running," coach
Per Lind said. He said that the second goal should not have stood. The away fans sang until the lights went out.
"""
FILES = {
    "brief.html",
    "brief.json",
    "ledger.csv",
    "claims.csv",
    "assumptions.csv",
    "scenario.yaml",
    "replication.zip",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "strait.txt").write_text(REPORT, encoding="utf-8")
    (folder / "football.txt").write_text(FOOTBALL, encoding="utf-8")
    new_project(folder / "mine", None)
    return folder


@pytest.fixture
def here(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(desk)
    return desk


@pytest.fixture(scope="module")
def made(desk: Path) -> Path:
    out = desk / "first"
    make_brief([str(desk / "strait.txt")], scenario=str(desk / "mine"), out=out, draws=64)
    return out


def everything(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_the_folder_holds_what_it_promises(made: Path) -> None:
    assert {p.name for p in made.iterdir()} == FILES
    result = json.loads((made / "brief.json").read_text("utf-8"))
    assert set(result["files"]) == FILES
    for key in (
        "documents",
        "statements",
        "actors",
        "claims",
        "policies",
        "roles",
        "matches",
        "constraints",
        "measure",
    ):
        assert key in result
    assert result["draws"] == 64
    assert result["title"] == "Norvia threatens to shut the strait"
    rows = list(csv.DictReader(io.StringIO((made / "claims.csv").read_text("utf-8-sig"))))
    assert [row["id"] for row in rows] == [claim["id"] for claim in result["claims"]]
    assert all(
        claim["verdict"] in ("holds throughout", "holds if", "fails throughout", "undecided")
        for claim in result["claims"]
    )


def test_statements_are_matched_to_the_claims_that_they_make(made: Path) -> None:
    result = json.loads((made / "brief.json").read_text("utf-8"))
    texts = {d["id"]: d["text"] for d in result["documents"]}
    said = {
        (m["claim"], texts[s["document"]][s["content"][0][0] : s["content"][-1][1]])
        for m in result["matches"]
        for s in result["statements"]
        if s["id"] == m["statement"]
    }
    assert any(claim == "bluff" and "empty threat" in words for claim, words in said), said


def test_the_same_article_and_seed_give_the_same_bytes(made: Path, here: Path) -> None:
    make_brief(["strait.txt"], scenario="mine", out=here / "again", draws=64)
    assert everything(here / "again") == everything(made)


def test_two_workers_give_the_same_bytes_as_one(made: Path, here: Path) -> None:
    script = (
        "from pathlib import Path\nfrom detente.brief import make_brief\n"
        "if __name__ == '__main__':\n"
        "    make_brief(['strait.txt'], scenario='mine', out=Path('two'), draws=64, workers=2)\n"
    )
    (here / "two.py").write_text(script, encoding="utf-8")
    ran = subprocess.run([sys.executable, "two.py"], cwd=here, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert everything(here / "two") == everything(made)


def test_the_replication_archive_makes_the_same_brief_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(made / "replication.zip") as bundle:
        bundle.extractall(tmp_path)
    command = (tmp_path / "README.txt").read_text("utf-8").strip().splitlines()[-1].split()
    assert command[:2] == ["detente", "brief"]
    options = dict(zip(command[3::2], command[4::2], strict=True))
    monkeypatch.chdir(tmp_path)
    make_brief(
        [command[2]],
        scenario=options["--scenario"],
        out=tmp_path / "again",
        draws=int(options["--draws"]),
        seed=int(options["--seed"]),
    )
    assert everything(tmp_path / "again") == everything(made)


def test_a_role_that_a_person_changed_stays_changed(made: Path, here: Path) -> None:
    text = (made / "scenario.yaml").read_text("utf-8")
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("target:") and "actor:" in line)
    lines[at] = "  target: {actor: Oskar Bell, status: bound, because: []}"
    (here / "edited.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = make_brief(["strait.txt"], scenario="edited.yaml", out=here / "edited", draws=32).result
    target = next(r for r in result["roles"] if r["role"] == "target")
    assert target["confidence"] == "bound"
    assert next(a["name"] for a in result["actors"] if a["id"] == target["actor"]) == "Oskar Bell"


def test_a_report_that_fits_no_scenario_gets_its_ledger_and_one_sentence(here: Path) -> None:
    made = make_brief(["football.txt"], out=here / "football")
    assert made.scenario is None
    assert made.result["scenario"] is None
    assert made.result["claims"] == []
    assert len(made.result["statements"]) >= 1
    page = Path(made.page).read_text("utf-8")
    assert "fits none of the scenarios" in page
    assert "never stopped running" in page
    assert "scenario.yaml" not in {p.name for p in (here / "football").iterdir()}


def test_several_articles_make_one_brief(here: Path) -> None:
    (here / "second.txt").write_text(
        "Taland shrugs\n\nTaland's foreign minister Oskar Bell said on Tuesday that the threat was an empty threat. "
        "Norvia's president, Ilse Marr, denied that it was a bluff.\n", encoding="utf-8"
    )  # fmt: skip
    result = make_brief(["strait.txt", "second.txt"], scenario="mine", out=here / "both", draws=32).result
    assert len(result["documents"]) == 2
    assert {s["document"] for s in result["statements"]} == {d["id"] for d in result["documents"]}


def test_a_quote_that_does_not_verify_stops_the_brief(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import detente.brief.make as make

    honest = make.seal

    def spoilt(result: dict) -> dict:
        sealed = honest(result)
        sealed["statements"][0]["words"]["content"][0] += " not"
        return sealed

    monkeypatch.setattr(make, "seal", spoilt)
    with pytest.raises(QuoteMismatch):
        make_brief(["strait.txt"], scenario="mine", out=here / "spoilt", draws=32)
    assert not (here / "spoilt").exists()


def test_a_scenario_that_is_not_there_is_named_before_anything_is_written(here: Path) -> None:
    with pytest.raises(BadInput, match="no such scenario"):
        make_brief(["strait.txt"], scenario="peace-talk", out=here / "nothing")
    assert not (here / "nothing").exists()


def test_the_shipped_article_is_ours_and_short() -> None:
    text = example_article().read_text("utf-8")
    assert 1500 < len(text) < 6000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Taland shrugs off threat\n\nThe minister said so.", "Taland shrugs off threat"),
        ("The minister said so on Monday.\n\nHe left.", None),
        ("The first line runs on\ninto the second.", None),
        ("Only a line that nothing follows", None),
    ],
)
def test_a_headline_is_a_line_that_stands_alone(text: str, found: str | None) -> None:
    assert headline(text) == found
