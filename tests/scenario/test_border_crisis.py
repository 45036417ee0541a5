"""The scenario border-crisis as a whole: its size, its recorded results, its claims on both sides, its law, its policies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from border_crisis import scenario
from ruamel.yaml import YAML

from detente.game import unfold
from detente.scenario.evaluate import Evaluator
from detente.scenario.witness import check_claims, describe

Draws = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(scenario())


@pytest.fixture(scope="module")
def draws() -> Draws:
    """256 points spread over every range (a lattice rule: no seed, no library that might change)."""
    free = [p for p in scenario().parameters.values() if p.free]
    primes = [q for q in range(2, 400) if all(q % d for d in range(2, q))][: len(free)]
    u = np.outer(np.arange(1, 257), np.sqrt(np.array(primes, dtype=float))) % 1
    return {p.name: p.quantile(u[:, i]) for i, p in enumerate(free)}


def test_the_game_is_small() -> None:
    tree = unfold(scenario().game)
    assert tree.n_nodes <= 300
    assert len(tree.sets) <= 30


def test_nearly_every_draw_is_certified(evaluator: Evaluator, draws: Draws) -> None:
    """Announced policies and rules of law too: each is a game of its own."""
    announced = [p.id for p in scenario().policies.values() if p.kind == "commit"]
    few = {k: v[:128] for k, v in draws.items()}
    found = evaluator.evaluate(few, ["equilibrium", *announced, "law:vclt-52:with"])
    for name, status in found.status.items():
        assert (status == 0).mean() >= 0.97, name
    assert np.mean([status == 0 for status in found.status.values()]) >= 0.99


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


@pytest.mark.slow
def test_no_claim_is_settled_by_how_payoffs_are_written(evaluator: Evaluator, draws: Draws) -> None:
    """Over the ranges each claim holds at some points and fails at some; few points are undecided, but for what is seen too seldom."""
    claims = scenario().claims.values()
    few = {k: v[:128] for k, v in draws.items()}
    found = evaluator.evaluate(few, dict.fromkeys(p for c in claims for p in c.policies))
    columns = {**{k: np.full(128, v) for k, v in scenario().game.base.items()}, **few}
    for claim in claims:
        margin = found.margin(claim, columns)
        known = margin[~np.isnan(margin)]
        assert known.size > 0.7 * 128, claim.id
        assert 0 < (known >= 0).mean() < 1, claim.id


def test_the_rival_ranges_lie_within_the_scenarios_own_and_disagree() -> None:
    sets = scenario().range_sets
    assert len(sets) == 2
    for name in sets:
        for p in scenario().with_ranges(name).parameters.values():
            own = scenario().parameters[p.name]
            if p.free:
                assert own.low <= p.low < p.high <= own.high, (name, p.name)


def test_what_the_solver_found_at_four_points(evaluator: Evaluator) -> None:
    path = scenario().path
    assert path is not None
    expected = YAML(typ="safe").load((path.parent / "expected.yaml").read_text(encoding="utf-8"))
    for name, point in expected["points"].items():
        at = point["at"] or {"win": scenario().game.base["win"]}
        found = evaluator.evaluate({k: np.array([float(v)]) for k, v in at.items()}, list(point["events"]))
        for policy, events in point["events"].items():
            for table, values in ((found.event, events), (found.value, point["values"][policy])):
                for key, value in values.items():
                    assert table[policy][key][0] == pytest.approx(value, abs=expected["tolerance"]), (
                        name,
                        policy,
                        key,
                    )


def test_every_claim_holds_somewhere_and_fails_somewhere() -> None:
    witnesses = check_claims(scenario())
    assert all(w.good for w in witnesses), describe(witnesses)
    claims = scenario().claims.values()
    assert len(claims) >= 14
    assert all(c.holds_where is not None and c.fails_where is not None for c in claims)


def test_a_claim_and_its_mirror_never_hold_together(evaluator: Evaluator, draws: Draws) -> None:
    few = {k: v[:32] for k, v in draws.items()}
    claims = scenario().claims
    pairs = {tuple(sorted((c.id, c.mirror))) for c in claims.values() if c.mirror}
    assert len(pairs) >= 4
    found = evaluator.evaluate(
        few, dict.fromkeys(p for pair in pairs for c in pair for p in claims[c].policies)
    )
    columns = {**{k: np.full(32, v) for k, v in scenario().game.base.items()}, **few}
    for one, other in pairs:
        left, right = found.margin(claims[one], columns), found.margin(claims[other], columns)
        known = ~np.isnan(left) & ~np.isnan(right)
        assert known.mean() > 0.8
        assert not ((left >= 0) & (right >= 0))[known].any(), (one, other)


def test_law_is_no_payoff(evaluator: Evaluator) -> None:
    at = {"resolved": np.array([0.1, 0.28, 0.8])}
    found = evaluator.evaluate(at, ["law:un-charter-2-4:with", "law:vclt-52:with"])
    np.testing.assert_allclose(found.event["law:un-charter-2-4:with"]["attacked"], 0, atol=1e-12)
    np.testing.assert_allclose(found.event["law:vclt-52:with"]["yielded"], 0, atol=1e-12)


def test_every_part_can_be_switched_off_alone() -> None:
    for part in scenario().parts:
        found = Evaluator(scenario().without([part])).evaluate({"win": np.array([0.5])}, ["equilibrium"])
        assert found.status["equilibrium"][0] == 0, part


def test_three_actors_and_three_meanings_of_a_policy() -> None:
    for actor in ("challenger", "defender", "mediator"):
        own = [p for p in scenario().policies.values() if p.actor == actor]
        assert {p.kind for p in own} == {"commit", "deviate", "given"}, actor


def test_every_number_has_a_title_and_an_origin() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "border-crisis.md").read_text(
        encoding="utf-8"
    )
    for parameter in scenario().parameters.values():
        assert parameter.title, parameter.name
        assert f"`{parameter.name}`" in page, parameter.name
        if parameter.distribution != "derived":
            assert parameter.because, parameter.name
            assert parameter.free, f"{parameter.name} is a number without a range"
