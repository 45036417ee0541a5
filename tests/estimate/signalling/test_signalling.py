"""Crisis signalling from data: every equilibrium, exact slopes, and the published sanctions fits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from detente.errors import BadInput
from detente.estimate.signalling import PAYOFFS, Observed, constrained, equilibria, fixed_point, two_step
from detente.estimate.signalling.answers import answers
from detente.estimate.signalling.estimators import fixed_point_covariance
from detente.estimate.signalling.likelihood import at, beliefs_at, follow, solved

CENTRES = [(0, 1), (0.5, 1), (-0.5, 1), (-1, 1), (-1, 1.5), (-1.2, 1), (1, 1)]


def drawn(games: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.normal(m, s, games) for m, s in CENTRES])


def classic(x: float) -> np.ndarray:
    return np.array([[0, 1, 0, -1.9, -2.9 + 0.1 * x, -1.2, 1]])


@pytest.mark.parametrize(
    ("x", "told"),
    [(0, [0.251105, 0.594723, 0.813322]), (1, [0.296452, 0.472423, 0.874031])],
)
def test_three_equilibria(x, told):
    found = equilibria(classic(x))
    assert found.resist == pytest.approx(told, abs=6e-7)
    assert list(found.count) == [3]
    assert list(np.abs(found.slope) < 1) == [True, False, True]


def test_where_there_are_three():
    inside, outside = (
        np.vstack([classic(x) for x in xs]) for xs in ((-0.46, 0.5, 1.52), (-0.99, -0.48, 1.54, 1.99))
    )
    assert list(equilibria(inside).count) == [3] * 3
    assert list(equilibria(outside).count) == [1] * 4


def test_roots_are_equilibria_and_counts_are_odd():
    u = drawn(600, 1)
    found = equilibria(u)
    assert (found.count % 2 == 1).all()
    inner = np.abs(found.q) < 10
    mine, p = u[found.game[inner]], found.resist[inner]
    sa, va, cb, wa, wb, a, vb = mine.T
    c = va + (sa - va) / p
    there = answers(mine, p, np.full(len(p), 0.5))
    x = wb - vb + (vb - cb) / there.belief[1]
    assert ndtr(x) == pytest.approx(p, abs=1e-11)
    assert np.exp(there.log[0]) == pytest.approx(ndtr(c - wa) * ndtr(c - a), rel=1e-12)


def test_the_limit_without_challenge_or_resistance_is_counted():
    found = equilibria(
        np.array([[1.0, 0.0, 0.0, -2.0, 0.0, -1.0, -1.0], [1.0, 0.0, 0.0, -1.0, 0.0, -2.0, -1.0]])
    )
    assert list(found.boundary) == [True, False]


def test_payoffs_that_are_no_numbers_are_refused():
    with pytest.raises(BadInput):
        equilibria(np.full((2, 7), np.nan))


def test_ends_add_up_and_slopes_are_exact():
    u, rng = 1.5 * drawn(60, 2), np.random.default_rng(3)
    p = rng.uniform(0.05, 0.95, (2, 60))
    found = answers(u, *p)
    assert np.exp(found.log).sum(axis=0) == pytest.approx(np.ones(60), abs=1e-14)
    for k in range(9):
        stepped, beliefs = u.astype(complex), p.astype(complex)
        if k < len(PAYOFFS):
            stepped[:, k] += 1e-30j
        else:
            beliefs[k - 7] += 1e-30j
        there = answers(stepped, *beliefs)
        assert there.log.imag / 1e-30 == pytest.approx(found.slope[:, :, k], rel=1e-9, abs=1e-9)
        assert there.belief.imag / 1e-30 == pytest.approx(found.d_belief[:, :, k], rel=1e-9, abs=1e-12)


def test_what_simulation_gives():
    """A million crises: A knows both its errors, B its own."""
    u, p, f, rng = np.array([[0.2, 0.9, -0.6, -0.4, -0.8, -0.9, 0.7]]), 0.6, 0.5, np.random.default_rng(0)
    sa, va, cb, wa, wb, a, vb = u[0]
    e = rng.normal(size=(3, 1_000_000))
    stand, back = wa + e[0], a + e[1]
    goes = (1 - p) * va + p * np.maximum(stand, back) > sa
    resists = f * (wb + e[2]) + (1 - f) * vb > cb
    shares = [(~goes).mean(), (goes & ~resists).mean(), (goes & resists & (stand > back)).mean(),
              (goes & resists & (stand <= back)).mean()]  # fmt: skip
    assert np.exp(answers(u, np.array([p]), np.array([f])).log[:, 0]) == pytest.approx(shares, abs=2e-3)


def test_far_tails_keep_their_logarithms():
    u = np.array([[30.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0]])
    found = answers(u, np.array([0.5]), np.array([0.5]))
    assert np.isfinite(found.log).all()
    assert found.log[2, 0] < -1000
    assert np.isfinite(found.slope).all()


# ---------------------------------------------------------------- sanctions


def told(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "estimation" / f"sanctions_{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sanctions(shared: Path):
    pd = pytest.importorskip("pandas", reason="pandas is not installed (extra: estimate)")
    pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")
    from detente.estimate.formulas import index

    data = pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})
    matrices = {}
    for name, terms in told(shared, "npl")["utilities"].items():
        if terms:
            formula = " + ".join("1" if t == "(Intercept)" else t for t in terms)
            made = index(name, formula if "(Intercept)" in terms else "0 + " + formula, data)
            assert list(made.terms) == terms
            matrices[name] = made.matrix
    seen = Observed(data[["sq", "cd", "sf", "bd"]].to_numpy(float), matrices)
    return seen, data[["PRhat", "PFhat"]].to_numpy(float).T


def flat(by_payoff: dict) -> np.ndarray:
    return np.array([v for name in PAYOFFS for v in by_payoff[name].values()])


@pytest.fixture(scope="module")
def npl(shared: Path, sanctions):
    seen, first = sanctions
    begin = two_step(seen, first)
    return fixed_point(seen, begin.theta, first[0])


def test_two_step(shared, sanctions):
    seen, first = sanctions
    found, peer = two_step(seen, first), told(shared, "pl")
    assert found.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert found.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    assert found.bse == pytest.approx(flat(peer["standard_errors_first_stage_known"]["opg"]), abs=1e-5)


def test_fixed_point(shared, sanctions, npl):
    peer = told(shared, "npl")
    assert npl.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert npl.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    assert npl.bse == pytest.approx(flat(peer["standard_errors"]), abs=1e-5)
    assert npl.beliefs[0] == pytest.approx(np.array(peer["equilibrium_pR"]), abs=1e-8)
    assert npl.radius == pytest.approx(peer["spectral_radius_of_npl_iteration"], abs=1e-5)
    assert npl.several == 0


def test_the_transposed_covariance_is_the_packages(shared, sanctions, npl):
    """The package solves with the transpose of J: the two slopes of best answers change places."""
    seen, _ = sanctions
    here = at(seen, npl.theta, npl.beliefs)
    slopes = here.answers.d_belief[1, :, 7], here.answers.d_belief[0, :, 8]
    swapped = type(here)(
        here.answers, here.value, here.score, here.by_belief, here.d_answer, solved(here.d_answer, *slopes)
    )
    found = np.sqrt(np.diag(fixed_point_covariance(swapped)))
    assert found == pytest.approx(flat(told(shared, "npl")["standard_errors_printed_by_peer"]), abs=1e-5)
    assert found != pytest.approx(npl.bse, abs=0.1)


def test_constrained(shared, sanctions, npl):
    peer = told(shared, "cmle")
    found = constrained(sanctions[0], npl.theta, npl.beliefs[0])
    assert found.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert found.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    assert found.bse == pytest.approx(flat(peer["standard_errors"]), abs=1e-5)
    assert found.several == 0


def test_a_close_pair_is_found_on_a_coarse_grid():
    found = equilibria(classic(-0.46))
    assert list(found.count) == [3]
    assert np.diff(found.q).min() < 72 / 59


def played(games: int, plays: int) -> tuple[Observed, np.ndarray, np.ndarray]:
    """Crises of our own making, in equilibrium at known coefficients: data, coefficients, log-odds of resistance."""
    rng = np.random.default_rng(5)
    x, one = rng.normal(size=(4, games)), np.ones(games)
    matrices = {"SA": x[:1].T, "VA": one[:, None], "CB": np.column_stack([one, x[1]]), "WA": np.column_stack([one, x[2]]),
                "WB": np.column_stack([one, x[3]]), "a": one[:, None]}  # fmt: skip
    theta = np.array([0.2, 1.0, -0.4, 0.3, -0.8, 0.4, -0.6, 0.5, -1.0])
    blank = Observed(np.zeros((games, 4)), matrices)
    found = equilibria(blank.payoffs(theta))
    assert (found.count == 1).all()
    log = at(blank, theta, beliefs_at(blank, theta, found.q)).answers.log
    counts = rng.multinomial(plays, np.exp(log).T).astype(float)
    return Observed(counts, matrices), theta, found.q


def test_the_score_along_a_branch_is_the_slope_of_the_likelihood():
    seen, theta, q = played(80, 20)
    point = at(seen, theta, beliefs_at(seen, theta, q))
    for k in range(len(theta)):
        step = 3e-6 * np.eye(len(theta))[k]
        up, down = (
            at(seen, t, beliefs_at(seen, t, follow(seen, t, q))).value for t in (theta + step, theta - step)
        )
        assert (up - down) / 6e-6 == pytest.approx(point.branch_score[:, k], abs=2e-7)


def test_planted_coefficients_come_back():
    seen, theta, q = played(300, 200)
    resist = 1 / (1 + np.exp(-q))
    for way in (fixed_point, constrained):
        found = way(seen, theta, resist)
        assert np.abs((found.theta - theta) / found.bse).max() < 3.5
        assert found.score < 1e-6
        assert found.several == 0
