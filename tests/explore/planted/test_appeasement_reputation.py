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

import numpy as np
import pytest
from planting import SURE, Card, Planted, findings_of, points, study_for
from truth import PlantedTruth

from detente.explore import draw


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


def worth_to_D(c):
    """Values to the defender, `resolve` = 3 and `harm` = 1: in equilibrium, standing by rule, and conceding by rule if soft.

    By rule a stand of the firm alone leaves q_t, and a concession q_c: the soft who are bound not to bluff pay with (1 - p) [b > q_c].
    In equilibrium for p < b <= q_t the soft are indifferent between standing and being challenged: -1.
    """
    p, b, cost = c["p"], c["b"], c["cost"]
    low, high = q_c(c), q_t(c)
    some = np.where(cost > 1, -(1 - p), np.where(b <= p, -(1 - p) * cost, p * cost - 1))
    return {
        "equilibrium": 3 * p + np.where(b <= low, 0, np.where(b > high, -1, some)),
        "always_stand": 3 * p - (1 - p) * cost - (b > p),
        "candid": 3 * p - (1 - p) * (b > low) - p * (b > high),
    }


MENU = Card(
    CARD.slug, CARD.ranges, (CARD.claim("free"),), draws=1024, events=("comes",),
    policies={
        **POLICIES,
        "candid": {"actor": "D", "kind": "commit", "title": "concede if soft", "play": {"reply": "concede"}, "when": "here == soft"},
    },
)  # fmt: skip


def test_values_and_regrets_of_the_menu():
    """Bound not to bluff the defender does better where p < b <= q_t and worse where q_c < b <= p: neither dominates."""
    at = draw(study_for(MENU), MENU.draws).draws
    exact = worth_to_D(at)
    solved = study_for(MENU).evaluate(at, list(exact))
    for name, column in exact.items():
        assert np.abs(solved.value[name]["D"] - column).max() < 1e-6, name
    record = findings_of(MENU).record()
    assert record["menus"] == {"D": ["equilibrium", "always_stand", "candid"]}
    fresh = worth_to_D(points(MENU)[0])
    best = np.max(list(fresh.values()), axis=0)
    for row in [record["equilibrium"], *record["policies"]]:
        if row["id"] not in fresh:
            continue
        regret = best - fresh[row["id"]]
        told = row["regret"]["D"]
        assert abs(told["mean"] - regret.mean()) < 3 * regret.std() / MENU.draws**0.5, row["id"]
        here = np.max(list(exact.values()), axis=0) - exact[row["id"]]
        assert told["max"] == pytest.approx(here.max(), abs=1e-6)
        assert told["max"] <= regret.max() + 0.01
        # enough for the defender is what it has at the base point, pooling: 3 p - (1 - p) cost
        enough = row["satisficing"]
        assert enough["D"]["enough"] == pytest.approx(3 * 0.5 - 0.5 * 0.4, abs=1e-7)
        exact_share = (fresh[row["id"]] >= 1.3 - 1e-9).mean()
        low, high = enough["D"]["interval"]
        assert abs(enough["D"]["share"] - exact_share) <= SURE * (high - low) / 2 + 1e-3, row["id"]
    assert [(d["policy"], d["by"]) for d in record["dominated"]] == [("always_stand", "equilibrium")]


def test_what_it_is_worth_to_know():
    """EVPI = E max u - max E u; of one parameter, from means in 64 slices of a million draws."""
    columns, _ = points(MENU)
    fresh = np.array(list(worth_to_D(columns).values()))
    once = fresh.mean(axis=1).max()
    everything = fresh.max(axis=0).mean() - once
    record = findings_of(MENU).record()
    assert record["information_total"]["D"] == pytest.approx(everything, rel=0.1)
    told = {row["parameter"]: row["worth"] for row in record["information"]}
    for name, column in columns.items():
        if name not in MENU.ranges:
            continue
        which = np.searchsorted(np.quantile(column, np.linspace(0, 1, 65)[1:-1]), column)
        means = np.array([np.bincount(which, row) for row in fresh]) / np.bincount(which)
        exact = (means.max(axis=0) * np.bincount(which)).sum() / len(column) - once
        assert abs(told.get(name, 0.0) - exact) < 0.1 * everything, (name, told.get(name), exact, everything)
