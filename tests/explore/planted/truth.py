"""The tests that every card must pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from brute import nearest_by_force, roots
from planting import SURE, Card, Planted, findings_of, points, share_of, study_for, truth_at
from scipy.stats import beta

from detente.explore import draw
from detente.explore.claims.effort import THOROUGH
from detente.explore.claims.flips import Flip


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
            assert tally.held.sum() == (np.broadcast_to(claim.truth(columns), good.shape) & good).sum(), (
                claim.id
            )

    def test_verdicts(self):
        assert {c.id: c.verdict for c in findings_of(self.card).claims} == {
            c.id: c.verdict for c in self.card.claims
        }

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
                    assert abs(ranges[name].position(flip.at) - at) <= flip.within + 1e-6, (
                        claim.id,
                        name,
                        flip,
                        at,
                    )
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
            assert nearest.distance >= expected * (1 - 1e-6), (
                claim.id,
                "nearer than there is one",
                nearest,
                expected,
            )
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
                x = (
                    columns[c.parameter]
                    if c.parameter in columns
                    else study_for(self.card).derive(columns)[c.parameter]
                )
                kept &= (x >= (-np.inf if c.low is None else c.low)) & (
                    x <= (np.inf if c.high is None else c.high)
                )
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
        """Half the step to which ends are rounded, and twice the mean gap of the box's draws on the half that rules are found on."""
        others = np.prod([
            (high - low) / (self._range(name).high - self._range(name).low)
            for name, (low, high) in claim.box.items() if name != r.name
        ])  # fmt: skip
        return 0.025 * (r.high - r.low) + 2 * (r.high - r.low) / (self.card.draws / 2 * others)

    def _range(self, name: str) -> Any:
        return next(r for r in study_for(self.card).varying if r.name == name)
