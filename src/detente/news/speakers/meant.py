"""Who may be meant by an expression, where that is not certain."""

from __future__ import annotations

from dataclasses import dataclass

from detente.news.speakers.registry import Entry


@dataclass(frozen=True)
class Meant:
    """``entry``: the one who is meant, or None. ``candidates``: ids of those who may be, in order; ``why`` says in words what leaves
    it open. ``closed``: the expression means one of them, so it is nobody new either."""

    entry: Entry | None
    candidates: tuple[str, ...] = ()
    why: str = ""
    closed: bool = True
