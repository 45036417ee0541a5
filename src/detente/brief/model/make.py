"""From a model of the catalogue to a teaching page: known numbers, play at the base point, tested claims, and the folder.

Each part of the result is computed by the room that owns it; this file only calls them in order. `page.render_model` shows the result
and ``model.json`` holds it.
"""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente import __version__
from detente.brief.folder import place, slug
from detente.brief.model.code import commands, python
from detente.brief.model.exercises import exercises
from detente.brief.model.known import thresholds
from detente.brief.model.page import render_model
from detente.brief.model.tree import DRAWN_NODES, drawn
from detente.brief.naming import spoken_throughout
from detente.errors import BadInput, DetenteError, NotCertified, Where
from detente.explore import test
from detente.explore.claims.effort import Search
from detente.game import Tree
from detente.game.picture_html import timeline_html
from detente.models import Model, Worked, find, slugs
from detente.models.model import read_model
from detente.models.prediction import predictions
from detente.scenario import assumptions, read_scenario
from detente.scenario.locate import FILE, scenario_path
from detente.scenario.scenario import Scenario
from detente.scenario.selection import MIXED_CELLS, MOST_NODES, MOST_PROFILES, MOST_SLOTS
from detente.scenario.text import read_text
from detente.solve import Solutions, equilibria, solve
from detente.solve.record import record

DRAWS = 256
PAGE, RESULT = "model.html", "model.json"
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class ModelPage:
    """A finished page: the result, where the page was written, and the finding in a sentence."""

    result: dict[str, Any]
    page: str
    summary: str


