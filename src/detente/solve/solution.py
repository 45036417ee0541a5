"""What a solver returns: never a bare array, always with the certificate and the reason for stopping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Tree

# A draw's status is an index into this list. Only "certified" draws may carry a claim.
STATUS = (
    "certified",
    "not_converged",  # Newton and arclength both gave up before the precision asked for
    "fold",  # the branch turns back before the precision asked for and was not followed further
    "bifurcation",  # the branch is not unique from some precision on
    "no_limit",  # the branch was followed but no limit passed the check of gains
    "precision_limit",  # double precision ends before the precision asked for
    "zero_reach",  # chance never reaches an information set, so beliefs there mean nothing
    "bad_numbers",  # a payoff or probability is not finite, or probabilities do not add up
)
CERTIFIED = 0


@dataclass(frozen=True, eq=False)
class Solutions:
    """One equilibrium per draw, on the principal branch of the agent logit quantal response equilibrium.

    Other equilibria are *not* found here. ``precision`` is lambda, ``inf`` for the limit.
    """

    tree: Tree
    numbers: Floats  # [draw, number] the payoffs and chances that were solved
    precision: Floats  # [draw] lambda that was reached, inf for the limit
    strategy: Floats  # [draw, slot]
    log_strategy: Floats  # [draw, slot] its logs, also where a probability is too small for a double; see certificate.py
    belief: Floats  # [draw, place] over nodes of each set, sets in order, nodes in order of the set
    event: Floats  # [draw, event] probability
    value: Floats  # [draw, player] expected payoff
    status: NDArray[np.int8]  # [draw] index into STATUS
    residual: Floats  # [draw] sup norm of the fixed-point residual in log-odds; nan in the limit
    max_gain: Floats  # [draw] largest gain of a one-shot deviation at any set, reached or not
    iterations: NDArray[np.int32]  # [draw]
    crossings: NDArray[np.int32]  # [draw] times the branch met the precision asked for
    method: str
    seconds: float
    draws: Mapping[str, Floats] = field(default_factory=dict[str, Floats])  # the parameters that were given

    def parameters(self, i: int = 0) -> dict[str, float]:
        """The value of every parameter at draw ``i``."""
        values = {
            name: float(self.tree.base[name]) for name in self.tree.parameters if name in self.tree.base
        }
        for name, column in self.draws.items():
            if name in self.tree.parameters:
                column = np.atleast_1d(column)
                values[name] = float(column[i if len(column) > 1 else 0])
        return values

    @property
    def certified(self) -> NDArray[np.bool_]:
        return self.status == CERTIFIED

    def __len__(self) -> int:
        return len(self.status)
