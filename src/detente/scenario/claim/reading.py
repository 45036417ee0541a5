"""Claims as they stand in a scenario file: every event, player, policy and parameter looked up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from detente.errors import ExpressionError, Where
from detente.game import node as n
from detente.game.expression import Expression, parse
from detente.game.parameter import Parameter
from detente.scenario.claim.event import check_event, event_name
from detente.scenario.claim.margin import calls_in
from detente.scenario.claim.quantity import Quantity
from detente.scenario.claim.trend import LEVELS, MOST_LEVELS, TRENDS, Trend, levels_of
from detente.scenario.conduct import Conduct, check_together, read_key
from detente.scenario.model import BASELINE, Policy

QUANTITIES = ("P", "value")
CALLS = (*QUANTITIES, *TRENDS)
CONDITION = "a comparison, such as P(war | threat) > P(war)"
MOST_GAMES = 60  # games that one claim may have solved at every draw


@dataclass(frozen=True)
class Vocabulary:
    """The names that a claim may use."""

    events: Collection[str]
    players: Collection[str]
    policies: Mapping[str, Policy]
    parameters: Mapping[str, Parameter]  # derived ones too
    derived: Mapping[str, Expression] = field(default_factory=dict[str, Expression])

    @property
    def settable(self) -> list[str]:
        return [name for name, p in self.parameters.items() if p.distribution != "derived"]


@dataclass(frozen=True)
class Condition:
    """What a claim says: its formula, and what the calls in it stand for."""

    formula: Expression
    calls: Mapping[n.Call, Quantity]
    trends: Mapping[n.Call, Trend]

    @property
    def policies(self) -> frozenset[str]:
        """Ids of the policies that it speaks of, `BASELINE` where it speaks of the scenario as it stands."""
        moved = (q for trend in self.trends.values() for level in trend.calls for q in level.values())
        return frozenset(one for q in (*self.calls.values(), *moved) for one in read_key(q.key).of)


def read_condition(text: object, where: Where, vocabulary: Vocabulary) -> Condition:
    """The condition written in ``text``.

    Raises ExpressionError or GameError for a name that is no event, player, policy or parameter, for policies that cannot be
    announced together, for a parameter that cannot be set or that the policy sets itself, for what is no condition, and for
    a claim that would need more than `MOST_GAMES` games.
    """
    return _Reading(vocabulary, where).condition(parse(text, where, CALLS))


class _Reading:
    def __init__(self, vocabulary: Vocabulary, where: Where) -> None:
        self.known, self.where = vocabulary, where

    def error(
        self, problem: str, found: str, allowed: Collection[str] | str, nearest: str | None = None
    ) -> ExpressionError:
        return ExpressionError(problem, where=self.where, found=found, allowed=allowed, nearest=nearest)

    def condition(self, formula: Expression) -> Condition:
        self.check_condition(formula.node)
        self.check_names(formula)
        calls: dict[n.Call, Quantity] = {}
        trends: dict[n.Call, Trend] = {}
        for call in formula.calls:
            if call.name in TRENDS:
                trends[call] = self.trend(call)
            else:
                calls[call] = self.quantity(call)
        games = {q.key for q in calls.values()}
        games |= {q.key for trend in trends.values() for level in trend.calls for q in level.values()}
        if len(games) > MOST_GAMES:
            raise self.error("this claim needs too many games", f"{len(games)} games at every draw",
                             f"at most {MOST_GAMES}: fewer levels or policies")  # fmt: skip
        return Condition(formula, calls, trends)

    def check_names(self, formula: Expression) -> None:
        for name in sorted(formula.names - set(self.known.parameters)):
            raise self.error("a claim speaks of parameters, P(event | policy) and value(player | policy)", name,
                             self.known.parameters)  # fmt: skip

    def check_condition(self, node: n.Node) -> None:
        """Refuse a formula that is a number where a truth is needed; numbers inside comparisons may be anything."""
        if isinstance(node, (n.Both, n.Either, n.Not, n.Choice)):
            for child in node.children():
                self.check_condition(child)
        elif isinstance(node, (n.Comparison, n.Chain, n.Member)):
            self.check_number(node)
        elif not isinstance(node, n.Call) or node.name not in TRENDS:
            raise self.error("a claim is a condition that holds or fails", node.text(), CONDITION)

    def check_number(self, node: n.Node) -> None:
        for call in calls_in(node):
            if call.name in TRENDS:
                raise self.error(f"{call.name}(...) holds or fails and is no number", call.text(),
                                 "it stands alone, or with and, or, not")  # fmt: skip

    # P(...) and value(...)

    def quantity(self, call: n.Call) -> Quantity:
        conduct = Conduct(self.together(call), self.settings(call))
        self.check_overruled(conduct, call)
        policy = None if conduct == Conduct((BASELINE,)) else conduct.key
        if len(call.arguments) != 1:
            noun, allowed = (
                ("event", self.known.events) if call.name == "P" else ("player", self.known.players)
            )
            raise self.error(f"{call.name}(...) takes one {noun}", call.text(), allowed, "")
        if call.name == "P":
            check_event(call.arguments[0], self.known.events, call, self.where)
            if call.seen is not None:
                check_event(call.seen, self.known.events, call, self.where)
            return Quantity("P", event_name(call.arguments[0], call.seen), policy)
        player = call.arguments[0]
        if call.seen is not None or not isinstance(player, n.Name):
            raise self.error("value(...) takes the name of one player", call.text(), self.known.players)
        if player.name not in self.known.players:
            raise self.error(f"no such player in {call.text()}", player.name, self.known.players)
        return Quantity("value", player.name, policy)

    def together(self, call: n.Call) -> tuple[str, ...]:
        """The policies after ``|``, in the order of the file; the equilibrium where there is none."""
        if call.given is None:
            return (BASELINE,)
        names = self.summands(call.given, call)
        for name in names:
            if name not in self.known.policies and name != BASELINE:
                raise self.error(f"no such policy in {call.text()}", name, {*self.known.policies, BASELINE})
        if len(names) == 1:
            return names
        if BASELINE in names or len(set(names)) < len(names):
            raise self.error("after | stand policies, each once", call.text(), self.known.policies, "")
        check_together([self.known.policies[name] for name in names], self.where)
        return tuple(name for name in self.known.policies if name in names)

    def summands(self, node: n.Node, call: n.Call) -> tuple[str, ...]:
        if isinstance(node, n.Name):
            return (node.name,)
        if isinstance(node, n.Arithmetic) and node.sign == "+":
            return (*self.summands(node.left, call), *self.summands(node.right, call))
        raise self.error("after | stands the name of one policy, or several as one + other", call.text(),
                         self.known.policies, "")  # fmt: skip

    def settings(self, call: n.Call) -> tuple[tuple[str, float], ...]:
        found: dict[str, float] = {}
        for name, value in call.settings:
            if name in found:
                raise self.error("this parameter is set twice", name, "each once")
            self.check_settable(name, "set")
            number = self.constant(value)
            if number is None:
                raise self.error(f"{name} is set to a number here", value.text(),
                                 "a number; a policy of kind commit sets parameters to formulas")  # fmt: skip
            found[name] = number
        return tuple(found.items())

    def constant(self, node: n.Node) -> float | None:
        """The number that a formula without names comes to, None where there is none."""
        try:
            bound = Expression(node).bind({}).node
        except ExpressionError:
            return None
        return bound.number if isinstance(bound, n.Number) else None

    def check_settable(self, name: str, verb: str) -> None:
        if name in self.known.derived or name in set(self.known.parameters) - set(self.known.settable):
            raise self.error(
                f"a derived parameter follows from others and cannot be {verb}", name, self.known.settable
            )
        if name not in self.known.parameters:
            raise self.error(f"there is no such parameter to be {verb}", name, self.known.settable)

    def check_overruled(self, conduct: Conduct, call: n.Call) -> None:
        """Refuse a setting that a policy puts another number in the place of."""
        for one in conduct.of:
            policy = self.known.policies.get(one)
            for name in sorted(conduct.set if policy else ()):
                formula = policy.change.parameters.get(name) if policy else None
                if formula is not None and name not in formula.names:
                    raise self.error(f"{one} sets {name} itself, to {formula}, whatever it was before", call.text(),
                                     f"another policy, or another parameter than {name}", "")  # fmt: skip

    # rises(...) and its kin

    def trend(self, call: n.Call) -> Trend:
        form = f"{call.name}(number, parameter) or {call.name}(number, parameter, levels)"
        if len(call.arguments) not in (2, 3) or call.given or call.seen or call.settings:
            raise self.error(f"{call.name} is written another way", call.text(), form)
        number, moved = Expression(call.arguments[0]), call.arguments[1]
        if not isinstance(moved, n.Name):
            raise self.error(
                f"{call.name} takes the name of one parameter second", moved.text(), self.known.settable
            )
        self.check_settable(moved.name, "moved")
        self.check_names(number)
        self.check_number(number.node)
        if isinstance(number.node, (n.Comparison, n.Chain, n.Member, n.Not, n.Both, n.Either)):
            raise self.error(
                f"{call.name} takes a number first", number.text, "such as P(war) or value(A) - value(B)"
            )
        count = self.count(call, self.known.parameters[moved.name])
        own = {inner: self.quantity(inner) for inner in number.calls}
        if all(moved.name in read_key(q.key).set for q in own.values()):
            raise self.error(f"nothing that is solved moves with {moved.name} here", call.text(), form)
        for inner, q in own.items():
            self.check_overruled(read_key(q.key).but(moved.name, 0.0), inner)
        levels = levels_of(self.known.parameters[moved.name], count)
        if len(levels) > MOST_LEVELS:
            raise self.error(f"{moved.name} has too many values", str(len(levels)), f"at most {MOST_LEVELS}")
        return Trend(call.name, number.bind(self.known.derived), moved.name, count, own, levels)

    def count(self, call: n.Call, parameter: Parameter) -> int:
        if not parameter.free or parameter.low >= parameter.high:
            ranged = [name for name, p in self.known.parameters.items() if p.free and p.low < p.high]
            raise self.error(f"{parameter.name} has no range to move in", call.text(), ranged, "")
        count = float(LEVELS)
        if len(call.arguments) == 3:
            count = self.constant(call.arguments[2]) or 0.0
            if parameter.distribution == "discrete":
                raise self.error(f"{parameter.name} takes a few values, and all of them are levels", call.text(),
                                 "no third argument")  # fmt: skip
            if count != int(count) or not 2 <= count <= MOST_LEVELS:
                raise self.error("the number of levels is a whole number", call.arguments[2].text(),
                                 f"2 to {MOST_LEVELS}")  # fmt: skip
        return int(count)
