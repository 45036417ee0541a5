"""The lists of ``words.txt`` and ``verbs.txt``, each under its heading; lines that begin with # are comments."""

from __future__ import annotations

import functools
import re
from importlib import resources


@functools.cache
def _sections(file: str) -> dict[str, tuple[str, ...]]:
    text = resources.files("detente.news.lists").joinpath(file).read_text("utf-8")
    parts = re.split(r"^\[([^\]]+)\]\n", text, flags=re.M)
    blocks = zip(parts[1::2], parts[2::2], strict=True)
    return {
        name: tuple(line for line in block.splitlines() if line and line[0] != "#") for name, block in blocks
    }


def lines(section: str, file: str = "words.txt") -> tuple[str, ...]:
    """The lines under one heading. Raises `KeyError` for a heading that the file does not have."""
    return _sections(file)[section]


def words(section: str, file: str = "words.txt") -> frozenset[str]:
    """The words under one heading."""
    return frozenset(" ".join(lines(section, file)).split())
