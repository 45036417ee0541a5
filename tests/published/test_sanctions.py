"""Threats and sanctions with eight private costs: the three regimes, exact for eight types.

Derivation. Resisting a sure imposition loses L1 = h (phi c_H + v) + (1 - h) c_L. If resisted, senders with k <= a + h v_S
impose: a share m. m L1 >= v: the target gives way at once. L1 < v: it always resists and senders with k <= h v_S threaten and
impose. In between the bluffers (the others) threaten with probability beta so that the believed imposition is v / L1, and the
target resists with r = v_S / (v_S + a).
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "sanctions"
SHARES = (np.arange(8) + 0.5) / 8


def costs(over, under, v, phi):
    return over * v / (1 - phi), under * v / (1 - phi)


def closed_form(v_S, K, a, h, v, phi, over, under):
    """Events, and the distance to the nearest border."""
    c_H, c_L = costs(over, under, v, phi)
    L1 = h * (phi * c_H + v) + (1 - h) * c_L
    k = K * SHARES
    m, eager = np.mean(k <= a + h * v_S), np.mean(k <= h * v_S)
    gap = min(abs(m * L1 - v), abs(L1 - v), np.abs(k - a - h * v_S).min(), np.abs(k - h * v_S).min())
    if m * L1 >= v:
        return {"threatened": 1.0, "works_at_once": 1.0, "imposed": 0.0, "imposed_and_works": 0.0}, gap
    if v > L1:
        return {
            "threatened": eager,
            "works_at_once": 0.0,
            "imposed": eager,
            "imposed_and_works": eager * h,
        }, gap
    r = v_S / (v_S + a)
    threatened = m * L1 / v
    imposed = m * r
    return {
        "threatened": threatened, "works_at_once": threatened * (1 - r), "imposed": imposed, "imposed_and_works": imposed * h,
    }, gap  # fmt: skip


def at_card(c_H, c_L, phi, v):
    return {"phi": phi, "v": v, "over": c_H * (1 - phi) / v, "under": c_L * (1 - phi) / v}


@pytest.mark.parametrize(
    ("name", "parameters", "costs"),
    [
        ("resist", {"K": 1.5, "a": 0.3, "h": 0.3}, (1.6, 0.2, 0.3, 0.6)),
        ("at once", {"K": 1.5, "a": 0.3, "h": 0.6}, (2, 0.5, 0.4, 0.6)),
        ("bluff", {"K": 2.5, "a": 0.2, "h": 0.6}, (2, 0.5, 0.4, 0.6)),
    ],
)
def test_the_three_regimes(play, name, parameters, costs):
    """The three worked cases; shares of threats and impositions are those of eight types (0.25 for 0.2, 0.375 for 0.32)."""
    at = {**parameters, **at_card(*costs)}
    expected, _ = closed_form(1, **at)
    found = play(SLUG, **at)
    for event, value in expected.items():
        assert found[event][0] == pytest.approx(value, abs=1e-8), event
    if name == "bluff":
        assert found["resisted"][0] / found["threatened"][0] == pytest.approx(0.833333333333, abs=1e-9)
    if name == "at once":
        assert found["imposed"][0] == pytest.approx(0, abs=1e-12)
    if name == "resist":
        assert found["works_at_once"][0] == pytest.approx(0, abs=1e-12)


def test_the_closed_form_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    rows = [closed_form(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 3e-3 for _, gap in rows])
    found = play(SLUG, certified=0.97, **{name: column[far] for name, column in at.items()})
    good = found.good
    expected = [e for (e, _), keep in zip(rows, far, strict=True) if keep]
    regimes = {(e["works_at_once"] == 1, e["works_at_once"] == 0) for e in expected}
    assert len(regimes) == 3
    for event in expected[0]:
        assert found[event][good] == pytest.approx(np.array([e[event] for e in expected])[good], abs=1e-6), (
            event
        )


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_the_threat_works_from_m_L1_on(play, step):
    """Two sides of m L1 = v in the stake h, with m = 5/8 fixed between its own steps."""
    K, a, phi, over, under, v = 1.5, 0.35, 0.4, 2.0, 0.5, 0.6
    c_H, c_L = costs(over, under, v, phi)
    h = (v / 0.625 - c_L) / (phi * c_H + v - c_L)
    assert np.mean(a + h >= K * SHARES) == 0.625
    found = play(SLUG, K=K, a=a, h=[h - step, h + step], v=v, phi=phi, over=over, under=under)
    assert found["works_at_once"][1] == pytest.approx(1, abs=1e-6)
    assert found["imposed"] == pytest.approx([0.625 / 1.35, 0], abs=1e-6)


def test_a_target_that_knows_its_cost_and_is_sure_of_imposition_never_yields_late(play):
    """Selection: with h near 1 and every sender eager, either it gives way at once or imposed sanctions were not needed."""
    found = play(SLUG, K=0.3, a=0.5, h=0.95, v=0.6, phi=0.4, over=2, under=0.5)
    assert found["works_at_once"][0] == pytest.approx(1, abs=1e-9)
    assert found["imposed_and_works"][0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("parameters", [{}, {"h": 0.3}, {"K": 1.0}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
