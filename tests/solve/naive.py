"""Solvers as one writes them first. Each is wrong without saying so on some game; the tests of the rules show which.

They answer with a strategy [slot] and ``claims``: whether they think that they are done. None of this is used by the package.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from tracer import Paths

from detente.game.tree import Tree


class Answer(NamedTuple):
    strategy: np.ndarray  # [slot]
    claims: bool


def _softmax(tree: Tree, full: np.ndarray) -> np.ndarray:
    out = np.empty(tree.n_slots)
    for a, b in zip(tree.slot_start, tree.slot_start[1:], strict=False):
        weights = np.exp(full[a:b] - full[a:b].max())
        out[a:b] = weights / weights.sum()
    return out


def worth_by_products(paths: Paths, p: np.ndarray) -> np.ndarray:
    """u [slot] with beliefs as quotients of products of probabilities, uniform where a set's reach is 0."""
    tree = paths.tree
    leaf = np.exp(paths.leaf_chance) * np.prod(np.where(paths.leaf_use > 0, p, 1.0), axis=1)
    out = np.zeros(tree.n_slots)
    for h in range(len(tree.sets)):
        nodes = np.exp(paths.node_chance[h]) * np.prod(np.where(paths.node_use[h] > 0, p, 1.0), axis=1)
        total = nodes.sum()
        for s in range(int(tree.slot_start[h]), int(tree.slot_start[h + 1])):
            if total > 0 and p[s] > 0:
                out[s] = leaf[paths.below[s]] @ paths.slot_pay[s] / (p[s] * total)
            else:
                out[s] = _below(paths, p, h, s)
    return out


def _below(paths: Paths, p: np.ndarray, h: int, s: int) -> float:
    """What option ``s`` is worth with equal belief in every node of its set."""
    tree = paths.tree
    below = 0.0
    for x in tree.sets[h].nodes:
        below += _value(paths, p, int(tree.child[tree.child_start[x] + s - tree.slot_start[h]]), h)
    return below / len(tree.sets[h].nodes)


def _value(paths: Paths, p: np.ndarray, node: int, h: int) -> float:
    tree = paths.tree
    owner = tree.sets[h].player
    numbers = tree.numbers_at()[0]
    if tree.terminal[node] >= 0:
        cell = int(tree.terminal[node]) * len(tree.players) + owner
        return float(numbers[tree.payoff_number[tree.payoff_start[cell] : tree.payoff_start[cell + 1]]].sum())
    edges = range(int(tree.child_start[node]), int(tree.child_start[node + 1]))
    g = int(tree.info_set[node])
    shares = [
        p[int(tree.slot_start[g]) + k] if g >= 0 else numbers[int(tree.edge_number[e])]
        for k, e in enumerate(edges)
    ]
    return float(sum(q * _value(paths, p, int(tree.child[e]), h) for q, e in zip(shares, edges, strict=True)))


def fixed_point(tree: Tree, lam: float, steps: int = 300) -> Answer:
    """Best logit replies to best logit replies, from equal chances on; claims to be done when nothing moves by 1e-10."""
    paths, p = Paths(tree), _softmax(tree, np.zeros(tree.n_slots))
    moved = np.inf
    for _ in range(steps):
        after = _softmax(tree, lam * worth_by_products(paths, p))
        moved, p = float(np.abs(after - p).max()), after
    return Answer(p, moved < 1e-10)


def by_probabilities(tree: Tree, lam: float, h: float = 0.1) -> Answer:
    """Continuation with probabilities as unknowns: |p - logit(p)| is all it looks at."""
    paths, p, at = Paths(tree), _softmax(tree, np.zeros(tree.n_slots)), 0.0
    while at < lam:
        at = min(max(at * (1 + h), at + 0.05), lam)
        for _ in range(30):
            f = p - _softmax(tree, at * worth_by_products(paths, p))
            if np.abs(f).max() < 1e-10:
                break
            slopes = np.empty((tree.n_slots, tree.n_slots))
            for k in range(tree.n_slots):
                q = p.copy()
                q[k] += 1e-7
                slopes[:, k] = (q - _softmax(tree, at * worth_by_products(paths, q)) - f) / 1e-7
            p = np.clip(p - np.linalg.solve(slopes, f), 0.0, 1.0)
    f = p - _softmax(tree, lam * worth_by_products(paths, p))
    return Answer(p, bool(np.abs(f).max() < 1e-9))


