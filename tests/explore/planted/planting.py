"""A model of the catalogue as a scenario whose answers are known: the card's threshold over the ranges, against the solver's.

A `Card` takes a game of the catalogue, gives some of its parameters ranges, holds the others, and adds claims, each with
`truth`: the closed form, written out in the card's own test. `findings_of` runs `detente.explore.test` on it, which solves the
game in the limit at every point and never sees the closed form. `PlantedTruth` has the tests that every card must pass.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from scipy.stats import beta, qmc
from scipy.stats import t as student

from detente.explore import Findings, draw
from detente.explore import test as run
from detente.explore.claims.effort import THOROUGH
from detente.explore.claims.flips import Flip
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
            game["parameters"][name] = {"range": [low, high], "base": base, "title": p["title"], "because": "planted"}
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
    """The card's scenario tested, once."""
    return run(scenario_of(mapping_of(card)), draws=card.draws)


@cache
def study_for(card: Card) -> Study:
    return study_of(scenario_of(mapping_of(card)))


@cache
def points(card: Card, log2: int = 16, seed: int = 99) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fresh draws of the ranges, of no use to the product: columns [point], and which of 8 scramblings each belongs to."""
    study = study_for(card)
    unit = [qmc.Sobol(len(card.ranges), rng=np.random.default_rng((seed, k))).random_base2(log2) for k in range(8)]
    columns = study.draws_at(np.concatenate(unit)[:, [list(card.ranges).index(r.name) for r in study.varying]])
    which = np.repeat(np.arange(8), 2**log2)
    if study.admissible is not None:
        kept = np.broadcast_to(np.asarray(study.admissible(columns), bool), which.shape)
        columns, which = {n: c[kept] for n, c in columns.items()}, which[kept]
    return columns, which


def share_of(card: Card, claim: Planted) -> tuple[float, float]:
    """The share of the ranges in which the closed form holds, where it is defined, and how far that number may be off (95 %)."""
    columns, which = points(card)
    held = np.asarray(claim.truth(columns), bool)
    good = np.ones(len(which), bool) if claim.undefined is None else ~np.asarray(claim.undefined(columns), bool)
    counted = np.bincount(which[good], minlength=8)
    means = np.bincount(which[good & held], minlength=8) / counted
    return float(means.mean()), float(student.ppf(0.975, 7) * means.std(ddof=1) / 8**0.5)


def truth_at(card: Card, claim: Planted, positions: np.ndarray) -> np.ndarray:
    """The closed form at positions [point, varying parameter]."""
    return np.asarray(claim.truth(study_for(card).draws_at(positions)), bool)


def roots(card: Card, claim: Planted, steps: int = 20_000) -> dict[str, list[tuple[float, bool]]]:
    """Along each parameter from the base point: the positions at which the closed form changes, and whether it holds above."""
    study = study_for(card)
    out: dict[str, list[tuple[float, bool]]] = {}
    for k, r in enumerate(study.varying):
        grid = np.repeat(study.base[None], steps + 1, axis=0)
        grid[:, k] = np.linspace(0, 1, steps + 1)
        held = truth_at(card, claim, grid)
        for i in np.flatnonzero(held[1:] != held[:-1]):
            low, high = grid[i, k], grid[i + 1, k]
            for _ in range(40):
                middle = (low + high) / 2
                point = study.base[None].copy()
                point[0, k] = middle
                same = bool(truth_at(card, claim, point)[0]) == bool(held[i])
                low, high = (middle, high) if same else (low, middle)
            out.setdefault(r.name, []).append(((low + high) / 2, bool(held[i + 1])))
    return out


def nearest_by_force(card: Card, claim: Planted, rays: int = 1500, rounds: int = 9) -> float:
    """The distance in range units from the base to the nearest point at which the closed form has the other answer.

    Along many directions the first change is bracketed on a fine grid; then directions near the best ones are tried, nearer
    and nearer. ``inf`` where no direction has one. (With six times the rays and twice the rounds no distance on these cards
    became shorter by more than 0.3 %.)
    """
    if claim.verdict != "holds if":
        columns, which = points(card)
        assert len(np.unique(np.broadcast_to(claim.truth(columns), which.shape))) == 1
        return np.inf
    study = study_for(card)
    base, d = study.base, len(study.varying)
    own = bool(truth_at(card, claim, base[None])[0])
    rng = np.random.default_rng(5)
    ways = np.vstack([np.eye(d), -np.eye(d), rng.normal(size=(rays, d))])
    # in every subset of the parameters too: the nearest point often moves few of them
    mask = rng.random(ways.shape) < rng.uniform(0.2, 1.0, (len(ways), 1))
    mask[: 2 * d] = True
    ways = np.where(mask.any(axis=1, keepdims=True) & mask, ways, 0.0)
    ways = ways[np.linalg.norm(ways, axis=1) > 0]
    best, spread, limit = None, 0.3, np.sqrt(d)
    shortest = np.inf
    for _ in range(rounds):
        ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
        far = _first_change(card, claim, base, ways, own, min(limit, shortest * 1.05))
        if not np.isfinite(far).any():
            return np.inf
        order = np.argsort(far)[:8]
        if far[order[0]] < shortest:
            shortest = float(far[order[0]])
        best = ways[order[np.isfinite(far[order])]]
        ways = np.vstack([best, *(best + spread * rng.normal(size=best.shape) * (rng.random(best.shape) < 0.7) for _ in range(40))])
        spread *= 0.5
    return shortest


def _first_change(
    card: Card, claim: Planted, base: np.ndarray, ways: np.ndarray, own: bool, limit: float, steps: int = 120
) -> np.ndarray:
    """[way] how far along each direction the answer first changes; inf beyond the ranges."""
    lengths = np.linspace(0, limit, steps + 1)[1:]
    low, high = np.zeros(len(ways)), np.full(len(ways), np.inf)
    for a, b in zip(np.concatenate([[0], lengths[:-1]]), lengths, strict=True):
        at = base + ways * b
        new = (truth_at(card, claim, np.clip(at, 0, 1)) != own) & ((at >= 0) & (at <= 1)).all(axis=1) & ~np.isfinite(high)
        low[new], high[new] = a, b
    found = np.isfinite(high)
    for _ in range(40):
        middle = (low[found] + high[found]) / 2
        changed = truth_at(card, claim, base + ways[found] * middle[:, None]) != own
        high[found] = np.where(changed, middle, high[found])
        low[found] = np.where(changed, low[found], middle)
    return high


def exactly(hits: int, n: int, level: float = 0.999) -> tuple[float, float]:
    """Clopper and Pearson's interval for a share of ``n`` independent draws."""
    tail = (1 - level) / 2
    return (
        0.0 if hits == 0 else float(beta.ppf(tail, hits, n - hits + 1)),
        1.0 if hits == n else float(beta.ppf(1 - tail, hits + 1, n - hits)),
    )


