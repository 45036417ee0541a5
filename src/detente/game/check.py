"""From the shape of a game file to its parts: every name looked up, every rule of the language checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from detente.errors import GameError, Where
from detente.game.expression import Expression, parse
from detente.game.names import Kind, Meaning, Scope, checked_name
from detente.game.parameter import Parameter, constant, parameter
from detente.game.parts import CHANCE, EVERYONE, Move, PrivateType, Term, TypeBlock, Value, value_text
from detente.game.place import Path, Places
from detente.game.spec import GameSpec, JointSpec, MoveSpec, TermSpec, shaped

TOLERANCE = 1e-9  # how far probabilities may be from adding up to 1

MAX_MOVES = 200
MAX_OPTIONS = 1001

_GRID = re.compile(r"\s*grid\s*\(([^(),]*),([^(),]*),([^(),]*)\)\s*")


# values and labels


def option(given: object, where: Where) -> Value:
    """A label or a number."""
    if isinstance(given, bool) or given is None:
        raise GameError(
            "a label should stand here, not a truth value", where=where, found=given, allowed="yes, no"
        )
    if isinstance(given, (int, float)):
        if not math.isfinite(given):
            raise GameError("this is not a finite number", where=where, found=given)
        return float(given)
    if isinstance(given, str):
        try:
            number = float(given)
        except ValueError:
            return checked_name(given, "an option", where)
        if math.isfinite(number) and re.fullmatch(r"[-+0-9.eE]+", given):
            return number
        return checked_name(given, "an option", where)
    raise GameError("a label or a number should stand here", where=where, found=given)


def options(given: Iterable[object], where: Where) -> tuple[Value, ...]:
    """Labels or numbers, not both, none twice."""
    values = tuple(option(x, where) for x in given)
    if not values:
        raise GameError("there are no options here", where=where, found="nothing", allowed="at least one")
    if len(set(values)) < len(values):
        twice = next(v for i, v in enumerate(values) if v in values[:i])
        raise GameError("this option stands here twice", where=where, found=value_text(twice))
    if len({isinstance(v, str) for v in values}) > 1:
        raise GameError(
            "options are all labels or all numbers", where=where, found=", ".join(value_text(v) for v in values),
            allowed="one kind; a move of its own for the other",
        )  # fmt: skip
    if len(values) > MAX_OPTIONS:
        raise GameError("too many options", where=where, found=len(values), allowed=f"at most {MAX_OPTIONS}")
    return values


def grid(text: str, where: Where) -> tuple[Value, ...]:
    """``grid(low, high, count)``: evenly spaced numbers, both ends among them."""
    match = _GRID.fullmatch(text)
    if match is None:
        raise GameError(
            "options are a list of labels or numbers, or a grid", where=where, found=text,
            allowed="grid(low, high, count)",
        )  # fmt: skip
    low, high, count = (constant(x.strip(), where) for x in match.groups())
    if count != int(count) or not 2 <= count <= MAX_OPTIONS or low >= high:
        raise GameError(
            "a grid goes from low up to high in count steps", where=where, found=text,
            allowed=f"low below high, count from 2 to {MAX_OPTIONS}",
        )  # fmt: skip
    last = int(count) - 1
    # rounded so that 0.15 is the 0.15 that a formula would write
    return tuple(float(f"{low + (high - low) * k / last:.12g}") for k in range(last + 1))


def check_constants(probabilities: Iterable[Expression], where: Where) -> None:
    """Refuse written numbers that cannot be probabilities, alone or together."""
    given = list(probabilities)
    fixed = [float(p.bind({}).constant) for p in given if p.is_constant]
    for number in fixed:
        if not 0 <= number <= 1:
            raise GameError(
                "a probability lies from 0 to 1", where=where, found=f"{number:g}", allowed="0 to 1"
            )
    total = sum(fixed)
    if (len(fixed) == len(given) and abs(total - 1) > TOLERANCE) or total > 1 + TOLERANCE:
        raise GameError(
            "these probabilities do not add up to 1", where=where, found=f"{total:.12g}", allowed="1"
        )


def check_at_base(
    probabilities: Iterable[Expression], base: Mapping[str, float], where: Where, at: str = ""
) -> None:
    """Refuse probabilities that are none at the base values of the parameters."""
    given = list(probabilities)
    numbers = [float(p.value(base)) for p in given]
    context = f" {at}" if at else ""
    for formula, number in zip(given, numbers, strict=True):
        if not -TOLERANCE <= number <= 1 + TOLERANCE:
            raise GameError(
                f"this is no probability at the base values{context}", where=where,
                found=f"{formula} = {number:g}", allowed="0 to 1",
            )  # fmt: skip
    if not abs(sum(numbers) - 1) <= TOLERANCE:
        raise GameError(
            f"these probabilities do not add up to 1 at the base values{context}", where=where,
            found=f"{' + '.join(f'({p})' for p in given)} = {sum(numbers):.12g}"[:200], allowed="1",
        )  # fmt: skip


# the parts, in the order in which they are read


def read_players(spec: GameSpec, places: Places) -> dict[str, str]:
    players = {checked_name(k, "a player", places.at("players", k)): str(v) for k, v in spec.players.items()}
    if not players:
        raise GameError(
            "there are no players", where=places.at("players"), found="nothing", allowed="at least one"
        )
    return players


def read_parameters(spec: GameSpec, places: Places, scope: Scope) -> dict[str, Parameter]:
    read: dict[str, Parameter] = {}
    for name, given in spec.parameters.items():
        where = places.at("parameters", name)
        read[name] = parameter(checked_name(name, "a parameter", where), given, places)
        scope.add(Meaning("parameter", name), where)
        for i, evidence in enumerate(read[name].evidence):
            if spec.sources and evidence.source not in spec.sources:
                raise GameError(
                    "there is no such source", where=places.at("parameters", name, "evidence", i, "source"),
                    found=evidence.source, allowed=spec.sources,
                )  # fmt: skip
    return read


def read_types(
    spec: GameSpec, players: Mapping[str, str], places: Places
) -> tuple[list[PrivateType], list[TypeBlock]]:
    """Private types and the blocks that they are drawn in; probabilities not yet looked up."""
    types: dict[str, PrivateType] = {}
    blocks: list[TypeBlock] = []

    def add(full: object, values: tuple[Value, ...], where: Where) -> None:
        owner, dot, name = str(full).partition(".")
        if not isinstance(full, str) or not dot or owner not in players:
            raise GameError(
                "a private type is written OWNER.name", where=where, found=full,
                allowed=[f"{p}.{name or owner}" for p in players],
            )  # fmt: skip
        checked_name(name, "a private type", where)
        if full in types:
            raise GameError("this private type stands here twice", where=where, found=full)
        types[full] = PrivateType(owner, name, values)

    for full, table in spec.private.items():
        where = places.at("private", full)
        if not isinstance(table, Mapping) or not table:
            raise GameError("a private type is {label: probability, ...}", where=where, found=table)
        table = cast(Mapping[object, object], table)
        add(full, options(table, where), where)
        rows = [((option(k, where),), parse(v, places.at("private", full, k))) for k, v in table.items()]
        blocks.append(TypeBlock((full,), tuple(rows), where))
    for i, given in enumerate(spec.joint):
        path: Path = ("joint", i)
        joint = shaped(JointSpec, given, places, path)
        rows: list[tuple[tuple[Value, ...], Expression]] = []
        for key, probability in joint.table.items():
            where = places.at(*path, "table", key)
            labels: list[object] = (
                list(key) if isinstance(key, tuple) else [x.strip() for x in str(key).split(",")]
            )  # pyright: ignore[reportUnknownArgumentType]
            if len(labels) != len(joint.of):
                raise GameError(
                    "a row has one label for each type", where=where, found=key, allowed=", ".join(joint.of)
                )
            row = tuple(option(x, where) for x in labels)
            if any(row == other for other, _ in rows):
                raise GameError("this row stands here twice", where=where, found=key)
            rows.append((row, parse(probability, where)))
        where = places.at(*path, "of")
        for k, full in enumerate(joint.of):
            add(full, options(dict.fromkeys(row[k] for row, _ in rows), where), where)
        blocks.append(TypeBlock(tuple(joint.of), tuple(rows), places.at(*path)))
    return list(types.values()), blocks


def look_up_types(blocks: list[TypeBlock], types: list[PrivateType], scope: Scope) -> tuple[TypeBlock, ...]:
    """The blocks with their probabilities looked up: parameters and types of earlier blocks may be used."""
    known = {t.full: t for t in types}
    done: list[TypeBlock] = []
    for block in blocks:
        looked: list[tuple[tuple[Value, ...], Expression]] = []
        for row, probability in block.rows:
            looked.append((row, scope.resolved(probability, block.where, ("parameter", "type"))))
        check_constants((p for _, p in looked), block.where)
        done.append(TypeBlock(block.of, tuple(looked), block.where))
        for full in block.of:
            scope.add(Meaning("type", full, known[full].values), block.where)
    return tuple(done)


def read_moves(spec: GameSpec, players: Mapping[str, str], places: Places) -> list[Move]:
    """The moves with formulas parsed, names in them not yet looked up."""
    if len(spec.moves) > MAX_MOVES:
        raise GameError(
            "too many moves", where=places.at("moves"), found=len(spec.moves), allowed=f"{MAX_MOVES}"
        )
    if not spec.moves:
        raise GameError(
            "there are no moves", where=places.at("moves"), found="nothing", allowed="at least one"
        )
    return [_move(given, i, players, places) for i, given in enumerate(spec.moves)]


def _move(given: object, i: int, players: Mapping[str, str], places: Places) -> Move:
    path: Path = ("moves", i)
    spec = shaped(MoveSpec, given, places, path)
    where = places.at(*path)
    name = checked_name(spec.move, "a move", places.at(*path, "move"))
    if spec.by != CHANCE and spec.by not in players:
        raise GameError(
            "nobody has this name", where=places.at(*path, "by"), found=spec.by, allowed=[*players, CHANCE]
        )
    at = places.at(*path, "options")
    probabilities: tuple[Expression, ...] | None = None
    if spec.by == CHANCE:
        if not isinstance(spec.options, Mapping):
            raise GameError(
                "chance needs a probability for each option",
                where=at,
                found=spec.options,
                allowed="{option: probability}",
            )
        table = cast(Mapping[object, object], spec.options)
        probabilities = tuple(parse(p, places.at(*path, "options", k)) for k, p in table.items())
    elif isinstance(spec.options, Mapping):
        raise GameError(
            "only chance has probabilities",
            where=at,
            found=spec.options,
            allowed="a list of options, or by: chance",
        )
    choices = (
        grid(spec.options, at)
        if isinstance(spec.options, str)
        else options(cast(Iterable[object], spec.options), at)
    )
    hidden = tuple(players) if EVERYONE in spec.hidden_from else tuple(dict.fromkeys(spec.hidden_from))
    for player in hidden:
        if player not in players:
            raise GameError(
                "nobody has this name",
                where=places.at(*path, "hidden_from"),
                found=player,
                allowed=[*players, EVERYONE],
            )
    if EVERYONE in spec.hidden_from and spec.by != CHANCE:
        hidden = tuple(p for p in hidden if p != spec.by)
    if spec.by in hidden:
        raise GameError(
            f"{spec.by} would forget its own move {name} (players have perfect recall)",
            where=places.at(*path, "hidden_from"), found=spec.by, allowed=[p for p in players if p != spec.by], nearest="",
        )  # fmt: skip
    when = None if spec.when is None else parse(spec.when, places.at(*path, "when"))
    return Move(name, spec.by, choices, probabilities, when, hidden, spec.title, spec.text, where)


def look_up_moves(moves: list[Move], scope: Scope, places: Places) -> tuple[Move, ...]:
    """The moves with the names in their formulas looked up, each using only what comes before it."""
    for i, move in enumerate(moves):
        scope.add(Meaning("move", move.name, move.options), places.at("moves", i, "move"))
    order = {move.name: i for i, move in enumerate(moves)}
    waits = {m.name: [x for x in (m.when.names if m.when else ()) if x in order] for m in moves}
    cycle = find_cycle(waits)
    if cycle:
        i = order[cycle[0]]
        raise GameError(
            "these moves wait for one another", where=places.at("moves", i, "when"), found=" -> ".join(cycle),
            allowed="`when` may use earlier moves",
        )  # fmt: skip
    done: list[Move] = []
    for i, move in enumerate(moves):
        when = probabilities = None
        kinds: tuple[Kind, ...] = ("move", "type")
        earlier = [m.name for m in moves[:i]]

        def look_up(
            formula: Expression,
            where: Where,
            kinds: tuple[Kind, ...],
            i: int = i,
            earlier: list[str] = earlier,
        ) -> Expression:
            found = scope.resolved(formula, where, kinds)
            for name in found.names:
                if order.get(name, -1) >= i:
                    raise GameError(
                        "this move comes later", where=where, found=name, allowed=earlier or "no move yet"
                    )
            return found

        if move.when is not None:
            where = places.at("moves", i, "when")
            when = look_up(move.when, where, kinds)
            for name in when.names:
                owner = name.partition(".")[0]
                if move.by != CHANCE and scope.meanings[name].kind == "type" and owner != move.by:
                    own = [x for x in scope.meanings if x.startswith(f"{move.by}.")]
                    raise GameError(
                        f"{move.by} does not know this private type", where=where, found=name,
                        allowed=[*earlier, *own], nearest="",
                    )  # fmt: skip
        if move.probabilities is not None:
            where = places.at("moves", i, "options")
            probabilities = tuple(look_up(p, where, ("parameter", *kinds)) for p in move.probabilities)
            check_constants(probabilities, where)
        done.append(
            Move(
                move.name,
                move.by,
                move.options,
                probabilities,
                when,
                move.hidden_from,
                move.title,
                move.text,
                move.where,
            )
        )
    return tuple(done)


ANYTHING: tuple[Kind, ...] = ("parameter", "type", "move", "event")


def read_events(spec: GameSpec, scope: Scope, places: Places) -> dict[str, Expression]:
    """The events, looked up. One may use another."""
    written = {
        checked_name(name, "an event", places.at("events", name)): parse(formula, places.at("events", name))
        for name, formula in spec.events.items()
    }
    for name in written:
        if name in scope.meanings:
            scope.add(Meaning("event", name), places.at("events", name))  # says who has the name
    uses = {name: _uses_outside_labels(formula, written, scope) for name, formula in written.items()}
    cycle = find_cycle(uses)
    if cycle:
        raise GameError(
            "these events are defined by one another",
            where=places.at("events", cycle[0]),
            found=" -> ".join(cycle),
        )
    done: dict[str, Expression] = {}

    def look_up(name: str) -> None:
        if name in done:
            return
        for other in uses[name]:
            look_up(other)
        where = places.at("events", name)
        done[name] = scope.resolved(written[name], where, ANYTHING)
        scope.add(Meaning("event", name, formula=done[name]), where)

    for name in written:
        look_up(name)
    return {name: done[name] for name in written}


def _uses_outside_labels(formula: Expression, written: Mapping[str, Expression], scope: Scope) -> list[str]:
    """Names of other events in a formula, labels of the same spelling left out."""
    labels: set[str] = set()
    for meaning in scope.meanings.values():
        if meaning.name in formula.names or meaning.name.partition(".")[2] in formula.names:
            labels.update(meaning.labels)
    return sorted(x for x in formula.names if x in written and x not in labels)


def read_payoffs(
    spec: GameSpec, players: Mapping[str, str], scope: Scope, places: Places
) -> dict[str, dict[str, Term]]:
    done: dict[str, dict[str, Term]] = {player: {} for player in players}
    for player, terms in spec.payoffs.items():
        if player not in players:
            raise GameError(
                "nobody has this name", where=places.at("payoffs", player), found=player, allowed=players
            )
        if not isinstance(terms, Mapping):
            raise GameError(
                "payoffs are {term: {worth: ..., when: ...}}", where=places.at("payoffs", player), found=terms
            )
        for name, given in cast(Mapping[Any, Any], terms).items():
            path: Path = ("payoffs", player, name)
            where = places.at(*path)
            spec_ = shaped(TermSpec, given if isinstance(given, Mapping) else {"worth": given}, places, path)
            at = places.at(*path, "worth")
            worth = scope.resolved(parse(spec_.worth, at), at, ANYTHING)
            when = None
            if spec_.when is not None:
                at = places.at(*path, "when")
                when = scope.resolved(parse(spec_.when, at), at, ANYTHING)
            done[player][str(name)] = Term(str(name), worth, when, spec_.title, spec_.text, where)
    missing = [player for player in players if player not in spec.payoffs]
    if missing:
        raise GameError(
            "these players have no payoffs", where=places.at("payoffs"), found=", ".join(missing),
            allowed="`NAME: {}` for a player who gains and loses nothing", nearest="",
        )  # fmt: skip
    return done


def find_cycle(uses: Mapping[str, Iterable[str]]) -> list[str]:
    """A chain of names that comes back to where it began, or nothing."""
    state: dict[str, int] = {}

    def visit(name: str, chain: list[str]) -> list[str]:
        state[name] = 1
        for other in uses[name]:
            if state.get(other) == 1:
                return [*chain[chain.index(other) :], other]
            if other not in state and (found := visit(other, [*chain, other])):
                return found
        state[name] = 2
        return []

    for name in uses:
        if name not in state and (found := visit(name, [name])):
            return found
    return []
