"""Whether a scenario plays the game that was fitted, at the precision at which it was: else a fit's numbers mean something else.

Coefficients are payoffs in units of the errors, and their level stands on the parameters that the fit held fixed. In a
game played at another precision, or with another level, the same numbers are other payoffs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from detente.errors import GameError
from detente.game.model import Game
from detente.scenario.fitted.ranges import Fitted
from detente.scenario.fitted.structure import structure_digest


def check_agreement(
    fitted: Mapping[str, Fitted], game: Game, precision: str | float, off: Iterable[str] = ()
) -> None:
    """Raises GameError for the first fitted parameter that does not mean in this game what it meant in the fit.

    The precision must be that of the fit's logit, and fixed; a probit and private information have none. Unless the file maps the
    parameter (``parameter: NAME``), the game must have the structure of the fit's, and the parameters that the fit held must have
    their values there as base values.
    """
    digest = None
    for one in fitted.values():
        told = one.fit.told
        _same_precision(one, game, precision)
        if one.mapped:
            continue
        digest = digest or structure_digest(game, off)
        if told.game_digest != digest:
            raise GameError(
                "this is the fit of another game: its moves, payoffs or private types are not those of the scenario",
                where=one.where, found=f"{one.fit.name}, a fit of {told.game}",
                allowed=f"a fit of this game, or `parameter: {one.parameter}` beside `fit`, which says that it means the same here",
                nearest="",
            )  # fmt: skip
        for name, held in told.held.items():
            if name in game.base and not math.isclose(game.base[name], held, rel_tol=1e-9, abs_tol=1e-12):
                raise GameError(
                    f"the fit held {name!r} at {held:g}, and its other payoffs are measured from there", where=one.where,
                    found=f"{name} with base {game.base[name]:g} here",
                    allowed=f"{name}: {held:g}, or a range with `base: {held:g}`", nearest="",
                )  # fmt: skip


def _same_precision(one: Fitted, game: Game, precision: str | float) -> None:
    wanted = one.fit.told.precision
    if wanted is None:
        raise GameError(
            "the errors of this fit are not those of a scenario, whose players choose by the logit of a precision",
            where=one.where, found=f"{one.fit.name}: {one.fit.told.normalisation}",
            allowed="a fit with --link logit and --errors agent", nearest="",
        )  # fmt: skip
    if isinstance(precision, str):
        chosen = game.parameters.get(precision)
        plays = chosen.base if chosen is not None and chosen.distribution == "fixed" else None
        found = precision if chosen is None else f"{precision}: {chosen.measure}"
    else:
        plays, found = precision, f"{precision:g}"
    if plays is None or not math.isclose(plays, wanted, rel_tol=1e-9):
        named = isinstance(precision, str) and precision != "limit"
        raise GameError(
            "payoffs of a fit are in units of its errors, and the scenario is played at another precision",
            where=one.where, found=f"precision {found}", nearest="",
            allowed=f"precision {wanted!r}" + (f": fix {precision} at it" if named else ""),
        )  # fmt: skip
