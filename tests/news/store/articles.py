"""Articles of our own about countries that do not exist, made from a number: the same number gives the same article."""

from __future__ import annotations

import random
from pathlib import Path

PEOPLE = (
    ("President", "Odo Lindgren", "Norvania"), ("Prime Minister", "Mira Castell", "Orvania"),
    ("Foreign Minister", "Anna Berg", "Talmark"), ("Defence Minister", "Pavel Rook", "Norvania"),
    ("Defence Minister", "Ines Duarte", "Orvania"), ("President", "Tomas Hale", "Kestria"),
)  # fmt: skip
MATTERS = (
    "the strait would stay open to grain ships", "the army had left the northern valley",
    "talks on prisoners could begin within a week", "the blockade was a mistake for every side",
    "nobody would be asked to give up the islands", "observers had counted forty trucks at the crossing",
    "the ceasefire would hold until the harvest", "a treaty without guarantees was worth little",
)  # fmt: skip
QUOTES = (
    "We will not sign a paper that leaves our towns without water", "There is a door, and we will keep it open this winter",
    "No convoy crosses the river while our soldiers are held", "The people of the valley have paid for this war twice",
)  # fmt: skip
SCENES = (
    "Rain fell on {place} as the delegations arrived.", "In {place} shops stayed shut for a third day.",
    "The road to {place} was blocked by lorries.", "Markets in {place} opened late and closed early.",
)  # fmt: skip
PLACES = ("Port Aveline", "Sarn", "Old Tessel", "Brackwater", "Lyse")


def article(number: int, paragraphs: int = 14) -> str:
    """About ``paragraphs`` x 40 words."""
    draw = random.Random(number)
    lines = [f"Report {number} from {draw.choice(PLACES)}", ""]
    for _ in range(paragraphs):
        title, name, land = draw.choice(PEOPLE)
        matter, other = draw.sample(MATTERS, 2)
        cue = draw.choice(("said", "denied", "insisted", "warned"))
        lines.append(
            f"{draw.choice(SCENES).format(place=draw.choice(PLACES))} {title} {name} of {land} "
            f"{cue} on day {draw.randint(1, 99)} that "
            f"{matter}. “{draw.choice(QUOTES)},” {name.split()[1]} said. A senior official in {land} added that {other}."
        )
        lines.append("")
    return "\n".join(lines)


def folder(at: Path, count: int, paragraphs: int = 14) -> Path:
    """``count`` articles as files in ``at``."""
    at.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (at / f"article-{number:04d}.txt").write_text(article(number, paragraphs), "utf-8")
    return at
