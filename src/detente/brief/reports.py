"""What a document tells of itself, which documents are one dispatch, and what a speaker does with words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from detente.brief.words import bare, listed, shortened


def act(statement: Mapping[str, Any], text: str) -> str:
    """What the speaker does with the words, the words that decided, and the condition: "threat, for “will answer”; if …"."""
    found = statement.get("act")
    if not found:
        return ""
    because, condition = (
        " … ".join(bare(text[a:b]) for a, b in found.get(part) or ()) for part in ("because", "condition")
    )
    told = f"{found['name']}, for “{shortened(because, 60)}”" if because else found["name"]
    return f"{told}; on the condition “{shortened(condition, 90)}”" if condition else told


def origin_of(document: Mapping[str, Any]) -> str:
    """What a document tells of itself: "The Halvern Post, 2025-03-03, by A. Lind; dateline HALVERN, 3 June"."""
    author, dateline = document.get("author"), document.get("dateline")
    day = (document.get("date") or "").replace("T", " ").replace("+00:00", " UTC")
    told = [document.get("publisher"), day, f"by {author}" if author else None]
    found = ", ".join(each for each in told if each)
    return "; ".join(each for each in (found, f"dateline {dateline}" if dateline else "") if each)


def copy_of(id: str, copies: Iterable[Mapping[str, Any]], label: Callable[[str], str]) -> str:
    """With which other documents one carries the same dispatch."""
    for group in copies:
        others = [label(other) for other in group["documents"] if other != id]
        if id in group["documents"] and others:
            return (
                f"One dispatch with {listed(others)}. A statement that stands in several of them is one row of the table, "
                "marked in each."
            )
    return ""
