"""What a file tells about its document: title, publisher, date, author, dateline, address; and where each was found.

Nothing is inferred: not from the time stamp of a file, not from a date somewhere in the text, not from today's date.
A value that cannot be read with one meaning (``03/04/2025``, a day without its year) is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime

LONGEST = 300  # characters of a value that is kept
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
#: Pieces of patterns for written dates; groups ``month`` and ``year``.
MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thur?s?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?)"
YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ISO = re.compile(
    YEAR + r"-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_COMPACT = re.compile(YEAR + r"(?P<month>\d\d)(?P<day>\d\d)(?:T?\d{6}Z?)?")
_CLOCK = r"(?:,?\s+(?:at\s+)?\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?(?:\s*(?:[A-Z]{2,4}|[+-]\d{4}))?)?"
_WRITTEN = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?:{WEEKDAY},?\s+)?{MONTH}\s+{_DAY},?\s+{YEAR}(?:,?\s+{WEEKDAY})?{_CLOCK}",
        rf"(?:{WEEKDAY},?\s+)?{_DAY}\s+{MONTH},?\s+{YEAR}(?:,?\s+{WEEKDAY})?{_CLOCK}",
    )
)
_NUMERIC = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[/.])(?P<second>\d{{1,2}})(?P=mark){YEAR}")


@dataclass(frozen=True)
class About:
    """What is known; ``origin`` says for each field that is, where in the file it stood."""

    title: str | None = None
    publisher: str | None = None
    date: str | None = None
    author: str | None = None
    dateline: str | None = None
    url: str | None = None
    origin: dict[str, str] = field(default_factory=dict)

    def told(self, name: str, value: object, where: str) -> About:
        """With one more field, if it was not known and ``value`` says something."""
        if getattr(self, name) is not None:
            return self
        clean = _CLEANERS.get(name, one_line)(value)
        return self if clean is None else replace(self, **{name: clean}, origin={**self.origin, name: where})

    def filled(self, other: About) -> About:
        """What is not known here taken from ``other``."""
        found = self
        for each in fields(other):
            if each.name != "origin" and getattr(other, each.name) is not None:
                found = found.told(each.name, getattr(other, each.name), other.origin.get(each.name, "file"))
        return found


def one_line(value: object) -> str | None:
    """Words on one line without control characters, at most `LONGEST` characters; None if nothing is left."""
    if not isinstance(value, str):
        return None
    words = re.sub(
        r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+",
        " ",
        value[: 20 * LONGEST],
    )
    words = words.strip()
    return (words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…") or None


def address(value: object) -> str | None:
    """A web address: http or https alone, nothing that a page could run."""
    words = one_line(value)
    return words if words and re.fullmatch(r"https?://[^\s<>\"'`\\]{3,290}", words, re.I) else None


def iso_date(value: object) -> str | None:
    """A date in ISO 8601 from the ways in which files write it; None if it has more than one reading, or none.

    Read: ISO 8601, ``20250303``, the form of mail and feeds ("Mon, 03 Mar 2025 14:05:00 +0100"), "March 3, 2025" and
    "3 March 2025" with or without weekday, ``25/03/2025`` where one number must be the day. A time of day is kept where the
    form gives it with its zone or in ISO 8601. A day without its year is not read.
    """
    if not isinstance(value, str) or not 8 <= len(words := value[:120].strip()) <= 100:
        return None
    if found := _ISO.fullmatch(words):
        day = _day(found["year"], found["month"], found["day"])
        if day is None or not found["time"]:
            return day
        zone = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", None: ""}.get(found["zone"], found["zone"])
        return _moment(f"{day}T{found['time']}{zone}")
    if found := _COMPACT.fullmatch(words):
        return _day(found["year"], found["month"], found["day"])
    if re.match(rf"(?:{WEEKDAY},?\s+)?\d{{1,2}}\s+[A-Za-z]{{3}}\s+\d{{4}}\s+\d\d:\d\d", words):
        try:
            moment = parsedate_to_datetime(words)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return moment.isoformat(timespec="seconds") if 1900 <= moment.year <= 2099 else None
    for pattern in _WRITTEN:
        if found := pattern.fullmatch(words):
            month = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(found["month"][:3].lower()))
            return _day(found["year"], month, found["day"])
    if found := _NUMERIC.fullmatch(words):
        first, second = int(found["first"]), int(found["second"])
        if first > 12 or first == second:
            return _day(found["year"], second, first)
        return _day(found["year"], first, second) if second > 12 else None
    return None


def _day(year: str, month: str | int, day: str | int) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _moment(words: str) -> str | None:
    try:
        return datetime.fromisoformat(words).isoformat(timespec="seconds")
    except ValueError:
        return None


def person(value: object) -> str | None:
    """The name under a report, without the "By" before it."""
    words = one_line(value)
    return (re.sub(r"^by:?\s+", "", words, flags=re.I) or None) if words else None


_CLEANERS = {"date": iso_date, "url": address, "author": person}
