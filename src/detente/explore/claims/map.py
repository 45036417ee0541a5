"""A claim over two parameters, the others at the base point: a grid of answers, and the boundary between them as lines.

Every sixteenth point of the grid is solved first; cells whose points disagree, or whose margins could reach zero inside them
at the rate at which they change next to them, are solved twice and four times as finely. A point that is not solved takes the answer
of the nearest one that is; no such point is left next to another answer. What this does not see is an island within a coarse
cell that its surroundings do not hint at; a *whole* map solves every point.

Where two neighbours on the grid disagree the change is located between them, by solving, to ``within`` range units (marching
squares: Lorensen & Cline 1987, Computer Graphics 21:163-169, in two dimensions, with solved crossings in place of
interpolated ones; a cell that could be joined either way is decided by its middle). A discrete axis has its values only; the boundary
is drawn midway. No line is drawn through a cell with an undecided corner.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente.errors import BadInput, Where
from detente.explore.claims.contour import Edge, chained, segments
from detente.explore.claims.probe import Probe, Search, drive
from detente.explore.protocol import Study
from detente.explore.ranges import Floats, Range

CELLS = 20  # of a continuous axis
MOST_VALUES = 101  # of a discrete axis
FINE = 1e-3  # range units: how finely a boundary that was asked for is located
UNKNOWN, UNDECIDED = -2, -1
_ROUNDS = 40

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Grid:
    """Answers over two axes. ``holds`` [y][x]: 1 holds, 0 fails, None undecided or refused. ``solved``: how many of its points."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    holds: tuple[tuple[int | None, ...], ...]
    solved: int
    within: float  # range units to either side in which the boundary lies


@dataclass(frozen=True)
class Map:
    """Draws over two parameters: points (x, y, 1 holds | 0 fails | None undecided); and, if made, the grid and its boundary."""

    x: str
    y: str
    points: tuple[tuple[float, float, int | None], ...]
    grid: Grid | None = None
    boundary: tuple[Line, ...] = ()  # polylines in the parameters' units; closed ones end where they start

    def drawn(self, drawn: tuple[Grid, tuple[Line, ...]]) -> Map:
        """With a grid and its boundary."""
        return replace(self, grid=drawn[0], boundary=drawn[1])


def claim_map(scenario: Any, claim: str, x: str, y: str, cells: int = CELLS, within: float = FINE) -> Map:
    """Any claim over any two parameters that vary, every point of the grid solved. ``scenario``: a `Scenario` or a `Study`.

    ``cells`` 2 to 100 along a continuous axis; ``within`` 1e-6 to 0.5 range units. Raises BadInput for a claim or a parameter
    that there is not, and for numbers outside these bounds. The result has no ``points``.
    """
    from detente.explore.study import study_of

    study = scenario if isinstance(scenario, Study) else study_of(scenario)
    if claim not in study.claims:
        raise BadInput(
            "there is no such claim", where=Where(field="claim"), found=claim, allowed=study.claims
        )
    a, b = pair(study, x, y)
    for name, given, low, high in (("cells", cells, 2, 100), ("within", within, 1e-6, 0.5)):
        if not low <= given <= high:
            raise BadInput(
                "out of range", where=Where(field=name), found=given, allowed=f"{low:g} to {high:g}"
            )
    search = search_map(study.base, a, b, study.varying, cells, True, within)
    return Map(x, y, ()).drawn(drive(Probe(study), {claim: (claim, search)})[claim])


def pair(study: Study, x: str, y: str) -> tuple[int, int]:
    """The columns of two different parameters that vary. Raises BadInput where they are not."""
    names = [r.name for r in study.varying]
    for name in (x, y):
        if name not in names:
            raise BadInput(
                "there is no such parameter that varies", where=Where(field="map"), found=name, allowed=names
            )
    if x == y:
        raise BadInput("a map needs two different parameters", where=Where(field="map"), found=f"{x},{y}")
    return names.index(x), names.index(y)


def search_map(
    base: Floats, a: int, b: int, ranges: tuple[Range, ...], cells: int, whole: bool, within: float
) -> Search[tuple[Grid, tuple[Line, ...]]]:
    """The grid over columns ``a`` (x) and ``b`` (y) through ``base`` [parameter], and its boundary."""
    at = _Plane(base, a, b, ranges[a], ranges[b], cells)
    if whole:
        yield from at.solve(np.argwhere(at.answer == UNKNOWN))
    else:
        yield from _adaptive(at)
    crossing = yield from at.crossings(within)
    joined = yield from at.middles()
    lines = chained(segments(at.answer, crossing, joined))
    told = tuple(tuple(int(v) if v >= 0 else None for v in row) for row in at.filled())
    grid = Grid(at.values(0, at.xs), at.values(1, at.ys), told, at.solved, within / 2)
    boundary = tuple(
        tuple((at.values(0, [crossing[e][0]])[0], at.values(1, [crossing[e][1]])[0]) for e in line)
        for line in lines
    )
    return grid, boundary


