"""Two-step and nested pseudo-likelihood from replies alone: the published sanctions fits, games of our own, simulations."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from detente.errors import BadInput, DataError
from detente.estimate.data import ends_of
from detente.estimate.formulas import Index
from detente.estimate.pseudo.covariance import nested_covariance, two_step_covariance
from detente.estimate.pseudo.estimators import along, nested, search, two_step
from detente.estimate.pseudo.first_stage import first_stage, given
from detente.estimate.pseudo.iteration import spectral_radius
from detente.estimate.pseudo.played import Played, at, crossed, followed, held, settled
from detente.estimate.pseudo.resamples import again, resampled
from detente.estimate.pseudo.rounds import iterate
from detente.estimate.replies.agent import AgentReplies
from detente.estimate.replies.private import PrivateReplies
from detente.estimate.replies.reply import Numbers, Replied
from detente.estimate.signalling import PAYOFFS
from detente.estimate.signalling.answers import log_best, log_normal, log_odds, log_sum
from detente.estimate.walk import Link
from detente.game import Game, Tree, parse_yaml

CRISIS = """
title: crisis signalling
players: {A: one, B: other}
parameters:
  SA: {range: [-9, 9]}
  VA: {range: [-9, 9]}
  CB: {range: [-9, 9]}
  WA: {range: [-9, 9]}
  WB: {range: [-9, 9]}
  a: {range: [-9, 9]}
  VB: {range: [-9, 9], base: 0}
moves:
  - {move: open, by: A, options: [keep, challenge]}
  - {move: answer, by: B, options: [concede, resist], when: open == challenge}
  - {move: last, by: A, options: [back_down, stand], when: answer == resist}
payoffs:
  A:
    kept: {worth: SA, when: open == keep}
    won: {worth: VA, when: answer == concede}
    war: {worth: WA, when: last == stand}
    shame: {worth: a, when: last == back_down}
  B:
    lost: {worth: CB, when: answer == concede}
    war: {worth: WB, when: last == stand}
    won: {worth: VB, when: last == back_down}
events:
  sq: open == keep
  cd: answer == concede
  sf: last == stand
  bd: last == back_down
