"""Witnesses: for each claim a point where it holds and a point where it fails, put to the test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from detente.scenario.evaluate import REASONS, Evaluator
from detente.scenario.scenario import Scenario

SIDES = ("holds_where", "fails_where")


@dataclass(frozen=True)
class Witness:
    """One point of one claim. ``margin`` is that of the claim there, nan where it is undecided or not evaluated."""

    claim: str
    side: str  # holds_where or fails_where
    margin: float
    problem: str | None  # None: the claim does there what it should

    @property
    def good(self) -> bool:
        return self.problem is None


def check_claims(scenario: Scenario, only: Iterable[str] | None = None) -> tuple[Witness, ...]:
    """Every claim at its two witnesses, in the order of the file; ``problem`` says what is wrong with one.

    A witness that is missing is a problem unless the claim says in ``because`` why there is none. All points are
    solved together: the cost is two draws for each claim and each variant. Witnesses are about the scenario's own ranges
    and base values; a range set in their place is put aside.
    """
    scenario = scenario.with_ranges(None)
    claims = [scenario.claims[c] for c in only] if only is not None else list(scenario.claims.values())
    points = [(c, side, point) for c in claims for side in SIDES if (point := getattr(c, side)) is not None]
    found: dict[tuple[str, str], Witness] = {}
    if points:
        base = scenario.game.base
        draws = {name: np.array([point.get(name, base[name]) for _, _, point in points]) for name in base}
        admissible = scenario.game.admissible(draws)
        evaluation = Evaluator(scenario).evaluate(draws, dict.fromkeys(p for c in claims for p in c.policies))
        for i, (claim, side, _) in enumerate(points):
            here, one = {name: column[[i]] for name, column in draws.items()}, evaluation.row(i)
            margin = float(one.margin(claim, here)[0])
            why = REASONS[int(one.why_undecided(claim, here)[0])]
            found[claim.id, side] = Witness(
                claim.id, side, margin, _problem(side, margin, why, bool(admissible[i]))
            )
    missing = "there is no such point, and `because` does not say why"
    return tuple(
        found.get((c.id, side)) or Witness(c.id, side, float("nan"), None if c.because.strip() else missing)
        for c in claims
        for side in SIDES
    )


def _problem(side: str, margin: float, why: str, admissible: bool) -> str | None:
    if not admissible:
        return "the point breaks a constraint of the game"
    if np.isnan(margin):
        return f"undecided there: {why}"
    if (margin >= 0) != (side == "holds_where"):
        return f"the claim {'fails' if margin < 0 else 'holds'} there, by {abs(margin):.4g}"
    return None


def describe(witnesses: Iterable[Witness]) -> str:
    """The witnesses that are not good, a line each."""
    return "\n".join(f"{w.claim} {w.side}: {w.problem}" for w in witnesses if not w.good)
