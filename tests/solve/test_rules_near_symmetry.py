"""Two nearly identical players: the branch bends sharply to one of two arms, and a long step may land on the other and look sound.

Chicken has a pitchfork where its players are exactly alike. Where they differ a little there is one principal branch without a
bifurcation, followed here in six thousand steps of Newton's method; beyond some precision the other arm solves the same equations.
Found by the catalogue: yields .41249374 and .42052428, tie .10298764, between precisions 5 and 6.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.game.tree import Floats
from detente.models import find
from detente.solve import solve

STEPS = 6000


def followed(yields: Floats, tie: Floats, precision: float, steps: int = STEPS) -> Floats:
    """Probability of standing [player, draw] at the end of the branch."""
    z = np.zeros((2, len(tie)))
    for lam in np.linspace(0, precision, steps + 1)[1:]:
        for _ in range(4 if steps == STEPS else 30):  # short steps need few corrections
            p = 1 / (1 + np.exp(-z))
            other = p[::-1]
            gain = (1 - other) * (1 - tie) - yields
            slope = -lam * (1 - tie) * other * (1 - other)  # of a reply by the other's log-odds
            left = z - lam * gain
            z = z - (left + slope * left[::-1]) / (1 - slope[0] * slope[1])
    return 1 / (1 + np.exp(-z))


def near(count: int) -> tuple[dict[str, Floats], Floats]:
    rng = np.random.default_rng(0)
    one = rng.uniform(0.25, 0.45, count)
    other = one + rng.uniform(-0.1, 0.1, count)
    tie = rng.uniform(0.05, 0.15, count)
    one[0], other[0], tie[0] = 0.41249374, 0.42052428, 0.10298764
    return {"yield_1": one, "yield_2": other, "tie": tie}, np.stack([one, other])


@pytest.mark.parametrize("precision", [5.2, 6.0])
def test_the_answer_is_on_the_principal_branch(precision: float) -> None:
    draws, yields = near(1500)
    found = solve(find("chicken").game, draws, precision=precision)
    truth = followed(yields, draws["tie"], precision)
    assert found.certified.all()
    assert np.abs(found.strategy[:, [0, 2]].T - truth).max() < 1e-6


def test_long_steps_land_on_the_other_arm() -> None:
    """What the rule is for: Newton's method in long steps arrives, on an equilibrium that is not the branch's."""
    draws, yields = near(1500)
    truth, careless = (followed(yields, draws["tie"], 6.0, steps) for steps in (STEPS, 12))
    wrong = (np.abs(careless - truth) > 1e-3).any(axis=0)
    assert 1 <= wrong.sum() < 300
