"""Defects of R's `sigInt` 0.2.0, each shown: what its formula gives, written out from its description, and that ours is right.

The covariance with its matrix transposed is in ``tests/estimate/signalling``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import ndtr

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from published_fits import CRISIS_FORMULAS as FORMULAS

from detente.estimate.formulas import index
from detente.estimate.signalling import PAYOFFS, Observed, equilibria, fixed_point, two_step
from detente.estimate.signalling.answers import log_best
from detente.estimate.signalling.likelihood import at

SPACING = np.finfo(float).eps
CENTRES = [(0, 1), (0.5, 1), (-0.5, 1), (-1, 1), (-1, 1.5), (-1.2, 1), (1, 1)]


def told(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "estimation" / f"sanctions_{name}.json").read_text("utf-8"))


def sanctions(shared: Path, formulas: dict[str, str] = FORMULAS) -> tuple[Observed, np.ndarray]:
    """The 418 dyads, and the stored first stage [2, game]."""
    data = pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})
    matrices = {p: index(p, formulas[p], data).matrix for p in PAYOFFS if p in formulas}
    return Observed(data[["sq", "cd", "sf", "bd"]].to_numpy(float), matrices), data[
        ["PRhat", "PFhat"]
    ].to_numpy(float).T


def stored(shared: Path, name: str = "npl") -> np.ndarray:
    coefficients = told(shared, name)["coefficients"]
    return np.array([v for payoff in PAYOFFS for v in coefficients[payoff].values()])


# ---------------------------------------------------------------- the criterion


@pytest.mark.parametrize(
    ("name", "printed", "right"), [("npl", 7824.895, 7904.895), ("pl", 7887.912, 7967.912)]
)
def test_the_sign_of_the_penalty(shared: Path, name, printed, right):
    """The package adds coefficients to the wrong side, so that more of them always look better."""
    reference = told(shared, name)
    k = sum(len(terms) for terms in reference["coefficients"].values())
    assert k == 20
    assert -2 * k - 2 * reference["loglik"] == pytest.approx(printed, abs=6e-4)
    assert reference["peer"]["aic_printed"] == pytest.approx(printed, abs=6e-4)
    assert 2 * k - 2 * reference["loglik"] == pytest.approx(right, abs=6e-4)


@pytest.mark.slow
def test_our_criterion(shared: Path):
    from detente.estimate.signalling import fit_signalling

    data = pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})
    found = fit_signalling(data, FORMULAS, method="pl", beliefs=("PRhat", "PFhat"),
                           outcome={"status quo": "sq", "concede": "cd", "stand firm": "sf", "back down": "bd"})  # fmt: skip
    assert found.aic == pytest.approx(7967.912, abs=6e-4)


# ---------------------------------------------------------------- equilibria

GRID = np.linspace(
    -5e-5, 1 + 5e-5, 10_002
)  # cells of 1e-4 about 0, 1e-4, ..., 1: the ends are no probabilities


def counted_by_signs(u: np.ndarray) -> np.ndarray:
    """Middles of the cells in which the package's best answer crosses the diagonal.

    The chance of a challenge is 1 minus a product, floored at 2^-52; B's belief is a share of it.
    """
    sa, va, cb, wa, wb, a, vb = u
    c = va + (sa - va) / GRID
    stand = np.exp(log_best(np.full_like(c, wa), np.full_like(c, a), c))
    challenge = np.maximum(1 - ndtr(c - wa) * ndtr(c - a), SPACING)
    firm = np.clip(stand / challenge, SPACING, 1)
    above = ndtr(wb - vb + (vb - cb) / firm) > GRID
    cell = np.flatnonzero(above[1:] != above[:-1])
    return (GRID[cell] + GRID[cell + 1]) / 2


def best_answer(u: np.ndarray, p: mpmath.mpf) -> mpmath.mpf:
    """B's chance to resist where A believes ``p``, with thirty digits and no bound."""
    sa, va, cb, wa, wb, a, vb = map(mpmath.mpf, u.tolist())
    c = va + (sa - va) / p

    def beats(one: mpmath.mpf, other: mpmath.mpf) -> mpmath.mpf:
        low = c - one  # P(e > low, one + e > other + e')
        stops = [low, max(low, 0) + 1, max(low, 0) + 3, max(low, 0) + 12]
        return mpmath.quad(lambda e: mpmath.npdf(e) * mpmath.ncdf(e + one - other), stops)

    stand, back = beats(wa, a), beats(a, wa)
    firm = stand / (stand + back)
    return mpmath.ncdf(wb - vb + (vb - cb) / firm)


def drawn(seed: int, games: int = 600) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.normal(centre, spread, games) for centre, spread in CENTRES])