"""


@dataclass(frozen=True)
class Crisis:
    """The crisis game of Lewis and Schultz in closed form, as `Replies`."""

    tree: Tree
    beliefs = ((1, 1), (2, 1))

    def __call__(self, numbers: Numbers, beliefs: Numbers) -> Replied:
        text = [n.text for n in self.tree.numbers]
        sa, va, cb, wa, wb, a, vb = (numbers[text.index(p)] for p in PAYOFFS)
        resist, firm = beliefs
        c = sa + (sa - va) * np.exp(-resist)
        x = wb - cb + (vb - cb) * np.exp(-firm)
        stand, back = log_best(wa, a, c), log_best(a, wa, c)
        yes, no = log_normal(x), log_normal(-x)
        by_label = {
            ("keep",): log_normal(c - wa) + log_normal(c - a),
            ("challenge", "concede"): log_sum(stand, back) + no,
            ("challenge", "resist", "stand"): stand + yes,
            ("challenge", "resist", "back_down"): back + yes,
        }
        ends = [by_label[self.tree.path_labels(int(n))] for n in np.flatnonzero(self.tree.kind == 0)]
        return Replied(np.stack(ends), np.stack([yes - no, log_odds(wa, a, c)]))


def crisis() -> Crisis:
    return Crisis(Game.from_mapping(*parse_yaml(CRISIS)).tree())


def told(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "estimation" / f"sanctions_{name}.json").read_text("utf-8"))


def flat(by_payoff: dict) -> np.ndarray:
    return np.array([v for name in PAYOFFS for v in by_payoff[name].values()])


@pytest.fixture(scope="module")
def sanctions(shared: Path):
    pd = pytest.importorskip("pandas", reason="pandas is not installed (extra: estimate)")
    pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")
    from detente.estimate.data import counted
    from detente.estimate.formulas import index

    data = pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})
    indices: list[Index] = []
    for name in PAYOFFS:
        terms = told(shared, "npl")["utilities"][name]
        if terms:
            formula = " + ".join("1" if t == "(Intercept)" else t for t in terms)
            indices.append(index(name, formula if "(Intercept)" in terms else "0 + " + formula, data))
    replies = crisis()
    _, ends, counts = counted(data, {e: e for e in ("sq", "cd", "sf", "bd")}, {}, replies.tree)
    return Played(replies, indices, {"VB": 0.0}, ends, counts), data


@pytest.fixture(scope="module")
def first(sanctions):
    played, data = sanctions
    return given(played, {"answer > resist": data.PRhat.to_numpy(), "last > stand": data.PFhat.to_numpy()})


@pytest.fixture(scope="module")
def pl(sanctions, first):
    return two_step(sanctions[0], first)


@pytest.fixture(scope="module")
def npl(sanctions, pl):
    return nested(sanctions[0], pl.beliefs, start=pl.theta)


def test_two_step(shared, pl):
    found, peer = pl, told(shared, "pl")
    assert found.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert found.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    errors = peer["standard_errors_first_stage_known"]
    assert np.sqrt(np.diag(found.covariance("naive"))) == pytest.approx(flat(errors["opg"]), abs=1e-5)
    assert np.sqrt(np.diag(np.linalg.inv(found.information))) == pytest.approx(
        flat(errors["observed_information"]), abs=1e-5
    )
    assert found.in_equilibrium() == pytest.approx(
        peer["loglik_in_equilibrium_at_these_coefficients"], abs=1e-6
    )


def test_nested(shared, npl):
    peer = told(shared, "npl")
    assert npl.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert npl.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    errors = {"corrected": "standard_errors", "sandwich": "standard_errors_sandwich_exact_bread"}
    for kind, name in errors.items():
        assert np.sqrt(np.diag(npl.covariance(kind))) == pytest.approx(flat(peer[name]), abs=1e-5)
    assert npl.radius == pytest.approx(peer["spectral_radius_of_npl_iteration"], abs=1e-5)
    assert 1 / (1 + np.exp(-npl.beliefs[0])) == pytest.approx(np.array(peer["equilibrium_pR"]), abs=1e-8)


def test_the_transposed_covariance_is_the_packages(shared, npl):
    """The package solves with the transpose of J, in probabilities: ours does so when its slopes are exchanged."""
    point = npl.point
    steep = 1 / (2 + np.exp(npl.beliefs) + np.exp(-npl.beliefs))  # slope of a probability by its log-odds
    swapped = point.d_reply.copy()
    ratio = (steep[1] / steep[0]) ** 2
    count = len(npl.played.indices)
    swapped[0, :, count + 1] = point.d_reply[1, :, count] * ratio
    swapped[1, :, count] = point.d_reply[0, :, count + 1] / ratio
    found = nested_covariance(npl.played, replace(point, d_reply=swapped), lambda: npl.bread, "corrected")
    printed = flat(told(shared, "npl")["standard_errors_printed_by_peer"])
    assert np.sqrt(np.diag(found)) == pytest.approx(printed, abs=1e-5)
    assert np.sqrt(np.diag(npl.covariance("corrected"))) != pytest.approx(printed, abs=0.1)


@pytest.mark.slow
def test_the_published_fits_from_private_information_in_general(shared, sanctions, first):
    """The same numbers from replies that know nothing of this game but its tree and which payoffs have errors."""
    private = PrivateReplies(sanctions[0].replies.tree, {"A": ["sf", "bd"], "B": ["sf"]})
    assert private.beliefs == ((1, 1), (2, 1))
    played = replace(sanctions[0], replies=private)
    two = two_step(played, first)
    assert two.log_likelihood == pytest.approx(told(shared, "pl")["loglik"], abs=1e-6)
    end, peer = nested(played, first.beliefs, start=two.theta), told(shared, "npl")
    assert end.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert end.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    assert np.sqrt(np.diag(end.covariance("corrected"))) == pytest.approx(
        flat(peer["standard_errors"]), abs=1e-5
    )


# ---------------------------------------------------------------- a game of our own: who arms


ARMS = """
title: arming
players: {one: a, two: b}
parameters:
  u1: {range: [-9, 9]}
  d1: {range: [-9, 9]}
  u2: {range: [-9, 9]}
  d2: {range: [-9, 9]}
