"""Three challengers one after the other: the first stays out iff p > b^3.

Derivation. With n challengers left the present one comes iff firmness is believed less than b^n. The soft fight such that a challenge
is met by a fight with p/b^(n-1) if p < b^(n-1), else for sure: with three left p/b^2 for p < b^3 < b^2.
"""

from __future__ import annotations

import pytest
from planting import Card, Planted
from truth import PlantedTruth


def comes(c):
    return c["p"] < c["b"] ** 3


CARD = Card(
    "reputation-chain",
    {"p": (0.01, 0.3, 0.9), "b": (0.3, 0.7, 0.9), "a": (1.05, 2, 4)},
    (
        Planted("deterred", "P(challenged) < 0.5", lambda c: ~comes(c), "holds if"),
        Planted("fights_mostly", "P(fought) > 0.5", lambda c: comes(c) & (c["p"] > c["b"] ** 2 / 2), "holds if"),
        Planted("always_fought", "P(fought) > 0.95", lambda c: c["p"] < 0, "fails throughout"),
    ),
    events=("challenged",),
)  # fmt: skip


@pytest.mark.slow
class TestReputationChain(PlantedTruth):
    card = CARD
