"""A game's equations in 90 digits, straight from the tree: who is right where two answers differ, and where a branch ends.

Nothing of the package's solver is used. Reach and beliefs are plain products and quotients: with exponents of any size nothing
underflows. Up to lambda 1e6 the Jacobian of the Newton steps is in doubles (`tracer.Paths`), which costs a few more steps
and no digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from tracer import Paths, follow

from detente.game.tree import CHANCE, DECISION, TERMINAL, Tree

mp = pytest.importorskip("mpmath", reason="mpmath is not installed (extra: oracle)")

DIGITS = 90
FAR = 1e6  # lambda from which the Jacobian is in many digits too
EFFORT = 2_000_000  # nodes
Vector = list  # of mpf


class Exact:
    """F(z, lambda) = z - lambda (u_a - u_0) in mpmath numbers; z over the slots that are not the first of their set."""

    def __init__(self, tree: Tree, numbers: np.ndarray | None = None) -> None:
        mp.mp.dps = DIGITS
        # as they were written: shares of 0.1, 0.3 and 0.6 add up to 1, and ties are ties
        row = [mp.mpf(repr(float(v))) for v in (tree.numbers_at()[0] if numbers is None else numbers)]
        self.tree, self.paths = tree, Paths(tree, numbers)
        self.effort = 0  # nodes passed so far, some 20 microseconds each
        self.free, self.zero = self.paths.free.tolist(), self.paths.zero.tolist()
        self.set_of_free = self.paths.slot_set[self.paths.free].tolist()
        self.free_of = [[k for k, g in enumerate(self.set_of_free) if g == h] for h in range(len(tree.sets))]
        self.start = [int(s) for s in tree.slot_start]
        self.players = len(tree.players)
        self.kids = [
            [int(x) for x in tree.child[tree.child_start[n] : tree.child_start[n + 1]]]
            for n in range(tree.n_nodes)
        ]
        self.chance = {
            n: [
                row[int(tree.edge_number[e])]
                for e in range(int(tree.child_start[n]), int(tree.child_start[n + 1]))
            ]
            for n in range(tree.n_nodes)
            if tree.kind[n] == CHANCE
        }
        self.pay = {}
        for n in range(tree.n_nodes):
            if tree.kind[n] == TERMINAL:
                first = int(tree.terminal[n]) * self.players
                self.pay[n] = [
                    mp.fsum(
                        row[int(k)]
                        for k in tree.payoff_number[
                            tree.payoff_start[first + i] : tree.payoff_start[first + i + 1]
                        ]
                    )
                    for i in range(self.players)
                ]

    def odds(self, log_strategy: np.ndarray) -> Vector:
        """z of a strategy [slot] given by its logs."""
        return [
            mp.mpf(float(log_strategy[s] - log_strategy[o]))
            for s, o in zip(self.free, self.zero, strict=True)
        ]

    def strategy(self, z: Vector) -> Vector:
        """Probabilities [slot]."""
        full = [mp.mpf(0)] * self.tree.n_slots
        for s, v in zip(self.free, z, strict=True):
            full[s] = v
        for a, b in zip(self.start, self.start[1:], strict=False):
            top = max(full[a:b])
            weights = [mp.exp(v - top) for v in full[a:b]]
            total = mp.fsum(weights)
            full[a:b] = [w / total for w in weights]
        return full

    def play(self, p: Vector) -> tuple[Vector, list[Vector]]:
        """Reach [node] and values [node][player]."""
        tree = self.tree
        self.effort += tree.n_nodes
        reach, value, share = [mp.mpf(1)] * tree.n_nodes, [None] * tree.n_nodes, [None] * tree.n_nodes
        for n in range(tree.n_nodes):
            if tree.kind[n] == DECISION:
                h = int(tree.info_set[n])
                share[n] = p[self.start[h] : self.start[h + 1]]
            elif tree.kind[n] == CHANCE:
                share[n] = self.chance[n]
            else:
                continue
            for q, x in zip(share[n], self.kids[n], strict=True):
                reach[x] = reach[n] * q
        for n in reversed(range(tree.n_nodes)):
            if tree.kind[n] == TERMINAL:
                value[n] = self.pay[n]
            else:
                below = [value[x] for x in self.kids[n]]
                value[n] = [
                    mp.fsum(q * v[i] for q, v in zip(share[n], below, strict=True))
                    for i in range(self.players)
                ]
        return reach, value

    def beliefs(self, p: Vector) -> list[Vector]:
        """[set][node of it]"""
        reach, _ = self.play(p)
        out = []
        for owned in self.tree.sets:
            mine = [reach[x] for x in owned.nodes]
            total = mp.fsum(mine)
            out.append([v / total for v in mine])
        return out

    def worth(self, p: Vector, beliefs: list[Vector] | None = None) -> Vector:
        """What each option is worth to its owner at its set [slot]; beliefs by Bayes' rule unless they are given."""
        reach, value = self.play(p)
        out: Vector = []
        for h, owned in enumerate(self.tree.sets):
            if beliefs is None:
                mine = [reach[x] for x in owned.nodes]
                total = mp.fsum(mine)
                mine = [v / total for v in mine]
            else:
                mine = beliefs[h]
            out += [
                mp.fsum(
                    b * value[self.kids[x][a]][owned.player] for b, x in zip(mine, owned.nodes, strict=True)
                )
                for a in range(len(owned.options))
            ]
        return out

    def residual(self, z: Vector, lam: float) -> Vector:
        """F; all zeros at an equilibrium."""
        u = self.worth(self.strategy(z))
        return [v - mp.mpf(lam) * (u[s] - u[o]) for v, s, o in zip(z, self.free, self.zero, strict=True)]

    def largest_residual(self, log_strategy: np.ndarray, lam: float) -> float:
        return float(max((abs(v) for v in self.residual(self.odds(log_strategy), lam)), default=mp.mpf(0)))

    def gains(self, p: Vector, beliefs: list[Vector] | None = None) -> Vector:
        """Gain of the best one-shot deviation [set], conditional on being there."""
        u = self.worth(p, beliefs)
        return [
            max(u[a:b]) - mp.fsum(x * y for x, y in zip(u[a:b], p[a:b], strict=True))
            for a, b in zip(self.start, self.start[1:], strict=False)
        ]

    def slopes(self, z: Vector, lam: float) -> np.ndarray:
        """dF/dz in doubles, from log-odds against the likeliest option of each set: near 1e10 the difference of two has no digits."""
        top = [max([mp.mpf(0), *(z[k] for k in mine)]) for mine in self.free_of]
        near = [float(v - top[h]) for h, v in zip(self.set_of_free, z, strict=True)]
        return self.paths.with_slopes(np.array(near), float(lam), np.array([-float(t) for t in top]))[1]

    def polish(self, z: Vector, lam: float, most: int = 40, first: float = np.inf) -> Vector | None:
        """Newton to 40 digits of z; None if it does not come there, or if its first step is larger than ``first``."""
        if not z:
            return z
        if lam > FAR:
            return self._polish_far(z, lam, first)
        inverse = np.linalg.inv(self.slopes(z, lam))
        before = mp.inf
        for k in range(most):
            f = self.residual(z, lam)
            worst = max(abs(v) for v in f)
            if worst < mp.mpf(10) ** -40 * (1 + max(abs(v) for v in z)):
                return z
            if k and worst > before:
                return None
            if k % 6 == 5:  # a chord that is too old
                inverse = np.linalg.inv(self.slopes(z, lam))
            scaled = np.array([float(v / worst) for v in f])
            step = -(inverse @ scaled)
            if k == 0 and np.abs(step).max() * float(worst) > first:
                return None
            z = [v + mp.mpf(s) * worst for v, s in zip(z, step.tolist(), strict=True)]
            before = worst
        return None

    def all_slopes(self, z: Vector, lam: float) -> mp.matrix:
        """dF/dz with half of all digits, by differences."""
        step, n = mp.mpf(10) ** (-DIGITS // 2), len(z)
        at = self.residual(z, lam)
        out = mp.matrix(n, n)
        for k in range(n):
            moved = self.residual([v + step if j == k else v for j, v in enumerate(z)], lam)
            for j in range(n):
                out[j, k] = (moved[j] - at[j]) / step
        return out

    def _polish_far(self, z: Vector, lam: float, first: float) -> Vector | None:
        """Where lambda times the rounding of doubles is no longer small against 1."""
        for k in range(12):
            f = self.residual(z, lam)
            if max(abs(v) for v in f) < mp.mpf(10) ** -40 * (1 + max(abs(v) for v in z)):
                return z
            try:
                step = mp.lu_solve(self.all_slopes(z, lam), mp.matrix(f))
            except ZeroDivisionError:
                return None
            if k == 0 and max(abs(v) for v in step) > first:
                return None
            z = [v - d for v, d in zip(z, step, strict=True)]
        return None

    def sign(self, z: Vector, lam: float) -> float:
        """Of the determinant."""
        if lam > FAR:
            return float(mp.sign(mp.det(self.all_slopes(z, lam))))
        return float(np.linalg.slogdet(self.slopes(z, lam))[0])


@dataclass
class End:
    """The branch far out."""

    lam: float
    strategy: np.ndarray  # [slot], to double precision
    beliefs: list[np.ndarray]  # [set][node]
    gain: float  # largest, at that lambda
    speed: float  # largest change of a probability or belief over the last factor of 10 in lambda


class Lost(Exception):
    """The reference itself does not know."""


def onwards(exact: Exact, z: Vector, lam: float, stops: list[float], effort: int = EFFORT) -> list[Vector]:
    """Follow the branch in lambda by short steps in many digits: predict, Newton, and back if the correction is not small."""
    growth, before, out = 1.3, None, []
    sign = exact.sign(z, lam)
    while len(out) < len(stops):
        if exact.effort > effort:
            raise Lost(f"too much work, at lambda {lam}")
        ahead = min(lam * growth, stops[len(out)])
        if before is not None and lam > 1e4:  # the secant has all the digits
            share = (mp.mpf(ahead) - lam) / (mp.mpf(lam) - before[1])
            guess = [v + (v - w) * share for v, w in zip(z, before[0], strict=True)]
        else:
            pull = np.array([float(v / lam) for v in z])  # u_a - u_0 on the branch
            tangent = np.linalg.solve(exact.slopes(z, lam), pull).tolist()
            guess = [v + mp.mpf(t) * (mp.mpf(ahead) - lam) for v, t in zip(z, tangent, strict=True)]
        found = exact.polish(guess, ahead, first=0.3)
        if found is not None and exact.sign(found, ahead) != sign:
            found = None
        if found is None:
            growth = 1 + (growth - 1) / 3
            if growth < 1 + 1e-5:
                raise Lost(f"at lambda {lam}")
            continue
        before = (z, mp.mpf(lam))
        z, lam, growth = found, ahead, min(1 + (growth - 1) * 1.5, 4.0)
        if lam == stops[len(out)]:
            out.append(z)
    return out


def _traced_to(tree: Tree, lam: float, numbers: np.ndarray | None) -> Vector:
    """Log-odds at the last crossing of lambda that the tracer sees."""
    try:
        traced = follow(tree, [lam], numbers, steps=20_000)
    except (AssertionError, np.linalg.LinAlgError) as why:
        raise Lost("the tracer") from why
    if traced.branchings or not traced.odds[lam]:
        raise Lost(f"branching at {traced.branchings}")
    return [mp.mpf(float(v)) for v in traced.odds[lam][-1]]


def end_of_branch(
    tree: Tree,
    numbers: np.ndarray | None = None,
    start: float = 40.0,
    far: float = 1e14,
    effort: int = EFFORT,
) -> End:
    """Where the principal branch goes: arclength to lambda ``start`` or, if it folds later, further; then many digits to ``far``.

    Raises Lost where that cannot be said.
    """
    exact = Exact(tree, numbers)
    if not exact.free:
        alone = exact.beliefs([mp.mpf(1)] * tree.n_slots)
        return End(np.inf, np.ones(tree.n_slots), [np.array([float(v) for v in b]) for b in alone], 0.0, 0.0)
    for place in (start, 15 * start, 200 * start):  # folds come late in some games
        try:
            z = exact.polish(_traced_to(tree, place, numbers), place)
            if z is None:
                raise Lost("no polishing")
            near, p = (exact.strategy(v) for v in onwards(exact, z, place, [far / 10, far], effort))
            break
        except Lost:
            if place > 100 * start:
                raise
    near_beliefs, beliefs = exact.beliefs(near), exact.beliefs(p)
    moved = max((abs(a - b) for a, b in zip(p, near, strict=True)), default=mp.mpf(0))
    turned = max(
        abs(a - b) for x, y in zip(beliefs, near_beliefs, strict=True) for a, b in zip(x, y, strict=True)
    )
    return End(
        far,
        np.array([float(v) for v in p]),
        [np.array([float(v) for v in b]) for b in beliefs],
        float(max(exact.gains(p))),
        float(max(moved, turned)),
    )
