"""Cards 1, 2 and 7 inside the scenario border-crisis: bluff, sunk costs, tied hands, safe and risky answers, a mediator's word."""

from __future__ import annotations

import numpy as np
import pytest
from border_crisis import cut

from detente.models import find
from detente.solve import solve

# Card 2b. A refusal stands, and who does not back down mobilises at no cost. `d` is the defender's loss by war: cost_soft - (1 - win).
BLUFF = cut(("resolve",), moves={"last": "mobilise"}, numbers={"win": 0.5, "cost_resolved": 0.3})
EARLY = cut(("resolve",), numbers={"win": 0.5, "cost_resolved": 0.3})


def test_the_worked_case_of_the_card() -> None:
    """p=.3 a=.5 d=1: P(challenge) 0.6, P(war) 0.2, P(back down) 0.2."""
    found = BLUFF.at(resolved=0.3, audience=0.5, cost_soft=1.5, cost_unresolved=2.0)
    assert found.event("demanded")[0] == pytest.approx(0.6, abs=1e-7)
    assert found.event("at_war")[0] == pytest.approx(0.2, abs=1e-7)
    assert found.event("climbed_down")[0] == pytest.approx(0.2, abs=1e-7)


def test_bluffs_are_called_below_the_threshold_and_never_above() -> None:
    """P(war) = p/(1+a) for p < 1/(1+d), else 0; the share of the resolved among demands is then 1/(1+d)."""
    rng = np.random.default_rng(2)
    p, a, d = rng.uniform(0.05, 0.95, 64), rng.uniform(0.05, 1.5, 64), rng.uniform(0.2, 2, 64)
    called = p < 1 / (1 + d)
    clear = np.abs(p - 1 / (1 + d)) > 0.01
    assert 10 < called[clear].sum() < clear.sum() - 10
    found = BLUFF.at(resolved=p[clear], audience=a[clear], cost_soft=0.5 + d[clear], cost_unresolved=3.0)
    np.testing.assert_allclose(found.event("at_war"), (called * p / (1 + a))[clear], atol=1e-7)
    np.testing.assert_allclose(found.event("demanded"), np.where(called, p * (1 + d), 1.0)[clear], atol=1e-7)


def test_the_catalogues_own_game_gives_the_same() -> None:
    card = solve(
        find("crisis-signalling").game.tree(),
        {"p": np.array([0.3, 0.8]), "a": np.array([0.4, 0.4]), "d": np.array([0.7, 0.7])},
    )
    found = BLUFF.at(resolved=np.array([0.3, 0.8]), audience=0.4, cost_soft=1.2, cost_unresolved=2.0)
    war = card.event[:, card.tree.events.index("war")]
    np.testing.assert_allclose(found.event("at_war"), war, atol=1e-7)


def test_a_cheap_early_way_out_makes_bluffs_cheaper_to_call() -> None:
    """With `last` open an unresolved challenger withdraws early: `a` of the card becomes early * audience."""
    early = np.array([0.1, 0.5, 0.9])
    found = EARLY.at(resolved=0.3, audience=0.6, early=early, cost_soft=1.5, cost_unresolved=2.0)
    np.testing.assert_allclose(found.event("at_war"), 0.3 / (1 + early * 0.6), atol=1e-7)


def test_hands_are_tied_exactly_where_backing_down_costs_more_than_war() -> None:
    """2c: an unresolved challenger attacks iff audience > cost_unresolved - win."""
    audience = np.array([0.3, 0.699, 0.701, 1.0])
    tied = cut(
        ("resolve",), moves={"open": "demand", "answer": "refuse", "last": "mobilise"}, numbers={"win": 0.5}
    )
    found = tied.at(resolved=0.25, audience=audience, cost_unresolved=1.2)
    np.testing.assert_allclose(found.event("at_war"), np.where(audience > 0.7, 1.0, 0.25), atol=1e-9)


# Sunk costs, in the spirit of card 2: the demand is made and refused; mobilising costs `m` whatever follows; the soft yield or stand.
SUNK = cut(
    ("resolve", "mobilisation", "second_thoughts"),
    moves={"open": "demand", "answer": "refuse"},
    numbers={"win": 0.5, "edge": 0.0, "cost_resolved": 0.2, "cost_unresolved": 2.5, "haste": 0.0},
)


