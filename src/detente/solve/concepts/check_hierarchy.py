"""The certificate of a hierarchy of levels: each level's strategy, checked node by node against the levels below it.

Nothing of lower.py or respond.py is used. Where those work with sequences of a player's options, this walks the tree once for
each player and level and keeps, at every node, how likely each level of each player is to have made his moves so far; what is
expected at a node is the ratio of two such numbers. Beliefs, worths and gains follow from the definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import CHANCE, DECISION, Floats
from detente.solve.levels import Levels

EVEN = 1e-11  # slack of "tied", in units of the largest payoff; ten times that of the solver


@dataclass(frozen=True, eq=False)
class Proof:
    """One row a draw, the worst over levels above 0, players and sets."""

    gain: Floats  # largest gain of a one-shot deviation
    relative_gain: Floats  # the same over the range of the owner's payoffs
    residual: Floats  # largest |ln p_a / p_0 - lambda (u_a - u_0)|; nan for best replies
    even: NDArray[np.bool_]  # best replies: exactly the best options are played, with equal probability


def check(
    plan: Levels, numbers: Floats, strategies: Floats, logs: Floats, tau: Floats | None, lam: Floats
) -> Proof:
    """Check ``strategies`` and their logs [level, slot, draw]; ``tau`` [draw], or None where each level believes in the one below."""
    tree = plan.tree
    draws = len(numbers)
    payoff = plan.payoffs(numbers)
    spread = payoff.max(axis=0) - payoff.min(axis=0)
    size = np.abs(payoff).max(axis=0)
    chance = _chance(plan, numbers)
    exact = ~np.isfinite(lam)
    rate = np.where(exact, 0.0, lam)
    worst, relative, residual = np.zeros(draws), np.zeros(draws), np.zeros(draws)
    even = np.ones(draws, bool)
    made = _moves_made(plan, logs)
    for k in range(1, len(strategies)):
        weight, rank = _weights(made[:k], tau)
        expected = _expected(plan, numbers, strategies[:k], weight, rank, tau)
        for i in range(len(tree.players)):
            value = _values(plan, expected, strategies[k], i, payoff[:, i])
            others = [j for j in range(len(tree.players)) if j != i]
            log = chance[0] + sum((weight[j] for j in others), np.zeros_like(chance[0]))
            order = chance[1] + sum((rank[j] for j in others), np.zeros_like(chance[0]))
            for h, owned in enumerate(tree.sets):
                if owned.player != i:
                    continue
                nodes = list(owned.nodes)
                likely = np.where(order[nodes] > order[nodes].min(axis=0), -np.inf, log[nodes])
                belief = np.exp(likely - likely.max(axis=0))
                belief /= belief.sum(axis=0)
                worth = np.array(
                    [
                        (belief * value[[int(tree.child[tree.child_start[x] + a]) for x in nodes]]).sum(
                            axis=0
                        )
                        for a in range(len(owned.options))
                    ]
                )
                slots = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
                played, log_played = strategies[k, slots], logs[k, slots]
                best = worth.max(axis=0)
                gain = best - (played * worth).sum(axis=0)
                worst = np.maximum(worst, gain)
                scaled = np.where(spread[i] > 0, gain / np.where(spread[i] > 0, spread[i], 1.0), 0.0)
                relative = np.maximum(relative, scaled)
                log_played = np.where(exact, 0.0, log_played)
                odds = log_played - log_played[0]
                residual = np.maximum(residual, np.abs(odds - rate * (worth - worth[0])).max(axis=0))
                support = played > 0
                share = 1.0 / support.sum(axis=0)
                behind = best - worth
                slack = EVEN * size[i]
                tied = np.abs(played - share) < 1e-12
                as_said = (support & tied & (behind <= slack)) | (~support & (behind >= slack / 100))
                even &= np.asarray(np.all(as_said, axis=0))
    return Proof(worst, relative, np.where(exact, np.nan, residual), even | ~exact)


def _chance(plan: Levels, numbers: Floats) -> tuple[Floats, Floats]:
    """Log of the product of chances up to each node [node, draw], and how many of them are 0, in large steps."""
    tree = plan.tree
    log, zero = np.zeros((tree.n_nodes, len(numbers))), np.zeros((tree.n_nodes, len(numbers)))
    for x in range(1, tree.n_nodes):
        up = int(tree.parent[x])
        log[x], zero[x] = log[up], zero[up]
        if tree.kind[up] == CHANCE:
            p = numbers[:, int(tree.edge_number[tree.child_start[up] + tree.branch[x]])]
            log[x] = log[x] + np.log(np.where(p > 0, p, 1.0))
            zero[x] = zero[x] + 1e9 * (p <= 0)
    return log, zero


def _moves_made(plan: Levels, logs: Floats) -> Floats:
    """Log probability that level l of player j makes his own moves up to a node [level, player, node, draw]."""
    tree = plan.tree
    made = np.zeros((len(logs), len(tree.players), tree.n_nodes, logs.shape[2]))
    for x in range(1, tree.n_nodes):
        up = int(tree.parent[x])
        made[:, :, x] = made[:, :, up]
        if tree.kind[up] == DECISION:
            h = int(tree.info_set[up])
            made[:, tree.sets[h].player, x] += logs[:, int(tree.slot_start[h]) + int(tree.branch[x])]
    return made


def _weights(made: Floats, tau: Floats | None) -> tuple[Floats, Floats]:
    """Log weight of each player's moves over the levels below [player, node, draw], and how many levels short of the highest."""
    below = len(made)
    rank = np.zeros(made.shape[1:])
    if tau is not None:
        prior = np.array([n * np.log(tau) - lgamma(n + 1) for n in range(below)])
        prior -= np.log(np.exp(prior).sum(axis=0))
        total = made + prior[:, None, None, :]
        top = total.max(axis=0)
        return top + np.log(np.exp(total - top).sum(axis=0)), rank
    weight = np.full(made.shape[1:], -np.inf)
    for level in range(below):  # later, that is higher, levels overwrite
        fits = made[level] > -np.inf
        weight = np.where(fits, made[level] + lgamma(below) - lgamma(level + 1), weight)
        rank = np.where(fits, below - 1 - level, rank)
    return weight, rank


