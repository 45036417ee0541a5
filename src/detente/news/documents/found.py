"""What a reader of one format gives back: the texts of a file, and the parts that it could not read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from detente.news.documents.about import About

NOTHING = About()


@dataclass(frozen=True)
class Found:
    """One text. ``part``: where in the file it stood, if the file holds several ("row 12")."""

    text: str
    encoding: str
    about: About = NOTHING
    part: str | None = None


@dataclass(frozen=True)
class Reading:
    """All texts of one file. ``unread``: (part, reason), such as an attachment that is not opened."""

    found: tuple[Found, ...]
    unread: tuple[tuple[str, str], ...] = ()

    def record(self) -> dict[str, Any]:
        """The same as plain lists, to cross from one process to another."""
        return asdict(self)

    @staticmethod
    def of(record: dict[str, Any]) -> Reading:
        """A reading from its `record`."""
        found = [Found(**{**each, "about": About(**each["about"])}) for each in record["found"]]
        return Reading(tuple(found), tuple((part, reason) for part, reason in record["unread"]))


def one(text: str, encoding: str, about: About | None = None) -> Reading:
    """The reading of a file that holds one text."""
    return Reading((Found(text, encoding, about or NOTHING),))
