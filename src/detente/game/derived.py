"""Derived parameters: each one's formula written out in the parameters that are free."""

from __future__ import annotations

from collections.abc import Mapping

from detente.errors import GameError
from detente.game.check import find_cycle
from detente.game.expression import Expression
from detente.game.names import Scope
from detente.game.parameter import Parameter

MAX_SIZE = 2000  # nodes of a formula written out; one that doubles at every step would fill the memory
MAX_LEVELS = 200


def inlined(parameters: Mapping[str, Parameter], scope: Scope) -> dict[str, Expression]:
    """Every derived parameter as a formula in parameters that are not derived."""
    written: dict[str, Expression] = {}
    for name, parameter in parameters.items():
        if parameter.derived is not None:
            written[name] = scope.resolved(parameter.derived, parameter.where, ("parameter",))
    uses = {name: sorted(x for x in formula.names if x in written) for name, formula in written.items()}
    cycle = find_cycle(uses)
    if cycle:
        raise GameError(
            "these derived parameters are defined by one another", where=parameters[cycle[0]].where,
            found=" -> ".join(cycle),
        )  # fmt: skip
    done: dict[str, Expression] = {}
    sizes: dict[str, tuple[int, int]] = {}  # nodes, levels

    def write_out(name: str) -> None:
        if name in done:
            return
        for other in uses[name]:
            write_out(other)
        sizes[name] = size, levels = _size(written[name], sizes)
        if size > MAX_SIZE or levels > MAX_LEVELS:
            raise GameError(
                "this derived parameter is too large when written out", where=parameters[name].where,
                found=f"{size} parts, {levels} levels", allowed=f"at most {MAX_SIZE} and {MAX_LEVELS}",
            )  # fmt: skip
        done[name] = written[name].bind(done)

    for name in written:
        write_out(name)
    return {name: done[name] for name in written}


def _size(formula: Expression, sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Nodes and levels of a formula once the derived parameters in it are written out."""
    from detente.game.node import Name, Node

    def walk(node: Node) -> tuple[int, int]:
        if isinstance(node, Name) and node.name in sizes:
            return sizes[node.name]
        below = [walk(child) for child in node.children()]
        return 1 + sum(n for n, _ in below), 1 + max((d for _, d in below), default=0)

    return walk(formula.node)
