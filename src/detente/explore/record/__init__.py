"""Findings as the one record that other programs read (the contract's "detente test")."""

from __future__ import annotations

from typing import Any

from detente.explore.findings import Findings
from detente.explore.protocol import BASELINE
from detente.explore.record.claim import ClaimRecord
from detente.explore.record.number import ROUNDING, tidy
from detente.explore.record.policy import PolicyRecord
from detente.explore.sensitivity.sobol import Indices

SHOWN_TOTAL, SHOWN_PARAMETERS = 0.02, 8  # indices below, or parameters beyond, are left out of the record


class Record:
    """Findings put into JSON values."""

    def __init__(self, found: Findings) -> None:
        self.found = found

    def whole(self) -> dict[str, Any]:
        """A dictionary of JSON values, in a fixed order: equal findings give equal bytes."""
        claim, policies = ClaimRecord(self.found), PolicyRecord(self.found)
        return {
            "scenario": self.found.study.name,
            "draws": self.found.draws,
            "seed": self.found.seed,
            "measure": self.found.measure,
            "selection": self.found.study.selection,
            "refused": self.found.refused,
            "claims": [claim.of(c) for c in self.found.claims],
            **policies.whole(),
            "sensitivity": [row for event, policy, found in self.found.sensitivity for row in self._indices(event, policy, found)],
            "information": [
                {"actor": policies.actor(player), "parameter": r.name, "worth": tidy(w)}
                for player, _, each in self.found.information
                for w, r in sorted(zip(each, self.found.study.varying, strict=True), key=lambda item: (-item[0], item[1].name))
                if w > ROUNDING
            ],
            "information_total": {policies.actor(player): tidy(total) for player, total, _ in self.found.information},
            "searched": {"points": self.found.searched[0], "solved": self.found.searched[1], "effort": self.found.search},
            "ranges": self.found.study.range_set,
            "design": dict(self.found.design),
            **({} if self.found.rivals is None else self.found.rivals.record()),
        }  # fmt: skip

    def _indices(self, event: str, policy: str, found: Indices) -> list[dict[str, Any]]:
        rows = [
            {"event": event, "policy": None if policy == BASELINE else policy, "parameter": r.name,
             "first": round(float(a), 4), "total": round(float(b), 4),
             "explained": None if found.explained is None else round(found.explained, 4)}
            for r, a, b in zip(self.found.study.varying, found.first, found.total, strict=True)
            if b >= SHOWN_TOTAL
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-row["total"], row["parameter"]))[:SHOWN_PARAMETERS]
