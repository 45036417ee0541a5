"""Whether nested pseudo-likelihood iterations arrive: the spectral radius of one round of them.

A round answers beliefs P by best answers at the coefficients that maximise the likelihood at P. Its matrix is
J_P + J_theta (-L_tt)^-1 L_tP (Kasahara and Shimotsu 2012, Econometrica 80:2303-2319): two slopes a game and a part of low rank,
so that its largest eigenvalue is found by products with vectors.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

from detente.estimate.signalling.likelihood import Observed, Point, by_coefficient
from detente.game.tree import Floats

DENSE = 100  # beliefs up to which the whole matrix is taken


def radius(seen: Observed, here: Point, free: Floats) -> float:
    """Spectral radius at ``here``; ``free`` as of `likelihood.held`."""
    games = len(seen.counts)
    one, two = here.answers.d_belief[0, :, 8], here.answers.d_belief[1, :, 7]
    answer = here.d_answer.reshape(2 * games, -1)
    cross = np.vstack([seen.slopes(free[:, b, :]) for b in (7, 8)])
    back = np.linalg.solve(-by_coefficient(seen, free[:, :7, :7]), cross.T)

    def product(p: Floats) -> Floats:
        p = p.ravel()
        return np.concatenate([one * p[games:], two * p[:games]]) + answer @ (back @ p)

    if 2 * games > DENSE:
        whole = LinearOperator((2 * games, 2 * games), matvec=product, dtype=float)  # type: ignore[call-arg]
        start = np.random.default_rng(0).normal(size=2 * games)
        try:
            return float(np.abs(eigs(whole, k=4, v0=start, return_eigenvectors=False)).max())
        except ArpackError:  # many eigenvalues of nearly the same size
            pass
    whole = np.column_stack([product(p) for p in np.eye(2 * games)])
    return float(np.abs(np.linalg.eigvals(whole)).max())
