"""Verdicts beside those that a source predicts: differences are said, and nothing is said where nothing is predicted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli.app import app
from detente.models import library_file
from detente.models.prediction import comparison, predictions

CLAIMS = [
    {"id": "a", "verdict": "holds if"},
    {"id": "b", "verdict": "undecided"},
    {"id": "c", "verdict": "fails throughout"},
]


def test_agreement_is_yes_no_or_open() -> None:
    found = predictions(
        {"verdicts": {"a": "holds throughout", "b": "holds if", "c": "fails throughout"}}, CLAIMS
    )
    assert [row.agrees for row in found] == [False, None, True]
    assert comparison(found) == [
        "a: the source predicts “holds throughout”, testing found “holds if”.",
        "b: the source predicts “holds if”, testing could not decide it.",
        "1 of the 3 verdicts is as the source predicts.",
    ]


@pytest.mark.parametrize(
    "told", [None, {}, "text", {"verdicts": None}, {"verdicts": ["a"]}, {"verdicts": {"d": "holds if"}}]
)
def test_a_file_that_predicts_nothing_says_nothing(told: object) -> None:
    assert predictions(told, CLAIMS) == []
    assert comparison([]) == []


def test_all_or_none() -> None:
    same = predictions({"verdicts": {"c": "fails throughout"}}, CLAIMS)
    assert comparison(same) == ["The 1 verdict is as the source predicts."]
    other = predictions({"verdicts": {"a": "undecided", "c": "holds if"}}, CLAIMS)
    assert comparison(other)[-1] == "None of the 2 verdicts are as the source predicts."


def test_testing_a_changed_copy_says_where_the_source_predicts_otherwise(tmp_path: Path) -> None:
    text = library_file("crisis-signalling").read_text(encoding="utf-8")
    changed = text.replace(
        "more_resolve_more_war: fails throughout", "more_resolve_more_war: holds throughout"
    )
    assert changed != text
    path = tmp_path / "copy.yaml"
    path.write_text(changed, encoding="utf-8")
    words = ["test", str(path), "--draws", "32", "--only", "more_resolve_more_war"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0
    assert "the source predicts “holds throughout”, testing found “fails throughout”" in told.stdout.replace(
        "\n", " "
    )
    record = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert record["predictions"] == [
        {
            "claim": "more_resolve_more_war",
            "predicted": "holds throughout",
            "found": "fails throughout",
            "agrees": False,
        }
    ]
