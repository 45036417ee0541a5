"""A block of draws: what the kernels read and write for it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.logit.compile import CompiledTree
from detente.solve.logit.layout import BLOCK_COUNT

Flags = NDArray[np.int8]
UNTRACED, REACHED, LOST = 0, 1, 2  # codes of a draw
LIMIT_AT = 1e12  # lambda, in units of the payoff range, at which the limit is read off


class Batch(NamedTuple):
    """Arrays with one row a draw. Lambda is in 1 / payoff unit, and the unit is a power of two."""

    payoff: Floats  # [draw, outcome, player] above each player's lowest, in units: between 0 and 1
    chance: Floats  # [draw, chance edge]
    excluded: Flags  # [draw, place] 1 if another node of the set needs fewer chance edges of probability 0
    target: Floats  # [draw] lambda asked for
    endless: (
        Flags  # [draw] 1 if the limit is asked for: then the target is where it is read off at the earliest
    )
    lam: Floats  # [draw] lambda reached
    point: Floats  # [draw, 4, unknown] log-odds there, their growth, how it bends, its linear part
    expected: NDArray[np.int32]  # [draw, block] negative pivots that each block should have
    doubt_at: Floats  # [draw] lambda at which a block first had two negative pivots, 0 if nowhere
    doubt: Floats  # [draw, unknown] the point there
    careful: Flags  # [draw] 1 if every change of pivots is to be resolved, not only that of the sign
    code: Flags  # [draw] UNTRACED, REACHED or LOST
    tally: NDArray[np.int32]  # [draw, 4] evaluations, turning points, branchings, crossings
    strategy: Floats  # [draw, slot]
    log_strategy: Floats  # [draw, slot]
    log_low: Floats  # [draw, slot] what is left of it after rounding
    earlier: Floats  # [draw] the last lambda before, on the way to the limit
    previous: Floats  # [draw, slot] strategy there
    belief: Floats  # [draw, place]


def make_batch(compiled: CompiledTree, numbers: Floats, precision: Floats) -> tuple[Batch, Floats]:
    """A fresh batch for draws [draw, number] and lambda [draw] (inf for the limit), and each draw's payoff unit."""
    plan = compiled.levels
    draws, n = len(numbers), compiled.unknowns
    slots, places, blocks = compiled.tree.n_slots, compiled.places, int(compiled.at[BLOCK_COUNT])
    payoff = plan.payoffs(numbers).transpose(2, 0, 1)
    low = payoff.min(axis=1)
    spread = payoff.max(axis=1) - low  # [draw, player]
    largest = spread.max(axis=1)
    least = np.where(spread > 0, spread, np.inf).min(axis=1)
    unit = np.where(largest > 0, np.exp2(np.ceil(np.log2(np.where(largest > 0, largest, 1.0)))), 1.0)
    # a player with a small range is followed further, so that his gain is small in proportion to it
    further = np.clip(unit / np.where(np.isfinite(least), least, unit), 1.0, 1e3)
    chance = np.ascontiguousarray(numbers[:, plan.chance])
    batch = Batch(
        payoff=np.ascontiguousarray((payoff - low[:, None, :]) / unit[:, None, None]),
        chance=chance,
        excluded=_excluded(compiled, chance),
        target=np.where(np.isfinite(precision), precision * unit, LIMIT_AT * further),
        endless=(~np.isfinite(precision)).astype(np.int8),
        lam=np.zeros(draws),
        point=np.zeros((draws, 4, n)),
        expected=np.zeros((draws, blocks), np.int32),
        doubt_at=np.zeros(draws),
        doubt=np.zeros((draws, n)),
        careful=np.zeros(draws, np.int8),
        code=np.full(draws, UNTRACED, np.int8),
        tally=np.zeros((draws, 4), np.int32),
        strategy=np.zeros((draws, slots)),
        log_strategy=np.zeros((draws, slots)),
        log_low=np.zeros((draws, slots)),
        earlier=np.zeros(draws),
        previous=np.zeros((draws, slots)),
        belief=np.zeros((draws, places)),
    )
    return batch, unit


def _excluded(compiled: CompiledTree, chance: Floats) -> Flags:
    """Of each set, leave in the belief the nodes that need the fewest chance edges of probability 0.

    This is the limit of the games in which every impossible edge has the same tiny probability.
    """
    tree = compiled.tree
    out = np.zeros((len(chance), compiled.places), np.int8)
    never = chance == 0.0
    if never.any():
        steps = np.concatenate([np.zeros((tree.n_slots, len(chance))), never.T])
        count = np.zeros((tree.n_nodes, len(chance)))
        for level in compiled.levels.levels:
            count[level.nodes] = count[level.parents] + steps[level.edge]
        for h, at in zip(tree.sets, np.cumsum([0, *(len(h.nodes) for h in tree.sets)]), strict=False):
            here = count[list(h.nodes)]
            out[:, at : at + len(h.nodes)] = (here > here.min(axis=0)).T
    return out
