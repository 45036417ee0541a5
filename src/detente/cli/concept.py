"""`detente solve --concept`: another solution concept, and how its answer at one point is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from detente.cli.output import console
from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.game.tree import Tree
    from detente.solve import Solutions

# which options belong to which concept; quantal is what `detente solve` does without --concept
OPTIONS = {
    "quantal": ("--lambda", "--draws", "--out", "--all"),
    "level-k": ("--lambda", "--levels", "--draws", "--out"),
    "cognitive-hierarchy": ("--lambda", "--levels", "--tau", "--draws", "--out"),
    "cursed": ("--lambda", "--chi", "--draws", "--out"),
    "nash": (),
}
MOST_SHOWN, LEVELS_SHOWN = 12, 6


def check_options(concept: str, given: Mapping[str, object]) -> None:
    """Refuse a concept that does not exist, and options (name -> value, None where not given) that it does not have."""
    if concept not in OPTIONS:
        raise BadInput(
            "no such solution concept", where=Where(field="--concept"), found=concept, allowed=list(OPTIONS)
        )
    for option, value in given.items():
        if value not in (None, False) and option not in OPTIONS[concept]:
            having = [name for name, options in OPTIONS.items() if option in options]
            raise BadInput(
                f"{option} does not go with --concept {concept}",
                where=Where(field=option),
                found=value,
                allowed=f"with --concept {' or '.join(having)}",
            )


def concept_solver(
    tree: Tree, concept: str, precision: float | str, levels: int | None, tau: float | None, chi: float | None
) -> Callable[[Mapping[str, NDArray[Any]] | None], Solutions] | None:
    """From draws to solutions under a concept that is solved draw by draw; None for quantal."""
    from detente.solve.concepts import cognitive_hierarchy, cursed, level_k

    if concept == "level-k":
        return lambda draws: level_k(tree, draws, levels=2 if levels is None else levels, precision=precision)
    if concept == "cognitive-hierarchy":
        mean = 1.5 if tau is None else tau
        return lambda draws: cognitive_hierarchy(tree, draws, tau=mean, levels=levels, precision=precision)
    if concept == "cursed":
        return lambda draws: cursed(tree, draws, chi=0.5 if chi is None else chi, precision=precision)
    return None


def concept_answer(
    tree: Tree,
    parameters: Mapping[str, float],
    solver: Callable[[Mapping[str, NDArray[Any]] | None], Solutions] | None,
) -> dict[str, Any]:
    """The record of one point under ``solver``; without it that of the first Nash equilibrium, and all under ``equilibria``."""
    import numpy as np

    from detente.solve import record
    from detente.solve.concepts import nash

    if solver is not None:
        return record(solver({name: np.array([value]) for name, value in parameters.items()}))
    found = nash(tree, parameters)
    return {**record(found, 0), "equilibria": [record(found, i) for i in range(len(found))]}


def show_concept(answer: Mapping[str, Any]) -> None:
    """Print an answer of `concept_answer` for people."""
    screen = console()
    if answer["concept"] == "nash":
        _show_nash(answer)
        return
    noise = "no noise" if answer["lambda"] == "limit" else f"lambda {answer['lambda']:g}"
    if answer["concept"] == "cursed" and answer["lambda"] == "limit":
        noise = "in the limit"
    screen.print(f"{answer['game']}: {answer['status']}, {noise}, {_gain(answer['max_gain'])}", markup=False)
    screen.print(answer["method"], markup=False, soft_wrap=True)
    screen.print(_played(answer))
    if answer["concept"] == "cognitive-hierarchy":
        screen.print(_levels(answer))
    _events_and_values(answer)


def _show_nash(answer: Mapping[str, Any]) -> None:
    screen = console()
    found = answer["equilibria"]
    screen.print(
        f"{answer['game']}: {len(found)} Nash {'equilibrium' if len(found) == 1 else 'equilibria'}",
        markup=False,
    )
    screen.print(f"Searched: {answer['search']}.", markup=False, soft_wrap=True)
    for k, one in enumerate(found[:MOST_SHOWN], start=1):
        regret = max(one["regret"].values(), default=0.0)
        screen.print(
            f"\nNumber {k}: {one['status']}, largest gain before the game begins {regret:.1e}", markup=False
        )
        if one["incredible"]:
            screen.print(
                f"Rests on what its owner would not carry out: {'; '.join(one['incredible'])}",
                markup=False,
                soft_wrap=True,
            )
        screen.print(_played(one))
        _events_and_values(one)
    if len(found) > MOST_SHOWN:
        screen.print(f"\n{len(found) - MOST_SHOWN} more with --json", markup=False)


def _played(answer: Mapping[str, Any]) -> Table:
    """What is played; for Nash also whether a set is reached and what its owner would gain there by another option."""
    gains = answer.get("gains")
    table = Table(title="what is played", title_justify="left")
    columns = ("player", "where", "option", "probability", "reached")
    for column in columns + (("the set is", "gain there") if gains else ()):
        table.add_column(column)
    for h, place in enumerate(answer["information_sets"]):
        for option, chance in zip(place["options"], place["probabilities"], strict=True):
            row = [place["player"], place["name"], option, _number(chance), _number(place["reach"])]
            if gains:
                row += [gains[h]["kind"], "-" if gains[h]["gain"] is None else f"{gains[h]['gain']:.4g}"]
            table.add_row(*(_plain(cell) for cell in row))
    return table


def _levels(answer: Mapping[str, Any]) -> Table:
    """What each level plays, the lowest levels first."""
    levels = answer["levels"][:LEVELS_SHOWN]
    more = len(answer["levels"]) - len(levels)
    table = Table(
        title="what each level plays" + (f" ({more} more with --json)" if more else ""), title_justify="left"
    )
    for column in ("player", "where", "option"):
        table.add_column(column)
    for level in levels:
        share = next(iter(level["share"].values()), 0.0)
        table.add_column(f"level {level['level']}: {share:.1%}", justify="right")
    for h, place in enumerate(answer["information_sets"]):
        for a, option in enumerate(place["options"]):
            chances = [level["probabilities"][h][a] for level in levels]
            cells = ["-" if p is None else f"{p:.4g}" for p in chances]
            table.add_row(_plain(place["player"]), _plain(place["name"]), _plain(option), *cells)
    return table


def _events_and_values(answer: Mapping[str, Any]) -> None:
    for title in ("events", "values"):
        if answer[title]:
            shown = ", ".join(f"{name} {_number(value)}" for name, value in answer[title].items())
            console().print(f"{title}: {shown}", markup=False)


def _gain(gain: float | None) -> str:
    return "no certificate" if gain is None else f"largest gain by deviating {gain:.1e}"


def _number(value: float | None) -> str:
    """Six decimals; a dash where there is no answer."""
    return "-" if value is None else f"{value:.6f}"


def _plain(text: str) -> str:
    """Text that rich shows as it is."""
    return str(text).replace("[", r"\[")
