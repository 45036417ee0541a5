"""A game tree for a paper: plain TikZ, no package beyond it, payoffs as numbers or as the formulas of the game."""

from __future__ import annotations

import itertools
from typing import Literal

from detente.errors import GameError
from detente.game.expression import Expression
from detente.game.latex import mathematics, words
from detente.game.node import Arithmetic, Node, Number
from detente.game.picture_layout import Layout, layout
from detente.game.picture_tree import View
from detente.game.tree import CHANCE, TERMINAL, Floats, Tree

MAX_NODES = 400  # more fits no page
_HEAD = r"""\documentclass[tikz,border=4pt]{standalone}
\usepackage{amsmath}
\begin{document}
"""
_STYLES = r"""  decision/.style={circle, fill, inner sep=1.3pt},
  chance move/.style={circle, draw, fill=white, inner sep=1.5pt},
  payoffs/.style={inner sep=1pt, font=\small},
  player/.style={font=\small\itshape},
  option/.style={font=\footnotesize, fill=white, inner sep=1pt},
  information set/.style={dashed, shorten <=2pt, shorten >=2pt}"""


def tikz(
    tree: Tree,
    strategy: Floats | None = None,
    numbers: Floats | None = None,
    *,
    payoffs: Literal["numbers", "formulas"] = "numbers",
    grow: Literal["down", "right"] = "down",
    standalone: bool = True,
) -> str:
    """The text of a LaTeX file with the tree, or with ``standalone=False`` the ``tikzpicture`` alone (needs amsmath).

    ``strategy`` [slot] puts probabilities on the options; ``numbers`` is a row of `Tree.numbers_at` (None: base values). With
    ``payoffs="formulas"`` payoffs and chances stand as formulas in the parameters. Nodes of one information set are joined by a
    dashed line. Words of the game are escaped: no label can bring a command. Raises GameError for more than `MAX_NODES` nodes.
    """
    if tree.n_nodes > MAX_NODES:
        raise GameError("the tree is too large for a page", found=f"{tree.n_nodes} nodes", allowed=f"at most {MAX_NODES}")  # fmt: skip
    view = View(tree, strategy, numbers, max_nodes=MAX_NODES)
    laid = layout(view)
    formulas = payoffs == "formulas"
    lines = [r"\begin{tikzpicture}[", _STYLES, "]"]
    lines += [f"  {_node(view, laid, node, grow, formulas)}" for node in laid.order]
    for node in laid.order:
        for place, branch in enumerate(view.branches(node)):
            edge = int(tree.child_start[node]) + place
            text = words(branch.label.replace("_", " "))
            if tree.kind[node] == CHANCE:
                chance = tree.numbers[int(tree.edge_number[edge])]
                text += f" ${mathematics(chance)}$" if formulas else f" ${branch.probability:.3g}$"
            elif branch.probability is not None:
                text += f" ${branch.probability:.3g}$"
            lines.append(f"  \\draw (n{node}) -- node[option] {{{text}}} (n{branch.node});")
    for _, nodes in laid.sets:
        for one, other in itertools.pairwise(nodes):
            bend = "" if laid.level[one] == laid.level[other] else "[bend left=15]"
            lines.append(f"  \\draw[information set] (n{one}) to{bend} (n{other});")
    lines.append(r"\end{tikzpicture}")
    body = "\n".join(lines) + "\n"
    return f"{_HEAD}% {words(tree.title)}\n{body}\\end{{document}}\n" if standalone else body


def _node(view: View, laid: Layout, node: int, grow: str, formulas: bool) -> str:
    tree, kind = view.tree, view.tree.kind[node]
    down = grow == "down"
    along, deep = (1.7, 1.9) if down else (0.9, 3.2)
    across, level = laid.across[node] * along, laid.level[node] * deep
    place = f"({across:.2f},{0 - level:.2f})" if down else f"({level:.2f},{0 - across:.2f})"
    if kind == TERMINAL:
        side = "below" if down else "right"
        worth = [_payoff(view, node, player, formulas) for player in range(len(tree.players))]
        text = (
            r"$\begin{gathered} " + r" \\ ".join(worth) + r" \end{gathered}$"
            if down
            else f"${', '.join(worth)}$"
        )
        return f"\\node[payoffs, {side}=0pt] (n{node}) at {place} {{{text}}};"
    style = "chance move" if kind == CHANCE else "decision"
    who = words("chance move" if kind == CHANCE else view.actor(node) or "")
    side = ("above right" if node else "above") if down else "above"
    return f"\\node[{style}, label={{[player]{side}:{{{who}}}}}] (n{node}) at {place} {{}};"


def _payoff(view: View, node: int, player: int, formulas: bool) -> str:
    tree = view.tree
    if not formulas:
        return f"{view.payoffs(node)[player][1]:.4g}"
    place = int(tree.terminal[node]) * len(tree.players) + player
    terms = tree.payoff_number[tree.payoff_start[place] : tree.payoff_start[place + 1]]
    return mathematics(_sum([tree.numbers[int(k)] for k in terms]))


def _sum(terms: list[Expression]) -> Node:
    total: Node = Number(0.0)
    for term in terms:
        if term.node == Number(0.0):
            continue
        total = term.node if total == Number(0.0) else Arithmetic("+", total, term.node)
    return total
