"""Four members, three needed, costs kappa/2 or kappa of the gain: three equilibria of members who act alike, and those who do not.

Derivation. If the others keep with chance z, a member is pivotal with binom(3, 2) z^2 (1 - z), and keeps iff its cost is at most
that. Uniform costs: z kappa = 3 z^2 (1 - z), so z = 0, or kappa = 3 z (1 - z) with its top 3/4 at z = 1/2. Two costs, each with
chance 1/2: z = 1/2 (the low cost keeps) iff kappa/2 <= 3/8 <= kappa, again up to 3/4; below z = 1/2 the low cost mixes,
3 z^2 (1 - z) = kappa/2, which has one root there while kappa < 3/4; above it the high cost would mix, 3 z^2 (1 - z) = kappa,
possible up to 4/9 alone. So between 4/9 and 3/4 there are three equal equilibria and beyond one. Unequal ones: three members who
keep at any cost are each pivotal for certain, iff kappa <= 1.
"""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy.optimize import brentq

from detente.models import find
from detente.solve import equilibria

SLUG = "coalition-private-costs"
MOVES = ("first", "second", "third", "fourth")


def played(found, draw=0):
    """Chance of keeping [member, cost], the low cost first."""
    return np.array(
        [
            [found.taken(f"{move} M{k}.share={s:g}", "keep")[draw] for s in (0.5, 1)]
            for k, move in enumerate(MOVES, start=1)
        ]
    )


def largest_gain(keeps, kappa):
    """What the member with the worst conduct would gain, all others given: the chance that just two of them keep, against its cost."""
    z, worst = keeps.mean(axis=1), 0.0
    for i in range(4):
        a, b, c = np.delete(z, i)
        pivotal = a * b * (1 - c) + a * c * (1 - b) + b * c * (1 - a)
        gain = pivotal - kappa * np.array([0.5, 1])
        worst = max(worst, float(np.max(np.maximum(gain, 0) - keeps[i] * gain)))
    return worst


def equal_equilibria(kappa):
    """Chances of keeping in the equilibria of members who act alike, for two costs; scanned, not taken from the derivation."""
    found = []
    for low in np.linspace(0, 1, 2001):
        for keeps in ((low, 0.0), (1.0, low)):
            if largest_gain(np.tile(keeps, (4, 1)), kappa) < 1e-12:
                found.append(keeps)
    mixed = lambda low: 3 * (low / 2) ** 2 * (1 - low / 2) - kappa / 2  # noqa: E731
    if mixed(1.0) > 0:
        found.append((brentq(mixed, 0, 1), 0.0))
    return sorted({tuple(np.round(keeps, 9)) for keeps in found})


@pytest.mark.parametrize(("kappa", "number"), [(0.47775, 3), (0.576, 3), (0.749, 3), (0.751, 1), (1.1, 1)])
def test_three_equal_equilibria_up_to_three_quarters_and_one_beyond(kappa, number):
    assert len(equal_equilibria(kappa)) == number


@pytest.mark.parametrize(("n", "m", "peak"), [(4, 3, 0.75), (6, 4, 0.625)])
def test_the_bound_for_uniform_costs_is_the_top_of_the_hump(n, m, peak):
    """The general formula against a fine scan; n = 6, m = 4 is the worked example."""
    z = np.linspace(1e-6, 1 - 1e-6, 200001)
    hump = comb(n - 1, m - 1) * z ** (m - 2) * (1 - z) ** (n - m)
    formula = comb(n - 1, m - 1) * ((m - 2) / (n - 2)) ** (m - 2) * ((n - m) / (n - 2)) ** (n - m)
    assert hump.max() == pytest.approx(formula, abs=1e-9)
    assert formula == pytest.approx(peak)


