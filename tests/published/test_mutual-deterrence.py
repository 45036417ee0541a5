"""Mutual deterrence: where peace is an equilibrium, where it is the principal branch's, and what there is instead.

Derivation. The hard retaliate (k < s), the soft concede (s < K). Let x, y be how often the other side's hard and soft
attack. By attacking instead of waiting a hard side gains -p (1-x) k + (1-p)(1-y) b: if it is attacked, it fights
either way. A soft side gains -p K + p x s - (1-p) y (K - s) + (1-p)(1-y) b. Peace (x = y = 0): p > b/(b+k); the soft
have more to lose than the hard. x = 1: the hard gain by attacking whenever y < 1; then y = 0 if p > b/(b+K-s), which
holds in the whole range. Above b/(b+k) there is a third, y = 0 and p (1-x) k = (1-p) b. On the principal branch the
sides play alike: if p k/2 > (1-p) b the hard lose by attacking at x = 1/2 whatever y is, so x cannot rise through
1/2. That is p > 2b/(2b+k).
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "mutual-deterrence"


def test_each_answer_is_a_known_equilibrium_and_the_bounds_hold(play, draws):
    at = draws(SLUG, 400)
    p, b, k, s, K = (at[name] for name in ("p", "b", "k", "s", "K"))
    assert (p > b / (b + K - s)).all()
    far = np.min([abs(p - b / (b + k)), abs(p - 2 * b / (2 * b + k))], axis=0) > 3e-3
    at = {name: column[far] for name, column in at.items()}
    p, b, k = (at[name] for name in ("p", "b", "k"))
    found = play(SLUG, certified=0.97, **at)
    good = found.good
    peaceful = found["peace"] > 1 - 1e-6
    assert not (good & peaceful & (p < b / (b + k))).any()
    assert not (good & ~peaceful & (p > 2 * b / (2 * b + k))).any()
    assert found["war"][good] == pytest.approx(np.where(peaceful, 0, p**2)[good], abs=1e-6)
    assert 30 < (good & peaceful).sum() < good.sum() - 30


@pytest.mark.parametrize(("p", "told"), [(0.55, {0.0, 1.0}), (0.45, {0.0})])
def test_peace_is_an_equilibrium_from_the_threshold_on(p, told):
    """b = k = 0.5: the threshold is 1/2. Told: how often the hard attack in equilibria in which both sides play alike and purely."""
    found = equilibria(find(SLUG).game, {"p": p, "b": 0.5, "k": 0.5})
    events = [found.events(i) for i in range(len(found.found))]
    assert (max(e["peace"] for e in events) > 1 - 1e-9) == (1.0 in told)
    assert any(e["war"] == pytest.approx(p * p, abs=1e-6) for e in events)


@pytest.mark.parametrize("parameters", [{}, {"p": 0.4}, {"p": 0.25}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=4, **parameters)
