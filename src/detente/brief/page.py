"""The brief as one HTML file: a finished result in, a page out. Nothing is computed here, only put into words and places.

The order is the reader's: what is claimed, by whom, when it holds and what decides it; then the situation, the
pictures, what each side could do, the assumptions, the law, who said what in which place, the limits, the way to
get the page again. Everything that came from outside is escaped by the templates, and a policy in the page's head
forbids scripts and network altogether.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import jinja2
from markupsafe import Markup

from detente.brief import quotes, reports, sentences, words
from detente.brief.article import paragraphs, statement_mark
from detente.brief.lookup import Names
from detente.brief.marks import showable
from detente.brief.parts import (
    actor_policies,
    assumption_groups,
    claim_views,
    distance_views,
    influence_views,
    law_views,
    sayings,
)

HERE = Path(__file__).parent
LEDGER_ROWS = 800  # statements shown; all are in ledger.csv
UNREAD = 20  # files named that were not read
COLUMNS = 4  # documents that get a column each
CONTRADICTIONS = 20  # pairs shown; all are in brief.json
SUPPORTS = 3  # places shown for a role
WORTHIEST = 5  # rows shown for a side; all are in brief.json
CONTENTS = (
    ("findings", "Findings"),
    ("situation", "Situation"),
    ("regions", "Where claims hold"),
    ("policies", "Policies"),
    ("assumptions", "Assumptions"),
    ("law", "Law"),
    ("ledger", "Who said what"),
    ("limits", "Limits"),
    ("reproduce", "Reproduce"),
)
ALONE = ("findings", "ledger", "reproduce")  # what a page without a scenario has
NO_SCENARIO = (
    "This report fits none of the scenarios that we have. No claim in it is tested. "
    "The page shows who said what, and where."
)
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|object|embed|link|meta|base|form)\b|\son\w+\s*=|javascript:", re.I
)


def render(result: Mapping[str, Any], stored: Mapping[str, bytes] | None = None) -> str:
    """The page for a finished result (docs/reference/brief.md has its fields); ends with a line end.

    Every quote is checked first (`quotes.verify`; ``stored`` holds the bytes of the files, by document id).
    Raises `QuoteMismatch` before anything is made when one differs. The same result gives the same bytes.
    """
    quotes.verify(result, stored)
    page = _environment().get_template("page.html").render(_view(result))
    return re.sub(r"\n\s*\n+", "\n", page).strip() + "\n"


def _view(result: Mapping[str, Any]) -> dict[str, Any]:
    names = Names(result)
    scenario = result.get("scenario")
    claims = claim_views(result, names) if scenario else []
    documents = _documents(result, names)
    many = len(documents) > 1
    has_law = bool(claims and result.get("constraints"))
    contents = [row for row in CONTENTS if (claims or row[0] in ALONE) and (row[0] != "law" or has_law)]
    shown = sayings(result, names, claims)[:LEDGER_ROWS]
    left = len(result["statements"]) - len(shown)
    return {
        "lang": result.get("lang") or "en",
        "version": result["detente"],
        "style": Markup(_style()),
        "title": _title(result.get("title") or (documents[0]["title"] if documents else "")),
        "contents": contents,
        "many": many,
        "claims": claims,
        "groups": _groups(claims, many),
        "distances": distance_views(claims),
        "gridded": any(claim["gridded"] for claim in claims),
        "tornados": any(claim["tornado"] for claim in claims),
        "parallels": any(claim["parallel"] for claim in claims),
        "selections": sentences.selections(result.get("claims") or ()) if scenario else "",
        "quick": (result.get("searched") or {}).get("effort") == "quick",
        "summary": sentences.summary(result.get("claims") or (), result.get("draws") or 0, len(documents)),
        "measure": words.sentence(result.get("measure") or ""),
        "selection": words.sentence(result.get("selection") or ""),
        "across": _across(claims, documents),
        "wide": len(documents) > COLUMNS,
        "contradictions": _contradictions(result, names, claims)[:CONTRADICTIONS],
        "contradictions_left": max(0, len(result.get("contradictions") or ()) - CONTRADICTIONS),
        "no_scenario": result.get("no_scenario") or NO_SCENARIO,
        "scenario": scenario,
        "scenario_title": result.get("scenario_title") or (words.plain(scenario) if scenario else None),
        "scenario_summary": words.sentence(result.get("scenario_summary") or ""),
        "roles": _roles(result, names),
        "timeline": _fragment(result.get("timeline_html")),
        "tree": _fragment(result.get("tree_html")),
        "actors_policies": actor_policies(result, names),
        "origins": sentences.origins(result.get("parameters") or ()),
        "parameter_groups": assumption_groups(result, claims),
        "information": _information(result, names),
        "influences": influence_views(result, names),
        "constraints": law_views(result, names, claims),
        "ledger_intro": sentences.ledger(len(result["statements"]), len(documents)),
        "statements": shown,
        "statements_left": f"{words.count(left, 'more statement')} in ledger.csv." if left > 0 else "",
        "documents": documents,
        "unread": [(row["path"], words.sentence(row["reason"])) for row in result.get("skipped") or ()][
            :UNREAD
        ],
        "unread_left": max(0, len(result.get("skipped") or ()) - UNREAD),
        "not_modelled": [words.sentence(line) for line in result.get("not_modelled") or ()],
        "reproduce": _reproduce(result),
        "files": sorted((result.get("files") or {}).items()),
        "sources": [_source(row) for row in result.get("sources") or ()],
    }


def _title(given: str) -> str:
    """A headline as it is; a bare file name in a phrase."""
    return (
        given
        if " " in given.strip()
        else f"What is claimed in {given}"
        if given.strip()
        else "What is claimed"
    )


def _documents(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    found = []
    for document in result["documents"]:
        id = document["id"]
        here = [
            statement_mark(n, place, anchor)
            for s, n in names.statement_number.items()
            for place, anchor in names.places(s)
            if place["document"] == id
        ]
        marks = [*(mark for mark in here if mark), *names.support_marks(id)]
        body = [
            {"pieces": p.pieces, "skipped": words.count(p.skipped, "character") if p.skipped else ""}
            for p in paragraphs(document["text"], marks)
        ]
        found.append(
            {
                "id": id,
                "title": names.document(id),
                "label": names.label(id),
                "path": PurePath(document["path"].replace("\\", "/")).name or document["path"],
                "encoding": document.get("encoding") or "text",
                "part": document.get("part") or "",
                "told": reports.origin_of(document),
                "dispatch": reports.copy_of(id, result.get("copies") or (), names.label),
                "paragraphs": body,
            }
        )
    return found


def _groups(claims: Sequence[Mapping[str, Any]], many: bool) -> list[dict[str, Any]]:
    said = [claim for claim in claims if claim["in_article"]]
    other = [claim for claim in claims if not claim["in_article"]]
    source = "reports" if many else "report"
    groups = [
        {
            "title": f"Claims made in the {source}",
            "note": "In the speakers' words, with the place in the text.",
            "claims": said,
        },
        {
            "title": f"Claims of sides that the {source} {'do' if many else 'does'} not quote",
            "note": "Nobody quoted there says these. We test them so that every side is heard.",
            "claims": other,
        },
    ]
    return [group for group in groups if group["claims"]]


def _across(
    claims: Sequence[Mapping[str, Any]], documents: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A row for each claim that is made in a document: the quotes in each document, copies of it among them.

    ``cells`` has one entry a document, ``some`` only documents with quotes.
    """
    rows = []
    for claim in claims:
        cells = [
            [
                {**quote, "href": place["href"]}
                for quote in claim["quotes"]
                for place in (quote, *quote["also"])
                if place["document_id"] == document["id"]
            ]
            for document in documents
        ]
        if claim["quotes"]:
            some = [(d["label"], cell) for d, cell in zip(documents, cells, strict=True) if cell]
            rows.append({"claim": claim, "cells": cells, "some": some})
    return rows


