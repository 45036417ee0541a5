"""The ranges that name a fit, written out: a normal distribution for each parameter, and how they go together.

A coefficient vector estimated by maximum likelihood is, in large samples, normal around the truth with the fit's covariance V. A
parameter at a profile is a linear index w'b of it: normal with mean w'b and variance w'Vw; two of one fit have the covariance
w'Vv. So the language's own means say it all: ``normal`` with a ``range`` where it is cut off, and rank correlations between
parameters of one fit (`detente.game.dependence`: a Gaussian copula, which for these is the normal itself). Parameters of different
fits are independent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path, PurePath
from statistics import NormalDist
from typing import Any

import numpy as np

from detente.errors import GameError, Where
from detente.game.dependence import LEAST_EIGENVALUE
from detente.game.place import Path as Place
from detente.game.place import Places
from detente.scenario.fitted.profile import outside, row
from detente.scenario.fitted.record import FitFile, Floats, read_fit

KEYS = ("fit", "at", "parameter", "coverage")
COVERAGE = 0.999  # draws then have the fit's standard errors but for 0.6 per cent; cut at 0.95 they lose 13
MOST_FILES = 20
WIDEST = 0.99999


@dataclass(frozen=True, eq=False)
class Fitted:
    """A parameter whose range comes from a fit."""

    name: str
    fit: FitFile
    parameter: str  # what it is called in the fit
    mapped: bool  # whether the file says so itself, so that the game need not be the fit's
    weights: Floats  # [coefficient]
    mean: float
    sd: float
    where: Where


@dataclass(frozen=True, eq=False)
class Fits:
    """Everything in a scenario's file that comes from fits."""

    files: tuple[FitFile, ...] = ()
    own: Mapping[str, Fitted] = field(default_factory=dict[str, Fitted])
    sets: Mapping[str, Mapping[str, Fitted]] = field(
        default_factory=dict[str, "Mapping[str, Fitted]"]
    )  # by range set


def write_out(mapping: dict[Any, Any], places: Places, folder: Path | None) -> tuple[dict[Any, Any], Fits]:
    """The content of a scenario's file with every ``range: {fit: FILE}`` written out, and what was read for it.

    Adds evidence and sources that tell of the fit, and the correlations of the parameters under ``parameters``. Raises GameError.
    """
    asking: list[tuple[Place, Any]] = [(("parameters",), mapping.get("parameters"))]
    sets = mapping.get("range_sets")
    for key, one in sets.items() if isinstance(sets, dict) else ():
        if isinstance(one, dict):
            asking.append((("range_sets", key, "parameters"), one.get("parameters")))
    if not any(_asks(entry) for _, given in asking if isinstance(given, dict) for entry in given.values()):
        return mapping, Fits()
    reading = _Reading(mapping, places, folder)
    out = dict(mapping)
    out["parameters"], own = reading.block(asking[0][0], asking[0][1])
    found: dict[str, Mapping[str, Fitted]] = {}
    if isinstance(sets, dict):
        out["range_sets"] = {key: dict(one) if isinstance(one, dict) else one for key, one in sets.items()}
        for place, given in asking[1:]:
            key = place[1]
            out["range_sets"][key]["parameters"], found[str(key)] = reading.block(place, given)
    out["sources"] = {**(mapping.get("sources") or {}), **reading.sources}
    written = mapping.get("correlated") or []
    if own and isinstance(written, list):
        _not_both(written, own, places)
        out["correlated"] = [*written, *correlations(own)]
    return out, Fits(tuple(reading.files.values()), own, found)


def correlations(fitted: Mapping[str, Fitted]) -> list[dict[str, Any]]:
    """Entries of ``correlated`` for the parameters that come from one fit. Raises GameError where one follows from others."""
    out: list[dict[str, Any]] = []
    for group in _groups(fitted).values():
        weights = np.array([f.weights / f.sd for f in group])
        together = weights @ group[0].fit.covariance @ weights.T
        if len(group) > 1 and float(np.linalg.eigvalsh(together)[0]) < 10 * LEAST_EIGENVALUE:
            raise GameError(
                "these parameters come from fewer coefficients than they are, so that one follows from the others",
                where=group[-1].where, found=", ".join(f.name for f in group),
                allowed="fewer of them from this fit, and the last as `derived`",
            )  # fmt: skip
        for (i, a), (j, b) in combinations(enumerate(group), 2):
            score = float(together[i, j])
            if abs(score) > 1e-12:
                rank = 6 / math.pi * math.asin(score / 2)
                evidence = {"source": source_key(a.fit.name), "says": f"from its covariance: {score:.3g}"}
                out.append({"between": [a.name, b.name], "rank": rank, "evidence": evidence})
    return out


def from_one_fit(pair: Sequence[str], fitted: Mapping[str, Fitted]) -> bool:
    """Whether both come from one fit, which then says how they go together."""
    return all(n in fitted for n in pair) and len({fitted[n].fit.sha256 for n in pair}) == 1


def source_key(name: str) -> str:
    """The key under ``sources`` for a fit's file."""
    stem = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.removesuffix(".json"))
    return f"fit-{stem}"[:80]


def _groups(fitted: Mapping[str, Fitted]) -> dict[str, list[Fitted]]:
    """By content of the file: one fit under two names is one fit."""
    groups: dict[str, list[Fitted]] = {}
    for one in fitted.values():
        groups.setdefault(one.fit.sha256, []).append(one)
    return groups


def _not_both(written: Sequence[Any], fitted: Mapping[str, Fitted], places: Places) -> None:
    for i, entry in enumerate(written):
        between = entry.get("between") if isinstance(entry, dict) else None
        names = [n for n in between if isinstance(n, str)] if isinstance(between, list) else []
        for pair in combinations(names, 2):
            if from_one_fit(pair, fitted):
                raise GameError("these parameters come from one fit, and its covariance says how they go together",
                                where=places.at("correlated", i, "between"), found=" and ".join(pair),
                                allowed="parameters of which one at least does not come from it", nearest="")  # fmt: skip


