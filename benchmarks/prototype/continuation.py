"""Newton continuation in lambda over a programme of tape.py: one piece of code, whatever is guessed.

Steps grow in proportion to lambda; the tangent predicts in lambda where log-odds grow and in 1 / lambda where they settle. A step
is refused when Newton fails or corrects by more than 1, when the determinant of a block changes sign, or when, after a correction
above 0.5 or a refusal, solving back does not return to the old point. Folds are not followed: a branch that turns is given up.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from prototype.elimination import Plan, sparse_factor, sparse_solve
from prototype.tape import MIX, SUM, Arrays

TIGHT, LOOSE = 1e-10, 1e-5  # residuals in log-odds: at the end, on the way
FAR = 1.0  # a correction larger than this, in log-odds, refuses the step
FOUND, GIVEN_UP = 1, 0


@njit(nogil=True)
def evaluate(t, first, last, value, grad, lam, residual, jacobian, scratch):  # type: ignore[no-untyped-def]
    """Run operations ``first`` to ``last``."""
    for k in range(first, last):
        kind, out, begin, end = t.kind[k], t.out[k], t.term[k], t.term[k + 1]
        if kind == SUM:
            g0, g1 = t.grad[out], t.grad[out + 1]
            for j in range(g0, g1):
                grad[j] = 0.0
            total = 0.0
            for i in range(begin, end):
                a, b, s = t.left[i], t.right[i], t.sign[i]
                va, vb = value[a], s * value[b]
                total += va * vb
                at = t.left_map[i]
                for j in range(t.grad[a], t.grad[a + 1]):
                    grad[g0 + t.place[at]] += vb * grad[j]
                    at += 1
                at, va = t.right_map[i], s * va
                for j in range(t.grad[b], t.grad[b + 1]):
                    grad[g0 + t.place[at]] += va * grad[j]
                    at += 1
            if t.scaled[k]:
                total *= lam
                for j in range(g0, g1):
                    grad[j] *= lam
                grad[g1 - 1] += total  # d / d ln lambda, the last column
            value[out] = total
        elif kind == MIX:
            options = end - begin + 1
            top = 0.0
            for i in range(begin, end):
                top = max(top, value[t.left[i]])
            norm = math.exp(-top)
            value[out] = norm
            for i in range(begin, end):
                p = math.exp(value[t.left[i]] - top)
                value[out + 1 + i - begin] = p
                norm += p
            logs = top + math.log(norm)
            value[out + options] = -logs
            for i in range(begin, end):
                value[out + options + 1 + i - begin] = value[t.left[i]] - logs
            width = t.grad[out + 1] - t.grad[out]
            for j in range(width):
                scratch[j] = 0.0
            value[out] /= norm
            for i in range(begin, end):
                q = out + 1 + i - begin
                value[q] /= norm
                at = t.left_map[i]
                for j in range(t.grad[t.left[i]], t.grad[t.left[i] + 1]):
                    scratch[t.place[at]] += value[q] * grad[j]
                    at += 1
            for a in range(options):
                g0 = t.grad[out + options + a]
                for j in range(width):
                    grad[g0 + j] = -scratch[j]
                if a > 0:
                    i = begin + a - 1
                    at = t.left_map[i]
                    for j in range(t.grad[t.left[i]], t.grad[t.left[i] + 1]):
                        grad[g0 + t.place[at]] += grad[j]
                        at += 1
                p0, p = t.grad[out + a], value[out + a]
                for j in range(width):
                    grad[p0 + j] = p * grad[g0 + j]
        else:
            guess, found = t.left[begin], t.right[begin]
            residual[out] = value[guess] - value[found]
            for j in range(jacobian.shape[1]):
                jacobian[out, j] = 0.0
            jacobian[out, out] = 1.0
            for j in range(t.grad[found], t.grad[found + 1]):
                jacobian[out, t.column[j]] -= grad[j]


@njit(nogil=True)
def factor(block, a, pivot, sign):  # type: ignore[no-untyped-def]
    """LU of the diagonal blocks in place, with row exchanges; the sign of each determinant. False where one is singular."""
    for b in range(len(block) - 1):
        first, end = block[b], block[b + 1]
        sign[b] = 1.0
        for k in range(first, end):
            best = k
            for i in range(k + 1, end):
                if abs(a[i, k]) > abs(a[best, k]):
                    best = i
            pivot[k] = best
            if not abs(a[best, k]) > 0.0 or not math.isfinite(a[best, k]):
                return False
            if best != k:
                for j in range(a.shape[1]):
                    a[k, j], a[best, j] = a[best, j], a[k, j]
                sign[b] = -sign[b]
            if a[k, k] < 0.0:
                sign[b] = -sign[b]
            for i in range(k + 1, end):
                if a[i, k] != 0.0:
                    a[i, k] /= a[k, k]
                    for j in range(k + 1, end):
                        a[i, j] -= a[i, k] * a[k, j]
    return True


@njit(nogil=True)
def exchange(block, pivot, x):  # type: ignore[no-untyped-def]
    """The exchanges of rows, on a right-hand side."""
    for b in range(len(block) - 1):
        for k in range(block[b], block[b + 1]):
            if pivot[k] != k:
                x[k], x[pivot[k]] = x[pivot[k]], x[k]


@njit(nogil=True)
def substitute(block, a, x):  # type: ignore[no-untyped-def]
    """x, its rows exchanged as those of the matrix, becomes the solution, block after block."""
    for b in range(len(block) - 1):
        first, end = block[b], block[b + 1]
        for k in range(first, end):
            for j in range(first):
                x[k] -= a[k, j] * x[j]
        for k in range(first, end):
            for i in range(k + 1, end):
                x[i] -= a[i, k] * x[k]
        for k in range(end - 1, first - 1, -1):
            for j in range(k + 1, end):
                x[k] -= a[k, j] * x[j]
            x[k] /= a[k, k]


@njit(nogil=True)
def newton(t, p, y, lam, tolerance, most, w, tangent):  # type: ignore[no-untyped-def]
    """Newton at lambda from y, in place. Returns evaluations, size of the whole correction (-1: failed); the tangent in ln lambda."""
    value, grad, residual, jacobian, scratch, pivot, sign, step, entry = w
    n = len(y)
    moved, count, last = 0.0, 0, math.inf
    while count < most:
        for i in range(n):
            value[t.unknown[i]] = y[i]
        evaluate(t, t.setup, len(t.kind), value, grad, lam, residual, jacobian, scratch)
        count += 1
        size = 0.0
        for i in range(n):
            size = max(size, abs(residual[i]))
        if not math.isfinite(size):
            return count, -1.0
        for i in range(n):
            step[i] = -residual[i]
        if len(entry):
            if not sparse_factor(p, jacobian, entry, sign):
                return count, -1.0
        elif not factor(t.block, jacobian, pivot, sign):
            return count, -1.0
        for i in range(n):  # where rows were exchanged, the last column was too
            tangent[i] = -jacobian[i, n]
        if len(entry):
            sparse_solve(p, jacobian, entry, tangent)
        else:
            substitute(t.block, jacobian, tangent)
        if size <= tolerance:
            return count, moved
        if len(entry):
            sparse_solve(p, jacobian, entry, step)
        else:
            exchange(t.block, pivot, step)
            substitute(t.block, jacobian, step)
        biggest = 0.0
        for i in range(n):
            biggest = max(biggest, abs(step[i]))
            y[i] += step[i]
        moved += biggest
        if biggest > 4.0 * last + 1e-6 or biggest > 1e3:
            return count, -1.0
        last = biggest
    return count, -1.0


@njit(nogil=True)
def follow(t, p, constant, scale, target, w, y, kept, tangent, ahead, expected, value0):  # type: ignore[no-untyped-def]
    """One draw from lambda 0 to ``target``. Returns code, evaluations, lambda reached, steps refused."""
    value, grad, residual, jacobian, scratch, _, sign, step, _ = w
    n = len(y)
    for q in range(len(constant)):
        value[q] = constant[q]
    evaluate(t, 0, t.setup, value, grad, 0.0, residual, jacobian, scratch)
    # unknowns have themselves as derivative, always
    for i in range(n):
        grad[t.grad[t.unknown[i]]] = 1.0
        y[i] = 0.0
    count, moved = newton(t, p, y, 0.0, LOOSE, 20, w, tangent)
    if moved < 0.0:
        return GIVEN_UP, count, 0.0, 0
    for b in range(len(expected)):
        expected[b] = sign[b]
    lam, growth, refused, doubt = 0.0, 1.0, 0, False
    for i in range(n):
        tangent[i] = 0.0
    while True:
        new = min(0.25 / scale if lam == 0.0 else lam * (1.0 + growth), target)
        last = new >= target
        for i in range(n):
            kept[i] = y[i]
            ahead[i] = tangent[i]
            if lam > 0.0:  # tangent = dy / d ln lambda at lam
                if abs(tangent[i]) > 1.0:
                    y[i] += tangent[i] * (new / lam - 1.0)
                else:
                    y[i] += tangent[i] * (1.0 - lam / new)
        more, moved = newton(t, p, y, new, TIGHT if last else LOOSE, 12, w, tangent)
        count += more
        good = 0.0 <= moved <= FAR
        if good:
            for b in range(len(expected)):
                good = good and sign[b] == expected[b]
        if good and lam > 0.0 and (moved > 0.5 or doubt):
            for i in range(n):
                step[i] = y[i]
                value0[i] = y[i]
                value0[n + i] = tangent[i]
            more, back = newton(t, p, y, lam, LOOSE, 12, w, tangent)
            count += more
            good = back >= 0.0
            for i in range(n):
                good = good and abs(y[i] - kept[i]) < 1e-2
                y[i] = value0[i]
                tangent[i] = value0[n + i]
        if good:
            doubt = False
            lam = new
            if last:
                for i in range(n):  # all quantities at the answer, not where the step was checked
                    value[t.unknown[i]] = y[i]
                evaluate(t, t.setup, len(t.kind), value, grad, lam, residual, jacobian, scratch)
                return FOUND, count, lam, refused
            growth = min(2.0, growth * (1.5 if moved < 0.3 else 1.0))
        else:
            refused += 1
            doubt = True
            for i in range(n):
                y[i] = kept[i]
                tangent[i] = ahead[i]
            growth *= 0.5
            if lam == 0.0:
                scale *= 2.0
            if growth < 1e-4 or scale > 1e12 or count > 3000:
                return GIVEN_UP, count, lam, refused


def room(t: Arrays, p: Plan, sparse: bool) -> tuple:  # type: ignore[type-arg]
    """Scratch arrays of one programme."""
    n, quantities = len(t.unknown), len(t.grad) - 1
    return (
        np.zeros(quantities), np.zeros(max(1, int(t.grad[-1]))), np.zeros(n), np.zeros((n, n + 1)), np.zeros(n + 1),
        np.zeros(n, np.int64), np.zeros(len(t.block) - 1), np.zeros(n),
        np.zeros(len(p.row) if sparse else 0),
    )  # fmt: skip


def run(
    t: Arrays, p: Plan, constant: np.ndarray, scale: np.ndarray, target: float, sparse: bool = False
) -> dict[str, np.ndarray]:
    """All draws: unknowns [draw, unknown], all quantities [draw, quantity], code, evaluations, lambda reached."""
    n, draws = len(t.unknown), len(constant)
    out = {
        "y": np.zeros((draws, n)), "value": np.zeros_like(constant), "code": np.zeros(draws, int),
        "evaluations": np.zeros(draws, int), "lambda": np.zeros(draws), "refused": np.zeros(draws, int),
        "residual": np.zeros(draws),
    }  # fmt: skip
    w = room(t, p, sparse)
    spare = [np.zeros(n) for _ in range(4)]
    expected, pair = np.zeros(len(t.block) - 1), np.zeros(2 * n)
    for i in range(draws):
        y = spare[0]
        code, count, lam, refused = follow(
            t, p, constant[i], scale[i], target, w, y, spare[1], spare[2], spare[3], expected, pair
        )
        out["y"][i], out["value"][i], out["code"][i] = y, w[0], code
        out["evaluations"][i], out["lambda"][i], out["refused"][i] = count, lam, refused
        out["residual"][i] = np.abs(w[2]).max(initial=0.0)
    return out
