"""Gambit's strategic-form files (.nfg, version 1): a table of payoffs, read as the tree of simultaneous moves.

Format: https://gambitproject.readthedocs.io/en/stable/formats.nfg.html, read from its description; both forms, payoffs
listed one by one and a list of outcomes with their numbers. Contingencies are listed with the first player's strategy
moving fastest. The tree asks players in order, nobody seeing what those before did, so it is the same game.
"""

from __future__ import annotations

import math
import os

import numpy as np

from detente.errors import GameError, Where
from detente.game.efg import MAX_EVENTS, MAX_NODES, text_of
from detente.game.efg_tokens import CLOSE, END, NUMBER, OPEN, TEXT, Cursor
from detente.game.expression import Expression, parse
from detente.game.tree import DECISION, TERMINAL, InformationSet, Ints, Tree

MAX_PLAYERS, MAX_STRATEGIES = 100, 10_000


def read_nfg(source: str | os.PathLike[str], *, max_nodes: int = MAX_NODES) -> Tree:
    """The game in a file, or in a text that begins with ``NFG``, as a tree with one information set a player.

    Named outcomes become events, as in `read_efg`. Raises GameError with the line for anything that is not one whole table with
    at most ``max_nodes`` positions of its tree. Cost is linear in the size of the table.
    """
    if isinstance(source, str) and (source.lstrip().startswith("NFG") or "\n" in source):
        where, text = Where(file="text"), source
    else:
        where, text = text_of(source)
    return _Table(text, where, max_nodes).tree()


