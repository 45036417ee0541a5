"""A named number: fixed, a range or distribution, or derived from others; with its origin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np

from detente.errors import GameError, Where
from detente.game.expression import Array, Expression, parse
from detente.game.place import Path, Places
from detente.game.spec import EvidenceSpec, ParameterSpec, shaped

Distribution = Literal["fixed", "uniform", "loguniform", "triangular", "normal", "discrete", "derived"]

FORMS = ("value", "range", "uniform", "loguniform", "triangular", "normal", "discrete", "derived")


@dataclass(frozen=True)
class Evidence:
    """What a source says about a number."""

    source: str  # key into the file's sources
    says: str
    where: str | None = None
    checked: bool = True


@dataclass(frozen=True)
class Parameter:
    """A named number. ``low <= base <= high``; both ends are finite, and equal for a fixed number.

    ``shape`` holds what the distribution needs beyond its ends: the mode of a triangular one, mean and standard
    deviation of a normal one (truncated at the ends), values then weights of a discrete one.
    A derived parameter has nan for ``base``, ``low`` and ``high``; its value follows from the others.
    """

    name: str
    base: float
    low: float
    high: float
    distribution: Distribution = "fixed"
    shape: tuple[float, ...] = ()
    derived: Expression | None = None
    title: str | None = None
    unit: str | None = None
    because: str | None = None
    evidence: tuple[Evidence, ...] = ()
    where: Where = field(default_factory=Where, compare=False)

    @property
    def free(self) -> bool:
        """Whether it varies from draw to draw."""
        return self.distribution not in ("fixed", "derived")

    @property
    def assumption(self) -> bool:
        """Whether nothing but somebody's judgement stands behind the number."""
        return not self.evidence and self.distribution != "derived"

    @property
    def measure(self) -> str:
        """The distribution in words."""
        ends = f"from {self.low:g} to {self.high:g}"
        match self.distribution:
            case "fixed":
                return f"fixed at {self.base:g}"
            case "derived":
                return f"derived: {self.derived}"
            case "uniform":
                return f"uniform {ends}"
            case "loguniform":
                return f"uniform in its logarithm {ends}"
            case "triangular":
                return f"triangular {ends} with mode {self.shape[0]:g}"
            case "normal":
                return f"normal with mean {self.shape[0]:g} and sd {self.shape[1]:g}, cut off {ends}"
            case "discrete":
                n = len(self.shape) // 2
                return "one of " + ", ".join(
                    f"{v:g} ({w:.3g})" for v, w in zip(self.shape[:n], self.shape[n:], strict=True)
                )

    def quantile(self, u: Array) -> Array:
        """The value below which a share ``u`` in [0, 1] of the distribution lies; nan for a derived parameter."""
        u = np.asarray(u, dtype=np.float64)
        low, high = self.low, self.high
        match self.distribution:
            case "fixed" | "derived":
                return np.full_like(u, self.base)
            case "uniform":
                value = low + u * (high - low)
            case "loguniform":
                value = low * np.exp(u * math.log(high / low))
            case "triangular":
                mode = self.shape[0]
                turn = (mode - low) / (high - low)
                left = low + np.sqrt(u * (high - low) * (mode - low))
                right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
                value = np.where(u < turn, left, right)
            case "normal":
                value = _cut_normal(u, self.shape[0], self.shape[1], low, high)
            case "discrete":
                n = len(self.shape) // 2
                edges = np.cumsum(self.shape[n:])
                return np.asarray(self.shape[:n])[
                    np.minimum(np.searchsorted(edges[:-1], u, side="right"), n - 1)
                ]
        return np.clip(value, low, high)


def _cut_normal(u: Array, mean: float, sd: float, low: float, high: float) -> Array:
    """Quantile of a normal distribution cut off at its ends."""
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]  # heavy to import, needed here alone

    if low > mean:  # the mirror image keeps its digits in the lower tail
        return 2 * mean - _cut_normal(1 - u, mean, sd, 2 * mean - high, 2 * mean - low)
    tails: Any = special
    below, above = float(tails.ndtr((low - mean) / sd)), float(tails.ndtr((high - mean) / sd))
    return mean + sd * np.asarray(tails.ndtri(below + u * (above - below)), dtype=np.float64)


def parameter(name: str, given: object, places: Places, path: Path | None = None) -> Parameter:
    """One entry of ``parameters``: a number, or ``{range: [low, high]}`` and its kin. ``path``: where it stands."""
    path = path or ("parameters", name)
    where = places.at(*path)
    if isinstance(given, (int, float, str)):
        fixed = constant(given, where)
        return Parameter(name, fixed, fixed, fixed, where=where)
    spec = shaped(ParameterSpec, given, places, path)
    evidence = evidence_list(spec.evidence, places, (*path, "evidence"))
    origin: dict[str, Any] = {
        "title": spec.title, "unit": spec.unit, "because": spec.because, "evidence": evidence, "where": where,
    }  # fmt: skip
    forms = [form for form in FORMS if getattr(spec, form) is not None]
    if forms == ["normal", "range"] or forms == ["range", "normal"]:
        forms = ["normal"]
    if len(forms) != 1:
        raise GameError(
            "a parameter has one of these forms (normal may have a range beside it)",
            where=where, found=", ".join(forms) or "none of them", allowed=FORMS, nearest="",
        )  # fmt: skip
    form = forms[0]
    if form == "derived":
        if spec.base is not None:
            raise GameError(
                "a derived parameter has no base of its own", where=places.at(*path, "base"), found=spec.base
            )
        formula = parse(spec.derived, places.at(*path, "derived"))
        return Parameter(name, math.nan, math.nan, math.nan, "derived", derived=formula, **origin)
    if form == "value":
        fixed = constant(spec.value, places.at(*path, "value"))
        if spec.base is not None:
            raise GameError(
                "a fixed number has no base of its own", where=places.at(*path, "base"), found=spec.base
            )
        return Parameter(name, fixed, fixed, fixed, **origin)
    low, middle, high, shape, distribution = _distribution(form, spec, places, path)
    base = middle if spec.base is None else constant(spec.base, places.at(*path, "base"))
    if not low <= base <= high:
        raise GameError(
            "the base value lies outside the range", where=places.at(*path, "base"), found=f"{base:g}",
            allowed=f"{low:g} to {high:g}",
        )  # fmt: skip
    return Parameter(name, base, low, high, distribution, shape, **origin)


