"""Cards 4, 5 and 9 inside the scenario: the order of peacekeepers, pressure and a way out, a coalition that holds or not."""

from __future__ import annotations

import numpy as np
import pytest
from peace_talks import Floats, mechanism

One = float | Floats

# Card 4b. The aims are known to be maximal. A force that is there before is sure to guard; one promised for after comes with
# probability delivery * stands_fast. `win` is the worth of the war (prize 1, nothing else), `grab` that of attacking again.
ORDER = {"maximal": 1.0, "firm": 0.5, "prize_maximal": 1.0, "fall": 0.0, "toil": 0.0, "force": 1.0, "tripwire": 0.95,
         "worn_war": 0.3, "betrayal": 0.2, "fair": 0.6, "peace": 1.0, "shame": 0.5, "burn": 1.5, "force_cost": 0.1}  # fmt: skip
BEFORE_IS_SURE = {"guard": {"guarded": 1.0}}
PEACEKEEPERS = mechanism(
    ("early_troops", "guarantee"), moves=BEFORE_IS_SURE, when={"guard": "deploy == now"}, numbers=ORDER
)
AFTER = mechanism(("guarantee",), numbers=ORDER)
OPEN = mechanism(
    ("early_troops", "guarantee"), moves=BEFORE_IS_SURE, when={"guard": "deploy == now"},
    numbers={name: ORDER[name] for name in ("maximal", "firm", "prize_maximal", "fall", "toil", "force", "tripwire")},
)  # fmt: skip
NOW = mechanism(("early_troops", "guarantee"), moves={"deploy": "now", **BEFORE_IS_SURE}, numbers=ORDER)


def test_the_defender_signs_on_a_promise_only_from_its_threshold() -> None:
    """pi* = lam/(y - w + lam) = 0.4 in the worked case, for an aggressor who would sign in any case."""
    delta = np.array([0.05, 0.3, 0.399, 0.401, 0.6, 0.9])
    found = AFTER.at(delivery=delta / 0.95, win=0.2, grab=0.6)
    np.testing.assert_allclose(found.event("deal"), (delta > 0.4).astype(float), atol=1e-9)


@pytest.mark.parametrize(("delta", "most"), [(0.3, 0.36), (0.7, 0.168)])
def test_troops_before_a_ceasefire_are_premature_exactly_above_alpha(delta: float, most: float) -> None:
    """alpha* of the worked case: 0.36 where the promise is not believed, 0.168 at delta = 0.7."""
    alpha = most + np.array([-0.1, -0.002, 0.002, 0.1])
    found = PEACEKEEPERS.at(delivery=delta / 0.95, escalation=alpha, win=0.2, grab=0.6, presence=0.0)
    np.testing.assert_allclose(found.chosen("deploy", "now"), (alpha < most).astype(float), atol=1e-9)


def test_alpha_over_random_points() -> None:
    rng = np.random.default_rng(4)
    n = 64
    delta, alpha = rng.uniform(0.05, 0.9, n), rng.uniform(0.02, 0.6, n)
    y, w, lam = rng.uniform(0.5, 0.8, n), rng.uniform(0.1, 0.45, n), rng.uniform(0.05, 0.3, n)
    worth, k, shame, burn = (
        rng.uniform(0.5, 1, n),
        rng.uniform(0.02, 0.3, n),
        rng.uniform(0, 0.8, n),
        rng.uniform(0.2, 1.5, n),
    )
    war, again = rng.uniform(0, 0.15, n), rng.uniform(0.55, 1, n)
    signed = (delta >= lam / (y - w + lam)) & (delta * (1 - y) + (1 - delta) * again >= war)
    after = np.where(signed, delta * (worth - k) - (1 - delta) * shame, 0.0)
    most = (worth - k - after) / (worth + burn)
    clear = (np.abs(alpha - most) > 0.01) & (np.abs(delta - lam / (y - w + lam)) > 0.01)
    assert clear.sum() > 40
    found = OPEN.at(
        delivery=(delta / 0.95)[clear], escalation=alpha[clear], fair=y[clear], worn_war=w[clear], betrayal=lam[clear],
        peace=worth[clear], force_cost=k[clear], shame=shame[clear], burn=burn[clear], win=war[clear], grab=again[clear],
        presence=0.0,
    )  # fmt: skip
    np.testing.assert_allclose(found.chosen("deploy", "now"), (alpha < most)[clear].astype(float), atol=1e-9)


