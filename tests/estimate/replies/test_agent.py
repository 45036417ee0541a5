"""Replies with agent errors: against the solver, the walk of perfect information, and a plain recursion in probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from detente.estimate.replies import AgentReplies, sloped
from detente.estimate.replies.reply import along
from detente.estimate.walk import walk
from detente.game import Game
from detente.game.derivative import numbers_slope
from detente.models import find
from detente.solve import derivatives, solve

GAMES = [("crisis-signalling", 2.0), ("beer-quiche", 1.5), ("opposition-signal", 2.0),
         ("crisis-signalling-private-values", 0.3)]  # fmt: skip


def around(tree, rows, share=0.05):
    """Draws near the base values, without the precision of games that have one among their parameters."""
    rng = np.random.default_rng(0)
    return {n: tree.base[n] * (1 + share * rng.uniform(-1, 1, size=rows)) for n in tree.parameters}


@pytest.mark.parametrize(("slug", "precision"), GAMES)
def test_equilibria_are_those_of_the_solver_and_so_are_their_slopes(slug, precision):
    """Newton on beliefs = replies from uniform ones, at all rows; then everything of the solver's solution at this precision."""
    tree, rows = find(slug).game.tree(), 6
    at = around(tree, rows)
    replies = AgentReplies(tree, "logit", 1 / precision)
    numbers = np.ascontiguousarray(tree.numbers_at(at).T)
    slopes = numbers_slope(tree, at, tree.parameters).dense().transpose(1, 0, 2)
    solved = solve(tree, at, precision=precision, threads=1)
    assert solved.certified.all()
    first = tree.slot_start
    beliefs = np.zeros((len(replies.beliefs), rows))
    for _ in range(40):
        found = sloped(replies, numbers, slopes[:, :, :0], beliefs)
        own = np.eye(len(beliefs)) - found.d_reply.transpose(1, 0, 2)
        step = np.linalg.solve(own, (found.reply - beliefs).T[:, :, None])[:, :, 0].T
        beliefs = beliefs + step * np.minimum(1.0, 2.0 / np.abs(step).max(axis=0))
        if np.abs(step).max() < 1e-12:
            break
    want = np.array([solved.strategy[:, first[h] + k] for h, k in replies.beliefs])
    base = np.array([solved.strategy[:, first[h]] for h, _ in replies.beliefs])
    assert beliefs == pytest.approx(np.log(want / base), abs=1e-9)
    found, count = sloped(replies, numbers, slopes, beliefs), len(tree.parameters)
    total = found.d_log[:, :, :count] + np.einsum(
        "erb,brp->erp", found.d_log[:, :, count:], along(found, count)
    )
    told = derivatives(solved, tree.parameters, outcomes=True)
    assert told.ok.all()
    by_hand = (np.exp(found.log)[:, :, None] * total).transpose(1, 0, 2)
    assert by_hand == pytest.approx(told.outcome, abs=1e-9)


@pytest.mark.parametrize(("link", "scale"), [("logit", 0.7), ("probit", 2**0.5)])
@pytest.mark.parametrize("slug", ["strategic-probit-12", "strategic-probit-122", "strategic-probit-123"])
def test_with_perfect_information_it_is_the_walk(slug, link, scale):
    tree = find(slug).game.tree()
    rng = np.random.default_rng(1)
    at = {n: 3 * rng.normal(size=20) for n in tree.parameters}
    replies, numbers = AgentReplies(tree, link, scale), np.ascontiguousarray(tree.numbers_at(at).T)
    assert all(h > 0 for h, _ in replies.beliefs)  # nobody needs to know what the first mover does
    beliefs = np.zeros((len(replies.beliefs), 20))
    for _ in range(len(tree.sets)):
        beliefs = replies(numbers, beliefs).reply
    assert replies(numbers, beliefs).log == pytest.approx(
        walk(tree, at, (), link=link, scale=scale).log, rel=1e-12, abs=1e-12
    )