def test_equilibria_that_are_not_there():
    """100 of the 600 random games of seed 2: each has one equilibrium; by signs on the grid five come out with three."""
    u = drawn(2)[100:200]
    ours = equilibria(u)
    theirs = [counted_by_signs(v) for v in u]
    assert (ours.count == 1).all()
    assert [100 + k for k, roots in enumerate(theirs) if len(roots) != 1] == [117, 138, 147, 156, 186]
    roots, true = theirs[17], ours.resist[ours.game == 17]
    assert len(roots) == 3
    spurious = next(r for r in roots if np.abs(r - true).min(initial=1.0) > 1e-3 and 0 < r < 1)
    with mpmath.workdps(30):  # no crossing there: both ends of the cell are on one side
        low, high = (
            best_answer(u[17], mpmath.mpf(spurious + s)) - mpmath.mpf(spurious + s) for s in (-5e-5, 5e-5)
        )
        assert low * high > 0


@pytest.mark.slow
def test_as_many_wrong_counts_as_recorded():
    """600 games, seed 2: 599 have one equilibrium and 1 has three. The signs on the grid are wrong in 20, always too many.

    Recorded for the package with another seed: 597 and 3, wrong in 20, none missed.
    """
    u = drawn(2)
    ours = equilibria(u)
    assert np.bincount(ours.count).tolist() == [0, 599, 0, 1]
    theirs = np.array([len(counted_by_signs(v)) for v in u])
    assert (theirs != ours.count).sum() == (theirs > ours.count).sum() == 20


@pytest.mark.slow
def test_counts_over_many_games():
    """6000 games: ours are odd and agree with the grid wherever nothing is floored; dozens of equilibria come of noise alone."""
    worst, wrong, fewer = 0, 0, 0
    for seed in range(1, 11):
        u = drawn(seed)
        ours = equilibria(u)
        assert (ours.count % 2 == 1).all()
        theirs = np.array([len(counted_by_signs(v)) for v in u])
        wrong += int((theirs != ours.count).sum())
        fewer += int((theirs < ours.count).sum())
        worst = max(worst, int(theirs[ours.count == 1].max()))
    assert fewer == 0
    assert 100 < wrong < 300
    assert worst > 20


@pytest.mark.parametrize("x", [0.0, pytest.param(1.0, marks=pytest.mark.slow)])
def test_roots_are_middles_of_cells(x):
    """The classic game of three equilibria: the package's are off by up to half a cell, ours solve the equation."""
    u = np.array([0, 1, 0, -1.9, -2.9 + 0.1 * x, -1.2, 1])
    ours, theirs = equilibria(u[None]).resist, counted_by_signs(u)
    assert len(ours) == len(theirs) == 3
    assert 1e-6 < np.abs(ours - theirs).max() < 5.1e-5
    with mpmath.workdps(30):
        for mine, middle in zip(ours, theirs, strict=True):
            gap = [abs(best_answer(u, mpmath.mpf(float(p))) - mpmath.mpf(float(p))) for p in (mine, middle)]
            assert gap[0] < 1e-12
            assert gap[1] > 1e4 * gap[0]


# ---------------------------------------------------------------- floors


def floored(seen: Observed, theta: np.ndarray, beliefs: np.ndarray) -> float:
    """Outcome probabilities not below the root of 2^-52, beliefs within 1e-4 and .9999."""
    sa, va, cb, wa, wb, a, vb = seen.payoffs(theta).T
    resist, firm = np.clip(beliefs, 1e-4, 0.9999)
    c, x = va + (sa - va) / resist, wb - vb + (vb - cb) / firm
    stand, back, yes = np.exp(log_best(wa, a, c)), np.exp(log_best(a, wa, c)), ndtr(x)
    ends = np.column_stack([ndtr(c - wa) * ndtr(c - a), (stand + back) * (1 - yes), stand * yes, back * yes])
    return float((seen.counts * np.log(np.maximum(ends, SPACING**0.5))).sum())


def exactly(seen: Observed, theta: np.ndarray, beliefs: np.ndarray, games: range) -> float:
    """The pseudo-log-likelihood of some games with thirty digits and no bound."""
    total = mpmath.mpf(0)
    with mpmath.workdps(30):
        for g in games:
            sa, va, cb, wa, wb, a, vb = map(mpmath.mpf, seen.payoffs(theta)[g].tolist())
            resist, firm = map(mpmath.mpf, beliefs[:, g].tolist())
            c, x = va + (sa - va) / resist, wb - vb + (vb - cb) / firm

            def beats(one: mpmath.mpf, other: mpmath.mpf, c: mpmath.mpf = c) -> mpmath.mpf:
                low = c - one
                stops = [low, *(max(low, 0) + k for k in (0.5, 1, 2, 4, 8, 20)), mpmath.inf]
                return mpmath.quad(lambda e: mpmath.npdf(e) * mpmath.ncdf(e + one - other), stops)

            stand, back = beats(wa, a), beats(a, wa)
            ends = (mpmath.ncdf(c - wa) * mpmath.ncdf(c - a), (stand + back) * mpmath.ncdf(-x), stand * mpmath.ncdf(x),
                    back * mpmath.ncdf(x))  # fmt: skip
            total += sum(int(n) * mpmath.log(p) for n, p in zip(seen.counts[g], ends, strict=True) if n)
    return float(total)


