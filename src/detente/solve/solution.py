"""What a solver returns: never a bare array, always with the certificate and the reason for stopping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Tree
from detente.solve.frames import Backend, table_of

# A draw's status is an index into this list. Only "certified" draws may carry a claim.
STATUS = (
    "certified",
    "not_converged",  # Newton and arclength both gave up before the precision asked for
    "fold",  # the branch turns back before the precision asked for and was not followed further
    "bifurcation",  # the branch is not unique from some precision on
    "no_limit",  # the branch was followed but no limit passed the check of gains
    "precision_limit",  # double precision ends before the precision asked for
    "zero_reach",  # not given by this solver: it has a belief where chance never leads, see _excluded in batch.py
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
    concept: str = "quantal"  # which definition the profile satisfies; others are in `detente.solve.concepts`

    def extra(self, i: int = 0) -> dict[str, object]:
        """Draw ``i``: what this concept has beside the fields of every record."""
        return {}

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

    def behaviour(self, i: int = 0) -> dict[tuple[str, str], dict[str, float]]:
        """Draw ``i``: probabilities of options, by owner and name of the information set (its number where it has no name)."""
        tree, out = self.tree, dict[tuple[str, str], dict[str, float]]()
        for h, owned in enumerate(tree.sets):
            first = int(tree.slot_start[h])
            row = {option: float(self.strategy[i, first + a]) for a, option in enumerate(owned.options)}
            out[tree.players[owned.player], owned.name or str(owned.number)] = row
        return out

    def beliefs(self, i: int = 0) -> dict[tuple[str, str], dict[tuple[str, ...], float]]:
        """Draw ``i``: belief over the paths to the nodes of each information set, by owner and name of the set."""
        tree, out, at = self.tree, dict[tuple[str, str], dict[tuple[str, ...], float]](), 0
        for owned in tree.sets:
            row = {tree.path_labels(x): float(self.belief[i, at + k]) for k, x in enumerate(owned.nodes)}
            out[tree.players[owned.player], owned.name or str(owned.number)] = row
            at += len(owned.nodes)
        return out

    def frame(self, backend: Backend = "polars") -> Any:
        """One row a draw: parameters given, ``event.NAME``, ``value.PLAYER``, lambda (inf: the limit), status and certificate.

        A polars or pandas data frame, or a pyarrow table. Raises BadInput where that library is not installed.
        """
        columns: dict[str, Any] = {
            name: np.broadcast_to(column, (len(self),)) for name, column in self.draws.items()
        }
        columns |= {f"event.{name}": self.event[:, k] for k, name in enumerate(self.tree.events)}
        columns |= {f"value.{name}": self.value[:, k] for k, name in enumerate(self.tree.players)}
        columns |= {
            "lambda": self.precision,
            "status": np.array(STATUS)[self.status],
            "residual": self.residual,
            "max_gain": self.max_gain,
            "iterations": self.iterations,
            "crossings": self.crossings,
        }
        return table_of(columns, backend)

    def strategy_frame(self, backend: Backend = "polars") -> Any:
        """One row a draw and option: ``draw`` (from 0), ``player``, ``set`` (name, or number where it has none), ``option``,
        ``probability``."""
        labels = [
            (self.tree.players[owned.player], owned.name or str(owned.number), option)
            for owned in self.tree.sets
            for option in owned.options
        ]
        return self._long(labels, "option", self.strategy, backend)

    def belief_frame(self, backend: Backend = "polars") -> Any:
        """One row a draw and node of a set: ``draw``, ``player``, ``set``, ``node`` (labels on the way, joined by " / "),
        ``probability`` that its owner gives it there."""
        labels = [
            (
                self.tree.players[owned.player],
                owned.name or str(owned.number),
                " / ".join(self.tree.path_labels(x)),
            )
            for owned in self.tree.sets
            for x in owned.nodes
        ]
        return self._long(labels, "node", self.belief, backend)

    def _long(self, labels: list[tuple[str, str, str]], last: str, values: Floats, backend: Backend) -> Any:
        columns: dict[str, Any] = {"draw": np.repeat(np.arange(len(self)), len(labels))}
        for k, name in enumerate(("player", "set", last)):
            columns[name] = np.tile(np.array([row[k] for row in labels], dtype=str), len(self))
        return table_of({**columns, "probability": values.reshape(-1)}, backend)

    @property
    def certified(self) -> NDArray[np.bool_]:
        return self.status == CERTIFIED

    def __len__(self) -> int:
        return len(self.status)
