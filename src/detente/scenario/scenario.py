"""A scenario: one game, and the roles, parts, policies, claims and law that an analyst reads in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from detente.errors import GameError
from detente.game.expression import Expression
from detente.game.model import Game
from detente.game.parameter import Parameter
from detente.game.place import Places
from detente.scenario.claim import Claim
from detente.scenario.fitted.ranges import Fits, Fitted
from detente.scenario.model import BASELINE, Binding, Change, Law, Match, Part, Policy, Role, Source
from detente.scenario.range_sets import RangeSet, with_ranges


@dataclass(frozen=True, eq=False)
class Scenario:
    """Everything in a scenario file. Build it with `read_scenario`, which checks every name.

    ``game`` is the whole game; ``off`` names the parts that are switched off, and what that does to the game is
    ``standing``. Policies, claims and law are those that still make sense with these parts off.
    """

    id: str
    title: str
    summary: str
    game: Game
    precision: str | float  # "limit", a number, or the name of a parameter
    margin: float  # a comparison smaller than this does not count
    seed: int
    roles: Mapping[str, Role]
    parts: Mapping[str, Part]
    policies: Mapping[str, Policy]
    claims: Mapping[str, Claim]
    law: Mapping[str, Law]
    sources: Mapping[str, Source]
    events_of_interest: tuple[str, ...]
    not_modelled: tuple[str, ...]
    event_titles: Mapping[str, str] = field(
        default_factory=dict
    )  # event of interest -> plain words, where the file has them
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    matches: tuple[Match, ...] = ()
    enough: Mapping[str, Expression] = field(
        default_factory=dict
    )  # player -> the payoff that is enough for it
    off: tuple[str, ...] = ()
    dropped: Mapping[str, str] = field(default_factory=dict)  # policy, claim or law -> the part that it needs
    range_sets: Mapping[str, RangeSet] = field(default_factory=dict)
    ranges: str | None = None  # the range set that is in place of the scenario's own ranges
    own_game: Game | None = field(
        default=None, repr=False
    )  # the game with its own ranges, where a set is in place
    fits: Fits = field(default_factory=Fits, repr=False)  # what ranges come from fits
    setting: tuple[str, ...] = ()  # phrases, one of which a text on such a crisis has
    path: Path | None = None
    text: str = field(default="", repr=False)  # the file as it was read, comments and all
    places: Places = field(default_factory=Places, repr=False)

    @property
    def standing(self) -> Change:
        """What the parts that are switched off do to the game."""
        return combined(*(self.parts[part].off for part in self.off))

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters that are not set by a part that is switched off."""
        fixed = self.standing.parameters
        return {name: p for name, p in self.game.parameters.items() if name not in fixed}

    @property
    def fitted(self) -> Mapping[str, Fitted]:
        """The parameters whose range, as it is in place, comes from a fit."""
        if self.ranges is None:
            return self.fits.own
        put = self.range_sets[self.ranges]
        return {**{n: f for n, f in self.fits.own.items() if n not in put.parameters}, **put.fitted}

    @property
    def actors(self) -> tuple[str, ...]:
        """Who has policies, in order of first mention."""
        return tuple(dict.fromkeys(p.actor for p in self.policies.values()))

    def menu(self, actor: str) -> tuple[str, ...]:
        """What an actor may choose among: equilibrium play first, then each policy of the actor's own.

        `given` policies are left out: they describe what is seen, nobody chooses them.
        """
        own = (p.id for p in self.policies.values() if p.actor == actor and p.kind != "given")
        return (BASELINE, *own)

    def without(self, parts: Iterable[str]) -> Scenario:
        """The scenario with these parts switched off too.

        Policies and law that play a move which is then fixed are dropped, and with them the claims that
        speak of them; ``dropped`` says so. Raises GameError for a part that there is not.
        """
        wanted = tuple(parts)
        for part in wanted:
            if part not in self.parts:
                raise GameError(
                    "there is no such part", where=self.places.at("parts"), found=part, allowed=self.parts
                )
        off = tuple(p for p in self.parts if p in self.off or p in wanted)
        fixed = {move: part for part in off for move in self.parts[part].off.play}
        dropped = dict(self.dropped)

        def kept(items: Mapping[str, Policy | Law]) -> dict[str, object]:
            out: dict[str, object] = {}
            for key, item in items.items():
                changes = (item.change,) if isinstance(item, Policy) else (item.with_, item.without)
                blocked = [fixed[move] for change in changes for move in change.play if move in fixed]
                if blocked:
                    dropped[key] = blocked[0]
                else:
                    out[key] = item
            return out

        policies, law = kept(self.policies), kept(self.law)
        claims: dict[str, Claim] = {}
        set_to = combined(*(self.parts[p].off for p in off)).parameters
        setter = {name: part for part in off for name in self.parts[part].off.parameters}
        for key, claim in self.claims.items():
            gone = [dropped[p] for p in claim.speaks_of if p in dropped]
            gone += [setter[name] for name in claim.sets if name in setter]
            if gone:
                dropped[key] = gone[0]
            else:  # a parameter that is set is a known number to a claim too
                claims[key] = claim.bound(set_to)
        enough = {player: formula.bind(set_to) for player, formula in self.enough.items()}
        return replace(
            self, off=off, policies=policies, law=law, claims=claims, dropped=dropped, enough=enough
        )

    def with_ranges(self, name: str | None) -> Scenario:
        """The scenario with the ranges of one of its ``range_sets`` in place of its own; None: with its own.

        Parts that are off stay off.
        Raises GameError for a set that there is not.
        """
        return with_ranges(self, name)


def combined(*changes: Change) -> Change:
    """One change that does what all of them do; where two set the same thing, the later one counts."""
    play, when, parameters = {}, {}, {}
    for change in changes:
        for move, mix in change.play.items():
            play[move] = mix
            when.pop(move, None)
            if move in change.when:
                when[move] = change.when[move]
        parameters |= change.parameters
    return Change(play, when, parameters)
