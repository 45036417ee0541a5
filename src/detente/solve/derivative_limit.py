"""Implicit differentiation in the limit, within a regime: which options are used and which nodes are believed in stays as it is.

Options in use at a set are worth the same; unused ones keep probability 0, provided that they are worth less (strict
complementarity). At a set that is never reached, nodes that are all believed in lie behind equally costly
mistakes: at precision lambda the log reach of a node falls like lambda times the sum of the losses on its path, so those
sums are equal, and that fixes the belief between them (Kreps & Wilson 1982, Econometrica 50:863-894, on consistency). These
equations are as many as the unknowns: log-odds of options in use, and log-odds between groups of nodes.

Options that are worth the same whatever the others do and whatever the parameters are (twins) stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.derivative_finite import centred, spread
from detente.solve.derivative_parts import Bools, Index, Point, solve_batch

TIE = 1e-7  # a loss below this share of the payoff range cannot be told from none
TWIN = 1e-9  # differences between rows of twins, in the same units
SAME = 1e-6  # how equal twins must be played


@dataclass(frozen=True, eq=False)
class Regime:
    """Draws that share the unknowns and equations of one system."""

    draws: Index
    slot: Index  # [unknown] an option in use
    base: Index  # [unknown] the first option in use of its set
    twin: Index  # [unknown] another unknown (or -1: the first option) that it stays equal to, -2 for none
    group: tuple[tuple[Index, Index], ...]  # (places of a group, places of the first group of its set)
    cost: tuple[tuple[Index, Floats, Index], ...]  # by group: (unused options, how often more, first options in use)


class Limit:
    """The linear systems of a block of draws; ``near`` and ``smooth`` [draw] tell where derivatives exist."""

    def __init__(self, at: Point) -> None:
        plan = at.plan
        self.at, self.plan = at, plan
        draws = at.prob.shape[1]
        self.near = np.zeros(draws)
        self.smooth = np.ones(draws, dtype=bool)
        self.used = ~at.unused
        self.by = at.by_slots()
        self.scale = np.maximum(np.ptp(at.payoff, axis=0).max(axis=0, initial=0.0), np.finfo(float).tiny)
        self.codes = np.zeros((len(plan.member), draws), np.int64)
        self.parted = np.zeros((len(plan.member), draws), dtype=bool)
        if plan.slots:
            self.first = self._first_used()
            self._check()

    def _first_used(self) -> NDArray[np.intp]:
        """[set, draw] the first option in use."""
        number = np.where(self.used, np.arange(self.plan.slots)[:, None], self.plan.slots)
        return np.minimum.reduceat(number, self.plan.slot_at, axis=0)

    def _check(self) -> None:
        """Strict complementarity; and groups of nodes that are believed in at sets that are not reached."""
        at, plan = self.at, self.plan
        rows = np.arange(at.prob.shape[1])
        worth_used = at.worth[self.first, rows][plan.set_of_slot]
        loss = worth_used - at.worth
        margin = TIE * self.scale
        self.smooth &= np.where(self.used, np.abs(loss) <= margin, loss > margin).all(axis=0)
        # a code for the unused options on the path; equal codes are reached by the same mistakes
        hashes = np.random.default_rng(0).integers(1, 2**40, plan.slots)
        columns = (plan.slots + plan.chances, len(rows))
        edge = np.zeros(columns, np.int64)
        edge[: plan.slots] = np.where(self.used, 0, hashes[:, None])
        paid = np.zeros(columns)
        paid[: plan.slots] = np.where(self.used, 0.0, loss)
        code = np.zeros(at.reach.shape, np.int64)
        cost = np.zeros(at.reach.shape)
        for level in plan.levels.levels:
            code[level.nodes] = code[level.parents] + edge[level.edge]
            cost[level.nodes] = cost[level.parents] + paid[level.edge]
        reached = at.steps[plan.member] == 0
        lost = ~np.logical_or.reduceat(reached, plan.place_at, axis=0)[plan.set_of_place]
        lost &= plan.several[:, None]
        inside = lost & (at.belief > 0)
        self.codes = code[plan.member]
        here = cost[plan.member]
        least = np.minimum.reduceat(np.where(inside, here, np.inf), plan.place_at, axis=0)[plan.set_of_place]
        most = np.maximum.reduceat(np.where(inside, here, -np.inf), plan.place_at, axis=0)[plan.set_of_place]
        # nodes behind edges of chance of probability 0 may be left out whatever their cost
        behind = at.behind_impossible()[plan.member]
        with np.errstate(invalid="ignore"):
            tied = inside & (most - least > margin)
            tied |= lost & ~inside & ~behind & (here - least <= margin)
        self.smooth &= ~tied.any(axis=0)
        low = np.minimum.reduceat(
            np.where(inside, self.codes, np.iinfo(np.int64).max), plan.place_at, axis=0
        )[plan.set_of_place]
        high = np.maximum.reduceat(np.where(inside, self.codes, -1), plan.place_at, axis=0)[plan.set_of_place]
        self.parted = inside & (low != high)

    def forward(self, moved: Floats) -> Floats:
        """d log probability [slot, parameter, draw] of options in use where worths are moved by ``moved`` [slot, parameter, draw]."""
        plan = self.plan
        out = np.zeros(moved.shape)
        if not plan.slots:
            return out
        mark = self._marks(moved)
        for regime in self._regimes(mark):
            matrix, turned = self._system(regime)
            m = matrix.shape[1]
            if not m:
                continue
            d, k = regime.draws, len(regime.slot)
            right = np.zeros((len(d), m, moved.shape[1]))
            here = moved[:, :, d]
            right[:, :k] = -(here[regime.slot] - here[regime.base]).transpose(2, 0, 1)
            right[:, :k][:, regime.twin != -2] = 0.0
            for j, (unused, more, base) in enumerate(regime.cost):
                if not turned[j]:
                    right[:, k + j] = -np.einsum("s,spd->dp", more, here[unused] - here[base])
            found, near = solve_batch(matrix, right)
            self.near[d] = near
            odds = np.zeros((plan.slots, moved.shape[1], len(d)))
            odds[regime.slot] = found[:, :k].transpose(1, 2, 0)
            out[:, :, d] = odds
        return np.where(self.used[:, None], centred(self.at, out), 0.0)

    def adjoint(self, weight: Floats) -> Floats:
        """As `Finite.adjoint`. Twins are not kept together here: a number of its own can part them, and there is no derivative."""
        plan = self.plan
        out = np.zeros((plan.slots, weight.shape[1]))
        if not plan.slots:
            return out
        right = spread(self.at, np.where(self.used, weight, 0.0))
        for regime in self._regimes(None):
            matrix, _ = self._system(regime)
            if not matrix.shape[1]:
                continue
            d, k = regime.draws, len(regime.slot)
            asked = np.zeros((len(d), matrix.shape[1], 1))
            asked[:, :k, 0] = right[regime.slot][:, d].T
            found, near = solve_batch(np.ascontiguousarray(matrix.transpose(0, 2, 1)), asked)
            self.near[d] = near
            part = np.zeros((plan.slots, len(d)))
            np.subtract.at(part, regime.slot, found[:, :k, 0].T)
            np.add.at(part, regime.base, found[:, :k, 0].T)
            for j, (unused, more, base) in enumerate(regime.cost):
                np.subtract.at(part, unused, more[:, None] * found[:, k + j, 0])
                np.add.at(part, base, more[:, None] * found[:, k + j, 0])
            out[:, d] = part
        return out

    def _marks(self, moved: Floats) -> Floats:
        """[slot, draw] a random combination of everything that moves the worth of an option: equal marks are twins."""
        at, plan = self.at, self.plan
        rng = np.random.default_rng(1)
        mark = np.einsum("scd,c->sd", self.by, rng.uniform(0.5, 1.5, plan.slots))
        size = np.abs(moved).max(axis=(0, 2), initial=0.0)
        size = np.where(size > 0, size, 1.0)
        mark = mark + np.einsum("spd,p->sd", moved / size[:, None], rng.uniform(0.5, 1.5, len(size))) * self.scale
        weight = rng.uniform(0.5, 1.5, len(plan.member))[:, None] * self.parted
        apart = at.value[plan.option_value] - at.worth[plan.option_slot]
        shift = (at.belief * weight)[plan.option_place] * apart
        return (mark + np.add.reduceat(shift, plan.option_at, axis=0)) / self.scale

    def _regimes(self, mark: Floats | None) -> list[Regime]:
        """Draws with one and the same system, together."""
        plan = self.plan
        mixed = self.used & (np.add.reduceat(self.used, plan.slot_at, axis=0) > 1)[plan.set_of_slot]
        partner = np.full(mixed.shape, -2, np.intp)  # slot of the twin
        if mark is not None:
            for h in np.flatnonzero(np.logical_or.reduceat(mixed.any(axis=1), plan.slot_at)):
                slots = np.flatnonzero(plan.set_of_slot == h)
                for i, s in enumerate(slots[1:], 1):
                    for t in slots[:i][::-1]:
                        same = mixed[s] & mixed[t] & (np.abs(mark[s] - mark[t]) <= TWIN)
                        partner[s] = np.where(same, t, partner[s])
                        self.smooth &= ~same | (np.abs(self.at.prob[s] - self.at.prob[t]) <= SAME)
        parted = self.parted.any(axis=0)
        key = np.concatenate(
            [
                mixed,
                partner,
                np.where(self.parted, self.codes, 0),
                np.where(parted, self.used, False),
            ]
        )
        _, start, which = np.unique(key, axis=1, return_index=True, return_inverse=True)
        which = which.reshape(-1)
        return [
            self._regime(np.flatnonzero(which == k), int(i), mixed[:, i], partner[:, i])
            for k, i in enumerate(start)
        ]

    def _regime(self, draws: Index, i: int, mixed: Bools, partner: Index) -> Regime:
        plan = self.plan
        base_of = self.first[:, i][plan.set_of_slot]
        slot = np.flatnonzero(mixed & (np.arange(plan.slots) != base_of))
        at = np.full(plan.slots, -1, np.intp)
        at[slot] = np.arange(len(slot))
        twin = np.where(partner[slot] == -2, -2, at[np.maximum(partner[slot], 0)])
        groups: list[tuple[Index, Index]] = []
        cost: list[tuple[Index, Floats, Index]] = []
        parted = self.parted[:, i]
        for h in np.unique(plan.set_of_place[parted]):
            places = np.flatnonzero(parted & (plan.set_of_place == h))
            codes = self.codes[places, i]
            members = [places[codes == code] for code in np.unique(codes)]
            for group in members[1:]:
                groups.append((group, members[0]))
                more = self._path(int(group[0])) - self._path(int(members[0][0]))
                unused = np.flatnonzero((more != 0) & ~self.used[:, i])
                cost.append((unused, more[unused], base_of[unused]))
        return Regime(draws, slot, base_of[slot], twin, tuple(groups), tuple(cost))

    def _path(self, place: int) -> Floats:
        """[slot] how often an option is on the path to a place."""
        on = self.plan.line_column[self.plan.line_place == place]
        return np.bincount(on[on < self.plan.slots], minlength=self.plan.slots).astype(np.float64)

    def _system(self, regime: Regime) -> tuple[Floats, list[bool]]:
        """The matrix [draw, unknown, unknown], and which equations between groups turned out to be empty."""
        at, plan, d = self.at, self.plan, regime.draws
        k, m = len(regime.slot), len(regime.slot) + len(regime.group)
        if not m:
            return np.zeros((len(d), 0, 0)), []
        by, prob = self.by[:, :, d], at.prob[:, d]
        move = np.empty((plan.slots, m, len(d)))  # d worth / d unknown
        of = plan.set_of_slot[regime.slot]
        for u, (s, h) in enumerate(zip(regime.slot, of, strict=True)):
            whole = by[:, plan.set_of_slot == h].sum(axis=1)
            move[:, u] = by[:, s] - prob[s] * whole
        for j, (group, _) in enumerate(regime.group):
            entry = np.isin(plan.option_place, group)
            apart = (at.value[plan.option_value[entry]] - at.worth[plan.option_slot[entry]])[:, d]
            part = np.zeros((plan.slots, len(d)))
            np.add.at(part, plan.option_slot[entry], at.belief[plan.option_place[entry]][:, d] * apart)
            move[:, k + j] = part
        matrix = np.zeros((m, m, len(d)))
        matrix[:k] = move[regime.slot] - move[regime.base]
        for u, twin in enumerate(regime.twin):
            if twin != -2:
                matrix[u] = 0.0
                matrix[u, u] = 1.0
                if twin >= 0:
                    matrix[u, twin] = -1.0
        empty: list[bool] = []
        for j, (unused, more, base) in enumerate(regime.cost):
            matrix[k + j] = np.einsum("s,smd->md", more, move[unused] - move[base])
            empty.append(False)
        return np.ascontiguousarray(matrix.transpose(2, 0, 1)), empty
