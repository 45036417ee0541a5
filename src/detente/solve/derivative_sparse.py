"""Sums over sparse index lists, and what depends on what in circles: the two things asked of scipy.sparse here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sum:
    """Adds up rows into targets; a target may take a row several times."""

    matrix: Any  # scipy.sparse.csr_array [target, row]

    def __call__(self, rows: Floats) -> Floats:
        """[target, draw] from [row, draw]."""
        return self.matrix @ rows


def summing(target: Index, row: Index, shape: tuple[int, int]) -> Sum:
    """The sum that adds ``row[k]`` to ``target[k]``; ``shape``: (targets, rows)."""
    from scipy.sparse import csr_array  # pyright: ignore[reportMissingTypeStubs]  # heavy to import, needed here alone

    return Sum(csr_array((np.ones(len(row)), (target, row)), shape=shape))


def adder(target: Index, targets: int) -> Sum:
    """The sum of rows by target, each row once."""
    return summing(target, np.arange(len(target)), (targets, len(target)))


def circles(edges_from: Index, edges_to: Index, nodes: int) -> tuple[int, Index]:
    """Strongly connected components of a graph: how many, and [node] which."""
    from scipy.sparse import csr_array  # pyright: ignore[reportMissingTypeStubs]
    from scipy.sparse.csgraph import (  # pyright: ignore[reportMissingTypeStubs]
        connected_components,  # pyright: ignore[reportUnknownVariableType]
    )

    graph = csr_array((np.ones(len(edges_from)), (edges_from, edges_to)), shape=(nodes, nodes))
    found = cast(Any, connected_components)(graph, directed=True, connection="strong")
    return int(found[0]), np.asarray(found[1], np.intp)
