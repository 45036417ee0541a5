"""The principal branch by another road: matrices of paths, complex-step derivatives, short arclength steps.

Nothing of the package's solver is used. Slow, and good for games of up to a few hundred leaves at moderate precision.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from detente.game.tree import CHANCE, DECISION, TERMINAL, Tree

SHORTEST = 1e-6  # stride at which a change of sign is believed to be a branching


class Paths:
    """F(z, lambda) = z - lambda (u_a - u_0), from products along paths to leaves."""

    def __init__(self, tree: Tree, numbers: np.ndarray | None = None) -> None:
        numbers = tree.numbers_at()[0] if numbers is None else numbers
        self.tree, n_slots = tree, tree.n_slots
        use = np.zeros((tree.n_nodes, n_slots))
        chance = np.zeros(tree.n_nodes)
        for x in range(1, tree.n_nodes):
            up, b = int(tree.parent[x]), int(tree.branch[x])
            use[x], chance[x] = use[up], chance[up]
            if tree.kind[up] == DECISION:
                use[x, tree.slot_start[tree.info_set[up]] + b] += 1
            elif tree.kind[up] == CHANCE:
                chance[x] += np.log(numbers[tree.edge_number[tree.child_start[up] + b]])
        leaves = np.flatnonzero(tree.kind == TERMINAL)
        players = len(tree.players)
        pay = np.zeros((len(leaves), players))
        for k, x in enumerate(leaves):
            for i in range(players):
                cell = int(tree.terminal[x]) * players + i
                pay[k, i] = numbers[
                    tree.payoff_number[tree.payoff_start[cell] : tree.payoff_start[cell + 1]]
                ].sum()
        self.leaf_use, self.leaf_chance = use[leaves], chance[leaves]
        self.slot_set = np.repeat(np.arange(len(tree.sets)), np.diff(tree.slot_start))
        # per slot, the outcomes below it and what its owner gets there: the others are more likely by any factor
        self.below = [np.flatnonzero(self.leaf_use[:, s]) for s in range(n_slots)]
        self.slot_pay = [pay[self.below[s], tree.sets[h].player] for s, h in enumerate(self.slot_set)]
        self.node_use = [use[list(h.nodes)] for h in tree.sets]
        self.node_chance = [chance[list(h.nodes)] for h in tree.sets]
        self.free = np.array([s for s in range(n_slots) if s not in set(tree.slot_start[:-1].tolist())])
        self.zero = np.asarray(tree.slot_start)[self.slot_set[self.free]]

    def log_p(self, z: np.ndarray, first: np.ndarray | None = None) -> np.ndarray:
        """Logs of probabilities from log-odds against each set's first option, or against ``first`` [set] too if given."""
        full = np.zeros((*z.shape[:-1], self.tree.n_slots), z.dtype)
        if first is not None:
            full[..., self.tree.slot_start[:-1]] = first
        full[..., self.free] = z
        for h in range(len(self.tree.sets)):
            own = slice(int(self.tree.slot_start[h]), int(self.tree.slot_start[h + 1]))
            top = full[..., own].real.max(axis=-1, keepdims=True)
            full[..., own] -= top + np.log(np.exp(full[..., own] - top).sum(axis=-1, keepdims=True))
        return full

    def worth(self, z: np.ndarray, first: np.ndarray | None = None) -> np.ndarray:
        """u [..., slot]"""
        log_p = self.log_p(z, first)
        leaf = log_p @ self.leaf_use.T + self.leaf_chance
        out = np.zeros_like(log_p)
        for h in range(len(self.tree.sets)):
            nodes = log_p @ self.node_use[h].T + self.node_chance[h]
            top = nodes.real.max(axis=-1, keepdims=True)
            reach = (top + np.log(np.exp(nodes - top).sum(axis=-1, keepdims=True)))[..., 0]
            for s in range(int(self.tree.slot_start[h]), int(self.tree.slot_start[h + 1])):
                out[..., s] = (
                    np.exp(leaf[..., self.below[s]] - (log_p[..., s] + reach)[..., None]) @ self.slot_pay[s]
                )
        return out

    def residual(self, z: np.ndarray, lam: float) -> np.ndarray:
        u = self.worth(z)
        return z - lam * (u[..., self.free] - u[..., self.zero])

    def with_slopes(
        self, z: np.ndarray, lam: float, first: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """F, dF/dz, dF/dlambda by a complex step; with ``first``, only dF/dz is what it says."""
        n = len(z)
        steps = z.astype(complex) + 1e-30j * np.eye(n)
        u = self.worth(steps, first)
        pull = u[:, self.free] - u[:, self.zero]
        slopes = np.eye(n) - lam * (pull.imag / 1e-30).T
        return z - lam * pull.real[0], slopes, -pull.real[0]


@dataclass
class Traced:
    crossings: dict[
        float, list[np.ndarray]
    ]  # strategies [slot] at each precision asked for, in order along the branch
    odds: dict[float, list[np.ndarray]]  # the same as log-odds [free slot], which do not underflow
    turns: list[float] = field(default_factory=list)
    branchings: list[float] = field(default_factory=list)
    ended: float = 0.0


def follow(
    tree: Tree,
    precisions: list[float],
    numbers: np.ndarray | None = None,
    steps: int = 6000,
    finer: float = 1.0,
) -> Traced:
    """Short arclength steps from lambda 0 until lambda is past the last precision by a factor of 1.3.

    A step may turn by an angle of 0.06, divided by ``finer``.
    """
    paths = Paths(tree, numbers)
    n = len(paths.free)
    z, lam = np.zeros(n), 0.0
    _, slopes, by_lam = paths.with_slopes(z, lam)
    direction = np.append(-np.linalg.solve(slopes, by_lam), 1.0)
    direction /= np.linalg.norm(direction)
    sign = None
    out = Traced({p: [] for p in precisions}, {p: [] for p in precisions})
    stride, last = 0.01, max(precisions) * 1.3
    for _ in range(steps):
        aim = np.append(z, lam) + stride * direction
        point, good = aim.copy(), False
        for _ in range(5):
            f, slopes, by_lam = paths.with_slopes(point[:n], point[n])
            matrix = np.block([[slopes, by_lam[:, None]], [direction[None, :]]])
            step = np.linalg.solve(matrix, -np.append(f, direction @ (point - aim)))
            point += step
            if np.abs(step).max() < 1e-9:
                good = True
                break
        turned = None
        if good and np.linalg.norm(point - aim) < 0.1 * stride:
            _, slopes, by_lam = paths.with_slopes(point[:n], point[n])
            matrix = np.block([[slopes, by_lam[:, None]], [direction[None, :]]])
            turned = np.linalg.solve(matrix, np.append(np.zeros(n), 1.0))
            turned /= np.linalg.norm(turned)
        if turned is None or direction @ turned < 1 - 0.002 / finer**2:
            stride *= 0.5
            assert stride > 1e-10, f"lost at lambda {lam}"
            continue
        now = np.sign(np.linalg.det(np.block([[slopes, by_lam[:, None]], [turned[None, :]]])))
        if sign is not None and now != sign:
            # a branch that passes close by changes the sign too if the stride is longer than the gap
            if stride > SHORTEST:
                stride *= 0.25
                continue
            out.branchings.append(lam)
        if direction[n] * turned[n] < 0:
            out.turns.append(lam)
        for p in precisions:
            if (lam - p) * (point[n] - p) <= 0 and lam != p:
                share = (p - lam) / (point[n] - lam)
                guess = z + share * (point[:n] - z)
                for _ in range(20):
                    f, slopes, _ = paths.with_slopes(guess, p)
                    guess = guess - np.linalg.solve(slopes, f)
                out.crossings[p].append(np.exp(paths.log_p(guess)))
                out.odds[p].append(guess)
        sign, direction, z, lam = now, turned, point[:n], float(point[n])
        out.ended = lam
        if lam > last:
            break
        stride *= 1.25
    return out
