"""From articles to a finished brief: read, choose a scenario, bind roles, match claims, test, and write the folder.

Each step is a public function of the room below; this file only calls them in order and puts their answers into the one
result that `page.render` shows and `brief.json` holds.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path, PurePath
from threading import Thread
from typing import Any

from detente import __version__
from detente.brief.fit import Fit, best_fit
from detente.brief.folder import archive, place, slug, table
from detente.brief.marks import start_drawing
from detente.brief.naming import called, spoken, spoken_throughout
from detente.brief.page import render
from detente.brief.quotes import seal
from detente.errors import BadInput, DocumentError, Where
from detente.explore import test
from detente.explore.claims.effort import Search
from detente.game import unfold
from detente.game.picture_html import timeline_html, tree_html
from detente.news import ledger_record, read
from detente.news.ledger import COLUMNS as LEDGER_COLUMNS
from detente.news.ledger import ledger_rows
from detente.news.matching.match import contradictions
from detente.news.matching.match import record as match_record
from detente.scenario import assumptions, scenario_text
from detente.scenario.model import Binding
from detente.scenario.scenario import Scenario
from detente.scenario.statement import Document, Ledger

DRAWS = 256
NAMES = ("brief.html", "brief.json", "ledger.csv", "claims.csv", "assumptions.csv", "replication.zip")
Progress = Callable[[str, float], None]
CLAIM_COLUMNS = (
    "id", "text", "verdict", "rule_text", "coverage", "density", "share", "decided", "undecided", "binding", "binding_at",
    "said_by",
)  # fmt: skip
ASSUMPTION_COLUMNS = (
    "name", "title", "because", "base", "low", "high", "unit", "measure", "origin", "source", "checked",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A finished brief: the result, and where its page and its scenario were written (None: no scenario fits)."""

    result: dict[str, Any]
    page: str
    scenario: str | None
    summary: str


def example_article() -> Path:
    """The shipped article: written by us, about countries that do not exist."""
    return Path(str(files("detente.brief"))) / "example" / "talsen-valley.txt"


def make_brief(
    articles: Sequence[str],
    *,
    scenario: str | None = None,
    out: Path | None = None,
    draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    search: Search = "quick",
    progress: Progress | None = None,
    head: Mapping[str, object] | None = None,
    text_column: str | None = None,
) -> Made:
    """Make the brief of ``articles`` (none: the shipped example) and write its folder.

    ``scenario``: a file, folder or shipped name; None takes the shipped scenario that fits best, and none if none does.
    ``search``: how hard flips, exceptions, maps and answers to policies are looked for (`detente.explore.test`).
    ``text_column``: the column of tables (csv, tsv, jsonl) that holds the texts, where their heads do not tell.
    The same articles, scenario, draws, seed and search give the same bytes, whatever the number of ``workers``. Nothing is written
    before every quote has been verified. Raises DocumentError, GameError, QuoteMismatch, OSError.
    """
    tell = progress or (lambda what, share: None)
    tell("reading", 0.0)
    ledger = read(list(articles) or [example_article()], text_column=text_column)
    if not ledger.documents:
        path, reason = ledger.skipped[0] if ledger.skipped else (", ".join(articles), "no document found")
        raise DocumentError(f"{path}: {reason}" if path else reason)
    inputs = _inputs(ledger)
    # from here on a document goes by its file's name: the same bytes wherever the file lies
    named = (
        replace(d, path=PurePath(d.path).name, title=d.title or headline(d.text)) for d in ledger.documents
    )
    unread = tuple((PurePath(path).name or path, reason) for path, reason in ledger.skipped)
    ledger = replace(ledger, documents=tuple(named), skipped=unread)
    fit = best_fit(ledger, scenario)
    fitted = {} if fit is None else _fits(fit.scenario)
    count = draws if draws is not None else DRAWS
    result: dict[str, Any] = {**(head or {"detente": __version__, "schema": 1, "command": "brief"})}
    result |= {"title": _title(ledger), **ledger_record(ledger)}
    if fit is None:
        result |= {
            "scenario": None,
            "claims": [],
            "policies": [],
            "roles": [],
            "matches": [],
            "constraints": [],
        }
    else:
        drawing = Thread(target=start_drawing, name="drawing")  # takes half a second that nothing waits for
        drawing.start()
        findings = test(
            fit.scenario,
            draws=count,
            seed=seed,
            workers=workers,
            search=search,
            mapped={m.claim for m in fit.matches if m.stance != "none"} if search == "quick" else None,
            progress=lambda what, share: tell(what, 0.1 + 0.8 * share),
        )
        drawing.join()
        result |= _tested(ledger, fit, findings.record())
    tell("writing", 0.95)
    name = slug(PurePath(ledger.documents[0].path).stem)
    folder = out if out is not None else Path(f"brief-{name}")
    return _write(folder, seal(result), ledger, inputs, fit, fitted, count, text_column)


