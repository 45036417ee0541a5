"""How many threads a model may use in this process: all processors, unless the process shares its machine with others."""

from __future__ import annotations

_most: int | None = None


def allow(most: int) -> None:
    """From now on models that are made ready in this process use at most ``most`` threads. Answers do not depend on it."""
    global _most
    _most = max(1, most)


def allowed() -> int | None:
    """The most threads, or None where nobody set it: as many as there are processors."""
    return _most
