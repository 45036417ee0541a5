"""The card `sanctions` inside the scenario, everything else switched off: three regimes, selection, the third road."""

from __future__ import annotations

import numpy as np
import pytest
from sanctions_dispute import SHARES, always, mechanism

from detente.game import Restriction

CARD = mechanism("audience", "surprise")


def closed_form(
    K: float, a: float, h: float, v: float, phi: float, c_H: float, c_L: float
) -> dict[str, float]:
    """Events for three private costs, and under `gap` the distance to the nearest border. The worth of compliance is 1.

    Resisting a sure imposition loses L1 = h (phi c_H + v) + (1 - h) c_L; senders with k <= a + h impose, a share m. From m L1 = v
    on the threat works at once; below L1 = v it never does and those with k <= h impose; between, bluffers threaten so often
    that imposition is believed with v / L1, and the target resists with 1 / (1 + a).
    """
    L1 = h * (phi * c_H + v) + (1 - h) * c_L
    k = K * np.array(SHARES)
    m, eager = float(np.mean(k <= a + h)), float(np.mean(k <= h))
    gap = min(abs(m * L1 - v), abs(L1 - v), np.abs(k - a - h).min(), np.abs(k - h).min())
    if m * L1 >= v:
        return {"threatened": 1, "at_once": 1, "imposed": 0, "gave_in": 0, "backed_down": 0, "gap": gap}
    if v > L1:
        found = {"threatened": eager, "at_once": 0, "imposed": eager, "gave_in": eager * h, "backed_down": 0}
        return {**found, "gap": gap}
    r, threatened = 1 / (1 + a), m * L1 / v
    return {
        "threatened": threatened, "at_once": threatened * (1 - r), "imposed": m * r, "gave_in": m * r * h,
        "backed_down": (threatened - m) * r, "gap": gap,
    }  # fmt: skip


def test_the_three_regimes_over_the_whole_range() -> None:
    """400 points of a lattice within the card's assumption (1 - phi) c_H >= v > (1 - phi) c_L, away from the borders."""
    u = np.outer(np.arange(1, 401), np.sqrt([2.0, 3, 5, 7, 11, 13, 17])) % 1
    K, a, h, phi = 0.3 + 2.2 * u[:, 0], 0.05 + 0.75 * u[:, 1], 0.1 + 0.8 * u[:, 2], 0.1 + 0.5 * u[:, 3]
    v = 0.1 + 0.8 * u[:, 4]
    c_H, c_L = (1.05 + u[:, 5]) * v / (1 - phi), (0.05 + 0.9 * u[:, 6]) * v / (1 - phi)
    rows = [closed_form(*(float(x) for x in row)) for row in np.column_stack([K, a, h, v, phi, c_H, c_L])]
    far = np.array([row["gap"] > 5e-3 for row in rows])
    assert far.sum() > 350
    found = CARD.at(
        highest_cost=K[far], audience=a[far], hits=h[far], concession=v[far], felt=phi[far], bite_hard=c_H[far],
        bite_weak=c_L[far],
    )  # fmt: skip
    kept = [row for row, keep in zip(rows, far, strict=True) if keep]
    regimes = [0 if row["at_once"] == 1 else 1 if row["at_once"] == 0 else 2 for row in kept]
    assert min(np.bincount(regimes, minlength=3)) >= 20
    for event in ("threatened", "at_once", "imposed", "gave_in", "backed_down"):
        np.testing.assert_allclose(found.event(event), [row[event] for row in kept], atol=1e-6, err_msg=event)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_both_sides_of_both_borders(step: float) -> None:
    """m L1 = v and L1 = v, in the chance that the sanctions hit; all else fixed, m = 2/3."""
    K, a, phi, c_H, c_L, v = 1.5, 0.35, 0.4, 2.0, 0.5, 0.6
    for share, inside in ((2 / 3, True), (1.0, False)):
        h = (v / share - c_L) / (phi * c_H + v - c_L)
        if inside:
            assert np.mean(np.array(SHARES) * K <= a + h) == pytest.approx(2 / 3)
        at = np.array([h - step, h + step])
        found = CARD.at(
            hits=at, highest_cost=K, audience=a, felt=phi, bite_hard=c_H, bite_weak=c_L, concession=v
        )
        expected = [closed_form(K, a, float(x), v, phi, c_H, c_L) for x in at]
        assert expected[0]["at_once"] != expected[1]["at_once"]
        for event in ("threatened", "at_once", "imposed"):
            np.testing.assert_allclose(found.event(event), [e[event] for e in expected], atol=1e-6)


SURE = (always("threat", "threaten"), always("carry_out", "impose"))


