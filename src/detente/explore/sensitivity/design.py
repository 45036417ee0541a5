"""Sobol' indices on a design of their own: the model is solved anew at n (parameters + 2) points of Saltelli's design.

No approximation but that of sampling, and jumps are no harder than slopes: the road to take where the indices from a run's draws say
that little is explained. Parameters must be independent. (Saltelli et al. 2010, Computer Physics Communications
181:259-270; `scipy.stats.sobol_indices`.) Intervals are scipy's percentile bootstrap over the points of the design (95 %); for
points of a Sobol' sequence, which are more even than independent ones, they come out somewhat wide.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import sobol_indices, uniform

from detente.errors import BadInput, DataError, Where
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Floats
from detente.explore.sampling.designs import chosen_seed, columns
from detente.explore.sensitivity.sobol import Indices

FEWEST, MOST = 16, 2**16
_RESAMPLES = 500


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

    def model(u: Floats) -> Floats:
        points = np.column_stack([r.parameter.quantile(u[k]) for k, r in enumerate(varying)])
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

    rng = np.random.default_rng(chosen_seed(study, seed))
    design = sobol_indices(func=model, n=n, dists=[uniform()] * len(varying), rng=rng) if varying else None
    out: dict[tuple[str, str], Indices] = {}
    if design is None:
        return out
    again = design.bootstrap(n_resamples=_RESAMPLES)
    first, total = np.atleast_2d(design.first_order), np.atleast_2d(design.total_order)
    ends = [
        np.stack([np.atleast_2d(c.low), np.atleast_2d(c.high)], axis=-1)
        for c in (again.first_order.confidence_interval, again.total_order.confidence_interval)
    ]
    for k, key in enumerate(wanted):
        if np.isfinite(first[k]).all() and np.isfinite(total[k]).all():
            out[key] = Indices(first[k], total[k], None, ends[0][k], ends[1][k])
    return out
