"""Effects against predictions and numerical slopes; the two kinds of interval agree where both are right."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput, DataError
from detente.estimate.effects import effects
from detente.estimate.formulas import again

STOP, WAR = "stop", "go_on > resist"


@pytest.fixture(scope="module")
def whole(played, studied):
    return studied(
        played(1500).assign(side=lambda d: (d.noise > 0.5) * 1), u14="1 + C(kind)", u24="1 + balance + side"
    )


def numerical(study, frame) -> tuple[np.ndarray, np.ndarray]:
    """Mean probabilities and standard errors by differences of probabilities."""
    model, theta = study.fit.model, study.fit.top.theta
    matrices = [again(i, frame) for i in model.indices]

    def mean(at):
        return np.exp(model.events(model.drawn(at, matrices), study.fit.ends)[0]).mean(axis=1)

    steps = 1e-5 * np.eye(len(theta))
    slope = np.stack([(mean(theta + s) - mean(theta - s)) / 2e-5 for s in steps], axis=1)
    return mean(theta), slope


@pytest.mark.parametrize("over", ["profile", "rows"])
def test_differences_and_delta_errors(whole, over):
    found = effects(whole, {"kind": "b"}, {"distance": (-1.0, 1.0)}, over=over)
    frame = whole.frame[["distance", "kind", "balance", "side"]]
    if over == "profile":
        frame = frame.iloc[:1].assign(balance=frame.balance.mean(), side=0)
        mean = pytest.approx(frame.balance.iloc[0], rel=1e-14)
        assert found.at == {"distance": -1.0, "kind": "b", "balance": mean, "side": 0}
    frame = frame.assign(kind="b")
    (before, s0), (after, s1) = (numerical(whole, frame.assign(distance=d)) for d in (-1.0, 1.0))
    cov = whole.fit.cov_params()
    for o, name in enumerate(whole.fit.outcomes):
        assert found.probability[name].estimate == pytest.approx(before[o])
        assert found.changed[name].estimate == pytest.approx(after[o])
        gap = found.difference[name]
        assert gap.estimate == pytest.approx(after[o] - before[o])
        assert gap.error == pytest.approx(np.sqrt((s1 - s0)[o] @ cov @ (s1 - s0)[o]), rel=1e-5)
        assert gap.high - gap.low == pytest.approx(2 * 1.959964 * gap.error)
    assert sum(gap.estimate for gap in found.difference.values()) == pytest.approx(0, abs=1e-12)


def test_without_a_change_the_prediction(whole):
    found = effects(whole, {"distance": 0.3, "kind": "c", "balance": 0.5, "side": 1})
    shown = whole.fit.predict({"distance": [0.3], "kind": ["c"], "balance": [0.5], "side": [1]})
    assert found.difference is None
    for name, row in shown.items():
        assert found.probability[name].estimate == pytest.approx(row[0])
    mean = effects(whole, over="rows").probability[WAR].estimate
    assert mean == pytest.approx(whole.fit.predict(whole.frame)[WAR].mean())


@pytest.mark.parametrize("over", ["profile", "rows"])
def test_simulation_agrees_with_delta(played, studied, over):
    """Where coefficients are well known and probabilities nearly linear in them."""
    whole, change = studied(played(1000)), {"distance": (0.0, 1.0)}
    delta = effects(whole, change=change, over=over)
    drawn = effects(whole, change=change, over=over, method="simulation", draws=1000, seed=3)
    for name in whole.fit.outcomes:
        for which in ("probability", "changed", "difference"):
            one, two = getattr(delta, which)[name], getattr(drawn, which)[name]
            assert two.estimate == pytest.approx(one.estimate)
            assert two.error == pytest.approx(one.error, rel=0.12)
            assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=0.35 * one.error)
    again = effects(whole, change=change, over=over, method="simulation", draws=1000, seed=3)
    assert again == drawn


def test_numbers_as_categories_stand_at_the_most_frequent(played, studied):
    data = played(600).assign(grade=lambda d: d.kind.map({"a": 1, "b": 2, "c": 5}))
    study = studied(data, u11="1 + distance + C(grade)")
    found = effects(study, change={"balance": (0, 1)})
    assert found.at["grade"] == data.grade.mode()[0]
    with pytest.raises(DataError, match="category"):
        effects(study, {"grade": 3})


@pytest.mark.parametrize("method", ["delta", "simulation"])
def test_rows_of_counts_say_what_their_plays_one_by_one_would(played, studied, method):
    """Unequal numbers of plays by row: averages, means and most frequent values are over plays."""
    data = played(900).assign(
        distance=lambda d: d.distance.round(), balance=lambda d: (d.balance > 0.7) * 1.0
    )
    wide = data.groupby(["distance", "balance"])["what"].value_counts().unstack(fill_value=0).reset_index()
    counts = {"stop": "peace", "go_on > give_in": "given", "go_on > resist": "war"}
    long, short = studied(data), studied(wide, {"outcome": counts, "outcomes": None})
    assert short.fit.rows < 20
    for over in ("profile", "rows"):
        given = {"change": {"distance": (0.0, 1.0)}, "over": over, "method": method, "draws": 40}
        one, two = effects(long, **given), effects(short, **given)
        for name in long.fit.outcomes:
            assert two.difference[name].estimate == pytest.approx(one.difference[name].estimate, abs=1e-7)
            assert two.difference[name].error == pytest.approx(
                one.difference[name].error, rel=1e-4 if method == "delta" else 0.5
            )
    rows = effects(short, over="rows", method=method, draws=40).probability["stop"].estimate
    assert rows == pytest.approx(long.fit.predict(data)["stop"].mean(), abs=1e-7)


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"at": {"noise": 1.0}}, BadInput, "no formula"),
        ({"at": {"kind": "z"}}, DataError, "category"),
        ({"at": {"distance": "far"}}, BadInput, "numbers"),
        ({"at": {"distance": float("nan")}}, BadInput, "numbers"),
        ({"change": {"distance": 1.0}}, BadInput, "pair"),
        ({"change": {"kind": ("a", "z")}}, DataError, "category"),
        ({"at": {"distance": 0}, "change": {"distance": (0, 1)}}, BadInput, "either"),
        ({"over": "mean"}, BadInput, "choice"),
        ({"method": "guess"}, BadInput, "choice"),
        ({"draws": 1}, BadInput, "draws"),
        ({"level": 0}, BadInput, "level"),
    ],
)
def test_bad_input_is_named(whole, given, error, match):
    with pytest.raises(error, match=match):
        effects(whole, **given)
