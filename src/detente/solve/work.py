"""Room for one thread's intermediate results, made once; kernels allocate nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.game.tree import Floats, Ints
from detente.solve.compile import Shape


class Work(NamedTuple):
    """Scratch arrays. A name ending in ``_lo`` holds the low parts of double-double numbers (see twofold.py)."""

    z: Floats  # [unknown] log-odds of each option against the first of its set
    z_lo: Floats
    kept: Floats  # [unknown] the last accepted point
    kept_lo: Floats
    growth: Floats  # [unknown] dz / d ln lambda there
    last_growth: Floats  # [unknown] the same one step earlier
    bend: Floats  # [unknown] exponent of that growth
    aim: Floats  # [unknown] predicted point
    residual: Floats  # [unknown]
    pull: Floats  # [unknown] worth of the option less that of the first
    step: Floats  # [unknown] Newton step
    tangent: Floats  # [unknown] dz / d lambda
    jacobian: Floats  # [unknown, unknown]
    factor: Floats  # [unknown + 1, unknown + 1] room for elimination
    direction: Floats  # [3, unknown + 1] arclength: tangent here, tangent there, predicted point
    right: Floats  # [2, unknown + 1] right-hand sides
    effect: Floats  # [slot, slot] d worth of an option / d log probability of another
    log_prob: Floats  # [slot + chance edge]
    prob: Floats
    prob_lo: Floats
    log_reach: Floats  # [node]
    log_reach_lo: Floats
    reach: Floats  # [node]
    reach_lo: Floats
    belief: Floats  # [place]
    belief_lo: Floats
    value: Floats  # [node, player]
    value_lo: Floats
    worth: Floats  # [slot]
    worth_lo: Floats
    impossible: Ints  # [node] chance edges of probability 0 on the way
    excluded: Ints  # [place] 1 if another node of the set needs fewer impossible edges
    sign: Ints  # [block] sign of the determinant
    expected: Ints  # [block] sign that it should have
    count: Ints  # [evaluations, turns, bifurcations, crossings]
    p_last: Floats  # [slot] strategy one precision earlier, for the limit


def make_work(shape: Shape, players: int) -> Work:
    """Fresh room for a game of this shape."""
    n = int(shape.block_start[-1])
    nodes, places, blocks = len(shape.parent), len(shape.member), len(shape.block_trivial)
    slots, edges = int(shape.slot_start[-1]), len(shape.chance_number)

    def unknowns() -> Floats:
        return np.zeros(n)

    def per_slot() -> Floats:
        return np.zeros(slots + edges)

    return Work(
        z=unknowns(), z_lo=unknowns(), kept=unknowns(), kept_lo=unknowns(), growth=unknowns(), last_growth=unknowns(),
        bend=unknowns(), aim=unknowns(), residual=unknowns(), pull=unknowns(), step=unknowns(), tangent=unknowns(),
        jacobian=np.eye(n), factor=np.zeros((n + 1, n + 1)), direction=np.zeros((3, n + 1)), right=np.zeros((2, n + 1)),
        effect=np.zeros((slots, slots)),
        log_prob=per_slot(), prob=per_slot(), prob_lo=per_slot(),
        log_reach=np.zeros(nodes), log_reach_lo=np.zeros(nodes), reach=np.zeros(nodes), reach_lo=np.zeros(nodes),
        belief=np.zeros(places), belief_lo=np.zeros(places),
        value=np.zeros((nodes, players)), value_lo=np.zeros((nodes, players)), worth=per_slot(), worth_lo=per_slot(),
        impossible=np.zeros(nodes, np.int32), excluded=np.zeros(places, np.int32),
        sign=np.ones(blocks, np.int32), expected=np.ones(blocks, np.int32), count=np.zeros(4, np.int32),
        p_last=per_slot(),
    )  # fmt: skip