def test_a_firm_guarantee_takes_the_signature_of_bad_faith_away() -> None:
    """x_R = 0.4 < w_R = 0.45, A_R = 0.6: both sign on a promise iff pi* = 0.4 <= delta <= (A_R - w_R)/(A_R - x_R) = 0.75."""
    delta = np.array([0.2, 0.399, 0.401, 0.6, 0.749, 0.751, 0.9])
    found = AFTER.at(delivery=delta / 0.95, win=0.45, grab=0.6)
    # below pi* the defender does not sign and an aggressor that loses nothing by saying yes is not told apart from one that refuses
    np.testing.assert_allclose(found.event("deal"), ((delta > 0.4) & (delta < 0.75)).astype(float), atol=1e-9)


def test_only_troops_in_place_bring_that_aggressor_to_a_firm_peace() -> None:
    """x_R >= w_R - psi: the force that is there makes the war worse for it. x_R = 0.4, w_R = 0.45."""
    psi = np.array([0.0, 0.049, 0.051, 0.1])
    found = NOW.at(win=0.45, presence=psi, escalation=0.1)
    np.testing.assert_allclose(found.event("deal"), 0.9 * (psi > 0.05), atol=1e-9)


# Card 5, pressure and a way out on one budget. The aims are known to be limited; sanctions are held with probability iota
# (`delivery` stands in for it: nothing is delivered here).
PRESSED = {"maximal": 0.0, "firm": 0.5, "fall": 0.0, "toil": 0.0, "win": 1.0}
BUDGET = mechanism(
    ("pressure", "unity"),
    moves={
        "line": "press",
        "consent": "sign",
        "hold": {"hold_out": "delivery", "leave": "1 - delivery"},
        "carry": "drop",
    },
    numbers=PRESSED,
)
TALK = mechanism((), moves={"consent": "sign"}, numbers=PRESSED)


def net(e: Floats, iota: One, doubt: One, openness: One, base: One, gain: One, v: One) -> Floats:
    """N(e) of card 5: what pressure with share e adds to giving way, less what giving way costs."""
    return (iota - doubt * (1 - openness * (1 - e))) * (base + gain * e) - v


def test_the_worked_mix_works_where_all_pressure_and_all_relief_fail() -> None:
    e = np.array([0.0, 0.476851851852, 1.0])
    expected = net(e, 0.8, 0.6, 0.9, 0.5, 1.2, 0.5)
    np.testing.assert_allclose(expected, [-0.13, 0.0173472222222, -0.16], atol=1e-12)
    found = BUDGET.at(
        effort=e,
        delivery=0.8,
        doubt=0.6,
        openness=0.9,
        press_base=0.5,
        press_gain=1.2,
        prize_limited=0.6,
        fair=0.9,
    )
    np.testing.assert_allclose(found.event("deal"), (expected >= 0).astype(float), atol=1e-9)


def test_pressure_over_random_points() -> None:
    rng = np.random.default_rng(5)
    n = 64
    e, iota, doubt, openness = rng.uniform(size=(4, n))
    base, gain, v = rng.uniform(0.02, 0.3, n), rng.uniform(0.1, 0.8, n), rng.uniform(-0.1, 0.3, n)
    expected = net(e, iota, doubt, openness, base, gain, v)
    clear = np.abs(expected) > 0.003
    assert 10 < (expected > 0)[clear].sum() < clear.sum() - 10
    found = BUDGET.at(
        effort=e[clear], delivery=iota[clear], doubt=doubt[clear], openness=openness[clear], press_base=base[clear],
        press_gain=gain[clear], prize_limited=0.5, fair=0.5 + v[clear],
    )  # fmt: skip
    np.testing.assert_allclose(found.event("deal"), (expected > 0)[clear].astype(float), atol=1e-9)


