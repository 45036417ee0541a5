"""The catalogue: one YAML file a model, in `library`, read when asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from detente.errors import BadInput, Where
from detente.models.model import Model, read_model

_LIBRARY = files("detente.models") / "library"


def slugs() -> list[str]:
    """The names of the models, in alphabetical order. Reads no model."""
    return sorted(
        entry.name.removesuffix(".yaml") for entry in _LIBRARY.iterdir() if entry.name.endswith(".yaml")
    )


def catalogue() -> list[Model]:
    """Every model, by name."""
    return [find(slug) for slug in slugs()]


def find(slug: str) -> Model:
    """The model of this name. Raises BadInput with the nearest name where there is none."""
    known = slugs()
    if slug not in known:
        raise BadInput("there is no such model", where=Where(field="SLUG"), found=slug, allowed=known)
    return _read(slug)


@cache
def _read(slug: str) -> Model:
    name = f"{slug}.yaml"
    return read_model((_LIBRARY / name).read_text(encoding="utf-8"), slug, name)
