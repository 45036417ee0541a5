"""A game unfolded into a tree: every history that chance and the players can make, in time order.

Cost grows with the number of histories times the number of moves. A formula is bound once for each combination of
the moves and types that it uses, not once for each history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.errors import ExpressionError, GameError, Where
from detente.game.check import check_at_base
from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.game.names import history_names
from detente.game.node import Choice, Number, ZERO
from detente.game.parts import CHANCE, Move, TypeBlock, Value, value_text
from detente.game.restrict import Restriction, Rule, rules
from detente.game.tree import CHANCE as CHANCE_NODE
from detente.game.tree import DECISION, TERMINAL, InformationSet, Tree

State = dict[str, Value | None]
Seen = tuple[tuple[str, Value], ...]

MAX_NODES = 200_000


def unfold(
    game: Game,
    restrictions: Iterable[Restriction] = (),
    parameters: Mapping[str, Expression | float | str] | None = None,
    max_nodes: int = MAX_NODES,
) -> Tree:
    """The tree of ``game``, its moves restricted and some of its parameters set.

    Private types come first, one chance node for each block that is drawn together; then the moves in time order.
    Branches whose probability is the constant 0 are left out. Parameters that are set are no longer in the tree.
    Raises `GameError` if the tree would have more than ``max_nodes`` nodes, if a probability is none at the base
    values, or if a player would have to know what is hidden from him.
    """
    return _Unfolding(game, restrictions, parameters or {}, max_nodes).tree()


class _Bound:
    """A formula with its derived and set parameters written out, bound to one history after another."""

    def __init__(
        self, game: Game, formula: Expression, known: Mapping[str, Expression], where: Where
    ) -> None:
        try:
            self.formula = formula.bind(known)
        except ExpressionError as error:
            raise _placed(error, where) from None
        self.uses = history_names(self.formula, game.scope)
        self.where = where
        self.memo: dict[tuple[Value | None, ...], Expression] = {}

    def at(self, state: State) -> Expression:
        key = tuple([state.get(name) for name in self.uses])
        found = self.memo.get(key)
        if found is None:
            try:
                found = self.formula.bind(dict(zip(self.uses, key, strict=True))) if key else self.formula
            except ExpressionError as error:
                raise _placed(error, self.where) from None
            self.memo[key] = found
        return found

    def holds(self, state: State) -> bool:
        """Whether a condition about the history holds; it has no parameters."""
        node = self.at(state).node
        assert isinstance(node, Number)
        return node.number != 0


def _placed(error: ExpressionError, where: Where) -> ExpressionError:
    return ExpressionError(error.problem, where=where, found=error.found, allowed=error.allowed)


@dataclass
class _Step:
    """One step in time: a block of private types or a move."""

    name: str
    names: tuple[str, ...]  # what the step sets
    values: tuple[tuple[Value, ...], ...]  # [option][name]
    labels: tuple[str, ...]
    owner: int  # player, -1 for chance
    watchers: tuple[tuple[int, tuple[int, ...]], ...]  # (player, which of the names he sees)
    probabilities: tuple[_Bound, ...]
    when: _Bound | None
    rules: tuple[tuple[tuple[_Bound, ...], _Bound | None, Where], ...]
    where: Where
    asked: dict[Seen, tuple[bool, str]]  # whether the owner has the move, by what he has seen


class _Unfolding:
    def __init__(
        self,
        game: Game,
        restrictions: Iterable[Restriction],
        parameters: Mapping[str, Expression | float | str],
        max_nodes: int,
    ) -> None:
        self.game, self.max_nodes = game, max_nodes
        self.players = tuple(game.players)
        self.number_index: dict[Expression, int] = {}
        self.state: State = {}
        self.seen: list[Seen] = [() for _ in self.players]
        known = self.known = self.set_parameters(parameters)
        self.base = {k: v for k, v in game.base.items() if k not in known}
        restricted = rules(game, restrictions)
        self.steps = [self.block_step(b) for b in game.blocks]
        self.steps += [self.move_step(m, restricted.get(m.name, [])) for m in game.moves]
        self.terms = [
            [self.term(t.worth, t.when, t.where) for t in game.payoffs[p].values()] for p in self.players
        ]
        self.event_formulas = [
            _Bound(game, formula, known, game.places.at("events", name))
            for name, formula in game.events.items()
        ]
        # the tree as it grows
        self.kind: list[int] = []
        self.parent: list[int] = []
        self.branch: list[int] = []
        self.info_set: list[int] = []
        self.children: list[list[int]] = []
        self.edges: list[tuple[tuple[str, ...], tuple[int, ...]]] = []
        self.node_label: list[str] = []
        self.terminal: list[int] = []
        self.payoffs: list[list[int]] = []
        self.event_rows: list[list[int]] = []
        self.set_index: dict[tuple[int, Seen], int] = {}
        self.set_nodes: list[list[int]] = []

    # getting ready

    def set_parameters(self, parameters: Mapping[str, Expression | float | str]) -> dict[str, Expression]:
        """What every formula is bound to first: parameters that were set, and derived ones written out."""
        game = self.game
        given: dict[str, Expression] = {}
        for name, value in parameters.items():
            where = Where(field=f"parameters.{name}")
            if name not in game.base:
                raise GameError(
                    "there is no such parameter to set", where=where, found=name, allowed=game.base
                )
            given[name] = game.scope.resolved(parse(value, where), where, ("parameter",)).bind(game.derived)
        return {**given, **{name: formula.bind(given) for name, formula in game.derived.items()}}

    def bound(self, formula: Expression, where: Where) -> _Bound:
        return _Bound(self.game, formula, self.known, where)

    def term(self, worth: Expression, when: Expression | None, where: Where) -> _Bound:
        whole = worth if when is None else Expression(Choice(worth.node, when.node, ZERO))
        return self.bound(whole, where)

    def block_step(self, block: TypeBlock) -> _Step:
        probabilities = tuple(self.bound(p, block.where) for _, p in block.rows)
        owners = [full.partition(".")[0] for full in block.of]
        watchers = [
            (i, tuple(k for k, owner in enumerate(owners) if owner == player))
            for i, player in enumerate(self.players)
            if player in owners
        ]
        rows = tuple(row for row, _ in block.rows)
        labels = tuple("-".join(value_text(v) for v in row) for row in rows)
        name = ", ".join(block.of)
        return _Step(
            name, block.of, rows, labels, -1, tuple(watchers), probabilities, None, (), block.where, {}
        )

    def move_step(self, move: Move, restricted: list[Rule]) -> _Step:
        where = move.where
        probabilities = tuple(self.bound(p, where) for p in move.probabilities or ())
        watchers = tuple((i, (0,)) for i, player in enumerate(self.players) if player not in move.hidden_from)
        owner = -1 if move.by == CHANCE else self.players.index(move.by)
        found = tuple(
            (
                tuple(self.bound(p, r.where) for p in r.probabilities),
                self.bound(r.when, r.where) if r.when else None,
                r.where,
            )
            for r in restricted
        )
        when = None if move.when is None else self.bound(move.when, where)
        values = tuple((o,) for o in move.options)
        return _Step(
            move.name, (move.name,), values, move.labels, owner, watchers, probabilities, when, found, where, {}
        )  # fmt: skip

    def number(self, formula: Expression) -> int:
        return self.number_index.setdefault(formula, len(self.number_index))

    # growing

    def grow(self, at: int, parent: int, branch: int) -> None:
        """Everything that can happen from step ``at`` on, below branch ``branch`` of node ``parent``."""
        steps = self.steps
        while at < len(steps) and not self.reached(steps[at]):
            at += 1
        node = len(self.kind)
        if node >= self.max_nodes:
            raise GameError(
                "the tree of this game is too large", where=self.game.places.at("moves"),
                found=f"more than {self.max_nodes} nodes", allowed="fewer moves, coarser grids, or a larger max_nodes",
            )  # fmt: skip
        self.parent.append(parent)
        self.branch.append(branch)
        self.children.append([])
        self.info_set.append(-1)
        if parent >= 0:
            self.children[parent].append(node)
        if at == len(steps):
            self.end()
            return
        step = steps[at]
        self.terminal.append(-1)
        self.node_label.append(step.name)
        probabilities = self.chances(step)
        if probabilities is None:
            self.kind.append(DECISION)
            self.info_set[node] = self.asked_at(at, step, node)
            taken = range(len(step.values))
            self.edges.append((step.labels, (-1,) * len(step.labels)))
        else:
            self.kind.append(CHANCE_NODE)
            taken = [k for k, p in enumerate(probabilities) if p.node != ZERO]
            self.edges.append(
                (tuple(step.labels[k] for k in taken), tuple(self.number(probabilities[k]) for k in taken))
            )
        before = self.seen
        for place, k in enumerate(taken):
            values = step.values[k]
            self.state.update(zip(step.names, values, strict=True))
            self.seen = before.copy()
            for player, which in step.watchers:
                self.seen[player] = before[player] + tuple([(step.names[i], values[i]) for i in which])
            self.grow(at + 1, node, place)
        self.seen = before
        for name in step.names:
            del self.state[name]

    def reached(self, step: _Step) -> bool:
        if step.when is None:
            return True
        reached = step.when.holds(self.state)
        if step.owner >= 0 and not (step.rules and self.rule(step) is not None):
            seen = self.seen[step.owner]
            before = step.asked.get(seen)
            if before is None:
                step.asked[seen] = (reached, self.history())
            elif before[0] != reached:
                owner = self.players[step.owner]
                raise GameError(
                    f"{owner} cannot know whether the move {step.name} is reached: these two histories look alike to it",
                    where=step.where.at(f"{step.where.field}.when" if step.where.field else "when"),
                    found=f"{before[1]} | {self.history()}",
                    allowed="a `when` that follows from what the owner has seen",
                )  # fmt: skip
        return reached

    def rule(self, step: _Step) -> tuple[tuple[_Bound, ...], Where] | None:
        """The restriction that holds here, if any."""
        for probabilities, when, where in step.rules:
            if when is None or when.holds(self.state):
                return probabilities, where
        return None

    def chances(self, step: _Step) -> list[Expression] | None:
        """The probabilities of the step's options, None where its owner chooses."""
        rule = self.rule(step) if step.rules else None
        if rule is None and step.owner >= 0:
            return None
        formulas, where = (step.probabilities, step.where) if rule is None else rule
        probabilities = [p.at(self.state) for p in formulas]
        key = tuple(probabilities)
        if key not in self.checked:
            check_at_base(probabilities, self.base, where, f"({self.history()})" if self.state else "")
            self.checked.add(key)
        return probabilities

    @property
    def checked(self) -> set[tuple[Expression, ...]]:
        return self.__dict__.setdefault("_checked", set())

    def asked_at(self, at: int, step: _Step, node: int) -> int:
        key = (at, self.seen[step.owner])
        index = self.set_index.get(key)
        if index is None:
            index = self.set_index[key] = len(self.set_nodes)
            self.set_nodes.append([])
        self.set_nodes[index].append(node)
        return index

    def end(self) -> None:
        self.kind.append(TERMINAL)
        self.node_label.append("")
        self.terminal.append(len(self.event_rows))
        self.edges.append(((), ()))
        for terms in self.terms:
            row: list[int] = []
            for term in terms:
                number = term.at(self.state)
                if number.node != ZERO:
                    row.append(self.number(number))
            self.payoffs.append(row)
        self.event_rows.append([self.number(event.at(self.state)) for event in self.event_formulas])

    def history(self) -> str:
        return ", ".join(f"{k} = {value_text(v)}" for k, v in self.state.items() if v is not None)

    # done growing

    def tree(self) -> Tree:
        self.grow(0, -1, -1)
        sets = self.information_sets()
        options = [len(s.options) for s in sets]
        counts = [len(c) for c in self.children]
        lengths = [len(row) for row in self.payoffs]
        numbers = tuple(self.number_index)
        names = sorted({name for number in numbers for name in number.names})
        events = tuple(self.game.events)
        return Tree(
            title=self.game.title,
            players=self.players,
            kind=_ints(self.kind),
            parent=_ints(self.parent),
            branch=_ints(self.branch),
            child_start=_ints(np.concatenate([[0], np.cumsum(counts)])),
            child=_ints([c for children in self.children for c in children]),
            info_set=_ints(self.info_set),
            edge_number=_ints([number for _, numbers in self.edges for number in numbers]),
            sets=sets,
            slot_start=_ints(np.concatenate([[0], np.cumsum(options)])),
            terminal=_ints(self.terminal),
            payoff_start=_ints(np.concatenate([[0], np.cumsum(lengths)])),
            payoff_number=_ints([number for row in self.payoffs for number in row]),
            events=events,
            event_number=_ints(self.event_rows).reshape(len(self.event_rows), len(events)).T.copy(),
            numbers=numbers,
            parameters=tuple(names),
            edge_label=tuple(label for labels, _ in self.edges for label in labels),
            node_label=tuple(self.node_label),
            base={name: self.base[name] for name in names},
        )

    def information_sets(self) -> tuple[InformationSet, ...]:
        counts = [0] * len(self.players)
        differing = self.differing()
        sets: list[InformationSet] = []
        for (at, seen), nodes in zip(self.set_index, self.set_nodes, strict=True):
            step = self.steps[at]
            counts[step.owner] += 1
            known = dict(seen)
            parts = [
                value_text(known[name]) if "." in name else f"{name}={value_text(known[name])}"
                for name in known
                if name in differing[at]
            ]
            name = f"{step.name} {', '.join(parts)}" if parts else step.name
            sets.append(
                InformationSet(
                    step.owner, counts[step.owner], name, step.labels, tuple(nodes), step.name, known
                )
            )
        return tuple(sets)

    def differing(self) -> dict[int, set[str]]:
        """For each move, what its owner may have seen differently at different information sets of it."""
        seen: dict[int, list[dict[str, Value]]] = {}
        for at, what in self.set_index:
            seen.setdefault(at, []).append(dict(what))
        return {
            at: {name for one in all_ for name in one if len({other.get(name) for other in all_}) > 1}
            for at, all_ in seen.items()
        }


def _ints(numbers: object) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.asarray(numbers, dtype=np.int32)
