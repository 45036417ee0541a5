"""Every payoff of a game as a parameter of its own: to differentiate by it, to vary it, to ask which one matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detente.game.expression import Expression
from detente.game.node import Name, Number
from detente.game.tree import Tree


def free_payoffs(tree: Tree) -> Tree:
    """The same game with one parameter for each outcome and player: ``uI_O``, player I's payoff at outcome O, both from 1.

    Its base value is what the payoff was at the base values of ``tree``. Chances and events become constants at those values.
    A tree read from an .efg file has no parameters until then.
    """
    at_base = tree.numbers_at()[0]
    start, terms = tree.payoff_start, tree.payoff_number
    players = len(tree.players)
    numbers = [Expression(Number(value)) for value in at_base.tolist()]
    base: dict[str, float] = {}
    for cell in range(len(start) - 1):
        outcome, player = divmod(cell, players)
        name = f"u{player + 1}_{outcome + 1}"
        base[name] = float(at_base[terms[start[cell] : start[cell + 1]]].sum())
        numbers.append(Expression(Name(name)))
    cells = np.arange(len(start) - 1, dtype=np.int32)
    return replace(
        tree,
        payoff_start=np.arange(len(start), dtype=np.int32),
        payoff_number=cells + np.int32(len(at_base)),
        numbers=tuple(numbers),
        parameters=tuple(base),
        base=base,
    )
