"""Claims whose truth depends on which equilibrium is played are told from those whose does not."""

from __future__ import annotations

import pytest

from detente.scenario import Evaluator, read_scenario, scenario_from_text
from detente.scenario.selection import MOST_SLOTS, Selector

# Two allies stand or leave without seeing the other: both stand, both leave, and one mix with 1/3 each (standing alone costs 1,
# together it brings 2). By hand, with q the chance that the other stands: stand if 2q - (1 - q) > 0.
ALLIES = """
scenario: allies
title: Two allies
players: {A: one ally, B: the other}
parameters:
  bonus: {range: [0.5, 3], base: 2, because: a test}
  t: {range: [0.1, 2], base: 1, because: a test}
moves:
  - {move: first, by: A, options: [stand, leave]}
  - {move: second, by: B, options: [stand, leave], hidden_from: [A], when: 1 == 1}
payoffs:
  A:
    together: {worth: bonus, when: first == stand and second == stand}
    alone: {worth: -t, when: first == stand and second == leave}
  B:
    together: {worth: bonus, when: first == stand and second == stand}
    alone: {worth: -t, when: second == stand and first == leave}
events:
  both: first == stand and second == stand
  one: (first == stand) != (second == stand)
  none: first == leave and second == leave
events_of_interest: [both]
margin: 0.001
seed: 1
precision: limit
roles:
  a: {title: one ally, player: A}
  b: {title: the other, player: B}
policies:
  pledge: {actor: a, kind: commit, title: one ally is bound to stand, play: {first: stand}}
  desert: {actor: a, kind: deviate, title: one ally leaves by surprise, play: {first: leave}}
  stood: {actor: a, kind: given, title: one ally was seen to stand, play: {first: stand}}
claims:
  holds-together: {text: They stand together., holds: P(both) > 0.5}
  never-half: {text: One never stands for long while the other leaves., holds: P(one) < 0.9}
  pledge-works: {text: A pledge holds them together., holds: P(both | pledge) > 0.9}
  pledge-helps: {text: A pledge brings more standing together., holds: P(both | pledge) > P(both)}
  desertion: {text: A deserter leaves the other alone., holds: P(one | desert) > 0.5}
  seen: {text: Who is seen to stand does not stand alone., holds: P(one | stood) < 0.5}
"""


def hidden(text: str) -> str:
    """The first move is hidden from the one who moves second."""
    return text.replace(
        "- {move: first, by: A, options: [stand, leave]}",
        "- {move: first, by: A, options: [stand, leave], hidden_from: [B]}",
    ).replace(", hidden_from: [A], when: 1 == 1", "")


@pytest.fixture(scope="module")
def allies():
    return Selector(Evaluator(scenario_from_text(hidden(ALLIES)))).selections()


def test_a_claim_about_coordination_depends_on_the_equilibrium(allies) -> None:
    found = allies["holds-together"]
    assert found.searched
    assert found.equilibria == 3  # both stand, both leave, and the mix: together with probability 1/9
    assert found.differs
    assert found.holds == 1
    assert "holds in 1 and fails in 2 of 3" in found.text


def test_a_claim_that_all_equilibria_bear_out_does_not(allies) -> None:
    found = allies["never-half"]  # probability of one alone: 0, 0, 4/9
    assert found.searched
    assert found.differs is False
    assert found.holds == found.equilibria == 2


def test_a_commitment_has_a_game_of_its_own(allies) -> None:
    assert allies["pledge-works"].equilibria == 1
    assert allies["pledge-works"].differs is False
    assert allies["pledge-helps"].differs  # not where both stand anyway
    assert allies["pledge-helps"].holds == 2


def test_a_surprise_is_met_with_what_each_equilibrium_plays(allies) -> None:
    assert allies["desertion"].differs  # the other stands with probability 1, 0 and 1/3
    assert allies["desertion"].holds == 1


def test_where_the_condition_never_happens_a_claim_is_not_counted(allies) -> None:
    found = allies["seen"]  # one stands alone given that A stood: 0, never seen, 2/3
    assert found.differs
    assert found.holds == 1
    assert "not defined in 1" in found.text


def test_finite_precision_and_large_games_are_not_searched() -> None:
    finite = Selector(
        Evaluator(scenario_from_text(hidden(ALLIES).replace("precision: limit", "precision: 5")))
    )
    for found in finite.selections().values():
        assert not found.searched
        assert found.differs is None
        assert "finite precision" in found.text
    many = ", ".join(f"o{k}" for k in range(MOST_SLOTS))
    text = hidden(ALLIES).replace(
        "options: [stand, leave]}\npayoffs", f"options: [stand, leave, {many}]}}\npayoffs"
    )
    large = Selector(Evaluator(scenario_from_text(text))).selections(["holds-together", "pledge-works"])
    assert not large["holds-together"].searched
    assert "options" in large["holds-together"].text


@pytest.mark.slow
def test_peace_talks_says_which_claims_depend() -> None:
    found = Selector(Evaluator(read_scenario("peace-talks"))).selections()
    assert all(s.searched for s in found.values())
    assert (sum(bool(s.differs) for s in found.values()), len(found)) == (16, 25)  # said in the docs
    assert not found["no_peace_wanted"].differs
    assert found["dialogue_works"].differs
