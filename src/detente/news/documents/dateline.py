"""Dateline, byline and a line that is a date: what the head of a text says about it, for every format.

"BRUSSELS, March 3 (Reuters) - The ministers ..." is a dateline if it names a known place or a known agency, or a place in
capitals with a day. It is kept as it stands. Its agency is the publisher where the file names none; its day is a date only
with a year.
"""

from __future__ import annotations

import functools
import re

from detente.news.documents.about import MONTH, WEEKDAY, YEAR, About
from detente.news.lists.gazetteer import places

_UPPER = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’\-]+(?:[ /](?:DE |DEL |EL |AL-)?[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’\-]*){0,3}"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[ '’/\-][A-ZÀ-ÖØ-Þ][^\W\d_]+){0,3}"
_REGION = r"(?:, ?[A-ZÀ-ÖØ-Þ][^\W\d_.]*(?:[. ]{1,2}[A-ZÀ-ÖØ-Þ][^\W\d_.]*){0,3}\.?)"
_AFTER = r"(?P<day2>\d{1,2})\s" + MONTH.replace("<month>", "<month2>") + r"(?: (?P<year2>(?:19|20)\d\d))?"
_WHEN = rf"(?:{MONTH}\s?(?P<day>\d{{1,2}})(?:, ?{YEAR})?|{_AFTER})"
_WIRE = r"[A-Za-z][\w.&'’ \-]{1,30}"
_DATELINE = re.compile(
    rf"[ \t]*(?P<dateline>(?P<place>{_UPPER}|{_CAPITAL})(?P<region>{_REGION}??)(?:[.,]? (?P<when>{_WHEN}))?"
    rf"(?:,? ?\((?P<agency>{_WIRE}(?:/{_WIRE})?)\)|\. /(?P<slashed>[A-Z][A-Za-z]{{2,15}})/)?)"
    r"(?:\.? ?(?:—|–|--|―)|\.? -|(?<=/)\.) ?(?=[\w“\"‘'])"
)
_WIRES = (
    "aa adnkronos afp agerpres anadolu ani ansa ap apa associated-press belga bernama bloomberg bta cna cnn ctk dpa efe hina "
    "ians interfax irna jiji kyodo lusa mena mti ntb pap petra pti reuters rfe/rl rian ritzau sana spa stt tanjug tass tt "
    "ukrinform unian upi wam xinhua yonhap"
)
_AGENCIES = frozenset(_WIRES.split())
_NAME = r"[A-ZÀ-ÖØ-Þ][\w.'’\-]+(?: (?:[a-z]{2,3} )?[A-ZÀ-ÖØ-Þ][\w.'’\-]*){1,3}"
_BYLINE = re.compile(
    rf"[ \t]*By (?!{WEEKDAY}\b|{MONTH}\s)(?P<name>{_NAME}(?:(?:, {_NAME}){{0,3}},? and {_NAME})?)"
    r"(?:,? (?:in|for) [A-Z][\w .]{2,30}|, [A-Za-z][\w&.'’ \-]{2,40}| \| [A-Za-z][\w&.'’ \-]{2,40})?[ \t]*"
)
_DATED = re.compile(
    r"[ \t]*(?:(?:first |last )?(?:published|posted|updated|date)(?: on| at)?:? )?(?P<date>[^\n]{8,60}?)[ \t]*",
    re.I,
)
_HEAD = 8  # lines in which a dateline, a byline or a date may stand


def from_text(text: str) -> About:
    """Dateline, byline and a line that is a date, in the first lines of a text; a heading may stand above them."""
    about = About()
    lines = [line for line in text[:6000].split("\n") if line.strip()][:_HEAD]
    for line in lines:
        if found := _dateline(line[:400]):
            about = about.told("dateline", found["dateline"], "dateline")
            about = about.told("publisher", found["agency"] or found["slashed"], "dateline")
            if year := found["year"] or found["year2"]:
                month = found["month"] or found["month2"]
                written = f"{found['day'] or found['day2']} {month.rstrip('.')} {year}"
                about = about.told("date", written, "dateline")
            break
        if len(line) > 120:
            break  # the report has begun
        if found := _BYLINE.fullmatch(line):
            about = about.told("author", found["name"], "byline")
        elif found := _DATED.fullmatch(line):
            where = "line of the text"
            about = about.told("date", found["date"], where)
    return about


def _dateline(line: str) -> re.Match[str] | None:
    """The dateline with which a line begins: a known place or a known agency, or capitals with a day."""
    found = _DATELINE.match(line)
    if not found or len(line) - found.end() < 20:
        return None
    place, agency = found["place"], found["agency"] or found["slashed"]
    known = all(name.casefold() in _known() for name in place.split("/"))
    wire = agency is not None and agency.casefold().replace(" ", "-") in _AGENCIES
    if wire or (known and (agency or found["when"])):
        return found
    return found if place.isupper() and (found["when"] or known) else None


@functools.cache
def _known() -> frozenset[str]:
    """Countries and capitals, and the cities where the large organisations sit."""
    listed = (p for p in places().values() if p.kind == "country")
    cities = "new york, geneva, the hague, strasbourg, united nations, jerusalem, istanbul, dubai, hong kong, mumbai, davos, gaza"
    names = {name for place in listed for name in (*place.names, *place.seats)}
    return frozenset(name.casefold() for name in names) | frozenset(cities.split(", "))
