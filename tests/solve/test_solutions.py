"""What the solver promises besides the reference games: closed forms, invariances, statuses, bad input, certificate."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest
from games import crisis, random_game, signalling, simultaneous
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from detente.errors import BadInput
from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import CERTIFIED, STATUS, Solutions, compile_tree, outcome, record, solve
from detente.solve.certificate import certify
from detente.solve.outcome import given as seen

ENTRY = """EFG 2 R "entry" { "entrant" "defender" }
""

p "" 1 1 "enter" { "in" "out" } 0
p "" 2 1 "answer" { "fight" "yield" } 0
t "" 1 "war" { -0.5, -1 }
t "" 2 "entry" { 0.5, 0 }
t "" 3 "quiet" { 0, 1 }
"""

# a challenger, resolved with probability 0.3, may challenge; the target resists or concedes; then fight or back down
SIGNAL = """EFG 2 R "signals" { "A" "B" }
""

c "" 1 "type" { "resolved" 0.3 "unresolved" 0.7 } 0
p "" 1 1 "open resolved" { "challenge" "quiet" } 0
p "" 2 1 "answer" { "resist" "concede" } 0
p "" 1 2 "last resolved" { "fight" "back" } 0
t "" 1 "war" { 0.2, -1 }
t "" 2 "backdown" { -0.5, 1 }
t "" 3 "won" { 1, 0 }
t "" 4 "quiet" { 0, 1 }
p "" 1 3 "open unresolved" { "challenge" "quiet" } 0
p "" 2 1 "answer" { "resist" "concede" } 0
p "" 1 4 "last unresolved" { "fight" "back" } 0
t "" 5 "war" { -1, -1 }
t "" 6 "backdown" { -0.5, 1 }
t "" 7 "won" { 1, 0 }
t "" 8 "quiet" { 0, 1 }
"""


def slot(tree: Tree, name: str, option: str) -> int:
    for h, owned in enumerate(tree.sets):
        if owned.name == name:
            return int(tree.slot_start[h]) + owned.options.index(option)
    raise AssertionError(name)


def with_numbers(tree: Tree, numbers: np.ndarray) -> Tree:
    """The same tree, whose draws are given as rows of numbers."""

    class Given(Tree):
        def numbers_at(self, draws: Mapping[str, np.ndarray] | None = None) -> np.ndarray:
            return numbers

    return Given(**{f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)})


def test_entry_game_in_closed_form() -> None:
    """One backward pass of logits: P(fight) = L(-lambda), P(in) = L(lambda (1/2 - P(fight)))."""
    tree = read_efg(ENTRY)
    lam = np.array([0.1, 2.0, 50.0])
    found = solve(tree, precision=lam)
    fight = 1 / (1 + np.exp(lam))
    enter = 1 / (1 + np.exp(-lam * (0.5 - fight)))
    assert np.allclose(found.strategy[:, slot(tree, "answer", "fight")], fight, atol=1e-14)
    assert np.allclose(found.strategy[:, slot(tree, "enter", "in")], enter, atol=1e-14)
    assert abs(fight[1] - 0.119202922022) < 1e-12
    assert abs(enter[1] - 0.681699742195) < 1e-12
    assert compile_tree(tree).largest_block == 0  # nothing is simultaneous


def test_signalling_card_at_each_precision() -> None:
    tree = read_efg(SIGNAL)
    rows = np.array(
        [
            [5, 0.623989646397, 0.550264850215, 0.417386857567],
            [50, 0.66983493054, 0.440872998995, 0.492925614295],
            [500, 0.667043750768, 0.429764248288, 0.499305155461],
        ]
    )
    found = solve(tree, precision=rows[:, 0].copy())
    limit = solve(tree)
    for s, expected, at in (
        (found, rows[:, 1:], slice(None)),
        (limit, np.array([[2 / 3, 3 / 7, 1 / 2]]), slice(None)),
    ):
        assert s.certified.all()
        got = np.stack(
            [
                s.strategy[at, slot(tree, "answer", "resist")],
                s.strategy[at, slot(tree, "open unresolved", "challenge")],
                s.belief[at, [h.name for h in tree.sets].index("answer")],
            ],
            axis=1,
        )
        assert np.allclose(got, expected, atol=2e-10)


def test_three_meanings_of_a_policy() -> None:
    """War given a challenge 1/3; if the unresolved challenges by surprise 1/5; all in the limit equilibrium."""
    tree = read_efg(SIGNAL)
    found = solve(tree)
    war = tree.events.index("war")
    unresolved = [h.name for h in tree.sets].index("open unresolved")
    challenged = 0.0
    for name in ("open resolved", "open unresolved"):
        h = [s.name for s in tree.sets].index(name)
        event, p = seen(tree, found.numbers, found.strategy, h, 0)
        challenged += p[0]
        if h == unresolved:
            assert event[0, war] == pytest.approx(0.0, abs=1e-12)
    assert found.event[0, war] / challenged == pytest.approx(1 / 3, abs=1e-9)
    surprise = found.strategy.copy()
    for name in ("open resolved", "open unresolved"):
        surprise[0, slot(tree, name, "challenge")], surprise[0, slot(tree, name, "quiet")] = 1.0, 0.0
    event, value, reach = outcome(tree, found.numbers, surprise)
    assert event[0, war] == pytest.approx(1 / 5, abs=1e-9)
    assert event.sum() == pytest.approx(1.0)
    assert reach[0, 0] == 1.0
    assert value.shape == (1, 2)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.2, 30.0))
def test_gain_is_what_the_logit_says(seed: int, precision: float) -> None:
    """gain = (entropy + ln max p) / lambda at every set, and at most W((K - 1) / e) / lambda."""
    tree = random_game(seed)
    found = solve(tree, precision=precision)
    if not found.certified[0]:
        return
    proof = certify(tree, found.numbers, found.strategy, found.log_strategy, found.belief, found.precision)
    for h in range(len(tree.sets)):
        own = slice(int(tree.slot_start[h]), int(tree.slot_start[h + 1]))
        p, log_p = found.strategy[0, own], found.log_strategy[0, own]
        exact = (-(p * log_p).sum() + log_p.max()) / precision
        assert proof.gain[0, h] == pytest.approx(exact, abs=1e-9)
        assert proof.gain[0, h] <= lambertw((len(p) - 1) / np.e).real / precision + 1e-9


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from([1e-6, 1e-3, 7.0, 1e6]))
def test_units_of_payoff_do_not_matter(seed: int, unit: float) -> None:
    """Payoffs times k at lambda / k: the same answer; and the limit does not know the unit."""
    rng = np.random.default_rng(seed)
    payoff = rng.uniform(-1, 1, (2, 3, 2))
    one, other = simultaneous(payoff), simultaneous(payoff * unit + 3.0 * unit)
    lam = 6.0
    if lam / unit > 1e6:
        lam = 0.5
    a, b = solve(one, precision=lam), solve(other, precision=lam / unit)
    assert a.status[0] == b.status[0] == CERTIFIED
    assert np.allclose(a.strategy, b.strategy, atol=1e-9)
    a, b = solve(one), solve(other)
    assert a.status[0] == b.status[0]
    if a.certified[0]:
        assert np.allclose(a.strategy, b.strategy, atol=1e-8)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_names_and_order_do_not_matter(seed: int) -> None:
    """Options in another order, players in another order: the same answer, relabelled."""
    rng = np.random.default_rng(seed)
    payoff = rng.uniform(-1, 1, (3, 2, 2))
    a = solve(simultaneous(payoff), precision=4.0)
    turned = solve(simultaneous(payoff[::-1]), precision=4.0)
    swapped = solve(simultaneous(payoff.transpose(1, 0, 2)[..., ::-1]), precision=4.0)
    if not a.certified[0]:
        return
    assert np.allclose(turned.strategy[0], a.strategy[0, [2, 1, 0, 3, 4]], atol=1e-9)
    assert np.allclose(swapped.strategy[0], a.strategy[0, [3, 4, 0, 1, 2]], atol=1e-9)


def batch(draws: int) -> Tree:
    tree = crisis(np.random.default_rng(5))
    rng = np.random.default_rng(6)
    numbers = np.repeat(tree.numbers_at(), draws, axis=0)
    payoff = np.setdiff1d(tree.payoff_number, tree.edge_number)
    numbers[:, payoff] += rng.normal(0, 0.3, (draws, len(payoff)))
    return with_numbers(tree, numbers)


@pytest.mark.parametrize("precision", [12.0, "limit"])
def test_threads_do_not_matter(precision: float | str) -> None:
    tree = batch(150)
    one, two = (solve(tree, precision=precision, threads=k) for k in (1, 2))  # type: ignore[arg-type]
    for name in ("strategy", "belief", "event", "value", "status", "residual", "max_gain", "iterations"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True), name
    assert one.certified.mean() > 0.98
    alone = solve(with_numbers(tree, one.numbers[77:78]), precision=precision)  # type: ignore[arg-type]
    assert np.array_equal(alone.strategy[0], one.strategy[77])


def test_precision_may_differ_by_draw() -> None:
    tree = batch(3)
    lam = np.array([1.0, np.inf, 30.0])
    found = solve(tree, precision=lam)
    assert np.array_equal(found.precision, lam)
    for i, p in enumerate((1.0, "limit", 30.0)):
        alone = solve(with_numbers(tree, found.numbers[i : i + 1]), precision=p)  # type: ignore[arg-type]
        assert np.array_equal(alone.strategy[0], found.strategy[i])


def test_bad_numbers_stay_alone() -> None:
    tree = batch(6)
    numbers = tree.numbers_at().copy()
    first = int(tree.edge_number[0])
    numbers[1, int(tree.payoff_number[0])] = np.nan
    numbers[2, int(tree.payoff_number[3])] = np.inf
    numbers[3, first] = -0.1
    numbers[4, first] += 0.2
    found = solve(with_numbers(tree, numbers), precision=3.0)
    assert [STATUS[k] for k in found.status] == ["certified", *["bad_numbers"] * 4, "certified"]
    assert np.isnan(found.strategy[1:5]).all()
    assert np.isnan(found.event[1:5]).all()


def test_chance_may_never_come_this_way() -> None:
    """A type of probability 0: its sets are solved too, the belief of others leaves it out, the rest is unchanged."""
    tree = read_efg(SIGNAL)
    numbers = np.repeat(tree.numbers_at(), 2, axis=0)
    resolved, unresolved = (int(k) for k in tree.edge_number[:2])
    numbers[0, resolved], numbers[0, unresolved] = 0.0, 1.0
    numbers[1, resolved], numbers[1, unresolved] = 1e-9, 1 - 1e-9
    found = solve(with_numbers(tree, numbers), precision=5.0)
    assert found.certified.all()
    assert np.allclose(found.strategy[0], found.strategy[1], atol=1e-7)
    at = [h.name for h in tree.sets].index("answer")
    assert found.belief[0, at : at + 2].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("precision", [0.0, -1.0, np.nan, 2e6, "fast", np.ones(3)])
def test_precision_is_checked(precision: object) -> None:
    with pytest.raises(BadInput) as error:
        solve(batch(2), precision=precision)  # type: ignore[arg-type]
    assert error.value.where.field == "precision"


def claimed(found: Solutions, strategy: np.ndarray) -> tuple[float, float, float]:
    with np.errstate(divide="ignore"):
        logs = np.where(strategy > 0, np.log(strategy), -1e12)
    proof = certify(found.tree, found.numbers, strategy, logs, found.belief, found.precision)
    return float(proof.residual[0]), float(proof.relative_gain[0]), float(proof.belief_error[0])


def test_certificate_sees_what_is_wrong() -> None:
    """A strategy moved by 1e-6 has a residual; a limit with the wrong mix a gain; a wrong belief shows."""
    tree = read_efg(SIGNAL)
    for precision in (20.0, "limit"):
        found = solve(tree, precision=precision)  # type: ignore[arg-type]
        own = slot(tree, "answer", "resist")
        moved = found.strategy.copy()
        moved[0, own : own + 2] += [1e-6, -1e-6]
        residual, gain, _ = claimed(found, moved)
        if precision == "limit":
            assert gain > 1e-8
        else:
            assert residual > 1e-6
        wrong = dataclasses.replace(found, belief=found.belief + 1e-3)
        assert claimed(wrong, found.strategy)[2] > 1e-4


def test_residual_agrees_with_another_road() -> None:
    """The certificate's residual against products along paths."""
    from tracer import Paths

    for seed in range(12):
        tree = random_game(seed)
        found = solve(tree, precision=3.0)
        rng = np.random.default_rng(seed)
        paths = Paths(tree)
        z = rng.normal(0, 1, len(paths.free))
        log_p = paths.log_p(z)
        belief = np.ones_like(found.belief)
        proof = certify(tree, found.numbers, np.exp(log_p)[None], log_p[None], belief, found.precision)
        assert proof.residual[0] == pytest.approx(np.abs(paths.residual(z, 3.0)).max(), rel=1e-10)


