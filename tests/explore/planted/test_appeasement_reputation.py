"""One concession watched elsewhere: four regimes in the watcher's threshold b.

Derivation. The firm stand. The watcher comes iff it believes in firmness there with less than b. After a concession (soft
for sure) that belief is q_c = p (1 - rho), after a stand by the firm alone q_t = p + rho (1 - p), after a stand by all p.
Standing costs the soft `cost`, the watcher's coming `harm` = 1.
b <= q_c: nobody comes after a concession, the soft concede.   b > q_t: the watcher comes after both, the soft concede.
Between, if cost < harm: for b <= p the soft stand too and nobody comes (after a concession they would); for b > p they stand
so often that a stand leaves the belief at b, and the watcher comes after it with 1 - cost/harm, so that the soft are
indifferent. If cost > harm the soft concede and give themselves away.
A surprise is met with these answers. By rule (`always_stand`) a stand says nothing: the watcher comes iff b > p.
"""

from __future__ import annotations

from planting import Card, Planted, PlantedTruth


def q_c(c):
    return c["p"] * (1 - c["rho"])


def q_t(c):
    return c["p"] + c["rho"] * (1 - c["p"])


def between(c):
    return (q_c(c) < c["b"]) & (c["b"] <= q_t(c))


POLICIES = {
    "gives": {"actor": "D", "kind": "deviate", "title": "concede by surprise", "play": {"reply": "concede"}},
    "stands": {"actor": "D", "kind": "deviate", "title": "stand by surprise", "play": {"reply": "stand"}},
    "always_stand": {"actor": "D", "kind": "commit", "title": "stand by rule", "play": {"reply": "stand"}},
}
CARD = Card(
    "appeasement-reputation",
    {"p": (0.05, 0.5, 0.95), "rho": (0.02, 0.6, 0.98), "b": (0.05, 0.3, 0.93), "cost": (0.05, 0.4, 1.5)},
    (
        # after a stand the watcher comes with 1 - cost (mixing) or not at all; after a concession for sure
        Planted("signals", "P(comes | gives) > P(comes | stands) + 0.01", between, "holds if"),
        Planted("signals_all", "P(comes | gives) > 0.5 and P(comes | always_stand) < 0.5",
                lambda c: (q_c(c) < c["b"]) & (c["b"] <= c["p"]), "holds if"),
        Planted("free", "P(comes | gives) < 0.5", lambda c: c["b"] <= q_c(c), "holds if"),
        Planted("futile", "P(comes | stands) > 0.99", lambda c: c["b"] > q_t(c), "holds if"),
        Planted("a_stand_by_rule_deters", "P(comes | always_stand) < 0.5", lambda c: c["b"] <= c["p"], "holds if"),
        Planted("deters_less", "P(comes | gives) > P(comes | stands) - 0.01", lambda c: c["p"] > 0, "holds throughout"),
        Planted("provokes", "P(comes | stands) > P(comes | gives) + 0.01", lambda c: c["p"] < 0, "fails throughout"),
    ),
    policies=POLICIES, events=("comes",),
)  # fmt: skip


class TestAppeasementReputation(PlantedTruth):
    card = CARD
