"""Rules 1 to 3: unknowns are log-odds, beliefs come from log reach, and a set that is not reached believes the limit."""

from __future__ import annotations

from pathlib import Path

import naive
import numpy as np
import pytest
from exact import Exact, end_of_branch, mp
from games import horse, rare_message, signalling

from detente.game.efg import read_efg
from detente.solve import solve


def answer_after(tree, strategy: np.ndarray) -> float:
    """P(a0 | m1)"""
    h = [s.name for s in tree.sets].index("heard1")
    return float(strategy[int(tree.slot_start[h])])


@pytest.mark.parametrize("lam", [100.0, 2e3, 1e5, 1e6])
def test_a_message_rarer_than_any_double_is_still_believed(lam: float) -> None:
    """m1 has probability e^(-2 lambda): quotients of probabilities become 0/0, and the answer to it a coin."""
    tree = rare_message()
    found = solve(tree, precision=lam)
    assert found.certified[0]
    assert answer_after(tree, found.strategy[0]) > 1 - 1e-12
    place = {s.name: k for k, s in enumerate(tree.sets)}
    first = int(np.cumsum([0, *(len(h.nodes) for h in tree.sets)])[place["heard1"]])
    assert found.belief[0, first : first + 2].tolist() == pytest.approx([0, 1], abs=1e-12)
    simple = naive.fixed_point(tree, lam)
    assert simple.claims
    if lam > 745:
        assert answer_after(tree, simple.strategy) == 0.5
    else:
        assert np.allclose(simple.strategy, found.strategy[0])


@pytest.mark.parametrize("lam", [30.0, 300.0, 3e3, 3e4])
def test_log_odds_agree_with_many_digits(lam: float) -> None:
    """Not the probabilities, which are 0 and 1, but their logs, on games where one message is never heard."""
    checked = 0
    for seed in range(40):
        tree = signalling(np.random.default_rng(seed), 2, 2)
        found = solve(tree, precision=lam)
        if not found.certified[0] or found.log_strategy.min() > -400:
            continue
        exact = Exact(tree)
        z = exact.odds(found.log_strategy[0])
        true = exact.polish(z, lam)
        assert true is not None
        assert max(abs(a - b) / (1 + abs(b)) for a, b in zip(z, true, strict=True)) < 1e-9
        checked += 1
    assert checked >= (0 if lam < 100 else 2)


def test_belief_at_a_set_that_is_not_reached_comes_from_the_limit() -> None:
    """Horse: 2/3 and 1/3, by the owner's indifference. Equal beliefs have three go left, and then everybody gains."""
    tree = horse()
    found, end = solve(tree), end_of_branch(tree)
    assert found.certified[0]
    assert np.allclose(found.strategy[0], end.strategy, atol=1e-9)
    assert np.allclose(found.belief[0], np.concatenate(end.beliefs), atol=1e-9)
    assert np.allclose(end.beliefs[-1], [2 / 3, 1 / 3], atol=1e-9) or np.allclose(
        end.beliefs[1], [2 / 3, 1 / 3], atol=1e-9
    )
    exact = Exact(tree)
    p = [mp.mpf(float(v)) for v in found.strategy[0]]
    even = [[mp.mpf(1) / len(h.nodes)] * len(h.nodes) for h in tree.sets]
    assert max(exact.gains(p, even)) > 0.1  # with beliefs by convention the right answer looks wrong
    ours = [[mp.mpf(float(v)) for v in b] for b in end.beliefs]
    assert max(exact.gains(p, ours)) < 1e-9


def test_beliefs_inside_at_unreached_sets_of_a_reputation_game(shared: Path) -> None:
    """Chain-store: several sets that are never reached believe something strictly between, 0.36 and 0.64 among them."""
    tree = read_efg(shared / "efg" / "chain-store.efg")
    found = solve(tree)
    assert found.certified[0]
    start = np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
    _, reach = played(found)
    inside = [
        sorted(found.belief[0, a:b].round(6).tolist())
        for a, b, h in zip(start, start[1:], tree.sets, strict=False)
        if b - a == 2 and reach[list(h.nodes)].sum() < 1e-12 and 0.01 < found.belief[0, a] < 0.99
    ]
    assert [0.36, 0.64] in inside
    assert [0.4, 0.6] in inside
    assert [0.3, 0.7] in inside


def played(found) -> tuple[np.ndarray, np.ndarray]:
    from detente.solve import outcome

    event, _, reach = outcome(found.tree, found.numbers, found.strategy)
    return event[0], reach[0]
