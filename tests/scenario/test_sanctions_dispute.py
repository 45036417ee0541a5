"""The scenario sanctions-dispute as a whole: its size, its recorded results, its claims on both sides, its law, its policies."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from sanctions_dispute import EVERYTHING, scenario

from detente.brief.fit import best_fit, fit
from detente.brief.make import example_article
from detente.game import read_efg, unfold, write_efg
from detente.news.ledger import read_ledger
from detente.scenario.evaluate import Evaluator
from detente.scenario.statement import Document, Ledger
from detente.scenario.variant import key
from detente.scenario.witness import check_claims, describe
from detente.solve import solve

Draws = dict[str, np.ndarray]
POINTS = 96


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(scenario())


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Points spread over every range (a lattice rule: no seed, no library that might change)."""
    free = [p for p in scenario().parameters.values() if p.free]
    primes = [q for q in range(2, 400) if all(q % d for d in range(2, q))][: len(free)]
    u = np.outer(np.arange(1, POINTS + 1), np.sqrt(np.array(primes, dtype=float))) % 1
    return {p.name: p.quantile(u[:, i]) for i, p in enumerate(free)}


@pytest.fixture(scope="module")
def columns(draws: Draws) -> Draws:
    return {**{k: np.full(POINTS, v) for k, v in scenario().game.base.items()}, **draws}


def test_the_game_stays_small_enough_to_be_solved_thousands_of_times() -> None:
    tree = unfold(scenario().game)
    assert tree.n_nodes <= 320
    assert len(tree.sets) <= 40
    assert tree.n_slots <= 80
    assert sum(p.free for p in scenario().parameters.values()) <= 22
    announced = [p.change for p in scenario().policies.values() if p.kind == "commit"]
    law = [side for rule in scenario().law.values() for side in (rule.with_, rule.without) if side]
    assert len({key(scenario().standing), *map(key, announced), *map(key, law)}) <= 22


def test_the_target_and_the_third_party_never_see_what_sanctions_cost_the_sender() -> None:
    for s in unfold(scenario().game).sets:
        if s.move in ("answer", "counter", "side", "second"):
            assert "sender.share" not in dict(s.seen), s.move


def test_what_the_solver_found_at_four_points(evaluator: Evaluator) -> None:
    path = scenario().path
    assert path is not None
    expected = YAML(typ="safe").load((path.parent / "expected.yaml").read_text(encoding="utf-8"))
    assert len(expected["points"]) == 4
    for name, point in expected["points"].items():
        at = point["at"] or {"hits": scenario().game.base["hits"]}
        found = evaluator.evaluate({k: np.array([float(v)]) for k, v in at.items()}, list(point["events"]))
        for policy, events in point["events"].items():
            near = {"abs": expected["tolerance"]}
            for event, value in events.items():
                assert found.event[policy][event][0] == pytest.approx(value, **near), (name, policy, event)
            for player, value in point["values"][policy].items():
                assert found.value[policy][player][0] == pytest.approx(value, **near), (name, policy, player)


def test_the_middle_values_by_hand(evaluator: Evaluator) -> None:
    """Sanctions that are sure: a third party in need helps, a helped target holds out, another gives in where they hit."""
    base = scenario().game.base
    assert base["trade"] - base["secondary"] > -base["forgone"] > base["trade_free"] - base["secondary"]
    hard = base["bite_hard"] * (1 - base["slack"] * base["exempt"])
    needed = base["concession"] + base["rally"]
    assert (1 - base["felt"]) * hard > needed > (1 - base["felt"]) * hard * (1 - base["leak"])
    found = evaluator.evaluate({"hits": np.array([base["hits"]])}, ["mean_it"])
    assert found.event["mean_it"]["evaded"][0] == pytest.approx(base["dependent"], abs=1e-9)
    gives_in = (1 - base["dependent"]) * base["hits"]
    assert found.event["mean_it"]["gave_in"][0] == pytest.approx(gives_in, abs=1e-9)
    costs = (
        base["highest_cost"] / 2 - base["symbol"] + base["friction"] * base["secondary"] * base["dependent"]
    )
    assert found.value["mean_it"]["sender"][0] == pytest.approx(gives_in - costs, abs=1e-9)


def test_every_claim_holds_somewhere_and_fails_somewhere() -> None:
    witnesses = check_claims(scenario())
    assert all(w.good for w in witnesses), describe(witnesses)
    assert len(scenario().claims) >= 14
    for claim in scenario().claims.values():
        assert claim.holds_where is not None, claim.id
        assert claim.fails_where is not None, claim.id


def test_no_claim_is_settled_by_how_payoffs_are_written(
    evaluator: Evaluator, draws: Draws, columns: Draws
) -> None:
    """Over the ranges each claim holds at a part of the points and fails at a part, and few are undecided."""
    claims = scenario().claims.values()
    found = evaluator.evaluate(draws, dict.fromkeys(p for c in claims for p in c.policies))
    for claim in claims:
        margin = found.margin(claim, columns)
        known = margin[~np.isnan(margin)]
        assert known.size > 0.7 * POINTS, claim.id
        assert 0.02 < (known >= 0).mean() < 0.98, claim.id


