"""Mixes between listed policies: of two announced rules for the same moves, the announced lottery over them at each move.

A mix of ``a`` and ``b`` at the share q plays, at every move where the two rules differ, a's option with probability q and
b's with 1 - q. Everybody knows q; each move's lottery is drawn by itself, and whoever sees the move sees what was drawn. It is
not a secret coin tossed once for all moves, and not a mixed strategy that has to be best for who plays it. At q = 1 and
q = 0 it is one of the two policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.scenario.model import Change, Policy
from detente.scenario.scenario import Scenario

SHARE = "mix_share"  # the parameter that is q


@dataclass(frozen=True)
class Mixture:
    """The mix of two policies of one player: the policy that plays it, and the parameter that is its share."""

    policy: Policy
    share: str
    first: str  # what is played at the share 1
    second: str  # and at 0


def with_mixtures(scenario: Scenario) -> tuple[Scenario, tuple[Mixture, ...]]:
    """The scenario with a policy for every mix that there is, and these mixes; unchanged where there are none.

    Two `commit` policies of one player have a mix if they fix the same moves under the same conditions, each with one
    option, not all of them the same, and set the same parameters to the same.
    """
    pairs = [
        (a, b)
        for a, b in combinations(scenario.policies.values(), 2)
        if a.player == b.player and _mixes(a, b)
    ]
    if not pairs:
        return scenario, ()
    mapping = scenario.game.to_mapping()
    parameters = dict(mapping.get("parameters") or {})
    share = SHARE
    labels = {label for move in scenario.game.moves for label in move.labels}
    taken = {*scenario.game.scope.meanings, *(t.name for t in scenario.game.types), *labels}
    while share in taken:
        share += "_"
    parameters[share] = {"range": [0, 1], "because": "the share of a mix of two policies"}
    game = Game.from_mapping({**mapping, "parameters": parameters})
    mixes = [Mixture(_mixed(a, b, share, _free(scenario, a, b)), share, a.id, b.id) for a, b in pairs]
    policies = {**scenario.policies, **{m.policy.id: m.policy for m in mixes}}
    return replace(scenario, game=game, policies=policies), tuple(mixes)


def _mixes(a: Policy, b: Policy) -> bool:
    one, two = a.change, b.change
    if a.kind != "commit" or b.kind != "commit" or set(one.play) != set(two.play):
        return False
    if not all(_pure(mix) for change in (one, two) for mix in change.play.values()):
        return False
    same_when = all(str(one.when.get(m)) == str(two.when.get(m)) for m in one.play)
    same_settings = {n: f.text for n, f in one.parameters.items()} == {
        n: f.text for n, f in two.parameters.items()
    }
    return same_when and same_settings and any(set(one.play[m]) != set(two.play[m]) for m in one.play)


def _pure(mix: dict[str, Expression] | object) -> bool:
    return isinstance(mix, dict) and len(mix) == 1 and next(iter(mix.values())).text == "1"


def _mixed(a: Policy, b: Policy, share: str, name: str) -> Policy:
    play: dict[str, dict[str, Expression]] = {}
    for move, mix in a.change.play.items():
        (first,), (second,) = mix, b.change.play[move]
        play[move] = (
            {first: parse(1)} if first == second else {first: parse(share), second: parse(f"1 - {share}")}
        )
    change = Change(play, dict(a.change.when), dict(a.change.parameters), a.change.where)
    return Policy(name, a.actor, a.player, "commit", f"a mix of {a.title} and {b.title}", "", change)


def _free(scenario: Scenario, a: Policy, b: Policy) -> str:
    """A name for the mix that no policy has."""
    name = f"mix_{a.id}_{b.id}"
    while name in scenario.policies:
        name += "_"
    return name
