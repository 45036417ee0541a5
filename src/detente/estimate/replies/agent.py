"""Replies where every mover has fresh errors on its options: any finite game, any number of options, logit or probit.

At an information set the mover weighs the positions that it cannot tell apart by Bayes' rule from the beliefs, expects of every
move to come, its own later ones included, what the beliefs say (agent form), and errs: the logit quantal response equilibrium of
McKelvey and Palfrey (1998, Experimental Economics 1:9-41) is where the replies are the beliefs.

The tree is walked level by level, all rows at once; what is 0 in floating point has its logarithm, so a set that is reached
with probability 1e-300 has its beliefs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.estimate.normal import log_best, log_normal, log_sum
from detente.estimate.replies.reply import Numbers, Replied
from detente.estimate.walk import Link
from detente.game import Tree
from detente.game.tree import CHANCE, DECISION, TERMINAL

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Level:
    """Nodes of one depth that have children."""

    node: Indices  # [inner]
    edge: Indices  # [edge] theirs, in a row
    child: Indices  # [edge]
    parent: Indices  # [edge]
    start: Indices  # [inner] where the edges of each begin


@dataclass(frozen=True, eq=False)
class _Alike:
    """Information sets with as many positions and options as each other."""

    player: Indices  # [set]
    node: Indices  # [set, position]
    child: Indices  # [set, position, option]
    slot: Indices  # [set, option]


@dataclass(frozen=True, eq=False)
class AgentReplies:
    """Agent errors. ``scale``: of a difference of expected payoffs, 1 over the precision for the logit, root 2 for normal errors of
    variance 1 on every option (the probit).

    Beliefs that no reply depends on are left out: those about moves that nobody moves before and that nobody is in doubt of.
    Chance moves of probability 0 are allowed; at a set that chance never leads to all positions count alike.
    """

    tree: Tree
    link: Link
    scale: float

    @property
    def beliefs(self) -> tuple[tuple[int, int], ...]:
        """(information set, option) of each belief, option 0 left out."""
        return self._beliefs

    @cached_property
    def _beliefs(self) -> tuple[tuple[int, int], ...]:
        matters = _matter(self.tree)
        return tuple(
            (h, k)
            for h, owned in enumerate(self.tree.sets)
            if matters[h]
            for k in range(1, len(owned.options))
        )

    def __call__(self, numbers: Numbers, beliefs: Numbers) -> Replied:
        """At ``numbers`` [number, row] and ``beliefs`` [belief, row]; see `Replies`. Cost: rows times nodes times players."""
        tree, plan = self.tree, self._plan
        kind = np.result_type(numbers, beliefs, float)
        rows = numbers.shape[1]
        edge = np.zeros((len(tree.child), rows), kind)  # log-probability of each branch
        edge[plan.chance] = _log(numbers[tree.edge_number[plan.chance]])
        believed = np.zeros((tree.n_slots, rows), kind)
        believed[plan.belief_slot] = beliefs
        for alike in plan.alike:
            odds = believed[alike.slot]
            believed[alike.slot] = odds - log_sum(odds, axis=1)[:, None]
        edge[plan.chosen] = believed[plan.chosen_slot]
        reach = plan.down(edge, rows, kind)
        worth = self._worth(numbers, edge)
        replied = np.zeros((tree.n_slots, rows), kind)
        for alike in plan.alike:
            replied[alike.slot] = self._reply(alike, reach, worth)
        edge[plan.chosen] = replied[plan.chosen_slot]
        ends = plan.down(edge, rows, kind)[plan.end]
        return Replied(ends, replied[plan.belief_slot] - replied[plan.belief_first])

    def _worth(self, numbers: Numbers, edge: Numbers) -> Numbers:
        """Expected payoffs [player, node, row] of everybody at every node."""
        tree, plan = self.tree, self._plan
        players, kind = len(tree.players), edge.dtype
        worth = np.zeros((players, tree.n_nodes, edge.shape[1]), kind)
        for player in range(players):
            np.add.at(worth[player], plan.payoff_node[player], numbers[plan.payoff_number[player]])
        p = np.exp(edge)
        for level in reversed(plan.levels):
            parts = p[level.edge] * worth[:, level.child]
            worth[:, level.node] = np.add.reduceat(parts, level.start, axis=1)
        return worth

    def _reply(self, alike: _Alike, reach: Numbers, worth: Numbers) -> Numbers:
        """Log-probabilities of the options [set, option, row] of sets that are alike."""
        of = worth[alike.player[:, None, None], alike.child]  # [set, position, option, row]
        if alike.node.shape[1] == 1:
            expected = of[:, 0]
        else:
            weight = reach[alike.node]  # [set, position, row]
            total = log_sum(weight, axis=1)[:, None]
            never = np.isneginf(np.real(total))
            share = np.exp(weight - np.where(never, 0.0, total))
            share = np.where(never, 1 / alike.node.shape[1], share)
            expected = (share[:, :, None] * of).sum(axis=1)
        return choice(expected.transpose(1, 0, 2), self.link, self.scale).transpose(1, 0, 2)

    @cached_property
    def _plan(self) -> _Plan:
        return _planned(self.tree, self.beliefs)


def choice(expected: Numbers, link: Link, scale: float) -> Numbers:
    """Log-probabilities of options with ``expected`` payoffs [option, ...] and errors of ``scale`` on a difference."""
    z = expected / scale
    if link == "logit":
        return z - log_sum(z)[None]
    if len(z) == 1:
        return np.zeros_like(z)
    if len(z) == 2:
        gap = z[1] - z[0]
        return np.stack([log_normal(-gap), log_normal(gap)])
    each = [math.sqrt(0.5)] * len(z)
    return np.stack([log_best(list(z), each, k) for k in range(len(z))])


def _log(p: Numbers) -> Numbers:
    """Of probabilities of chance; -inf where one is 0."""
    real = np.real(p)
    with np.errstate(divide="ignore"):
        log = np.log(real)
    if not np.iscomplexobj(p):
        return log
    return log + 1j * np.divide(p.imag, real, out=np.zeros_like(real), where=real > 0)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What of the tree the walk needs, as indices."""

    nodes: int
    levels: tuple[_Level, ...]  # from the root
    alike: tuple[_Alike, ...]
    chance: Indices  # [chance edge]
    chosen: Indices  # [edge of a decision]
    chosen_slot: Indices  # its slot
    belief_slot: Indices  # [belief]
    belief_first: Indices  # [belief] the slot of option 0 of its set
    end: Indices  # [end] node
    payoff_node: tuple[Indices, ...]  # [player][term]
    payoff_number: tuple[Indices, ...]

    def down(self, edge: Numbers, rows: int, kind: np.dtype) -> Numbers:
        """Log-probability of reaching each node [node, row] from those of branches."""
        reach = np.zeros((self.nodes, rows), kind)
        for level in self.levels:
            reach[level.child] = reach[level.parent] + edge[level.edge]
        return reach


