"""A search that tries to break a claim finds planted exceptions that draws do not meet, and more of them than a linear fit.

Share of 12 planted needles found, at thorough effort (a gradient of a closed form costs a point for each parameter); in brackets, by
steps along a linear fit alone with about the same number of points (6 starts, 8 rounds); then by 560 random points. An exception
takes 1e-3, 1e-4 and 1e-6 of the ranges; four parameters matter, of 4, 12 or 50.

    kind      parameters   1e-3              1e-4              1e-6              points
    corner    4, 12, 50    1.00 (1.00) 0.56  1.00 (1.00) 0.08  1.00 (1.00) 0     20
    face      4            1.00 (0.42) 0.33  1.00 (0) 0        1.00 (0) 0        90 to 140
    face      50           1.00 (0.25) 0.42  1.00 (0) 0.17     1.00 (0) 0        150 to 270
    sliver    4            1.00 (0.33) 0.17  1.00 (0.08) 0.17  1.00 (0) 0        90 to 140
    sliver    50           1.00 (0.17) 0.33  1.00 (0.08) 0.08  1.00 (0) 0        200 to 310
    plateau   50           1.00 (0.92) 0.42  1.00 (0.58) 0.17  1.00 (0) 0        60 to 270
    decoy     4            1.00 (0.33) 0.33  1.00 (0.08) 0.08  1.00 (0) 0        90 to 200
    decoy     12           1.00 (0.33) 0.58  0.83 (0) 0        0.75 (0) 0        170 to 350
    decoy     50           1.00 (0.58) 0.58  0.67 (0.08) 0     0.33 (0) 0        110 to 400

What has no slope that leads to it is not found: see the last test but one.
"""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, ranges
from needles import needle
from scipy.stats import qmc

from detente.explore import Range
from detente.explore import test as run
from detente.explore.claims.breaking import search_exception
from detente.explore.claims.effort import THOROUGH
from detente.explore.claims.probe import Probe, Slopes
from detente.game.parameter import Parameter

LINEAR = replace(THOROUGH, descents=0, starts=6, breaks=8)


def positive(first, draws):
    return first


def searched(planted, effort, positions):
    """Whether an exception is found, and at how many points; gradients are differenced and paid for."""
    price, points = planted.d + 1, 0
    search = search_exception(positions, planted.margin(positions), True, effort=effort, price=price)
    try:
        asked = next(search)
        while True:
            if isinstance(asked, Slopes):
                z = asked.positions
                points += price * len(z)
                at, slope = planted.margin(z), np.zeros_like(z)
                for k in range(planted.d):
                    step = z.copy()
                    step[:, k] += np.where(z[:, k] > 0.5, -1e-4, 1e-4)
                    slope[:, k] = (planted.margin(step) - at) / (step - z)[:, k]
                asked = search.send((at, slope))
            else:
                points += len(asked)
                asked = search.send(planted.margin(asked))
    except StopIteration as end:
        where = end.value
    assert where is None or planted.margin(np.array([where]))[0] < 0
    return where is not None, points


def outside(planted, seed, n=512):
    """Draws that miss the exception."""
    z = qmc.Sobol(planted.d, seed=seed).random(2 * n)
    return z[planted.margin(z) >= 0][:n]


@pytest.mark.parametrize("d", [4, 12, 50])
@pytest.mark.parametrize(
    ("kind", "better_by"), [("corner", 0), ("face", 7), ("sliver", 7), ("plateau", 2), ("decoy", 3)]
)
def test_planted_exceptions_are_found_where_a_linear_fit_fails(kind, better_by, d):
    found = linear = 0
    for seed in range(3):
        for volume in (1e-3, 1e-4, 1e-6):
            planted = needle(kind, d, volume, seed)
            draws = outside(planted, seed)
            hit, points = searched(planted, THOROUGH, draws)
            found += hit
            linear += searched(planted, LINEAR, draws)[0]
            assert points < THOROUGH.descents + 160
    assert found >= (9 if kind != "decoy" or d == 4 else 5)
    assert found >= linear + better_by


@pytest.mark.parametrize("kind", ["corner", "face", "sliver"])
def test_needles_have_the_volume_that_they_say(kind):
    planted = needle(kind, 4, 1e-3, 1)
    share = (planted.margin(np.random.default_rng(0).random((400_000, 4))) < 0).mean()
    assert share == pytest.approx(1e-3, rel=0.2)


