"""Claims at chosen points of the ranges, many searches at once: each round of all of them is one batch for the solver.

A search is a generator: it yields an array of positions [point, varying parameter], is sent the claim's margins there
[point] (nan: undecided or refused), and returns what it found. `drive` runs many side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

import numpy as np

from detente.explore.chunk import chunk_of, solved
from detente.explore.protocol import Block, Study, judge
from detente.explore.ranges import Floats

T = TypeVar("T")
Search = Generator[Floats, Floats, T]


class Probe:
    """A study that can be asked for margins at points. ``points`` and ``solved`` count what that cost."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.points = 0  # distinct points asked for
        self.solved = 0  # points times policies

    def margins(self, positions: Floats, claims: list[str]) -> dict[str, Floats]:
        """Margin of each claim at ``positions`` [point, varying parameter]; equal rows are solved once."""
        unique, back = np.unique(positions, axis=0, return_inverse=True)
        back = back.reshape(-1)
        draws = self.study.draws_at(unique)
        allowed = np.ones(len(unique), dtype=bool)
        if self.study.admissible is not None and len(unique):
            allowed = np.broadcast_to(np.asarray(self.study.admissible(draws), dtype=bool), (len(unique),))
        out = {c: np.full(len(unique), np.nan) for c in claims}
        if allowed.any():
            inside = {name: column[allowed] for name, column in draws.items()}
            policies = self.study.policies_of(claims)
            self.points += int(allowed.sum())
            self.solved += int(allowed.sum()) * len(policies)
            found = chunk_of(Block(0, inside, 0), solved(self.study, inside, policies))
            for c in claims:
                out[c][allowed] = judge(self.study.claims[c], found, inside).margin
        return {c: column[back] for c, column in out.items()}


def drive(probe: Probe, searches: Mapping[Any, tuple[str, Search[T]]], tell: Callable[[int], None] | None = None) -> dict[Any, T]:
    """Run every search (key -> claim, generator) to its end; what each returned, by key.

    In each round the points of all searches whose claims speak of the same policies go to the solver together.
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
        groups: dict[tuple[str, ...], list[Any]] = {}
        for key, (claim, _, _) in waiting.items():
            groups.setdefault(tuple(probe.study.policies_of([claim])), []).append(key)
        answers: dict[Any, Floats] = {}
        for keys in groups.values():
            claims = list(dict.fromkeys(waiting[key][0] for key in keys))
            margins = probe.margins(np.concatenate([waiting[key][2] for key in keys]), claims)
            start = 0
            for key in keys:
                claim, _, asked = waiting[key]
                answers[key] = margins[claim][start : start + len(asked)]
                start += len(asked)
        for key, answer in answers.items():
            claim, search, _ = waiting[key]
            step(key, claim, search, answer)
        rounds += 1
        if tell is not None:
            tell(rounds)
    return done
