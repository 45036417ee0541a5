"""Flips lie where the closed thresholds say; the nearest joint flip is about as near as brute force finds."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges

from detente.errors import BadInput
from detente.explore import Range
from detente.explore import test as run
from detente.explore.claims.effort import THOROUGH
from detente.game.parameter import Parameter

PRECISION, COARSE, MOST_STEPS = THOROUGH.precision, THOROUGH.coarse, THOROUGH.steps[1]


def flips_of(study, claim=None):
    found = run(study, draws=64)
    chosen = next(c for c in found.claims if claim in (None, c.id))
    at = sorted((f.parameter, f.at) for f in chosen.flips)
    return {r.name: [x for name, x in at if name == r.name] for r in study.varying}


def test_flips_of_the_concession_game():
    # base p = 0.5, rho = 0.5, b = 0.35: holds while p/2 < 0.35 <= p, while b in (0.25, 0.5], while rho > 0.3
    at = flips_of(cf.appeasement(), "signals")
    assert at["p"] == pytest.approx([0.35, 0.7], abs=0.8 * PRECISION)
    assert at["b"] == pytest.approx([0.25, 0.5], abs=0.8 * PRECISION)
    assert at["rho"] == pytest.approx([0.3], abs=PRECISION)


def test_flips_of_the_ultimatum():
    # base: w_s - y = 0.15, m = 0.525/1.9, w_s - w_a = 0.3
    at = flips_of(cf.patron())
    m = 0.525 / 1.9
    assert at["y"] == pytest.approx([0.4 - 0.3 * m], abs=0.3 * PRECISION)
    assert at["Lam"] == pytest.approx([0.525 / 0.5], abs=2.2 * PRECISION)
    assert at["w_s"] == pytest.approx([(0.25 - 0.1 * m) / (1 - m)], abs=0.2 * PRECISION)
    assert at["k"] == at["a"] == at["w_a"] == at["y_P"] == []


def test_flips_of_the_order_of_peacekeepers():
    # base alpha 0.2, delta 0.6 (pi* = 0.25/(0.6 - 0.3 + 0.25) = 0.4545), C 0.5, E_G 1.25: U_after = 0.34
    at = flips_of(cf.guarantee())
    assert at["alpha"] == pytest.approx([0.56 / 2.25], abs=PRECISION)
    assert at["delta"] == pytest.approx([0.95 / 1.4], abs=PRECISION)  # 0.9 d - 0.5 (1 - d) = 0.45
    assert at["E_G"] == pytest.approx([0.56 / 0.2 - 1], abs=1.5 * PRECISION)
    assert at["C"] == pytest.approx([(0.54 - 0.45) / 0.4], abs=0.6 * PRECISION)


def test_flips_of_sanctions():
    at = flips_of(cf.sanctions())
    h = np.linspace(0.1, 0.9, 2_000_001)
    level = np.minimum(1, (0.275 + h) / 2) * (h * (0.3 * 1.85 + 0.6) + (1 - h) * 0.3) - 0.6
    assert at["h"] == pytest.approx([h[np.argmax(level >= 0)]], abs=0.8 * PRECISION)
    for name in ("c_L", "c_H", "v", "K", "a"):  # each alone: is there a root of the closed form?
        r = next(r for r in cf.sanctions().ranges if r.name == name)
        d = {q.name: q.base for q in cf.sanctions().ranges} | {name: np.linspace(r.low, r.high, 200_001)}
        m = np.minimum(1, (d["a"] + d["h"]) / d["K"])
        held = m * (d["h"] * (0.3 * d["c_H"] + d["v"]) + (1 - d["h"]) * d["c_L"]) >= d["v"]
        assert len(at[name]) == int((held[1:] != held[:-1]).sum()), name


def wave(d, policy):
    return {"level": 0.5 + 0.4 * np.sin(2 * np.pi * 3 * d["x1"] + 0.3)}, {"A": d["x2"]}, 0


def test_all_roots_along_a_parameter_are_found_not_only_the_first():
    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    at = flips_of(cf.study("wave", ranges(x1=(0, 1, 0.1), x2=(0, 1)), [claim], [], wave))["x1"]
    roots = [(k * np.pi - 0.3) / (6 * np.pi) for k in range(1, 7)]
    want = [r for r in roots if 0 <= r <= 1]
    assert at == pytest.approx(want, abs=COARSE / 2)
    near = [i for i, r in enumerate(want) if abs(r - 0.1) < 0.7]  # the nearest ones more finely
    assert [at[i] for i in near] == pytest.approx([want[i] for i in near], abs=PRECISION)


def stairs(d, policy):
    return {"level": np.where(d["n"] >= 3, 0.9, 0.1) + 0 * d["x"]}, {"A": d["x"]}, 0


def test_a_discrete_parameter_flips_at_its_first_value_with_the_other_answer():
    n = Range(Parameter("n", 1, 0, 5, "discrete", (0, 1, 3, 5, 0.25, 0.25, 0.25, 0.25)))
    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study("stairs", (n, *ranges(x=(0, 1))), [claim], [], stairs)
    found = run(study, draws=64).claims[0]
    assert [(f.parameter, f.at) for f in found.flips] == [("n", 3.0)]
    assert found.nearest.distance == pytest.approx(0.4)


def logs(d, policy):
    return {"level": np.where(d["k"] > 3.0, 0.9, 0.1)}, {"A": d["k"]}, 0


def test_a_log_range_is_measured_on_its_logarithm():
    k = Range(Parameter("k", 1, 0.01, 100, "loguniform"))
    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    flip = run(cf.study("logs", (k,), [claim], [], logs), draws=64).claims[0].flips[0]
    assert flip.at == pytest.approx(3.0, rel=0.005)
    assert flip.distance == pytest.approx(np.log(3.0) / np.log(1e4), abs=PRECISION)


def test_no_flip_is_reported_across_an_undecided_stretch_nor_from_an_undecided_base():
    def gap(d, policy):
        return {"level": (d["x1"] > 0.5) * 1.0}, {"A": d["x1"]}, np.where(abs(d["x1"] - 0.5) < 0.2, 1, 0)

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    inside = cf.study("gap", ranges(x1=(0, 1, 0.5), x2=(0, 1)), [claim], [], gap)
    outside = cf.study("gap", ranges(x1=(0, 1, 0.2), x2=(0, 1)), [claim], [], gap)
    at_base = run(inside, draws=256).claims[0]
    assert at_base.margin_at_base is None
    assert at_base.flips == ()
    assert at_base.nearest is None
    assert run(outside, draws=256).claims[0].flips == ()


def test_constraints_bound_the_search():
    study = replace(cf.slope(), admissible=lambda d: d["x1"] <= 0.3)
    found = run(study, draws=256).claims[0]
    assert [f.parameter for f in found.flips] == ["x2"]
    assert found.nearest.position[0] <= 0.3


def brute(study, holds_at, n: int, seed: int = 0) -> float:
    """The nearest point with the other answer among n random ones, each then pulled in along its ray."""
    rng = np.random.default_rng(seed)
    base = study.base
    best = np.inf
    for _ in range(12):
        z = np.clip(base + rng.normal(size=(n, len(base))) * rng.random((n, 1)) * min(best, 1.0), 0, 1)
        length = np.linalg.norm(z - base, axis=1)
        for share in np.linspace(0.05, 1, 20):
            at = base + share * (z - base)
            flipped = holds_at(study.draws_at(at)) != holds_at(study.draws_at(base[None]))[0]
            if flipped.any():
                best = min(best, float((share * length[flipped]).min()))
    return best


def concession(d):
    return (d["p"] * (1 - d["rho"]) < d["b"]) & (d["b"] <= d["p"])


def too_early(d):
    signs = d["delta"] * (d["y"] - d["w"] + d["lam"]) >= d["lam"]
    after = np.where(signs, np.maximum(0.9 * d["delta"] - d["C"] * (1 - d["delta"]), 0), 0)
    return d["alpha"] >= (0.9 - after) / (1 + d["E_G"])


def client(d):
    return (d["w_s"] - d["y"]) <= np.minimum(1, (d["k"] + d["a"]) / d["Lam"]) * (d["w_s"] - d["w_a"])


def level(d):
    return 0.5 * d["x1"] + 0.3 * d["x2"] + 0.1 * d["x3"] >= 0.3


@pytest.mark.parametrize(
    ("make", "holds_at"),
    [(cf.appeasement, concession), (cf.guarantee, too_early), (cf.patron, client), (cf.slope, level)],
)
def test_the_nearest_flip_is_about_as_near_as_brute_force_finds(make, holds_at):
    study = make()
    found = run(study, draws=1024).claims[0].nearest
    assert found is not None
    point = study.draws_at(np.array([found.position]))
    assert holds_at(point)[0] != holds_at(study.draws_at(study.base[None]))[0]
    assert found.distance == pytest.approx(np.linalg.norm(np.array(found.position) - study.base))
    assert found.distance <= 1.02 * brute(study, holds_at, 4000) + 1e-3


def test_the_nearest_flip_of_a_plane_is_its_distance():
    found = run(cf.slope(), draws=1024).claims[0]
    assert found.nearest.distance == pytest.approx(0.12 / np.sqrt(0.25 + 0.09 + 0.01), rel=0.05)
    assert found.nearest.distance < found.flips[0].distance


def test_searches_cost_a_bounded_number_of_points():
    study = cf.guarantee()
    found = run(study, draws=256)
    scan = MOST_STEPS * len(study.varying) + 1
    joint, plane = 250, 300  # the nearest joint change, the map
    assert found.searched[0] < scan + 20 * len(found.claims[0].flips) + THOROUGH.hidden + joint + plane
    assert found.searched[1] == 2 * found.searched[0]  # two policies


def test_a_game_is_solved_only_where_a_parameter_that_it_depends_on_differs():
    study = cf.guarantee()
    uses = {"before": frozenset({"alpha", "E_G"}), "after": frozenset({"delta", "y", "w", "lam", "C"})}
    lean = run(replace(study, relevant=uses.__getitem__), draws=256)
    full = run(study, draws=256)
    assert [f.at for f in lean.claims[0].flips] == [f.at for f in full.claims[0].flips]
    assert lean.claims[0].nearest == full.claims[0].nearest
    assert lean.searched[0] == full.searched[0]
    assert lean.searched[1] < 0.75 * full.searched[1]


@pytest.mark.parametrize("make", [cf.appeasement, cf.guarantee, cf.patron, cf.sanctions])
def test_a_quick_search_finds_flips_of_the_thorough_one_for_less(make):
    quick, full = run(make(), draws=256, search="quick"), run(make(), draws=256)
    assert quick.record()["searched"]["effort"] == "quick"
    assert quick.searched[1] < 0.6 * full.searched[1]
    for a, b in zip(quick.claims, full.claims, strict=True):
        assert a.tally.share == b.tally.share
        for flip in a.flips:
            same = [f for f in b.flips if f.parameter == flip.parameter and f.above == flip.above]
            width = next(r for r in make().ranges if r.name == flip.parameter)
            apart = [abs(float(width.position(f.at) - width.position(flip.at))) for f in same]
            assert min(apart) <= flip.within + 1e-3
        if b.flips:  # the nearest, unless two lie between neighbouring steps
            assert a.flips
            assert a.flips[0].distance <= b.flips[0].distance + 0.35
        if a.nearest is not None and a.flips and a.flips[0].distance < 0.25:
            assert len(a.nearest.changed) == 1


def test_a_quick_search_tries_the_ends_of_what_it_does_not_walk():
    def late(d, policy):  # x0 to x9 move the margin; x10 matters only beyond what most draws reach
        level = 0.8 + 0.02 * sum(d[f"x{k}"] for k in range(10)) - 0.9 * (d["x10"] > 0.97)
        return {"level": level}, {"A": level}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study("late", ranges(**{f"x{k}": (0, 1) for k in range(11)}), [claim], [], late)
    found = run(study, draws=64, search="quick").claims[0]
    assert [f.parameter for f in found.flips] == ["x10"]
    assert found.flips[0].at == pytest.approx(0.97, abs=0.006)


def test_there_is_no_other_search():
    with pytest.raises(BadInput, match="no such search"):
        run(cf.slope(), draws=64, search="lazy")


@pytest.mark.parametrize(("need", "few"), [(7.0, True), (9.0, False)])
@pytest.mark.parametrize("search", ["thorough", "quick"])
def test_a_nearest_flip_moves_few_parameters_or_says_that_it_does_not(need, few, search):
    def total(
        d, policy
    ):  # twelve parameters at 0.5 add up to 6: no one of them alone makes up for 1, no four for 3
        return {"level": 0.5 + (sum(d[f"x{k}"] for k in range(12)) - need) / 12}, {"A": d["x0"]}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study("total", ranges(**{f"x{k}": (0, 1) for k in range(12)}), [claim], [], total)
    found = run(study, draws=512, search=search)
    record, nearest = found.record()["claims"][0], found.claims[0].nearest
    assert record["flips"] == []
    assert record["binding"] is None
    assert sum(nearest.position) >= need
    assert record["nearest_flip"]["few"] is few
    assert len(record["nearest_flip"]["parameters"]) <= 4 if few else len(nearest.changed) >= 6


def test_a_quick_search_tries_what_the_author_of_a_claim_names_and_believes_only_what_it_solved():
    def window(d, policy):  # a window in the middle of x11 that neither its ends nor the draws' spread show
        level = 0.8 + 0.02 * sum(d[f"x{k}"] for k in range(11)) - 0.9 * (abs(d["x11"] - 0.36) < 0.02)
        return {"level": level}, {"A": level}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study("window", ranges(**{f"x{k}": (0, 1) for k in range(12)}), [claim], [], window)
    told = run(replace(study, witnesses={"c": ({"x11": 0.36},)}), draws=64, search="quick").claims[0]
    assert [study.varying[k].name for k in told.nearest.changed] == ["x11"]
    assert 0.33 < told.nearest.position[11] < 0.39
    wrong = run(
        replace(study, witnesses={"c": ({"x11": 0.9}, {"x3": 0.1, "x4": 0.2})}), draws=64, search="quick"
    ).claims[0]
    for found in (told, wrong):
        if found.nearest is not None:
            point = study.draws_at(np.array([found.nearest.position]))
            assert window(point, "")[0]["level"][0] < 0.5
