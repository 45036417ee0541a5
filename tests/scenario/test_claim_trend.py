"""Monotonicity: at levels of one parameter, against a closed form; what it takes to rise and never to fall."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offers import TEXT, accepts, draws, margins, moved, offered, plain, posterior, quiet, value, with_claims

from detente.errors import BadInput
from detente.game.expression import parse
from detente.scenario import REASONS, Quantity
from detente.scenario.claim import Trend


def level(k: int, of: int, low: float, high: float) -> float:
    return low + (high - low) * k / (of - 1)


def by_hand(rows: np.ndarray, name: str, m: float) -> np.ndarray:
    """The margin from numbers [level, draw]: over every pair of levels, one by one."""
    sign = 1 if name in ("rises", "never_falls") else -1
    out = np.full(rows.shape[1], np.inf)
    for i, j in combinations(range(len(rows)), 2):
        out = np.minimum(out, sign * (rows[j] - rows[i]) + m)
    if name in ("rises", "falls"):
        out = np.minimum(out, sign * (rows[-1] - rows[0]) - m)
    return out


def test_a_dip_in_the_middle_of_the_range_is_no_rise() -> None:
    """Half measures inflame: quiet goes 0.2, 0.35, 0.5 - dip, 0.65, 0.8 as force rises, whatever the base point is."""
    d = draws()
    names = ["rises", "never_falls", "falls", "never_rises"]
    found, evaluation = margins(with_claims(*(f"{name}(P(quiet), f)" for name in names)), d)
    rows = np.array([quiet(moved(d, f=level(k, 5, 0, 1))) for k in range(5)])
    for name, margin in zip(names, found, strict=True):
        np.testing.assert_allclose(margin, by_hand(rows, name, 0.01), atol=1e-9)
    np.testing.assert_array_equal(found[0] >= 0, 0.15 - d["dip"] + 0.01 >= 0)
    assert 5 < np.sum(found[0] >= 0) < 35
    assert (found[2] < 0).all()
    assert list(evaluation.status) == [f"equilibrium@f={x}" for x in ("0", "0.25", "0.5", "0.75", "1")]


def test_too_few_levels_do_not_see_the_dip_and_a_third_argument_says_how_many() -> None:
    d = moved(draws(), dip=0.25)
    two, three, five, nine = margins(with_claims(*(f"rises(P(quiet), f, {n})" for n in (2, 3, 5, 9))), d)[0]
    assert (two >= 0).all()
    assert (three >= 0).all()  # 0.2, 0.25, 0.8
    np.testing.assert_allclose(three, 0.06, atol=1e-9)
    np.testing.assert_allclose(five, -0.09, atol=1e-9)
    np.testing.assert_allclose(nine, -0.09, atol=1e-9)


def test_small_falls_that_add_up_are_a_fall() -> None:
    """Each step falls by less than the margin, all of them together by more."""
    text = TEXT.replace("calm: low + 0.6 * f - dip", "calm: low - 0.024 * f - 0 * dip").replace(
        "anger: 1 - low - 0.6 * f + dip", "anger: 1 - low + 0.024 * f + 0 * dip"
    )
    (margin, other), _ = margins(
        with_claims("never_falls(P(quiet), f)", "never_rises(P(quiet), f)", text=text), draws(5)
    )
    np.testing.assert_allclose(margin, -0.014, atol=1e-9)
    np.testing.assert_allclose(other, 0.016, atol=1e-9)


def test_what_stays_as_it_is_never_falls_and_does_not_rise() -> None:
    d = draws()
    said = [f"{name}(P(limited), f)" for name in ("rises", "never_falls", "falls", "never_rises")]
    found, _ = margins(with_claims(*said), d)
    for margin, expected in zip(found, (-0.01, 0.01, -0.01, 0.01), strict=True):
        np.testing.assert_allclose(margin, expected, atol=1e-12)
    text = TEXT.replace("margin: 0.01", "margin: 0")
    (strict, weak), _ = margins(with_claims(*said[:2], text=text), d)
    assert (strict < 0).all()  # differences of 1e-17 between levels are rounding, neither a rise nor a fall
    assert (weak >= 0).all()
    np.testing.assert_allclose(strict, -weak, atol=1e-15)


def test_the_mirror_of_a_trend() -> None:
    """More offers by limited aims are worth more to who trusts them, and less to who never does and is struck."""
    d, wary = draws(), {"p": 0.1, "b": 0.5, "g": 0.5, "l": 2.0, "s": 1.0, "c": 1.0}
    d |= {name: np.where(np.arange(40) < 9, x, d[name]) for name, x in wary.items()}
    (up, down, loss), _ = margins(
        with_claims("rises(value(S), a)", "falls(value(S), a)", "falls(-value(S), a)"), d
    )
    np.testing.assert_allclose(up, loss, atol=1e-12)
    assert not ((up >= 0) & (down >= 0)).any()
    rows = []
    for k in range(5):
        here = moved(d, a=level(k, 5, 0.5, 1))
        rows.append(value(here, accepts(here)))
    np.testing.assert_allclose(down, by_hand(np.array(rows), "falls", 0.01), atol=1e-6)
    assert 0 < np.sum(down >= 0) < len(down)


def test_any_number_may_rise_and_reads_the_level_where_it_names_the_parameter() -> None:
    d = draws()
    said = [
        "rises(P(limited given offered) - likely, p)",  # Bayes' rule at every level: 0
        "never_falls(P(limited given offered) - likely, p)",
        "rises(value(S | trusting) - value(S | wary), p)",
        "rises(P(quiet) - P(quiet, f = 0), f)",
        "falls(P(offered given limited) * (1 - p) + 0 * P(quiet), p)",
    ]
    found, evaluation = margins(with_claims(*said), d)
    np.testing.assert_allclose(found[0], -0.01, atol=1e-9)
    np.testing.assert_allclose(found[1], 0.01, atol=1e-9)
    rows = np.array([
        (lambda h: value(h, 1.0) - value(h, 0.0))(moved(d, p=level(k, 5, 0.1, 0.9))) for k in range(5)
    ])  # fmt: skip
    np.testing.assert_allclose(found[2], by_hand(rows, "rises", 0.01), atol=1e-7)
    rows = np.array([quiet(moved(d, f=level(k, 5, 0, 1))) - quiet(moved(d, f=0)) for k in range(5)])
    np.testing.assert_allclose(found[3], by_hand(rows, "rises", 0.01), atol=1e-9)
    assert "equilibrium@f=0" in evaluation.status
    rows = np.array([d["a"] * (1 - level(k, 5, 0.1, 0.9)) for k in range(5)])
    np.testing.assert_allclose(found[4], by_hand(rows, "falls", 0.01), atol=1e-9)


def test_levels_of_discrete_and_loguniform_ranges() -> None:
    d = draws()
    scenario = with_claims("never_falls(P(struck), s)", "falls(value(S), c, 3)", "rises(P(limited), p, 4)")
    trends = [next(iter(c.trends.values())) for c in scenario.claims.values()]
    assert trends[0].levels == (-1.0, 1.0, 2.0)
    assert trends[1].levels == (0.01, 0.1, 1.0)
    assert trends[2].levels == pytest.approx((0.1, 1.1 / 3, 1.9 / 3, 0.9))
    found, _ = margins(scenario, d)
    rows = []
    for s in (-1.0, 1.0, 2.0):
        here = moved(d, s=s)
        rows.append(offered(d) * (1 - accepts(here)) * (s > 0))
    np.testing.assert_allclose(found[0], by_hand(np.array(rows), "never_falls", 0.01), atol=1e-7)
    rows = []
    for c in (0.01, 0.1, 1.0):
        here = moved(d, c=c)
        rows.append(value(here, accepts(here)))
    np.testing.assert_allclose(found[1], by_hand(np.array(rows), "falls", 0.01), atol=1e-6)


def test_levels_that_break_a_constraint_at_a_draw_are_left_out() -> None:
    text = TEXT + "constraints: [f <= dip * 2 + 0.1]\n"
    d = draws()
    d["f"] = np.zeros(len(d["p"]))
    d["dip"] = np.linspace(0, 0.4, len(d["p"]))
    scenario = with_claims(
        "rises(P(quiet), f)", text=text.replace("f: {range: [0, 1], base: 0.5", "f: {range: [0, 1], base: 0")
    )
    claim = scenario.claims["c0"]
    (margin,), evaluation = margins(scenario, d)
    levels = np.linspace(0, 1, 5)
    for i, dip in enumerate(d["dip"]):
        kept = levels[levels <= dip * 2 + 0.1]
        if len(kept) < 2:
            assert np.isnan(margin[i])
            assert REASONS[evaluation.why_undecided(claim, d)[i]] == "condition never met"
        else:
            one = {name: column[[i]] for name, column in d.items()}
            rows = np.array([quiet(moved(one, f=x)) for x in kept])
            assert margin[i] == pytest.approx(by_hand(rows, "rises", 0.01)[0], abs=1e-9)
    assert 3 < np.isfinite(margin).sum() < len(margin)
    assert claim.parameters == {"dip"}


def test_a_level_that_is_left_out_need_not_be_a_game() -> None:
    """Above f = 0.9 calm would have a probability above 1: not solved, and not asked for where a constraint excludes it."""
    text = TEXT.replace("range: [0, 1], base: 0.5", "range: [0, 2], base: 0.5")
    d = moved(draws(6), dip=0.0)
    (margin,), evaluation = margins(with_claims("rises(P(quiet), f)", text=text), d)
    assert np.isnan(margin).all()
    text += "constraints: [f < 1.2]\n"
    scenario = with_claims("rises(P(quiet), f)", text=text)
    (margin,), evaluation = margins(scenario, d)
    np.testing.assert_allclose(margin, 0.31, atol=1e-9)
    assert REASONS[evaluation.status["equilibrium@f=2"][0]] == "bad_numbers"
    assert (evaluation.why_undecided(scenario.claims["c0"], d) == 0).all()


def trend(name: str, count: int) -> tuple[Trend, list[Quantity]]:
    number = parse("P(hit)", calls=("P",))
    made = Trend(
        name,
        number,
        "x",
        count,
        {number.calls[0]: Quantity("P", "hit")},
        tuple(float(k) for k in range(count)),
    )
    return made, [level[number.calls[0]] for level in made.calls]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(["rises", "falls", "never_falls", "never_rises"]))
def test_margins_of_any_numbers_any_unknown_and_any_left_out(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    count, n, m = int(rng.integers(2, 6)), 30, float(rng.choice([0.0, 0.1]))
    rows = np.round(rng.uniform(0, 1, (count, n)), 1)
    unknown, kept = rng.random((count, n)) < 0.15, rng.random((count, n)) < 0.8
    made, quantities = trend(name, count)
    values = {q: np.where(unknown[k], np.nan, rows[k]) for k, q in enumerate(quantities)}
    with np.errstate(all="ignore"):
        got = made.margin(values, {"y": np.zeros(n)}, tuple(kept), m)
    for i in range(n):
        levels = np.flatnonzero(kept[:, i])
        if len(levels) < 2:
            assert np.isnan(got[i])
            continue
        truth = by_hand(rows[levels][:, [i]], name, max(m, 1e-9))[0]
        if not unknown[levels, i].any():
            assert (got[i] >= 0) == (truth >= 0) or abs(truth) < 1e-12
            assert got[i] == pytest.approx(truth, abs=1e-12)
        elif not np.isnan(
            got[i]
        ):  # decided although something is unknown: then it fails, whatever is unknown
            assert got[i] < 0
            for filled in (0.0, 0.5, 1.0):
                full = np.where(unknown[levels][:, [i]], filled, rows[levels][:, [i]])
                assert by_hand(full, name, max(m, 1e-9))[0] <= 1e-12


@pytest.mark.parametrize(
    ("holds", "found"),
    [
        ("rises(P(quiet))", "rises(P(quiet))"),
        ("rises(P(quiet), f, 5, 6)", "rises(P(quiet), f, 5, 6)"),
        ("rises(P(quiet), ff)", "ff"),
        ("rises(P(quiet), likely)", "likely"),
        ("rises(P(quiet), low)", "rises(P(quiet), low)"),
        ("rises(P(quiet), f + 1)", "f + 1"),
        ("rises(P(quiet), f, 1)", "1"),
        ("rises(P(quiet), f, 51)", "51"),
        ("rises(P(quiet), f, 2.5)", "2.5"),
        ("rises(P(quiet), f, p)", "p"),
        ("rises(P(quiet), s, 3)", "rises(P(quiet), s, 3)"),
        ("rises(p, f)", "rises(p, f)"),
        ("rises(P(quiet, f = 0.5), f)", "rises(P(quiet, f = 0.5), f)"),
        ("rises(P(quiet) > 0.5, f)", "P(quiet) > 0.5"),
        ("rises(P(quite), f)", "quite"),
        ("rises(P(quiet) + pp, f)", "pp"),
        ("rises(rises(P(quiet), f), p)", "rises(P(quiet), f)"),
        ("rises(P(quiet), f) > 0", "rises(P(quiet), f)"),
        ("rises(P(quiet), f) + 1 > 0", "rises(P(quiet), f)"),
        ("(1 if rises(P(quiet), f) else 0) > 0", "rises(P(quiet), f)"),
        ("rises(P(quiet), f | wary)", "rises(P(quiet), f | wary)"),
        ("rises(P(quiet), f, p = 1)", "rises(P(quiet), f, p = 1)"),
        ("rise(P(quiet), f)", "rise"),
        ("rises(P(quiet), f, 50) and rises(P(quiet | wary), f, 50)", "100 games at every draw"),
    ],
)
def test_what_is_no_trend_is_one_error_with_its_place(holds: str, found: str) -> None:
    with pytest.raises(BadInput) as error:
        with_claims(holds)
    assert error.value.found == found
    assert error.value.where.field == "claims.c0.holds"
    assert error.value.allowed


def test_trends_join_with_and_or_not() -> None:
    d = draws()
    said = ["rises(P(quiet), f)", "not rises(P(quiet), f)", "rises(P(quiet), f) and P(limited) > 0.5",
            "rises(P(quiet), f) if P(limited) > 0.5 else falls(P(quiet), f)"]  # fmt: skip
    up, no, both, either = margins(with_claims(*said), d)[0]
    np.testing.assert_allclose(no, -up)
    np.testing.assert_allclose(both, np.minimum(up, d["p"] - 0.51), atol=1e-9)
    np.testing.assert_array_equal(either >= 0, (d["p"] > 0.51) & (up >= 0))


def test_another_range_has_other_levels() -> None:
    claim = with_claims("rises(P(quiet), f, 3)").claims["c0"]
    text = TEXT.replace("f: {range: [0, 1], base: 0.5", "f: {range: [0.2, 0.6], base: 0.5")
    from detente.scenario import scenario_from_text

    over = claim.over(scenario_from_text(text).game)
    assert over.policies == ("equilibrium@f=0.2", "equilibrium@f=0.4", "equilibrium@f=0.6")
    fixed = claim.over(
        scenario_from_text(TEXT.replace("f: {range: [0, 1], base: 0.5", "f: {value: 0.5")).game
    )
    assert fixed.policies == ("equilibrium@f=0.5",)
    d = draws(3)
    values = {q: quiet(d) for q in fixed.quantities}
    assert np.isnan(fixed.margin(values, d)).all()  # nothing to rise over
    assert plain().game.parameters["f"].low == 0
    assert posterior(d).shape == (3,)
