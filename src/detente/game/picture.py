"""Pictures of a game on the terminal, drawn with rich. `picture_html` draws the same for a page."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType
from rich.text import Text
from rich.tree import Tree as Drawing

from detente.game.model import Game
from detente.game.picture_timeline import audience, brief, called, menu, secrets, steps
from detente.game.picture_tree import Branch, View, counted, listed, number, probability
from detente.game.tree import TERMINAL, Floats, Tree

# One style a player, repeated; the name is always written, so that nothing hangs on colour.
STYLES = ("cyan", "magenta", "yellow", "green", "blue", "red")


def tree_drawing(
    tree: Tree,
    strategy: Floats | None = None,
    numbers: Floats | None = None,
    *,
    depth: int = 12,
    max_nodes: int = 200,
    compact: bool = False,
) -> Drawing:
    """The tree for a rich console: ``depth`` levels, at most ``max_nodes`` positions, the rest counted.

    ``compact`` tells a long run of numbers as options by its ends, its middle and the one played most.
    ``strategy`` [slot] puts probabilities on the options; ``numbers`` is a row of `Tree.numbers_at` (None: base values).
    """
    view = View(tree, strategy, numbers, max_nodes=max_nodes, max_depth=depth, compact=compact)
    top = Drawing(_line(view, 0, None), guide_style="dim")
    waiting = [(0, top)]
    while waiting:
        node, drawing = waiting.pop()
        for branch in view.branches(node):
            if branch.skipped:
                drawing.add(Text(f"… {counted(branch.skipped, 'more option')}", style="dim italic"))
            waiting.append((branch.node, drawing.add(_line(view, branch.node, branch))))
    return top


def tree_text(
    tree: Tree,
    strategy: Floats | None = None,
    numbers: Floats | None = None,
    *,
    depth: int = 12,
    max_nodes: int = 200,
    compact: bool = False,
    width: int = 100,
) -> str:
    """`tree_drawing` as plain text, ``width`` columns."""
    drawing = tree_drawing(tree, strategy, numbers, depth=depth, max_nodes=max_nodes, compact=compact)
    return plain(drawing, width)


def timeline_drawing(game: Game) -> RenderableType:
    """The moves in time order for a rich console: who, what, on which condition, seen by whom."""
    lines = Text()
    players = list(game.players)
    for secret in secrets(game):
        lines.append("known to ")
        lines.append(
            clean(brief(game, secret.owner)), style=STYLES[players.index(secret.owner) % len(STYLES)]
        )
        lines.append(f" alone: {clean(secret.name.replace('_', ' '))} – ")
        lines.append(_menu(menu(secret)))
        if secret.together:
            lines.append(f"; drawn together with {clean(listed(list(secret.together)))}", style="dim")
        lines.append("\n")
    for place, step in enumerate(steps(game), start=1):
        lines.append(f"{place:>2}. ")
        lines.append(clean(step.who), style="dim" if step.owner is None else STYLES[step.owner % len(STYLES)])
        lines.append(f" {clean(called(step))}: {_menu(menu(step))}")
        if step.when:
            lines.append(f"  if {clean(step.when)}", style="italic")
        if audience(step):
            lines.append(f"  ({clean(audience(step))})", style="bold" if step.unseen_by else "dim")
        lines.append("\n")
    lines.rstrip()
    return lines


def timeline_text(game: Game, width: int = 100) -> str:
    """`timeline_drawing` as plain text, ``width`` columns."""
    return plain(timeline_drawing(game), width)


def _menu(options: list[tuple[str, str]]) -> str:
    return " or ".join(clean(f"{option} [{chance}]" if chance else option) for option, chance in options)


def plain(drawn: RenderableType, width: int = 100) -> str:
    """Something drawn with rich as text without colours, lines without trailing spaces."""
    console = Console(
        file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False
    )
    with console.capture() as capture:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _line(view: View, node: int, taken: Branch | None) -> Text:
    line = Text()
    if taken is not None:
        line.append(clean(taken.label) or "(no name)", style="bold")
        if taken.probability is not None:
            line.append(
                f" {probability(taken.probability)}", style="dim" if taken.probability < 0.005 else ""
            )
        line.append(" → ")
    kind = view.tree.kind[node]
    if kind == TERMINAL:
        line.append(", ".join(f"{clean(name)} {number(worth)}" for name, worth in view.payoffs(node)))
        events = view.events(node)
        if events:
            line.append(f"  [{', '.join(map(clean, events))}]", style="dim")
        return line
    owner = view.owner(node)
    line.append(clean(view.actor(node) or ""), style="dim" if owner is None else STYLES[owner % len(STYLES)])
    name = clean(view.name(node))
    if name:
        line.append(f": {name}")
    told = view.ignorance(node)
    if told:
        line.append(f"  ({clean(told)})", style="dim")
    hidden = view.hidden(node)
    if hidden is not None:
        line.append(f"  … {hidden}", style="dim italic")
    return line


def clean(text: str) -> str:
    """A label without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)
