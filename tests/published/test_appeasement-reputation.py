"""One concession watched from elsewhere: four regimes in the watcher's threshold b.

Derivation. Firmness in the two places has correlation rho, so P(firm there | firm here) = q_t = p + rho (1 - p) and
P(firm there | soft here) = q_c = p (1 - rho). The firm stand. The watcher comes iff P(firm there) < b. After a concession
that is q_c, after a stand by the firm alone q_t, after a stand by all p. A soft defender pays `cost` to
stand and loses `harm` if the watcher comes.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "appeasement-reputation"


def regime(p, rho, b, cost, harm):
    """Soft defender's probability of standing, watcher's of coming after a stand and after a concession."""
    q_c, q_t = p * (1 - rho), p + rho * (1 - p)
    if b <= q_c:
        return 0.0, 0.0, 0.0, "free"
    if b > q_t:
        return 0.0, 1.0, 1.0, "futile"
    if cost > harm:
        return 0.0, 0.0, 1.0, "separate"
    if b <= p:
        return 1.0, 0.0, 1.0, "pool"
    # the soft stand so often that a stand leaves the watcher at b: firm with probability pi here, b = q_c + rho pi
    pi = (b - q_c) / rho
    return p * (1 - pi) / ((1 - p) * pi), 1 - cost / harm, 1.0, "mix"


def close_to_a_border(p, rho, b, cost, harm, gap=2e-3):
    q_c, q_t = p * (1 - rho), p + rho * (1 - p)
    return min(abs(b - q_c), abs(b - p), abs(b - q_t), abs(cost - harm)) < gap


def test_worked_numbers(play):
    found = play(SLUG, p=0.3, rho=0.6, b=0.5, cost=0.4, harm=1)
    assert found.taken("reply soft", "stand")[0] == pytest.approx(0.248120300752, abs=1e-9)
    assert found.taken("watch reply=stand", "come")[0] == pytest.approx(0.6, abs=1e-9)
    assert found.taken("watch reply=concede", "come")[0] == pytest.approx(1, abs=1e-12)
    assert found.belief("watch reply=stand")[0] == pytest.approx(0.633333333333, abs=1e-9)


def test_all_regimes_over_the_whole_range(play, draws):
    at = draws(SLUG, 500, resolve=3)
    rows = np.column_stack([at[name] for name in ("p", "rho", "b", "cost", "harm")])
    far = np.array([not close_to_a_border(*row) for row in rows])
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.99, **at)
    rows = rows[far][found.good]
    found, at = found.certain, {name: column[found.good] for name, column in at.items()}
    expected = [regime(*row) for row in rows]
    assert {e[3] for e in expected} == {"free", "futile", "separate", "pool", "mix"}
    assert found.taken("reply firm", "stand") == pytest.approx(np.ones(len(rows)), abs=1e-9)
    assert found.taken("reply soft", "stand") == pytest.approx([e[0] for e in expected], abs=1e-7)
    stands = at["p"] + (1 - at["p"]) * np.array([e[0] for e in expected])
    assert found["comes_after_stand"] == pytest.approx(stands * [e[1] for e in expected], abs=1e-7)
    assert found["comes_after_concession"] == pytest.approx((1 - stands) * [e[2] for e in expected], abs=1e-7)


def test_off_the_path_a_concession_would_bring_the_watcher(play):
    """Where all stand, nobody is ever seen to concede; it would be taken for softness all the same."""
    found = play(SLUG, p=0.5, rho=0.6, b=0.3, cost=0.4, harm=1)
    assert found["concession"][0] == pytest.approx(0, abs=1e-12)
    assert found.taken("watch reply=concede", "come")[0] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_a_concession_signals_only_above_the_likeness_threshold(play, step):
    """b <= p and rho > 1 - b/p; worked: p = 0.5, b = 0.3 gives 0.4. A soft defender for whom standing is too dear concedes."""
    found = play(SLUG, p=0.5, b=0.3, rho=[0.4 - step, 0.4 + step], cost=1.5, harm=1)
    assert found.taken("watch reply=concede", "come") == pytest.approx([0, 1], abs=1e-6)
    assert found.taken("watch reply=stand", "come") == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_beyond_the_upper_border_he_comes_anyway(play, step):
    """b > p + rho (1 - p): with p = 0.3, rho = 0.6 the border is 0.72."""
    found = play(SLUG, p=0.3, rho=0.6, b=[0.72 - step, 0.72 + step], cost=0.4, harm=1)
    assert found.taken("watch reply=stand", "come") == pytest.approx([0.6, 1], abs=1e-5)
    assert found["comes"][1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("cost", [0.399, 0.401])
def test_standing_is_worth_it_up_to_the_harm(play, cost):
    found = play(SLUG, p=0.5, rho=0.6, b=0.3, cost=cost, harm=0.4)
    assert found["stand"][0] == pytest.approx(1 if cost < 0.4 else 0.5, abs=1e-6)


@pytest.mark.parametrize(
    "parameters", [{}, {"p": 0.3, "b": 0.5}, {"p": 0.3, "b": 0.9}, {"b": 0.1, "p": 0.7, "cost": 1.5}]
)
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
