"""The catalogue: every model loads, plays, says where it comes from, and has its closed forms where its solution is."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import detente.models
from detente.errors import BadInput, GameError
from detente.game import read_efg, unfold, write_efg
from detente.models import card, catalogue, find, slugs
from detente.models.model import read_model
from detente.solve import solve

MODELS = slugs()
PUBLISHED = Path(__file__).parents[1] / "published"


def test_there_are_models_and_each_has_a_test_of_its_own():
    assert len(MODELS) >= 10
    assert [m.slug for m in catalogue()] == MODELS
    for slug in MODELS:
        assert (PUBLISHED / f"test_{slug}.py").is_file(), slug


@pytest.mark.parametrize("slug", MODELS)
def test_a_model_has_the_shape_of_the_contract(slug: str):
    record = find(slug).record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert set(record["source"]) == {"authors", "year", "title", "where", "cite"}
    assert all(record["source"].values())
    assert record["claims"]
    assert record["thresholds"]
    assert record["checked"]
    assert record["players"] == list(find(slug).game.players)
    for parameter in record["parameters"]:
        assert {"name", "low", "high"} <= set(parameter)
        assert parameter["low"] <= parameter["base"] <= parameter["high"]
        assert parameter["title"] != parameter["name"], f"{parameter['name']} has no title"


@pytest.mark.parametrize("slug", MODELS)
def test_thresholds_are_formulas_in_the_parameters_and_have_values_in_the_whole_range(slug: str):
    model, rng = find(slug), np.random.default_rng(2)
    ranges = {n: p for n, p in model.game.parameters.items() if p.distribution != "derived"}
    draws = {n: rng.uniform(p.low, p.high, 200) for n, p in ranges.items()}
    for threshold in model.thresholds:
        assert threshold.expression.names <= set(ranges)
        value = np.asarray(threshold.value(draws))
        assert np.isfinite(value).all(), threshold.text


@pytest.mark.parametrize("slug", MODELS)
def test_a_model_is_solved_at_its_base_values(slug: str):
    tree = find(slug).game.tree()
    found = solve(tree, threads=1)
    assert found.certified.all()
    assert (found.event >= -1e-12).all()
    assert (found.event <= 1 + 1e-12).all()


@pytest.mark.parametrize("slug", MODELS)
def test_a_model_survives_being_written_as_efg(slug: str):
    """The rewritten tree has the same quantal equilibrium: same numbers, same sets."""
    tree = find(slug).game.tree()
    again = read_efg(write_efg(tree))
    ours, theirs = (solve(t, precision=5.0, threads=1) for t in (tree, again))
    assert theirs.strategy == pytest.approx(ours.strategy, abs=1e-9)
    assert theirs.value == pytest.approx(ours.value, abs=1e-9)


@pytest.mark.parametrize("slug", MODELS)
def test_the_card_prints_everything(slug: str):
    model = find(slug)
    console = Console(file=io.StringIO(), width=400, color_system=None)
    with console.capture() as capture:
        console.print(card(model, solve=False))  # what is told beside what is found: test_worked
    text = re.sub(r"\s+", " ", capture.get())
    for words in (model.title, *model.claims, *model.game.parameters, model.source["cite"], model.leaves_out):
        assert re.sub(r"\s+", " ", words).strip() in text
    for threshold in model.thresholds:
        assert re.sub(r"\s+", " ", threshold.text).strip() in text


def test_what_a_threshold_says_is_where_the_outcome_turns():
    """The formula shown for a claim, against the solver: conceding brings the watcher, iff the formula says so."""
    model, rng = find("appeasement-reputation"), np.random.default_rng(7)
    draws = {n: rng.uniform(p.low, p.high, 300) for n, p in model.game.parameters.items()}
    p, rho, b = draws["p"], draws["rho"], draws["b"]
    far = np.min([np.abs(b - p), np.abs(b - p * (1 - rho)), np.abs(b - p - rho * (1 - p))], axis=0) > 5e-3
    draws = {n: column[far] for n, column in draws.items()}
    tree = unfold(model.game)
    found = solve(tree, draws, threads=1)
    names = [s.name for s in tree.sets]
    comes = {
        reply: found.strategy[:, tree.slot_start[names.index(f"watch reply={reply}")]]
        for reply in ("stand", "concede")
    }
    signal, free, anyway, only = (t.value(draws) for t in model.thresholds[:4])
    assert comes["concede"] == pytest.approx(np.where(free, 0, 1), abs=1e-6)
    assert (comes["stand"][signal == 1] < 1e-6).all()
    assert comes["stand"][anyway == 1] == pytest.approx(1, abs=1e-6)
    assert (comes["stand"][only == 1] < 1 - 1e-3).all()
    assert np.array_equal(
        signal + free + anyway + only, np.ones(len(signal))
    )  # exactly one of the four holds


def test_a_name_that_is_not_there_gets_the_nearest():
    with pytest.raises(BadInput) as caught:
        find("crisis-signaling")
    assert caught.value.nearest == "crisis-signalling"
    with pytest.raises(BadInput):
        find("../../etc/passwd")


def test_a_broken_model_file_is_one_clear_error():
    text = (Path(detente.models.__file__).parent / "library" / "accountability.yaml").read_text(
        encoding="utf-8"
    )
    for broken, words in [
        (text.replace("  claims:", "  claim:"), "no such key"),
        (text.replace("formula: p * V", "formula: p * W"), "nothing has this name"),
        (text.replace("model:", "modell:"), "no such key"),
        (text.replace("  authors: Goemans; Prorok\n", ""), "`authors` is missing"),
    ]:
        assert broken != text
        with pytest.raises(GameError, match=words):
            read_model(broken, "x", "x.yaml")