def _planned(tree: Tree, beliefs: tuple[tuple[int, int], ...]) -> _Plan:
    owner = np.repeat(np.arange(tree.n_nodes), np.diff(tree.child_start))  # [edge] node
    slot_start = tree.slot_start.astype(np.intp)
    chosen = np.flatnonzero(tree.kind[owner] == DECISION)
    option = np.arange(len(owner)) - tree.child_start[owner]
    ends = np.flatnonzero(tree.kind == TERMINAL)
    end = np.empty(len(ends), np.intp)
    end[tree.terminal[ends]] = ends
    players = len(tree.players)
    nodes, terms = [], []
    for player in range(players):
        places = np.arange(len(ends)) * players + player
        counts = (tree.payoff_start[places + 1] - tree.payoff_start[places]).astype(int)
        nodes.append(np.repeat(end, counts))
        cuts = [tree.payoff_number[tree.payoff_start[p] : tree.payoff_start[p + 1]] for p in places]
        terms.append(np.concatenate(cuts).astype(np.intp))
    belief_first = np.array([slot_start[h] for h, _ in beliefs], np.intp)
    return _Plan(
        nodes=tree.n_nodes,
        levels=_levels(tree),
        alike=_alike(tree),
        chance=np.flatnonzero(tree.kind[owner] == CHANCE),
        chosen=chosen,
        chosen_slot=(slot_start[tree.info_set[owner[chosen]]] + option[chosen]).astype(np.intp),
        belief_slot=belief_first + np.array([k for _, k in beliefs], np.intp),
        belief_first=belief_first,
        end=end,
        payoff_node=tuple(nodes),
        payoff_number=tuple(terms),
    )


def _levels(tree: Tree) -> tuple[_Level, ...]:
    depth = np.zeros(tree.n_nodes, np.intp)
    for node in range(1, tree.n_nodes):
        depth[node] = depth[tree.parent[node]] + 1
    levels = []
    for at in range(int(depth.max())):
        inner = np.flatnonzero((depth == at) & (tree.kind != TERMINAL))
        edges = [np.arange(tree.child_start[n], tree.child_start[n + 1]) for n in inner]
        counts = [len(e) for e in edges]
        edge = np.concatenate(edges)
        start = np.cumsum([0, *counts[:-1]])
        levels.append(_Level(inner, edge, tree.child[edge].astype(np.intp), np.repeat(inner, counts), start))
    return tuple(levels)


def _alike(tree: Tree) -> tuple[_Alike, ...]:
    groups: dict[tuple[int, int], list[int]] = {}
    for h, owned in enumerate(tree.sets):
        groups.setdefault((len(owned.nodes), len(owned.options)), []).append(h)
    out = []
    for (_, options), sets in groups.items():
        node = np.array([tree.sets[h].nodes for h in sets], np.intp)
        first = tree.child_start[node].astype(np.intp)
        out.append(
            _Alike(
                player=np.array([tree.sets[h].player for h in sets], np.intp),
                node=node,
                child=tree.child[first[:, :, None] + np.arange(options)].astype(np.intp),
                slot=tree.slot_start[sets].astype(np.intp)[:, None] + np.arange(options),
            )
        )
    return tuple(out)


def _matter(tree: Tree) -> list[bool]:
    """[set] whether some reply may depend on what is believed of the moves there: somebody moves before, or a set holds positions
    between which they differ."""
    before: list[dict[int, int]] = [{}]  # [node] set -> option on the way to it
    for node in range(1, tree.n_nodes):
        up = int(tree.parent[node])
        above = int(tree.info_set[up])
        before.append(before[up] if above < 0 else {**before[up], above: int(tree.branch[node])})
    out = []
    for h, owned in enumerate(tree.sets):
        expected = any(before[node] for node in owned.nodes)
        doubted = any(len({before[node].get(h) for node in other.nodes}) > 1 for other in tree.sets)
        out.append(expected or doubted)
    return out
