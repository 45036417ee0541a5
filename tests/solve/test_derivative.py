"""Derivatives of solutions: central differences, closed forms, invariances, and where there are none."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from games import random_game

from detente.errors import BadInput
from detente.game.derivative import numbers_slope
from detente.game.efg import read_efg
from detente.game.file import game_from_mapping
from detente.game.free_payoffs import free_payoffs
from detente.game.tree import Tree
from detente.game.unfold import unfold
from detente.models.catalogue import find, slugs
from detente.solve import CERTIFIED, Derivatives, Solutions, derivatives, number_derivatives, solve
from detente.solve.derivative import NOT_CERTIFIED, NOT_SMOOTH
from detente.solve.solution import STATUS

STEP = 2e-5
LIMIT = "limit"
CONTINUUM = {"colonel-blotto"}  # no equilibrium stands alone: no derivative is given
CROSSED = {
    "mediation"
}  # words mean nothing by themselves, so branches that tell them apart cross the principal one
INSIDE = {"psi_L": 0.05, "k": 0.05}  # a chance whose base value is 0 has no differences to both sides


def near_base(tree: Tree, seed: int, spread: float = 0.03) -> dict[str, float]:
    """A point beside the base values, so that nothing is tied by chance."""
    rng = np.random.default_rng(seed)
    return {
        name: (tree.base[name] or INSIDE.get(name, 0.0)) * rng.uniform(1 - spread, 1 + spread)
        for name in tree.parameters
    }


def differences(tree: Tree, point: dict[str, float], names: tuple[str, ...], precision: object) -> Solutions:
    """Solutions at four points on the axis of each parameter, for `central`, and at the point itself (the last row)."""
    rows = [point]
    for name in names:
        step = (
            STEP * max(1.0, abs(point[name])) / (1 if precision == LIMIT else max(1.0, float(precision) / 10))
        )  # pyright: ignore[reportArgumentType]
        rows += [{**point, name: point[name] + k * step} for k in (-2, -1, 1, 2)]
    rows = rows[1:] + rows[:1]
    return solve(tree, {name: np.array([row[name] for row in rows]) for name in point}, precision=precision)  # pyright: ignore[reportArgumentType]


def central(column: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Differences of fourth order [..., parameter] of values [4 * parameters, ...]."""
    four = column.reshape(len(column) // 4, 4, *column.shape[1:])
    found = (four[:, 0] - 8 * four[:, 1] + 8 * four[:, 2] - four[:, 3]) / 12
    return np.moveaxis(found, 0, -1) / steps


def check(
    tree: Tree, point: dict[str, float], precision: object, names: tuple[str, ...] | None = None
) -> Derivatives:
    """Every derivative at ``point`` against central differences, to 1e-6 of its size."""
    names = names or tuple(tree.parameters)
    around = differences(tree, point, names, precision)
    assert (around.status == CERTIFIED).all()
    one = solve(tree, {name: np.array([value]) for name, value in point.items()}, precision=precision)  # pyright: ignore[reportArgumentType]
    found = derivatives(one, names, outcomes=True)
    assert found.ok.all()
    steps = np.array([around.draws[n][4 * k + 2] - point[n] for k, n in enumerate(names)])
    for exact, values in (
        (found.event[0], around.event[:-1]),
        (found.value[0], around.value[:-1]),
        (found.strategy[0], around.strategy[:-1]),
    ):
        by_difference = central(values, steps)
        np.testing.assert_allclose(exact, by_difference, rtol=1e-6, atol=1e-7)
    return found


@pytest.mark.parametrize("slug", slugs())
@pytest.mark.parametrize("precision", [4.0, LIMIT])
def test_catalogue_against_central_differences(slug: str, precision: object) -> None:
    tree = unfold(find(slug).game)
    point = near_base(tree, 3)
    if (
        slug in CONTINUUM and precision == LIMIT
    ):  # which of its equilibria is the limit hangs on higher orders
        solved = solve(tree, {name: np.array([value]) for name, value in point.items()})
        assert not derivatives(solved, tuple(tree.parameters)).ok.any()
        return
    if slug in CROSSED and precision == LIMIT:
        solved = solve(tree, {name: np.array([value]) for name, value in point.items()})
        assert [STATUS[s] for s in solved.status] == ["bifurcation"]
        assert not derivatives(solved, tuple(tree.parameters)).ok.any()
        return
    check(tree, point, precision)


@pytest.mark.parametrize("precision", [2.0, 60.0, LIMIT])
def test_reference_games_with_every_payoff_free(shared: Path, precision: object) -> None:
    rng = np.random.default_rng(2)
    for path in sorted((shared / "efg").glob("*.efg")):
        tree = free_payoffs(read_efg(path))
        point = {name: value + 0.02 * rng.standard_normal() for name, value in tree.base.items()}
        some = tuple(rng.choice(tree.parameters, min(12, len(tree.parameters)), replace=False).tolist())
        check(tree, point, precision, some)


@pytest.mark.parametrize("precision", [3.0, LIMIT])
def test_random_games(precision: object) -> None:
    """Wherever the solver certifies a game with payoffs at random, its derivatives exist and are right."""
    checked = 0
    for seed in range(18):
        tree = free_payoffs(random_game(seed))
        rng = np.random.default_rng(seed)
        point = {name: value + 0.05 * rng.standard_normal() for name, value in tree.base.items()}
        some = tuple(rng.choice(tree.parameters, 8, replace=False).tolist())
        if (differences(tree, point, some, precision).status == CERTIFIED).all():
            check(tree, point, precision, some)
            checked += 1
    assert checked >= 14


def test_at_games_full_of_ties_a_derivative_is_right_or_not_given() -> None:
    """Small whole numbers as payoffs, where the limit is often at the edge of a regime."""
    given = 0
    for seed in [s for s in range(48) if s % 6 in (0, 1, 3, 5)]:
        tree = free_payoffs(random_game(seed))
        names = tuple(np.random.default_rng(seed).choice(tree.parameters, 10, replace=False).tolist())
        around = differences(tree, dict(tree.base), names, LIMIT)
        found = derivatives(solve(tree), names)
        if found.ok[0]:
            given += 1
            for k, name in enumerate(names):
                rows = slice(4 * k, 4 * k + 4)
                if (around.status[rows] == CERTIFIED).all():
                    step = np.array([around.draws[name][4 * k + 2] - tree.base[name]])
                    by_difference = central(around.strategy[rows], step)[:, 0]
                    np.testing.assert_allclose(found.strategy[0, :, k], by_difference, rtol=1e-6, atol=1e-7)
    assert 10 < given < 32  # both kinds occur


def test_closed_form_of_the_bluffing_game() -> None:
    """Below q* the probability of war is p / (1 + a), that of a challenge p (1 + d), and B resists with 1 / (1 + a)."""
    tree = unfold(find("crisis-signalling").game)
    rng = np.random.default_rng(0)
    p, a, d = rng.uniform(0.1, 0.2, 20), rng.uniform(0.2, 1.5, 20), rng.uniform(0.5, 1.5, 20)
    found = derivatives(solve(tree, {"p": p, "a": a, "d": d}), ["p", "a", "d", "w_high"])
    assert found.ok.all()
    nothing = np.zeros(20)
    of = list(tree.events).index
    expected = {
        "war": [1 / (1 + a), -p / (1 + a) ** 2, nothing, nothing],
        "challenged": [1 + d, nothing, p, nothing],
        "bluff": [d, nothing, p, nothing],
        "gives_way": [(1 + d) * a / (1 + a), p * (1 + d) / (1 + a) ** 2, p * a / (1 + a), nothing],
        "backs_down": [d / (1 + a), -p * d / (1 + a) ** 2, p / (1 + a), nothing],
    }
    for name, columns in expected.items():
        np.testing.assert_allclose(found.event[:, of(name)], np.stack(columns, axis=1), atol=1e-9)


def test_closed_form_of_one_choice() -> None:
    """P(yes) = 1 / (1 + exp(-lambda x)): by x it is lambda P (1 - P), by lambda x P (1 - P)."""
    tree = unfold(_choice("x"))
    x, lam = np.array([0.3, -1.0, 2.0]), np.array([2.0, 5.0, 30.0])
    found = derivatives(solve(tree, {"x": x}, precision=lam))
    p = 1 / (1 + np.exp(-lam * x))
    spread = p * (1 - p)
    np.testing.assert_allclose(found.event[:, 0, 0], lam * spread, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.precision_event[:, 0], x * spread, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.value[:, 0, 0], p + x * lam * spread, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("precision", [2.5, LIMIT])
def test_what_cannot_matter_does_not(seed: int, precision: object) -> None:
    """A constant added to a player's payoffs moves no strategy; payoffs times k is lambda times k; chances add up to 1."""
    tree = free_payoffs(random_game(seed))
    rng = np.random.default_rng(seed)
    draws = {name: value + 0.05 * rng.standard_normal(5) for name, value in tree.base.items()}
    solutions = solve(tree, draws, precision=precision)  # pyright: ignore[reportArgumentType]
    draws = {name: column[solutions.certified] for name, column in draws.items()}
    found = derivatives(solve(tree, draws, precision=precision), outcomes=True)  # pyright: ignore[reportArgumentType]
    assert len(found) > 1
    assert found.ok.all()
    scale = np.abs(found.strategy).max()
    for i in range(len(tree.players)):
        mine = [k for k, name in enumerate(tree.parameters) if name.startswith(f"u{i + 1}_")]
        np.testing.assert_allclose(found.strategy[:, :, mine].sum(axis=2), 0.0, atol=1e-10 * scale)
        own = np.eye(len(tree.players))[i]
        np.testing.assert_allclose(
            found.value[:, :, mine].sum(axis=2), np.tile(own, (len(found), 1)), atol=1e-9 * scale
        )
    times = sum(found.strategy[:, :, k] * draws[name][:, None] for k, name in enumerate(tree.parameters))
    by_lambda = found.precision_strategy * precision if precision != LIMIT else 0.0  # pyright: ignore[reportOperatorIssue]
    np.testing.assert_allclose(times, by_lambda, atol=1e-9 * scale)
    assert found.outcome is not None
    np.testing.assert_allclose(found.outcome.sum(axis=1), 0.0, atol=1e-10 * scale)
    for h in range(len(tree.sets)):
        mine = slice(tree.slot_start[h], tree.slot_start[h + 1])
        np.testing.assert_allclose(found.strategy[:, mine].sum(axis=1), 0.0, atol=1e-10 * scale)


def test_by_lambda_against_central_differences() -> None:
    for slug in ("crisis-signalling", "mediation", "war-learning"):
        tree = unfold(find(slug).game)
        steps = 7.0 + 1e-3 * np.array([-2, -1, 1, 2, 0])
        around = solve(tree, precision=steps)
        found = derivatives(around, [])
        assert found.event.shape == (5, len(tree.events), 0)
        for exact, values in (
            (found.precision_event[-1], around.event),
            (found.precision_value[-1], around.value),
            (found.precision_strategy[-1], around.strategy),
        ):
            np.testing.assert_allclose(
                exact, central(values[:4], np.array([1e-3]))[:, 0], rtol=1e-7, atol=1e-9
            )


@pytest.mark.parametrize("of", ["log_outcome", "outcome", "event", "value", "log_strategy", "strategy"])
@pytest.mark.parametrize("slug", ["crisis-signalling", "guarantee-sequencing", "reputation-chain"])
def test_gradients_by_numbers_agree_with_derivatives(slug: str, of: str) -> None:
    """One adjoint system against as many forward ones as there are parameters: chain rule over all numbers."""
    tree = unfold(find(slug).game)
    rng = np.random.default_rng(8)
    draws = {name: value * rng.uniform(0.97, 1.03, 4) for name, value in tree.base.items()}
    solutions = solve(tree, draws, precision=3.0)
    forward = derivatives(solutions, outcomes=True)
    outcome = np.stack([_outcomes(solutions, i) for i in range(4)])
    assert forward.outcome is not None
    by = {
        "log_outcome": forward.outcome / outcome[:, :, None],
        "outcome": forward.outcome,
        "event": forward.event,
        "value": forward.value,
        "log_strategy": forward.strategy / solutions.strategy[:, :, None],
        "strategy": forward.strategy,
    }[of]
    weights = rng.normal(size=by.shape[:2])
    found = number_derivatives(solutions, weights, of)  # pyright: ignore[reportArgumentType]
    assert (found.status == 0).all()
    slopes = numbers_slope(tree, solutions.draws).dense()
    chained = np.einsum("dn,dnp->dp", found.number, slopes)
    expected = np.einsum("dk,dkp->dp", weights, by)
    np.testing.assert_allclose(chained, expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


def test_score_of_a_likelihood() -> None:
    """Counts of outcomes as weights: the gradient of the log-likelihood, by parameters and by lambda."""
    tree = free_payoffs(random_game(8))
    counts = np.random.default_rng(1).integers(0, 9, tree.n_outcomes).astype(float)
    point = dict(tree.base)

    def likelihood(point: dict[str, float], lam: float) -> float:
        return float(counts @ np.log(_outcomes(solve(tree, point, precision=lam), 0)))

    solutions = solve(tree, point, precision=1.5)
    found = number_derivatives(solutions, counts)
    score = found.number[0] @ numbers_slope(tree, point).dense()[0]
    h = 1e-5
    for name in ("u1_1", "u2_4", "u1_9"):
        sides = [likelihood({**point, name: point[name] + s * h}, 1.5) for s in (1, -1)]
        k = tree.parameters.index(name)
        assert score[k] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-6, abs=1e-6)
    sides = [likelihood(point, 1.5 + s * h) for s in (1, -1)]
    assert found.precision[0] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-6)


def test_adjoint_in_the_limit() -> None:
    tree = free_payoffs(random_game(10))
    rng = np.random.default_rng(3)
    draws = {name: value + 0.05 * rng.standard_normal(6) for name, value in tree.base.items()}
    solutions = solve(tree, draws)
    forward = derivatives(solutions)
    weights = rng.normal(size=(6, len(tree.players)))
    found = number_derivatives(solutions, weights, "value")
    assert forward.ok.all()
    assert (found.status == 0).all()
    chained = np.einsum("dn,dnp->dp", found.number, numbers_slope(tree, draws).dense())
    np.testing.assert_allclose(chained, np.einsum("dk,dkp->dp", weights, forward.value), atol=1e-9)
    assert np.isnan(found.precision).all()


def test_ties_of_the_limit_are_not_smooth(shared: Path) -> None:
    """An unused option that is worth as much as the one used: one-sided differences differ, and no number is given."""
    tree = free_payoffs(read_efg(shared / "efg" / "horse.efg"))
    at, step = tree.base["u2_1"], 1e-3
    rows = solve(tree, {"u2_1": np.array([at - step, at, at + step])})
    moved = np.abs(np.diff(rows.strategy, axis=0)).max(axis=1)
    assert moved[0] < 1e-9 < 0.5 * step < moved[1]
    found = derivatives(rows)
    assert found.status[1] == NOT_SMOOTH
    assert np.isnan(found.event[1]).all()
    assert np.isnan(found.strategy[1]).all()


def test_options_that_are_always_equal_stay_so(shared: Path) -> None:
    """Ties that no parameter touches are no obstacle; ties that one payoff breaks are."""
    tree = unfold(_choice("x if pick == b else 1 if pick in {c, e} else 2 * x", "[b, c, e, f]"))
    found = derivatives(solve(tree, {"x": np.array([0.4, 0.45])}))
    assert found.ok.all()
    np.testing.assert_array_equal(found.strategy, 0.0)  # c and e at 1/2 each
    offers = free_payoffs(read_efg(shared / "efg" / "offers.efg"))
    tied = derivatives(solve(offers))
    assert (tied.status == NOT_SMOOTH).all()
    untied = number_derivatives(solve(tree, {"x": 0.4}), np.ones(1), "value")
    assert untied.status[0] == NOT_SMOOTH


def test_near_a_fold_derivatives_grow_and_behind_it_there_are_none(shared: Path) -> None:
    tree = read_efg(shared / "efg" / "fold.efg")
    lam = 1.2125 - 10.0 ** np.array([-1.0, -2.0, -3.0])
    rows = solve(tree, precision=lam)
    found = derivatives(rows)
    size = np.abs(found.precision_strategy).max(axis=1)
    assert found.ok.all()
    assert (np.diff(size) > 0).all()
    assert 2 < size[2] / size[1] < 5  # like one over the square root of the distance
    stopped = solve(tree, precision=[5.0, 1.0])  # pyright: ignore[reportArgumentType]
    marked = Solutions(**{**vars(stopped), "status": np.array([2, CERTIFIED], np.int8)})
    refused = derivatives(marked)
    assert refused.status.tolist() == [NOT_CERTIFIED, 0]
    assert np.isnan(refused.value[0]).all()
    assert np.isnan(refused.precision_value[0]).all()


def test_kinks_of_formulas_are_not_smooth() -> None:
    tree = unfold(_choice("max(x, 0.5)"))
    found = derivatives(solve(tree, {"x": np.array([0.3, 0.5, 0.7])}, precision=1.0))
    assert found.status.tolist() == [0, NOT_SMOOTH, 0]
    assert found.event[0, 0, 0] == 0.0
    assert found.event[2, 0, 0] > 0.2


def test_a_chance_of_zero() -> None:
    """Behind a chance of 0 lies a choice; a little more chance of it changes payoffs, and the strategy there not at all."""
    game = game_from_mapping(
        {
            "title": "chance",
            "players": {"A": "a"},
            "parameters": {"q": {"range": [0, 1], "base": 0.0}},
            "moves": [
                {"move": "luck", "by": "chance", "options": {"good": "q", "bad": "1 - q"}},
                {"move": "pick", "by": "A", "options": ["yes", "no"], "when": "luck == good"},
            ],
            "payoffs": {"A": {"pay": {"worth": 1, "when": "pick == yes"}}},
            "events": {"yes": "pick == yes"},
        }
    )
    found = derivatives(solve(unfold(game), {"q": np.array([0.0, 0.5])}, precision=1.0))
    assert found.ok.all()
    np.testing.assert_allclose(found.event[:, 0, 0], 1 / (1 + np.exp(-1)), rtol=1e-12)
    np.testing.assert_allclose(found.strategy, 0.0, atol=1e-12)


@pytest.mark.parametrize("precision", [1.0, LIMIT])
def test_smallest_games(precision: object) -> None:
    """No player has a choice; one option only; one outcome only."""
    lottery = """EFG 2 R "lottery" { "A" "B" } ""
c "" 1 "x" { "a" 0.25 "b" 0.75 } 0
t "" 1 "w" { 1, 2 }
t "" 2 "v" { 3, 4 }
"""
    tree = free_payoffs(read_efg(lottery))
    found = derivatives(solve(tree, {"u1_1": np.array([1.0, 2.0])}, precision=precision))  # pyright: ignore[reportArgumentType]
    assert found.ok.all()
    np.testing.assert_allclose(found.value, np.tile([[0.25, 0, 0.75, 0], [0, 0.25, 0, 0.75]], (2, 1, 1)))
    forced = """EFG 2 R "forced" { "A" } ""
p "" 1 1 "s" { "only" } 0
t "" 1 "w" { 1 }
"""
    tree = free_payoffs(read_efg(forced))
    found = derivatives(solve(tree, precision=precision))  # pyright: ignore[reportArgumentType]
    np.testing.assert_array_equal(found.strategy, 0.0)
    np.testing.assert_array_equal(found.value, 1.0)
    tree = free_payoffs(read_efg('EFG 2 R "over" { "A" } ""\nt "" 1 "w" { 1 }\n'))
    np.testing.assert_array_equal(derivatives(solve(tree, precision=precision)).value, 1.0)  # pyright: ignore[reportArgumentType]


def test_limits_and_finite_precisions_side_by_side() -> None:
    tree = unfold(find("crisis-signalling").game)
    both = derivatives(solve(tree, {"p": np.array([0.3])}, precision=np.array([1.0, np.inf])))
    assert both.ok.all()
    assert np.isfinite(both.precision_event[0]).all()
    assert np.isnan(both.precision_event[1]).all()
    for i, precision in enumerate((1.0, LIMIT)):
        alone = derivatives(solve(tree, {"p": 0.3}, precision=precision))  # pyright: ignore[reportArgumentType]
        np.testing.assert_allclose(both.event[i], alone.event[0], atol=1e-12)


def test_frame_and_bad_input() -> None:
    tree = unfold(find("crisis-signalling").game)
    solutions = solve(tree, {"a": np.array([0.4, 0.5])}, precision=2.0)
    found = derivatives(solutions, ["a", "p"])
    frame = found.frame()
    assert frame.columns == ["draw", "status", "of", "by", "derivative"]
    assert len(frame) == 2 * (len(tree.events) + 2) * 3
    row = frame.filter((frame["draw"] == 1) & (frame["of"] == "event.war") & (frame["by"] == "p"))
    assert row["derivative"].item() == found.event[1, list(tree.events).index("war"), 1]
    row = frame.filter((frame["draw"] == 0) & (frame["of"] == "value.B") & (frame["by"] == "lambda"))
    assert row["derivative"].item() == found.precision_value[0, 1]
    with pytest.raises(BadInput, match="parameter"):
        derivatives(solutions, ["aa"])
    with pytest.raises(BadInput, match="shape"):
        number_derivatives(solutions, np.ones(3), "event")
    with pytest.raises(BadInput, match="differentiated"):
        number_derivatives(solutions, np.ones(3), "evnt")  # pyright: ignore[reportArgumentType]


def test_the_page_on_derivatives_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "derivatives.md"
    scope: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        exec(compile(block, page.name, "exec"), scope)
    assert float(capsys.readouterr().out.split()[0]) == pytest.approx(-0.2 / 1.5**2, abs=1e-9)
    assert np.shape(scope["by_parameter"]) == (2, 5)


def _outcomes(solutions: Solutions, i: int) -> np.ndarray:
    """Probability of each outcome at a draw, by walking every path."""
    tree, numbers = solutions.tree, solutions.numbers[i]
    out = np.ones(tree.n_outcomes)
    for node in np.flatnonzero(tree.terminal >= 0):
        x = int(node)
        while tree.parent[x] >= 0:
            up, b = int(tree.parent[x]), int(tree.branch[x])
            h = int(tree.info_set[up])
            number = int(tree.edge_number[int(tree.child_start[up]) + b])
            out[tree.terminal[node]] *= (
                solutions.strategy[i, int(tree.slot_start[h]) + b] if h >= 0 else numbers[number]
            )
            x = up
    return out


def _choice(worth: str, options: str = "[yes, no]"):
    """One player, one move; ``worth`` is paid, of two options at the first."""
    names = options.strip("[]").split(", ")
    when = {"when": "pick == yes"} if len(names) == 2 else {}
    return game_from_mapping(
        {
            "title": "choice",
            "players": {"A": "a"},
            "parameters": {"x": {"range": [-3, 3], "base": 0.5}},
            "moves": [{"move": "pick", "by": "A", "options": names}],
            "payoffs": {"A": {"pay": {"worth": worth, **when}}},
            "events": {"first": f"pick == {names[0]}"},
        }
    )
