"""`detente solve --all`: every equilibrium found, readable and for machines."""

from __future__ import annotations

import json

SAME_FIELDS = {
    "game", "parameters", "lambda", "status", "residual", "max_gain", "iterations", "method", "seconds", "information_sets",
    "events", "values",
}  # fmt: skip


def test_every_equilibrium_has_the_fields_of_the_first(detente) -> None:
    answer = detente("solve", "reassurance", "--all", "--json")
    assert answer.status == 0
    body = json.loads(answer.out, parse_constant=lambda word: pytest_fail(word))
    assert len(body["equilibria"]) == 2
    for entry in body["equilibria"]:
        assert set(entry) >= SAME_FIELDS
        assert entry["status"] == "certified"
        assert entry["lambda"] == "limit"
        assert entry["residual"] is None
        assert entry["max_gain"] < 1e-9
        assert "Every pure sequential equilibrium was found" in entry["search"]
        assert [h["name"] for h in entry["information_sets"]] == [h["name"] for h in body["information_sets"]]
    first, second = body["equilibria"]
    assert first["principal"]
    assert not second["principal"]
    assert first["events"] == body["events"]
    assert second["refinement"]["intuitive_criterion"] is False
    assert second["refinement"]["message"] == "make"
    assert body["equilibria_search"]["complete_pure"] is True


def pytest_fail(word: str) -> None:
    raise AssertionError(f"{word} is no JSON number")


def test_the_differences_from_the_principal_one_are_shown(detente) -> None:
    answer = detente("solve", "reassurance", "--all")
    assert answer.status == 0
    for words in ("2 outcomes of sequential equilibria", "Every pure sequential equilibrium was found", "in the principal one",
                  "passes the intuitive criterion", "fails the intuitive criterion: type seeker"):  # fmt: skip
        assert words in answer.out
    assert answer.out.count("gesture greedy") == 2  # at the top only: the second plays the same there


def test_a_table_of_draws_is_refused(detente) -> None:
    answer = detente("solve", "reassurance", "--all", "--draws", "x.csv", "--out", "y.csv", "--json")
    assert answer.status == 2
    assert answer.json["error"]["where"]["field"] == "--all"