def test_with_all_known_a_target_complies_at_once_or_never() -> None:
    """Selection: it complies at the threat iff c >= v, and sanctions that are imposed never work."""
    c = np.array([0.3, 0.59, 0.61, 0.8, 2.0])
    found = mechanism(fixed=SURE).at(bite_hard=c, concession=0.6, felt=0.4)
    np.testing.assert_allclose(found.event("at_once"), c >= 0.6, atol=1e-9)
    np.testing.assert_allclose(found.event("gave_in"), 0, atol=1e-9)


# `dependent` stands in for how surely sanctions are imposed: no third party is asked here
UNSURE = (
    always("threat", "threaten"),
    Restriction("carry_out", {"impose": "dependent", "stand_down": "1 - dependent"}),
)


def test_a_target_that_doubts_imposition_resists_and_then_gives_in() -> None:
    """iota* = v / (v + phi c): 0.428571428571 in the card's worked case."""
    c, v, phi = 2.0, 0.6, 0.4
    least = v / (v + phi * c)
    assert least == pytest.approx(0.428571428571)
    iota = least + np.array([-0.2, -1e-3, 1e-3, 0.2])
    found = mechanism(fixed=UNSURE).at(dependent=iota, bite_hard=c, concession=v, felt=phi)
    np.testing.assert_allclose(found.event("at_once"), iota > least, atol=1e-9)
    np.testing.assert_allclose(found.event("gave_in"), np.where(iota < least, iota, 0), atol=1e-9)


def test_a_target_that_doubts_the_impact_resists() -> None:
    """h* = (v / iota - c_L) / (phi c_H + v - c_L): 0.555555555556 in the card's worked case."""
    iota, c_H, c_L, v, phi = 0.6, 2.0, 0.5, 0.6, 0.4
    least = (v / iota - c_L) / (phi * c_H + v - c_L)
    assert least == pytest.approx(0.555555555556)
    h = least + np.array([-0.2, -1e-3, 1e-3, 0.2])
    found = mechanism("surprise", fixed=UNSURE).at(
        dependent=iota, hits=h, bite_hard=c_H, bite_weak=c_L, concession=v, felt=phi
    )
    np.testing.assert_allclose(found.event("at_once"), h > least, atol=1e-9)


# `leak` stands in for how surely sanctions come although the target complied at once
DOUBTED = (
    *UNSURE,
    Restriction("relief", {"go_on": "leak", "relieve": "1 - leak"}, "answer == comply"),
    always("relief", "relieve"),
)


def test_the_third_road_relief_in_doubt() -> None:
    """mu* = (iota L1 - v) / cbar: 0.0171428571429 in the card's worked case."""
    iota, h, c_H, c_L, v, phi = 0.6, 0.6, 2.0, 0.5, 0.6, 0.4
    most = (iota * (h * (phi * c_H + v) + (1 - h) * c_L) - v) / (h * c_H + (1 - h) * c_L)
    assert most == pytest.approx(0.0171428571429)
    mu = most + np.array([-0.01, -1e-3, 1e-3, 0.1])
    found = mechanism("surprise", "relief", fixed=DOUBTED).at(
        leak=mu, dependent=iota, hits=h, bite_hard=c_H, bite_weak=c_L, concession=v, felt=phi
    )
    np.testing.assert_allclose(found.event("at_once"), mu < most, atol=1e-9)


@pytest.mark.parametrize("lever", ["bite_hard", "bite_weak"])
def test_harder_sanctions_turn_a_target_at_the_border_towards_compliance(lever: str) -> None:
    """The card: more of c_H helps iff mu < phi iota, of c_L iff mu < iota. At a point of indifference inside the card both hold.

    For there v (1 - iota h) = iota (h phi c_H + (1 - h) c_L) - mu cbar, and v > (1 - phi) c_L needs mu < phi iota: within
    the card doubt about relief keeps a target from complying, but never makes harder sanctions undo its compliance.
    """
    iota, h, c_H, c_L, phi = 0.9, 0.35, 3.0, 0.5, 0.5
    for mu in (0.0, 0.1, 0.2, 0.3):
        v = (iota * (h * phi * c_H + (1 - h) * c_L) - mu * (h * c_H + (1 - h) * c_L)) / (1 - iota * h)
        assert (1 - phi) * c_L < v <= (1 - phi) * c_H
        assert mu < phi * iota
        numbers = {"bite_hard": c_H, "bite_weak": c_L}
        steps = {**numbers, lever: numbers[lever] + np.array([-0.01, 0.01])}
        found = mechanism("surprise", "relief", fixed=DOUBTED).at(
            leak=mu, dependent=iota, hits=h, concession=v, felt=phi, **steps
        )
        np.testing.assert_allclose(found.event("at_once"), [0, 1], atol=1e-9)
