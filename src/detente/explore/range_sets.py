"""Rival range sets side by side: the same claims over each analyst's ranges, with the same seed.

For each claim on which two sets disagree most, one range at a time is swapped: the first set with this one parameter as the
second has it, everything else as before. Which swap turns the verdict, or moves the share most, says which range the
disagreement is about. Swaps are judged by Sobol' draws alone, no search: `FEWEST_SWAP_DRAWS` to `SWAP_DRAWS` each, as many as
the test of the sets itself would share out, for at most `MOST_SWAPS` ranges. It does *not* swap two ranges at once: where no
swap alone turns the verdict, it takes several together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from detente.errors import BadInput, Where
from detente.explore.claims.verdict import Tally, Verdict
from detente.explore.findings import ClaimFinding, Findings
from detente.explore.protocol import Study, judge
from detente.explore.record.number import tidy
from detente.explore.study import study_of
from detente.explore.sweep.run import Progress, sweep
from detente.scenario.range_sets import OWN, crossed

ALL = "all"
SWAP_DRAWS, FEWEST_SWAP_DRAWS, MOST_SWAPS = 512, 64, 24
APART = 0.1  # shares further apart than this, with intervals that do not meet, are a disagreement in degree


@dataclass(frozen=True)
class Swap:
    """The first set of a pair with one parameter as the second has it."""

    parameter: str
    verdict: Verdict
    share: float | None
    turns: bool  # the verdict is then that of the second set


@dataclass(frozen=True)
class Disagreement:
    """A claim on which sets of ranges give different verdicts, or shares that are clearly apart.

    ``between``: the two sets whose shares are furthest apart. ``at_first`` and ``at_second`` are their verdict and share over
    the ``draws`` of the swaps, so that they can be compared with these. ``swaps``: those that move the share most first.
    """

    claim: str
    kind: str  # "verdict" or "share"
    between: tuple[str, str]
    draws: int
    at_first: tuple[Verdict, float | None]
    at_second: tuple[Verdict, float | None]
    swaps: tuple[Swap, ...]
    not_tried: Mapping[str, str] = field(default_factory=dict[str, str])  # parameter -> why


@dataclass(frozen=True, eq=False)
class Rivals:
    """The scenario's range sets, each tested, and what they disagree about. The scenario's own ranges are `OWN`."""

    titles: Mapping[str, str]
    findings: Mapping[str, Findings]
    disagreements: tuple[Disagreement, ...]

    def record(self) -> dict[str, Any]:
        """``range_sets`` and ``disagreements`` of the record."""
        return {
            "range_sets": [_set(id_, self.titles[id_], found) for id_, found in self.findings.items()],
            "disagreements": [self._disagreement(d) for d in self.disagreements],
        }

    def _disagreement(self, d: Disagreement) -> dict[str, Any]:
        return {
            "claim": d.claim, "kind": d.kind, "between": list(d.between), "draws": d.draws,
            "verdicts": [d.at_first[0], d.at_second[0]], "shares": [tidy(d.at_first[1]), tidy(d.at_second[1])],
            "swaps": [
                {"parameter": s.parameter, "verdict": s.verdict, "share": tidy(s.share), "turns": s.turns} for s in d.swaps
            ],
            "not_tried": dict(d.not_tried), "text": self.sentence(d),
        }  # fmt: skip

    def sentence(self, d: Disagreement) -> str:
        """What makes the difference, in words."""
        first, second = (self._named(id_) for id_ in d.between)
        turning = [s.parameter for s in d.swaps if s.turns]
        skipped = f"; {len(d.not_tried)} other ranges that differ were not tried" if d.not_tried else ""
        if not d.swaps:
            return f"between {first} and {second}: no range that differs could be swapped alone{skipped}"
        if d.kind == "verdict" and turning:
            which = (
                f"the range of {turning[0]} alone turns"
                if len(turning) == 1
                else f"the ranges of {', '.join(turning)} turn, each alone,"
            )
            return f"{which} the verdict of {first} into that of {second}{skipped}"
        best = d.swaps[0]
        alone = "no single range turns the verdict; " if d.kind == "verdict" else ""
        return (
            f"{alone}the range of {best.parameter} moves the share most: from {_said(d.at_first[1])} with {first} to "
            f"{_said(best.share)}, where {second} has {_said(d.at_second[1])}{skipped}"
        )

    def _named(self, id_: str) -> str:
        return "the scenario's own ranges" if id_ == OWN else self.titles[id_]


def side_by_side(
    test: Callable[..., Findings],
    scenario: Any,
    ranges: str | Sequence[str],
    progress: Progress | None,
    **options: Any,
) -> Findings:
    """``test`` over one range set in place of the scenario's own ranges (a name), or over several beside them (a list, `ALL`).

    Raises BadInput for a study, which has one set of ranges, and for a set that there is not.
    """
    where = Where(field="--ranges")
    if isinstance(scenario, Study):
        raise BadInput(
            "range sets are part of a scenario, and this is a study", where=where, found=str(ranges)
        )
    known = scenario.range_sets
    one = isinstance(ranges, str) and ranges != ALL
    wanted: list[str] = (
        list(dict.fromkeys(ranges)) if not isinstance(ranges, str) else [ranges] if one else list(known)
    )
    for name in wanted:
        if name not in known:
            raise BadInput("there is no such range set", where=where, found=name, allowed=[*known, ALL])
    if not wanted:
        raise BadInput("this scenario has no range sets", where=where, found=str(ranges),
                       allowed="names under `range_sets` in the scenario file")  # fmt: skip
    tell: Progress = progress or (lambda what, share: None)
    if one:
        return test(scenario.with_ranges(wanted[0]), progress=progress, **options)
    runs = [OWN, *wanted]

    def told(k: int) -> Progress:
        return lambda what, share: tell(
            f"{runs[k]}: {what}" if k else what, (k + min(share, 0.999)) / (len(runs) + 1)
        )

    found = {
        name: test(
            scenario.with_ranges(None if name == OWN else name),
            progress=told(k),
            **options,
        )
        for k, name in enumerate(runs)
    }
    tell("comparing the range sets", len(runs) / (len(runs) + 1))
    titles = {name: known[name].title for name in wanted}
    rivals = Rivals(
        titles,
        {name: found[name] for name in wanted},
        _disagreements(scenario, found, max(f.draws for f in found.values())),
    )
    tell("done", 1.0)
    return replace(found[OWN], rivals=rivals)


def _disagreements(scenario: Any, found: Mapping[str, Findings], draws: int) -> tuple[Disagreement, ...]:
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    order = [c.id for c in found[OWN].claims]
    for claim in order:
        apart = _furthest({name: _claim(f, claim) for name, f in found.items()})
        if apart is not None:
            pairs.setdefault(apart[0], []).append((claim, apart[1]))
    budget = draws * len(found)
    out: list[Disagreement] = []
    for between, claims in pairs.items():
        out += _swapped(scenario, between, claims, budget // len(pairs), draws, found[OWN].seed)
    return tuple(sorted(out, key=lambda d: order.index(d.claim)))


def _furthest(claims: Mapping[str, ClaimFinding]) -> tuple[tuple[str, str], str] | None:
    """The two sets that disagree most on a claim, and in what; None where all agree."""
    best: tuple[float, tuple[str, str], str] | None = None
    for a, b in combinations(claims, 2):
        one, two = claims[a], claims[b]
        shares = one.tally.share, two.tally.share
        gap = abs(shares[0] - shares[1]) if None not in shares else 0.0  # type: ignore[operator]
        if one.verdict != two.verdict:
            kind, weight = "verdict", 1 + gap
        elif gap > APART and _separate(one.tally.interval, two.tally.interval):
            kind, weight = "share", gap
        else:
            continue
        weight += 2 * (OWN not in (a, b))  # where analysts disagree with one another, that is told first
        if best is None or weight > best[0] + 1e-12:
            best = (weight, (a, b), kind)
    return None if best is None else best[1:]


def _separate(one: tuple[float, float] | None, two: tuple[float, float] | None) -> bool:
    return one is None or two is None or one[1] < two[0] or two[1] < one[0]


def _swapped(
    scenario: Any, between: tuple[str, str], claims: list[tuple[str, str]], budget: int, most: int, seed: int
) -> list[Disagreement]:
    """One pair's disagreements. ``budget``: draws in all; ``most``: in one run."""
    first, second = (None if name == OWN else name for name in between)
    a, b = scenario.with_ranges(first), scenario.with_ranges(second)
    study = study_of(a)
    names = [claim for claim, _ in claims]
    differ = [
        n for n, p in a.parameters.items() if n in b.parameters and _spread(p) != _spread(b.parameters[n])
    ]
    reach = [study.relevant_to(c) for c in names] + [study_of(b).relevant_to(c) for c in names]
    able = [n for n in differ if any(r is None or n in r for r in reach)]
    m = min(SWAP_DRAWS, most, max(FEWEST_SWAP_DRAWS, budget // (len(able) + 2)))
    tried = able[:MOST_SWAPS]
    not_tried = dict.fromkeys(able[len(tried) :], f"more than {MOST_SWAPS} ranges differ")

    def judged(made: Any) -> dict[str, Tally]:
        return _tallies(study_of(made), names, m, seed)

    at_a, at_b = judged(a), judged(b)
    runs: dict[str, dict[str, Tally]] = {}
    for name in tried:
        try:
            runs[name] = judged(crossed(scenario, first, second, [name]))
        except BadInput as problem:
            not_tried[name] = f"the two sets do not go together there: {problem.problem}"
    out: list[Disagreement] = []
    for claim, kind in claims:
        here = (at_a[claim], at_b[claim])
        swaps = [
            Swap(
                n,
                t[claim].verdict(),
                t[claim].share,
                t[claim].verdict() == here[1].verdict() != here[0].verdict(),
            )
            for n, t in runs.items()
        ]
        swaps.sort(key=lambda s: (not s.turns, -abs((s.share or 0.0) - (here[0].share or 0.0)), s.parameter))
        at = [_answer(t) for t in here]
        out.append(Disagreement(claim, kind, between, m, at[0], at[1], tuple(swaps), not_tried))
    return out


def _tallies(study: Study, claims: list[str], m: int, seed: int) -> dict[str, Tally]:
    tallies = {c: Tally() for c in claims}
    for chunk in sweep(study, m, study.policies_of(claims), seed=seed):
        for c in claims:
            tallies[c].add(chunk.start, judge(study.claims[c], chunk, chunk.draws))
    return tallies


def _answer(t: Tally) -> tuple[Verdict, float | None]:
    return t.verdict(), t.share


def _spread(p: Any) -> tuple[Any, ...]:
    """What of a parameter draws depend on."""
    return (p.distribution, p.low, p.high, p.shape)


def _claim(found: Findings, claim: str) -> ClaimFinding:
    return next(c for c in found.claims if c.id == claim)


def _set(id_: str, title: str, found: Findings) -> dict[str, Any]:
    whole = found.record()
    return {
        "id": id_, "title": title, "draws": found.draws, "measure": found.measure, "refused": found.refused,
        "claims": [
            {key: c[key] for key in ("id", "verdict", "share", "share_interval", "rule_text")} for c in whole["claims"]
        ],
        "policies": [{key: p[key] for key in ("id", "regret", "values")} for p in whole["policies"]],
    }  # fmt: skip


def _said(share: float | None) -> str:
    return "no share (undecided)" if share is None else f"{share:.0%}"


__all__ = ["ALL", "Disagreement", "Rivals", "Swap", "side_by_side"]
