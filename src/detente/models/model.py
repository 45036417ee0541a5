"""A published model: a game, where it comes from, which claims it speaks to, and its thresholds as formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from detente.errors import GameError, Where
from detente.game import Expression, Game, game_from_mapping, parse, parse_yaml
from detente.game.picture import timeline_drawing, tree_drawing

KEYS = ("claims", "thresholds", "leaves_out", "checked")
SOURCE_KEYS = ("authors", "year", "title", "where")


@dataclass(frozen=True)
class Threshold:
    """A boundary that is known in closed form: a sentence, and a formula in the game's parameters.

    A comparison says whether the sentence holds; any other formula is the number that the sentence speaks of.
    """

    text: str
    formula: str
    expression: Expression  # the formula, derived parameters written out

    def value(self, parameters: Mapping[str, Any]) -> Any:
        """Its value at the parameters: a float, or float64 [draw]; 1 or 0 for a comparison."""
        return self.expression.value(parameters)


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue. ``source`` has authors, year, title, where (and cite, as it is to be quoted)."""

    slug: str
    game: Game
    claims: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    leaves_out: str
    checked: tuple[str, ...]

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
            "thresholds": [{"text": t.text, "formula": t.formula} for t in self.thresholds],
            "events": list(self.game.events),
            "leaves_out": self.leaves_out,
            "checked": list(self.checked),
        }

    def card(self) -> RenderableType:
        """The model for a rich console: what it is about, who moves when, the tree, ranges, thresholds, source."""
        parts: list[RenderableType] = [Text(self.title, style="bold"), Text(self.text), Text()]
        parts += [Text("speaks to"), *(Text(f"  “{claim}”") for claim in self.claims), Text()]
        parts += [Text("who moves when"), timeline_drawing(self.game), Text()]
        parts += [Text("tree at the base values"), tree_drawing(self.game.tree(), max_nodes=60), Text()]
        parts += [self._numbers(), Text(), Text("known in closed form (at the base values)")]
        for threshold in self.thresholds:
            parts += [
                Text(f"  {threshold.text}"),
                Text(f"    {threshold.formula}  =  {self._told(threshold)}", style="dim"),
            ]
        parts += [Text(), Text(f"leaves out: {self.leaves_out}")]
        parts += [Text(f"checked by: {', '.join(self.checked)}"), Text(f"source: {self.source['cite']}")]
        return Group(*parts)

    def _told(self, threshold: Threshold) -> str:
        value = float(threshold.value(self.game.base))
        if _is_comparison(threshold.expression):
            return "holds" if value else "fails"
        return f"{value:.4g}"

    def _numbers(self) -> Table:
        table = Table(title="numbers", title_justify="left", title_style="", box=None, pad_edge=True)
        for column in ("name", "from", "to", "middle", "what it is"):
            table.add_column(column, justify="right" if column in ("from", "to", "middle") else "left")
        for name, p in self.game.parameters.items():
            what = Text(p.title or "")
            if p.because:
                what.append(f" ({p.because})", style="dim")
            if p.distribution == "derived":
                table.add_row(Text(name), "", "", f"{float(self._derived(name)):.4g}", what)
            else:
                table.add_row(Text(name), f"{p.low:.4g}", f"{p.high:.4g}", f"{p.base:.4g}", what)
        return table

    def _derived(self, name: str) -> Any:
        return self.game.derived_values({})[name]


def _is_comparison(expression: Expression) -> bool:
    return type(expression.node).__name__ in ("Comparison", "Chain", "Both", "Either", "Not", "Member")


def read_model(text: str, slug: str, file: str) -> Model:
    """A model from the text of its YAML file: a game file whose key ``model`` tells the rest. Raises GameError."""
    mapping, places = parse_yaml(text, file)
    game = game_from_mapping(mapping, places.lines, file)
    told = mapping.get("model")
    where = places.at("model")
    if not isinstance(told, Mapping):
        raise GameError("a model of the catalogue has a key `model`", where=where, allowed=KEYS)
    _same_keys(told, KEYS, where)
    _same_keys({k: v for k, v in game.source.items() if k != "cite"}, SOURCE_KEYS, places.at("source"))
    thresholds: list[Threshold] = []
    for i, entry in enumerate(told["thresholds"]):
        here = places.at("model", "thresholds", i, "formula")
        _same_keys(entry, ("text", "formula"), places.at("model", "thresholds", i))
        formula = str(entry["formula"])
        resolved = game.scope.resolved(parse(formula, here), here, ("parameter",)).bind(game.derived)
        thresholds.append(Threshold(str(entry["text"]), formula, resolved))
    return Model(
        slug,
        game,
        tuple(map(str, told["claims"])),
        tuple(thresholds),
        str(told["leaves_out"]).strip(),
        tuple(map(str, told["checked"])),
    )


def _same_keys(found: Mapping[Any, Any], wanted: Sequence[str], where: Where) -> None:
    for key in found:
        if key not in wanted:
            raise GameError("no such key", where=where, found=key, allowed=wanted)
    for key in wanted:
        if key not in found:
            raise GameError(f"`{key}` is missing here", where=where, allowed=wanted)
