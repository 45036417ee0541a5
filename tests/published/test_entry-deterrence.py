"""Entry: backward induction over the three moves, the two conditions for deterrence, and what being bound to fight is worth.

Derivation. After entry the incumbent has share if it shares and edge - war (edge only if it sank the money) if it fights.
Without the investment a fight is worth -war < share, so the entrant comes for gain > 0. With it a fight is chosen iff edge -
war > share, and then the entrant stays out. Sinking is worth alone - cost then, and at most share - cost else; saving is
worth share. So the money is sunk iff edge > share + war and cost < alone - share.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "entry-deterrence"


def test_the_two_conditions(play, draws):
    at = draws(SLUG, 500)
    credible = at["edge"] - at["share"] - at["war"]
    worth_it = at["alone"] - at["share"] - at["cost"]
    far = np.minimum(np.abs(credible), np.abs(worth_it)) > 1e-3
    at, sunk = {n: c[far] for n, c in at.items()}, ((credible > 0) & (worth_it > 0))[far]
    assert 0.05 < sunk.mean() < 0.95
    found = play(SLUG, **at)
    assert found["invested"] == pytest.approx(sunk.astype(float), abs=1e-9)
    assert found["entry"] == pytest.approx(1.0 - sunk, abs=1e-9)
    assert found["fight"] == pytest.approx(np.zeros(len(sunk)), abs=1e-9)
    assert found.value("incumbent") == pytest.approx(
        np.where(sunk, at["alone"] - at["cost"], at["share"]), abs=1e-9
    )


@pytest.mark.parametrize(
    ("name", "at"), [("edge", 3.0), ("cost", 3.0)]
)  # share + war = 3 = alone - share at the base values
def test_each_threshold_has_two_sides(play, name, at):
    found = play(SLUG, **{"edge": 4, "cost": 1, name: [at - 1e-4, at + 1e-4]})
    expected = [0, 1] if name == "edge" else [1, 0]
    assert found["invested"] == pytest.approx(expected, abs=1e-8)


def test_backward_induction_has_one_answer_and_the_threat_is_none():
    found = equilibria(find(SLUG).game, {"edge": 2})
    assert found.complete
    assert len(found) == 1
    assert found.events(0)["entry"] == pytest.approx(1)


def test_the_quantal_answer_by_recursion(play):
    """Three logit choices from the back, written out here."""
    lam, alone, share, war, edge, cost = 1.5, 5, 2, 1, 4, 1

    def entry(help_, sunk):
        fight = 1 / (1 + np.exp(lam * (share - (help_ - war))))
        comes = 1 / (1 + np.exp(-lam * (1 - fight - fight)))  # gain 1, loss 1
        after = fight * (help_ - war) + (1 - fight) * share
        return comes, comes * after + (1 - comes) * alone - sunk

    (with_, worth), (without, saved) = entry(edge, cost), entry(0, 0)
    sinks = 1 / (1 + np.exp(lam * (saved - worth)))
    found = play(SLUG, precision=lam, alone=alone, share=share, war=war, edge=edge, cost=cost, gain=1, loss=1)
    assert found["invested"][0] == pytest.approx(sinks, abs=1e-9)
    assert found["entry"][0] == pytest.approx(sinks * with_ + (1 - sinks) * without, abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"edge": 1}, {"cost": 4}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=3, **parameters)
