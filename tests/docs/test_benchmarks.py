"""What the benchmarks of the solver rest on: their games, their counts, and the prototype's road to the same answers."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
import roofline  # noqa: E402
import sweeps  # noqa: E402
from families import FAMILIES, chain_store, rounds, signals  # noqa: E402
from prototype import elimination, structure  # noqa: E402
from prototype.tape import write  # noqa: E402

from detente.game.efg import read_efg, write_efg  # noqa: E402
from detente.solve import solve  # noqa: E402


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_a_family_grows_and_is_solved(family) -> None:  # type: ignore[no-untyped-def]
    small, large = (family.tree(size) for size in family.quick)
    assert large.n_nodes > small.n_nodes
    assert large.n_slots > small.n_slots
    assert solve(small, precision=5.0).certified.all()
    assert read_efg(write_efg(large)).n_nodes == large.n_nodes


def test_chain_store_has_every_history_of_three_outcomes() -> None:
    for n in (1, 2, 3, 4):
        tree = read_efg(chain_store(n))
        histories = (3**n - 1) // 2
        assert len(tree.sets) == 3 * histories  # an entrant, a weak and a tough incumbent at each
        assert tree.n_outcomes == 2 * 3**n


def test_both_sides_read_the_same_numbers() -> None:
    """Draws are kept to six decimals, so that the file written for the peer says exactly what we solve."""
    tree = read_efg(signals(2))
    numbers = sweeps.numbers_of(tree, 5)
    assert np.ptp(numbers, axis=0).max() > 0.01
    for row in numbers:
        again = read_efg(write_efg(tree, row))
        found, told = (solve(t, precision=3.0) for t in (sweeps.at(tree, row[None]), again))
        assert np.array_equal(found.strategy, told.strategy)
        assert np.array_equal(found.value, told.value)


def acyclic(edges: list[set[int]], without: set[int]) -> bool:
    return all(
        len(part) == 1 and part[0] not in edges[part[0]]
        for part in structure.components(edges, set(range(len(edges))) - without)
    )


@pytest.mark.parametrize(
    "text", [chain_store(2), signals(2), rounds(2)], ids=["chain store", "signals", "rounds"]
)
def test_the_fewest_guesses_are_the_fewest(text: str) -> None:
    """Every smaller choice of vertices in a component leaves a circle: all are tried."""
    needs = structure.needs_of(read_efg(text))
    edges, weight = needs.with_beliefs()
    for part in structure.components(edges):
        if len(part) == 1:
            continue
        found, proved = structure.feedback(edges, weight, part)
        assert proved
        outside = set(range(len(edges))) - set(part)
        assert acyclic(edges, outside | set(found))
        cost = sum(weight[v] for v in found)
        for k in range(1, min(len(part), 3)):
            for few in combinations(part, k):
                if sum(weight[v] for v in few) < cost:
                    assert not acyclic(edges, outside | set(few))


def test_dependence_is_what_a_change_does() -> None:
    """Move one strategy of a random profile: the worth of options changes at the sets that are said to depend on it only."""
    tree = read_efg(chain_store(2))
    needs = structure.needs_of(tree).log_odds()
    rng = np.random.default_rng(2)
    strategy = np.concatenate([rng.dirichlet(np.ones(len(h.options))) for h in tree.sets])
    before = log_odds(tree, strategy)
    seen = [set() for _ in tree.sets]
    for g, owned in enumerate(tree.sets):
        moved, first = strategy.copy(), int(tree.slot_start[g])
        moved[first : first + len(owned.options)] = rng.dirichlet(np.ones(len(owned.options)))
        for h, (a, b) in enumerate(zip(before, log_odds(tree, moved), strict=True)):
            if np.abs(a - b).max() > 1e-12:
                seen[h].add(g)
    assert all(s <= n | {h} for h, (s, n) in enumerate(zip(seen, needs, strict=True)))
    assert sum(map(len, seen)) > 10


def log_odds(tree, strategy: np.ndarray) -> list[np.ndarray]:  # type: ignore[no-untyped-def]
    """Worth of every option less that of the first, by sums over paths."""

    def value(node: int, player: int) -> float:
        if tree.terminal[node] >= 0:
            cell = int(tree.terminal[node]) * len(tree.players) + player
            return float(
                base[tree.payoff_number[tree.payoff_start[cell] : tree.payoff_start[cell + 1]]].sum()
            )
        return sum(probability(y) * value(y, player) for y in children(node))

    def children(node: int) -> list[int]:
        return tree.child[tree.child_start[node] : tree.child_start[node + 1]].tolist()

    def probability(node: int) -> float:
        up, b = int(tree.parent[node]), int(tree.branch[node])
        if tree.info_set[up] >= 0:
            return float(strategy[tree.slot_start[tree.info_set[up]] + b])
        return float(base[tree.edge_number[tree.child_start[up] + b]])

    def reach(node: int) -> float:
        return 1.0 if node == 0 else probability(node) * reach(int(tree.parent[node]))

    base = tree.numbers_at()[0]
    out = []
    for owned in tree.sets:
        at = np.array([reach(x) for x in owned.nodes])
        worth = [
            sum(
                p * value(children(x)[a], owned.player)
                for p, x in zip(at / at.sum(), owned.nodes, strict=True)
            )
            for a in range(len(owned.options))
        ]
        out.append(np.array(worth[1:]) - worth[0])
    return out


def test_elimination_in_a_fixed_order_solves_the_system() -> None:
    tree = read_efg(chain_store(3))
    needs = structure.needs_of(tree)
    guessed = frozenset(h for part in structure.components(needs.log_odds()) if len(part) > 1 for h in part)
    _, arrays = write(tree, guessed, needs)
    plan = elimination.plan(arrays)
    n, rng = len(arrays.unknown), np.random.default_rng(4)
    matrix = np.eye(n)
    for i, columns in enumerate(elimination.pattern(arrays)):
        for j in columns:
            matrix[i, j] += 3 * rng.normal() * (i != j)
    entry, sign, x = np.zeros(len(plan.row)), np.zeros(len(plan.block) - 1), rng.normal(size=n)
    right = matrix @ x
    assert elimination.sparse_factor.py_func(plan, matrix, entry, sign)
    elimination.sparse_solve.py_func(plan, matrix, entry, right)
    assert np.allclose(right, x, atol=1e-9)
    for b, (first, end) in enumerate(zip(plan.block[:-1], plan.block[1:], strict=True)):
        assert sign[b] == np.sign(np.linalg.det(matrix[first:end, first:end]))
    assert elimination.operations_of(plan) < n**3 // 2


def test_operations_are_counted_by_hand_for_a_small_game() -> None:
    """A player moves, another sees it and answers: two sets of two options after one move, worth 1 set above each."""
    tree = read_efg(
        'EFG 2 R "entry" { "E" "D" }\n""\n\np "" 1 1 "enter" { "in" "out" } 0\np "" 2 1 "answer" { "fight" "yield" } 0\n'
        't "" 1 "" { -1, -1 }\nt "" 2 "" { 1, 0 }\nt "" 3 "" { 0, 2 }\n'
    )
    counted = roofline.operations(tree)
    assert counted["mix"] == 2 * (2 * (roofline.EXP + 2) + roofline.EXP)
    assert counted["reach"] == 2
    assert counted["beliefs"] == 0
    assert counted["values"] == 2 * 2 * 1  # two edges at the answer, for the one who has moved before
    assert counted["worth"] == 2 * 2 * 2
    assert counted["slopes"] == 5  # the answer, of the entry
    assert counted["elimination"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [chain_store(2), signals(3), rounds(3)], ids=["chain store", "signals", "rounds"]
)
def test_every_choice_of_unknowns_finds_the_same_answers(text: str) -> None:
    import unknowns

    rows = unknowns.compare("game", read_efg(text), draws=6, runs=1, seconds=5.0)
    assert {r["choice"] for r in rows} == {"log-odds", "log-odds, sparse", "beliefs", "fewest"}
    for row in rows:
        assert row["verified"], row["work"]
        if row["precision"] == 20.0:
            assert row["found"] == 1.0


def test_a_normaliser_as_unknown_makes_grids_cheap() -> None:
    """Four times as many offers cost about four times as much, and not sixteen or sixty-four."""
    from families import offers
    from prototype.bordered import bordered

    small, large = (read_efg(offers(n)) for n in (10, 40))
    costs = [bordered(tree, structure.needs_of(tree)) for tree in (small, large)]
    full = [structure.elimination(tree, structure.needs_of(tree)).dense for tree in (small, large)]
    assert 3.5 < costs[1] / costs[0] < 4.5
    assert full[1] / full[0] > 40
