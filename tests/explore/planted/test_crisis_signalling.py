"""Bluffing: below q* = 1/(1 + d) the bluff is called, above it every challenge is given way to.

Derivation. A resolved challenger (share p, war worth w_high > 0) challenges and fights. Let the unresolved bluff with beta. B
resists iff its belief q after a challenge has (1 - q) - d q >= 0, that is q <= q*. If p < q*: beta = p d/(1 - p) puts
the belief at q*, and B resists with r such that the unresolved gain nothing, (1 - r) - r a = 0: r = 1/(1 + a). So
P(challenge) = p (1 + d), P(war) = p/(1 + a), P(backs down) = p d/(1 + a). If p > q*: everybody challenges, B concedes.
Announced challenges (`rule`) say nothing: B resists iff p < q*. By surprise it resists with r. Given a challenge, 1/(1 + d) are
resolved.
"""

from __future__ import annotations

from planting import Card, Planted
from truth import PlantedTruth


def calls(c):
    return c["p"] < 1 / (1 + c["d"])


def war(c):
    return calls(c) * c["p"] / (1 + c["a"])


POLICIES = {
    "rule": {"actor": "A", "kind": "commit", "title": "challenge by rule", "play": {"open": "challenge"}},
    "surprise": {
        "actor": "A",
        "kind": "deviate",
        "title": "challenge by surprise",
        "play": {"open": "challenge"},
    },
    "seen": {"actor": "A", "kind": "given", "title": "a challenge was seen", "play": {"open": "challenge"}},
}
CARD = Card(
    "crisis-signalling",
    {"p": (0.05, 0.3, 0.95), "a": (0.05, 0.3, 2), "d": (0.1, 1.2, 3), "w_high": (0.01, 0.2, 0.9)},
    (
        Planted("called", "P(war) > 0.01", calls, "holds if"),
        Planted("grave", "P(war) > 0.2", lambda c: war(c) > 0.2, "holds if"),
        Planted("bluffs", "P(backs_down) > P(war) + 0.01", lambda c: war(c) * (c["d"] - 1) > 0.01, "holds if"),
        Planted("rules_provoke", "P(war | rule) > P(war | surprise) + 0.01",
                lambda c: calls(c) & (c["p"] * c["a"] / (1 + c["a"]) > 0.01), "holds if"),
        Planted("selection", "P(war | seen) > P(war | surprise) + 0.05",
                lambda c: (1 / (1 + c["d"]) - c["p"]) / (1 + c["a"]) > 0.05, "holds if"),
        Planted("not_all_fight", "P(challenged) > P(war)", lambda c: c["p"] > 0, "holds throughout"),
        Planted("inevitable", "P(war) > 0.9", lambda c: c["p"] < 0, "fails throughout"),
    ),
    policies=POLICIES, events=("war", "challenged"),
)  # fmt: skip


class TestCrisisSignalling(PlantedTruth):
    card = CARD
