"""A finished fit of the ultimatum game: coefficients, covariances, predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logit
from scipy.stats import norm

from detente.errors import BadInput, Where
from detente.estimate.bargaining.forecast import forecast
from detente.estimate.bargaining.likelihood import Observed
from detente.estimate.bargaining.offers import HIGHEST, LOWEST, best_offer
from detente.estimate.climb import Top
from detente.estimate.coefficients import Coefficients
from detente.estimate.covariance import Covariance, covariance_of
from detente.estimate.data import complete, frame_of
from detente.estimate.formulas import again, columns_of
from detente.game.tree import Floats


@dataclass(frozen=True, eq=False)
class Bargained(Coefficients):
    """Maximum likelihood estimates of the ultimatum game, in the units of the offers."""

    seen: Observed
    top: Top  # in the user's units
    rows: int
    left_out: int  # rows with missing values
    kind: Covariance
    clusters: np.ndarray | None  # [row]
    seconds: float  # of the climb, by the clock

    @property
    def names(self) -> list[str]:
        return self.seen.model.names

    @property
    def theta(self) -> Floats:
        """[coefficient]"""
        return self.top.theta

    @property
    def plays(self) -> int:
        return self.rows

    @property
    def log_likelihood(self) -> float:
        """Of the density of offers inside the bounds, so it depends on the unit of the offers."""
        return self.top.log_likelihood

    @property
    def condition(self) -> float:
        """Of the information, coefficients in shares of the range of offers and columns of order 1: above 1e8 a ridge."""
        unit = self.seen.unit
        size = np.linalg.eigvalsh(self.top.information / np.outer(unit, unit))
        return float(size[-1] / size[0]) if size[0] > 0 else float("inf")

    @property
    def normalisation(self) -> str:
        fixed = {s: v for s, v in self.seen.model.fixed.items() if s in ("s1", "s2")}
        told = ", ".join(f"{s} fixed at {v:g}" for s, v in fixed.items())
        return "private logistic errors of scales s1 and s2, payoffs in units of the offers" + (
            f"; {told}" if told else ""
        )

    def cov_params(self, kind: Covariance | None = None) -> Floats:
        """Covariance [coefficient, coefficient]: "observed", "outer", "sandwich" or "clustered". Raises BadInput."""
        return covariance_of(self.top.scores, self.top.information, kind or self.kind, self.clusters)

    def scales(self, level: float = 0.95) -> dict[str, tuple[float, float, float]]:
        """s1 and s2 with their intervals, those of the logarithms exponentiated; a fixed scale is its own interval."""
        wide, out = float(norm.ppf(0.5 + level / 2)), {}
        for s in ("s1", "s2"):
            if s in self.seen.model.fixed:
                out[s] = (self.seen.model.fixed[s],) * 3
            else:
                log, error = self.params[f"log {s}: (Intercept)"], self.bse[f"log {s}: (Intercept)"]
                out[s] = tuple(float(np.exp(log + k * error)) for k in (0.0, -wide, wide))
        return out

    def predict(self, data: Any) -> dict[str, Floats]:
        """What rows of other data lead to, each [row]: ``expected_offer`` and ``median_offer`` (the best offer without an error), the
        probabilities ``offers_least`` and ``offers_most`` of the bounds, ``accepted`` over all offers and ``accepted_at_median``.
        Rows with missing values are left out with a warning. At the estimates: no intervals."""
        model = self.seen.model
        r1, r2, t1, t2 = self._drawn(data)
        return forecast(r1, r2, float(np.exp(t1)), float(np.exp(t2)), model.least, model.most)

    def offers(self, data: Any, at: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9)) -> Floats:
        """Quantiles of the offers [row, quantile], those at the bounds counted. Raises BadInput outside 0 to 1."""
        p = np.asarray(at, float)
        if not ((p > 0) & (p < 1)).all():
            raise BadInput("a quantile lies between 0 and 1", where=Where(field="at"), found=list(at))
        r1, r2, t1, t2 = self._drawn(data)
        model = self.seen.model
        return best_offer(
            r1[:, None], r2[:, None], float(np.exp(t1)), float(np.exp(t2)), -logit(p), model.least, model.most
        )

    def _drawn(self, data: Any) -> tuple[Floats, Floats, float, float]:
        indices = self.seen.model.indices
        frame = frame_of(data)
        frame.columns = known = list(map(str, frame.columns))
        used = [c for i in indices for c in columns_of(i.formula, known, Where(field=i.parameter))]
        frame = complete(frame, list(dict.fromkeys(used)))
        return self.seen.model.drawn(self.theta, [again(i, frame) for i in indices])

    def summary(self) -> str:
        """A table for reading."""
        where, model = self.seen.played.where, self.seen.model
        scales = ", ".join(
            f"{s} {v:.4g} ({low:.4g} to {high:.4g})" for s, (v, low, high) in self.scales().items()
        )
        answers = "with answers" if self.seen.played.accepted is not None else "answers not used"
        return "\n".join([
            f"The statistical ultimatum game: {self.rows} offers"
            + (f", {self.left_out} rows left out for missing values" if self.left_out else ""),
            f"{int((where == LOWEST).sum())} offers at the least, {model.least:g}, {int((where == HIGHEST).sum())} at the most, "
            f"{model.most:g}; {answers}",
            f"log-likelihood {self.log_likelihood:.6f}, AIC {self.aic:.3f}, BIC {self.bic:.3f}; {self.normalisation}",
            f"stopped by {self.top.reason} after {self.top.iterations} steps, largest score {self.top.score:.1e}, "
            f"condition {self.condition:.0f}; standard errors: {self.kind}",
            scales, "", *self.lines(),
        ]) + "\n"  # fmt: skip

    def record(self) -> Mapping[str, Any]:
        """The fit as the machine-readable face prints it. ``more_than_one``: the best offer is always unique."""
        return {
            "n": self.plays,
            "rows": self.rows,
            "left_out": self.left_out,
            "log_likelihood": self.log_likelihood,
            "converged": self.top.reason in ("score", "step"),
            "gradient_norm": float(np.linalg.norm(self.top.scores.sum(axis=0))),
            "stopped_by": self.top.reason,
            "iterations": self.top.iterations,
            "condition": self.condition,
            "method": "ml",
            "error": "private",
            "normalisation": self.normalisation,
            "coefficients": self.coefficients(),
            "vcov": {"kind": self.kind, "names": self.names, "matrix": self.cov_params().tolist()},
            "fixed": dict(self.seen.model.fixed),
            "scales": {s: {"estimate": v, "low": a, "high": b} for s, (v, a, b) in self.scales().items()},
            "offers": {"least": self.seen.model.least, "most": self.seen.model.most},
            "equilibria": {"games": self.rows, "more_than_one": 0},
            "aic": self.aic,
            "bic": self.bic,
            "seconds": self.seconds,
        }
