"""Settle or fight on under the threat of trial: one player, and a plane in six parameters.

Derivation. Settling is worth b - psi_s J. Fighting on is worth p V - (1 - p) (F0 + psi_L J) - c.
With p = 0.35 and J = 1.2 both are linear.
"""

from __future__ import annotations

import numpy as np
import pytest
from brute import nearest_by_force
from planting import SURE, Card, Planted, findings_of, points
from truth import PlantedTruth

P, J = 0.35, 1.2


def settling(c):
    return c["b"] - c["psi_s"] * J


def fighting(c):
    return P * c["V"] - (1 - P) * (c["F0"] + c["psi_L"] * J) - c["c"]


CARD = Card(
    "accountability",
    {"b": (0, 0.3, 1), "V": (0.5, 1, 2), "F0": (0, 0.6, 1.5), "c": (0, 0.1, 0.4), "psi_s": (0, 0.3, 1), "psi_L": (0, 0.1, 1)},
    (
        Planted("blocks", "P(fights_on) > 0.5", lambda c: fighting(c) > settling(c), "holds if"),
        Planted("amnesty_ends_it", "P(settles | amnesty) > 0.5", lambda c: c["b"] > fighting(c), "holds if"),
        Planted("prosecution_alone", "P(fights_on) > 0.5 and P(settles | amnesty) > 0.5",
                lambda c: (fighting(c) > settling(c)) & (c["b"] > fighting(c)), "holds if"),
        Planted("free_to_choose", "value(L) > -2", lambda c: np.maximum(settling(c), fighting(c)) > -2, "holds throughout"),
        Planted("tried_and_free", "P(settles) > 0.01 and P(settles) < 0.99", lambda c: c["b"] < 0, "fails throughout"),
    ),
    policies={
        "amnesty": {"actor": "L", "kind": "commit", "title": "no trial after a settlement", "parameters": {"psi_s": 0}},
        "settle": {"actor": "L", "kind": "commit", "title": "settle", "play": {"choice": "settle"}},
        "fight": {"actor": "L", "kind": "commit", "title": "fight on", "play": {"choice": "fight_on"}},
    },
    events=("fights_on",),
)  # fmt: skip


class TestAccountability(PlantedTruth):
    card = CARD
    farther = 0.06  # a plane askew in six parameters, of which a flip shows four at most: 5.3 % further away than with six

    def test_the_distance_to_the_plane(self):
        """By hand: blocks iff 0.35 V - 0.65 F0 - 0.78 psi_L - c - b + 1.2 psi_s > 0; the foot lies inside the ranges."""
        normal = {"b": -1, "V": P, "F0": P - 1, "c": -1, "psi_s": J, "psi_L": (P - 1) * J}
        slope = np.array([n * (CARD.ranges[k][2] - CARD.ranges[k][0]) for k, n in normal.items()])
        off = sum(n * CARD.ranges[k][1] for k, n in normal.items())
        exact = abs(off) / np.linalg.norm(slope)
        assert abs(nearest_by_force(CARD, CARD.claim("blocks")) / exact - 1) < 0.005
        four = abs(off) / np.linalg.norm(np.sort(np.abs(slope))[-4:])
        assert exact < 0.96 * four
        assert four * (1 - 1e-6) <= self.of("blocks").nearest.distance <= 1.01 * four

    def test_regret_of_each_course_is_that_of_the_closed_form(self):
        """With an amnesty settling is worth b: that is never worse than anything.

        What dominates a policy is named with its largest gap; of equal ones the first.
        """
        columns, _ = points(self.card)
        worth = {"settle": settling(columns), "fight": fighting(columns)}
        worth["equilibrium"] = np.maximum(worth["settle"], worth["fight"])
        worth["amnesty"] = np.maximum(columns["b"], worth["fight"])
        record = findings_of(self.card).record()
        told = {p["id"]: p["regret"]["L"] for p in [*record["policies"], record["equilibrium"]]}
        for name, column in worth.items():
            regret = worth["amnesty"] - column
            assert abs(told[name]["mean"] - regret.mean()) < 0.01 * max(regret.mean(), 1), name
            assert told[name]["max"] <= regret.max() + 1e-3, name
            assert told[name]["max"] >= 0.75 * regret.max(), name
        assert told["amnesty"]["max"] < 1e-7
        # what the leader has at the base point
        base = max(0.3 - 0.3 * J, P - (1 - P) * (0.6 + 0.1 * J) - 0.1)
        for row in [*record["policies"], record["equilibrium"]]:
            found = row["satisficing"]["L"]
            assert found["enough"] == pytest.approx(base, abs=1e-7)
            exact = (worth[row["id"]] >= base).mean()
            low, high = found["interval"]
            assert abs(found["share"] - exact) <= SURE * (high - low) / 2 + 1e-3, row["id"]
        assert {d["policy"] for d in record["dominated"]} == {"settle", "fight", "equilibrium"}
        for row in record["dominated"]:
            assert (worth[row["by"]] >= worth[row["policy"]] - 1e-12).all(), row
            there = {name: np.array([x]) for name, x in row["parameters"].items()}
            there_worth = {"settle": settling(there), "fight": fighting(there)}
            there_worth["equilibrium"] = np.maximum(there_worth["settle"], there_worth["fight"])
            there_worth["amnesty"] = np.maximum(there["b"], there_worth["fight"])
            assert abs(there_worth[row["by"]][0] - there_worth[row["policy"]][0] - row["gap"]) < 1e-6, row
