"""What testing found, as types, and as the one record that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.explore.claims.flips import Flip
from detente.explore.claims.map import Map
from detente.explore.claims.nearest import Nearest
from detente.explore.claims.verdict import Tally, Verdict
from detente.explore.policies.levers import Leverage
from detente.explore.policies.regret import Dominated
from detente.explore.policies.responses import Responses
from detente.explore.policies.tally import PolicyTally
from detente.explore.protocol import Study
from detente.explore.rules.parallel import Parallel
from detente.explore.rules.rule import Rule
from detente.explore.sensitivity.design import Designed
from detente.explore.sensitivity.sobol import Indices
from detente.explore.sensitivity.weigh import Information

if TYPE_CHECKING:
    from detente.explore.range_sets import Rivals


@dataclass(frozen=True, eq=False)
class Tested:
    """To which bound a claim was tested: decided draws, and decided points that searches looked at beside them.

    ``closest``: where no exception was found, the margin nearest to one that was met, and where (positions).
    """

    draws: int
    searched: int
    closest: tuple[float, tuple[float, ...]] | None


@dataclass(frozen=True, eq=False)
class ClaimFinding:
    """One claim. ``rule`` and ``fails_rule`` are None unless the verdict is *holds if* and draws of both kinds allow one.

    ``exception`` is a solved point with the answer that no draw had (positions), where the verdict rests on it.
    """

    id: str
    text: str
    verdict: Verdict
    tally: Tally
    rule: Rule | None
    fails_rule: Rule | None
    flips: tuple[Flip, ...]
    nearest: Nearest | None
    margin_at_base: float | None  # None: undecided there
    exception: tuple[float, ...] | None
    map: Map | None
    tested: Tested | None = None
    parallel: Parallel | None = None  # draws of what its rule speaks of, where there is one


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that `test` found. `record` is its face to other programs (the contract's "detente test")."""

    study: Study
    draws: int
    seed: int
    measure: str
    refused: int
    claims: tuple[ClaimFinding, ...]
    policies: PolicyTally
    quantiles: Mapping[tuple[str, str], tuple[float, float]]  # policy, event -> 10 % and 90 %
    sensitivity: tuple[tuple[str, str, Indices], ...]  # event, policy, indices
    information: tuple[Information, ...]  # by player
    dominated: tuple[tuple[str, Dominated], ...]  # player
    searched: tuple[int, int]  # points solved beside the draws, and times policies
    search: str = "thorough"  # how hard flips and exceptions were looked for
    selections: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )  # claim -> whether it depends on which equilibrium is played; empty: not looked at

    design: Mapping[str, Any] = field(default_factory=dict[str, Any])  # how the draws were chosen
    responses: Responses | None = None  # None: not looked for, or no two players have policies
    levers: tuple[Leverage, ...] = ()
    designed: Designed | None = None  # indices by a design of their own, where that was asked for
    rivals: Rivals | None = None  # the scenario's range sets beside its own ranges, where that was asked for

    def record(self) -> dict[str, Any]:
        """A dictionary of JSON values, in a fixed order: equal findings give equal bytes."""
        from detente.explore.record import Record

        return Record(self).whole()
