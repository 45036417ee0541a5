"""What each option is worth to a chi-cursed player, from everybody's log-odds: one pass forward and one backward for each player.

A chi-cursed player of type t thinks that the others' moves of a stage have, in state w, probability
``chi * average + (1 - chi) * true(w)``, the average being over states by his belief (Fong, Lin and Palfrey 2025, definition of
the cursed perception); he updates by Bayes' rule from that, and expects it of all later stages. So his problem is an ordinary one on
a tree whose edges have other probabilities, which these passes carry as logs: nothing underflows.

All arrays are [node, draw, case]; cases are perturbations of the log-odds. With complex log-odds everything is analytic: the
imaginary part over the step is the derivative (Squire and Trapp 1998), exact to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.concepts.cursed_form import END, NATURE, CursedForm
from detente.solve.levels import Index, Levels

Values = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Step:
    """All nodes at one distance from the opening chance moves, by who moved last."""

    nodes: Index
    parents: Index
    mover: Index  # [node] player or NATURE
    slot: Index  # [node] of the option taken, 0 after chance
    number: Index  # [node] of the chance, 0 after a player
    opens: NDArray[np.bool_]  # [node] a new stage begins: everybody has seen what was done
    by_parent: Index  # nodes sorted by parent
    above: Index  # each parent once
    above_at: Index  # where its children begin in that order
    order: Index  # [player, node] nodes sorted by public history and that player's type
    starts: tuple[Index, ...]  # [player] where each group begins in that order
    group: Index  # [player, node] its group


@dataclass(frozen=True, eq=False)
class Seat:
    """One player's sets."""

    slots: Index
    entry_node: Index  # [entry] node of the set at which an option is taken
    entry_child: Index
    entry_at: Index  # [slot of the player] where its entries begin
    first: Index  # [slot of the player] the first slot of its set, among all slots
    places: Index  # rows of the belief
    place_node: Index
    place_at: Index  # [set] where its places begin
    place_set: Index  # [place] set, counted within the player


@dataclass(frozen=True, eq=False)
class CursedPlan:
    """Index arrays of one tree of the class."""

    form: CursedForm
    plan: Levels
    states: Index
    root_order: Index  # [player, state] states sorted by the player's type
    root_starts: tuple[Index, ...]
    root_group: Index  # [player, state]
    steps: tuple[Step, ...]
    ends: Index
    seats: tuple[Seat, ...]
    slot_at: Index  # [set] its first slot
    set_of_slot: Index
    unknown: Index  # slots that are not the first of their set: the log-odds solved for


def cursed_plan(form: CursedForm, plan: Levels) -> CursedPlan:
    """The index arrays of a game of the class."""
    tree = form.tree
    depth: list[int] = []
    for public in form.publics:
        depth.append(0 if public.parent < 0 else depth[public.parent] + 1)
    players = range(len(tree.players))
    steps: list[Step] = []
    for d in range(1, max(depth) + 1):
        rows: list[tuple[int, int, int, int, int, bool]] = []
        keys: list[tuple[int, int]] = []
        for pid, public in enumerate(form.publics):
            if depth[pid] != d:
                continue
            up = form.publics[public.parent]
            for s, x in enumerate(public.nodes.tolist()):
                parent = int(up.nodes[s])
                edge = int(tree.child_start[parent]) + public.branch
                slot = int(tree.slot_start[tree.info_set[parent]]) + public.branch if up.mover >= 0 else 0
                number = int(tree.edge_number[edge]) if up.mover == NATURE else 0
                rows.append((x, parent, up.mover, slot, number, public.stage == pid))
                keys.append((pid, s))
        table = np.array(rows, np.intp)
        grouped = [_grouped([(pid, int(form.types[i, s])) for pid, s in keys]) for i in players]
        above, above_at = np.unique(np.sort(table[:, 1]), return_index=True)
        steps.append(
            Step(
                *(table[:, k] for k in range(5)),
                opens=table[:, 5].astype(bool),
                by_parent=np.argsort(table[:, 1], kind="stable").astype(np.intp),
                above=above,
                above_at=above_at,
                order=np.array([g[0] for g in grouped]),
                starts=tuple(g[1] for g in grouped),
                group=np.array([g[2] for g in grouped]),
            )
        )
    slot_start = np.asarray(tree.slot_start).astype(np.intp)
    set_of_slot = np.repeat(np.arange(len(tree.sets)), np.diff(slot_start))
    roots = [_grouped([(0, int(t)) for t in form.types[i]]) for i in players]
    every = np.arange(tree.n_slots)
    return CursedPlan(
        form=form,
        plan=plan,
        states=form.publics[0].nodes,
        root_order=np.array([g[0] for g in roots]),
        root_starts=tuple(g[1] for g in roots),
        root_group=np.array([g[2] for g in roots]),
        steps=tuple(steps),
        ends=np.concatenate([p.nodes for p in form.publics if p.mover == END]),
        seats=tuple(_seat(form, i) for i in players),
        slot_at=slot_start[:-1],
        set_of_slot=set_of_slot,
        unknown=every[every != slot_start[:-1][set_of_slot]],
    )


