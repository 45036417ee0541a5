"""One claim of a scenario: its condition and its margin at draws, who says it, where it holds and fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from detente.game import node as n
from detente.game.expression import Expression
from detente.game.model import Game
from detente.scenario.claim.kind import Kind, kind_of
from detente.scenario.claim.margin import Columns, Floats, margin_of
from detente.scenario.claim.quantity import Quantity
from detente.scenario.claim.trend import Trend
from detente.scenario.conduct import read_key
from detente.scenario.model import MatchRule

Bools = NDArray[np.bool_]
Settings = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Claim:
    """One claim of the scenario. Build its condition with `read_condition`, which checks its names.

    ``holds_where`` and ``fails_where`` are witnesses: points (parameters that differ from their base value) at
    which it does; None with a ``because`` that says why there is none.
    """

    id: str
    text: str
    formula: Expression
    calls: Mapping[n.Call, Quantity]
    tolerance: float = 0.0  # the scenario's margin
    said_by_role: str | None = None
    said_by: str | None = None  # in words, for somebody who has no role
    in_article: bool = True
    mirror: str | None = None
    holds_where: Mapping[str, float] | None = None
    fails_where: Mapping[str, float] | None = None
    match: MatchRule = field(default_factory=MatchRule)
    models: tuple[str, ...] = ()
    because: str = ""
    written: str = (
        ""  # the condition as it stands in the file; ``formula`` has derived parameters written out
    )
    trends: Mapping[n.Call, Trend] = field(default_factory=dict[n.Call, Trend])
    constraints: tuple[Expression, ...] = ()  # of the game: settings that break one do not count
    base: Mapping[str, float] = field(default_factory=dict[str, float])  # of parameters that draws leave out
    infers: bool = False  # whether it speaks of a `given` policy

    @property
    def holds(self) -> str:
        """The condition, as text."""
        return self.written or self.formula.text

    @property
    def kind(self) -> Kind:
        """What kind of claim it is; see `kind_of`."""
        return kind_of(self.formula.node, self.calls, self.infers)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that it reads, in order of first mention; those of a trend level by level."""
        found: list[Quantity] = []
        for call in self.formula.calls:
            if call in self.trends:
                found += [q for level in self.trends[call].calls for q in level.values()]
            else:
                found.append(self.calls[call])
        return tuple(dict.fromkeys(found))

    @property
    def policies(self) -> tuple[str, ...]:
        """Keys of what has to be solved for it, `BASELINE` where it speaks of the scenario as it stands."""
        return tuple(dict.fromkeys(q.key for q in self.quantities))

    @property
    def speaks_of(self) -> tuple[str, ...]:
        """Ids of the policies in these keys, in order of first mention."""
        return tuple(dict.fromkeys(one for key in self.policies for one in read_key(key).of))

    @property
    def sets(self) -> frozenset[str]:
        """The parameters that these keys set."""
        return frozenset().union(*(read_key(key).set for key in self.policies))

    @property
    def parameters(self) -> frozenset[str]:
        """Parameters whose value at the draw counts for the claim itself: in its formula, in its trends, in constraints
        on what it sets."""
        names = set(self.formula.names)
        for trend in self.trends.values():
            names |= trend.number.names - {trend.parameter}
        for settings in {tuple(read_key(key).settings) for key in self.policies}:
            given = {name for name, _ in settings}
            for constraint in self.constraints:
                if constraint.names & given:
                    names |= constraint.names - given
        return frozenset(names)

    def margin(self, values: Mapping[Quantity, Floats], draws: Columns) -> Floats:
        """How far the claim is from its border at each draw [draw]: at least 0 exactly where it holds.

        The unit is that of the comparison that decides. nan where a quantity that matters is nan: undecided.
        """
        sizes = [np.size(x) for x in (*values.values(), *draws.values())]
        count = max(sizes, default=1)
        allowed: dict[Settings, Bools] = {}

        def ok(q: Quantity) -> Bools:
            settings = read_key(q.key).settings
            if settings not in allowed:
                allowed[settings] = self._admissible(settings, draws, count)
            return allowed[settings]

        calls: dict[n.Call, Floats] = {call: _where(ok(q), values[q]) for call, q in self.calls.items()}
        with np.errstate(all="ignore"):
            for call, trend in self.trends.items():
                levels = tuple(
                    self._admissible(((trend.parameter, level),), draws, count) for level in trend.levels
                )
                mine = {q: _where(ok(q), values[q]) for level in trend.calls for q in level.values()}
                calls[call] = trend.margin(mine, draws, levels, self.tolerance)
            margin = margin_of(self.formula.node, draws, calls, self.tolerance)
        return np.array(np.broadcast_to(margin, (max(count, np.size(margin)),)), dtype=np.float64)

    def matters(self, quantity: Quantity, draws: Columns) -> Bools | None:
        """At which draws [draw] the quantity can count, None: at all. It cannot where what it sets breaks a constraint."""
        settings = read_key(quantity.key).settings
        if not settings or not self.constraints:
            return None
        return self._admissible(settings, draws, max((np.size(x) for x in draws.values()), default=1))

    def bound(self, known: Mapping[str, Expression]) -> Claim:
        """The claim with these parameters written out, as they are where a part that sets them is switched off."""
        trends = {
            call: replace(trend, number=trend.number.bind(known)) for call, trend in self.trends.items()
        }
        return replace(self, formula=self.formula.bind(known), trends=trends)

    def over(self, game: Game) -> Claim:
        """The claim where ``game`` differs in its ranges: trends at levels of these."""
        trends = {call: trend.over(game.parameters[trend.parameter]) for call, trend in self.trends.items()}
        return replace(self, trends=trends, constraints=game.constraints, base=game.base)

    def _admissible(self, settings: Settings, draws: Columns, count: int) -> Bools:
        given = dict(settings)
        columns = {**self.base, **draws, **given}
        kept = np.ones(count, dtype=bool)
        for constraint in self.constraints:
            if constraint.names & given.keys():
                held = np.asarray(constraint.value(columns))
                kept &= np.isfinite(held) & (held != 0)
        return kept


def _where(ok: Bools, column: Floats) -> Floats:
    return column if ok.all() else np.where(ok, column, np.nan)
