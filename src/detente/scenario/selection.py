"""Whether a claim's truth depends on which equilibrium is played, at the base point.

Every verdict rests on one equilibrium a draw. Here the games that a claim speaks of are searched for their other sequential
equilibria, and the claim is judged at each of them: where it speaks of several games, at every combination. Pure equilibria are
gone through exhaustively, mixed ones searched for in very small games only; games that are too large are not searched, and
said so. Cost: a second or so a game; nothing here varies with the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput
from detente.scenario.claim import Claim, Quantity
from detente.scenario.evaluate import Evaluator
from detente.scenario.variant import key
from detente.solve.equilibria import Equilibria, equilibria
from detente.solve.outcome import events_and_values
from detente.solve.solution import CERTIFIED, Solutions

Floats = NDArray[np.float64]

MOST_NODES = 1000  # of a game that is searched
MOST_SLOTS = 150
MOST_PROFILES = 20_000
MIXED_CELLS = 3000  # nodes times options up to which mixed equilibria are searched for too
MOST_GAMES = 12  # of one claim
MOST_WAYS = 4096  # combinations of equilibria at which a claim is judged
SAME = 1e-7  # quantities nearer than this are one


@dataclass(frozen=True)
class Selection:
    """One claim. ``equilibria``: combinations of equilibria of its games that differ in what it reads. ``differs`` is None
    where not every game was searched; ``holds`` says in how many of the combinations it holds, of those where it is defined."""

    searched: bool
    equilibria: int
    differs: bool | None
    holds: int
    text: str

    def record(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "searched": self.searched,
            "equilibria": self.equilibria,
            "differs": self.differs,
            "holds": self.holds,
            "text": self.text,
        }


class Selector:
    """The equilibria of a scenario's games at its base point, each game searched once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._games: dict[Any, Equilibria | str] = {}
        self._rows: dict[str, Solutions] = {}

    def selections(self, claims: Iterable[str] | None = None) -> Mapping[str, Selection]:
        """For each claim (default: all) whether it depends on the equilibrium. Raises GameError for numbers that are no game."""
        known = self.evaluator.scenario.claims
        return {name: self._claim(known[name]) for name in (known if claims is None else claims)}

    def _claim(self, claim: Claim) -> Selection:
        if self.evaluator.scenario.precision != "limit":
            return Selection(
                False,
                0,
                None,
                0,
                "not searched: players choose with finite precision, and limits are what is searched",
            )
        names = tuple(dict.fromkeys(q.key for q in self._counting(claim)))
        different = len({self._name(name) for name in names})
        if different > MOST_GAMES:
            return Selection(
                False, 0, None, 0, f"not searched: it speaks of {different} games, more than {MOST_GAMES}"
            )
        games = {name: self._game(name) for name in names}
        refused = [found for found in games.values() if isinstance(found, str)]
        if refused:
            return Selection(False, 0, None, 0, refused[0])
        if not games:
            return Selection(True, 0, False, 0, "it speaks of no equilibrium")
        values, all_ways = self._combined(claim)
        whole = all_ways and all(isinstance(found, Equilibria) and found.complete for found in games.values())
        return self._judged(claim, values, whole)

    def _counting(self, claim: Claim) -> list[Quantity]:
        """The quantities of the claim that count at the base point: none in a game that breaks a constraint there."""
        base = dict(self.evaluator.scenario.game.base)
        return [q for q in claim.quantities if (ok := claim.matters(q, base)) is None or bool(ok[0])]

    def _name(self, policy: str) -> tuple[Any, ...]:
        """Equal for keys of one game at one point."""
        return self.evaluator.settings(policy), key(self.evaluator._change(policy))

    def _game(self, policy: str) -> Equilibria | str:
        """The equilibria of the game that is solved for ``policy``, or why it was not searched."""
        name = self._name(policy)
        if name not in self._games:
            self._games[name] = self._searched(policy)
        return self._games[name]

    def _searched(self, policy: str) -> Equilibria | str:
        tree = self.evaluator.tree(policy)
        if tree.n_nodes > MOST_NODES or tree.n_slots > MOST_SLOTS:
            return f"not searched: a game it speaks of has {tree.n_nodes} nodes and {tree.n_slots} options"
        small = tree.n_nodes * tree.n_slots <= MIXED_CELLS
        try:
            at = {name: value for name, value in self.evaluator.settings(policy) if name in tree.parameters}
            found = equilibria(tree, at, mixed=small, most_profiles=MOST_PROFILES)
        except BadInput as wrong:  # numbers that are no game at the base point
            return f"not searched: {wrong.problem}"
        if not len(found.pure) and not found.complete and not found.open:
            return f"not searched: a game it speaks of ({tree.n_nodes} nodes) has too many pure strategies to go through"
        return found

    def _read(self, policy: str) -> tuple[Floats, Floats, Floats]:
        """Events [equilibrium, event], values [equilibrium, player] and whether they are known, under ``policy``."""
        game = self._game(policy)
        assert isinstance(game, Equilibria)
        if policy not in self._rows:
            self._rows[policy] = _members(game)
        found = self._rows[policy]
        at = {name: np.array([value]) for name, value in self.evaluator.settings(policy)}
        event, value, status = self.evaluator._read_off(policy, found, at)
        return event, value, status == CERTIFIED

    def _combined(self, claim: Claim) -> tuple[dict[Quantity, Floats], bool]:
        """Every quantity of the claim at every combination that differs in them [combination], and whether that is all of
        them; a quantity that does not count is nan."""
        shared: dict[Any, list[Quantity]] = {}  # policies that are read off one equilibrium go together
        for q in self._counting(claim):
            shared.setdefault(self._name(q.key), []).append(q)
        events, players = self.evaluator.events, tuple(self.evaluator.scenario.game.players)
        tables: list[Floats] = []
        for quantities in shared.values():
            columns: list[Floats] = []
            for q in quantities:
                event, value, known = self._read(q.key)
                column = event[:, events.index(q.name)] if q.kind == "P" else value[:, players.index(q.name)]
                columns.append(np.where(known, column, np.nan))
            tables.append(_distinct(np.column_stack(columns)))
        ways = list(islice(product(*(range(len(t)) for t in tables)), MOST_WAYS))
        out: dict[Quantity, Floats] = {q: np.full(len(ways), np.nan) for q in claim.quantities}
        for k, quantities in enumerate(shared.values()):
            for j, q in enumerate(quantities):
                out[q] = np.array([tables[k][way[k], j] for way in ways])
        return out, prod(len(t) for t in tables) == len(ways)

    def _judged(self, claim: Claim, values: dict[Quantity, Floats], whole: bool) -> Selection:
        base: dict[str, Floats | float] = dict(self.evaluator.scenario.game.base)
        margin = claim.margin(values, base)
        known = margin[np.isfinite(margin)]
        ways, holds = len(margin), int((known >= 0).sum())
        differs = 0 < holds < len(known)
        searched = "all pure equilibria" if whole else "the equilibria that were found"
        if ways == 1:
            text = f"one outcome in what it speaks of, over {searched}"
        elif differs:
            text = f"depends on which equilibrium is played: holds in {holds} and fails in {len(known) - holds} of {ways}"
        else:
            which = "holds" if holds else "fails"
            text = (
                f"{which} in each of {ways} equilibria, over {searched}"
                if len(known)
                else "defined in no equilibrium"
            )
        if 0 < len(known) < ways:
            text += f"; not defined in {ways - len(known)}"
        return Selection(True, ways, differs, holds, text)


def _members(game: Equilibria) -> Solutions:
    """Every strategy that was met, not only one an outcome: what is played off the path matters to a surprise."""
    strategy = np.concatenate([e.members for e in game.found])
    count = len(strategy)
    numbers = np.repeat(game.numbers, count, axis=0)
    event, value = events_and_values(game.tree, numbers, strategy)
    return replace(
        game.solutions, numbers=numbers, strategy=strategy, event=event, value=value, precision=np.full(count, np.inf),
        status=np.full(count, CERTIFIED, np.int8), max_gain=np.zeros(count),
    )  # fmt: skip


def _distinct(table: Floats) -> Floats:
    """Rows that are not within `SAME` of an earlier one; the first stays first."""
    kept: list[Floats] = []
    for row in table:
        if not any(np.allclose(row, other, rtol=0, atol=SAME, equal_nan=True) for other in kept):
            kept.append(row)
    return np.array(kept)
