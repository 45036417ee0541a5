"""A grid: every combination of some values of some parameters, the others at their base values.

Values are evenly spaced from the low to the high end, on the log scale for a log-uniform range; a discrete parameter has its own
values. Every point counts alike, whatever the distribution of a parameter. The order is shuffled by the seed, so that the
halves on which rules are found and scored are alike, and the first draws cover the grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput, Where
from detente.explore.protocol import Study
from detente.explore.ranges import Floats, Range
from detente.explore.sampling.plan import Plan, admissible_of, regrouped
from detente.explore.sampling.points import MOST_DRAWS, chosen_seed
from detente.explore.sampling.words import others, rank_correlations

_PIECE = 65_536  # points made at once
_WHERE = Where(field="--grid")


@dataclass(frozen=True)
class Grid:
    """``counts``: how many values each named parameter takes, or one number for every parameter that varies.

    A discrete parameter takes all of its values: its count is their number. Raises BadInput for a name that there is
    not, a count below 2, more than `MOST_DRAWS` points, and parameters that are correlated with one another or with
    others: a grid takes every combination alike, and they do not occur alike.
    """

    counts: Mapping[str, int] | int

    def plan(self, study: Study, n: int = 0, seed: int | None = None) -> Plan:
        number = chosen_seed(study, seed)
        levels = self._levels(study)
        varying = [r.name for r in study.varying]
        shape = tuple(len(levels[name]) for name in varying if name in levels)
        raw = math.prod(shape)
        where = [k for k, name in enumerate(varying) if name in levels]
        base = np.array([r.base for r in study.varying] or [0.0], dtype=np.float64)
        values = [levels[varying[k]] for k in where]

        def pieces(order: np.ndarray | None) -> Iterator[Floats]:
            for start in range(0, raw, _PIECE):
                flat = np.arange(start, min(start + _PIECE, raw))
                index = np.unravel_index(flat if order is None else order[flat], shape)
                points = np.tile(base, (len(flat), 1))
                for k, own, at in zip(where, values, index, strict=True):
                    points[:, k] = own[at]
                yield points

        kept = admissible_of(study, pieces(None), raw)
        along = [f"{name} at {len(levels[name])}" for name in varying if name in levels]

        def shuffled() -> np.ndarray:
            return np.random.default_rng(number).permutation(np.arange(raw, dtype=np.int32))

        def measure(refused: int) -> str:
            counted = f"all {raw:,} points" if kept == raw else f"the {kept:,} of {raw:,} points"
            allowed = "" if study.admissible is None else f" that the constraints allow ({refused:,} refused)"
            return (
                f"{counted}{allowed} of a grid over {len(along)} parameters ({', '.join(along)} values)"
                f"{others(len(varying) - len(along))}, every point counted alike; a share counts points of this grid, "
                "and has no sampling interval"
            )

        record = {
            "kind": "grid", "points": {varying[k]: len(v) for k, v in zip(where, values, strict=True)},
            "size": raw, "refused": raw - kept, "shuffled_by": number,
        }  # fmt: skip
        return Plan(
            "grid", kept, False, lambda size: regrouped(study, pieces(shuffled()), kept, raw, size), measure, record
        )  # fmt: skip

    def _levels(self, study: Study) -> dict[str, Floats]:
        able = {r.name: r for r in study.varying}
        if isinstance(self.counts, Mapping):
            for name in self.counts:
                if name not in able:
                    fixed = any(r.name == name for r in study.ranges)
                    raise BadInput(
                        "this parameter is fixed: it has no range to lay a grid over" if fixed else
                        "there is no such parameter that varies",
                        where=_WHERE, found=name, allowed=able, nearest="" if fixed else None,
                    )  # fmt: skip
            wanted = dict(self.counts)
        else:
            listed = {r.name: len(r.values) for r in study.varying if r.values is not None}
            wanted = {name: listed.get(name, self.counts) for name in able}
        if not wanted:
            raise BadInput("a grid needs a parameter that varies", where=_WHERE, found="none")
        counts = {name: _count(able[name], wanted[name]) for name in able if name in wanted}
        size = math.prod(counts.values())
        if size > MOST_DRAWS:
            said = " x ".join(map(str, counts.values()))
            raise BadInput(
                "this grid has too many points; name fewer parameters, or take fewer values of each",
                where=_WHERE, found=f"{said if len(said) < 120 else said[:100] + ' ...'} = {_large(size)} points",
                allowed=f"at most {MOST_DRAWS}",
            )  # fmt: skip
        for a, b, rank in rank_correlations(study):
            if a in counts or b in counts:
                raise BadInput(
                    "a grid takes every combination alike, but these parameters are correlated: their combinations do not "
                    "occur alike; use Sobol' draws, or a file",
                    where=_WHERE, found=f"{a} and {b}, rank correlation {rank:.3g}",
                    allowed="parameters that are correlated with no other",
                )  # fmt: skip
        return {name: _values(able[name], count) for name, count in counts.items()}


def _large(size: int) -> str:
    return str(size) if size < 10**15 else f"about 10^{len(str(size)) - 1}"


def _count(r: Range, count: object) -> int:
    """A checked count."""
    if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= MOST_DRAWS:
        raise BadInput(
            f"{r.name} needs a whole number of values", where=_WHERE, found=count, allowed=f"2 to {MOST_DRAWS}"
        )  # fmt: skip
    if r.values is not None and count != len(r.values):
        raise BadInput(
            f"{r.name} has {len(r.values)} values of its own, and a grid takes all of them",
            where=_WHERE, found=count, allowed=str(len(r.values)),
        )  # fmt: skip
    return count


def _values(r: Range, count: int) -> Floats:
    return r.values if r.values is not None else r.at(np.linspace(0.0, 1.0, count))
