"""What every finished fit tells of its coefficients: estimates, covariances of every kind, tables."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol, cast

import numpy as np
from scipy.stats import norm

from detente.errors import BadInput, Where
from detente.estimate.table import frame as table_frame
from detente.estimate.table import latex as table_latex
from detente.game.tree import Floats


class _Told(Protocol):
    @property
    def names(self) -> list[str]: ...
    @property
    def theta(self) -> Floats: ...
    @property
    def log_likelihood(self) -> float: ...
    @property
    def plays(self) -> int: ...
    def cov_params(self) -> Floats: ...


class Coefficients:
    """Mixed into a fit that has ``names`` ("parameter: term"), ``theta`` [coefficient], ``cov_params()``,
    ``log_likelihood`` and ``plays``. `latex` needs ``rows``, ``kind`` and ``normalisation`` too.
    """

    @cached_property
    def params(self) -> dict[str, float]:
        """Coefficients by name, ``parameter: term``."""
        fit = cast(_Told, self)
        return dict(zip(fit.names, map(float, fit.theta), strict=True))

    @cached_property
    def bse(self) -> dict[str, float]:
        """Standard errors by name."""
        fit = cast(_Told, self)
        return dict(zip(fit.names, map(float, np.sqrt(np.diag(fit.cov_params()))), strict=True))

    @property
    def aic(self) -> float:
        """2k - 2 log-likelihood."""
        fit = cast(_Told, self)
        return 2 * len(fit.names) - 2 * fit.log_likelihood

    @property
    def bic(self) -> float:
        """k log(plays) - 2 log-likelihood: plays, not rows, where rows hold counts."""
        fit = cast(_Told, self)
        return len(fit.names) * float(np.log(fit.plays)) - 2 * fit.log_likelihood

    def tidy(self, level: float = 0.95) -> list[dict[str, float | str]]:
        """One row a coefficient: parameter, term, estimate, std.error, statistic, p.value, conf.low, conf.high."""
        if not 0 < level < 1:
            raise BadInput("a level lies between 0 and 1", where=Where(field="level"), found=level)
        wide, rows = float(norm.ppf(0.5 + level / 2)), []
        for name, estimate in self.params.items():
            error = self.bse[name]
            parameter, term = name.split(": ", 1)
            rows.append({
                "parameter": parameter, "term": term, "estimate": estimate, "std.error": error,
                "statistic": estimate / error, "p.value": float(2 * norm.sf(abs(estimate / error))),
                "conf.low": estimate - wide * error, "conf.high": estimate + wide * error,
            })  # fmt: skip
        return rows

    def csv(self) -> str:
        """`tidy` as the text of a CSV file."""
        rows = self.tidy()
        quoted = [
            ",".join(
                '"' + v.replace('"', '""') + '"' if isinstance(v, str) else repr(v) for v in row.values()
            )
            for row in rows
        ]
        return "\n".join([",".join(rows[0]), *quoted]) + "\n"

    def frame(self, level: float = 0.95) -> Any:
        """`tidy` as a pandas frame."""
        return table_frame(cast(Any, self), level)

    def latex(self, digits: int = 3) -> str:
        """A LaTeX table of the coefficients; `detente.estimate.table.latex` sets several fits side by side."""
        return table_latex(cast(Any, self), digits=digits)

    def lines(self) -> list[str]:
        """The table of coefficients of a summary."""
        out = [f"{'':34}{'estimate':>11}{'std.error':>11}{'z':>8}{'p':>8}"]
        for row in self.tidy():
            name = f"{row['parameter']}: {row['term']}"
            out.append(
                f"{name:34}{row['estimate']:11.4f}{row['std.error']:11.4f}{row['statistic']:8.2f}{row['p.value']:8.3f}"
            )
        return out

    def coefficients(self) -> list[dict[str, float | str]]:
        """As the machine-readable face prints them: name, parameter, term, estimate, se, z, p, low, high."""
        short = {"estimate": "estimate", "se": "std.error", "z": "statistic", "p": "p.value", "low": "conf.low",
                 "high": "conf.high"}  # fmt: skip
        return [
            {"name": f"{row['parameter']}: {row['term']}", "parameter": row["parameter"], "term": row["term"],
             **{name: row[column] for name, column in short.items()}}
            for row in self.tidy()
        ]  # fmt: skip
