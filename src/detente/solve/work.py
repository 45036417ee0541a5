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
# Of Work.place and, their low parts, of Fine.place: belief, reach and its log; probability of chance between this node and the
# decision before; the same without impossible edges, and its log.
BELIEF, REACH, LOG_REACH, FACTOR, POSSIBLE, LOG_FACTOR = range(6)
OF_WORTH, OF_BELIEF = range(2)  # of Work.effect
SIGN, EXPECTED = range(2)  # of Work.flag: the sign of a block's determinant, and the one it should have
EVALUATIONS, TURNS, BRANCHES, CROSSINGS = range(4)  # of Work.tally
Z_LO, KEPT_LO, MOVE, LAST_MOVE = range(4)  # of Fine.unknown
PROB_LO, WORTH_LO, LAST_PROB = range(3)  # of Fine.slot


class Work(NamedTuple):
    """Scratch arrays in double precision."""

    unknown: Floats  # [11, unknown]
    slot: Floats  # [3, slot + chance edge]
    place: Floats  # [6, place]
    value: Floats  # [cell]
    effect: Floats  # [2, unknown, slot] see kernel.differentiate
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
    place: Floats  # [6, place]
    value: Floats  # [cell]


def make_work(shape: Shape, chance_edges: int) -> tuple[Work, Fine]:
    """Fresh room for a game of this shape."""
    n, slots = int(shape.block[-1, START]), int(shape.sets[-1, FIRST_SLOT])
    cells, places, blocks = len(shape.cell), len(shape.member), len(shape.block) - 1
    work = Work(
        unknown=np.zeros((11, n)),
        slot=np.zeros((3, slots + chance_edges)),
        place=np.zeros((6, places)),
        value=np.zeros(cells),
        effect=np.zeros((2, n, slots)),
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
        place=np.zeros((6, places)),
        value=np.zeros(cells),
    )
    return work, fine
