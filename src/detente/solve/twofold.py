"""Double-double arithmetic: a number as the unevaluated sum of two doubles, about 31 digits.

Dekker (1971), "A floating-point technique for extending the available precision", Numerische Mathematik 18:224-242;
Knuth's two-sum. No fused multiply-add is assumed. Arguments up to 1e290.
"""

from __future__ import annotations

import math

from detente.solve.jit import kernel


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
    """exp(a + a_lo): the exponential of the rounded a, exactly continued in ``a_lo``.

    The relative error of exp(a), about 1e-16, stays: it acts like an error of 1e-16 in a log-odds, which is
    harmless, while the dependence on ``a_lo`` is smooth, so that Newton can place a log-odds finer than a double.
    """
    e = math.exp(a)
    return multiply(e, 0.0, 1.0, math.expm1(a_lo))
