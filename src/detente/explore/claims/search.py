"""What is searched for beside the draws, claim by claim: flips, exceptions, the nearest flip; then its rule and its map."""

from __future__ import annotations

import numpy as np

from detente.explore.claims.breaking import search_exception
from detente.explore.claims.effort import Effort
from detente.explore.claims.flips import Flip, Scan, find_flips, lines, walk
from detente.explore.claims.nearest import Nearest, search_nearest
from detente.explore.claims.probe import Probe, drive
from detente.explore.claims.verdict import Tally
from detente.explore.findings import ClaimFinding, Map
from detente.explore.protocol import Study
from detente.explore.ranges import Floats
from detente.explore.rules.features import Features, features
from detente.explore.rules.parallel import parallel
from detente.explore.rules.rule import Rule, find_rules
from detente.explore.rules.screen import first_order
from detente.explore.sample import Sample
from detente.explore.sweep.run import Progress

MAP_POINTS = 600
_INDEXED = 4096  # draws used to weigh parameters


def searched(
    study: Study,
    probe: Probe,
    claims: list[str],
    tallies: dict[str, Tally],
    sample: Sample,
    draws: int,
    seed: int,
    tell: Progress,
    effort: Effort,
) -> tuple[ClaimFinding, ...]:
    """Flips, exceptions, nearest flips, rules and maps of the claims."""
    if not claims:
        return ()
    columns = {r.name: k for k, r in enumerate(study.varying)}
    scan = lines(study.varying, study.base, effort.steps_for(draws, len(study.varying)))
    tell("walking along parameters", 0.72)
    margins = walk(probe, scan, {c: _walked(study, sample, c, effort.walked) for c in claims})
    flips = find_flips(probe, scan, margins, effort)
    walks = [(scan, margins)]
    if effort.walked is not None:  # what was not walked is looked at from its ends where nothing was found
        still = {
            c: _walked(study, sample, c, effort.ends, beyond=effort.walked) for c in claims if not flips[c]
        }
        ends = lines(study.varying, study.base, 1)
        walks.append((ends, walk(probe, ends, still)))
        flips |= find_flips(probe, *walks[1], effort)
    positions = (
        study.positions({r.name: sample.x[:, k] for k, r in enumerate(study.varying)})
        if study.varying
        else sample.x
    )
    decided = {c: np.isfinite(sample.margin(c)) for c in claims}

    tell("looking for exceptions", 0.8)
    exceptions: dict[str, tuple[float, ...] | None] = dict.fromkeys(claims)
    for walked, found in walks:
        exceptions |= {c: exceptions[c] or _exception_on(walked, found[c], tallies[c]) for c in found}
    searches = {}
    for c in claims:
        if exceptions[c] is None and tallies[c].verdict().endswith("throughout"):
            rows = decided[c]
            holds = tallies[c].verdict().startswith("holds")
            searches[c] = (
                c,
                search_exception(positions[rows], sample.margin(c)[rows], holds, study.snapped, effort),
            )
    exceptions |= drive(probe, searches)

    tell("looking for the nearest flip", 0.84)
    nearest_searches = {}
    for c in claims:
        if np.isfinite(margins[c][0]) and study.varying:
            near, held = positions[decided[c]], sample.margin(c)[decided[c]] >= 0
            exception = exceptions[c]
            if exception is not None:
                near, held = np.vstack([near, np.array(exception)]), np.append(held, not held.all())
            search = search_nearest(
                study.base,
                bool(margins[c][0] >= 0),
                flips[c],
                columns,
                near,
                held,
                seed,
                study.snapped,
                effort,
                study.witnessed(c),
            )
            nearest_searches[c] = (c, search)
    nearest: dict[str, Nearest | None] = drive(probe, nearest_searches)

    out: list[ClaimFinding] = []
    told = features(study, sample.x)
    for i, c in enumerate(claims):
        tell("finding rules", 0.9 + 0.05 * i / len(claims))
        verdict = tallies[c].verdict(exceptions[c] is not None)
        rule, fails = _rules(study, told, sample, c) if verdict == "holds if" else (None, None)
        at_base = float(margins[c][0])
        finding = ClaimFinding(
            id=c, text=study.claims[c].text, verdict=verdict, tally=tallies[c], rule=rule, fails_rule=fails,
            flips=flips[c], nearest=nearest.get(c), margin_at_base=at_base if np.isfinite(at_base) else None,
            exception=exceptions[c], map=_map(study, sample, c, flips[c], rule),
            parallel=parallel(told, sample.margin(c), (rule, fails), [f.parameter for f in flips[c]]),
        )  # fmt: skip
        out.append(finding)
    return tuple(out)


