"""Derivatives of solutions: of events, expected payoffs, options and outcomes, by parameters, by lambda and by single numbers.

By the implicit function theorem at each draw's own solution; nothing is solved again and nothing is differenced. Where
the solution has no derivative (a fold, the edge of a regime in the limit, a kink of a formula) the row is nan and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.derivative import NumberSlopes, numbers_slope
from detente.game.tree import Floats, Tree
from detente.solve.derivative_finite import Finite
from detente.solve.derivative_limit import Limit
from detente.solve.derivative_parts import Point, gradients, point
from detente.solve.derivative_plan import Plan
from detente.solve.derivative_sparse import adder
from detente.solve.solution import Solutions

# A draw's status is an index into this list; only "ok" rows have numbers.
DERIVATIVE_STATUS = ("ok", "not_smooth", "not_certified")
OK, NOT_SMOOTH, NOT_CERTIFIED = 0, 1, 2
NEAR = 1e8  # a scaled system this near to singular has lost the digits that a derivative needs
FAINT = 1e-9  # in the limit an option up to this probability is not used
CELLS = 400_000  # numbers in memory of one block, about

Of = Literal["log_outcome", "outcome", "event", "value", "log_strategy", "strategy"]


@dataclass(frozen=True, eq=False)
class Derivatives:
    """How each draw's solution moves with each parameter, others fixed. Rows that are not "ok" are nan.

    Units: probability (or payoff) per unit of the parameter. The last column of ``precision_*`` arrays is absent: they are by
    lambda, nan in the limit.
    """

    solutions: Solutions
    parameters: tuple[str, ...]
    event: Floats  # [draw, event, parameter]
    value: Floats  # [draw, player, parameter] expected payoff
    strategy: Floats  # [draw, slot, parameter]
    outcome: Floats | None  # [draw, outcome, parameter] if asked for
    precision_event: Floats  # [draw, event] by lambda
    precision_value: Floats  # [draw, player] by lambda
    precision_strategy: Floats  # [draw, slot] by lambda
    status: NDArray[np.int8]  # [draw] index into DERIVATIVE_STATUS

    @property
    def ok(self) -> NDArray[np.bool_]:
        return self.status == OK

    def __len__(self) -> int:
        return len(self.status)

    def frame(self) -> pl.DataFrame:
        """Long form: draw, status, ``of`` ("event.NAME" or "value.PLAYER"), ``by`` (a parameter, or "lambda"), derivative."""
        tree, draws = self.solutions.tree, len(self)
        of = [f"event.{name}" for name in tree.events] + [f"value.{name}" for name in tree.players]
        table = np.concatenate([self.event, self.value], axis=1)
        by_lambda = np.concatenate([self.precision_event, self.precision_value], axis=1)
        table = np.concatenate([table, by_lambda[:, :, None]], axis=2)
        by = [*self.parameters, "lambda"]
        cells = len(of) * len(by)
        return pl.DataFrame(
            {
                "draw": np.repeat(np.arange(draws), cells),
                "status": np.repeat(np.array(DERIVATIVE_STATUS)[self.status], cells),
                "of": np.tile(np.repeat(np.array(of, dtype=str), len(by)), draws),
                "by": np.tile(np.array(by, dtype=str), draws * len(of)),
                "derivative": table.reshape(-1),
            },
            schema_overrides={"status": pl.String, "of": pl.String, "by": pl.String},
        )


@dataclass(frozen=True, eq=False)
class NumberDerivatives:
    """The gradient of one weighted sum per draw by every number of the tree and by lambda; nan where not "ok"."""

    number: Floats  # [draw, number]
    precision: Floats  # [draw] by lambda, nan in the limit
    status: NDArray[np.int8]  # [draw] index into DERIVATIVE_STATUS


def derivatives(
    solutions: Solutions,
    parameters: Sequence[str] | None = None,
    *,
    outcomes: bool = False,
) -> Derivatives:
    """The derivative of everything in ``solutions`` by each of ``parameters`` (None: all of the tree's) and by lambda.

    In the limit the regime is kept: which options are used, and which nodes are believed in where nobody goes. ``outcomes``:
    also of the probability of each outcome. Raises BadInput for a name that is not a parameter. What is *not* found: one-sided
    derivatives at kinks and at edges of regimes (status ``not_smooth``).
    """
    tree = solutions.tree
    slopes = numbers_slope(tree, solutions.draws, parameters)
    plan, draws, p = _plan(tree), len(solutions), len(slopes.parameters)
    slope = np.broadcast_to(slopes.slope, (len(slopes.number), draws))
    bad = np.broadcast_to(slopes.tied, (draws,)) | ~np.isfinite(slope).all(axis=0)
    moves = _Moves(plan, slopes)
    ends = len(tree.events)
    rows = ends + len(tree.players)
    table = np.full((draws, rows, p + 1), np.nan)
    strategy = np.full((draws, tree.n_slots, p + 1), np.nan)
    outcome = np.full((draws, tree.n_outcomes, p) if outcomes else (0, 0, 0), np.nan)

    def block(at: Point, system: Finite | Limit, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        here = slope[:, which]
        moved = np.concatenate([moves(at, here), _by_precision(at, system)[:, None]], axis=1)
        log = system.forward(moved)
        by_log = gradients(at)
        out = np.einsum("rsd,spd->drp", by_log[:, : plan.slots], log)
        chance = by_log[:, plan.slots :] * at.per_chance
        for k, (n, q) in enumerate(zip(slopes.number, slopes.parameter, strict=True)):
            out[:, :, q] += (chance[:, plan.levels.chance == n].sum(axis=1) * here[k]).T
        for i in range(plan.players):
            paid = plan.term[i](at.outcome)  # [number, draw] what a unit of it is worth
            for k, (n, q) in enumerate(zip(slopes.number, slopes.parameter, strict=True)):
                out[:, ends + i, q] += paid[n] * here[k]
        table[which] = out
        strategy[which] = (at.prob[:, None] * log).transpose(2, 0, 1)
        if outcomes:
            moved_log = np.zeros((plan.slots + plan.chances, p, len(which)))
            moved_log[: plan.slots] = log[:, :p]
            for k, (n, q) in enumerate(zip(slopes.number, slopes.parameter, strict=True)):
                edges = np.flatnonzero(plan.levels.chance == n)
                moved_log[plan.slots + edges, q] += at.per_chance[edges] * here[k]
            found = plan.made_of(moved_log.reshape(len(moved_log), -1))
            outcome[which] = (at.outcome[:, None] * found.reshape(-1, p, len(which))).transpose(2, 0, 1)
        return moves.at_zero(at, here)

    status = _run(solutions, plan, bad, block)
    for array in (table, strategy, *([outcome] if outcomes else [])):
        array[status != OK] = np.nan
    limit = ~np.isfinite(solutions.precision)
    table[limit, :, p] = strategy[limit, :, p] = np.nan
    return Derivatives(
        solutions=solutions,
        parameters=slopes.parameters,
        event=table[:, :ends, :p],
        value=table[:, ends:, :p],
        strategy=strategy[:, :, :p],
        outcome=outcome if outcomes else None,
        precision_event=table[:, :ends, p],
        precision_value=table[:, ends:, p],
        precision_strategy=strategy[:, :, p],
        status=status,
    )


def number_derivatives(solutions: Solutions, weights: Floats, of: Of = "log_outcome") -> NumberDerivatives:
    """The gradient of sum_k weights[draw, k] * of[draw, k] by every number of the tree: one adjoint system a draw.

    ``of``: "log_outcome", "outcome" (k over outcomes), "event", "value" (players), "log_strategy" or "strategy" (slots). With
    "log_outcome" and counts of what was seen as weights this is the score of a likelihood. Chance probabilities are moved one by
    one, so the gradient by a parameter is its product with `numbers_slope`, in which they move together. ``weights``
    [k] or [draw, k]. Raises BadInput for weights of another shape. In the limit a log of probability 0 has no derivative.
    """
    tree = solutions.tree
    plan, draws = _plan(tree), len(solutions)
    size = {
        "log_outcome": tree.n_outcomes, "outcome": tree.n_outcomes, "event": len(tree.events),
        "value": len(tree.players), "log_strategy": tree.n_slots, "strategy": tree.n_slots,
    }  # fmt: skip
    if of not in size:
        raise BadInput("this cannot be differentiated", where=Where(field="of"), found=of, allowed=list(size))
    weights = np.asarray(weights, np.float64)
    if weights.shape not in ((size[of],), (draws, size[of])):
        raise BadInput(
            "these weights have another shape than what they weigh",
            where=Where(field="weights"), found=str(weights.shape), allowed=f"({draws}, {size[of]})",
        )  # fmt: skip
    weights = np.broadcast_to(weights, (draws, size[of]))
    number = np.full((draws, len(tree.numbers)), np.nan)
    precision = np.full(draws, np.nan)
    constant = np.array([formula.is_constant for formula in tree.numbers])[plan.levels.chance]

    def block(at: Point, system: Finite | Limit, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        weight = weights[which].T
        by_log, direct, bad = _weighted(at, weight, of)
        on_worth = system.adjoint(by_log[: plan.slots])
        entries = at.by_numbers() * on_worth[plan.number_slot]
        found = direct + plan.add_numbers(entries)
        found += plan.add_chance(by_log[plan.slots :] * at.per_chance)
        number[which] = found.T
        precision[which] = (on_worth * _by_precision(at, system)).sum(axis=0)
        return bad | (at.cut_off & (at.impossible & ~constant[:, None]).any(axis=0))

    status = _run(solutions, plan, np.zeros(draws, dtype=bool), block)
    number[status != OK] = np.nan
    precision[(status != OK) | ~np.isfinite(solutions.precision)] = np.nan
    return NumberDerivatives(number, precision, status)


@lru_cache(maxsize=8)
def _plan(tree: Tree) -> Plan:
    """Index arrays are made once for a tree that is differentiated again and again, as a likelihood is."""
    return Plan(tree)


Work = Callable[[Point, Finite | Limit, NDArray[np.intp]], NDArray[np.bool_]]


def _run(solutions: Solutions, plan: Plan, bad: NDArray[np.bool_], work: Work) -> NDArray[np.int8]:
    """Do ``work`` on blocks of certified draws, finite precisions and limits apart; the status of every draw."""
    status = np.where(solutions.certified, np.where(bad, NOT_SMOOTH, OK), NOT_CERTIFIED).astype(np.int8)
    limit = ~np.isfinite(solutions.precision)

    def one(rows: NDArray[np.intp]) -> None:
        finite = not limit[rows[0]]
        at = point(
            plan,
            solutions.numbers[rows],
            solutions.strategy[rows],
            solutions.log_strategy[rows],
            None if finite else solutions.belief[rows],
            FAINT,
        )
        system = Finite(at, solutions.precision[rows]) if finite else Limit(at)
        with np.errstate(over="ignore", invalid="ignore"):  # singular systems; their rows are refused below
            refused = work(at, system, rows)
        refused |= ~(system.near <= NEAR)
        if isinstance(system, Limit):
            refused |= ~system.smooth
        status[rows[refused]] = NOT_SMOOTH

    for kind in (limit, ~limit):
        rows = np.flatnonzero((status == OK) & kind)
        size = max(1, CELLS // max(plan.cells, 1))
        for k in range(0, len(rows), size):
            one(rows[k : k + size])
    return status


class _Moves:
    """How worths move with parameters directly: through payoffs and chance, at a fixed strategy."""

    def __init__(self, plan: Plan, slopes: NumberSlopes) -> None:
        self.plan, self.slopes = plan, slopes
        self.active, self.row = np.unique(slopes.number, return_inverse=True)
        self.entries = np.flatnonzero(np.isin(plan.number_of, self.active))
        place = np.searchsorted(self.active, plan.number_of[self.entries])
        target = plan.number_slot[self.entries] * len(self.active) + place
        self.add = adder(target, plan.slots * len(self.active))
        self.chance_pairs = [
            (k, edges)
            for k, n in enumerate(slopes.number)
            if len(edges := np.flatnonzero(plan.levels.chance == n))
        ]

    def __call__(self, at: Point, slope: Floats) -> Floats:
        """[slot, parameter, draw] at ``slope`` [pair, draw]."""
        draws = slope.shape[1]
        out = np.zeros((self.plan.slots, len(self.slopes.parameters), draws))
        if not len(self.entries):
            return out
        by = self.add(at.by_numbers()[self.entries]).reshape(self.plan.slots, len(self.active), draws)
        for k, q in enumerate(self.slopes.parameter):
            out[:, q] += by[:, self.row[k]] * slope[k]
        return out

    def at_zero(self, at: Point, slope: Floats) -> NDArray[np.bool_]:
        """[draw] whether a parameter moves a chance of 0 that hides a set of several nodes: the belief there may jump."""
        out = np.zeros(slope.shape[1], dtype=bool)
        for k, edges in self.chance_pairs:
            out |= at.impossible[edges].any(axis=0) & (slope[k] != 0)
        return out & at.cut_off


def _by_precision(at: Point, system: Finite | Limit) -> Floats:
    """[slot, draw] what a unit of lambda does to z = lambda (w_a - w_0), as if it moved worths."""
    return at.worth / system.precision if isinstance(system, Finite) else np.zeros_like(at.worth)


def _weighted(at: Point, weight: Floats, of: Of) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Weights on log probabilities [column, draw], on numbers directly [number, draw], and where there is no derivative [draw]."""
    plan, tree = at.plan, at.plan.tree
    direct = np.zeros((len(tree.numbers), weight.shape[1]))
    bad = np.zeros(weight.shape[1], dtype=bool)
    if of in ("log_strategy", "strategy"):
        out = np.zeros((plan.slots + plan.chances, weight.shape[1]))
        out[: plan.slots] = weight * at.prob if of == "strategy" else weight
        if of == "log_strategy":
            bad = (at.unused & (weight != 0)).any(axis=0)
        return out, direct, bad
    match of:
        case "log_outcome":
            on = weight
            bad = ((at.steps[plan.levels.leaves] > 0) & (weight != 0)).any(axis=0)
        case "outcome":
            on = weight * at.outcome
        case "event":
            held = np.stack([at.numbers[:, n].T for n in tree.event_number]) if len(tree.events) else 0
            on = np.einsum("kod,kd->od", held, weight) * at.outcome if len(tree.events) else 0 * at.outcome
        case _:
            on = np.einsum("opd,pd->od", at.payoff, weight) * at.outcome
            for i in range(plan.players):
                direct += plan.term[i](at.outcome * weight[i])
    return plan.factor(on), direct, bad