def three_by_three():
    """Chance, then a choice among three that the other does not see and that it half guesses, then a last word of the first."""
    return Game(
        players=["A", "B"],
        parameters={n: {"range": [-1, 1]} for n in ("u", "v", "w")},
        moves=[
            {"move": "luck", "by": "chance", "options": {"good": 0.3, "bad": 0.7}, "hidden_from": "B"},
            {"move": "m", "by": "A", "options": ["a", "b", "c"], "hidden_from": "B"},
            {"move": "r", "by": "B", "options": ["p", "q", "s"]},
            {"move": "end", "by": "A", "when": "r == s", "options": ["d", "e"]},
        ],
        payoffs={
            "A": {"one": {"worth": "u", "when": "m == a and r == p"}, "two": {"worth": "v", "when": "luck == good and m == c"},
                  "three": {"worth": "w", "when": "end == d"}},
            "B": {"one": {"worth": "v", "when": "m == a and r == q"}, "two": {"worth": "u", "when": "luck == bad and r == p"},
                  "three": {"worth": "w", "when": "end == e and m == b"}},
        },
    ).tree()  # fmt: skip


def plain(tree, link, scale, numbers, played):
    """Probabilities of ends of one row, by recursion over nodes: ``played`` [set][option]."""

    def branches(node, how):
        edges = range(int(tree.child_start[node]), int(tree.child_start[node + 1]))
        chance = tree.info_set[node] < 0
        p = [numbers[tree.edge_number[e]] for e in edges] if chance else how[tree.info_set[node]]
        return list(zip((int(tree.child[e]) for e in edges), p, strict=True))

    def worth(node, player):
        if tree.kind[node] == 0:
            place = int(tree.terminal[node]) * len(tree.players) + player
            return sum(
                numbers[k]
                for k in tree.payoff_number[tree.payoff_start[place] : tree.payoff_start[place + 1]]
            )
        return sum(p * worth(child, player) for child, p in branches(node, played))

    def reached(how):
        reach = {0: 1.0}
        for node in range(tree.n_nodes):
            reach |= {child: p * reach[node] for child, p in branches(node, how)} if tree.kind[node] else {}
        return reach

    reach, replied, sd = reached(played), [], math.sqrt(0.5)
    for owned in tree.sets:
        total = sum(reach[n] for n in owned.nodes)
        z = [
            sum(reach[n] / total * worth(branches(n, played)[k][0], owned.player) for n in owned.nodes)
            / scale
            for k in range(len(owned.options))
        ]
        if link == "logit":
            replied.append(np.exp(z) / np.exp(z).sum())
            continue
        replied.append([
            quad(lambda t, k=k, z=z: norm.pdf(t, z[k], sd) * math.prod(norm.cdf(t, o, sd) for j, o in enumerate(z) if j != k),
                 -12, 12, epsabs=1e-13, epsrel=1e-12, limit=200)[0] for k in range(len(z))
        ])  # fmt: skip
    ends = reached(replied)
    order = sorted(np.flatnonzero(tree.kind == 0), key=lambda n: tree.terminal[n])
    return np.array([ends[int(n)] for n in order]), replied


@pytest.mark.parametrize(("link", "scale"), [("logit", 0.8), ("probit", 2**0.5)])
def test_replies_to_any_beliefs_are_those_of_a_plain_recursion(link, scale):
    """Three options, positions that cannot be told apart, chance, beliefs that are no equilibrium."""
    tree, rng = three_by_three(), np.random.default_rng(5)
    replies = AgentReplies(tree, link, scale)
    numbers = np.ascontiguousarray(tree.numbers_at({n: rng.normal(size=2) for n in ("u", "v", "w")}).T)
    odds = rng.normal(size=(len(replies.beliefs), 2))
    found = replies(numbers, odds)
    for row in range(2):
        told = dict(zip(replies.beliefs, odds[:, row], strict=True))
        played = [
            np.exp([told.get((h, k), 0.0) for k in range(len(s.options))]) for h, s in enumerate(tree.sets)
        ]
        ends, replied = plain(tree, link, scale, numbers[:, row], [p / p.sum() for p in played])
        assert np.exp(found.log[:, row]) == pytest.approx(ends, rel=1e-9)
        want = [math.log(replied[h][k] / replied[h][0]) for h, k in replies.beliefs]
        assert found.reply[:, row] == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize(("link", "scale"), [("logit", 0.8), ("probit", 2**0.5)])