class _Plane:
    """A grid over two columns: positions of its lines, and what is known at their crossings [y, x]."""

    def __init__(self, base: Floats, a: int, b: int, x: Range, y: Range, cells: int) -> None:
        self.base, self.columns, self.ranges = base, (a, b), (x, y)
        self.xs, self.ys = _axis(x, cells), _axis(y, cells)
        self.answer = np.full((len(self.ys), len(self.xs)), UNKNOWN, dtype=np.int8)
        self.margin = np.full(self.answer.shape, np.nan)
        self.solved = 0

    def points(self, x: Floats, y: Floats) -> Floats:
        out = np.repeat(self.base[None], len(x), axis=0)
        out[:, self.columns[0]], out[:, self.columns[1]] = x, y
        return out

    def solve(self, which: np.ndarray) -> Search[None]:
        """Solve the points ``which`` [point, (row, column)] that are not known yet."""
        which = np.unique(which.reshape(-1, 2), axis=0)
        which = which[self.answer[which[:, 0], which[:, 1]] == UNKNOWN]
        if not len(which):
            return
        margin = yield self.points(self.xs[which[:, 1]], self.ys[which[:, 0]])
        self.solved += len(which)
        self.margin[which[:, 0], which[:, 1]] = margin
        self.answer[which[:, 0], which[:, 1]] = np.where(np.isfinite(margin), margin >= 0, UNDECIDED)

    def filled(self) -> np.ndarray:
        """The answers [y, x], points that were not solved with that of the nearest that was."""
        known, unknown = np.argwhere(self.answer != UNKNOWN), np.argwhere(self.answer == UNKNOWN)
        out = self.answer.copy()
        if len(unknown):
            far = ((unknown[:, None, :] - known[None, :, :]) ** 2).sum(axis=2)
            near = known[far.argmin(axis=1)]
            out[unknown[:, 0], unknown[:, 1]] = self.answer[near[:, 0], near[:, 1]]
        return out

    def values(self, axis: int, z: Any) -> tuple[float, ...]:
        """Parameter values at positions; between the values of a discrete range what lies there."""
        r = self.ranges[axis]
        if r.values is None:
            return tuple(float(x) for x in r.at(np.asarray(z)))
        return tuple(float(r.low + x * (r.high - r.low)) for x in z)

    def crossings(self, within: float) -> Search[dict[Edge, tuple[float, float]]]:
        """Positions (x, y) of the change on every edge of the grid whose ends have different answers."""
        edges: list[Edge] = []
        for kind, (down, right) in (("h", (0, 1)), ("v", (1, 0))):
            one = self.answer[: self.answer.shape[0] - down, : self.answer.shape[1] - right]
            two = self.answer[down:, right:]
            edges += [(kind, int(j), int(i)) for j, i in np.argwhere((one >= 0) & (two >= 0) & (one != two))]
        if not edges:
            return {}
        along = np.array([kind == "h" for kind, _, _ in edges])
        j, i = np.array([e[1] for e in edges]), np.array([e[2] for e in edges])
        j2, i2 = j + ~along, i + along
        low = np.where(along, self.xs[i], self.ys[j])
        high = np.where(along, self.xs[i2], self.ys[j2])
        other = np.where(along, self.ys[j], self.xs[i])
        f, g = self.margin[j, i], self.margin[j2, i2]
        stepped = np.where(along, self.ranges[0].values is not None, self.ranges[1].values is not None)
        lost = np.zeros(len(edges), dtype=bool)
        straight = np.zeros(len(edges), dtype=bool)
        for _ in range(_ROUNDS):
            todo = np.flatnonzero((high - low > within) & ~stepped & ~lost)
            if not len(todo):
                break
            a, b, fa, fb = low[todo], high[todo], f[todo], g[todo]
            z = _between(a, b, fa, fb, straight[todo], within)
            across = along[todo]
            points = self.points(np.where(across, z, other[todo]), np.where(across, other[todo], z))
            m = yield points
            lost[todo[~np.isfinite(m)]] = True
            line = fa + (fb - fa) * (z - a) / (b - a)
            near = np.abs(m - line) <= 0.2 * np.abs(fb - fa)
            up = (m >= 0) == (fa >= 0)
            low[todo], f[todo] = np.where(up, z, a), np.where(up, m, fa)
            high[todo], g[todo] = np.where(up, b, z), np.where(up, fb, m)
            straight[todo] = near & ~(straight[todo] & (high[todo] - low[todo] > 0.6 * (b - a)))
        middle = (low + high) / 2
        return {
            e: (float(middle[k]), float(other[k])) if along[k] else (float(other[k]), float(middle[k]))
            for k, e in enumerate(edges)
            if not lost[k]
        }

    def middles(self) -> Search[dict[tuple[int, int], bool]]:
        """For cells whose corners alternate: whether the claim holds in the middle, so that the corners that hold are joined."""
        c = self.answer
        cross = (
            (c[:-1, :-1] >= 0) & (c[:-1, 1:] >= 0) & (c[:-1, :-1] == c[1:, 1:]) & (c[:-1, 1:] == c[1:, :-1])
        )
        cells = np.argwhere(cross & (c[:-1, :-1] != c[:-1, 1:]))
        if not len(cells) or any(r.values is not None for r in self.ranges):
            return {(int(j), int(i)): False for j, i in cells}
        x = (self.xs[cells[:, 1]] + self.xs[cells[:, 1] + 1]) / 2
        y = (self.ys[cells[:, 0]] + self.ys[cells[:, 0] + 1]) / 2
        margin = yield self.points(x, y)
        return {(int(j), int(i)): bool(m >= 0) for (j, i), m in zip(cells, margin, strict=True)}


