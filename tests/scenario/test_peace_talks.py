"""The scenario peace-talks as a whole: its size, its recorded results, its claims on both sides, its law, its policies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from peace_talks import scenario
from ruamel.yaml import YAML

from detente.game import unfold
from detente.game.tree import CHANCE
from detente.scenario.evaluate import Evaluator
from detente.scenario.variant import key
from detente.scenario.witness import check_claims, describe
from detente.solve import solve

Draws = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(scenario())


@pytest.fixture(scope="module")
def draws() -> Draws:
    """48 points spread over every range (a lattice rule: no seed, no library that might change)."""
    free = [p for p in scenario().parameters.values() if p.free]
    steps = np.sqrt(
        np.array([q for q in range(2, 400) if all(q % d for d in range(2, q))][: len(free)], dtype=float)
    )
    u = np.outer(np.arange(1, 49), steps) % 1
    return {p.name: p.quantile(u[:, i]) for i, p in enumerate(free)}


def test_the_game_stays_small_enough_to_be_solved_thousands_of_times() -> None:
    tree = unfold(scenario().game)
    assert tree.n_nodes <= 700
    assert len(tree.sets) <= 40
    assert tree.n_slots <= 80


def test_nothing_that_the_onlooker_sees_depends_on_more_than_the_patrons_conduct() -> None:
    seen = [set(s.seen) for s in unfold(scenario().game).sets if s.move == "probe"]
    assert len(seen) == 3
    assert set().union(*seen) == {"table", "terms"}


def test_no_deal_without_a_choice_of_the_defender() -> None:
    """Every history that ends in a deal has passed an information set of the defender at which refusing was an option."""
    tree = unfold(scenario().game)
    deal = tree.events.index("deal")
    happens = tree.numbers_at()[0][tree.event_number[deal]]
    for node in range(tree.n_nodes):
        if tree.terminal[node] >= 0 and happens[tree.terminal[node]]:
            above, found = int(tree.parent[node]), False
            while above >= 0:
                found |= tree.info_set[above] >= 0 and tree.sets[tree.info_set[above]].move == "consent"
                above = int(tree.parent[above])
            assert found, tree.path_labels(node)


def test_what_the_solver_found_at_four_points(evaluator: Evaluator) -> None:
    path = scenario().path
    assert path is not None
    expected = YAML(typ="safe").load((path.parent / "expected.yaml").read_text(encoding="utf-8"))
    for name, point in expected["points"].items():
        columns = {
            k: np.array([float(v)]) for k, v in (point["at"] or {"win": scenario().game.base["win"]}).items()
        }
        found = evaluator.evaluate(columns, list(point["events"]))
        for policy, events in point["events"].items():
            for event, value in events.items():
                assert found.event[policy][event][0] == pytest.approx(value, abs=expected["tolerance"]), (
                    name,
                    policy,
                    event,
                )
            for player, value in point["values"][policy].items():
                assert found.value[policy][player][0] == pytest.approx(value, abs=expected["tolerance"]), (
                    name,
                    policy,
                    player,
                )


def test_every_claim_holds_somewhere_and_fails_somewhere() -> None:
    witnesses = check_claims(scenario())
    assert all(w.good for w in witnesses), describe(witnesses)
    assert len(scenario().claims) >= 12
    both = [c for c in scenario().claims.values() if c.holds_where is not None and c.fails_where is not None]
    assert len(both) == len(scenario().claims)


def test_no_claim_turns_near_the_middle_values(evaluator: Evaluator) -> None:
    """Each ranged number alone, 0.03 of its range up and down: every claim stays on its side of its boundary."""
    free = [p for p in scenario().parameters.values() if p.free]
    steps = [(None, 0.0), *((p.name, way * 0.03 * (p.high - p.low)) for p in free for way in (-1, 1))]
    draws = {
        p.name: np.array([p.base + (step if moved == p.name else 0.0) for moved, step in steps]) for p in free
    }
    columns = {**{k: np.full(len(steps), v) for k, v in scenario().game.base.items()}, **draws}
    claims = scenario().claims.values()
    found = evaluator.evaluate(draws, dict.fromkeys(policy for claim in claims for policy in claim.policies))
    for claim in claims:
        margin = found.margin(claim, columns)
        assert not np.isnan(margin).any(), claim.id
        turned = [steps[i] for i in np.flatnonzero((margin >= 0) != (margin[0] >= 0))]
        assert not turned, (claim.id, turned)


def test_few_games_are_solved_for_each_draw() -> None:
    """Policies and rules of law that make the same game share its solution; so do surprises and what is seen."""
    announced = [p.change for p in scenario().policies.values() if p.kind == "commit"]
    law = [side for rule in scenario().law.values() for side in (rule.with_, rule.without) if side]
    assert len({key(scenario().standing), *map(key, announced), *map(key, law)}) <= 16
    assert sum(p.free for p in scenario().parameters.values()) <= 36


def test_claims_come_from_all_sides() -> None:
    claims = scenario().claims.values()
    quoted, unquoted = [c for c in claims if c.in_article], [c for c in claims if not c.in_article]
    assert {c.said_by_role for c in quoted} >= {"coalition", "patron"}
    assert {c.said_by_role for c in unquoted} >= {"aggressor", "defender", "patron"}
    assert all(c.said_by or c.said_by_role for c in claims)


def test_a_claim_and_its_mirror_never_hold_together(evaluator: Evaluator, draws: Draws) -> None:
    claims = scenario().claims
    pairs = {tuple(sorted((c.id, c.mirror))) for c in claims.values() if c.mirror}
    assert len(pairs) >= 4
    policies = dict.fromkeys(p for pair in pairs for c in pair for p in claims[c].policies)
    found = evaluator.evaluate(draws, policies)
    columns = {**{k: np.full(48, v) for k, v in scenario().game.base.items()}, **draws}
    for one, other in pairs:
        left, right = found.margin(claims[one], columns), found.margin(claims[other], columns)
        known = ~np.isnan(left) & ~np.isnan(right)
        assert known.mean() > 0.9
        assert not ((left >= 0) & (right >= 0))[known].any(), (one, other)


def test_nearly_every_draw_is_certified(evaluator: Evaluator, draws: Draws) -> None:
    found = evaluator.evaluate(draws, ["equilibrium", "stand_firm", "over_their_heads", "press", "talk_only"])
    for name, status in found.status.items():
        assert (status == 0).mean() > 0.95, name


def test_every_outcome_happens_with_a_probability_that_is_neither_0_nor_1_somewhere(
    evaluator: Evaluator,
) -> None:
    """Under the policies that make it possible, at the middle values or nearby."""
    points = {
        "win": np.array([0.55, 0.75, 0.45, 0.55]),
        "hard": np.array([0.35, 0.2, 0.45, 0.35]),
        "lost_aid": np.array([0.38, 0.5, 0.2, 0.38]),
        "gain": np.array([0.36, 0.36, 0.36, 0.6]),
    }
    found = evaluator.evaluate(points)
    for event in scenario().events_of_interest:
        reached = np.concatenate([table[event] for table in found.event.values()])
        assert ((reached > 0.01) & (reached < 0.99)).any(), event


def test_law_is_no_payoff(evaluator: Evaluator) -> None:
    """Each rule is a change of moves or parameters; no term of a payoff names one. With article 52, nobody ends up with hard terms."""
    rules = scenario().law
    assert {"vclt-52", "vclt-34", "un-charter-2-4", "head-of-state-immunity"} <= set(rules)
    words = {word for terms in scenario().game.payoffs.values() for name in terms for word in name.split("_")}
    assert not words & {"law", "treaty", "charter", "vclt", "void"}
    found = evaluator.evaluate(
        {"firm": np.array([0.1, 0.47, 0.9])}, ["law:vclt-52:with", "law:un-charter-2-4:with"]
    )
    np.testing.assert_allclose(found.event["law:vclt-52:with"]["hard_deal"], 0, atol=1e-12)
    np.testing.assert_allclose(found.event["law:un-charter-2-4:with"]["renewed_war"], 0, atol=1e-12)


def test_every_part_can_be_switched_off_alone() -> None:
    for part in scenario().parts:
        rest = scenario().without([part])
        found = Evaluator(rest).evaluate({"presence": np.array([0.05])}, ["equilibrium"])
        assert found.status["equilibrium"][0] == 0, part


def test_each_actor_has_three_policies_and_all_three_meanings_are_used() -> None:
    policies = scenario().policies.values()
    for actor in ("patron", "coalition", "defender"):
        assert len([p for p in policies if p.actor == actor and p.kind != "given"]) >= 3, actor
    assert {p.kind for p in policies} == {"commit", "deviate", "given"}


def test_the_three_meanings_of_a_concession_differ(evaluator: Evaluator) -> None:
    """A rule for all patrons tells nothing; a surprise is read as weakness; what is seen in equilibrium is what the weary do."""
    found = evaluator.evaluate(
        {"gain": np.array([scenario().game.base["gain"]])}, ["concede", "sudden_concession"]
    )
    assert found.event["concede"]["spread"][0] == pytest.approx(0, abs=1e-9)
    assert found.event["sudden_concession"]["spread"][0] == pytest.approx(1, abs=1e-9)


def test_every_number_has_a_title_and_an_origin() -> None:
    for parameter in scenario().parameters.values():
        assert parameter.title, parameter.name
        if parameter.distribution != "derived":
            # titles stand inside sentences: "holds if TITLE is above 0.6"
            assert len(parameter.title.split()) <= 8, parameter.title
            assert parameter.title.split()[0] not in ("how", "whether", "if", "what")
            assert parameter.because, parameter.name
        if parameter.free:
            assert parameter.low < parameter.base < parameter.high, parameter.name


def test_the_explanation_names_every_number() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "peace-talks.md").read_text(encoding="utf-8")
    missing = [name for name in scenario().game.parameters if f"`{name}`" not in page]
    assert not missing


def test_gambit_agrees_at_the_middle_values() -> None:
    """The exported game, solved by pygambit at lambda 20, against ours: the largest difference of a behaviour probability."""
    gambit = pytest.importorskip("pygambit")
    from detente.game import write_efg

    tree = unfold(scenario().game)
    ours = solve(tree, precision=20.0)
    game = gambit.read_efg(_as_file(write_efg(tree, tree.numbers_at()[0])))
    points = gambit.qre.logit_solve_lambda(game, 20.0)
    profile = points[0].profile
    assert points[0].lam == pytest.approx(20.0, abs=1e-6)
    by_path = {tree.path_labels(node): s for s in range(len(tree.sets)) for node in tree.sets[s].nodes}
    compared = 0
    for behaviour in profile:
        for history, mixed in behaviour:
            index = by_path[tuple(str(a) for a in history.actions)]
            first = int(tree.slot_start[index])
            theirs = [float(p) for _, p in mixed]
            np.testing.assert_allclose(ours.strategy[0, first : first + len(theirs)], theirs, atol=1e-6)
            compared += 1
    assert compared == len(tree.sets)


def _as_file(text: str) -> object:
    import io

    return io.StringIO(text)


def test_chance_is_never_certain_where_somebody_decides_after_it() -> None:
    """A branch of probability 0 above a decision would leave beliefs there without meaning; the ranges exclude it."""
    tree = unfold(scenario().game)
    free = [p for p in scenario().parameters.values() if p.free]
    for end in ("low", "high"):
        numbers = tree.numbers_at({p.name: getattr(p, end) for p in free})[0]
        for node in np.flatnonzero(tree.kind == CHANCE):
            for edge in range(int(tree.child_start[node]), int(tree.child_start[node + 1])):
                assert 0 < numbers[tree.edge_number[edge]] < 1, tree.path_labels(int(node))
