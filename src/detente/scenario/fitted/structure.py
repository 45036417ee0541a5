"""What of a game its fit depends on, as a digest: players, moves, private types and payoffs, not words, ranges or base values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from detente.game.expression import Expression
from detente.game.model import Game


def structure_digest(game: Game, off: Iterable[str] = ()) -> str:
    """SHA-256 of the game's structure; ``off``: parts of the scenario that are switched off.

    Two games with the same digest have the same probabilities at the same parameters. Titles, texts, ranges, events and derived
    parameters that nothing in the game uses do not count. Games that are the same but written otherwise differ.
    """
    used = _used(game)
    content: dict[str, Any] = {
        "players": list(game.players),
        "types": [[t.full, [str(v) for v in t.values]] for t in game.types],
        "drawn": [[list(b.of), [[[str(v) for v in row], p.text] for row, p in b.rows]] for b in game.blocks],
        "moves": [
            [m.name, m.by, list(m.labels), [p.text for p in m.probabilities or ()], m.when.text if m.when else "",
             sorted(m.hidden_from), m.reveals_when]
            for m in game.moves
        ],
        "payoffs": {
            player: sorted([t.worth.text, t.when.text if t.when else ""] for t in terms.values())
            for player, terms in game.payoffs.items()
        },
        "formulas": {
            name: formula.text
            for name, formula in [*game.derived.items(), *game.events.items()]
            if name in used
        },
        "off": sorted(off),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _used(game: Game) -> frozenset[str]:
    """Every name that the game's formulas lead to, through events and derived parameters."""
    formulas: list[Expression] = []
    for terms in game.payoffs.values():
        for term in terms.values():
            formulas += [term.worth, *([term.when] if term.when is not None else [])]
    for move in game.moves:
        formulas += [*(move.probabilities or ()), *([move.when] if move.when is not None else [])]
    for block in game.blocks:
        formulas += [p for _, p in block.rows]
    known = {**game.events, **game.derived}
    found: set[str] = set()
    waiting = {name for formula in formulas for name in formula.names}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= set(known[name].names) if name in known else set()
    return frozenset(found)
