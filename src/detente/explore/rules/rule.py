"""A rule of at most three conditions that says where a claim holds, found on one half of the scramblings, scored on the other.

On the first half the columns that the claim's margin depends on most are kept (`screen`); among them two ways are tried,
PRIM (`prim`) and the boxes of a shallow tree, once on parameters alone and once with the scenario's derived ones. The ends
of each box are moved to where it has most merit (`Score.merit`), conditions that add too little are dropped, ends are
rounded as a reader would. The box of most merit *on the first half* is given, with the second half's scores: nothing
is chosen by the second half. It does *not* find several boxes for one claim, nor boundaries that run aslant unless a
derived parameter names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binom

from detente.explore.claims.verdict import wilson
from detente.explore.ranges import Bools, Floats, Range
from detente.explore.rules.box import Limits, inside, polished, score
from detente.explore.rules.features import Features
from detente.explore.rules.prim import paste, peel
from detente.explore.rules.screen import KEPT, importance
from detente.explore.sampling.designs import REPLICATES

MOST = 3  # conditions
FEWEST = 12  # cases, and draws that are none, on the first half
LEAST_DENSITY = 0.75  # below which a box is not called a rule
NEED = 1.0  # see `simplified`
SHORTER, PLAINER = 0.04, 0.02  # merit that a further condition, and a rule on derived parameters, must bring
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
    outside: (
        float | None
    )  # share of cases among the draws outside the box, on the second half; None: there are none
    agreement: float  # Matthews' correlation on the second half
    draws: int  # of the second half

    def record(self) -> list[dict[str, object]]:
        return [
            {"parameter": c.parameter, "low": c.low, "high": c.high, "quasi_p": c.quasi_p}
            for c in self.conditions
        ]


def halves(draw: np.ndarray) -> tuple[Bools, Bools]:
    """[draw] which draws (by index) rules are found on, and which they are scored on: scramblings, even and odd."""
    even = (draw % REPLICATES) % 2 == 0
    return even, ~even


def find_rules(found: Features, margin: Floats, draw: np.ndarray) -> tuple[Rule | None, Rule | None]:
    """The rule for where a claim with this ``margin`` [draw] holds, and the one for where it fails.

    Both are looked for among the same columns, screened on the first half. ``draw``: the index of each row in the run.
    """
    first, second = halves(draw)
    held = margin >= 0
    if min(int(held[first].sum()), int((~held)[first].sum())) < FEWEST or not second.any():
        return None, None
    x, used = found.x[first][:_LARGEST], margin[first][:_LARGEST]
    weight = importance(x, used) if x.shape[1] > KEPT else np.ones(x.shape[1])
    order = [int(k) for k in np.argsort(-weight, kind="stable")]
    plain = [k for k in order if k < found.plain][:KEPT]
    sets = [plain] if set(order[:KEPT]) <= set(plain) else [plain, order[:KEPT]]
    rules = [_one(found, sets, y, first, second) for y in (held, ~held)]
    return rules[0], rules[1]


def find_rule(x: Floats, y: Bools, draw: np.ndarray, ranges: Sequence[Range]) -> Rule | None:
    """The rule for cases ``y`` [draw] at parameters ``x`` [draw, parameter], or None where there are too few of a kind."""
    return find_rules(Features(x, tuple(ranges), len(ranges)), np.where(y, 1.0, -1.0), draw)[0]


def _one(found: Features, sets: list[list[int]], y: Bools, first: Bools, second: Bools) -> Rule | None:
    """The best box for cases ``y`` [draw] among the columns of each set; of later sets only if it is clearly better."""
    xf, yf = found.x[first][:_LARGEST], y[first][:_LARGEST]
    best: tuple[float, Literal["prim", "tree"], Limits] | None = None
    for place, columns in enumerate(sets):
        sub = np.ascontiguousarray(xf[:, sorted(columns)])
        names = sorted(columns)
        ways: list[tuple[Literal["prim", "tree"], Limits]] = [
            ("prim", by_prim(sub, yf)),
            ("tree", by_tree(sub, yf)),
        ]
        for method, limits in ways:
            plain = simplified(polished(limits, sub, yf), sub, yf)
            box = {names[k]: _rounded(v, found.ranges[names[k]], sub[:, k]) for k, v in plain.items()}
            box = {k: v for k, v in box.items() if v != (-np.inf, np.inf)}
            merit = score(box, xf, yf).merit - SHORTER * len(box) - (PLAINER if place else 0.0)
            if box and (best is None or merit > best[0] + 1e-9):
                best = (merit, method, box)
    if best is None:
        return None
    _, method, limits = best
    xs, ys = found.x[second], y[second]
    told = score(limits, xs, ys)
    density = wilson(told.hits, told.inside)
    share = told.cases / told.n
    restricted = [
        Condition(
            found.ranges[k].name,
            None if low == -np.inf else low,
            None if high == np.inf else high,
            quasi_p(limits, k, xs, ys),
        )
        for k, (low, high) in limits.items()
    ]
    restricted.sort(key=lambda c: (c.quasi_p, c.parameter))
    return Rule(
        conditions=tuple(restricted),
        found=density[0] > share and told.density >= LEAST_DENSITY,
        method=method,
        coverage=told.coverage,
        density=told.density,
        coverage_interval=wilson(told.hits, told.cases),
        density_interval=density,
        share=share,
        outside=(told.cases - told.hits) / (told.n - told.inside) if told.n > told.inside else None,
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

    tree = (
        DecisionTreeClassifier(max_depth=MOST, min_samples_leaf=max(2, len(y) // 50), random_state=0)
        .fit(x, y)
        .tree_
    )
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
    """Without the ends of conditions that add less merit than chance easily does: 0.01 + `NEED` / sqrt(draws) each."""
    limits, needed = dict(limits), 0.01 + NEED / len(y) ** 0.5
    while limits:
        full = score(limits, x, y).merit
        looser: list[tuple[float, int, Limits]] = []
        for k, (low, high) in limits.items():
            rest = {c: v for c, v in limits.items() if c != k}
            choices = [(2, rest)]
            if np.isfinite(low) and np.isfinite(high):
                choices += [(1, {**rest, k: (-np.inf, high)}), (1, {**rest, k: (low, np.inf)})]
            looser += [
                (score(choice, x, y).merit, size, choice)
                for size, choice in choices
                if choice or len(limits) == 1
            ]
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


def words(rule: Rule | None, fails: Rule | None, titles: Mapping[str, str], share: float) -> str:
    """The rule as the end of a sentence that begins "holds if"; what can be said instead where none was found.

    ``fails`` is the rule for where the claim fails, ``share`` the share of all draws in which it holds, ``titles`` what
    each name is called in a sentence.
    """
    if rule is not None and rule.found:
        return conditions(rule, titles)
    if fails is not None and fails.found:
        if fails.outside is not None and 1 - fails.outside >= LEAST_DENSITY:
            return f"conditions are met that are simpler the other way round: it holds unless {conditions(fails, titles)}"
        return f"conditions are met that no short rule captures; it fails if {conditions(fails, titles)}"
    none = f"conditions are met that no short rule captures; it holds in {share:.0%} of all draws"
    tries = [
        (r, verb)
        for r, verb in ((rule, "holds"), (fails, "fails"))
        if r is not None and r.density_interval[0] > r.share
    ]
    if not tries:
        return none
    best, verb = max(tries, key=lambda item: item[0].agreement)
    density = best.density if verb == "holds" else 1 - best.density
    return f"{none}, in {density:.0%} of those where {conditions(best, titles)}"


def conditions(rule: Rule, titles: Mapping[str, str]) -> str:
    """The box in words: "X is above 0.4 and Y is below 0.3"; ``titles``: what each name is called in a sentence."""
    return " and ".join(_condition(c, titles[c.parameter]) for c in rule.conditions)


def _condition(c: Condition, title: str) -> str:
    if c.low is not None and c.high is not None:
        return f"{title} is between {c.low:g} and {c.high:g}"
    return f"{title} is above {c.low:g}" if c.low is not None else f"{title} is below {c.high:g}"


def _rounded(ends: tuple[float, float], r: Range, x: Floats) -> tuple[float, float]:
    """Both ends to a reader's digits; an end that no draw lies beyond is open."""
    low, high = (r.rounded(e) if np.isfinite(e) else e for e in ends)
    return (-np.inf if low <= x.min() else low), (np.inf if high >= x.max() else high)


__all__ = [
    "Condition",
    "Rule",
    "conditions",
    "find_rule",
    "find_rules",
    "halves",
    "inside",
    "quasi_p",
    "words",
]
