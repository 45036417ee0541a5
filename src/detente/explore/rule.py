"""A rule of at most three conditions that says where a claim holds, found on one half of the scramblings, scored on the other.

Two ways are tried on the first half, PRIM (`prim`) and the boxes of a shallow tree; the ends of each are then moved to where
the box has most merit (`Score.merit`), conditions that add nothing are dropped, and ends are rounded as a reader would.
Of the two, the one that does better on the second half is given, with the second half's scores. It does *not* find
several boxes for one claim, nor boundaries that run aslant (a ratio of two parameters needs its own parameter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binom

from detente.explore.box import Limits, Score, inside, polished, score
from detente.explore.prim import paste, peel
from detente.explore.ranges import Bools, Floats, Range
from detente.explore.sampling import REPLICATES
from detente.explore.verdict import wilson

MOST = 3  # conditions
FEWEST = 12  # cases, and draws that are none, on the first half
LEAST_DENSITY = 0.75  # below which a box is not called a rule
_LARGEST = 4096  # draws of the first half that are used


@dataclass(frozen=True)
class Condition:
    """One parameter restricted to an interval; None for an open side. ``quasi_p``: see `quasi_p`."""

    parameter: str
    low: float | None
    high: float | None
    quasi_p: float


@dataclass(frozen=True)
class Rule:
    """A box in words. Scores are of the half on which it was *not* found; intervals are Wilson's, as if draws were independent.

    ``found`` is False where its density on the second half is below `LEAST_DENSITY`, or does not clearly exceed the share
    of all draws there: then the box is the best try, and says little.
    """

    conditions: tuple[Condition, ...]
    found: bool
    method: Literal["prim", "tree"]
    coverage: float
    density: float
    coverage_interval: tuple[float, float]
    density_interval: tuple[float, float]
    share: float  # of cases among all draws of the second half
    agreement: float  # Matthews' correlation on the second half
    draws: int  # of the second half

    def record(self) -> list[dict[str, object]]:
        return [{"parameter": c.parameter, "low": c.low, "high": c.high, "quasi_p": c.quasi_p} for c in self.conditions]


def halves(draw: np.ndarray) -> tuple[Bools, Bools]:
    """[draw] which draws (by index) rules are found on, and which they are scored on: scramblings, even and odd."""
    even = (draw % REPLICATES) % 2 == 0
    return even, ~even


def find_rule(x: Floats, y: Bools, draw: np.ndarray, ranges: Sequence[Range]) -> Rule | None:
    """The rule for cases ``y`` [draw] at parameters ``x`` [draw, parameter], or None where there are too few of a kind.

    ``draw``: the index of each row in the run. Cost about 30 ms for 1024 draws of 25 parameters.
    """
    first, second = halves(draw)
    xf, yf, xs, ys = x[first][:_LARGEST], y[first][:_LARGEST], x[second], y[second]
    if min(int(yf.sum()), int((~yf).sum())) < FEWEST or not len(ys):
        return None
    candidates: list[tuple[Literal["prim", "tree"], Limits]] = [("prim", by_prim(xf, yf)), ("tree", by_tree(xf, yf))]
    best: tuple[float, Literal["prim", "tree"], Limits, Score] | None = None
    for method, limits in candidates:
        plain = simplified(polished(limits, xf, yf), xf, yf)
        plain = {k: _rounded(v, ranges[k], xf[:, k]) for k, v in plain.items()}
        told = score(plain, xs, ys)
        if plain and (best is None or told.merit > best[0] + 1e-9):
            best = (told.merit, method, plain, told)
    if best is None:
        return None
    _, method, limits, told = best
    density = wilson(told.hits, told.inside)
    share = told.cases / told.n
    conditions = [
        Condition(
            ranges[k].name,
            None if low == -np.inf else low,
            None if high == np.inf else high,
            quasi_p(limits, k, xs, ys),
        )
        for k, (low, high) in limits.items()
    ]
    conditions.sort(key=lambda c: (c.quasi_p, c.parameter))
    return Rule(
        conditions=tuple(conditions),
        found=density[0] > share and told.density >= LEAST_DENSITY,
        method=method,
        coverage=told.coverage,
        density=told.density,
        coverage_interval=wilson(told.hits, told.cases),
        density_interval=density,
        share=share,
        agreement=told.agreement,
        draws=told.n,
    )


def by_prim(x: Floats, y: Bools) -> Limits:
    """The box of PRIM's path of most merit; peeled again on its `MOST` most useful parameters alone."""
    top = max(peel(x, y), key=lambda limits: score(limits, x, y).merit)
    chosen = sorted(top, key=lambda k: score({c: v for c, v in top.items() if c != k}, x, y).merit)[:MOST]
    if len(top) > MOST:
        top = max(peel(x, y, columns=sorted(chosen)), key=lambda limits: score(limits, x, y).merit)
    wider = paste(top, x, y)
    return wider if score(wider, x, y).merit > score(top, x, y).merit else top