def by_determinant(
    tree: Tree, lams: list[float], growth: float = 2.0, z: np.ndarray | None = None
) -> list[Answer]:
    """Continuation in lambda, log-odds; a step is refused if Newton fails or the determinant is not positive. No step back."""
    paths = Paths(tree)
    at = 0.0
    z = np.zeros(len(paths.free)) if z is None else z
    out: list[Answer] = []
    for lam in lams:
        factor, lost = growth, False
        while at < lam:
            ahead = min(max(at * factor, at + 0.1 * (factor - 1)), lam)
            _, slopes, by_lam = paths.with_slopes(z, at)
            guess = z - np.linalg.solve(slopes, by_lam) * (ahead - at)
            if not _newton(paths, guess, ahead):
                factor = 1 + (factor - 1) / 2
                if factor < 1 + 1e-9:
                    lost = True
                    break
                continue
            z, at, factor = guess, ahead, min(factor * 1.3, growth)
        out.append(Answer(np.exp(paths.log_p(z)), not lost))
    return out


def _newton(paths: Paths, z: np.ndarray, lam: float) -> bool:
    """In place."""
    for _ in range(25):
        f, slopes, _ = paths.with_slopes(z, lam)
        if not np.isfinite(f).all():
            return False
        z -= np.linalg.solve(slopes, f)
        if np.abs(f).max() < 1e-9 * (1 + lam):
            return bool(np.linalg.det(slopes) > 0)
    return False


def warm(trees: list[Tree], lam: float) -> list[Answer]:
    """A sweep that starts each game from the answer to the one before."""
    paths = Paths(trees[0])
    z = np.zeros(len(paths.free))
    for at in np.linspace(0, lam, 200)[1:]:
        _newton(paths, z, float(at))
    out = []
    for tree in trees:
        paths = Paths(tree)
        done = _newton(paths, z, lam)
        out.append(Answer(np.exp(paths.log_p(z)), done))
    return out


def limit_at(tree: Tree, lam: float = 1e4) -> Answer:
    """A large lambda taken for the limit."""
    return by_determinant(tree, [lam])[0]


def limit_by_powers(tree: Tree, lam: float = 1e3) -> Answer:
    """Extrapolated in 1 / lambda from two large lambdas."""
    one, two = by_determinant(tree, [lam, 2 * lam])
    return Answer(2 * two.strategy - one.strategy, one.claims and two.claims)


def limit_by_regret(tree: Tree, regret: float = 1e-8) -> Answer:
    """Stops where no player gains more than ``regret`` from the start of the game: says nothing of what is not reached."""
    for lam in np.geomspace(0.1, 1e6, 60):
        found = by_determinant(tree, [float(lam)])[0]
        if _ex_ante_regret(tree, found.strategy) <= regret:
            return Answer(found.strategy, True)
    return Answer(found.strategy, False)


def _ex_ante_regret(tree: Tree, p: np.ndarray) -> float:
    """Largest gain at a set, weighted with the probability of reaching it."""
    paths = Paths(tree)
    u = worth_by_products(paths, p)
    worst = 0.0
    for h in range(len(tree.sets)):
        own = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
        nodes = np.exp(paths.node_chance[h]) * np.prod(np.where(paths.node_use[h] > 0, p, 1.0), axis=1)
        worst = max(worst, float(nodes.sum() * (u[own].max() - u[own] @ p[own])))
    return worst


def limit_by_jump(tree: Tree, start: float = 2e4, far: float = 1e12) -> Answer:
    """One jump to lambda 1e12 with log-odds in doubles; claims what has small gains."""
    paths = Paths(tree)
    p = by_determinant(tree, [start])[0].strategy
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(p, 1e-300))
    z = logs[paths.free] - logs[paths.zero]
    _newton(paths, z, start)
    _, slopes, by_lam = paths.with_slopes(z, start)
    z = np.where(np.abs(z) > 30, z - np.linalg.solve(slopes, by_lam) * (far - start), z)
    for _ in range(60):
        f, slopes, _ = paths.with_slopes(z, far)
        if np.abs(f).max() / far < 1e-13:
            break
        z = z - np.linalg.solve(slopes, f)
    u = paths.worth(z)
    p = np.exp(paths.log_p(z))
    gain = max(
        float(u[a:b].max() - u[a:b] @ p[a:b])
        for a, b in zip(tree.slot_start, tree.slot_start[1:], strict=False)
    )
    return Answer(p, bool(np.isfinite(z).all() and gain < 1e-10))
