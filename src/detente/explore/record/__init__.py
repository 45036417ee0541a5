"""Findings as the one record that other programs read (the contract's "detente test")."""

from __future__ import annotations

from typing import Any

from detente.explore.findings import Findings
from detente.explore.protocol import BASELINE
from detente.explore.record.claim import ClaimRecord
from detente.explore.record.number import ROUNDING, tidy
from detente.explore.sensitivity.sobol import Indices

SHOWN_TOTAL, SHOWN_PARAMETERS = 0.02, 8  # indices below, or parameters beyond, are left out of the record


class Record:
    """Findings put into JSON values."""

    def __init__(self, found: Findings) -> None:
        self.found = found

    def whole(self) -> dict[str, Any]:
        """A dictionary of JSON values, in a fixed order: equal findings give equal bytes."""
        claim = ClaimRecord(self.found)
        return {
            "scenario": self.found.study.name,
            "draws": self.found.draws,
            "seed": self.found.seed,
            "measure": self.found.measure,
            "selection": self.found.study.selection,
            "refused": self.found.refused,
            "claims": [claim.of(c) for c in self.found.claims],
            "policies": [self._policy(p) for p in self.found.policies.policies if p in self.found.study.policies],
            "equilibrium": self._policy(BASELINE) if BASELINE in self.found.policies.policies else None,
            "law": [
                {"id": rule, **{side: self._policy(f"law:{rule}:{side}", brief=True) for side in ("with", "without")}}
                for rule in self.found.study.law
                if f"law:{rule}:with" in self.found.policies.policies
            ],
            "menus": {self._actor(p): list(m.policies) for p, m in self.found.policies.menus.items()},
            "dominated": [
                {"actor": self._actor(player), "policy": d.policy, "by": d.by, "gap": tidy(d.gap), "draw": d.draw,
                 "parameters": {k: tidy(v) for k, v in d.parameters.items()}}
                for player, d in self.found.dominated
            ],
            "sensitivity": [row for event, policy, found in self.found.sensitivity for row in self._indices(event, policy, found)],
            "information": [
                {"actor": self._actor(player), "parameter": r.name, "worth": tidy(w)}
                for player, _, each in self.found.information
                for w, r in sorted(zip(each, self.found.study.varying, strict=True), key=lambda item: (-item[0], item[1].name))
                if w > ROUNDING
            ],
            "information_total": {self._actor(player): tidy(total) for player, total, _ in self.found.information},
            "searched": {"points": self.found.searched[0], "solved": self.found.searched[1], "effort": self.found.search},
        }  # fmt: skip

    def _policy(self, policy: str, brief: bool = False) -> dict[str, Any]:
        t = self.found.policies
        given = self.found.study.policies.get(policy)
        regret: dict[str, Any] = {}
        for player, menu in t.menus.items():
            found = menu.regret(policy)
            if found is not None and (given is None or given.player == player):
                regret[player] = {"max": tidy(found[0]), "mean": tidy(found[1])}
        events: dict[str, Any] = {}
        for (p, name), spread in t.events.items():
            if p == policy:
                low, high = spread.ends()
                tenth, ninetieth = self.found.quantiles.get((p, name), (None, None))
                events[name] = {
                    "mean": tidy(spread.mean), "low": tidy(low), "high": tidy(high), "p10": tidy(tenth), "p90": tidy(ninetieth),
                }  # fmt: skip
        values: dict[str, Any] = {}
        for (p, name), spread in t.values.items():
            if p == policy:
                low, high = spread.ends()
                values[name] = {"mean": tidy(spread.mean), "min": tidy(low), "max": tidy(high)}
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
            for r, a, b in zip(self.found.study.varying, found.first, found.total, strict=True)
            if b >= SHOWN_TOTAL
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-row["total"], row["parameter"]))[:SHOWN_PARAMETERS]

    def _actor(self, player: str) -> str:
        """The role whose policies a player has, for the record; the player's own name where none is named."""
        for policy in self.found.study.policies.values():
            if policy.player == player:
                return getattr(policy, "actor", None) or player
        return player