moves:
  - {move: first, by: one, options: [quiet, arm], hidden_from: two}
  - {move: second, by: two, options: [quiet, arm]}
payoffs:
  one:
    alone: {worth: u1, when: first == arm}
    both: {worth: d1, when: first == arm and second == arm}
  two:
    alone: {worth: u2, when: second == arm}
    both: {worth: d2, when: first == arm and second == arm}
events:
  neither: first == quiet and second == quiet
  one_alone: first == arm and second == quiet
  two_alone: first == quiet and second == arm
  both: first == arm and second == arm
"""
OUTCOMES = ("neither", "one_alone", "two_alone", "both")


def arms(
    theta: np.ndarray,
    d1: float | None,
    d2: float | None,
    *,
    kinds: int,
    plays: int,
    seed: int,
    link: Link = "logit",
    near: float = 0.0,
) -> tuple[Played, np.ndarray]:
    """Plays in the equilibrium near beliefs ``near``, and its beliefs. ``d1``, ``d2``: fixed, or estimated where None. Without a
    seed (-1): the counts that the model expects."""
    tree = Game.from_mapping(*parse_yaml(ARMS)).tree()
    x, one = np.random.default_rng(3).normal(size=(2, kinds)), np.ones((kinds, 1))
    indices = []
    for player, d in enumerate((d1, d2)):
        terms = ("(Intercept)", f"x{player + 1}")
        indices.append(Index(f"u{player + 1}", "", terms, np.column_stack([one, x[player]]), None))
        if d is None:
            indices.append(Index(f"d{player + 1}", "", ("(Intercept)",), one, None))
    fixed = {f"d{k + 1}": d for k, d in enumerate((d1, d2)) if d is not None}
    ends = np.stack([ends_of(tree, name) for name in OUTCOMES])
    scale = 1.0 if link == "logit" else 2**0.5
    blank = Played(AgentReplies(tree, link, scale), indices, fixed, ends, np.ones((kinds, 4)))
    beliefs = settled(blank, theta, np.full((2, kinds), near))
    p = np.exp(at(blank, theta, beliefs).log).T
    counts = plays * p if seed < 0 else np.random.default_rng(seed).multinomial(plays, p).astype(float)
    return replace(blank, counts=counts), beliefs


ESTIMATED = np.array([-0.3, 0.8, 1.2, 0.2, -0.7, -1.5])  # u1: 1, x1; d1; u2: 1, x2; d2
RIVALS = np.array([0.8, 0.6, 0.6, -0.5])  # with d1 = d2 = -2.5
CHASE = np.array([-2.5, 0.6, 3.0, 0.5])  # with d1 = 6, d2 = -6: one wants to match, the other to differ


def test_planted_coefficients_come_back():
    played, beliefs = arms(ESTIMATED, None, None, kinds=80, plays=200, seed=1)
    two = two_step(played, first_stage(played))
    end = nested(played, two.beliefs)
    for found in (two, end):
        for kind in ("expected", "sandwich"):
            errors = np.sqrt(np.diag(found.covariance(kind)))
            assert np.abs((found.theta - ESTIMATED) / errors).max() < 3.5
        assert found.score < 1e-6
    numbers, _ = played.numbers(played.drawn(end.theta))
    assert played.replies(numbers, end.beliefs).reply == pytest.approx(end.beliefs, abs=1e-10)
    assert np.abs(end.beliefs - beliefs).max() < 0.5


@pytest.mark.parametrize("method", ["pl", "npl"])
def test_what_the_model_expects_gives_back_the_model(method):
    played, beliefs = arms(ESTIMATED, None, None, kinds=30, plays=200, seed=-1)
    first = first_stage(played)
    assert first.beliefs == pytest.approx(beliefs, abs=1e-7)
    found = two_step(played, first) if method == "pl" else nested(played, first.beliefs)
    assert found.theta == pytest.approx(ESTIMATED, abs=1e-6)


def test_second_derivatives():
    played, beliefs = arms(ESTIMATED, None, None, kinds=12, plays=50, seed=2)
    theta, h = ESTIMATED + 0.1, 1e-5
    now = settled(played, theta, beliefs)
    moves = along(at(played, theta, now), 4)
    told = (held(played, theta, now), followed(played, theta, now, moves))
    found = (np.empty((6, 6)), np.empty((6, 6)))
    for k, step in enumerate(h * np.eye(6)):
        for follows, out in zip((False, True), found, strict=True):
            up, down = (
                at(played, t, settled(played, t, now) if follows else now).score.sum(axis=0)
                for t in (theta + step, theta - step)
            )
            out[:, k] = (up - down) / (2 * h)
    for one, other in zip(told, found, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    cross = crossed(played, theta, now)
    for b in range(2):
        step = h * np.eye(2)[b][:, None]
        up, down = (at(played, theta, now + s).score for s in (step, -step))
        assert cross[b] == pytest.approx((up - down) / (2 * h), abs=1e-6)


def test_what_the_score_shares_with_the_first_stage():
    """Where the model is right, what rows do to both steps agrees with the formula C = J_t' O_Pt; leaving it out loses what links
    the coefficients of the two players."""
    played, _ = arms(RIVALS, -2.5, -2.5, kinds=30, plays=300, seed=-1)
    first = first_stage(played)
    found = two_step(played, first)
    whole = found.covariance("expected")
    by_formula = two_step_covariance(
        played, found.point, replace(first, influence=None, by_outcome=None), lambda: found.information,
        lambda: found.crossed, "expected",
    )  # fmt: skip
    assert whole == pytest.approx(by_formula, rel=1e-6)
    elsewhere = two_step_covariance(
        played, found.point, replace(first, same_data=False), lambda: found.information, lambda: found.crossed, "expected"
    )  # fmt: skip
    assert np.abs(elsewhere[:2, 2:]).max() < 1e-10
    errors = np.sqrt(np.diag(whole))
    assert (whole / np.outer(errors, errors))[0, 2] > 0.7


def test_a_covariance_that_is_given_does_what_ones_own_does():
    played, _ = arms(RIVALS, -2.5, -2.5, kinds=30, plays=300, seed=-1)
    first = first_stage(played)
    p = 1 / (1 + np.exp(-first.beliefs))
    spread = np.zeros((60, 60))
    spread[np.arange(60), np.arange(60)] = (p * (1 - p) / 300).reshape(-1)  # shares of 300 plays
    columns = {"first > arm": p[0], "second > arm": p[1]}
    other = given(played, columns, covariance=spread)
    one, two = two_step(played, first), two_step(played, other)
    assert one.theta == pytest.approx(two.theta, abs=1e-8)
    assert two.covariance("expected") == pytest.approx(one.covariance("expected"), rel=1e-6)
    with pytest.raises(BadInput, match="how each row moves the beliefs"):
        two.covariance("sandwich")
    known = two_step(played, given(played, columns))
    assert known.covariance("corrected") == pytest.approx(known.covariance("naive"))


def test_clusters_of_one_row_are_rows():
    played, _ = arms(ESTIMATED, None, None, kinds=50, plays=40, seed=4)
    two = two_step(played, first_stage(played))
    for found in (two, nested(played, two.beliefs)):
        clustered = found.covariance("clustered", np.arange(50))
        assert clustered == pytest.approx(found.covariance("sandwich") * 50 / 49)
        with pytest.raises(BadInput, match="needs clusters"):
            found.covariance("clustered")
        with pytest.raises(BadInput, match="every row is in a cluster"):
            found.covariance("clustered", np.arange(3))
    with pytest.raises(BadInput, match="no such covariance"):
        nested(played, two.beliefs).covariance("naive")


@pytest.mark.parametrize("method", ["pl", "npl"])
def test_each_row_moves_the_estimate_as_told(method):
    """The weight of a row up and down a little, all steps again: the derivative that the robust covariance is made of."""
    played, _ = arms(ESTIMATED, None, None, kinds=45, plays=40, seed=4)
    found = two_step(played, first_stage(played))
    found = found if method == "pl" else nested(played, found.beliefs)
    for row in (0, 13, 44):
        weight = 1e-3 * np.eye(45)[row]
        slope = (again(found, 1 + weight) - again(found, 1 - weight)) / 2e-3
        assert slope == pytest.approx(found.influence[row], abs=2e-6)
    assert found.covariance("sandwich") == pytest.approx(found.influence.T @ found.influence)


def test_a_row_written_out_changes_nothing():
    """Rows of counts as one row a play: the estimates stay, and so do the errors that the model expects."""
    played, _ = arms(RIVALS, -2.5, -2.5, kinds=12, plays=40, seed=5)
    row, outcome = np.nonzero(played.counts)
    times = played.counts[row, outcome].astype(int)
    row, outcome = np.repeat(row, times), np.repeat(outcome, times)
    indices = [replace(i, matrix=i.matrix[row]) for i in played.indices]
    long = replace(played, indices=indices, counts=np.eye(4)[outcome])
    one, two = two_step(played, first_stage(played)), two_step(long, first_stage(long))
    assert one.theta == pytest.approx(two.theta, abs=1e-7)
    assert one.covariance("expected") == pytest.approx(two.covariance("expected"), rel=1e-6)
    weights = np.arange(1.0, 13.0)
    assert again(one, weights) == pytest.approx(again(two, weights[row]), abs=1e-7)


def test_outcomes_that_mean_several_ends():
    """Who armed, one or both, but not which one: NPL from what is told, and no first stage."""
    played, beliefs = arms(RIVALS, -2.5, -2.5, kinds=40, plays=4000, seed=6)
    ends = np.stack([played.ends[0], played.ends[1] + played.ends[2], played.ends[3]])
    counts = np.column_stack([played.counts[:, 0], played.counts[:, 1:3].sum(axis=1), played.counts[:, 3]])
    coarse = replace(played, ends=ends, counts=counts)
    found = nested(coarse, beliefs, start=RIVALS)
    assert np.abs((found.theta - RIVALS) / np.sqrt(np.diag(found.covariance("expected")))).max() < 3.5
    with pytest.raises(DataError, match="do not tell"):
        first_stage(coarse)


CHOOSING = """
title: talks
players: {one: a, two: b}
parameters:
  u: {range: [-9, 9]}
  v: {range: [-9, 9]}
  w: {range: [-9, 9]}
