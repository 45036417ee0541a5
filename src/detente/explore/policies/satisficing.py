"""Satisficing: in which share of the draws a player gets at least what is enough for it (Simon 1955, QJE 69:99-118).

What is enough is stated in the scenario for each player, a number or a formula in parameters; where nothing is stated
it is what the player has in the equilibrium at the base point. A share depends on the ranges and their measure; it is
no probability. Shares are taken over the draws at which the policy is certified, player by player.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from detente.explore.claims.verdict import Tally
from detente.explore.protocol import BASELINE, REASONS, UNDEFINED, Judged, Study
from detente.explore.ranges import Draws, Floats
from detente.solve.solution import CERTIFIED

TIE = 1e-7  # payoffs nearer than this count as equal
_UNDEFINED = REASONS.index(UNDEFINED)


class Level(Protocol):
    """A payoff, as a formula in parameters."""

    @property
    def text(self) -> str: ...
    def value(self, columns: Mapping[str, Any], /) -> Any: ...


@dataclass(frozen=True)
class Enough:
    """What is enough for a player. ``at_base``: the payoff that it is at the base point."""

    player: str
    at_base: float
    level: Level | None  # None: not stated, the player's equilibrium payoff at the base point

    @property
    def stated(self) -> bool:
        return self.level is not None

    def at(self, draws: Draws) -> Floats:
        """The payoff that is enough at each draw [draw]."""
        n = len(next(iter(draws.values())))
        with np.errstate(all="ignore"):
            found = self.at_base if self.level is None else self.level.value(draws)
        return np.array(np.broadcast_to(np.asarray(found, dtype=float), (n,)))


def what_is_enough(study: Study) -> dict[str, Enough]:
    """What is enough, by player. A player for whom nothing is stated is left out where the base point is not certified."""
    base = study.draws_at(study.base[None])
    out: dict[str, Enough] = {}
    found = study.evaluate(base, [BASELINE]) if set(study.players) - set(study.enough) else None
    for player in study.players:
        level = study.enough.get(player)
        if level is not None:
            made = Enough(player, 0.0, level)
            out[player] = Enough(player, float(made.at(base)[0]), level)
        elif found is not None and int(found.status[BASELINE][0]) == CERTIFIED:
            out[player] = Enough(player, float(found.value[BASELINE][player][0]), None)
    return out


@dataclass(eq=False)
class Satisfied:
    """How often each player has enough under each policy, added up chunk by chunk, apart for each scrambling."""

    enough: Mapping[str, Enough]  # by player
    replicated: bool = True  # see `Tally`
    tallies: dict[tuple[str, str], Tally] = field(
        default_factory=dict[tuple[str, str], Tally]
    )  # policy, player

    def add(
        self,
        start: int,
        draws: Draws,
        value: Mapping[str, Mapping[str, Floats]],
        status: Mapping[str, Any],
    ) -> None:
        """Count draws ``start ..``; ``value`` and ``status`` are those of a chunk, by policy."""
        for player, enough in self.enough.items():
            needed = enough.at(draws)
            for policy in status:
                if player not in value[policy]:
                    continue
                margin = np.asarray(value[policy][player], dtype=float) - needed + TIE
                why = np.array(status[policy], dtype=np.int8)
                why[(why == CERTIFIED) & ~np.isfinite(margin)] = _UNDEFINED
                margin[why != CERTIFIED] = np.nan
                self.tallies.setdefault((policy, player), Tally(self.replicated)).add(
                    start, Judged(margin, why)
                )

    def of(self, policy: str, player: str) -> Tally | None:
        """The count of a policy and player; None where nothing was counted."""
        return self.tallies.get((policy, player))
