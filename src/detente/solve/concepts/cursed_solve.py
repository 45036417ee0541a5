"""Cursed sequential equilibrium, logit along lambda and in the limit: who underrates what moves say about types.

Fong, Lin and Palfrey 2025, "Cursed sequential equilibrium", American Economic Review 115(8), which is Eyster and Rabin's
(2005) cursed equilibrium in games of one stage. Sequential cursed equilibrium (Cohen and Li 2026) is another concept: it
is about moves that are not seen, and here the question is what is inferred from a move that is. chi = 0: everybody reads types
from moves by Bayes' rule; chi = 1: nobody learns anything about a type, and everybody expects each type to play the average.
Logit replies as in McKelvey and Palfrey 1998, so that chi = 0 is the agent quantal response equilibrium of `solve`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.model import Game
from detente.game.tree import Floats, Tree
from detente.solve.concepts.check_cursed import Proof, check
from detente.solve.concepts.cursed_branch import BIFURCATION, FOLD, LOST, follow
from detente.solve.concepts.cursed_form import cursed_form
from detente.solve.concepts.cursed_passes import CursedPlan, cursed_plan, fixed, log_probabilities, worths
from detente.solve.concepts.point import at_draws, precisions, within
from detente.solve.outcome import events_and_values
from detente.solve.solution import CERTIFIED, STATUS, Solutions

MAX_UNKNOWNS, MAX_CELLS = 120, 400_000  # log-odds; nodes times log-odds, for one draw
CELLS_AT_ONCE = 400_000
GAIN, RESIDUAL, COARSE, BELIEF = 1e-10, 1e-8, 1e-4, 1e-7  # as for the logit equilibrium


@dataclass(frozen=True, eq=False)
class Cursed(Solutions):
    """One chi-cursed equilibrium per draw. ``belief`` is the cursed belief; gains and residuals are in the owner's cursed eyes."""

    chi: Floats = field(default_factory=lambda: np.zeros(0))  # [draw]

    def extra(self, i: int = 0) -> dict[str, object]:
        """``chi``: 0 reads types from moves by Bayes' rule, 1 not at all."""
        return {"chi": float(self.chi[i])}