moves:
  - {move: first, by: one, options: [quiet, talk, arm], hidden_from: two}
  - {move: second, by: two, options: [wait, go]}
  - {move: last, by: one, options: [stay, leave], when: second == go}
payoffs:
  one:
    arming: {worth: u, when: first == arm}
    met: {worth: v, when: first == talk and second == go}
    left: {worth: 0.5, when: last == leave}
  two:
    going: {worth: w, when: second == go and first == arm}
    left: {worth: -1, when: last == leave}
"""


def test_three_options_and_a_player_that_moves_again():
    tree = Game.from_mapping(*parse_yaml(CHOOSING)).tree()
    x, one = np.random.default_rng(1).normal(size=(3, 60)), np.ones(60)
    indices = [
        Index(name, "", ("(Intercept)", "x"), np.column_stack([one, x[k]]), None)
        for k, name in enumerate("uvw")
    ]
    ends = np.eye(tree.n_outcomes)
    blank = Played(AgentReplies(tree, "logit", 1.0), indices, {}, ends, np.ones((60, len(ends))))
    theta = np.array([0.3, -0.5, 0.8, 0.6, -1.0, 0.7])
    beliefs = settled(blank, theta, np.zeros((len(blank.replies.beliefs), 60)))
    assert len(beliefs) > 3
    p = np.exp(at(blank, theta, beliefs).log).T
    assert p.sum(axis=1) == pytest.approx(np.ones(60))
    played = replace(blank, counts=np.random.default_rng(2).multinomial(300, p).astype(float))
    two = two_step(played, first_stage(played, formula=None))
    for found in (two, nested(played, two.beliefs)):
        assert np.abs((found.theta - theta) / np.sqrt(np.diag(found.covariance("expected")))).max() < 3.5


def test_a_game_without_beliefs():
    """One player, one choice: both methods are the logit."""
    text = """
