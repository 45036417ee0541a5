"""What a timeline of a game says: who knows what from the start, then who moves when, with which options, seen by whom.

Shared by the terminal and the HTML picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.game.expression import Expression
from detente.game.model import Game
from detente.game.parts import CHANCE, Move, value_text
from detente.game.picture_tree import listed

# A menu of numbers longer than this is told by its ends.
LONG_MENU = 6


@dataclass(frozen=True)
class Secret:
    """What one player alone knows from the start."""

    owner: str
    name: str
    values: tuple[str, ...]
    chances: tuple[str, ...]  # formulas, one a value; empty where it is drawn together with others
    together: tuple[str, ...]  # the others


@dataclass(frozen=True)
class Step:
    """One move of the timeline."""

    name: str
    title: str
    text: str
    by: str  # a player's short name, or chance
    who: str
    owner: int | None  # index of the player
    options: tuple[str, ...]
    chances: tuple[str, ...]  # formulas, one an option, for chance
    when: str  # in words; empty: always
    seen_by: tuple[str, ...]  # other players
    unseen_by: tuple[str, ...]


def secrets(game: Game) -> list[Secret]:
    """Private types in the order of the game."""
    kinds = {kind.full: kind for kind in game.types}
    found: list[Secret] = []
    for block in game.blocks:
        for full in block.of:
            kind = kinds[full]
            alone = len(block.of) == 1
            chances = tuple(in_words(p) for _, p in block.rows) if alone else ()
            values = (
                tuple(value_text(row[0]) for row, _ in block.rows)
                if alone
                else tuple(map(value_text, kind.values))
            )
            together = tuple(other for other in block.of if other != full)
            found.append(Secret(kind.owner, kind.name, values, chances, together))
    return found


def steps(game: Game) -> list[Step]:
    """Moves in time order."""
    return [_step(game, move) for move in game.moves]


def called(step: Step) -> str:
    """Title of the move, with the name that conditions call it by where that differs."""
    name = step.name.replace("_", " ")
    return step.title if step.title == name else f"{step.title} ({name})"


def _step(game: Game, move: Move) -> Step:
    players = list(game.players)
    others = [player for player in players if player != move.by]
    hidden = set(move.hidden_from)
    return Step(
        name=move.name,
        title=move.title or move.name.replace("_", " "),
        text=move.text or "",
        by=move.by,
        who="chance" if move.by == CHANCE else brief(game, move.by),
        owner=None if move.by == CHANCE else players.index(move.by),
        options=move.labels,
        chances=tuple(in_words(p) for p in move.probabilities or ()),
        when=in_words(move.when).replace("_", " ") if move.when is not None else "",
        seen_by=tuple(player for player in others if player not in hidden),
        unseen_by=tuple(player for player in others if player in hidden),
    )


def named(game: Game, player: str) -> str:
    """A player with his part: ``A (challenger)``."""
    title = game.players[player]
    return player if title == player else f"{player} ({title})"


def brief(game: Game, player: str) -> str:
    """A player by name alone where the name says who it is, which a letter or two does not."""
    return player if len(player) > 3 else named(game, player)


def menu(said: Step | Secret) -> list[tuple[str, str]]:
    """Options or values with the chance of each (empty where there is none); a long menu is told by its ends."""
    options, things = (said.options, "choices") if isinstance(said, Step) else (said.values, "values")
    if len(options) > LONG_MENU and len(set(said.chances)) <= 1:
        each = f"{said.chances[0]} each" if said.chances else ""
        return [(f"{len(options)} {things} from {options[0]} to {options[-1]}", each)]
    chances = said.chances or ("",) * len(options)
    return list(zip((option.replace("_", " ") for option in options), chances, strict=True))


def audience(step: Step) -> str:
    """Who sees the move, as a clause; empty where all do."""
    if step.seen_by and step.unseen_by:
        return f"seen by {listed(list(step.seen_by))}, not by {listed(list(step.unseen_by))}"
    return "seen by nobody else" if step.unseen_by else ""


_IN = re.compile(r"\bin \{([^{}]*)\}")


def in_words(formula: Expression) -> str:
    """A formula for reading: ``answer == resist`` as "answer is resist". Parameters and arithmetic stay as they are."""
    text = formula.text.replace(" == ", " is ").replace(" != ", " is not ")
    text = _IN.sub(lambda found: f"is {' or '.join(part.strip() for part in found[1].split(','))}", text)
    return text.replace("-", "−") if not re.search(r"[a-z]-[a-z]", text) else text


def summary(game: Game) -> str:
    """One sentence that stands for the picture where it cannot be seen."""
    players = listed([named(game, player) for player in game.players])
    moves = len(game.moves)
    hidden = sum(bool(move.hidden_from) for move in game.moves)
    said = f"{moves} move{'' if moves == 1 else 's'} in time order, by {players}"
    if any(move.by == CHANCE for move in game.moves):
        said += " and chance"
    if game.types:
        count = len(game.types)
        said += f"; {count} thing{'' if count == 1 else 's'} known to one player alone"
    if hidden:
        return (
            f"{said}. {hidden} move{' is' if hidden == 1 else 's are'} not seen by everyone; all others are."
        )
    return f"{said}. Everyone sees every move." if len(game.players) > 1 else f"{said}."
