"""The rows of the page's parts: names looked up, numbers put into words, pictures drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from detente.brief import charts, words
from detente.brief.article import Mark

OTHERS = 2  # further speakers of a claim on the first screen
QUOTE = 170  # characters of a quote there
EVENTS = 6  # pictures of events for each actor
BASELINE = "equilibrium"


class Names:
    """What everything in a result is called on the page, and where the page shows it."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.documents = {row["id"]: row for row in result["documents"]}
        self.statements = {row["id"]: row for row in result["statements"]}
        self.statement_number = {row["id"]: n for n, row in enumerate(result["statements"], 1)}
        self.supports = self._supports(result)
        self.actors = {row["id"]: row for row in result.get("actors") or ()}
        self.roles = {row["role"]: row for row in result.get("roles") or ()}
        self.parameters = words.Parameters(result.get("parameters") or ())
        self.events = {row["name"]: row for row in result.get("events") or ()}
        self.policies = {row["id"]: row for row in result.get("policies") or ()}
        self.stance = {(m["statement"], m["claim"]): m.get("stance") for m in result.get("matches") or ()}

    def document(self, id: str) -> str:
        row = self.documents[id]
        return row.get("title") or PurePath(row["path"].replace("\\", "/")).name or id

    def label(self, id: str) -> str:
        """ "report 2", where there are several; empty where there is one."""
        return f"report {list(self.documents).index(id) + 1}" if len(self.documents) > 1 else ""

    def _supports(self, result: Mapping[str, Any]) -> dict[tuple[str, int, int], int]:
        """A number for each stretch of text that supports a role."""
        given = [each for role in result.get("roles") or () for each in role.get("because") or () if isinstance(each, Mapping)]
        places = dict.fromkeys((each["document"], each["start"], each["end"]) for each in given)
        return {place: n for n, place in enumerate(places, 1)}

    def support_marks(self, document: str) -> list[Mark]:
        return [Mark(f"words-{n}", ((a, b, "support"),)) for (id, a, b), n in self.supports.items() if id == document]

    def actor(self, id: str | None) -> str | None:
        """An actor's name; a name that is no id of an actor is shown as it is."""
        return self.actors[id]["name"] if id in self.actors else id

    def role(self, id: str) -> str:
        row = self.roles.get(id, {})
        return words.sentence(row.get("title") or words.plain(id)).rstrip(".")

    def player(self, id: str) -> str:
        """A side: the actor bound to its role, with the role."""
        row = self.roles.get(id) or next((r for r in self.roles.values() if r.get("player") == id), None)
        if row is None:
            return words.sentence(words.plain(id)).rstrip(".")
        actor, role = self.actor(row.get("actor")), words.lower_first(self.role(row["role"]))
        return f"{actor} ({role})" if actor else words.sentence(role).rstrip(".")

    def event(self, name: str) -> str:
        row = self.events.get(name, {})
        return words.sentence(row.get("title") or words.plain(name)).rstrip(".")

    def policy(self, id: str | None) -> str:
        if id is None or id == BASELINE:
            return "Go on as now"
        return self.policies.get(id, {}).get("title") or words.sentence(words.plain(id)).rstrip(".")

    def text(self, document: str, spans: Sequence[Sequence[int]]) -> str:
        text = self.documents[document]["text"]
        return " … ".join(text[a:b] for a, b in spans)

    def speaker(self, statement: Mapping[str, Any]) -> str:
        if statement.get("speaker"):
            return statement["speaker"]["name"]
        source = self.text(statement["document"], statement["source"])
        return words.bare(source) or "nobody named"

    def quote(self, id: str, limit: int = QUOTE, claim: str | None = None, whole: bool = False) -> dict[str, Any]:
        """A statement as it is quoted somewhere on the page.

        ``whole``: what is told in the reporter's words is shown with its speaker and verb, as the text has it.
        """
        statement = self.statements[id]
        number = self.statement_number[id]
        said = words.bare(self.text(statement["document"], statement["content"] or statement["source"]))
        if whole and statement.get("direct") is not True:
            said = self._whole(statement, limit) or said
        return {
            "id": id,
            "number": number,
            "href": f"#place-{number}",
            "document": self.label(statement["document"]),
            "document_id": statement["document"],
            "speaker": self.speaker(statement),
            "words": words.shortened(said, limit),
            "direct": statement.get("direct") is True,
            "how": words.how_said(statement),
            "verb": words.POLARITY.get(statement.get("polarity"), "said"),
            "denied": self.stance.get((id, claim)) == "denies",
            "asked": statement.get("polarity") == "asked",
        }

    def _whole(self, statement: Mapping[str, Any], limit: int) -> str | None:
        """The stretch of text from the first to the last part of a statement, if it is one short line."""
        places = [span for part in ("source", "cue", "content") for span in statement[part]]
        text = self.documents[statement["document"]]["text"][min(a for a, _ in places) : max(b for _, b in places)]
        return text if len(text) <= limit and "\n" not in text else None

    def support(self, given: object) -> dict[str, Any]:
        """What supports a role: a statement, or a stretch of a document."""
        if isinstance(given, Mapping):
            n = self.supports[given["document"], given["start"], given["end"]]
            said = self.documents[given["document"]]["text"][given["start"] : given["end"]]
            return {"words": words.shortened(words.bare(said), 120), "href": f"#words-{n}", "name": "in the text"}
        quote = self.quote(str(given), 120)
        return {"words": quote["words"], "href": quote["href"], "name": f"place {quote['number']}"}