title: alone
players: {one: a}
parameters:
  u: {range: [-9, 9]}
moves:
  - {move: first, by: one, options: [stay, go]}
payoffs:
  one:
    going: {worth: u, when: first == go}
"""
    tree = Game.from_mapping(*parse_yaml(text)).tree()
    index = [Index("u", "", ("(Intercept)",), np.ones((3, 1)), None)]
    played = Played(
        AgentReplies(tree, "logit", 1.0), index, {}, np.eye(2), np.array([[3.0, 5], [2, 6], [4, 4]])
    )
    two = two_step(played, first_stage(played))
    for found in (two, nested(played, two.beliefs)):
        assert found.theta == pytest.approx([np.log(15 / 9)])
        assert found.covariance("expected") == pytest.approx(np.array([[1 / 15 + 1 / 9]]))
        assert found.radius == 0


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize("d", [3.0, -6.0])
def test_the_radius_needs_no_matrix_of_all_beliefs(d):
    played, beliefs = arms(CHASE, 6.0, d, kinds=60, plays=40, seed=2)
    end = nested(played, beliefs)
    few, all_ = (
        spectral_radius(played, end.point, end.information, end.crossed, dense=size) for size in (10, 1000)
    )
    assert few == pytest.approx(all_, rel=1e-6)


def test_rounds_arrive_where_the_radius_is_below_one():
    played, beliefs = arms(np.array([-1.7, 0.4, -1.6, 0.4]), 3.0, 3.0, kinds=30, plays=400, seed=0)
    end = nested(played, beliefs)
    path = iterate(played, first_stage(played).beliefs, tolerance=1e-9)
    assert path.reason == "converged"
    assert path.theta[-1] == pytest.approx(end.theta, abs=1e-7)
    assert path.beliefs == pytest.approx(end.beliefs, abs=1e-7)
    assert path.change[-1] / path.change[-2] == pytest.approx(end.radius, abs=0.01)
    assert path.log_likelihood[-1] == pytest.approx(end.log_likelihood, abs=1e-6)


def test_rounds_that_cycle_where_newton_arrives():
    played, beliefs = arms(CHASE, 6.0, -6.0, kinds=30, plays=400, seed=0)
    first = first_stage(played)
    end = nested(played, first.beliefs)
    assert end.score < 1e-6
    assert np.abs((end.theta - CHASE) / np.sqrt(np.diag(end.covariance("expected")))).max() < 3.5
    assert end.radius > 1.4
    path = iterate(played, first.beliefs, rounds=100)
    assert (path.reason, path.period) == ("cycling", 4)
    assert np.abs(path.theta[-1] - end.theta).max() > 0.2
    near = iterate(played, end.beliefs, rounds=1)
    assert near.change[0] < 1e-6
    assert end.beliefs == pytest.approx(beliefs, abs=0.5)


def test_several_fixed_points_and_the_best_of_them():
    """Both gain by arming together. One row shows two plays alone, so it may as well be expected to arm: worse, but a fixed point."""
    played, low = arms(np.array([-3.0, 0.3, -3.0, 0.3]), 6.0, 6.0, kinds=30, plays=400, seed=1, near=-3.0)
    counts = played.counts.copy()
    counts[0] = [2, 0, 0, 0]
    played = replace(played, counts=counts)
    high = low.copy()
    high[:, 0] = 2.9
    found = search(played, [high, low, high - 0.01])
    assert [float(one.beliefs[0, 0]) > 0 for one in found] == [False, True]
    assert found[0].log_likelihood > found[1].log_likelihood + 10
    assert max(one.score for one in found) < 1e-6


def test_no_fixed_point_is_an_error():
    played, beliefs = arms(ESTIMATED, None, None, kinds=12, plays=50, seed=2)
    same = replace(played, indices=[replace(i, matrix=0 * i.matrix + 1) for i in played.indices])
    with pytest.raises(DataError, match="from the first"):
        search(same, [beliefs])
    with pytest.raises(DataError, match="flat"):
        two_step(same, first_stage(same))


def test_fewer_rows_than_coefficients_have_no_outer_products():
    played, _ = arms(RIVALS, -2.5, -2.5, kinds=3, plays=400, seed=2)
    found = two_step(played, first_stage(played))
    assert np.isfinite(found.covariance("expected")).all()
    with pytest.raises(DataError, match="too few rows"):
        found.covariance("naive")


# ---------------------------------------------------------------- simulation


@pytest.mark.slow
def test_resamples_agree_with_the_formula():
    played, _ = arms(RIVALS, -2.5, -2.5, kinds=8, plays=40, seed=8)
    row, outcome = np.nonzero(played.counts)
    times = played.counts[row, outcome].astype(int)
    row, outcome = np.repeat(row, times), np.repeat(outcome, times)
    indices = [replace(i, matrix=i.matrix[row]) for i in played.indices]
    long = replace(played, indices=indices, counts=np.eye(4)[outcome])
    found = two_step(long, first_stage(long))
    draws, failed = resampled(found, 500, seed=1)
    assert failed == 500 - len(draws) < 10
    told = np.sqrt(np.diag(found.covariance("sandwich")))
    assert draws.std(axis=0) == pytest.approx(told, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("plays", [300])
def test_errors_and_coverage_of_both_methods(plays):
    """1000 data sets: spread of the estimates, correlation between the players' coefficients, coverage of 95% intervals."""
    blank, _ = arms(RIVALS, -2.5, -2.5, kinds=30, plays=1, seed=-1)
    p, rng = blank.counts, np.random.default_rng(11)
    estimates, covariances = {"pl": [], "npl": []}, {"pl": [], "npl": []}
    naive = []
    for _ in range(1000):
        played = replace(blank, counts=rng.multinomial(plays, p).astype(float))
        two = two_step(played, first_stage(played))
        for found in (two, nested(played, two.beliefs, start=two.theta)):
            estimates[found.method].append(found.theta)
            covariances[found.method].append(found.covariance("expected"))
        naive.append(np.linalg.inv(two.information))
    for method, found in estimates.items():
        found, spread = np.array(found), np.array(covariances[method])
        real, told = np.cov(found.T), spread.mean(axis=0)
        sizes = np.sqrt(np.diag(real))
        assert np.sqrt(np.diag(told)) == pytest.approx(sizes, rel=0.06)
        assert (told / np.outer(sizes, sizes))[:2, 2:] == pytest.approx(
            (real / np.outer(sizes, sizes))[:2, 2:], abs=0.08
        )
        assert (real / np.outer(sizes, sizes))[0, 2] > 0.7
        errors = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
        covered = (np.abs(found - RIVALS) < 1.959964 * errors).mean(axis=0)
        assert ((covered > 0.93) & (covered < 0.97)).all(), (method, covered)
    assert np.abs(np.mean(naive, axis=0)[:2, 2:]).max() < 1e-12
