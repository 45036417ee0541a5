"""What the scenario adds to the card, one mechanism at a time: relief, third parties, offers, support at home, exemptions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sanctions_dispute import SHARES, always, mechanism

SURE = (always("threat", "threaten"), always("carry_out", "impose"))
NEAR = np.array([-0.1, -1e-3, 1e-3, 0.1])


@pytest.mark.parametrize("share", SHARES)
def test_a_sender_keeps_sanctions_that_pay_it(share: float) -> None:
    """Sanctions go on after compliance iff spoils - faith exceeds what they cost this sender."""
    faith, K = 0.2, 0.5
    spoils = faith + K * share + NEAR
    found = mechanism("relief", fixed=(*SURE, always("answer", "comply"))).at(spoils=spoils, highest_cost=K)
    keeping = [np.mean(s - faith > K * np.array(SHARES)) for s in spoils]
    np.testing.assert_allclose(found.event("kept_on"), keeping, atol=1e-9)


@pytest.mark.parametrize("keeping", [0, 1, 2])
def test_nobody_gives_in_to_sanctions_that_stay(keeping: int) -> None:
    """Sanctions that are imposed for sure and stay with chance mu are given in to iff (1 - mu) (1 - phi) c >= v."""
    K, v, phi = 0.9, 0.5, 0.3
    spoils = 0.2 + K * np.mean([[0, *SHARES][keeping], SHARES[keeping]])
    least = v / ((1 - keeping / 3) * (1 - phi))
    fixed = (*SURE, always("answer", "refuse"))
    found = mechanism("relief", fixed=fixed).at(
        bite_hard=least + NEAR, concession=v, felt=phi, spoils=spoils, highest_cost=K
    )
    np.testing.assert_allclose(found.event("gave_in"), NEAR > 0, atol=1e-9)
    np.testing.assert_allclose(found.event("kept_on"), np.where(NEAR > 0, keeping / 3, 0), atol=1e-9)


def test_the_sender_to_be_feared_is_the_one_not_to_be_trusted() -> None:
    """Those who impose are those whom it costs little, and they keep what costs them little: a sender of unknown cost is yielded to,
    the same sender known to be determined by having imposed is not. Imposed by all: mu = 1/3. Imposed by the cheap alone: mu = 1."""
    K, v, phi, c = 1.2, 0.3, 0.3, 1.5
    numbers = {"bite_hard": c, "concession": v, "felt": phi, "spoils": 0.2 + 0.35 * K, "highest_cost": K}
    resisted = (always("threat", "threaten"), always("answer", "refuse"))
    all_impose = mechanism("relief", fixed=(*resisted, always("carry_out", "impose"))).at(**numbers)
    assert all_impose.event("gave_in") == pytest.approx(1, abs=1e-9)
    cheap = (always("carry_out", "impose", "share < 0.4"), always("carry_out", "stand_down"))
    cheap_impose = mechanism("relief", fixed=(*resisted, *cheap)).at(**numbers)
    assert cheap_impose.event("imposed") == pytest.approx(1 / 3, abs=1e-9)
    assert cheap_impose.event("gave_in") == pytest.approx(0, abs=1e-9)


RESISTED = (*SURE, always("answer", "refuse"))


@pytest.mark.parametrize("leak", [0.1, 0.6])
def test_a_third_party_fills_the_gap_while_the_trade_is_worth_the_punishment(leak: float) -> None:
    """It helps iff worth * (1 - (1 - phi) y) + forgone > secondary, y the chance that the target gives in although it is helped."""
    h, phi, c, v, trade, free, forgone, dependent = 0.6, 0.4, 2.0, 0.6, 0.7, 0.12, 0.05, 0.3
    y = h if (1 - phi) * (1 - leak) * c >= v else 0
    assert y == (h if leak == 0.1 else 0)
    lasts = 1 - (1 - phi) * y
    mechanism_ = mechanism("evasion", "surprise", fixed=RESISTED)
    numbers = {
        "hits": h, "felt": phi, "bite_hard": c, "bite_weak": 0.1, "concession": v, "trade": trade, "leak": leak,
        "dependent": dependent,
    }  # fmt: skip
    for worth, others in ((trade, 0.0), (free, dependent)):
        secondary = worth * lasts + forgone + np.array([-0.05, -1e-3, 1e-3, 0.05])
        found = mechanism_.at(secondary=secondary, **numbers)
        share = dependent if worth == trade else 1 - dependent
        np.testing.assert_allclose(found.event("evaded"), np.array([share, share, 0, 0]) + others, atol=1e-9)
        punished = np.array([share, share, 0, 0]) + others
        gives_in = h * (1 - punished) + y * punished
        np.testing.assert_allclose(found.event("gave_in"), gives_in, atol=1e-9)


def test_help_keeps_a_target_from_giving_in_from_its_threshold_on() -> None:
    """(1 - phi) (1 - leak) c = v: leak* = 1 - v / ((1 - phi) c)."""
    phi, c, v = 0.4, 2.0, 0.6
    leak = 1 - v / ((1 - phi) * c) + NEAR
    found = mechanism("evasion", fixed=(*RESISTED, always("side", "help"))).at(
        leak=leak, felt=phi, bite_hard=c, concession=v
    )
    np.testing.assert_allclose(found.event("gave_in"), NEAR < 0, atol=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_a_sender_takes_the_part_that_beats_imposing(share: float) -> None:
    """part - a (1 - part) > y - k, y the chance that sanctions work: part* = (y - k + a) / (1 + a)."""
    h, a, K = 0.7, 0.3, 0.6
    part = (h - K * share + a) / (1 + a) + np.array([-0.05, -1e-3, 1e-3, 0.05])
    fixed = (always("threat", "threaten"), always("answer", "refuse"), always("counter", "offer"))
    found = mechanism("offers", "audience", "surprise", fixed=fixed).at(
        part=part, hits=h, audience=a, highest_cost=K, bite_hard=2.0, bite_weak=0.1, concession=0.5, felt=0.3
    )
    seen: dict[str, Any] = {"sender__share": share}  # a numeric type is seen as a number
    took = found.chosen("carry_out", "stand_down", **seen)
    np.testing.assert_allclose(took, [0, 0, 1, 1], atol=1e-9)


def test_a_target_offers_a_part_where_it_is_taken() -> None:
    """With a sender that imposes on resistance and takes any part, a part is offered; with one that insists, it complies at once."""
    numbers = {"bite_hard": 2.0, "concession": 0.5, "felt": 0.3}
    takes = (*SURE[:1], always("carry_out", "stand_down", "counter == offer"), always("carry_out", "impose"))
    taken = mechanism("offers", fixed=takes).at(part=0.5, **numbers)
    assert taken.event("settled") == pytest.approx(1, abs=1e-9)
    insists = mechanism("offers", fixed=SURE).at(**numbers)
    assert insists.event("at_once") == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_a_sender_that_gains_by_being_seen_to_act_sanctions_a_target_that_never_yields(share: float) -> None:
    """Nothing is to be had from such a target: threatened and imposed iff what acting is worth at home exceeds what it costs."""
    K = 0.6
    symbol = K * share + np.array([-0.05, -1e-3, 1e-3, 0.05])
    defiant = (always("answer", "refuse"), always("second", "hold_out"))
    found = mechanism("symbol", "audience", fixed=defiant).at(symbol=symbol, highest_cost=K, audience=0.3)
    acting = [np.mean(s > K * np.array(SHARES)) for s in symbol]
    np.testing.assert_allclose(found.event("imposed"), acting, atol=1e-9)
    np.testing.assert_allclose(found.event("threatened"), acting, atol=1e-9)


def test_support_at_home_raises_what_sanctions_must_cost() -> None:
    """Given in to iff (1 - phi) c >= v + rally."""
    phi, c, v = 0.4, 1.5, 0.7
    rally = (1 - phi) * c - v + NEAR
    found = mechanism("home", fixed=RESISTED).at(rally=rally, felt=phi, bite_hard=c, concession=v)
    np.testing.assert_allclose(found.event("gave_in"), NEAR < 0, atol=1e-9)


def test_exemptions_weaken_the_pressure_as_far_as_there_is_slack() -> None:
    """Given in to iff (1 - phi) c (1 - slack exempt) >= v; what the people lose falls with every exemption."""
    phi, c, v, slack, hardship = 0.4, 1.5, 0.7, 0.5, 1.2
    most = (1 - v / ((1 - phi) * c)) / slack
    exempt = most + NEAR
    found = mechanism("exemptions", fixed=RESISTED).at(
        exempt=exempt, slack=slack, felt=phi, bite_hard=c, concession=v, hardship=hardship
    )
    np.testing.assert_allclose(found.event("gave_in"), NEAR < 0, atol=1e-9)
    lost = -hardship * (1 - exempt) * c * np.where(NEAR < 0, phi, 1)
    np.testing.assert_allclose(found.value("people"), lost, atol=1e-9)
