"""One demand under private costs of war: A takes the risk iff strong opponents are rare enough.

Derivation. The risky demand leaves the weak p + c_high - give short of nothing and is fought by the strong: it is worth
(1 - pi) (p + c_high - give) + pi (p - c_A); the safe one p + c_low - give for sure, the modest one p, which is less since
give < c_low. Risky iff pi < pi* = (c_high - c_low)/(c_high - give + c_A), and then P(war) = pi, else 0.
"""

from __future__ import annotations

import numpy as np
from planting import Card, Planted
from truth import PlantedTruth

GIVE = 0.01


def risky(c):
    return c["pi"] < (c["c_high"] - c["c_low"]) / (c["c_high"] - GIVE + c["c_A"])


def worth_to_A(c):
    risk = (1 - c["pi"]) * (c["p"] + c["c_high"] - GIVE) + c["pi"] * (c["p"] - c["c_A"])
    return np.maximum(risk, c["p"] + c["c_low"] - GIVE)


CARD = Card(
    "crisis-bargaining",
    {"pi": (0.05, 0.4, 0.95), "p": (0.2, 0.5, 0.7), "c_A": (0.02, 0.1, 0.4), "c_low": (0.02, 0.05, 0.15),
     "c_high": (0.16, 0.25, 0.38)},
    (
        Planted("refused", "P(risk_taken) > 0.5", risky, "holds if"),
        Planted("grave", "P(war) > 0.3", lambda c: risky(c) & (c["pi"] > 0.3), "holds if"),
        Planted("pays", "value(A) >= 0.6", lambda c: worth_to_A(c) >= 0.6, "holds if"),
        Planted("better_than_war", "value(A) > p - c_A", lambda c: worth_to_A(c) > c["p"] - c["c_A"], "holds throughout"),
        Planted("worse_than_strong", "P(war) > pi + 0.02", lambda c: c["pi"] < 0, "fails throughout"),
    ),
    events=("war",),
)  # fmt: skip


class TestCrisisBargaining(PlantedTruth):
    """The ranges hold p + c_high up to 1.08: the game's own constraint p + c_high <= 1 refuses the corner."""

    card = CARD
