"""Coefficients as tables: a pandas frame, and LaTeX with several fits side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from detente.errors import BadInput, Where
from detente.game.latex import words

if TYPE_CHECKING:
    from detente.estimate.result import Fit

MAX_FITS = 20


def frame(fit: Fit, level: float = 0.95) -> Any:
    """`Fit.tidy` as a pandas frame, one row a coefficient."""
    import pandas as pd

    return pd.DataFrame(fit.tidy(level))


def latex(fits: Fit | Sequence[Fit] | Mapping[str, Fit], *, digits: int = 3) -> str:
    """A LaTeX ``tabular`` of coefficients with standard errors in brackets below them, fits side by side. Needs the package booktabs.

    ``fits``: one, several (called (1), (2), ...), or by name. Coefficients stand in the order in which the fits bring them, under
    their parameter. Every name is written out safely. No stars: the errors are there. Raises BadInput.
    """
    if isinstance(fits, Mapping):
        named = {str(name): fit for name, fit in fits.items()}
    else:
        several = list(fits) if isinstance(fits, Sequence) else [fits]
        named = {f"({k})": fit for k, fit in enumerate(several, 1)}
    if not 1 <= len(named) <= MAX_FITS:
        raise BadInput(
            "so many fits make no table",
            where=Where(field="fits"),
            found=len(named),
            allowed=f"1 to {MAX_FITS}",
        )
    if not 0 <= digits <= 12:
        raise BadInput(
            "so many digits cannot be told", where=Where(field="digits"), found=digits, allowed="0 to 12"
        )
    every = list(named.values())
    cells = [{(str(r["parameter"]), str(r["term"])): r for r in fit.tidy()} for fit in every]
    keys = list(dict.fromkeys(key for cell in cells for key in cell))
    lines = [
        rf"\begin{{tabular}}{{l{'r' * len(every)}}}",
        r"\toprule",
        _row("", [words(n) for n in named]),
        r"\midrule",
    ]
    for parameter in dict.fromkeys(p for p, _ in keys):
        lines.append(_row(rf"\textit{{{words(parameter)}}}", [""] * len(every)))
        for key in (k for k in keys if k[0] == parameter):
            found = [cell.get(key) for cell in cells]
            lines.append(
                _row(rf"\quad {words(key[1])}", [_number(r["estimate"], digits) if r else "" for r in found])
            )
            lines.append(_row("", [f"({_number(r['std.error'], digits)})" if r else "" for r in found]))
    lines += [
        r"\midrule",
        _row("rows", [str(f.rows) for f in every]),
        _row("plays", [str(f.plays) for f in every]),
        _row("log-likelihood", [_number(f.log_likelihood, digits) for f in every]),
        _row("AIC", [_number(f.aic, digits) for f in every]),
        _row("BIC", [_number(f.bic, digits) for f in every]),
        _row("standard errors", [words(f.kind) for f in every]),
        r"\bottomrule",
        *(
            rf"\multicolumn{{{len(every) + 1}}}{{l}}{{\footnotesize {told}}} \\"
            for told in dict.fromkeys(
                words(
                    f.normalisation
                    if len({g.normalisation for g in every}) == 1
                    else f"{n}: {f.normalisation}"
                )
                for n, f in named.items()
            )
        ),
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _row(head: str, cells: Sequence[str]) -> str:
    return " & ".join([head, *cells]) + r" \\"


def _number(x: object, digits: int) -> str:
    text = f"{float(x):.{digits}f}"  # type: ignore[arg-type]
    return f"${text}$" if text.startswith("-") else text
