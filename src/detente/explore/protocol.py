"""What testing needs of a scenario, and nothing more: any object of this shape can be tested, a closed form too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from detente.explore.ranges import Bools, Draws, Floats, Range
from detente.scenario.conduct import read_key
from detente.solve.solution import STATUS

BASELINE = "equilibrium"  # the key of "no policy"
UNDEFINED = "condition never met"  # certified, but a probability is conditional on what never happens


class Quantity(Protocol):
    """An event's probability (kind "P") or a player's expected payoff (kind "value"), under a policy or none."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def policy(self) -> str | None: ...


class Claim(Protocol):
    """A comparison over quantities. ``margin`` is signed: >= 0 where the claim holds, nan where it is not defined."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def quantities(self) -> Sequence[Any]: ...
    def margin(self, values: Mapping[Any, Any], draws: Mapping[str, Any]) -> Any: ...


class Policy(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def player(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Evaluation(Protocol):
    """Per policy: events [draw] as probabilities, values [draw] as expected payoffs, status [draw] into `REASONS`."""

    @property
    def event(self) -> Mapping[str, Mapping[str, Floats]]: ...
    @property
    def value(self) -> Mapping[str, Mapping[str, Floats]]: ...
    @property
    def status(self) -> Mapping[str, Any]: ...


Evaluate = Callable[[Draws, Sequence[str]], Evaluation]


@dataclass(frozen=True)
class Derived:
    """A derived parameter: ``ingredients`` are the parameters that it is made of, none of them derived."""

    name: str
    title: str
    ingredients: frozenset[str]


@dataclass(frozen=True)
class Lever:
    """A policy with a level that its actor chooses: ``ends`` of the parameters that are its level.

    ``between``: the level is the share q of an announced mix of two listed policies: ``between[0]`` at q = 1, ``between[1]`` at q = 0.
    """

    policy: str
    player: str
    ends: Mapping[str, tuple[float, float]]
    between: tuple[str, str] | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """A question put to a model: the ranges, the claims, the policies, and a function that solves the model.

    ``evaluate(draws, policies)`` is given a column per parameter that varies or is fixed, and the ids of policies
    (`BASELINE` among them where it is wanted), and for best responses ``a+b``: two policies of different players together.
    ``digest`` names the content: two studies with one digest give the same numbers, and finished chunks of one are used for
    the other. To run on several processes it must pickle.
    """

    name: str
    ranges: tuple[Range, ...]
    claims: Mapping[str, Claim]
    policies: Mapping[str, Policy]
    players: tuple[str, ...]
    events: tuple[str, ...]  # of interest, in the order in which they are shown
    evaluate: Evaluate
    admissible: Callable[[Draws], Bools] | None = None
    digest: str = ""
    seed: int | None = None
    selection: str = "the only equilibrium of a closed form"
    mirrors: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # claim -> the claim with the sides swapped
    law: tuple[
        str, ...
    ] = ()  # rules of law; their sides are solved as ``law:ID:with`` and ``law:ID:without``
    families: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # policy -> the game that it is read off, if shared
    relevant: Callable[[str], frozenset[str]] | None = (
        None  # policy -> parameters that its game depends on; None: all
    )
    witnesses: Mapping[str, tuple[Mapping[str, float], ...]] = (
        field(  # claim -> points where its author says it holds or fails
            default_factory=dict[str, tuple[Mapping[str, float], ...]]
        )
    )
    derived: tuple[Derived, ...] = ()  # what rules may speak of beside the parameters
    derive: Callable[[Draws], Mapping[str, Any]] | None = None  # their values at draws
    said_by: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )  # claim -> statements
    selections: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]] | None = (
        None  # claims -> whether each depends on which equilibrium is played, at the base point
    )
    gradients: Callable[[Draws, Sequence[str], float], Any] | None = (
        None  # draws, policies, precision -> how answers of the game played at that precision move (claims.gradient)
    )

    correlation: Floats | None = (
        None  # of the normal scores of ``varying`` [parameter, parameter] (`detente.game.dependence`); None: none
    )

    enough: Mapping[str, Any] = field(
        default_factory=dict[str, Any]
    )  # player -> the payoff that is enough for it, a formula (policies.satisficing); others: as in equilibrium at the base point
    levers: tuple[Lever, ...] = ()  # policies whose level is searched
    at_levels: Evaluate | None = (
        None  # solves the policies of ``levers``, their parameters as columns; None: ``evaluate``
    )
    range_set: str | None = None  # which of a scenario's range sets the ranges are; None: its own

    @property
    def dependent(self) -> bool:
        """Whether the value of one parameter tells something of another: by correlation, or because constraints refuse."""
        return self.correlation is not None or self.admissible is not None

    @property
    def varying(self) -> tuple[Range, ...]:
        return tuple(r for r in self.ranges if r.varies)

    def draws_at(self, positions: Floats) -> dict[str, Floats]:
        """Columns of parameters from positions [point, varying parameter]; fixed parameters are constant."""
        columns = {r.name: np.full(len(positions), r.base) for r in self.ranges if not r.varies}
        columns |= {r.name: r.at(positions[:, k]) for k, r in enumerate(self.varying)}
        return {r.name: columns[r.name] for r in self.ranges}

    def snapped(self, positions: Floats) -> Floats:
        """The same positions with those of discrete parameters moved to the nearest allowed value."""
        out = np.array(positions)
        for k, r in enumerate(self.varying):
            if r.values is not None:
                out[:, k] = r.position(r.at(out[:, k]))
        return out

    def positions(self, draws: Draws) -> Floats:
        """Positions [point, varying parameter] of columns of parameters."""
        if not self.varying:
            return np.zeros((len(next(iter(draws.values()), np.zeros(1))), 0))
        return np.column_stack([r.position(draws[r.name]) for r in self.varying])

    @property
    def base(self) -> Floats:
        """The base point, as positions [varying parameter]."""
        return np.array([float(r.position(r.base)) for r in self.varying])

    def witnessed(self, claim: str) -> Floats:
        """Positions [point, varying parameter] of a claim's witnesses other than the base; they are tried, not trusted."""
        moving = {r.name for r in self.varying}
        points = [{n: v for n, v in w.items() if n in moving} for w in self.witnesses.get(claim, ())]
        draws = [{r.name: np.array([w.get(r.name, r.base)]) for r in self.varying} for w in points if w]
        return (
            np.clip(np.vstack([self.positions(d) for d in draws]), 0.0, 1.0)
            if draws
            else np.zeros((0, len(self.varying)))
        )

    def policies_of(self, claims: Sequence[str]) -> list[str]:
        """The policies that these claims speak of, `BASELINE` first where it is one; then keys made of policies and
        settings (`detente.scenario.conduct`) in the order in which claims speak of them."""
        used = dict.fromkeys(q.policy or BASELINE for c in claims for q in self.claims[c].quantities)
        listed = [p for p in (BASELINE, *self.policies) if p in used]
        return listed + [p for p in used if p not in listed and ("@" in p or "+" in p)]

    def game_of(self, policy: str) -> str:
        """The key of the game that ``policy`` is read off: its own, or that of its family under the same settings."""
        base, at, settings = policy.partition("@")
        return self.families.get(base, base) + at + settings

    def depends_on(self, game: str) -> frozenset[str] | None:
        """The parameters that a game depends on, those that its key sets left out; None: all."""
        conduct = read_key(game)
        if self.relevant is not None:
            return self.relevant(conduct.base) - conduct.set
        return frozenset(r.name for r in self.ranges) - conduct.set if conduct.settings else None

    def relevant_to(self, claim: str) -> frozenset[str] | None:
        """The parameters that the claim can depend on: those of its games and of its own formula; None: all."""
        if self.relevant is None:
            return None
        games = {self.game_of(p) for p in self.policies_of([claim])}
        own = frozenset(getattr(self.claims[claim], "parameters", frozenset[str]()))
        made = {d.name: d.ingredients for d in self.derived}
        own |= {n for name in own for n in made.get(name, ())}
        return own.union(*(self.depends_on(game) or () for game in games))


