"""Where each number of a scenario comes from: a citation, or the word assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.errors import GameError
from detente.game.dependence import Correlation
from detente.game.parameter import Parameter
from detente.scenario.model import Source
from detente.scenario.scenario import Scenario

COLUMNS = (
    "name",
    "title",
    "because",
    "base",
    "low",
    "high",
    "unit",
    "measure",
    "origin",
    "source",
    "checked",
)


def assumptions(scenario: Scenario) -> list[dict[str, object]]:
    """One row for each parameter that is not derived, in the order of the file; keys are `COLUMNS`.

    ``origin``: measured (the range comes from a fit), citation or assumption. ``source``: for each citation what is said, where,
    and the full reference. ``checked``: "yes" if every number quoted was compared with its source, else "no"; empty for an assumption.
    """
    rows: list[dict[str, object]] = []
    fitted = scenario.fitted
    for parameter in scenario.parameters.values():
        if parameter.distribution == "derived":
            continue
        cited = bool(parameter.evidence)
        rows.append({
            "name": parameter.name,
            "title": parameter.title or parameter.name.replace("_", " "),
            "because": parameter.because or "",
            "base": parameter.base,
            "low": parameter.low,
            "high": parameter.high,
            "unit": parameter.unit or "",
            "measure": parameter.measure,
            "origin": "measured" if parameter.name in fitted else "citation" if cited else "assumption",
            "source": "; ".join(_cited(e.source, e.says, e.where, scenario.sources) for e in parameter.evidence),
            "checked": ("yes" if _checked(parameter, scenario.sources) else "no") if cited else "",
        })  # fmt: skip
    return rows


def _cited(key: str, says: str, where: str | None, sources: Mapping[str, Source]) -> str:
    place = f", {where}" if where else ""
    return f"{says} ({sources[key].cite}{place})"


def _checked(parameter: Parameter, sources: Mapping[str, Source]) -> bool:
    return all(e.checked and sources[e.source].checked for e in parameter.evidence)


def check_origins(
    parameters: Mapping[str, Parameter], sources: Mapping[str, Source], correlated: Sequence[Correlation] = ()
) -> None:
    """Every range and every correlation has evidence from a listed source, or says in ``because`` what judgement it is.

    Raises GameError for the first that has neither, and for a source that is not listed.
    """
    for one in correlated:
        for evidence in one.evidence:
            if evidence.source not in sources:
                raise GameError("this source is not listed under `sources`", where=one.where,
                                found=evidence.source, allowed=sources)  # fmt: skip
        if not one.evidence and not (one.because or "").strip():
            raise GameError(
                f"the correlation of {' and '.join(one.between)} says nothing of its origin", where=one.where,
                allowed="`evidence: {source: key, says: the number quoted, where: page}`, or `because: the judgement it is`",
            )  # fmt: skip
    for parameter in parameters.values():
        for evidence in parameter.evidence:
            if evidence.source not in sources:
                raise GameError("this source is not listed under `sources`", where=parameter.where,
                                found=evidence.source, allowed=sources)  # fmt: skip
        if parameter.free and not parameter.evidence and not (parameter.because or "").strip():
            raise GameError(
                f"the range of {parameter.name!r} says nothing of its origin", where=parameter.where,
                allowed="`evidence: {source: key, says: the number quoted, where: page}`, or `because: the judgement it is`",
            )  # fmt: skip
