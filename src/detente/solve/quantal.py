"""Agent logit quantal response equilibrium on the principal branch, for every draw, at any precision and in the limit."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.model import Game
from detente.game.tree import Floats, Ints, Tree
from detente.game.unfold import unfold
from detente.solve.certificate import Certificate, certify
from detente.solve.logit.batch import REACHED, Batch
from detente.solve.logit.compile import CompiledTree, compile_tree
from detente.solve.logit.layout import BRANCHES, CROSSINGS, EVALUATIONS, TURNS
from detente.solve.logit.trace import trace
from detente.solve.outcome import events_and_values
from detente.solve.solution import CERTIFIED, STATUS, Solutions

METHOD = (
    "agent logit quantal response equilibrium on the principal branch; continuation in log-odds with Newton correction, "
    "pseudo-arclength at folds; limit read at lambda 1e12 in units of the payoff range"
)
RESIDUAL = 1e-8  # largest residual in log-odds of a certified draw
GAIN = 1e-10  # largest gain of a certified limit, as a share of the owner's payoff range
BELIEF = 1e-7  # largest difference of a belief from Bayes' rule
SUM = 1e-9  # how far probabilities of chance may be from adding up to 1
COARSE = 1e-4  # a residual that cannot be told from rounding below this is no proof
SMALLEST_BLOCK, LARGEST_BLOCK, CELLS = 16, 2048, 2_000_000  # draws, draws, numbers in memory, of one block

Precision = float | Floats | Literal["limit"]


def solve(
    game: Game | Tree | CompiledTree,
    draws: Mapping[str, Floats] | None = None,
    *,
    precision: Precision = "limit",
    threads: int | None = None,
) -> Solutions:
    """The equilibrium on the principal branch at every draw, with a certificate and a status each.

    ``draws`` maps parameters to vectors of one length; a parameter without one keeps its base value. ``precision`` is lambda
    (0 < lambda <= 1e6, in 1 / payoff), one number or one per draw, or "limit". Other equilibria are not found.
    The answer does not depend on ``threads``. Raises BadInput for a precision or draws that cannot be used.
    """
    started = time.perf_counter()
    if isinstance(game, Game):
        game = unfold(game)
    compiled = game if isinstance(game, CompiledTree) else compile_tree(game)
    tree = compiled.tree
    numbers = np.ascontiguousarray(tree.numbers_at(draws), np.float64)
    lam = _precision(precision)
    count = max(len(numbers), lam.size)
    if len(numbers) not in (1, count) or lam.size not in (1, count):
        raise BadInput(
            "there must be one precision, or one for each draw",
            where=Where(field="precision"),
            found=lam.size,
            allowed=f"1 or {len(numbers)}",
        )
    numbers = np.array(np.broadcast_to(numbers, (count, numbers.shape[1])))
    lam = np.array(np.broadcast_to(lam, (count,)))
    good = _usable(compiled, numbers)

    rows = np.flatnonzero(good)
    workers = max(1, min(threads or os.cpu_count() or 1, -(-len(rows) // SMALLEST_BLOCK)))
    cells = tree.n_nodes * (len(tree.players) + 3) + 12 * compiled.unknowns
    size = max(1, min(CELLS // cells, LARGEST_BLOCK, -(-len(rows) // workers)))
    blocks = [rows[k : k + size] for k in range(0, len(rows), size)]
    found = _run(compiled, numbers, lam, blocks, workers)
    return Solutions(
        tree=tree,
        numbers=numbers,
        method=METHOD,
        seconds=time.perf_counter() - started,
        draws={name: np.atleast_1d(np.asarray(column, np.float64)) for name, column in (draws or {}).items()},
        **found,
    )


def _run(
    compiled: CompiledTree, numbers: Floats, lam: Floats, blocks: list[NDArray[np.intp]], workers: int
) -> dict[str, Any]:
    """The columns of `Solutions` for all draws, block by block; draws in no block are bad_numbers."""
    tree = compiled.tree
    count = len(numbers)

    def column(*width: int) -> Floats:
        return np.full((count, *width), np.nan)

    out: dict[str, Any] = {
        "precision": np.where(np.isfinite(lam), lam, np.inf),
        "strategy": column(tree.n_slots),
        "log_strategy": column(tree.n_slots),
        "belief": column(compiled.places),
        "event": column(len(tree.events)),
        "value": column(len(tree.players)),
        "status": np.full(count, STATUS.index("bad_numbers"), np.int8),
        "residual": column(),
        "max_gain": column(),
        "iterations": np.zeros(count, np.int32),
        "crossings": np.zeros(count, np.int32),
    }

    def work(mine: list[NDArray[np.intp]]) -> None:
        room = compiled.room()
        for rows in mine:
            for name, values in _block(compiled, room, numbers[rows], lam[rows]).items():
                out[name][rows] = values

    if workers == 1:
        work(blocks)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, [blocks[k::workers] for k in range(workers)]))
    return out


def _block(compiled: CompiledTree, room: tuple[Floats, Ints], numbers: Floats, lam: Floats) -> dict[str, Any]:
    """Solve a block of draws, check it, and play it out."""
    plan = compiled.levels
    batch, reached = trace(compiled, room, numbers, lam)
    limit = ~np.isfinite(lam)
    at = np.where(batch.code == REACHED, lam, reached)
    proof = certify(plan, numbers, batch.strategy, batch.log_strategy, batch.belief, at, batch.log_low)
    event, value = events_and_values(plan, numbers, batch.strategy)
    return {
        "precision": at,
        "strategy": batch.strategy,
        "log_strategy": batch.log_strategy,
        "belief": batch.belief,
        "event": event,
        "value": value,
        "status": _status(batch, limit, proof, _floor(compiled, numbers, at)),
        "residual": proof.residual,
        "max_gain": proof.max_gain,
        "iterations": batch.tally[:, 0],
        "crossings": batch.tally[:, CROSSINGS - EVALUATIONS],
    }


def _precision(precision: Precision) -> Floats:
    """Lambda as a vector, inf for the limit."""
    if isinstance(precision, str):
        if precision != "limit":
            raise BadInput(
                "this is not a precision",
                where=Where(field="precision"),
                found=precision,
                allowed='a number, or "limit"',
            )
        return np.array([np.inf])
    lam = np.atleast_1d(np.asarray(precision, np.float64))
    wrong = ~((lam > 0) & ((lam <= 1e6) | np.isinf(lam)))
    if lam.ndim != 1 or wrong.any():
        found = lam[wrong][0] if lam.ndim == 1 else lam.shape
        raise BadInput(
            "this is not a precision",
            where=Where(field="precision"),
            found=found,
            allowed='above 0 and at most 1e6, or "limit"',
        )
    return lam


def _usable(compiled: CompiledTree, numbers: Floats) -> NDArray[np.bool_]:
    """Which draws have finite payoffs and probabilities that are at least 0 and add up to 1."""
    used = np.union1d(compiled.tree.payoff_number, compiled.levels.chance).astype(np.intp)
    good = np.asarray(np.isfinite(numbers[:, used]).all(axis=1))
    for edges in compiled.chance_nodes:
        p = numbers[:, list(edges)]
        with np.errstate(invalid="ignore"):
            good &= (p >= 0).all(axis=1) & (np.abs(p.sum(axis=1) - 1.0) <= SUM)
    return good


def _floor(compiled: CompiledTree, numbers: Floats, lam: Floats) -> Floats:
    """Below this a residual in log-odds is rounding: lambda times the size of payoffs times a few units in the last place."""
    size = np.abs(compiled.levels.payoffs(numbers)).max(axis=(0, 1), initial=0.0)
    return 64 * np.finfo(float).eps * np.where(np.isfinite(lam), lam, 0.0) * size


def _status(batch: Batch, limit: NDArray[np.bool_], proof: Certificate, floor: Floats) -> NDArray[np.int8]:
    """What each draw may be called, from the solver's code and the certificate."""
    lost = batch.code != REACHED
    believed = proof.belief_error <= BELIEF
    cases = {
        "bifurcation": batch.tally[:, BRANCHES - EVALUATIONS] > 0,
        "fold": lost & (batch.tally[:, TURNS - EVALUATIONS] > 0),
        "no_limit": limit & (lost | ~(believed & (proof.relative_gain <= GAIN))),
        "precision_limit": ~limit & (floor > COARSE),
        "not_converged": ~limit & (lost | ~(believed & (proof.residual <= np.maximum(RESIDUAL, floor)))),
    }
    return np.select(list(cases.values()), [STATUS.index(name) for name in cases], default=CERTIFIED).astype(
        np.int8
    )