def _asks(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("range"), dict)


class _Reading:
    """The fits of one file, each read once."""

    def __init__(self, mapping: Mapping[Any, Any], places: Places, folder: Path | None) -> None:
        self.places, self.folder = places, folder
        self.listed = mapping.get("sources") or {}
        self.files: dict[str, FitFile] = {}
        self.sources: dict[str, dict[str, Any]] = {}

    def block(self, place: Place, given: Any) -> tuple[Any, dict[str, Fitted]]:
        """One block of parameters with its fits written out."""
        if not isinstance(given, dict):
            return given, {}
        out, found = dict(given), dict[str, Fitted]()
        for name, entry in given.items():
            if _asks(entry):
                out[name], found[str(name)] = self.one(str(name), entry, (*place, name, "range"))
        return out, found

    def one(self, name: str, entry: Mapping[str, Any], place: Place) -> tuple[dict[str, Any], Fitted]:
        asked: Mapping[Any, Any] = entry["range"]
        where = self.places.at(*place)
        for key in asked:
            if key not in KEYS:
                raise GameError(
                    "there is no such key here", where=self.places.at(*place, key), found=key, allowed=KEYS
                )
        if "fit" not in asked:
            raise GameError("a range is two numbers, or names a fit", where=where, found=", ".join(map(str, asked)),
                            allowed="[low, high] or {fit: FILE, at: {column: value}}")  # fmt: skip
        if "normal" in entry:
            raise GameError(
                "the fit tells the distribution", where=where, found="normal", allowed="`range` alone"
            )
        fit = self.file(asked["fit"], self.places.at(*place, "fit"))
        parameter = asked.get("parameter", name)
        if parameter not in fit.parameters:
            raise GameError("the fit has no such parameter", where=self.places.at(*place, "parameter"), found=parameter,
                            allowed=fit.parameters)  # fmt: skip
        coverage = self.coverage(asked.get("coverage", COVERAGE), self.places.at(*place, "coverage"))
        at = self.profile(asked.get("at", {}), self.places.at(*place, "at"))
        weights = row(fit, parameter, at, self.places.at(*place, "at"))
        mean = float(weights @ fit.estimates)
        sd = math.sqrt(max(float(weights @ fit.covariance @ weights), 0.0))
        if not (sd > 0 and math.isfinite(mean) and math.isfinite(sd)):
            raise GameError("the fit leaves nothing open here: the parameter has no spread at this profile", where=where,
                            found=f"{mean:g}", allowed="a fixed number")  # fmt: skip
        wide = NormalDist().inv_cdf(0.5 + coverage / 2) * sd
        profile = _told(at, fit, parameter)
        called = "" if parameter == name else f"{parameter}, "
        says = (
            f"{called}{profile}{mean:.4g}, standard error {sd:.3g}; the range is its {coverage * 100:g}% interval"
            + "".join(f"; extrapolated: the data have {text}" for text in outside(fit, parameter, at))
        )
        own = entry.get("evidence") or []
        evidence = [
            {"source": source_key(fit.name), "says": says},
            *(own if isinstance(own, list) else [own]),
        ]
        written = {**entry, "range": [mean - wide, mean + wide], "normal": [mean, sd], "evidence": evidence}
        mapped = "parameter" in asked
        return written, Fitted(name, fit, parameter, mapped, weights, mean, sd, where)

    def file(self, name: object, where: Where) -> FitFile:
        if isinstance(name, str) and name in self.files:
            return self.files[name]
        if len(self.files) >= MOST_FILES:
            raise GameError("too many fits in one scenario", where=where, found=name, allowed=f"{MOST_FILES} at most")  # fmt: skip
        fit = read_fit(name, self.folder, where)
        key = source_key(fit.name)
        if key in self.listed or key in self.sources:
            raise GameError("the source that tells of this fit has the key of another", where=where, found=key,
                            allowed="another name for the file or for the source", nearest="")  # fmt: skip
        self.files[fit.name] = fit
        told = fit.told
        self.sources[key] = {
            "cite": f"fit of {PurePath(told.game).name} to {PurePath(told.data).name} (n = {told.n}, {told.method}, {told.error}, "
            f"covariance: {told.vcov.kind}); {fit.name}, SHA-256 {fit.sha256[:12]}",
            "checked": True,  # the numbers are computed from the file itself
        }
        return fit

    def coverage(self, given: object, where: Where) -> float:
        number = given if isinstance(given, (int, float)) and not isinstance(given, bool) else math.nan
        if not 0.5 <= number <= WIDEST:
            raise GameError("a coverage is the share of the distribution between the ends of the range", where=where,
                            found=given, allowed=f"0.5 to {WIDEST}")  # fmt: skip
        return float(number)

    def profile(self, given: object, where: Where) -> dict[str, float | str]:
        if not isinstance(given, dict) or not all(
            isinstance(k, str) and isinstance(v, (int, float, str)) for k, v in given.items()
        ):
            raise GameError("a profile tells the value of each column", where=where, found=given,
                            allowed="at: {column: value, ...}")  # fmt: skip
        return dict(given)


def _told(at: Mapping[str, float | str], fit: FitFile, parameter: str) -> str:
    """The profile in words, columns that the parameter does not use left out."""
    used = {f.column for n, p in fit.told.design.items() for f in p or () if n.startswith(f"{parameter}: ")}
    told = [f"{n} {v if isinstance(v, str) else f'{v:g}'}" for n, v in at.items() if n in used]
    return f"at {', '.join(told)}: " if told else ""
