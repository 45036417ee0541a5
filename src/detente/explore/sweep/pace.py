"""How fast draws are being solved, and how long the rest will take, in words for a progress bar."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW = 30.0  # seconds over which the rate is taken
_ENTRIES = 256


class Pace:
    """Counts solved draws of a run of ``n``; those read from files are done but say nothing about the pace."""

    def __init__(self, n: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._n, self._clock = n, clock
        self._done = self._solved = 0
        self._seen: deque[tuple[float, int]] = deque([(clock(), 0)], maxlen=_ENTRIES)

    def add(self, draws: int, solved: bool) -> None:
        now = self._clock()
        self._done += draws
        self._solved += draws if solved else 0
        self._seen.append((now, self._solved))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    def __str__(self) -> str:
        """``solving the draws: 8,100 a second, 3 min left``; without the numbers during the first second."""
        (begin, before), (now, solved) = self._seen[0], self._seen[-1]
        if now - begin < 1 or solved == before:
            return "solving the draws"
        rate = (solved - before) / (now - begin)
        left = (self._n - self._done) / rate
        return f"solving the draws: {rate:,.0f} a second, {duration(left)} left"


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
