"""How far two-step and nested pseudo-likelihood estimates vary. O: outer products of the scores of rows, beliefs held fixed.

Two steps, P the beliefs, with S = Var(P):

naive       O^-1: as if beliefs were known. Too small where they were estimated.
corrected   O^-1 [O + O_tP S O_Pt - C - C'] O^-1, C = Cov(score, P) O_Pt. Beliefs estimated from the same rows move with the
            score, so C is not 0: without it the coefficients of different players seem unrelated. From the influence of each
            row on the first stage where that is known, else C = J_t' O_Pt, which holds for any unbiased one on the same data.
expected    the same with the outer products that the model expects of single plays: for rows of many independent plays
sandwich    exact derivatives in place of outer products, and the rows' own influence in the middle: right in a wrong model too
clustered   the same, rows of one cluster added up, times G / (G - 1)

Nested, on the branch dP = (I - J)^-1 J_t:

corrected   M^-1 O M^-1', M = O + O_tP (I - J_P)^-1 J_t; expected: with expected outer products
sandwich    the exact derivative of the score along the branch in place of M; clustered as above

Aguirregabiria and Mira 2007 print gradients transposed; read as Jacobians their display becomes (I - J')^-1, which is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.pseudo.first_stage import FirstStage
from detente.estimate.pseudo.played import Played, Point
from detente.game.tree import Floats

Kind = Literal["naive", "corrected", "expected", "sandwich", "clustered"]
_SINGULAR = 1e-13
KINDS = ("naive", "corrected", "expected", "sandwich", "clustered")


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
    if kind == "naive":
        return _inverse(score.T @ score)
    if kind in ("corrected", "expected"):
        seen = _rows(point, first) if kind == "corrected" else _plays(played, point, first)
        outer = np.einsum("ork,orl->kl", seen.score, seen.score)
        by_belief = np.einsum("orb,ork->brk", seen.by_belief, seen.score)  # O_Pt, row by row
        pulled = first.pulled(by_belief)  # [coefficient, number]
        if not len(first.covariance) or not first.same_data:
            together = np.zeros_like(outer)
        elif seen.influence is not None:
            together = np.einsum("ork,orn->kn", seen.score, seen.influence) @ pulled.T
        else:
            together = own_likelihood(played, point, by_belief)
        middle = outer + pulled @ first.covariance @ pulled.T - together - together.T
        bread = _inverse(outer)
        found = bread @ middle @ bread
        if np.diag(found).min() <= 0:
            raise DataError("the two steps' covariance came out with a variance below 0: the rows do not bear it out",
                            where=Where(field="covariance"), found=kind, allowed="sandwich, clustered, or the bootstrap")  # fmt: skip
        return found
    influence = two_step_influence(point, first, information(), crossed)
    return _middle(influence, clusters if kind == "clustered" else None)


def two_step_influence(
    point: Point, first: FirstStage, information: Floats, crossed: Callable[[], Floats]
) -> Floats:
    """How much each row moves the coefficients [row, coefficient], through its likelihood and through the beliefs: the derivative of
    the estimate by the row's weight. Raises BadInput where it is not known how rows move the beliefs."""
    moved = point.score
    if first.influence is not None:
        moved = moved + first.influence @ first.pulled(crossed()).T
    elif len(first.covariance):
        raise BadInput(
            "this needs to know how each row moves the beliefs, and the beliefs are given with a covariance alone",
            where=Where(field="covariance"), found="sandwich", allowed="corrected, expected, a first stage from the data",
        )  # fmt: skip
    return moved @ _inverse(information)


def own_likelihood(played: Played, point: Point, by_belief: Floats) -> Floats:
    """C = J_t' O_Pt [coefficient, coefficient], for beliefs estimated without bias from the same rows; ``by_belief`` [belief, row,
    coefficient] is O_Pt row by row."""
    moves = played.by_coefficient(point.d_reply[:, :, : len(played.indices)])  # [belief, row, coefficient]
    return np.einsum("brk,brl->kl", moves, by_belief)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What outer products are made of, times the root of the weight of each."""

    score: Floats  # [outcome, row, coefficient]
    by_belief: Floats  # [outcome, row, belief]
    influence: Floats | None  # [outcome, row, number]


def _rows(point: Point, first: FirstStage | None) -> _Seen:
    """Each row as one observation."""
    influence = None if first is None or first.influence is None else first.influence[None]
    return _Seen(point.score[None], point.by_belief[None], influence)


def _plays(played: Played, point: Point, first: FirstStage | None) -> _Seen:
    """Each play as one observation, every outcome as often as the model expects it."""
    count = len(played.indices)
    weight = np.sqrt(np.exp(point.log) * played.counts.sum(axis=1))[:, :, None]
    slope = np.where(weight > 0, point.d_log, 0.0) * weight
    influence = None if first is None or first.by_outcome is None else first.by_outcome * weight
    return _Seen(played.by_coefficient(slope[:, :, :count]), slope[:, :, count:], influence)


def nested_covariance(
    played: Played,
    point: Point,
    bread: Callable[[], Floats],
    kind: Kind,
    clusters: np.ndarray | None = None,
) -> Floats:
    """[coefficient, coefficient] at a fixed point. Raises BadInput for a kind that is not there."""
    _check(kind, KINDS[1:], clusters, len(played.counts))
    if kind in ("sandwich", "clustered"):
        return _middle(nested_influence(point, bread()), clusters if kind == "clustered" else None)
    count = len(played.indices)
    own, by = (point.d_reply[:, :, part].transpose(1, 0, 2) for part in (slice(count, None), slice(0, count)))
    along = np.linalg.solve(np.eye(own.shape[1]) - own, by)  # [row, belief, parameter]
    seen = _rows(point, None) if kind == "corrected" else _plays(played, point, None)
    moved = played.by_coefficient(np.einsum("orb,rbk->ork", seen.by_belief, along))
    outer = np.einsum("ork,orl->kl", seen.score, seen.score)
    inverse = _inverse(outer + np.einsum("ork,orl->kl", seen.score, moved))
    return inverse @ outer @ inverse.T


def nested_influence(point: Point, bread: Floats) -> Floats:
    """How much each row moves the fixed point [row, coefficient]: its derivative by the row's weight."""
    return point.score @ _inverse(bread).T


def _inverse(matrix: Floats) -> Floats:
    scale = np.sqrt(np.maximum(np.abs(np.diag(matrix)), np.finfo(float).tiny))
    size = np.linalg.svd(matrix / np.outer(scale, scale), compute_uv=False)
    if size[-1] <= _SINGULAR * size[0]:
        raise DataError("too few rows, or too little between them, for a covariance of these coefficients",
                        where=Where(field="covariance"), found=f"{len(matrix)} coefficients")  # fmt: skip
    return np.asarray(np.linalg.inv(matrix), np.float64)


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
