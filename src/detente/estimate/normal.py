"""Which of several independent normal variables is the largest: logarithms of probabilities, exact in both tails.

    log P(X > all X_k) = log of the integral over t of the density of X at t times the product of P(X_k < t)

The integrand is log-concave: its mode by Newton's method, the ends where it has dropped by a factor e^-40, and Gauss-Legendre
quadrature in logarithms between them, cut where a steep rival begins to be beaten for sure. One rival: closed form.
Nothing is floored. Every function takes floats, or complex numbers with imaginary parts near `TINY` (complex step): comparisons are
of real parts. All arrays broadcast over rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import erfcx, log_ndtr

Numbers = Any  # arrays of floats, or complex with tiny imaginary parts (numpy has no type for both)
TINY = 1e-30  # the complex step: its square is nothing, so derivatives are exact
ROOT2 = math.sqrt(2.0)
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_DROP = 40.0  # e^-40 of the mode: below a rounding of the integral
_REACH = math.sqrt(2 * _DROP)  # own standard deviations in which the integrand drops so far, at most
_STEEP = 0.7  # rivals narrower than this, in own standard deviations, get a cut of their own
_SURE = 7.0  # standard deviations above a rival's mean where it is beaten but for 1e-12
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_AT, _LOG_SHARE = (_NODES + 1) / 2, np.log(_WEIGHTS / 2)
_NEAR = 4.0  # how much lower than the drop an end may lie
_ROUNDS = 200


def log_normal(x: Numbers) -> Numbers:
    """log of the standard normal distribution function, to first order in an imaginary part."""
    if not np.iscomplexobj(x):
        return log_ndtr(x)
    return log_ndtr(x.real) + 1j * (x.imag * mills(x.real))


def mills(x: Numbers) -> Numbers:
    """Density over distribution function: the slope of `log_normal`, to first order in an imaginary part."""
    ratio = math.sqrt(2 / math.pi) / erfcx(-np.real(x) / ROOT2)
    return ratio - 1j * (x.imag * ratio * (x.real + ratio)) if np.iscomplexobj(x) else ratio


def log_sum(terms: Numbers, axis: int = 0) -> Numbers:
    """log of the sum of exponentials along ``axis``; -inf where all terms are."""
    top = np.max(np.real(terms), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = np.exp(terms - top).sum(axis=axis)
        if not np.iscomplexobj(total):
            return np.log(total) + top.squeeze(axis)
        real = total.real
        imaginary = np.divide(total.imag, real, out=np.zeros_like(real), where=real > 0)
        return (np.log(real) + top.squeeze(axis)) + 1j * imaginary


def log_best(means: Sequence[Numbers], sds: Sequence[Numbers], which: int) -> Numbers:
    """log P(X_which is the largest) of independent X_k with ``means`` and standard deviations ``sds``, each [row] or a number.

    As `log_beats`, the others its rivals. The probabilities over ``which`` add up to 1 (where no two are sure and equal).
    """
    rivals = [(m, s) for k, (m, s) in enumerate(zip(means, sds, strict=True)) if k != which]
    return log_beats(means[which], sds[which], rivals)


def log_beats(mean: Numbers, sd: Numbers, rivals: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """log P(X > X_k for all k): X ~ N(mean, sd^2), ``rivals`` the (mean, sd) of each X_k, all independent. Each [row] or a number.

    The same as the log of the integral over t of the density of X at t times the product of Phi((t - mean_k) / sd_k). A standard
    deviation may be 0, in some rows or in all: X_k is sure then. Of two that are sure, only a strictly larger one beats
    the other. No rivals: 0. Relative error of the probability about 1e-13; a probability of e^-1000 has its logarithm. Up to some
    64 (1 + number of rivals narrower than 0.7 sd) evaluations of Phi a rival.
    """
    parts = [mean, sd, *(x for rival in rivals for x in rival)]
    shape = np.broadcast_shapes(*(np.shape(x) for x in parts))
    kind = complex if any(np.iscomplexobj(x) for x in parts) else float
    m, s, *others = (np.broadcast_to(np.asarray(x, kind), shape).reshape(-1) for x in parts)
    if not others:
        return np.zeros(shape, kind)
    at, width = np.stack(others[0::2]), np.stack(others[1::2])  # [rival, row]
    out = np.empty(len(m), kind)
    own_sure = np.real(s) == 0
    if len(at) == 1:
        total = _root_of_squares(s, width[0])
        out[:] = _step((m - at[0])[None], total[None])
    else:
        if own_sure.any():
            out[own_sure] = _step(m[own_sure] - at[:, own_sure], width[:, own_sure])
        live = ~own_sure
        if live.any():
            out[live] = _integral((at[:, live] - m[live]) / s[live], width[:, live] / s[live])
    return out.reshape(shape)


def _root_of_squares(one: Numbers, other: Numbers) -> Numbers:
    """Root of the sum of squares, 0 where both are (a complex root would have no derivative there)."""
    square = one * one + other * other
    return np.sqrt(np.where(square.real > 0, square, 0.0))


def _step(gap: Numbers, width: Numbers) -> Numbers:
    """Sum over rivals [rival, row] of log Phi(gap / width); of 1 or 0 where width is 0."""
    sure = np.real(width) == 0
    smooth = log_normal(gap / np.where(sure, 1.0, width))
    return np.where(sure, np.where(gap.real > 0, 0.0, -np.inf), smooth).sum(axis=0)


def _integral(at: Numbers, width: Numbers) -> Numbers:
    """log of the integral of the standard normal density at z times the product of Phi((z - at) / width) [rival, row]."""
    sure = np.real(width) == 0
    wide = np.where(sure, 1.0, width)
    edge, floor = np.full(at.shape[1], -np.inf), None
    if sure.any():
        ranked = np.where(sure, np.real(at), -np.inf)
        top = ranked.argmax(axis=0)
        edge = ranked.max(axis=0)
        floor = np.take_along_axis(at, top[None], axis=0)[0]
    real_at, real_wide = np.real(at), np.real(wide)
    mode = _mode(real_at, real_wide, sure, edge)
    low, high = _ends(mode, real_at, real_wide, sure, edge)
    cuts = [low]
    for k in range(len(at)):
        steep = ~sure[k] & (real_wide[k] < _STEEP)
        if steep.any():
            cuts.append(np.clip(np.where(steep, real_at[k] + _SURE * real_wide[k], low), low, high))
    grid = np.sort(np.stack([*cuts, high]), axis=0)  # [cut, row]
    grid = grid if floor is None else _from_edge(grid, edge, floor)
    begin, length = grid[:-1], grid[1:] - grid[:-1]
    z = begin[None] + _AT[:, None, None] * length[None]  # [node, part, row]
    log = -0.5 * z * z - HALF_LOG_2PI
    for k in range(len(at)):
        log = log + np.where(sure[k], 0.0, log_normal((z - at[k]) / wide[k]))
    inside = log_sum(log + _LOG_SHARE[:, None, None], axis=0)  # [part, row]
    return log_sum(inside + _log_length(length), axis=0)


def _from_edge(grid: Numbers, edge: Numbers, floor: Numbers) -> Numbers:
    """Where a sure rival cuts the integral off, its place moves: with its imaginary part."""
    return np.where(grid == edge, floor, grid)


def _log_length(length: Numbers) -> Numbers:
    real = np.real(length)
    with np.errstate(divide="ignore"):
        log = np.log(real)
    if not np.iscomplexobj(length):
        return log
    return log + 1j * np.divide(length.imag, real, out=np.zeros_like(real), where=real > 0)


def _mode(at: Numbers, wide: Numbers, sure: Numbers, edge: Numbers) -> Numbers:
    """Where the integrand is largest, by Newton's method from the left of it: its slope is convex, so steps never pass it."""
    ahead = ~sure & (at > 0)
    pull = np.where(ahead, 1 / wide**2, 0.0)
    z = (pull * at).sum(axis=0) / (1 + pull.sum(axis=0))
    z = np.maximum(z, edge)
    for _ in range(_ROUNDS):
        ratio = np.where(sure, 0.0, mills((z - at) / wide) / wide)
        slope = ratio.sum(axis=0) - z
        bend = 1 + np.where(sure, 0.0, ratio * ((z - at) / wide**2 + ratio)).sum(axis=0)
        step = np.where(slope > 0, slope / bend, 0.0)
        z = z + step
        if (step * np.sqrt(bend) < 1e-3).all():
            break
    return z


def _ends(mode: Numbers, at: Numbers, wide: Numbers, sure: Numbers, edge: Numbers) -> tuple[Numbers, Numbers]:
    """Left and right of the mode, where the integrand has dropped by e^-40, or a little outside; never left of ``edge``."""

    def drop(z: Numbers) -> tuple[Numbers, Numbers]:
        x = (z - at) / wide
        log = np.where(sure, 0.0, log_ndtr(x)).sum(axis=0) - 0.5 * z * z
        return log, np.where(sure, 0.0, mills(x) / wide).sum(axis=0) - z

    bottom = drop(mode)[0] - _DROP
    found = []
    for side in (-1.0, 1.0):
        z = mode + side * 1.01 * _REACH
        for _ in range(_ROUNDS):
            log, slope = drop(z)
            if (log > bottom - _NEAR).all():
                break
            z = z + np.where((log < bottom) & (slope != 0), (bottom - log) / slope, 0.0)
        found.append(z)
    return np.maximum(found[0], edge), found[1]