def _distribution(
    form: str, spec: ParameterSpec, places: Places, path: Path
) -> tuple[float, float, float, tuple[float, ...], Distribution]:
    """Low, middle, high, shape and name of the distribution that ``spec`` asks for."""
    here = places.at(*path, form)
    if form == "discrete":
        return _discrete(spec.discrete, here)
    count = 3 if form == "triangular" else 2
    given: list[Any] = list(getattr(spec, form))
    if len(given) != count:
        meaning = {"triangular": "[low, mode, high]", "normal": "[mean, sd]"}.get(form, "[low, high]")
        raise GameError(f"{form} takes {count} numbers", where=here, found=given, allowed=meaning)
    numbers = [constant(x, here) for x in given]
    if form == "normal":
        mean, sd = numbers
        if sd <= 0:
            raise GameError(
                "a standard deviation is above 0", where=here, found=f"{sd:g}", allowed="[mean, sd]"
            )
        if spec.range is None:
            raise GameError("normal needs `range: [low, high]` where it is cut off", where=here, found=given)
        if len(spec.range) != 2:
            raise GameError("range takes 2 numbers", where=here, found=spec.range, allowed="[low, high]")
        low, high = (constant(x, places.at(*path, "range")) for x in spec.range)
        _upright(low, high, places.at(*path, "range"))
        if min(abs(low - mean), abs(high - mean)) > 8 * sd and not low < mean < high:
            raise GameError(
                "nothing of the normal distribution lies in its range", where=here, found=f"{low:g} to {high:g}",
                allowed="a range within 8 standard deviations of the mean",
            )  # fmt: skip
        return low, min(max(mean, low), high), high, (mean, sd), "normal"
    low, high = numbers[0], numbers[-1]
    _upright(low, high, here)
    if form == "triangular":
        mode = numbers[1]
        if not low <= mode <= high:
            raise GameError(
                "the mode lies outside the range",
                where=here,
                found=f"{mode:g}",
                allowed=f"{low:g} to {high:g}",
            )
        return low, mode, high, (mode,), "triangular"
    if form == "loguniform":
        if low <= 0:
            raise GameError("loguniform needs numbers above 0", where=here, found=f"{low:g}")
        return low, math.sqrt(low) * math.sqrt(high), high, (), "loguniform"
    return low, (low + high) / 2, high, (), "uniform"


def _upright(low: float, high: float, where: Where) -> None:
    if low >= high:
        raise GameError(
            "the range is upside down or has no width", where=where, found=f"[{low:g}, {high:g}]",
            allowed="low below high; write a fixed number as `name: number`",
        )  # fmt: skip


def _discrete(given: Any, where: Where) -> tuple[float, float, float, tuple[float, ...], Distribution]:
    if isinstance(given, Mapping):
        pairs = list(cast(Mapping[object, object], given).items())
    else:
        listed = cast(Sequence[object], given)
        pairs = [(value, 1 / len(listed)) for value in listed]
    weights = {constant(value, where): constant(weight, where) for value, weight in pairs}
    if len(weights) < len(pairs):
        raise GameError("a value stands here twice", where=where, found=", ".join(str(v) for v, _ in pairs))
    if not weights or min(weights.values()) <= 0 or abs(sum(weights.values()) - 1) > 1e-9:
        raise GameError(
            "the weights of the values are above 0 and add up to 1", where=where,
            found=f"sum {sum(weights.values()):g}", allowed="{value: weight, ...} or a list of equally likely values",
        )  # fmt: skip
    ordered = sorted(weights)
    below = np.cumsum([weights[v] for v in ordered])
    middle = ordered[int(np.searchsorted(below, 0.5 - 1e-12))]
    return ordered[0], middle, ordered[-1], (*ordered, *(weights[v] for v in ordered)), "discrete"


def constant(given: object, where: Where) -> float:
    """A number, written as one or as a formula without names such as ``1/3``."""
    formula = parse(given, where)
    if not formula.is_constant:
        raise GameError(
            "a number should stand here", where=where, found=given, allowed="a number, or one like 1/3"
        )
    number = formula.constant
    if not math.isfinite(number):
        raise GameError("this does not come to a finite number", where=where, found=given)
    return number


def evidence_list(given: Sequence[object], places: Places, path: Path) -> tuple[Evidence, ...]:
    """The entries of ``evidence``, which stand at ``path``."""
    read = [shaped(EvidenceSpec, entry, places, (*path, i)) for i, entry in enumerate(given)]
    return tuple(Evidence(e.source, e.says, e.where, e.checked) for e in read)
