"""Sobol' indices on a design of their own: the model is solved anew at n (parameters + 2) points of Saltelli's design.

No approximation but that of sampling, and jumps are no harder than slopes: the road to take where the indices from a
run's draws say that little is explained. Parameters must be independent. (Saltelli et al. 2010, Computer Physics
Communications 181:259-270; `scipy.stats.sobol_indices`.) Intervals are percentiles of a bootstrap over the points of the
design (95 %), each resample through scipy's estimator (its own `bootstrap` takes no seed); for points of a Sobol' sequence,
which are more even than independent ones, they come out somewhat wide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc, sobol_indices

from detente.errors import BadInput, DataError, Where
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Floats
from detente.explore.sampling.designs import chosen_seed, columns
from detente.explore.sensitivity.sobol import Indices

FEWEST, MOST = 64, 2**16
_RESAMPLES = 400
_FEW_UNDECIDED = (
    0.2  # share of rows of the design, n in all, that may have a point without a certified solution
)
_STILL = 1e-12  # variance below which an event does not vary


def by_design(
    study: Study, event: str, policy: str = BASELINE, n: int = 256, seed: int | None = None
) -> Indices:
    """Indices of an event's probability under a policy; see `all_by_design` for errors."""
    return all_by_design(study, [(event, policy)], n, seed)[event, policy]


@dataclass(frozen=True, eq=False)
class Designed:
    """Indices of every event in equilibrium play by a design of ``n`` rows, ``solved`` points in all."""

    n: int
    solved: int
    indices: tuple[tuple[str, str, Indices], ...] = ()

    @classmethod
    def checked(cls, study: Study, n: int) -> Designed:
        """Before anything is solved. Raises as `all_by_design` does."""
        _check(study, n)
        return cls(n, n * (len(study.varying) + 2))


def designed(study: Study, wanted: Designed, seed: int | None = None) -> Designed:
    """With the indices filled in."""
    found = all_by_design(study, [(event, BASELINE) for event in study.events], wanted.n, seed)
    return replace(wanted, indices=tuple((event, policy, each) for (event, policy), each in found.items()))


def all_by_design(
    study: Study, wanted: list[tuple[str, str]], n: int = 256, seed: int | None = None
) -> dict[tuple[str, str], Indices]:
    """Indices of several (event, policy) from one design: every policy is solved once at its n (parameters + 2) points.

    Pairs whose event does not vary have no indices and are left out. Raises `BadInput` where ``n`` is no power of two from `FEWEST`
    to `MOST` and for an event or a policy that there is not, `DataError` where the parameters are dependent, and where more than a
    fifth of the rows of the design (the points that differ in one parameter) have one without a certified solution; up to there
    such rows are left out.
    """
    _check(study, n)
    for event, policy in wanted:
        if event not in study.events:
            raise BadInput("there is no such event", found=event, allowed=study.events)
        if policy != BASELINE and policy not in study.policies:
            raise BadInput("there is no such policy", found=policy, allowed=[BASELINE, *study.policies])
    varying = study.varying
    policies = list(dict.fromkeys(policy for _, policy in wanted))
    if not varying or not wanted:
        return {}
    d = len(varying)
    rng = np.random.default_rng(chosen_seed(study, seed))
    both = qmc.Sobol(2 * d, scramble=True, rng=rng).random(n)
    a, b = both[:, :d], both[:, d:]
    mixed = np.repeat(a[None], d, axis=0)  # a with one column of b: [parameter, point, parameter]
    mixed[np.arange(d), :, np.arange(d)] = b.T

    good = np.ones(n, dtype=bool)

    def solved(u: Floats) -> Floats:
        """[event and policy, point]"""
        points = np.column_stack([r.parameter.quantile(u[:, k]) for k, r in enumerate(varying)])
        found = study.evaluate(columns(study, points), policies)
        out = np.array([found.event[policy][event] for event, policy in wanted], dtype=float)
        for policy in policies:
            np.logical_and(good, np.asarray(found.status[policy]) == 0, out=good)
        np.logical_and(good, np.isfinite(out).all(axis=0), out=good)
        return out

    values = (solved(a), solved(b), np.array([solved(part) for part in mixed]))
    rows = np.flatnonzero(good)
    if len(rows) < (1 - _FEW_UNDECIDED) * n:
        raise DataError(
            "too many points of the design have no certified solution",
            found=f"{n - len(rows)} of {n} rows with such a point",
            allowed=f"at most {_FEW_UNDECIDED:.0%}",
        )
    # scipy wants a power of two: a row with an undecided point gives way to one drawn from the others
    stand_in = np.where(good, np.arange(n), rows[rng.integers(0, len(rows), n)])
    values = tuple(v[..., stand_in] for v in values)
    moving = np.var(np.hstack(values[:2]), axis=1) >= _STILL
    kept = [key for key, moves in zip(wanted, moving, strict=True) if moves]
    if not kept:
        return {}
    f_a, f_b, f_ab = values[0][moving], values[1][moving], values[2][:, moving]
    first, total = _estimate(f_a, f_b, f_ab)
    again = []
    for _ in range(_RESAMPLES):
        pick = rows[rng.integers(0, len(rows), n)]
        again.append(_estimate(*(v[..., moving, :][..., pick] for v in (values[0], values[1], values[2]))))
    ends = np.quantile(
        np.array(again), [0.025, 0.975], axis=0
    )  # [end, first or total, event and policy, parameter]
    return {
        key: Indices(first[k], total[k], None, ends[:, 0, k].T, ends[:, 1, k].T) for k, key in enumerate(kept)
    }


def _check(study: Study, n: int) -> None:
    if not FEWEST <= n <= MOST or n & (n - 1):
        raise BadInput(
            "a design of Sobol' points needs a power of two",
            where=Where(field="--indices-by-design"),
            found=n,
            allowed=f"{FEWEST}, {2 * FEWEST}, {4 * FEWEST}, ... {MOST}",
        )
    if study.dependent:
        raise DataError(
            "Sobol' indices by a design need independent parameters",
            where=Where(field="constraints" if study.admissible is not None else "correlated"),
            allowed="Shapley effects from the draws of a run, which dependent parameters allow",
        )


def _estimate(f_a: Floats, f_b: Floats, f_ab: Floats) -> Floats:
    """First and total [2, event and policy, parameter] from values at the points of the design, by scipy."""
    found = sobol_indices(func={"f_A": f_a, "f_B": f_b, "f_AB": f_ab}, n=f_a.shape[1])
    shape = (f_a.shape[0], f_ab.shape[0])
    return np.array([np.reshape(found.first_order, shape), np.reshape(found.total_order, shape)])
