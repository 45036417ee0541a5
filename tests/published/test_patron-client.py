"""The patron's ultimatum with eight private losses: yields, mixed, defies; exact for eight types.

Derivation. The client takes the deal iff abandonment is believed at least theta* = (w_s - y) / (w_s - w_a). If refused,
patrons with l <= k + a abandon: a share m. theta* <= m: all issue it and it works. m < theta* <= 1: bluffers issue it so
that the belief is theta*, and the client refuses with r = (y_P + k) / (y_P + k + a). theta* > 1: refused always; patrons
with l <= k issue it and abandon.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "patron-client"
SHARES = (np.arange(8) + 0.5) / 8


def closed_form(y_P, k, a, Lam, y, w_s, w_a):
    theta, l_ = (w_s - y) / (w_s - w_a), Lam * SHARES
    m, eager = np.mean(l_ <= k + a), np.mean(l_ <= k)
    gap = min(abs(theta - m), abs(theta - 1), np.abs(l_ - k - a).min(), np.abs(l_ - k).min(), abs(theta))
    if theta <= m:
        return {"ultimatum_issued": 1.0, "deal": 1.0, "refused": 0.0, "abandoned": 0.0}, gap
    if theta > 1:
        return {"ultimatum_issued": eager, "deal": 0.0, "refused": eager, "abandoned": eager}, gap
    r = (y_P + k) / (y_P + k + a)
    issued = m / theta
    return {
        "ultimatum_issued": issued,
        "deal": issued * (1 - r),
        "refused": issued * r,
        "abandoned": m * r,
    }, gap


CASES = {
    "yields": (0.2, 0.3, 0.2, 0.8, 0.25, 0.4, 0.1),
    "mixed": (0.2, 0.3, 0.1, 2.0, 0.25, 0.4, 0.1),
    "defies": (0.2, 0.3, 0.1, 2.0, 0.05, 0.4, 0.1),
}
NAMES = ("y_P", "k", "a", "Lam", "y", "w_s", "w_a")


@pytest.mark.parametrize("name", CASES)
def test_worked_cases(play, name):
    """theta* is 0.5, 0.5, 1.1667; the client refuses with 0, 5/6, 1. Shares are those of eight types (1/4 for 0.2)."""
    at = dict(zip(NAMES, CASES[name], strict=True))
    expected, _ = closed_form(**at)
    found = play(SLUG, **at)
    for event, value in expected.items():
        assert found[event][0] == pytest.approx(value, abs=1e-8), event
    assert found.taken("answer", "refuse")[0] == pytest.approx(
        {"yields": 0, "mixed": 5 / 6, "defies": 1}[name], abs=1e-9
    )


def test_the_closed_form_over_the_whole_range(play, draws):
    at = draws(SLUG, 600)
    rows = [closed_form(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 3e-3 for _, gap in rows])
    found = play(SLUG, certified=0.97, **{name: column[far] for name, column in at.items()})
    good = found.good
    expected = [e for (e, _), keep in zip(rows, far, strict=True) if keep]
    assert any(0 < e["deal"] < 1 for e in expected)
    assert any(e["deal"] == 1 for e in expected)
    assert any(e["deal"] == 0 and e["refused"] > 0 for e in expected)
    for event in expected[0]:
        assert found[event][good] == pytest.approx(np.array([e[event] for e in expected])[good], abs=1e-6), (
            event
        )


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_two_sides_of_believed_abandonment(play, step):
    """theta* = m = 5/8 at y = 0.4 - 0.3 * 0.625 = 0.2125: below it the client calls the ultimatum sometimes, above never."""
    found = play(SLUG, y_P=0.2, k=0.3, a=0.2, Lam=0.8, y=[0.2125 - step, 0.2125 + step], w_s=0.4, w_a=0.1)
    assert found.taken("answer", "refuse") == pytest.approx([0.5 / 0.7, 0], abs=1e-6)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_worse_than_abandonment_is_defied(play, step):
    found = play(SLUG, y_P=0.2, k=0.3, a=0.1, Lam=2, y=[0.1 - step, 0.1 + step], w_s=0.4, w_a=0.1)
    assert found.taken("answer", "refuse") == pytest.approx([1, 5 / 6], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"Lam": 0.8, "a": 0.2}, {"y": 0.05}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)


def test_the_formulas_shown_are_the_closed_form(draws):
    """Thresholds of the file, derived parameters written out, at the worked points and over the range."""
    model = find(SLUG)
    abandoned = model.thresholds[-1]
    for case in CASES.values():
        at = dict(zip(NAMES, case, strict=True))
        assert float(abandoned.value(model.at(at))) == pytest.approx(
            closed_form(**at)[0]["abandoned"], abs=1e-12
        )
    at = draws(SLUG, 200, seed=3)
    told = np.asarray(abandoned.value(at))
    rows = [closed_form(**dict(zip(at, row, strict=True)))[0] for row in np.column_stack(list(at.values()))]
    assert told == pytest.approx(np.array([row["abandoned"] for row in rows]), abs=1e-12)
    continuum = next(t for t in model.thresholds if "min(1" in t.formula)
    assert bool(continuum.value(model.at(dict(zip(NAMES, CASES["yields"], strict=True)))))
    assert not continuum.value(model.at(dict(zip(NAMES, CASES["mixed"], strict=True))))


def test_a_tie_of_eight_losses_is_a_continuum_and_the_search_says_so():
    """At theta* = 1/2 = share who carry it out, any calling up to r is an equilibrium: the pure one is among those found."""
    at = {"y_P": 0.2, "k": 0.3, "a": 0.6, "Lam": 2, "y": 0.25, "w_s": 0.4, "w_a": 0.1}
    found = equilibria(find(SLUG).game, at, mixed=False)
    assert any(found.events(i)["deal"] == pytest.approx(1) and e.pure for i, e in enumerate(found.found))
