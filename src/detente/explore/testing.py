"""`test`: the claims and policies of a scenario over its ranges."""

# ruff: noqa: PT028 - `test` is a public function, not a test of anything

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import BadInput, Where
from detente.explore.claims.effort import Search, effort
from detente.explore.claims.map import pair
from detente.explore.claims.probe import Probe
from detente.explore.claims.search import searched
from detente.explore.claims.verdict import Tally
from detente.explore.findings import Findings
from detente.explore.policies.further import Further
from detente.explore.policies.responses import RESPONSES
from detente.explore.policies.satisficing import what_is_enough
from detente.explore.policies.tally import PolicyTally
from detente.explore.protocol import BASELINE, Study, judge
from detente.explore.range_sets import side_by_side
from detente.explore.sample import Sample
from detente.explore.sampling.designs import MOST_DRAWS, Design, chosen_seed, planned
from detente.explore.sensitivity.design import Designed, designed
from detente.explore.sensitivity.weigh import weigh
from detente.explore.study import study_of
from detente.explore.sweep.run import Progress, sweep

__all__ = ["MOST_DRAWS", "test"]


def test(
    scenario: Any,
    draws: int = 1024,
    seed: int | None = None,
    only: str | Sequence[str] | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    search: Search = "thorough",
    cluster: Any = None,
    design: Design | str = "sobol",
    ranges: str | Sequence[str] | None = None,
    responses: int = RESPONSES,
    over: tuple[str, str] | None = None,
    mapped: Collection[str] | None = None,
    indices_by_design: int | None = None,
) -> Findings:
    """Test every claim (or ``only`` those named) and every policy at ``draws`` points of the ranges.

    ``scenario`` is a `Scenario` or a `Study`. The same scenario, draws and seed give the same findings whatever the
    number of ``workers``. ``cluster``: an address, a scheduler file, "local:N" or a `distributed.Client`, for draws solved by
    dask (`detente.explore.sweep.cluster`) instead of ``workers``. ``out``: finished chunks are kept there; ``resume``: those that
    are there are used.
    ``progress(what, share)`` is called now and then. ``search``: how hard flips and exceptions are looked for
    (`detente.explore.claims.effort`); draws, shares and rules are the same with both.
    ``design``: "sobol", "latin", a `Grid` or a `FromFile`; the last two bring their own number of draws.
    ``ranges``: the name of one of the scenario's range sets, tested in place of the scenario's own ranges; or a list of names
    ("all": every one), tested beside them (`detente.explore.range_sets`). ``responses``: draws at which best responses and levels
    of policies are looked for, by the thorough search where no claim is named alone; 0: none (`detente.explore.policies.further`).
    ``over``: the two parameters of every claim's map, solved whole; None: those that decide most. ``mapped``: the claims whose maps
    are solved; None: all.
    ``indices_by_design``: solve a design of this many rows, a power of two, for Sobol' indices of equilibrium play as well
    (`detente.explore.sensitivity.design`).
    Raises BadInput for a claim, a search, a design, a range set or a parameter of a map that there is not, a number of responses
    out of range or of draws below `REPLICATES` or above `MOST_DRAWS`, constraints that refuse everything, and a folder that
    cannot be written.
    """
    if ranges is not None:
        return side_by_side(
            test, scenario, ranges, progress, draws=draws, seed=seed, only=only, workers=workers, out=out, resume=resume,
            search=search, cluster=cluster, design=design, responses=responses, over=over, mapped=mapped,
            indices_by_design=indices_by_design,
        )  # fmt: skip
    study = scenario if isinstance(scenario, Study) else study_of(scenario)
    claims = _chosen(study, only)
    if over is not None:
        pair(study, *over)
    plan = planned(study, draws, seed, design)
    draws = plan.n
    special = None if indices_by_design is None else Designed.checked(study, indices_by_design)
    if workers < 1:
        raise BadInput(
            "at least one worker is needed",
            where=Where(field="--workers"),
            found=workers,
            allowed="1 or more",
        )
    if cluster is not None and workers > 1:
        raise BadInput(
            "a cluster has workers of its own", where=Where(field="--workers"), found=workers,
            allowed="either --workers N or --cluster; --cluster local:N starts N processes here",
        )  # fmt: skip
    level = effort(search)
    tell: Progress = progress or (lambda what, share: None)
    sides = [f"law:{rule}:{side}" for rule in study.law for side in ("with", "without")]
    asked = study.policies_of(claims)
    policies = [p for p in asked if p in study.policies] if only else [*study.policies, *sides]
    policies = [BASELINE, *policies]
    keys = [
        *policies,
        *(p for p in asked if p not in policies),
    ]  # settings and combinations that claims speak of

    tallies = {c: Tally(plan.replicated) for c in claims}
    policy_tally = PolicyTally(study, tuple(policies), what_is_enough(study), plan.replicated)
    further = Further.planned(
        policy_tally, plan, seed, responses if level.name == "thorough" and not only else 0
    )
    sample = Sample(tuple(r.name for r in study.varying))
    refused = 0
    chunks = sweep(
        study, draws, keys, seed=seed, workers=workers, cluster=cluster, out=None if out is None else Path(out),
        resume=resume, progress=lambda what, share: tell(what, 0.7 * share), design=plan,
    )  # fmt: skip
    with closing(chunks):  # whatever happens, workers end here and not when somebody collects the garbage
        for chunk in chunks:
            judged = {c: judge(study.claims[c], chunk, chunk.draws) for c in claims}
            for c, told in judged.items():
                tallies[c].add(chunk.start, told)
            policy_tally.add(chunk)
            further.add(chunk)
            sample.add(chunk, judged)
            refused = chunk.refused

    probe = Probe(study)
    found = searched(
        study, probe, claims, tallies, sample, draws, chosen_seed(study, seed), tell, level, over, mapped
    )
    further.solve(tell)
    tell("weighing parameters", 0.95)
    selections = {} if study.selections is None else study.selections(claims)
    weights = weigh(
        study,
        sample,
        [p for p in policies if p not in sides],
        policy_tally,
        plan.replicated,
        level.name == "thorough",
    )
    result = Findings(
        study=study,
        draws=draws,
        seed=chosen_seed(study, seed),
        measure=plan.measure(refused),
        refused=refused,
        claims=found,
        policies=policy_tally,
        quantiles=_quantiles(sample, policies),
        sensitivity=weights.indices,
        information=weights.information,
        dominated=tuple((player, d) for player, menu in policy_tally.menus.items() for d in menu.dominated()),
        searched=(probe.points, probe.solved),
        search=level.name,
        selections=selections,
        design=plan.record,
        responses=further.responses,
        levers=further.levers,
        designed=None if special is None else designed(study, special, seed),
    )
    tell("done", 1.0)
    return result


def _chosen(study: Study, only: str | Sequence[str] | None) -> list[str]:
    wanted = [only] if isinstance(only, str) else list(only or study.claims)
    for name in wanted:
        if name not in study.claims:
            raise BadInput(
                "there is no such claim", where=Where(field="--only"), found=name, allowed=study.claims
            )
    return [c for c in study.claims if c in wanted]


def _quantiles(sample: Sample, policies: list[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """What a tenth of the draws lie below and above, of every event under every policy."""
    out: dict[tuple[str, str], tuple[float, float]] = {}
    for policy in policies:
        for event in sample.events(policy):
            column = sample.event(policy, event)
            column = column[np.isfinite(column)]
            if len(column):
                low, high = np.quantile(column, [0.1, 0.9])
                out[policy, event] = (float(low), float(high))
    return out