def test_slopes_are_right(link, scale):
    tree, rng = three_by_three(), np.random.default_rng(6)
    replies = AgentReplies(tree, link, scale)
    at = {n: rng.normal(size=5) for n in ("u", "v", "w")}
    numbers = np.ascontiguousarray(tree.numbers_at(at).T)
    slopes = numbers_slope(tree, at, ("u", "v", "w")).dense().transpose(1, 0, 2)
    beliefs = rng.normal(size=(len(replies.beliefs), 5))
    found = sloped(replies, numbers, slopes, beliefs)
    for k in range(3 + len(beliefs)):
        by = slopes[:, :, k] if k < 3 else np.zeros_like(numbers)
        push = np.zeros_like(beliefs)
        if k >= 3:
            push[k - 3] = 1.0
        above, below = (replies(numbers + s * 1e-5 * by, beliefs + s * 1e-5 * push) for s in (1, -1))
        assert found.d_log[:, :, k] == pytest.approx((above.log - below.log) / 2e-5, abs=1e-8)
        assert found.d_reply[:, :, k] == pytest.approx((above.reply - below.reply) / 2e-5, abs=1e-8)


def test_a_set_that_is_hardly_reached_has_beliefs():
    """Only ways of log-odds -2000 and -2001 lead to it: nothing in floating point, and yet the second is in doubt by 1 in 1 + e."""
    tree = Game(
        players=["A", "B"],
        moves=[
            {"move": "m", "by": "A", "options": ["a", "b", "c"], "hidden_from": "B"},
            {"move": "r", "by": "B", "when": "m != a", "options": ["p", "q"], "reveals_when": True},
        ],
        payoffs={"A": {}, "B": {"right": {"worth": 1, "when": "m == b and r == q"}}},
    ).tree()
    replies = AgentReplies(tree, "logit", 1.0)
    told = {1: -2000.0, 2: -2001.0}
    beliefs = [told[k] if tree.sets[h].move == "m" else 0.0 for h, k in replies.beliefs]
    found = replies(np.ascontiguousarray(tree.numbers_at().T), np.array(beliefs)[:, None])
    (at,) = [i for i, (h, _) in enumerate(replies.beliefs) if tree.sets[h].move == "r"]
    assert found.reply[at, 0] == pytest.approx(1 / (1 + math.exp(-1)), rel=1e-12)


def test_where_chance_never_leads_nothing_is_infinite():
    """A branch of probability 0: its ends have the logarithm -inf, replies and slopes are finite."""
    tree = Game(
        players=["A"],
        parameters={"q": {"range": [0, 1]}},
        moves=[
            {"move": "luck", "by": "chance", "options": {"good": "q", "bad": "1 - q"}},
            {"move": "m", "by": "A", "options": ["a", "b"]},
        ],
        payoffs={"A": {"right": {"worth": 1, "when": "m == a"}}},
    ).tree()
    replies = AgentReplies(tree, "probit", 2**0.5)
    numbers = np.ascontiguousarray(tree.numbers_at({"q": np.array([0.0])}).T)
    found = sloped(replies, numbers, np.zeros((len(numbers), 1, 0)), np.zeros((len(replies.beliefs), 1)))
    assert np.isneginf(found.log[:2]).all()
    assert np.exp(found.log[2:]).sum() == pytest.approx(1.0, abs=1e-15)
    assert np.isfinite(found.reply).all()
    assert np.isfinite(found.d_reply).all()