def test_no_claim_turns_near_the_middle_values(evaluator: Evaluator) -> None:
    """Each ranged number alone, 0.03 of its range up and down: every claim stays on its side of its boundary."""
    free = [p for p in scenario().parameters.values() if p.free]
    steps = [(None, 0.0), *((p.name, way * 0.03 * (p.high - p.low)) for p in free for way in (-1, 1))]
    moved = {
        p.name: np.array([p.base + (step if name == p.name else 0) for name, step in steps]) for p in free
    }
    at = {**{k: np.full(len(steps), v) for k, v in scenario().game.base.items()}, **moved}
    claims = scenario().claims.values()
    found = evaluator.evaluate(moved, dict.fromkeys(p for claim in claims for p in claim.policies))
    for claim in claims:
        margin = found.margin(claim, at)
        assert not np.isnan(margin).any(), claim.id
        turned = [steps[i] for i in np.flatnonzero((margin >= 0) != (margin[0] >= 0))]
        assert not turned, (claim.id, turned)


def test_claims_come_from_all_sides_and_in_every_form() -> None:
    claims = scenario().claims.values()
    assert {c.said_by_role for c in claims} >= {"sender", "target", "third"}
    assert {c.said_by for c in claims} >= {"aid organisations", "business groups", "mediators"}
    assert all(c.said_by or c.said_by_role for c in claims)
    assert {c.kind for c in claims} == {"monotonicity", "ranking", "inference", "comparison", "threshold"}


def test_a_claim_and_its_mirror_never_hold_together(
    evaluator: Evaluator, draws: Draws, columns: Draws
) -> None:
    claims = scenario().claims
    pairs = {tuple(sorted((c.id, c.mirror))) for c in claims.values() if c.mirror}
    assert len(pairs) >= 7
    found = evaluator.evaluate(
        draws, dict.fromkeys(p for pair in pairs for c in pair for p in claims[c].policies)
    )
    for one, other in pairs:
        left, right = found.margin(claims[one], columns), found.margin(claims[other], columns)
        known = ~np.isnan(left) & ~np.isnan(right)
        assert known.mean() > 0.95
        # at a knife-edge of >= against > the two margins may both be 0
        assert not ((left > 1e-9) & (right >= 0) | (left >= 0) & (right > 1e-9))[known].any(), (one, other)


def test_nearly_every_draw_is_certified(evaluator: Evaluator, draws: Draws) -> None:
    policies = ["equilibrium", *(p.id for p in scenario().policies.values() if p.kind == "commit")]
    found = evaluator.evaluate(draws, policies)
    certified = np.mean([status == 0 for status in found.status.values()])
    assert certified >= 0.99


def test_every_outcome_happens_with_a_probability_that_is_neither_0_nor_1_somewhere(
    evaluator: Evaluator,
) -> None:
    """Under the policies that make it possible, at the middle values or nearby."""
    points = {
        "spoils": np.array([0.19, 0.43, 0.19]),
        "audience": np.array([0.48, 0.48, 0.07]),
        "part": np.array([0.42, 0.42, 0.2]),
        "bite_hard": np.array([1.53, 1.53, 2.4]),
        "concession": np.array([0.58, 0.58, 0.5]),
    }
    found = evaluator.evaluate(points)
    for event in scenario().events_of_interest:
        reached = np.concatenate([table[event] for table in found.event.values()])
        assert ((reached > 0.01) & (reached < 0.99)).any() or event == "at_once", event


def test_law_is_no_payoff(evaluator: Evaluator) -> None:
    """Each rule is a change of moves or parameters; no term of a payoff names one."""
    rules = scenario().law
    assert {"un-charter-41", "gatt-xxi", "countermeasures-53", "unsc-2664"} <= set(rules)
    words = {word for terms in scenario().game.payoffs.values() for name in terms for word in name.split("_")}
    assert not words & {"law", "treaty", "charter", "gatt", "rule", "resolution"}
    sides = ["law:un-charter-41:with", "law:gatt-xxi:without", "law:countermeasures-53:with"]
    found = evaluator.evaluate({"spoils": np.array([0.1, 0.25, 0.45])}, sides)
    np.testing.assert_allclose(found.event[sides[0]]["evaded"], 0, atol=1e-12)
    np.testing.assert_allclose(found.event[sides[1]]["imposed"], 0, atol=1e-12)
    np.testing.assert_allclose(found.event[sides[2]]["kept_on"], 0, atol=1e-12)


def test_every_part_can_be_switched_off_alone() -> None:
    assert set(scenario().parts) == set(EVERYTHING)
    for part in EVERYTHING:
        found = Evaluator(scenario().without([part])).evaluate({"felt": np.array([0.3])}, ["equilibrium"])
        assert found.status["equilibrium"][0] == 0, part


