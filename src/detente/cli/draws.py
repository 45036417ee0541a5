"""How `detente test` is told to choose its draws: a number, a file, Latin hypercubes, a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detente.errors import BadInput, Where

DEFAULT = 1024
DESIGNS = ("sobol", "latin", "grid")


def chosen(draws: str | None, design: str | None, grid: Sequence[str]) -> tuple[int, Any]:
    """The number of draws and the design that the options ask for. Raises BadInput where they do not go together."""
    from detente.explore.sampling.designs import FromFile, Grid

    given, number = draws is not None, _number(draws)
    if design is not None and design not in DESIGNS:
        raise BadInput(
            "there is no such design", where=Where(field="--design"), found=design, allowed=DESIGNS
        )
    if grid or design == "grid":
        if design not in (None, "grid"):
            raise BadInput(
                f"--grid does not go with --design {design}", where=Where(field="--grid"), found=grid[0]
            )
        if not grid:
            raise BadInput("a grid needs to know how many values to take", where=Where(field="--design"), found="grid",
                           allowed="--grid NAME=COUNT, or --grid COUNT for every parameter", nearest="")  # fmt: skip
        if given:
            raise BadInput("a grid brings its own number of draws", where=Where(field="--draws"), found=draws,
                           allowed="either --draws or --grid")  # fmt: skip
        return DEFAULT, Grid(_counts(grid))
    if number is None:
        if design is not None:
            raise BadInput(f"a file of draws does not go with --design {design}", where=Where(field="--draws"),
                           found=draws, allowed="a number of draws")  # fmt: skip
        return DEFAULT, FromFile(Path(str(draws)))
    return number, design or "sobol"


def _number(draws: str | None) -> int | None:
    """The number that ``draws`` is, or None where it is to be a file."""
    if draws is None:
        return DEFAULT
    text = draws.strip().replace("_", "")
    if text.removeprefix("-").isdecimal() and len(text) <= 20:
        return int(text)
    if Path(draws).suffix.lower() in (".csv", ".parquet"):
        return None
    raise BadInput("this is neither a number of draws nor a table", where=Where(field="--draws"), found=draws,
                   allowed="a whole number, or a file whose name ends in .csv or .parquet", nearest="")  # fmt: skip


def _counts(grid: Sequence[str]) -> dict[str, int] | int:
    where = Where(field="--grid")
    counts: dict[str, int] = {}
    for entry in grid:
        name, equals, count = (part.strip() for part in entry.partition("="))
        number = count if equals else name
        if not (number.isdecimal() and len(number) <= 9):
            raise BadInput("a grid is told how many values to take", where=where, found=entry,
                           allowed="NAME=COUNT, or COUNT for every parameter", nearest="")  # fmt: skip
        if not equals:
            if len(grid) > 1:
                raise BadInput("one count for every parameter stands alone", where=where, found=entry,
                               allowed="--grid COUNT once, or --grid NAME=COUNT for each", nearest="")  # fmt: skip
            return int(number)
        if name in counts:
            raise BadInput(
                "this parameter is given twice", where=where, found=name, allowed="each once", nearest=""
            )
        counts[name] = int(number)
    return counts
