"""Vectors of lanes without compilation: rows of NumPy arrays. What each function means is said in vector.py."""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats
from detente.solve.logit.layout import LANES, SHIFTER

Vector = Floats | float


def load(array: Floats, row: int) -> Floats:
    return array[row].copy()


def store(array: Floats, row: int, vector: Vector) -> None:
    array[row] = vector


def spread(number: float) -> Floats:
    return np.full(LANES, number)


def where_less(a: Vector, b: Vector, yes: Vector, no: Vector) -> Floats:
    return np.where(np.less(a, b), yes, no)


def some_less(a: Vector, b: Vector) -> bool:
    return bool(np.any(np.less(a, b)))


def product_error(a: Floats, b: Floats, product: Floats) -> Floats:
    big_a, big_b = 134217729.0 * a, 134217729.0 * b  # Dekker's splitting, 2^27 + 1
    a1, b1 = big_a - (big_a - a), big_b - (big_b - b)
    a2, b2 = a - a1, b - b1
    return ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def power_of_two(shifted: Floats) -> Floats:
    return np.exp2(shifted - SHIFTER)
