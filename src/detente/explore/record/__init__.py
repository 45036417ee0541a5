"""Findings as the one record that other programs read (the contract's "detente test")."""

from __future__ import annotations

from typing import Any

from detente.explore.findings import Findings
from detente.explore.record.claim import ClaimRecord
from detente.explore.record.policy import PolicyRecord
from detente.explore.record.weights import weighed


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
            **weighed(self.found, policies.actor),
            "searched": {"points": self.found.searched[0], "solved": self.found.searched[1], "effort": self.found.search},
            "ranges": self.found.study.range_set,
            "design": dict(self.found.design),
            **({} if self.found.rivals is None else self.found.rivals.record()),
        }  # fmt: skip