def test_the_roots_for_uniform_costs():
    """n = 6, m = 4, kappa = 0.5 has 0.337540151884 and 0.662459848116; our formulas at n = 4, m = 3 solve their own equation."""
    for root, works in ((0.337540151884, 0.104344545773), (0.662459848116, 0.672048656477)):
        assert comb(5, 3) * root**2 * (1 - root) ** 2 == pytest.approx(0.5, abs=1e-10)
        tail = sum(comb(6, k) * root**k * (1 - root) ** (6 - k) for k in (4, 5, 6))
        assert tail == pytest.approx(works, abs=1e-10)
    model = find(SLUG)
    holds, _, _, upper, lower = model.thresholds
    for kappa in (0.47, 0.6, 0.749):
        for root in (float(t.value(model.at({"kappa": kappa}))) for t in (upper, lower)):
            assert 3 * root * (1 - root) == pytest.approx(kappa, abs=1e-12)
    assert [bool(holds.value(model.at({"kappa": k}))) for k in (0.7499, 0.7501)] == [True, False]


def test_the_branch_plays_an_equilibrium_and_which(play):
    kappa = np.concatenate([np.linspace(0.461, 0.499, 8), np.linspace(0.501, 1.19, 30)])
    found = play(SLUG, kappa=kappa)
    for i, k in enumerate(kappa):
        keeps = played(found, i)
        assert largest_gain(keeps, k) < 1e-8
        assert keeps == pytest.approx(np.tile((1.0, 0.0) if k < 0.5 else (0.0, 0.0), (4, 1)), abs=1e-7)
    assert found["works"] == pytest.approx(np.where(kappa < 0.5, 5 / 16, 0), abs=1e-7)


def test_the_branch_ends_at_a_half_from_both_sides(play):
    found = play(SLUG, kappa=[0.5 - 1e-4, 0.5 + 1e-4])
    assert found["works"] == pytest.approx([5 / 16, 0], abs=1e-6)


@pytest.mark.parametrize(("kappa", "trios"), [(0.99, 4), (1.01, 0)])
def test_three_fixed_keepers_are_an_equilibrium_up_to_the_gain_itself(kappa, trios):
    """So a coalition may hold, for certain, where members who act alike cannot hold it."""
    found = equilibria(find(SLUG).game, {"kappa": kappa}, mixed=False)
    assert found.complete
    sure = [i for i in range(len(found)) if found.events(i)["works"] > 1 - 1e-9]
    assert len(sure) == trios
    assert all(found.events(i)["united"] < 1e-9 for i in sure)


def test_all_four_keeping_is_never_an_equilibrium():
    for kappa in (0.48, 0.7, 1.1):
        assert largest_gain(np.ones((4, 2)), kappa) > 0.1


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=5)


def cutoffs(n, m, kappa):
    """Chances of keeping at which a member with cost z kappa is indifferent (uniform costs), by scanning; corners apart."""
    gap = lambda z: comb(n - 1, m - 1) * z ** (m - 1) * (1 - z) ** (n - m) - kappa * z  # noqa: E731
    grid = np.linspace(1e-6, 1 - 1e-9, 20001)
    sign = np.sign(gap(grid))
    found = [brentq(gap, grid[i], grid[i + 1]) for i in np.flatnonzero(sign[1:] * sign[:-1] < 0)]
    return [*([0.0] if m > 1 else []), *found, *([1.0] if m == n and kappa <= 1 else [])]


@pytest.mark.parametrize(
    ("n", "m", "kappa", "roots", "works"),
    [
        (6, 4, 0.5, [0, 0.337540151884, 0.662459848116], [0, 0.104344545773, 0.672048656477]),
        (5, 1, 0.4, [0.376886010017], [0.906062821812]),
        (2, 1, 0.4, [0.714285714286], [0.918367346939]),
        (4, 4, 0.25, [0, 0.5, 1], [0, 0.0625, 1]),
        (4, 3, 0.6, [0, 0.276393202250, 0.723606797750], [0, 0.066950483150, 0.693049516850]),
    ],
)
def test_known_cutoffs_for_uniform_costs(n, m, kappa, roots, works):
    """Known figures for other sizes; for this one z = (1 -+ sqrt 0.2) / 2 and z^3 (4 - 3 z).

    If one is enough, two members bring it about more often than five do.
    """
    found = cutoffs(n, m, kappa)
    assert found == pytest.approx(roots, abs=1e-9)
    chances = [sum(comb(n, k) * z**k * (1 - z) ** (n - k) for k in range(m, n + 1)) for z in found]
    assert chances == pytest.approx(works, abs=1e-9)