def _grouped(keys: list[tuple[int, int]]) -> tuple[Index, Index, Index]:
    """A sorting order, where each group begins in it, and the group of each entry."""
    number = {key: k for k, key in enumerate(sorted(set(keys)))}
    group = np.array([number[key] for key in keys], np.intp)
    order = np.argsort(group, kind="stable").astype(np.intp)
    starts = np.searchsorted(group[order], np.arange(len(number))).astype(np.intp)
    return order, starts, group


def _seat(form: CursedForm, player: int) -> Seat:
    tree = form.tree
    names = ("slots", "node", "child", "at", "first", "places", "place_node", "place_at", "place_set")
    lists: dict[str, list[int]] = {name: [] for name in names}
    place = 0
    for h, owned in enumerate(tree.sets):
        if owned.player == player:
            lists["place_at"].append(len(lists["places"]))
            for a in range(len(owned.options)):
                lists["slots"].append(int(tree.slot_start[h]) + a)
                lists["first"].append(int(tree.slot_start[h]))
                lists["at"].append(len(lists["node"]))
                lists["node"] += owned.nodes
                lists["child"] += [int(tree.child[int(tree.child_start[x]) + a]) for x in owned.nodes]
            lists["place_set"] += [len(lists["place_at"]) - 1] * len(owned.nodes)
            lists["places"] += range(place, place + len(owned.nodes))
            lists["place_node"] += owned.nodes
        place += len(owned.nodes)
    index = {name: np.array(values, np.intp) for name, values in lists.items()}
    return Seat(
        index["slots"], index["node"], index["child"], index["at"], index["first"],
        index["places"], index["place_node"], index["place_at"], index["place_set"],
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fixed:
    """What does not change while a block of draws is solved."""

    chi: Floats  # [draw]
    log_prior: Floats  # [state, draw] of the states; -inf for a state that never comes
    log_chance: Floats  # [step][node] concatenated over steps: [node, draw], 0 after a player
    payoff: tuple[Floats, ...]  # [player] at the ends [end, draw]


def fixed(cursed: CursedPlan, numbers: Floats, chi: Floats) -> Fixed:
    """Prior, public chances and payoffs at ``numbers`` [draw, number]."""
    plan, tree = cursed.plan, cursed.form.tree
    even = np.concatenate([np.full(len(h.options), 1.0 / len(h.options)) for h in tree.sets])
    edges = plan.edges(numbers, np.broadcast_to(even, (len(numbers), len(even))))
    prior = plan.forward(edges)[cursed.states]
    number = np.concatenate([step.number for step in cursed.steps])
    natural = np.concatenate([step.mover for step in cursed.steps]) == NATURE
    payoff = plan.payoffs(numbers)
    ends = tuple(plan.backward(edges, payoff[:, i])[cursed.ends] for i in range(len(tree.players)))
    with np.errstate(divide="ignore"):
        chance = np.where(natural[:, None], np.log(numbers.T[number]), 0.0)
        return Fixed(chi, np.log(prior), chance, ends)


def log_probabilities(cursed: CursedPlan, odds: Values) -> Values:
    """Log strategy [slot, draw, case] from log-odds against each set's first option [unknown, draw, case]."""
    log = np.zeros((len(cursed.set_of_slot), *odds.shape[1:]), odds.dtype)
    log[cursed.unknown] = odds
    top = np.maximum.reduceat(log.real, cursed.slot_at, axis=0)[cursed.set_of_slot]
    log = log - top
    total = np.add.reduceat(np.exp(log), cursed.slot_at, axis=0)
    return log - np.log(total)[cursed.set_of_slot]


def worths(cursed: CursedPlan, at: Fixed, log_strategy: Values) -> tuple[Values, Values]:
    """What each option is worth at its set [slot, draw, case], and the cursed beliefs [place, draw, case]."""
    tree = cursed.form.tree
    shape = log_strategy.shape[1:]
    worth = np.zeros(log_strategy.shape, log_strategy.dtype)
    belief = np.zeros((sum(len(h.nodes) for h in tree.sets), *shape), log_strategy.dtype)
    for i, seat in enumerate(cursed.seats):
        if not len(seat.slots):
            continue
        likely, edge = _perceived(cursed, at, log_strategy, i)
        weight = likely[seat.place_node]
        top = np.maximum.reduceat(weight.real, seat.place_at, axis=0)[seat.place_set]
        weight = np.exp(weight - top)
        weight = weight / np.add.reduceat(weight, seat.place_at, axis=0)[seat.place_set]
        belief[seat.places] = weight
        value = np.zeros((tree.n_nodes, *shape), log_strategy.dtype)
        value[cursed.ends] = at.payoff[i][:, :, None]
        for step in reversed(cursed.steps):
            weighed = np.exp(edge[step.nodes]) * value[step.nodes]
            value[step.above] = np.add.reduceat(weighed[step.by_parent], step.above_at, axis=0)
        at_node = np.zeros((tree.n_nodes, *shape), log_strategy.dtype)
        at_node[seat.place_node] = weight
        entry = at_node[seat.entry_node] * value[seat.entry_child]
        worth[seat.slots] = np.add.reduceat(entry, seat.entry_at, axis=0)
    return worth, belief


def _perceived(cursed: CursedPlan, at: Fixed, log_strategy: Values, i: int) -> tuple[Values, Values]:
    """As player i thinks: log belief in each node given what he sees, and the log probability of the step to it."""
    n, shape, kind = cursed.form.tree.n_nodes, log_strategy.shape[1:], log_strategy.dtype
    with np.errstate(divide="ignore"):
        cursed_share, true_share = np.log(at.chi)[None, :, None], np.log1p(-at.chi)[None, :, None]
    state = np.zeros((n, *shape), kind)  # belief in the state at the start of the stage
    made = np.zeros((n, *shape), kind)  # the others' moves of this stage, true probability in this state
    thought = np.zeros((n, *shape), kind)  # the same as player i thinks
    edge = np.zeros((n, *shape), kind)
    prior = np.broadcast_to(at.log_prior[:, :, None], (len(cursed.states), *shape)).astype(kind)
    state[cursed.states] = prior - _log_sum(
        prior, cursed.root_order[i], cursed.root_starts[i], cursed.root_group[i]
    )
    done = 0
    for step in cursed.steps:
        x, up = step.nodes, step.parents
        chance = at.log_chance[done : done + len(x), :, None]
        done += len(x)
        player, own = (step.mover >= 0)[:, None, None], (step.mover == i)[:, None, None]
        taken = log_strategy[step.slot]
        now = made[up] + np.where(player & ~own, taken, 0.0)
        # relative to the likeliest of the group: at large lambda logs are long and only their differences count
        base = np.maximum.reduceat(now.real[step.order[i]], step.starts[i], axis=0)[step.group[i]]
        near = now - base
        average = _log_sum(state[up] + near, step.order[i], step.starts[i], step.group[i])
        relative = _log_add(cursed_share + average, true_share + near)
        mixed = np.where(player & ~own, relative + base, thought[up])
        edge[x] = np.where(own, taken, np.where(player, mixed - thought[up], chance))
        opens = step.opens[:, None, None]
        state[x] = np.where(opens, state[up] + (relative - average), state[up])
        made[x] = np.where(opens, 0.0, now)
        thought[x] = np.where(opens, 0.0, mixed)
    return state + thought, edge


def _log_sum(logs: Values, order: Index, starts: Index, group: Index) -> Values:
    """Log of the sum of exponentials over each entry's group, at each entry."""
    sorted_logs = logs[order]
    top = np.maximum.reduceat(sorted_logs.real, starts, axis=0)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.add.reduceat(np.exp(sorted_logs - top[group[order]]), starts, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (top + np.log(total))[group]


def _log_add(a: Values, b: Values) -> Values:
    """Log of exp(a) + exp(b), where at most one of them is -inf."""
    top = np.maximum(a.real, b.real)
    return top + np.log(np.exp(a - top) + np.exp(b - top))