def headline(text: str) -> str | None:
    """The first line, where it stands alone above the text like a headline does; None for a text that starts at once."""
    first, _, rest = text.lstrip().partition("\n")
    found = first.strip()
    alone = rest.startswith("\n") and bool(rest.strip())
    return found if alone and 10 <= len(found) <= 160 and not found.endswith(".") else None


def _title(ledger: Ledger) -> str:
    lead = ledger.documents[0]
    first = lead.title or PurePath(lead.path).stem
    if not lead.title and lead.part and all(d.path == lead.path for d in ledger.documents):
        return f"Reports of {PurePath(lead.path).name}"  # rows without headlines
    more = len(ledger.documents) - 1
    return first if not more else f"{first}, and {more} more report{'s' if more > 1 else ''}"


def _tested(ledger: Ledger, fit: Fit, found: Mapping[str, Any]) -> dict[str, Any]:
    """What the scenario says, with the names of those who play its roles, and what testing found."""
    scenario = fit.scenario
    names = {role.id: f"the {role.title.lower().removeprefix('the ')}" for role in scenario.roles.values()}
    for proposal in fit.roles:
        if proposal.actor:
            actor = ledger.actor(proposal.actor)
            names[proposal.role] = called(actor.name, actor.kind)
    said: dict[str, list[str]] = {}
    for match in fit.matches:
        if match.stance == "makes":
            said.setdefault(match.claim, []).append(match.statement)
    denied = {match.claim for match in fit.matches if match.stance == "denies"}
    tree = unfold(scenario.game)
    shown = {
        "scenario": scenario.id,
        "scenario_title": scenario.title,
        "scenario_summary": scenario.summary,
        **{key: value for key, value in found.items() if key not in ("scenario", "law")},
        "claims": [
            {
                **claim,
                "said_by": said.get(claim["id"], []),
                "in_article": claim["id"] in said or claim["id"] in denied,
                "said_by_role": scenario.claims[claim["id"]].said_by_role,
                "because": scenario.claims[claim["id"]].because,
                "models": list(scenario.claims[claim["id"]].models),
                "formula": scenario.claims[claim["id"]].holds,
            }
            for claim in found["claims"]
        ],
        "policies": [
            {**row, "title": scenario.policies[row["id"]].title, "text": scenario.policies[row["id"]].text}
            for row in found["policies"]
        ],
        "events": [
            {"name": name, "title": scenario.event_titles.get(name) or name.replace("_", " ")}
            for name in scenario.events_of_interest
        ],
        "constraints": _law(scenario, found),
        "parameters": assumptions(scenario),
        "derived": [
            {
                "name": p.name,
                "title": p.title or p.name.replace("_", " "),
                "unit": p.unit,
                "formula": str(p.derived),
            }
            for p in scenario.parameters.values()
            if p.distribution == "derived"
        ],
        "not_modelled": list(scenario.not_modelled),
        "sources": [
            {"key": s.id, "cite": s.cite, "url": s.url, "checked": s.checked}
            for s in scenario.sources.values()
        ],
        "timeline_html": timeline_html(scenario.game),
        "tree_html": tree_html(tree, depth=3),
    }
    return {
        **spoken_throughout(shown, names),
        "roles": [
            {
                **p.record(),
                "title": scenario.roles[p.role].title,
                "player": scenario.roles[p.role].player,
                "text": spoken(scenario.roles[p.role].text, names),
            }
            for p in fit.roles
        ],
        "matches": [match_record(match) for match in fit.matches],
        "contradictions": contradictions(ledger, fit.matches),
    }


