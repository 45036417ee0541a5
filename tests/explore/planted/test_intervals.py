"""How often the 95 % interval of a share holds the exact share, over seeds.

The study is the closed form of a card (what the solver answers is compared with it, draw by draw, in the cards' own files). Measured
with 400 seeds, in per cent of the seeds (and of intervals without width):

    draws                                     128        512        1024
    bluffing, war above 0.2                   -          94.3       -
    nine other claims of two cards            -          93.5 to 95.5
    x0 x1 < 0.3                               96.5       93.8       96.0
    x0 + x1 + x2 + x3 < 0.9                   91.8       92.0       96.0
    two ends, x0 < 0.36 and x1 > 0.4          94.3       89.8       95.8
    one end, x0 < 0.36                        89.8 (10)  24.3 (76)  46.3 (54)

One parameter alone is sampled so evenly that all eight scramblings count the same number of draws, while the share lies between two
such numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges
from closed_forms import study as study_of_form
from planting import share_of, study_for
from test_appeasement_reputation import CARD as WATCHED
from test_crisis_signalling import CARD as CRISIS

from detente.explore import draw
from detente.explore.claims.verdict import Tally
from detente.explore.protocol import BASELINE, judge


def covered(spans: dict[str, Any], truth: Any, exact: float, draws: int, seeds: int) -> tuple[float, float]:
    """Shares of the seeds in which the interval holds the exact share, and in which it has no width."""

    def formula(d: Any, policy: str) -> Any:
        return {"hit": np.asarray(truth(d), float)}, {"A": 0.0}, 0

    claim = PlainClaim("c", "c", (Q("P", "hit"),), at_least_half)
    planted = study_of_form("planted", ranges(**spans), [claim], [], formula)
    hits = flat = 0
    for seed in range(seeds):
        block = draw(planted, draws, seed=seed)
        tally = Tally()
        tally.add(0, judge(claim, planted.evaluate(block.draws, [BASELINE]), block.draws))
        low, high = tally.interval
        hits += low - 1e-12 <= exact <= high + 1e-12
        flat += low == high
    return hits / seeds, flat / seeds


def spans_of(card: Any) -> dict[str, Any]:
    return {name: (low, high, base) for name, (low, base, high) in card.ranges.items()}


def test_nominal():
    """60 seeds: at least 51 of them (a coverage of 0.95 gives fewer in one case of 1500)."""
    for card, name in ((CRISIS, "grave"), (WATCHED, "signals")):
        claim = card.claim(name)
        exact, off = share_of(card, claim)
        assert off < 5e-4
        share, flat = covered(spans_of(card), claim.truth, exact, 512, 60)
        assert share >= 51 / 60, (name, share)
        assert flat == 0


@pytest.mark.slow
def test_nominal_with_many_seeds():
    """400 seeds, 512 draws: between 0.90 and 0.98 (eight means that are themselves sums of few different numbers)."""
    for card in (CRISIS, WATCHED):
        for claim in card.claims:
            if claim.verdict != "holds if" or claim.id == "a_stand_by_rule_deters":
                continue
            exact, _ = share_of(card, claim)
            share, _ = covered(spans_of(card), claim.truth, exact, 512, 400)
            assert 0.90 <= share <= 0.98, (card.slug, claim.id, share)


@pytest.mark.slow
def test_nominal_with_every_draw_solved():
    """40 seeds, 256 draws, the game solved in the limit at each: at least 33 (0.95 gives fewer in one case of 2000); measured: 39."""
    claim = CRISIS.claim("grave")
    exact, _ = share_of(CRISIS, claim)
    study = study_for(CRISIS)
    hits = 0
    for seed in range(40):
        block = draw(study, 256, seed=seed)
        tally = Tally()
        tally.add(0, judge(study.claims["grave"], study.evaluate(block.draws, [BASELINE]), block.draws))
        low, high = tally.interval
        hits += low <= exact <= high
    assert hits >= 33, hits


@pytest.mark.parametrize(("draws", "end"), [(512, 0.36), (1024, 0.62), (256, 0.1)])
def test_where_one_parameter_decides_alone_the_interval_holds_the_share_too(draws, end):
    share, flat = covered({"x0": (0, 1), "x1": (0, 1)}, lambda d: d["x0"] < end, end, draws, 60)
    assert flat == 0
    assert share >= 51 / 60, share
