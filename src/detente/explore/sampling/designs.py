"""Draws from the ranges, whatever the design: in blocks or all at once, and the sentence that says what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from detente.errors import BadInput, Where
from detente.explore.protocol import Block, Study
from detente.explore.sampling.grid import Grid
from detente.explore.sampling.latin import Latin
from detente.explore.sampling.plan import Design, Plan
from detente.explore.sampling.points import DEFAULT_SEED, MOST_DRAWS, REPLICATES, chosen_seed, columns
from detente.explore.sampling.sobol import Sobol
from detente.explore.sampling.table import FromFile

__all__ = [
    "DEFAULT_SEED", "MOST_DRAWS", "REPLICATES", "SOBOL", "Design", "FromFile", "Grid", "Latin", "Plan", "Sobol", "blocks",
    "chosen_seed", "columns", "draw", "measure", "planned",
]  # fmt: skip
SOBOL = Sobol()
_NAMED: dict[str, Design] = {"sobol": SOBOL, "latin": Latin()}


def planned(study: Study, n: int, seed: int | None = None, design: Design | Plan | str = "sobol") -> Plan:
    """What ``design`` comes to: ``sobol``, ``latin``, a `Grid`, a `FromFile`, or a plan, which stays as it is.

    ``n`` is the number of draws of the first two; a grid and a file bring their own. Raises BadInput for another name,
    for ``n`` outside `REPLICATES` to `MOST_DRAWS`, and where the study does not allow the design.
    """
    if isinstance(design, Plan):
        return design
    if isinstance(design, str):
        if design not in _NAMED:
            raise BadInput(
                "there is no such design", where=Where(field="design"), found=design, allowed=[*_NAMED, "grid", "file"]
            )  # fmt: skip
        design = _NAMED[design]
    if isinstance(design, (Sobol, Latin)) and not REPLICATES <= n <= MOST_DRAWS:
        raise BadInput("the number of draws is out of range", where=Where(field="--draws"), found=n,
                       allowed=f"{REPLICATES} to {MOST_DRAWS}")  # fmt: skip
    return design.plan(study, n, seed)


def blocks(
    study: Study, n: int, size: int, seed: int | None = None, design: Design | Plan = SOBOL
) -> Iterator[Block]:
    """The draws of ``design`` in blocks of ``size`` (a multiple of `REPLICATES`; the last may be shorter).

    Sobol' and Latin draws are exactly ``n``. Raises `GameError` where constraints leave nothing.
    """
    plan = design if isinstance(design, Plan) else design.plan(study, n, seed)
    return plan.blocks(size)


def draw(study: Study, n: int, seed: int | None = None, design: Design | Plan = _NAMED["sobol"]) -> Block:
    """All draws at once."""
    plan = design if isinstance(design, Plan) else design.plan(study, n, seed)
    whole = -(-plan.n // REPLICATES) * REPLICATES
    return next(plan.blocks(max(whole, REPLICATES)))


def measure(study: Study, n: int, seed: int | None, refused: int) -> str:
    """The sampling measure of ``n`` Sobol' draws in one sentence (a noun phrase that starts it), for whoever reads a share."""
    return SOBOL.plan(study, n, seed).measure(refused)
