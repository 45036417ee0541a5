"""`detente export`: a game for other programs and for papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import print_json
from detente.cli.uncompiled import spare_compiling
from detente.errors import BadInput, NotCertified, Where

if TYPE_CHECKING:
    from detente.game import Tree
    from detente.game.tree import Floats

FORMATS = (".efg", ".tex", ".svg")
GROW = ("down", "right")


def command(
    game: Annotated[
        str,
        typer.Argument(metavar="GAME", help="A .yaml game or scenario, a Gambit .efg or .nfg, or a slug."),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="FILE.efg (Gambit), FILE.tex (TikZ) or FILE.svg.")
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Fix a parameter; may be repeated."),
    ] = None,
    solved: Annotated[
        bool,
        typer.Option("--solved", help="In a picture: how likely each option is, in the limit equilibrium."),
    ] = False,
    formulas: Annotated[
        bool, typer.Option("--formulas", help="In a .tex: payoffs and chances as formulas in the parameters.")
    ] = False,
    grow: Annotated[str, typer.Option("--grow", metavar="SIDE", help="In a .tex: down or right.")] = "down",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a game as a file of Gambit's, a LaTeX/TikZ tree for a paper, or a picture.

    Example: detente export crisis-signalling tree.tex --formulas
    """
    ending = file.suffix.lower()
    if ending not in FORMATS:
        raise BadInput("the ending of the file says what to write", where=Where(field="FILE"), found=file.name,
                       allowed=FORMATS, nearest="")  # fmt: skip
    if ending == ".efg" and solved:
        raise BadInput("a .efg file holds no probabilities of play", where=Where(field="--solved"), found=file.name,
                       allowed=".tex or .svg")  # fmt: skip
    if formulas and ending != ".tex":
        raise BadInput("formulas are written in a .tex alone", where=Where(field="--formulas"), found=file.name,
                       allowed=".tex")  # fmt: skip
    if grow not in GROW:
        raise BadInput("a tree grows down or right", where=Where(field="--grow"), found=grow, allowed=GROW)
    if not file.parent.is_dir():
        raise BadInput("there is no such folder", where=Where(field="FILE"), found=str(file.parent))
    import numpy as np

    from detente.scenario import open_game, point
    from detente.scenario.saved import save

    tree = open_game(game)
    at = point(tree, set_ or [])
    numbers = tree.numbers_at({name: np.array([value]) for name, value in at.items()})[0]
    strategy = _played(tree, at) if solved else None
    save(file, _text(tree, ending, strategy, numbers, formulas, grow))
    if json:
        print_json("export", {"game": game, "file": str(file), "nodes": tree.n_nodes})
        return
    typer.echo(f"written: {file}")


def _played(tree: Tree, at: dict[str, float]) -> Floats:
    import numpy as np

    from detente.solve import STATUS, solve

    spare_compiling()
    found = solve(tree, {name: np.array([value]) for name, value in at.items()})
    if not found.certified[0]:
        raise NotCertified(f"no certified answer at this point: {STATUS[int(found.status[0])]}")
    return found.strategy[0]


def _text(
    tree: Tree, ending: str, strategy: Floats | None, numbers: Floats, formulas: bool, grow: str
) -> str:
    if ending == ".efg":
        from detente.game import write_efg

        return write_efg(tree, numbers)
    if ending == ".svg":
        from detente.brief.charts.tree import tree_file

        return tree_file(tree, strategy, numbers)
    from detente.game.picture_tikz import tikz

    return tikz(
        tree,
        strategy,
        numbers,
        payoffs="formulas" if formulas else "numbers",
        grow="right" if grow == "right" else "down",
    )
