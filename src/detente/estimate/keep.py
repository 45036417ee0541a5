"""A fit as a file that scenarios take ranges from (`detente.scenario.fitted`): its record, and what its terms are made of.

A term is told as a product of columns, categories and plain functions of a column. Each is computed from that description on the
fit's own rows and compared with the column that was fitted; what differs, or cannot be told so (``scale``, ``poly``, ``bs``, ...),
is written as null, and no scenario can use it.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detente import __version__
from detente.errors import BadInput, DataError, Where
from detente.estimate.data import MissingRows, complete, frame_of
from detente.estimate.formulas import Index, columns_of
from detente.estimate.result import Fit
from detente.game import Game
from detente.game.tree import Floats
from detente.scenario.fitted.profile import level_text
from detente.scenario.fitted.record import FUNCTIONS
from detente.scenario.fitted.structure import structure_digest
from detente.scenario.saved import save
from detente.scenario.target import written_game

_CATEGORY = re.compile(r"(?:C\((?P<inside>`[^`]+`|[^()`]+)\)|(?P<bare>[^\[\]()]+))\[(?:T\.)?(?P<level>.*)\]")
_FUNCTION = re.compile(rf"(?P<function>{'|'.join(FUNCTIONS)})\((?P<column>`[^`]+`|[^()`,]+)\)")
_SAME = 1e-12  # relative
SCHEMA = 1

Factor = dict[str, str]


def kept(
    found: Fit, game: Game | None, data: Any, used: Sequence[str], off: Iterable[str] = ()
) -> Mapping[str, Any]:
    """What a scenario needs of a fit beside `Fit.record`, as it stands in the file.

    ``game``, ``data``: those of the fit; None for a tree that no game file tells of, so that its file has no digest of the game.
    ``used``: the columns that the fit needs beside those of its formulas (outcomes, clusters), so that its rows are found again.
    ``off``: parts of the scenario that were off. Raises DataError where the data are no longer those of the fit.

    ``precision``: of the agent logit, the one at which a scenario plays the fitted game; None for other errors. ``held``:
    parameters of the game that were not estimated, with their values. ``columns``: ends, or categories, of each column of a formula.
    """
    model = found.model
    frame = frame_of(data)
    frame.columns = known = list(map(str, frame.columns))
    columns = list(dict.fromkeys(c for i in model.indices for c in columns_of(i.formula, known, Where())))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingRows)  # the fit has told of them
        rows = complete(frame, list(dict.fromkeys([*used, *columns])))
    if len(rows) != found.rows:
        raise DataError("these are not the rows of the fit", found=len(rows), allowed=f"{found.rows}")
    design = {
        f"{index.parameter}: {term}": _product(index, k, rows)
        for index in model.indices
        for k, term in enumerate(index.terms)
    }
    as_category = {f["column"] for product in design.values() for f in product or () if "level" in f}
    estimated = {index.parameter for index in model.indices}
    tree = model.tree
    held = {n: float(tree.base[n]) for n in tree.parameters if n in tree.base and n not in estimated}
    path = Path(data) if isinstance(data, (str, Path)) else None
    return {
        "game_digest": None if game is None else structure_digest(game, off),
        "data_sha256": None if path is None else hashlib.sha256(path.read_bytes()).hexdigest(),
        "formulas": {index.parameter: index.formula for index in model.indices},
        "held": {**held, **model.fixed},
        "precision": 1 / model.scale if model.link == "logit" and model.errors == "agent" else None,
        "design": design,
        "columns": {c: _seen(rows[c], c in as_category) for c in columns},
    }


def fit_record(
    found: Fit,
    game: str,
    data: Any,
    *,
    outcome: str | Mapping[str, str],
    clusters: str | None = None,
    first: str | Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The whole of a fit as one JSON object: what `save_fit` writes, and what `detente fit --json` prints.

    ``game``: the file or slug whose game was fitted; ``data``, ``outcome``, ``clusters``, ``first``: as they were given to `fit`.
    """
    written, off = written_game(game)
    used = [outcome] if isinstance(outcome, str) else list(outcome.values())
    used += [clusters] if clusters is not None else []
    used += list(first.values()) if isinstance(first, Mapping) else []
    used += _columns_of_first(first, data) if isinstance(first, str) else []
    named = Path(data).name if isinstance(data, (str, Path)) else "a table in memory"
    return {
        "detente": __version__, "schema": SCHEMA, "command": "fit", **found.record(),
        "game": Path(game).name, "data": named, **kept(found, written, data, used, off),
    }  # fmt: skip


