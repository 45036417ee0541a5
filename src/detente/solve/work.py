"""Room for one thread's intermediate results, made once; kernels allocate nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.game.tree import Floats, Ints
from detente.solve.compile import FIRST_SLOT, START, Shape

# Rows of Work.unknown: log-odds against the first option; the last accepted point; dz / d ln lambda there; room; how that
# growth bends and its part proportional to lambda; the predicted point; residual; worth of the option less that of
# the first; Newton step; dz / d lambda.
Z, KEPT, GROWTH, SPARE, BEND, LINEAR, AIM, RESIDUAL, PULL, STEP, TANGENT = range(11)
PROB, LOG_PROB, WORTH = range(3)  # of Work.slot
SIGN, EXPECTED = range(2)  # of Work.flag: the sign of a block's determinant, and the one it should have
EVALUATIONS, TURNS, BRANCHES, CROSSINGS = range(4)  # of Work.tally
Z_LO, KEPT_LO, MOVE, LAST_MOVE = range(4)  # of Fine.unknown
PROB_LO, WORTH_LO, LAST_PROB = range(3)  # of Fine.slot
REACH, REACH_LO, LOG_REACH_LO = range(3)  # of Fine.node


class Work(NamedTuple):
    """Scratch arrays in double precision."""

    unknown: Floats  # [11, unknown]
    slot: Floats  # [3, slot + chance edge]
    log_reach: Floats  # [node]
    belief: Floats  # [place]
    value: Floats  # [node, player]
    effect: Floats  # [slot, slot] d worth of an option / d log probability of another
    jacobian: Floats  # [unknown, unknown]
    factor: Floats  # [unknown + 1, unknown + 1] room for elimination
    right: Floats  # [2, unknown + 1] right-hand sides
    direction: Floats  # [3, unknown + 1] arclength: tangent here, tangent there, predicted point
    excluded: Ints  # [place] 1 if another node of the set needs fewer impossible chance edges
    flag: Ints  # [2, block]
    tally: Ints  # [4]


class Fine(NamedTuple):
    """Low parts of double-double numbers (see twofold.py), and what only the limit needs."""

    unknown: Floats  # [4, unknown]
    slot: Floats  # [3, slot + chance edge]
    node: Floats  # [3, node]
    belief: Floats  # [place]
    value: Floats  # [node, player]


def make_work(shape: Shape, players: int, chance_edges: int) -> tuple[Work, Fine]:
    """Fresh room for a game of this shape."""
    n, slots = int(shape.block[-1, START]), int(shape.sets[-1, FIRST_SLOT])
    nodes, places, blocks = len(shape.node), len(shape.member), len(shape.block) - 1
    work = Work(
        unknown=np.zeros((11, n)),
        slot=np.zeros((3, slots + chance_edges)),
        log_reach=np.zeros(nodes),
        belief=np.zeros(places),
        value=np.zeros((nodes, players)),
        effect=np.zeros((slots, slots)),
        jacobian=np.eye(n),
        factor=np.zeros((n + 1, n + 1)),
        right=np.zeros((2, n + 1)),
        direction=np.zeros((3, n + 1)),
        excluded=np.zeros(places, np.int32),
        flag=np.ones((2, blocks), np.int32),
        tally=np.zeros(4, np.int32),
    )
    fine = Fine(
        unknown=np.zeros((4, n)),
        slot=np.zeros((3, slots + chance_edges)),
        node=np.zeros((3, nodes)),
        belief=np.zeros(places),
        value=np.zeros((nodes, players)),
    )
    return work, fine
