"""How far estimates vary, by kind."""

from __future__ import annotations

from typing import Literal

import numpy as np

from detente.errors import BadInput, Where
from detente.estimate.pseudo.covariance import KINDS as PSEUDO_KINDS
from detente.game.tree import Floats

Covariance = Literal["observed", "outer", "sandwich", "clustered", "naive", "corrected", "expected"]
COVARIANCES = ("observed", "outer", "sandwich", "clustered")


def kinds(method: str) -> tuple[str, ...]:
    """Those that a method has; of pseudo-likelihood see `pseudo.covariance`."""
    return PSEUDO_KINDS if method in ("pl", "npl") else COVARIANCES


def check_covariance(kind: str | None, method: str) -> None:
    """Raises BadInput for a kind that this method has not."""
    if kind is not None and kind not in kinds(method):
        raise BadInput(
            "there is no such choice", where=Where(field="covariance"), found=kind, allowed=kinds(method)
        )


def default_kind(kind: Covariance | None, method: str, clusters: str | None) -> Covariance:
    """What is told where nothing else is asked for: clustered where there are clusters."""
    plain: Covariance = "corrected" if method in ("pl", "npl") else "observed"
    if kind is not None:
        return kind
    return plain if clusters is None else "clustered"


def covariance_of(scores: Floats, information: Floats, kind: str, clusters: np.ndarray | None) -> Floats:
    """Covariance [coefficient, coefficient] of an estimate where the ``scores`` [row, coefficient] add up to 0.

    ``information``: minus the slope of that sum, at a maximum minus the Hessian. "observed": inverse of the information; "outer":
    inverse of the outer product of scores; "sandwich": both; "clustered": the sandwich with scores added up within ``clusters``
    [row], times G / (G - 1). Raises BadInput for another word, and for fewer than two clusters.
    """
    if kind not in COVARIANCES:
        raise BadInput("there is no such covariance", where=Where(field="covariance"), found=kind, allowed=COVARIANCES)  # fmt: skip
    if kind == "outer":
        return np.asarray(np.linalg.inv(scores.T @ scores), np.float64)
    bread = np.asarray(np.linalg.inv(information), np.float64)
    if kind == "observed":
        return bread
    if kind == "clustered":
        if clusters is None:
            raise BadInput("this fit was made without clusters", where=Where(field="covariance"), found=kind,
                           allowed="clusters=COLUMN")  # fmt: skip
        groups, member = np.unique(clusters, return_inverse=True)
        if len(groups) < 2:
            raise BadInput("one cluster says nothing about how clusters differ", where=Where(field="clusters"),
                           found=len(groups), allowed="two or more")  # fmt: skip
        summed = np.zeros((len(groups), scores.shape[1]))
        np.add.at(summed, member, scores)
        scores = summed * np.sqrt(len(groups) / (len(groups) - 1))
    return bread @ (scores.T @ scores) @ bread.T
