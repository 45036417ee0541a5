"""The tree of a model with what is played: drawn where it is small, as nested lists where it is not."""

from __future__ import annotations

from typing import Any

from detente.brief.charts.tree import tree_svg
from detente.game import Tree
from detente.game.picture_html import tree_html
from detente.solve import Solutions

DRAWN_NODES = 90  # of a tree that is drawn; beyond it options stand too close for their words
LISTED_NODES = 250


def drawn(tree: Tree, played: Solutions | None) -> dict[str, Any]:
    """``tree_svg`` (null for a large tree) and ``tree_html``, with the probabilities of play at the base values."""
    strategy = None if played is None else played.strategy[0]
    numbers = None if played is None else played.numbers[0]
    small = tree.n_nodes <= DRAWN_NODES
    return {
        "tree_svg": str(tree_svg(tree, "tree", strategy, numbers, max_nodes=DRAWN_NODES)) if small else None,
        "tree_html": tree_html(tree, strategy, numbers, depth=2, max_nodes=LISTED_NODES),
    }


__all__ = ["DRAWN_NODES", "drawn"]
