"""Sobol' indices on a design of their own: the model is solved anew at n (parameters + 2) points of Saltelli's design.

No approximation but that of sampling, and jumps are no harder than slopes: the road to take where the indices from a
run's draws say that little is explained. Parameters must be independent. (Saltelli et al. 2010, Computer Physics
Communications 181:259-270; `scipy.stats.sobol_indices`.) Intervals are percentiles of a bootstrap over the points of the
design (95 %), each resample through scipy's estimator (its own `bootstrap` takes no seed); for points of a Sobol' sequence,
which are more even than independent ones, they come out somewhat wide.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc, sobol_indices

from detente.errors import BadInput, DataError, Where
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Floats
from detente.explore.sampling.designs import chosen_seed, columns
from detente.explore.sensitivity.sobol import Indices

FEWEST, MOST = 16, 2**16
_RESAMPLES = 400
_STILL = 1e-12  # variance below which an event does not vary


def by_design(
    study: Study, event: str, policy: str = BASELINE, n: int = 256, seed: int | None = None
) -> Indices:
    """Indices of an event's probability under a policy; see `all_by_design` for errors."""
    return all_by_design(study, [(event, policy)], n, seed)[event, policy]


def all_by_design(
    study: Study, wanted: list[tuple[str, str]], n: int = 256, seed: int | None = None
) -> dict[tuple[str, str], Indices]:
    """Indices of several (event, policy) from one design: every policy is solved once at its n (parameters + 2) points.

    Pairs whose event does not vary have no indices and are left out. Raises `BadInput` where ``n`` is no power of two from `FEWEST`
    to `MOST`, `DataError` where the parameters are dependent or a point of the design is not certified.
    """
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

    def solved(u: Floats) -> Floats:
        """[event and policy, point]"""
        points = np.column_stack([r.parameter.quantile(u[:, k]) for k, r in enumerate(varying)])
        found = study.evaluate(columns(study, points), policies)
        for policy in policies:
            failed = int((np.asarray(found.status[policy]) != 0).sum())
            if failed:
                raise DataError(
                    "not every point of the design has a certified solution",
                    where=Where(field=policy),
                    found=f"{failed} of {len(points)} points without one",
                )
        return np.array([found.event[policy][event] for event, policy in wanted], dtype=float)

    values = (solved(a), solved(b), np.array([solved(part) for part in mixed]))
    moving = np.var(np.hstack(values[:2]), axis=1) >= _STILL
    kept = [key for key, moves in zip(wanted, moving, strict=True) if moves]
    if not kept:
        return {}
    f_a, f_b, f_ab = values[0][moving], values[1][moving], values[2][:, moving]
    first, total = _estimate(f_a, f_b, f_ab)
    again = []
    for _ in range(_RESAMPLES):
        rows = rng.integers(0, n, n)
        again.append(_estimate(f_a[:, rows], f_b[:, rows], f_ab[:, :, rows]))
    ends = np.quantile(
        np.array(again), [0.025, 0.975], axis=0
    )  # [end, first or total, event and policy, parameter]
    return {
        key: Indices(first[k], total[k], None, ends[:, 0, k].T, ends[:, 1, k].T) for k, key in enumerate(kept)
    }


def _estimate(f_a: Floats, f_b: Floats, f_ab: Floats) -> Floats:
    """First and total [2, event and policy, parameter] from values at the points of the design, by scipy."""
    found = sobol_indices(func={"f_A": f_a, "f_B": f_b, "f_AB": f_ab}, n=f_a.shape[1])
    shape = (f_a.shape[0], f_ab.shape[0])
    return np.array([np.reshape(found.first_order, shape), np.reshape(found.total_order, shape)])
