"""The teaching page as one HTML file: a finished result in, a page out.

It computes nothing, and has the brief's style, parts and rules: what came from a file is escaped, nothing runs, nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import page, sentences, words
from detente.brief.charts.formula import formula as formula_picture
from detente.brief.lookup import Names
from detente.brief.model.mathml import mathml, symbol
from detente.brief.parts import actor_policies, claim_views, distance_views
from detente.errors import BadInput
from detente.game.latex import GREEK
from detente.models import TOPICS

CONTENTS = (
    ("game", "The game"),
    ("known", "What is known"),
    ("play", "What is played"),
    ("statics", "Claims"),
    ("regions", "Where claims hold"),
    ("policies", "Policies"),
    ("change", "Change it"),
    ("exercises", "Exercises"),
    ("limits", "Limits"),
    ("reproduce", "Reproduce"),
)
SET_LENGTH = 56  # letters of a formula that is set as mathematics; a longer one would leave its column
SETS, OUTCOMES = 40, 6  # information sets and equilibria shown; all are in model.json
CONTINUUM = {
    "none": "",
    "beliefs": "Other beliefs off the path carry it too.",
    "strategies": "One of a continuum: who mixes there may mix otherwise.",
}
REACHED = {
    "principal": ("on the principal branch", "The solver comes there by following the principal branch."),
    "search": (
        "another equilibrium",
        "Not on the principal branch; the search for other equilibria meets it.",
    ),
    "missed": ("not reached", "Neither the principal branch nor the search comes there."),
}


def render_model(result: Mapping[str, Any]) -> str:
    """The page for a finished result (docs/reference/brief.md has its fields). The same result gives the same bytes."""
    made = page._environment().get_template("model.html").render(_view(result))  # pyright: ignore[reportPrivateUsage]
    return re.sub(r"\n\s*\n+", "\n", made).strip() + "\n"


def _view(given: Mapping[str, Any]) -> dict[str, Any]:
    result = {"documents": [], "statements": [], "matches": [], **given, "roles": _sides(given)}
    names = Names(result)
    model = result["model"]
    claims = claim_views(result, names) if result["claims"] else []
    for view in claims:
        claim = next(c for c in result["claims"] if c["id"] == view["id"])
        view["predicted"] = _predicted(claim)
    policies = actor_policies(result, names)
    left = {
        "statics": claims,
        "regions": claims,
        "policies": policies,
        "exercises": result["exercises"],
        "limits": True,
    }
    return {
        "lang": "en",
        "version": result["detente"],
        "style": Markup(page._style()),  # pyright: ignore[reportPrivateUsage]
        "title": model["title"],
        "topic": TOPICS.get(model["topic"], model["topic"]),
        "model": model,
        "source": model["source"],
        "contents": [row for row in CONTENTS if left.get(row[0], True)],
        "summary": _summary(result),
        "timeline": _fragment(result["timeline_html"]),
        "tree": _fragment(result["tree_svg"]),
        "tree_list": _fragment(result["tree_html"]),
        "players": [
            row["name"] if row["title"] in ("", row["name"]) else f"{row['name']} ({row['title']})"
            for row in result["players"]
        ],
        "payoffs": [{**row, "player": names.player(row["player"])} for row in result["payoffs"]],
        "meanings": [{**row, "title": names.event(row["name"])} for row in result["meanings"]],
        "parameters": [_parameter(row) for row in result["parameters"]],
        "derived": [_derived(row) for row in result["derived"]],
        "admitted": [_formula(text) for text in result["constraints_on_ranges"]],
        "thresholds": _thresholds(result, names),
        "worked": [_worked(row) for row in result["worked"]],
        "played": _played(result, names),
        "others": _others(result, names),
        "claims": claims,
        "distances": distance_views(claims),
        "gridded": any(claim["gridded"] for claim in claims),
        "tornados": any(claim["tornado"] for claim in claims),
        "parallels": any(claim["parallel"] for claim in claims),
        "selections": sentences.selections(result["claims"]),
        "quick": result["searched"]["effort"] == "quick",
        "measure": words.sentence(result["measure"]),
        "selection": words.sentence(result["selection"]),
        "actors_policies": policies,
        "commands": result["commands"],
        "python": result["python"],
        "exercises": result["exercises"],
        "checked": words.listed(model["checked"]),
        "not_modelled": [words.sentence(line) for line in result["not_modelled"]],
        "reproduce": {
            "command": result["reproduce"]["command"],
            "told": sentences.reproduction(
                result["reproduce"]["version"], result["reproduce"]["seed"], result["reproduce"]["draws"]
            ),
            "hashes": sorted(result["reproduce"]["hashes"].items()),
        },
        "files": sorted(result["files"].items()),
        "sources": [],
    }


def _sides(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each player is called: its role's title where the file has roles, else its own."""
    roles = [{"actor": None, **row} for row in result["roles"]]
    taken = {row["player"] for row in roles}
    return roles + [
        {"role": row["name"], "title": row["title"] or row["name"], "player": row["name"], "actor": None}
        for row in result["players"]
        if row["name"] not in taken
    ]


