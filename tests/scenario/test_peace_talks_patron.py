"""Cards 8 and 11 inside the scenario: the ultimatum, talks over the defender's head, the set of deals, prosecution."""

from __future__ import annotations

import numpy as np
import pytest
from peace_talks import mechanism

# Card 8a. Over the defender's head only a hard draft; at the table the war goes on. The weary patron is the one that might walk away.
ULTIMATUM = mechanism(
    ("exclusion", "ultimatum"),
    moves={"draft": "hard", "answer": "refuse"},
    numbers={
        "maximal": 0.0, "strain": 0.0, "conviction": 0.0, "leaving": 0.1, "surrender": 0.1, "lost_aid": 1.0,
        "worn_war": 0.4, "credit": 0.2, "upkeep": 0.3,
    },
)  # fmt: skip


def ultimatum(share_ready: float, face: float, hard: float) -> tuple[float, float, float]:
    """Issued, refused once issued, abandoned: card 8a with a share of patrons that would walk away for less than going on costs."""
    credit, upkeep, with_support, abandoned = 0.2, 0.3, 0.4, 0.1
    needed = (with_support - hard) / (with_support - abandoned)
    if needed <= share_ready:
        return 1.0, 0.0, 0.0
    if needed > 1:
        return share_ready, 1.0, share_ready
    refused = (credit + upkeep) / (credit + upkeep + face)
    bluffers = share_ready * (1 - needed) / ((1 - share_ready) * needed)
    return share_ready + (1 - share_ready) * bluffers, refused, share_ready * refused


@pytest.mark.parametrize(
    ("share_ready", "face", "hard"),
    [(0.625, 0.2, 0.25), (0.2, 0.1, 0.25), (0.2, 0.1, 0.05), (0.45, 0.05, 0.2), (0.1, 0.3, 0.35)],
)
def test_make_peace_or_lose_your_country(share_ready: float, face: float, hard: float) -> None:
    """The first three are cases A, B and C of the card (in C all of the ready walk away here: one value of `leaving`, not a range)."""
    found = ULTIMATUM.at(firm=1 - share_ready, face=face, hard=hard)
    issued, refused, abandoned = ultimatum(share_ready, face, hard)
    firm = found.chosen("table", "without_defender", patron__resolve="firm")
    weary = found.chosen("table", "without_defender", patron__resolve="weary")
    assert (1 - share_ready) * firm + share_ready * weary == pytest.approx(issued, abs=1e-6)
    assert found.chosen("consent", "refuse", home="worn") == pytest.approx(refused, abs=1e-6)
    assert found.event("abandoned") == pytest.approx(abandoned, abs=1e-6)


def test_the_worked_case_of_card_8a() -> None:
    found = ULTIMATUM.at(firm=0.8, face=0.1, hard=0.25)
    assert found.chosen("consent", "refuse", home="worn") == pytest.approx(0.833333333333, abs=1e-9)
    assert found.event("abandoned") == pytest.approx(0.166666666667, abs=1e-9)


# Card 8b with two values of the least share that the defender carries out: worn takes the hard draft, unbowed does not.
EXCLUSION = mechanism(
    ("exclusion", "home_front"),
    moves={"table": "without_defender"},
    numbers={"maximal": 0.0, "firm": 0.5, "worn_war": 0.2, "unbowed_war": 0.5, "hard": 0.3, "fair": 0.6, "fall": 0.0, "toil": 0.0,
             "prize_limited": 1.0},
)  # fmt: skip


def test_talks_without_the_defender_fail_while_failure_is_cheap_for_the_aggressor() -> None:
    """Hard is the best draft iff s (1 - y_hard) + (1 - s)(w - C) > 1 - y_fair; it fails w.p. 1 - s. Above C* nothing fails."""
    unbowed, war = 0.5, 0.35
    worn = 1 - unbowed
    cheap = (worn * (1 - 0.3) + (1 - worn) * war - (1 - 0.6)) / (1 - worn)  # C*
    fiasco = np.array([0.0, cheap - 0.05, cheap - 0.001, cheap + 0.001, cheap + 0.05])
    assert cheap > 0.05
    found = EXCLUSION.at(fiasco=fiasco, unbowed=unbowed, win=war)
    np.testing.assert_allclose(found.event("collapse"), np.where(fiasco < cheap, unbowed, 0.0), atol=1e-9)
    np.testing.assert_allclose(found.event("fair_deal"), np.where(fiasco < cheap, 0.0, 1.0), atol=1e-9)