def _walked(study: Study, sample: Sample, claim: str, most: int | None, beyond: int = 0) -> list[int]:
    """The columns along which a claim is walked: of those that its games contain, the ones that its margin varies with most.

    At most ``most`` (None: all), those after the first ``beyond``.
    """
    names = study.relevant_to(claim)
    able = [k for k, r in enumerate(study.varying) if names is None or r.name in names]
    margin = sample.margin(claim)
    rows = np.isfinite(margin)
    if most is None or not rows.any():
        return able
    weight = first_order(sample.x[rows][:_INDEXED, able], margin[rows][:_INDEXED])
    moved = np.abs(study.witnessed(claim) - study.base) > 1e-9
    said = np.asarray(moved.any(axis=0), dtype=bool).reshape(-1)  # what its author flips it with comes first
    weight[said[able]] += 1.0
    return sorted(able[k] for k in np.argsort(-weight, kind="stable")[beyond : beyond + most])


def _exception_on(scan: Scan, margin: Floats, tally: Tally) -> tuple[float, ...] | None:
    """A point of the scan with the answer that no draw had."""
    verdict = tally.verdict()
    if not verdict.endswith("throughout"):
        return None
    other = np.isfinite(margin) & ((margin >= 0) != verdict.startswith("holds"))
    hits = np.flatnonzero(other)
    if not len(hits):
        return None
    far = np.linalg.norm(scan.positions[hits] - scan.positions[0], axis=1)
    return tuple(float(z) for z in scan.positions[hits[int(far.argmin())]])


def _rules(study: Study, found: Features, sample: Sample, claim: str) -> tuple[Rule | None, Rule | None]:
    """The rule for where the claim holds, and the one for where it fails."""
    margin = sample.margin(claim)
    rows = np.isfinite(margin)
    mine = found.of(study.relevant_to(claim), {d.name: d.ingredients for d in study.derived})
    if not mine.ranges:
        return None, None
    return find_rules(Features(mine.x[rows], mine.ranges, mine.plain), margin[rows], sample.draw[rows])


def _map(study: Study, sample: Sample, claim: str, flips: tuple[Flip, ...], rule: Rule | None) -> Map | None:
    """The first draws over the two parameters that decide most: by flips, then by the rule, then by how far means are apart."""
    names = [r.name for r in study.varying]
    if len(names) < 2:
        return None
    margin, x = sample.margin(claim), sample.x
    rows = np.isfinite(margin)
    held = rows & (margin >= 0)
    failed = rows & (margin < 0)
    rest = list(names)
    if held.any() and failed.any():
        scale = x.std(axis=0) + 1e-300
        apart = np.abs(x[held].mean(axis=0) - x[failed].mean(axis=0)) / scale
        rest = [names[k] for k in np.argsort(-apart, kind="stable")]
    from_rule = (
        [c.parameter for c in rule.conditions if c.parameter in names]
        if rule is not None and rule.found
        else []
    )
    order = list(dict.fromkeys([*(f.parameter for f in flips), *from_rule, *rest]))
    a, b = (names.index(name) for name in order[:2])
    points = tuple(
        (float(f"{x[i, a]:.5g}"), float(f"{x[i, b]:.5g}"), int(margin[i] >= 0) if rows[i] else None)
        for i in range(min(MAP_POINTS, sample.n))
    )
    return Map(order[0], order[1], points)
