"""Levels of policies, searched: how much, or how often, and not only which of the policies that are listed.

A *lever* is a parameter that a policy's actor chooses (``levers`` in the scenario), or the share q of an announced mix of
two listed policies. Every level is solved at the same draws (common random numbers), and scored by four criteria of the
actor's own (`pareto.CRITERIA`): largest and mean regret, worst payoff, share of draws in which it has enough. Regret is
against the actor's listed policies, equilibrium play, and every level that was searched.

One lever: nine levels, then the bracket around the best level of each criterion is halved until it is narrower than
``precision`` (which finds the best level of a criterion with one hill, and may miss the higher of two). Several:
Sobol' points and the corners, then steps along each lever that are halved where they bring nothing (pattern search,
Hooke & Jeeves 1961, JACM 8:212-229). A level and its score come from the same draws, so the score flatters it a little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.stats import qmc

from detente.explore.policies.first import First, worth
from detente.explore.policies.pareto import CRITERIA
from detente.explore.policies.satisficing import TIE, Enough
from detente.explore.policies.spread import mean_interval
from detente.explore.protocol import Evaluate, Lever, Study
from detente.explore.ranges import Floats

PRECISION = 0.035  # of a lever's range, to which the best level is located
MOST_LEVERS = 12  # levers searched; listed ones come first
MOST_LEVELS = 128  # of one lever
SLACK = 0.05  # share of draws at which a level may lack a certificate and still count
_GRID, _SOBOL = 9, 16
_ROWS = 2048  # games put to the solver at a time

Point = tuple[float, ...]  # a level: positions in the ends of its levers, 0 to 1


@dataclass(frozen=True)
class Scores:
    """One level, or one listed policy: ``mean`` payoff and a score for each criterion."""

    mean: float
    criteria: Mapping[str, float]
    intervals: Mapping[
        str, tuple[float, float] | None
    ]  # of mean regret and the share alone; the others are extremes


@dataclass(frozen=True)
class BestLevel:
    """The best level by one criterion. ``as_good``: levels from .. to that score the same, of a single lever.

    ``own`` is the policy at the level that it is listed with, of a mix the better of the two. ``listed`` is the best by the
    criterion of all that the actor has, equilibrium play included; ``already``: no level is better than it.
    """

    criterion: str
    level: Mapping[str, float]
    score: float
    interval: tuple[float, float] | None
    as_good: tuple[float, float] | None
    own: str
    own_score: float
    listed: str
    listed_score: float
    already: bool


@dataclass(frozen=True)
class Leverage:
    """What the search over one lever found; ``reason`` says why nothing was searched."""

    lever: Lever
    draws: int = 0  # at which the menu and every level that counts are certified
    solved: int = 0
    curve: tuple[tuple[Mapping[str, float], Scores], ...] = ()  # in the order of the levels
    listed: Mapping[str, Scores] = field(default_factory=dict[str, Scores])
    best: tuple[BestLevel, ...] = ()
    left_out: tuple[Mapping[str, float], ...] = ()  # levels that lack a certificate too often
    reason: str | None = None


def leverages(
    study: Study,
    menus: Mapping[str, Sequence[str]],
    enough: Mapping[str, Enough],
    first: First,
    precision: float = PRECISION,
    tell: Callable[[float], None] | None = None,
) -> tuple[Leverage, ...]:
    """Search every lever of the study at the draws of ``first``. ``menus``: player -> policies, all of them in ``first``."""
    out: list[Leverage] = []
    for k, lever in enumerate(study.levers):
        reason = None
        if k >= MOST_LEVERS:
            reason = f"not searched: at most {MOST_LEVERS} levers are"
        elif lever.between is None and study.relevant is not None:
            idle = [p for p in lever.ends if p not in study.relevant(lever.policy)]
            if len(idle) == len(lever.ends):
                reason = f"the game under this policy does not depend on {', '.join(idle)}"
        if reason is not None or not first.n:
            out.append(Leverage(lever, reason=reason or "no draws"))
        else:
            bench = _Bench(study, lever, tuple(menus[lever.player]), enough.get(lever.player), first)
            out.append(_searched(bench, precision))
        if tell is not None:
            tell((k + 1) / len(study.levers))
    return tuple(out)


class _Bench:
    """The levels of one lever that were solved, and their scores."""

    def __init__(
        self, study: Study, lever: Lever, menu: tuple[str, ...], enough: Enough | None, first: First
    ) -> None:
        self.lever, self.menu = lever, menu
        self.evaluate: Evaluate = study.at_levels or study.evaluate
        self.draws = first.draws
        self.n, self.draw, self.replicated = first.n, first.draw, first.replicated
        self.admissible, self.known = study.admissible, [r.name for r in study.ranges]
        self.listed = np.array([first.value(p, lever.player) for p in menu])  # [policy, draw]
        self.enough = None if enough is None else enough.at(self.draws)
        self.levels: dict[Point, Floats] = {}  # payoff [draw], nan where not certified
        self.solved = 0
        if lever.between is not None:  # at its ends a mix is one of the two policies
            self.levels[(1.0,)], self.levels[(0.0,)] = (first.value(p, lever.player) for p in lever.between)

    def at(self, point: Point) -> dict[str, float]:
        """The level at a point, as values of its parameters."""
        return {
            name: low + z * (high - low)
            for z, (name, (low, high)) in zip(point, self.lever.ends.items(), strict=True)
        }

    def ask(self, points: Sequence[Point]) -> None:
        """Solve the levels that are new, many in one call of the solver."""
        new = [p for p in dict.fromkeys(points) if p not in self.levels][: MOST_LEVELS - len(self.levels)]
        each = max(1, _ROWS // self.n)
        for start in range(0, len(new), each):
            part = new[start : start + each]
            columns = {name: np.tile(column, len(part)) for name, column in self.draws.items()}
            for name in self.lever.ends:
                columns[name] = np.repeat([self.at(p)[name] for p in part], self.n)
            found = worth(self.evaluate, columns, [self.lever.policy], [self.lever.player])
            payoff = found[self.lever.policy][self.lever.player]
            if self.admissible is not None:  # a level that a constraint refuses cannot be chosen there
                allowed = self.admissible({name: columns[name] for name in self.known})
                payoff = np.where(
                    np.broadcast_to(np.asarray(allowed, dtype=bool), payoff.shape), payoff, np.nan
                )
            payoff = payoff.reshape(len(part), self.n)
            self.levels |= dict(zip(part, payoff, strict=True))
            self.solved += len(part) * self.n

    def scored(self) -> _Scored:
        """Every level that counts, and every listed policy, over the draws that all of them have."""
        good = np.isfinite(self.listed).all(axis=0)
        least = (1 - SLACK) * good.sum()
        points = [p for p, v in self.levels.items() if (np.isfinite(v) & good).sum() >= least]
        for p in points:
            good = good & np.isfinite(self.levels[p])
        k = np.flatnonzero(good)
        rows = np.array([*self.listed, *(self.levels[p] for p in points)])[:, k]  # [listed then level, draw]
        regret = rows.max(axis=0) - rows if len(k) else rows
        have = None if self.enough is None else rows >= self.enough[k] - TIE
        return _Scored(points, self.draw[k], self.replicated, rows, regret, have, len(self.menu))


@dataclass(frozen=True, eq=False)
class _Scored:
    points: list[Point]
    draw: np.ndarray  # [k] draws that count
    replicated: bool
    rows: Floats  # [listed then level, k] payoff
    regret: Floats
    have: np.ndarray | None  # whether it is enough
    listed: int

    @property
    def criteria(self) -> tuple[str, ...]:
        return CRITERIA if self.have is not None else CRITERIA[:3]

    def merit(self, criterion: str) -> Floats:
        """[listed then level] large where good."""
        if criterion == "max_regret":
            return -self.regret.max(axis=1)
        if criterion == "mean_regret":
            return -self.regret.mean(axis=1)
        if criterion == "worst_value":
            return self.rows.min(axis=1)
        assert self.have is not None
        return self.have.mean(axis=1)

    def best(self, criterion: str) -> Point:
        """The best level, of equals the one in the middle of their order."""
        merit = self.merit(criterion)[self.listed :]
        equal = sorted(p for p, m in zip(self.points, merit, strict=True) if m >= merit.max() - TIE)
        return equal[(len(equal) - 1) // 2]

    def scores(self, k: int) -> Scores:
        """Of row ``k``."""
        sign = {c: -1.0 if c.endswith("regret") else 1.0 for c in self.criteria}
        criteria = {c: sign[c] * float(self.merit(c)[k]) + 0.0 for c in self.criteria}
        if not self.replicated:
            return Scores(float(self.rows[k].mean()), criteria, {})
        intervals = {"mean_regret": mean_interval(self.regret[k], self.draw)}
        if self.have is not None:
            low_high = mean_interval(self.have[k].astype(float), self.draw)
            intervals["satisficing"] = (
                None if low_high is None else (max(0.0, low_high[0]), min(1.0, low_high[1]))
            )
        return Scores(float(self.rows[k].mean()), criteria, intervals)


def _searched(bench: _Bench, precision: float) -> Leverage:
    d = len(bench.lever.ends)
    bench.ask(_grid(d))
    steps = dict.fromkeys(CRITERIA, 0.25)
    asked: dict[str, Point] = {}
    while len(bench.levels) < MOST_LEVELS:
        scored = bench.scored()
        if not scored.points or not len(scored.draw):
            break
        wanted: list[Point] = []
        for criterion in scored.criteria:
            best = scored.best(criterion)
            if d == 1:
                wanted += _halves(best[0], sorted(p[0] for p in bench.levels), precision)
            else:
                if asked.get(criterion) == best:  # its neighbours were tried and none is better
                    steps[criterion] /= 2
                asked[criterion] = best
                if steps[criterion] >= precision:
                    wanted += _star(best, steps[criterion])
        new = [p for p in dict.fromkeys(wanted) if p not in bench.levels]
        if new:
            bench.ask(new)
        elif d == 1 or all(steps[c] < precision for c in scored.criteria):
            break
    return _found(bench)


def _grid(d: int) -> list[Point]:
    if d == 1:
        return [(k / (_GRID - 1),) for k in range(_GRID)]
    corners = [tuple(map(float, c)) for c in product((0, 1), repeat=d)] if d <= 4 else []
    inside = qmc.Sobol(d, scramble=False).random(_SOBOL)
    return [*corners, *(tuple(map(float, row)) for row in inside)]


def _halves(best: float, levels: list[float], precision: float) -> list[Point]:
    """The middles between a level and its neighbours on both sides, where they are not near already."""
    k = levels.index(best)
    sides = [levels[j] for j in (k - 1, k + 1) if 0 <= j < len(levels)]
    return [((best + side) / 2,) for side in sides if abs(side - best) > precision]


def _star(best: Point, step: float) -> list[Point]:
    """The points one step away along each lever, within the ends."""
    out: list[Point] = []
    for k in range(len(best)):
        for way in (-step, step):
            z = min(1.0, max(0.0, best[k] + way))
            if z != best[k]:
                out.append((*best[:k], z, *best[k + 1 :]))
    return out


def _found(bench: _Bench) -> Leverage:
    scored = bench.scored()
    if not scored.points or not len(scored.draw):
        return Leverage(
            bench.lever, solved=bench.solved, reason="no draw at which the menu and the levels are certified"
        )
    place = {p: scored.listed + k for k, p in enumerate(scored.points)}
    best: list[BestLevel] = []
    for criterion in scored.criteria:
        merit = scored.merit(criterion)
        point = scored.best(criterion)
        scores = scored.scores(place[point])
        k = int(merit[: scored.listed].argmax())
        mine = bench.lever.between or (bench.lever.policy,)
        m = max((bench.menu.index(p) for p in mine), key=lambda row: float(merit[row]))
        best.append(
            BestLevel(
                criterion,
                bench.at(point),
                scores.criteria[criterion],
                scores.intervals.get(criterion),
                _as_good(bench, scored, merit, point),
                bench.menu[m],
                scored.scores(m).criteria[criterion],
                bench.menu[k],
                scored.scores(k).criteria[criterion],
                bool(merit[k] >= merit[place[point]] - TIE),
            )
        )
    return Leverage(
        bench.lever,
        len(scored.draw),
        bench.solved,
        tuple((bench.at(p), scored.scores(place[p])) for p in sorted(scored.points)),
        {name: scored.scores(k) for k, name in enumerate(bench.menu)},
        tuple(best),
        tuple(bench.at(p) for p in sorted(bench.levels) if p not in place),
    )


def _as_good(bench: _Bench, scored: _Scored, merit: Floats, best: Point) -> tuple[float, float] | None:
    """The ends of the stretch of neighbouring levels that score as the best does; None for a single one."""
    if len(best) != 1:
        return None
    line = sorted(zip(scored.points, merit[scored.listed :], strict=True))
    middle = [p for p, _ in line].index(best)
    low = high = middle
    while low > 0 and line[low - 1][1] >= merit[scored.listed :].max() - TIE:
        low -= 1
    while high + 1 < len(line) and line[high + 1][1] >= merit[scored.listed :].max() - TIE:
        high += 1
    if low == high:
        return None
    name = next(iter(bench.lever.ends))
    return bench.at(line[low][0])[name], bench.at(line[high][0])[name]
