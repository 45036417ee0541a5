"""A finished fit of the crisis-signalling game: coefficients, covariances, predictions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.errors import BadInput, Where
from detente.estimate.coefficients import Coefficients
from detente.estimate.covariance import covariance_of
from detente.estimate.data import complete, frame_of
from detente.estimate.formulas import Index, again, columns_of
from detente.estimate.signalling.answers import ENDS, answers
from detente.estimate.signalling.equilibria import EDGE, equilibria, surplus
from detente.estimate.signalling.estimators import Estimate
from detente.estimate.signalling.likelihood import Observed
from detente.game.tree import Floats

NORMALISATION = (
    "normal errors of variance 1 on WA, a and WB, each known to its owner; B's payoff of the status quo is 0"
)
METHODS = {
    "npl": "fixed point of nested pseudo-likelihood",
    "cmle": "maximum likelihood along one branch of equilibria",
    "pl": "pseudo-likelihood in two steps, beliefs given",
}
#: The first is that of `Signalled.bse` where no other is asked for.
KINDS = {
    "npl": ("corrected", "sandwich", "clustered"),
    "cmle": ("observed", "outer", "sandwich", "clustered"),
    "pl": ("naive", "sandwich", "clustered"),
}


class SeveralEquilibria(UserWarning):
    """Rows of a prediction have more than one equilibrium, and a fit does not say which is played."""


@dataclass(frozen=True, eq=False, repr=False)
class Signalled(Coefficients):
    """Estimates of the payoffs of crisis-signalling games."""

    seen: Observed
    indices: Sequence[Index]
    estimate: Estimate
    method: str  # a key of `METHODS`
    rows: int
    plays: int  # counts of ends in all
    left_out: int  # rows with missing values
    kind: str
    clusters: np.ndarray | None  # [row]
    seconds: float  # of the climbs, by the clock
    normalisation: str = NORMALISATION

    def __repr__(self) -> str:
        return (
            f"<crisis signalling, {self.method}: {self.rows} rows, log-likelihood {self.log_likelihood:.6f}>"
        )

    @property
    def names(self) -> list[str]:
        """``payoff: term`` of each coefficient."""
        return [f"{i.parameter}: {term}" for i in self.indices for term in i.terms]

    @property
    def theta(self) -> Floats:
        """[coefficient]"""
        return self.estimate.theta

    @property
    def log_likelihood(self) -> float:
        """The multinomial constant left out. Of "pl" it is that of the beliefs given, not of an equilibrium."""
        return self.estimate.log_likelihood

    def cov_params(self, kind: str | None = None) -> Floats:
        """Covariance [coefficient, coefficient] of a kind that the method has, see `KINDS`. Of "pl" all take the beliefs as known,
        which makes them too small where these were estimated. Raises BadInput."""
        kind = self.kind if kind is None else kind
        check_kind(kind, self.method)
        if kind in ("corrected", "naive"):
            return self.estimate.covariance
        return covariance_of(self.estimate.scores, self.estimate.curvature, kind, self.clusters)

    def predict(self, data: Any) -> dict[str, Floats]:
        """Probability of each end in rows of other data [row], in equilibrium. NaN, with a `SeveralEquilibria` warning, in rows that
        have more than one. Rows with missing values are left out with a warning."""
        frame = frame_of(data)
        frame.columns = known = list(map(str, frame.columns))
        used = [c for i in self.indices for c in columns_of(i.formula, known, Where(field=i.parameter))]
        frame = complete(frame, list(dict.fromkeys(used)))
        matrices = {i.parameter: again(i, frame) for i in self.indices}
        payoffs = Observed(np.zeros((len(frame), len(ENDS))), matrices).payoffs(self.theta)
        found = equilibria(payoffs)
        edge = np.where(
            surplus(payoffs, np.full(len(payoffs), EDGE)) > 0, EDGE, -EDGE
        )  # where no root is inside
        edge[found.game] = found.q
        alone = np.flatnonzero(found.count == 1)
        resist, mine = 1 / (1 + np.exp(-edge[alone])), payoffs[alone]
        firm = np.maximum(answers(mine, resist, np.full(len(mine), 0.5)).belief[1], np.finfo(float).tiny)
        out = np.full((len(ENDS), len(payoffs)), np.nan)
        out[:, alone] = np.exp(answers(mine, resist, firm).log)
        if several := int((found.count > 1).sum()):
            warnings.warn(f"{several} rows have more than one equilibrium: no probabilities are told for them",
                          SeveralEquilibria, stacklevel=2)  # fmt: skip
        return dict(zip(ENDS, out, strict=True))

    def summary(self) -> str:
        """A table for reading."""
        several, radius = self.estimate.several, self.estimate.radius
        return "\n".join([
            f"crisis signalling with private values: {self.rows} rows, {self.plays} plays"
            + (f", {self.left_out} rows left out for missing values" if self.left_out else ""),
            f"log-likelihood {self.log_likelihood:.6f}, AIC {self.aic:.3f}, BIC {self.bic:.3f}; {self.normalisation}",
            f"method: {METHODS[self.method]}; {self.estimate.steps} steps, largest score {self.estimate.score:.1e}; "
            f"standard errors: {self.kind}",
            *([] if several is None else [f"more than one equilibrium in {several} of {self.rows} rows"]),
            *([] if radius is None else [f"radius of the rounds {radius:.3f}"]),
            "", *self.lines(),
        ]) + "\n"  # fmt: skip

    def record(self) -> Mapping[str, Any]:
        """The fit as the machine-readable face prints fits."""
        return {
            "n": self.plays,
            "rows": self.rows,
            "left_out": self.left_out,
            "log_likelihood": self.log_likelihood,
            "converged": True,  # what does not arrive is an error
            "gradient_norm": float(np.linalg.norm(self.estimate.scores.sum(axis=0))),
            "iterations": self.estimate.steps,
            "method": self.method,
            "error": "private",
            "normalisation": self.normalisation,
            "coefficients": self.coefficients(),
            "vcov": {"kind": self.kind, "names": self.names, "matrix": self.cov_params().tolist()},
            "equilibria": {"games": self.rows, "more_than_one": self.estimate.several},
            "radius": self.estimate.radius,
            "aic": self.aic,
            "bic": self.bic,
            "seconds": self.seconds,
        }


def check_kind(kind: str, method: str) -> None:
    """Raises BadInput for a covariance that the method has not."""
    if kind not in KINDS[method]:
        raise BadInput("there is no such covariance", where=Where(field="covariance"), found=kind, allowed=KINDS[method])  # fmt: skip
