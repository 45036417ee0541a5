"""Worked points: the numbers that a source or a derivation gives at one point, beside what the solver finds there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.errors import GameError, NotCertified
from detente.game import Expression, Game, Tree, parse
from detente.game.place import Places
from detente.solve import equilibria, solve
from detente.solve.record import record

KEYS = ("at", "text", "by", "reached", "precision", "within", "events", "values", "plays")
REACHED = ("principal", "search", "missed")


@dataclass(frozen=True)
class Compared:
    """One number told and found. ``found`` is nan where the search met no equilibrium with these numbers."""

    what: str  # "P(war)", "value(A)", "answer: resist"
    told: float
    found: float

    def agrees(self, within: float) -> bool:
        return abs(self.told - self.found) <= within


@dataclass(frozen=True)
class Worked:
    """An equilibrium that is known at one point: probabilities of events, values of players, what is played where.

    ``reached`` says how the solver comes there: "principal" as the limit of the principal branch (or the answer at
    ``precision``), "search" among the other equilibria, "missed" not at all, which ``text`` then explains.
    """

    at: Mapping[str, float]  # parameters that are not at their base values
    text: str
    by: str  # where the numbers come from: a table, an equation, a derivation
    reached: str
    precision: float | Literal["limit"]
    within: float  # the difference that rounding in the source allows
    told: tuple[tuple[str, tuple[str, ...], Expression], ...]  # kind, names, formula in parameters

    def point(self, game: Game) -> dict[str, float]:
        """Every parameter of the point: the base values, and over them ``at``."""
        return {**game.base, **self.at}

    def compare(self, game: Game, tree: Tree | None = None) -> list[Compared]:
        """Each number told beside the one found. Solves the game once, or searches it for its equilibria.

        Raises NotCertified when the principal branch has no certified answer at the point.
        """
        tree = game.tree() if tree is None else tree
        told = [float(formula.value(self.point(game))) for _, _, formula in self.told]
        names = [_name(kind, path) for kind, path, _ in self.told]
        if self.reached == "missed":
            return [Compared(n, t, float("nan")) for n, t in zip(names, told, strict=True)]
        if self.reached == "principal":
            draws = {name: np.array([value]) for name, value in self.at.items()}
            solved = solve(tree, draws, precision=self.precision, threads=1)
            if not solved.certified[0]:
                raise NotCertified(f"no certified answer at {dict(self.at)}")
            answers = [record(solved, 0)]
        else:
            answers = list(equilibria(tree, dict(self.at)).record())
        rows = [[_read(answer, kind, path) for kind, path, _ in self.told] for answer in answers]
        best = min(rows, key=lambda row: max(abs(f - t) for f, t in zip(row, told, strict=True)))
        return [Compared(n, t, f) for n, t, f in zip(names, told, best, strict=True)]

    def record(self) -> dict[str, object]:
        """What is told, for the machine-readable face; formulas as they are written."""
        return {
            "at": dict(self.at),
            "text": self.text,
            "by": self.by,
            "reached": self.reached,
            "precision": self.precision,
            "told": [{"what": _name(kind, path), "formula": f.text} for kind, path, f in self.told],
        }


def read_worked(entries: object, game: Game, places: Places) -> tuple[Worked, ...]:
    """The list under ``model: worked``. Raises GameError for keys, parameters, events and players that there are not.

    Names of information sets and options are looked up when the point is solved.
    """
    if not isinstance(entries, list):
        raise GameError("worked points are a list", where=places.at("model", "worked"), found=entries)
    return tuple(_one(entry, i, game, places) for i, entry in enumerate(entries))


def _one(entry: Any, i: int, game: Game, places: Places) -> Worked:
    here = ("model", "worked", i)
    if not isinstance(entry, Mapping):
        raise GameError("a worked point is a mapping", where=places.at(*here), found=entry, allowed=KEYS)
    for key in entry:
        if key not in KEYS:
            raise GameError("no such key", where=places.at(*here, key), found=key, allowed=KEYS)
    at = entry.get("at", {})
    for name in at:
        if name not in game.base:
            raise GameError("there is no such parameter", where=places.at(*here, "at", name), found=name,
                            allowed=game.base)  # fmt: skip
        if isinstance(at[name], bool) or not isinstance(at[name], (int, float)):
            raise GameError("a point is made of numbers", where=places.at(*here, "at", name), found=at[name])
    told: list[tuple[str, tuple[str, ...], Expression]] = []

    def formula(value: Any, *path: str) -> Expression:
        where = places.at(*here, *path)
        return game.scope.resolved(parse(str(value), where), where, ("parameter",)).bind(game.derived)

    for kind, known in (("events", game.events), ("values", game.players)):
        for name, value in entry.get(kind, {}).items():
            _known(name, known, places, *here, kind, name)
            told.append((kind, (name,), formula(value, kind, name)))
    for owned, mix in entry.get("plays", {}).items():
        for option, value in mix.items():
            told.append(("plays", (str(owned), str(option)), formula(value, "plays", owned, option)))
    reached = str(entry.get("reached", "principal"))
    _known(reached, REACHED, places, *here, "reached")
    if not told:
        raise GameError("a worked point tells at least one number", where=places.at(*here), allowed=KEYS[-3:])
    return Worked(
        {str(k): float(v) for k, v in at.items()},
        str(entry.get("text", "")).strip(),
        str(entry.get("by", "closed form")).strip(),
        reached,
        "limit" if entry.get("precision", "limit") == "limit" else float(entry["precision"]),
        float(entry.get("within", 1e-6)),
        tuple(told),
    )


def _known(name: Any, allowed: Iterable[str], places: Places, *path: Any) -> None:
    if name not in allowed:
        raise GameError("there is no such name", where=places.at(*path), found=name, allowed=allowed)


def _name(kind: str, path: tuple[str, ...]) -> str:
    return {"events": "P({0})", "values": "value({0})", "plays": "{0}: {1}"}[kind].format(*path)


def _read(answer: Mapping[str, Any], kind: str, path: tuple[str, ...]) -> float:
    """The number in a solver's record; raises GameError where the tree has no such information set or option."""
    if kind != "plays":
        return float(answer[kind][path[0]])
    sets = {s["name"]: s for s in answer["information_sets"]}
    if path[0] not in sets:
        raise GameError("no information set has this name", found=path[0], allowed=sets)
    options = [str(o) for o in sets[path[0]]["options"]]
    if path[1] not in options:
        raise GameError(f"there is no such option at {path[0]}", found=path[1], allowed=options)
    return float(sets[path[0]]["probabilities"][options.index(path[1])])