def cursed(
    game: Game | Tree,
    draws: Mapping[str, Floats] | None = None,
    *,
    chi: float | Floats = 0.5,
    precision: float | Floats | str = "limit",
) -> Cursed:
    """The chi-cursed logit equilibrium on the branch that starts at uniform play, at every draw, or the limit of that branch.

    ``chi`` (0 to 1) and ``precision`` (lambda, 1/payoff) are one number or one per draw. Where the branch turns back or splits
    the status says so and the draw is not certified; nothing beyond is looked for, nor other equilibria. Raises BadInput for games in
    which types are not drawn at the start or moves stay hidden (see cursed_form.py), and beyond the sizes above. A type
    that chance never draws has no belief: status "zero_reach". Cost per step: nodes x log-odds.
    """
    started = time.perf_counter()
    point = at_draws(game, draws)
    tree, count = point.tree, len(point.numbers)
    shape = cursed_plan(cursed_form(tree), point.plan)
    within("options to choose between", len(shape.unknown), MAX_UNKNOWNS)
    within("nodes x options", tree.n_nodes * len(shape.unknown), MAX_CELLS)
    lam = precisions(precision, count)
    degree = _degree(chi, count)

    def column(*width: int) -> Floats:
        return np.full((count, *width), np.nan)

    out: dict[str, Any] = {
        "precision": lam.copy(),
        "strategy": column(tree.n_slots),
        "log_strategy": column(tree.n_slots),
        "belief": column(sum(len(h.nodes) for h in tree.sets)),
        "event": column(len(tree.events)),
        "value": column(len(tree.players)),
        "status": np.full(count, STATUS.index("bad_numbers"), np.int8),
        "residual": column(),
        "max_gain": column(),
        "iterations": np.zeros(count, np.int32),
    }
    known = point.good & _every_type_comes(shape, point.numbers, point.good)
    out["status"][point.good & ~known] = STATUS.index("zero_reach")
    usable = np.flatnonzero(known)
    size = max(1, CELLS_AT_ONCE // (tree.n_nodes * max(len(shape.unknown), 1)))
    for k in range(0, len(usable), size):
        rows = usable[k : k + size]
        for name, values in _block(shape, point.numbers[rows], degree[rows], lam[rows]).items():
            out[name][rows] = values
    low, high = float(degree.min(initial=1.0)), float(degree.max(initial=0.0))
    span = f"{low:g} to {high:g}" if high > low else f"{high:g}"
    return Cursed(
        tree=tree,
        numbers=point.numbers,
        crossings=np.zeros(count, np.int32),
        method=f"cursed sequential equilibrium, chi {span}; logit replies, continuation in lambda from uniform play",
        seconds=time.perf_counter() - started,
        draws=point.draws,
        concept="cursed",
        chi=degree,
        **out,
    )


def _block(shape: CursedPlan, numbers: Floats, chi: Floats, lam: Floats) -> dict[str, Any]:
    """Follow a block of draws, check them from the definition, and play them out."""
    at = fixed(shape, numbers, chi)
    odds, reached, code, steps = follow(shape, at, lam)
    log = log_probabilities(shape, odds[:, :, None].astype(complex))
    _, belief = worths(shape, at, log)
    log_strategy = log[:, :, 0].real
    strategy = np.exp(log_strategy)
    believed = belief[:, :, 0].real
    proof = check(shape.form, shape.plan, numbers, chi, strategy, log_strategy, believed, reached)
    event, value = events_and_values(shape.plan, numbers, strategy.T)
    size = np.abs(shape.plan.payoffs(numbers)).max(axis=(0, 1), initial=0.0)
    return {
        "precision": reached,
        "strategy": strategy.T,
        "log_strategy": log_strategy.T,
        "belief": believed.T,
        "event": event,
        "value": value,
        "status": _status(code, lam, proof, size),
        "residual": proof.residual,
        "max_gain": proof.gain,
        "iterations": steps,
    }


def _status(code: NDArray[np.int8], lam: Floats, proof: Proof, size: Floats) -> NDArray[np.int8]:
    limit = ~np.isfinite(lam)
    floor = 64 * np.finfo(float).eps * np.where(limit, 0.0, lam) * size
    believed = proof.belief_error <= BELIEF
    cases = {
        "bifurcation": code == BIFURCATION,
        "fold": code == FOLD,
        "no_limit": limit & ((code == LOST) | ~(believed & (proof.relative_gain <= GAIN))),
        "precision_limit": ~limit & (floor > COARSE),
        "not_converged": ~limit
        & ((code == LOST) | ~(believed & (proof.residual <= np.maximum(RESIDUAL, floor)))),
    }
    names = [STATUS.index(name) for name in cases]
    return np.select(list(cases.values()), names, default=CERTIFIED).astype(np.int8)


def _degree(chi: float | Floats, draws: int) -> Floats:
    value = np.atleast_1d(np.asarray(chi, np.float64))
    if value.ndim != 1 or value.size not in (1, draws) or not ((value >= 0) & (value <= 1)).all():
        raise BadInput("not a degree of cursedness", where=Where(field="chi"), found=chi, allowed="0 to 1")
    return np.array(np.broadcast_to(value, (draws,)))


def _every_type_comes(shape: CursedPlan, numbers: Floats, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Draws in which each type of each player who moves has a positive probability."""
    tree = shape.form.tree
    out = good.copy()
    rows = np.flatnonzero(good)
    if not len(rows):
        return out
    prior = np.exp(fixed(shape, numbers[rows], np.zeros(len(rows))).log_prior)
    fine = np.ones(len(rows), bool)
    for i in {h.player for h in tree.sets}:
        for t in range(int(shape.form.types[i].max()) + 1):
            fine &= prior[shape.form.types[i] == t].sum(axis=0) > 0
    out[rows] = fine
    return out
