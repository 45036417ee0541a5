"""A mediator's word (Kydd 2003): when an honest word is an equilibrium, and what is played when it is not heeded.

Derivation, with g left to the opponent. The small demand p + c_low - g is taken by all; the large one, p + c_high - g, by the weak
alone. If the opponent is strong with chance q, the large demand gains the listener (1-q)(c_high - g) - q c_1 over p, the small one
c_low - g: large iff q < pi* = (c_high - c_low)/(c_high - g + c_1). A word that is known to be honest moves q to omega or omega', so
it is acted upon iff omega <= pi* <= omega'. The mediator has the same two sums with B (a demand) and c_M: he admits weakness iff
B [(1-omega)(c_high-g) - (c_low-g)] >= omega c_M, and warns of strength iff the same with omega' is <=. For B < 0 the two together
never hold: q/((1-q)(c_high-g) - (c_low-g)) falls in q where its denominator is below 0, so the lower bound for |B| lies above the
upper one.

Messages are free: talk that says nothing is a quantal equilibrium at every precision, and the principal branch follows it or stops
where an informative branch crosses it. The honest equilibria are found by the search.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria

SLUG = "mediation"
CARD = {"pi": 0.4, "acc": 0.85, "p": 0.5, "c_low": 0.05, "c_high": 0.25, "c_1": 0.1, "c_M": 0.1}
GIVE = 0.01


def closed_form(pi, acc, c_low, c_high, c_1, c_M, bias, give=GIVE, **_):
    """(heeded if honest, honest if heeded), and how far the point is from every threshold."""
    weak = pi * (1 - acc) / (pi * (1 - acc) + (1 - pi) * acc)
    strong = pi * acc / (pi * acc + (1 - pi) * (1 - acc))
    star = (c_high - c_low) / (c_high - give + c_1)
    low, high = (
        bias * ((1 - q) * (c_high - give) - c_low + give) - q * c_M for q in (weak, strong)
    )  # "weak" over "strong", after either sign
    far = min(abs(weak - star), abs(strong - star), abs(low), abs(high))
    return weak <= star <= strong, low >= 0 >= high, far


def test_the_formulas_give_the_worked_numbers():
    """omega 0.105263, omega' 0.790698, pi* 0.571429, B_lo 0.0606061 and B_hi 34 with nothing left to the opponent."""
    scope = {**CARD, "give": 0.0, "bias": 0.0}
    model = find(SLUG)
    told = {t.formula: t for t in model.thresholds}
    assert float(told["omega"].value(model.at(scope))) == pytest.approx(0.105263157895, abs=1e-11)
    assert float(told["omega_strong"].value(model.at(scope))) == pytest.approx(0.790697674419, abs=1e-11)
    admits = next(t for t in model.thresholds if "omega * c_M" in t.formula)
    assert [bool(admits.value(model.at({**scope, "bias": b}))) for b in (0.0606060, 0.0606061)] == [
        False,
        True,
    ]
    warns = next(t for t in model.thresholds if "omega_strong * c_M" in t.formula)
    assert [bool(warns.value(model.at({**scope, "bias": b}))) for b in (33.9999, 34.0001)] == [True, False]
    second = {**scope, "pi": 0.62, "acc": 0.6, "c_M": 0.05}
    assert [bool(admits.value(model.at({**second, "bias": b}))) for b in (0.3734939, 0.3734940)] == [
        False,
        True,
    ]
    assert [bool(warns.value(model.at({**second, "bias": b}))) for b in (1.5762, 1.5763)] == [True, False]
    risky = next(t for t in model.thresholds if t.formula == "pi < pi_star")
    assert [bool(risky.value(model.at({**scope, "pi": q}))) for q in (0.5714, 0.5715)] == [True, False]


def test_nobody_heeds_the_word_on_the_principal_branch(play, draws):
    at = draws(SLUG, 120, give=GIVE)  # following a bifurcation is slow
    border = (at["c_high"] - at["c_low"]) / (at["c_high"] - at["give"] + at["c_1"])
    far = np.abs(at["pi"] - border) > 3e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.6, **at)
    good, risky = found.good, at["pi"] < border[far]
    assert set(found.solutions.status[~good]) <= {3}  # bifurcation
    assert found["war"][good] == pytest.approx(np.where(risky, at["pi"], 0)[good], abs=1e-7)
    for word in ("say_strong", "say_weak"):
        taken = found.taken(f"demand advice={word}", "risky")
        assert taken[good] == pytest.approx(risky[good].astype(float), abs=1e-6)


