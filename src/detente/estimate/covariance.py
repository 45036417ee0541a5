"""How far estimates vary, by kind."""

from __future__ import annotations

from typing import Literal

import numpy as np

from detente.errors import BadInput, Where
from detente.estimate.climb import Top
from detente.estimate.pseudo_covariance import KINDS as PSEUDO_KINDS
from detente.game.tree import Floats

Covariance = Literal["observed", "outer", "sandwich", "clustered", "naive", "corrected", "expected"]
COVARIANCES = ("observed", "outer", "sandwich", "clustered")


def kinds(method: str) -> tuple[str, ...]:
    """Those that a method has; of pseudo-likelihood see `pseudo_covariance`."""
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
    if kind is not None and kind != plain:
        return kind
    return plain if clusters is None else "clustered"


def likelihood_covariance(top: Top, kind: str, clusters: np.ndarray | None) -> Floats:
    """At a maximum [coefficient, coefficient]: inverse of the observed information, of the outer product of scores, the sandwich of
    both, or the sandwich with scores added up within clusters (times G / (G - 1)). Raises BadInput."""
    if kind not in COVARIANCES:
        raise BadInput(
            "there is no such covariance", where=Where(field="covariance"), found=kind, allowed=COVARIANCES
        )
    if kind == "outer":
        return np.asarray(np.linalg.inv(top.scores.T @ top.scores), np.float64)
    bread = np.asarray(np.linalg.inv(top.information), np.float64)
    if kind == "observed":
        return bread
    scores = top.scores
    if kind == "clustered":
        if clusters is None:
            raise BadInput("this fit was made without clusters", where=Where(field="covariance"), found=kind,
                           allowed="fit(..., clusters=COLUMN)")  # fmt: skip
        groups, member = np.unique(clusters, return_inverse=True)
        summed = np.zeros((len(groups), scores.shape[1]))
        np.add.at(summed, member, scores)
        scores = summed * np.sqrt(len(groups) / (len(groups) - 1))
    return bread @ (scores.T @ scores) @ bread
