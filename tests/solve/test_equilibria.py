"""Other equilibria: sets known from the literature and from closed forms, and the decision about beliefs by a second road."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from games import simultaneous
from random_trees import random_tree

from detente.errors import BadInput
from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.models import find
from detente.solve import equilibria
from detente.solve.equilibria import Equilibria
from detente.solve.equilibria.assessment import Point
from detente.solve.equilibria.consistency import decide
from detente.solve.equilibria.weights import Comparisons, log_weights


def played(found: Equilibria, i: int) -> dict[str, list[float]]:
    """What is played at each set, by its name."""
    s, tree = found.strategy(i), found.tree
    return {
        owned.name: s[tree.slot_start[h] : tree.slot_start[h + 1]].round(9).tolist()
        for h, owned in enumerate(tree.sets)
    }


def shares(found: Equilibria, *names: str) -> set[tuple[float, ...]]:
    """The probability of the first option at the sets named, in each equilibrium."""
    return {tuple(played(found, i)[name][0] for name in names) for i in range(len(found))}


def near(found: set[tuple[float, ...]], wanted: list[tuple[float, ...]]) -> bool:
    if len(found) != len(wanted):
        return False
    return all(min(max(abs(a - b) for a, b in zip(w, f, strict=True)) for f in found) < 1e-7 for w in wanted)


def certified(found: Equilibria) -> None:
    assert (found.solutions.max_gain <= 1e-8 * Point(found.tree, found.numbers).spread.max()).all()
    assert sum(e.principal for e in found.found) == 1
    assert found.found[0].principal
    reach = np.array([Point(found.tree, found.numbers).outcomes(found.solutions.strategy)])[0]
    for i, j in combinations(range(len(found)), 2):
        assert np.abs(reach[i] - reach[j]).max() > 1e-6  # one entry an outcome


@pytest.fixture(scope="module")
def game(shared: Path):
    return lambda name: read_efg(shared / "efg" / f"{name}.efg")


def test_beer_and_quiche_pool_on_either(game) -> None:
    found = equilibria(game("beer-quiche"))
    certified(found)
    assert found.complete
    assert near(shares(found, "strong", "weak"), [(1, 1), (0, 0)])
    beer, quiche = found.found
    assert beer.principal
    assert beer.refinement is not None
    assert beer.refinement.intuitive
    assert beer.refinement.d1
    assert quiche.refinement is not None
    assert quiche.refinement.breaks == ("beer", "strong")
    assert not quiche.refinement.d1
    # off the path the receiver may mix: a continuum
    assert {beer.continuum, quiche.continuum} == {"strategies"}


def test_the_horse_has_one_sequential_outcome_and_not_the_other_nash_one(game) -> None:
    tree = game("horse")
    found = equilibria(tree)
    certified(found)
    assert found.complete
    assert len(found) == 1
    assert played(found, 0)["one"] == [1, 0]
    assert played(found, 0)["two"] == [1, 0]
    assert found.found[0].continuum == "strategies"
    # Selten (1975): down, across, left is Nash, and two would go down if it were asked
    point = Point(tree, found.numbers)
    refused = decide(point, np.array([0.0, 1, 1, 0, 1, 0]), 1e-9)
    assert refused.answer == "no"
    assert "two" in refused.because


def test_coordination_and_volunteers_have_their_mixed_equilibria(game) -> None:
    found = equilibria(game("coordination"))
    certified(found)
    assert near(shares(found, "row", "column"), [(1, 1), (0, 0), (0.5, 0.4)])
    found = equilibria(game("volunteers"))
    certified(found)
    costs = (0.3, 0.45, 0.6)  # one minus what acting leaves
    names = ("one", "two", "three")
    wanted: list[tuple[float, ...]] = [tuple(float(i == k) for i in range(3)) for k in range(3)]
    for i, j in combinations(range(3), 2):  # i and j mix so that nobody acts with the other's cost
        mix = [0.0, 0.0, 0.0]
        mix[i], mix[j] = 1 - costs[j], 1 - costs[i]
        k = 3 - i - j
        if (1 - mix[i]) * (1 - mix[j]) <= costs[k]:
            wanted.append(tuple(mix))
    q = [np.sqrt(np.prod(costs)) / c for c in costs]  # all mix: the product of the others' q is the cost
    if max(q) < 1:
        wanted.append(tuple(1 - x for x in q))
    assert near(shares(found, *names), wanted)


def test_crisis_has_one_equilibrium_and_centipede_ends_at_once(game) -> None:
    found = equilibria(game("crisis"))
    certified(found)
    assert found.complete
    assert not len(found.pure)
    assert near(shares(found, "open unresolved", "answer unresolved"), [(0.4, 8 / 13)])
    found = equilibria(game("centipede"))
    certified(found)
    assert found.complete
    assert len(found.pure) == 1
    assert len(found) == 1
    assert (found.pure[0].reshape(-1, 2)[:, 0] == 1).all()


def test_fold_has_two_strict_looking_equilibria_and_mixed_ones(game) -> None:
    found = equilibria(game("fold"))
    certified(found)
    assert found.complete
    pure = {tuple(p) for p in found.pure.tolist()}
    assert pure == {(0, 1, 0, 0, 1, 0), (0, 0, 1, 0, 0, 1)}
    # row: bottom 3, 3, 6, centre 2, 4, 4; column at (centre, bottom) = (4, 7)/11: middle 7 x 4/11, right 4 x 7/11
    mixed = [played(found, i) for i in range(len(found)) if not found.found[i].pure]
    assert any(
        np.allclose(m["row"], [0, 4 / 11, 7 / 11]) and np.allclose(m["column"], [0, 2 / 3, 1 / 3])
        for m in mixed
    )


def test_a_coalition_has_one_equilibrium_for_each_set_of_members_and_nobody() -> None:
    # card 9b: costs .2 .3 .5 .7 .9 1.2, benefit 1 to all if at least 4 join: binom(5, 4) + 1 pure equilibria
    costs = np.array([0.2, 0.3, 0.5, 0.7, 0.9, 1.2])
    payoffs = np.zeros((*[2] * 6, 6))
    for joined in product((0, 1), repeat=6):
        payoffs[joined] = float(sum(joined) >= 4) - costs * np.array(joined)
    found = equilibria(simultaneous(payoffs.round(6)), mixed=False)
    assert found.complete
    joins = {tuple(p[1::2]) for p in found.pure.tolist()}
    assert joins == {(0,) * 6} | {
        tuple(float(i in some) for i in range(6)) for some in combinations(range(5), 4)
    }


def test_an_honest_mediator_is_found_beside_the_one_nobody_heeds() -> None:
    # card 7: at bias .5 honest advice is an equilibrium, war with probability pi (1 - acc) = .06; the branch babbles, war .4
    found = equilibria(find("mediation").game, {"bias": 0.5})
    assert found.complete
    wars = {round(found.events(i)["war"], 9) for i in range(len(found))}
    assert wars == {0.06, 0.4}
    assert found.principal is None  # the principal branch forks, and then none is marked
    assert "bifurcation" in found.search
    neutral = equilibria(find("mediation").game, {"bias": 0.0}, mixed=False)
    assert all(neutral.events(i)["war"] == pytest.approx(0.4) for i in range(len(neutral)))


def test_a_weak_challenger_may_stay_at_home() -> None:
    # card 2b at w_h = -.4: beside bluffing, a family in which nobody challenges; it needs resistance >= 1 / (1 - w_h)
    found = equilibria(find("crisis-signalling").game, {"p": 0.3, "a": 0.5, "d": 1.0, "w_high": -0.4})
    certified(found)
    assert sorted(round(found.events(i)["challenged"], 6) for i in range(len(found))) == [0.0, 0.6]
    quiet = next(e for i, e in enumerate(found.found) if found.events(i)["challenged"] < 1e-9)
    assert quiet.continuum == "strategies"
    answer = next(h for h, owned in enumerate(found.tree.sets) if owned.name == "answer")
    first = int(found.tree.slot_start[answer])
    assert (quiet.members[:, first] >= 1 / 1.4 - 1e-7).all()


@pytest.mark.parametrize(
    ("m", "gestures", "breaks"),
    [
        # card 6a at t = .4 < q* = .6, T_g / k_g = .8, R_s / k_s = 2: silence always, and beside it
        (0.5, [(1, 4 / 9), (0, 0)], None),  # the greedy sometimes make the gesture too
        (1.2, [(1, 0), (0, 0)], ("make", "seeker")),  # only seekers make it
        (2.5, [(0, 0)], None),  # it costs more than it brings
    ],
)
def test_reassurance_and_the_intuitive_criterion(m: float, gestures: list, breaks: tuple | None) -> None:
    setting = {"t": 0.4, "R_s": 1.0, "T_g": 0.8, "k_s": 0.5, "k_g": 1.0, "R_B": 0.6, "S_B": 0.9, "m": m}
    found = equilibria(find("reassurance").game, setting)
    certified(found)
    assert near(shares(found, "gesture seeker", "gesture greedy"), gestures)
    for i, e in enumerate(found.found):
        quiet = played(found, i)["gesture seeker"][0] < 1e-9
        assert e.refinement is not None
        assert e.refinement.breaks == (breaks if quiet else None)


# the decision about beliefs


def two_watchers(first: tuple[float, float], second: tuple[float, float]) -> Tree:
    """One stays out or goes left or right; two watchers, who cannot tell left from right, answer one after the other and unseen by
    each other. ``first``, ``second``: what option a is worth to the watcher after left and after right; option b is worth 0."""
    lines = ['EFG 2 R "two watchers" { "one" "two" "three" }', '""', ""]
    lines.append('p "" 1 1 "one" { "out" "left" "right" } 0')
    lines.append('t "" 1 "" { 5, 0, 0 }')
    count = 1
    for side in range(2):
        lines.append('p "" 2 1 "two" { "a" "b" } 0')
        for a in range(2):
            lines.append('p "" 3 1 "three" { "a" "b" } 0')
            for b in range(2):
                count += 1
                pay = (0, first[side] * (a == 0), second[side] * (b == 0))
                lines.append(f't "" {count} "" {{ {pay[0]}, {pay[1]}, {pay[2]} }}')
    return read_efg("\n".join(lines) + "\n")


def test_two_watchers_of_one_deviation_must_believe_the_same() -> None:
    # two plays a only if left is likelier than 1/2, three only if right is: with beliefs of their own both could, together not
    tree = two_watchers((1, -1), (-1, 1))
    point = Point(tree, tree.numbers_at())
    out = [1.0, 0, 0]
    refused = decide(point, np.array([*out, 1, 0, 1, 0]), 1e-9)
    assert refused.answer == "yes"  # at exactly one half both are indifferent
    tree = two_watchers((1, -1.5), (-1.5, 1))
    point = Point(tree, tree.numbers_at())
    assert decide(point, np.array([*out, 1, 0, 1, 0]), 1e-9).answer == "no"
    for other in ([1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]):
        assert decide(point, np.array([*out, *other], float), 1e-9).answer == "yes"
    found = equilibria(tree)
    assert found.complete
    assert len(found.pure) == 3
    assert len(found) == 1


def chain_of_watchers(wants: tuple[float, float, float]) -> Tree:
    """One and two may each slip (independently); three watchers see that one slipped or two did, or both, never which.

    Odds at the watchers' sets hang together: the third's are the product of the first two.
    """
    lines = ['EFG 2 R "chain" { "one" "two" "w1" "w2" "w3" }', '""', ""]
    count = 0
    slips = ("stay", "x", "y")

    def leaf(values: dict[int, float]) -> None:
        nonlocal count
        count += 1
        pay = [0.0] * 5
        pay[0] = 0.0
        for player, v in values.items():
            pay[player] = v
        lines.append(f't "" {count} "" {{ {", ".join(map(str, pay))} }}')

    lines.append('p "" 1 1 "one" { "stay" "x" "y" } 0')
    for a in range(3):
        lines.append('p "" 2 1 "two" { "stay" "x" "y" } 0')
        for b in range(3):
            both = (slips[a], slips[b])
            lose = -1.0 * (a > 0), -1.0 * (b > 0)
            if both == ("stay", "stay"):
                leaf({})
                continue
            if both[1] == "stay":
                watcher, good = 0, both[0] == "x"
            elif both[0] == "stay":
                watcher, good = 1, both[1] == "x"
            elif both in (("x", "x"), ("y", "y")):
                watcher, good = 2, both == ("x", "x")
            else:
                leaf({0: lose[0], 1: lose[1]})
                continue
            lines.append(f'p "" {watcher + 3} 1 "watch{watcher}" {{ "a" "b" }} 0')
            worth = 1.0 if good else -wants[watcher]
            leaf({0: lose[0], 1: lose[1], watcher + 2: worth})
            leaf({0: lose[0], 1: lose[1]})
    return read_efg("\n".join(lines) + "\n")


def test_odds_that_are_products_of_odds_are_decided() -> None:
    # watcher k plays a if the odds of x are at least wants[k]; the third's odds are the product of the first two's
    stay = [1.0, 0, 0]
    for wants, answers, expected in [
        ((2.0, 2.0, 3.9), "aab", False),  # odds >= 2 and >= 2 make a product >= 4
        ((2.0, 2.0, 4.1), "aab", True),
        ((2.0, 2.0, 3.9), "bba", True),  # odds <= 2 and <= 2 allow a product of 3.9, and none above 4
        ((2.0, 2.0, 4.1), "bba", False),
    ]:
        tree = chain_of_watchers(wants)
        point = Point(tree, tree.numbers_at())
        order = [owned.name for owned in tree.sets]
        play = {"one": stay, "two": stay} | {
            f"watch{k}": [1.0, 0] if x == "a" else [0, 1.0] for k, x in enumerate(answers)
        }
        strategy = np.concatenate([play[name] for name in order]).astype(float)
        answer = decide(point, strategy, 1e-9)
        assert answer.answer == ("yes" if expected else "no"), (wants, answers)


@pytest.mark.parametrize(("most", "expected"), [(3.9, "open"), (4.1, "found"), (-1.0, "none")])
def test_products_over_three_nodes_are_found_or_left_open_and_never_guessed(
    most: float, expected: str
) -> None:
    # one set with nodes 1, x, y wants x >= 2 and y >= 2; another with nodes 1, xy wants xy <= most
    rows = [
        Comparisons(np.array([[-2.0, 1, 0], [-2.0, 0, 1]]), [-1, 0, 1]),
        Comparisons(np.array([[most, -1.0]]), [-1, 2]),
    ]
    table = np.array([[1.0, 0], [0, 1], [1, 1]])
    found = log_weights(rows, table, 1e-9)
    if isinstance(found, str):
        assert found == expected
        return
    assert expected == "found"
    x, y = np.exp(found)
    assert min(x, y) > 2 - 1e-6
    assert x * y < most + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_pruning_loses_nothing(seed: int) -> None:
    """Every pure profile decided one by one gives the same set."""
    tree = random_tree(seed, integer=seed % 3 == 0)
    found = equilibria(tree, mixed=False)
    assert found.complete
    point = Point(tree, found.numbers)
    sizes = np.diff(tree.slot_start)
    if np.prod(sizes.astype(float)) > 600:
        pytest.skip("too many profiles to go through without pruning")
    every = []
    for options in product(*(range(n) for n in sizes)):
        s = np.zeros(tree.n_slots)
        s[[int(tree.slot_start[h]) + a for h, a in enumerate(options)]] = 1.0
        if decide(point, s, 1e-9).answer == "yes":
            every.append(tuple(s))
    assert {tuple(p) for p in found.pure.tolist()} == set(every)


@pytest.mark.parametrize("seed", range(12))
def test_witnesses_are_limits_of_trembles_and_refusals_stand_against_random_ones(seed: int) -> None:
    tree = random_tree(seed)
    point = Point(tree, tree.numbers_at())
    rng = np.random.default_rng(seed)
    sizes = np.diff(tree.slot_start)
    refused = 0
    for _ in range(40):
        s = np.zeros(tree.n_slots)
        s[[int(tree.slot_start[h]) + int(rng.integers(n)) for h, n in enumerate(sizes)]] = 1.0
        decision = decide(point, s, 1e-9)
        if decision.answer == "yes":
            assert decision.belief is not None
            assert decision.weight is not None
            bayes = bayes_of_trembles(point, s, decision.weight)
            assert np.abs(bayes - decision.belief).max() < 1e-9
            continue
        refused += 1
        trembles = np.where(
            s > 0, 0.0, -2000.0 * rng.integers(1, 6, (400, len(s))) + rng.normal(0, 3, (400, len(s)))
        )
        strategy = np.broadcast_to(s, trembles.shape)
        belief = point.beliefs(strategy, trembles)
        gains = point.gains(point.worth(point.entries(strategy), belief), strategy)
        assert (gains.max(axis=0) > 1e-9).all()
    assert refused


def bayes_of_trembles(point: Point, strategy: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Bayes' rule with trembles exp(weight), in logs, walking from the root to every node by itself."""
    tree = point.tree
    chance = {int(e): float(point.numbers[0, n]) for e, n in enumerate(tree.edge_number) if n >= 0}
    out = []
    for owned in tree.sets:
        logs = []
        for x in owned.nodes:
            total = 0.0
            while tree.parent[x] >= 0:
                up, a = int(tree.parent[x]), int(tree.branch[x])
                edge = int(tree.child_start[up]) + a
                if edge in chance:
                    total += np.log(chance[edge])
                else:
                    slot = int(tree.slot_start[tree.info_set[up]]) + a
                    total += np.log(strategy[slot]) if strategy[slot] > 0 else weight[slot]
                x = up
            logs.append(total)
        odds = np.exp(np.array(logs) - max(logs))
        out += (odds / odds.sum()).tolist()
    return np.array(out)


# what is refused


def test_what_is_too_large_or_no_point_is_named(game) -> None:
    tree = game("beer-quiche")
    with pytest.raises(BadInput, match="no such parameter"):
        equilibria(tree, {"x": 1.0})
    with pytest.raises(BadInput, match="one point"):
        equilibria(find("mediation").game, {"bias": np.array([0.0, 0.5])})
    with pytest.raises(BadInput, match="at most 3000"):
        equilibria(simultaneous(np.zeros((15, 15, 15, 3))))
    nobody = (
        'EFG 2 R "nobody" { "a" }\n""\n\nc "" 1 "" { "x" 0.3 "y" 0.7 } 0\nt "" 1 "" { 1 }\nt "" 2 "" { 3 }\n'
    )
    assert equilibria(read_efg(nobody)).solutions.value[0, 0] == pytest.approx(2.4)
    few = equilibria(tree, most_profiles=1)
    assert not few.complete
    assert "not gone through" in few.search
    assert "Not claimed" in few.claim
