"""Which scenario a ledger fits: roles that its words fill and claims that its statements make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from detente.news.matching.match import match_statements
from detente.news.matching.roles import Proposal, propose_roles
from detente.scenario import read_scenario
from detente.scenario.locate import shipped
from detente.scenario.model import Binding, Match
from detente.scenario.scenario import Scenario
from detente.scenario.statement import Ledger

ROLES_NEEDED, CLAIMS_NEEDED = 2, 1  # a report that fits says who at least two parties are, and makes a claim


@dataclass(frozen=True)
class Fit:
    """A scenario with the roles and matches proposed for a ledger."""

    scenario: Scenario
    roles: tuple[Proposal, ...]
    matches: tuple[Match, ...]

    @property
    def strength(self) -> tuple[int, int]:
        """Claims that are made or denied, a claim and its mirror once, then roles that are filled."""
        claims = self.scenario.claims
        said = {frozenset((m.claim, claims[m.claim].mirror or m.claim)) for m in self.matches}
        return len(said), sum(1 for p in self.roles if p.actor)

    @property
    def enough(self) -> bool:
        claims, roles = self.strength
        return roles >= ROLES_NEEDED and claims >= CLAIMS_NEEDED


def best_fit(ledger: Ledger, named: str | None = None) -> Fit | None:
    """The scenario ``named``, whatever its fit, or the shipped one that fits best; None when none fits."""
    if named is not None:
        return fit(ledger, read_scenario(named))
    fits = [fit(ledger, read_scenario(name)) for name in shipped()]
    return max((f for f in fits if f.enough), key=lambda f: f.strength, default=None)


def fit(ledger: Ledger, scenario: Scenario) -> Fit:
    """Roles and matches of a scenario; what a person decided in its file stands."""
    proposed = {p.role: p for p in propose_roles(ledger, scenario.roles)}
    decided = _decided(scenario.bindings, proposed)
    roles = propose_roles(ledger, scenario.roles, decided) if decided else tuple(proposed.values())
    rules = {claim.id: claim.match for claim in scenario.claims.values()}
    players = {p.role: p.actor for p in roles if p.actor}
    matches = match_statements(ledger, rules, scenario.matches, players, scenario.setting)
    return Fit(replace(scenario, bindings={}, matches=()), roles, matches)


def _decided(bindings: Mapping[str, Binding], proposed: Mapping[str, Proposal]) -> dict[str, str]:
    """Bindings that a person made: those marked so, and those that differ from what we would propose."""
    return {
        role: b.actor
        for role, b in bindings.items()
        if b.actor and role in proposed and (b.status == "bound" or b.actor != proposed[role].actor)
    }
