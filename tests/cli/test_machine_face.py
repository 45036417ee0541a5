"""What `--json` promises to other programs: one object, the fields of schema 1, JSON numbers only."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from detente.scenario import new_project

ARTICLE = (
    "Norvia's threat to the shipping of Taland has kept tankers in port. "
    "Taland's foreign minister, Oskar Bell, called the threat a bluff. \u201cWe have seen this empty threat before,\u201d he said.\n"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    new_project(tmp_path / "mine", None)
    (tmp_path / "strait.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def strict(text: str) -> dict:
    """JSON without NaN or Infinity, one object and nothing else."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON number")

    return json.loads(text, parse_constant=refuse)


def head_of(answer: dict, command: str) -> None:
    assert list(answer)[:3] == ["detente", "schema", "command"]
    assert (answer["schema"], answer["command"]) == (1, command)


def test_read(detente, desk: Path) -> None:
    ran = detente("read", "strait.txt", "--json", "--out", "ledger")
    answer = strict(ran.out)
    head_of(answer, "read")
    document = answer["documents"][0]
    assert {"id", "path", "sha256", "encoding", "text"} <= set(document)
    assert answer["statements"]
    for statement in answer["statements"]:
        fields = {
            "id",
            "document",
            "source",
            "cue",
            "content",
            "direct",
            "polarity",
            "kind",
            "speaker",
            "about",
        }
        assert fields <= set(statement)
        assert statement["direct"] in (True, False, "mixed")
        assert statement["polarity"] in ("asserted", "denied", "asked")
        assert statement["kind"] in ("speech", "attitude")
        for start, end in statement["content"]:
            assert document["text"][start:end].strip()
    assert all({"id", "name", "kind", "mentions"} <= set(a) for a in answer["actors"])
    assert {p.name for p in (desk / "ledger").iterdir()} == {"ledger.csv", "ledger.jsonl"}


def test_solve_at_a_point(detente, desk: Path) -> None:
    ran = detente("solve", "crisis-signalling", "--set", "p=0.3", "--set", "a=0.5", "--json")
    answer = strict(ran.out)
    head_of(answer, "solve")
    fields = {
        "game",
        "parameters",
        "lambda",
        "status",
        "residual",
        "max_gain",
        "iterations",
        "method",
        "seconds",
    }
    assert fields <= set(answer)
    assert answer["lambda"] == "limit"
    assert answer["status"] == "certified"
    assert answer["max_gain"] <= 1e-9
    for place in answer["information_sets"]:
        assert {"player", "number", "name", "options", "probabilities", "nodes", "belief", "reach"} <= set(
            place
        )
        assert sum(place["probabilities"]) == pytest.approx(1)
        assert len(place["belief"]) == len(place["nodes"])
    finite = strict(detente("solve", "crisis-signalling", "--lambda", "5", "--json").out)
    assert finite["lambda"] == 5
    assert finite["residual"] < 1e-8


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_solve_a_table(detente, desk: Path, suffix: str) -> None:
    table = pl.DataFrame({"who": ["x", "y", "z"], "p": [0.2, 0.3, 0.8]})
    path = desk / f"draws.{suffix}"
    table.write_csv(path) if suffix == "csv" else table.write_parquet(path)
    ran = detente("solve", "crisis-signalling", "--draws", path.name, "--out", f"answers.{suffix}", "--json")
    head_of(strict(ran.out), "solve")
    made = desk / f"answers.{suffix}"
    answers = pl.read_csv(made) if suffix == "csv" else pl.read_parquet(made)
    assert answers["who"].to_list() == ["x", "y", "z"]
    assert answers["p"].to_list() == [0.2, 0.3, 0.8]
    assert {"lambda", "status", "residual", "max_gain"} <= set(answers.columns)
    assert any(c.startswith("event.") for c in answers.columns)
    assert any(c.startswith("value.") for c in answers.columns)
    one = strict(detente("solve", "crisis-signalling", "--set", "p=0.3", "--json").out)
    for name, value in one["events"].items():
        assert answers[f"event.{name}"][1] == pytest.approx(value, abs=1e-9)


def test_test(detente, desk: Path) -> None:
    ran = detente("test", "mine", "--draws", "64", "--json")
    answer = strict(ran.out)
    head_of(answer, "test")
    assert {
        "scenario",
        "draws",
        "seed",
        "measure",
        "selection",
        "claims",
        "policies",
        "sensitivity",
        "information",
    } <= set(answer)
    for claim in answer["claims"]:
        fields = {
            "id", "text", "said_by", "verdict", "rule", "rule_text", "coverage", "density", "share", "decided", "undecided",
            "undecided_why", "flips", "nearest_flip", "swapped",
        }  # fmt: skip
        assert fields <= set(claim)
        assert claim["decided"] + claim["undecided"] == 64
        assert claim["rule"] == [] or claim["verdict"] == "holds if"
    for policy in answer["policies"]:
        assert {"id", "actor", "kind", "values", "regret", "events"} <= set(policy)
    assert detente("test", "mine", "--draws", "64", "--json").out == ran.out


def test_test_ends_with_1_where_a_verdict_was_refused(detente, desk: Path) -> None:
    body = strict(detente("test", "mine", "--draws", "64", "--json").out)
    verdict = body["claims"][0]["verdict"]
    assert detente("test", "mine", "--draws", "64", "--fail-on", verdict.replace(" ", "-")).status == 1
    absent = next(
        v for v in ("undecided", "fails throughout") if v not in {c["verdict"] for c in body["claims"]}
    )
    assert detente("test", "mine", "--draws", "64", "--fail-on", absent).status == 0


def test_models(detente) -> None:
    answer = strict(detente("models", "--json").out)
    head_of(answer, "models")
    for model in answer["models"]:
        assert {"slug", "title", "source", "claims", "players", "parameters", "thresholds", "checked"} <= set(
            model
        )
        assert {"authors", "year", "title", "where"} <= set(model["source"])
    one = strict(detente("models", "crisis-signalling", "--json").out)
    assert [m["slug"] for m in one["models"]] == ["crisis-signalling"]


def test_brief(detente, desk: Path) -> None:
    ran = detente("brief", "strait.txt", "--scenario", "mine", "--draws", "32", "--json")
    answer = strict(ran.out)
    head_of(answer, "brief")
    assert {
        "documents",
        "statements",
        "actors",
        "claims",
        "policies",
        "roles",
        "matches",
        "constraints",
        "files",
    } <= set(answer)
    for role in answer["roles"]:
        assert role["confidence"] in ("bound", "proposed", "open")
    for match in answer["matches"]:
        assert {"statement", "claim", "score", "decided_by"} <= set(match)
    folder = desk / "brief-strait"
    assert json.loads((folder / "brief.json").read_text("utf-8")) == answer
    assert all((folder / name).is_file() for name in answer["files"].values())


def test_new(detente, desk: Path) -> None:
    answer = strict(detente("new", "other", "--from", "peace-talks", "--json").out)
    head_of(answer, "new")
    assert all(Path(p).is_file() for p in answer["files"])


def test_a_draw_without_an_answer_says_null_and_why(detente, desk: Path) -> None:
    ran = detente("solve", "crisis-signalling", "--set", "p=1.5", "--json")
    answer = strict(ran.out)
    assert answer["status"] == "bad_numbers"
    assert set(answer["events"].values()) == {None}
    assert "bad_numbers" in detente("solve", "crisis-signalling", "--set", "p=1.5").out
