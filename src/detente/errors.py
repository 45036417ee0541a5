"""What can go wrong, as a tree: everything raised on purpose is a `DetenteError`.

DetenteError
  BadInput            something the user gave is wrong: where, what was found, what is allowed
    GameError         a game or a scenario file, or a `Game` built in Python
    ExpressionError   a formula inside one
    DocumentError     an article that cannot be read
    DataError         a table of draws or observations
    StoreError        a file that keeps a ledger (in `detente.news.store`)
  NotCertified        a solution was asked for and none passed its certificate
  QuoteMismatch       a quote about to be shown is not in the stored document
  WorkerLost          a worker process died again and again (in `detente.explore.sweep`)
  ClusterLost         a cluster, or its scheduler, is gone (there too)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace


class DetenteError(Exception):
    """Base of every error raised on purpose."""

    kind = "error"

    def record(self) -> dict[str, object]:
        """The error as the machine-readable face prints it."""
        return {
            "kind": self.kind,
            "message": str(self),
            "where": {},
            "found": None,
            "allowed": None,
            "nearest": None,
        }


@dataclass(frozen=True)
class Where:
    """A place in what the user gave: file name, line (from 1), field path such as ``moves[2].when``."""

    file: str | None = None
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}" if place else f"line {self.line}"
        return f"{place}, {self.field}" if place and self.field else place or self.field or ""

    def at(self, field: str | None = None, line: int | None = None) -> Where:
        """The same place with another field or line."""
        return replace(self, field=field or self.field, line=line or self.line)


class BadInput(DetenteError):
    """Something the user gave is wrong. The message says where, what was found, what is allowed, what is near.

    ``problem`` is one sentence without the value; ``found`` the value; ``allowed`` a list of names or one phrase.
    """

    kind = "bad_input"

    def __init__(
        self,
        problem: str,
        *,
        where: Where | None = None,
        found: object = None,
        allowed: Iterable[str] | str | None = None,
        nearest: str | None = None,
    ) -> None:
        self.problem = problem
        self.where = where or Where()
        self.found = None if found is None else str(found)[:200]
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else sorted(set(allowed))
        if nearest is None and self.found is not None and isinstance(self.allowed, list):
            nearest = nearest_name(self.found, self.allowed)
        self.nearest = nearest
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = str(self.where)
        parts = [f"{place}: {self.problem}" if place else self.problem]
        if self.found is not None:
            parts.append(f"found {self.found!r}")
        if self.allowed:
            listed = self.allowed if isinstance(self.allowed, str) else ", ".join(self.allowed[:12])
            if not isinstance(self.allowed, str) and len(self.allowed) > 12:
                listed += f", ... ({len(self.allowed)} in all)"
            parts.append(f"allowed: {listed}")
        sentence = "; ".join(parts)
        return f"{sentence}. Did you mean {self.nearest!r}?" if self.nearest else sentence

    def record(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "message": str(self),
            "where": {"file": self.where.file, "line": self.where.line, "field": self.where.field},
            "found": self.found,
            "allowed": self.allowed,
            "nearest": self.nearest,
        }


class GameError(BadInput):
    """A game or scenario that cannot be played as written."""

    kind = "game"


class ExpressionError(BadInput):
    """A formula that the language does not have."""

    kind = "expression"


class DocumentError(BadInput):
    """An article that cannot be read."""

    kind = "document"


class DataError(BadInput):
    """A table of draws or observations that cannot be used."""

    kind = "data"


class NotCertified(DetenteError):
    """No solution passed its certificate; the status says why."""

    kind = "not_certified"


class QuoteMismatch(DetenteError):
    """A quote about to be shown differs from the stored document."""

    kind = "quote_mismatch"


def nearest_name(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate spelt most like ``name``, or None when nothing is near."""
    found = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None
