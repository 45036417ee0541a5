"""Check scenario keys against their shape; the first thing wrong becomes one error with its line and the nearest name."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from detente.errors import GameError, Where
from detente.scenario.schema import ScenarioShape

Loc = tuple[str | int, ...]

# A misspelt key also leaves the right one missing: what is unknown is told before what is missing
ORDER = ("extra_forbidden", "missing")

KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


def shaped(mapping: dict[str, Any], where: Callable[[Loc], Where]) -> ScenarioShape:
    """The scenario keys of a file as typed values. ``where`` gives the place of a path of keys.

    Raises GameError for an unknown or missing key and for a value of the wrong kind.
    """
    try:
        return ScenarioShape.model_validate(mapping)
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
    # where several shapes were tried, the one that went furthest is what was meant
    first = min(errors, key=lambda e: (_rank(e["type"]), -len(_inside(tuple(e["loc"]), mapping))))
    loc, kind, context = tuple(first["loc"]), first["type"], first.get("ctx", {})
    if kind == "extra_forbidden":
        raise GameError("no such key", where=where(loc), found=str(loc[-1]), allowed=_keys(loc[:-1]))
    if kind == "missing":
        raise GameError(
            f"the key {loc[-1]!r} is missing here",
            where=where(loc[:-1]),
            allowed=_keys(loc[:-1]),
            nearest=None,
        )
    if loc and loc[-1] == "[key]":
        raise GameError(
            "a name of this kind cannot be used",
            where=where(loc[:-1]),
            found=loc[-2],
            allowed=_spelling(context),
        )
    path = _inside(loc, mapping)
    if kind in KINDS:
        wanted = dict.fromkeys(
            KINDS[e["type"]]
            for e in errors
            if e["type"] in KINDS and _inside(tuple(e["loc"]), mapping) == path
        )
        raise GameError(
            "a value of another kind is expected",
            where=where(path),
            found=first["input"],
            allowed=" or ".join(wanted),
        )
    if kind == "literal_error":
        raise GameError("no such choice", where=where(path), found=first["input"], allowed=_choices(context))
    allowed = _spelling(context) if "pattern" in context else _plain(first["msg"])
    raise GameError("this value cannot be used", where=where(path), found=first["input"], allowed=allowed)


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _inside(loc: Loc, value: Any) -> Loc:
    """The part of ``loc`` that is in the file: pydantic adds the names of the types that it tried."""
    path: list[str | int] = []
    for step in loc:
        inside: Any = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inside, dict) and step in inside:
            path.append(step)
            value = inside[step]
    return tuple(path)


def _keys(loc: Loc) -> list[str]:
    """Every key that the mapping at ``loc`` may have."""
    shape: Any = ScenarioShape
    for step in loc:
        shape = _bare(shape)
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            named = {f.alias or name: f.annotation for name, f in shape.model_fields.items()}
            shape = named.get(str(step))
        else:
            shape = (get_args(shape) or (None,))[-1]
    shape = _bare(shape)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [f.alias or name for name, f in shape.model_fields.items()]
    return []


def _bare(shape: Any) -> Any:
    """A type without its annotation, and of a union the member that has keys."""
    if get_origin(shape) is Annotated:
        return _bare(get_args(shape)[0])
    if get_origin(shape) in (Union, types.UnionType):
        members = [_bare(s) for s in get_args(shape)]
        return next((s for s in members if isinstance(s, type) and issubclass(s, BaseModel)), members[0])
    return shape


def _spelling(context: dict[str, Any]) -> str:
    hyphen = " and hyphens" if "_-" in str(context.get("pattern")) else ""
    return f"letters, digits, underscores{hyphen}" + ("" if hyphen else ", not beginning with a digit")


def _choices(context: dict[str, Any]) -> list[str]:
    return [
        word.strip("' ")
        for word in str(context.get("expected", "")).replace(" or ", ",").split(",")
        if word.strip("' ")
    ]


def _plain(message: str) -> str:
    return message.removeprefix("Input should ").removeprefix("be ")
