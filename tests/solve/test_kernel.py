"""The kernels' pass over decisions only against plain sums over paths, dense Newton and derivatives by a complex step."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from games import random_game
from hypothesis import given, settings
from hypothesis import strategies as st
from tracer import Paths

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import compile_tree, solve
from detente.solve.logit.batch import make_batch
from detente.solve.logit.kernel import enter, evaluate
from detente.solve.logit.lanes import LANES
from detente.solve.logit.layout import (
    BLOCK_COUNT,
    BLOCKS,
    INNER,
    INNERS,
    JACOBIAN,
    NEGATIVES,
    OUTER,
    OUTERS,
    PULL,
    RESIDUAL,
    ROWS,
    START,
    STEP,
    TANGENT,
    THERE,
    WORTH,
    Z,
)
from detente.solve.logit.limit import enter_twofold, evaluate_twofold
from detente.solve.logit.linear import newton_and_tangent
from detente.solve.logit.slope import differentiate


def hidden_type(seed: int) -> Tree:
    """Chance draws what player 1 alone knows; then a random tree, all of it seen: moves of three players, two or three
    options, single options, chance between decisions and, several times over, at the end."""
    rng = np.random.default_rng(seed)
    lines = ['EFG 2 R "hidden type" { "A" "B" "C" }', '""', "", 'c "" 1 "type" { "0" 0.3 "1" 0.7 } 0']
    numbers: dict[tuple[int, tuple], int] = {}
    counts = [0, 1]  # outcomes, chance moves

    def shape(depth: int) -> tuple:
        kind = int(rng.integers(0, 4)) if depth < 5 else int(rng.choice([0, 4]))
        if kind == 4 or (depth > 1 and rng.random() < 0.25):
            return (4, ())
        return kind, tuple(shape(depth + 1) for _ in range(int(rng.choice([1, 2, 2, 3])) if depth else 2))

    def write(node: tuple, hidden: int, path: tuple) -> None:
        kind, below = node
        if kind == 4:
            counts[0] += 1
            pay = ", ".join(repr(float(v)) for v in rng.uniform(-1, 1, 3).round(6))
            lines.append(f't "" {counts[0]} "" {{ {pay} }}')
            return
        if kind == 0:
            counts[1] += 1
            share = (
                np.array([1.0])
                if len(below) == 1
                else np.array([0.25, 0.75] if len(below) == 2 else [0.25, 0.5, 0.25])
            )
            edges = " ".join(f'"e{k}" {p!r}' for k, p in enumerate(share.tolist()))
            lines.append(f'c "" {counts[1]} "" {{ {edges} }} 0')
        else:
            number = numbers.setdefault((kind, path if kind != 1 else (hidden, *path)), len(numbers) + 1)
            options = " ".join(f'"o{k}"' for k in range(len(below)))
            lines.append(f'p "" {kind} {number} "s{number}" {{ {options} }} 0')
        for k, next_node in enumerate(below):
            write(next_node, hidden, (*path, k))

    tree = (1, (shape(1), (2, (shape(2), shape(2)))))
    for hidden in range(2):
        write(tree, hidden, ())
    return read_efg("\n".join(lines) + "\n")


def compare(tree: Tree, z: np.ndarray, lam: float) -> None:
    """Differences of worth, the Jacobian, the Newton step and the tangent at ``z``: the kernels against the plain road."""
    compiled, plain = compile_tree(tree), Paths(tree)
    t, at, n = compiled.table, compiled.at, compiled.unknowns
    w, c = compiled.room()
    unknown = np.array(
        [
            compiled.first_unknown[plain.slot_set[s]] + s - tree.slot_start[plain.slot_set[s]] - 1
            for s in plain.free
        ],
        np.intp,
    )
    _, slopes, minus_pull = plain.with_slopes(z, lam)
    batch, unit = make_batch(compiled, tree.numbers_at(), np.array([lam]))
    rng = np.random.default_rng(len(z))
    for lane in range(LANES):  # other lanes hold other points
        enter(t, at, w, c, lane, batch.payoff[0], batch.chance[0], batch.excluded[0])
        w[at[Z] : at[Z] + n, lane] = rng.normal(size=n)
    mine = int(rng.integers(LANES))
    w[at[Z] + unknown, mine] = z
    w[THERE] = lam * unit[0]
    evaluate(t, at, w, c)
    pull = w[at[PULL] + unknown, mine]
    assert np.allclose(pull * unit[0], -minus_pull, rtol=0, atol=1e-11)
    differentiate(t, at, w, c)
    jacobian = np.eye(n)
    for i in range(n):
        for section, first in ((OUTERS, OUTER), (INNERS, INNER)):
            for k in range(t[at[ROWS] + i, first], t[at[ROWS] + i + 1, first]):
                entry, column = t[at[section] + k, :2]
                jacobian[i, column] += w[at[JACOBIAN] + entry, mine]
    assert np.allclose(jacobian[np.ix_(unknown, unknown)], slopes, rtol=0, atol=1e-9 * (1 + lam))
    residual = w[at[Z] : at[Z] + n] - w[THERE] * w[at[PULL] : at[PULL] + n]
    w[at[RESIDUAL] : at[RESIDUAL] + n] = residual
    newton_and_tangent(t, at, w, c)
    size = np.abs(residual[:, mine]).max(initial=1e-9) * (1 + lam)
    step, tangent = w[at[STEP] : at[STEP] + n, mine], w[at[TANGENT] : at[TANGENT] + n, mine]
    assert np.abs(jacobian @ step + residual[:, mine]).max(initial=0.0) < 1e-9 * size
    assert np.abs(jacobian @ tangent - w[at[PULL] : at[PULL] + n, mine]).max(initial=0.0) < 1e-9 * size
    for b, (start, end) in enumerate(blocks(t, at)):
        sign = np.sign(np.linalg.det(jacobian[start:end, start:end]))
        assert (-1) ** c[at[NEGATIVES] + b, mine] == sign
    for lane in range(LANES):
        enter_twofold(t, at, w, c, lane, batch.payoff[0])
    evaluate_twofold(t, at, w, c)
    first = tree.slot_start[plain.slot_set[plain.free]]
    twofold = w[at[WORTH] + plain.free, mine] - w[at[WORTH] + first, mine]
    assert np.allclose(twofold * unit[0], -minus_pull, rtol=0, atol=1e-11)
    assert np.allclose(
        w[at[RESIDUAL] : at[RESIDUAL] + n, mine], residual[:, mine], rtol=0, atol=1e-10 * (1 + lam)
    )


def blocks(t: np.ndarray, at: np.ndarray) -> list[tuple[int, int]]:
    """Unknowns [from, to) of every block, those of one set included."""
    starts = t[at[BLOCKS] : at[BLOCKS] + at[BLOCK_COUNT] + 1, START].tolist()
    return list(pairwise(starts))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.booleans())
def test_pull_and_jacobian_on_random_games(seed: int, layered: bool) -> None:
    tree = hidden_type(seed) if layered else random_game(seed)
    rng = np.random.default_rng(seed)
    compare(tree, rng.normal(scale=3.0, size=tree.n_slots - len(tree.sets)), 2.0)


@pytest.mark.parametrize(
    "game", ["beer-quiche", "centipede", "chain-store", "crisis", "fold", "horse", "offers"]
)
def test_pull_and_jacobian_on_shared_games(shared: Path, game: str) -> None:
    tree = read_efg(shared / "efg" / f"{game}.efg")
    compare(tree, np.random.default_rng(1).normal(scale=2.0, size=tree.n_slots - len(tree.sets)), 3.0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_same_answers_as_plain_newton(seed: int) -> None:
    """Short steps in lambda and a dense Newton at each: no blocks, no predictor. Up to lambda 1, where nothing folds."""
    tree = hidden_type(seed)
    plain, z = Paths(tree), np.zeros(tree.n_slots - len(tree.sets))
    for lam in np.linspace(0.1, 1.0, 10):
        for _ in range(8):
            f, slopes, _ = plain.with_slopes(z, float(lam))
            z = z - np.linalg.solve(slopes, f)
        assert np.abs(plain.residual(z, float(lam))).max(initial=0.0) < 1e-11
    found = solve(tree, precision=1.0)
    assert found.certified.all()
    assert np.abs(found.strategy[0] - np.exp(plain.log_p(z))).max() < 1e-9
