"""A game as it is written: players, private types, moves in time order, payoff terms, events, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from detente.errors import GameError, Where
from detente.game.dependence import Correlation, read_correlated
from detente.game.derived import written_out
from detente.game.expression import Expression, Numeric, parse
from detente.game.names import Meaning, Scope, checked_name
from detente.game.parameter import Parameter, parameter
from detente.game.parts import Move, PrivateType, Term, TypeBlock
from detente.game.payoff import add_events, read_events, read_payoffs
from detente.game.place import Places
from detente.game.private import look_up_types, read_types
from detente.game.probability import check_at_base
from detente.game.spec import GameSpec, shaped
from detente.game.timeline import add_moves, look_up_moves, read_moves

if TYPE_CHECKING:
    from detente.game.restrict import Restriction
    from detente.game.tree import Tree


class Game:
    """A checked game. Arguments are those of a game file, as plain dicts, lists, numbers and formula texts.

    >>> game = Game(
    ...     players={"A": "challenger", "B": "target"},
    ...     moves=[{"move": "open", "by": "A", "options": ["challenge", "accept"]}],
    ...     payoffs={"A": {"prize": {"worth": 1, "when": "open == challenge"}}, "B": {}},
    ... )
    >>> game.tree().n_nodes
    3

    Raises `GameError` or `ExpressionError`, with the place, for anything that cannot be played.
    Probabilities are checked at the base values of the parameters; other draws when they are solved.
    """

    def __init__(
        self,
        *,
        players: Mapping[str, str] | Sequence[str],
        moves: Sequence[Mapping[str, Any]],
        payoffs: Mapping[str, Mapping[str, Any]],
        title: str = "",
        text: str | None = None,
        source: Mapping[str, Any] | str | None = None,
        sources: Mapping[str, Any] | None = None,
        private: Mapping[str, Mapping[Any, Any]] | None = None,
        joint: Sequence[Mapping[str, Any]] = (),
        parameters: Mapping[str, Any] | None = None,
        constraints: Sequence[str] | str = (),
        correlated: Sequence[Mapping[str, Any]] = (),
        events: Mapping[str, Any] | None = None,
        model: Mapping[str, Any] | None = None,
    ) -> None:
        given: dict[str, Any] = {
            "title": title, "text": text, "source": source, "sources": sources, "players": players,
            "private": private, "joint": joint, "parameters": parameters, "constraints": constraints,
            "correlated": correlated, "moves": moves, "payoffs": payoffs, "events": events, "model": model,
        }  # fmt: skip
        required = ("players", "moves", "payoffs")
        self._build(
            {k: _plain(v) for k, v in given.items() if k in required or (v is not None and len(v))}, Places()
        )

    @classmethod
    def from_mapping(cls, mapping: object, places: Places | None = None, also: Iterable[str] = ()) -> Game:
        """A game from what a file holds. ``also``: top-level keys that are not the game's and are left alone."""
        if not isinstance(mapping, Mapping):
            where = (places or Places()).at()
            raise GameError("a game file is a list of `key: value`", where=where, found=mapping)
        skip = frozenset(also)
        plain = {k: _plain(v) for k, v in cast(Mapping[Any, Any], mapping).items() if k not in skip}
        game = cls.__new__(cls)
        game._build(plain, places or Places())
        return game

    def _build(self, mapping: dict[Any, Any], places: Places) -> None:
        spec = shaped(GameSpec, mapping, places)
        scope = Scope()
        self._mapping, self.places, self.scope = mapping, places, scope
        self.title = spec.title
        self.text = spec.text
        self.source: dict[str, Any] = spec.source or {}
        self.sources: dict[str, Any] = spec.sources
        self.players: dict[str, str] = self._read_players(spec)
        self.parameters: dict[str, Parameter] = self._read_parameters(spec)
        self.derived: dict[str, Expression] = written_out(self.parameters, scope)
        self.correlated: tuple[Correlation, ...] = read_correlated(spec.correlated, self.parameters, places)
        self._check_evidence(spec)
        types, blocks = read_types(spec, self.players, places)
        self.types: tuple[PrivateType, ...] = tuple(types)
        self.blocks: tuple[TypeBlock, ...] = look_up_types(blocks, types, scope, places)
        moves = read_moves(spec, self.players, places)
        add_moves(moves, scope, places)
        add_events(spec, scope, places)
        self.moves: tuple[Move, ...] = look_up_moves(moves, scope, places)
        self.events: dict[str, Expression] = read_events(spec, scope)
        self.payoffs: dict[str, dict[str, Term]] = read_payoffs(spec, self.players, scope, places)
        self.constraints: tuple[Expression, ...] = tuple(
            self._about_parameters(formula, places.at("constraints", i))
            for i, formula in enumerate(spec.constraints)
        )
        self._check_base()

    def _read_players(self, spec: GameSpec) -> dict[str, str]:
        players = {
            checked_name(k, "a player", self.places.at("players", k)): v for k, v in spec.players.items()
        }
        if not players:
            raise GameError(
                "there are no players",
                where=self.places.at("players"),
                found="nothing",
                allowed="one or more",
            )
        return players

    def _read_parameters(self, spec: GameSpec) -> dict[str, Parameter]:
        read: dict[str, Parameter] = {}
        for name, given in spec.parameters.items():
            where = self.places.at("parameters", name)
            read[name] = parameter(checked_name(name, "a parameter", where), given, self.places)
            self.scope.add(Meaning("parameter", name), where)
        return read

    def _check_evidence(self, spec: GameSpec) -> None:
        """Evidence cites listed sources, where sources are listed."""
        given = [(p.evidence, ("parameters", name)) for name, p in self.parameters.items()]
        given += [(one.evidence, ("correlated", i)) for i, one in enumerate(self.correlated)]
        for cited, path in given:
            for evidence in cited:
                if spec.sources and evidence.source not in spec.sources:
                    where = self.places.at(*path, "evidence")
                    raise GameError(
                        "there is no such source", where=where, found=evidence.source, allowed=spec.sources
                    )

    def _about_parameters(self, formula: object, where: Where) -> Expression:
        return self.scope.resolved(parse(formula, where), where, ("parameter",)).bind(self.derived, where)

    def _check_base(self) -> None:
        base = self.base
        for i, constraint in enumerate(self.constraints):
            if not constraint.value(base):
                found = ", ".join(f"{name} = {base[name]:g}" for name in sorted(constraint.names))
                raise GameError(
                    "the base values break this constraint", where=self.places.at("constraints", i), found=found,
                    allowed=constraint.text,
                )  # fmt: skip
        for block in self.blocks:
            probabilities = [p.bind(self.derived, block.where) for _, p in block.rows]
            if all(name in base for p in probabilities for name in p.names):
                check_at_base(probabilities, base, block.where)

    @property
    def base(self) -> dict[str, float]:
        """The base value of every parameter that is not derived."""
        return {name: p.base for name, p in self.parameters.items() if p.distribution != "derived"}

    def admissible(self, draws: Mapping[str, Numeric]) -> NDArray[np.bool_]:
        """Which draws keep every constraint: bool [draw]. Parameters without a column keep their base value."""
        unknown = [name for name in draws if name not in self.base]
        if unknown:
            raise GameError("there is no such parameter to draw", found=unknown[0], allowed=self.base)
        columns: dict[str, Numeric] = {**self.base, **draws}
        length = max((np.size(v) for v in draws.values()), default=1)
        kept = np.ones(length, dtype=np.bool_)
        for constraint in self.constraints:
            held = np.asarray(constraint.value(columns))
            kept &= np.isfinite(held) & (held != 0)
        return kept

    def derived_values(self, draws: Mapping[str, Numeric]) -> dict[str, Numeric]:
        """The derived parameters at each draw."""
        columns: dict[str, Numeric] = {**self.base, **draws}
        return {name: formula.value(columns) for name, formula in self.derived.items()}

    def move(self, name: str, where: Where | None = None) -> Move:
        """The move of this name."""
        for move in self.moves:
            if move.name == name:
                return move
        raise GameError(
            "there is no such move", where=where, found=name, allowed=[m.name for m in self.moves]
        )

    def tree(
        self,
        restrictions: Iterable[Restriction] = (),
        parameters: Mapping[str, Expression | float | str] | None = None,
        max_nodes: int = 200_000,
    ) -> Tree:
        """The game unfolded into arrays; see `unfold`."""
        from detente.game.unfold import unfold  # it needs this module

        return unfold(self, restrictions, parameters, max_nodes)

    def to_mapping(self) -> dict[str, Any]:
        """The game as plain dicts, lists, numbers and texts: what `Game` takes and what a game file holds."""
        return _plain(self._mapping)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Game) and self._mapping == other._mapping

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        return f"<Game {self.title!r}: {', '.join(self.players)}; {len(self.moves)} moves>"


def _plain(value: Any) -> Any:
    """A copy made of plain dicts, lists, numbers and texts."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in cast(Iterable[Any], value)]
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, np.generic):
        return cast("np.generic[Any]", value).item()
    return value
