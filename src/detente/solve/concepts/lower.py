"""What a player of level k expects of another player: the mixture of that player's lower levels, as one behaviour strategy.

Levels are drawn once, independently for each player, and what was seen is evidence about them. By Kuhn's theorem the mixture
of a player's level-l strategies with weights q_l is one behaviour strategy: with w(s) = sum_l q_l * (product of level l's
probabilities up to option s), option s has probability w(s) / w(option before s). This is Bayes' rule on levels (Lin
and Palfrey 2024): levels being independent, at a node the posterior over the others' levels is a product over players, each
factor being q_l times that level's probability of its own moves so far. At an information set with several nodes it may
be correlated, through the node.

Level-k in the narrow sense (q puts all on k - 1) leaves sets without a belief. It is taken as the limit of the
truncated Poisson as tau goes to infinity: q_l is proportional to tau^l / l!, so an unexpected move is put down to the highest
lower level that could have made it. Weights then have an *order* (the power of 1/tau) beside their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.concepts.sequences import Sequences

Orders = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class View:
    """A mixture of lower levels, for all players at once."""

    order: Orders  # [slot, draw] power of 1/tau in the weight up to each option
    log_weight: Floats  # [slot, draw]
    edge: Floats  # [slot, draw] the behaviour strategy


def poisson(levels: int, tau: Floats) -> Floats:
    """Log of tau^l / l! for l = 0..levels [level, draw]: Poisson shares up to a constant of the draw."""
    return np.array([level * np.log(tau) - lgamma(level + 1.0) for level in range(levels + 1)])


def log_sum(logs: Floats) -> Floats:
    """Log of the sum of exponentials along the first axis, at least one of them finite."""
    top = logs.max(axis=0)
    return top + np.log(np.exp(logs - top).sum(axis=0))


def mixture(sequences: Sequences, plans: Floats, log_share: Floats) -> View:
    """The levels whose log plans are given [level, slot, draw], with log shares [level, draw] up to a constant."""
    share = log_share - log_sum(log_share)
    weight = log_sum(plans + share[:, None, :])
    before = np.concatenate([weight, np.zeros((1, weight.shape[1]))])[sequences.before]
    return View(np.zeros(weight.shape, np.int64), weight, np.exp(weight - before))


def highest(sequences: Sequences, plans: Floats, strategies: Floats) -> View:
    """The limit for large tau of the truncated Poisson over the levels given [level, slot, draw]: the highest that fits."""
    count = len(plans)
    top = count - 1 - np.argmax(np.isfinite(plans[::-1]), axis=0)  # level 0 always fits
    size = np.take_along_axis(plans, top[None], axis=0)[0]
    factorial = np.array([lgamma(level + 1.0) for level in range(count)])
    weight = size + factorial[count - 1] - factorial[top]
    first = np.full((1, top.shape[1]), count - 1)
    fits = np.concatenate([top, first])[sequences.before]  # the level that reached the set
    edge = np.take_along_axis(strategies, fits[None], axis=0)[0]
    return View(count - 1 - top, weight, edge)
