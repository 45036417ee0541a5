"""The file of a fit, as `detente fit --save` writes it: read strictly, nothing in it trusted."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.errors import GameError, Where
from detente.scenario.saved import save

Floats = NDArray[np.float64]
MAX_BYTES = 5_000_000
MAX_COEFFICIENTS = 500
FUNCTIONS = {"log": math.log, "log10": math.log10, "exp": math.exp, "sqrt": math.sqrt, "abs": abs}
_ASYMMETRY = 1e-8  # of a covariance, in units of the standard errors
_NEGATIVE = -1e-8  # smallest eigenvalue that rounding may leave, in the same units


class _Shape(BaseModel):
    """Keys beside these are somebody else's and are left alone."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)


class Factor(_Shape):
    """A column, 1 where a category is this one (``level``), or a function of a column."""

    column: str
    level: str | None = None
    function: Literal["log", "log10", "exp", "sqrt", "abs"] | None = None


class Column(_Shape):
    """What the fit saw of a column: its ends, or its categories."""

    low: float | None = None
    high: float | None = None
    levels: list[str] | None = None


class _Coefficient(_Shape):
    name: str
    parameter: str
    term: str
    estimate: float


class _Covariance(_Shape):
    kind: str
    names: list[str]
    matrix: list[list[float]]


class _Record(_Shape):
    command: Literal["fit"]
    game: str
    game_digest: str | None
    data: str
    data_sha256: str | None
    n: int = Field(ge=1)
    method: str
    error: str
    normalisation: str
    precision: float | None
    converged: bool
    held: dict[str, float]
    coefficients: list[_Coefficient] = Field(min_length=1, max_length=MAX_COEFFICIENTS)
    design: dict[str, list[Factor] | None]
    columns: dict[str, Column]
    vcov: _Covariance


@dataclass(frozen=True, eq=False)
class FitFile:
    """A fit that a scenario takes ranges from. ``name`` is its path beside the scenario's file, with ``/``."""

    name: str
    text: str  # the file as it was read
    told: _Record
    covariance: Floats  # [coefficient, coefficient]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that were estimated, in order."""
        return tuple(dict.fromkeys(c.parameter for c in self.told.coefficients))

    @property
    def estimates(self) -> Floats:
        """[coefficient]"""
        return np.array([c.estimate for c in self.told.coefficients])


def read_fit(name: object, folder: Path | None, where: Where) -> FitFile:
    """The fit in the file ``name`` beside (or below) the scenario's ``folder``. Raises GameError for anything else.

    At most `MAX_BYTES` of JSON without repeated keys; every number finite; a covariance that is symmetric and positive
    semi-definite, of the coefficients, in their order; a climb that came to its end.
    """
    path = fit_path(name, folder, where)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise GameError("the fit's file cannot be read", where=where, found=f"{name}: {problem.strerror or problem}",
                        allowed="a file that `detente fit ... --save FILE` wrote, beside the scenario") from None  # fmt: skip
    if len(data) > MAX_BYTES:
        raise GameError("the fit's file is too large", where=where, found=f"more than {MAX_BYTES} bytes",
                        allowed=f"{MAX_BYTES}")  # fmt: skip
    try:
        text = data.decode("utf-8-sig")
        given = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise GameError("the fit's file is not the JSON of a fit", where=where, found=f"{name}: {problem}",
                        allowed="what `detente fit ... --save FILE` wrote") from None  # fmt: skip
    try:
        told = _Record.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(map(str, first["loc"])) or "the whole"
        raise GameError(f"the fit's file is not what a fit writes: {at}: {first['msg']}", where=where, found=name,
                        allowed="what `detente fit ... --save FILE` wrote") from None  # fmt: skip
    if not told.converged:
        raise GameError(
            "this fit did not come to its end, so nothing follows from it", where=where, found=name
        )
    if len({c.name for c in told.coefficients}) < len(told.coefficients) or set(told.design) != {
        c.name for c in told.coefficients
    }:
        raise GameError("the fit's coefficients and its design do not have the same names, each once", where=where,
                        found=name)  # fmt: skip
    return FitFile(str(name), text, told, _covariance(told, where, str(name)))


def fit_path(name: object, folder: Path | None, where: Where) -> Path:
    """Where the file is. Raises GameError for a name that leads out of the scenario's folder, through links too."""
    allowed = "the name of a .json file beside the scenario's, or in a folder below it, with /"
    text = name if isinstance(name, str) else ""
    parts = PurePosixPath(text).parts
    odd = any(
        part in ("..", ".") or part.startswith(".") or part.endswith((" ", ".")) for part in text.split("/")
    )
    if (
        not text.endswith(".json")
        or len(text) > 200
        or not parts
        or odd
        or any(c in text for c in '\\:*?"<>|\0\n')
    ):
        raise GameError("a fit is named by its file", where=where, found=name, allowed=allowed)
    if PurePosixPath(text).is_absolute() or str(PurePosixPath(text)) != text:
        raise GameError(
            "a fit lies beside the scenario that uses it", where=where, found=name, allowed=allowed
        )
    if folder is None:
        raise GameError("this scenario is not in a file, so no fit lies beside it", where=where, found=name)
    path = folder.joinpath(*parts)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise GameError(
            "a fit lies beside the scenario that uses it", where=where, found=name, allowed=allowed
        )
    return path


def unchanged(files: Iterable[FitFile], scenario: Path | None) -> bool:
    """Whether the files beside a scenario's are still what was read."""
    if scenario is None:
        return False
    for fit in files:
        try:
            text = fit_path(fit.name, scenario.parent, Where()).read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError, GameError):
            return False
        if text != fit.text:
            return False
    return True


def put_beside(fit: FitFile, scenario: Path) -> None:
    """The fit's file in its place beside a scenario's. Raises GameError where another file stands there already."""
    path = fit_path(fit.name, scenario.parent, Where(str(scenario)))
    if path.exists():
        if not unchanged([fit], scenario):
            raise GameError("another file stands where the scenario's fit should", where=Where(str(path)), found=fit.name,
                            allowed="another folder")  # fmt: skip
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, fit.text)


def _covariance(told: _Record, where: Where, name: str) -> Floats:
    names, rows = [c.name for c in told.coefficients], told.vcov.matrix
    if told.vcov.names != names or len(rows) != len(names) or any(len(row) != len(names) for row in rows):
        raise GameError("the fit's covariance is not one of its coefficients, in their order", where=where,
                        found=f"{name}: {len(told.vcov.names)} names, {len(rows)} rows, {len(names)} coefficients")  # fmt: skip
    matrix = np.array(rows, dtype=np.float64)
    size = np.diag(matrix)
    if (size <= 0).any():
        bad = int(np.argmax(size <= 0))
        raise GameError(
            "a variance is above 0", where=where, found=f"{name}: {names[bad]} with {size[bad]:g}"
        )
    unit = np.sqrt(size)
    scaled = matrix / np.outer(unit, unit)
    gap = float(np.abs(scaled - scaled.T).max())
    if gap > _ASYMMETRY:
        raise GameError(
            "the fit's covariance is not symmetric", where=where, found=f"{name}: apart by {gap:.2g}"
        )
    least = float(np.linalg.eigvalsh((scaled + scaled.T) / 2)[0])
    if least < _NEGATIVE:
        raise GameError("the fit's covariance is none: it gives some combination of coefficients a negative variance",
                        where=where, found=f"{name}: smallest eigenvalue {least:.2g} in units of standard errors")  # fmt: skip
    return np.asarray((matrix + matrix.T) / 2, dtype=np.float64)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return cast("Mapping[str, Any]", made)