def test_what_mobilising_costs_is_what_makes_it_believed() -> None:
    """Below q* = (1 + b)/(1 - w): the soft stand with r = (1 - m + early a)/(1 + a), bluffers mobilise until the belief is q*."""
    rng = np.random.default_rng(3)
    n = 48
    p, a, b = rng.uniform(0.05, 0.95, n), rng.uniform(0.1, 0.8, n), rng.uniform(0.1, 0.8, n)
    early, m, cost = rng.uniform(0.1, 0.9, n), rng.uniform(0.02, 0.3, n), rng.uniform(1.2, 2.2, n)
    needed = (1 + b) / (0.5 + cost)
    clear = (np.abs(p - needed) > 0.02) & (needed < 0.98)
    p, a, b, early, m, cost, needed = (x[clear] for x in (p, a, b, early, m, cost, needed))
    assert 5 < (p < needed).sum() < len(p) - 5
    stand = np.where(p < needed, (1 - m + early * a) / (1 + a), 0.0)
    mobilises = np.where(p < needed, p / needed, 1.0)
    found = SUNK.at(
        resolved=p,
        audience=a,
        audience_defender=b,
        early=early,
        troops=m,
        cost_soft=cost,
        troops_defender=0.05,
    )
    np.testing.assert_allclose(found.event("mobilised"), mobilises, atol=1e-6)
    np.testing.assert_allclose(found.event("at_war"), p * stand, atol=1e-6)


# Card 1b'. The defender offers what both kinds of challenger take (safe) or nothing (risky).
OFFER = cut(
    ("resolve", "compromise"),
    moves={"open": "demand", "answer": "refuse", "last": "mobilise"},
    numbers={"audience": 0.0, "audience_defender": 0.0},
)


def test_the_worked_case_of_the_card_on_bargaining() -> None:
    """c_A=.1 c_L=.05 c_H=.25: risky iff pi < 0.571428571429. The card's pie, moved up by 1 - (p + c_H): 1, 0.8 and war 0.65."""
    pi = np.array([0.1, 0.571, 0.572, 0.9])
    found = OFFER.at(resolved=pi, share=0.2, win=0.25, cost_soft=0.1, cost_resolved=0.1, cost_unresolved=2.0)
    np.testing.assert_allclose(found.event("at_war"), np.where(pi < 4 / 7, pi, 0.0), atol=1e-9)
    np.testing.assert_allclose(found.event("agreed"), (pi > 4 / 7).astype(float), atol=1e-9)


def test_the_defender_takes_the_risk_below_its_threshold() -> None:
    """Nothing is offered iff P(resolved) < share/(1 - w), w = 1 - win - cost_soft."""
    rng = np.random.default_rng(1)
    p, x, cost = rng.uniform(0.05, 0.95, 48), rng.uniform(0.35, 0.8, 48), rng.uniform(0.4, 1.0, 48)
    most = x / (0.5 + cost)
    clear = np.abs(p - most) > 0.01
    assert 5 < (p < most)[clear].sum() < clear.sum() - 5
    found = OFFER.at(
        resolved=p[clear], share=x[clear], win=0.5, cost_soft=cost[clear], cost_resolved=0.3,
        cost_unresolved=2.0,
    )  # fmt: skip
    np.testing.assert_allclose(found.event("agreed"), (p > most)[clear].astype(float), atol=1e-9)


# Card 7. Side 1 is the challenger: withdrawing is the safe choice (0), mobilising the risky one (1). The card's
# payoffs less p + c_L and divided by c_H - c_L give win = -c_L/(c_H - c_L), cost = c_1/(c_H - c_L), peace = c_M/(c_H - c_L).
MEDIATED = cut(
    ("nerve", "mediation"),
    moves={"open": "demand", "answer": "refuse", "bid": "none", "final": "attack",
           "reply": {"stand": "1 if nerve == firm else 0", "yield": "1 if nerve == soft else 0"}},
    numbers={"audience": 0.0, "win": -0.25, "cost_resolved": 0.5, "resolved": 1.0, "peace": 0.5},
)  # fmt: skip
UNMEDIATED = cut(
    ("nerve",),
    moves={"open": "demand", "answer": "refuse", "bid": "none", "final": "attack",
           "reply": {"stand": "1 if nerve == firm else 0", "yield": "1 if nerve == soft else 0"}},
    numbers={"audience": 0.0, "win": -0.25, "cost_resolved": 0.5, "resolved": 1.0},
)  # fmt: skip


def least_bias(firm: float, acc: float, peace: float, name: float) -> float:
    """B_lo of card 7 in these units; `name` is what saying other than it saw costs the mediator."""
    omega = firm * (1 - acc) / (firm * (1 - acc) + (1 - firm) * acc)
    return (omega * peace - name) / (1 - omega + omega * -0.25)


def test_without_a_mediator_the_risk_is_taken_below_the_cards_threshold() -> None:
    pi = np.array([0.1, 0.571, 0.572, 0.9])
    np.testing.assert_allclose(
        UNMEDIATED.at(firm=pi).event("at_war"), np.where(pi < 4 / 7, pi, 0.0), atol=1e-9
    )


