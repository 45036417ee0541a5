"""How far a profile is from a Nash equilibrium, and what it asks of sets that are never reached.

A Nash equilibrium asks only that nobody gains before the game begins. What it says at sets that are not reached may be a threat
that nobody would carry out; those are shown by the gain its owner would have there, for the belief most favourable to the threat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from detente.game.tree import Floats
from detente.solve.concepts.sequences import Sequences
from detente.solve.levels import Levels

REACHED, UNREACHED, FILLED, SILENT = 0, 1, 2, 3
KIND = (
    "reached",  # on the path, belief by Bayes' rule
    "unreached",  # because of others or chance: what the equilibrium says there is a threat or a promise
    "filled",  # excluded by its owner's own moves: the equilibrium says nothing, the owner's best reply was filled in
    "silent",  # excluded by its owner and by others: nothing to go by, options filled in evenly
)
NONE = 1e-13  # reach below this is none: equilibria come as doubles of exact ratios


@dataclass(frozen=True, eq=False)
class Inspection:
    """One row an equilibrium."""

    strategy: Floats  # [row, slot] with what the equilibrium leaves open filled in
    belief: Floats  # [row, place] nan where several nodes are possible and none is reached
    kind: NDArray[np.int8]  # [row, set] index into KIND
    regret: Floats  # [row, player] largest gain before the game begins
    gain: Floats  # [row, set] largest gain of a one-shot deviation there; nan where silent


def inspect(plan: Levels, sequences: Sequences, numbers: Floats, strategy: Floats) -> Inspection:
    """Look at profiles ``strategy`` [row, slot] of one game; ``numbers`` [row, number]. Sets left open may hold anything."""
    tree = plan.tree
    played = np.array(strategy.T)
    payoff = plan.payoffs(numbers)
    chance = numbers[:, plan.chance].T
    rows = played.shape[1]
    kind = np.zeros((len(tree.sets), rows), np.int8)
    own = _own_reach(sequences, played)
    replies: list[tuple[Floats, Floats, Floats]] = []
    for i in range(len(tree.players)):
        reply, best, likely = _best_reply(plan, sequences, played, chance, payoff[:, i], i)
        replies.append((reply, best, likely))
    for h, owned in enumerate(tree.sets):
        slots = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
        reply, _, likely = replies[owned.player]
        excluded = own[h] <= NONE
        others = likely[list(owned.nodes)].sum(axis=0) > NONE
        kind[h] = np.where(excluded, np.where(others, FILLED, SILENT), np.where(others, REACHED, UNREACHED))
        filled = np.where(others, reply[slots], 1.0 / len(owned.options))
        played[slots] = np.where(excluded, filled, played[slots])
    edges = np.concatenate([played, chance])
    values = [plan.backward(edges, payoff[:, i]) for i in range(len(tree.players))]
    regret = np.array([best - value[0] for (_, best, _), value in zip(replies, values, strict=True)])
    belief = np.full((len(sequences.member), rows), np.nan)
    gain = np.full((len(tree.sets), rows), np.nan)
    for h, owned in enumerate(tree.sets):
        nodes = list(owned.nodes)
        places = slice(int(sequences.place_at[h]), int(sequences.place_at[h]) + len(nodes))
        slots = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
        value = values[owned.player]
        first = np.array([int(tree.child_start[x]) for x in nodes])
        children = np.asarray(tree.child)[
            first[None, :] + np.arange(len(owned.options))[:, None]
        ]  # [option, node]
        for r in range(rows):
            weight = replies[owned.player][2][nodes, r]
            options = value[children, r]
            better = options - played[slots, r] @ options  # [option, node]
            known = len(nodes) == 1 or kind[h, r] in (REACHED, FILLED)
            if known:
                belief[places, r] = np.ones(1) if len(nodes) == 1 else weight / weight.sum()
            if kind[h, r] != SILENT:
                gain[h, r] = (better @ belief[places, r]).max() if known else _for_some_belief(better)
    return Inspection(played.T, belief.T, kind.T, regret.T, np.maximum(gain.T, 0.0))


def _own_reach(sequences: Sequences, played: Floats) -> Floats:
    """Product of the owner's own probabilities before each set [set, row]."""
    tree = sequences.tree
    plan = np.array(played)
    for d in range(1, int(sequences.depth.max(initial=0)) + 1):
        at = np.flatnonzero(sequences.depth == d)
        plan[at] *= plan[sequences.before[at]]
    padded = np.concatenate([plan, np.ones((1, plan.shape[1]))])
    return padded[sequences.before[np.asarray(tree.slot_start[:-1]).astype(np.intp)]]


def _best_reply(
    plan: Levels, sequences: Sequences, played: Floats, chance: Floats, payoff: Floats, player: int
) -> tuple[Floats, Floats, Floats]:
    """A best reply [slot, row], what it is worth [row], and how likely others and chance make each node [node, row]."""
    edges = np.concatenate([played, chance])
    sure = np.array(edges)
    for stage in sequences.stages[player]:
        sure[stage.slots] = 1.0
    likely = plan.forward(sure)
    for stage in sequences.stages[player]:
        value = plan.backward(edges, payoff)
        entry = value[stage.entry_child] * likely[sequences.member[stage.entry_place]]
        worth = np.add.reduceat(entry, stage.entry_at, axis=0)
        best = np.maximum.reduceat(worth, stage.set_at, axis=0)[stage.set_of_slot]
        tied = (worth >= best - 1e-12 * np.abs(payoff).max(axis=0)).astype(float)
        edges[stage.slots] = tied / np.add.reduceat(tied, stage.set_at, axis=0)[stage.set_of_slot]
    return edges[: len(played)], plan.backward(edges, payoff)[0], likely


def _for_some_belief(better: Floats) -> float:
    """The largest gain over options, at the belief over nodes that makes it smallest: a small linear programme."""
    options, nodes = better.shape
    found: Any = linprog(
        np.r_[np.zeros(nodes), 1.0],
        A_ub=np.c_[better, -np.ones(options)],
        b_ub=np.zeros(options),
        A_eq=np.r_[np.ones(nodes), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * nodes + [(None, None)],
    )
    return float(found.fun) if found.status == 0 else float("nan")
