"""Where in the user's file a value stands, so that every complaint can name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detente.errors import Where

Path = tuple[object, ...]  # keys and list positions from the top of the file


def field_name(path: Path) -> str:
    """``("moves", 2, "when")`` as ``moves[2].when``."""
    text = ""
    for step in path:
        if isinstance(step, int) and not isinstance(step, bool):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else str(step)
    return text


@dataclass(frozen=True)
class Places:
    """The lines of a file by path; empty for a game built in Python."""

    file: str | None = None
    lines: Mapping[Path, int] = field(default_factory=dict[Path, int])

    def at(self, *path: object) -> Where:
        """The place of ``path``, or the line of what encloses it where it has none of its own."""
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        return Where(self.file, line, field_name(path) or None)