def _contradictions(
    result: Mapping[str, Any], names: Names, claims: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    by_id = {claim["id"]: claim for claim in claims}
    return [
        {
            "text": words.sentence(pair.get("text") or ""),
            "quotes": [names.quote(id) for id in pair["statements"]],
            "claim": by_id.get(pair.get("claim")),
        }
        for pair in result.get("contradictions") or ()
    ]


def _roles(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    rows = []
    for role in result.get("roles") or ():
        because = role.get("because") or ()
        rows.append(
            {
                "title": names.role(role["role"]),
                "actor": names.actor(role.get("actor")) or "nobody found",
                "standing": sentences.CONFIDENCE.get(
                    role.get("confidence"), role.get("confidence") or "open"
                ),
                "because": [names.support(each) for each in because[:SUPPORTS]],
                "more": len(because) - SUPPORTS if len(because) > SUPPORTS else 0,
            }
        )
    return rows


def _information(result: Mapping[str, Any], names: Names) -> list[dict[str, str]]:
    """What is most worth finding out for each side, and what knowing everything would be worth."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in result.get("information") or ():
        found.setdefault(row["actor"], []).append(row)
    rows = []
    for actor, each in found.items():
        rows += [
            (actor, names.parameters.title(row["parameter"]), row["worth"], row.get("interval"))
            for row in each[:WORTHIEST]
        ]
        total = (result.get("information_total") or {}).get(actor)
        rows += [(actor, "All of them at once", total, None)] if total is not None else []
    return [
        {
            "actor": names.player(a),
            "parameter": title,
            "worth": words.number(worth),
            "interval": words.spread(*ends) if ends and None not in ends else "",
        }
        for a, title, worth, ends in rows
    ]


def _reproduce(result: Mapping[str, Any]) -> dict[str, Any]:
    given = result.get("reproduce") or {}
    return {
        "command": given.get("command"),
        "told": sentences.reproduction(
            given.get("version") or result["detente"], given.get("seed"), given.get("draws")
        ),
        "hashes": sorted((given.get("hashes") or {}).items()),
    }


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    url = row.get("url") or ""
    safe = url if re.match(r"https?://[^\s\"'<>]+\Z", url) else None
    return {
        "cite": row["cite"],
        "url": safe,
        "url_shown": words.shortened(url, 60),
        "checked": row.get("checked"),
    }


def _fragment(html: str | None) -> Markup | None:
    """A picture made by our own code, which escapes its labels; anything active in it is refused all the same."""
    if not html:
        return None
    if _ACTIVE.search(html):
        return Markup("<pre>{}</pre>").format(html)
    return Markup(html)


def _showable(value: object) -> object:
    """What a template prints, without the characters that HTML cannot hold."""
    return showable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_showable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


__all__ = ["render"]