def claim_views(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Claims as the page shows them: those made in the documents first, each part in the order of the result."""
    ordered = sorted(result.get("claims") or (), key=lambda claim: not words.in_article(claim))
    draws = result.get("draws") or 0
    return [_claim(claim, n, names, draws) for n, claim in enumerate(ordered, 1)]


def _claim(claim: Mapping[str, Any], n: int, names: Names, draws: int) -> dict[str, Any]:
    parameters = names.parameters
    word, sign = words.VERDICTS[claim["verdict"]]
    said = claim.get("said_by") or []
    denied = [id for (id, about), stance in names.stance.items() if about == claim["id"] and stance == "denies" and id not in said]
    quoted = [names.quote(id, claim=claim["id"], whole=True) for id in (*said, *denied)]
    # the speaker's own words come before the reporter's, those who make the claim before those who deny it
    ranked = sorted(quoted, key=lambda quote: (quote["denied"], not quote["direct"]))
    speakers = _by_speaker(ranked)
    binding, drawn = claim.get("binding"), claim.get("map")
    strip = ""
    if binding:
        row = parameters.row(binding["parameter"])
        same = [each for each in claim.get("flips") or () if each["parameter"] == binding["parameter"]] or [binding]
        strip = charts.strip(row, binding["base"], same, claim.get("holds_at_base"), f"strip-{n}")
    boundary, turning = words.boundary(claim, parameters, draws), words.turning(claim, parameters)
    return {
        "id": claim["id"],
        "number": n,
        "anchor": f"claim-{n}",
        "text": words.sentence(claim["text"]),
        "in_article": words.in_article(claim),
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
        "undecided": words.undecided(claim),
        "turns": turning[0],
        "turning": [line for line in turning[1:] if line],
        "strip": strip,
        "share": words.share(claim),
        "region": charts.region(claim, parameters, f"region-{n}") if drawn and drawn["points"] else None,
        "axis_x": parameters.title(drawn["x"]) if drawn else "",
        "axis_y": parameters.title(drawn["y"]) if drawn else "",
        "flips": [words.flip(each, parameters) for each in claim.get("flips") or ()],
        "flip_values": [(each["parameter"], each["at"]) for each in claim.get("flips") or ()],
        "no_flip": words.no_flip(claim),
    }


def _by_speaker(quoted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who says it, each once: how the first of their statements is given, and every place."""
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for quote in quoted:
        row = found.setdefault((quote["speaker"], quote["denied"]), {**quote, "places": []})
        row["places"].append(quote)
    return list(found.values())


def sayings(result: Mapping[str, Any], names: Names, claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
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


def _actor(actor: str, rows: list[Mapping[str, Any]], result: Mapping[str, Any], names: Names, n: int) -> dict[str, Any]:
    player = next((row["player"] for row in rows if row.get("player")), None) or names.roles.get(actor, {}).get("player", actor)
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
                "kind": words.KINDS.get(row.get("kind"), ("as things stand", "Everybody plays as in the situation itself.")),
                "worst": words.number(worst),
                "mean": words.number(_of(row.get("regret"), player).get("mean")),
                "least": worst is not None and worst == least and len(rows) > 1,
                "own": words.spread(own.get("min"), own.get("max")),
                "own_mean": words.number(own.get("mean")),
            }
        )
    events = list(dict.fromkeys(name for row in rows for name in row.get("events") or ()))
    players = list(dict.fromkeys(name for row in rows for name in row.get("values") or ()))
    panels = [_panel(event, rows, names, f"event-{n}-{i}") for i, event in enumerate(_chosen(events, result), 1)]
    table = [
        {"title": names.event(event), "cells": [_cell(_of(row.get("events"), event), "low", "high") for row in rows]}
        for event in events
    ] + [
        {"title": f"Payoff of {names.player(name)}", "cells": [_cell(_of(row.get("values"), name), "min", "max") for row in rows]}
        for name in players
    ]
    menu = _of(result.get("menus"), actor) or [row["id"] for row, worst in zip(rows, regrets, strict=True) if worst is not None]
    worse = [
        f"“{names.policy(each['policy'])}” is never better for it than “{names.policy(each['by'])}”."
        for each in result.get("dominated") or ()
        if each["actor"] == actor
    ]
    return {
        "name": names.player(actor),
        "menu": words.listed([words.lower_first(names.policy(id)) for id in menu], "or"),
        "policies": views,
        "panels": panels,
        "rows": table,
        "worse": worse,
        "tenths": any(_of(row.get("events"), event).get("p10") is not None for row in rows for event in events),
    }