def test_bound_conduct_follows_the_closed_form_over_the_whole_range(draws):
    """Honest mediators are heeded, and heeded mediators are honest, exactly where the inequalities say so."""
    at = draws(SLUG, 400, give=GIVE)
    rows = [closed_form(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([distance > 1e-3 for _, _, distance in rows])
    at = {name: column[far] for name, column in at.items()}
    heeded, honest = (np.array([row[i] for row in rows])[far] for i in (0, 1))
    assert min(heeded.sum(), (~heeded).sum(), honest.sum(), (~honest).sum()) > 40
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["honest", "heeded"])
    for policy, event, expected in (("honest", "heeds", heeded), ("heeded", "truth", honest)):
        good = found.status[policy] == 0
        assert good.mean() > 0.97
        assert np.array_equal(found.event[policy][event][good] > 1 - 1e-6, expected[good])
    good = heeded & (found.status["honest"] == 0)
    assert found.event["honest"]["war"][good] == pytest.approx((at["pi"] * (1 - at["acc"]))[good], abs=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_finds_an_honest_equilibrium_iff_there_is_one(draws, seed):
    at = {name: column[:6] for name, column in draws(SLUG, 6, seed=20 + seed, give=GIVE).items()}
    at["bias"] = np.abs(at["bias"])
    for row in np.column_stack(list(at.values())):
        point = dict(zip(at, map(float, row), strict=True))
        heeded, honest, far = closed_form(**point)
        if far < 1e-3:
            continue
        found = equilibria(find(SLUG).game, point, mixed=False)
        assert found.complete
        plays = [found.events(i) for i in range(len(found))]
        informative = [e for e in plays if e["truth"] > 1 - 1e-9 and e["heeds"] > 1 - 1e-9]
        assert bool(informative) == (heeded and honest)
        babble = (
            point["pi"]
            if point["pi"] < (point["c_high"] - point["c_low"]) / (point["c_high"] - GIVE + point["c_1"])
            else 0.0
        )
        assert any(e["war"] == pytest.approx(babble, abs=1e-9) for e in plays)  # not heeded: always there


@pytest.mark.parametrize(("step", "honest"), [(-1e-3, False), (1e-3, True)])
def test_two_sides_of_the_least_bias(step, honest):
    omega = 0.06 / (0.06 + 0.51)
    border = omega * 0.1 / ((1 - omega) * (0.25 - GIVE) - 0.05 + GIVE)
    found = equilibria(find(SLUG).game, {**CARD, "bias": border + step}, mixed=False)
    plays = [found.events(i) for i in range(len(found))]
    assert any(e["truth"] > 1 - 1e-9 and e["heeds"] > 1 - 1e-9 for e in plays) == honest


def test_nobody_who_leans_to_the_other_side_is_honest_to_both_signs():
    """The two bounds exclude one another for B < 0, also where the sign is poor: who is credible to one side is not to the other."""
    rng = np.random.default_rng(4)
    for _ in range(4000):
        c_low = rng.uniform(0.02, 0.14)
        point = {"pi": rng.uniform(0.05, 0.95), "acc": rng.uniform(0.55, 0.99), "c_low": c_low}
        point |= {"c_high": c_low + rng.uniform(0.02, 0.3), "c_1": 0.1, "c_M": rng.uniform(0.01, 0.3)}
        assert not closed_form(**point, bias=rng.uniform(-1, 0))[1]


def test_more_bias_may_tie_the_tongue_after_a_poor_sign():
    """Why the claim about bias has a condition: hard against the listener, "weak" is said to bring on a war."""
    poor = {"pi": 0.95, "acc": 0.55, "c_low": 0.14, "c_high": 0.18, "c_M": 0.05, "c_1": 0.1}
    at = {name: np.full(2, value) for name, value in poor.items()} | {"bias": np.array([-1.0, 0.0])}
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["heeded"])
    assert found.event["heeded"]["false_alarm"] == pytest.approx([0, 0.95 * 0.45 + 0.05 * 0.55], abs=1e-9)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=10, **CARD, bias=-0.5)
