"""What a search for equilibria returns, and the record that other programs read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.game.tree import Floats, Tree
from detente.solve.equilibria.refinements import Refinement
from detente.solve.record import record
from detente.solve.solution import Solutions

Continuum = Literal["none", "beliefs", "strategies"]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """One sequential equilibrium, standing for all that were found with the same outcome.

    ``continuum``: "strategies" if equilibria near it, or between those grouped here, play differently somewhere; "beliefs" if
    other consistent beliefs support the same strategy; "none" if neither was met (which is no proof that there are none).
    """

    row: int  # of `Equilibria.solutions`
    pure: bool
    principal: bool  # the limit of the principal logit branch has this outcome; then it is that limit itself
    found_by: str
    continuum: Continuum
    members: (
        Floats  # [member, slot] the strategies met with this outcome, its own first; at most `MOST_MEMBERS`
    )
    same_outcome: int  # how many were met
    refinement: Refinement | None = None  # on signalling games


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Sequential equilibria (Kreps & Wilson 1982) of one game at one point of its parameters.

    ``complete`` speaks of pure equilibria alone: every one is among ``pure``, and its outcome among ``found``. Equilibria in which
    somebody mixes are searched for and never claimed to be all.
    """

    tree: Tree
    numbers: Floats  # [1, number]
    solutions: Solutions  # one row an equilibrium, precision inf
    found: tuple[Equilibrium, ...]  # the principal one first, then pure ones, then the others
    pure: Floats  # [equilibrium, slot] every pure sequential equilibrium strategy that was found
    complete: bool
    claim: str  # what is complete and what is not, in words
    search: str  # what was done
    open: int  # pure strategies about which neither a witness nor a proof was found
    principal: int | None  # index into ``found``; None if the principal branch has no certified limit
    seconds: float

    def __len__(self) -> int:
        return len(self.found)

    def strategy(self, i: int) -> Floats:
        """Strategy [slot] of equilibrium ``i``."""
        return self.solutions.strategy[self.found[i].row]

    def events(self, i: int) -> dict[str, float]:
        """Probability of every event in equilibrium ``i``."""
        return {name: float(p) for name, p in zip(self.tree.events, self.solutions.event[i], strict=True)}

    def record(self) -> list[dict[str, Any]]:
        """The field ``equilibria`` of `detente solve --all --json`: for each, `detente.solve.record` and how it was found."""
        out: list[dict[str, Any]] = []
        for e in self.found:
            out.append(
                {
                    **record(self.solutions, e.row),
                    "method": e.found_by,
                    "principal": e.principal,
                    "pure": e.pure,
                    "continuum": e.continuum,
                    "same_outcome": e.same_outcome,
                    "refinement": None if e.refinement is None else e.refinement.record(),
                    "search": self.claim,
                }
            )
        return out

    def search_record(self) -> dict[str, Any]:
        """What was searched and what is claimed, as JSON values."""
        return {
            "complete_pure": self.complete,
            "claim": self.claim,
            "search": self.search,
            "pure": len(self.pure),
            "open": self.open,
            "outcomes": len(self.found),
            "principal": self.principal,
            "seconds": self.seconds,
        }


def differing(tree: Tree, one: Floats, other: Floats, apart: float = 1e-6) -> list[int]:
    """Sets at which two strategies [slot] differ by more than ``apart``."""
    return [
        h
        for h in range(len(tree.sets))
        if np.abs(
            one[tree.slot_start[h] : tree.slot_start[h + 1]]
            - other[tree.slot_start[h] : tree.slot_start[h + 1]]
        ).max(initial=0.0)
        > apart
    ]