@pytest.mark.parametrize(
    ("times", "false", "right"), [(1, -4099.005, -4100.533), (2, -10279.5, -10706.4), (3, -11407.8, -21982.7)]
)
def test_floored_probabilities_of_outcomes(shared: Path, times, false, right):
    """At so many times the published coefficients, beliefs of the stored first stage."""
    seen, first = sanctions(shared)
    theta = times * stored(shared)
    assert floored(seen, theta, first) == pytest.approx(false, abs=0.05 if times > 1 else 5e-4)
    point = at(seen, theta, first)
    assert point.value.sum() == pytest.approx(right, abs=0.05 if times > 1 else 5e-4)
    some = range(5, 418, 200)
    assert point.value[some].sum() == pytest.approx(exactly(seen, theta, first, some), rel=1e-11)


def test_a_slope_is_that_of_its_surface(shared: Path):
    """The package climbs a floored surface with a slope that is floored elsewhere; ours is the slope of our own surface."""
    seen, first = sanctions(shared)
    theta = stored(shared)
    ours = at(seen, theta, first).score.sum(axis=0)

    def rise(value, k: int) -> float:
        step = 1e-6 * np.eye(len(theta))[k]
        return (value(theta + step) - value(theta - step)) / 2e-6

    near = [rise(lambda t: float(at(seen, t, first).value.sum()), k) for k in range(len(theta))]
    far = [rise(lambda t: floored(seen, t, first), k) for k in range(len(theta))]
    assert near == pytest.approx(ours, rel=1e-6, abs=1e-2)
    assert np.abs(np.array(far) - ours).max() > 20  # so our slope would be wrong for the package's surface


# ---------------------------------------------------------------- the iteration

WANDERS = {
    "SA": "0 + senderdemocracy",
    "VA": "1 + anticipatedsendercosts",
    "CB": "1 + sqrt(targetecondep) + anticipatedtargetcosts + contig + ally",
    "WA": "1 + lncaprat",
    "WB": "1 + targetdemocracy + lncaprat + contig",
    "a": "1",
}


def rounds(
    seen: Observed, beliefs: np.ndarray, theta: np.ndarray | None, times: int
) -> tuple[list, list, list]:
    """Nested pseudo-likelihood as the package iterates it: coefficients, how far they move, how far beliefs are from answers."""
    found, moves, gaps = [], [], []
    for _ in range(times):
        last, theta = theta, two_step(seen, beliefs, theta).theta
        answer = at(seen, theta, beliefs).answers.belief
        found.append(theta)
        moves.append(np.nan if last is None else float(np.abs(theta - last).max()))
        gaps.append(float(np.abs(answer - beliefs).max()))
        beliefs = answer
    return found, moves, gaps


@pytest.mark.slow
def test_an_iteration_that_wanders_where_its_fixed_point_is_found(shared: Path):
    """A specification of the sanctions data with a radius of 3.1: the iteration moves by tens after a hundred rounds (and after
    five hundred, seen once), beliefs a tenth or more from any equilibrium. Newton's method lands on the fixed point."""
    seen, first = sanctions(shared, WANDERS)
    _, moves, gaps = rounds(seen, first, None, 120)
    assert min(moves[60:]) > 0.1
    assert np.median(moves[60:]) > 5
    assert np.median(gaps[60:]) > 0.1
    begin = two_step(seen, first)
    found = fixed_point(seen, begin.theta, first[0])
    assert found.score < 1e-6
    assert found.radius == pytest.approx(3.14, abs=0.01)
    answer = at(seen, found.theta, found.beliefs).answers.belief
    assert answer == pytest.approx(found.beliefs, abs=1e-11)
    assert at(seen, found.theta, found.beliefs).score.sum(axis=0) == pytest.approx(np.zeros(15), abs=1e-6)
    near = found.beliefs + 1e-6 * np.random.default_rng(0).normal(size=found.beliefs.shape)
    _, _, away = rounds(seen, near, found.theta, 12)  # started a millionth beside it, the iteration leaves
    assert away[-1] > 100 * away[0]


@pytest.mark.slow
def test_where_the_iteration_settles_both_end_in_one_place(shared: Path):
    seen, first = sanctions(shared)
    found, moves, _ = rounds(seen, first, None, 40)
    assert moves[-1] < 1e-8
    ours = fixed_point(seen, two_step(seen, first).theta, first[0])
    assert found[-1] == pytest.approx(ours.theta, abs=1e-6)
    assert (moves[12] / moves[6]) ** (1 / 6) == pytest.approx(ours.radius, abs=0.05)
