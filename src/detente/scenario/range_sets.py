"""Rival range sets: the ranges as another analyst would put them, everything else as the scenario has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from detente.errors import GameError
from detente.game.dependence import without
from detente.game.model import Game
from detente.game.parameter import Parameter, parameter
from detente.game.place import Places
from detente.scenario.fitted.agreement import check_agreement
from detente.scenario.fitted.ranges import Fits, Fitted, correlations, from_one_fit
from detente.scenario.model import Source
from detente.scenario.schema import RangeSetShape, ScenarioShape

if TYPE_CHECKING:
    from detente.scenario.scenario import Scenario

OWN = "own"  # how the scenario's own ranges are called beside its sets
RESERVED = (OWN, "all")


@dataclass(frozen=True, eq=False)
class RangeSet:
    """Ranges that one analyst puts in place of the scenario's. ``parameters`` are those that it replaces.

    ``game`` is the scenario's game with them; correlations stay, but for parameters that the set fixes.
    """

    id: str
    title: str
    because: str
    parameters: Mapping[str, Parameter]
    game: Game = field(repr=False)
    given: Mapping[str, Mapping[str, Any]] = field(repr=False)  # each as a game file has it
    fitted: Mapping[str, Fitted] = field(default_factory=dict[str, Fitted], repr=False)  # those from fits


def read_range_sets(
    shapes: Mapping[str, RangeSetShape],
    game: Game,
    sources: Mapping[str, Source],
    whole: ScenarioShape,
    places: Places,
    fits: Fits,
) -> dict[str, RangeSet]:
    """The sets of a file. Raises GameError for a parameter that there is not or that is derived, a range without
    origin, and base values that the game cannot have."""
    return {key: _read(key, shape, game, sources, whole, places, fits) for key, shape in shapes.items()}


def _read(
    key: str,
    shape: RangeSetShape,
    game: Game,
    sources: Mapping[str, Source],
    whole: ScenarioShape,
    places: Places,
    fits: Fits,
) -> RangeSet:
    here = places.at("range_sets", key)
    if key in RESERVED:
        raise GameError(
            "a range set cannot have this name", where=here, found=key, allowed="another name", nearest=""
        )
    if not shape.parameters:
        raise GameError("this range set replaces nothing", where=here, found=key, allowed="`parameters`")
    read: dict[str, Parameter] = {}
    given: dict[str, Mapping[str, Any]] = {}
    for name, entry in shape.parameters.items():
        path = ("range_sets", key, "parameters", name)
        if name not in game.base:
            derived = name in game.parameters
            raise GameError(
                "a derived parameter follows from others; replace the ranges of those"
                if derived else "there is no such parameter",
                where=places.at(*path), found=name, allowed=game.base, nearest="" if derived else None,
            )  # fmt: skip
        own = game.parameters[name]
        written = dict(entry) if isinstance(entry, Mapping) else {"value": entry}
        given[name] = {
            **{k: v for k, v in (("title", own.title), ("unit", own.unit), ("because", shape.because)) if v}, **written,
        }  # fmt: skip
        read[name] = one = parameter(name, given[name], places, path)
        if one.distribution == "derived":
            raise GameError("a range set puts a range or a number in place of a range", where=places.at(*path, "derived"),
                            found=str(one.derived), allowed="the other forms of a parameter")  # fmt: skip
        for evidence in one.evidence:
            if evidence.source not in sources:
                raise GameError("this source is not listed under `sources`", where=places.at(*path, "evidence"),
                                found=evidence.source, allowed=sources)  # fmt: skip
        if not one.evidence and not (one.because or "").strip():
            raise GameError(
                f"nothing says why {name!r} is put like this", where=places.at(*path),
                allowed="`because` or `evidence` here, or `because` for the whole set",
            )  # fmt: skip
        if name == whole.precision and one.low <= 0:
            raise GameError("a precision is above 0", where=places.at(*path), found=f"{one.low:g}",
                            allowed="a range above 0")  # fmt: skip
    fitted = fits.sets.get(key, {})
    try:
        made = with_parameters(game, given, fits.own, fitted)
        check_agreement(_left(fits.own, given, fitted), made, whole.precision, whole.switched_off)
    except GameError as problem:
        raise GameError(f"with these ranges: {problem.problem}", where=here, found=problem.found,
                        allowed=problem.allowed, nearest="") from problem  # fmt: skip
    return RangeSet(key, shape.title, shape.because, read, made, given, fitted)


def with_parameters(
    game: Game,
    given: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, Fitted] | None = None,
    fitted: Mapping[str, Fitted] | None = None,
) -> Game:
    """The game with these parameters in place of its own. Raises GameError where their base values cannot be.

    ``own``: those of the game's parameters that come from fits; ``fitted``: those of ``given``. What comes from one fit goes
    together as that fit says, and what no longer does loses that correlation.
    """
    own, fitted = own or {}, fitted or {}
    mapping = game.to_mapping()
    mapping["parameters"] = {**mapping["parameters"], **given}
    if "correlated" in mapping:
        fixed = {name for name, p in given.items() if not parameter(name, p, game.places).free}
        written = [one for one in mapping["correlated"] if not from_one_fit(one["between"], own)]
        mapping["correlated"] = without(written, fixed)
    if from_fits := correlations(_left(own, given, fitted)):
        mapping["correlated"] = [*mapping.get("correlated", ()), *from_fits]
    return Game.from_mapping(mapping, game.places)


def _left(
    own: Mapping[str, Fitted], given: Mapping[str, object], fitted: Mapping[str, Fitted]
) -> dict[str, Fitted]:
    """The parameters that come from fits once ``given`` stand in place of the game's own."""
    return {**{name: one for name, one in own.items() if name not in given}, **fitted}


