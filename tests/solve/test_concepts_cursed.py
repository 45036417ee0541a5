"""Cursed sequential equilibrium: published and hand-made closed forms, brute force from the definition, chi = 0 against `solve`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from games import random_game, simultaneous

from detente.errors import BadInput
from detente.game.efg import read_efg
from detente.game.tree import TERMINAL, Tree
from detente.scenario import open_game
from detente.solve import STATUS, record, solve
from detente.solve.concepts import cursed
from detente.solve.concepts.check_cursed import check
from detente.solve.concepts.cursed_form import cursed_form
from detente.solve.levels import levels_of


def by_name(found: object, i: int = 0) -> dict[str, dict]:
    return {place["name"]: place for place in record(found, i)["information_sets"]}


# ---- with chi = 0 it is the logit equilibrium


@pytest.mark.parametrize(
    "name",
    [
        "crisis-signalling",
        "reassurance",
        "mediation",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("sanctions", "patron-client")),
    ],
)
def test_nobody_cursed_is_the_quantal_solution(name: str) -> None:
    tree = open_game(name)
    for precision in (2.0, 15.0, "limit"):
        ours, quantal = cursed(tree, chi=0.0, precision=precision), solve(tree, precision=precision)
        assert ours.certified.all()
        assert quantal.certified.all()
        np.testing.assert_allclose(ours.strategy, quantal.strategy, atol=1e-9)
        np.testing.assert_allclose(ours.event, quantal.event, atol=1e-9)
        if precision != "limit":
            np.testing.assert_allclose(ours.belief, quantal.belief, atol=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_nobody_cursed_is_the_quantal_solution_of_random_games(seed: int) -> None:
    tree = random_game(seed)
    ours, quantal = cursed(tree, chi=0.0, precision=1.5), solve(tree, precision=1.5)
    assert ours.certified.all()
    np.testing.assert_allclose(ours.strategy, quantal.strategy, atol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 360, 6))
def test_a_fold_is_not_jumped_over(seed: int) -> None:
    """Games of 3 x 3 integers, of which some branches turn back: either the same point as `solve`, or no certificate."""
    tree = random_game(seed)
    ours, quantal = cursed(tree, chi=0.0, precision=15.0), solve(tree, precision=15.0)
    if ours.certified[0] and quantal.certified[0]:
        np.testing.assert_allclose(ours.strategy, quantal.strategy, atol=1e-8)
    else:
        assert STATUS[ours.status[0]] in ("fold", "bifurcation")


def test_without_private_types_cursedness_changes_nothing(shared: Path) -> None:
    tree = read_efg(shared / "efg" / "centipede.efg")
    np.testing.assert_allclose(
        cursed(tree, chi=1.0, precision=5.0).strategy, solve(tree, precision=5.0).strategy, atol=1e-11
    )


# ---- Eyster and Rabin 2005, the market for lemons of their introduction, in thousands


def leaf(number: int, first: float, second: float) -> str:
    return f't "" {number} "" {{ {first}, {second} }}\n'


def lemons() -> Tree:
    """Worth 0 to both, or 2 to the seller and 3 to the buyer, half each; price 1; both say yes or no at the same time. An offer is
    worth 0.1 by itself to who has a lemon and -0.1 to who has a peach, so that sellers are not indifferent where nobody buys.
    """
    text = 'EFG 2 R "lemons" { "seller" "buyer" }\n""\n\nc "" 1 "car" { "lemon" 1/2 "peach" 1/2 } 0\n'
    count = 0
    for kind, (car, worth_seller, worth_buyer, offer) in enumerate(
        [("lemon", 0, 0, 0.1), ("peach", 2, 3, -0.1)]
    ):
        text += f'p "" 1 {kind + 1} "{car}" {{ "sell" "keep" }} 0\n'
        for sell in (True, False):
            text += 'p "" 2 1 "buyer" { "buy" "leave" } 0\n'
            for buy in (True, False):
                count += 1
                trade = sell and buy
                text += leaf(count, (1 - worth_seller) * trade + offer * sell, (worth_buyer - 1) * trade)
    return read_efg(text)


@pytest.mark.parametrize(
    ("chi", "buys"), [(0.0, 0.0), (0.6, 0.0), (0.66, 0.0), (0.67, 1.0), (0.8, 1.0), (1.0, 1.0)]
)
def test_cursed_buyers_of_lemons(chi: float, buys: float) -> None:
    """Lemons are offered, peaches are not: the average seller offers half the time. The buyer thinks a lemon is offered with
    chi/2 + (1 - chi), a peach with chi/2: buying is worth 1/2 (1 - chi/2)(-1) + 1/2 (chi/2)(2) = -1/2 + 3 chi/4, positive if
    chi > 2/3, the threshold of Eyster and Rabin.
    """
    found = cursed(lemons(), chi=chi)
    assert found.certified.all()
    where = by_name(found)
    assert where["lemon"]["probabilities"] == pytest.approx([1, 0])
    assert where["peach"]["probabilities"] == pytest.approx([0, 1])
    assert where["buyer"]["probabilities"][0] == pytest.approx(buys)
    # belief over (lemon, sell), (lemon, keep), (peach, sell), (peach, keep)
    wanted = np.array([1 - chi / 2, chi / 2, chi / 2, 1 - chi / 2]) / 2
    np.testing.assert_allclose(where["buyer"]["belief"], wanted, atol=1e-12)


@pytest.mark.parametrize("chi", [0.0, 0.35, 1.0])
def test_logit_equations_of_the_lemons(chi: float) -> None:
    lam = 6.0
    where = by_name(cursed(lemons(), chi=chi, precision=lam))
    lemon, peach, buy = (where[name]["probabilities"][0] for name in ("lemon", "peach", "buyer"))
    average = (lemon + peach) / 2
    u = -(chi * average + (1 - chi) * lemon) / 2 + 2 * (chi * average + (1 - chi) * peach) / 2
    assert buy == pytest.approx(1 / (1 + np.exp(-lam * u)), abs=1e-12)
    assert lemon == pytest.approx(1 / (1 + np.exp(-lam * (buy + 0.1))), abs=1e-12)
    assert peach == pytest.approx(1 / (1 + np.exp(lam * (buy + 0.1))), abs=1e-12)


# ---- what is inferred from moves that are seen


def signals(twice: bool) -> Tree:
    """The strong (half) like "up", the weak like "down", whatever follows, once or twice; then the other trusts or not: trust pays 1
    if strong, -3 if weak.
    """
    text = 'EFG 2 R "signals" { "sender" "receiver" }\n""\n\nc "" 1 "type" { "strong" 1/2 "weak" 1/2 } 0\n'
    count = 0
    numbers: dict[str, int] = {}
    for kind, like in (("strong", "up"), ("weak", "down")):
        text += f'p "" 1 {numbers.setdefault(kind, len(numbers) + 1)} "{kind}" {{ "up" "down" }} 0\n'
        for first in ("up", "down"):
            heard = [first]
            if twice:
                name = f"{kind} {first}"
                text += f'p "" 1 {numbers.setdefault(name, len(numbers) + 1)} "{name}" {{ "up" "down" }} 0\n'
                heard = [f"{first} up", f"{first} down"]
            for seen in heard:
                number = ["up", "down", "up up", "up down", "down up", "down down"].index(seen) + 1
                text += f'p "" 2 {number} "{seen}" {{ "trust" "doubt" }} 0\n'
                for trust in (True, False):
                    count += 1
                    text += leaf(
                        count,
                        sum(move == like for move in seen.split()),
                        trust * (1 if kind == "strong" else -3),
                    )
    return read_efg(text)


@pytest.mark.parametrize(("chi", "trust"), [(0.0, 1), (0.49, 1), (0.51, 0), (1.0, 0)])
def test_a_cursed_receiver_learns_a_share_of_what_there_is_to_learn(chi: float, trust: float) -> None:
    """Types separate; the belief in strong after "up" is chi/2 + (1 - chi) = 1 - chi/2. Trust pays if it exceeds 3/4: chi < 1/2."""
    found = cursed(signals(False), chi=chi)
    assert found.certified.all()
    where = by_name(found)
    assert where["up"]["belief"] == pytest.approx([1 - chi / 2, chi / 2])
    assert where["up"]["probabilities"][0] == pytest.approx(trust)
    assert where["down"]["probabilities"][0] == pytest.approx(0)


@pytest.mark.parametrize("chi", [0.0, 0.3, 0.8, 1.0])
def test_the_share_is_learnt_again_at_every_stage(chi: float) -> None:
    """After "up" twice: chi (1 - chi/2) + (1 - chi) = 1 - chi^2/2."""
    where = by_name(cursed(signals(True), chi=chi))
    assert where["up up"]["belief"] == pytest.approx([1 - chi**2 / 2, chi**2 / 2])


@pytest.mark.parametrize("chi", [0.0, 0.3, 0.7, 0.72, 0.9, 1.0])
def test_how_many_bluffs_a_cursed_target_takes_in_the_crisis(chi: float) -> None:
    """Crisis signalling at p = 0.3, a = 0.5, d = 1: resisting pays if the target believes in resolve with less than
    1 / (1 + d) = 1/2. He believes chi p + (1 - chi) x where x = p / (p + (1 - p) c) and c is the share of the unresolved who
    challenge. Indifference: x = (1/2 - chi p) / (1 - chi), possible while x <= 1, that is chi <= 5/7; the target then resists with
    1 / (1 + a) = 2/3. Above, he resists whatever is done, and nobody bluffs.
    """
    found = cursed(open_game("crisis-signalling"), chi=chi)
    assert found.certified.all()
    where = by_name(found)
    bluffs, resist = where["open unresolved"]["probabilities"][0], where["answer"]["probabilities"][0]
    if chi < 5 / 7:
        x = (0.5 - 0.3 * chi) / (1 - chi)
        assert bluffs == pytest.approx(0.3 * (1 - x) / (0.7 * x), abs=1e-9)
        assert resist == pytest.approx(2 / 3)
    else:
        assert (bluffs, resist) == pytest.approx((0, 1))


@pytest.mark.parametrize("seed", [2, 4, 8])
def test_the_fully_cursed_learn_nothing(seed: int) -> None:
    tree = random_game(seed)
    found = cursed(tree, chi=1.0, precision=4.0)
    assert found.certified.all()
    prior = {path[0]: p for path, p in _prior(tree).items()}
    at = 0
    for owned in tree.sets:
        weight = np.array([prior[tree.path_labels(x)[0]] for x in owned.nodes])
        np.testing.assert_allclose(found.belief[0, at : at + len(weight)], weight / weight.sum(), atol=1e-12)
        at += len(weight)


def _prior(tree: Tree) -> dict[tuple[str, ...], float]:
    numbers = tree.numbers_at()[0]
    edges = range(int(tree.child_start[0]), int(tree.child_start[1]))
    return {(tree.edge_label[e],): float(numbers[tree.edge_number[e]]) for e in edges}


# ---- brute force: the definition, for games of one mover a stage after one chance move


class Brute:
    """Plain recursion over public histories (tuples of labels) for one player told that the state is one of ``told``."""

    def __init__(self, tree: Tree, strategy: np.ndarray, chi: float, player: int, told: list[str]) -> None:
        self.tree, self.strategy, self.chi, self.player, self.told = tree, strategy, chi, player, told
        self.node = {tree.path_labels(x): x for x in range(tree.n_nodes)}
        self.prior = {path[0]: p for path, p in _prior(tree).items()}

    def chance(self, state: str, path: tuple[str, ...], option: str) -> float:
        x = self.node[(state, *path)]
        h = int(self.tree.info_set[x])
        return float(self.strategy[self.tree.slot_start[h] + self.tree.sets[h].options.index(option)])

    def belief(self, state: str, path: tuple[str, ...]) -> float:
        if not path:
            return self.prior[state] / sum(self.prior[s] for s in self.told)
        before, option = path[:-1], path[-1]
        weight = {s: self.belief(s, before) * self.thinks(s, before, option) for s in self.told}
        return weight[state] / sum(weight.values())

    def thinks(self, state: str, path: tuple[str, ...], option: str) -> float:
        x = self.node[(state, *path)]
        if self.tree.sets[int(self.tree.info_set[x])].player == self.player:
            return 1.0
        average = sum(self.belief(s, path) * self.chance(s, path, option) for s in self.told)
        return self.chi * average + (1 - self.chi) * self.chance(state, path, option)

    def worth(self, state: str, path: tuple[str, ...]) -> float:
        x = self.node[(state, *path)]
        if self.tree.kind[x] == TERMINAL:
            cell = int(self.tree.terminal[x]) * len(self.tree.players) + self.player
            rows = self.tree.payoff_number[self.tree.payoff_start[cell] : self.tree.payoff_start[cell + 1]]
            return float(self.tree.numbers_at()[0][rows].sum())
        owned = self.tree.sets[int(self.tree.info_set[x])]
        chance = self.chance if owned.player == self.player else self.thinks
        return sum(chance(state, path, o) * self.worth(state, (*path, o)) for o in owned.options)


@pytest.mark.parametrize("chi", [0.3, 1.0])
@pytest.mark.parametrize("seed", [2, 3, 4, 5, 8])
def test_equations_hold_by_brute_force(seed: int, chi: float) -> None:
    tree, lam = random_game(seed), 3.0
    found = cursed(tree, chi=chi, precision=lam)
    assert found.certified.all()
    at = 0
    for h, owned in enumerate(tree.sets):
        paths = [tree.path_labels(x) for x in owned.nodes]
        eye = Brute(tree, found.strategy[0], chi, owned.player, [path[0] for path in paths])
        belief = [eye.belief(path[0], path[1:]) for path in paths]
        np.testing.assert_allclose(found.belief[0, at : at + len(paths)], belief, atol=1e-11)
        at += len(paths)
        u = [
            sum(b * eye.worth(path[0], (*path[1:], o)) for b, path in zip(belief, paths, strict=True))
            for o in owned.options
        ]
        log = found.log_strategy[0, tree.slot_start[h] : tree.slot_start[h + 1]]
        np.testing.assert_allclose(log - log[0], lam * (np.array(u) - u[0]), atol=1e-9)


# ---- Eyster and Rabin's definition, for one stage in which everybody moves at once


def one_stage(rng: np.random.Generator, players: int) -> tuple[Tree, np.ndarray, np.ndarray]:
    """Two types and two options each; types correlated; payoffs [types..., options..., player] at random."""
    prior = rng.dirichlet(np.ones(2**players)).round(6).reshape((2,) * players)
    prior.flat[0] += 1 - prior.sum()
    payoffs = rng.uniform(-1, 1, (2,) * (2 * players) + (players,)).round(6)
    names = " ".join(f'"p{i}"' for i in range(players))
    edges = " ".join(f'"{"".join(map(str, t))}" {prior[t]:.6f}' for t in np.ndindex(prior.shape))
    lines = [f'EFG 2 R "one stage" {{ {names} }}', '""', "", f'c "" 1 "types" {{ {edges} }} 0']
    count = 0
    for types in np.ndindex(prior.shape):

        def below(done: tuple[int, ...], types: tuple[int, ...] = types) -> None:
            nonlocal count
            i = len(done)
            if i == players:
                count += 1
                lines.append(f't "" {count} "" {{ {", ".join(str(u) for u in payoffs[types + done])} }}')
                return
            lines.append(f'p "" {i + 1} {1 + types[i]} "p{i} type {types[i]}" {{ "0" "1" }} 0')
            below((*done, 0))
            below((*done, 1))

        below(())
    return read_efg("\n".join(lines) + "\n"), prior, payoffs


@pytest.mark.parametrize("chi", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("players", [2, 3])
def test_one_stage_is_eyster_and_rabin(players: int, chi: float) -> None:
    """A type expects the others' joint choice in a state with chance chi * (average given his type) + (1 - chi) * true."""
    lam = 2.5
    tree, prior, payoffs = one_stage(np.random.default_rng(players), players)
    found = cursed(tree, chi=chi, precision=lam)
    assert found.certified.all()
    where = by_name(found)
    plays = np.array([[where[f"p{i} type {t}"]["probabilities"] for t in range(2)] for i in range(players)])
    for i in range(players):
        for mine in range(2):
            states = [t for t in np.ndindex(prior.shape) if t[i] == mine]
            weight = np.array([prior[t] for t in states]) / sum(prior[t] for t in states)
            others = [j for j in range(players) if j != i]
            joint = np.ones((len(states), 2 ** len(others)))
            for s, t in enumerate(states):
                for c, chosen in enumerate(np.ndindex((2,) * len(others))):
                    joint[s, c] = np.prod([plays[j, t[j], a] for j, a in zip(others, chosen, strict=True)])
            thought = chi * (weight @ joint) + (1 - chi) * joint
            u = np.zeros(2)
            for a in range(2):
                for s, t in enumerate(states):
                    for c, chosen in enumerate(np.ndindex((2,) * len(others))):
                        options = (*chosen[:i], a, *chosen[i:])
                        u[a] += weight[s] * thought[s, c] * payoffs[t + options + (i,)]
            odds = np.log(plays[i, mine, 1] / plays[i, mine, 0])
            assert odds == pytest.approx(lam * (u[1] - u[0]), abs=1e-10)


