"""Keys of what is solved: a policy, several together, and either of them with parameters set to numbers.

    equilibrium, press, law:ID:with       the game as it stands, under a policy, under a rule of law
    press+wait                            the changes of commit policies of different players together
    KEY@force=0.2,cost=1                  the game of KEY with these parameters set to numbers at every draw

A setting takes the place of what is drawn, before the policy's own change: a policy that sets ``force: force / 2`` halves
the 0.2. Derived parameters follow. A setting need not lie in the parameter's range; that a game can be played there is
found out when it is solved. Names of policies and parameters have letters, digits and ``_`` alone, so keys are unambiguous.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.errors import GameError, Where
from detente.game.node import number_text
from detente.scenario.model import Policy

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
MOST_LETTERS = 4000  # of a key
FORM = "KEY@name=value,name=value with numbers for values"


@dataclass(frozen=True)
class Conduct:
    """A key taken apart. ``of``: what is played together, one key or several policies; ``settings``: name, number."""

    of: tuple[str, ...]
    settings: tuple[tuple[str, float], ...] = ()

    @property
    def base(self) -> str:
        """The key without its settings."""
        return "+".join(self.of)

    @property
    def key(self) -> str:
        """The key in its one spelling: settings in the order of their names."""
        given = ",".join(f"{name}={number_text(value)}" for name, value in sorted(self.settings))
        return f"{self.base}@{given}" if given else self.base

    @property
    def set(self) -> frozenset[str]:
        """The parameters that are set."""
        return frozenset(name for name, _ in self.settings)

    def but(self, name: str, value: float) -> Conduct:
        """The same with one more parameter set; one that is set already stays as it is."""
        return self if name in self.set else Conduct(self.of, (*self.settings, (name, float(value))))


def read_key(key: str, where: Where | None = None) -> Conduct:
    """A key taken apart; whether there are such policies and parameters is not looked at.

    Raises GameError for what has not the form of a key.
    """
    if len(key) > MOST_LETTERS:
        raise GameError(
            "this key is too long", where=where, found=key[:60], allowed=f"{MOST_LETTERS} letters"
        )
    base, at, given = key.partition("@")
    of = tuple(base.split("+"))
    if not all(of):
        raise GameError(
            "a key has a name before `@` and on both sides of `+`", where=where, found=key, allowed=FORM
        )
    if len(set(of)) < len(of):
        raise GameError("a policy stands here twice", where=where, found=key, allowed="each once")
    if not at:
        return Conduct(of)
    settings: dict[str, float] = {}
    for one in given.split(","):
        name, equals, text = one.partition("=")
        if not name or not equals:
            raise GameError("this sets no parameter", where=where, found=one or key, allowed=FORM)
        if name in settings:
            raise GameError("this parameter is set twice", where=where, found=name, allowed="each once")
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(value):
            raise GameError(
                f"{name} is set to what is no number", where=where, found=text, allowed="a number"
            )
        settings[name] = value
    return Conduct(of, tuple(settings.items()))


def base_of(key: str) -> str:
    """The key without its settings."""
    return key.partition("@")[0]


def check_settings(
    conduct: Conduct, parameters: Collection[str], derived: Collection[str] = (), where: Where | None = None
) -> None:
    """Refuse a setting of what is no parameter (``parameters``: those that are not derived) with a GameError."""
    for name, _ in conduct.settings:
        if name not in parameters:
            problem = (
                "a derived parameter follows from others and cannot be set"
                if name in derived
                else "there is no such parameter to set"
            )
            raise GameError(problem, where=where, found=name, allowed=parameters)


def check_together(policies: Sequence[Policy], where: Where | None = None) -> None:
    """Refuse policies that cannot be announced together with a GameError.

    Each is a `commit` policy, each of another player, and no two of them fix the same move or set the same parameter.
    """
    players: dict[str, str] = {}
    moves: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for policy in policies:
        if policy.kind != "commit":
            raise GameError("policies that hold together are announced, each of kind commit", where=where,
                            found=f"{policy.id} ({policy.kind})", allowed="commit policies")  # fmt: skip
        for what, taken, names in (
            ("are both policies of", players, [policy.player]),
            ("both fix the move", moves, policy.change.play),
            ("both set the parameter", parameters, policy.change.parameters),
        ):
            for name in names:
                if name in taken:
                    raise GameError(f"{taken[name]} and {policy.id} {what} {name}", where=where,
                                    found=f"{taken[name]}+{policy.id}",
                                    allowed="policies of different players that change different things")  # fmt: skip
                taken[name] = policy.id


@dataclass(frozen=True, eq=False)
class Read:
    """What a closed form gives for each key; see `Evaluation` of the explore room."""

    event: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    value: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    status: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class WithSettings:
    """``evaluate`` of a closed form made to understand ``KEY@name=value``; it pickles if ``evaluate`` does."""

    evaluate: Callable[[Mapping[str, Any], Sequence[str]], Any]

    def __call__(self, draws: Mapping[str, Any], policies: Sequence[str]) -> Any:
        groups: dict[tuple[tuple[str, float], ...], dict[str, str]] = {}
        for key in policies:
            conduct = read_key(key)
            check_settings(conduct, draws)
            groups.setdefault(tuple(sorted(conduct.settings)), {})[key] = conduct.base
        if list(groups) == [()]:
            return self.evaluate(draws, policies)
        out = Read()
        for settings, keys in groups.items():
            here = dict(draws)
            for name, value in settings:
                here[name] = np.full(np.shape(draws[name]), value)
            found = self.evaluate(here, list(dict.fromkeys(keys.values())))
            for key, base in keys.items():
                out.event[key], out.value[key] = found.event[base], found.value[base]
                out.status[key] = found.status[base]
        return out


def with_settings(evaluate: Callable[[Mapping[str, Any], Sequence[str]], Any]) -> WithSettings:
    """A closed form's ``evaluate(draws, policies)`` that understands settings: it is asked at columns with these replaced.

    ``a+b`` is passed on as it is: what policies do together is for the closed form to say. Raises GameError for a key
    that is none and for a parameter that the draws do not have.
    """
    return WithSettings(evaluate)
