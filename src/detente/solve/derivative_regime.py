"""What a regime of the limit is: the unknowns and equations that some draws have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.derivative_sparse import Index


@dataclass(frozen=True, eq=False)
class Regime:
    """Draws that share the unknowns and equations of one system."""

    draws: Index
    slot: Index  # [unknown] an option in use
    base: Index  # [unknown] the first option in use of its set
    twin: Index  # [unknown] the slot whose log-odds it shares, -1: it is equal to its base, -2: it has an equation
    group: tuple[Group, ...]  # one more unknown each


@dataclass(frozen=True, eq=False)
class Group:
    """Nodes of a set that is not reached, behind the same mistakes; its log-odds to the first group of the set are unknown."""

    places: Index
    first: int  # a place of the first group
    mistake: Index  # options whose use distinguishes the two
    more: Floats  # how often each is on the path to this group, less that of the first group
    base: Index  # the first option in use of each one's set
    fading: int = -1  # an option whose indifference is the equation instead
    bayes: bool = False  # the mistakes are equally costly whatever happens
    link: Floats | None = (
        None  # [earlier group] its log-odds are this combination of theirs, behind the same mistakes
    )


def combination(rows: list[Floats], row: Floats) -> Floats | None:
    """The coefficients of ``row`` in ``rows``, None if it is not a combination of them."""
    if not rows:
        return None
    by = np.array(rows)
    found = np.asarray(np.linalg.lstsq(by.T, row, rcond=None)[0], np.float64)
    return found if np.abs(found @ by - row).max() < 1e-9 else None


def alike(key: NDArray[np.generic]) -> list[Index]:
    """Draws [.., draw] whose columns of ``key`` are equal, together."""
    _, which = np.unique(key, axis=1, return_inverse=True)
    which = which.reshape(-1)
    return [np.flatnonzero(which == k) for k in range(int(which.max(initial=-1)) + 1)]
