"""What testing found, as types, and as the one record that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.explore.flips import Flip
from detente.explore.nearest import MOVED, Nearest
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Range
from detente.explore.regret import Dominated, PolicyTally
from detente.explore.rule import Rule, conditions, words
from detente.explore.sensitivity import Indices
from detente.explore.verdict import Tally, Verdict

_ROUNDING = 1e-10
SHOWN_TOTAL, SHOWN_PARAMETERS = 0.02, 8  # indices below, or parameters beyond, are left out of the record


@dataclass(frozen=True, eq=False)
class Map:
    """Decided and undecided draws over two parameters: points (x, y, 1 holds | 0 fails | None undecided)."""

    x: str
    y: str
    points: tuple[tuple[float, float, int | None], ...]


@dataclass(frozen=True, eq=False)
class ClaimFinding:
    """One claim. ``rule`` and ``fails_rule`` are None unless the verdict is *holds if* and draws of both kinds allow one.

    ``exception`` is a solved point with the answer that no draw had (positions), where the verdict rests on it.
    """

    id: str
    text: str
    verdict: Verdict
    tally: Tally
    rule: Rule | None
    fails_rule: Rule | None
    flips: tuple[Flip, ...]
    nearest: Nearest | None
    margin_at_base: float | None  # None: undecided there
    exception: tuple[float, ...] | None
    map: Map | None


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that `test` found. `record` is its face to other programs (the contract's "detente test")."""

    study: Study
    draws: int
    seed: int
    measure: str
    refused: int
    claims: tuple[ClaimFinding, ...]
    policies: PolicyTally
    quantiles: Mapping[tuple[str, str], tuple[float, float]]  # policy, event -> 10 % and 90 %
    sensitivity: tuple[tuple[str, str, Indices], ...]  # event, policy, indices
    information: tuple[tuple[str, float, tuple[float, ...]], ...]  # player, of everything, of each parameter
    dominated: tuple[tuple[str, Dominated], ...]  # player
    searched: tuple[int, int]  # points solved beside the draws, and times policies
    search: str = "thorough"  # how hard flips and exceptions were looked for
    selections: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )  # claim -> whether it depends on which equilibrium is played; empty: not looked at

    def record(self) -> dict[str, Any]:
        """A dictionary of JSON values, in a fixed order: equal findings give equal bytes."""
        return {
            "scenario": self.study.name,
            "draws": self.draws,
            "seed": self.seed,
            "measure": self.measure,
            "selection": self.study.selection,
            "refused": self.refused,
            "claims": [self._claim(c) for c in self.claims],
            "policies": [self._policy(p) for p in self.policies.policies if p in self.study.policies],
            "equilibrium": self._policy(BASELINE) if BASELINE in self.policies.policies else None,
            "law": [
                {"id": rule, **{side: self._policy(f"law:{rule}:{side}", brief=True) for side in ("with", "without")}}
                for rule in self.study.law
                if f"law:{rule}:with" in self.policies.policies
            ],
            "menus": {self._actor(p): list(m.policies) for p, m in self.policies.menus.items()},
            "dominated": [
                {"actor": self._actor(player), "policy": d.policy, "by": d.by, "gap": _tidy(d.gap), "draw": d.draw,
                 "parameters": {k: _tidy(v) for k, v in d.parameters.items()}}
                for player, d in self.dominated
            ],
            "sensitivity": [row for event, policy, found in self.sensitivity for row in self._indices(event, policy, found)],
            "information": [
                {"actor": self._actor(player), "parameter": r.name, "worth": _tidy(w)}
                for player, _, each in self.information
                for w, r in sorted(zip(each, self.study.varying, strict=True), key=lambda item: (-item[0], item[1].name))
                if w > _ROUNDING
            ],
            "information_total": {self._actor(player): _tidy(total) for player, total, _ in self.information},
            "searched": {"points": self.searched[0], "solved": self.searched[1], "effort": self.search},
        }  # fmt: skip

    def _claim(self, c: ClaimFinding) -> dict[str, Any]:
        ranges = {r.name: r for r in self.study.ranges}
        t, holds_if = c.tally, c.verdict == "holds if"
        mirror = self.study.mirrors.get(c.id)
        return {
            "id": c.id,
            "text": c.text,
            "said_by": list(self.study.said_by.get(c.id, ())),
            "verdict": c.verdict,
            "rule": _rule(c.rule) if holds_if else [],
            "rule_text": self._rule_text(c),
            "rule_found": bool(c.rule and c.rule.found) if holds_if else None,
            "coverage": _tidy(c.rule.coverage) if c.rule and holds_if else None,
            "density": _tidy(c.rule.density) if c.rule and holds_if else None,
            "coverage_interval": _pair(c.rule.coverage_interval) if c.rule and holds_if else None,
            "density_interval": _pair(c.rule.density_interval) if c.rule and holds_if else None,
            "rule_method": c.rule.method if c.rule and holds_if else None,
            "fails_rule": self._fails(c) if holds_if else None,
            "share": _tidy(t.share),
            "share_interval": _pair(t.interval),
            "exceptions_below": _tidy(t.exceptions_below) if c.verdict.endswith("throughout") else None,
            "exception": self._point(c.exception, ranges) if c.exception else None,
            "decided": t.n_decided,
            "undecided": t.n - t.n_decided,
            "undecided_why": dict(t.undecided_why),
            "margin_at_base": _tidy(c.margin_at_base),
            "holds_at_base": None if c.margin_at_base is None else c.margin_at_base >= 0,
            "flips": [self._flip(f, ranges[f.parameter]) for f in c.flips],
            "nearest_flip": self._nearest(c.nearest),
            "binding": self._binding(c, ranges),
            "map": None
            if c.map is None
            else {"x": c.map.x, "y": c.map.y, "points": [list(p) for p in c.map.points]},
            "swapped": mirror if mirror in self.study.claims else None,
            **({"selection": dict(self.selections[c.id])} if c.id in self.selections else {}),
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
            "coverage": _tidy(rule.coverage), "density": _tidy(rule.density), "otherwise": _tidy(rule.outside),
        }  # fmt: skip

    def _flip(self, f: Flip, r: Range) -> dict[str, Any]:
        return {
            "parameter": f.parameter, "base": _tidy(f.base), "at": _located(f.at, r), "distance": round(float(f.distance), 4),
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
                varying[k].name: _located(float(varying[k].at(nearest.position[k])), varying[k])
                for k in nearest.changed
            },
        }

    def _binding(self, c: ClaimFinding, ranges: Mapping[str, Range]) -> dict[str, Any] | None:
        if not c.flips:
            return None
        first = c.flips[0]
        r = ranges[first.parameter]
        return {
            "parameter": first.parameter, "title": r.label, "base": _tidy(first.base), "at": _located(first.at, r),
            "distance": round(float(first.distance), 4), "holds": "above" if first.above else "below",
            "assumption": r.parameter.assumption,
        }  # fmt: skip

    def _point(self, position: tuple[float, ...], ranges: Mapping[str, Range]) -> dict[str, float]:
        """The parameters that differ from their base at a point."""
        base = self.study.base
        return {
            r.name: _located(float(r.at(z)), r)
            for r, z, b in zip(self.study.varying, position, base, strict=True)
            if abs(z - b) > 1e-9
        }

    def _policy(self, policy: str, brief: bool = False) -> dict[str, Any]:
        t = self.policies
        given = self.study.policies.get(policy)
        regret: dict[str, Any] = {}
        for player, menu in t.menus.items():
            found = menu.regret(policy)
            if found is not None and (given is None or given.player == player):
                regret[player] = {"max": _tidy(found[0]), "mean": _tidy(found[1])}
        events: dict[str, Any] = {}
        for (p, name), spread in t.events.items():
            if p == policy:
                low, high = spread.ends()
                tenth, ninetieth = self.quantiles.get((p, name), (None, None))
                events[name] = {
                    "mean": _tidy(spread.mean), "low": _tidy(low), "high": _tidy(high), "p10": _tidy(tenth), "p90": _tidy(ninetieth),
                }  # fmt: skip
        values: dict[str, Any] = {}
        for (p, name), spread in t.values.items():
            if p == policy:
                low, high = spread.ends()
                values[name] = {"mean": _tidy(spread.mean), "min": _tidy(low), "max": _tidy(high)}
        if brief:
            return {"certified": t.certified.get(policy, 0), "values": values, "events": events}
        return {
            "id": policy,
            "actor": getattr(given, "actor", None) if given is not None else None,
            "player": given.player if given is not None else None,
            "kind": given.kind if given is not None else BASELINE,
            "certified": t.certified.get(policy, 0),
            "values": values,
            "regret": regret,
            "events": events,
        }

    def _indices(self, event: str, policy: str, found: Indices) -> list[dict[str, Any]]:
        rows = [
            {"event": event, "policy": None if policy == BASELINE else policy, "parameter": r.name,
             "first": round(float(a), 4), "total": round(float(b), 4),
             "explained": None if found.explained is None else round(found.explained, 4)}
            for r, a, b in zip(self.study.varying, found.first, found.total, strict=True)
            if b >= SHOWN_TOTAL
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-row["total"], row["parameter"]))[:SHOWN_PARAMETERS]

    def _actor(self, player: str) -> str:
        """The role whose policies a player has, for the record; the player's own name where none is named."""
        for policy in self.study.policies.values():
            if policy.player == player:
                return getattr(policy, "actor", None) or player
        return player


def _rule(rule: Rule | None) -> list[dict[str, Any]]:
    if rule is None:
        return []
    return [
        {"parameter": c.parameter, "low": c.low, "high": c.high, "quasi_p": _tidy(c.quasi_p)}
        for c in rule.conditions
    ]


def _tidy(x: float | None) -> float | None:
    """Nine significant digits, and nothing finer than rounding of a solution leaves; None for what is not finite."""
    if x is None or not np.isfinite(x):
        return None
    return 0.0 if abs(x) < _ROUNDING else float(f"{float(x):.9g}")


def _pair(ends: tuple[float, float] | None) -> list[float | None] | None:
    return None if ends is None else [_tidy(ends[0]), _tidy(ends[1])]


def _located(x: float, r: Range) -> float:
    """A place that was found to a few ten-thousandths of the range, to thousandths."""
    width = abs(x) if r.logarithmic else r.high - r.low
    return float(round(x, 3 - int(np.floor(np.log10(width))))) + 0.0 if width > 0 else float(x)
