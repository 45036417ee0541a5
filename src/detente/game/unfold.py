"""A game unfolded into a tree: every history that chance and the players can make, in time order.

Cost grows with the number of histories times the number of moves. A formula is bound once for each combination of
the moves and types that it uses, not once for each history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from detente.errors import GameError, Where
from detente.game.bound import Bound, State
from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.game.node import ZERO, Choice
from detente.game.parts import Value, value_text
from detente.game.probability import check_at_base
from detente.game.restrict import Restriction, rules
from detente.game.step import Seen, Step, block_step, move_step
from detente.game.tree import CHANCE, DECISION, TERMINAL, InformationSet, Ints, Tree

MAX_NODES = 200_000


def unfold(
    game: Game,
    restrictions: Iterable[Restriction] = (),
    parameters: Mapping[str, Expression | float | str] | None = None,
    max_nodes: int = MAX_NODES,
) -> Tree:
    """The tree of ``game``, its moves restricted and some of its parameters set.

    Private types come first, one chance node for each block that is drawn together; then the moves in time order.
    Branches whose probability is the constant 0 are left out. A parameter may be set to a number or to a formula in
    the values that are drawn, its own included (``2 * cost``). Information sets are numbered for each player as they
    first occur from the root; what a player saw, did and is stays with it, so the tree has perfect recall.
    Raises `GameError` if the tree would have more than ``max_nodes`` nodes, if a probability is none at the base
    values, or if a player would have to know what is hidden from it.
    """
    return _Unfolding(game, restrictions, parameters or {}, max_nodes).tree()


class _Unfolding:
    """The tree as it grows, and the history that it has grown to."""

    def __init__(
        self,
        game: Game,
        restrictions: Iterable[Restriction],
        parameters: Mapping[str, Expression | float | str],
        max_nodes: int,
    ) -> None:
        self.game, self.max_nodes = game, max_nodes
        self.players = tuple(game.players)
        self.known = self.set_parameters(parameters)
        self.base = game.base
        restricted = rules(game, restrictions)
        self.steps = [block_step(b, self.players, self.bound) for b in game.blocks]
        for i, move in enumerate(game.moves):
            where = game.places.at("moves", i, "when")
            self.steps.append(move_step(move, where, restricted.get(move.name, []), self.players, self.bound))
        self.terms = [
            [self.term(t.worth, t.when, t.where) for t in game.payoffs[player].values()]
            for player in self.players
        ]
        self.events = [
            self.bound(formula, game.places.at("events", name)) for name, formula in game.events.items()
        ]
        # the history
        self.state: State = {}
        self.seen: list[Seen] = [() for _ in self.players]
        # the tree
        self.kind: list[int] = []
        self.parent: list[int] = []
        self.branch: list[int] = []
        self.info_set: list[int] = []
        self.children: list[list[int]] = []
        self.edge_labels: list[tuple[str, ...]] = []  # [node]
        self.edge_numbers: list[tuple[int, ...]] = []  # [node]
        self.node_label: list[str] = []
        self.terminal: list[int] = []
        self.payoffs: list[list[int]] = []
        self.event_rows: list[list[int]] = []
        self.set_index: dict[tuple[int, Seen], int] = {}  # (step, what its owner has seen)
        self.set_nodes: list[list[int]] = []
        self.number_index: dict[Expression, int] = {}
        self.checked: set[tuple[Expression, ...]] = set()

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
            given[name] = game.scope.resolved(parse(value, where), where, ("parameter",)).bind(
                game.derived, where
            )
        return {
            **given,
            **{
                name: formula.bind(given, game.parameters[name].where)
                for name, formula in game.derived.items()
            },
        }

    def bound(self, formula: Expression, where: Where) -> Bound:
        return Bound(self.game.scope, formula, self.known, where)

    def term(self, worth: Expression, when: Expression | None, where: Where) -> Bound:
        """A payoff term as one formula: 0 where its condition does not hold."""
        return self.bound(worth if when is None else Expression(Choice(worth.node, when.node, ZERO)), where)

    def number(self, formula: Expression) -> int:
        return self.number_index.setdefault(formula, len(self.number_index))

    # growing

    def grow(self, at: int, parent: int, branch: int) -> None:
        """Everything that can happen from step ``at`` on, below a branch of node ``parent``."""
        while at < len(self.steps) and not self.reached(self.steps[at]):
            at += 1
        node = self.add_node(parent, branch)
        if at == len(self.steps):
            self.end()
            return
        step = self.steps[at]
        probabilities = self.chances(step)
        if probabilities is None:
            taken = list(range(len(step.values)))
            self.info_set[node] = self.set_at(at, step, node)
            self.edge_numbers.append((-1,) * len(taken))
        else:
            taken = [k for k, p in enumerate(probabilities) if p.node != ZERO]
            self.edge_numbers.append(tuple(self.number(probabilities[k]) for k in taken))
        self.kind.append(DECISION if probabilities is None else CHANCE)
        self.edge_labels.append(tuple(step.labels[k] for k in taken))
        self.node_label.append(step.name)
        self.terminal.append(-1)
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

    def add_node(self, parent: int, branch: int) -> int:
        node = len(self.parent)
        if node >= self.max_nodes:
            raise GameError(
                "the tree of this game is too large",
                where=self.game.places.at("moves"),
                found=f"more than {self.max_nodes} nodes",
                allowed="fewer moves, coarser grids, or a larger max_nodes",
            )
        self.parent.append(parent)
        self.branch.append(branch)
        self.children.append([])
        self.info_set.append(-1)
        if parent >= 0:
            self.children[parent].append(node)
        return node

    def reached(self, step: Step) -> bool:
        """Whether a step happens here. Its owner must know whether it does, unless being asked may tell it."""
        if step.when is None:
            return True
        reached = step.when.holds(self.state)
        if step.owner >= 0 and not step.announced and not step.reveals_when:
            self.same_everywhere(
                step,
                step.asked,
                reached,
                f"whether it has the move {step.name}",
                step.when.where,
                "what follows from what it has seen, or `reveals_when: true` if being asked tells it more",
            )
        return reached

    def chances(self, step: Step) -> list[Expression] | None:
        """The probabilities of a step's options, None where its owner chooses."""
        rule = step.rule(self.state)
        if step.announced and step.owner >= 0:
            self.same_everywhere(
                step,
                step.ruled,
                rule is not None,
                f"whether its move {step.name} is restricted",
                step.announced[0].where,
                "a condition that follows from what it has seen",
            )
        if rule is None and step.owner >= 0:
            return None
        formulas, where = (
            (step.probabilities, step.where) if rule is None else (rule.probabilities, rule.where)
        )
        probabilities = [p.at(self.state) for p in formulas]
        if tuple(probabilities) not in self.checked:
            check_at_base(probabilities, self.base, where, self.history())
            self.checked.add(tuple(probabilities))
        return probabilities

    def same_everywhere(
        self,
        step: Step,
        told: dict[Seen, tuple[bool, State]],
        answer: bool,
        what: str,
        where: Where,
        allowed: str,
    ) -> None:
        """Refuse an answer that differs between histories that the step's owner cannot tell apart."""
        seen = self.seen[step.owner]
        if seen not in told:
            told[seen] = (answer, dict(self.state))
        elif told[seen][0] != answer:
            other = told[seen][1]
            differ = [x for x in (*other, *self.state) if other.get(x) != self.state.get(x)]
            found = [
                ", ".join(_told(x, past[x], full=True) for x in dict.fromkeys(differ) if x in past)
                or "nothing of it"
                for past in (other, self.state)
            ]
            raise GameError(
                f"{self.players[step.owner]} cannot know {what}: two histories look alike to it",
                where=where,
                found=" | ".join(found),
                allowed=allowed,
            )

    def set_at(self, at: int, step: Step, node: int) -> int:
        index = self.set_index.setdefault((at, self.seen[step.owner]), len(self.set_nodes))
        if index == len(self.set_nodes):
            self.set_nodes.append([])
        self.set_nodes[index].append(node)
        return index

    def end(self) -> None:
        """A terminal node: who gets what, and which events hold."""
        self.kind.append(TERMINAL)
        self.node_label.append("")
        self.terminal.append(len(self.event_rows))
        self.edge_labels.append(())
        self.edge_numbers.append(())
        for terms in self.terms:
            worths = [term.at(self.state) for term in terms]
            self.payoffs.append([self.number(worth) for worth in worths if worth.node != ZERO])
        self.event_rows.append([self.number(event.at(self.state)) for event in self.events])

    def history(self) -> str:
        return ", ".join(_told(name, value, full=True) for name, value in self.state.items())

    # done growing

    def tree(self) -> Tree:
        self.grow(0, -1, -1)
        sets = self.information_sets()
        names = sorted({name for number in self.number_index for name in number.names})
        events = tuple(self.game.events)
        return Tree(
            title=self.game.title,
            players=self.players,
            kind=_ints(self.kind),
            parent=_ints(self.parent),
            branch=_ints(self.branch),
            child_start=_starts(self.children),
            child=_ints([child for children in self.children for child in children]),
            info_set=_ints(self.info_set),
            edge_number=_ints([number for numbers in self.edge_numbers for number in numbers]),
            sets=sets,
            slot_start=_starts([s.options for s in sets]),
            terminal=_ints(self.terminal),
            payoff_start=_starts(self.payoffs),
            payoff_number=_ints([number for row in self.payoffs for number in row]),
            events=events,
            event_number=_ints(self.event_rows).reshape(len(self.event_rows), len(events)).T.copy(),
            numbers=tuple(self.number_index),
            parameters=tuple(names),
            edge_label=tuple(label for labels in self.edge_labels for label in labels),
            node_label=tuple(self.node_label),
            base={name: self.base[name] for name in names},
        )

    def information_sets(self) -> tuple[InformationSet, ...]:
        """The sets as they first occur, each named by its move and by what tells it from the others of that move."""
        known = [dict(seen) for _, seen in self.set_index]
        by_step: dict[int, list[dict[str, Value]]] = {}
        for (at, _), seen in zip(self.set_index, known, strict=True):
            by_step.setdefault(at, []).append(seen)
        differing = {
            at: {name for one in group for name in one if len({other.get(name) for other in group}) > 1}
            for at, group in by_step.items()
        }
        counts = [0] * len(self.players)
        sets: list[InformationSet] = []
        for (at, _), seen, nodes in zip(self.set_index, known, self.set_nodes, strict=True):
            step = self.steps[at]
            counts[step.owner] += 1
            parts = [_told(name, value) for name, value in seen.items() if name in differing[at]]
            name = f"{step.name} {', '.join(parts)}" if parts else step.name
            sets.append(
                InformationSet(
                    step.owner, counts[step.owner], name, step.labels, tuple(nodes), step.name, seen
                )
            )
        return tuple(sets)


def _told(name: str, value: Value, full: bool = False) -> str:
    """What somebody has seen: a move by name and option; a private type by its label alone unless ``full``."""
    return (
        value_text(value)
        if "." in name and isinstance(value, str) and not full
        else f"{name}={value_text(value)}"
    )


def _ints(numbers: object) -> Ints:
    return np.asarray(numbers, dtype=np.int32)


def _starts(rows: Iterable[Iterable[object]]) -> Ints:
    """Where each row begins in the rows laid end to end, and where the last one ends."""
    lengths = [len(list(row)) for row in rows]
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