def test_record_has_the_shape_that_is_printed() -> None:
    answer = record(solve(read_efg(SIGNAL), precision=5.0))
    assert answer["status"] == "certified"
    assert answer["lambda"] == 5.0
    sets = answer["information_sets"]
    assert isinstance(sets, list)
    keys = {"player", "number", "name", "options", "probabilities", "nodes", "belief", "reach"}
    assert all(set(s) == keys for s in sets)
    heard = next(s for s in sets if s["name"] == "answer")
    assert heard["player"] == "B"
    assert heard["nodes"] == [["resolved", "challenge"], ["unresolved", "challenge"]]
    assert sum(heard["belief"]) == pytest.approx(1.0)
    limit = record(solve(read_efg(SIGNAL)))
    assert limit["lambda"] == "limit"
    assert limit["residual"] is None


def test_one_draw_by_name_and_all_as_a_table() -> None:
    found = solve(read_efg(ENTRY), precision=np.array([2.0, 4.0]))
    assert found.behaviour(0)["defender", "answer"]["fight"] == pytest.approx(0.119202922022)
    assert found.beliefs(1)["defender", "answer"] == {("in",): 1.0}
    table = found.frame()
    assert table["lambda"].to_list() == [2.0, 4.0]
    assert table["status"].to_list() == ["certified"] * 2
    assert table["event.war"].to_list() == found.event[:, found.tree.events.index("war")].tolist()


