"""`detente test --map X,Y`: the two parameters as they were typed, and the map as letters."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from detente.errors import BadInput, Where

LETTERS = {1: "#", 0: ".", None: "?"}


def two(given: str | None) -> tuple[str, str] | None:
    """The two names in ``X,Y``; None for None. Raises BadInput for another number of names."""
    if given is None:
        return None
    names = [name.strip() for name in given.split(",")]
    if len(names) != 2 or not all(names):
        raise BadInput("a map has two parameters", where=Where(field="--map"), found=given, allowed="X,Y")
    return names[0], names[1]


def show(screen: Console, claim: dict[str, Any]) -> None:
    """A claim's grid, the largest y first, two letters a point."""
    drawn = claim["map"]
    grid = drawn["grid"]
    screen.print(f"{claim['id']}: # holds, . fails, ? undecided; others at the base point", markup=False)
    xs, ys = grid["x"], grid["y"]
    for y, row in zip(reversed(ys), reversed(grid["holds"]), strict=True):
        screen.print(f"{y:>10.4g} " + " ".join(LETTERS[v] for v in row), markup=False, highlight=False)
    foot = f"{drawn['y']} upwards; {drawn['x']} from {xs[0]:.4g} to {xs[-1]:.4g}"
    screen.print(" " * 11 + foot, markup=False, highlight=False)
