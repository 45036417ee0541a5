"""Verdicts: what the decided draws, and a search for exceptions, allow one to say about a claim.

A draw is *decided* for a claim when every policy that the claim speaks of has a certified solution there and the claim
is defined. Undecided draws are counted by reason and never guessed.

    undecided         fewer than `FEWEST` decided draws; or more than half undecided; or no exception among the
                      decided ones while more than `SLACK` of the draws are undecided
    holds throughout  no exception among the decided draws, none found by the search that tries to break the claim
    fails throughout  the same with no draw where it holds
    holds if          both kinds were found

"Throughout" is a statement about these draws and that search; `exceptions_below` says what a run of that many
*independent* draws without an exception would bound (1 - 0.05^(1/n), the upper 95 % end), and `Tested` of the findings how near
to an exception anything came.
A share is a share of draws under the sampling measure, never a probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.stats import t as student

from detente.explore.protocol import REASONS, Judged
from detente.explore.sampling.designs import REPLICATES

Verdict = Literal["holds throughout", "holds if", "fails throughout", "undecided"]
FEWEST = 32  # decided draws below which nothing is said
SLACK = 0.05  # share of undecided draws up to which "throughout" may be said
MOST_UNDECIDED = 0.5
FEWEST_A_SCRAMBLING = 16  # decided draws in each scrambling for an interval


@dataclass(eq=False)
class Tally:
    """Counts of one claim, added up chunk by chunk, apart for each scrambling (index of draw modulo `REPLICATES`)."""

    replicated: bool = (
        True  # whether indices modulo `REPLICATES` are independent replicates; a grid's and a file's are not
    )
    held: np.ndarray = field(default_factory=lambda: np.zeros(REPLICATES, dtype=np.int64))
    decided: np.ndarray = field(default_factory=lambda: np.zeros(REPLICATES, dtype=np.int64))
    why: np.ndarray = field(default_factory=lambda: np.zeros(len(REASONS), dtype=np.int64))
    smallest: float = np.inf  # margin
    largest: float = -np.inf
    at_smallest: Mapping[str, float] = field(default_factory=dict[str, float])  # the draw with it
    at_largest: Mapping[str, float] = field(default_factory=dict[str, float])

    def add(self, start: int, judged: Judged) -> None:
        """Count draws ``start .. start + len``."""
        which = (start + np.arange(len(judged.margin))) % REPLICATES
        good = judged.why == 0
        self.decided += np.bincount(which[good], minlength=REPLICATES)
        self.held += np.bincount(which[good & (judged.margin >= 0)], minlength=REPLICATES)
        self.why += np.bincount(judged.why, minlength=len(REASONS))
        if good.any():
            low, high = int(np.nanargmin(judged.margin)), int(np.nanargmax(judged.margin))
            if judged.margin[low] < self.smallest:
                self.smallest = float(judged.margin[low])
                self.at_smallest = {name: float(column[low]) for name, column in judged.draws.items()}
            if judged.margin[high] > self.largest:
                self.largest = float(judged.margin[high])
                self.at_largest = {name: float(column[high]) for name, column in judged.draws.items()}

    @property
    def n(self) -> int:
        return int(self.why.sum())

    @property
    def n_decided(self) -> int:
        return int(self.decided.sum())

    @property
    def undecided_why(self) -> Mapping[str, int]:
        return {reason: int(count) for reason, count in zip(REASONS[1:], self.why[1:], strict=True) if count}

    @property
    def share(self) -> float | None:
        """Share of the decided draws in which the claim holds."""
        return int(self.held.sum()) / self.n_decided if self.n_decided else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The share of all draws if the claim failed in every undecided one, and if it held; None without draws."""
        held = int(self.held.sum())
        return (held / self.n, (held + self.n - self.n_decided) / self.n) if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % t interval for the share over the replicates (scramblings, hypercubes), or None where there are too few draws
        for one, or no replicates: a grid and a file of draws are no sample of anything.

        Within a replicate draws are not independent, so no binomial formula is used. Replicates may agree to the last draw
        without being right: where one parameter decides alone, each counts the share of m draws rounded up or down. All
        are rounded alike with a chance of 5 % at most only while the rounded part is below 1 - 0.025^(1/REPLICATES) of a
        draw; the interval is never narrower than that to either side.
        """
        if not self.replicated or self.decided.min() < FEWEST_A_SCRAMBLING:
            return None
        means = self.held / self.decided
        half = float(student.ppf(0.975, REPLICATES - 1)) * float(means.std(ddof=1)) / REPLICATES**0.5
        half = max(half, (1 - 0.025 ** (1 / REPLICATES)) / int(self.decided.min()))
        middle = self.share
        assert middle is not None
        return max(0.0, middle - half), min(1.0, middle + half)

    def verdict(self, exception: bool | None = None) -> Verdict:
        """``exception``: the search found a certified point with the other answer (None: no search was made)."""
        n, decided, held = self.n, self.n_decided, int(self.held.sum())
        if decided < min(FEWEST, n) or decided == 0 or (n - decided) > MOST_UNDECIDED * n:
            return "undecided"
        if 0 < held < decided or exception:
            return "holds if"
        if (n - decided) > SLACK * n:
            return "undecided"
        return "holds throughout" if held else "fails throughout"

    @property
    def exceptions_below(self) -> float | None:
        """Upper 95 % end for the share of exceptions if the draws were independent and none was met; else None."""
        held = int(self.held.sum())
        if not self.replicated or not self.n_decided or 0 < held < self.n_decided:
            return None
        return 1 - 0.05 ** (1 / self.n_decided)


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson 95 % interval for a share of ``n`` independent draws (Wilson 1927, JASA 22:209-212). (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p = hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, min(middle - half, p)), min(
        1.0, max(middle + half, p)
    )  # rounding must not leave p outside