def test_kernels_without_compilation_give_the_same() -> None:
    """The Python form of every kernel, in a process of its own, on a game with arclength and one with a limit."""
    code = """
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np
from games import random_game, simultaneous
from detente.solve import solve
for seed, precision in ((2, 7.0), (3, "limit"), (4, 7.0)):
    print(*(x.hex() for x in solve(random_game(seed), precision=precision).strategy[0].tolist()))
fold = np.array([[[0, 1], [1, 7], [4, 2]], [[2, 7], [4, 7], [4, 0]], [[3, 0], [3, 0], [6, 4]]], float)
print(*(x.hex() for x in solve(simultaneous(fold), precision=3.0).strategy[0].tolist()))
"""
    answers: list[list[list[float]]] = []
    for disable in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(__file__)],
            env={**os.environ, "NUMBA_DISABLE_JIT": disable},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        answers.append([[float.fromhex(x) for x in line.split()] for line in run.stdout.splitlines()])
    for compiled, plain in zip(*answers, strict=True):
        assert np.allclose(compiled, plain, atol=1e-9)


def test_signals_of_three_kinds_have_blocks() -> None:
    """Sender and receiver depend on one another: one block; the entry game has none."""
    assert compile_tree(signalling(np.random.default_rng(0), 3, 2)).largest_block == 7
