"""Whether formulas can be the probabilities of the branches of one chance node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from detente.errors import GameError, Where
from detente.game.expression import Expression

TOLERANCE = 1e-9  # how far a sum may be from 1, and a probability from its bounds


def check_constants(probabilities: Iterable[Expression], where: Where) -> None:
    """Refuse written numbers that cannot be probabilities, alone or together."""
    given = list(probabilities)
    fixed = [p.constant for p in given if p.is_constant]
    for number in fixed:
        if not 0 <= number <= 1:
            raise GameError("this is no probability", where=where, found=f"{number:g}", allowed="0 to 1")
    total = sum(fixed)
    if (len(fixed) == len(given) and abs(total - 1) > TOLERANCE) or total > 1 + TOLERANCE:
        raise GameError(
            "these probabilities do not add up to 1", where=where, found=f"{total:.12g}", allowed="1"
        )


def check_at_base(
    probabilities: Iterable[Expression], base: Mapping[str, float], where: Where, at: str = ""
) -> None:
    """Refuse probabilities that are none at the base values of the parameters. ``at``: the history, in words."""
    given = list(probabilities)
    numbers = [float(p.value(base)) for p in given]
    context = f" after {at}" if at else ""
    for formula, number in zip(given, numbers, strict=True):
        if not -TOLERANCE <= number <= 1 + TOLERANCE:
            raise GameError(
                f"this is no probability at the base values{context}",
                where=where,
                found=f"{formula} = {number:g}",
                allowed="0 to 1",
            )
    if not abs(sum(numbers) - 1) <= TOLERANCE:
        raise GameError(
            f"these probabilities do not add up to 1 at the base values{context}",
            where=where,
            found=f"{' + '.join(f'{x:.6g}' for x in numbers)} = {sum(numbers):.12g}",
            allowed="1",
        )
