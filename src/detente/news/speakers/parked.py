"""A `Reader` between two of its steps as plain data, so that only one document has to be in memory at a time."""

from __future__ import annotations

import json
import zlib
from dataclasses import astuple

from detente.news.speakers.mentions import Mention
from detente.news.speakers.resolve import Reader


def park(reader: Reader) -> bytes:
    """What `listed`, `persons` and `names` leave behind in ``reader`` besides the registry."""
    mentions = reader.mentions
    number = {id(mention): n for n, mention in enumerate(mentions.all)}
    state = {
        "mentions": [astuple(mention) for mention in mentions.all],
        "at": [[*place, number[id(mention)]] for place, mention in mentions.at.items()],
        "seen": mentions.seen,
        "pronouns": mentions.pronouns,
        "persons": reader._persons,
    }
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 1)


def unpark(reader: Reader, state: bytes) -> None:
    """Puts into a new ``reader`` of the same document and registry what `park` took from the old one."""
    kept = json.loads(zlib.decompress(state))
    mentions = reader.mentions
    mentions.all = [Mention(*fields) for fields in kept["mentions"]]
    for mention in mentions.all:
        mentions.in_sentence.setdefault(mention.sentence, []).append(mention)
    mentions.at = {(paragraph, token): mentions.all[n] for paragraph, token, n in kept["at"]}
    mentions.seen = kept["seen"]
    mentions.pronouns = kept["pronouns"]
    reader._persons = [(n, first, last, name) for n, first, last, name in kept["persons"]]
