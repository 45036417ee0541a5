"""One key for the ways in which one surname is written in Latin letters, and whether two given names may be one.

The rules are those in which the usual romanisations differ (BGN/PCGN, Library of Congress, passports, German and Polish
spelling); there is no list of persons. Rules for Slavic names are applied to surnames with a Slavic ending alone. Words of up
to four letters are compared as they stand. Kept apart: feminine and masculine surnames (they may be two persons), e and i,
k and g. Not found: Wade-Giles beside pinyin, Gaddafi and Kadhafi, names translated.
"""

from __future__ import annotations

import functools
import re

from detente.news.lists.gazetteer import slug
from detente.news.lists.words import lines, words

#: Articles of Arabic names, which are left out: al-Assad and Assad.
ARTICLES = ("al", "el", "as", "ad", "ar", "an", "at", "ash", "az", "ul", "ud")
PARTICLES = frozenset(("de", "da", "di", "del", "della", "der", "den", "van", "von", "bin", "ibn", "al", "el", "la", "le", "dos", "du",
                       "st", "mc", "o", "ter", "ten", "te", "zu"))  # fmt: skip
_VOWEL, _CONSONANT = "aeiouy", "bcdfghjklmnpqrstvwxz"

_ANY = (
    (r"(?:iy|yy|ij|yj|ii|yi)$", "y"),  # Zelenskiy, Zelenskyy, Zelenskij
    (r"(?<=[sc]k)i$", "y"),  # Zelenski, Potocki
    (rf"([{_CONSONANT}])\1", r"\1"),  # Assad, Asad
    (rf"(?<=[bcfghklmnprstvz])j(?=[{_VOWEL}])", "y"),  # Netanjahu
    (r"(?<=[bcdfghklmnprstvz])iahu$", "yahu"),
    (r"tz", "ts"),
    (r"q", "k"),  # Qassem, Kassem
    (r"dj", "d"),  # Djordjevic, Đorđević
    (r"(?<=[bdfghjklmnprstvwyz])[ae]h$", "a"),  # Haniyeh, Haniya
    (r"(?:ay|ei|ey|ai)n$", "ein"),  # Hussein, Husain
    (r"ou", "u"),  # Mousavi, Musavi
    (r"ey", "ei"),
    (r"zh", "j"),  # Ahmadinezhad
    (r"kh", "h"),  # Khodorkovsky, Hodorkovsky
)  # fmt: skip
_SLAVIC = re.compile(
    r"(?:sky|sk[ay]|s[ck][aijy]+a|en[kc][oa]|[eo]va?|uk|[vw]i[ct]s?(?:c?h|z)?|[vw]y(?:ts)?ch|shyn|[iy]ak|ko)$"
)
_SLAVIC_RULES = (
    (r"schtsch", "shch"), (r"tsch|cz", "ch"), (r"sch", "sh"), (r"w", "v"), (r"x", "ks"),
    (r"enka$", "enko"),  # Belarusian
    (r"[uo]u?(?=sk[aijy]+a?$)(?<=[bcdfghjklmnprstvz]u)", "ov"),  # Tsikhanouskaya after "ou" became "u"
    (r"tsi", "ti"), (r"dzi", "di"),
    (r"sk(?:aya|aia|aja)$", "skaya"),
    (rf"(?<=[{_CONSONANT}])y(?=[{_CONSONANT}])", "i"),  # Tymoshenko, Timoshenko
    (rf"(?<=[{_CONSONANT}])[ijy](?=[ua])", "y"),  # Yatseniuk, Yatsenyuk
    (r"(?<=[aeiou])y?(?:e|yo)(va?)$", r"e\1"),  # Dudayev, Dudaev
    (rf"(?<=[{_CONSONANT}])(?:[iy]e|[iy]o|e)(va?)$", r"e\1"),  # Kiselyov, Kiselev; Soloviev, Solovyov
    (r"(?<=[cs]h)o(va?)$", r"e\1"),  # Gorbachov, Gorbachev
    (r"^ye", "e"),  # Yeltsin is Eltsin where the ending is Slavic
)  # fmt: skip
_UKRAINIAN = re.compile(
    r"(?:enko|chuk|uk|sky|vich)$"
)  # g and h are one letter in Russian and Ukrainian forms


@functools.lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """The letters of a surname in lower case without accents and without an article before a hyphen."""
    plain = slug(word)
    head, _, rest = plain.partition("-")
    return (rest if rest and head in ARTICLES else plain).replace("-", "")


@functools.lru_cache(maxsize=20_000)
def surname_key(word: str) -> str:
    """The key that all spellings of a surname share."""
    key = bare(word)
    if len(key) <= 4 and "dj" not in key:
        return key
    for pattern, new in _ANY:
        key = re.sub(pattern, new, key)
    if _SLAVIC.search(key):
        for pattern, new in _SLAVIC_RULES:
            key = re.sub(pattern, new, key)
        if _UKRAINIAN.search(key):
            key = key.replace("g", "h")
    return key


@functools.cache
def _variants() -> dict[str, int]:
    return {
        name: number
        for number, line in enumerate(lines("given names in several languages"))
        for name in line.split()
    }


def given_key(word: str) -> str:
    """The key that spellings of a given name share; names of one line of the list are one."""
    plain = slug(word).replace("-", "")
    number = _variants().get(plain)
    return f"{number}" if number is not None else surname_key(plain)


def given_fit(one: str, other: str) -> bool:
    """Whether two given names may be one: the same key, or an initial of the other."""
    a, b = slug(one).replace("-", ""), slug(other).replace("-", "")
    if not a or not b:
        return False
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    return given_key(one) == given_key(other)


_PINYIN = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxzcsryw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|an|en|in|un|ao|ai|ei|ou|ia|ie|iu|ua|uo"
    r"|ui|ue|er|a|e|i|o|u)){1,2}"
)
_HANGUL = re.compile(
    r"(?:(?:ch|kk|ss|jj|pp|tt|[bdghjkmnprsty])?(?:yeo|yoo|woo|yae|eui|yu|ya|ye|yo|wa|we|wi|wo|ae|eo|eu|oo|ui|ee|oe|a|e|i|o|u)"
    r"(?:ng|[hnmklpt](?![aeiou]))?){2}"
)


@functools.lru_cache(maxsize=20_000)
def family_first(parts: tuple[str, ...]) -> bool:
    """Whether a name stands in Chinese or Korean order: a family name of those languages, then one or two of their syllables."""
    if len(parts) < 2 or slug(parts[0]) not in words("family names that stand first"):
        return False
    given = "".join(slug(p) for p in parts[1:]).replace("-", "")
    return bool(_PINYIN.fullmatch(given) or _HANGUL.fullmatch(given)) and len(parts) <= 3
