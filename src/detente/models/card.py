"""A model on the terminal: what it is about, who moves when, the tree, its numbers, what is known of it in closed form."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from detente.errors import NotCertified
from detente.game import Game, parse_yaml
from detente.game.picture import timeline_drawing, tree_drawing
from detente.models.model import TOPICS, Model, Threshold
from detente.models.worked import Worked

MOST_NODES = 60  # of a tree that is drawn on a terminal


def card(model: Model, solve: bool = True) -> RenderableType:
    """The model for a rich console. ``solve``: put what the solver finds beside each worked point; else what is told alone."""
    game = model.game
    parts: list[RenderableType] = [Text(model.title, style="bold"), Text(TOPICS[model.topic], style="dim")]
    parts += [Text(model.text), Text()]
    parts += [Text("speaks to"), *(Text(f"  “{claim}”") for claim in model.claims), Text()]
    parts += [Text("who moves when"), timeline_drawing(game), Text()]
    parts += [Text("tree at the base values"), _tree(game), Text()]
    parts += [_numbers(model), Text(), Text("known in closed form (at the base values)")]
    for threshold in model.thresholds:
        told = Text(f"    {threshold.formula}  =  {at_base(model, threshold)}", style="dim")
        parts += [Text(f"  {threshold.text}"), told]
    for worked in model.worked:
        parts += [Text(), _worked(model, worked, solve)]
    if model.verdicts:
        parts += [Text(), _claims(model)]
    parts += [Text(), Text(f"leaves out: {model.leaves_out}")]
    parts += [Text(f"checked by: {', '.join(model.checked)}"), Text(f"source: {model.source['cite']}")]
    return Group(*parts)


def _tree(game: Game) -> RenderableType:
    return tree_drawing(game.tree(), max_nodes=MOST_NODES, compact=True)


def at_base(model: Model, threshold: Threshold) -> str:
    """What a threshold comes to at the base values, in words: a number, "holds" or "fails"."""
    value = float(threshold.value(model.game.base))
    if threshold.compares:
        return "holds" if value else "fails"
    return f"{value:.4g}"


def _numbers(model: Model) -> Table:
    table = Table(title="numbers", title_justify="left", title_style="", box=None, pad_edge=True)
    for column in ("name", "from", "to", "base", "what it is"):
        table.add_column(column, justify="right" if column in ("from", "to", "base") else "left")
    derived = model.game.derived_values({})
    for name, p in model.game.parameters.items():
        what = Text(p.title or "")
        if p.because:
            what.append(f" ({p.because})", style="dim")
        if p.distribution == "derived":
            table.add_row(Text(name), "", "", f"{float(derived[name]):.4g}", what)
        else:
            table.add_row(Text(name), f"{p.low:.4g}", f"{p.high:.4g}", f"{p.base:.4g}", what)
    return table


def _claims(model: Model) -> Table:
    """The claims that `detente test` tests, and the verdicts that the source predicts."""
    written, _ = parse_yaml(model.file, model.slug)
    texts = written.get("claims") or {}
    table = Table(
        title=f"claims (detente test {model.slug})",
        title_justify="left",
        title_style="",
        box=None,
        pad_edge=True,
    )
    for column in ("claim", "what it says", "the source predicts"):
        table.add_column(column, overflow="fold")
    for claim, verdict in model.verdicts.items():
        told = texts.get(claim)
        what = Text(str(told.get("text", "")) if isinstance(told, dict) else "")
        if isinstance(told, dict) and told.get("because"):
            what.append(f" ({told['because']})", style="dim")
        table.add_row(Text(claim), what, Text(verdict))
    return table


def _worked(model: Model, worked: Worked, solve: bool) -> RenderableType:
    where = ", ".join(f"{name} = {value:g}" for name, value in worked.at.items()) or "the base values"
    title = Text(f"worked point ({worked.by}): {where}")
    table = Table(box=None, pad_edge=True)
    table.add_column("number")
    table.add_column("told", justify="right")
    table.add_column("solver", justify="right")
    try:
        found = worked.compare(model.game) if solve else []
    except NotCertified as error:
        return Group(title, Text(f"  the solver has no answer here: {error}"))
    for one in found:
        seen = "not found" if math.isnan(one.found) else f"{one.found:.6g}"
        table.add_row(Text(one.what), f"{one.told:.6g}", seen)
    parts: list[RenderableType] = [title, table]
    if worked.reached == "search":
        parts.append(
            Text("  not on the principal branch: found by searching (detente solve --all)", style="dim")
        )
    if worked.text:
        parts.append(Text(f"  {worked.text}", style="dim"))
    return Group(*parts)
