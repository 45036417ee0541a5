"""The patron's ultimatum: half-spaces, so that the nearest flip is known to the last digit.

Derivation. The client takes the deal iff it believes in abandonment with theta* = (w_s - y)/(w_s - w_a) at least. Of eight patrons
with losses Lam (j - 1/2)/8 those abandon, once refused, whose loss is at most k + a: with Lam = 0.8, k = 0.3, a = 0.2 these are five
of eight. theta* <= 5/8: all issue it and the deal is taken: y >= (3 w_s + 5 w_a)/8. theta* > 1: never taken: y < w_a.
Between, it is refused with r = (y_P + k)/(y_P + k + a) = 5/7.
"""

from __future__ import annotations

import numpy as np
import pytest
from planting import Card, Planted, study_for
from truth import PlantedTruth


def works(c):
    return c["y"] >= (3 * c["w_s"] + 5 * c["w_a"]) / 8


CARD = Card(
    "patron-client",
    {"y": (0.0, 0.25, 0.53), "w_s": (0.35, 0.5, 0.8), "w_a": (0.0, 0.15, 0.3)},
    (
        Planted("peace_or_lose_it", "P(refused) < 0.01", works, "holds if"),
        Planted("defied", "P(deal) < 0.01", lambda c: c["y"] < c["w_a"], "holds if"),
        Planted("bluffs_are_called", "P(refused) > 0.4", lambda c: ~works(c) & (c["y"] >= c["w_a"]), "holds if"),
        Planted("issued_often", "P(ultimatum_issued) > 0.3", lambda c: c["y"] >= 0, "holds throughout"),
        Planted("abandons_often", "P(abandoned) > 0.5", lambda c: c["y"] < 0, "fails throughout"),
    ),
    fixed={"k": 0.3, "a": 0.2, "Lam": 0.8},
    events=("deal",), draws=128,
)  # fmt: skip


class TestPatronClient(PlantedTruth):
    card = CARD

    @pytest.mark.parametrize(
        ("name", "normal"), [("peace_or_lose_it", (1, -3 / 8, -5 / 8)), ("defied", (1, 0, -1))]
    )
    def test_nearest_flips_of_half_spaces_are_feet_of_perpendiculars(self, name, normal):
        """The plane normal . (y, w_s, w_a) = 0, in range units; its foot lies inside the ranges."""
        varying = study_for(self.card).varying
        assert [r.name for r in varying] == ["y", "w_s", "w_a"]
        slope = np.array([n * (r.high - r.low) for n, r in zip(normal, varying, strict=True)])
        off = sum(n * r.base for n, r in zip(normal, varying, strict=True))
        exact = abs(off) / np.linalg.norm(slope)
        foot = study_for(self.card).base - slope * off / (slope @ slope)
        assert ((foot >= 0) & (foot <= 1)).all()
        nearest = self.of(name).nearest
        assert exact * (1 - 1e-6) <= nearest.distance <= 1.1 * exact