@dataclass(frozen=True, eq=False)
class Block:
    """Admissible draws ``start .. start + len``. ``refused`` counts the points refused before the last of them."""

    start: int
    draws: dict[str, Floats]
    refused: int

    def __len__(self) -> int:
        return len(next(iter(self.draws.values()), ()))


@dataclass(frozen=True, eq=False)
class Judged:
    """One claim at many points: ``margin`` [point] is nan where undecided, ``why`` [point] indexes `REASONS`."""

    margin: Floats
    why: Any  # int8 [point]; 0 is decided
    draws: Draws = field(default_factory=dict[str, Floats])  # the points


REASONS = (*STATUS, UNDEFINED)
_NEVER = REASONS.index(UNDEFINED)


def judge(claim: Claim, evaluation: Evaluation, draws: Draws) -> Judged:
    """The claim's margin where every policy that it speaks of is certified and it is defined; nan elsewhere."""
    values: dict[Any, Floats] = {}
    n = len(next(iter(draws.values())))
    why = np.zeros(n, dtype=np.int8)
    matters = getattr(claim, "matters", None)  # a quantity in a game that breaks a constraint does not
    for quantity in claim.quantities:
        policy = quantity.policy or BASELINE
        table = evaluation.event if quantity.kind == "P" else evaluation.value
        values[quantity] = np.asarray(table[policy][quantity.name], dtype=float)
        status = np.asarray(evaluation.status[policy])
        counts = None if matters is None else matters(quantity, draws)
        status = status if counts is None else np.where(counts, status, 0)
        why = np.where((why == 0) & (status != _NEVER), status, why).astype(np.int8)
    with np.errstate(all="ignore"):
        margin = np.broadcast_to(np.asarray(claim.margin(values, draws), dtype=float), (n,)).copy()
    why[(why == 0) & ~np.isfinite(margin)] = _NEVER
    margin[why != 0] = np.nan
    return Judged(margin, why, draws)
