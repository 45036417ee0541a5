"""The ultimatum game with two types of responder: what the fair-minded accept, and when it pays to offer it.

Derivation. A fair-minded responder has s - alpha (1 - 2 s) from a share s below half, above 0 iff s > alpha / (1 + 2 alpha).
So only two offers can be best for a proposer with guilt below a half: the crumb c, accepted by the selfish alone, and the
least offer f on the grid that all accept; with u(s) = 1 - s - beta (1 - 2 s), f is made iff u(f) > (1 - phi) u(c). Above beta
= 1/2 u rises up to the half, which all accept.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "ultimatum"
GRID = np.linspace(0.02, 0.98, 25)


def offers(phi, alpha, beta):
    """The offer that is made, and how far the choice is from a tie."""
    least = alpha / (1 + 2 * alpha)
    fair = np.array([GRID[x < GRID][0] for x in least])

    def worth(s):
        return 1 - s - beta * (1 - 2 * s)

    lead = worth(fair) - (1 - phi) * worth(GRID[0])
    step = np.array([np.abs(GRID - x).min() for x in least])
    return np.where(lead > 0, fair, GRID[0]), np.minimum(np.abs(lead), step)


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 300)
    made, far = offers(at["phi"], at["alpha"], at["beta"])
    at, made = {n: c[far > 2e-3] for n, c in at.items()}, made[far > 2e-3]
    found = play(SLUG, **at)
    options = [str(o) for o in found.tree.sets[[s.name for s in found.tree.sets].index("offer")].options]
    chosen = np.column_stack([found.taken("offer", o) for o in options])
    assert chosen.max(axis=1) == pytest.approx(np.ones(len(made)), abs=1e-7)
    assert GRID[chosen.argmax(axis=1)] == pytest.approx(made, abs=1e-9)
    assert found["refusal"] == pytest.approx(np.where(made < 0.03, at["phi"], 0), abs=1e-7)
    assert 0.1 < (made < 0.03).mean() < 0.9


def test_the_two_sides_of_what_the_fair_minded_accept(play):
    """A share of 0.3 is acceptable up to alpha = 0.3 / 0.4."""
    at = 0.3 / (1 - 2 * 0.3)
    found = play(SLUG, phi=0.5, alpha=[at - 1e-3, at + 1e-3], beta=0)
    assert found.taken("answer fair, offer=0.3", "accept") == pytest.approx([1, 0], abs=1e-9)
    assert found.taken("answer fair, offer=0.34", "accept") == pytest.approx([1, 1], abs=1e-9)


@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_the_two_sides_of_paying_for_acceptance(play, beta):
    """At alpha = 0.8 the fair-minded want 0.34; worth it iff u(0.34) > (1 - phi) u(0.02)."""
    at = 1 - (0.66 - 0.32 * beta) / (0.98 - 0.96 * beta)
    found = play(SLUG, phi=[at - 1e-3, at + 1e-3], alpha=0.8, beta=beta)
    assert found["crumb"] == pytest.approx([1, 0], abs=1e-9)
    assert found["refusal"] == pytest.approx([at - 1e-3, 0], abs=1e-9)


def test_more_than_half_a_unit_of_guilt_brings_half(play):
    found = play(SLUG, phi=0.3, alpha=0.8, beta=[0.49, 0.51])
    assert found["even"] == pytest.approx([0, 1], abs=1e-9)


def test_no_other_sequential_equilibrium():
    """Every answer is strict away from ties, so backward induction has one result."""
    found = equilibria(find(SLUG).game, {"phi": 0.6, "alpha": 0.8}, mixed=False)
    assert found.complete
    assert len(found) == 1
    assert found.events(0)["crumb"] == pytest.approx(0)


@pytest.mark.parametrize("parameters", [{}, {"phi": 0.2, "alpha": 2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
