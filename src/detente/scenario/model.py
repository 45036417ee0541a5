"""What a scenario is: a game, and what an analyst says about it. Only types; nothing here reads or solves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from detente.errors import Where
from detente.game.expression import Expression

Kind = Literal["commit", "deviate", "given"]
BASELINE = "equilibrium"  # the id of "no policy": everybody plays the equilibrium of the game as it stands


@dataclass(frozen=True)
class Role:
    """A part in the situation that somebody in an article may be bound to. ``player``: who of the game it is."""

    id: str
    title: str
    player: str
    words: tuple[str, ...] = ()  # words in the name of an actor of this role ("alliance")
    before: tuple[str, ...] = ()  # phrases that an actor of this role stands before ("'s invasion of")
    after: tuple[str, ...] = ()  # phrases that an actor of this role stands after ("invasion of")
    kinds: tuple[str, ...] = ()  # kinds of actor that may take it; empty: any
    text: str = ""


@dataclass(frozen=True)
class Change:
    """What is played instead of chosen, where, and what parameters become.

    ``play``: move -> option -> probability (expressions in parameters, earlier moves and types; they add up to one).
    ``when``: move -> condition on the history; a move without one is replaced wherever it is reached.
    ``parameters``: name -> expression in the other parameters, as they were before the change.
    """

    play: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    when: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    where: Where = field(default_factory=Where, compare=False)

    def __bool__(self) -> bool:
        return bool(self.play or self.parameters)


@dataclass(frozen=True)
class Part:
    """What can be switched off: its moves are then fixed and its parameters set as ``off`` says."""

    id: str
    title: str
    text: str
    moves: tuple[str, ...]
    off: Change


@dataclass(frozen=True)
class Policy:
    """A named change of one player's conduct or of parameters, in one of three meanings.

    ``commit``: announced; everybody re-optimises and re-interprets: the game with ``change`` is solved anew.
    ``deviate``: a surprise; all other strategies and beliefs stay those of the equilibrium, the player's own later
    moves included; every private type of the mover does the same.
    ``given``: no intervention; what the equilibrium implies once the option has been seen at least at one history
    that satisfies ``when`` (for several moves: each of them seen).
    """

    id: str
    actor: str
    player: str
    kind: Kind
    title: str
    text: str
    change: Change
    levers: Mapping[str, tuple[float, float]] = field(
        default_factory=dict[str, tuple[float, float]]
    )  # parameters that the actor chooses, with the ends between which it does


@dataclass(frozen=True)
class Law:
    """A rule of law as a visible constraint: the game ``with`` it and the game ``without`` it."""

    id: str
    instrument: str
    article: str
    text: str
    title: str = ""
    url: str | None = None
    with_: Change = field(default_factory=Change)
    without: Change = field(default_factory=Change)


@dataclass(frozen=True)
class Source:
    """A reference. ``checked``: somebody compared the numbers quoted from it with the source itself."""

    id: str
    cite: str
    url: str | None = None
    checked: bool = False


@dataclass(frozen=True)
class Binding:
    """Who plays a role in the articles read, and the statements or words that say so."""

    role: str
    actor: str | None
    because: tuple[str, ...] = ()
    status: Literal["bound", "proposed", "open"] = "proposed"


@dataclass(frozen=True)
class Match:
    """A statement of a ledger taken to make a claim of the scenario, or its contrary."""

    statement: str
    claim: str
    score: float = 1.0
    stance: Literal["makes", "denies", "none"] = "makes"  # none: a person says that it is not this claim
    decided_by: Literal["rule", "person"] = "person"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatchRule:
    """What makes a statement match a claim; read by the brief.

    ``words`` are groups: a statement meets a group by one of its words. ``contrary`` words turn it into its denial,
    ``never`` words exclude it.
    """

    words: tuple[tuple[str, ...], ...] = ()
    contrary: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # roles
    polarity: Literal["asserted", "denied", "asked"] | None = None
