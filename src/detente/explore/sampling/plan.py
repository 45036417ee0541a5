"""What a design comes to for one study: how many draws, in blocks, and what they stand for in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from detente.explore.protocol import Block, Study
from detente.explore.ranges import Floats
from detente.explore.sampling.points import columns, kept, nothing_left


@dataclass(frozen=True, eq=False)
class Plan:
    """The draws of one run. ``blocks(size)`` gives them anew each time, the same bytes whatever the size.

    ``replicated``: draw i belongs to replicate ``i % REPLICATES``, the replicates are independent, and the spread of
    their means says how far a share is off. Otherwise a share is one of these draws and of nothing else. In every plan
    the draws of even and of odd index are alike in distribution, so a rule may be found on one half and scored on the other.
    """

    kind: str
    n: int
    replicated: bool
    blocks: Callable[[int], Iterator[Block]]
    measure: Callable[[int], str]  # refused draws -> the sampling measure as a noun phrase
    record: Mapping[str, Any]  # of what the record says under ``design``


class Design(Protocol):
    """A way to choose draws. ``plan`` raises BadInput where the study does not allow it."""

    def plan(self, study: Study, n: int, seed: int | None = None) -> Plan: ...


def regrouped(study: Study, pieces: Iterable[Floats], n: int, raw: int, size: int) -> Iterator[Block]:
    """Blocks of ``size`` admissible draws from pieces [point, varying parameter] that hold ``raw`` points, ``n`` of them admissible.

    The last block counts every refused point, those after its last draw too.
    """
    waiting: list[Floats] = []
    have = start = seen = handed = 0
    for piece in pieces:
        seen += len(piece)
        good = kept(study, piece)
        waiting.append(piece if good is None else piece[good])
        have += len(waiting[-1])
        while have >= size or (seen == raw and have):
            rows = np.concatenate(waiting)
            block, rest = rows[:size], rows[size:]
            waiting, have = [rest], len(rest)
            handed += len(block)
            # refused among the points looked at so far: what waits is admissible
            yield Block(start, columns(study, block), seen - handed - have)
            start += len(block)
    if handed != n:
        raise AssertionError("a plan and its draws differ in number")


def admissible_of(study: Study, pieces: Iterable[Floats], raw: int) -> int:
    """How many of ``raw`` points in pieces the constraints allow. Raises `GameError` where that is none."""
    if study.admissible is None:
        return raw
    n = 0
    for piece in pieces:
        good = kept(study, piece)
        n += len(piece) if good is None else int(good.sum())
    if not n:
        raise nothing_left(f"{raw} points refused")
    return n
