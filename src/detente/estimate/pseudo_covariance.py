"""How far two-step and nested pseudo-likelihood estimates vary. O: outer products of the scores of rows, beliefs held fixed.

Two steps, P the beliefs, with S = Var(P):

naive       O^-1: as if beliefs were known. Too small where they were estimated.
corrected   O^-1 [O + O_tP S O_Pt - C - C'] O^-1, C = Cov(score, P) O_Pt. Beliefs estimated from the same rows move with the
            score, so C is not 0: without it the coefficients of different players seem unrelated. From the influence of each
            row on the first stage where that is known, else C = J_t' O_Pt, which holds for any unbiased one on the same data.
sandwich    exact derivatives in place of outer products, and the rows' own influence in the middle: right in a wrong model too
clustered   the same, rows of one cluster added up, times G / (G - 1)

Nested, on the branch dP = (I - J)^-1 J_t:

corrected   M^-1 O M^-1', M = O + O_tP (I - J_P)^-1 J_t
sandwich    the exact derivative of the score along the branch in place of M; clustered as above

Aguirregabiria and Mira 2007 print gradients transposed; read as Jacobians their display becomes (I - J')^-1, which is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from detente.errors import BadInput, Where
from detente.estimate.first_stage import FirstStage
from detente.estimate.played import Played, Point
from detente.game.tree import Floats

Kind = Literal["naive", "corrected", "sandwich", "clustered"]
KINDS = ("naive", "corrected", "sandwich", "clustered")


def two_step_covariance(
    played: Played,
    point: Point,
    first: FirstStage,
    information: Callable[[], Floats],
    crossed: Callable[[], Floats],
    kind: Kind,
    clusters: np.ndarray | None = None,
) -> Floats:
    """[coefficient, coefficient]. Raises BadInput for a kind that is not there, or that this first stage does not allow."""
    _check(kind, KINDS, clusters, len(played.counts))
    score = point.score
    outer = score.T @ score
    if kind == "naive":
        return np.asarray(np.linalg.inv(outer), np.float64)
    if kind == "corrected":
        by_belief = np.einsum(
            "rb,rk->brk", point.by_belief, score
        )  # what minus the cross derivative is expected to be
        pulled = first.pulled(by_belief)  # [coefficient, number]
        with_beliefs = _with_beliefs(played, point, first, pulled)
        middle = outer + pulled @ first.covariance @ pulled.T - with_beliefs - with_beliefs.T
        bread = np.linalg.inv(outer)
        return bread @ middle @ bread
    if len(first.covariance) and first.influence is None:
        raise BadInput(
            "this needs to know how each row moves the beliefs, and the beliefs are given with a covariance alone",
            where=Where(field="covariance"), found=kind, allowed="corrected, a first stage from the data, or the bootstrap",
        )  # fmt: skip
    bread = np.linalg.inv(information())
    moved = score if first.influence is None else score + first.influence @ first.pulled(crossed()).T
    return bread @ _middle(moved, clusters if kind == "clustered" else None) @ bread


def _with_beliefs(played: Played, point: Point, first: FirstStage, pulled: Floats) -> Floats:
    """C [coefficient, coefficient]."""
    if not len(first.covariance) or not first.same_data:
        return np.zeros((len(pulled),) * 2)
    if first.influence is not None:
        return point.score.T @ first.influence @ pulled.T
    return own_likelihood(played, point)


def own_likelihood(played: Played, point: Point) -> Floats:
    """C = J_t' O_Pt [coefficient, coefficient], for beliefs estimated without bias from the same rows."""
    moves = played.by_coefficient(point.d_reply[:, :, : len(played.indices)])  # [belief, row, coefficient]
    return np.einsum("brk,rb,rl->kl", moves, point.by_belief, point.score)


def nested_covariance(
    played: Played,
    point: Point,
    bread: Callable[[], Floats],
    kind: Kind,
    clusters: np.ndarray | None = None,
) -> Floats:
    """[coefficient, coefficient] at a fixed point. Raises BadInput for a kind that is not there."""
    _check(kind, KINDS[1:], clusters, len(played.counts))
    if kind != "corrected":
        inverse = np.linalg.inv(bread())
        return inverse @ _middle(point.score, clusters if kind == "clustered" else None) @ inverse.T
    count = len(played.indices)
    own, by = (point.d_reply[:, :, part].transpose(1, 0, 2) for part in (slice(count, None), slice(0, count)))
    along = np.linalg.solve(np.eye(own.shape[1]) - own, by)  # [row, belief, parameter]
    moved = played.by_coefficient(np.einsum("rb,rbk->rk", point.by_belief, along))
    outer = point.score.T @ point.score
    inverse = np.linalg.inv(outer + point.score.T @ moved)
    return inverse @ outer @ inverse.T


def _middle(moved: Floats, clusters: np.ndarray | None) -> Floats:
    if clusters is None:
        return moved.T @ moved
    groups, member = np.unique(np.asarray(clusters), return_inverse=True)
    if len(groups) < 2:
        raise BadInput("one cluster alone tells nothing of how estimates vary", where=Where(field="clusters"), found=1)  # fmt: skip
    summed = np.zeros((len(groups), moved.shape[1]))
    np.add.at(summed, member, moved)
    return summed.T @ summed * (len(groups) / (len(groups) - 1))


def _check(kind: str, allowed: tuple[str, ...], clusters: np.ndarray | None, rows: int) -> None:
    if kind not in allowed:
        raise BadInput("there is no such covariance", where=Where(field="covariance"), found=kind, allowed=allowed)  # fmt: skip
    if kind == "clustered" and clusters is None:
        raise BadInput("this needs clusters", where=Where(field="covariance"), found=kind, allowed="clusters=COLUMN")  # fmt: skip
    if kind == "clustered" and len(np.asarray(clusters)) != rows:
        raise BadInput("every row is in a cluster", where=Where(field="clusters"),
                       found=len(np.asarray(clusters)), allowed=f"{rows}")  # fmt: skip
