"""Following the branch of cursed logit equilibria from uniform play to the precision asked for, all draws of a block at once.

Unknowns are log-odds z against each set's first option; the equations are z = lambda * (u_a - u_0). A step predicts along the
tangent and corrects by Newton; it is refused where the determinant is not positive or the correction is long, and, when there
is the least doubt, unless stepping back from the new point finds the old one (a sign of the determinant alone jumps over pairs of
folds). A branch that turns back or splits is not followed further.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.concepts.cursed_passes import CursedPlan, Fixed, log_probabilities, worths

REACHED, FOLD, BIFURCATION, LOST = 0, 1, 2, 3
TINY = 1e-20  # imaginary step of derivatives
FIRST = 0.05  # first lambda, in 1 / payoff range
FAR, LIMIT = 2e4, 1e12  # lambda times the payoff range from which the limit is read, and at which
GROWTH, SHRINK = 1.6, 0.4  # of the relative step
LONGEST, SHORTEST = 2.0, 1e-7  # relative step
DOUBT, TOO_LONG = 0.05, 0.5  # first correction in log-odds: step back to check; refuse
BACK = 1e-5  # how near stepping back must come
NEAR = 5e-3  # how far a limit may be from the last point of the branch, in probabilities
STEEP = 30.0  # |dz / d log lambda| over 1 + |z|: a branch that merely runs off has 1, one that turns back has more and more
NEWTON, STEPS = 8, 4_000


def follow(
    shape: CursedPlan, at: Fixed, lam: Floats
) -> tuple[Floats, Floats, NDArray[np.int8], NDArray[np.int32]]:
    """Log-odds [unknown, draw] at ``lam`` [draw] (inf: the limit), lambda reached [draw], a code and steps for each draw."""
    m, draws = len(shape.unknown), len(lam)
    spread = _spread(at, draws)
    limit = ~np.isfinite(lam)
    target = np.where(limit, FAR / spread, lam)
    z, here = np.zeros((m, draws)), np.zeros(draws)
    code = np.full(draws, LOST, np.int8)
    steps = np.zeros(draws, np.int32)
    if m == 0:
        return z, lam.copy(), np.zeros(draws, np.int8), steps
    slope = _differences(shape, at, z, np.arange(draws))[0]
    relative = np.full(draws, 1.0)
    doubt, split = np.zeros(draws, bool), np.zeros(draws, bool)
    live = np.arange(draws)
    while len(live) and int(steps.max(initial=0)) < STEPS:
        steps[live] += 1
        old = here[live]
        new = np.minimum(old + relative[live] * np.maximum(old, FIRST / spread[live]), target[live])
        point, tangent, first, fine, sign = _correct(
            shape, at, z[:, live] + (new - old) * slope[:, live], new, live
        )
        turned = fine & (sign <= 0)
        fine &= (sign > 0) & (first <= TOO_LONG)
        ask = np.flatnonzero(fine & (doubt[live] | (first > DOUBT)))
        if len(ask):
            back, _, _, arrived, _ = _correct(
                shape, at, point[:, ask] - (new - old)[ask] * tangent[:, ask], old[ask], live[ask]
            )
            gap = np.abs(back - z[:, live[ask]]).max(axis=0)
            fine[ask] &= arrived & (gap <= BACK * (1.0 + np.abs(back).max(axis=0)))
        good, bad = live[fine], live[~fine]
        z[:, good], slope[:, good], here[good] = point[:, fine], tangent[:, fine], new[fine]
        relative[good] = np.minimum(relative[good] * np.where(first[fine] < DOUBT, GROWTH, 1.0), LONGEST)
        relative[bad] *= SHRINK
        doubt[good], doubt[bad] = False, True
        split[live] = turned
        steep = np.abs(slope[:, live] * here[live]).max(axis=0) > STEEP * (
            1.0 + np.abs(z[:, live]).max(axis=0)
        )
        stuck = ~fine & (relative[live] < SHORTEST)
        code[live[stuck]] = np.where(steep[stuck], FOLD, np.where(split[live[stuck]], BIFURCATION, LOST))
        arrived = fine & (new >= target[live])
        code[live[arrived]] = REACHED
        live = live[~(stuck | arrived)]
    reached = here.copy()
    rows = np.flatnonzero(limit & (code == REACHED))
    if len(rows):
        z[:, rows], settled = _limit(shape, at, z[:, rows], here[rows], slope[:, rows], spread[rows], rows)
        code[rows] = np.where(settled, REACHED, LOST)
        reached[rows] = np.inf
    return z, reached, code, steps


def _spread(at: Fixed, draws: int) -> Floats:
    """The largest payoff range of any player [draw], 1 where all payoffs are equal."""
    widest = np.zeros(draws)
    for payoff in at.payoff:
        widest = np.maximum(widest, payoff.max(axis=0) - payoff.min(axis=0))
    return np.where(widest > 0, widest, 1.0)


def _differences(shape: CursedPlan, at: Fixed, z: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """u_a - u_0 [unknown, draw] and its derivative by the log-odds [draw, unknown, unknown] at some draws."""
    m = len(z)
    some = Fixed(
        at.chi[rows], at.log_prior[:, rows], at.log_chance[:, rows], tuple(p[:, rows] for p in at.payoff)
    )
    odds = z[:, :, None] + 1j * TINY * np.eye(m)[:, None, :]
    worth, _ = worths(shape, some, log_probabilities(shape, odds))
    first = shape.slot_at[shape.set_of_slot[shape.unknown]]
    gap = worth[shape.unknown] - worth[first]
    return gap[:, :, 0].real, np.ascontiguousarray((gap.imag / TINY).transpose(1, 0, 2))


def _correct(
    shape: CursedPlan, at: Fixed, z: Floats, lam: Floats, rows: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_], Floats]:
    """Newton at lambda [draw]: the point, its tangent, the first correction, whether it converged, the determinant's sign."""
    m = len(z)
    z = z.copy()
    first = np.zeros(len(rows))
    done = np.zeros(len(rows), bool)
    tangent = np.zeros_like(z)
    sign = np.zeros(len(rows))
    for turn in range(NEWTON):
        todo = np.flatnonzero(~done)
        gap, slope = _differences(shape, at, z[:, todo], rows[todo])
        jacobian = np.eye(m) - lam[todo, None, None] * slope
        residual = z[:, todo] - lam[todo] * gap
        both = np.stack([residual.T, gap.T], axis=2)
        usable = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(both).all(axis=(1, 2))
        found = np.full(both.shape, np.nan)
        found[usable] = _solve(jacobian[usable], both[usable])
        correction = found[:, :, 0].T
        z[:, todo] -= correction
        tangent[:, todo] = found[:, :, 1].T
        size = np.abs(correction).max(axis=0)
        if turn == 0:
            first[:] = np.where(np.isfinite(size), size, np.inf)
        sign[todo[usable]] = np.linalg.slogdet(jacobian[usable])[0]
        done[todo] = size <= 1e-10 * (1.0 + np.abs(z[:, todo]).max(axis=0))
        todo = todo[np.isfinite(size)]
        if done.all() or not len(todo) or not np.isfinite(z[:, ~done]).any():
            break
        z[:, ~np.isfinite(z).all(axis=0)] = 0.0  # lost: keep the arithmetic quiet, `done` stays false
    return z, tangent, first, done & np.isfinite(first), sign


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solutions of a stack of systems, nan where one is singular."""
    try:
        return np.asarray(np.linalg.solve(matrix, right), np.float64)
    except np.linalg.LinAlgError:
        out = np.full(right.shape, np.nan)
        for k in range(len(matrix)):
            if np.linalg.matrix_rank(matrix[k]) == len(matrix[k]):
                out[k] = np.linalg.solve(matrix[k], right[k])
        return out


def _limit(
    shape: CursedPlan,
    at: Fixed,
    z: Floats,
    lam: Floats,
    slope: Floats,
    spread: Floats,
    rows: NDArray[np.intp],
) -> tuple[Floats, NDArray[np.bool_]]:
    """One jump to a precision at which mixed options are indifferent to rounding; only what is near the branch counts."""
    far = LIMIT / spread
    rare = np.abs(lam * slope) > 1.0  # log-odds in proportion to lambda; others settle like 1 / lambda
    start = np.where(rare, z + (far - lam) * slope, z + lam * slope * (1.0 - lam / far))
    found, fine = start.copy(), np.zeros(len(rows), bool)
    for _ in range(30):
        gap, change = _differences(shape, at, found, rows)
        jacobian = np.eye(len(z)) - far[:, None, None] * change
        residual = (found - far * gap).T[:, :, None]
        usable = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=(1, 2))
        correction = np.full(residual.shape, np.nan)
        correction[usable] = _solve(jacobian[usable], residual[usable])
        found = np.where(np.isfinite(correction[:, :, 0].T), found - correction[:, :, 0].T, found)
        moved = np.abs(correction[:, :, 0]).T / (1.0 + np.abs(found))
        fine = usable & (np.where(np.isfinite(moved), moved, np.inf).max(axis=0) <= 1e-9)
        if fine.all():
            break

    def played(odds: Floats) -> Floats:
        return np.exp(log_probabilities(shape, odds[:, :, None].astype(complex))[:, :, 0].real)

    near = np.abs(played(found) - played(z)).max(axis=0) <= NEAR
    return found, fine & near
