"""The scenarios that come with the package, and how a name on the command line becomes a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from detente.errors import GameError
from detente.models import library_file, slugs

FILE = "scenario.yaml"


def _library() -> Path:
    return Path(str(files("detente.scenario"))) / "library"


def shipped() -> tuple[str, ...]:
    """Slugs of the scenarios that come with the package, in alphabetical order."""
    return tuple(sorted(entry.name for entry in _library().iterdir() if (entry / FILE).is_file()))


def template() -> Path:
    """The folder that a new project is made from."""
    return Path(str(files("detente.scenario"))) / "template"


def scenario_path(name: str | Path) -> Path:
    """The file meant by a path, a project folder, the slug of a shipped scenario or of a model of the catalogue.

    A bare word that is both a slug and a file in the working folder is the file only with its ending or as ``./word``.
    Raises GameError when there is no such file.
    """
    text = str(name)
    if (
        isinstance(name, str) and text in shipped()
    ):  # compared with a closed list, so no path can hide in a slug
        return _library() / text / FILE
    if isinstance(name, str) and text in slugs():
        return library_file(text)
    path = Path(text)
    if path.is_dir():
        path = path / FILE
    if path.is_file():
        return path
    if path.exists():
        raise GameError(
            "this is not a file", found=text, allowed="a scenario file, a project folder or a slug"
        )
    bare = isinstance(name, str) and not path.suffix and path.name == text
    raise GameError(
        "there is no such scenario" if bare else "there is no such file",
        found=text,
        allowed=[*shipped(), *slugs()]
        if bare
        else "a scenario file (.yaml), a project folder, or one of " + ", ".join(shipped()),
    )
