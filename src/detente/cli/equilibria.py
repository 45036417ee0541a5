"""What `detente solve --all` prints: every equilibrium beside the principal one, and what was searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from detente.cli.output import console

if TYPE_CHECKING:
    from detente.solve import Equilibria

MOST_SHOWN = 12

CONTINUUM = {
    "none": "",
    "beliefs": "other beliefs off the path support it too",
    "strategies": "one of a continuum: who mixes there may mix otherwise",
}


def show_equilibria(found: Equilibria, above: bool) -> None:
    """A summary, then for each equilibrium what is played; after the first, where it differs from the first.

    ``above``: the limit of the principal branch has been printed already.
    """
    screen = console()
    screen.print(f"{_count(len(found), 'outcome')} of sequential equilibria", markup=False)
    screen.print(found.claim, markup=False, soft_wrap=True)
    screen.print(f"Searched: {found.search}.", markup=False, soft_wrap=True)
    if not len(found):
        return
    first = found.found[0]
    named = "the principal one" if first.principal else "number 1"
    shown = range(min(len(found), MOST_SHOWN))
    summary = Table(title="events and values", title_justify="left")
    summary.add_column("")
    for i in shown:
        summary.add_column(f"{i + 1}: {_kind(found, i)}", justify="right")
    rows = [(name, found.solutions.event[:, k]) for k, name in enumerate(found.tree.events)]
    rows += [(f"value of {name}", found.solutions.value[:, k]) for k, name in enumerate(found.tree.players)]
    for name, column in rows:
        summary.add_row(_plain(name), *(f"{column[i]:.4g}" for i in shown))
    screen.print(summary)
    for i in shown:
        e = found.found[i]
        screen.print(
            f"Number {i + 1}, {_kind(found, i)} (found by: {e.found_by})", markup=False, soft_wrap=True
        )
        notes = [CONTINUUM[e.continuum]]
        if e.same_outcome > 1:
            notes.append(f"{e.same_outcome} strategies with this outcome were found")
        if e.refinement is not None:
            notes.append(e.refinement.text)
        for note in filter(None, notes):
            screen.print(f"  {note}", markup=False, soft_wrap=True)
        if i > 0 or not (first.principal and above):
            screen.print(_played(found, i, named))
    if len(found) > MOST_SHOWN:
        screen.print(f"{len(found) - MOST_SHOWN} more; --json prints all of them", markup=False)


def _kind(found: Equilibria, i: int) -> str:
    e = found.found[i]
    return ("principal, " if e.principal else "") + ("pure" if e.pure else "mixed")


def _played(found: Equilibria, i: int, named: str) -> Table:
    """What equilibrium ``i`` plays; after the first one only where it differs from the first."""
    from detente.solve.equilibria.result import differing

    tree, here = found.tree, found.strategy(i)
    other = None if i == 0 else found.strategy(0)
    shown = range(len(tree.sets)) if other is None else differing(tree, here, other)
    title = f"what number {i + 1} plays" if other is None else f"where number {i + 1} differs from {named}"
    table = Table(title=title, title_justify="left")
    for column in ("player", "where", "option", "probability", *([] if other is None else [f"in {named}"])):
        table.add_column(column)
    for h in shown:
        owned, first = tree.sets[h], int(tree.slot_start[h])
        for a, option in enumerate(owned.options):
            row = [
                tree.players[owned.player],
                owned.name or str(owned.number),
                option,
                f"{here[first + a]:.6f}",
            ]
            if other is not None:
                row.append(f"{other[first + a]:.6f}")
            table.add_row(*(_plain(x) for x in row))
    return table


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _count(n: int, word: str) -> str:
    return f"{n} {word}" + ("" if n == 1 else "s")