def with_ranges(scenario: Scenario, name: str | None) -> Scenario:
    """See `Scenario.with_ranges`."""
    if name is None:
        return scenario if scenario.ranges is None else _with(scenario, _own(scenario), None)
    if name not in scenario.range_sets:
        raise GameError("there is no such range set", where=scenario.places.at("range_sets"), found=name,
                        allowed=scenario.range_sets)  # fmt: skip
    return _with(scenario, scenario.range_sets[name].game, name)


def crossed(scenario: Scenario, first: str | None, second: str | None, names: Iterable[str]) -> Scenario:
    """The scenario with the ranges of ``first``, but those of ``names`` as ``second`` has them (None: the scenario's own).

    Raises GameError where the two do not go together: base values that break a constraint.
    """
    own = _own(scenario)
    file: Mapping[str, Any] = own.to_mapping()["parameters"]
    given = dict(scenario.range_sets[first].given) if first else {}
    theirs = scenario.range_sets[second].given if second else {}
    fitted = dict(scenario.range_sets[first].fitted) if first else {}
    from_second = scenario.range_sets[second].fitted if second else {}
    for name in names:
        fitted.pop(name, None)
        if name in theirs:
            given[name] = theirs[name]
        else:
            given.pop(name, None)
        if name in from_second:
            fitted[name] = from_second[name]
    given = {name: entry if isinstance(entry, Mapping) else {"value": entry} for name, entry in given.items()}
    assert set(given) <= set(file)
    return _with(scenario, with_parameters(own, given, scenario.fits.own, fitted), first)


def _own(scenario: Scenario) -> Game:
    return scenario.own_game or scenario.game


def _with(scenario: Scenario, game: Game, name: str | None) -> Scenario:
    own = _own(scenario)
    return replace(
        scenario, game=game, own_game=None if game is own else own, ranges=name,
        claims={key: claim.over(game) for key, claim in scenario.claims.items()},
    )  # fmt: skip


def witnesses(scenario: Scenario) -> dict[str, tuple[Mapping[str, float], ...]]:
    """For each claim the points at which its author says that it holds or fails, where they lie in the ranges in place."""

    def inside(point: Mapping[str, float]) -> bool:
        ranges = scenario.game.parameters
        return all(ranges[n].low <= v <= ranges[n].high for n, v in point.items())

    return {
        c.id: tuple(w for w in (c.holds_where, c.fails_where) if w and inside(w))
        for c in scenario.claims.values()
    }