def _expected(
    plan: Levels, numbers: Floats, strategies: Floats, weight: Floats, rank: Floats, tau: Floats | None
) -> Floats:
    """Probability of the step to each node, as one expects it of others and of chance [node, draw]."""
    tree = plan.tree
    step = np.ones((tree.n_nodes, len(numbers)))
    below = len(strategies)
    for x in range(1, tree.n_nodes):
        up = int(tree.parent[x])
        if tree.kind[up] == CHANCE:
            step[x] = numbers[:, int(tree.edge_number[tree.child_start[up] + tree.branch[x]])]
            continue
        h = int(tree.info_set[up])
        j, slot = tree.sets[h].player, int(tree.slot_start[h]) + int(tree.branch[x])
        if tau is not None:
            step[x] = np.exp(weight[j, x] - weight[j, up])
        else:
            level = below - 1 - rank[j, up].astype(int)
            step[x] = strategies[level, slot, np.arange(len(numbers))]
    return step


def _values(plan: Levels, expected: Floats, own: Floats, player: int, payoff: Floats) -> Floats:
    """The player's expected payoff at each node [node, draw]: others as expected, himself as he plays."""
    tree = plan.tree
    value = np.zeros(expected.shape)
    value[plan.leaves] = payoff
    for x in range(tree.n_nodes - 1, 0, -1):
        up = int(tree.parent[x])
        step = expected[x]
        if tree.kind[up] == DECISION and tree.sets[int(tree.info_set[up])].player == player:
            step = own[int(tree.slot_start[int(tree.info_set[up])]) + int(tree.branch[x])]
        value[up] = value[up] + step * value[x]
    return value
