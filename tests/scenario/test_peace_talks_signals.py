"""Cards 3 and 6 inside the scenario: what onlookers infer from a concession, and what a refused offer shows."""

from __future__ import annotations

import numpy as np
import pytest
from peace_talks import mechanism, scenario

from detente.scenario.evaluate import evaluate

# Card 3b. The patron stands or concedes; the deal is the same either way, so standing costs the weary `strain` more.
SPILLOVER = mechanism(
    ("concession", "onlookers"),
    moves={"answer": "accept", "consent": "sign"},
    numbers={"maximal": 0.0, "conviction": 0.7},
)


def spillover(p: float, rho: float, b: float, delta: float, loss: float) -> tuple[float, float, float]:
    """Weary stands, onlooker strikes after a stand, after a concession: the card's closed form."""
    after_concession, after_tough = p * (1 - rho), p + rho * (1 - p)
    if b <= after_concession:
        return 0.0, 0.0, 0.0
    if b > after_tough:
        return 0.0, 1.0, 1.0
    if delta > loss:
        return 0.0, 0.0, 1.0
    if b <= p:
        return 1.0, 0.0, 1.0
    share = (b - after_concession) / rho
    return p * (1 - share) / ((1 - p) * share), 1 - delta / loss, 1.0


def away_from_borders(p: float, rho: float, b: float, delta: float, loss: float) -> bool:
    edges = (p * (1 - rho), p, p + rho * (1 - p))
    return min(abs(b - e) for e in edges) > 0.02 and abs(delta - loss) > 0.02


def test_a_concession_signals_exactly_where_card_3b_says() -> None:
    rng = np.random.default_rng(3)
    points: list[tuple[float, ...]] = []
    while len(points) < 48:
        point = tuple(rng.uniform([0.05, 0.05, 0.05, 0.02, 0.1], [0.95, 0.95, 0.95, 0.6, 0.6]))
        if away_from_borders(*point):
            points.append(point)
    expected = np.array([spillover(*point) for point in points])
    # every regime of the card is met: free, futile, separating, pooling, mixing
    assert {tuple(np.round(row, 6)) for row in expected} >= {(0, 0, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)}
    assert ((expected[:, 0] > 0) & (expected[:, 0] < 1)).any()
    p, rho, b, delta, loss = np.array(points).T
    found = SPILLOVER.at(firm=p, likeness=rho, gain=b, strain=delta, elsewhere=loss)
    weary_stands = found.chosen("terms", "stand", patron__resolve="weary")
    after_stand = found.chosen("probe", "strike", terms="stand")
    after_concession = found.chosen("probe", "strike", terms="concede")
    np.testing.assert_allclose(weary_stands, expected[:, 0], atol=1e-6)
    np.testing.assert_allclose(after_stand, expected[:, 1], atol=1e-6)
    np.testing.assert_allclose(after_concession, expected[:, 2], atol=1e-6)
    np.testing.assert_allclose(found.chosen("terms", "stand", patron__resolve="firm"), 1, atol=1e-6)


def test_the_worked_mixture_of_card_3b() -> None:
    found = SPILLOVER.at(firm=0.3, likeness=0.6, gain=0.5, strain=0.4, elsewhere=1.0)
    assert found.chosen("terms", "stand", patron__resolve="weary") == pytest.approx(0.248120300752, abs=1e-9)
    assert found.chosen("probe", "strike", terms="stand") == pytest.approx(0.6, abs=1e-9)


def test_without_likeness_no_concession_tells_anything() -> None:
    gain = np.array([0.1, 0.3, 0.45, 0.5, 0.7, 0.9])
    found = SPILLOVER.at(firm=0.47, likeness=0.0, gain=gain)
    after_stand = found.chosen("probe", "strike", terms="stand")
    np.testing.assert_allclose(after_stand, found.chosen("probe", "strike", terms="concede"), atol=1e-9)


def test_a_rule_that_every_patron_follows_tells_nothing() -> None:
    """`commit` replaces the choice of both types, so the onlooker keeps its prior: an inference, not a payoff, makes the signal."""
    gain = np.array([0.2, 0.4, 0.45, 0.5, 0.6, 0.8])
    both = evaluate(scenario(), {"gain": gain}, ["concede", "stand_firm"])
    np.testing.assert_allclose(both.event["concede"]["spread"], both.event["stand_firm"]["spread"], atol=1e-9)
    np.testing.assert_allclose(
        both.event["concede"]["spread"], gain > scenario().game.base["firm"], atol=1e-9
    )


# Card 6b. Fair terms are put to an aggressor whose aims are hidden; nothing else is going on.
REFUSAL = mechanism(("aims",), moves={"consent": "sign"}, numbers={"blame": 0.01})


def reservation(prize: float, win: float, fall: float, toil: float) -> float:
    """The least share that an aggressor with this prize prefers to the war, with the blame of the test."""
    return win * prize - (1 - win) * fall - toil - 0.01


def test_refusing_a_bad_offer_proves_nothing_and_refusing_a_good_one_everything() -> None:
    """Two reservation values are the card's width w = 0: the ratio of a refusal is 1, then infinite, then nobody refuses."""
    win, fall, toil, limited, maximal, prior = 0.6, 0.1, 0.05, 0.6, 1.2, 0.3
    low, high = (reservation(prize, win, fall, toil) for prize in (limited, maximal))
    offers = np.array(
        [low - 0.05, low - 0.01, low + 0.01, (low + high) / 2, high - 0.01, high + 0.01, high + 0.05]
    )
    found = REFUSAL.at(
        fair=1 - offers,
        win=win,
        fall=fall,
        toil=toil,
        prize_limited=limited,
        prize_maximal=maximal,
        maximal=prior,
    )
    by_maximal, by_limited = found.event("maximal_refuses"), found.event("limited_refuses")
    np.testing.assert_allclose(by_maximal, np.where(offers < high, prior, 0), atol=1e-9)
    np.testing.assert_allclose(by_limited, np.where(offers < low, 1 - prior, 0), atol=1e-9)
    refused = by_maximal + by_limited > 0
    posterior = by_maximal[refused] / (by_maximal + by_limited)[refused]
    np.testing.assert_allclose(posterior, np.where(offers < low, prior, 1.0)[refused], atol=1e-9)
