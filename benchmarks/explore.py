"""Rules measured against a named peer: PRIM against ema_workbench. Sensitivity has `benchmarks/sensitivity.py`.

    python benchmarks/explore.py [--quick] [--json]

The peer is not a dependency: `pip install "ema_workbench==2.5.*"`. Without it its rows say so.
Rules are found on one half of the draws and scored on the other, by us and by the peer on the same draws.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from machine import machine, version

from detente.explore.ranges import Range
from detente.explore.rules.box import Limits, score
from detente.explore.rules.rule import MOST, find_rule, halves
from detente.game.parameter import Parameter


def row(
    work: str, peer: str, ours: Any, theirs: Any, unit: str, better: str, equal: str, verified: bool
) -> dict[str, Any]:
    """``better``: "less" or "more". ``ratio`` is above 1 where we are better."""
    ratio = None
    if theirs is not None and ours and theirs:
        ratio = theirs / ours if better == "less" else ours / theirs
    return {
        "work": work, "peer": peer, "peer_version": version(peer), "ours": ours, "theirs": theirs, "unit": unit,
        "ratio": ratio, "equal": equal, "verified": verified,
    }  # fmt: skip


# Cases for rules: parameters on [0, 1], and where a claim holds.
def planted(x: np.ndarray) -> np.ndarray:
    return (x[:, 1] > 0.6) & (x[:, 4] < 0.5)


def concession(x: np.ndarray) -> np.ndarray:
    p, rho, b = 0.1 + 0.8 * x[:, 0], x[:, 1], 0.1 + 0.8 * x[:, 2]
    return (p * (1 - rho) < b) & (b <= p)


def peacekeepers(x: np.ndarray) -> np.ndarray:
    alpha, delta, y, w = x[:, 0], x[:, 1], 0.5 + 0.2 * x[:, 2], 0.2 + 0.2 * x[:, 3]
    lam, c, e = 0.1 + 0.3 * x[:, 4], 0.2 + 0.6 * x[:, 5], 0.5 + 1.5 * x[:, 6]
    after = np.where(delta >= lam / (y - w + lam), np.maximum(0.9 * delta - (1 - delta) * c, 0), 0)
    return alpha >= (0.9 - after) / (1 + e)


CASES = {
    "a planted box": planted,
    "conceding signals (card 3b)": concession,
    "peacekeepers first (card 4b)": peacekeepers,
}


def peer_box(x: np.ndarray, y: np.ndarray) -> Limits:
    """The peer's box: of its trajectory, with at most `MOST` parameters restricted, the one of most merit on the same draws."""
    import pandas as pd
    from ema_workbench.analysis import prim

    names = [f"x{k}" for k in range(x.shape[1])]
    found = prim.Prim(pd.DataFrame(x, columns=names), y, threshold=0.1, peel_alpha=0.05).find_box()
    best: tuple[float, Limits] = (-np.inf, {})
    low_all, high_all = x.min(axis=0), x.max(axis=0)
    for lims in found.box_lims:
        limits: Limits = {}
        for k, name in enumerate(names):
            low, high = float(lims[name].iloc[0]), float(lims[name].iloc[1])
            if low > low_all[k] or high < high_all[k]:
                limits[k] = (low if low > low_all[k] else -np.inf, high if high < high_all[k] else np.inf)
        if len(limits) <= MOST:
            merit = score(limits, x, y).merit
            if merit > best[0]:
                best = (merit, limits)
    return best[1]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    out = work()
    return time.perf_counter() - begin, out


def rules(quick: bool) -> list[dict[str, Any]]:
    d, runs = 12, 2 if quick else 5
    out: list[dict[str, Any]] = []
    peer = version("ema_workbench") is not None
    ranges = [Range(Parameter(f"x{k}", 0.5, 0, 1, "uniform")) for k in range(d)]
    for name, truth in CASES.items():
        for n in (1024,) if quick else (1024, 8192):
            fresh = np.random.default_rng(10**6).random((50_000, d))
            told: dict[str, list[float]] = {
                k: [] for k in ("s", "s_peer", "mcc", "mcc_peer", "dens", "dens_peer")
            }
            for seed in range(runs + 1):  # the first run warms up and is not counted
                x = np.random.default_rng(seed).random((n, d))
                y = truth(x)
                draw = np.arange(n)
                seconds, rule = timed(lambda x=x, y=y, draw=draw: find_rule(x, y, draw, ranges))
                assert rule is not None
                ours: Limits = {
                    int(c.parameter[1:]): (
                        -np.inf if c.low is None else c.low,
                        np.inf if c.high is None else c.high,
                    )
                    for c in rule.conditions
                }
                scored = {"": (seconds, score(ours, fresh, truth(fresh)))}
                if peer:
                    first, _ = halves(draw)
                    seconds, theirs = timed(lambda x=x, y=y, first=first: peer_box(x[first], y[first]))
                    scored["_peer"] = (seconds, score(theirs, fresh, truth(fresh)))
                if seed:
                    for end, (taken, counted) in scored.items():
                        told["s" + end].append(taken)
                        told["mcc" + end].append(counted.agreement)
                        told["dens" + end].append(counted.density)
            middle = {k: statistics.median(v) if v else None for k, v in told.items()}
            same = f"the same {n // 2} draws of {d} parameters to find on, at most {MOST} conditions"
            fair = f"{same}; 50,000 fresh draws to score on"
            work = f"rule for {name}, {n} draws: time"
            out.append(row(work, "ema_workbench", middle["s"], middle["s_peer"], "s", "less", same, peer))
            for key, unit in (("mcc", "Matthews' correlation"), ("dens", "density")):
                work = f"rule for {name}, {n} draws: {unit}"
                out.append(
                    row(work, "ema_workbench", middle[key], middle[key + "_peer"], unit, "more", fair, peer)
                )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = rules(asked.quick)
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": rows}))
        return
    for r in rows:
        theirs = "not installed" if r["theirs"] is None else f"{r['theirs']:.4g}"
        ratio = "" if r["ratio"] is None else f"ratio {r['ratio']:.2f}"
        print(
            f"{r['work']}: ours {r['ours']:.4g}, {r['peer']} {r['peer_version'] or ''} {theirs} {r['unit']} {ratio}"
        )


if __name__ == "__main__":
    main()