def _axis(r: Range, cells: int) -> Floats:
    if r.values is None:
        return np.linspace(0.0, 1.0, cells + 1)
    values = np.asarray(r.position(r.values))
    if len(values) <= MOST_VALUES:
        return values
    return values[np.unique(np.linspace(0, len(values) - 1, cells + 1).round().astype(int))]


def _between(a: Floats, b: Floats, fa: Floats, fb: Floats, straight: np.ndarray, within: float) -> Floats:
    """Where to look in each bracket: its middle, or where the margin is a line just beyond that line's zero."""
    with np.errstate(all="ignore"):
        zero = (a * fb - b * fa) / (fb - fa)
    z = zero + 0.45 * within * np.where(b - zero > zero - a, 1, -1)
    z = np.clip(z, a + 0.1 * within, b - 0.1 * within)
    return np.where(straight & np.isfinite(z), z, (a + b) / 2)


def _adaptive(at: _Plane) -> Search[None]:
    """Solve every fourth line of the grid, then cells that need it more finely; see the module."""
    rows, columns = at.answer.shape
    levels = [[sorted({*range(0, n, s), n - 1}) for n in (rows, columns)] for s in (4, 2, 1)]
    yield from at.solve(np.array([(j, i) for j in levels[0][0] for i in levels[0][1]]))
    for (ys, xs), (finer_y, finer_x) in itertools.pairwise(levels):
        steep = _steepness(at, ys, xs)
        wanted: list[tuple[int, int]] = []
        for j, (y0, y1) in enumerate(itertools.pairwise(ys)):
            for i, (x0, x1) in enumerate(itertools.pairwise(xs)):
                corners = at.answer[[y0, y0, y1, y1], [x0, x1, x0, x1]]
                if (corners == UNKNOWN).any():
                    continue
                square = at.answer[y0 : y1 + 1, x0 : x1 + 1]
                mixed = len(set(square[square != UNKNOWN].tolist())) > 1
                lowest = np.abs(at.margin[[y0, y0, y1, y1], [x0, x1, x0, x1]]).min()
                if mixed or lowest < steep[j, i] / 2:
                    wanted += [(y, x) for y in finer_y if y0 <= y <= y1 for x in finer_x if x0 <= x <= x1]
        yield from at.solve(np.array(wanted, dtype=int).reshape(-1, 2))
    while True:  # no point that was not solved may lie next to another answer
        full = at.filled()
        wanted = []
        for down, right in ((0, 1), (1, 0)):
            one, two = full[: rows - down, : columns - right], full[down:, right:]
            for j, i in np.argwhere(one != two):
                wanted += [(int(j), int(i)), (int(j) + down, int(i) + right)]
        wanted = [p for p in wanted if at.answer[p] == UNKNOWN]
        if not wanted:
            return
        yield from at.solve(np.array(wanted))


def _steepness(at: _Plane, ys: list[int], xs: list[int]) -> Floats:
    """[cell y, cell x] the largest change of the margin along an edge of the cell or of a cell next to it; 0 where unknown."""
    m = at.margin[np.ix_(ys, xs)]
    across = np.nan_to_num(np.abs(np.diff(m, axis=1)))  # [y, cell x]
    upward = np.nan_to_num(np.abs(np.diff(m, axis=0)))  # [cell y, x]
    own = np.maximum(
        np.maximum(across[:-1], across[1:]), np.maximum(upward[:, :-1], upward[:, 1:])
    )  # [cell y, cell x]
    wide = np.pad(own, 1)
    h, w = own.shape
    return np.max([wide[j : j + h, i : i + w] for j in range(3) for i in range(3)], axis=0)
