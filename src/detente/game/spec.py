"""The shape of a game file: which keys there are and what kind of value each takes. Meaning is checked elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from detente.errors import GameError
from detente.game.place import Path, Places


def _formula(value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        return value
    raise ValueError("a formula or a number should stand here")


def _options(value: Any) -> Any:
    if isinstance(value, (str, list, tuple, Mapping)):
        return cast(Any, value)
    raise ValueError(
        "options are a list of labels or numbers, grid(low, high, count), or {option: probability}"
    )


def _names(value: Any) -> Any:
    many = [value] if isinstance(value, str) else value
    if isinstance(many, (list, tuple)) and all(isinstance(x, str) for x in cast(list[Any], many)):
        return cast(Any, tuple(cast(list[str], many)))
    raise ValueError("a name or a list of names should stand here")


def _players(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and all(isinstance(x, str) for x in cast(list[Any], value)):
        return {name: name for name in cast(list[str], value)}
    if isinstance(value, Mapping):
        named = cast(Mapping[Any, Any], value)
        if all(isinstance(k, str) and isinstance(v, (str, type(None))) for k, v in named.items()):
            return {k: v or k for k, v in named.items()}
    raise ValueError("players are {name: title} or a list of names")


def _evidence(value: Any) -> Any:
    many: list[Any] = list(cast(list[Any], value)) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(x, Mapping) for x in many):
        raise ValueError("evidence is {source: key, says: what it says}, or a list of them")
    return many


def _constraints(value: Any) -> Any:
    many: list[Any] = list(cast(list[Any], value)) if isinstance(value, (list, tuple)) else [value]
    return [_formula(x) for x in many]


def _source(value: Any) -> Any:
    if isinstance(value, str):
        return {"cite": value}
    if isinstance(value, Mapping):
        return dict(cast(Mapping[str, Any], value))
    raise ValueError("a source is a reference, or {cite: reference, figure: ..., url: ...}")


Formula = Annotated[Any, AfterValidator(_formula)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class EvidenceSpec(_Shape):
    source: str
    says: str
    where: str | None = None  # page, table, section
    checked: bool = True  # whether the figure was compared with its source


class ParameterSpec(_Shape):
    value: Formula | None = None
    range: list[Any] | tuple[Any, ...] | None = None
    uniform: list[Any] | tuple[Any, ...] | None = None
    loguniform: list[Any] | tuple[Any, ...] | None = None
    triangular: list[Any] | tuple[Any, ...] | None = None
    normal: list[Any] | tuple[Any, ...] | None = None
    discrete: dict[Any, Any] | list[Any] | tuple[Any, ...] | None = None
    derived: Formula | None = None
    base: Formula | None = None
    title: str | None = None
    unit: str | None = None
    because: str | None = None
    evidence: Annotated[Any, AfterValidator(_evidence)] = ()


class CorrelationSpec(_Shape):
    between: list[str] | tuple[str, ...]
    rank: Formula
    because: str | None = None
    evidence: Annotated[Any, AfterValidator(_evidence)] = ()


class MoveSpec(_Shape):
    move: str
    by: str
    options: Annotated[Any, AfterValidator(_options)]
    when: Formula | None = None
    hidden_from: Annotated[Any, AfterValidator(_names)] = ()
    reveals_when: bool = False
    title: str | None = None
    text: str | None = None


class TermSpec(_Shape):
    worth: Formula
    when: Formula | None = None
    title: str | None = None
    text: str | None = None


class JointSpec(_Shape):
    of: list[str] | tuple[str, ...]
    table: dict[Any, Any]


class GameSpec(_Shape):
    title: str = ""
    text: str | None = None
    source: Annotated[Any, AfterValidator(_source)] = None
    sources: dict[str, Any] = {}
    players: Annotated[Any, AfterValidator(_players)]
    private: dict[str, Any] = {}
    joint: list[Any] | tuple[Any, ...] = ()
    parameters: dict[str, Any] = {}
    constraints: Annotated[Any, AfterValidator(_constraints)] = ()
    correlated: list[Any] | tuple[Any, ...] = ()
    moves: list[Any] | tuple[Any, ...]
    payoffs: dict[str, Any]
    events: dict[str, Any] = {}
    model: dict[str, Any] = {}  # what the catalogue tells about the game; no part of playing it


GAME_KEYS = tuple(GameSpec.model_fields)

Spec = TypeVar("Spec", bound=BaseModel)


def shaped(
    spec: type[Spec], value: object, places: Places, path: Path = (), also: Collection[str] = ()
) -> Spec:
    """``value`` as ``spec``, or a `GameError` that names the first thing that is out of shape.

    ``also``: further top-level keys that are somebody else's and are left alone.
    """
    allowed = list(spec.model_fields)
    if not isinstance(value, Mapping):
        raise GameError(
            "this should be a list of `key: value`",
            where=places.at(*path),
            found=value,
            allowed=allowed,
            nearest="",
        )
    given = {k: v for k, v in cast(Mapping[Any, Any], value).items() if k not in also}
    for key in given:
        if key not in allowed:
            raise GameError(
                "there is no such key here", where=places.at(*path, key), found=key, allowed=allowed
            )
    try:
        return spec.model_validate(given)
    except ValidationError as error:
        raise _translated(error, given, places, path) from None


def _translated(error: ValidationError, given: Mapping[Any, Any], places: Places, path: Path) -> GameError:
    first = error.errors()[0]
    if first["type"] == "missing":
        key = str(first["loc"][0])
        return GameError(
            f"`{key}` is missing here", where=places.at(*path), found=", ".join(map(str, given)) or "nothing"
        )
    at: list[object] = []
    value: Any = given
    for step in first["loc"]:  # pydantic also names the branch of a union; keep the steps that exist
        if isinstance(value, Mapping) and step in value:
            value = cast(Any, value[step])
        elif (
            isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(cast(list[Any], value))
        ):
            value = cast(list[Any], value)[step]
        else:
            break
        at.append(step)
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return GameError(
        f"wrong kind of value: {message}", where=places.at(*path, *at), found=str(cast(object, value))
    )
