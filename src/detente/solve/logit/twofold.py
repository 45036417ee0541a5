"""Double-double arithmetic: a number as the unevaluated sum of two doubles, about 31 digits. For numbers and for vectors of lanes.

Dekker (1971), "A floating-point technique for extending the available precision", Numerische Mathematik 18:224-242;
Knuth's two-sum. Arguments up to 1e290.
"""

from __future__ import annotations

import math
from typing import Any

from detente.game.tree import Floats
from detente.solve.logit import rows
from detente.solve.logit.jit import part
from detente.solve.logit.lanes import LANES, SHIFTER, load, power_of_two, product_error, store

SIXTH, SIXTH_LO = 1 / 6, 9.25185853854297e-18
TWENTY_FOURTH_LO = 2.3129646346357427e-18
LN2, LN2_LO = 0.6931471805599453, 2.3190468138462996e-17


@part
def add(a: Any, a_lo: Any, b: Any, b_lo: Any) -> tuple[Any, Any]:
    """a + b."""
    s = a + b
    v = s - a
    e = (a - (s - v)) + (b - v) + (a_lo + b_lo)
    high = s + e
    return high, e - (high - s)


@part
def multiply(a: Any, a_lo: Any, b: Any, b_lo: Any) -> tuple[Any, Any]:
    """a * b, vectors."""
    p = a * b
    e = product_error(a, b, p) + (a * b_lo + a_lo * b)
    high = p + e
    return high, e - (high - p)


_rest: Any = part(rows.product_error)  # the same formula for numbers


@part
def times(a: float, a_lo: float, b: float) -> tuple[float, float]:
    """(a + a_lo) * b, numbers."""
    p = a * b
    e = _rest(a, b, p) + a_lo * b
    high = p + e
    return high, e - (high - p)


@part
def divide(a: Any, a_lo: Any, b: Any, b_lo: Any) -> tuple[Any, Any]:
    """a / b, vectors, b not 0."""
    q = a / b
    e = product_error(q, b, q * b)
    p = q * b
    r = (a - p) - e + (a_lo - q * b_lo)
    more = r / b
    high = q + more
    return high, more - (high - q)


@part
def exponential(a: Any, a_lo: Any) -> tuple[Any, Any]:
    """exp(a + a_lo) with an error of about 1e-27 of its value, for vectors between -600 and 700.

    The argument is reduced by multiples of ln 2 and by 1 / 32; Taylor's series of exp - 1, whose terms from the fifth are small
    enough for doubles, then five squarings.
    """
    shifted = a * (1.0 / LN2) + SHIFTER
    turns = shifted - SHIFTER
    p = turns * LN2
    r, r_lo = add(a, a_lo, 0.0 - p, 0.0 - (product_error(turns, turns * 0.0 + LN2, p) + turns * LN2_LO))
    r, r_lo = r * 0.03125, r_lo * 0.03125
    tail = r * (
        1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r * (1 / 3628800)))))
    )
    s, s_lo = add(tail, TWENTY_FOURTH_LO, 1 / 24, 0.0)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(s, s_lo, SIXTH, SIXTH_LO)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(s, s_lo, 0.5, 0.0)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(s, s_lo, 1.0, 0.0)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    for _ in range(5):  # (1 + s)^2 - 1 = s (2 + s)
        t, t_lo = add(s, s_lo, 2.0, 0.0)
        s, s_lo = multiply(s, s_lo, t, t_lo)
    s, s_lo = add(s, s_lo, 1.0, 0.0)
    scale = power_of_two(shifted)
    return s * scale, s_lo * scale


@part
def logarithm(a: Any, a_lo: Any, room: Floats, row: int) -> tuple[Any, Any]:
    """ln(a + a_lo) with an error of about 1e-27, for vectors between 1e-250 and 1e250: one Newton step from the double.

    A row of ``room`` is overwritten.
    """
    store(room, row, a)
    for lane in range(LANES):
        room[row, lane] = math.log(room[row, lane])
    y = load(room, row)
    e, e_lo = exponential(0.0 - y, y * 0.0)
    e, e_lo = multiply(a, a_lo, e, e_lo)
    e, e_lo = add(e, e_lo, -1.0, 0.0)
    # ln(1 + e) with e about 1e-16
    return add(y, y * 0.0, e, e_lo - 0.5 * e * e)
