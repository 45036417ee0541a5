"""The boundary of a grid of answers as polylines: which edges of the grid it crosses, cell by cell, and their joining."""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np

Edge = tuple[str, int, int]  # "h" or "v", row, column of its lower left end


def segments(
    answer: np.ndarray, crossing: Container[Edge], joined: Mapping[tuple[int, int], bool]
) -> list[tuple[Edge, Edge]]:
    """The pieces of the boundary, cell by cell, as pairs of edges that it crosses.

    ``answer`` [y, x]: 1, 0, or negative where it is not known; cells with such a corner have no piece. ``crossing``: the edges on
    which the change was located. ``joined``: of cells (row, column) whose corners alternate, whether those that hold are joined.
    """
    found: list[tuple[Edge, Edge]] = []
    for j in range(answer.shape[0] - 1):
        for i in range(answer.shape[1] - 1):
            corners = answer[j : j + 2, i : i + 2]
            if (corners < 0).any() or corners.min() == corners.max():
                continue
            bottom, top, left, right = ("h", j, i), ("h", j + 1, i), ("v", j, i), ("v", j, i + 1)
            if (j, i) in joined:
                # the corners that are cut off: those that fail where the middle holds, else those that hold
                first = bool(corners[0, 0] == 1) != joined[j, i]  # lower left and upper right are cut off
                pairs = [(bottom, left), (top, right)] if first else [(bottom, right), (top, left)]
            else:
                crossed = [e for e in (bottom, top, left, right) if _differs(answer, e)]
                pairs = [(crossed[0], crossed[1])]
            found += [(p, q) for p, q in pairs if p in crossing and q in crossing]
    return found


def _differs(answer: np.ndarray, edge: Edge) -> bool:
    kind, j, i = edge
    other = answer[j, i + 1] if kind == "h" else answer[j + 1, i]
    return bool(answer[j, i] != other)


def chained(pieces: list[tuple[Edge, Edge]]) -> list[list[Edge]]:
    """The pieces joined to lines: open ones first, from their ends; a closed one ends where it starts."""
    links: dict[Edge, list[Edge]] = {}
    for p, q in pieces:
        links.setdefault(p, []).append(q)
        links.setdefault(q, []).append(p)
    out: list[list[Edge]] = []
    ends = [e for e in links if len(links[e]) == 1]
    for start in (*ends, *links):
        line = [start]
        while links[line[-1]]:
            step = links[line[-1]].pop(0)
            links[step].remove(line[-1])
            line.append(step)
        if len(line) > 1:
            out.append(line)
    return out
