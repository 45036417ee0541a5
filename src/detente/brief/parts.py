"""The rows of the page's parts: names looked up, numbers put into words, pictures drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detente.brief import charts, reports, sentences, words
from detente.brief.charts.axis import moved
from detente.brief.lookup import BASELINE, Names

OTHERS = 2  # further speakers of a claim on the first screen
ALL_POINTS = 6000  # points on all maps of a page
EVENTS = 6  # pictures of events for each actor
STRONGEST = 5  # assumptions shown for an event; all are in brief.json
FAR = 0.5  # of a range: the scale of distances reaches at least as far


def claim_views(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Claims as the page shows them: those made in the documents first, each part in the order of the result."""
    ordered = sorted(result.get("claims") or (), key=lambda claim: not sentences.in_article(claim))
    draws = result.get("draws") or 0
    shown = max(40, min(charts.POINTS, ALL_POINTS // max(len(ordered), 1)))
    reach = charts.tornado_reach(ordered, names.parameters)
    return [_claim(claim, n, names, draws, shown, reach) for n, claim in enumerate(ordered, 1)]


def _claim(
    claim: Mapping[str, Any], n: int, names: Names, draws: int, shown: int, reach: float
) -> dict[str, Any]:
    parameters = names.parameters
    word, sign = sentences.VERDICTS[claim["verdict"]]
    said = claim.get("said_by") or []
    denied = [
        id
        for (id, about), stance in names.stance.items()
        if about == claim["id"] and stance == "denies" and id not in said
    ]
    quoted = [names.quote(id, claim=claim["id"], whole=True) for id in (*said, *denied)]
    # the speaker's own words come before the reporter's, those who make the claim before those who deny it
    ranked = sorted(quoted, key=lambda quote: (quote["denied"], not quote["direct"]))
    speakers = _by_speaker(ranked)
    binding, drawn = claim.get("binding"), claim.get("map")
    strip = ""
    if binding:
        row = parameters.row(binding["parameter"])
        same = [each for each in claim.get("flips") or () if each["parameter"] == binding["parameter"]] or [
            binding
        ]
        strip = charts.strip(row, binding["base"], same, claim.get("holds_at_base"), f"strip-{n}")
    boundary, turning = sentences.boundary(claim, parameters, draws), sentences.turning(claim, parameters)
    return {
        "id": claim["id"],
        "number": n,
        "anchor": f"claim-{n}",
        "text": words.sentence(claim["text"]),
        "in_article": sentences.in_article(claim),
        "side": names.player(claim["said_by_role"]) if claim.get("said_by_role") else "",
        "verdict": word,
        "sign": sign,
        "quotes": quoted,
        "lead": ranked[0] if ranked and not ranked[0]["denied"] else None,
        "denial": ranked[0] if ranked and ranked[0]["denied"] else None,
        "speakers": speakers[: 1 + OTHERS],
        "more": max(0, len(speakers) - 1 - OTHERS),
        "rest": boundary[0].removeprefix(word),  # of the sentence that the verdict begins
        "sorting": boundary[1:],
        "undecided": sentences.undecided(claim),
        "turns": turning[0],
        "turning": [line for line in turning[1:] if line],
        "strip": strip,
        "share": sentences.share(claim),
        "region": charts.region(claim, parameters, f"region-{n}", shown) if charts.drawable(claim) else None,
        "gridded": bool(drawn and drawn.get("grid")),
        "flip_lead": sentences.flip_lead(claim),
        "rule_told": sentences.rule_told(claim, parameters),
        "tornado": charts.tornado(claim, parameters, reach, f"tornado-{n}"),
        "parallel": charts.parallel(claim, parameters, f"parallel-{n}"),
        "selection": sentences.selection(claim),
        "holds_at_base": claim.get("holds_at_base"),
        "nearest": _nearest(claim, parameters),
        "axis_x": parameters.title(drawn["x"]) if drawn else "",
        "axis_y": parameters.title(drawn["y"]) if drawn else "",
        "flips": sentences.flips(claim, parameters),
        "flip_names": [each["parameter"] for each in claim.get("flips") or ()],
        "binding": (binding["parameter"], binding["at"]) if binding else None,
        "no_flip": sentences.no_flip(claim),
        "formula": claim.get("formula") or "",
        "because": words.sentence(claim.get("because") or ""),
        "models": ", ".join(claim.get("models") or ()),
    }


def _nearest(claim: Mapping[str, Any], parameters: sentences.Parameters) -> dict[str, Any]:
    """How far the claim is from its nearest flip: moving one assumption alone, and by a shorter joint change."""
    binding, together = claim.get("binding"), claim.get("nearest_flip") or {}
    alone = (
        abs(moved(parameters.row(binding["parameter"]), binding["base"], binding["at"])) if binding else None
    )
    length = together.get("distance") if len(together.get("parameters") or ()) > 1 else None
    shorter = length is not None and (alone is None or length < alone)
    return {
        "alone": alone,
        "together": length if shorter else None,
        "parameter": parameters.spoken(binding["parameter"]) if binding else None,
    }


def distance_views(claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How far each claim is from its nearest flip: those that hold at our middle values, those that fail, those undecided."""
    groups = (
        (True, "Claims that hold at our middle values: how far from failing", "fail"),
        (False, "Claims that fail at our middle values: how far from holding", "hold"),
    )
    lengths = [
        value for claim in claims for value in (claim["nearest"]["alone"], claim["nearest"]["together"])
    ]
    limit = max([FAR, *(value for value in lengths if value is not None)])
    found = []
    for n, (side, title, change) in enumerate(groups, 1):
        rows = [
            {"number": claim["number"], "text": claim["text"], **claim["nearest"]}
            for claim in claims
            if claim["holds_at_base"] is side
        ]
        if rows:
            chart = charts.distances(rows, limit, title, change, f"distances-{n}")
            found.append({"title": title, "chart": chart})
    return found


def influence_views(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """What moves each event most, as things stand; rows of other policies where there are no such."""
    given = result.get("sensitivity") or ()
    plain = [row for row in given if row.get("policy") is None] or given
    found: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in plain:
        found.setdefault((row["event"], row.get("policy")), []).append(row)
    tables = {key: rows[:STRONGEST] for key, rows in found.items()}
    reach = charts.influence_reach([row for rows in tables.values() for row in rows])
    views = []
    for n, ((event, policy), rows) in enumerate(tables.items(), 1):
        title = (
            names.event(event) if policy is None else f"{names.event(event)}, under “{names.policy(policy)}”"
        )
        views.append(
            {
                "title": title,
                "chart": charts.influence(title, rows, names.parameters, reach, f"influence-{n}"),
                "explained": sentences.explained(rows[0].get("explained")),
            }
        )
    return views


def _by_speaker(quoted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who says it, each once: how the first of their statements is given, and every place."""
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for quote in quoted:
        row = found.setdefault((quote["speaker"], quote["denied"]), {**quote, "places": []})
        row["places"].append(quote)
    return list(found.values())


def sayings(
    result: Mapping[str, Any], names: Names, claims: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of the ledger."""
    rows = []
    used: dict[str, list[Mapping[str, Any]]] = {}
    for claim in claims:
        for quote in claim["quotes"]:
            used.setdefault(quote["id"], []).append(claim)
    for statement in result["statements"]:
        quote = names.quote(statement["id"], limit=1200)
        source = words.bare(names.text(statement["document"], statement["source"]))
        manner = [quote["how"]]
        if statement.get("polarity") in ("denied", "asked"):
            manner.append(statement["polarity"])
        if statement.get("kind") == "attitude":
            manner.append("an attitude")
        rows.append(
            {
                **quote,
                "named_as": source if source and source != quote["speaker"] else "",
                "cue": words.bare(names.text(statement["document"], statement["cue"])),
                "manner": ", ".join(manner),
                "act": reports.act(statement, names.documents[statement["document"]]["text"]),
                "claims": used.get(statement["id"], []),
            }
        )
    return rows


def actor_policies(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Policies by the side that has them, in the order of the result; play without any policy is the last row of each."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for policy in result.get("policies") or ():
        found.setdefault(policy["actor"], []).append(policy)
    return [_actor(actor, rows, result, names, n) for n, (actor, rows) in enumerate(found.items(), 1)]


def _actor(
    actor: str, rows: list[Mapping[str, Any]], result: Mapping[str, Any], names: Names, n: int
) -> dict[str, Any]:
    player = next((row["player"] for row in rows if row.get("player")), None) or names.roles.get(
        actor, {}
    ).get("player", actor)
    if result.get("equilibrium"):
        rows = [*rows, {**result["equilibrium"], "id": BASELINE}]
    regrets = [_of(row.get("regret"), player).get("max") for row in rows]
    least = min((r for r in regrets if r is not None), default=None)
    views = []
    for row, worst in zip(rows, regrets, strict=True):
        own = _of(row.get("values"), player)
        views.append(
            {
                "title": names.policy(row["id"]),
                "text": words.sentence(row.get("text") or ""),
                "kind": sentences.KINDS.get(
                    row.get("kind") or "", ("as things stand", "Everybody plays as in the situation itself.")
                ),
                "worst": words.number(worst),
                "mean": words.number(_of(row.get("regret"), player).get("mean")),
                "least": worst is not None and worst == least and len(rows) > 1,
                "own": words.spread(own.get("min"), own.get("max")),
                "own_mean": words.number(own.get("mean")),
            }
        )
    events = list(dict.fromkeys(name for row in rows for name in row.get("events") or ()))
    players = list(dict.fromkeys(name for row in rows for name in row.get("values") or ()))
    panels = [
        _panel(event, rows, names, f"event-{n}-{i}") for i, event in enumerate(_chosen(events, result), 1)
    ]
    table = [
        {
            "title": names.event(event),
            "cells": [_cell(_of(row.get("events"), event), "low", "high") for row in rows],
        }
        for event in events
    ] + [
        {
            "title": f"Payoff of {names.player(name)}",
            "cells": [_cell(_of(row.get("values"), name), "min", "max") for row in rows],
        }
        for name in players
    ]
    menu = _of(result.get("menus"), actor) or [
        row["id"] for row, worst in zip(rows, regrets, strict=True) if worst is not None
    ]
    worse = [
        f"“{names.policy(each['policy'])}” is never better for it than “{names.policy(each['by'])}”."
        for each in result.get("dominated") or ()
        if each["actor"] == actor
    ]
    side = names.player(actor)
    picture = charts.regrets(side, _regret_rows(rows, player, actor, result, names), f"regret-{n}")
    return {
        "name": side,
        "regrets": picture,
        "enough": _enough(rows, player),
        "least": _least(rows, regrets, names),
        "menu": words.listed([words.lower_first(names.policy(id)) for id in menu], "or"),
        "policies": views,
        "panels": panels,
        "rows": table,
        "worse": worse,
        "tenths": any(
            _of(row.get("events"), event).get("p10") is not None for row in rows for event in events
        ),
    }


def _regret_rows(
    rows: Sequence[Mapping[str, Any]], player: str, actor: str, result: Mapping[str, Any], names: Names
) -> list[dict[str, Any]]:
    """Policies with what they give up; those that are on no menu are left out."""
    by = {
        each["policy"]: names.policy(each["by"])
        for each in result.get("dominated") or ()
        if each["actor"] == actor
    }
    found = []
    for row in rows:
        regret, enough = _of(row.get("regret"), player), _of(row.get("satisficing"), player)
        if regret.get("max") is not None:
            found.append(
                {
                    "title": names.policy(row["id"]),
                    "max": regret["max"],
                    "mean": regret.get("mean"),
                    "share": enough.get("share"),
                    "dominated": by.get(row["id"]),
                }
            )
    return found


def _enough(rows: Sequence[Mapping[str, Any]], player: str) -> str:
    """The payoff that counts as good enough for a side; empty where that is not known."""
    found = [_of(row.get("satisficing"), player).get("enough") for row in rows]
    known = [each for each in found if each is not None]
    return words.number(known[0]) if known else ""


def _least(rows: Sequence[Mapping[str, Any]], regrets: Sequence[float | None], names: Names) -> str:
    """The policy that gives up least at worst, in a sentence."""
    known = [
        (worst, names.policy(row["id"]))
        for row, worst in zip(rows, regrets, strict=True)
        if worst is not None
    ]
    if len(known) < 2:
        return ""
    worst = min(value for value, _ in known)
    best = [f"“{title}”" for value, title in known if value == worst]
    return f"{words.listed(best)} gives up least at worst: {words.number(worst)}."


def _chosen(events: Sequence[str], result: Mapping[str, Any], most: int | None = EVENTS) -> list[str]:
    """The events to show: those the scenario names as of interest, else the first ones."""
    named = [row["name"] for row in result.get("events") or () if row.get("shown", True)]
    return [name for name in named if name in events][:most] or list(dict.fromkeys(events))[:most]


def _panel(event: str, rows: Sequence[Mapping[str, Any]], names: Names, key: str) -> dict[str, Any]:
    drawn = [
        {"title": names.policy(row["id"]), "as_now": row["id"] == BASELINE, **_of(row.get("events"), event)}
        for row in rows
        if _of(row.get("events"), event).get("low") is not None
    ]
    return {
        "title": names.event(event),
        "chart": charts.outcomes(names.event(event), drawn, key) if drawn else "",
    }


def _of(table: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    return (table or {}).get(name) or {}


def _cell(values: Mapping[str, Any], low: str, high: str) -> str:
    if values.get(low) is None:
        return "–"
    return f"{words.spread(values[low], values[high])}, mean {words.number(values.get('mean'))}"


def assumption_groups(result: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Assumptions that flip a claim on their own first, with a picture; then the others; then fixed numbers."""
    nearest: dict[str, list[tuple[str, float]]] = {}
    for claim in claims:
        if claim["binding"]:
            name, at = claim["binding"]
            nearest.setdefault(name, []).append((str(claim["number"]), at))
    able = {name for claim in claims for name in claim["flip_names"]}
    deciding, farther, other, fixed = [], [], [], []
    for n, row in enumerate(result.get("parameters") or (), 1):
        ranged = row.get("low") is not None and row.get("high") is not None and row["low"] < row["high"]
        unit = sentences.attached(row.get("unit"))
        view = {
            "name": row["name"],
            "title": words.sentence(row.get("title") or words.plain(row["name"])).rstrip("."),
            "range": words.spread(row.get("low"), row.get("high"), unit) if ranged else "fixed",
            "base": words.number(row.get("base"), unit),
            "unit": row.get("unit") or "",
            "origin": sentences.origin(row),
            "because": words.sentence(row.get("because") or ""),
            "picture": "",
        }
        if ranged and row["name"] in nearest:
            view["picture"] = charts.assumption(row, nearest[row["name"]], f"range-{n}")
            deciding.append((-len(nearest[row["name"]]), n, view))
        elif ranged:
            (farther if row["name"] in able else other).append(view)
        else:
            fixed.append(view)
    first = [view for *_, view in sorted(deciding, key=lambda item: item[:2])]
    groups = (
        (
            "Assumptions that decide a claim",
            "Moved alone from our middle values, these flip a claim first. The line is the range, the dot our middle value. "
            "A number over the line is the claim that flips there.",
            first,
        ),
        (
            "Assumptions that flip a claim farther away",
            "Each flips some claim alone, but another flips it sooner.",
            farther,
        ),
        ("Other assumptions", "Alone, from our middle values, none of these flips a claim.", other),
        ("Fixed numbers", "Not varied.", fixed),
    )
    return [
        {"title": title, "note": note, "rows": rows, "pictures": rows is first, "count": len(rows)}
        for title, note, rows in groups
        if rows
    ]


def law_views(
    result: Mapping[str, Any], names: Names, claims: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each rule of law with what it changes: verdicts of claims, and how often events happen."""
    by_id = {claim["id"]: claim for claim in claims}
    found = []
    for law in result.get("constraints") or ():
        kept, dropped = law.get("with") or {}, law.get("without") or {}
        rows = []
        for id in dict.fromkeys((*(kept.get("claims") or ()), *(dropped.get("claims") or ()))):
            claim = by_id.get(id)
            title = f"Claim {claim['number']}: {claim['text']}" if claim else words.plain(id)
            rows.append({"title": title, **_both(kept, dropped, "claims", id, sentences.verdict_word)})
        same = []
        for name in _chosen([*(kept.get("events") or ()), *(dropped.get("events") or ())], result, None):
            both = _both(kept, dropped, "events", name, lambda values: _cell(values, "low", "high"))
            if both["with"] == both["without"]:
                same.append(words.lower_first(names.event(name)))
            else:
                rows.append({"title": names.event(name), **both})
        article = f", article {law['article']}" if law.get("article") else ""
        found.append(
            {
                "title": f"{law['instrument']}{article}",
                "name": law.get("title") or "",
                "text": words.sentence(law.get("text") or ""),
                "rows": rows,
                "same": words.listed(same),
            }
        )
    return found


def _both(
    kept: Mapping[str, Any], dropped: Mapping[str, Any], table: str, name: str, told: Any
) -> dict[str, str]:
    values = (kept.get(table) or {}).get(name), (dropped.get(table) or {}).get(name)
    return dict(
        zip(("with", "without"), ("–" if value is None else told(value) for value in values), strict=True)
    )
