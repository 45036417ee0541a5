"""Every quote that the brief shows, checked against the stored documents before anything is written.

At reading, `seal` records the words of every part of every statement and the hash of the text that the offsets count in.
At rendering, `verify` takes the words out of the text again and compares. A text that changed, an offset that moved or
a word that was edited in between stops the brief.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from detente.errors import QuoteMismatch

PARTS = ("source", "cue", "content")
OF_ACT = ("because", "condition")


@dataclass(frozen=True)
class Quote:
    """Words that will be shown, and where they are said to stand."""

    owner: str  # what shows them: "statement s3, content"
    document: str
    spans: tuple[tuple[int, int], ...]  # code points of the text, half-open
    words: tuple[str, ...] | None  # as recorded at reading, one for each span; None: not recorded


def text_hash(text: str) -> str:
    """The sha256 of a document's text in UTF-8. Lone surrogates, which no encoding has, are kept apart, not refused."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def seal(ledger: Mapping[str, Any]) -> dict[str, Any]:
    """The record of `detente read` with the words of every statement and the hash of every text added to it.

    Where the record has roles, the stretches of text that support them get their words too.
    """
    texts = {document["id"]: document["text"] for document in ledger["documents"]}
    statements = []
    for statement in ledger["statements"]:
        text = texts[statement["document"]]
        words = {part: [text[a:b] for a, b in statement[part]] for part in PARTS}
        places = [_place_sealed(place, texts[place["document"]]) for place in statement.get("also", ())]
        sealed_statement = {**statement, "words": words} | ({"also": places} if "also" in statement else {})
        if statement.get("act"):
            decided = {part: [text[a:b] for a, b in statement["act"][part]] for part in OF_ACT}
            sealed_statement["act"] = {**statement["act"], "words": decided}
        statements.append(sealed_statement)
    documents = [{**document, "text_sha256": text_hash(document["text"])} for document in ledger["documents"]]
    sealed: dict[str, Any] = {**ledger, "documents": documents, "statements": statements}
    if "roles" in ledger:
        sealed["roles"] = [
            {**role, "because": [_sealed(each, texts) for each in role["because"]]}
            for role in ledger["roles"]
        ]
    return sealed


def _place_sealed(place: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A place of the statement in a copy of its document, with its words there."""
    return {**place, "words": {part: [text[a:b] for a, b in place[part]] for part in PARTS}}


def _sealed(support: Any, texts: Mapping[str, str]) -> Any:
    if not isinstance(support, Mapping):
        return support
    return {**support, "words": texts[support["document"]][support["start"] : support["end"]]}


def quotes(result: Mapping[str, Any]) -> Iterator[Quote]:
    """All quotes of a result: the parts of the statements, in copies too, and the words that support a role."""
    for statement in result.get("statements", ()):
        for place in (statement, *statement.get("also", ())):
            recorded = place.get("words") or {}
            for part in PARTS:
                spans = tuple((int(a), int(b)) for a, b in place[part])
                words = recorded.get(part)
                yield Quote(
                    owner=f"statement {statement['id']}, {part}",
                    document=place["document"],
                    spans=spans,
                    words=None if words is None else tuple(words),
                )
        act = statement.get("act")
        for part in OF_ACT if act else ():
            words = (act.get("words") or {}).get(part)
            yield Quote(
                owner=f"statement {statement['id']}, words of its act",
                document=statement["document"],
                spans=tuple((int(a), int(b)) for a, b in act.get(part) or ()),
                words=None if words is None else tuple(words),
            )
    for role in result.get("roles") or ():
        for support in role.get("because", ()):
            if isinstance(support, Mapping):
                words = support.get("words")
                yield Quote(
                    owner=f"role {role['role']}",
                    document=support["document"],
                    spans=((int(support["start"]), int(support["end"])),),
                    words=None if words is None else (words,),
                )


def verify(result: Mapping[str, Any], stored: Mapping[str, bytes] | None = None) -> int:
    """Check every quote of ``result``; the number of quotes checked.

    ``stored`` may hold the bytes of the files, by document id; they are compared with the hash taken at reading.
    Raises `QuoteMismatch` naming the first quote that differs, and what differs.
    """
    documents = {document["id"]: document for document in result.get("documents", ())}
    for document in documents.values():
        _check_document(document, stored)
    checked = 0
    for quote in quotes(result):
        document = documents.get(quote.document)
        if document is None:
            raise QuoteMismatch(f"{quote.owner}: there is no document {quote.document!r}")
        _check_quote(quote, document["text"])
        checked += 1
    _check_references(result)
    return checked


def _check_document(document: Mapping[str, Any], stored: Mapping[str, bytes] | None) -> None:
    recorded = document.get("text_sha256")
    if recorded is None:
        raise QuoteMismatch(f"document {document['id']}: no hash of its text was recorded at reading")
    if text_hash(document["text"]) != recorded:
        raise QuoteMismatch(
            f"document {document['id']}: the text is not the one that was read (its sha256 differs)"
        )
    if stored is not None and document["id"] in stored:
        found = hashlib.sha256(stored[document["id"]]).hexdigest()
        if found != document["sha256"]:
            raise QuoteMismatch(
                f"document {document['id']}: the file has changed since it was read (its sha256 differs)"
            )


def _check_quote(quote: Quote, text: str) -> None:
    if quote.words is None:
        raise QuoteMismatch(f"{quote.owner}: its words were not recorded at reading")
    if len(quote.words) != len(quote.spans):
        raise QuoteMismatch(f"{quote.owner}: {len(quote.spans)} places but {len(quote.words)} pieces of text")
    for (start, end), words in zip(quote.spans, quote.words, strict=True):
        if not 0 <= start < end <= len(text):
            raise QuoteMismatch(
                f"{quote.owner}: characters {start} to {end} are outside document {quote.document}"
            )
        if text[start:end] != words:
            raise QuoteMismatch(
                f"{quote.owner}: document {quote.document} has {text[start:end][:80]!r} at {start} to {end}, "
                f"not {words[:80]!r}"
            )


def _check_references(result: Mapping[str, Any]) -> None:
    """Whoever is said to have said something must have said it in the ledger."""
    known = {statement["id"] for statement in result.get("statements", ())}
    cited = [
        (f"claim {claim['id']}", id)
        for claim in result.get("claims") or ()
        for id in claim.get("said_by", ())
    ]
    cited += [("match", match["statement"]) for match in result.get("matches") or ()]
    for role in result.get("roles") or ():
        cited += [(f"role {role['role']}", id) for id in role.get("because", ()) if isinstance(id, str)]
    for pair in result.get("contradictions") or ():
        cited += [("contradiction", id) for id in pair["statements"]]
    for owner, id in cited:
        if id not in known:
            raise QuoteMismatch(f"{owner}: cites statement {id!r}, which is not in the ledger")
