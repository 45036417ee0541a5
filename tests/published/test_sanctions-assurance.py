"""Sanctions that may stay: when relief is believed, and why more pressure never turns a target away here.

Derivation. Giving way costs v + mu c, c = h c_H + (1 - h) c_L. Resisting costs iota L1, L1 = h (phi c_H + v) + (1 - h) c_L, since
only the target that is hit hard gives in late. So it gives way iff N = iota L1 - v - mu c >= 0. dN/dc_H = h (iota phi - mu) changes
its sign at mu = phi iota. But at mu = phi iota, N = iota (h v + (1 - h)(1 - phi) c_L) - v < 0, because (1 - phi) c_L < v and
iota <= 1, and N falls with mu: where N >= 0 holds, mu < phi iota holds. Pressure that speaks against giving way finds nobody who
gives way.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "sanctions-assurance"
COSTS = {"v": 0.6, "phi": 0.4, "over": 2.0, "under": 0.5, "h": 0.6}


def numbers(iota, mu, h, v, phi, over, under, **_):
    """(N, L1, mean cost)"""
    c_H, c_L = over * v / (1 - phi), under * v / (1 - phi)
    at_stake, mean = h * (phi * c_H + v) + (1 - h) * c_L, h * c_H + (1 - h) * c_L
    return iota * at_stake - v - mu * mean, at_stake, mean


def induction(iota, mu, h, v, phi, over, under, v_S, k):
    """Backward induction with both second choices looked at: events and worth to the sender."""
    c = {"hard": over * v / (1 - phi), "weak": under * v / (1 - phi)}
    share = {"hard": h, "weak": 1 - h}
    late = {e: phi * c[e] + v < c[e] for e in c}
    resists = iota * sum(share[e] * min(phi * c[e] + v, c[e]) for e in c)
    way = v + mu * sum(share[e] * c[e] for e in c)
    if way < resists:
        sender, after = v_S - mu * k, {"yields_at_once": 1.0, "imposed": 0.0, "gives_in": 0.0}
    else:
        gives_in = iota * sum(share[e] for e in c if late[e])
        sender, after = (
            v_S * gives_in - iota * k,
            {"yields_at_once": 0.0, "imposed": iota, "gives_in": gives_in},
        )
    if sender < 0:
        after = dict.fromkeys(after, 0.0)
    return after, min(abs(way - resists), abs(sender))


def test_backward_induction_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    rows = [induction(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 1e-3 for _, gap in rows])
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    kept = [events for (events, _), keep in zip(rows, far, strict=True) if keep]
    for event in ("yields_at_once", "imposed", "gives_in"):
        assert found[event] == pytest.approx([e[event] for e in kept], abs=1e-7), event
    assert {e["yields_at_once"] for e in kept} == {0.0, 1.0}


@pytest.mark.parametrize("step", [1e-4, 1e-3])
def test_doubt_about_relief_has_a_bound(play, step):
    """Worked: iota = 0.6, c_H = 2, c_L = 0.5: mu* = 0.0171428571429."""
    at = 0.0171428571429
    found = play(SLUG, iota=0.6, mu=[at - step, at + step], k=0.1, **COSTS)
    assert found["yields_at_once"] == pytest.approx([1, 0], abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_rare_hits_are_resisted(play, step):
    """Worked: without doubt, iota = 0.6: h* = 0.555555555556."""
    h = np.array([5 / 9 - step, 5 / 9 + step])
    found = play(SLUG, iota=0.6, mu=0.0, k=0.1, **{**COSTS, "h": h})
    assert found["yields_at_once"] == pytest.approx([0, 1], abs=1e-6)


def test_where_pressure_speaks_against_giving_way_nobody_gives_way():
    """The proof above on two hundred thousand points, the whole of the admissible box and not only the file's ranges."""
    rng = np.random.default_rng(5)
    n = 200_000
    iota, mu, h, phi, under = rng.uniform(0, 1, (5, n))
    v, over = rng.uniform(0.01, 2, n), 1 + rng.exponential(2, n)
    net, _, _ = numbers(iota, mu, h, v, phi, over, under)
    assert (mu[net >= 0] < phi[net >= 0] * iota[net >= 0]).all()
    assert (net >= 0).sum() > 1000


def test_harsher_sanctions_speak_against_it_beyond_phi_iota_all_the_same():
    """The sign of the comparison does turn at mu = phi iota, and at mu = iota for weak sanctions."""
    at = {**COSTS, "iota": 0.9}
    for lever, bound in (("over", 0.36), ("under", 0.9)):
        for mu, sign in ((bound - 0.01, 1), (bound + 0.01, -1)):
            more = numbers(**{**at, "mu": mu, lever: at[lever] * 1.1})[0]
            assert np.sign(more - numbers(**at, mu=mu)[0]) == sign


def test_thresholds_are_these_numbers(draws):
    at = draws(SLUG, 200)
    net, at_stake, mean = numbers(**at)
    bound, gives_way, *_ = (t.value(at) for t in find(SLUG).thresholds)
    assert bound == pytest.approx((at["iota"] * at_stake - at["v"]) / mean)
    assert np.array_equal(gives_way == 1, net >= 0)


@pytest.mark.parametrize("parameters", [{}, {"iota": 0.6}, {"mu": 0.5, "k": 0.4}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
