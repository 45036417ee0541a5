"""A mediator's word (Kydd 2003): the principal branch ends in talk that nobody heeds.

Honest talk is an equilibrium for some biases. The solver does not find it: where it branches off, a draw is marked as a
bifurcation and carries no claim. Its border is checked on the tree itself, by what the mediator gains from one false word.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import outcome

SLUG = "mediation"
CARD = {"pi": 0.4, "acc": 0.85, "p": 0.5, "c_low": 0.05, "c_high": 0.25, "c_1": 0.1, "c_M": 0.1}


def test_nobody_heeds_the_word_on_the_principal_branch(play, draws):
    at = draws(SLUG, 120, give=0.01)  # following a bifurcation is slow
    border = (at["c_high"] - at["c_low"]) / (at["c_high"] - at["give"] + at["c_1"])
    far = (np.abs(at["pi"] - border) > 3e-3) & (at["c_low"] > at["give"] + 2e-3)
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.6, **at)
    good, risky = found.good, at["pi"] < border[far]
    assert set(found.solutions.status[~good]) <= {3}  # bifurcation
    assert found["war"][good] == pytest.approx(np.where(risky, at["pi"], 0)[good], abs=1e-7)
    for word in ("say_strong", "say_weak"):
        taken = found.taken(f"demand advice={word}", "risky")
        assert taken[good] == pytest.approx(risky[good].astype(float), abs=1e-6)


def test_a_neutral_mediator_is_not_believed(play):
    found = play(SLUG, bias=0, **CARD)
    assert found["war"][0] == pytest.approx(0.4, abs=1e-9)


def honest(word_after_weak, **parameters):
    """War and the mediator's payoff if advice is followed; ``word_after_weak``: chance of the true word after a weak sign."""
    tree = find(SLUG).game.tree()
    numbers = tree.numbers_at({name: np.array([float(v)]) for name, v in parameters.items()})
    strategy = np.zeros((1, tree.n_slots))

    def put(name, chances):
        index = [s.name for s in tree.sets].index(name)
        options = tree.sets[index].options
        for option, chance in chances.items():
            strategy[0, tree.slot_start[index] + options.index(option)] = chance

    put("advice sign=looks_strong", {"say_strong": 1})
    put("advice sign=looks_weak", {"say_weak": word_after_weak, "say_strong": 1 - word_after_weak})
    put("demand advice=say_strong", {"safe": 1})
    put("demand advice=say_weak", {"risky": 1})
    for owned in tree.sets:
        if owned.move == "answer":
            fights = owned.seen["D.cost"] == "strong" and owned.seen["demand"] == "risky"
            put(owned.name, {"fight": float(fights), "accept": 1 - float(fights)})
    event, value, _ = outcome(tree, numbers, strategy)
    return event[0, tree.events.index("war")], value[0, tree.players.index("M")]


def test_honest_mediation_lowers_the_risk_to_missed_signs():
    """Worked: pi (1 - acc) = 0.06 against 0.4."""
    assert honest(1, bias=0.3, **CARD)[0] == pytest.approx(0.06, abs=1e-12)
    assert honest(0, bias=0.3, **CARD)[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("step", [1e-6, 1e-2])
def test_only_a_mediator_biased_to_the_listener_gives_bad_news_of_peace(step):
    """B_lo = omega c_M / ((1 - omega) c_high - c_low) with what is left to the opponent taken off; 0.0606 without it."""
    omega = 0.06 / (0.06 + 0.51)
    assert omega == pytest.approx(0.105263157895, abs=1e-11)
    assert omega * 0.1 / ((1 - omega) * 0.25 - 0.05) == pytest.approx(0.0606060606061, abs=1e-12)
    give = 0.01
    border = omega * 0.1 / ((1 - omega) * (0.25 - give) - 0.05 + give)
    for bias, gains in ((border - step, False), (border + step, True)):
        true_word, false_word = (honest(word, bias=bias, **CARD)[1] for word in (1, 0))
        assert (true_word > false_word) == gains
        told = next(t for t in find(SLUG).thresholds if t.formula.startswith("bias"))
        assert bool(told.value(find(SLUG).at({**CARD, "bias": bias}))) == gains


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=10, **CARD, bias=-0.5)
