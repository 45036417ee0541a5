"""What a claim reads off a solution: a probability or a value, under a key of what is solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detente.game.node import number_text
from detente.scenario.conduct import read_key
from detente.scenario.model import BASELINE


@dataclass(frozen=True, order=True)
class Quantity:
    """What a claim reads off a solution. ``policy`` is None for the scenario as it stands, else a key (see `conduct`).

    ``name`` is a player, an event, or events with and, or, not and given (see `event`), each in its one spelling.
    """

    kind: Literal["P", "value"]
    name: str
    policy: str | None = None

    @property
    def key(self) -> str:
        """The key of what has to be solved for it."""
        return self.policy or BASELINE

    def __str__(self) -> str:
        conduct = read_key(self.key)
        under = "" if conduct.base == BASELINE else f" | {' + '.join(conduct.of)}"
        settings = "".join(f", {name} = {number_text(value)}" for name, value in conduct.settings)
        return f"{self.kind}({self.name}{under}{settings})"
