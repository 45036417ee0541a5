"""Private information in general: against closed forms of two families of games, and against a million simulated types a game."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import log_ndtr

from detente.errors import BadInput, GameError
from detente.estimate.replies.plans import Option, Worth, log_odds, log_plans
from detente.estimate.replies.private import PrivateReplies
from detente.estimate.replies.reply import along, sloped
from detente.estimate.signalling.answers import PAYOFFS, answers
from detente.estimate.signalling.answers import log_odds as closed_log_odds
from detente.estimate.walk import walk
from detente.game import Game
from detente.game.derivative import numbers_slope
from detente.game.tree import TERMINAL
from detente.models import find

CRISIS = {"A": ["stand_firm", "back_down"], "B": ["stand_firm"]}


def settled(replies, numbers):
    """Beliefs of a game of perfect information: after a reply for each move they are the replies to themselves."""
    beliefs = np.zeros((len(replies.beliefs), numbers.shape[1]))
    for _ in range(len(replies.tree.sets)):
        beliefs = replies(numbers, beliefs).reply
    return beliefs


def labels(tree):
    ends = {int(tree.terminal[n]): tree.path_labels(int(n)) for n in np.flatnonzero(tree.kind == TERMINAL)}
    return [ends[e] for e in range(tree.n_outcomes)]


# ---------------------------------------------------------------- closed forms


@pytest.mark.parametrize("slug", ["strategic-probit-12", "strategic-probit-122", "strategic-probit-123"])
def test_where_nobody_moves_twice_it_is_the_walk(slug):
    """Log-probabilities and their slopes along the equilibrium, at 200 points, some in the tails."""
    tree, rng = find(slug).game.tree(), np.random.default_rng(1)
    names = [n for n in tree.parameters if n.startswith("u")]
    at = {n: rng.normal(size=200) * np.geomspace(0.3, 12, 200) for n in names}
    replies = PrivateReplies(tree)
    numbers, slopes = tree.numbers_at(at).T, numbers_slope(tree, at, tuple(names)).dense().transpose(1, 0, 2)
    beliefs = settled(replies, numbers)
    found = sloped(replies, numbers, slopes, beliefs)
    told = walk(tree, at, names, link="probit", errors="private")
    assert found.log == pytest.approx(told.log, rel=1e-11, abs=1e-11)
    assert found.log.min() < -200
    way = along(found, len(names))
    total = found.d_log[:, :, : len(names)] + np.einsum("erb,brk->erk", found.d_log[:, :, len(names) :], way)
    assert total == pytest.approx(told.slope, rel=1e-8, abs=1e-8)


def crisis(u, q):
    """Replies in the catalogue's game at payoffs [game, 7], and log-odds of resisting and of standing firm."""
    tree = find("crisis-signalling-estimated").game.tree()
    return PrivateReplies(tree, CRISIS), tree.numbers_at(dict(zip(PAYOFFS, u.T, strict=True))).T, -q


ENDS = {("refrain",): 0, ("challenge", "concede"): 1, ("challenge", "resist", "stand_firm"): 2, ("challenge", "resist", "back_down"): 3}  # fmt: skip


@pytest.mark.parametrize("size", [1.0, 4.0])
def test_crisis_signalling_is_its_closed_form(size):
    """200 payoff vectors and beliefs: ends, replies and all slopes; the larger payoffs go down to e^-10000 and beyond."""
    rng = np.random.default_rng(2)
    u, q = size * rng.normal(size=(200, 7)), 3 * rng.normal(size=(2, 200))
    p = 1 / (1 + np.exp(-q))
    replies, numbers, beliefs = crisis(u, q)
    tree = replies.tree
    assert [tree.sets[h].name for h, _ in replies.beliefs] == ["answer", "last"], "of challenges nobody needs beliefs"
    at = dict(zip(PAYOFFS, u.T, strict=True))
    slopes = numbers_slope(tree, at, PAYOFFS).dense().transpose(1, 0, 2)
    found, told = sloped(replies, numbers, slopes, beliefs), answers(u, *p)
    order = [ENDS[label] for label in labels(tree)]
    assert found.log == pytest.approx(told.log[order], rel=1e-12, abs=1e-12)
    chain = np.concatenate([np.ones((7, 200)), -p * (1 - p)]).T  # by log-odds of the second option
    near = told.log[order] > -1e5  # slopes of the closed form lose digits as its logarithms grow
    assert found.d_log[near] == pytest.approx((told.slope[order] * chain)[near], rel=2e-10, abs=2e-10)
    share = told.belief[0] * (1 - told.belief[0])
    by_answer = -found.d_reply[0] * share[:, None]
    assert by_answer == pytest.approx((told.d_belief * chain)[0], rel=2e-10, abs=2e-10)
    sa, va, cb, wa, wb, a, vb = u.T
    x = wb - vb + (vb - cb) / p[1]
    assert -found.reply[0] == pytest.approx(log_ndtr(x) - log_ndtr(-x), rel=1e-12, abs=1e-12)
    assert -found.reply[1] == pytest.approx(closed_log_odds(wa, a, va + (sa - va) / p[0]), rel=1e-12, abs=1e-12)
    for slot in (0, 1, 3, 5, 7):  # payoffs of A, and its belief
        step, by = u.astype(complex), q.astype(complex)
        if slot < 7:
            step[:, slot] += 1e-30j
        else:
            by[0] += 1e-30j
        sa, va, _, wa, _, a, _ = step.T
        told_slope = closed_log_odds(wa, a, sa + (sa - va) * np.exp(-by[0])).imag / 1e-30
        sign = -1 if slot < 7 else 1
        assert sign * found.d_reply[1, :, slot] == pytest.approx(told_slope, rel=1e-9, abs=1e-9)
    if size > 1:
        assert found.log.min() < -1e4


