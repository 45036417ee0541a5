"""Defects of R's `games` 1.1.2, each shown: what its formula gives, written out from its description, and that ours is right."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import ndtr

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from published_fits import ATTACK, CURRENCY, FOUR

from detente.errors import BadInput, DataError
from detente.estimate import fit
from detente.estimate.data import complete, counted
from detente.estimate.formulas import index
from detente.estimate.likelihood import Model, Observed
from detente.models import find

ROOT2 = 2**0.5
TWELVE = find("strategic-probit-12").game
WAR = {"u11": "1 + s_wt_re1 + revis1", "u14": "1 + C(regime1)", "u24": "1 + balanc + C(regime2)"}
ENDS = {"stopped": "stop", "gave in": "go_on > give_in", "resisted": "go_on > resist"}


def told(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "estimation" / f"{name}.json").read_text("utf-8"))


def wars(shared: Path) -> pd.DataFrame:
    data = pd.read_csv(shared / "data" / "war1800.csv")
    data["what"] = np.select([data.esc == 0, data.war == 0], ["stopped", "gave in"], "resisted")
    return data


@pytest.fixture(scope="module")
def disputes(shared: Path) -> tuple[Observed, np.ndarray]:
    """The likelihood of the 282 complete disputes, and the stored estimates of the probit with agent errors."""
    data = wars(shared)
    with pytest.warns(UserWarning, match="31 of 313"):
        whole = complete(data, ["s_wt_re1", "revis1", "regime1", "balanc", "regime2", "what"])
    indices = [index(p, f, whole) for p, f in WAR.items()]
    tree = TWELVE.tree()
    model = Model(tree, indices, {"u13": 0.0}, "probit", "agent", ROOT2)
    _, ends, counts = counted(whole, "what", ENDS, tree)
    stored = told(shared, "war1800_probit_agent")["coefficients"]
    return Observed(model, ends, counts), np.array([v for p in WAR for v in stored[p].values()])


def bounded(seen: Observed, theta: np.ndarray, low: float, high: float) -> np.ndarray:
    """Log-likelihood by row as the package has it: probabilities of moves kept within [low, 1 - high]."""
    u11, u14, u24 = seen.model.drawn(theta, [i.matrix for i in seen.model.indices])
    resist = np.clip(ndtr(u24 / ROOT2), low, 1 - high)
    go = np.clip(ndtr((resist * u14 - u11) / ROOT2), low, 1 - high)
    log = [np.log(1 - go), np.log(go) + np.log(1 - resist), np.log(go) + np.log(resist)]
    return (seen.counts * np.column_stack(log)).sum(axis=1)


def exactly(seen: Observed, theta: np.ndarray) -> float:
    """The log-likelihood with fifty digits and no bound."""
    total = mpmath.mpf(0)
    rows = seen.model.drawn(theta, [i.matrix for i in seen.model.indices]).T
    with mpmath.workdps(50):
        for (u11, u14, u24), shown in zip(rows.tolist(), seen.counts, strict=True):
            x = mpmath.mpf(u24) / mpmath.sqrt(2)
            resist = mpmath.ncdf(x)
            y = (resist * mpmath.mpf(u14) - mpmath.mpf(u11)) / mpmath.sqrt(2)
            ways = (mpmath.ncdf(-y), mpmath.ncdf(y) * mpmath.ncdf(-x), mpmath.ncdf(y) * mpmath.ncdf(x))
            total += mpmath.log(ways[int(shown.argmax())])
    return float(total)


@pytest.mark.parametrize(
    ("times", "floored", "right"),
    [
        (1, -286.123755, -286.123755),
        (10, -1467.60, -1504.58),
        (20, -3241.5, -5413.3),
        (40, -4700.1, -20636.3),
    ],
)
def test_floored_probabilities_of_moves(disputes, times, floored, right):
    """At so many times the estimates. Lower bound 2^-52, upper 1 - 2^-53: with these the recorded values come out.

    The records are of coefficients that were written with fewer digits: .02 of 1500, .13 of 20,600.
    """
    seen, theta = disputes
    spacing = np.finfo(float).eps
    rel = 1e-9 if times == 1 else 1.5e-5
    assert bounded(seen, times * theta, spacing, spacing / 2).sum() == pytest.approx(floored, rel=rel)
    found = seen.likelihood(times * theta)[0]
    assert found == pytest.approx(right, rel=rel)
    assert found == pytest.approx(exactly(seen, times * theta), rel=1e-11)


def test_a_floor_is_a_false_plain_and_our_slope_is_that_of_our_surface(disputes):
    """At forty times the estimates most rows stand on the floor, where the package's surface is flat; ours still leads back."""
    seen, theta = disputes
    theta, spacing = 40 * theta, np.finfo(float).eps
    step = -1e-5 * theta / np.linalg.norm(theta)
    there = bounded(seen, theta + step, spacing, spacing / 2)
    assert (there == bounded(seen, theta, spacing, spacing / 2)).mean() > 0.3
    rise = exactly(seen, theta + step) - exactly(seen, theta - step)
    assert rise == pytest.approx(2 * seen.likelihood(theta)[1].sum(axis=0) @ step, rel=1e-6)
    assert rise > 5 * abs(there.sum() - bounded(seen, theta - step, spacing, spacing / 2).sum())


