"""The inspection game: each side's frequency by the other's indifference, and announced inspections.

Derivation. Breaking is worth 1 - i d (1 + b) if the other inspects with i, keeping 0: indifferent at i = 1 / (d (1 + b)),
below 1 iff d (1 + b) > 1. Inspecting gains v d (1 - a) for its cost e if there is a breach with v: indifferent at v = e / (d
(1 - a)), below 1 iff e < d (1 - a). Where inspections cannot deter, a breach is certain and is inspected iff e < d (1 - a);
where they are not worth it, nobody inspects. The penalty b is in the inspector's frequency alone. Announced with any i above
the indifferent one, inspections leave no breach and cost e i, less than e / (d (1 - a)).
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.game import Restriction
from detente.models import find
from detente.solve import equilibria, solve

SLUG = "inspection-game"


def closed_form(penalty, detects, alarm, cost):
    deter, worth = detects * (1 + penalty) > 1, cost < detects * (1 - alarm)
    return (
        np.where(deter & worth, cost / (detects * (1 - alarm)), 1),
        np.where(worth, np.where(deter, 1 / (detects * (1 + penalty)), 1), 0),
    )


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 600)
    edge = np.minimum(
        np.abs(at["detects"] * (1 + at["penalty"]) - 1),
        np.abs(at["cost"] - at["detects"] * (1 - at["alarm"])),
    )
    at = {n: c[edge > 5e-3] for n, c in at.items()}
    violation, inspected = closed_form(**at)
    found = play(SLUG, **at)
    assert found["violation"] == pytest.approx(violation, abs=1e-7)
    assert found["inspected"] == pytest.approx(inspected, abs=1e-7)
    assert found["found"] == pytest.approx(violation * inspected * at["detects"], abs=1e-7)
    assert len(np.unique(np.column_stack([violation == 1, inspected == 1, inspected == 0]), axis=0)) == 3


@pytest.mark.parametrize(
    ("name", "at", "fixed"),
    [
        ("penalty", 1.0, {"detects": 0.5, "alarm": 0.5, "cost": 0.1}),
        ("cost", 0.1, {"detects": 0.5, "alarm": 0.8, "penalty": 2}),
    ],
)
def test_each_threshold_has_two_sides(play, name, at, fixed):
    low, high = (play(SLUG, **fixed, **{name: at * (1 + sign * 1e-2)}) for sign in (-1, 1))
    if name == "penalty":  # inspections deter from here on
        assert low["violation"][0] == pytest.approx(1, abs=1e-9)
        assert high["violation"][0] == pytest.approx(0.4, abs=1e-7)
    else:  # inspections are worth their cost up to here
        assert low["inspected"][0] == pytest.approx(2 / 3, abs=1e-7)
        assert high["inspected"][0] == pytest.approx(0, abs=1e-9)


def test_the_penalty_moves_the_inspector_alone(play):
    penalty = np.linspace(1, 5, 9)
    found = play(SLUG, penalty=penalty, detects=1, alarm=0.5, cost=0.1)
    assert found["violation"] == pytest.approx(np.full(9, 0.2), abs=1e-8)
    assert found["inspected"] == pytest.approx(1 / (1 + penalty), abs=1e-8)


def test_at_finite_precision_the_penalty_does_lower_breaches(play):
    """The paradox is one of exact players: the logit answer moves with the own payoff."""
    found = play(SLUG, precision=5, penalty=[1, 2, 4], detects=1, alarm=0.5, cost=0.1)
    assert (np.diff(found["violation"]) < -1e-3).all()


@pytest.mark.parametrize("more", [0.97, 1.03])
def test_announced_inspections(more):
    often = more / (0.9 * 2)
    tree = find(SLUG).game.tree([Restriction("look", {"inspect": often, "rest": 1 - often})])
    found = solve(tree, {"penalty": np.array([1.0]), "detects": np.array([0.9])}, threads=1)
    assert found.event[0, tree.events.index("violation")] == pytest.approx(float(more < 1), abs=1e-9)


def test_there_is_one_equilibrium_and_it_is_mixed():
    found = equilibria(find(SLUG).game, {})
    assert found.complete
    assert len(found) == 1
    assert not found.found[0].pure


@pytest.mark.parametrize("parameters", [{}, {"penalty": 0.3, "detects": 0.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