# ---- the certificate, statuses, refusals


def test_the_certificate_sees_a_wrong_strategy_and_a_wrong_chi() -> None:
    tree = lemons()
    form, plan = cursed_form(tree), levels_of(tree)
    found = cursed(tree, chi=0.4, precision=5.0)

    def residual(log: np.ndarray, chi: float) -> float:
        one = np.array([chi]), np.exp(log).T, log.T, found.belief.T, np.array([5.0])
        return float(check(form, plan, tree.numbers_at(), *one).residual[0])

    assert residual(found.log_strategy, 0.4) < 1e-12
    assert residual(found.log_strategy, 0.5) > 1e-2
    wrong = found.log_strategy.copy()
    wrong[0, :2] = np.log([0.5, 0.5])
    assert residual(wrong, 0.4) > 1e-2


def test_many_draws_are_the_same_as_one_by_one() -> None:
    tree = open_game("crisis-signalling")
    p, chi = np.linspace(0.1, 0.9, 6), np.linspace(0.0, 1.0, 6)
    many = cursed(tree, {"p": p}, chi=chi, precision=10.0)
    assert many.certified.all()
    for i in range(6):
        one = cursed(tree, {"p": p[i : i + 1]}, chi=float(chi[i]), precision=10.0)
        np.testing.assert_allclose(one.strategy[0], many.strategy[i], atol=1e-10)
    assert record(many, 2)["chi"] == pytest.approx(0.4)