def _chosen(events: list[str], result: Mapping[str, Any]) -> list[str]:
    """The events to draw: those the scenario names as of interest, else the first ones."""
    named = [row["name"] for row in result.get("events") or () if row.get("shown", True)]
    return [name for name in named if name in events][:EVENTS] or events[:EVENTS]


def _panel(event: str, rows: Sequence[Mapping[str, Any]], names: Names, key: str) -> dict[str, Any]:
    drawn = [
        {"title": names.policy(row["id"]), **_of(row.get("events"), event)}
        for row in rows
        if _of(row.get("events"), event).get("low") is not None
    ]
    return {"title": names.event(event), "chart": charts.outcomes(names.event(event), drawn, key) if drawn else ""}


def _of(table: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    return (table or {}).get(name) or {}


def _cell(values: Mapping[str, Any], low: str, high: str) -> str:
    if values.get(low) is None:
        return "–"
    return f"{words.spread(values[low], values[high])}, mean {words.number(values.get('mean'))}"


def assumption_groups(result: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Assumptions that flip a claim on their own first, with a picture; then the others; then fixed numbers."""
    flips: dict[str, list[tuple[str, float]]] = {}
    for claim in claims:
        for name, at in claim["flip_values"]:
            flips.setdefault(name, []).append((str(claim["number"]), at))
    deciding, other, fixed = [], [], []
    for n, row in enumerate(result.get("parameters") or (), 1):
        ranged = row.get("low") is not None and row.get("high") is not None and row["low"] < row["high"]
        view = {
            "name": row["name"],
            "title": words.sentence(row.get("title") or words.plain(row["name"])).rstrip("."),
            "range": words.spread(row.get("low"), row.get("high"), row.get("unit")) if ranged else "fixed",
            "base": words.number(row.get("base"), row.get("unit")),
            "origin": words.origin(row),
            "because": words.sentence(row.get("because") or ""),
            "picture": "",
        }
        if ranged and row["name"] in flips:
            view["picture"] = charts.assumption(row, flips[row["name"]], f"range-{n}")
            deciding.append((-len(flips[row["name"]]), n, view))
        else:
            (other if ranged else fixed).append(view)
    groups = [
        {
            "title": "Assumptions that decide a claim on their own",
            "note": "The line is the range, the dot our middle value. A number over the line is the claim that flips there.",
            "rows": [view for *_, view in sorted(deciding, key=lambda item: item[:2])],
            "pictures": True,
        },
        {"title": "Other assumptions", "note": "Alone, from our middle values, none of these flips a claim.", "rows": other, "pictures": False},
        {"title": "Fixed numbers", "note": "Not varied.", "rows": fixed, "pictures": False},
    ]
    return [group for group in groups if group["rows"]]


def law_views(result: Mapping[str, Any], names: Names, claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each rule of law with what it changes: verdicts of claims, and how often events happen."""
    by_id = {claim["id"]: claim for claim in claims}
    found = []
    for law in result.get("constraints") or ():
        kept, dropped = law.get("with") or {}, law.get("without") or {}
        rows = []
        for id in dict.fromkeys((*(kept.get("claims") or ()), *(dropped.get("claims") or ()))):
            claim = by_id.get(id)
            title = f"Claim {claim['number']}: {claim['text']}" if claim else words.plain(id)
            rows.append({"title": title, **_both(kept, dropped, "claims", id, words.verdict_word)})
        for name in dict.fromkeys((*(kept.get("events") or ()), *(dropped.get("events") or ()))):
            shown = _both(kept, dropped, "events", name, lambda values: _cell(values, "low", "high"))
            rows.append({"title": names.event(name), **shown})
        article = f", article {law['article']}" if law.get("article") else ""
        found.append(
            {"title": f"{law['instrument']}{article}", "text": words.sentence(law.get("text") or ""), "rows": rows}
        )
    return found


def _both(kept: Mapping[str, Any], dropped: Mapping[str, Any], table: str, name: str, told: Any) -> dict[str, str]:
    values = (kept.get(table) or {}).get(name), (dropped.get(table) or {}).get(name)
    return dict(zip(("with", "without"), ("–" if value is None else told(value) for value in values), strict=True))
