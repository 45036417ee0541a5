"""One solved draw as the machine-readable face prints it."""

from __future__ import annotations

import math

from detente.solve.levels import levels_of
from detente.solve.outcome import outcome
from detente.solve.solution import STATUS, Solutions


def record(solutions: Solutions, i: int = 0) -> dict[str, object]:
    """Draw ``i`` in the shape of ``detente solve --json``; what a draw has not is None."""
    tree = solutions.tree
    plan = levels_of(tree)
    strategy = solutions.strategy[i : i + 1]
    _, _, reach = outcome(plan, solutions.numbers[i : i + 1], strategy)
    sets: list[dict[str, object]] = []
    at = 0
    for h, owned in enumerate(tree.sets):
        first, end = int(tree.slot_start[h]), int(tree.slot_start[h + 1])
        sets.append(
            {
                "player": tree.players[owned.player],
                "number": owned.number,
                "name": owned.name,
                "options": list(owned.options),
                "probabilities": [_finite(float(p)) for p in solutions.strategy[i, first:end]],
                "nodes": [list(tree.path_labels(x)) for x in owned.nodes],
                "belief": [_finite(float(b)) for b in solutions.belief[i, at : at + len(owned.nodes)]],
                "reach": _finite(float(reach[0, list(owned.nodes)].sum())),
            }
        )
        at += len(owned.nodes)
    lam = float(solutions.precision[i])
    return {
        "game": tree.title,
        "concept": solutions.concept,
        "parameters": dict(solutions.parameters(i).items()),
        "lambda": "limit" if lam == float("inf") else lam,
        "status": STATUS[int(solutions.status[i])],
        "residual": _finite(float(solutions.residual[i])),
        "max_gain": _finite(float(solutions.max_gain[i])),
        "iterations": int(solutions.iterations[i]),
        "method": solutions.method,
        "seconds": solutions.seconds,
        "information_sets": sets,
        "events": {name: _finite(float(p)) for name, p in zip(tree.events, solutions.event[i], strict=True)},
        "values": {name: _finite(float(v)) for name, v in zip(tree.players, solutions.value[i], strict=True)},
        **solutions.extra(i),
    }


def _finite(value: float) -> float | None:
    """None for nan and infinities, which JSON does not have."""
    return value if math.isfinite(value) else None
