"""Read a scenario: shape first, then every name against the game; the first thing wrong is one error with its line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from detente.errors import GameError
from detente.game.expression import Expression, parse
from detente.game.file import parse_yaml
from detente.game.model import Game
from detente.game.place import Places
from detente.game.spec import GAME_KEYS
from detente.scenario.change import read_change
from detente.scenario.claim import Claim, Vocabulary, read_condition
from detente.scenario.fitted.agreement import check_agreement
from detente.scenario.fitted.ranges import write_out
from detente.scenario.fitted.record import unchanged
from detente.scenario.locate import scenario_path
from detente.scenario.model import (
    BASELINE,
    Binding,
    Change,
    Law,
    Match,
    MatchRule,
    Part,
    Policy,
    Role,
    Source,
)  # fmt: skip
from detente.scenario.origin import check_origins
from detente.scenario.range_sets import read_range_sets
from detente.scenario.scenario import Scenario
from detente.scenario.schema import SCENARIO_KEYS, ChangeShape, ClaimShape, PolicyShape, ScenarioShape
from detente.scenario.shaping import shaped
from detente.scenario.text import read_text

MOST_LEVERS = 8  # of one policy


def read_scenario(name: str | Path) -> Scenario:
    """The scenario in a file, in a project folder, or shipped under a slug.

    Raises GameError or ExpressionError, with file, line, field, what was found and what is near, for the first
    thing that is wrong. Cost: one pass over the file; no tree is unfolded and nothing is solved.
    """
    path = scenario_path(name)
    return scenario_from_text(read_text(path), path)


def scenario_from_text(text: str, path: Path | None = None) -> Scenario:
    """The scenario written in ``text``; ``path`` is what errors call it and where it says it comes from.

    Nothing changes a scenario, so the same text read again gives the same object (of the last few that were read), unless
    the file of a fit that it takes ranges from has changed.
    """
    found = _read(text, path)
    if found.fits.files and not unchanged(found.fits.files, path):
        _read.cache_clear()
        found = _read(text, path)
    return found


@lru_cache(maxsize=8)
def _read(text: str, path: Path | None) -> Scenario:
    mapping, places = parse_yaml(text, None if path is None else str(path))
    return _Reading(mapping, places, text, path).scenario()


class _Reading:
    """One scenario being read: the game, the shaped keys, and where everything stands."""

    def __init__(self, mapping: dict[Any, Any], places: Places, text: str, path: Path | None) -> None:
        for key in mapping:
            if key not in SCENARIO_KEYS and key not in GAME_KEYS:
                raise GameError("there is no such key in a scenario", where=places.at(key), found=key,
                                allowed={*SCENARIO_KEYS, *GAME_KEYS})  # fmt: skip
        if "scenario" not in mapping:
            raise GameError("a scenario file begins with `scenario: its-name`; this may be a game file",
                            where=places.at(), found=", ".join(map(str, mapping))[:120])  # fmt: skip
        mapping, self.fits = write_out(mapping, places, None if path is None else path.parent)
        own = {key: value for key, value in mapping.items() if key in SCENARIO_KEYS}
        self.shape: ScenarioShape = shaped(own, lambda loc: places.at(*loc))
        # `sources` stand in both languages, and mean the same
        self.game = Game.from_mapping(mapping, places, SCENARIO_KEYS - {"sources"})
        self.places, self.text, self.path = places, text, path
        self.events = frozenset(self.game.events)
        self.players = frozenset(self.game.players)

    def scenario(self) -> Scenario:
        shape = self.shape
        sources = {key: Source(key, s.cite, s.url, s.checked) for key, s in shape.sources.items()}
        check_origins(self.game.parameters, sources, self.game.correlated)
        check_agreement(self.fits.own, self.game, shape.precision, shape.switched_off)
        roles = self.roles()
        parts = {
            key: Part(
                key,
                p.title,
                p.text,
                self.moves(p.moves, "parts", key, "moves"),
                self.change(p.off, "parts", key, "off"),
            )
            for key, p in shape.parts.items()
        }
        policies = {key: self.policy(key, p, roles) for key, p in shape.policies.items()}
        claims = mirrored(
            {key: self.claim(key, c, roles, policies) for key, c in shape.claims.items()},
            self.places,
        )
        law = {
            key: Law(key, w.instrument, w.article, w.text, w.title, w.url,
                     self.change(w.with_, "law", key, "with"), self.change(w.without, "law", key, "without"))
            for key, w in shape.law.items()
        }  # fmt: skip
        for key, rule in law.items():
            if not rule.with_ and not rule.without:
                raise GameError("a rule of law changes nothing here", where=self.places.at("law", key), found=key,
                                allowed="`with` or `without`: moves or parameters")  # fmt: skip
        scenario = Scenario(
            id=shape.scenario, title=self.game.title or shape.scenario, summary=shape.summary, game=self.game,
            precision=self.precision(), margin=shape.margin, seed=shape.seed, roles=roles, parts=parts,
            policies=policies, claims=claims, law=law, sources=sources,
            events_of_interest=self.named(shape.events_of_interest, self.events, "event", "events_of_interest"),
            event_titles=dict(shape.events_of_interest) if isinstance(shape.events_of_interest, dict) else {},
            not_modelled=tuple(shape.not_modelled) or self.left_out(), setting=tuple(shape.setting),
            bindings=self.bindings(roles), matches=self.matches(claims),
            enough=self.enough(roles), path=self.path, text=self.text, places=self.places,
            range_sets=read_range_sets(shape.range_sets, self.game, sources, shape, self.places, self.fits), fits=self.fits,
        )  # fmt: skip
        if shape.use_ranges is not None:
            if shape.use_ranges not in scenario.range_sets:
                raise GameError("there is no such range set", where=self.places.at("use_ranges"),
                                found=shape.use_ranges, allowed=scenario.range_sets)  # fmt: skip
            scenario = scenario.with_ranges(shape.use_ranges)
        return scenario.without(self.named(shape.switched_off, parts, "part", "switched_off"))

    # the pieces

    def left_out(self) -> tuple[str, ...]:
        """What a model of the catalogue says that it leaves out."""
        told = self.game.to_mapping().get("model", {}).get("leaves_out")
        return (str(told).strip(),) if told else ()

    def roles(self) -> dict[str, Role]:
        roles: dict[str, Role] = {}
        for key, r in self.shape.roles.items():
            if r.player not in self.players:
                raise GameError("nobody in the game has this name", where=self.places.at("roles", key, "player"),
                                found=r.player, allowed=self.players)  # fmt: skip
            roles[key] = Role(
                key,
                r.title,
                r.player,
                tuple(r.words),
                tuple(r.before),
                tuple(r.after),
                tuple(r.kinds),
                r.text,
            )
        return roles

    def policy(self, key: str, p: PolicyShape, roles: Mapping[str, Role]) -> Policy:
        here = self.places.at("policies", key)
        if key == BASELINE:
            raise GameError(f"{BASELINE!r} means no policy", where=here, found=key, allowed="another name")
        if p.actor not in roles and p.actor not in self.players:
            raise GameError("no such role", where=self.places.at("policies", key, "actor"), found=p.actor,
                            allowed=roles or self.players)  # fmt: skip
        player = roles[p.actor].player if p.actor in roles else p.actor
        change = read_change(self.game, self.places, ("policies", key), p.play, p.when, p.parameters, "play")
        for move in p.play:
            by = self.game.move(move).by
            if by != player and not (by == "chance" and p.kind == "commit"):
                own = [m.name for m in self.game.moves if m.by == player]
                raise GameError(f"{move} is not a move of {player}, whose policy this is",
                                where=self.places.at("policies", key, "play", move), found=move, allowed=own, nearest="")  # fmt: skip
        if p.kind != "commit":
            if p.parameters:
                raise GameError(f"a {p.kind} policy changes conduct alone: parameters are set by a commit policy",
                                where=self.places.at("policies", key, "parameters"), found=", ".join(p.parameters))  # fmt: skip
            if not p.play:
                raise GameError(
                    f"a {p.kind} policy needs `play: {{move: option}}`", where=here, found="no move"
                )
        elif not change:
            raise GameError(
                "this policy changes nothing", where=here, found=key, allowed="play or parameters"
            )
        if p.kind == "given":
            for move, mix in p.play.items():
                if isinstance(mix, dict):
                    raise GameError("what is seen is one option; a mix cannot be seen",
                                    where=self.places.at("policies", key, "play", move), found=", ".join(map(str, mix)),
                                    allowed=self.game.move(move).labels, nearest="")  # fmt: skip
        return Policy(key, p.actor, player, p.kind, p.title, p.text, change, self.levers(key, p, change))

    def levers(self, key: str, p: PolicyShape, change: Change) -> dict[str, tuple[float, float]]:
        """The parameters that the policy's actor chooses, with the ends: those given, or of the parameter's own range."""
        if p.levers and p.kind != "commit":
            raise GameError(f"a {p.kind} policy has no levers: a level is announced by a commit policy",
                            where=self.places.at("policies", key, "levers"), found=", ".join(p.levers))  # fmt: skip
        given = p.levers if isinstance(p.levers, dict) else dict.fromkeys(p.levers)
        if len(given) > MOST_LEVERS:
            raise GameError("a policy has too many levers", where=self.places.at("policies", key, "levers"),
                            found=len(given), allowed=f"{MOST_LEVERS} at most")  # fmt: skip
        out: dict[str, tuple[float, float]] = {}
        for name, ends in given.items():
            here = self.places.at("policies", key, "levers", name)
            if name not in self.game.base:
                raise GameError(
                    "there is no such parameter to choose", where=here, found=name, allowed=self.game.base
                )
            if name in change.parameters:
                raise GameError("this policy sets the parameter itself, so its actor has nothing to choose", where=here,
                                found=name, allowed="a parameter that the policy does not set")  # fmt: skip
            parameter = self.game.parameters[name]
            low, high = (parameter.low, parameter.high) if ends is None else (*ends, math.nan, math.nan)[:2]
            if (ends is not None and len(ends) != 2) or not -math.inf < low < high < math.inf:
                raise GameError("a lever goes from a lower to a higher number", where=here,
                                found=f"{low:g} to {high:g}" if ends is None else str(ends),
                                allowed=f"{name}: [low, high]; or no ends, if {name} has a range")  # fmt: skip
            out[name] = float(low), float(high)
        return out

    def enough(self, roles: Mapping[str, Role]) -> dict[str, Expression]:
        """What is enough, by player."""
        out: dict[str, Expression] = {}
        for key, text in self.shape.enough.items():
            here = self.places.at("enough", key)
            if key not in roles and key not in self.players:
                raise GameError(
                    "nobody in the game has this name", where=here, found=key, allowed={*roles, *self.players}
                )
            player = roles[key].player if key in roles else key
            if player in out:
                raise GameError(
                    f"what is enough for {player} is said twice", where=here, found=key, allowed="once"
                )
            out[player] = self.game.scope.resolved(parse(text, here), here, ("parameter",)).bind(
                self.game.derived, here
            )
        return out

    def claim(
        self, key: str, c: ClaimShape, roles: Mapping[str, Role], policies: Mapping[str, Policy]
    ) -> Claim:
        game, where = self.game, self.places.at("claims", key, "holds")
        said = read_condition(
            c.holds, where, Vocabulary(self.events, self.players, policies, game.parameters, game.derived)
        )
        written, formula = said.formula.text, said.formula.bind(game.derived)
        if c.said_by_role is not None and c.said_by_role not in roles:
            raise GameError("no such role", where=self.places.at("claims", key, "said_by_role"), found=c.said_by_role,
                            allowed=roles)  # fmt: skip
        self.named(c.match.about, roles, "role", "claims", key, "match", "about")
        groups = tuple((group,) if isinstance(group, str) else tuple(group) for group in c.match.words)
        rule = MatchRule(
            groups, tuple(c.match.contrary), tuple(c.match.never), tuple(c.match.about), c.match.polarity
        )
        return Claim(
            id=key, text=c.text, formula=formula, calls=said.calls, trends=said.trends, tolerance=self.shape.margin,
            said_by_role=c.said_by_role, said_by=c.said_by, in_article=c.in_article, mirror=c.mirror,
            holds_where=self.point(c.holds_where, key, "holds_where"),
            fails_where=self.point(c.fails_where, key, "fails_where"),
            match=rule,
            models=tuple(c.models), because=c.because, written=written, constraints=game.constraints, base=game.base,
            infers=any(policies[p].kind == "given" for p in said.policies if p in policies),
        )  # fmt: skip

    def change(self, shape: ChangeShape, *path: str) -> Change:
        return read_change(self.game, self.places, path, shape.moves, shape.when, shape.parameters, "moves")

    def point(self, given: Mapping[str, float] | None, claim: str, side: str) -> dict[str, float] | None:
        """A witness: parameters of the game, each within its range."""
        if given is None:
            return None
        for name, value in given.items():
            here = self.places.at("claims", claim, side, name)
            if name not in self.game.base:
                raise GameError(
                    "there is no such parameter to set", where=here, found=name, allowed=self.game.base
                )
            parameter = self.game.parameters[name]
            if not parameter.low <= value <= parameter.high or not math.isfinite(value):
                raise GameError(f"this is outside the range of {name}", where=here, found=f"{value:g}",
                                allowed=f"{parameter.low:g} to {parameter.high:g}")  # fmt: skip
        return dict(given)

    def precision(self) -> str | float:
        given, where = self.shape.precision, self.places.at("precision")
        if isinstance(given, str):
            if given != "limit" and given not in self.game.base:
                raise GameError("a precision is `limit`, a number, or the name of a parameter", where=where,
                                found=given, allowed={"limit", *self.game.base})  # fmt: skip
            if given != "limit" and self.game.parameters[given].low <= 0:
                raise GameError(
                    "a precision is above 0",
                    where=where,
                    found=f"{given} from {self.game.parameters[given].low:g}",
                )
            return given
        if not 0 < given < math.inf:
            raise GameError(
                "a precision is above 0",
                where=where,
                found=f"{given:g}",
                allowed="limit, or a number above 0",
            )
        return float(given)

    def bindings(self, roles: Mapping[str, Role]) -> dict[str, Binding]:
        self.named(self.shape.bindings, roles, "role", "bindings")
        return {
            key: Binding(
                key, b.actor, (b.because,) if isinstance(b.because, str) else tuple(b.because), b.status
            )
            for key, b in self.shape.bindings.items()
        }

    def matches(self, claims: Mapping[str, Claim]) -> tuple[Match, ...]:
        for i, m in enumerate(self.shape.matches):
            if m.claim not in claims:
                raise GameError(
                    "no such claim",
                    where=self.places.at("matches", i, "claim"),
                    found=m.claim,
                    allowed=claims,
                )
        return tuple(
            Match(m.statement, m.claim, m.score, m.stance, m.decided_by, tuple(m.words))
            for m in self.shape.matches
        )

    def moves(self, names: Iterable[str], *path: str) -> tuple[str, ...]:
        for i, name in enumerate(names):
            self.game.move(name, self.places.at(*path, i))
        return tuple(names)

    def named(self, names: Iterable[str], known: Iterable[str], noun: str, *path: str) -> tuple[str, ...]:
        for i, name in enumerate(names):
            if name not in known:
                where = self.places.at(*path, name if isinstance(names, Mapping) else i)
                raise GameError(f"no such {noun}", where=where, found=name, allowed=known)
        return tuple(names)


def mirrored(claims: dict[str, Claim], places: Places) -> dict[str, Claim]:
    """The claims with ``mirror`` filled in on both sides. Raises GameError where the two sides disagree."""
    out = dict(claims)
    for key, claim in claims.items():
        if claim.mirror is None:
            continue
        where = places.at("claims", key, "mirror")
        if claim.mirror not in claims:
            raise GameError("no such claim", where=where, found=claim.mirror, allowed=claims)
        other = out[claim.mirror]
        if claim.mirror == key or other.mirror not in (None, key):
            raise GameError("a mirror is another claim, and of one claim only", where=where, found=claim.mirror,
                            allowed=f"the mirror of {claim.mirror} is {other.mirror}")  # fmt: skip
        out[claim.mirror] = replace(other, mirror=key)
    return out
