"""Role placeholders in a scenario's prose, such as ``{defender}``, replaced by who plays the role in the articles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
WITH_ARTICLE = re.compile(
    r"^(?:united|european union|soviet|philippines|netherlands|gambia|bahamas|maldives|central african)|"
    r"(?:republic|federation|kingdom|emirates|states|islands|union|nations|pact|alliance|league|council|bloc|court)$",
    re.IGNORECASE,
)


def called(name: str, kind: str) -> str:
    """How a sentence speaks of an actor: "Orvania", "the Meridian Pact"."""
    if (
        kind in ("country", "organisation")
        and WITH_ARTICLE.search(name)
        and not name.lower().startswith("the ")
    ):
        return f"the {name}"
    return name


def spoken(text: str, names: Mapping[str, str]) -> str:
    """``text`` with each known placeholder replaced; a sentence that begins with one keeps its capital."""

    def name(found: re.Match[str]) -> str:
        role = found.group(1)
        if role not in names:
            return found.group(0)
        before = text[: found.start()].rstrip(" \u201c\"'(")
        opens = not before or before[-1] in ".!?:"
        return names[role][:1].upper() + names[role][1:] if opens else names[role]

    return PLACEHOLDER.sub(name, text)


def spoken_throughout(value: Any, names: Mapping[str, str]) -> Any:
    """The same for every string inside lists and mappings; keys are left alone."""
    if isinstance(value, str):
        return spoken(value, names) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: spoken_throughout(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [spoken_throughout(item, names) for item in value]
    return value
