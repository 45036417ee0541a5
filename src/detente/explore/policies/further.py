"""What is solved beside the draws for policies: pairs of them, and levels of them, at some draws of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from detente.errors import BadInput, Where
from detente.explore.policies.first import First, chosen
from detente.explore.policies.levers import Leverage, leverages
from detente.explore.policies.responses import MOST_RESPONSES, Responses, responses
from detente.explore.policies.tally import PolicyTally
from detente.explore.sampling.designs import chosen_seed
from detente.explore.sampling.plan import Plan
from detente.explore.sweep.chunk import Chunk


@dataclass(eq=False)
class Further:
    """Best responses and levels of policies; fed chunk by chunk, then solved. ``first`` is None where none are wanted."""

    tally: PolicyTally
    first: First | None
    responses: Responses | None = None
    levers: tuple[Leverage, ...] = ()

    @classmethod
    def planned(cls, tally: PolicyTally, plan: Plan, seed: int | None, wanted: int) -> Further:
        """``wanted``: draws to use; 0: nothing is looked for. Raises BadInput outside of 0 to `MOST_RESPONSES`."""
        if not 0 <= wanted <= MOST_RESPONSES:
            raise BadInput("the number of draws for responses is out of range", where=Where(field="--responses"),
                           found=wanted, allowed=f"0 to {MOST_RESPONSES}; 0: none")  # fmt: skip
        if not wanted or not tally.menus:
            return cls(tally, None)
        draw = chosen(plan.n, wanted, plan.replicated, chosen_seed(tally.study, seed))
        return cls(tally, First(draw, tuple(tally.menus), plan.replicated))

    def add(self, chunk: Chunk) -> None:
        if self.first is not None:
            self.first.add(chunk)

    def solve(self, tell: Callable[[str, float], None]) -> None:
        """Solve what is wanted."""
        if self.first is None:
            return
        menus = {player: menu.policies for player, menu in self.tally.menus.items()}
        study = self.tally.study
        self.responses = responses(
            study, menus, self.first, lambda share: tell("answers to policies", 0.93 + 0.01 * share)
        )
        self.levers = leverages(
            study, menus, self.tally.enough, self.first, tell=lambda share: tell("levels of policies", 0.94 + 0.01 * share),
        )  # fmt: skip
