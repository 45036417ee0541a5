"""One player's answer to what he expects of the others: beliefs forward, then his own sets from last to first."""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats
from detente.solve.concepts.lower import Orders, View
from detente.solve.concepts.sequences import Sequences
from detente.solve.levels import Levels

TIE = 1e-12  # options whose worth differs by less, in units of the largest payoff, are tied
NEVER = 1_000_000_000  # order of a chance move of probability 0: rarer than any mistake of a player


def chance_of_places(plan: Levels, sequences: Sequences, numbers: Floats) -> tuple[Orders, Floats]:
    """Order and log of the product of chances up to each place [place, draw]; 0 counts as one step of an order of its own."""
    chance = numbers[:, plan.chance].T
    slots = plan.tree.n_slots
    never = chance <= 0
    order = np.zeros((plan.tree.n_nodes, len(numbers)), np.int64)
    log = np.zeros(order.shape)
    step = np.concatenate([np.zeros((slots, len(numbers)), np.int64), never * NEVER])
    size = np.concatenate([np.zeros((slots, len(numbers))), np.log(np.where(never, 1.0, chance))])
    for level in plan.levels:
        order[level.nodes] = order[level.parents] + step[level.edge]
        log[level.nodes] = log[level.parents] + size[level.edge]
    return order[sequences.member], log[sequences.member]


def beliefs(sequences: Sequences, view: View, chance: tuple[Orders, Floats]) -> Floats:
    """What each owner believes at his sets [place, draw], expecting ``view`` of the others. Own moves tell him nothing."""
    order, log = chance[0].copy(), chance[1].copy()
    owner = sequences.owner_of_place
    pad_order = np.concatenate([view.order, np.zeros((1, view.order.shape[1]), np.int64)])
    pad_log = np.concatenate([view.log_weight, np.zeros((1, view.log_weight.shape[1]))])
    for j in range(len(sequences.tree.players)):
        others = np.flatnonzero(owner != j)
        last = sequences.last[j, sequences.member[others]]
        order[others] += pad_order[last]
        log[others] += pad_log[last]
    if not len(order):
        return log
    fewest = np.minimum.reduceat(order, sequences.place_at, axis=0)[sequences.set_of_place]
    log = np.where(order > fewest, -np.inf, log)
    top = np.maximum.reduceat(log, sequences.place_at, axis=0)[sequences.set_of_place]
    weight = np.exp(log - top)
    return weight / np.add.reduceat(weight, sequences.place_at, axis=0)[sequences.set_of_place]


def answer(
    plan: Levels, sequences: Sequences, numbers: Floats, view: View, belief: Floats, lam: Floats
) -> tuple[Floats, Floats]:
    """Every player's strategy and its log [slot, draw] against ``view``: best replies, or logit at ``lam`` [draw].

    Ties are split evenly. A player knows how he himself will move later, logit noise included.
    """
    payoff = plan.payoffs(numbers)
    strategy, log = np.array(view.edge), np.zeros(view.edge.shape)
    chance = numbers[:, plan.chance].T
    exact = ~np.isfinite(lam)
    rate = np.where(exact, 0.0, lam)
    for i, stages in enumerate(sequences.stages):
        edges = np.concatenate([view.edge, chance])
        close = TIE * np.abs(payoff[:, i]).max(axis=0, initial=0.0)
        for stage in stages:
            value = plan.backward(edges, payoff[:, i])
            entry = value[stage.entry_child] * belief[stage.entry_place]
            worth = np.add.reduceat(entry, stage.entry_at, axis=0)
            best = np.maximum.reduceat(worth, stage.set_at, axis=0)[stage.set_of_slot]
            tied = worth >= best - close
            weight = np.where(exact, tied, np.exp(rate * (worth - best)))
            total = np.add.reduceat(weight, stage.set_at, axis=0)[stage.set_of_slot]
            strategy[stage.slots] = edges[stage.slots] = weight / total
            with np.errstate(divide="ignore"):
                log[stage.slots] = np.where(
                    exact, np.log(weight / total), rate * (worth - best) - np.log(total)
                )
    return strategy, log
