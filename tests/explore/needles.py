"""Claims that hold nearly everywhere: the exception is planted in a known share of the ranges, where draws will not meet it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gamma, pi

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

ACTIVE = 4  # parameters that a needle depends on; the rest move nothing


@dataclass(frozen=True)
class Needle:
    """``margin(z [point, d]) -> [point]``, negative in a share ``volume`` of the unit box."""

    kind: str
    d: int
    volume: float
    margin: Callable[[np.ndarray], np.ndarray]


def _level(volume: float, of: Callable[[float], float]) -> float:
    return float(brentq(lambda log: np.log(of(np.exp(log))) - np.log(volume), -25, 1))


def _ball(n: int) -> float:
    return pi ** (n / 2) / gamma(n / 2 + 1)


def needle(kind: str, d: int, volume: float, seed: int) -> Needle:
    """A needle of one kind: ``corner``, ``face``, ``sliver`` (a curved valley), ``plateau`` (flat away from it) or ``decoy``."""
    rng = np.random.default_rng([seed, d, int(-np.log10(volume)), len(kind)])
    which = rng.permutation(d)[:ACTIVE]
    turned = rng.random(ACTIVE) < 0.5
    centre = rng.uniform(0.3, 0.7, ACTIVE)

    def active(z: np.ndarray) -> np.ndarray:
        u = z[:, which]
        return np.where(turned, 1 - u, u)

    def face(z: np.ndarray, s: float) -> np.ndarray:
        u = active(z)
        return u[:, 0] ** 1.5 + 4 * ((u[:, 1:] - centre[1:]) ** 2).sum(axis=1) - s

    def faced(s: float) -> float:  # a slice at u_0 is a ball of radius sqrt((s - u_0 ** 1.5) / 4)
        n = ACTIVE - 1
        return quad(lambda u: _ball(n) * max((s - u**1.5) / 4, 0.0) ** (n / 2), 0, s ** (1 / 1.5))[0]

    if kind == "corner":
        k = ACTIVE
        s = np.exp(_level(volume, lambda s: s ** (k / 1.5) * gamma(1 + 1 / 1.5) ** k / gamma(1 + k / 1.5)))
        return Needle(kind, d, volume, lambda z: (active(z) ** 1.5).sum(axis=1) - s)
    if kind == "sliver":
        s = np.exp(_level(volume, lambda s: 2 / 8**0.5 * 0.5 * 4 / 15 * s**2.5))

        def valley(z: np.ndarray) -> np.ndarray:
            u = active(z)
            return 8 * (u[:, 1] - 0.5 - 0.35 * np.sin(4 * u[:, 0])) ** 2 + 2 * u[:, 2] + u[:, 0] - s

        return Needle(kind, d, volume, valley)
    s = np.exp(_level(volume, faced))
    if kind == "face":
        return Needle(kind, d, volume, lambda z: face(z, s))
    if kind == "plateau":
        return Needle(kind, d, volume, lambda z: np.minimum(face(z, s), 0.5))
    false = 1 - centre

    def decoy(z: np.ndarray) -> np.ndarray:
        near = 2 * ((active(z) - false) ** 2).sum(axis=1) + 0.02
        return np.minimum(face(z, s), near)

    return Needle("decoy", d, volume, decoy)