def make_model_page(
    name: str,
    *,
    out: Path | None = None,
    draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    search: Search = "quick",
    progress: Progress | None = None,
    head: Mapping[str, object] | None = None,
) -> ModelPage:
    """Make the teaching page of a model and write it with its ``model.json`` into ``out`` (default: ``model-`` and its name, here).

    ``name``: a slug of the catalogue, or a file or project folder that tells what a model tells (a changed copy of one).
    The same model, draws, seed and search give the same bytes, whatever the number of ``workers``. Raises BadInput for what is
    no model, GameError for a file with a mistake, OSError.
    """
    tell = progress or (lambda what, share: None)
    tell("reading", 0.0)
    model, scenario = _read(name)
    findings = test(
        scenario, draws=DRAWS if draws is None else draws, seed=seed, workers=workers, search=search,
        progress=lambda what, share: tell(what, 0.05 + 0.7 * share),
    )  # fmt: skip
    tell("searching for other equilibria", 0.8)
    result = dict(head or {"detente": __version__, "schema": 1, "command": "brief"})
    result |= _gathered(model, scenario, findings.record(), name)
    tell("writing", 0.95)
    result["files"] = {file: file for file in (PAGE, RESULT)}
    result["reproduce"] = _reproduce(model, result, name)
    texts = {
        PAGE: render_model(result).encode("utf-8"),
        RESULT: (json.dumps(result, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8"),
    }
    written = place(out if out is not None else Path(f"model-{_folder(name)}"), texts)
    return ModelPage(result, written[PAGE], _summary(result))


def _read(name: str) -> tuple[Model, Scenario]:
    """The model and the scenario that its file is."""
    if name in slugs():
        return find(name), read_scenario(name)
    if not Path(name).exists():
        raise BadInput("there is no such model", where=Where(field="--model"), found=name, allowed=slugs())
    path = scenario_path(Path(name))
    scenario = read_scenario(str(path))
    if not isinstance(scenario.game.to_mapping().get("model"), Mapping):
        raise BadInput(
            "this scenario's file has no key `model`; `detente brief --scenario` is for such a file",
            where=Where(field="--model"),
            found=path.name,
            allowed="a slug of the catalogue, or a copy of a model",
        )
    return read_model(read_text(path), scenario.id, str(path), scenario.game), scenario


def _folder(name: str) -> str:
    """What the page's folder is called after: the slug, or the project folder or file, so that a copy has a folder of its own."""
    if name in slugs():
        return name
    path = Path(name).resolve()
    return slug(path.parent.name if path.name == FILE else path.stem)


def _gathered(model: Model, scenario: Scenario, found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Everything that the page shows."""
    tree = model.game.tree()
    catalogued = name in slugs()
    called = name if catalogued else Path(name).name
    played, others, worked = _played(scenario, tree), _others(scenario, tree), _worked(model, tree)
    expected = {row.claim: row for row in predictions({"verdicts": model.verdicts}, found["claims"])}
    told = {
        **{key: value for key, value in found.items() if key != "law"},
        "claims": [
            {
                **claim,
                "in_article": False,
                "said_by_role": scenario.claims[claim["id"]].said_by_role,
                "because": scenario.claims[claim["id"]].because,
                "models": [],
                "formula": scenario.claims[claim["id"]].holds,
                "predicted": expected[claim["id"]].predicted if claim["id"] in expected else None,
                "as_predicted": expected[claim["id"]].agrees if claim["id"] in expected else None,
            }
            for claim in found["claims"]
        ],
        "policies": [
            {**row, "title": scenario.policies[row["id"]].title, "text": scenario.policies[row["id"]].text}
            for row in found["policies"]
        ],
    }
    titles = {role.id: f"the {role.title.removeprefix('the ')}" for role in scenario.roles.values()}
    told = spoken_throughout(told, titles)
    return {
        "model": {**model.record(), "catalogued": catalogued, "nodes": tree.n_nodes},
        **told,
        "events": [
            {"name": e, "title": scenario.event_titles.get(e) or e.replace("_", " ")}
            for e in dict.fromkeys([*scenario.events_of_interest, *model.game.events])
        ],
        "players": [{"name": player, "title": title} for player, title in model.game.players.items()],
        "roles": [{"role": r.id, "title": r.title, "player": r.player} for r in scenario.roles.values()],
        "payoffs": _payoffs(model),
        "meanings": [{"name": e, "when": event.text} for e, event in model.game.events.items()],
        "parameters": assumptions(scenario),
        "derived": _derived(model),
        "constraints_on_ranges": [constraint.text for constraint in model.game.constraints],
        "thresholds": thresholds(model),
        "worked": worked,
        "played": None if played is None else _record(played),
        "others": others,
        "timeline_html": timeline_html(model.game),
        **drawn(tree, played),
        "commands": [{"why": why, "command": command} for why, command in commands(called, catalogued)],
        "python": python(model, called, catalogued),
        "exercises": exercises(model, called, tree, worked, told["claims"], others),
        "not_modelled": list(scenario.not_modelled),
    }


def _payoffs(model: Model) -> list[dict[str, str]]:
    """The terms of every player's payoff; ``when`` is empty for one that is always paid."""
    return [
        {
            "player": player,
            "term": name.replace("_", " "),
            "worth": term.worth.text,
            "when": "" if term.when is None else term.when.text,
        }
        for player, terms in model.game.payoffs.items()
        for name, term in terms.items()
    ]


def _derived(model: Model) -> list[dict[str, Any]]:
    values = model.game.derived_values({})
    return [
        {
            "name": p.name,
            "title": p.title or p.name.replace("_", " "),
            "unit": p.unit,
            "formula": str(p.derived),
            "because": p.because or "",
            "at_base": float(values[p.name]),
        }
        for p in model.game.parameters.values()
        if p.distribution == "derived"
    ]


def _played(scenario: Scenario, tree: Tree) -> Solutions | None:
    """What is played at the base values, with the scenario's own precision; None without a certified answer."""
    precision = scenario.precision
    if isinstance(precision, str) and precision != "limit":
        precision = scenario.parameters[precision].base
    solved = solve(tree, precision="limit" if isinstance(precision, str) else float(precision), threads=1)
    return solved if solved.certified[0] else None


def _record(solved: Solutions) -> dict[str, Any]:
    return _timeless(record(solved, 0))


def _timeless(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without how long it took: the same input gives the same bytes. Numbers rounded to what a certificate warrants."""
    return _rounded({key: value for key, value in row.items() if key != "seconds"})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return (
            float(f"{value:.9g}")
            if math.isfinite(value) and abs(value) >= 1e-12
            else 0.0
            if abs(value) < 1
            else None
        )
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def _others(scenario: Scenario, tree: Tree) -> dict[str, Any]:
    """Other equilibria at the base point: how they were searched, and each that was found; or why there was no search."""
    empty: dict[str, Any] = {"searched": False, "why": "", "claim": "", "search": "", "equilibria": []}
    if scenario.precision != "limit":
        return {
            **empty,
            "why": "players choose with finite precision here, so what they play is no sequential equilibrium",
        }
    if tree.n_nodes > MOST_NODES or tree.n_slots > MOST_SLOTS:
        size = f"{tree.n_nodes} nodes and {tree.n_slots} options are too many to wait for"
        return {
            **empty,
            "why": f"{size}; `detente solve --all` searches larger games and takes its time",
        }
    mixed = tree.n_nodes * tree.n_slots <= MIXED_CELLS
    try:
        found = equilibria(tree, mixed=mixed, most_profiles=MOST_PROFILES)
    except BadInput as refused:
        size = f" ({refused.found}; {refused.allowed})" if refused.found else ""
        return {**empty, "why": f"{refused.problem}{size}"}
    told = found.search_record()
    rows = [{k: v for k, v in _timeless(row).items() if k != "search"} for row in found.record()]
    return {
        "searched": True,
        "why": "",
        "claim": told["claim"],
        "search": told["search"]
        + ("" if mixed else "; in a game of this size `detente solve --all` looks for mixed ones"),
        "complete_pure": told["complete_pure"],
        "open": told["open"],
        "equilibria": rows,
    }


def _worked(model: Model, tree: Tree) -> list[dict[str, Any]]:
    """Each worked point: every number told beside the one found; ``problem`` says why nothing was found."""
    rows = []
    for worked in model.worked:
        problem = ""
        try:
            numbers = [
                {
                    "what": one.what,
                    "told": _rounded(one.told),
                    "found": None if math.isnan(one.found) else _rounded(one.found),
                    "agrees": None if math.isnan(one.found) else bool(one.agrees(worked.within)),
                }
                for one in worked.compare(model.game, tree)
            ]
        except (NotCertified, BadInput) as refused:
            numbers, problem = _told_alone(worked, model), _problem(refused)
        rows.append(
            {
                "at": dict(worked.at),
                "by": worked.by,
                "text": worked.text,
                "reached": worked.reached,
                "precision": worked.precision,
                "within": worked.within,
                "numbers": numbers,
                "formulas": {row["what"]: row["formula"] for row in _told(worked)},
                "problem": problem,
            }
        )
    return rows


def _told(worked: Worked) -> list[dict[str, str]]:
    told = worked.record()["told"]
    assert isinstance(told, list)
    return told


def _told_alone(worked: Worked, model: Model) -> list[dict[str, Any]]:
    point = worked.point(model.game)
    values = [float(np.float64(formula.value(point))) for _, _, formula in worked.told]
    return [
        {"what": row["what"], "told": _rounded(value), "found": None, "agrees": None}
        for row, value in zip(_told(worked), values, strict=True)
    ]


def _problem(refused: DetenteError) -> str:
    return refused.problem if isinstance(refused, BadInput) else str(refused)


def _reproduce(model: Model, result: Mapping[str, Any], name: str) -> dict[str, Any]:
    catalogued = name in slugs()
    called = name if catalogued else Path(name).name
    command = f"detente brief --model {shlex.quote(called)} --draws {result['draws']} --seed {result['seed']}"
    if result["searched"]["effort"] != "quick":
        command += f" --search {result['searched']['effort']}"
    return {
        "command": command,
        "version": __version__,
        "draws": result["draws"],
        "seed": result["seed"],
        "hashes": {f"{model.slug}.yaml": hashlib.sha256(model.file.encode("utf-8")).hexdigest()},
    }


def _summary(result: Mapping[str, Any]) -> str:
    told = [claim for claim in result["claims"] if claim["predicted"] is not None]
    differs = [claim["id"] for claim in told if not claim["as_predicted"]]
    numbers = [n for row in result["worked"] for n in row["numbers"]]
    agree = sum(bool(n["agrees"]) for n in numbers)
    missed = sum(len(row["numbers"]) for row in result["worked"] if row["reached"] == "missed")
    beyond = f" ({missed} are of equilibria that it does not reach)" if missed else ""
    said = f"{agree} of {len(numbers)} worked numbers found by the solver{beyond}; " if numbers else ""
    if not told:
        return f"{said}{len(result['claims'])} claims tested; the source predicts no verdicts."
    other = f"; otherwise: {', '.join(differs)}" if differs else ""
    return f"{said}{len(told) - len(differs)} of {len(told)} verdicts as the source predicts{other}."


__all__ = ["DRAWN_NODES", "ModelPage", "make_model_page"]
