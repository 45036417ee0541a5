"""A scenario over draws: the same numbers however it is cut, little memory, and the answer of backward induction."""

from __future__ import annotations

import itertools
import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente.scenario.evaluate as module
from detente.errors import GameError
from detente.game.tree import CHANCE, TERMINAL, Tree
from detente.scenario import Evaluator, Quantity, Scenario, read_scenario, scenario_from_text
from detente.scenario.outcome import passing, reach, tally


def some_draws(n: int, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"p": rng.uniform(0.05, 0.9, n), "a": rng.uniform(0.1, 0.9, n), "d": rng.uniform(0.2, 2.5, n)}


def same(first: module.Evaluation, second: module.Evaluation) -> None:
    for one, two in ((first.event, second.event), (first.value, second.value)):
        assert list(one) == list(two)
        for policy, table in one.items():
            for name, column in table.items():
                np.testing.assert_array_equal(column, two[policy][name], err_msg=f"{policy} {name}")
    for policy in first.status:
        np.testing.assert_array_equal(first.status[policy], second.status[policy])


def test_chunks_threads_and_a_pickled_copy_make_no_difference(
    crisis: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = some_draws(90)
    whole = Evaluator(crisis, threads=1).evaluate(draws)
    same(whole, Evaluator(crisis, threads=2).evaluate(draws))
    same(whole, pickle.loads(pickle.dumps(Evaluator(crisis))).evaluate(draws))
    monkeypatch.setattr(module, "WORKING_BYTES", 1)  # the smallest chunks
    same(whole, Evaluator(crisis).evaluate(draws))
    half = Evaluator(crisis).evaluate({k: v[45:] for k, v in draws.items()})
    np.testing.assert_array_equal(half.event["rule"]["war"], whole.event["rule"]["war"][45:])


def test_the_baseline_read_by_hand_is_what_the_solver_says(evaluator: Evaluator, crisis: Scenario) -> None:
    """Events and values summed over outcomes here equal those of the solution."""
    draws = some_draws(64)
    compiled = evaluator._ready(crisis.standing)
    found = evaluator._solve(compiled, draws, crisis.standing, 64)
    sums = tally(compiled.tree)
    weight = reach(compiled.tree, found.numbers, found.strategy)[sums.terminal]
    np.testing.assert_allclose(weight.sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(sums.events(found.numbers, weight), found.event, atol=1e-12)
    np.testing.assert_allclose(sums.values(found.numbers, weight), found.value, atol=1e-12)


def test_only_what_is_asked_for_is_kept(evaluator: Evaluator) -> None:
    wanted = [Quantity("P", "war", "rule"), Quantity("value", "B")]
    found = evaluator.evaluate(some_draws(16), quantities=wanted)
    assert set(found.status) == {"rule", "equilibrium"}
    assert {p: set(t) for p, t in found.event.items()} == {"rule": {"war"}, "equilibrium": set()}
    assert {p: set(t) for p, t in found.value.items()} == {"rule": set(), "equilibrium": {"B"}}
    everything = evaluator.evaluate(some_draws(16))
    for q in wanted:
        np.testing.assert_array_equal(found.of(q), everything.of(q))


def test_draws_that_nothing_depends_on_and_no_draws_at_all(evaluator: Evaluator) -> None:
    base = evaluator.evaluate(None, ["equilibrium"])
    assert len(base) == 1
    same_point = evaluator.evaluate({"lambda": np.array([5.0, 6.0, 7.0])}, ["equilibrium"])
    assert len(same_point) == 3
    assert set(same_point.event["equilibrium"]["war"]) == set(base.event["equilibrium"]["war"])


def test_many_draws_need_the_memory_of_their_columns(
    crisis: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the columns kept (an event, a gain and a status: 17 bytes a draw) `WORKING_BYTES` is all that is alive."""
    monkeypatch.setattr(module, "WORKING_BYTES", 2_000_000)
    evaluator = Evaluator(crisis, threads=1)
    wanted = [Quantity("P", "war", "seen")]
    evaluator.evaluate(some_draws(10), quantities=wanted)
    draws = some_draws(20_000)
    tracemalloc.start()
    evaluator.evaluate(draws, quantities=wanted)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000 * 17 + 2_200_000


@pytest.mark.parametrize(
    "draws",
    [
        {"pp": np.zeros(2)},
        {"p": np.zeros(2), "a": np.zeros(3)},
        {"q_star": np.zeros(2)},
        {"p": np.zeros((2, 2))},
    ],
)
def test_columns_that_cannot_be_draws_are_refused(evaluator: Evaluator, draws: dict[str, np.ndarray]) -> None:
    with pytest.raises(GameError):
        evaluator.evaluate(draws, ["equilibrium"])


def test_a_policy_that_there_is_not_is_refused_with_the_nearest(evaluator: Evaluator) -> None:
    with pytest.raises(GameError) as error:
        evaluator.evaluate(None, ["rul"])
    assert error.value.nearest == "rule"


def test_a_draw_that_cannot_be_solved_is_undecided_with_its_reason(
    evaluator: Evaluator, crisis: Scenario
) -> None:
    found = evaluator.evaluate({"p": np.array([1.5, 0.3])}, ["equilibrium"])
    assert module.REASONS[found.status["equilibrium"][0]] == "bad_numbers"
    assert np.isnan(found.event["equilibrium"]["war"]).tolist() == [True, False]
    claim = crisis.claims["bluff"]
    draws = {"p": np.array([1.5, 0.3]), "d": np.array([1.0, 1.0])}
    assert [module.REASONS[w] for w in found.why_undecided(claim, draws)] == ["bad_numbers", "certified"]
    assert np.isnan(found.margin(claim, draws)).tolist() == [True, False]


def test_precision_may_be_a_number_a_parameter_or_set_by_a_policy(crisis_text: str) -> None:
    at_limit = (
        Evaluator(scenario_from_text(crisis_text)).evaluate(None, ["equilibrium"]).event["equilibrium"]["war"]
    )
    fixed = scenario_from_text(crisis_text.replace("seed: 7", "precision: 50"))
    named = scenario_from_text(
        crisis_text.replace("seed: 7", "precision: lambda").replace(
            "parameters: {a: a + 0.1}", "parameters: {lambda: lambda * 10}"
        )
    )
    at_50 = Evaluator(fixed).evaluate(None, ["equilibrium"]).event["equilibrium"]["war"]
    found = Evaluator(named).evaluate({"lambda": np.array([50.0, 5.0, 500.0])}, ["equilibrium", "costly"])
    war = found.event["equilibrium"]["war"]
    assert war[0] == pytest.approx(at_50[0], abs=1e-9)
    # P(resist) at lambda 5, 50, 500 in the card: 0.624, 0.670, 0.667 of the worked point; the limit is 2/3
    assert abs(war[2] - at_limit[0]) < abs(war[1] - at_limit[0])
    assert found.event["costly"]["war"][1] == pytest.approx(war[0], abs=1e-9)  # 5 * 10 = 50, `a` as it was


def test_worked_numbers_of_the_card_at_finite_precision(crisis_text: str) -> None:
    """P(resist) and P(challenge | unresolved) at lambda 5 and 50."""
    scenario = scenario_from_text(crisis_text.replace("seed: 7", "precision: lambda"))
    found = Evaluator(scenario).evaluate({"lambda": np.array([5.0, 50.0])}, ["seen", "equilibrium"])
    assert found.event["seen"]["resolved"].tolist() == pytest.approx(
        [0.417386857567, 0.492925614295], abs=1e-9
    )


# backward induction as the other road, on random games in which everything is seen

FORMS = """scenario: small
players: [X, Y]
parameters:
  t: {{range: [-1, 1], base: 0.3, because: any}}
moves:
  - {{move: m1, by: X, options: [l, r]}}
  - {{move: m2, by: Y, options: [l, r]}}
  - {{move: m3, by: chance, options: {{l: 0.25, r: 0.75}}}}
  - {{move: m4, by: X, options: [l, r], when: m2 == l or m1 == r}}
payoffs:
  X: {{{x}}}
  Y: {{{y}}}
events: {{late: m4 == r, first: m1 == l}}
policies:
  c: {{actor: Y, kind: commit, title: c, play: {{m2: l}}}}
  s: {{actor: Y, kind: deviate, title: s, play: {{m2: {{l: 0.4, r: 0.6}}}}, when: m1 == r}}
"""


def induced(
    tree: Tree, numbers: np.ndarray, instead: dict[int, dict[str, float]] | None = None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Values [player] at the root and what is played at each node, each mover taking the best; `instead` fixes nodes."""
    instead = instead or {}
    value = np.zeros((tree.n_nodes, len(tree.players)))
    play: list[np.ndarray] = [np.zeros(0)] * tree.n_nodes
    for x in reversed(range(tree.n_nodes)):
        edges = range(int(tree.child_start[x]), int(tree.child_start[x + 1]))
        below = np.array([value[tree.child[e]] for e in edges])
        if tree.kind[x] == TERMINAL:
            k = int(tree.terminal[x]) * len(tree.players)
            for player in range(len(tree.players)):
                paid = tree.payoff_number[tree.payoff_start[k + player] : tree.payoff_start[k + player + 1]]
                value[x, player] = numbers[paid].sum()
            continue
        if tree.kind[x] == CHANCE:
            play[x] = np.array([numbers[tree.edge_number[e]] for e in edges])
        else:
            mover = tree.sets[tree.info_set[x]].player
            play[x] = np.eye(len(below))[int(below[:, mover].argmax())]
        if x in instead:
            play[x] = np.array([instead[x][tree.edge_label[e]] for e in edges])
        value[x] = play[x] @ below
    return value[0], play


@settings(derandomize=True, max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_commit_and_deviate_equal_backward_induction_where_everything_is_seen(seed: int) -> None:
    rng = np.random.default_rng(seed)
    histories = [
        f"m1 == {a} and m2 == {b} and m3 == {c}" + (f" and m4 == {e}" if e else "")
        for a, b, c, e in itertools.product("lr", "lr", "lr", ("l", "r", ""))
        if bool(e) == (b == "l" or a == "r")
    ]
    terms = {
        who: ", ".join(
            f"k{k}: {{worth: {rng.normal():.4f} + t * {rng.normal():.3f}, when: {when}}}"
            for k, when in enumerate(histories)
        )
        for who in "XY"
    }
    scenario = scenario_from_text(FORMS.format(x=terms["X"], y=terms["Y"]))
    evaluator = Evaluator(scenario, threads=1)
    found = evaluator.evaluate({"t": np.array([0.3, -0.7])})
    for i, t in enumerate((0.3, -0.7)):
        for name in ("equilibrium", "c"):
            tree = evaluator.tree(name)
            root, _ = induced(tree, tree.numbers_at({"t": np.array([t])})[0])
            if found.status[name][i] == 0:
                got = [found.value[name]["X"][i], found.value[name]["Y"][i]]
                np.testing.assert_allclose(got, root, atol=1e-7)
        tree = evaluator.tree()
        numbers = tree.numbers_at({"t": np.array([t])})[0]
        base, play = induced(tree, numbers)
        if found.status["s"][i] == 0:
            # the others' play stays: fix it everywhere, and put the surprise where m1 == r
            fixed = {}
            for x in range(tree.n_nodes):
                edges = range(int(tree.child_start[x]), int(tree.child_start[x + 1]))
                labels = [tree.edge_label[e] for e in edges]
                fixed[x] = dict(zip(labels, play[x].tolist(), strict=True))
                if tree.node_label[x] == "m2" and tree.path_labels(x)[0] == "r":
                    fixed[x] = {"l": 0.4, "r": 0.6}
            surprised, _ = induced(tree, numbers, {x: f for x, f in fixed.items() if f})
            got = [found.value["s"]["X"][i], found.value["s"]["Y"][i]]
            np.testing.assert_allclose(got, surprised, atol=1e-7)
            assert got[1] <= base[1] + 1e-7  # nobody gains by a surprise in his own move


def test_nodes_below_an_edge_are_those_whose_path_has_it(evaluator: Evaluator) -> None:
    tree = evaluator.tree()
    first = next(x for x in range(tree.n_nodes) if tree.node_label[x] == "open")
    edge = int(tree.child_start[first])
    below = passing(tree, frozenset({edge}))
    for x in range(tree.n_nodes):
        path = tree.path(x)
        depth = len(tree.path(first))
        assert below[x] == (path[:depth] == tree.path(first) and len(path) > depth and path[depth] == 0)


def test_the_shipped_scenarios_are_solved_at_their_base_values() -> None:
    from detente.scenario import shipped

    for slug in shipped():
        scenario = read_scenario(slug)
        found = Evaluator(scenario).evaluate(None, ["equilibrium"])
        assert module.REASONS[found.status["equilibrium"][0]] == "certified", slug


def test_a_scenario_says_where_it_came_from(crisis: Scenario) -> None:
    assert isinstance(crisis.path, Path)
    assert crisis.text.startswith("# The discrete bluffing game")


@pytest.mark.parametrize("kind", ["commit", "deviate"])
def test_a_mix_that_is_none_at_some_draw_leaves_that_draw_undecided(crisis_text: str, kind: str) -> None:
    """resist with probability 2 p: fine at p = .3, no probability at p = .6."""
    text = crisis_text.replace(
        "kind: deviate, title: resist every second time by surprise, play: {answer: {resist: 1/2, concede: 1/2}}",
        f"kind: {kind}, title: x, play: {{answer: {{resist: 2 * p, concede: 1 - 2 * p}}}}",
    )
    found = Evaluator(scenario_from_text(text)).evaluate({"p": np.array([0.3, 0.6])}, ["sudden_half"])
    assert [module.REASONS[x] for x in found.status["sudden_half"]] == ["certified", "bad_numbers"]
    assert np.isnan(found.event["sudden_half"]["war"]).tolist() == [False, True]
