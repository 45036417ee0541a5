"""A game unfolded into arrays: what solvers read. Nothing here knows where the game came from.

Nodes are numbered in depth-first order from the root, so a parent comes before its children.
A strategy is one vector over *slots*: the options of information set h are
``slot_start[h] : slot_start[h + 1]``. An edge is a branch of a node: the children of node x are
``child[child_start[x] : child_start[x + 1]]`` in the order of its options.
What varies from draw to draw is a short list of *numbers* (expressions in parameters only):
probabilities of chance edges and the terms of payoffs; everything else is structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.game.expression import Expression

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

TERMINAL, CHANCE, DECISION = 0, 1, 2


@dataclass(frozen=True)
class InformationSet:
    """One information set: its owner, its place in the owner's list (from 1), and the nodes that the owner cannot tell apart."""

    player: int
    number: int
    name: str
    options: tuple[str, ...]
    nodes: tuple[int, ...]
    move: str | None = None  # the move of the game language that it belongs to
    seen: Mapping[str, object] = field(default_factory=dict[str, object])  # what its owner knows there


@dataclass(frozen=True, eq=False)
class Tree:
    """A finite extensive-form game with perfect recall, as arrays. Axes are named in brackets."""

    title: str
    players: tuple[str, ...]
    kind: Ints  # [node] TERMINAL, CHANCE or DECISION
    parent: Ints  # [node] -1 at the root
    branch: Ints  # [node] which option of its parent leads here, -1 at the root
    child_start: Ints  # [node + 1]
    child: Ints  # [edge]
    info_set: Ints  # [node] index into `sets`, -1 where nobody decides
    edge_number: Ints  # [edge] chance edges: index into `numbers` of the probability; -1 elsewhere
    sets: tuple[InformationSet, ...]  # [set]
    slot_start: Ints  # [set + 1]
    terminal: Ints  # [node] index of the outcome, -1 inside the tree
    payoff_start: Ints  # [outcome * players + 1]; row outcome * players + player
    payoff_number: Ints  # indices into `numbers`, to be added up
    events: tuple[str, ...]
    event_number: Ints  # [event, outcome] index into `numbers` of 0 or 1
    numbers: tuple[Expression, ...]  # [number] in parameters only
    parameters: tuple[str, ...]  # the names that `numbers` use
    edge_label: tuple[str, ...]  # [edge] option or chance label
    node_label: tuple[str, ...] = ()  # [node] name of the move, for pictures
    base: Mapping[str, float] = field(
        default_factory=dict[str, float]
    )  # parameter -> value where none is given

    @property
    def n_nodes(self) -> int:
        return len(self.kind)

    @property
    def n_slots(self) -> int:
        return int(self.slot_start[-1])

    @property
    def n_outcomes(self) -> int:
        return int((self.kind == TERMINAL).sum())

    def path(self, node: int) -> tuple[int, ...]:
        """Option indices from the root to ``node``, chance branches included."""
        steps: list[int] = []
        while self.parent[node] >= 0:
            steps.append(int(self.branch[node]))
            node = int(self.parent[node])
        return tuple(reversed(steps))

    def path_labels(self, node: int) -> tuple[str, ...]:
        """Option and chance labels from the root to ``node``."""
        labels: list[str] = []
        while self.parent[node] >= 0:
            up = int(self.parent[node])
            labels.append(self.edge_label[int(self.child_start[up]) + int(self.branch[node])])
            node = up
        return tuple(reversed(labels))

    def numbers_at(self, draws: Mapping[str, Floats | float] | None = None) -> Floats:
        """Every number at every draw: float64 [draw, number]. Parameters without a column keep their base value."""
        given: dict[str, Floats | float] = {**self.base, **(draws or {})}
        length = max((np.size(v) for v in given.values()), default=1)
        out = np.empty((length, len(self.numbers)))
        for k, number in enumerate(self.numbers):
            known = number.names <= given.keys()  # where it is not, the error tells of all that there is
            out[:, k] = number.value({name: given[name] for name in number.names} if known else given)
        return out
