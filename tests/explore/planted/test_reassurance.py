"""A costly gesture proves good will in an interval of its size.

Derivation. With k_g = 1, k_s = 0.5, R_s = 1 the greedy pay for a gesture that is believed iff m <= T_g, seekers iff m <= 2.
B cooperates on a belief of q* = S_B/(R_B + S_B) >= 0.57, more than t here, so without a gesture it guards. Separating:
T_g <= m <= 2. Below, the greedy make it with t (1 - q*)/((1 - t) q*), and B cooperates with m/T_g. Above, nobody makes it.
(Silence and guard on all sides is another equilibrium; the branch that is followed does not end there for m < 2, as these
tests find.)
"""

from __future__ import annotations

from planting import Card, Planted
from truth import PlantedTruth


def proves(c):
    return (c["T_g"] <= c["m"]) & (c["m"] <= 2)


CARD = Card(
    "reassurance",
    {"t": (0.05, 0.4, 0.55), "m": (0.3, 1.2, 3), "T_g": (0.4, 0.8, 1.1), "S_B": (0.8, 0.9, 2)},
    (
        Planted(
            "proves_good_will", "P(gesture_made) > 0.01 and P(greedy_gesture) < 0.001", proves, "holds if"
        ),
        Planted("greedy_too", "P(greedy_gesture) > 0.001", lambda c: c["m"] < c["T_g"], "holds if"),
        Planted("too_dear", "P(gesture_made) < 0.01", lambda c: c["m"] > 2, "holds if", box={"m": (2, 3)}),
        Planted("rarely_betrayed", "P(betrayed) <= 0.5", lambda c: c["t"] > 0, "holds throughout"),
        # below T_g: gesture made with t/q*, believed with m/T_g: at most 0.55/(0.8/1.4) = 0.9625
        Planted("always_trusted", "P(cooperation) > 0.97", lambda c: c["t"] < 0, "fails throughout"),
    ),
    events=("cooperation",),
)


class TestReassurance(PlantedTruth):
    card = CARD