def test_with_the_defender_at_the_table_the_same_fair_share_is_agreed() -> None:
    """1 - w is above the fair share, so the table never fails: exclusion does worse for C below C*, and only there."""
    table = mechanism(
        ("exclusion", "home_front"),
        moves={"table": "with_defender"},
        numbers={
            "maximal": 0.0,
            "firm": 0.5,
            "fair": 0.6,
            "fall": 0.0,
            "toil": 0.0,
            "prize_limited": 1.0,
            "unbowed": 0.5,
        },
    )
    war = np.array([0.1, 0.35, 0.39, 0.41, 0.6])
    np.testing.assert_allclose(
        table.at(win=war).event("fair_deal"), (war <= 1 - 0.6).astype(float), atol=1e-9
    )


# Card 8c. The draft is hard, and how surely the patron walks away is set.
DEALS = mechanism(
    ("exclusion", "ultimatum"),
    moves={
        "table": "without_defender",
        "draft": "hard",
        "abandon": {"walk_away": "delivery", "stay": "1 - delivery"},
    },
    numbers={"maximal": 0.0, "firm": 0.0, "worn_war": 0.4, "surrender": 0.1, "lost_aid": 1.0},
)


def test_the_threat_widens_the_set_of_deals_downwards_only() -> None:
    """The defender consents iff y >= theta w_a + (1 - theta) w_s. (`delivery` stands in for theta: nothing is delivered here.)"""
    theta = np.repeat([0.0, 0.3, 0.5, 0.9], 3)
    least = theta * 0.1 + (1 - theta) * 0.4
    hard = least + np.tile([-0.01, 0.01, 0.1], 4)
    found = DEALS.at(delivery=theta, hard=hard)
    np.testing.assert_allclose(found.event("hard_deal"), (hard > least).astype(float), atol=1e-9)


# Card 11a. A leader with limited aims settles at 1 - fair or fights on.
COURT = mechanism(("accountability",), moves={"consent": "sign"}, numbers={"maximal": 0.0})


@pytest.mark.parametrize("beaten", [0.0, 0.25, 0.5])
def test_prosecution_blocks_the_settlement_exactly_above_its_threshold(beaten: float) -> None:
    b, p, prize, fall, prison, toil = 0.3, 0.35, 1.0, 0.6, 1.2, 0.1
    war = p * prize - (1 - p) * fall - toil
    most = (b - war + (1 - p) * beaten * prison) / prison
    dock = most + np.array([-0.1, -0.001, 0.001, 0.1])
    found = COURT.at(
        fair=1 - b,
        win=p,
        prize_limited=prize,
        fall=fall,
        prison=prison,
        toil=toil,
        dock=dock,
        dock_beaten=beaten,
    )
    np.testing.assert_allclose(found.event("refused"), (dock > most).astype(float), atol=1e-9)
    if beaten in (0.0, 0.5):  # the worked numbers of the card
        assert most == pytest.approx({0.0: 0.366666666667, 0.5: 0.691666666667}[beaten], abs=1e-11)


def test_a_court_that_reaches_settlers_and_beaten_alike_blocks_less() -> None:
    """psi_u = (b - w0)/(p J) is 1.0476 in the worked case, above any probability, and above psi*(0) = 0.3667."""
    psi = np.array([0.3, 0.36, 0.38, 0.9, 1.0])
    numbers = {"fair": 0.7, "win": 0.35, "prize_limited": 1.0, "fall": 0.6, "prison": 1.2, "toil": 0.1}
    alike = COURT.at(dock=psi, dock_beaten=psi, **numbers)
    np.testing.assert_allclose(alike.event("refused"), 0, atol=1e-9)
    only_settlers = COURT.at(dock=psi, dock_beaten=0.0, **numbers)
    np.testing.assert_allclose(only_settlers.event("refused"), psi > 0.366666666667, atol=1e-9)
