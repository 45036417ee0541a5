"""`detente fit ultimatum-estimated DATA --offer COLUMN`: offers between two bounds instead of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from detente.estimate.bargaining import Bargained

GAME = "ultimatum-estimated"


def fit_offers(
    game: str,
    data: Path,
    formulas: Mapping[str, str | float],
    *,
    offer: str,
    accept: str | None,
    most: float | None,
    least: float,
    fixed: Mapping[str, float],
    refused: Mapping[str, bool],
    covariance: str | None,
    clusters: str | None,
) -> Bargained:
    """The fit. ``refused``: options of other games, and whether they were given. Raises BadInput."""
    if game != GAME:
        raise BadInput("offers between two bounds are fitted for one game", where=Where(field="--offer"), found=game,
                       allowed=[GAME])  # fmt: skip
    for option, given in refused.items():
        if given:
            raise BadInput("this option is not for a fit of offers", where=Where(field=option), found=option)
    if most is None:
        raise BadInput("the prize has to be told: no offer is above it", where=Where(field="--most"),
                       found="nothing", allowed="--most NUMBER, in the unit of the offers")  # fmt: skip
    from detente.estimate.bargaining import fit_ultimatum

    return fit_ultimatum(
        data, formulas, offer=offer, accept=accept, most=most, least=least, covariance=cast(Any, covariance),
        clusters=clusters, scales=fixed,
    )  # fmt: skip