def save_fit(
    found: Fit,
    path: str | Path,
    *,
    game: str,
    data: Any,
    outcome: str | Mapping[str, str],
    clusters: str | None = None,
    first: str | Mapping[str, str] | None = None,
) -> Path:
    """Write a fit to a ``.json`` file that a scenario beside it names in ``range: {fit: FILE}``; whole or not at all.

    Arguments as in `fit_record`. Raises BadInput for another ending, OSError where the file cannot be written.
    """
    target = Path(path)
    if target.suffix != ".json":
        raise BadInput("a fit is saved as JSON", where=Where(field="--save"), found=target.name,
                       allowed="a name that ends in .json")  # fmt: skip
    record = fit_record(found, game, data, outcome=outcome, clusters=clusters, first=first)
    del record["seconds"]  # the same data give the same file
    save(target, json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n")
    return target


def _columns_of_first(first: str, data: Any) -> list[str]:
    return columns_of(first, list(map(str, frame_of(data).columns)), Where(field="first"))


def _product(index: Index, k: int, rows: Any) -> list[Factor] | None:
    """A term as a product of factors, or None where it is not one of those that can be told so."""
    name = str(index.spec.column_names[k])
    parts = [] if name == "Intercept" else _split(name)
    factors = [_factor(part, rows) for part in parts]
    if any(f is None for f in factors):
        return None
    told = [f for f in factors if f is not None]
    computed = np.ones(len(rows))
    for factor in told:
        column = _column(factor, rows)
        if column is None:
            return None
        computed = computed * column
    fitted = index.matrix[:, k]
    size = max(1.0, float(np.abs(fitted).max(initial=0.0)))
    return told if float(np.abs(computed - fitted).max(initial=0.0)) <= _SAME * size else None


def _split(name: str) -> list[str]:
    """The factors of ``a:C(b)[T.x]``: at colons outside brackets and backticks."""
    parts, depth, quoted = [""], 0, False
    for sign in name:
        quoted ^= sign == "`"
        depth += 0 if quoted else (sign in "([") - (sign in ")]")
        if sign == ":" and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _factor(part: str, rows: Any) -> Factor | None:
    if part in rows.columns:
        return {"column": part}
    if found := _FUNCTION.fullmatch(part):
        column = found["column"].strip("`")
        return {"column": column, "function": found["function"]} if column in rows.columns else None
    if found := _CATEGORY.fullmatch(part):
        column = (found["inside"] or found["bare"]).strip("`")
        return {"column": column, "level": found["level"]} if column in rows.columns else None
    return None


def _column(factor: Factor, rows: Any) -> Floats | None:
    values = rows[factor["column"]]
    if "level" in factor:
        texts = [level_text(v) for v in values.tolist()]
        wanted = {
            t for t, raw in zip(texts, map(str, values.tolist()), strict=True) if factor["level"] in (t, raw)
        }
        if len(wanted) != 1:
            return None
        factor["level"] = wanted.pop()
        return np.array([float(t == factor["level"]) for t in texts])
    try:
        numbers = np.asarray(values, float)
        return (
            np.array([FUNCTIONS[factor["function"]](v) for v in numbers]) if "function" in factor else numbers
        )
    except (TypeError, ValueError, OverflowError):
        return None


def _seen(values: Any, category: bool) -> Mapping[str, Any]:
    """What the fit saw of a column."""
    try:
        numbers = np.asarray(values, float)
        ends = (
            {"low": float(numbers.min()), "high": float(numbers.max())} if np.isfinite(numbers).all() else {}
        )
    except (TypeError, ValueError):
        ends = {}
    texts = sorted({level_text(v) for v in values.tolist()}) if category or not ends else None
    return {**ends, "levels": texts}
