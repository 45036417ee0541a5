"""The verdicts that a source predicts for its comparative statics, beside those that testing found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Predicted:
    """One claim's verdicts. ``agrees`` is None where testing could not decide the claim."""

    claim: str
    predicted: str
    found: str

    @property
    def agrees(self) -> bool | None:
        return None if self.found == "undecided" else self.found == self.predicted

    def record(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "predicted": self.predicted,
            "found": self.found,
            "agrees": self.agrees,
        }


def predictions(told: object, claims: Iterable[Mapping[str, Any]]) -> list[Predicted]:
    """Each tested claim (``id``, ``verdict``) for which the source predicts a verdict, in the order of the claims.

    ``told`` is what stands under ``model`` of a file (its ``verdicts`` count); what is no mapping predicts nothing.
    """
    verdicts = told.get("verdicts") if isinstance(told, Mapping) else None
    known = verdicts if isinstance(verdicts, Mapping) else {}
    return [
        Predicted(claim["id"], str(known[claim["id"]]), claim["verdict"])
        for claim in claims
        if claim["id"] in known
    ]


def comparison(found: Iterable[Predicted]) -> list[str]:
    """The comparison in sentences: each difference on its own, then how many verdicts are as predicted; none if nothing is."""
    rows = list(found)
    said = [
        f"{row.claim}: the source predicts “{row.predicted}”, "
        + ("testing could not decide it." if row.agrees is None else f"testing found “{row.found}”.")
        for row in rows
        if not row.agrees
    ]
    if not rows:
        return []
    same = len(rows) - len(said)
    which = "All" if not said else "None" if not same else f"{same}"
    count = f"{len(rows)} verdict{'' if len(rows) == 1 else 's'}"
    whole = (
        f"The {count} {'is' if len(rows) == 1 else 'are'} as the source predicts."
        if not said
        else f"{which} of the {count} {'is' if same == 1 else 'are'} as the source predicts."
    )
    return [*said, whole]


__all__ = ["Predicted", "comparison", "predictions"]