def _fragment(html: str | None) -> Markup | None:
    return page._fragment(html)  # pyright: ignore[reportPrivateUsage]


def _summary(result: Mapping[str, Any]) -> str:
    """What was compared with the source, in short sentences."""
    numbers = [n for row in result["worked"] for n in row["numbers"]]
    told = [claim for claim in result["claims"] if claim["predicted"] is not None]
    said = []
    if numbers:
        agree = sum(bool(n["agrees"]) for n in numbers)
        missed = sum(len(row["numbers"]) for row in result["worked"] if row["reached"] == "missed")
        said.append(
            f"The solver finds {agree} of {words.count(len(numbers), 'number')} that are worked out by hand."
        )
        if missed:
            said.append(f"{missed} belong to equilibria that it does not reach.")
    if result["claims"]:
        tested = words.count(len(result["claims"]), "claim")
        said.append(f"We tested {tested} about it at {result['draws']:,} points of its ranges.")
    if told:
        same = sum(bool(claim["as_predicted"]) for claim in told)
        said.append(
            f"For {len(told)} of them the source predicts a verdict; {same} {'is' if same == 1 else 'are'} as predicted."
        )
    return " ".join(said)


def _predicted(claim: Mapping[str, Any]) -> dict[str, str]:
    if claim["predicted"] is None:
        return {"verdict": "", "sign": "", "told": "The source tells none."}
    word, sign = sentences.VERDICTS.get(claim["predicted"], (claim["predicted"], "open"))
    told = {True: "As found.", False: "Differs from what we found.", None: "We could not decide it."}
    return {"verdict": word, "sign": sign, "told": told[claim["as_predicted"]]}


def _formula(text: str) -> dict[str, Any]:
    """A formula as it is written, and set as mathematics where it is short."""
    try:
        shown = Markup(mathml(text)) if len(text) <= SET_LENGTH else None
    except BadInput:
        shown = None
    return {"text": text, "math": shown}


def _symbol(name: str) -> Markup | None:
    """The name as formulas show it, where that is not the name itself."""
    different = "_" in name or name in GREEK or (len(name) > 1 and name[-1].isdecimal())
    return Markup(f"<math>{symbol(name)}</math>") if different else None


