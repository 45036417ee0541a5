"""Level-k and the cognitive hierarchy: a centipede by hand, and brute force over everybody's levels."""

from __future__ import annotations

from itertools import product
from math import exp, factorial

import numpy as np
import pytest
from games import random_game, simultaneous

from detente.errors import BadInput
from detente.game.efg import read_efg
from detente.game.tree import CHANCE, TERMINAL, Tree
from detente.solve import record
from detente.solve.concepts import cognitive_hierarchy, level_k
from detente.solve.concepts.check_hierarchy import check
from detente.solve.levels import levels_of

CENTIPEDE = """EFG 2 R "centipede" { "one" "two" }
""

p "" 1 1 "first" { "take" "pass" } 0
t "" 1 "" { 4, 1 }
p "" 2 1 "second" { "take" "pass" } 0
t "" 2 "" { 2, 8 }
p "" 1 2 "third" { "take" "pass" } 0
t "" 3 "" { 16, 4 }
p "" 2 2 "fourth" { "take" "pass" } 0
t "" 4 "" { 8, 32 }
t "" 5 "" { 64, 16 }
"""


def takes(found: object, level: int, i: int = 0) -> list[float]:
    """Probability of "take" at the first, second, third and fourth move, of that level."""
    return found.level_strategy[level, i, [0, 2, 4, 6]].tolist()