def test_a_mediator_is_believed_only_if_it_leans_to_the_side_that_listens() -> None:
    """pi=.4 acc=.85: B_lo = 0.0606060606061 at no cost of a lie; P(war) = pi (1 - acc) = 0.06 where it is honest."""
    assert least_bias(0.4, 0.85, 0.5, 0.0) == pytest.approx(0.0606060606061, abs=1e-12)
    name = 0.02
    bias = least_bias(0.4, 0.85, 0.5, name) + np.array([-0.3, -0.01, 0.01, 0.5, 0.9])
    found = MEDIATED.at(firm=0.4, acc=0.85, name=name, bias=bias)
    honest = found.chosen("message", "says_soft", sign="looks_soft") > 1 - 1e-9
    np.testing.assert_array_equal(honest, [False, False, True, True, True])
    np.testing.assert_allclose(found.event("at_war")[2:], 0.06, atol=1e-9)
    assert (found.event("misled")[:2] > 0.001).all()


def test_who_fears_war_more_must_lean_further_to_be_believed() -> None:
    for peace in (0.2, 0.8):
        edge = least_bias(0.4, 0.85, peace, 0.01)
        found = MEDIATED_OPEN.at(
            firm=0.4, acc=0.85, name=0.01, bias=edge + np.array([-0.01, 0.01]), peace=peace
        )
        honest = found.chosen("message", "says_soft", sign="looks_soft") > 1 - 1e-9
        np.testing.assert_array_equal(honest, [False, True])


MEDIATED_OPEN = cut(
    ("nerve", "mediation"),
    moves={"open": "demand", "answer": "refuse", "bid": "none", "final": "attack",
           "reply": {"stand": "1 if nerve == firm else 0", "yield": "1 if nerve == soft else 0"}},
    numbers={"audience": 0.0, "win": -0.25, "cost_resolved": 0.5, "resolved": 1.0},
)  # fmt: skip


def test_two_armies_are_two_chances_of_an_accident() -> None:
    spark = np.array([0.01, 0.1, 0.25])
    for reply, chance in (("stand", spark), ("mobilise", 1 - (1 - spark) ** 2)):
        game = cut(
            ("mobilisation", "second_thoughts", "accidents"),
            moves={"open": "demand", "answer": "refuse", "last": "mobilise", "reply": reply, "final": "stand_down"},
            numbers={"resolved": 0.5},
        )  # fmt: skip
        np.testing.assert_allclose(game.at(spark=spark).event("at_war"), chance, atol=1e-12)


def test_a_war_looks_the_same_from_both_sides() -> None:
    """The mirror: with the odds turned round and the costs exchanged, each side has what the other had."""
    war = cut(
        ("resolve", "nerve", "stamina"),
        moves={"open": "demand", "answer": "refuse", "last": "mobilise", "final": "attack"},
        numbers={"stamina": 0.08},
    )
    here = war.at(
        win=0.4, resolved=0.3, firm=0.7, cost_resolved=0.2, cost_unresolved=1.3, cost_firm=0.5, cost_soft=1.9
    )
    there = war.at(win=0.6, resolved=0.7, firm=0.3, cost_resolved=0.5, cost_unresolved=1.9, cost_firm=0.2, cost_soft=1.3)  # fmt: skip
    assert here.value("challenger")[0] != pytest.approx(0.4 - 0.3 * 0.2 - 0.7 * 1.3, abs=1e-3)
    assert here.value("challenger")[0] == pytest.approx(there.value("defender")[0], abs=1e-12)
    assert here.value("defender")[0] == pytest.approx(there.value("challenger")[0], abs=1e-12)


def test_news_of_nerve_tells_something_even_where_every_defender_stands() -> None:
    """A resolved challenger attacks a defender known to be firm iff win > cost - audience, a soft one from `stamina` lower on."""
    win = np.array([0.23, 0.27, 0.33])
    moves = {
        "open": "demand",
        "answer": "refuse",
        "last": "mobilise",
        "sign": "looks_firm",
        "message": "says_firm",
    }
    known = {
        firm: cut(("nerve", "stamina"), moves=moves, numbers={"firm": firm, "stamina": 0.05, "audience": 0.2})
        for firm in (0.0, 1.0)
    }
    # against a soft defender the readier challenger has 0.05 more: 0.25; two that are as ready have the plain odds: 0.3
    for firm, expected in ((0.0, [0, 1, 1]), (1.0, [0, 0, 1])):
        found = known[firm].at(win=win, cost_resolved=0.5)
        np.testing.assert_allclose(found.event("at_war"), expected, atol=1e-9)


def test_a_war_without_mobilising_is_dearer_to_who_starts_it_and_cheaper_to_who_is_attacked() -> None:
    moves = {"open": "demand", "answer": "refuse", "bid": "offer", "take": "reject", "final": "attack"}
    game = cut(("compromise", "nerve"), moves=moves, numbers={"haste": "early"})
    haste = np.array([0.1, 0.3, 0.5])
    found = game.at(early=haste, win=0.5, firm=0.4, cost_resolved=0.2, cost_firm=0.3, cost_soft=1.6)
    np.testing.assert_allclose(found.value("challenger"), 0.5 - (1 + haste) * 0.2, atol=1e-12)
    np.testing.assert_allclose(
        found.value("defender"), 0.5 - (1 - haste) * (0.4 * 0.3 + 0.6 * 1.6), atol=1e-12
    )
