"""A model of the catalogue as a scenario whose answers are known: the card's threshold over the ranges, against the solver's.

A `Card` takes a game of the catalogue, gives some of its parameters ranges, holds the others, and adds claims, each with
`truth`: the closed form, written out in the card's own test. `findings_of` runs `detente.explore.test` on it, which solves the
game in the limit at every point and never sees the closed form. `truth.PlantedTruth` has the tests that every
card must pass, `brute` what they are compared with.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from scipy.stats import qmc
from scipy.stats import t as student

from detente.explore import Findings
from detente.explore import test as run
from detente.explore.protocol import Study
from detente.explore.study import study_of
from detente.scenario.reader import scenario_from_text
from detente.scenario.scenario import Scenario

Columns = Mapping[str, np.ndarray]
SURE = float(student.ppf(0.9995, 7) / student.ppf(0.975, 7))  # a 95 % interval times this is one of 99.9 %


@dataclass(frozen=True, eq=False)
class Planted:
    """A claim, and where it holds: ``truth(columns)`` [draw]. ``undefined``: where it has no answer."""

    id: str
    holds: str
    truth: Callable[[Columns], Any]
    verdict: str
    undefined: Callable[[Columns], Any] | None = None
    box: Mapping[str, tuple[float, float]] | None = None  # the truth, if it is one: ends inside the range


@dataclass(frozen=True, eq=False)
class Card:
    """``ranges``: name -> (low, base, high); ``fixed``: name -> value; all others keep the catalogue's base value."""

    slug: str
    ranges: Mapping[str, tuple[float, float, float]]
    claims: tuple[Planted, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)
    policies: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    draws: int = 512
    seed: int = 1

    def claim(self, name: str) -> Planted:
        return next(c for c in self.claims if c.id == name)


def mapping_of(card: Card) -> dict[str, Any]:
    """The scenario as the mapping that its file holds."""
    text = (files("detente.models") / "library" / f"{card.slug}.yaml").read_text(encoding="utf-8")
    game = YAML(typ="safe").load(text)
    del game["model"], game["source"]
    for name, p in game["parameters"].items():
        if "derived" in p:
            continue
        if name in card.ranges:
            low, base, high = card.ranges[name]
            game["parameters"][name] = {
                "range": [low, high],
                "base": base,
                "title": p["title"],
                "because": "planted",
            }
        else:
            value = card.fixed.get(name, p.get("base", p.get("value")))
            game["parameters"][name] = {"value": value, "title": p["title"], "because": "held"}
    unknown = {*card.ranges, *card.fixed} - set(game["parameters"])
    assert not unknown, unknown
    return {
        "scenario": card.slug, **game, "seed": card.seed, "policies": dict(card.policies),
        "events_of_interest": list(card.events or list(game["events"])[:1]),
        "claims": {c.id: {"text": c.id.replace("_", " "), "holds": c.holds, "because": "planted"} for c in card.claims},
    }  # fmt: skip


def written(mapping: Mapping[str, Any]) -> str:
    """The mapping as YAML."""
    yaml = YAML(typ="safe")
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False
    yaml.representer.ignore_aliases = lambda *_: True
    out = io.StringIO()
    yaml.dump(dict(mapping), out)
    return out.getvalue()


def scenario_of(mapping: Mapping[str, Any]) -> Scenario:
    return scenario_from_text(written(mapping))


@cache
def findings_of(card: Card) -> Findings:
    """The card's scenario tested, once; without the search for other equilibria, which has tests of its own."""
    return run(replace(study_for(card), selections=None), draws=card.draws)


@cache
def study_for(card: Card) -> Study:
    return study_of(scenario_of(mapping_of(card)))


@cache
def points(card: Card, log2: int = 16, seed: int = 99) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fresh draws of the ranges, of no use to the product: columns [point], and which of 8 scramblings each belongs to."""
    study = study_for(card)
    unit = [
        qmc.Sobol(len(card.ranges), rng=np.random.default_rng((seed, k))).random_base2(log2) for k in range(8)
    ]
    columns = study.draws_at(
        np.concatenate(unit)[:, [list(card.ranges).index(r.name) for r in study.varying]]
    )
    which = np.repeat(np.arange(8), 2**log2)
    if study.admissible is not None:
        kept = np.broadcast_to(np.asarray(study.admissible(columns), bool), which.shape)
        columns, which = {n: c[kept] for n, c in columns.items()}, which[kept]
    return columns, which


def share_of(card: Card, claim: Planted) -> tuple[float, float]:
    """The share of the ranges in which the closed form holds, where it is defined, and how far that number may be off (95 %)."""
    columns, which = points(card)
    held = np.asarray(claim.truth(columns), bool)
    good = (
        np.ones(len(which), bool) if claim.undefined is None else ~np.asarray(claim.undefined(columns), bool)
    )
    counted = np.bincount(which[good], minlength=8)
    means = np.bincount(which[good & held], minlength=8) / counted
    return float(means.mean()), float(student.ppf(0.975, 7) * means.std(ddof=1) / 8**0.5)


def truth_at(card: Card, claim: Planted, positions: np.ndarray) -> np.ndarray:
    """The closed form at positions [point, varying parameter]."""
    return np.asarray(claim.truth(study_for(card).draws_at(positions)), bool)
