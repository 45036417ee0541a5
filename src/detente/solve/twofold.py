"""Double-double arithmetic: a number as the unevaluated sum of two doubles, about 31 digits.

Dekker (1971), "A floating-point technique for extending the available precision", Numerische Mathematik 18:224-242;
Knuth's two-sum. No fused multiply-add is assumed. Arguments up to 1e290.
"""

from __future__ import annotations

import math

from detente.solve.jit import kernel

SIXTH, SIXTH_LO = 1 / 6, 9.25185853854297e-18
TWENTY_FOURTH_LO = 2.3129646346357427e-18
LN2, LN2_LO = 0.6931471805599453, 2.3190468138462996e-17


@kernel
def add(a: float, a_lo: float, b: float, b_lo: float) -> tuple[float, float]:
    """a + b."""
    s = a + b
    v = s - a
    e = (a - (s - v)) + (b - v) + (a_lo + b_lo)
    high = s + e
    return high, e - (high - s)


@kernel
def multiply(a: float, a_lo: float, b: float, b_lo: float) -> tuple[float, float]:
    """a * b."""
    p = a * b
    c = 134217729.0 * a
    a1 = c - (c - a)
    a2 = a - a1
    c = 134217729.0 * b
    b1 = c - (c - b)
    b2 = b - b1
    e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2 + (a * b_lo + a_lo * b)
    high = p + e
    return high, e - (high - p)


@kernel
def divide(a: float, a_lo: float, b: float, b_lo: float) -> tuple[float, float]:
    """a / b, b not 0."""
    q = a / b
    p, p_lo = multiply(q, 0.0, b, b_lo)
    r, r_lo = add(a, a_lo, -p, -p_lo)
    more = (r + r_lo) / b
    high = q + more
    return high, more - (high - q)


@kernel
def exponential(a: float, a_lo: float) -> tuple[float, float]:
    """exp(a + a_lo) with an error of about 1e-27 of its value, for a between -700 and 700.

    The argument is reduced by multiples of ln 2 and by 1 / 32; Taylor's series of exp - 1, whose terms from the fifth are small
    enough for doubles, then five squarings.
    """
    turns = math.floor(a / LN2 + 0.5)
    r, r_lo = multiply(turns, 0.0, LN2, LN2_LO)
    r, r_lo = add(a, a_lo, -r, -r_lo)
    r, r_lo = r / 32.0, r_lo / 32.0
    tail = r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r / 3628800)))))
    s, s_lo = add(1 / 24, TWENTY_FOURTH_LO, tail, 0.0)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(SIXTH, SIXTH_LO, s, s_lo)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(0.5, 0.0, s, s_lo)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    s, s_lo = add(1.0, 0.0, s, s_lo)
    s, s_lo = multiply(r, r_lo, s, s_lo)
    for _ in range(5):  # (1 + s)^2 - 1 = s (2 + s)
        t, t_lo = add(2.0, 0.0, s, s_lo)
        s, s_lo = multiply(s, s_lo, t, t_lo)
    s, s_lo = add(1.0, 0.0, s, s_lo)
    scale = 2.0**turns
    return s * scale, s_lo * scale


@kernel
def logarithm(a: float, a_lo: float) -> tuple[float, float]:
    """ln(a + a_lo) with an error of about 1e-27, for a between 1e-300 and 1e300: one Newton step from the double."""
    y = math.log(a)
    e, e_lo = exponential(-y, 0.0)
    e, e_lo = multiply(a, a_lo, e, e_lo)
    e, e_lo = add(e, e_lo, -1.0, 0.0)
    # ln(1 + e) with e about 1e-16
    return add(y, 0.0, e, e_lo - 0.5 * e * e)
