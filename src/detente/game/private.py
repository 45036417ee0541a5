"""Private types: who knows what from the start, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from detente.errors import GameError, Where
from detente.game.choice import option, options
from detente.game.cycle import find_cycle
from detente.game.expression import Expression, parse
from detente.game.names import Meaning, Scope, checked_name
from detente.game.parts import PrivateType, TypeBlock, Value
from detente.game.place import Path, Places
from detente.game.probability import check_constants
from detente.game.spec import GameSpec, JointSpec, shaped

Row = tuple[tuple[Value, ...], Expression]


def read_types(
    spec: GameSpec, players: Mapping[str, str], places: Places
) -> tuple[list[PrivateType], list[TypeBlock]]:
    """Private types and the blocks that they are drawn in; names in the probabilities not yet looked up."""
    types: dict[str, PrivateType] = {}
    blocks: list[TypeBlock] = []

    def add(full: object, values: tuple[Value, ...], where: Where) -> str:
        owner, _, name = str(full).partition(".")
        if not isinstance(full, str) or not name or owner not in players:
            raise GameError(
                "a private type is written OWNER.name",
                where=where,
                found=full,
                allowed=[f"{p}.{name or owner}" for p in players],
            )
        checked_name(name, "a private type", where)
        if full in types:
            raise GameError(
                "this private type stands here twice", where=where, found=full, allowed="each once"
            )
        types[full] = PrivateType(owner, name, values)
        return full

    for full, table in spec.private.items():
        where = places.at("private", full)
        if not isinstance(table, Mapping) or not table:
            raise GameError(
                "a private type lists its values",
                where=where,
                found=str(cast(object, table)),
                allowed="{label: probability, ...}",
            )
        written = cast(Mapping[object, object], table)
        name = add(full, options(written, where), where)
        rows = [((option(k, where),), parse(p, places.at("private", full, k))) for k, p in written.items()]
        blocks.append(TypeBlock((name,), tuple(rows), where))
    for i, given in enumerate(spec.joint):
        path: Path = ("joint", i)
        joint = shaped(JointSpec, given, places, path)
        rows = _rows(joint, places, path)
        where = places.at(*path, "of")
        names = [
            add(full, options(dict.fromkeys(row[k] for row, _ in rows), where), where)
            for k, full in enumerate(joint.of)
        ]
        blocks.append(TypeBlock(tuple(names), tuple(rows), places.at(*path)))
    return list(types.values()), blocks


def _rows(joint: JointSpec, places: Places, path: Path) -> list[Row]:
    """The rows of a joint table. A key is ``firm, soft`` or a list; what is not written has probability 0."""
    rows: dict[tuple[Value, ...], Expression] = {}
    table: dict[Any, object] = joint.table
    for key, probability in table.items():
        where = places.at(*path, "table", key)
        found = str(cast(object, key))
        labels = list(cast(tuple[Any, ...], key)) if isinstance(key, tuple) else found.split(",")
        if len(labels) != len(joint.of):
            raise GameError(
                "a row has one label for each type", where=where, found=found, allowed=", ".join(joint.of)
            )
        row = tuple(option(x.strip() if isinstance(x, str) else x, where) for x in labels)
        if row in rows:
            raise GameError("this row stands here twice", where=where, found=found, allowed="each once")
        rows[row] = parse(probability, where)
    return list(rows.items())


def look_up_types(
    blocks: list[TypeBlock], types: list[PrivateType], scope: Scope, places: Places
) -> tuple[TypeBlock, ...]:
    """The blocks with their probabilities looked up, in an order in which each uses only types of earlier ones.

    Where that leaves a choice, the order is that of the file: ``private``, then ``joint``.
    """
    for one in types:
        scope.add(Meaning("type", one.full, one.values), places.at("private", one.full))
    looked: dict[str, TypeBlock] = {}
    block_of = {full: block.of[0] for block in blocks for full in block.of}
    for block in blocks:
        rows: list[Row] = [
            (row, scope.resolved(p, block.where, ("parameter", "type"))) for row, p in block.rows
        ]
        check_constants((p for _, p in rows), block.where)
        looked[block.of[0]] = replace(block, rows=tuple(rows))
    uses = {
        name: sorted({block_of[x] for _, p in block.rows for x in p.names if x in block_of})
        for name, block in looked.items()
    }
    cycle = find_cycle(uses)
    if cycle:
        raise GameError(
            "these private types wait for one another",
            where=looked[cycle[0]].where,
            found=" -> ".join(cycle),
            allowed="one `joint` table for types that depend on one another",
        )
    done: dict[str, TypeBlock] = {}
    while len(done) < len(looked):
        ready = next(name for name in looked if name not in done and all(x in done for x in uses[name]))
        done[ready] = looked[ready]
    return tuple(done.values())
