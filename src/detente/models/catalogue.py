"""The catalogue: one YAML file a model, in `library`, read when asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

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


def library_file(slug: str) -> Path:
    """The file of a model. The slug is one of `slugs`: nothing is checked here."""
    return Path(str(_LIBRARY / f"{slug}.yaml"))


@cache
def _read(slug: str) -> Model:
    file = library_file(slug)
    return read_model(file.read_text(encoding="utf-8"), slug, file.name)
