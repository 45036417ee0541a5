"""Regrets and gains of profiles that claim to be Nash equilibria: brute force over pure deviations and over beliefs."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from games import random_game

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import outcome, solve
from detente.solve.concepts.nash_search import pure_strategies
from detente.solve.concepts.regret import KIND, inspect
from detente.solve.concepts.sequences import sequences_of
from detente.solve.levels import levels_of

ENTRY = """EFG 2 R "entry" { "entrant" "incumbent" }
""

p "" 1 1 "entrant" { "in" "out" } 0
p "" 2 1 "incumbent" { "fight" "give way" } 0
t "" 1 "" { -1, -1 }
t "" 2 "" { 1, 1 }
t "" 3 "" { 0, 2 }
"""


def look(tree: Tree, strategy: np.ndarray):
    return inspect(levels_of(tree), sequences_of(tree), tree.numbers_at(), strategy[None])


def pure_profiles(tree: Tree, player: int):
    """All unreduced pure strategies of one player, as slots."""
    mine = [h for h, owned in enumerate(tree.sets) if owned.player == player]
    for choice in product(*(range(len(tree.sets[h].options)) for h in mine)):
        yield [(h, a) for h, a in zip(mine, choice, strict=True)]


@pytest.mark.parametrize("seed", range(6))
def test_regret_is_that_of_the_best_pure_deviation(seed: int) -> None:
    tree = random_game(seed)
    rng = np.random.default_rng(seed)
    strategy = np.concatenate([rng.dirichlet(np.ones(len(h.options))) for h in tree.sets])
    found = look(tree, strategy)
    numbers = tree.numbers_at()
    _, value, _ = outcome(tree, numbers, strategy[None])
    for i in range(len(tree.players)):
        best = -np.inf
        for chosen in pure_profiles(tree, i):
            other = strategy.copy()
            for h, a in chosen:
                other[tree.slot_start[h] : tree.slot_start[h + 1]] = 0
                other[tree.slot_start[h] + a] = 1
            best = max(best, outcome(tree, numbers, other[None])[1][0, i])
        assert found.regret[0, i] == pytest.approx(best - value[0, i], abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_limits_of_the_quantal_branch_are_nash(seed: int) -> None:
    tree = random_game(seed)
    limit = solve(tree)
    if limit.certified[0]:
        found = look(tree, limit.strategy[0])
        assert found.regret.max() < 1e-9
        assert np.nanmax(found.gain) < 1e-9  # sequential: no threat that is not worth carrying out


@pytest.mark.parametrize(("fight", "gain"), [(1.0, 2.0), (0.5, 1.0), (0.75, 1.5)])
def test_a_threat_is_shown_by_what_carrying_it_out_costs(fight: float, gain: float) -> None:
    """Fighting costs 1 - (-1) = 2. Staying out is best as long as 1 - 2 fight <= 0."""
    tree = read_efg(ENTRY)
    found = look(tree, np.array([0, 1, fight, 1 - fight]))
    assert found.regret.max() == 0
    assert [KIND[k] for k in found.kind[0]] == ["reached", "unreached"]
    assert found.gain[0].tolist() == pytest.approx([0, gain])


def test_the_belief_most_favourable_to_a_threat_is_taken(shared: Path) -> None:
    """Three sees one of two nodes, neither reached. "risky" pays him 3 or 0 and "safe" 1 for sure: no belief makes it pay less than
    "safe" and than "other" (0 or 3) at once, but with belief (1/2, 1/2) both pay 3/2: playing safe loses 1/2 at least.
    """
    text = 'EFG 2 R "hidden" { "one" "two" }\n""\n\np "" 1 1 "one" { "left" "right" "out" } 0\n'
    for k, (risky, other) in enumerate([(3, 0), (0, 3)]):
        text += 'p "" 2 1 "two" { "risky" "safe" "other" } 0\n'
        for j, pay in enumerate((risky, 1, other)):
            text += f't "" {3 * k + j + 1} "" {{ 0, {pay} }}\n'
    tree = read_efg(text + 't "" 7 "" { 1, 0 }\n')
    found = look(tree, np.array([0, 0, 1, 0, 1, 0]))
    assert found.gain[0, 1] == pytest.approx(0.5)
    assert np.isnan(found.belief[0, 1:]).all()
    by_grid = min(max(3 * b - 1, 0, 3 * (1 - b) - 1) for b in np.linspace(0, 1, 10_001))
    assert found.gain[0, 1] == pytest.approx(by_grid, abs=1e-3)


def test_what_the_owner_excludes_is_filled_in(shared: Path) -> None:
    """One takes at once; his later sets say nothing, and his best reply is filled in: take at the end, 6.4 against 3.2."""
    tree = read_efg(shared / "efg" / "centipede.efg")
    strategy = np.zeros(tree.n_slots)
    strategy[::2] = 1.0
    strategy[int(tree.slot_start[4]) : int(tree.slot_start[5])] = 0.0  # nothing said at move 5
    found = look(tree, strategy)
    assert found.regret.max() == 0
    kinds = dict(zip([h.name for h in tree.sets], [KIND[k] for k in found.kind[0]], strict=True))
    assert kinds["move 1"] == "reached"
    assert kinds["move 2"] == "unreached"
    assert kinds["move 5"] in ("filled", "silent")


def test_reduced_pure_strategies_are_counted() -> None:
    """One of the centipede: take; pass take; pass pass. Crisis with two types a side: (open, last) in 3 ways a type."""
    assert pure_strategies(sequences_of(read_efg(ENTRY))) == [2, 2]
    assert pure_strategies(sequences_of(random_game(2))) == [9, 4]
    assert pure_strategies(sequences_of(random_game(4))) == [9, 8]