def flat(planted, **more):
    """A study of a needle's margin."""
    names = [f"x{k}" for k in range(planted.d)]

    def formula(d, policy):
        return {"level": planted.margin(np.column_stack([d[n] for n in names]))}, {"A": 0 * d["x0"]}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), positive)
    return cf.study("needle", ranges(**dict.fromkeys(names, (0, 1))), [claim], [], formula, **more)


def test_a_verdict_turns_and_the_record_shows_where():
    planted = needle("sliver", 6, 1e-6, 0)
    found = run(flat(planted), draws=256)
    record = found.record()["claims"][0]
    assert found.claims[0].tally.share == 1.0
    assert record["verdict"] == "holds if"
    assert planted.margin(np.array([found.claims[0].exception]))[0] < 0
    assert record["tested"]["closest"] is None
    assert record["tested"]["draws"] == 256


def test_what_holds_throughout_says_to_which_bound_it_was_tested_and_how_near_anything_came():
    def bowl(d, policy):  # least, 0.05, at (0.37, 0, ...)
        level = 0.05 + (d["x0"] - 0.37) ** 2 + d["x1"] + 0.1 * d["x2"]
        return {"level": level}, {"A": level}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), positive)
    study = cf.study("bowl", ranges(**{f"x{k}": (0, 1) for k in range(4)}), [claim], [], bowl)
    found = run(study, draws=256)
    record = found.record()["claims"][0]
    tested = record["tested"]
    assert record["verdict"] == "holds throughout"
    assert tested["draws"] == 256
    assert tested["exceptions_below"] == record["exceptions_below"] == pytest.approx(1 - 0.05 ** (1 / 256))
    assert 100 < tested["searched"] < 1000
    assert tested["closest"]["margin"] == pytest.approx(0.05, abs=1e-3)
    place = tested["closest"]["parameters"]
    assert place["x0"] == pytest.approx(0.37, abs=0.03)
    assert place["x1"] == place["x2"] == 0.0
    other = replace(study, claims={"c": replace(claim, formula=lambda x, d: -x)})
    mirrored = run(other, draws=256).record()["claims"][0]
    assert mirrored["verdict"] == "fails throughout"
    assert mirrored["tested"]["closest"]["margin"] == pytest.approx(-0.05, abs=1e-3)


def test_constraints_and_discrete_ranges_are_kept():
    n = Range(Parameter("n", 1, 0, 5, "discrete", (0, 1, 3, 5, 0.25, 0.25, 0.25, 0.25)))
    asked = []

    def formula(d, policy):
        asked.append((d["n"].copy(), d["x"] + d["y"]))
        level = 0.02 + (d["n"] - 3) ** 2 / 9 + (1.6 - d["x"] - d["y"]) ** 2
        return {"level": level}, {"A": level}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), lambda first, draws: first - 0.06)
    study = cf.study("both", (n, *ranges(x=(0, 1), y=(0, 1))), [claim], [], formula)
    inside = replace(study, admissible=lambda d: d["x"] + d["y"] <= 1.3)
    asked.clear()
    found = run(inside, draws=128).claims[0]
    assert found.verdict == "holds throughout"  # at x + y = 1.3 and n = 3 the margin is 0.05
    assert {float(v) for values, _ in asked for v in values} <= {0.0, 1.0, 3.0, 5.0}
    assert max(total.max() for _, total in asked) <= 1.3
    assert 0.05 <= found.tested.closest[0] < 0.06


def test_what_no_slope_leads_to_is_not_promised():
    def hole(d, policy):
        far = (d["x"] - 0.612) ** 2 + (d["y"] - 0.287) ** 2 + (d["z"] - 0.731) ** 2
        return {"level": np.where(far < 1e-6, -1.0, 1.0)}, {"A": d["x"]}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), positive)
    found = run(cf.study("hole", ranges(x=(0, 1), y=(0, 1), z=(0, 1)), [claim], [], hole), draws=128).claims[
        0
    ]
    assert found.verdict == "holds throughout"  # wrongly: hence the wording of the bound


def test_the_same_search_is_made_again():
    planted = needle("decoy", 12, 1e-6, 3)
    one, two = (run(flat(planted), draws=128).record() for _ in range(2))
    assert one == two


def test_a_probe_remembers_the_least_and_the_largest_margin_of_each_claim():
    probe = Probe(cf.slope())
    probe.margins([("half", np.array([[0.1, 0.2, 0.3, 0.1], [0.9, 0.2, 0.3, 0.1], [0.9, 0.2, 0.3, 1.0]]))])
    met = probe.met["half"]
    assert met.points == 2  # one is not certified
    assert met.at_least == (0.1, 0.2, 0.3, 0.1)
    assert met.at_largest == (0.9, 0.2, 0.3, 0.1)
