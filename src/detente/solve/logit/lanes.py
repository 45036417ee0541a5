"""Several draws in one instruction: a vector of one number per draw, for Numba kernels.

A kernel works on ``LANES`` draws at once. Its arrays have these as their last axis, ``load`` takes a row into a vector,
arithmetic between vectors and numbers is that of the processor's vector unit, and ``store`` puts a vector back. Compilers find
such instructions in plain loops only if they can prove that arrays do not overlap; here nothing has to be proved,
and little code is left to compile. Without compilation (``NUMBA_DISABLE_JIT=1``) a vector is a NumPy row.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numba

from detente.solve.logit.jit import part
from detente.solve.logit.layout import LANES, SHIFTER

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # the first ends in 32 zero bits
LOWEST = -700.0  # exp below this is taken for exp(LOWEST)

_compiled = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]
_form: Any = import_module(f"detente.solve.logit.{'vector' if _compiled else 'rows'}")
load, store, spread = _form.load, _form.store, _form.spread
where_less, some_less = _form.where_less, _form.some_less
product_error, power_of_two = _form.product_error, _form.power_of_two

__all__ = [
    "LANES",
    "SHIFTER",
    "absolute",
    "exponential",
    "load",
    "power_of_two",
    "product_error",
    "some_less",
    "spread",
    "store",
    "where_less",
]


@part
def exponential(a: Any) -> Any:
    """exp(a) in every lane, a up to 700, to about one unit in the last place; below -700 it stays at exp(-700).

    a = k ln 2 + r with whole k, then Taylor's series of exp(r), |r| < 0.35, to the 13th power.
    """
    a = where_less(a, LOWEST, LOWEST, a)
    shifted = a * LOG2_E + SHIFTER
    k = shifted - SHIFTER
    r = (a - k * LN2_HIGH) - k * LN2_LOW
    p = r * (1 / 6227020800) + 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 0.5
    p = p * r * r + r + 1.0
    return p * power_of_two(shifted)


@part
def absolute(a: Any) -> Any:
    """|a| in every lane."""
    return where_less(a, 0.0, 0.0 - a, a)
