"""The certificate of a cursed equilibrium: beliefs, perceptions, worths and gains, stage by stage from the definition.

The passes that solve go edge by edge and carry logs of perceived probabilities. This goes stage by stage: the joint probability of
the others' moves of a stage in each state, its average over states, the mixture of the two; beliefs by the dampened
form of the cursed Bayes' rule, ``new = chi * old + (1 - chi) * Bayes`` (Fong, Lin and Palfrey 2025, the chi-dampened
updating property), which the solver does not use. Only the reading of the tree (cursed_form.py) is shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.game.tree import Floats
from detente.solve.concepts.cursed_form import END, NATURE, CursedForm
from detente.solve.levels import Levels


@dataclass(frozen=True, eq=False)
class Proof:
    """One row a draw, the worst over sets."""

    gain: Floats  # [draw] largest gain of a one-shot deviation, in its owner's eyes
    relative_gain: Floats  # the same over the range of the owner's payoffs
    residual: Floats  # largest |ln p_a / p_0 - lambda (u_a - u_0)|; nan in the limit
    belief_error: Floats  # largest difference from the beliefs claimed


def check(
    form: CursedForm,
    plan: Levels,
    numbers: Floats,
    chi: Floats,
    strategy: Floats,
    log_strategy: Floats,
    belief: Floats,
    lam: Floats,
) -> Proof:
    """Check ``strategy``, its log [slot, draw] and ``belief`` [place, draw] at ``numbers`` [draw, number], chi and lambda [draw]."""
    tree, draws = form.tree, len(numbers)
    payoff = plan.payoffs(numbers)
    spread = payoff.max(axis=0) - payoff.min(axis=0)
    limit = ~np.isfinite(lam)
    rate = np.where(limit, 0.0, lam)
    place_at = np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
    gain, relative = np.zeros(draws), np.zeros(draws)
    residual, error = np.zeros(draws), np.zeros(draws)
    for i in sorted({h.player for h in tree.sets}):
        eye = _Eye(form, plan, numbers, chi, strategy, log_strategy, i)
        for h, owned in enumerate(tree.sets):
            if owned.player != i:
                continue
            believed, worth = eye.at(h)
            claimed = belief[place_at[h] : place_at[h + 1]]
            error = np.maximum(error, np.abs(believed - claimed).max(axis=0))
            slots = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
            lost = worth.max(axis=0) - (strategy[slots] * worth).sum(axis=0)
            gain = np.maximum(gain, lost)
            relative = np.maximum(relative, lost / np.where(spread[i] > 0, spread[i], np.inf))
            odds = log_strategy[slots] - log_strategy[slots][0]
            residual = np.maximum(residual, np.abs(odds - rate * (worth - worth[0])).max(axis=0))
    return Proof(gain, relative, np.where(limit, np.nan, residual), error)


class _Eye:
    """The game as one player thinks it is. Arrays are [state, draw]."""

    def __init__(
        self, form: CursedForm, plan: Levels, numbers: Floats, chi: Floats, strategy: Floats, log_strategy: Floats, player: int
    ) -> None:  # fmt: skip
        self.form, self.tree, self.chi, self.player = form, form.tree, chi, player
        self.numbers, self.strategy, self.logs = numbers, strategy, log_strategy
        kind = form.types[player]
        self.alike = kind[:, None] == kind[None, :]  # [state, state] told the same
        edges = plan.edges(numbers, strategy.T)
        self.end_value = plan.backward(edges, plan.payoffs(numbers)[:, player])
        prior = plan.forward(edges)[form.publics[0].nodes]
        self.children: dict[int, list[int]] = {}
        for pid, public in enumerate(form.publics):
            if public.parent >= 0:
                self.children.setdefault(public.parent, []).append(pid)
        self.belief: dict[int, Floats] = {0: prior / self.among_alike(prior)}
        starts = [pid for pid, public in enumerate(form.publics) if public.stage == pid]
        for pid in starts:  # a stage before those that follow it
            self._update(pid)
        self.value: dict[int, Floats] = {}
        for pid in reversed(starts):
            nodes = form.publics[pid].nodes
            ends = form.publics[pid].mover == END
            self.value[pid] = self.end_value[nodes] if ends else self.worth_of(pid)

    def among_alike(self, x: Floats) -> Floats:
        """Sum over the states that the player cannot tell apart from each."""
        return np.einsum("st,td->sd", self.alike.astype(float), x)

    def step(self, pid: int) -> tuple[int, Floats, Floats]:
        """Who moved to a public history, and the probability and log of it in each state."""
        public = self.form.publics[pid]
        up = self.form.publics[public.parent]
        if up.mover == NATURE:
            edge = int(self.tree.child_start[up.nodes[0]]) + public.branch
            p = np.broadcast_to(
                self.numbers[:, int(self.tree.edge_number[edge])], (len(up.nodes), len(self.chi))
            )
            return NATURE, p, np.zeros(p.shape)
        slots = [int(self.tree.slot_start[self.tree.info_set[x]]) + public.branch for x in up.nodes]
        return up.mover, self.strategy[slots], self.logs[slots]

    def ahead(self, start: int) -> list[tuple[int, list[int]]]:
        """Public histories inside the stage that begins here and those that end it, each with the steps from the start."""
        found: list[tuple[int, list[int]]] = []
        todo = [(start, list[int]())]
        while todo:
            pid, path = todo.pop()
            for child in self.children.get(pid, []):
                found.append((child, [*path, child]))
                if self.form.publics[child].stage == start:
                    todo.append((child, [*path, child]))
        return found

    def others(self, path: list[int]) -> tuple[Floats, Floats]:
        """Joint probability and log of the others' moves on the way, in each state."""
        shape = (self.alike.shape[0], len(self.chi))
        p, log = np.ones(shape), np.zeros(shape)
        for pid in path:
            mover, chance, logs = self.step(pid)
            if mover not in (self.player, NATURE):
                p, log = p * chance, log + logs
        return p, log

    def perceived(self, start: int, path: list[int]) -> Floats:
        """What the player takes that joint probability to be."""
        p, _ = self.others(path)
        average = self.among_alike(self.belief[start] * p)
        return self.chi * average + (1.0 - self.chi) * p

    def _update(self, start: int) -> None:
        """Beliefs where the stage that begins here ends."""
        old = self.belief[start]
        for pid, path in self.ahead(start):
            if self.form.publics[pid].stage != pid:
                continue
            _, log = self.others(path)
            self.belief[pid] = self.chi * old + (1.0 - self.chi) * self._bayes(old, log)

    def _bayes(self, old: Floats, log: Floats) -> Floats:
        """Bayes' rule on true probabilities, given by their logs."""
        out = np.zeros(old.shape)
        for s, row in enumerate(self.alike):
            among = np.where(row[:, None] & (old > 0), log, -np.inf)
            weight = old * np.exp(among - among.max(axis=0))
            out[s] = weight[s] / weight.sum(axis=0)
        return out

    def worth_of(self, start: int, through: int | None = None) -> Floats:
        """Value in each state of the start of a stage; or the part of it that comes through one history, as if sure to be chosen."""
        total = np.zeros((self.alike.shape[0], len(self.chi)))
        for pid, path in self.ahead(start):
            if self.form.publics[pid].stage != pid or (through is not None and through not in path):
                continue
            own = np.ones(total.shape)
            for q in path:
                mover, chance, _ = self.step(q)
                if mover == NATURE or (mover == self.player and q != through):
                    own = own * chance
            total += self.perceived(start, path) * own * self.value[pid]
        return total

    def at(self, h: int) -> tuple[Floats, Floats]:
        """Belief over the nodes of a set [node, draw], and what each of its options is worth there [option, draw]."""
        owned, form = self.tree.sets[h], self.form
        nodes = {
            int(x): (pid, s)
            for pid, p in enumerate(form.publics)
            for s, x in enumerate(p.nodes)
            if p.mover == self.player
        }
        start = form.publics[nodes[owned.nodes[0]][0]].stage
        inside = dict(self.ahead(start)) | {start: []}
        belief = np.zeros((len(owned.nodes), len(self.chi)))
        worth = np.zeros((len(owned.options), len(self.chi)))
        for k, x in enumerate(owned.nodes):
            pid, s = nodes[x]
            belief[k] = self.belief[start][s] * self.perceived(start, inside[pid])[s]
            for a, child in enumerate(self.children[pid]):
                worth[a] += self.belief[start][s] * self.worth_of(start, child)[s]
        return belief, worth
