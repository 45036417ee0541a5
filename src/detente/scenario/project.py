"""A project folder: a scenario to edit and what to do next."""

from __future__ import annotations

from pathlib import Path

from detente.errors import GameError, Where
from detente.models import slugs
from detente.scenario.locate import FILE, scenario_path, shipped, template
from detente.scenario.saved import save
from detente.scenario.text import read_text

README = "README.md"


def new_project(folder: str | Path, slug: str | None = None) -> list[Path]:
    """Make ``folder`` with a small working scenario to edit, or with a copy of the shipped scenario or model ``slug``.

    Returns the files written. Raises GameError when the folder holds anything or the slug is not shipped, OSError
    when it cannot be written; then nothing is left behind.
    """
    if slug is not None and slug not in (known := [*shipped(), *slugs()]):
        raise GameError(
            "there is no such shipped scenario", where=Where(field="--from"), found=slug, allowed=known
        )
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise GameError("there is a file where the folder should be", where=Where(str(target)), found=target.name,
                        allowed="a folder that does not exist yet, or is empty")  # fmt: skip
    if target.is_dir() and (held := sorted(p.name for p in target.iterdir())):
        raise GameError("this folder is not empty", where=Where(str(target)), found=", ".join(held[:5]),
                        allowed="a folder that does not exist yet, or is empty")  # fmt: skip
    texts = {
        FILE: read_text(template() / FILE if slug is None else scenario_path(slug)),
        README: read_text(template() / README),
    }
    made = [p for p in (target, *target.parents) if not p.exists()]  # innermost first
    written: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            save(target / name, text)
            written.append(target / name)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for path in made:
            if path.is_dir():
                path.rmdir()
        raise
    return written
