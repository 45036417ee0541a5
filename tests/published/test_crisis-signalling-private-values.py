"""Crisis signalling with private worths: three values for each deviation, beside normal deviations.

Derivation. If B resists with r, a kind of A challenges iff (1 - r) + r max(W, R) >= 0, where W and R are its worths of war and of
backing down. If a share f of the challengers would fight, a kind of B resists iff f W_B' + 1 - f >= 0, that is f <= 1/(1 - W_B').
Normal deviations: with c = -(1 - r)/r, P(challenge) = 1 - Phi(c - W_A) Phi(c - a), P(challenge and ready) is the integral of
phi(e) Phi(W_A + e - a) from c - W_A on, and r = Phi((f W_B + 1 - f)/f): one equation in r.
Three values: at W_A = -1.9, W_B = -2.8, a = -1.2 three profiles solve it. (1) r = 1, nobody challenges. (2) The middle B is
indifferent, f = 1/(1 - W_B), and so are the A to whom war is least bad, r = 1/(1 - W_A - e);
the three kinds with the best retreat challenge. (3) The B to whom war is least bad is indifferent, f = 1/(1 - W_B - e),
and so is the A for whom all is worst, r = 1/(1 - a + e); three of the nine kinds are ready.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from detente.models import find
from detente.solve import equilibria

SLUG = "crisis-signalling-private-values"
THREE = {"W_A": -1.9, "W_B": -2.8, "a": -1.2}
ONE = {"W_A": -0.5, "W_B": -1.0, "a": -1.0}
E = 0.967421566102
NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)


def answer_to(r, W_A, W_B, a):
    """With normal deviations: challenges, share of them ready to fight, resistance in return."""
    c = -(1 - r) / r
    challenge = 1 - norm.cdf(c - W_A) * norm.cdf(c - a)
    low = max(c - W_A, -9)  # beyond nine standard deviations there is nothing left
    e = low + (9 - low) * (NODES + 1) / 2
    ready = (9 - low) / 2 * WEIGHTS @ (norm.pdf(e) * norm.cdf(W_A + e - a))
    f = ready / challenge
    return challenge, f, norm.cdf((f * W_B + 1 - f) / f)


def roots(point, n=80):
    def gap(t):
        return answer_to(expit(t), **point)[2] - expit(t)

    grid = np.linspace(-5, 5, n)
    at = [gap(t) for t in grid]
    return [
        expit(brentq(gap, grid[i], grid[i + 1], xtol=1e-14)) for i in range(n - 1) if at[i] * at[i + 1] < 0
    ]


def crossings(kinds, W_A, W_B, a):
    """How often the resistance that r leads to crosses r, with so many equally likely values of each deviation."""
    e = norm.ppf((np.arange(kinds) + 0.5) / kinds)
    war, retreat = np.meshgrid(W_A + e, a + e, indexing="ij")
    signs = []
    for r in np.linspace(0.0005, 0.9995, 4001):
        challenges = (1 - r) + r * np.maximum(war, retreat) > 0
        f = (challenges & (war > retreat)).sum() / max(challenges.sum(), 1)
        signs.append(np.sign(np.mean(f * (W_B + e) + 1 - f > 0) - r))
    return int((np.diff(signs) != 0).sum())


def test_the_three_values_are_the_medians_of_thirds():
    assert norm.ppf(1 / 6) == pytest.approx(-E, abs=1e-11)


def test_the_equation_of_the_source_has_the_roots_that_are_told():
    assert roots(ONE) == pytest.approx([0.331748332763], abs=1e-9)
    assert roots(THREE) == pytest.approx([0.296451824275, 0.47242323109, 0.874031428284], abs=1e-9)
    told = [
        (0.961725108241, 0.306244291972),
        (0.582384657398, 0.268037578803),
        (0.179311401252, 0.202197608936),
    ]
    for r, pair in zip((0.296451824275, 0.47242323109, 0.874031428284), told, strict=True):
        assert answer_to(r, **THREE)[:2] == pytest.approx(pair, abs=1e-8)
    challenge, f, r = answer_to(0.331748332763, **ONE)
    assert (challenge, f, challenge * f * r) == pytest.approx(
        (0.989915776905, 0.639014629594, 0.209854262973), abs=1e-8
    )


def test_the_tree_has_three_equilibria_of_the_same_pattern():
    found = equilibria(find(SLUG).game.tree(), THREE)
    assert found.complete
    rows = sorted(found.record(), key=lambda r: r["events"]["challenged"])
    assert [r["principal"] for r in rows] == [True, False, False]
    events = [r["events"] for r in rows]
    assert events[0]["challenged"] == pytest.approx(0, abs=1e-9)
    derived = [(1 / (1 + 1.9 - E), 1 / 3.8), (1 / (1 + 1.2 + E), 1 / (3.8 - E))]
    for found_there, (r, f), challenge in zip(
        events[1:], derived, [(1 + 1 / 2.8) / 3, (3.8 - E) / 3], strict=True
    ):
        assert found_there["challenged"] == pytest.approx(challenge, abs=1e-8)
        assert found_there["resisted"] == pytest.approx(challenge * r, abs=1e-8)
        assert found_there["war"] == pytest.approx(challenge * r * f, abs=1e-8)
    # resistance beside the roots: 1 for 0.874, 0.517 for 0.472, 0.316 for 0.296
    assert [r for r, _ in derived] == pytest.approx([0.47242323109, 0.296451824275], abs=0.05)


def test_one_equilibrium_where_the_source_has_one():
    found = equilibria(find(SLUG).game.tree(), ONE)
    assert found.complete
    (only,) = found.record()
    assert only["events"]["war"] == pytest.approx(2 / 9, abs=1e-9)


def test_three_values_keep_the_count_of_equilibria_and_more_values_add_some():
    assert crossings(3, **ONE) == 1
    assert crossings(4, **THREE) > 3


def test_profiles_are_mutual_best_answers_over_the_range(play, draws):
    """Resistance and readiness read off the solution lead back to it, kind by kind."""
    at = draws(SLUG, 150)
    found = play(SLUG, certified=0.95, **at)
    e = np.array([-E, 0, E])
    challenged, resisted = found["challenged"], found["resisted"]
    for i in np.flatnonzero(found.good & (challenged > 1e-3)):
        r, f = resisted[i] / challenged[i], found["war"][i] / max(resisted[i], 1e-300)
        best = np.maximum(*np.meshgrid(at["W_A"][i] + e, at["a"][i] + e, indexing="ij"))
        gain = (1 - r) + r * best
        low, high = np.mean(gain > 1e-5), np.mean(gain > -1e-5)
        assert low - 1e-5 <= challenged[i] <= high + 1e-5
        if r > 1e-3:
            worth = f * (at["W_B"][i] + e) + 1 - f
            assert np.mean(worth > 1e-4) - 1e-5 <= r <= np.mean(worth > -1e-4) + 1e-5


@pytest.mark.parametrize("kind", [0.0, E])
@pytest.mark.parametrize("step", [1e-3, 0.05])
def test_sure_resistance_is_challenged_by_those_who_would_rather_fight(play, kind, step):
    """War is worth a little less or more than nothing to one kind; B resists always, for it would rather fight in any mood."""
    found = play(SLUG, W_A=[-kind - step, -kind + step], W_B=2.5, a=-2.5)
    ready = np.mean(np.add.outer([-kind - step, -kind + step], [-E, 0, E]) > 0, axis=1)
    assert found["challenged"] == pytest.approx(ready, abs=1e-6)
    assert found["war"] == pytest.approx(ready, abs=1e-6)


@pytest.mark.parametrize("parameters", [ONE, {"W_A": -0.2, "a": -0.5, "W_B": -2.0}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=4, **parameters)
