"""A scenario as testing sees it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from detente import __version__
from detente.explore.protocol import BASELINE, Derived, Evaluation, Lever, Study
from detente.explore.ranges import Draws, Range
from detente.explore.sweep.threads import allowed
from detente.game.dependence import score_correlations
from detente.scenario.conduct import base_of, read_key
from detente.scenario.evaluate import Evaluator
from detente.scenario.gradient import Gradient, Gradients
from detente.scenario.mixture import with_mixtures
from detente.scenario.range_sets import witnesses
from detente.scenario.selection import Selector

SELECTION = (
    "one equilibrium a draw: the limit of the principal branch of the agent logit quantal response equilibrium as "
    "precision grows; others may exist"
)
AT_PRECISION = "one equilibrium a draw: the principal branch of the agent logit quantal response equilibrium at precision {}"


class _Solver:
    """The scenario's evaluator, made when first used (once in each worker process)."""

    def __init__(self, scenario: Any) -> None:
        self.scenario = scenario
        self._evaluator: Evaluator | None = None
        self._gradient: Gradient | None = None

    def __call__(self, draws: Draws, policies: Sequence[str]) -> Evaluation:
        return self.ready.evaluate(draws, policies)

    @property
    def ready(self) -> Evaluator:
        if self._evaluator is None:
            self._evaluator = Evaluator(self.scenario, allowed())
        return self._evaluator

    def relevant(self, policy: str) -> frozenset[str]:
        """The parameters that the game solved for ``policy`` depends on, those of surprises read off it included.

        What the key itself sets is left out.
        """
        names = set(self.ready.tree(policy).parameters)
        if isinstance(self.scenario.precision, str):
            names.add(self.scenario.precision)
        for other in self.scenario.policies.values():
            if other.kind == "deviate" and base_of(policy) == BASELINE:
                names |= {n for mix in other.change.play.values() for p in mix.values() for n in p.names}
                names |= {n for formula in other.change.parameters.values() for n in formula.names} | set(
                    other.change.parameters
                )
        derived = self.scenario.game.derived
        for name in [n for n in names if n in derived]:
            names |= derived[name].names
        return frozenset(names) - read_key(policy).set

    def selections(self, claims: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """For each claim, whether it depends on which equilibrium is played (`detente.scenario.selection`)."""
        return {name: found.record() for name, found in Selector(self.ready).selections(claims).items()}

    def gradients(self, draws: Draws, policies: Sequence[str], precision: float) -> Gradients:
        """How the answers of the game played at ``precision`` move with the parameters (`detente.scenario.gradient`)."""
        if self._gradient is None:
            self._gradient = Gradient(self.ready)
        return self._gradient(draws, policies, precision)

    def __getstate__(self) -> dict[str, Any]:
        return {"scenario": self.scenario, "_evaluator": None, "_gradient": None}


def study_of(scenario: Any) -> Study:
    """What testing needs of a `detente.scenario.Scenario`."""
    said_by: dict[str, tuple[str, ...]] = {}
    for match in scenario.matches:
        said_by[match.claim] = (*said_by.get(match.claim, ()), match.statement)
    precision = scenario.precision
    ranges = tuple(Range(p) for p in scenario.parameters.values() if p.distribution != "derived")
    solver = _Solver(scenario)
    extended, mixes = with_mixtures(scenario)
    levers = (
        *(Lever(p.id, p.player, p.levers) for p in scenario.policies.values() if p.levers),
        *(Lever(m.policy.id, m.policy.player, {m.share: (0.0, 1.0)}, (m.first, m.second)) for m in mixes),
    )
    return Study(
        name=scenario.id,
        ranges=ranges,
        claims=scenario.claims,
        policies=scenario.policies,
        players=tuple(scenario.game.players),
        events=tuple(scenario.events_of_interest),
        evaluate=solver,
        admissible=scenario.game.admissible if scenario.game.constraints else None,
        digest=digest(scenario),
        seed=scenario.seed,
        selection=SELECTION if precision == "limit" else AT_PRECISION.format(precision),
        mirrors={c.id: c.mirror for c in scenario.claims.values() if c.mirror},
        law=tuple(scenario.law),
        families={p.id: BASELINE for p in scenario.policies.values() if p.kind != "commit"},
        relevant=solver.relevant,
        witnesses=witnesses(scenario),
        derived=tuple(
            Derived(name, scenario.parameters[name].title or name.replace("_", " "), formula.names)
            for name, formula in scenario.game.derived.items()
        ),
        derive=scenario.game.derived_values if scenario.game.derived else None,
        said_by=said_by,
        selections=solver.selections,
        gradients=solver.gradients,
        enough=scenario.enough,
        levers=levers,
        at_levels=solver if extended is scenario else _Solver(extended),
        range_set=scenario.ranges,
        correlation=score_correlations(scenario.game.correlated, [r.name for r in ranges if r.varies]),
    )


def digest(scenario: Any) -> str:
    """A name for what the scenario's numbers depend on: its text, the parts that are off, the ranges, this version."""
    ranges: Mapping[str, Any] = {
        name: [
            p.distribution,
            repr(p.base),
            repr(p.low),
            repr(p.high),
            [repr(v) for v in p.shape],
            str(p.derived or ""),
        ]
        for name, p in scenario.parameters.items()
    }
    content = {
        "version": __version__, "text": scenario.text, "off": list(scenario.off), "ranges": ranges,
        "precision": str(scenario.precision), "policies": list(scenario.policies),
        "correlated": [[list(one.between), repr(one.rank)] for one in scenario.game.correlated],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
