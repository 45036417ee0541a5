"""Whether the rounds of nested pseudo-likelihood lead back to a fixed point from nearby.

Kasahara and Shimotsu 2012, "Sequential estimation of structural models with a fixed point constraint", Econometrica 80:2303-2319.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigs

from detente.estimate.pseudo.played import Played, Point
from detente.game.tree import Floats

DENSE = 240  # beliefs in all up to which all eigenvalues are computed
_MOST_DENSE = 3000
_EXACT = 1e-5  # of the largest, relative; what it leaves is smaller yet


def spectral_radius(
    played: Played, point: Point, information: Floats, crossed: Floats, dense: int = DENSE
) -> float:
    """Largest modulus of an eigenvalue of J_P + J_t (-L_tt)^-1 L_tP, which maps a change of all beliefs to that of the next round.

    ``information`` -L_tt; ``crossed`` [belief, row, coefficient] L_tP. J_P has a block a row, the rest the rank of the
    coefficients: beyond ``dense`` beliefs only products with vectors are formed.
    """
    count = len(played.indices)
    own = point.d_reply[:, :, count:]  # [belief, row, belief]
    beliefs, rows = own.shape[:2]
    size = beliefs * rows
    if not size:
        return 0.0
    by = played.by_coefficient(point.d_reply[:, :, :count]).reshape(beliefs * rows, -1)
    back = np.linalg.solve(information, crossed.reshape(beliefs * rows, -1).T)  # [coefficient, belief * row]
    if size > dense:

        def product(v: Floats) -> Floats:
            held = np.einsum("brc,cr->br", own, v.reshape(beliefs, rows)).reshape(-1)
            return held + by @ (back @ v.reshape(-1))

        start = np.random.default_rng(0).normal(size=size)
        operator = LinearOperator((size, size), matvec=product, dtype=np.float64)  # pyright: ignore[reportCallIssue]
        try:
            found = eigs(operator, k=2, ncv=min(size - 1, 60), which="LM", v0=start, maxiter=2000,
                         tol=_EXACT, return_eigenvectors=False)  # fmt: skip  # pyright: ignore[reportArgumentType]
            return float(np.abs(found).max())
        except (ArpackNoConvergence, ArpackError):
            if size > _MOST_DENSE:
                raise
    full = by @ back
    for b in range(beliefs):
        for c in range(beliefs):
            full[b * rows + np.arange(rows), c * rows + np.arange(rows)] += own[b, :, c]
    return float(np.abs(np.linalg.eigvals(full)).max())
