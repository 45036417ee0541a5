"""Before, after, or never: a box, a window of bad faith, and a question that has no answer where its condition is never met.

Derivation. AFTER: the defender signs iff delta y + (1 - delta) (w - lam) >= w, that is delta >= lam/(y - w + lam) = 0.4 here; the
rival iff delta x_R + (1 - delta) (x_R + gain_R) >= w_R. BEFORE: the rival signs iff x_R >= w_R - psi; it is worth
Y - k - alpha (Y + E_G) = 0.9 - 2.5 alpha to the guarantor if he does. With delta < 0.4 AFTER brings nothing, so
the force is sent before iff alpha < 0.36 and x_R >= w_R - psi.
"""

from __future__ import annotations

import numpy as np
from planting import Card, Planted, findings_of
from truth import PlantedTruth


def sent(c):
    return (c["alpha"] < 0.36) & (c["x_R"] >= 0.4)


BOX = Card(
    "guarantee-sequencing",
    {"alpha": (0.01, 0.3, 0.9), "delta": (0.02, 0.2, 0.38), "x_R": (0.1, 0.5, 0.6), "gain_R": (0.05, 0.25, 0.4),
     "C": (0.05, 0.5, 1)},
    (
        Planted("before", "P(sent_before) > 0.5", sent, "holds if", box={"alpha": (0.01, 0.36), "x_R": (0.4, 0.6)}),
        Planted("premature", "P(premature) > 0.5", lambda c: ~sent(c), "holds if"),
        Planted("no_collapse", "P(collapses) < 0.01", lambda c: c["C"] > 0, "holds throughout"),
        Planted("after_fails", "P(holds | after) > 0.5", lambda c: c["C"] < 0, "fails throughout"),
        Planted("seen_early", "P(holds | seen) > 0.5", lambda c: 1 - c["alpha"] > 0.5, "undecided",
                undefined=lambda c: ~sent(c)),
    ),
    fixed={"w_R": 0.45, "psi": 0.05},
    policies={
        "after": {"actor": "G", "kind": "commit", "title": "after a ceasefire", "play": {"order": "after"}},
        "seen": {"actor": "G", "kind": "given", "title": "a force was seen before", "play": {"order": "before"}},
    },
    events=("holds",),
)  # fmt: skip


class TestBeforeACeasefire(PlantedTruth):
    """A box in two of five parameters; and, given that the force was sent before, 84 % of the draws have no answer."""

    card = BOX

    def test_what_is_never_seen_is_counted_by_reason(self):
        claim = self.of("seen_early")
        assert set(claim.tally.undecided_why) == {"condition never met"}
        assert claim.rule is None
        exact = 1 - 0.35 / 0.89 * 0.4
        assert abs(claim.tally.undecided_why["condition never met"] / self.card.draws - exact) < 0.01
        assert findings_of(self.card).record()["claims"][4]["verdict"] == "undecided"


def firm(c):
    return c["delta"] >= 0.4


def bad_faith(c):
    return firm(c) & (0.35 + (1 - c["delta"]) * c["gain_R"] >= c["w_R"])


WINDOW = Card(
    "guarantee-sequencing",
    {"delta": (0.02, 0.5, 0.98), "w_R": (0.3, 0.45, 0.55), "gain_R": (0.1, 0.25, 0.4), "k": (0.02, 0.1, 0.3)},
    (
        Planted("signed", "P(signed | after) > 0.5", bad_faith, "holds if"),
        Planted("collapses", "P(collapses | after) > 0.45", lambda c: bad_faith(c) & (c["delta"] < 0.55), "holds if"),
        Planted("peace", "P(holds | after) > 0.6", lambda c: bad_faith(c) & (c["delta"] > 0.6), "holds if"),
    ),
    fixed={"alpha": 0.9, "x_R": 0.35},
    policies={"after": {"actor": "G", "kind": "commit", "title": "after a ceasefire", "play": {"order": "after"}}},
    events=("holds",),
)  # fmt: skip


class TestTheWindowOfBadFaith(PlantedTruth):
    """Along delta the claim holds between two ends, 0.4 and 1 - (w_R - 0.35)/gain_R."""

    card = WINDOW

    def test_both_ends_of_the_window(self):
        ends = sorted(f.at for f in self.of("signed").flips if f.parameter == "delta")
        assert np.abs(np.array(ends) - [0.4, 0.6]).max() < 5e-4 * 0.96


ONE = Card(
    "guarantee-sequencing",
    {"delta": (0.02, 0.5, 0.98), "k": (0.02, 0.1, 0.3), "Y": (0.5, 1, 1.5)},
    (Planted("defender_signs", "P(signed | after) > 0.5", firm, "holds if", box={"delta": (0.4, 0.98)}),),
    fixed={"alpha": 0.9, "x_R": 0.35, "w_R": 0.3},
    policies=WINDOW.policies,
    events=("holds",),
)


class TestNoCeasefireWithoutGuarantees(PlantedTruth):
    """One parameter decides: delta >= lam/(y - w + lam) = 0.4."""

    card = ONE
