"""Beer and quiche: which pooling the principal branch reaches, what the other one fails, and the mixture where the strong are
few.

Derivation. Left alone after beer and challenged after quiche, a weak sender compares calm with 1. Calm below 1: the types
part. Else, if p > 1/2, both have beer and the receiver rightly retreats. If p < 1/2 pooling invites the duel, so the weak
mix: posterior p / (p + (1 - p) b) = 1/2 gives b = p / (1 - p), and (1 - d) calm = 1 gives d = 1 - 1/calm. Pooling on quiche
needs p > 1/2, beer answered by a duel often enough for the strong, calm >= 1 + (1 - d) calm, and so calm >= 1; beer can only
lose for the weak (at best calm against 1 + calm) and may gain for the strong.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.game import read_efg
from detente.models import find
from detente.solve import equilibria, solve

SLUG = "beer-quiche"


def test_the_three_regimes(play, draws):
    at = draws(SLUG, 500)
    far = np.minimum(np.abs(at["p"] - 0.5), np.abs(at["calm"] - 1)) > 1e-2
    at = {n: c[far] for n, c in at.items()}
    p, calm = at["p"], at["calm"]
    found = play(SLUG, **at)
    weak = np.where(calm < 1, 0, np.where(p > 0.5, 1, p / (1 - p)))
    duel = np.where((calm < 1) | (p > 0.5), 0, 1 - 1 / calm)
    assert found.taken("breakfast strong", "beer") == pytest.approx(np.ones(len(p)), abs=1e-7)
    assert found.taken("breakfast weak", "beer") == pytest.approx(weak, abs=1e-7)
    assert found.taken("answer breakfast=beer", "duel") == pytest.approx(duel, abs=1e-7)
    assert found.taken("answer breakfast=quiche", "duel") == pytest.approx(np.ones(len(p)), abs=1e-7)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_each_threshold_has_two_sides(play, step):
    share = play(SLUG, p=[0.5 - step, 0.5 + step], calm=2)
    assert share["beer_duel"] == pytest.approx([0.5 - step, 0], abs=1e-7)  # 2 p drink, half of them duel
    worth = play(SLUG, p=0.8, calm=[1 - step, 1 + step])
    assert worth["beer"] == pytest.approx([0.8, 1], abs=1e-7)


@pytest.mark.parametrize(("p", "calm"), [(0.9, 2), (0.6, 3.5), (0.8, 1.2)])
def test_the_other_pooling_fails_the_intuitive_criterion(p, calm):
    found = equilibria(find(SLUG).game, {"p": p, "calm": calm})
    assert found.complete
    by_beer = {round(found.events(i)["beer"]): e for i, e in enumerate(found.found) if e.pure}
    assert set(by_beer) == {0, 1}
    assert by_beer[1].principal
    assert not by_beer[0].principal
    assert by_beer[1].refinement.intuitive
    assert not by_beer[0].refinement.intuitive
    assert by_beer[0].refinement.breaks == ("beer", "strong")


def test_there_is_no_pooling_where_the_strong_are_few():
    found = equilibria(find(SLUG).game, {"p": 0.3, "calm": 2})
    assert found.complete
    assert not [e for e in found.found if e.pure]


@pytest.mark.parametrize("precision", [1.0, 10.0])
def test_the_same_tree_written_by_another_hand(play, shared, precision):
    theirs = solve(
        read_efg((shared / "efg" / "beer-quiche.efg").read_text("utf-8")), precision=precision, threads=1
    )
    ours = play(SLUG, precision=precision, p=0.9, calm=2)
    assert sorted(theirs.strategy[0]) == pytest.approx(sorted(ours.solutions.strategy[0]), abs=1e-8)
    assert sorted(theirs.value[0]) == pytest.approx(sorted(ours.solutions.value[0]), abs=1e-8)


@pytest.mark.parametrize("parameters", [{}, {"p": 0.3}, {"calm": 0.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
