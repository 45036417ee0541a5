"""Probabilities of every end of a game of perfect information whose players choose with errors, and their derivatives.

Expected payoffs come up the tree, log-probabilities go down; nothing is solved for. Two kinds of error (Signorino 2003,
"Structure and uncertainty in discrete choice models", Political Analysis 11:316-344):

agent     every mover has fresh errors on its options: P(option) = F(difference of expected payoffs / scale)
private   every player has an error of variance 1 on each of its payoffs, known to itself from the start; the others average
          over it, so the scale of a choice depends on how spread what follows is. Normal errors alone.

Probabilities are never floored: logarithms are exact where a probability is 0 in floating point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import log_ndtr, logsumexp

from detente.errors import GameError
from detente.estimate.normal import TINY, log_best
from detente.game import Tree
from detente.game.derivative import numbers_slope
from detente.game.tree import CHANCE, TERMINAL, Floats

Link = Literal["logit", "probit"]
Errors = Literal["agent", "private"]
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, eq=False)
class Walked:
    """What the tree says of each row of data."""

    log: Floats  # [end, row] log-probability of each end, in the order of `Tree.terminal`
    slope: Floats  # [end, row, parameter] its derivatives


@dataclass(eq=False)
class _Worth:
    """Expected payoffs below a node, and with private errors the sum of squared probabilities of the ends below it, each with
    derivatives. Rows come last: every step is one pass over long runs of memory."""

    payoff: Floats  # [player, row]
    d_payoff: Floats  # [player, parameter, row]
    spread: Floats  # [row]; empty with agent errors
    d_spread: Floats  # [parameter, row]


def check_walkable(tree: Tree, link: Link, errors: Errors) -> None:
    """Raises GameError, naming the information set, where the game is not one that this walk can take."""
    if errors == "private" and link == "logit":
        raise GameError("private information has normal errors", found="logit", allowed="probit")
    for owned in tree.sets:
        if len(owned.nodes) > 1:
            raise GameError(
                f"at {owned.name!r} a player does not know all that happened: beliefs have to be solved for",
                found=f"{len(owned.nodes)} positions in one information set", allowed="games of perfect information",
            )  # fmt: skip
        if errors == "private":
            node: int = owned.nodes[0]  # pyright: ignore[reportGeneralTypeIssues]
            while (node := int(tree.parent[node])) >= 0:
                above = int(tree.info_set[node])
                if above >= 0 and tree.sets[above].player == owned.player:
                    raise GameError("with private information a player moves once at most on every path",
                                    found=tree.players[owned.player], allowed="agent errors")  # fmt: skip


def walk(
    tree: Tree,
    draws: Mapping[str, Floats],
    parameters: Sequence[str],
    *,
    link: Link = "logit",
    errors: Errors = "agent",
    scale: float = 1.0,
) -> Walked:
    """Log-probabilities of all ends at every row of ``draws`` and their derivatives by ``parameters``.

    ``draws``: columns [row] of parameters, others at their base values; one column at least. ``scale``: of a difference of
    expected payoffs under agent errors (probit of unit errors: sqrt 2; logit: 1 over the precision). Call `check_walkable`
    once before. Cost: rows times edges times parameters.
    """
    numbers = np.ascontiguousarray(tree.numbers_at(dict(draws)).T)  # [number, row]
    # [number, parameter, row]
    slopes = np.ascontiguousarray(
        numbers_slope(tree, dict(draws), tuple(parameters)).dense().transpose(1, 2, 0)
    )
    rows, count = numbers.shape[1], slopes.shape[1]
    worth: dict[int, _Worth] = {}
    edge_log: dict[int, tuple[Floats, Floats]] = {}  # child -> log-probability of its branch and derivatives
    for node in range(tree.n_nodes - 1, -1, -1):
        if tree.kind[node] == TERMINAL:
            worth[node] = _end(tree, node, numbers, slopes, errors)
            continue
        first, last = int(tree.child_start[node]), int(tree.child_start[node + 1])
        children = [int(c) for c in tree.child[first:last]]
        if tree.kind[node] == CHANCE:
            branches = [
                _chance(numbers[tree.edge_number[e]], slopes[tree.edge_number[e]]) for e in range(first, last)
            ]
        else:
            player = tree.sets[int(tree.info_set[node])].player
            branches = _choice([worth[c] for c in children], player, link, errors, scale)
        edge_log.update(zip(children, branches, strict=True))
        below = [worth.pop(c) for c in children]
        if node:
            worth[node] = _average(below, branches)
    log = np.zeros((tree.n_outcomes, rows))
    slope = np.zeros((tree.n_outcomes, count, rows))
    reach: dict[int, tuple[Floats, Floats]] = {0: (np.zeros(rows), np.zeros((count, rows)))}
    for node in range(tree.n_nodes):
        if node:
            up = reach[int(tree.parent[node])]
            reach[node] = (up[0] + edge_log[node][0], up[1] + edge_log[node][1])
        if tree.kind[node] == TERMINAL:
            log[int(tree.terminal[node])], slope[int(tree.terminal[node])] = reach.pop(node)
    return Walked(log, slope.transpose(0, 2, 1))


def _end(tree: Tree, node: int, numbers: Floats, slopes: Floats, errors: Errors) -> _Worth:
    count, rows = slopes.shape[1:]
    payoff = np.zeros((len(tree.players), rows))
    d_payoff = np.zeros((len(tree.players), count, rows))
    for player in range(len(tree.players)):
        place = int(tree.terminal[node]) * len(tree.players) + player
        terms = tree.payoff_number[tree.payoff_start[place] : tree.payoff_start[place + 1]]
        payoff[player] = numbers[terms].sum(axis=0)
        d_payoff[player] = slopes[terms].sum(axis=0)
    if errors == "agent":
        return _Worth(payoff, d_payoff, np.empty(0), np.empty((0, 0)))
    return _Worth(payoff, d_payoff, np.ones(rows), np.zeros((count, rows)))


def _chance(p: Floats, d_p: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(p)
        slope = np.where(p > 0, d_p / p, 0.0)
    return log, slope


def _choice(
    below: Sequence[_Worth], player: int, link: Link, errors: Errors, scale: float
) -> list[tuple[Floats, Floats]]:
    """Log-probability of each option and its derivatives."""
    if link == "logit" and len(below) == 2:
        one, other = below
        x = (other.payoff[player] - one.payoff[player]) / scale
        d_x = (other.d_payoff[player] - one.d_payoff[player]) / scale
        low, high = -np.logaddexp(0.0, x), -np.logaddexp(0.0, -x)
        return [(low, -np.exp(high) * d_x), (high, np.exp(low) * d_x)]
    if link == "logit":
        z = np.stack([w.payoff[player] for w in below]) / scale
        d_z = np.stack([w.d_payoff[player] for w in below]) / scale
        log = z - logsumexp(z, axis=0)
        mean = (np.exp(log)[:, None] * d_z).sum(axis=0)
        return [(log[k], d_z[k] - mean) for k in range(len(below))]
    if len(below) != 2:
        return _largest(below, player, errors, scale)
    one, other = below
    gap = other.payoff[player] - one.payoff[player]
    d_gap = other.d_payoff[player] - one.d_payoff[player]
    if errors == "private":
        square = one.spread + other.spread
        root = np.sqrt(square)
        x = gap / root
        d_x = d_gap / root - 0.5 * x / square * (one.d_spread + other.d_spread)
    else:
        x, d_x = gap / scale, d_gap / scale
    low, high = log_ndtr(-x), log_ndtr(x)
    density = -0.5 * x * x - _HALF_LOG_2PI  # the ratio of Mills, in logarithms: right in both tails
    return [(low, -np.exp(density - low) * d_x), (high, np.exp(density - high) * d_x)]


def _largest(
    below: Sequence[_Worth], player: int, errors: Errors, scale: float
) -> list[tuple[Floats, Floats]]:
    """As `_choice`, of any number of options with normal errors: slopes by one complex step for each mean and variance."""
    mean = np.stack([w.payoff[player] for w in below])  # [option, row]
    d_mean = np.stack([w.d_payoff[player] for w in below])
    if errors == "private":
        variance = np.stack([w.spread for w in below])
        by = np.concatenate([d_mean, np.stack([w.d_spread for w in below])])  # [direction, parameter, row]
    else:
        variance, by = np.full_like(mean, scale**2 / 2), d_mean
    many, ways = len(mean), len(by)
    step = 1j * TINY * np.eye(2 * many)[:, :ways, None]
    means = mean[:, None] + step[:many]  # [option, direction, row]
    sds = np.sqrt(variance[:, None] + step[many:]) if errors == "private" else np.sqrt(variance)[:, None]
    out: list[tuple[Floats, Floats]] = []
    for k in range(many):
        found = log_best(list(means), list(sds), k)  # [direction, row]
        out.append((found[0].real, np.einsum("jr,jpr->pr", found.imag / TINY, by)))
    return out


def _average(below: Sequence[_Worth], branches: Sequence[tuple[Floats, Floats]]) -> _Worth:
    payoff, d_payoff = np.zeros_like(below[0].payoff), np.zeros_like(below[0].d_payoff)
    spread, d_spread = np.zeros_like(below[0].spread), np.zeros_like(below[0].d_spread)
    for worth, (log, d_log) in zip(below, branches, strict=True):
        p = np.exp(log)
        d_p = p * d_log
        payoff += p * worth.payoff
        d_payoff += p * worth.d_payoff + worth.payoff[:, None] * d_p
        if spread.size:
            spread += p * p * worth.spread
            d_spread += p * p * worth.d_spread + 2 * p * worth.spread * d_p
    return _Worth(payoff, d_payoff, spread, d_spread)
