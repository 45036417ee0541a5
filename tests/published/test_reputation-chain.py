"""Chain store with three challengers (Kreps and Wilson 1982): the closed-form sequential equilibrium by backward induction in beliefs.

With n challengers left and belief q in firmness: the challenger stays out iff q > b^n; a soft defender who is challenged fights
for sure if q >= b^(n-1), else with probability (1 - b^(n-1)) q / ((1 - q) b^(n-1)), which lifts the belief after a fight to
b^(n-1); the last time he concedes. At q = b^n the challenger stays out with probability 1/a.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "reputation-chain"


def fights(n, q, b):
    if n == 1 or q <= 0:
        return 0.0
    t = b ** (n - 1)
    return 1.0 if q >= t - 1e-12 else (1 - t) * q / ((1 - q) * t)


def stays_out(n, q, b, a):
    t = b**n
    return 1 / a if abs(q - t) < 1e-9 else float(q > t)


def walk(n, q, firm, b, a):
    """Expected payoff of the defender and probability that the last one stays out, given the true type."""
    if n == 0:
        return 0.0, 0.0
    out = stays_out(n, q, b, a)
    f = 1.0 if firm else fights(n, q, b)
    after = max(b ** (n - 1), q) if q > 0 else 0.0
    keep, fight, yields = (
        walk(n - 1, q, firm, b, a),
        walk(n - 1, after, firm, b, a),
        walk(n - 1, 0.0, firm, b, a),
    )
    value = out * (a + keep[0]) + (1 - out) * (f * ((0 if firm else -1) + fight[0]) + (1 - f) * yields[0])
    last = out if n == 1 else out * keep[1] + (1 - out) * (f * fight[1] + (1 - f) * yields[1])
    return value, last


def expected(p, b, a):
    out = stays_out(3, p, b, a)
    met = p + (1 - p) * fights(3, p, b)
    firm, soft = walk(3, p, True, b, a), walk(3, p, False, b, a)
    return {
        "challenged": 1 - out,
        "fought": (1 - out) * met,
        "soft_fights": (1 - out) * (1 - p) * fights(3, p, b),
        "last_stays_out": p * firm[1] + (1 - p) * soft[1],
        "value": p * firm[0] + (1 - p) * soft[0],
    }


def test_worked_numbers(play):
    """a = 2, b = 1/2, p = 0.1: fights 1/3 with three left; belief 1/4 after it, then 1/3 again; challengers out 1/2."""
    found = play(SLUG, p=0.1, b=0.5, a=2)
    assert found["soft_fights"][0] / 0.9 == pytest.approx(1 / 3, abs=1e-9)
    assert found["fought"][0] == pytest.approx(0.4, abs=1e-9)
    for name, option, value in [
        ("second first=challenge, reply_1=fight", "stay_out", 1 / 2),
        ("third first=challenge, reply_1=fight, second=challenge, reply_2=fight", "stay_out", 1 / 2),
    ]:
        assert found.taken(name, option)[0] == pytest.approx(value, abs=1e-7), name
    assert found.belief("second first=challenge, reply_1=fight")[0] == pytest.approx(0.25, abs=1e-9)


def test_worked_numbers_with_a_small_gain(play):
    found = play(SLUG, p=0.02, b=0.3, a=2)
    assert found["soft_fights"][0] / 0.98 == pytest.approx(0.206349206349, abs=1e-9)
    assert found["fought"][0] == pytest.approx(0.222222222222, abs=1e-9)


def test_the_worth_of_the_game_to_a_soft_defender():
    """a max(N - k + 1, 0), k the least with b^k < p; with ten challengers, a = 2, b = 1/2 and p = 0.1 it is 14."""
    assert walk(10, 0.1, False, 0.5, 2)[0] == pytest.approx(14)
    told = next(t for t in find(SLUG).thresholds if t.text.startswith("Worth of the whole game"))
    for p, b, a in [(0.1, 0.5, 2), (0.2, 0.5, 2), (0.4, 0.5, 3), (0.6, 0.5, 2), (0.02, 0.3, 1.5)]:
        assert told.value({"p": p, "b": b, "a": a, "stubborn": 3}) == pytest.approx(
            walk(3, p, False, b, a)[0]
        )


def test_the_sequential_equilibrium_over_the_range(play, draws):
    """On the path all follows from Bayes; the payoff type differs from the card's machine only where no firm defender ever goes."""
    at = draws(SLUG, 120, stubborn=3)
    far = np.min([np.abs(at["p"] - at["b"] ** k) for k in (1, 2, 3)], axis=0) > 4e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(
        SLUG, certified=0.4, **at
    )  # interior beliefs at sets that are not reached are hard to certify
    good = found.good
    rows = [expected(p, b, a) for p, b, a in zip(at["p"], at["b"], at["a"], strict=True)]
    for event in ("challenged", "fought", "soft_fights", "last_stays_out"):
        assert found[event][good] == pytest.approx(np.array([r[event] for r in rows])[good], abs=1e-6), event
    assert found.value("D")[good] == pytest.approx(np.array([r["value"] for r in rows])[good], abs=1e-5)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_the_first_challenger_stays_out_beyond_b_cubed(play, step):
    found = play(SLUG, p=[0.125 - step, 0.125 + step], b=0.5, a=2)
    assert found["challenged"] == pytest.approx([1, 0], abs=1e-6)


def test_gambit_agrees_at_finite_precision(gambit_agrees):
    gambit_agrees(SLUG, lam=5)
    gambit_agrees(SLUG, lam=20, p=0.3)
