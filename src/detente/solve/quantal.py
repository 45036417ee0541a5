"""Agent logit quantal response equilibrium on the principal branch, for every draw, at any precision and in the limit."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.tree import Floats, Tree
from detente.solve.branch import NO_LIMIT, REACHED, solve_block
from detente.solve.certificate import certify
from detente.solve.compile import CompiledTree, compile_tree
from detente.solve.levels import levels_of
from detente.solve.outcome import events_and_values
from detente.solve.solution import STATUS, Solutions
from detente.solve.work import make_work

METHOD = (
    "agent logit quantal response equilibrium on the principal branch; continuation in log-odds with Newton correction, "
    "pseudo-arclength at folds; limit read at lambda 1e12 in units of the payoff range"
)
RESIDUAL = 1e-8  # largest residual in log-odds of a certified draw
GAIN = 1e-10  # largest gain of a certified limit, as a share of the owner's payoff range
BELIEF = 1e-7  # largest difference of a belief from Bayes' rule
SUM = 1e-9  # how far probabilities of chance may be from adding up to 1
BLOCK = 64  # draws handed to a thread at a time

Precision = float | Floats | Literal["limit"]


def solve(
    game: Tree | CompiledTree,
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

    slots, places = tree.n_slots, len(compiled.shape.member)
    log_strategy, strategy = np.full((count, slots), np.nan), np.full((count, slots), np.nan)
    belief, reached = np.full((count, places), np.nan), np.zeros(count)
    code, tally = np.full(count, REACHED, np.int8), np.zeros((count, 4), np.int32)

    blocks = [(k, min(k + BLOCK, count)) for k in range(0, count, BLOCK)]
    workers = max(1, min(threads or os.cpu_count() or 1, len(blocks)))
    rooms = [make_work(compiled.shape, len(tree.players)) for _ in range(workers)]

    def run(room: int) -> None:
        for first, end in blocks[room::workers]:
            solve_block(
                compiled.shape,
                rooms[room],
                numbers,
                lam,
                good,
                first,
                end,
                log_strategy,
                strategy,
                belief,
                reached,
                code,
                tally,
            )

    if workers == 1:
        run(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, range(workers)))

    plan = levels_of(tree)
    limit = ~np.isfinite(lam)
    at = np.where(limit & (code == REACHED), np.inf, np.where(limit | (code != REACHED), reached, lam))
    status = np.full(count, STATUS.index("bad_numbers"), np.int8)
    residual, max_gain = np.full(count, np.nan), np.full(count, np.nan)
    event, value = np.full((count, len(tree.events)), np.nan), np.full((count, len(tree.players)), np.nan)
    rows: slice | NDArray[np.intp] = slice(None) if good.all() else np.flatnonzero(good)
    if good.any():
        proof = certify(plan, numbers[rows], strategy[rows], log_strategy[rows], belief[rows], at[rows])
        residual[rows], max_gain[rows] = proof.residual, proof.max_gain
        event[rows], value[rows] = events_and_values(plan, numbers[rows], strategy[rows])
        status[rows] = _status(
            code[rows],
            tally[rows],
            limit[rows],
            proof.residual,
            proof.relative_gain,
            proof.belief_error,
            _floor(compiled, numbers[rows], at[rows]),
        )
    return Solutions(
        tree=tree,
        numbers=numbers,
        precision=at,
        strategy=strategy,
        log_strategy=log_strategy,
        belief=belief,
        event=event,
        value=value,
        status=status,
        residual=residual,
        max_gain=max_gain,
        iterations=tally[:, 0].copy(),
        crossings=tally[:, 3].copy(),
        method=METHOD,
        seconds=time.perf_counter() - started,
        draws={name: np.atleast_1d(np.asarray(column, np.float64)) for name, column in (draws or {}).items()},
    )


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
    used = np.union1d(compiled.shape.payoff_number, compiled.shape.chance_number).astype(np.intp)
    good = np.isfinite(numbers[:, used]).all(axis=1)
    for edges in compiled.chance_nodes:
        p = numbers[:, list(edges)]
        with np.errstate(invalid="ignore"):
            good &= (p >= 0).all(axis=1) & (np.abs(p.sum(axis=1) - 1.0) <= SUM)
    return good


def _floor(compiled: CompiledTree, numbers: Floats, lam: Floats) -> Floats:
    """Size below which a residual in log-odds is rounding: lambda times the payoffs' size times a few units in the last place."""
    plan = levels_of(compiled.tree)
    size = np.abs(plan.payoffs(numbers)).max(axis=(0, 1), initial=0.0)
    return 64 * np.finfo(float).eps * np.where(np.isfinite(lam), lam, 0.0) * size


def _status(
    code: NDArray[np.int8],
    tally: NDArray[np.int32],
    limit: NDArray[np.bool_],
    residual: Floats,
    gain: Floats,
    belief: Floats,
    floor: Floats,
) -> NDArray[np.int8]:
    """What each draw may be called, from the solver's code and the certificate."""
    names = np.select(
        [
            tally[:, 2] > 0,
            code == NO_LIMIT,
            (code != REACHED) & (tally[:, 1] > 0),
            code != REACHED,
            limit & ~((gain <= GAIN) & (belief <= BELIEF)),
            ~limit & (floor > 1e-4),
            ~limit & ~((residual <= np.maximum(RESIDUAL, floor)) & (belief <= BELIEF)),
        ],
        [
            STATUS.index(s)
            for s in (
                "bifurcation",
                "no_limit",
                "fold",
                "not_converged",
                "no_limit",
                "precision_limit",
                "not_converged",
            )
        ],
        default=0,
    )
    return names.astype(np.int8)
