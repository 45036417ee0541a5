"""Implicit differentiation in the limit, within a regime: which options are used and which nodes are believed in stays as it is.

Options in use at a set are worth the same; unused ones keep probability 0, provided that they are worth less (strict
complementarity). At a set that is never reached, nodes that are all believed in lie behind equally costly
mistakes: at precision lambda the log reach of a node falls like lambda times the sum of the losses on its path, so those
sums are equal, and that fixes the belief between them (Kreps & Wilson 1982, Econometrica 50:863-894, on consistency). These
equations are as many as the unknowns: log-odds of options in use, and log-odds between groups of nodes.

Where such an equation says nothing, because two differences are equal whatever the others do and whatever the parameters
are, the logit response itself says what is left: equal differences of worth are equal log-odds (*twins*: same-looking
options, or types that are in the same position), equally costly mistakes leave the belief to Bayes' rule, and a belief that
neither fixes is held where an option that fades like 1 / lambda is worth just as much as those in use.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.derivative_finite import centred, spread
from detente.solve.derivative_parts import Bools, Index, Point, solve_batch
from detente.solve.derivative_regime import Group, Regime, alike, combination
from detente.solve.derivative_sparse import adder

TIE = 1e-7  # a loss below this share of the payoff range cannot be told from none
TWIN = 1e-9  # differences between rows of twins, in the same units
SAME = 1e-6  # how equal twins must be played


class Limit:
    """The linear systems of a block of draws; ``near`` and ``smooth`` [draw] tell where derivatives exist."""

    def __init__(self, at: Point) -> None:
        plan = at.plan
        self.at, self.plan = at, plan
        draws = int(at.prob.shape[1])
        self.near = np.zeros(draws)
        self.smooth = np.ones(draws, dtype=bool)
        self.used = ~at.unused
        self.by = at.by_slots()
        self.add_rows = adder(plan.row, plan.slots)
        self.scale = np.maximum(np.ptp(at.payoff, axis=0).max(axis=0, initial=0.0), np.finfo(float).tiny)
        self.codes = np.zeros((len(plan.member), draws), np.int64)
        self.parted = np.zeros((len(plan.member), draws), dtype=bool)
        self.fading = np.zeros(self.used.shape, dtype=bool)
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
        rows: Index = np.arange(len(at.numbers))
        worth_used = at.worth[self.first, rows][plan.set_of_slot]
        loss = worth_used - at.worth
        margin = TIE * self.scale
        self.smooth &= (~self.used | (np.abs(loss) <= margin)).all(axis=0)
        self.fading = ~self.used & (loss <= margin)
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
        for regime in self._regimes(self._marks(moved)):
            k, d = len(regime.slot), regime.draws
            if not k + len(regime.group):
                continue
            here = moved[:, :, d]
            right = np.zeros((len(d), k + len(regime.group), moved.shape[1]))
            own = np.flatnonzero(regime.twin == -2)
            right[:, own] = (here[regime.base[own]] - here[regime.slot[own]]).transpose(2, 0, 1)
            for j, group in enumerate(regime.group):
                if group.link is not None or group.bayes:
                    continue
                if group.fading >= 0:
                    right[:, k + j] = (here[group.base[-1]] - here[group.fading]).T
                else:
                    right[:, k + j] = np.einsum(
                        "s,spd->dp", group.more, here[group.base] - here[group.mistake]
                    )
            matrix = self._system(regime)
            found, near = solve_batch(matrix, right)
            self.near[d] = np.where(self._empty(matrix, d), np.inf, near)
            odds = np.zeros((plan.slots, moved.shape[1], len(d)))
            odds[regime.slot] = found[:, :k].transpose(1, 2, 0)
            out[:, :, d] = odds
        return np.where(self.used[:, None], centred(self.at, out), 0.0)

    def adjoint(self, weight: Floats) -> Floats:
        """As `Finite.adjoint`. Twins have no derivative here: one number by itself can part them."""
        plan = self.plan
        out = np.zeros((plan.slots, weight.shape[1]))
        if not plan.slots:
            return out
        right = spread(self.at, np.where(self.used, weight, 0.0))
        self.smooth &= ~self.fading.any(axis=0)
        for regime in self._regimes(None):
            k, d = len(regime.slot), regime.draws
            if not k + len(regime.group):
                continue
            asked = np.zeros((len(d), k + len(regime.group), 1))
            asked[:, :k, 0] = right[regime.slot][:, d].T
            matrix = self._system(regime)
            found, near = solve_batch(np.ascontiguousarray(matrix.transpose(0, 2, 1)), asked)
            self.near[d] = np.where(self._empty(matrix, d), np.inf, near)
            part = np.zeros((plan.slots, len(d)))
            np.subtract.at(part, regime.slot, found[:, :k, 0].T)
            np.add.at(part, regime.base, found[:, :k, 0].T)
            for j, group in enumerate(regime.group):
                if group.link is not None:
                    continue
                by = group.more[:, None] * found[:, k + j, 0]
                np.subtract.at(part, group.mistake, by)
                np.add.at(part, group.base, by)
            out[:, d] = part
        return out

    def _marks(self, moved: Floats) -> Floats:
        """[slot, draw] a random combination of all that moves an option's worth, less that of the first option in use.

        Equal marks move together, whatever happens; 0: the option moves with the first one. In units of the payoff range.
        """
        at, plan = self.at, self.plan
        rng = np.random.default_rng(1)
        turn = centred(
            at, rng.uniform(0.5, 1.5, plan.slots)[:, None] * self.used
        )  # 0 where one option is in use
        mark = self.add_rows(self.by * turn[plan.col])
        size = np.abs(moved).max(axis=0)
        unit = np.where(size > 0, self.scale / np.where(size > 0, size, 1.0), 0.0)
        mark += np.einsum("spd,p->sd", moved * unit, rng.uniform(0.5, 1.5, len(size)))
        weight = rng.uniform(0.5, 1.5, len(plan.member))[:, None] * self.parted
        apart = at.value[plan.option_value] - at.worth[plan.option_slot]
        mark += np.add.reduceat((at.belief * weight)[plan.option_place] * apart, plan.option_at, axis=0)
        base = self.first[plan.set_of_slot]
        return (mark - np.take_along_axis(mark, base, axis=0)) / self.scale

    def _regimes(self, mark: Floats | None) -> list[Regime]:
        """Draws with one and the same system, together."""
        plan = self.plan
        mixed = (
            self.used
            & (np.add.reduceat(self.used, plan.slot_at, axis=0, dtype=np.intp) > 1)[plan.set_of_slot]
        )
        mixed &= np.arange(plan.slots)[:, None] != self.first[plan.set_of_slot]
        twin = np.full(mixed.shape, -2, np.intp) if mark is None else self._twins(mixed, mark)
        special = self.parted.any(axis=0) | self.fading.any(axis=0)
        base = np.where(mixed | special, self.first[plan.set_of_slot], -1)
        key = np.concatenate(
            [mixed, twin, base, np.where(self.parted, self.codes, -1), self.fading, special & self.used]
        )
        out: list[Regime] = []
        for draws in alike(key):
            i = int(draws[0])
            slot = np.flatnonzero(mixed[:, i])
            regime = Regime(draws, slot, self.first[:, i][plan.set_of_slot[slot]], twin[slot, i], ())
            groups = self._groups(i)
            if mark is None or not (groups or self.fading[:, i].any()):
                out.append(replace(regime, group=tuple(groups)))
                continue
            nothing = np.zeros((len(groups), len(draws)), dtype=bool)  # the equation says nothing
            left = nothing.copy()  # and Bayes' rule is not kept either
            for j, group in enumerate(groups):
                if group.link is not None:
                    continue
                rows = (mark[group.mistake] - mark[group.base])[:, draws]
                nothing[j] = np.abs(group.more @ rows) <= TWIN
                left[j] = nothing[j] & ~self._bayes(group, draws)
            for part in alike(np.concatenate([nothing, left])) if groups else [np.arange(len(draws))]:
                some = draws[part]
                settled = self._settled(groups, nothing[:, part[0]], left[:, part[0]], i)
                if settled is None:
                    self.smooth[some] = False
                else:
                    out.append(replace(regime, draws=some, group=settled))
        return out

    def _twins(self, mixed: Bools, mark: Floats) -> Index:
        """[slot, draw] see `Regime.twin`. Where twins are not played alike something finer tells them apart: no derivative."""
        plan, draws = self.plan, np.arange(len(self.at.numbers))
        prob = np.where(self.used, self.at.prob, 1.0)
        odds = np.log(prob / np.take_along_axis(prob, self.first[plan.set_of_slot], axis=0))
        ranked = np.where(mixed, mark, np.inf)
        order = np.argsort(ranked, axis=0, kind="stable")
        ordered = np.take_along_axis(ranked, order, axis=0)
        with np.errstate(invalid="ignore"):
            step = np.diff(ordered, axis=0) > TWIN
        cluster = np.zeros(mixed.shape, np.intp)
        np.put_along_axis(cluster, order[1:], np.cumsum(step, axis=0), axis=0)
        least = np.full(mixed.shape, plan.slots, np.intp)
        rows, columns = np.nonzero(mixed)
        np.minimum.at(least, (cluster[rows, columns], columns), rows)
        lead = np.where(mixed, np.take_along_axis(least, cluster, axis=0), 0)
        still = mixed & (np.abs(mark) <= TWIN)
        shared = mixed & ~still & (lead != np.arange(plan.slots)[:, None])
        apart = np.where(still, np.abs(odds), np.where(shared, np.abs(odds - odds[lead, draws]), 0.0))
        self.smooth &= (apart <= SAME).all(axis=0)
        return np.where(still, -1, np.where(shared, lead, -2))

    def _groups(self, i: int) -> list[Group]:
        """The groups of nodes at draw ``i``, first groups left out."""
        plan, parted = self.plan, self.parted[:, i]
        base = self.first[:, i][plan.set_of_slot]
        out: list[Group] = []
        apart: list[Floats] = []  # by group: how often more each mistake is made
        for h in np.unique(plan.set_of_place[parted]):
            places = np.flatnonzero(parted & (plan.set_of_place == h))
            codes = self.codes[places, i]
            members = [places[codes == code] for code in np.unique(codes)]
            first = int(members[0][0])
            for group in members[1:]:
                more = self._path(int(group[0])) - self._path(first)
                more[self.used[:, i]] = 0.0
                link = combination(apart, more)
                apart.append(more)
                mistake = np.flatnonzero(more)
                out.append(Group(group, first, mistake, more[mistake], base[mistake], link=link))
        return out

    def _path(self, place: int) -> Floats:
        """[slot] how often an option is on the path to a place."""
        on = self.plan.line_column[self.plan.line_place == place]
        return np.bincount(on[on < self.plan.slots], minlength=self.plan.slots).astype(np.float64)

    def _bayes(self, group: Group, draws: Index) -> Bools:
        """[draw] whether the belief between a group and the first one is Bayes' rule for equally likely mistakes."""
        at, member = self.at, self.plan.member
        odds = np.log(at.belief[group.places[0], draws] / at.belief[group.first, draws])
        reach = at.reach[member[group.places[0]], draws] - at.reach[member[group.first], draws]
        base = np.log(
            at.prob[group.base][:, draws]
        )  # the log of a mistake is that of the first option in use less lambda * loss
        return np.abs(odds - reach - group.more @ base) <= SAME

    def _settled(self, groups: list[Group], nothing: Bools, left: Bools, i: int) -> tuple[Group, ...] | None:
        """The equation of each group; None where there are not as many fading options as beliefs that nothing else fixes."""
        fading = np.flatnonzero(self.fading[:, i])
        if len(fading) != left.sum():
            return None
        rest = iter([int(s) for s in fading])
        out: list[Group] = []
        for group, empty, open_ in zip(groups, nothing, left, strict=True):
            if open_:
                slot = next(rest)
                used = self.first[self.plan.set_of_slot[slot], i]
                out.append(replace(group, fading=slot, base=np.append(group.base, used)))
            else:
                out.append(replace(group, bayes=bool(empty)))
        return tuple(out)

    def _empty(self, matrix: Floats, draws: Index) -> Bools:
        """[draw] whether an equation or an unknown is rounding alone, which scaling would hide."""
        size = np.abs(matrix)
        least = np.minimum(size.max(axis=1).min(axis=1), size.max(axis=2).min(axis=1))
        return np.asarray(least <= TWIN * self.scale[draws])

    def _system(self, regime: Regime) -> Floats:
        """The matrix [draw, unknown, unknown]."""
        at, plan, d = self.at, self.plan, regime.draws
        k, m = len(regime.slot), len(regime.slot) + len(regime.group)
        prob = at.prob[:, d]
        set_of = plan.set_of_slot[regime.slot]
        cols = np.flatnonzero(np.isin(plan.set_of_slot, set_of))  # slots of the sets that mix
        entry = np.flatnonzero(np.isin(plan.col, cols))
        by = np.zeros((plan.slots, len(cols), len(d)))
        by[plan.row[entry], np.searchsorted(cols, plan.col[entry])] = self.by[np.ix_(entry, d)]
        at_set = np.flatnonzero(np.diff(plan.set_of_slot[cols], prepend=-1))
        move = np.empty((plan.slots, m, len(d)))  # d worth / d unknown
        if k:
            whole = np.add.reduceat(by, at_set, axis=1)
            own = np.searchsorted(plan.set_of_slot[cols[at_set]], set_of)
            move[:, :k] = by[:, np.searchsorted(cols, regime.slot)] - prob[regime.slot] * whole[:, own]
        for j, group in enumerate(regime.group):
            entry = np.isin(plan.option_place, group.places)
            apart = (at.value[plan.option_value[entry]] - at.worth[plan.option_slot[entry]])[:, d]
            part = np.zeros((plan.slots, len(d)))
            np.add.at(part, plan.option_slot[entry], at.belief[plan.option_place[entry]][:, d] * apart)
            move[:, k + j] = part
        matrix = np.zeros((m, m, len(d)))
        matrix[:k] = move[regime.slot] - move[regime.base]
        for u in np.flatnonzero(regime.twin != -2):
            matrix[u] = 0.0
            matrix[u, u] = 1.0
            if regime.twin[u] >= 0:
                matrix[u, np.flatnonzero(regime.slot == regime.twin[u])] = -1.0
        for j, group in enumerate(regime.group):
            if group.link is not None:
                matrix[k + j, k + j] = 1.0
                matrix[k + j, k : k + j] -= group.link[:, None]
            elif group.fading >= 0:
                matrix[k + j] = move[group.fading] - move[group.base[-1]]
            elif group.bayes:
                matrix[k + j, k + j] = 1.0
                for t, more in zip(group.base, group.more, strict=True):
                    own = np.flatnonzero(set_of == plan.set_of_slot[t])
                    matrix[k + j, own] += more * prob[regime.slot[own]]
            else:
                matrix[k + j] = np.einsum("s,smd->md", group.more, move[group.mistake] - move[group.base])
        return np.ascontiguousarray(matrix.transpose(2, 0, 1))
