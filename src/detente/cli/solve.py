"""`detente solve`: one point of a game, or a table of draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from detente.cli.concept import check_options, concept_answer, concept_solver, show_concept
from detente.cli.equilibria import show_equilibria
from detente.cli.output import console, print_json
from detente.cli.uncompiled import spare_compiling
from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from detente.game.tree import Tree
    from detente.solve import Equilibria


def command(
    game: Annotated[
        str,
        typer.Argument(
            metavar="GAME",
            help="A .yaml game or scenario, a Gambit .efg or .nfg, or a slug of the catalogue.",
        ),
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Fix a parameter; may be repeated."),
    ] = None,
    lambda_: Annotated[
        float | None,
        typer.Option("--lambda", metavar="X", help="Precision, in 1/payoff. Without it: the limit."),
    ] = None,
    draws: Annotated[
        Path | None, typer.Option("--draws", metavar="FILE", help="CSV or Parquet, a row a draw.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="With --draws: where the table goes.")
    ] = None,
    all_: Annotated[
        bool,
        typer.Option(
            "--all", help="Also find the other sequential equilibria; for small games, at one point."
        ),
    ] = False,
    concept: Annotated[
        str,
        typer.Option(
            "--concept",
            metavar="NAME",
            help="quantal, level-k, cognitive-hierarchy, cursed, or nash (by pygambit, at one point).",
        ),
    ] = "quantal",
    levels: Annotated[
        int | None,
        typer.Option("--levels", metavar="K", help="level-k: everybody's level; a hierarchy: the highest."),
    ] = None,
    tau: Annotated[
        float | None, typer.Option("--tau", metavar="X", help="cognitive-hierarchy: mean level, default 1.5.")
    ] = None,
    chi: Annotated[
        float | None, typer.Option("--chi", metavar="X", help="cursed: 0 none to 1 fully, default 0.5.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Solve a game: agent quantal response equilibrium on the principal branch, or its limit, with certificate.

    Example: detente solve crisis-signalling --set p=0.3 --lambda 20
    """
    if draws is None:
        spare_compiling()
    import numpy as np

    from detente.scenario import open_game, point
    from detente.solve import record, solve, solve_table

    given = {"--lambda": lambda_, "--draws": draws, "--out": out, "--all": all_}
    check_options(concept, {**given, "--levels": levels, "--tau": tau, "--chi": chi})
    tree = open_game(game)
    precision = "limit" if lambda_ is None else lambda_
    solver = concept_solver(tree, concept, precision, levels, tau, chi) if concept != "quantal" else None
    if all_ and draws is not None:
        raise BadInput("other equilibria are searched at one point", where=Where(field="--all"), found="--draws",
                       allowed="--set NAME=VALUE")  # fmt: skip
    if draws is not None:
        if out is None:
            raise BadInput(
                "--draws needs a place for the result",
                where=Where(field="--out"),
                allowed="FILE.csv or FILE.parquet",
            )
        fixed = point(tree, set_ or [])
        summary = solve_table(tree, draws, out, precision=precision, fixed=fixed, solver=solver)
        if json:
            print_json("solve", {"game": game, **summary})
        else:
            typer.echo(f"{summary['draws']} draws, {summary['certified']} certified, written: {out}")
        return
    parameters = point(tree, set_ or [])
    if concept != "quantal":
        answer = {"game": game, **concept_answer(tree, parameters, solver)}
        if json:
            print_json("solve", answer)
        else:
            show_concept(answer)
        return
    one_draw = {name: np.array([value]) for name, value in parameters.items()}
    answer = {"game": game, **record(solve(tree, one_draw, precision=precision), 0)}
    found = _others(tree, parameters, answer) if all_ else None
    if json:
        print_json("solve", answer)
        return
    _show(answer)
    if found is not None:
        show_equilibria(found, above=lambda_ is None)


def _others(tree: Tree, parameters: dict[str, float], answer: dict) -> Equilibria:  # type: ignore[type-arg]
    """The other equilibria, entered into the answer too."""
    from detente.solve import equilibria

    found = equilibria(tree, parameters)
    answer["equilibria"], answer["equilibria_search"] = found.record(), found.search_record()
    return found


def _show(answer: dict) -> None:  # type: ignore[type-arg]
    screen = console()
    at = "in the limit" if answer["lambda"] == "limit" else f"at lambda {answer['lambda']:g}"
    gain = (
        "no certificate"
        if answer["max_gain"] is None
        else f"largest gain by deviating {answer['max_gain']:.1e}"
    )
    screen.print(f"{answer['game']}: {answer['status']} {at}, {gain}", markup=False)
    table = Table(title="what is played", title_justify="left")
    for column in ("player", "where", "option", "probability", "reached"):
        table.add_column(column)
    for place in answer["information_sets"]:
        for option, chance in zip(place["options"], place["probabilities"], strict=True):
            row = (place["player"], place["name"], option, _number(chance), _number(place["reach"]))
            table.add_row(*(str(x).replace("[", r"\[") for x in row))
    screen.print(table)
    for title, found in (("events", answer["events"]), ("values", answer["values"])):
        if found:
            shown = ", ".join(f"{name} {_number(value)}" for name, value in found.items())
            screen.print(f"{title}: {shown}", markup=False)


def _number(value: float | None) -> str:
    """Six decimals; a dash where the draw has no answer."""
    return "-" if value is None else f"{value:.6f}"
