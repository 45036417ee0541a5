"""Parameters that go together: rank correlations, and the correlations of normal scores that bring them about.

A pair is written with Spearman's rank correlation ``r``. Draws get it through a Gaussian copula: each parameter's share u
of its own distribution is the share of a standard normal score, and the scores of the pair have the correlation
``2 sin(pi r / 6)`` (Pearson 1907; Kruskal 1958, Journal of the American Statistical Association 53:814-861). Each parameter
keeps its own distribution exactly. Of discrete parameters ``r`` is the correlation of the underlying shares: ties
among the values make that of the values smaller. Constraints refuse draws afterwards and change both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from detente.errors import GameError, Where
from detente.game.parameter import Evidence, Parameter, constant, evidence_list
from detente.game.place import Path, Places
from detente.game.spec import CorrelationSpec, shaped

Matrix = NDArray[np.float64]
MOST_NAMES = 200  # in one entry, and in all
LEAST_EIGENVALUE = 1e-8  # of the matrix of scores; below it, one parameter follows from others


@dataclass(frozen=True)
class Correlation:
    """Every two of ``between`` have the rank correlation ``rank``, above -1 and below 1."""

    between: tuple[str, ...]
    rank: float
    because: str | None = None
    evidence: tuple[Evidence, ...] = ()
    where: Where = field(default_factory=Where, compare=False)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple(combinations(self.between, 2))


def normal_correlation(rank: float) -> float:
    """The correlation of two normal scores whose rank correlation is ``rank``."""
    return 2 * math.sin(math.pi * rank / 6)


def read_correlated(
    given: Sequence[object], parameters: Mapping[str, Parameter], places: Places
) -> tuple[Correlation, ...]:
    """The entries of ``correlated``. Raises GameError for names that do not vary, a pair that stands there twice, and
    correlations that no parameters can have together."""
    found: list[Correlation] = []
    first: dict[frozenset[str], int] = {}
    for i, entry in enumerate(given):
        path: Path = ("correlated", i)
        spec = shaped(CorrelationSpec, entry, places, path)
        here = places.at(*path, "between")
        if len(spec.between) > MOST_NAMES:
            raise GameError("too many parameters go together", where=here, found=len(spec.between),
                            allowed=f"at most {MOST_NAMES}")  # fmt: skip
        for name in spec.between:
            if name not in parameters:
                raise GameError("there is no such parameter", where=here, found=name, allowed=parameters)
            if not parameters[name].free:
                raise GameError(
                    "only parameters with a range go together; this one does not vary from draw to draw"
                    if parameters[name].distribution == "fixed"
                    else "a derived parameter follows from others; correlate those",
                    where=here, found=name, allowed=[n for n, p in parameters.items() if p.free], nearest="",
                )  # fmt: skip
        if len(set(spec.between)) != len(spec.between) or len(spec.between) < 2:
            raise GameError(
                "a correlation is between two parameters or more, each named once", where=here,
                found=", ".join(spec.between) or "nothing", allowed="between: [first, second]",
            )  # fmt: skip
        rank = constant(spec.rank, places.at(*path, "rank"))
        if not -1 < rank < 1:
            raise GameError(
                "a rank correlation lies between -1 and 1, both left out; of two parameters that are one, derive one",
                where=places.at(*path, "rank"), found=f"{rank:g}", allowed="above -1 and below 1",
            )  # fmt: skip
        evidence = evidence_list(spec.evidence, places, (*path, "evidence"))
        one = Correlation(tuple(spec.between), rank, spec.because, evidence, places.at(*path))
        for pair in one.pairs:
            if first.setdefault(frozenset(pair), i) != i:
                raise GameError("this pair stands here twice", where=here, found=" and ".join(pair),
                                allowed="each pair once")  # fmt: skip
        found.append(one)
    _possible(found, places.at("correlated"))
    return tuple(found)


def score_correlations(correlations: Sequence[Correlation], names: Sequence[str]) -> Matrix | None:
    """Correlations of the normal scores of ``names``, in their order; None where no two of them are correlated.

    Names that are left out take their correlations with them: what remains is the distribution of the others.
    """
    at = {name: k for k, name in enumerate(names)}
    matrix = np.eye(len(names))
    for one in correlations:
        for a, b in one.pairs:
            if a in at and b in at:
                matrix[at[a], at[b]] = matrix[at[b], at[a]] = normal_correlation(one.rank)
    return matrix if np.any(matrix != np.eye(len(names))) else None


def without(given: Sequence[Mapping[str, object]], names: set[str]) -> list[dict[str, object]]:
    """The entries of ``correlated`` as they are written, with ``names`` taken out; entries left with one name go."""
    out: list[dict[str, object]] = []
    for entry in given:
        between = entry["between"]
        assert isinstance(between, (list, tuple))
        kept = [name for name in between if name not in names]  # pyright: ignore[reportUnknownVariableType]
        if len(kept) >= 2:  # pyright: ignore[reportUnknownArgumentType]
            out.append({**entry, "between": kept})
    return out


def _possible(found: Sequence[Correlation], where: Where) -> None:
    names = list(dict.fromkeys(name for one in found for name in one.between))
    if len(names) > MOST_NAMES:
        raise GameError(
            "too many parameters go together", where=where, found=len(names), allowed=f"at most {MOST_NAMES}"
        )
    matrix = score_correlations(found, names)
    if matrix is None:
        return
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= LEAST_EIGENVALUE:
        return
    heavy = {names[k] for k in np.flatnonzero(np.abs(vectors[:, 0]) > 0.05 * np.abs(vectors[:, 0]).max())}
    pairs = [f"{a} and {b} {one.rank:g}" for one in found for a, b in one.pairs if {a, b} <= heavy]
    raise GameError(
        "no parameters can have these rank correlations together (the matrix is not positive definite; "
        "pairs that are not named count as 0)",
        where=where,
        found=", ".join(pairs),
        allowed="weaker correlations, or a value for the pairs that are not named",
    )
