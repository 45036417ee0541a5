"""The intuitive criterion and D1 by a second road: grids over beliefs and over mixed answers."""

from __future__ import annotations

import numpy as np
import pytest
from games import crisis, signalling

from detente.solve import equilibria
from detente.solve.equilibria.assessment import Point
from detente.solve.equilibria.refinements import signalling as structure

GRID = np.linspace(0, 1, 401)


def by_grids(u: np.ndarray, v: np.ndarray, now: np.ndarray) -> tuple[bool, bool]:
    """Whether an unsent message breaks the intuitive criterion, and D1; two types, ``u`` and ``v`` [type, answer]."""

    def best(types: list[int]) -> list[int]:
        beliefs = np.array([[1 - g, g] for g in GRID]) if len(types) == 2 else np.eye(2)[types]
        worth = beliefs @ v
        return np.flatnonzero((worth > worth.max(axis=1, keepdims=True) - 1e-9).any(axis=0)).tolist()

    every = best([0, 1])
    left = [t for t in range(2) if u[t, every].max() >= now[t] - 1e-9]
    broken = bool(left) and any(u[t, best(left)].min() > now[t] + 1e-9 for t in left)

    # mixed best answers: to each belief on the grid, mixes of what is best; beliefs where two answers tie are found exactly
    def mixes(types: list[int]) -> np.ndarray:
        beliefs = [0.0, 1.0] if len(types) == 2 else [float(types[0])]
        if len(types) == 2:
            for a in range(v.shape[1]):
                for b in range(a):
                    slope = (v[1, a] - v[1, b]) - (v[0, a] - v[0, b])
                    if slope:
                        beliefs.append(-(v[0, a] - v[0, b]) / slope)
            beliefs = [b for b in beliefs if 0 <= b <= 1]
        out = [np.eye(v.shape[1])[every if len(types) == 2 else best(types)]]
        for b in beliefs:
            worth = (1 - b) * v[0] + b * v[1]
            ties = np.flatnonzero(worth > worth.max() - 1e-9)
            for i, a in enumerate(ties):
                for c in ties[:i]:
                    rows = np.zeros((len(GRID), v.shape[1]))
                    rows[:, a], rows[:, c] = GRID, 1 - GRID
                    out.append(rows)
        return np.concatenate(out)

    answers = mixes([0, 1])
    worth = answers @ u.T  # [mix, type]
    deleted = [
        t
        for t in range(2)
        if not np.any((worth[:, t] >= now[t] - 1e-9) & (worth[:, 1 - t] <= now[1 - t] + 1e-9))
    ]
    kept = [t for t in range(2) if t not in deleted] or [0, 1]
    survives = bool((mixes(kept) @ u.T <= now + 1e-9).all(axis=1).any())
    return broken, not survives


@pytest.mark.parametrize("answers", [2, 3])
def test_both_criteria_agree_with_grids(answers: int) -> None:
    rng = np.random.default_rng(answers)
    counts = np.zeros((2, 2), int)
    for _ in range(150 if answers == 2 else 60):
        tree = signalling(rng, 2, answers)
        found = equilibria(tree, mixed=False)
        point = Point(tree, found.numbers)
        game = structure(tree)
        assert game is not None
        for i, e in enumerate(found.found):
            s = found.strategy(i)
            if not e.pure:
                continue
            edges = point.plan.edges(point.numbers, s[None])
            values = [
                point.plan.backward(edges, point.payoff[:, k])[:, 0] / point.spread[k] for k in range(2)
            ]
            now = np.array([values[0][tree.sets[h].nodes[0]] for h in game.sender_sets])
            verdicts = [(False, False)]
            for m in range(2):
                if any(s[int(tree.slot_start[h]) + m] > 0 for h in game.sender_sets):
                    continue
                u, v = (np.array([[values[k][x] for x in row] for row in game.node[m]]) for k in range(2))
                verdicts.append(by_grids(u, v, now))
            broken, dominated = (any(v[k] for v in verdicts) for k in range(2))
            assert e.refinement is not None
            assert e.refinement.intuitive == (not broken)
            assert e.refinement.d1 == (not dominated)
            assert (
                e.refinement.d1 is False or e.refinement.intuitive
            )  # D1 deletes at least what the other does
            counts[int(broken), int(dominated)] += 1
    assert counts[0, 0] > 5
    assert counts[1, 1] > 2
    assert counts[0, 1] > 0  # D1 is the stronger


def test_games_that_are_no_signalling_games_are_not_judged() -> None:
    assert structure(crisis(np.random.default_rng(0))) is None