@pytest.mark.parametrize("q", [-10.0, -36.0, -200.0])
def test_odds_of_standing_firm_keep_their_digits(q):
    """A challenge that is resisted so rarely that c is up to e^200: both logarithms are c^2 / 2, what counts is their difference."""
    rng = np.random.default_rng(3)
    u = rng.normal(size=(50, 7))
    u[:, 0] = u[:, 1] + np.abs(rng.normal(size=50))
    replies, numbers, beliefs = crisis(u, np.full((2, 50), [[q], [0.3]]))
    sa, va, _, wa, _, a, _ = u.T
    c = sa + (sa - va) * np.exp(-q)
    found = -replies(numbers, beliefs).reply[1]
    assert found == pytest.approx(closed_log_odds(wa, a, c), rel=1e-12)
    if q == -200:
        assert (np.sign(found) == np.sign(wa - a)).all()


def test_a_status_quo_as_good_as_a_concession_costs_no_digits():
    """SA = VA: the difference of two sums that hardly differ; the closed form has c = VA for every belief."""
    u = np.array([[0.7, 0.7, 0.1, -0.4, 0.3, -0.8, 0.2]]).repeat(3, axis=0)
    replies, numbers, beliefs = crisis(u, np.array([[-20.0, -30.0, 2.0], [0.0, 0.0, 0.0]]))
    found = replies(numbers, beliefs)
    assert np.ptp(found.reply[1]) < 1e-13
    assert found.log[labels(replies.tree).index(("refrain",))] == pytest.approx(log_ndtr(1.1) + log_ndtr(1.5), abs=1e-13)


# ---------------------------------------------------------------- simulation


def game(parameters, moves, payoffs):
    told = {name: {"range": [-9, 9], "base": value} for name, value in parameters.items()}
    return Game(players=["A", "B"], parameters=told, moves=moves, payoffs=payoffs).tree()


def term(worth, when):
    return {"worth": worth, "when": when}


def unseen():
    """B does not see how A came, A knows it and moves again after either way; every end has an error."""
    return game(
        {"x": 0.4},
        [
            {"move": "come", "by": "A", "options": ["loud", "quiet"], "hidden_from": "B"},
            {"move": "answer", "by": "B", "options": ["resist", "concede"]},
            {"move": "loudly", "by": "A", "options": ["fight", "go"], "when": "come == loud and answer == resist"},
            {"move": "quietly", "by": "A", "options": ["fight", "go"], "when": "come == quiet and answer == resist"},
        ],
        {
            "A": {"prize": term(1, "answer == concede"), "costs": term("-x", "loudly == go"), "war": term(0.3, "loudly == fight"),
                  "sly": term(-0.5, "quietly == fight"), "off": term(0.2, "quietly == go")},
            "B": {"loss": term(-0.6, "answer == concede and come == loud"), "war": term(-1, "loudly == fight or quietly == fight"),
                  "stays": term(0.8, "loudly == go")},
        },
    )  # fmt: skip


def three():
    """Three options; one leads on, past an answer and the weather, to three more."""
    return game(
        {"q": 0.3},
        [
            {"move": "open", "by": "A", "options": ["attack", "bargain", "wait"]},
            {"move": "answer", "by": "B", "options": ["resist", "delay", "concede"], "when": "open == attack"},
            {"move": "weather", "by": "chance", "options": {"fair": "q", "foul": "1 - q"}, "when": "answer == resist"},
            {"move": "last", "by": "A", "options": ["storm", "siege", "leave"], "when": "weather == fair or weather == foul",
             "hidden_from": "B"},
        ],
        {
            "A": {"prize": term(1.2, "answer == concede"), "delay": term(-0.2, "answer == delay"), "talks": term(0.4, "open == bargain"),
                  "storm": term("0.9 if weather == fair else -1.5", "last == storm"), "leave": term(-0.7, "last == leave")},
            "B": {"loss": term(-0.8, "answer == concede"), "delay": term(-0.5, "answer == delay"), "war": term(-1.1, "last == storm"),
                  "siege": term(-0.3, "last == siege"), "stays": term(0.9, "last == leave")},
        },
    )  # fmt: skip
