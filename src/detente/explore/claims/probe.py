"""Claims at chosen points of the ranges, many searches at once: each round of all of them is one batch for the solver.

A search is a generator: it yields an array of positions [point, varying parameter], is sent the claim's margins there
[point] (nan: undecided or refused), and returns what it found. `drive` runs many side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from detente.explore.protocol import Block, Study, judge
from detente.explore.ranges import Floats
from detente.explore.sweep.chunk import Columns, chunk_of, solved

T = TypeVar("T")
Search = Generator[Floats, Floats, T]


class Probe:
    """A study that can be asked for margins at points. ``points`` and ``solved`` count what that cost."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.points = 0  # distinct points asked for
        self.solved = 0  # games solved at them
        self._columns: dict[str, np.ndarray] = {}  # game -> columns of positions that it depends on

    def margins(self, asked: Sequence[tuple[str, Floats]]) -> list[Floats]:
        """The margins of each request (claim, positions [point, varying parameter]): a list of [point], nan where undecided.

        All requests go to the solver together, game by game: each game is solved once at every point that differs in a
        parameter that it depends on.
        """
        if not asked:
            return []
        rows, back = np.unique(np.concatenate([z for _, z in asked]), axis=0, return_inverse=True)
        places = np.split(back.reshape(-1), np.cumsum([len(z) for _, z in asked])[:-1])
        draws = self.study.draws_at(rows)
        allowed = np.ones(len(rows), dtype=bool)
        if self.study.admissible is not None and len(rows):
            allowed = np.broadcast_to(np.asarray(self.study.admissible(draws), dtype=bool), (len(rows),))
        self.points += int(allowed.sum())
        needed: dict[str, np.ndarray] = {}  # policy -> [row] whether it is to be solved there
        for (claim, _), place in zip(asked, places, strict=True):
            for policy in self.study.policies_of([claim]):
                needed.setdefault(policy, np.zeros(len(rows), dtype=bool))[place] = True
        table = self._table(rows, {policy: want & allowed for policy, want in needed.items()})
        out: list[Floats] = []
        for (claim, _), place in zip(asked, places, strict=True):
            here = place[allowed[place]]
            margin = np.full(len(place), np.nan)
            if len(here):
                part = chunk_of(Block(0, {}, 0), {name: column[here] for name, column in table.items()})
                margin[allowed[place]] = judge(
                    self.study.claims[claim], part, {n: c[here] for n, c in draws.items()}
                ).margin
            out.append(margin)
        return out

    def _table(self, rows: Floats, needed: dict[str, np.ndarray]) -> Columns:
        """Flat columns (see `solved`) of every policy at the rows that it is needed at; other rows are left as they come."""
        games: dict[str, list[str]] = {}
        for policy in needed:
            games.setdefault(self.study.families.get(policy, policy), []).append(policy)
        table: Columns = {}
        for game, members in games.items():
            want = np.flatnonzero(np.any([needed[m] for m in members], axis=0))
            if not len(want):
                want = np.zeros(0, dtype=np.intp)
            plain = np.broadcast_to(self.study.base, (len(want), rows.shape[1])).copy()
            used = self._relevant(game)
            plain[:, used] = rows[want][:, used]
            distinct, again = np.unique(plain, axis=0, return_inverse=True)
            if not len(distinct):
                continue
            self.solved += len(distinct)
            found = solved(self.study, self.study.draws_at(distinct), members)
            for name, column in found.items():
                full = np.zeros(len(rows), dtype=column.dtype)
                full[want] = column[again.reshape(-1)]
                table[name] = full
        return table

    def _relevant(self, game: str) -> np.ndarray:
        if game not in self._columns:
            names = None if self.study.relevant is None else self.study.relevant(game)
            varying = self.study.varying
            self._columns[game] = np.array(
                [k for k, r in enumerate(varying) if names is None or r.name in names], dtype=np.intp
            )
        return self._columns[game]


def drive(
    probe: Probe, searches: Mapping[Any, tuple[str, Search[T]]], tell: Callable[[int], None] | None = None
) -> dict[Any, T]:
    """Run every search (key -> claim, generator) to its end; what each returned, by key.

    In each round the points of all searches go to the solver together.
    """
    done: dict[Any, T] = {}
    waiting: dict[Any, tuple[str, Search[T], Floats]] = {}

    def step(key: Any, claim: str, search: Search[T], answer: Floats | None) -> None:
        try:
            asked = next(search) if answer is None else search.send(answer)
        except StopIteration as end:
            done[key] = end.value
            waiting.pop(key, None)
        else:
            waiting[key] = (claim, search, asked)

    for key, (claim, search) in searches.items():
        step(key, claim, search, None)
    rounds = 0
    while waiting:
        keys = list(waiting)
        answers = dict(
            zip(keys, probe.margins([(waiting[key][0], waiting[key][2]) for key in keys]), strict=True)
        )
        for key, answer in answers.items():
            claim, search, _ = waiting[key]
            step(key, claim, search, answer)
        rounds += 1
        if tell is not None:
            tell(rounds)
    return done
