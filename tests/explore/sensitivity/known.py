"""Functions with known indices, and games of information with known worth: what is found must be what the formula says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.stats import norm, qmc

from detente.explore.sampling.designs import REPLICATES


def points(n: int, d: int, seed: int) -> np.ndarray:
    """[point, parameter] as a run draws them: scramblings interleaved."""
    x = np.empty((n, d))
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(REPLICATES)):
        rows = len(range(k, n, REPLICATES))
        x[k::REPLICATES] = qmc.Sobol(d, rng=np.random.default_rng(child)).random(rows)
    return x


@dataclass(frozen=True)
class Known:
    name: str
    function: Callable[[np.ndarray], np.ndarray]
    first: np.ndarray
    total: np.ndarray


def ishigami() -> Known:
    """Ishigami & Homma 1990 with a = 7, b = 0.1."""
    a, b = 7, 0.1

    def function(x):
        z = np.pi * (2 * x - 1)
        return np.sin(z[:, 0]) + a * np.sin(z[:, 1]) ** 2 + b * z[:, 2] ** 4 * np.sin(z[:, 0])

    v1, v2, v13 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    return Known("Ishigami", function, np.array([v1, v2, 0]) / v, np.array([v1 + v13, v2, v13]) / v)


def g_function() -> Known:
    """Sobol' g-function with a = 0, 1, 4.5, 9, 99, 99, 99, 99."""
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    parts = 1 / (3 * (1 + a) ** 2)
    v = np.prod(1 + parts) - 1
    total = parts * np.prod(1 + parts) / (1 + parts) / v
    return Known("g-function", lambda x: np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1), parts / v, total)


def corner(d: int = 10) -> Known:
    """1 where x1 > 0.6 and x4 < 0.5, else 0."""
    p, q = 0.4, 0.5
    first = np.zeros(d)
    v = p * q * (1 - p * q)
    first[1], first[4] = q * q * p * (1 - p) / v, p * p * q * (1 - q) / v
    total = np.zeros(d)
    total[1], total[4] = 1 - first[4], 1 - first[1]
    return Known(
        "jump at a corner", lambda x: ((x[:, 1] > 0.6) & (x[:, 4] < 0.5)).astype(float), first, total
    )


def slant(d: int = 6) -> Known:
    """1 where x0 + x1 + x2 > 1.5, else 0: one-dimensional integrals on a fine grid."""
    u = (np.arange(100_000) + 0.5) / 100_000
    need = 1.5 - u
    below = np.where(need < 1, need**2 / 2, 1 - (2 - need) ** 2 / 2)  # P(x1 + x2 <= 1.5 - x0)
    s = 2 * u
    density = np.where(s < 1, s, 2 - s)
    p = np.clip(s - 0.5, 0, 1)  # P(x0 > 1.5 - s)
    first, total = np.zeros(d), np.zeros(d)
    first[:3] = np.var(below) / 0.25
    total[:3] = (p * (1 - p) * density).sum() / density.sum() / 0.25
    return Known("jump along a slope", lambda x: (x[:, :3].sum(axis=1) > 1.5).astype(float), first, total)


def shapley_of(c: np.ndarray, m: int) -> np.ndarray:
    """Shapley values from the worth of every set, by the definition."""
    out = np.zeros(m)
    for u in range(1 << m):
        for i in range(m):
            if not u >> i & 1:
                out[i] += (c[u | 1 << i] - c[u]) / (m * comb(m - 1, bin(u).count("1")))
    return out / c[-1]


CORRELATION = np.array([[1, 0.6, 0, 0], [0.6, 1, -0.3, 0], [0, -0.3, 1, 0], [0, 0, 0, 1.0]])
BETA = np.array([1, 0.5, 1, 0])


def linear_normal(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Correlated normals, a linear function, and its Shapley effects (Owen & Prieur 2017, section 4): x, y, effects."""
    x = norm.ppf(points(n, 4, seed)) @ np.linalg.cholesky(CORRELATION).T
    c = np.zeros(16)
    for u in range(1, 16):
        own = [i for i in range(4) if u >> i & 1]
        k = CORRELATION[:, own]
        c[u] = BETA @ k @ np.linalg.solve(CORRELATION[np.ix_(own, own)], k.T) @ BETA
    return x, x @ BETA, shapley_of(c, 4)


def triangle(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x0 x1 where x0 < x1, as a constraint leaves it: x, y, effects."""
    x = points(4 * n, 2, seed)
    x = x[x[:, 0] < x[:, 1]][:n]
    t = (np.arange(100_000) + 0.5) / 100_000

    def variance(values, density):
        mean = np.mean(values * density)
        return np.mean(values**2 * density) - mean**2

    v0, v1 = variance(t * (1 + t) / 2, 2 * (1 - t)), variance(t * t / 2, 2 * t)
    v = 1 / 9 - 0.25**2  # E (x0 x1)^2 = 2 int t^2 t^3/3 dt = 1/9, E x0 x1 = 1/4
    one = 0.5 * (v0 + v - v1) / v
    return x, x[:, 0] * x[:, 1], np.array([one, 1 - one])


def two_actions(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Do nothing (0), or m + b z with z normal: payoffs, z, worth of each z and of all (b phi(m/b) + m Phi(m/b) - max(0, m))."""
    b, m = np.array([1, 0.5, 0.05, 0, 0, 0]), 0.1
    z = norm.ppf(points(n, len(b), seed))

    def worth(s):
        return s * norm.pdf(m / s) + m * norm.cdf(m / s) - m if s > 0 else 0.0

    return (
        np.array([np.zeros(n), m + z @ b]),
        z,
        np.array([worth(s) for s in b]),
        worth(float(np.sqrt((b**2).sum()))),
    )
