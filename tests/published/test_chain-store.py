"""The chain store with nothing hidden: induction from the back lets everybody in, whatever happened before.

Derivation. In the last place share > -war, so a fight is never chosen and the third entrant comes for gain > 0, after every
history. The second place then stands alone, and so does the first. A fight in the first place changes no later move and costs
share + war. The quantal answer has the same recursion: what follows a place does not depend on what happened in it, so each
is the one-shot game.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "chain-store"


def test_everybody_comes_and_is_let_in_after_every_history(play, draws):
    found = play(SLUG, **draws(SLUG, 200))
    for owned in found.tree.sets:
        option = "come" if owned.name.startswith("enter") else "share"
        assert found.taken(owned.name, option) == pytest.approx(np.ones(200), abs=1e-9), owned.name
    assert found["all_out"] == pytest.approx(np.zeros(200), abs=1e-9)


def test_there_is_no_other_sequential_equilibrium():
    found = equilibria(find(SLUG).game, {})
    assert found.complete
    assert len(found) == 1
    assert found.events(0)["all_out"] == pytest.approx(0)


@pytest.mark.parametrize("precision", [0.5, 2])
def test_the_quantal_answer_is_the_one_shot_game_three_times(play, precision):
    share, war, gain, loss, alone = 2, 0.5, 1, 1.5, 5
    fights = 1 / (1 + np.exp(precision * (share + war)))
    comes = 1 / (1 + np.exp(-precision * ((1 - fights) * gain - fights * loss)))
    found = play(SLUG, precision=precision, share=share, war=war, gain=gain, loss=loss, alone=alone)
    for k in (1, 2, 3):
        assert found[f"comes_{k}"][0] == pytest.approx(comes, abs=1e-9)
    one = comes * ((1 - fights) * share - fights * war) + (1 - comes) * alone
    assert found.value("incumbent")[0] == pytest.approx(3 * one, abs=1e-8)
    assert found["all_out"][0] == pytest.approx((1 - comes) ** 3, abs=1e-9)


def test_a_little_doubt_is_what_changes_it(play):
    """The same chain with one firm defender in five at even stakes: the first challenger now stays out (1/5 > 1/8)."""
    doubt = play("reputation-chain", p=0.2, b=0.5)
    assert doubt["challenged"][0] == pytest.approx(0, abs=1e-9)
    assert play(SLUG)["comes_1"][0] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"war": 3, "alone": 8}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=2, **parameters)
