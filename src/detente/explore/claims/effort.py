"""How hard the searches beside the draws work: `THOROUGH` where minutes do not matter, `QUICK` where a reader waits.

A quick search walks fewer parameters (those that the claim's margin varies with over the draws) at fewer places, locates
fewer changes, and looks for a joint change only where no parameter by itself changes the answer nearby. What it prints
was solved just the same; it may miss flips that a thorough search finds, and locates them less finely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.errors import BadInput, Where

Search = Literal["thorough", "quick"]


@dataclass(frozen=True)
class Effort:
    """``walked``: parameters walked for a claim (None: all), and of the next ``ends`` only the ends where that found no flip.

    ``steps``: of a walk, fewest and most; ``hidden``: points spent for a claim on pairs of changes between
    them. The ``fine`` nearest changes of a claim are located to ``precision`` range units, up to the ``rough``-th to
    ``coarse``. ``enough``: a flip along one parameter nearer than this is the nearest flip. The next fields bound the search for
    a joint change. ``starts``, ``breaks`` and ``descents`` bound the one for an exception: the last is the number of points that
    its descents may cost, ``falls`` how many there are at first. A map has ``map_cells``
    along a continuous axis, and its boundary is located to ``map_within`` range units.
    """

    name: Search
    walked: int | None
    ends: int
    steps: tuple[int, int]
    hidden: int
    fine: int
    rough: int
    precision: float
    coarse: float
    enough: float
    rays: int
    neighbours: int
    rounds: int
    turns: int
    projections: int
    starts: int
    breaks: int
    descents: int
    falls: int
    map_cells: int
    map_within: float

    def steps_for(self, draws: int, parameters: int) -> int:
        """Steps of a walk over all parameters that costs about half as much as the draws, within ``steps``."""
        return int(np.clip(draws // (2 * max(parameters, 1)), *self.steps))


THOROUGH = Effort(
    "thorough", walked=None, ends=0, steps=(5, 16), hidden=24, fine=6, rough=10, precision=5e-4, coarse=0.02, enough=0.02, rays=4,
    neighbours=6, rounds=4, turns=4, projections=3, starts=3, breaks=2,
    descents=480, falls=8, map_cells=20, map_within=0.02,
)  # fmt: skip
QUICK = Effort(
    "quick", walked=6, ends=18, steps=(3, 3), hidden=0, fine=1, rough=3, precision=5e-3, coarse=0.04, enough=0.25, rays=2,
    neighbours=2, rounds=3, turns=1, projections=0, starts=2, breaks=1,
    descents=0, falls=0, map_cells=8, map_within=0.06,
)  # fmt: skip


def effort(search: str) -> Effort:
    """The effort of this name. Raises BadInput for another."""
    known = {str(e.name): e for e in (THOROUGH, QUICK)}
    if search not in known:
        raise BadInput("there is no such search", where=Where(field="search"), found=search, allowed=known)
    return known[search]
