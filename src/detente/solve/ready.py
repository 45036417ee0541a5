"""Kernels made ready beside other work: loaded from disk, or on a new machine compiled, before the first game needs them."""

from __future__ import annotations

import threading

import numpy as np

from detente.game.model import Game
from detente.game.unfold import unfold
from detente.solve.batch import LOST, make_batch
from detente.solve.branch import arclength_block, climb_block, follow_block
from detente.solve.compile import compile_tree
from detente.solve.work import make_work


def make_ready() -> None:
    """Call every kernel once on a game of one move, with no draw that it would touch."""
    game = Game(
        title="one move",
        players={"A": "the only player"},
        moves=[{"move": "go", "by": "A", "options": ["left", "right"]}],
        payoffs={"A": {"left": {"worth": 1, "when": "go == left"}}},
    )
    compiled = compile_tree(unfold(game))
    numbers = compiled.tree.numbers_at()
    work, fine = make_work(compiled.shape, len(compiled.levels.chance))
    batch, _unit = make_batch(compiled, numbers, np.array([np.inf]))
    batch.code[:] = LOST
    follow_block(compiled.shape, work, batch, 1.0)
    climb_block(compiled.shape, work, fine, batch, 1.0)
    arclength_block(compiled.shape, work, batch, 1.0)


def ready_in_background() -> threading.Thread:
    """Start `make_ready` on a thread of its own; what it does not finish in time, the first solution waits for."""
    thread = threading.Thread(target=make_ready, name="kernels", daemon=True)
    thread.start()
    return thread
