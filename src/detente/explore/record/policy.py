"""Policies as JSON values: actor by actor, never added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detente.explore.findings import Findings
from detente.explore.policies.levers import Leverage, Scores
from detente.explore.policies.pareto import Replaced, own_front
from detente.explore.policies.regret import Dominated
from detente.explore.policies.responses import Mutual, Response
from detente.explore.protocol import BASELINE
from detente.explore.record.number import pair, tidy


class PolicyRecord:
    """The policies of some findings put into JSON values."""

    def __init__(self, found: Findings) -> None:
        self.found, self.study, self.tally = found, found.study, found.policies

    def whole(self) -> dict[str, Any]:
        """The keys of the record that speak of policies, in their order."""
        solved = self.tally.policies
        return {
            "policies": [self.of(p) for p in solved if p in self.study.policies],
            "equilibrium": self.of(BASELINE) if BASELINE in solved else None,
            "law": [
                {"id": rule, **{side: self.of(f"law:{rule}:{side}", brief=True) for side in ("with", "without")}}
                for rule in self.study.law
                if f"law:{rule}:with" in solved
            ],
            "menus": {self.actor(p): list(m.policies) for p, m in self.tally.menus.items()},
            "enough": {
                player: {"value": tidy(e.at_base), "stated": e.stated, "formula": e.level.text if e.level else None}
                for player, e in self.tally.enough.items()
            },
            "dominated": [self._dominated(player, d) for player, d in self.found.dominated],
            "pareto": self._pareto(),
            "responses": [self._response(r) for r in self.found.responses.each] if self.found.responses else [],
            "mutual": [self._mutual(m) for m in self.found.responses.mutual] if self.found.responses else [],
            "levers": [self._lever(x) for x in self.found.levers],
        }  # fmt: skip

    def of(self, policy: str, brief: bool = False) -> dict[str, Any]:
        """One policy, or a side of a rule of law (``brief``)."""
        t = self.tally
        given = self.study.policies.get(policy)
        regret: dict[str, Any] = {}
        for player, menu in t.menus.items():
            found = menu.regret(policy)
            if found is not None and (given is None or given.player == player):
                regret[player] = {"max": tidy(found[0]), "mean": tidy(found[1])}
        events: dict[str, Any] = {}
        for (p, name), spread in t.events.items():
            if p == policy:
                low, high = spread.ends()
                tenth, ninetieth = self.found.quantiles.get((p, name), (None, None))
                events[name] = {
                    "mean": tidy(spread.mean), "low": tidy(low), "high": tidy(high), "p10": tidy(tenth), "p90": tidy(ninetieth),
                }  # fmt: skip
        values: dict[str, Any] = {}
        for (p, name), spread in t.values.items():
            if p == policy:
                low, high = spread.ends()
                values[name] = {"mean": tidy(spread.mean), "min": tidy(low), "max": tidy(high)}
        if brief:
            return {"certified": t.certified.get(policy, 0), "values": values, "events": events}
        return {
            "id": policy,
            "actor": getattr(given, "actor", None) if given is not None else None,
            "player": given.player if given is not None else None,
            "kind": given.kind if given is not None else BASELINE,
            "certified": t.certified.get(policy, 0),
            "values": values,
            "regret": regret,
            "satisficing": self._satisficing(policy),
            "events": events,
        }

    def actor(self, player: str) -> str:
        """The role whose policies a player has; the player's own name where none is named."""
        for policy in self.study.policies.values():
            if policy.player == player:
                return getattr(policy, "actor", None) or player
        return player

    def _satisficing(self, policy: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for player, enough in self.tally.enough.items():
            counted = self.tally.satisfied.of(policy, player)
            if counted is not None:
                out[player] = {
                    "share": tidy(counted.share), "enough": tidy(enough.at_base), "interval": pair(counted.interval),
                    "draws": counted.n_decided,
                }  # fmt: skip
        return out

    def _dominated(self, player: str, d: Dominated) -> dict[str, Any]:
        if d.strict:
            words = f"{d.policy} is worse than {d.by} in every draw, by {d.least:.3g} at least and {d.gap:.3g} at most"
        else:
            words = f"{d.policy} is never better than {d.by}, and worse by {d.gap:.3g} at draw {d.draw}"
        return {
            "actor": self.actor(player), "policy": d.policy, "by": d.by, "gap": tidy(d.gap), "draw": d.draw,
            "parameters": {k: tidy(v) for k, v in d.parameters.items()}, "strict": d.strict, "least_gap": tidy(d.least),
            "words": words,
        }  # fmt: skip

    def _pareto(self) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        if self.tally.compared is not None:
            for front in self.tally.compared.fronts():
                out.append({
                    "among": "all players", "by": front.reading, "draws": self.tally.compared.n, "set": list(front.policies),
                    "dominated": [_replaced(r) for r in front.replaced], "not_compared": list(front.not_compared),
                })  # fmt: skip
        for player, menu in self.tally.menus.items():
            own = own_front(menu)
            if own is not None:
                out.append({
                    "among": self.actor(player), "by": own.front.reading, "draws": own.draws, "set": list(own.front.policies),
                    "dominated": [_replaced(r) for r in own.front.replaced], "not_compared": [],
                    "scores": {p: {name: tidy(x) for name, x in row.items()} for p, row in own.scores.items()},
                })  # fmt: skip
        return out

    def _response(self, r: Response) -> dict[str, Any]:
        return {
            "actor": self.actor(r.player), "to_actor": self.actor(r.other) if r.other else None, "to": r.to, "draws": r.draws,
            "always": list(r.always),
            "answers": [
                {"policy": a.policy, "best": tidy(a.best), "best_interval": pair(a.best_interval), "alone": tidy(a.alone),
                 "mean": tidy(a.mean), "advantage": tidy(a.advantage), "max_regret": tidy(a.max_regret),
                 "mean_regret": tidy(a.mean_regret)}
                for a in r.answers
            ],
            "skipped": dict(r.skipped),
        }  # fmt: skip

    def _mutual(self, m: Mutual) -> dict[str, Any]:
        return {
            "actors": [self.actor(p) for p in m.players], "draws": m.draws,
            "pairs": [
                {"policies": [a, b], "share": tidy(share), "interval": pair(interval)} for a, b, share, interval in m.pairs
            ],
            "none": tidy(m.none),
        }  # fmt: skip

    def _lever(self, x: Leverage) -> dict[str, Any]:
        return {
            "policy": None if x.lever.between else x.lever.policy,
            "between": list(x.lever.between) if x.lever.between else None,
            "actor": self.actor(x.lever.player),
            "lever": {("share" if x.lever.between else n): {"low": low, "high": high} for n, (low, high) in x.lever.ends.items()},
            "draws": x.draws, "solved": x.solved, "reason": x.reason,
            "best": {
                b.criterion: {
                    "level": self._level(x, b.level), "value": tidy(b.score), "interval": pair(b.interval),
                    "as_good": pair(b.as_good), "own": b.own, "own_value": tidy(b.own_score),
                    "listed": b.listed, "listed_value": tidy(b.listed_score), "already": b.already,
                }
                for b in x.best
            },
            "listed": {p: self._scores(s) for p, s in x.listed.items()},
            "curve": [{"level": self._level(x, level), **self._scores(s)} for level, s in x.curve],
            "left_out": [self._level(x, level) for level in x.left_out],
        }  # fmt: skip

    @staticmethod
    def _level(x: Leverage, level: Mapping[str, float]) -> dict[str, Any]:
        """A level by parameter; of a mix, the share of the policy that is named first."""
        return {("share" if x.lever.between else name): tidy(value) for name, value in level.items()}

    @staticmethod
    def _scores(s: Scores) -> dict[str, Any]:
        return {"mean": tidy(s.mean), **{name: tidy(value) for name, value in s.criteria.items()}}


def _replaced(r: Replaced) -> dict[str, Any]:
    out: dict[str, Any] = {"policy": r.policy, "by": r.by, "gap": tidy(r.gap)}
    if r.player is not None:
        out["player"] = r.player
    if r.criterion is not None:
        out["criterion"] = r.criterion
    if r.draw is not None:
        out |= {"draw": r.draw, "parameters": {k: tidy(v) for k, v in r.parameters.items()}}
    return out
