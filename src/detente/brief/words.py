"""Numbers and names as a reader wants them. Numbers are rounded for reading; counts stay counts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

TOO_LARGE, TOO_SMALL, ZERO = 1e15, 1e-4, 1e-12
_DOUBLE = '"“”„‟«»'
_OPENING, _CLOSING = '"“„«', '"”“»'


def number(value: float | None, unit: str | None = None, digits: int = 2) -> str:
    """A number at ``digits`` significant digits, whole part kept whole, thousands set apart; an en dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    if size < ZERO:
        return with_unit("0", unit)
    if size >= TOO_LARGE or size < TOO_SMALL:
        shown = f"{value:.{digits - 1}e}"
    else:
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        shown = f"{value:,.{places}f}"
        if "." in shown:
            shown = shown.rstrip("0").rstrip(".")
    shown = shown.replace("-", "−", 1) if value < 0 else shown
    return with_unit(shown, unit)


def with_unit(shown: str, unit: str | None) -> str:
    """A number as shown, with its unit."""
    return shown if not unit else f"{shown}{unit}" if unit in "%°" else f"{shown} {unit}"


def numbers_apart(first: float, second: float, unit: str | None = None) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to tell them apart (at most six)."""
    for digits in range(2, 7):
        shown = number(first, unit, digits), number(second, unit, digits)
        if shown[0] != shown[1]:
            return shown
    return number(first, unit, 6), number(second, unit, 6)


def spread(low: float | None, high: float | None, unit: str | None = None) -> str:
    """A range: "0.1 to 0.9", one number when both ends read the same."""
    if low is None or high is None:
        return "–"
    a, b = number(low, None), number(high, None)
    if a == b and low == high:
        return number(low, unit)
    a, b = numbers_apart(low, high)
    return with_unit(f"{a} to {b}", unit)


def count(number_of: int, one: str, many: str | None = None) -> str:
    """ "1 claim", "2 claims", "no claims"."""
    return f"{'no' if number_of == 0 else f'{number_of:,}'} {one if number_of == 1 else many or one + 's'}"


def per_hundred(share: float) -> str:
    """A share as a count in a hundred, never rounded to none or to all of them."""
    hundredths = math.floor(share * 100 + 0.5)
    if share > 0 and hundredths == 0:
        return "fewer than 1 in 100"
    if share < 1 and hundredths == 100:
        return "more than 99 in 100"
    return f"{hundredths} in 100"


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plain(name: str) -> str:
    """A name of the language as words: ``prior_firm`` and ``A.resolve`` become "prior firm" and "A resolve"."""
    return re.sub(r"[_\-.]+", " ", name).strip()


def sentence(text: str) -> str:
    """``text`` with a capital at its head and a stop at its end."""
    text = text.strip()
    if not text:
        return text
    return stopped(text[0].upper() + text[1:])


def stopped(text: str) -> str:
    """``text`` with a stop at its end."""
    return text if text[-1:] in ".!?…" else text + "."


def lower_first(text: str) -> str:
    """``text`` inside a sentence: the first letter small, unless the first word is a name in capitals."""
    head = text.split(" ", 1)[0]
    return text if len(head) > 1 and head[1:2].isupper() else text[:1].lower() + text[1:]


def bare(words: str) -> str:
    """Quoted words without the marks around them and without line ends; nothing else is changed.

    Marks that belong to a quote inside stay: `"a" and "b"` keeps all four.
    """
    words = re.sub(r"\s+", " ", words).strip()
    if (
        len(words) > 2
        and words[0] in _OPENING
        and words[-1] in _CLOSING
        and not set(words[1:-1]) & set(_DOUBLE)
    ):
        words = words[1:-1].strip()
    elif len(words) > 1 and words[0] in _OPENING and not set(words[1:]) & set(_DOUBLE):
        words = words[1:].strip()  # a quote that goes on in the next paragraph
    elif len(words) > 1 and words[-1] in _CLOSING and not set(words[:-1]) & set(_DOUBLE):
        words = words[:-1].strip()
    return words.rstrip(",").strip() or words


def shortened(words: str, limit: int = 180) -> str:
    """The first ``limit`` characters of ``words``, cut at a space, with an ellipsis where something is left out."""
    if len(words) <= limit:
        return words
    head = words[:limit]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:–-") + " …"


def small(many: int) -> str:
    """A count in words up to nine."""
    return (
        ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[many]
        if 0 <= many < 10
        else f"{many:,}"
    )
