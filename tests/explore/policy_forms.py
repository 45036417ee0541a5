"""Games of policies small enough to work out by hand, as studies; each says in its docstring what must come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import closed_forms as cf
import numpy as np
from closed_forms import PlainPolicy, ranges

from detente.explore import Range, Study
from detente.explore.protocol import Lever
from detente.game.parameter import Parameter


def states(name: str = "s") -> Range:
    """Two states of the world, 0 and 1, equally likely."""
    return Range(Parameter(name, 0, 0, 1, "discrete", (0, 1, 0.5, 0.5)))


def fixed(name: str, value: float) -> Range:
    return Range(Parameter(name, value, value, value, "fixed"))


@dataclass(frozen=True)
class Lottery:
    """``a`` is worth ``high`` in state 0 and nothing in state 1, ``b`` is worth 1 in state 1 and nothing in state 0."""

    high: float

    def __call__(self, d: Mapping[str, Any], policy: str) -> Any:
        q = {"a": 1.0, "b": 0.0, "mix": d["q"]}.get(policy)
        if q is None:
            return {"hit": d["s"]}, {"A": -1.0 + 0 * d["s"]}, 0
        worth = np.where(d["s"] < 0.5, self.high * q, 1 - q)
        return {"hit": d["s"]}, {"A": worth}, 0


def lottery(high: float = 2.0) -> Study:
    """The largest regret is max(high (1 - q), q): least at q = high/(1 + high), where it is high/(1 + high).

    The worst payoff is min(high q, 1 - q): largest at q = 1/(1 + high), where it is high/(1 + high). Mean regret is
    linear in q, so it is least at the end q = 1 (high > 1), which is listed.
    """
    made = cf.study(
        "lottery", (states(), fixed("q", 0.5), *ranges(x=(0, 1))), [], [PlainPolicy("a", "A"), PlainPolicy("b", "A")], Lottery(high)
    )  # fmt: skip
    return replace(made, levers=(Lever("mix", "A", {"q": (0.0, 1.0)}, ("a", "b")),))


def hill(d: Mapping[str, Any], policy: str) -> Any:
    """Two levers: the payoff falls with the distance from (0.3, 0.6), and moves up and down with x."""
    if policy != "build":
        return {"hit": d["x"]}, {"A": d["x"] - 2}, 0
    return {"hit": d["x"]}, {"A": d["x"] - np.abs(d["size"] - 0.3) - 2 * np.abs(d["speed"] - 6) / 10}, 0


def two_levers() -> Study:
    """Every criterion is best at size 0.3, speed 6."""
    made = cf.study(
        "hill", (*ranges(x=(0, 1)), fixed("size", 0.9), fixed("speed", 1.0)), [], [PlainPolicy("build", "A")], hill
    )  # fmt: skip
    return replace(made, levers=(Lever("build", "A", {"size": (0.0, 1.0), "speed": (0.0, 10.0)}),))


# Rows are I's T and B, columns J's L and R. State 0 is a prisoners' dilemma (B and R dominate), state 1 pure coordination.
PAYOFF = {
    0: {"T": {"L": (3, 3), "R": (0, 5)}, "B": {"L": (5, 0), "R": (1, 1)}},
    1: {"T": {"L": (2, 1), "R": (0, 0)}, "B": {"L": (0, 0), "R": (1, 2)}},
}
ALONE = -9.0  # what everybody has where anybody announces nothing


def two_by_two(d: Mapping[str, Any], policy: str) -> Any:
    parts = policy.split("+")
    value = {"I": np.full(len(d["s"]), ALONE), "J": np.full(len(d["s"]), ALONE)}
    if len(parts) == 2:
        row, column = sorted(parts, key="TBLR".index)
        for state in (0, 1):
            for k, player in enumerate(("I", "J")):
                value[player] = np.where(d["s"] == state, PAYOFF[state][row][column][k], value[player])
    return {"hit": d["s"]}, value, 0


def announcements() -> Study:
    """To L, I's best is B in state 0 and T in state 1; to R it is B in both. Mutual: B and R in both states, T and L in state 1."""
    policies = [PlainPolicy("T", "I"), PlainPolicy("B", "I"), PlainPolicy("L", "J"), PlainPolicy("R", "J")]
    policies = [replace(p, actor=p.player) for p in policies]
    return cf.study("announcements", (states(), *ranges(x=(0, 1))), [], policies, two_by_two)


def shared(d: Mapping[str, Any], policy: str) -> Any:
    """A has x, B has 1 - x less what the policy costs it."""
    cost = {"gift": -0.25, "toll": 0.25}.get(policy, 0.0)
    return {"hit": d["x"]}, {"A": d["x"], "B": 1 - d["x"] - cost}, 0


def enough(**more: Any) -> Study:
    """A has 0.25 or more in three quarters of the draws; B has a half or more in 3/4 (gift), 1/4 (toll), 1/2 (neither)."""
    policies = [PlainPolicy("gift", "B"), PlainPolicy("toll", "B")]
    return replace(cf.study("enough", ranges(x=(0, 1, 0.5), y=(0, 1)), [], policies, shared), **more)


@dataclass(frozen=True)
class Moved:
    """Another form with a constant added to one player's payoff."""

    form: Callable[..., Any]
    player: str
    by: float

    def __call__(self, d: Mapping[str, Any], policy: str) -> Any:
        events, values, status = self.form(d, policy)
        return (
            events,
            {p: np.asarray(v) + (self.by if p == self.player else 0) for p, v in values.items()},
            status,
        )


def random_values(d: Mapping[str, Any], policy: str) -> Any:
    """Payoffs of three players that differ from policy to policy and from pair to pair."""
    shift = sum((k + 1) * ord(c) for k, c in enumerate(policy)) % 97
    values = {
        p: np.sin(shift * (k + 1) + 7 * d["x"]) + np.cos(3 * d["y"] + shift * k) for k, p in enumerate("ABC")
    }
    return {"hit": d["x"]}, values, 0


def three_players(form: Callable[..., Any] = random_values) -> Study:
    """Two policies each of A, B and C, payoffs without order: for what must hold whatever the payoffs are."""
    policies = [PlainPolicy(f"{p.lower()}{k}", p, actor=p) for p in "ABC" for k in (1, 2)]
    return cf.study("three", ranges(x=(0, 1), y=(0, 1)), [], policies, form)


@dataclass(frozen=True)
class Renamed:
    """Another form with its players called otherwise, and named in another order."""

    form: Callable[..., Any]
    names: Mapping[str, str]

    def __call__(self, d: Mapping[str, Any], policy: str) -> Any:
        events, values, status = self.form(d, policy)
        return events, {self.names[p]: values[p] for p in sorted(values, key=lambda p: self.names[p])}, status
