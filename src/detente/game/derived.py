"""Derived parameters: each one's formula written out in the parameters that are free."""

from __future__ import annotations

from collections.abc import Mapping

from detente.errors import GameError
from detente.game.cycle import find_cycle
from detente.game.expression import Expression
from detente.game.names import Scope, size
from detente.game.parameter import Parameter


def written_out(parameters: Mapping[str, Parameter], scope: Scope) -> dict[str, Expression]:
    """Every derived parameter as a formula in parameters that are not derived, in the order of the file."""
    formulas = {name: p.derived for name, p in parameters.items() if p.derived is not None}
    uses = {name: sorted(x for x in formula.names if x in formulas) for name, formula in formulas.items()}
    cycle = find_cycle(uses)
    if cycle:
        raise GameError(
            "these derived parameters are defined by one another",
            where=parameters[cycle[0]].where,
            found=" -> ".join(cycle),
        )
    done: dict[str, Expression] = {}
    pending = list(formulas)
    while pending:
        name = pending.pop()
        waiting = [x for x in uses[name] if x not in done]
        if name in done:
            continue
        if waiting:
            pending += [name, *waiting]
            continue
        formula = scope.resolved(formulas[name], parameters[name].where, ("parameter",))
        scope.sizes[name] = size(formula, scope.sizes)
        done[name] = formula.bind(done, parameters[name].where)
    return {name: done[name] for name in formulas}
