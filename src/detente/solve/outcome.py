"""What a strategy leads to: probabilities of events, expected payoffs, reach; and probabilities given an option was seen."""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats, Tree
from detente.solve.levels import Levels, levels_of

CELLS_AT_ONCE = 2_000_000  # nodes times draws held in memory by one pass


def outcome(tree: Tree | Levels, numbers: Floats, strategy: Floats) -> tuple[Floats, Floats, Floats]:
    """Play ``strategy`` [draw, slot] in the game at ``numbers`` [draw, number], whether or not it is an equilibrium.

    Returns event probabilities [draw, event], expected payoffs [draw, player] and the probability of reaching each
    node [draw, node]. For the policy *deviate*, replace the slots of one set and call this.
    """
    return _play(tree, numbers, strategy, True)


def events_and_values(tree: Tree | Levels, numbers: Floats, strategy: Floats) -> tuple[Floats, Floats]:
    """As `outcome` without the reach of every node, which is large."""
    event, value, _ = _play(tree, numbers, strategy, False)
    return event, value


def _play(
    tree: Tree | Levels, numbers: Floats, strategy: Floats, keep: bool
) -> tuple[Floats, Floats, Floats]:
    plan = tree if isinstance(tree, Levels) else levels_of(tree)
    tree = plan.tree
    draws = len(strategy)
    if len(numbers) != draws:
        numbers = np.broadcast_to(numbers, (draws, numbers.shape[1]))
    event = np.zeros((draws, len(tree.events)))
    value = np.zeros((draws, len(tree.players)))
    reach = np.zeros((draws if keep else 0, tree.n_nodes))
    size = max(1, CELLS_AT_ONCE // max(tree.n_nodes, 1))
    for start in range(0, draws, size):
        rows = slice(start, min(start + size, draws))
        here = numbers[rows]
        node = plan.forward(plan.edges(here, strategy[rows]))
        if keep:
            reach[rows] = node.T
        leaf = node[plan.leaves]
        value[rows] = np.einsum("od,opd->dp", leaf, plan.payoffs(here))
        for k in range(len(tree.events)):
            event[rows, k] = np.einsum("od,do->d", leaf, here[:, tree.event_number[k]])
    return event, value, reach


def given(
    tree: Tree | Levels, numbers: Floats, strategy: Floats, information_set: int, option: int
) -> tuple[Floats, Floats]:
    """Probabilities of events given that an option was seen: P(event and option) / P(option) in the profile given.

    No intervention: whoever takes the option selects himself into it. Returns [draw, event] and P(option) [draw];
    rows where the option is never seen are nan.
    """
    plan = tree if isinstance(tree, Levels) else levels_of(tree)
    tree = plan.tree
    below = np.zeros(tree.n_nodes, bool)
    nodes = set(tree.sets[information_set].nodes)
    for x in range(1, tree.n_nodes):
        up = int(tree.parent[x])
        below[x] = below[up] or (up in nodes and int(tree.branch[x]) == option)
    _, _, reach = outcome(plan, numbers, strategy)
    leaf = np.where(below[plan.leaves], reach[:, plan.leaves], 0.0)
    seen = leaf.sum(axis=1)
    numbers = np.broadcast_to(numbers, (len(strategy), numbers.shape[1]))
    both = np.stack(
        [np.einsum("do,do->d", leaf, numbers[:, tree.event_number[k]]) for k in range(len(tree.events))], axis=1
    ) if tree.events else np.zeros((len(leaf), 0))  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(seen[:, None] > 0, both / seen[:, None], np.nan), seen
