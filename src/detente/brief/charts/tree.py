"""A game tree: moves from left to right, nodes that a player cannot tell apart joined by a broken line."""

from __future__ import annotations

from markupsafe import Markup

from detente.brief.marks import ACCENT, INK, MUTED, PAPER, Layer, Place, frame, label, lines, sign, svg
from detente.game import Tree
from detente.game.picture_layout import Layout, layout
from detente.game.picture_tree import View, number, probability
from detente.game.tree import CHANCE, TERMINAL, Floats

MOST_NODES = 120
STEP, GAP = 160.0, 36.0  # px between levels, and between ends
LABEL = 0.6  # of the way along its branch an option is written
MARGINS = (60, 150, 24, 16)
_LETTER = 6.2  # px


def tree_svg(
    tree: Tree,
    key: str,
    strategy: Floats | None = None,
    numbers: Floats | None = None,
    *,
    max_nodes: int = MOST_NODES,
) -> Markup:
    """The tree as inline SVG; ``strategy`` [slot] puts probabilities on the options, and what is never played is drawn thin.

    At most ``max_nodes`` nodes are drawn; what lies beyond is counted. ``key`` begins the ids in the picture.
    """
    view = View(tree, strategy, numbers, max_nodes=max_nodes)
    laid = layout(view)
    below = {node for _, nodes in laid.sets for node in nodes[1:]}
    alike = [[(x + aside, y) for x, y in (_at(laid, n) for n in nodes)] for aside, nodes in _apart(laid)]
    played: list[list[Place]] = []
    idle: list[list[Place]] = []
    words: list[Layer] = []
    for node in laid.order:
        for branch in view.branches(node):
            start, end = _at(laid, node), _at(laid, branch.node)
            (idle if branch.probability is not None and branch.probability < 5e-4 else played).append(
                [start, end]
            )
            text = branch.label.replace("_", " ")
            if branch.probability is not None:
                text += f" {probability(branch.probability)}"
            words += sign(text, *(a + LABEL * (b - a) for a, b in zip(start, end, strict=True)))
    marks = [lines(alike, ACCENT, 2, strokeDash=[5, 4]), lines(idle, MUTED, 0.6), lines(played, INK, 1.6)]
    for node in laid.order:
        x, y = _at(laid, node)
        if tree.kind[node] == TERMINAL:
            worth = ", ".join(number(v) for _, v in view.payoffs(node))
            words.append(label(x + 6, y + 4, worth, align="left"))
            continue
        hidden = view.hidden(node)
        marks.append(_dot(x, y, PAPER if tree.kind[node] == CHANCE else INK))
        who = view.actor(node) or ""
        if node in below:  # the broken line comes from above: the name stands on paper
            words.append(
                frame(
                    x - 4.5 * len(who) - 2, x + 4.5 * len(who) + 2, y - 21, y - 6, fill=PAPER, fillOpacity=1
                )
            )
        words.append(label(x, y - 9, who, bold=True))
        if hidden is not None:
            words.append(label(x + 8, y + 4, f"… {hidden}", align="left", fill=MUTED))
    width, height = laid.depth * STEP, laid.breadth * GAP
    right = MARGINS[1] + int(_LETTER * 8 * max(0, len(tree.players) - 2))
    told = f"{view.summary()} Payoffs stand in the order {', '.join(tree.players)}."
    return svg(
        [*marks, *words],
        width,
        height,
        (MARGINS[0], right, *MARGINS[2:]),
        tree.title or "Game tree",
        told,
        key,
    )


def tree_file(
    tree: Tree, strategy: Floats | None = None, numbers: Floats | None = None, *, max_nodes: int = MOST_NODES
) -> str:
    """`tree_svg` as the text of a file of its own: on white paper, with fonts that every machine has."""
    opened, rest = str(tree_svg(tree, "tree", strategy, numbers, max_nodes=max_nodes)).split(">", 1)
    return f'{opened} style="background:#ffffff" font-family="Arial, Helvetica, sans-serif">{rest}\n'


def _apart(laid: Layout) -> list[tuple[float, tuple[int, ...]]]:
    """Each information set's nodes, and how far its line is drawn aside so that lines of one level do not lie on one another."""
    found: list[tuple[float, tuple[int, ...]]] = []
    taken: dict[int, list[tuple[float, float]]] = {}
    for _, nodes in laid.sets:
        level, ends = laid.level[nodes[0]], (laid.across[nodes[0]], laid.across[nodes[-1]])
        lanes = taken.setdefault(level, [])
        met = sum(low <= ends[1] and ends[0] <= high for low, high in lanes)
        lanes.append(ends)
        found.append(((-1) ** met * ((met + 1) // 2) * 5.0, nodes))
    return found


def _at(laid: Layout, node: int) -> tuple[float, float]:
    return laid.level[node] * STEP, laid.across[node] * GAP


def _dot(x: float, y: float, fill: str) -> Layer:
    mark = {"type": "point", "filled": True, "fill": fill, "stroke": INK, "strokeWidth": 1.5, "size": 46}
    place = {"type": "quantitative", "axis": None, "scale": None}
    encoding = {"x": {"field": "x", **place}, "y": {"field": "y", **place}}
    return {
        "data": {"values": [{"x": x, "y": y}]},
        "mark": {**mark, "opacity": 1, "aria": False},
        "encoding": encoding,
    }