def test_levels_of_the_centipede_by_hand() -> None:
    """Level-k, each believing in the level below.

    Level 1 against coin flips: two takes at the end (32 > 16); one at the third passes, (8 + 64) / 2 = 36 > 16; two at
    the second passes, (4 + 32) / 2 = 18 > 8; one at the first passes. Level 2: two expects one to pass throughout and
    takes only at the end; one expects two to take at the end, so takes third (16 > 8). Level 3: two expects a take at
    the third, so takes second (8 > 4). Level 4: one expects a take at the second, so takes first (4 > 2). Level 4 at the
    third: level 3 of two would have taken, so two is put down to level 2, who takes at the end: take. Level 5 of two:
    level 4 would have taken first, so one is put down to level 3, who takes third: take.
    """
    found = level_k(read_efg(CENTIPEDE), levels=5)
    assert found.certified.all()
    assert found.concept == "level-k"
    wanted = [[0.5] * 4, [0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]
    for level, row in enumerate(wanted):
        assert takes(found, level) == row, level


@pytest.mark.parametrize(("tau", "third"), [(0.5, 0), (1.24, 0), (1.25, 0.5), (1.26, 1), (2.4, 1), (6.0, 1)])
def test_who_has_passed_is_likely_to_reason(tau: float, third: float) -> None:
    """Level 2 of one at the third move. Prior odds of level 0 to level 1 of two are 1 : tau; level 0 passes at the second with 1/2,
    level 1 surely, so the posterior of level 0 is q = 1 / (1 + 2 tau). Passing pays 8 (1 - q/2) + 64 q/2 = 8 + 28 q against 16:
    pass if q > 2/7, that is tau < 1.25; a tie at 1.25. (Without updating, q = 1 / (1 + tau) and the threshold would be 2.5.)
    """
    found = cognitive_hierarchy(read_efg(CENTIPEDE), tau=tau, levels=2)
    assert found.certified.all()
    assert takes(found, 2) == [0, 0, third, 1]
    # the population at the third move: levels that passed first, weighted by it, 1/2 : tau : tau^2 / 2
    weight = np.array([0.5, tau, tau**2 / 2])
    assert found.strategy[0, 4] == pytest.approx(weight @ [0.5, 0, third] / weight.sum(), abs=1e-14)


def test_shares_are_poisson_and_enough_levels_are_taken() -> None:
    found = cognitive_hierarchy(read_efg(CENTIPEDE), tau=1.5)
    share = found.level_share[:, 0, 0]
    poisson = np.array([exp(-1.5) * 1.5**n / factorial(n) for n in range(len(share))])
    assert 1 - poisson.sum() < 1e-6
    np.testing.assert_allclose(share, poisson / poisson.sum(), rtol=1e-12)
    assert len(share) < 20


# ---- brute force: beliefs over (node, level of each other player) by Bayes' rule, straight from the definition


def probability(
    tree: Tree, numbers: np.ndarray, node: int, player: int, levels: dict[int, int], strategies: np.ndarray
) -> float:
    """Of reaching a node if the others have these levels; the player's own moves count 1."""
    p = 1.0
    while tree.parent[node] >= 0:
        up, a = int(tree.parent[node]), int(tree.branch[node])
        if tree.kind[up] == CHANCE:
            p *= numbers[tree.edge_number[tree.child_start[up] + a]]
        else:
            h = int(tree.info_set[up])
            j = tree.sets[h].player
            if j != player:
                p *= strategies[levels[j], tree.slot_start[h] + a]
        node = up
    return p


def worth(
    tree: Tree,
    numbers: np.ndarray,
    node: int,
    player: int,
    levels: dict[int, int],
    strategies: np.ndarray,
    own: np.ndarray,
) -> float:
    if tree.kind[node] == TERMINAL:
        cell = int(tree.terminal[node]) * len(tree.players) + player
        return float(numbers[tree.payoff_number[tree.payoff_start[cell] : tree.payoff_start[cell + 1]]].sum())
    total = 0.0
    for edge in range(tree.child_start[node], tree.child_start[node + 1]):
        if tree.kind[node] == CHANCE:
            p = numbers[tree.edge_number[edge]]
        else:
            h = int(tree.info_set[node])
            j = tree.sets[h].player
            plays = own if j == player else strategies[levels[j]]
            p = plays[tree.slot_start[h] + edge - tree.child_start[node]]
        total += p * worth(tree, numbers, int(tree.child[edge]), player, levels, strategies, own)
    return total


def by_brute_force(tree: Tree, tau: float, top: int, lam: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Strategies [level, slot], and beliefs of the highest level [place]."""
    numbers = tree.numbers_at()[0]
    strategies = np.zeros((top + 1, tree.n_slots))
    strategies[0] = np.concatenate([np.full(len(h.options), 1 / len(h.options)) for h in tree.sets])
    beliefs = [np.zeros(0) for _ in tree.sets]
    depth = [len(tree.path(h.nodes[0])) for h in tree.sets]
    for k in range(1, top + 1):
        for h in sorted(range(len(tree.sets)), key=lambda h: -depth[h]):
            owned = tree.sets[h]
            others = [j for j in range(len(tree.players)) if j != owned.player]
            slots = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
            cases = []
            for x in owned.nodes:
                for profile in product(range(k), repeat=len(others)):
                    levels = dict(zip(others, profile, strict=True))
                    prior = np.prod([tau**n / factorial(n) / tau ** (k - 1) for n in profile])
                    cases.append(
                        (x, levels, prior * probability(tree, numbers, x, owned.player, levels, strategies))
                    )
            total = sum(weight for *_, weight in cases)
            beliefs[h] = np.array([sum(w for y, _, w in cases if y == x) / total for x in owned.nodes])
            u = np.zeros(len(owned.options))
            for a in range(len(u)):
                for x, levels, w in cases:
                    child = int(tree.child[tree.child_start[x] + a])
                    u[a] += (
                        w
                        / total
                        * worth(tree, numbers, child, owned.player, levels, strategies, strategies[k])
                    )
            p = (u > u.max() - 1e-7) * 1.0 if lam is None else np.exp(lam * (u - u.max()))
            strategies[k, slots] = p / p.sum()
    return strategies, np.concatenate(beliefs)


@pytest.mark.parametrize("seed", [1, 2, 7, 8, 4, 16])
@pytest.mark.parametrize("lam", [None, 2.0])
def test_hierarchy_agrees_with_brute_force(seed: int, lam: float | None) -> None:
    tree = random_game(seed)
    found = cognitive_hierarchy(tree, tau=1.3, levels=3, precision=lam or "limit")
    assert found.certified.all()
    strategies, belief = by_brute_force(tree, 1.3, 3, lam)
    np.testing.assert_allclose(found.level_strategy[:, 0], strategies, atol=1e-10)
    np.testing.assert_allclose(found.belief[0], belief, atol=1e-12)


HIDDEN = """EFG 2 R "what went wrong" { "one" "two" "three" }
""

p "" 1 1 "one" { "in" "out" } 0
p "" 2 1 "two" { "in" "out" } 0
p "" 3 1 "three" { "left" "right" } 0
t "" 1 "" { 0, 0, 3 }
t "" 2 "" { 0, 0, 0 }
p "" 3 1 "three" { "left" "right" } 0
t "" 3 "" { 2, 1, 0 }
t "" 4 "" { 2, 9, 1 }
t "" 5 "" { 5, 5, 5 }
"""


@pytest.mark.parametrize("seed", [0, 2, 8, 14, 4, 10, 16])
def test_level_k_is_the_limit_of_large_tau(seed: int) -> None:
    """At sets that level k - 1 would not lead to as well: brute force at tau = 1e8."""
    tree = read_efg(HIDDEN) if seed == 0 else random_game(seed)
    found = level_k(tree, levels=4)
    assert found.certified.all()
    strategies, belief = by_brute_force(tree, 1e8, 4, None)
    np.testing.assert_allclose(found.level_strategy[:, 0], strategies, atol=1e-12)
    np.testing.assert_allclose(found.belief[0], belief, atol=1e-6)


def test_an_unexpected_move_is_put_down_to_the_smallest_mistake_by_hand() -> None:
    """Level 1: one compares in, (0 + 0 + 2 + 2) / 4 = 1, with out, 5: out. Two compares in, 0, with out, 5: out. Three
    believes in coin flips: left 3/2 against right 1/2. Level 2 of three expects one to be out; at his set one has slipped
    (level 0), two has not (level 1, out): he is at the second node for certain, where right pays 1 against 0.
    """
    found = level_k(read_efg(HIDDEN), levels=2)
    by_set = {place["name"]: place for place in record(found)["information_sets"]}
    assert by_set["three"]["belief"] == [0.0, 1.0]
    assert by_set["three"]["probabilities"] == [0.0, 1.0]
    assert by_set["three"]["reach"] == 0.0


def test_many_draws_are_the_same_as_one_by_one() -> None:
    from detente.scenario import open_game

    tree = open_game("crisis-signalling")
    p, tau = np.linspace(0.1, 0.9, 7), np.linspace(0.5, 3.0, 7)
    many = cognitive_hierarchy(tree, {"p": p}, tau=tau, levels=6)
    assert many.certified.all()
    for i in range(7):
        one = cognitive_hierarchy(tree, {"p": p[i : i + 1]}, tau=float(tau[i]), levels=6)
        np.testing.assert_allclose(one.strategy[0], many.strategy[i], atol=1e-13)
        np.testing.assert_allclose(one.event[0], many.event[i], atol=1e-13)


def test_each_player_may_have_his_own_level() -> None:
    """Matching pennies with a bonus: level 1 of each answers a coin flip, level 2 answers level 1 of the other."""
    payoffs = np.zeros((2, 2, 2))
    payoffs[:, :, 0] = [[3, 0], [0, 1]]
    payoffs[:, :, 1] = [[0, 1], [1, 0]]
    tree = simultaneous(payoffs)
    # level 1: one plays o0 (1.5 > 0.5), two is indifferent; level 2 of two answers o0 with o1
    found = level_k(tree, levels={"p0": 1, "p1": 2})
    np.testing.assert_array_equal(found.strategy[0], [1, 0, 0, 1])
    np.testing.assert_array_equal(found.value[0], [0, 1])
    np.testing.assert_array_equal(level_k(tree, levels=1).strategy[0], [1, 0, 0.5, 0.5])


def test_level_zero_may_be_given() -> None:
    """If level 0 of two passes at the end with 1/10 only, level 1 of one takes third: 8 * 0.9 + 64 * 0.1 = 13.6 < 16."""
    tree = read_efg(CENTIPEDE)
    found = level_k(tree, levels=1, level0={("two", "fourth"): {"take": 0.9, "pass": 0.1}})
    assert takes(found, 0)[3] == 0.9
    assert takes(found, 1)[2] == 1.0
    assert found.certified.all()


def test_a_chance_that_never_comes_is_rarer_than_any_mistake() -> None:
    text = (
        'EFG 2 R "never" { "one" "two" }\n""\n\nc "" 1 "kind" { "a" 0 "b" 1 } 0\n'
        'p "" 1 1 "knows a" { "in" "out" } 0\np "" 2 1 "asked" { "yes" "no" } 0\n'
        't "" 1 "" { 1, 1 }\nt "" 2 "" { 1, 0 }\nt "" 3 "" { 0, 0 }\n'
        'p "" 1 2 "knows b" { "in" "out" } 0\np "" 2 1 "asked" { "yes" "no" } 0\n'
        't "" 4 "" { -1, 0 }\nt "" 5 "" { -1, 1 }\nt "" 6 "" { 0, 0 }\n'
    )
    found = level_k(read_efg(text), levels=2)  # level 1 of b stays out, so "in" is a mistake of b, not a
    asked = {place["name"]: place for place in record(found)["information_sets"]}["asked"]
    assert asked["belief"] == [0.0, 1.0]
    assert found.certified.all()


def test_the_certificate_sees_a_wrong_level() -> None:
    tree = read_efg(CENTIPEDE)
    plan, numbers = levels_of(tree), tree.numbers_at()
    found = cognitive_hierarchy(tree, tau=1.5, levels=4)
    strategies = found.level_strategy.transpose(0, 2, 1).copy()

    def proof(strategies: np.ndarray):
        with np.errstate(divide="ignore"):
            return check(plan, numbers, strategies, np.log(strategies), np.array([1.5]), np.array([np.inf]))

    assert proof(strategies).gain[0] < 1e-12
    assert proof(strategies).even[0]
    strategies[2, 4:6, 0] = [0, 1]  # level 2 of one passes third, which loses 16 - (8 + 28/4) = 1
    assert proof(strategies).gain[0] == pytest.approx(1.0)
    strategies[2, 4:6, 0] = [1, 0]
    strategies[1, 6:8, 0] = [0.5, 0.5]  # no tie there
    assert not proof(strategies).even[0]


def test_a_draw_that_is_no_game_says_so() -> None:
    from detente.scenario import open_game

    found = level_k(open_game("crisis-signalling"), {"p": np.array([0.3, 1.7])})
    assert found.certified.tolist() == [True, False]
    assert record(found, 1)["status"] == "bad_numbers"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: level_k(t, levels=-1),
        lambda t: level_k(t, levels=1000),
        lambda t: level_k(t, levels={"one": 1}),
        lambda t: level_k(t, levels={"one": 1, "tow": 1}),
        lambda t: level_k(t, precision=-1.0),
        lambda t: level_k(t, precision="sharp"),
        lambda t: cognitive_hierarchy(t, tau=0.0),
        lambda t: cognitive_hierarchy(t, tau=float("nan")),
        lambda t: cognitive_hierarchy(t, tau=99.0),
        lambda t: cognitive_hierarchy(t, levels=99),
        lambda t: level_k(t, level0={("two", "fourht"): {"take": 1.0}}),
        lambda t: level_k(t, level0={("two", "fourth"): {"take": 1.0}}),
        lambda t: level_k(t, level0={("two", "fourth"): {"grab": 1.0}}),
    ],
)
def test_bad_input_is_refused(wrong) -> None:
    with pytest.raises(BadInput):
        wrong(read_efg(CENTIPEDE))
