"""A signal that is paid at once: three prices, and who sends it at each.

Derivation. The committed fight, the uncommitted do not. The challenger is indifferent at the belief q = 1/(1+d),
above every p in range, so a patron that sends nothing is attacked: the uncommitted have 0 there, the committed 1 - K.
A signal that is attacked with probability r is worth V (1 - r) - m to the uncommitted and 1 - r (K - use m) - m to
the committed. m > K: it is worth less than nothing to both. V < m < K: the committed alone send it, r = 0. m < V: the
uncommitted send it until q = 1/(1+d), beta = p d/(1-p), and r = 1 - m/V; the committed gain at least K (1 - r) - m =
m (K/V - 1) > 0. If none is sent, a patron that sends one and is attacked all the same loses m (1 - use) by it if it
is committed and m if it is not: the signal is then put down to the committed and heeded, so silence of all is no
limit.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "sinking-costs"


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    far = np.min([abs(at["m"] - at["V"]), abs(at["m"] - at["K"])], axis=0) > 5e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.98, **at)
    p, d, m, V, K = (at[name] for name in ("p", "d", "m", "V", "K"))
    good, cheap, dear = found.good, m < V, m > K
    told = {
        "sent": np.select([cheap, dear], [p * (1 + d), 0 * p], p),
        "bluff": np.where(cheap, p * d, 0),
        "war": np.select([cheap, dear], [p * (1 - m / V), p], 0),
        "attacked": np.select([cheap, dear], [1 - p * (1 + d) * m / V, 0 * p + 1], 1 - p),
    }
    assert min(cheap.sum(), dear.sum()) > 30
    for event, value in told.items():
        assert found[event][good] == pytest.approx(value[good], abs=1e-6), event


@pytest.mark.parametrize("step", [5e-3, 2e-2])
def test_both_prices_have_two_sides(play, step):
    found = play(SLUG, V=0.3, K=0.8, p=0.3, d=0.6, m=[0.3 - step, 0.3 + step, 0.8 - step, 0.8 + step])
    assert found["war"] == pytest.approx([0.3 * step / 0.3, 0, 0, 0.3], abs=1e-6)
    assert found["bluff"] == pytest.approx([0.18, 0, 0, 0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"m": 0.1}, {"m": 1.1}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