class PlantedTruth:
    """What testing finds on ``card`` is what its closed form says. Subclass it in the card's own file."""

    card: Card
    farther = 0.02  # the nearest flip is at most this much further away than the nearest there is; the worst here is 0.008

    def of(self, name: str) -> Any:
        return next(c for c in findings_of(self.card).claims if c.id == name)

    def test_every_draw_is_answered_as_the_closed_form_answers_it(self):
        columns = draw(study_for(self.card), self.card.draws).draws
        for claim in self.card.claims:
            good = np.ones(self.card.draws, bool)
            if claim.undefined is not None:
                good = ~np.asarray(claim.undefined(columns), bool)
            tally = self.of(claim.id).tally
            assert tally.n_decided == good.sum(), (claim.id, tally.undecided_why)
            assert tally.held.sum() == (np.broadcast_to(claim.truth(columns), good.shape) & good).sum(), claim.id

    def test_verdicts(self):
        assert {c.id: c.verdict for c in findings_of(self.card).claims} == {c.id: c.verdict for c in self.card.claims}

    def test_exact_shares_lie_in_intervals_of_99_9_per_cent(self):
        for claim in self.card.claims:
            exact, off = share_of(self.card, claim)
            tally = self.of(claim.id).tally
            if claim.verdict != "holds if":
                assert exact in (0.0, 1.0), claim.id
                assert tally.share == exact, claim.id
                continue
            low, high = tally.interval
            assert off < 0.1 * (high - low) + 1e-4, (claim.id, off)
            assert low != high, f"{claim.id}: an interval without width around a share that is not exact"
            middle, half = tally.share, SURE * (high - low) / 2
            assert abs(exact - middle) <= half + off, (claim.id, exact, (low, high))

    def test_flips_are_the_roots_of_the_closed_form(self):
        for claim in self.card.claims:
            if claim.undefined is not None:
                continue
            expected = roots(self.card, claim)
            ranges = {r.name: r for r in study_for(self.card).varying}
            found: dict[str, list[Flip]] = {}
            for flip in self.of(claim.id).flips:
                found.setdefault(flip.parameter, []).append(flip)
            assert {n: len(f) for n, f in found.items()} == {n: len(r) for n, r in expected.items()}, claim.id
            for name, flips in found.items():
                for flip, (at, above) in zip(sorted(flips, key=lambda f: f.at), expected[name], strict=True):
                    assert abs(ranges[name].position(flip.at) - at) <= flip.within + 1e-6, (claim.id, name, flip, at)
                    assert flip.above == above, (claim.id, name)

    def test_the_nearest_flip_is_real_and_hardly_further_than_the_nearest_there_is(self):
        for claim in self.card.claims:
            if claim.undefined is not None:
                continue
            expected = nearest_by_force(self.card, claim)
            nearest = self.of(claim.id).nearest
            if claim.verdict != "holds if":
                assert nearest is None, claim.id
                assert expected == np.inf, claim.id
                continue
            assert nearest is not None, (claim.id, expected)
            own = truth_at(self.card, claim, study_for(self.card).base[None])[0]
            assert truth_at(self.card, claim, np.array([nearest.position]))[0] != own, claim.id
            assert nearest.distance >= expected * (1 - 1e-6), (claim.id, "nearer than there is one", nearest, expected)
            if len(nearest.changed) == 1 and nearest.distance < THOROUGH.enough:
                continue  # so near along one parameter that no joint change is looked for
            assert nearest.distance <= expected * (1 + self.farther) + 5e-4, (claim.id, nearest, expected)

    def test_rules_score_as_they_say_and_boxes_are_found(self):
        columns, _ = points(self.card, 15, 7)
        ranges = {r.name: r for r in study_for(self.card).varying}
        for claim in self.card.claims:
            found = self.of(claim.id)
            if claim.verdict != "holds if" or found.rule is None:
                assert claim.box is None, claim.id
                continue
            rule = found.rule
            kept = np.ones(len(next(iter(columns.values()))), bool)
            for c in rule.conditions:
                x = columns[c.parameter] if c.parameter in columns else study_for(self.card).derive(columns)[c.parameter]
                kept &= (x >= (-np.inf if c.low is None else c.low)) & (x <= (np.inf if c.high is None else c.high))
            held = np.broadcast_to(np.asarray(claim.truth(columns), bool), kept.shape)
            density, coverage = held[kept].mean(), kept[held].mean()
            n = rule.draws
            inside, cases = round(n * kept.mean()), round(n * rule.share)
            for told, exact, count in ((rule.density, density, inside), (rule.coverage, coverage, cases)):
                low, high = exactly(round(told * count), count)
                assert low - 0.5 / count <= exact <= high + 0.5 / count, (claim.id, told, exact, count)
            if claim.box is not None:
                assert rule.found, claim.id
                ends = {c.parameter: (c.low, c.high) for c in rule.conditions}
                assert set(ends) == set(claim.box), (claim.id, ends)
                for name, wanted in claim.box.items():
                    r = ranges[name]
                    for end, true, edge in zip(ends[name], wanted, (r.low, r.high), strict=True):
                        assert (end is None) == (true == edge), (claim.id, name, ends[name])
                        if end is not None:
                            assert abs(end - true) <= self.resolution(r, claim), (claim.id, name, end, true)

    def resolution(self, r: Any, claim: Planted) -> float:
        """Half the step to which ends are rounded, and twice the mean gap of the box's own draws on the half that rules are found on."""
        others = np.prod([
            (high - low) / (self._range(name).high - self._range(name).low)
            for name, (low, high) in claim.box.items() if name != r.name
        ])  # fmt: skip
        return 0.025 * (r.high - r.low) + 2 * (r.high - r.low) / (self.card.draws / 2 * others)

    def _range(self, name: str) -> Any:
        return next(r for r in study_for(self.card).varying if r.name == name)