def test_pressure_without_a_way_out_spoils_what_talk_would_have_got() -> None:
    """v < 0: the aggressor would settle after talk; under pressure it refuses iff (mu - iota) c > -v, so mu > iota is needed."""
    doubt = np.array([0.1, 0.3, 0.55, 0.9])
    numbers = {"prize_limited": 0.5, "fair": 0.47}  # v = -0.03
    assert (TALK.at(**numbers).event("deal") == 1).all()
    pressed = BUDGET.at(
        effort=1.0, delivery=0.4, doubt=doubt, openness=0.5, press_base=0.1, press_gain=0.3, **numbers
    )
    np.testing.assert_allclose(pressed.event("deal"), ((doubt - 0.4) * 0.4 < 0.03).astype(float), atol=1e-9)


# Card 9, two members. The aggressor has refused under pressure and nothing can change its mind.
COALITION = mechanism(
    ("pressure", "unity"), moves={"line": "press", "answer": "refuse"}, numbers={"maximal": 1.0, "firm": 0.5}
)


def test_both_needed_both_hold_iff_each_gains() -> None:
    """9b with n = m = 2 (alone = 0), in sequence: the ally keeps iff c <= B; the others would drop what is worth nothing alone."""
    cost = np.array([0.1, 0.39, 0.41, 0.6])
    found = COALITION.at(alone=0.0, stake=0.4, cost_ally=cost, cost_lead=0.3, climb_down=0.1)
    np.testing.assert_allclose(found.chosen("hold", "hold_out"), (cost < 0.4).astype(float), atol=1e-9)
    np.testing.assert_allclose(found.chosen("carry", "carry_on"), 0, atol=1e-9)


def test_one_is_enough_the_first_rides_free() -> None:
    """9b with m = 1 (alone = 1): exactly one member keeps, and it is the one that moves last."""
    found = COALITION.at(
        alone=1.0, stake=0.4, cost_ally=np.array([0.05, 0.3, 0.6]), cost_lead=0.3, climb_down=0.1
    )
    np.testing.assert_allclose(found.event("unity_breaks"), 1, atol=1e-9)
    np.testing.assert_allclose(found.event("pressure_dropped"), 0, atol=1e-9)


def test_if_one_leaves_all_leave_iff_the_rest_is_not_worth_it() -> None:
    """9d: after one exit the others stay iff alone B - c >= -(cost of dropping), their threshold of company."""
    alone = np.linspace(0.05, 0.95, 10)
    cost, stake, face = 0.4, 0.5, 0.1
    found = COALITION.at(alone=alone, stake=stake, cost_ally=0.6, cost_lead=cost, climb_down=face)
    stays = alone * stake - cost > -face
    assert stays.any()
    assert not stays.all()
    np.testing.assert_allclose(found.event("pressure_dropped"), (~stays).astype(float), atol=1e-9)


def test_the_coalition_holds_on_what_the_refusal_tells() -> None:
    """Holding is worth `stake` against maximal aims and `mild` of it against limited ones: the belief after the refusal decides."""
    inferring = mechanism(
        ("aims", "pressure", "unity"), moves={"line": "press", "consent": "sign"},
        numbers={"firm": 0.5, "alone": 0.0, "stake": 0.5, "mild": 0.2, "cost_ally": 0.3, "cost_lead": 0.1,
                 "win": 0.5, "fall": 0.0, "toil": 0.0, "press_base": 0.02, "press_gain": 0.0, "effort": 1.0, "doubt": 0.0,
                 "openness": 0.5},
    )  # fmt: skip
    # fair terms give 0.35: only maximal aims (war worth 0.6) refuse, so the belief is 1 and 0.5 > 0.3 holds; hard to please limited
    # aims (war worth 0.4) refuse too, so the belief is the prior 0.3, and 0.3 * 0.5 + 0.7 * 0.1 < 0.3 does not
    found = inferring.at(prize_limited=np.array([0.4, 0.8]), prize_maximal=1.2, fair=0.65, maximal=0.3)
    np.testing.assert_allclose(found.event("limited_refuses"), [0, 0.7], atol=1e-9)
    np.testing.assert_allclose(found.chosen("hold", "hold_out"), [1, 0], atol=1e-9)
