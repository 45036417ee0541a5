"""What everything in a result is called on the page, and where the page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from detente.brief import sentences, words
from detente.brief.article import Mark

QUOTE = 170  # characters of a quote beside a claim
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
        self.parameters = sentences.Parameters(
            [*(result.get("derived") or ()), *(result.get("parameters") or ())]
        )
        self.events = {row["name"]: row for row in result.get("events") or ()}
        self.policies = {row["id"]: row for row in result.get("policies") or ()}
        self.stance = {(m["statement"], m["claim"]): m.get("stance") for m in result.get("matches") or ()}

    def document(self, id: str) -> str:
        row = self.documents[id]
        file = PurePath(row["path"].replace("\\", "/")).name or id
        return row.get("title") or (f"{file}, {row['part']}" if row.get("part") else file)

    def label(self, id: str) -> str:
        """ "report 2", where there are several; empty where there is one."""
        return f"report {list(self.documents).index(id) + 1}" if len(self.documents) > 1 else ""

    def _supports(self, result: Mapping[str, Any]) -> dict[tuple[str, int, int], int]:
        """A number for each stretch of text that supports a role."""
        given = [
            each
            for role in result.get("roles") or ()
            for each in role.get("because") or ()
            if isinstance(each, Mapping)
        ]
        places = dict.fromkeys((each["document"], each["start"], each["end"]) for each in given)
        return {place: n for n, place in enumerate(places, 1)}

    def support_marks(self, document: str) -> list[Mark]:
        return [
            Mark(f"words-{n}", ((a, b, "support"),))
            for (id, a, b), n in self.supports.items()
            if id == document
        ]

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
        named = self.policies.get(id, {}).get("title") or words.plain(id)
        return named[:1].upper() + named[1:]

    def text(self, document: str, spans: Sequence[Sequence[int]]) -> str:
        text = self.documents[document]["text"]
        return " … ".join(text[a:b] for a, b in spans)

    def speaker(self, statement: Mapping[str, Any]) -> str:
        if statement.get("speaker"):
            return statement["speaker"]["name"]
        source = self.text(statement["document"], statement["source"])
        return words.bare(source) or "nobody named"

    def quote(
        self, id: str, limit: int = QUOTE, claim: str | None = None, whole: bool = False
    ) -> dict[str, Any]:
        """A statement as it is quoted somewhere on the page.

        ``whole``: what is told in the reporter's words is shown with its speaker and verb, as the text has it.
        """
        statement = self.statements[id]
        number = self.statement_number[id]
        text, places = (
            self.documents[statement["document"]]["text"],
            statement["content"] or statement["source"],
        )
        said = " … ".join(words.bare(text[a:b]) for a, b in places)
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
            "how": sentences.how_said(statement),
            "verb": sentences.POLARITY.get(statement.get("polarity"), "said"),
            "denied": self.stance.get((id, claim)) == "denies",
            "asked": statement.get("polarity") == "asked",
            "also": [
                {
                    "document": self.label(place["document"]),
                    "document_id": place["document"],
                    "href": f"#{anchor}",
                }
                for place, anchor in self.places(id)[1:]
            ],
        }

    def places(self, id: str) -> list[tuple[Mapping[str, Any], str]]:
        """Where a statement stands, with the anchor there: first its own place, then those in copies of its document."""
        statement, number = self.statements[id], self.statement_number[id]
        copies = [(place, f"place-{number}-{k}") for k, place in enumerate(statement.get("also") or (), 2)]
        return [(statement, f"place-{number}"), *copies]

    def _whole(self, statement: Mapping[str, Any], limit: int) -> str | None:
        """The stretch of text from the first to the last part of a statement, if it is one short line."""
        places = [span for part in ("source", "cue", "content") for span in statement[part]]
        text = self.documents[statement["document"]]["text"][
            min(a for a, _ in places) : max(b for _, b in places)
        ]
        return text if len(text) <= limit and "\n" not in text else None

    def support(self, given: object) -> dict[str, Any]:
        """What supports a role: a statement, or a stretch of a document."""
        if isinstance(given, Mapping):
            n = self.supports[given["document"], given["start"], given["end"]]
            said = self.documents[given["document"]]["text"][given["start"] : given["end"]]
            return {
                "words": words.shortened(words.bare(said), 120),
                "href": f"#words-{n}",
                "name": "in the text",
            }
        quote = self.quote(str(given), 120)
        return {"words": quote["words"], "href": quote["href"], "name": f"place {quote['number']}"}