def test_a_branch_that_turns_back_or_splits_is_not_certified(shared: Path) -> None:
    found = cursed(read_efg(shared / "efg" / "fold.efg"), chi=0.5, precision=3.0)
    assert STATUS[found.status[0]] == "fold"
    assert found.precision[0] < 1.2126  # the fold is at 1.2125
    payoffs = np.zeros((2, 2, 2))
    payoffs[0, 0] = payoffs[1, 1] = 1
    found = cursed(simultaneous(payoffs), chi=0.5, precision=3.0)
    assert STATUS[found.status[0]] == "bifurcation"
    assert found.precision[0] <= 2.0  # by hand: p = 1/2 loses its slope at lambda 2


def test_draws_without_an_answer_say_so() -> None:
    found = cursed(open_game("crisis-signalling"), {"p": np.array([0.3, 0.0, 1.7])}, chi=0.5, precision=3.0)
    assert [STATUS[k] for k in found.status] == ["certified", "zero_reach", "bad_numbers"]
    assert record(found, 1)["information_sets"][0]["probabilities"][0] is None


@pytest.mark.parametrize(
    ("name", "why"),
    [("talks-without-defender", "depends on the types"), ("war-learning", "chance moves again")],
)
def test_games_outside_the_class_are_refused(name: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        cursed(open_game(name))


def test_a_move_that_stays_hidden_is_refused(shared: Path) -> None:
    with pytest.raises(BadInput, match="hidden from three"):
        cursed(read_efg(shared / "efg" / "horse.efg"))


@pytest.mark.parametrize("chi", [-0.1, 1.1, float("nan")])
def test_chi_is_a_share(chi: float) -> None:
    with pytest.raises(BadInput, match="cursedness"):
        cursed(lemons(), chi=chi)
