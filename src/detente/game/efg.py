"""Gambit's extensive-form files (.efg, version 2): reading one into a `Tree`, and writing a `Tree` as one.

Format: https://gambitproject.readthedocs.io/en/stable/formats.efg.html, read from its description.
Players, set numbers, set names and option labels are those of the file, in the order of the file; payoffs of
outcomes at inner nodes are added up along the path. Named outcomes become events of that name.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from detente.errors import GameError, Where
from detente.game.efg_recall import Forgotten, forgotten
from detente.game.efg_records import Menu, Outcome, Reader
from detente.game.efg_write import write_efg
from detente.game.expression import Expression, parse
from detente.game.tree import CHANCE, DECISION, TERMINAL, InformationSet, Ints, Tree

__all__ = ["MAX_BYTES", "MAX_EVENTS", "MAX_NODES", "read_efg", "write_efg"]

MAX_NODES = 200_000
MAX_BYTES = 64_000_000
# More distinct outcome names than this are numbers in disguise; none of them becomes an event.
MAX_EVENTS = 64


def read_efg(source: str | os.PathLike[str], *, max_nodes: int = MAX_NODES) -> Tree:
    """The game in a file, or in a text that begins with ``EFG``.

    Raises GameError with the line for anything that is not one complete, playable tree of perfect recall with
    at most ``max_nodes`` nodes. Cost is linear in the size of the file.
    """
    if isinstance(source, str) and (source.lstrip().startswith("EFG") or "\n" in source):
        where, text = Where(file="text"), source
    else:
        where, text = text_of(source)
    builder = _Builder(Reader(text, where), max_nodes)
    tree = builder.tree()
    breach = forgotten(tree)
    if breach is not None:
        raise _no_recall(tree, breach, where.at(line=builder.line[breach.second]))
    return tree


def _no_recall(tree: Tree, breach: Forgotten, where: Where) -> GameError:
    owned = tree.sets[breach.set_index]
    paths = [" > ".join(tree.path_labels(node)) or "the start" for node in (breach.first, breach.second)]
    what = "that the set was passed before" if breach.absent else "what was done or known before"
    return GameError(
        f"no perfect recall: at information set {owned.number} ({owned.name!r}) {tree.players[owned.player]} forgets {what}",
        where=where,
        found=" | ".join(paths),
        allowed="sets whose positions follow the same own choices and the same own sets",
    )


def text_of(source: str | os.PathLike[str]) -> tuple[Where, str]:
    """The text of a file of one of Gambit's formats, and the file's name for errors. Raises GameError if it cannot be read."""
    path = Path(source)
    where = Where(file=path.name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # not the size on disk, which a device does not have
        if len(data) > MAX_BYTES:
            raise GameError("the file is too large", where=where, allowed=f"at most {MAX_BYTES} bytes")
        return where, data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GameError(f"the file is not UTF-8 text (byte {error.start})", where=where) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GameError(f"the file cannot be read: {reason}", where=where) from None


class _Builder:
    """Hangs the records of a `Reader` into a tree. Every list below has one entry a node."""

    def __init__(self, reader: Reader, max_nodes: int) -> None:
        self.reader = reader
        self.players = reader.header.players
        self.kind: list[int] = []
        self.parent: list[int] = []
        self.branch: list[int] = []
        self.children: list[list[int]] = []
        self.menu: list[Menu | None] = []
        self.label: list[str] = []
        self.line: list[int] = []
        self.outcomes: list[tuple[Outcome, ...]] = []  # met on the path, the node's own included
        self._read(max_nodes)
        self._numbers: dict[str, int] = {}
        self.numbers: list[Expression] = []

    def _read(self, max_nodes: int) -> None:
        where = self.reader.where
        open_branches: list[tuple[int, int]] = []  # (node, branch) that still need a child, the next one last
        for record in self.reader.nodes():
            node = len(self.kind)
            here = where.at(line=record.line)
            if node and not open_branches:
                raise GameError(
                    "the tree is complete before this node", where=here, found=record.name or None
                )
            if node >= max_nodes:
                raise GameError("the game has too many nodes", where=here, allowed=f"at most {max_nodes}")
            parent, branch = open_branches.pop() if node else (-1, -1)
            menu = record.menu
            self.kind.append(TERMINAL if menu is None else DECISION if menu.player else CHANCE)
            self.parent.append(parent)
            self.branch.append(branch)
            self.children.append([])
            self.menu.append(menu)
            self.line.append(record.line)
            self.label.append(record.name or (menu.name if menu else ""))
            before = self.outcomes[parent] if node else ()
            self.outcomes.append((*before, record.outcome) if record.outcome else before)
            if node:
                self.children[parent].append(node)
            if menu:
                open_branches.extend((node, b) for b in reversed(range(len(menu.options))))
        if not self.kind:
            raise GameError("the file ends before the first node", where=where.at(line=self.reader.line))
        if open_branches:
            node, branch = open_branches[-1]
            menu = self.menu[node]
            option = menu.options[branch] if menu else ""
            raise GameError(
                f"the file ends before the tree is complete: {len(open_branches)} branches lead nowhere",
                where=where.at(line=self.reader.line),
                found=f"option {option!r} of {menu.name if menu else ''!r}",
            )

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self.numbers)
            self.numbers.append(parse(text))
        return self._numbers[text]

    def tree(self) -> Tree:
        sets, info_set = self._sets()
        edges = [child for children in self.children for child in children]
        parents = [self.parent[child] for child in edges]
        menus = [self.menu[x] for x in parents]
        labels = [m.options[self.branch[c]] if m else "" for m, c in zip(menus, edges, strict=True)]
        edge_number = [
            self._number(m.chances[self.branch[c]]) if m and not m.player else -1
            for m, c in zip(menus, edges, strict=True)
        ]
        ends = [node for node, kind in enumerate(self.kind) if kind == TERMINAL]
        terminal = np.full(len(self.kind), -1, np.int32)
        terminal[ends] = np.arange(len(ends))
        payoffs: list[int] = []
        payoff_start = [0]
        for node in ends:
            for player in range(len(self.players)):
                payoffs += [self._number(outcome.payoffs[player]) for outcome in self.outcomes[node]]
                payoff_start.append(len(payoffs))
        events, event_number = self._events(ends)
        return Tree(
            title=self.reader.header.title,
            players=self.players,
            kind=np.array(self.kind, np.int32),
            parent=np.array(self.parent, np.int32),
            branch=np.array(self.branch, np.int32),
            child_start=_starts([len(children) for children in self.children]),
            child=np.array(edges, np.int32),
            info_set=info_set,
            edge_number=np.array(edge_number, np.int32),
            sets=sets,
            slot_start=_starts([len(s.options) for s in sets]),
            terminal=terminal,
            payoff_start=np.array(payoff_start, np.int32),
            payoff_number=np.array(payoffs, np.int32),
            events=events,
            event_number=event_number,
            numbers=tuple(self.numbers),
            parameters=(),
            edge_label=tuple(labels),
            node_label=tuple(self.label),
        )

    def _sets(self) -> tuple[tuple[InformationSet, ...], Ints]:
        members: dict[tuple[int, int], list[int]] = {}
        menus: list[Menu] = []
        info_set = np.full(len(self.kind), -1, np.int32)
        order: dict[tuple[int, int], int] = {}
        for node, menu in enumerate(self.menu):
            if menu is None or menu.player == 0:
                continue
            key = (menu.player, menu.number)
            if key not in order:
                order[key] = len(order)
                menus.append(menu)
                members[key] = []
            info_set[node] = order[key]
            members[key].append(node)
        sets = tuple(
            InformationSet(m.player - 1, m.number, m.name, m.options, tuple(members[m.player, m.number]))
            for m in menus
        )
        return sets, info_set

    def _events(self, ends: list[int]) -> tuple[tuple[str, ...], Ints]:
        names = dict.fromkeys(
            outcome.name for node in ends for outcome in self.outcomes[node] if outcome.name
        )
        if len(names) > MAX_EVENTS:
            names = {}
        table = np.zeros((len(names), len(ends)), np.int32)
        if names:
            no, yes = self._number("0"), self._number("1")
            for column, node in enumerate(ends):
                here = {outcome.name for outcome in self.outcomes[node]}
                for row, name in enumerate(names):
                    table[row, column] = yes if name in here else no
        return tuple(names), table


def _starts(lengths: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