def _law(scenario: Scenario, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each rule of law with what happens under it and without it."""
    tested = {row["id"]: row for row in found.get("law") or ()}
    rows = []
    for law in scenario.law.values():
        sides = {side: tested.get(law.id, {}).get(side) or {} for side in ("with", "without")}
        rows.append(
            {
                "id": law.id, "title": law.title, "instrument": law.instrument, "article": law.article, "text": law.text,
                "url": law.url, **sides,
            }
        )  # fmt: skip
    return rows


def _inputs(ledger: Ledger) -> dict[str, bytes]:
    """The bytes of every document as they were read, by the document's id; text from standard input as UTF-8."""
    files: dict[str, bytes] = {}  # a file of several documents is held once
    for d in ledger.documents:
        if d.path not in files and Path(d.path).is_file():
            files[d.path] = Path(d.path).read_bytes()
    return {d.id: files[d.path] if d.path in files else d.text.encode("utf-8") for d in ledger.documents}


def _write(
    folder: Path,
    result: dict[str, Any],
    ledger: Ledger,
    inputs: Mapping[str, bytes],
    fit: Fit | None,
    fitted: Mapping[str, bytes],
    draws: int,
    text_column: str | None,
) -> Made:
    names = [*NAMES, *(["scenario.yaml"] if fit is not None else []), *fitted]
    result["files"] = {name: name for name in names}
    articles = {_article_file(d): d for d in ledger.documents}
    command = ["detente", "brief", *articles]
    if text_column is not None:
        command += ["--text-column", shlex.quote(text_column)]
    texts: dict[str, bytes] = dict(fitted)
    if fit is not None:
        command += ["--scenario", "scenario.yaml", "--draws", str(draws), "--seed", str(result["seed"])]
        if result["searched"]["effort"] != "quick":
            command += ["--search", result["searched"]["effort"]]
    result["reproduce"] = {
        "command": " ".join(command),
        "version": __version__,
        "draws": draws if fit is not None else None,
        "seed": result.get("seed"),
        "hashes": {name.removeprefix("articles/"): d.sha256 for name, d in articles.items()},
    }
    with ThreadPoolExecutor(1) as beside:  # the drawing program lets others work while it draws
        bound = None if fit is None else beside.submit(_bound, fit)
        page = render(result, inputs)
        if bound is not None:
            texts["scenario.yaml"] = bound.result().encode("utf-8")
    texts |= {
        "brief.html": page.encode("utf-8"),
        "brief.json": (json.dumps(result, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode(
            "utf-8"
        ),
        "ledger.csv": table(
            LEDGER_COLUMNS, [dict(zip(LEDGER_COLUMNS, row, strict=True)) for row in ledger_rows(ledger)]
        ),
        "claims.csv": table(CLAIM_COLUMNS, [_claim_row(c) for c in result["claims"]]),
        "assumptions.csv": table(ASSUMPTION_COLUMNS, result.get("parameters") or []),
    }
    how = f"Made with detente {__version__}. To make it again, unpack and run here:\n\n    {result['reproduce']['command']}\n"
    texts["replication.zip"] = archive(
        {
            **{name: inputs[d.id] for name, d in articles.items()},
            "README.txt": how.encode(),
            **{k: texts[k] for k in texts if k != "brief.html"},
        }
    )
    written = place(folder, {name: texts[name] for name in names})
    return Made(result, written["brief.html"], written.get("scenario.yaml"), _summary(result))


def _fits(scenario: Scenario) -> dict[str, bytes]:
    """The files of the fits that ranges come from, as they were read, by their place beside the scenario's."""
    taken = {*NAMES, "scenario.yaml", "readme.txt"}
    for one in scenario.fits.files:
        if one.name.lower() in taken or one.name.lower().startswith("articles/"):
            raise BadInput("a brief writes a file of this name itself; give the fit's file another", found=one.name,
                           where=Where(field="--scenario"), allowed="a name that is none of " + ", ".join(sorted(taken)))  # fmt: skip
        taken.add(one.name.lower())
    return {one.name: one.text.encode("utf-8") for one in scenario.fits.files}


def _article_file(document: Document) -> str:
    """Where a document's file lies in the archive: all parts of one file in one, under the name that gives them their ids."""
    name = document.id.rpartition("-")[0] if document.part is not None else document.id
    return f"articles/{name}{PurePath(document.path).suffix or '.txt'}"


def _bound(fit: Fit) -> str:
    """The scenario's file with who plays which role and which statement makes which claim."""
    bindings = [
        Binding(
            p.role,
            p.actor,
            tuple(dict.fromkeys(f"{e.document}:{e.start}-{e.end}" for e in p.because)),
            p.confidence,
        )
        for p in fit.roles
    ]
    return scenario_text(fit.scenario, bindings, fit.matches)


def _claim_row(claim: Mapping[str, Any]) -> dict[str, Any]:
    binding = claim.get("binding") or {}
    return {
        **claim,
        "binding": binding.get("parameter"),
        "binding_at": binding.get("at"),
        "said_by": " ".join(claim["said_by"]),
    }


def _summary(result: Mapping[str, Any]) -> str:
    count = len(result["statements"])
    if not result["scenario"]:
        return (
            f"{count} statements; this report fits none of the scenarios that we have, so no claim is tested."
        )
    made = sum(1 for claim in result["claims"] if claim["in_article"])
    return f"{count} statements, {made} of {len(result['claims'])} tested claims made in the text, scenario {result['scenario']}."