class _Table(Cursor):
    """The words of a file, taken one after the other."""

    def __init__(self, text: str, where: Where, max_nodes: int) -> None:
        super().__init__(text, where)
        self._numbers: dict[str, int] = {}
        self._header()
        self.count = math.prod(len(s) for s in self.strategies)
        inner = sum(math.prod(len(s) for s in self.strategies[:k]) for k in range(len(self.players)))
        if self.count + inner > max_nodes:
            raise GameError("the game has too many positions", where=where,
                            found=self.count + inner, allowed=f"at most {max_nodes}")  # fmt: skip
        # [contingency] payoffs and name, in the order of the file
        self.payoffs, self.names = self._outcomes() if self._at(OPEN) else self._listed()

    # words

    def _whole(self, what: str, least: int, most: int) -> int:
        token = self._expect(NUMBER, what)
        if not token.text.isdecimal() or len(token.text) > 9 or not least <= int(token.text) <= most:
            raise self._error(f"expected {what}", token, f"a whole number from {least} to {most}")
        return int(token.text)

    # the file

    def _header(self) -> None:
        self._begin("NFG", "1")
        self.title = self._expect(TEXT, "the title of the game in quotation marks").text
        opening = self._expect(OPEN, "the list of players in braces")
        players: list[str] = []
        while not self._at(CLOSE):
            players.append(self._expect(TEXT, "a player's name or the brace that closes the list").text)
            self._comma()
        self._take()
        if not 1 <= len(players) <= MAX_PLAYERS:
            raise GameError("a table has players", where=self.where.at(line=opening.line), found=len(players),
                            allowed=f"1 to {MAX_PLAYERS}")  # fmt: skip
        self.players = tuple(players)
        self.strategies = self._strategies()
        if self._at(TEXT):
            self._take()  # the comment

    def _strategies(self) -> tuple[tuple[str, ...], ...]:
        """Strategies by player: lists of names, or how many there are."""
        self._expect(OPEN, "the strategies in braces")
        found: list[tuple[str, ...]] = []
        while not self._at(CLOSE):
            owner = self.players[len(found)] if len(found) < len(self.players) else "nobody"
            if self._at(OPEN):
                self._take()
                names: list[str] = []
                while not self._at(CLOSE):
                    names.append(self._expect(TEXT, f"a strategy of {owner} in quotation marks").text)
                    self._comma()
                self._take()
                found.append(tuple(names))
            else:
                many = self._whole(f"the number of strategies of {owner}", 1, MAX_STRATEGIES)
                found.append(tuple(str(k) for k in range(1, many + 1)))
            self._comma()
            if not 1 <= len(found[-1]) <= MAX_STRATEGIES:
                raise self._error(
                    f"{owner} has {len(found[-1])} strategies", self._next, f"1 to {MAX_STRATEGIES}"
                )
        closing = self._take()
        if len(found) != len(self.players):
            raise GameError("players and lists of strategies differ in number",
                            where=self.where.at(line=closing.line), found=len(found), allowed=f"{len(self.players)}")  # fmt: skip
        return tuple(found)

    def _listed(self) -> tuple[list[tuple[str, ...]], list[str]]:
        """Payoffs one by one, a group for each contingency."""
        payoffs: list[tuple[str, ...]] = []
        for k in range(self.count):
            what = f"the payoffs of contingency {k + 1} of {self.count}"
            payoffs.append(tuple(self._number(what) for _ in self.players))
        if not self._at(END):
            raise self._error(
                "the table is complete before this", self._next, f"{self.count * len(self.players)} payoffs"
            )
        return payoffs, [""] * self.count

    def _outcomes(self) -> tuple[list[tuple[str, ...]], list[str]]:
        """A list of outcomes, then which one each contingency has; 0: none, all payoffs 0."""
        self._take()
        known: list[tuple[str, tuple[str, ...]]] = [("", ("0",) * len(self.players))]
        while not self._at(CLOSE):
            self._expect(OPEN, "an outcome in braces")
            name = self._take().text if self._at(TEXT) else ""
            worth: list[str] = []
            while not self._at(CLOSE) and len(worth) <= len(self.players):
                worth.append(self._number(f"a payoff of outcome {len(known)}"))
                self._comma()
            closing = self._take()
            if len(worth) != len(self.players) or closing.kind != CLOSE:
                raise self._error(f"outcome {len(known)} has the wrong number of payoffs", closing,
                                  f"{len(self.players)}, one for each player")  # fmt: skip
            known.append((name, tuple(worth)))
        self._take()
        chosen = [
            self._whole(f"the outcome of contingency {k + 1} of {self.count}", 0, len(known) - 1)
            for k in range(self.count)
        ]
        if not self._at(END):
            raise self._error("the table is complete before this", self._next, f"{self.count} outcomes")
        return [known[c][1] for c in chosen], [known[c][0] for c in chosen]

    # the tree

    def tree(self) -> Tree:
        """Players move in order; node numbers are depth first, as a `Tree` has them."""
        sizes = [len(s) for s in self.strategies]
        parent: list[int] = []
        branch: list[int] = []
        level: list[int] = []
        contingency: list[int] = []
        waiting = [(-1, -1, 0, 0, 1)]  # parent, branch, level, contingency so far, weight of the next player
        while waiting:
            up, option, depth, place, weight = waiting.pop()
            node = len(parent)
            parent.append(up)
            branch.append(option)
            level.append(depth)
            contingency.append(place)
            if depth < len(sizes):
                waiting += [
                    (node, k, depth + 1, place + k * weight, weight * sizes[depth])
                    for k in reversed(range(sizes[depth]))
                ]
        depths = np.array(level)
        ends = np.flatnonzero(depths == len(sizes))
        children: list[list[int]] = [[] for _ in parent]
        for node in range(1, len(parent)):
            children[parent[node]].append(node)
        edges = [child for many in children for child in many]
        terminal = np.full(len(parent), -1, np.int32)
        terminal[ends] = np.arange(len(ends))
        at = [contingency[int(node)] for node in ends]
        numbers: list[Expression] = []
        payoff_number = [self._placed(v, numbers) for c in at for v in self.payoffs[c]]
        names = list(dict.fromkeys(name for name in self.names if name))
        names = names if len(names) <= MAX_EVENTS else []
        event_number = np.array(
            [[self._placed("1" if self.names[c] == name else "0", numbers) for c in at] for name in names],
            np.int32,
        ).reshape(len(names), len(at))
        sets = tuple(
            InformationSet(k, 1, name, self.strategies[k], tuple(map(int, np.flatnonzero(depths == k))))
            for k, name in enumerate(self.players)
        )
        return Tree(
            title=self.title,
            players=self.players,
            kind=np.where(depths == len(sizes), TERMINAL, DECISION).astype(np.int32),
            parent=np.array(parent, np.int32),
            branch=np.array(branch, np.int32),
            child_start=_starts([len(many) for many in children]),
            child=np.array(edges, np.int32),
            info_set=np.where(depths == len(sizes), -1, depths).astype(np.int32),
            edge_number=np.full(len(edges), -1, np.int32),
            sets=sets,
            slot_start=_starts(sizes),
            terminal=terminal,
            payoff_start=np.arange(len(payoff_number) + 1, dtype=np.int32),
            payoff_number=np.array(payoff_number, np.int32),
            events=tuple(names),
            event_number=event_number,
            numbers=tuple(numbers),
            parameters=(),
            edge_label=tuple(self.strategies[level[parent[e]]][branch[e]] for e in edges),
            node_label=tuple("" if d == len(sizes) else self.players[d] for d in level),
        )

    def _placed(self, text: str, numbers: list[Expression]) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(numbers)
            numbers.append(parse(text))
        return self._numbers[text]


def _starts(lengths: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
