"""Best replies to beliefs, row by row, and their exact derivatives: what every estimator of a game with beliefs is written against.

A *belief* is the log-odds of an option against the first option of its information set, as the others expect it; beliefs are numbered
set by set. Beliefs are an equilibrium where the replies to them are themselves. Log-odds have no bounds: nothing is floored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from detente.game import Tree
from detente.game.tree import Floats

Numbers = Any  # arrays of floats, or complex with tiny imaginary parts (numpy has no type for both)
TINY = 1e-30  # the complex step: its square is nothing, so derivatives are exact


@dataclass(frozen=True, eq=False)
class Replied:
    """What beliefs imply at each row."""

    log: Numbers  # [end, row] log-probability of each end, as in `Tree.terminal`, everybody replying
    reply: Numbers  # [belief, row] log-odds of the replies


class Replies(Protocol):
    """A game and a way of erring."""

    @property
    def tree(self) -> Tree: ...

    @property
    def beliefs(self) -> tuple[tuple[int, int], ...]:
        """(information set, option) of each belief; option 0 has none. A belief that no reply depends on may be left out."""
        ...

    def __call__(self, numbers: Numbers, beliefs: Numbers) -> Replied:
        """At ``numbers`` [number, row] of the tree and ``beliefs`` [belief, row], real or complex with imaginary parts near `TINY`.

        Errors have their own unit: payoffs are in it. Where the payoffs are 0 replies do not depend on beliefs.
        """
        ...


@dataclass(frozen=True, eq=False)
class Sloped:
    """Replies with their derivatives, by parameters first and then by beliefs."""

    log: Floats  # [end, row]
    d_log: Floats  # [end, row, parameter + belief]
    reply: Floats  # [belief, row]
    d_reply: Floats  # [belief, row, parameter + belief]


def sloped(replies: Replies, numbers: Floats, slopes: Floats, beliefs: Floats) -> Sloped:
    """At ``numbers`` [number, row] with ``slopes`` [number, row, parameter], by one complex step a direction; exact to rounding."""
    count, width = slopes.shape[2], slopes.shape[2] + len(beliefs)
    here = replies(numbers, beliefs)
    d_log, d_reply = np.empty((*here.log.shape, width)), np.empty((*here.reply.shape, width))
    for k in range(width):
        if k < count:
            there = replies(numbers + 1j * TINY * slopes[:, :, k], beliefs)
        else:
            moved = beliefs.astype(complex)
            moved[k - count] += 1j * TINY
            there = replies(numbers, moved)
        d_log[:, :, k], d_reply[:, :, k] = there.log.imag / TINY, there.reply.imag / TINY
    return Sloped(here.log, d_log, here.reply, d_reply)


def along(found: Sloped, count: int) -> Floats:
    """How equilibrium beliefs move with the first ``count`` directions, the parameters: (I - J)^-1 d reply, [belief, row, parameter].

    Means nothing where beliefs are no equilibrium; infinite at a fold.
    """
    own = found.d_reply[:, :, count:].transpose(1, 0, 2)  # [row, belief, belief]
    by = found.d_reply[:, :, :count].transpose(1, 0, 2)
    return np.asarray(np.linalg.solve(np.eye(own.shape[1]) - own, by), np.float64).transpose(1, 0, 2)


Following = Callable[[Floats], Floats]  # numbers [number, row] -> equilibrium beliefs [belief, row]
