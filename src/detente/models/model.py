"""A published model: a game, where it comes from, which claims it speaks to, and its thresholds as formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detente.errors import GameError, Where
from detente.game import Expression, Game, game_from_mapping, parse, parse_yaml
from detente.game.place import Places
from detente.models.worked import Worked, read_worked

KEYS = ("topic", "claims", "thresholds", "leaves_out", "checked")
OPTIONAL = ("worked", "verdicts")
VERDICTS = ("holds throughout", "holds if", "fails throughout", "undecided")
THRESHOLD_KEYS = ("text", "formula", "over")
TOPICS = {
    "bargaining": "bargaining and war",
    "signalling": "threats, bluffs and signals",
    "deterrence": "deterrence and escalation",
    "reputation": "reputation",
    "guarantees": "guarantees and settlements",
    "sanctions": "sanctions",
    "trust": "trust and reassurance",
    "mediation": "mediation",
    "alliances": "patrons, clients and coalitions",
    "justice": "accountability",
    "compromise": "positions and votes",
    "classics": "classics of game theory",
    "estimation": "games that are fitted to data",
}
# what a scenario says beside its game: read in `scenario`, where the model's claims are tested
SCENARIO_KEYS = (
    "scenario", "summary", "precision", "margin", "seed", "roles", "policies", "claims", "events_of_interest",
    "not_modelled", "enough", "range_sets", "law",
)  # fmt: skip
SOURCE_KEYS = ("authors", "year", "title", "where")


@dataclass(frozen=True)
class Threshold:
    """A boundary that is known in closed form: a sentence, and a formula in the game's parameters.

    A comparison says whether the sentence holds; any other formula is the number that the sentence speaks of.
    """

    text: str
    formula: str
    expression: Expression  # the formula, derived parameters written out
    over: tuple[str, ...] = ()  # one or two parameters that a picture of it is drawn over

    @property
    def compares(self) -> bool:
        """Whether the formula holds or fails; else it is a number."""
        return type(self.expression.node).__name__ in (
            "Comparison",
            "Chain",
            "Both",
            "Either",
            "Not",
            "Member",
        )

    def value(self, parameters: Mapping[str, Any]) -> Any:
        """Its value at the parameters: a float, or float64 [draw]; 1 or 0 for a comparison."""
        return self.expression.value(parameters)


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue. ``source`` has authors, year, title, where (and cite, as it is to be quoted).

    ``claims`` are sentences of reports that the model speaks to. What it says itself - its comparative statics - are the claims of
    the scenario that its file is (`detente.scenario.read_scenario(slug)`); ``verdicts`` tells what they should come to.
    """

    slug: str
    game: Game
    claims: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    leaves_out: str
    checked: tuple[str, ...]
    topic: str = "classics"
    worked: tuple[Worked, ...] = ()
    verdicts: Mapping[str, str] = field(
        default_factory=dict
    )  # claim of the scenario -> what the source predicts
    file: str = ""  # the text of its file: a scenario that can be copied and changed

    @property
    def title(self) -> str:
        return self.game.title

    @property
    def text(self) -> str:
        return self.game.text or ""

    @property
    def source(self) -> dict[str, str]:
        return {key: str(value) for key, value in self.game.source.items()}

    def at(self, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Every parameter: the base values, and over them those given."""
        return {**self.game.base, **(parameters or {})}

    def record(self) -> dict[str, Any]:
        """The model as the machine-readable face prints it."""
        free = {name: p for name, p in self.game.parameters.items() if p.distribution != "derived"}
        return {
            "slug": self.slug,
            "topic": self.topic,
            "title": self.title,
            "text": self.text,
            "source": {key: self.source[key] for key in (*SOURCE_KEYS, "cite")},
            "claims": list(self.claims),
            "players": list(self.game.players),
            "parameters": [
                {
                    "name": name,
                    "low": p.low,
                    "high": p.high,
                    "base": p.base,
                    "title": p.title or name,
                    "assumption": p.assumption,
                }
                for name, p in free.items()
            ],
            "thresholds": [
                {"text": t.text, "formula": t.formula, "over": list(t.over)} for t in self.thresholds
            ],
            "worked": [w.record() for w in self.worked],
            "verdicts": dict(self.verdicts),
            "events": list(self.game.events),
            "leaves_out": self.leaves_out,
            "checked": list(self.checked),
        }


def read_model(text: str, slug: str, file: str, game: Game | None = None) -> Model:
    """A model from the text of its YAML file: a scenario file whose key ``model`` tells the rest. Raises GameError.

    What only a scenario has (claims, policies) is left alone here; `detente.scenario` reads it. ``game``: the game in the text,
    where it has been read already (a scenario's ranges may come from files beside it).
    """
    mapping, places = parse_yaml(text, file)
    game = game_from_mapping(mapping, places.lines, file, SCENARIO_KEYS) if game is None else game
    told = mapping.get("model")
    where = places.at("model")
    if not isinstance(told, Mapping):
        raise GameError("a model of the catalogue has a key `model`", where=where, allowed=KEYS)
    _same_keys(told, KEYS, where, OPTIONAL)
    _same_keys({k: v for k, v in game.source.items() if k != "cite"}, SOURCE_KEYS, places.at("source"))
    if told["topic"] not in TOPICS:
        raise GameError("there is no such topic", where=places.at("model", "topic"), found=told["topic"],
                        allowed=TOPICS)  # fmt: skip
    claims = mapping.get("claims") or {}
    if "cite" not in game.source:
        raise GameError("`cite` is missing here", where=places.at("source"), allowed=("cite", *SOURCE_KEYS))
    for claim, verdict in told.get("verdicts", {}).items():
        if verdict not in VERDICTS:
            raise GameError("there is no such verdict", where=places.at("model", "verdicts", claim), found=verdict,
                            allowed=VERDICTS)  # fmt: skip
        if claim not in claims:
            raise GameError("there is no such claim", where=places.at("model", "verdicts", claim), found=claim,
                            allowed=claims)  # fmt: skip
    return Model(
        slug,
        game,
        tuple(map(str, told["claims"])),
        tuple(_threshold(entry, i, game, places) for i, entry in enumerate(told["thresholds"])),
        str(told["leaves_out"]).strip(),
        tuple(map(str, told["checked"])),
        str(told["topic"]),
        read_worked(told.get("worked", []), game, places),
        {str(k): str(v) for k, v in told.get("verdicts", {}).items()},
        text,
    )


def _threshold(entry: Mapping[str, Any], i: int, game: Game, places: Places) -> Threshold:
    place = ("model", "thresholds", i)
    _same_keys(entry, THRESHOLD_KEYS[:2], places.at(*place), THRESHOLD_KEYS[2:])
    here = places.at(*place, "formula")
    formula = str(entry["formula"])
    resolved = game.scope.resolved(parse(formula, here), here, ("parameter",)).bind(game.derived)
    over = tuple(map(str, entry.get("over", ())))
    free = [name for name, p in game.parameters.items() if p.free]
    for name in over:
        if name not in free:
            raise GameError("a picture is drawn over one or two parameters with ranges",
                            where=places.at(*place, "over"), found=name, allowed=free)  # fmt: skip
    if len(over) > 2:
        raise GameError("a picture is drawn over one or two parameters", where=places.at(*place, "over"),
                        found=", ".join(over), allowed="two at most")  # fmt: skip
    return Threshold(str(entry["text"]), formula, resolved, over)


def _same_keys(
    found: Mapping[Any, Any], wanted: Sequence[str], where: Where, optional: Sequence[str] = ()
) -> None:
    for key in found:
        if key not in wanted and key not in optional:
            raise GameError("no such key", where=where, found=key, allowed=[*wanted, *optional])
    for key in wanted:
        if key not in found:
            raise GameError(f"`{key}` is missing here", where=where, allowed=wanted)