def by_tree(x: Floats, y: Bools) -> Limits:
    """Of all nodes of a tree of depth `MOST`, the box of most merit."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=MOST, min_samples_leaf=max(2, len(y) // 50), random_state=0).fit(x, y).tree_
    best: tuple[float, Limits] = (-np.inf, {})
    stack: list[tuple[int, Limits]] = [(0, {})]
    while stack:
        node, limits = stack.pop()
        if limits:
            told = score(limits, x, y).merit
            if told > best[0]:
                best = (told, limits)
        if tree.children_left[node] >= 0:
            k, cut = int(tree.feature[node]), float(tree.threshold[node])
            low, high = limits.get(k, (-np.inf, np.inf))
            stack.append((int(tree.children_left[node]), {**limits, k: (low, cut)}))
            stack.append((int(tree.children_right[node]), {**limits, k: (cut, high)}))
    return best[1]


def simplified(limits: Limits, x: Floats, y: Bools) -> Limits:
    """Without the ends of conditions that add less merit than chance easily does: 0.01 + 0.5 / sqrt(draws) each."""
    limits, needed = dict(limits), 0.01 + 0.5 / len(y) ** 0.5
    while limits:
        full = score(limits, x, y).merit
        looser: list[tuple[float, int, Limits]] = []
        for k, (low, high) in limits.items():
            rest = {c: v for c, v in limits.items() if c != k}
            choices = [(2, rest)]
            if np.isfinite(low) and np.isfinite(high):
                choices += [(1, {**rest, k: (-np.inf, high)}), (1, {**rest, k: (low, np.inf)})]
            looser += [(score(choice, x, y).merit, size, choice) for size, choice in choices if choice or len(limits) == 1]
        looser = [item for item in looser if item[0] > full - needed * item[1] and item[2]]
        if not looser:
            break
        limits = max(looser, key=lambda item: (item[1], item[0]))[2]
    return limits


def quasi_p(limits: Limits, column: int, x: Floats, y: Bools) -> float:
    """How surprising the box's hits would be if this condition added nothing: P(Bin(n, d0) >= hits), d0 without it."""
    full = score(limits, x, y)
    without = score({k: v for k, v in limits.items() if k != column}, x, y)
    return float(binom.sf(full.hits - 1, full.inside, without.density)) if full.inside else 1.0


def words(rule: Rule, ranges: Sequence[Range]) -> str:
    """The rule as the end of a sentence that begins "holds if"."""
    titles = {r.name: r.label for r in ranges}
    told = " and ".join(_condition(c, titles[c.parameter]) for c in rule.conditions)
    if rule.found:
        return told
    if rule.density <= rule.share:
        return f"conditions are met that no rule on {MOST} parameters captures; of all draws it holds in {rule.share:.0%}"
    return (
        f"conditions are met that no rule on {MOST} parameters captures (best try: {told}; it holds in "
        f"{rule.density:.0%} of the draws there, against {rule.share:.0%} of all)"
    )


def _condition(c: Condition, title: str) -> str:
    if c.low is not None and c.high is not None:
        return f"{title} between {c.low:g} and {c.high:g}"
    return f"{title} above {c.low:g}" if c.low is not None else f"{title} below {c.high:g}"


def _rounded(ends: tuple[float, float], r: Range, x: Floats) -> tuple[float, float]:
    """Both ends to a reader's digits; an end that no draw lies beyond is open."""
    low, high = (r.rounded(e) if np.isfinite(e) else e for e in ends)
    return (-np.inf if low <= x.min() else low), (np.inf if high >= x.max() else high)


__all__ = ["Condition", "Rule", "find_rule", "halves", "inside", "quasi_p", "words"]