def _parameter(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = sentences.attached(row.get("unit"))
    ranged = row["low"] < row["high"]
    return {
        "name": row["name"],
        "symbol": _symbol(row["name"]),
        "title": words.sentence(row["title"]).rstrip("."),
        "unit": row["unit"],
        "range": words.spread(row["low"], row["high"], unit) if ranged else "fixed",
        "base": words.number(row["base"], unit, 3),
        "origin": "" if row["origin"] == "assumption" else sentences.origin(row),
        "because": words.sentence(row["because"]),
    }


def _derived(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "symbol": _symbol(row["name"]),
        "title": words.sentence(row["title"]).rstrip("."),
        "formula": _formula(row["formula"]),
        "base": words.number(row["at_base"], digits=3),
        "because": words.sentence(row["because"]),
    }


def _thresholds(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    found = []
    for n, row in enumerate(result["thresholds"], 1):
        drawn = row["picture"]
        value = row["at_base"]
        if value is None:
            told, sign = "no value", "open"
        elif row["compares"]:
            told, sign = ("Holds", "full") if value else ("Fails", "empty")
        else:
            told, sign = words.number(value, digits=4), ""
        up = "" if drawn is None or drawn["kind"] == "stretch" else "value"
        if drawn is not None and drawn["kind"] == "region":
            up = names.parameters.title(drawn["y"])
        found.append(
            {
                "number": n,
                "text": words.sentence(row["text"]),
                "formula": _formula(row["formula"]),
                "told": told,
                "sign": sign,
                "picture": None
                if drawn is None
                else formula_picture(drawn, row["text"], names.parameters, f"known-{n}"),
                "axis_x": "" if drawn is None else names.parameters.title(drawn["x"]),
                "axis_y": up,
            }
        )
    return found


def _at(at: Mapping[str, float]) -> str:
    told = words.listed([f"{name} = {value:.6g}" for name, value in at.items()])
    return f"At {told}" if told else "At the base values"


def _worked(row: Mapping[str, Any]) -> dict[str, Any]:
    tag, explained = REACHED[row["reached"]]
    precise = "" if row["precision"] == "limit" else f", with precision {row['precision']:g}"
    agrees = {True: "yes", False: "no", None: "–"}
    return {
        "title": f"{_at(row['at'])}{precise}",
        "by": row["by"],
        "text": words.sentence(row["text"]),
        "tag": tag,
        "explained": explained,
        "within": f"{row['within']:g}",
        "compared": any(n["agrees"] is not None for n in row["numbers"]),
        "problem": words.sentence(row["problem"]),
        "numbers": [
            {
                "what": n["what"],
                "formula": row["formulas"].get(n["what"], ""),
                "told": f"{n['told']:.6g}",
                "found": "not found" if n["found"] is None else f"{n['found']:.6g}",
                "agrees": agrees[n["agrees"]],
            }
            for n in row["numbers"]
        ],
    }


def _played(result: Mapping[str, Any], names: Names) -> dict[str, Any] | None:
    """What everybody does at the base values, where, and what comes of it."""
    row = result["played"]
    if row is None:
        return None
    sets = [
        {
            "player": names.player(each["player"]),
            "name": (each["name"] or str(each["number"])).replace("_", " "),
            "options": [
                (str(option).replace("_", " "), words.number(p, digits=3))
                for option, p in zip(each["options"], each["probabilities"], strict=True)
                if p is None or p > 5e-4 or len(each["options"]) <= 4
            ],
            "reach": words.number(each["reach"], digits=3),
        }
        for each in row["information_sets"]
    ]
    outcomes = [(names.event(event), words.number(p, digits=3)) for event, p in row["events"].items()]
    outcomes += [
        (f"Payoff of {names.player(player)}", words.number(v, digits=3))
        for player, v in row["values"].items()
    ]
    precision = row["lambda"]
    return {
        "sets": sets[:SETS],
        "left": max(0, len(sets) - SETS),
        "outcomes": outcomes,
        "precision": "" if precision == "limit" else words.number(precision, digits=3),
        "gain": f"{row['max_gain']:.1e}" if row["max_gain"] else "0",
    }


def _others(result: Mapping[str, Any], names: Names) -> dict[str, Any]:
    others = result["others"]
    rows = others["equilibria"]
    shown = rows[:OUTCOMES]
    heads = [
        f"{n}{', principal' if row['principal'] else ''}, {'pure' if row['pure'] else 'mixed'}"
        for n, row in enumerate(shown, 1)
    ]
    lines = []
    if shown:
        lines = [
            (names.event(e), [words.number(row["events"][e], digits=3) for row in shown])
            for e in shown[0]["events"]
        ]
        lines += [
            (f"Payoff of {names.player(v)}", [words.number(row["values"][v], digits=3) for row in shown])
            for v in shown[0]["values"]
        ]
    return {
        **others,
        "why": words.sentence(others["why"]),
        "claim": words.sentence(others["claim"]),
        "search": words.sentence(others["search"]),
        "count": words.count(len(rows), "outcome"),
        "many": len(rows) > 1,
        "heads": heads,
        "lines": lines,
        "left": len(rows) - len(shown),
        "notes": [(head, _notes(row)) for head, row in zip(heads, shown, strict=True)],
    }


def _notes(row: Mapping[str, Any]) -> Sequence[str]:
    """How an equilibrium was found, what lies beside it, which refinements it passes."""
    said = [words.sentence(f"found by: {row['method']}"), CONTINUUM.get(row["continuum"], "")]
    if row["same_outcome"] > 1:
        said.append(f"{row['same_outcome']} strategies with this outcome were found.")
    if row["refinement"]:
        said.append(f"It {words.stopped(row['refinement']['text'])}")
    return [each for each in said if each]


__all__ = ["render_model"]
