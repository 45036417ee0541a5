"""What is searched for beside the draws, claim by claim: flips, exceptions, the nearest flip; then its rule and its map."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from detente.explore.claims.breaking import search_exception
from detente.explore.claims.effort import Effort
from detente.explore.claims.flips import Flip, Scan, find_flips, lines, walk
from detente.explore.claims.map import CELLS, FINE, Map, pair, search_map
from detente.explore.claims.nearest import Nearest, search_nearest
from detente.explore.claims.probe import Met, Probe, Search, drive
from detente.explore.claims.verdict import Tally
from detente.explore.findings import ClaimFinding, Tested
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
    over: tuple[str, str] | None = None,
    mapped: Collection[str] | None = None,
) -> tuple[ClaimFinding, ...]:
    """Flips, exceptions, nearest flips, rules and maps of the claims. ``over``: map these two parameters, whole and finely.

    ``mapped``: the claims whose maps are solved; None: all.
    """
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
            searches[c] = (c, _breaking(study, c, tallies[c], positions, sample.margin(c), effort))
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

    for c in claims:  # whatever any search met counts
        exceptions[c] = exceptions[c] or _met(probe, c, tallies[c].verdict())

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
            exception=exceptions[c], map=_map(study, sample, c, flips[c], rule, over),
            tested=_tested(study, probe, c, tallies[c]),
            parallel=parallel(told, sample.margin(c), (rule, fails), [f.parameter for f in flips[c]]),
        )  # fmt: skip
        out.append(finding)

    tell("drawing maps", 0.95)
    drawn = _drawn(study, probe, out, effort, over, mapped)
    return tuple(replace(f, map=f.map.drawn(drawn[f.id])) if f.map and f.id in drawn else f for f in out)


def _breaking(
    study: Study, claim: str, tally: Tally, positions: Floats, margin: Floats, effort: Effort
) -> Search[tuple[float, ...] | None]:
    """The search that tries to break a claim, from the draws that are kept and from the worst of all."""
    holds = tally.verdict().startswith("holds")
    rows = np.isfinite(margin)
    worst = study.positions(
        {n: np.array([x]) for n, x in (tally.at_smallest if holds else tally.at_largest).items()}
    )
    names = study.relevant_to(claim)
    moved = sum(names is None or r.name in names for r in study.varying)
    return search_exception(
        np.vstack([positions[rows], worst]),
        np.append(margin[rows], tally.smallest if holds else tally.largest),
        holds,
        study.snapped,
        effort,
        study.witnessed(claim) if effort.descents else None,
        1 if study.gradients is not None else moved + 1,
    )


def _met(probe: Probe, claim: str, verdict: str) -> tuple[float, ...] | None:
    """A point with the answer that no draw had, whichever search met it."""
    met = probe.met.get(claim)
    if met is None or not met.points or not verdict.endswith("throughout"):
        return None
    if verdict.startswith("holds"):
        return met.at_least if met.least < 0 else None
    return met.at_largest if met.largest >= 0 else None


def _tested(study: Study, probe: Probe, claim: str, tally: Tally) -> Tested:
    """To which bound a claim was tested; the margin nearest to an exception among draws and points of searches."""
    met = probe.met.get(claim, Met())
    if not tally.verdict().endswith("throughout"):
        return Tested(tally.n_decided, met.points, None)
    holds = tally.verdict().startswith("holds")
    draw, extreme = (tally.at_smallest, tally.smallest) if holds else (tally.at_largest, tally.largest)
    found = (met.least, met.at_least) if holds else (met.largest, met.at_largest)
    if not met.points or (extreme <= found[0] if holds else extreme >= found[0]):
        at = study.positions({n: np.array([x]) for n, x in draw.items()})[0]
        found = (extreme, tuple(float(z) for z in at))
    return Tested(tally.n_decided, met.points, found)


def _drawn(
    study: Study,
    probe: Probe,
    found: list[ClaimFinding],
    effort: Effort,
    over: tuple[str, str] | None,
    mapped: Collection[str] | None,
) -> dict[str, Any]:
    """Grids and boundaries of the claims' maps (of those ``mapped``; None: of all), solved side by side."""
    searches: dict[str, Any] = {}
    for f in found:
        if f.map is not None and (mapped is None or f.id in mapped):
            a, b = pair(study, f.map.x, f.map.y)
            within = FINE if over else effort.map_within
            cells = CELLS if over else effort.map_cells
            search = search_map(study.base, a, b, study.varying, cells, over is not None, within)
            searches[f.id] = (f.id, search)
    return drive(probe, searches)


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


def _map(
    study: Study,
    sample: Sample,
    claim: str,
    flips: tuple[Flip, ...],
    rule: Rule | None,
    over: tuple[str, str] | None,
) -> Map | None:
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
    order = list(dict.fromkeys([*(over or ()), *(f.parameter for f in flips), *from_rule, *rest]))
    a, b = (names.index(name) for name in order[:2])
    points = tuple(
        (float(f"{x[i, a]:.5g}"), float(f"{x[i, b]:.5g}"), int(margin[i] >= 0) if rows[i] else None)
        for i in range(min(MAP_POINTS, sample.n))
    )
    return Map(order[0], order[1], points)
