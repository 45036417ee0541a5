"""A finished fit: coefficients, their covariance, tests and predictions, in the manner of statsmodels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.errors import DataError, Where
from detente.estimate.climb import Top
from detente.estimate.coefficients import Coefficients
from detente.estimate.covariance import COVARIANCES, Covariance, covariance_of
from detente.estimate.data import complete, frame_of
from detente.estimate.equilibria import Equilibria
from detente.estimate.formulas import again, columns_of
from detente.estimate.likelihood import Model
from detente.estimate.maximum import off_principal
from detente.estimate.pseudo.estimators import Pseudo
from detente.game.tree import Floats

METHOD_NAMES = {
    "ml": "maximum likelihood, equilibria of the principal branch",
    "cmle": "maximum likelihood over coefficients and equilibria",
    "pl": "pseudo-likelihood in two steps",
    "npl": "fixed point of nested pseudo-likelihood",
}
__all__ = ["COVARIANCES", "Covariance", "Fit", "separated"]


@dataclass(frozen=True, eq=False)
class Fit(Coefficients):
    """Estimates of a game's parameters."""

    model: Model
    outcomes: tuple[str, ...]
    ends: Floats  # [outcome, end]
    top: Top  # in the user's units
    rows: int
    plays: int  # counts of outcomes in all
    left_out: int  # rows with missing values
    kind: Covariance
    clusters: np.ndarray | None  # [row]
    normalisation: str
    seconds: float  # of the climb, by the clock
    method: str = "ml"  # or "cmle", "pl", "npl"
    # of all rows at the estimate; None: none had to be solved for, or none was sought
    equilibria: Equilibria | None = None
    starts: tuple[float, ...] = ()  # log-likelihood reached from each start, NaN where none was
    pseudo: Pseudo | None = None  # of "pl" and "npl": beliefs, first stage, radius

    @property
    def names(self) -> list[str]:
        return self.model.names

    @property
    def theta(self) -> Floats:
        """[coefficient]"""
        return self.top.theta

    @property
    def log_likelihood(self) -> float:
        """The multinomial constant left out. Of "pl" at the beliefs of the first stage, which is no equilibrium's."""
        return self.top.log_likelihood

    @property
    def condition(self) -> float:
        """Of the information, in units in which columns are of order 1: above 1e8 a ridge."""
        size = np.linalg.eigvalsh(self.top.information / np.outer(self.model.unit, self.model.unit))
        return float(size[-1] / size[0]) if size[0] > 0 else float("inf")

    def cov_params(self, kind: Covariance | None = None) -> Floats:
        """Covariance [coefficient, coefficient] of a kind: see `covariance.covariance_of`, and of "pl" and "npl"
        `pseudo.covariance`. Raises BadInput."""
        kind = self.kind if kind is None else kind
        if self.pseudo is not None:
            return self.pseudo.covariance(kind, self.clusters)  # type: ignore[arg-type]
        return covariance_of(self.top.scores, self.top.information, kind, self.clusters)

    def predict(self, data: Any) -> dict[str, Floats]:
        """Probability of each outcome in rows of other data [row], in the equilibrium of the principal branch where beliefs are
        solved for. Rows with missing values are left out with a warning."""
        frame = frame_of(data)
        used = list(
            dict.fromkeys(
                c
                for i in self.model.indices
                for c in columns_of(i.formula, list(frame.columns), Where(field=i.parameter))
            )
        )
        frame = complete(frame, used)
        matrices = [again(i, frame) for i in self.model.indices]
        log, _ = self.model.events(self.model.drawn(self.top.theta, matrices), self.ends)
        return {name: np.exp(row) for name, row in zip(self.outcomes, log, strict=True)}

    def summary(self) -> str:
        """A table for reading."""
        lines = [
            f"{self.model.tree.title or 'game'}: {self.rows} rows, {self.plays} plays"
            + (f", {self.left_out} rows left out for missing values" if self.left_out else ""),
            f"log-likelihood {self.log_likelihood:.6f}, AIC {self.aic:.3f}, BIC {self.bic:.3f}; {self.normalisation}",
            f"stopped by {self.top.reason} after {self.top.iterations} steps, largest score {self.top.score:.1e}, "
            f"condition {self.condition:.0f}; standard errors: {self.kind}",
            *self._told(),
            "",
            *self.lines(),
        ]
        return "\n".join(lines) + "\n"

    def _told(self) -> list[str]:
        """Of method, starts and equilibria."""
        lines: list[str] = []
        if self.model.replies is not None:
            lines.append(f"method: {METHOD_NAMES[self.method]}")
        if len(self.starts) > 1:
            lines.append(f"{self.best_of_starts} of {len(self.starts)} starts reached the best value")
        if self.pseudo is not None and self.pseudo.first is not None:
            lines.append(f"first stage: {self.pseudo.first.told}")
        if self.pseudo is not None and self.method == "npl":
            lines.append(f"radius of the rounds {self.pseudo.radius:.3f}")
        if self.equilibria is not None:
            count = self.equilibria.count
            sure = (
                "all were looked for"
                if self.equilibria.exhaustive.all()
                else "at least: not all can be looked for"
            )
            lines.append(
                f"more than one equilibrium in {int((count > 1).sum())} of {len(count)} rows ({sure})"
            )
        elif self.model.replies is not None:
            lines.append("other equilibria were not sought")
        if self.off_principal:
            lines.append(f"{self.off_principal} rows in an equilibrium off the principal branch")
        return lines

    @property
    def best_of_starts(self) -> int:
        """How many starts reached the best log-likelihood to 1e-6."""
        told = np.array(self.starts)
        return (
            int((np.abs(told - np.nanmax(told)) < 1e-6).sum()) if len(told) and np.isfinite(told).any() else 0
        )

    @property
    def off_principal(self) -> int:
        """Rows whose equilibrium is not that of the principal branch, of "cmle"."""
        return off_principal(self.model, self.top.theta)

    def _counted(self) -> dict[str, Any]:
        """How many rows have more than one equilibrium; None where that was not looked at."""
        if self.model.replies is None:
            return {"games": self.rows, "more_than_one": 0, "exhaustive": True, "off_principal": 0}
        found = self.equilibria
        return {
            "games": self.rows,
            "more_than_one": None if found is None else int((found.count > 1).sum()),
            "exhaustive": found is not None and bool(found.exhaustive.all()),
            "off_principal": self.off_principal,
        }

    def record(self) -> Mapping[str, Any]:
        """The fit as the machine-readable face prints it."""
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
            "method": self.method,
            "error": "private" if self.model.errors == "private" else f"agent_{self.model.link}",
            "normalisation": self.normalisation,
            "coefficients": self.coefficients(),
            "vcov": {"kind": self.kind, "names": self.names, "matrix": self.cov_params().tolist()},
            "equilibria": self._counted(),
            "starts": {"made": len(self.starts), "best": self.best_of_starts,
                       "log_likelihoods": [v if np.isfinite(v) else None for v in self.starts]},
            "first_stage": None if self.pseudo is None or self.pseudo.first is None else self.pseudo.first.told,
            "radius": self.pseudo.radius if self.pseudo is not None and self.method == "npl" else None,
            "aic": self.aic,
            "bic": self.bic,
            "seconds": self.seconds,
        }  # fmt: skip


def separated(top: Top, model: Model) -> None:
    """Raises DataError where a coefficient ran away: some outcome is predicted perfectly, and no maximum exists."""
    far = np.abs(top.theta * model.unit)
    size = np.linalg.eigvalsh(top.information / np.outer(model.unit, model.unit))
    if size[0] <= 1e-7 * max(size[-1], 1e-300) or far.max() > 200:
        ran = np.flatnonzero(far > max(5.0, far.max() / 20)) if far.max() > 5 else [int(far.argmax())]
        told = ", ".join(f"{model.names[int(k)]} at {top.theta[int(k)]:.3g}" for k in ran)
        raise DataError(
            "no maximum: the likelihood is flat or rises for ever, as when a column predicts an outcome perfectly",
            where=Where(field="formulas"), found=told,
            allowed="a column or category with both outcomes; fewer terms",
        )  # fmt: skip
