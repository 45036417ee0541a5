"""Claims at chosen points of the ranges, many searches at once: each round of all of them is one batch for the solver.

A search is a generator: it yields an array of positions [point, varying parameter], is sent the claim's margins there
[point] (nan: undecided or refused), and returns what it found. It may yield `Slopes` instead and is then sent margins and
their gradients. `drive` runs many searches side by side. What was met on the way is kept for every claim (`Met`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from detente.explore.claims.gradient import difference_points, differenced, margin_slope
from detente.explore.protocol import Block, Study, judge
from detente.explore.ranges import Floats
from detente.explore.sweep.chunk import Columns, chunk_of, solved

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Slopes:
    """A request for margins [point] and gradients [point, varying parameter], in margin per range unit, at ``positions``.

    Of a study with ``gradients`` both are those of the game played at ``precision`` (a smooth answer); of another the
    margin is the study's own and its gradient is differenced.
    """

    positions: Floats
    precision: float


Search = Generator[Floats | Slopes, Any, T]


@dataclass(eq=False)
class Met:
    """What searches met of one claim: how many decided points, and the least and the largest margin with their places."""

    points: int = 0
    least: float = np.inf
    largest: float = -np.inf
    at_least: tuple[float, ...] = ()
    at_largest: tuple[float, ...] = ()

    def add(self, margin: Floats, positions: Floats) -> None:
        """``margin`` [point] at ``positions`` [point, parameter]; undecided ones do not count."""
        good = np.flatnonzero(np.isfinite(margin))
        if not len(good):
            return
        self.points += len(good)
        low, high = good[int(margin[good].argmin())], good[int(margin[good].argmax())]
        if margin[low] < self.least:
            self.least, self.at_least = float(margin[low]), tuple(float(z) for z in positions[low])
        if margin[high] > self.largest:
            self.largest, self.at_largest = float(margin[high]), tuple(float(z) for z in positions[high])


class Probe:
    """A study that can be asked for margins at points. ``points`` and ``solved`` count what that cost."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.points = 0  # distinct points asked for
        self.solved = 0  # games solved at them
        self.met: dict[str, Met] = {}
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
            self.met.setdefault(claim, Met()).add(margin, rows[place])
            out.append(margin)
        return out

    def slopes(self, asked: Sequence[tuple[str, Slopes]]) -> list[tuple[Floats, Floats]]:
        """Margins [point] and gradients [point, varying parameter] of each request; nan where there is none.

        Differenced gradients of a study without its own cost a point for each parameter that the claim depends on.
        """
        if not asked:
            return []
        if self.study.gradients is None:
            steps = [
                difference_points(self.study, self.study.relevant_to(claim), request.positions)
                for claim, request in asked
            ]
            found = self.margins(
                [(claim, step.points) for (claim, _), step in zip(asked, steps, strict=True)]
            )
            return [differenced(step, margin) for step, margin in zip(steps, found, strict=True)]
        out: dict[int, tuple[Floats, Floats]] = {}
        for precision in dict.fromkeys(request.precision for _, request in asked):
            mine = [k for k, (_, request) in enumerate(asked) if request.precision == precision]
            found = self._smooth([(asked[k][0], asked[k][1].positions) for k in mine], precision)
            out |= zip(mine, found, strict=True)
        return [out[k] for k in range(len(asked))]

    def _smooth(self, asked: Sequence[tuple[str, Floats]], precision: float) -> list[tuple[Floats, Floats]]:
        """`slopes` at one precision: each game is solved once at every point at which a claim needs it."""
        study = self.study
        assert study.gradients is not None
        rows, back = np.unique(np.concatenate([z for _, z in asked]), axis=0, return_inverse=True)
        places = np.split(back.reshape(-1), np.cumsum([len(z) for _, z in asked])[:-1])
        draws = study.draws_at(rows)
        self.points += len(rows)
        games: dict[str, list[str]] = {}
        for policy in study.policies_of(list(dict.fromkeys(c for c, _ in asked))):
            games.setdefault(study.families.get(policy, policy), []).append(policy)
        tables: dict[str, tuple[np.ndarray, Any]] = {}  # policy -> [row] its row in the table, table
        for members in games.values():
            want = np.zeros(len(rows), dtype=bool)
            for (claim, _), place in zip(asked, places, strict=True):
                if set(members) & set(study.policies_of([claim])):
                    want[place] = True
            index = np.flatnonzero(want)
            self.solved += len(index)
            table = study.gradients({n: c[index] for n, c in draws.items()}, members, precision)
            row = np.full(len(rows), -1)
            row[index] = np.arange(len(index))
            tables |= dict.fromkeys(members, (row, table))
        return [
            margin_slope(
                study,
                claim,
                {n: c[place] for n, c in draws.items()},
                {p: (row[place], t) for p, (row, t) in tables.items()},
            )
            for (claim, _), place in zip(asked, places, strict=True)
        ]

    def _table(self, rows: Floats, needed: dict[str, np.ndarray]) -> Columns:
        """Flat columns (see `solved`) of every policy at the rows that it is needed at; other rows are left as they come."""
        games: dict[str, list[str]] = {}
        for policy in needed:
            games.setdefault(self.study.game_of(policy), []).append(policy)
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
            names = self.study.depends_on(game)
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
    waiting: dict[Any, tuple[str, Search[T], Floats | Slopes]] = {}

    def step(key: Any, claim: str, search: Search[T], answer: Any) -> None:
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
        plain = [(k, c, z) for k, (c, _, z) in waiting.items() if not isinstance(z, Slopes)]
        steep = [(k, c, z) for k, (c, _, z) in waiting.items() if isinstance(z, Slopes)]
        answers: dict[Any, Any] = dict(
            zip([k for k, _, _ in plain], probe.margins([(c, z) for _, c, z in plain]), strict=True)
        )
        answers |= zip([k for k, _, _ in steep], probe.slopes([(c, z) for _, c, z in steep]), strict=True)
        for key in list(waiting):
            claim, search, _ = waiting[key]
            step(key, claim, search, answers[key])
        rounds += 1
        if tell is not None:
            tell(rounds)
    return done
