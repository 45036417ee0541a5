"""The scenario sanctions-dispute cut down to one mechanism: parts switched off, moves fixed, numbers set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from peace_talks import Mechanism

from detente.game import Restriction, unfold
from detente.scenario.reader import read_scenario
from detente.scenario.scenario import Scenario
from detente.scenario.variant import restrictions

# everything that can be switched off; a card keeps what it is about
EVERYTHING = ("offers", "evasion", "relief", "audience", "symbol", "home", "surprise", "exemptions")
SHARES = (0.2, 0.5, 0.8)  # of the highest cost; equally likely


@lru_cache(maxsize=1)
def scenario() -> Scenario:
    return read_scenario("sanctions-dispute")


def mechanism(
    *keep: str, fixed: Iterable[Restriction] = (), numbers: Mapping[str, float | str] | None = None
) -> Mechanism:
    """The game with every part switched off that is not kept, moves fixed and numbers set (beyond their ranges, too)."""
    standing = scenario().without(part for part in EVERYTHING if part not in keep).standing
    settings = {**dict(standing.parameters), **(numbers or {})}
    return Mechanism(unfold(scenario().game, (*fixed, *restrictions(standing)), settings))


def always(move: str, option: str, when: str | None = None) -> Restriction:
    return Restriction(move, {option: 1.0}, when)
