"""PRIM: peel slices off the space of parameters until what is left is mostly cases, then paste back what was too much.

Friedman & Fisher 1999, Statistics and Computing 9:123-143; as used on ensembles by Bryant & Lempert 2010,
Technological Forecasting and Social Change 77:34-49. It does *not* find several boxes, nor oblique boundaries.
"""

from __future__ import annotations

import numpy as np

from detente.explore.ranges import Bools, Floats
from detente.explore.rules.box import Limits, inside


def peel(
    x: Floats, y: Bools, *, alpha: float = 0.05, smallest: float = 0.05, columns: list[int] | None = None
) -> list[Limits]:
    """The sequence of boxes from everything down to a share ``smallest`` of the draws, each cutting ``alpha`` off one.

    Of all ends of all parameters the one whose removal raises the mean of what is left most is removed
    (ties: the smaller removal, then the earlier parameter). ``columns``: only these may be cut. x [draw, column], y [draw].
    """
    columns = list(range(x.shape[1])) if columns is None else columns
    if not columns or not len(y):
        return [{}]
    limits: Limits = {}
    path: list[Limits] = [{}]
    kept = np.arange(len(y))
    least = max(2, int(smallest * len(y)))
    sub = np.ascontiguousarray(x[:, columns])
    hit = y.astype(float)
    while len(kept) > least and hit.min() < hit.max():
        n = len(kept)
        k = max(1, int(alpha * n))
        ordered = np.partition(sub, (k - 1, n - k), axis=0)
        low_cut, high_cut = ordered[k - 1], ordered[n - k]
        gone_low, gone_high = (
            sub <= low_cut,
            sub >= high_cut,
        )  # at least alpha of the draws; more where values tie
        total = hit.sum()
        out_hits = np.concatenate([hit @ gone_low, hit @ gone_high])
        out_n = np.concatenate([gone_low.sum(axis=0), gone_high.sum(axis=0)])
        left = n - out_n
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(left > 0, (total - out_hits) / left, -np.inf)
        best = max(range(len(mean)), key=lambda i: (mean[i], -out_n[i], -i))
        if left[best] < least:
            mean[left < least] = -np.inf
            best = max(range(len(mean)), key=lambda i: (mean[i], -out_n[i], -i))
            if not np.isfinite(mean[best]):
                break
        high_side, c = divmod(best, len(columns))
        stay = ~(gone_high if high_side else gone_low)[:, c]
        inner, outer = sub[stay, c], sub[~stay, c]
        low, high = limits.get(columns[c], (-np.inf, np.inf))
        if high_side:
            high = float((inner.max() + outer.min()) / 2)
        else:
            low = float((inner.min() + outer.max()) / 2)
        limits = {**limits, columns[c]: (low, high)}
        kept, sub, hit = kept[stay], sub[stay], hit[stay]
        path.append(limits)
    return path


def paste(limits: Limits, x: Floats, y: Bools, *, alpha: float = 0.05) -> Limits:
    """Push each end out again, ``alpha`` of the box's draws at a time, as long as the mean in the box does not fall."""
    box = dict(limits)
    while True:
        kept = inside(box, x)
        n, hits = int(kept.sum()), int((kept & y).sum())
        k = max(1, int(alpha * n))
        best: tuple[float, int, Limits] | None = None
        for column, (low, high) in box.items():
            others = inside({c: v for c, v in box.items() if c != column}, x)
            v, h = x[others, column], y[others]
            for side in (0, 1):
                if not np.isfinite((low, high)[side]):
                    continue
                beyond = np.sort(v[v < low])[::-1] if side == 0 else np.sort(v[v > high])
                if len(beyond) <= k:
                    wider = (-np.inf, high) if side == 0 else (low, np.inf)
                else:
                    edge = float((beyond[k - 1] + beyond[k]) / 2)
                    wider = (edge, high) if side == 0 else (low, edge)
                took = (v >= wider[0]) & (v <= wider[1])
                mean = float(h[took].sum()) / max(1, int(took.sum()))
                if best is None or (mean, int(took.sum())) > (best[0], best[1]):
                    best = (mean, int(took.sum()), {**box, column: wider})
        if best is None or best[0] < hits / max(1, n) or best[1] <= n:
            break
        box = best[2]
    return {k: v for k, v in box.items() if v != (-np.inf, np.inf)}
