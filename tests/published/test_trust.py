"""The trust game: what fair-minded and selfish trustees return, and the share of the fair-minded above which all is sent.

Derivation. Of x sent, growth x arrives. Keeping leaves the trustee (growth + 1) x ahead, repaying (growth - 1) x, and evening
out, which returns (growth + 1) x / 2, leaves both with 1 + (growth - 1) x / 2. Against keeping, evening out costs (growth +
1) x / 2 and saves beta (growth + 1) x of guilt; against repaying it costs (growth - 1) x / 2 and saves beta (growth - 1) x:
either way it is chosen iff beta > 1/2. The investor then gains t (growth + 1) x / 2 - x, all or nothing at t = 2 / (growth +
1).
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "trust"


def test_all_or_nothing_at_the_threshold(play, draws):
    at = draws(SLUG, 400)
    lead = at["t"] - 2 / (at["growth"] + 1)
    at, lead = {n: c[np.abs(lead) > 2e-3] for n, c in at.items()}, lead[np.abs(lead) > 2e-3]
    found = play(SLUG, **at)
    assert found["sent_all"] == pytest.approx(np.where(lead > 0, 1, 0), abs=1e-7)
    assert found["sent_nothing"] == pytest.approx(np.where(lead > 0, 0, 1), abs=1e-7)
    assert found["betrayed"] == pytest.approx(np.where(lead > 0, 1 - at["t"], 0), abs=1e-7)
    assert found.value("investor") == pytest.approx(np.maximum(1, at["t"] * (at["growth"] + 1) / 2), abs=1e-7)
    assert found.taken("back fair, send=0.5", "even_out") == pytest.approx(np.ones(len(lead)), abs=1e-9)
    assert found.taken("back selfish, send=0.5", "nothing") == pytest.approx(np.ones(len(lead)), abs=1e-9)


@pytest.mark.parametrize("growth", [2, 3, 4.5])
def test_the_threshold_has_two_sides(play, growth):
    at = 2 / (growth + 1)
    found = play(SLUG, growth=growth, t=[at - 1e-3, at + 1e-3])
    assert found["sent_all"] == pytest.approx([0, 1], abs=1e-9)


def test_guilt_has_two_sides(play):
    found = play(SLUG, t=0.9, beta=[0.49, 0.51])
    assert found["sent_all"] == pytest.approx([0, 1], abs=1e-9)
    assert found["evened"] == pytest.approx([0, 0.9], abs=1e-9)


def test_both_trustees_are_strict_so_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {"t": 0.7})
    assert found.complete
    assert len(found) == 1


@pytest.mark.parametrize("precision", [1.0, 4.0])
def test_the_quantal_answer_by_recursion(play, precision):
    """Five amounts, each worth what two types of trustee return with logit chances, written out here."""
    t, growth, beta = 0.6, 3, 0.7
    send = np.linspace(0, 1, 5)
    returned = np.array([0.0, 1.0, (growth + 1) / 2])
    ahead = np.array([growth + 1, growth - 1, 0.0])
    worth = []
    for x in send:
        back = 0.0
        for share, guilt in ((t, beta), (1 - t, 0.0)):
            u = precision * x * (-returned - guilt * ahead)
            back += share * x * (np.exp(u) / np.exp(u).sum()) @ returned
        worth.append(1 - x + (back if x else 0))
    odds = np.exp(precision * np.array(worth))
    found = play(SLUG, precision=precision, t=t, growth=growth, beta=beta)
    assert found["sent_all"][0] == pytest.approx(odds[-1] / odds.sum(), abs=1e-9)
    assert found["sent_nothing"][0] == pytest.approx(odds[0] / odds.sum(), abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"t": 0.8, "growth": 2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