DEFAULTS = [
    *((f"war1800_{k}", "strategic-probit-12", {**WAR, "u13": 0.0}) for k in ("probit_agent", "probit_private", "logit_agent")),
    *((f"egame122_{k}", "strategic-probit-122", FOUR) for k in ("probit_agent", "logit_agent")),
    *((f"leblang2003_{k}", "strategic-probit-12", ATTACK) for k in ("probit_private", "probit_agent", "logit_agent")),
]  # fmt: skip


LIGHT_AND_HEAVY = [pytest.param(*d, marks=[pytest.mark.slow] if d[0][0] == "l" else []) for d in DEFAULTS]


@pytest.mark.parametrize(("name", "slug", "formulas"), LIGHT_AND_HEAVY, ids=[d[0] for d in DEFAULTS])
@pytest.mark.filterwarnings("ignore::detente.estimate.MissingRows")
def test_the_default_stop_is_short_of_the_top(shared: Path, name, slug, formulas):
    """What the package's user gets is below the maximum, by the recorded loss; ours is not below it, with a score of nothing."""
    stored, loss = told(shared, name), told(shared, name)["peer"]["loglik_lost_by_default"]
    data = wars(shared) if name.startswith("war") else pd.read_csv(shared / "data" / stored["data"])
    outcome, outcomes = ("what", ENDS) if name.startswith("war") else ("outcome", CURRENCY)
    if name.startswith("egame122"):
        outcome, outcomes = "y", {v: v for v in ("LL", "LR", "RL", "RR")}
    found = fit(find(slug).game, data, formulas, outcome=outcome, outcomes=outcomes, link=stored["link"],
                errors=stored["errors"], precision=1 / ROOT2)  # fmt: skip
    assert found.log_likelihood >= stored["peer"]["loglik_default"]
    assert found.log_likelihood - stored["peer"]["loglik_default"] == pytest.approx(loss, rel=1e-3, abs=1e-9)
    assert found.top.score < 1e-6
    assert stored["peer"]["score_max_at_default"] > 100 * found.top.score


@pytest.mark.filterwarnings("ignore::detente.estimate.MissingRows")
def test_a_logit_with_private_information_is_refused_and_does_not_become_a_probit(shared: Path):
    with pytest.raises(BadInput, match=r"private information has normal errors.*logit.*probit"):
        fit(
            TWELVE,
            wars(shared),
            {**WAR, "u13": 0.0},
            outcome="what",
            outcomes=ENDS,
            link="logit",
            errors="private",
        )


def columns(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    data = pd.DataFrame(
        {"x": rng.normal(size=rows), "y": rng.normal(size=rows), "what": rng.choice(list(ENDS), rows)}
    )
    return data.assign(renamed=data.x, moved=2 * data.x + 3, mixed=data.x - data.y)


def shared_names(formulas: dict[str, str]) -> set[str]:
    """The package's check: a name of a column in every equation of the first player."""
    return set.intersection(*(set(formulas[p].split(" + ")) for p in ("u11", "u13", "u14")))


@pytest.mark.parametrize(
    "formulas",
    [
        {"u11": "x", "u13": "renamed", "u14": "moved + y"},  # one column under three names
        {"u11": "x + y", "u13": "mixed", "u14": "x + mixed"},  # combinations of columns that come out equal
        {"u11": "x + renamed", "u13": "y", "u14": "1"},  # the same column twice in one payoff
    ],
)
def test_a_check_of_names_passes_what_is_not_identified(formulas):
    """Ours weighs the columns and refuses; that nothing tells the coefficients apart is shown by moving them."""
    assert shared_names(formulas) == set()
    data, held = (
        columns(),
        {
            p: f if f == "1" else "1 + " + f if p == "u14" and "moved" in f else "0 + " + f
            for p, f in formulas.items()
        },
    )
    with pytest.raises(DataError, match="not identified"):
        fit(TWELVE, data, {**held, "u24": "1"}, outcome="what", outcomes=ENDS, link="probit")
    tree = TWELVE.tree()
    indices = [index(p, f, data) for p, f in {**held, "u24": "1"}.items()]
    model = Model(tree, indices, {}, "probit", "agent", ROOT2)
    first, second, third = ([made.matrix if j == k else np.zeros_like(made.matrix) for j, made in enumerate(indices[:3])]
                            for k in range(3))  # fmt: skip
    one, two, three = (np.hstack(blocks) for blocks in (first, second, third))
    _, size, axes = np.linalg.svd(
        np.vstack([one - two, one - three])
    )  # the same in all three payoffs: no choice changes
    loose = np.append(axes[-1], 0.0)
    assert size[-1] < 1e-10 * size[0]
    _, ends, counts = counted(data, "what", ENDS, tree)
    seen, theta = Observed(model, ends, counts), np.random.default_rng(1).normal(size=len(model.names))
    assert seen.likelihood(theta + 3 * loose)[0] == pytest.approx(seen.likelihood(theta)[0], rel=1e-12)


def test_what_a_check_of_names_would_refuse_may_be_identified():
    """One name in all three payoffs, but there as another function of it: the data tell them apart."""
    data = columns(600)
    formulas = {"u11": "0 + x", "u13": "0 + I(x ** 2)", "u14": "0 + exp(x)", "u24": "1"}
    found = fit(TWELVE, data, formulas, outcome="what", outcomes=ENDS, link="probit")
    assert found.top.score < 1e-6
    assert found.condition < 1e6
