"""Parts of the sentence that says what draws stand for."""

from __future__ import annotations

import math
from collections import Counter

from detente.explore.protocol import Study

_WORDS = {
    "uniform": "uniform", "loguniform": "log-uniform", "triangular": "triangular",
    "normal": "normal cut off at the ends", "discrete": "over listed values",
}  # fmt: skip
_LISTED = 6  # correlated pairs named in the sentence


def by_distribution(study: Study) -> str:
    """``7 parameters, each by itself from its own range (5 uniform, 2 triangular)``, or which of them go together."""
    kinds = Counter(_WORDS[r.parameter.distribution] for r in study.varying)
    listed = ", ".join(
        f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )
    pairs = rank_correlations(study)
    told = ", ".join(f"{a} and {b} {rank:.3g}" for a, b, rank in pairs[:_LISTED])
    if len(pairs) > _LISTED:
        told += f" and {len(pairs) - _LISTED} pairs more"
    which = "its own range" if study.range_set is None else f"its range in the set {study.range_set}"
    alone = f", each by itself from {which}" if not pairs else f", each from {which}"
    together = f", with rank correlations of {told}" if pairs else ""
    return f"{len(study.varying)} parameters{alone} ({listed or 'none'}){together}"


def rank_correlations(study: Study) -> list[tuple[str, str, float]]:
    """The pairs of varying parameters that go together, with their rank correlation."""
    if study.correlation is None:
        return []
    names = [r.name for r in study.varying]
    return [
        (names[i], names[j], 6 / math.pi * math.asin(float(study.correlation[i, j]) / 2))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if study.correlation[i, j] != 0
    ]


def and_constraints(study: Study, refused: int) -> str:
    return (
        f", kept only where the constraints hold ({refused:,} refused)"
        if study.admissible is not None
        else ""
    )


def others(count: int) -> str:
    """What the parameters do that a design leaves alone."""
    return f", the {count} other parameters at their base values" if count > 1 else (
        ", the other parameter at its base value" if count else "")  # fmt: skip