def test_each_actor_has_policies_of_all_three_kinds() -> None:
    for actor in ("sender", "target", "third"):
        kinds = [p.kind for p in scenario().policies.values() if p.actor == actor]
        assert set(kinds) == {"commit", "deviate", "given"}, actor
        assert len([k for k in kinds if k != "given"]) >= 3, actor


def test_surprise_and_announcement_of_the_same_conduct_differ(evaluator: Evaluator) -> None:
    """Announced, insisting costs the sender the offers it lives on here; by surprise the offers are already made."""
    base = {"hits": np.array([scenario().game.base["hits"]])}
    found = evaluator.evaluate(base, ["equilibrium", "never_yield", "sudden_resistance"])
    assert found.event["never_yield"]["threatened"][0] == pytest.approx(0, abs=1e-9)
    assert found.event["sudden_resistance"]["threatened"][0] == pytest.approx(1, abs=1e-9)


def test_the_rival_ranges_lie_within_the_scenarios_own_and_disagree() -> None:
    sets = scenario().range_sets
    assert len(sets) == 2
    for name in sets:
        rival = scenario().with_ranges(name)
        for p in rival.parameters.values():
            own = scenario().parameters[p.name]
            if p.free:
                assert own.low <= p.low < p.high <= own.high, (name, p.name)


def test_every_number_has_a_title_and_an_origin() -> None:
    for parameter in scenario().parameters.values():
        assert parameter.title, parameter.name
        if parameter.distribution != "derived":
            # titles stand inside sentences: "holds if TITLE is above 0.6"
            assert len(parameter.title.split()) <= 8, parameter.title
            assert parameter.title.split()[0] not in ("how", "whether", "if", "what")
            assert parameter.because, parameter.name
            assert parameter.free, f"{parameter.name} is a number without a range"
        if parameter.free:
            assert parameter.low < parameter.base < parameter.high, parameter.name


def test_the_explanation_names_every_number() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "sanctions-dispute.md").read_text("utf-8")
    assert not [name for name in scenario().game.parameters if f"`{name}`" not in page]


def ledger(text: str) -> Ledger:
    return read_ledger([Document("report", "report.txt", "0" * 64, "utf-8", text)])


def test_its_own_article_is_read_into_roles_and_claims() -> None:
    path = scenario().path
    assert path is not None
    report = ledger((path.parent / "article.txt").read_text("utf-8"))
    chosen = best_fit(report)
    assert chosen is not None
    assert chosen.scenario.id == "sanctions-dispute"
    played = {p.role: report.actor(p.actor).name for p in chosen.roles if p.actor}
    assert played == {
        "sender": "Northern Concord",
        "target": "Vastania",
        "third": "Qoresh",
        "people": "Residents of Orsk",
    }
    made = {m.claim for m in chosen.matches if m.stance == "makes"}
    assert made >= {
        "bluff",
        "no_bluff",
        "gap_filled",
        "secondary_needed",
        "people_pay",
        "half_loaf",
        "goalposts",
    }
    denied = {m.claim for m in chosen.matches if m.stance == "denies"}
    assert denied <= {"no_bluff"}


def test_reports_of_peace_talks_keep_their_scenario() -> None:
    reports = Path(__file__).parents[1] / "news" / "reports"
    for path in (example_article(), reports / "blockade.txt"):
        report = ledger(path.read_text("utf-8"))
        chosen = best_fit(report)
        assert chosen is not None
        assert chosen.scenario.id == "peace-talks"
        claims, roles = fit(report, scenario()).strength
        assert claims <= 2
        assert roles <= 1


def test_gambit_agrees_at_the_middle_values() -> None:
    """The exported game, solved by pygambit at lambda 20, against ours: the largest difference of a behaviour probability."""
    gambit = pytest.importorskip("pygambit")
    tree = unfold(scenario().game)
    ours = solve(tree, precision=20.0)
    text = write_efg(tree, tree.numbers_at()[0])
    assert read_efg(text) is not None
    game = gambit.read_efg(io.StringIO(text))
    point = gambit.qre.logit_solve_lambda(game, 20.0)[0]
    assert point.lam == pytest.approx(20.0, abs=1e-6)
    by_path = {tree.path_labels(node): s for s in range(len(tree.sets)) for node in tree.sets[s].nodes}
    compared = 0
    for behaviour in point.profile:
        for history, mixed in behaviour:
            index = by_path[tuple(str(a) for a in history.actions)]
            first = int(tree.slot_start[index])
            theirs = [float(p) for _, p in mixed]
            np.testing.assert_allclose(ours.strategy[0, first : first + len(theirs)], theirs, atol=1e-6)
            compared += 1
    assert compared == len(tree.sets)


def test_chance_is_never_certain_where_somebody_decides_after_it() -> None:
    """A branch of probability 0 above a decision would leave beliefs there without meaning; the ranges exclude it."""
    for p in ("hits", "dependent"):
        assert 0 < scenario().parameters[p].low < scenario().parameters[p].high < 1
