"""One claim's finding as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detente.explore.claims.flips import Flip
from detente.explore.claims.map import Map
from detente.explore.claims.nearest import MOVED, Nearest
from detente.explore.findings import ClaimFinding, Findings
from detente.explore.ranges import Range
from detente.explore.record.number import located, pair, tidy
from detente.explore.rules.rule import Rule, conditions, words


class ClaimRecord:
    """The claims of some findings put into JSON values."""

    def __init__(self, found: Findings) -> None:
        self.found, self.study = found, found.study

    def of(self, c: ClaimFinding) -> dict[str, Any]:
        ranges = {r.name: r for r in self.study.ranges}
        t, holds_if = c.tally, c.verdict == "holds if"
        mirror = self.study.mirrors.get(c.id)
        return {
            "id": c.id,
            "text": c.text,
            "kind": getattr(self.study.claims[c.id], "kind", "comparison"),
            "said_by": list(self.study.said_by.get(c.id, ())),
            "verdict": c.verdict,
            "rule": _rule(c.rule) if holds_if else [],
            "rule_text": self._rule_text(c),
            "rule_found": bool(c.rule and c.rule.found) if holds_if else None,
            "coverage": tidy(c.rule.coverage) if c.rule and holds_if else None,
            "density": tidy(c.rule.density) if c.rule and holds_if else None,
            "coverage_interval": pair(c.rule.coverage_interval) if c.rule and holds_if else None,
            "density_interval": pair(c.rule.density_interval) if c.rule and holds_if else None,
            "rule_method": c.rule.method if c.rule and holds_if else None,
            "fails_rule": self._fails(c) if holds_if else None,
            "share": tidy(t.share),
            "share_interval": pair(t.interval),
            "share_bounds": pair(t.bounds),
            "exceptions_below": tidy(t.exceptions_below) if c.verdict.endswith("throughout") else None,
            "exception": self._point(c.exception, ranges) if c.exception else None,
            "decided": t.n_decided,
            "undecided": t.n - t.n_decided,
            "undecided_why": dict(t.undecided_why),
            "margin_at_base": tidy(c.margin_at_base),
            "holds_at_base": None if c.margin_at_base is None else c.margin_at_base >= 0,
            "flips": [self._flip(f, ranges[f.parameter]) for f in c.flips],
            "nearest_flip": self._nearest(c.nearest),
            "binding": self._binding(c, ranges),
            "map": None if c.map is None else _map(c.map),
            "tested": self._tested(c, ranges),
            "parallel": None
            if c.parallel is None
            else {
                "parameters": list(c.parallel.parameters),
                "ends": [list(e) for e in c.parallel.ends],
                "rows": [list(row) for row in c.parallel.rows],
            },
            "swapped": mirror if mirror in self.study.claims else None,
            **({"selection": dict(self.found.selections[c.id])} if c.id in self.found.selections else {}),
        }

    def _rule_text(self, c: ClaimFinding) -> str:
        if c.verdict != "holds if":
            return ""
        held = int(c.tally.held.sum())
        if c.exception is not None and held in (0, c.tally.n_decided):
            names = {r.name: r for r in self.study.ranges}
            place = ", ".join(f"{names[n].label} {v:g}" for n, v in self._point(c.exception, names).items())
            if held:
                return f"conditions are met that all draws met; a search found an exception at {place}"
            return f"conditions are met that no draw met; a search found them at {place}"
        if c.rule is None and c.fails_rule is None:
            return f"conditions are met that no rule captures: it holds in {held} of {c.tally.n_decided} decided draws"
        return words(c.rule, c.fails_rule, self._titles, held / c.tally.n_decided)

    @property
    def _titles(self) -> dict[str, str]:
        """What parameters, derived ones too, are called in a sentence."""
        return {r.name: r.label for r in self.study.ranges} | {d.name: d.title for d in self.study.derived}

    def _fails(self, c: ClaimFinding) -> dict[str, Any] | None:
        rule = c.fails_rule
        if rule is None:
            return None
        return {
            "rule": _rule(rule), "rule_text": conditions(rule, self._titles), "rule_found": rule.found,
            "coverage": tidy(rule.coverage), "density": tidy(rule.density), "otherwise": tidy(rule.outside),
        }  # fmt: skip

    def _flip(self, f: Flip, r: Range) -> dict[str, Any]:
        return {
            "parameter": f.parameter, "base": tidy(f.base), "at": located(f.at, r), "distance": round(float(f.distance), 4),
            "within": round(f.within, 4), "holds": "above" if f.above else "below",
        }  # fmt: skip

    def _nearest(self, nearest: Nearest | None) -> dict[str, Any] | None:
        if nearest is None:
            return None
        varying = self.study.varying
        return {
            "distance": round(nearest.distance, 4),
            "few": len(nearest.changed) <= MOVED,
            "parameters": {
                varying[k].name: located(float(varying[k].at(nearest.position[k])), varying[k])
                for k in nearest.changed
            },
        }

    def _binding(self, c: ClaimFinding, ranges: Mapping[str, Range]) -> dict[str, Any] | None:
        if not c.flips:
            return None
        first = c.flips[0]
        r = ranges[first.parameter]
        return {
            "parameter": first.parameter, "title": r.label, "base": tidy(first.base), "at": located(first.at, r),
            "distance": round(float(first.distance), 4), "holds": "above" if first.above else "below",
            "assumption": r.parameter.assumption,
        }  # fmt: skip

    def _tested(self, c: ClaimFinding, ranges: Mapping[str, Range]) -> dict[str, Any] | None:
        if c.tested is None:
            return None
        closest = c.tested.closest if c.verdict.endswith("throughout") else None
        return {
            "draws": c.tested.draws,
            "exceptions_below": tidy(c.tally.exceptions_below) if c.verdict.endswith("throughout") else None,
            "searched": c.tested.searched,
            "closest": closest
            and {"margin": tidy(closest[0]), "parameters": self._point(closest[1], ranges)},
        }

    def _point(self, position: tuple[float, ...], ranges: Mapping[str, Range]) -> dict[str, float]:
        """The parameters that differ from their base at a point."""
        base = self.study.base
        return {
            r.name: located(float(r.at(z)), r)
            for r, z, b in zip(self.study.varying, position, base, strict=True)
            if abs(z - b) > 1e-9
        }


def _map(m: Map) -> dict[str, Any]:
    grid = m.grid and {
        "x": [tidy(v) for v in m.grid.x], "y": [tidy(v) for v in m.grid.y],
        "holds": [list(row) for row in m.grid.holds], "at": "base", "solved": m.grid.solved, "within": m.grid.within,
    }  # fmt: skip
    return {
        "x": m.x, "y": m.y, "points": [list(p) for p in m.points], "grid": grid,
        "boundary": [[[float(f"{v:.6g}") for v in point] for point in line] for line in m.boundary],
    }  # fmt: skip


def _rule(rule: Rule | None) -> list[dict[str, Any]]:
    if rule is None:
        return []
    return [
        {"parameter": c.parameter, "low": c.low, "high": c.high, "quasi_p": tidy(c.quasi_p)}
        for c in rule.conditions
    ]
