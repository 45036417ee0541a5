"""Cheap talk on four states: which partitions are equilibria at which bias, and which one a small cost of lying selects.

Derivation. States 1/8, 3/8, 5/8, 7/8; a set of states is answered by its mean; a lie (a word for the wrong half) costs k. Two
against two, answers 1/4 and 3/4: the second state does not say high iff (1/8 + b)^2 <= (3/8 - b)^2 + k, b <= 1/8 + k. One
against three, answers 1/8 and 5/8: the first does not say high iff b^2 <= (1/2 - b)^2 + k, b <= 1/4 + k; the second says high
iff (1/4 - b)^2 + k <= (1/4 + b)^2, k <= b. All high, answer 1/2, an unheard low being taken for the first state: that one
stays iff (3/8 - b)^2 + k <= b^2, b >= 3/16 + 4 k / 3. All low, an unheard high being taken for the first state: it stays iff
(3/8 - b)^2 <= b^2 + k, b >= 3/16 - 4 k / 3. The receiver loses the variance within the sets: 1/64, 1/32, 5/64. In the
continuous model N steps need 2 N (N - 1) b < 1 (Crawford and Sobel 1982): two for b < 1/4.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import STATUS, equilibria, solve

SLUG = "cheap-talk"
STATES = ("0.125", "0.375", "0.625", "0.875")


def partitions(b, k):
    """The pure equilibria of the derivation, by how often high is said (quarters)."""
    return {
        2: b < 1 / 8 + k,
        3: (k < b) & (b < 1 / 4 + k),
        4: b > 3 / 16 + 4 * k / 3,
        0: b > 3 / 16 - 4 * k / 3,
    }


def said(found):
    """How many of the four states say high, where nobody mixes."""
    high = np.column_stack([found.taken(f"say sender.state={s}", "high") for s in STATES])
    assert np.minimum(high, 1 - high).max() < 1e-6
    assert (np.diff(high, axis=1) > -1e-6).all()
    return high.sum(axis=1).round().astype(int)


def test_the_branch_ends_at_a_partition_of_the_closed_form(play, draws):
    at = draws(SLUG, 400)
    edges = (1 / 8 + at["k"], 1 / 4 + at["k"], 3 / 16 + 4 * at["k"] / 3, at["k"])
    far = np.min([np.abs(at["b"] - e) for e in edges], axis=0) > 2e-3
    at = {n: c[far] for n, c in at.items()}
    found = play(SLUG, **at)
    count, may = said(found), partitions(at["b"], at["k"])
    assert all(may[n][i] for i, n in enumerate(count))
    assert set(count) == {2, 3, 4}
    assert found.value("receiver") == pytest.approx(-np.array([0, 0, 1, 2, 5])[count] / 64, abs=1e-7)


@pytest.mark.parametrize(
    ("b", "k"), [(0.115, 0.005), (0.135, 0.005), (0.195, 0.02), (0.235, 0.02), (0.275, 0.02)]
)
def test_both_sides_of_each_threshold(b, k):
    """Every pure equilibrium of the derivation is found where it exists, and no monotone one where it does not."""
    game = find(SLUG).game
    found = equilibria(game, {"b": b, "k": k}, mixed=False)
    assert found.complete
    tree = found.tree
    names = [s.name for s in tree.sets]
    slots = [int(tree.slot_start[names.index(f"say sender.state={s}")]) + 1 for s in STATES]
    high = found.pure[:, slots]
    monotone = {int(row.sum()) for row in high if (np.diff(row) >= 0).all()}
    assert monotone == {n for n, exists in partitions(b, k).items() if exists}


def test_free_talk_parts_at_symmetry_and_the_search_still_finds_what_there_is():
    tree = find(SLUG).game.tree()
    point = {"b": np.array([0.1]), "k": np.array([0.0])}
    assert STATUS[int(solve(tree, point, threads=1).status[0])] == "bifurcation"
    found = equilibria(tree, {"b": 0.1, "k": 0.0}, mixed=False)
    assert found.complete
    assert found.principal is None
    losses = sorted({round(float(-v[1]) * 64, 6) for v in found.solutions.value})
    assert losses == [1, 2, 5]


@pytest.mark.slow
@pytest.mark.parametrize(("b", "steps"), [(0.2, 2), (0.3, 1)])
def test_free_talk_carries_two_messages_exactly_where_the_continuous_model_does(b, steps):
    """On the grid as in the continuous model: 2 N (N - 1) b < 1 for N = 2."""
    assert (2 * 2 * b < 1) == (steps == 2)
    found = equilibria(find(SLUG).game, {"b": b, "k": 0.0}, mixed=False)
    assert found.complete
    assert (max(float(v[1]) for v in found.solutions.value) > -5 / 64 + 1e-9) == (steps == 2)


@pytest.mark.parametrize("parameters", [{}, {"b": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
