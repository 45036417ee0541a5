"""Which assumptions matter, and which are worth finding out, as rows of the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from detente.explore.findings import Findings
from detente.explore.protocol import BASELINE
from detente.explore.ranges import Floats, Range
from detente.explore.record.number import ROUNDING, tidy
from detente.explore.sensitivity.sobol import Indices

SHOWN_SHARE, SHOWN_PARAMETERS = 0.02, 8  # indices below, or parameters beyond, are left out of the record


def weighed(found: Findings, actor: Callable[[str], str]) -> dict[str, Any]:
    """``sensitivity``, ``information``, ``information_pairs``, ``information_total`` and, if asked for, ``sensitivity_by_design``."""
    varying = found.study.varying
    out: dict[str, Any] = {
        "sensitivity": _all(varying, found.sensitivity),
        "information": [
            {"actor": actor(one.player), "parameter": varying[k].name, "worth": tidy(float(one.worth.each[k])),
             "interval": None if one.worth.each_interval is None else [tidy(float(v)) for v in one.worth.each_interval[k]]}
            for one in found.information
            for k in sorted(range(len(varying)), key=lambda k, w=one.worth.each: (-w[k], varying[k].name))
            if one.worth.each[k] > ROUNDING
        ],
        "information_pairs": [
            {"actor": actor(one.player), "parameters": [varying[pair.a].name, varying[pair.b].name], "worth": tidy(pair.worth),
             "interval": [tidy(v) for v in pair.interval], "apart": tidy(pair.apart)}
            for one in found.information
            for pair in one.pairs or ()
        ],
        "information_total": {actor(one.player): tidy(one.worth.everything) for one in found.information},
        "information_total_interval": {
            actor(one.player): [tidy(float(v)) for v in one.worth.everything_interval]
            for one in found.information
            if one.worth.everything_interval is not None
        },
    }  # fmt: skip
    if found.designed is not None:
        out["sensitivity_by_design"] = {
            "rows": found.designed.n,
            "solved": found.designed.solved,
            "indices": _all(varying, found.designed.indices),
        }
    return out


def _all(varying: tuple[Range, ...], found: Iterable[tuple[str, str, Indices]]) -> list[dict[str, Any]]:
    return [row for event, policy, indices in found for row in _rows(varying, event, policy, indices)]


def _rows(varying: tuple[Range, ...], event: str, policy: str, found: Indices) -> list[dict[str, Any]]:
    shares = np.full(len(varying), np.nan) if found.shapley is None else found.shapley
    weight = np.where(np.isnan(shares), found.total, shares) if found.dependent else found.total
    shown = [k for k in range(len(varying)) if weight[k] >= SHOWN_SHARE]
    shown = sorted(shown, key=lambda k: (-round(float(weight[k]), 4), varying[k].name))[:SHOWN_PARAMETERS]
    return [
        {
            "event": event,
            "policy": None if policy == BASELINE else policy,
            "parameter": varying[k].name,
            "first": _share(found.first[k]),
            "total": _share(found.total[k]),
            "explained": None if found.explained is None else _share(found.explained),
            "first_interval": _ends(found.first_interval, k),
            "total_interval": _ends(found.total_interval, k),
            "shapley": _share(shares[k]),
            "shapley_interval": _ends(found.shapley_interval, k),
            "dependent": found.dependent,
            "others": None if found.others is None else _share(found.others),
        }
        for k in shown
    ]


def _share(x: float) -> float | None:
    return round(float(x), 4) + 0.0 if np.isfinite(x) else None


def _ends(intervals: Floats | None, k: int) -> list[float | None] | None:
    """Both ends, or nothing where they were not worked out for this parameter."""
    if intervals is None or not np.isfinite(intervals[k]).all():
        return None
    return [_share(v) for v in intervals[k]]
