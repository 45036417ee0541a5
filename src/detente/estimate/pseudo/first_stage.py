"""What players did, as beliefs for a two-step estimator: a logit of the moves at each information set, or given probabilities.

The first stage keeps what the second needs to be corrected for it: how its numbers vary, and how each row moves them (Murphy and
Topel 1985, Journal of Business & Economic Statistics 3:370-379; Newey and McFadden 1994, Handbook of Econometrics 4:2176-2184).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.formulas import index
from detente.estimate.pseudo.multinomial import Logit, logit, separating
from detente.estimate.pseudo.played import Played
from detente.game import Tree
from detente.game.tree import DECISION, TERMINAL, Floats

CELLS = 40  # most kinds of rows that are each given shares of their own
EACH = 20  # plays at every information set that each of them must have


@dataclass(frozen=True, eq=False)
class FirstStage:
    """Beliefs, and the numbers they were made of. ``covariance`` and ``influence`` speak of these numbers."""

    beliefs: Floats  # [belief, row] log-odds
    covariance: Floats  # [number, number]; no numbers at all where beliefs are known
    influence: Floats | None  # [row, number] what each row adds to the numbers; None where that is not known
    # [row, column] a belief is these times its block of numbers; None: the numbers are the beliefs, row by row
    columns: Floats | None
    blocks: tuple[slice, ...]  # [belief]
    same_data: bool  # whether the numbers vary with the rows that are fitted
    told: str  # how the beliefs came about, for people
    by_outcome: Floats | None = None  # [outcome, row, number] what one play that ends so adds to the numbers

    def pulled(self, by_belief: Floats) -> Floats:
        """Slopes by beliefs [belief, row, k] summed to slopes by the numbers [k, number]."""
        out = np.zeros((by_belief.shape[2], len(self.covariance)))
        if not out.size:
            return out
        if self.columns is None:
            return by_belief.reshape(-1, by_belief.shape[2]).T
        for slopes, block in zip(by_belief, self.blocks, strict=True):
            out[:, block] += slopes.T @ self.columns
        return out


def moves(tree: Tree, ends: Floats) -> np.ndarray:
    """The option that each outcome shows at each information set [outcome, set]; -1: not reached, -2: the outcome does not tell."""
    taken = np.full((tree.n_outcomes, len(tree.sets)), -1)
    for node in np.flatnonzero(tree.kind == TERMINAL):
        end, here = int(tree.terminal[node]), int(node)
        while tree.parent[here] >= 0:
            up = int(tree.parent[here])
            if tree.kind[up] == DECISION:
                taken[end, int(tree.info_set[up])] = int(tree.branch[here])
            here = up
    out = np.empty((len(ends), len(tree.sets)), int)
    for k, mask in enumerate(ends > 0):
        out[k] = np.where((taken[mask] == taken[mask][0]).all(axis=0), taken[mask][0], -2)
    return out


def first_stage(played: Played, *, formula: str | None = None, frame: Any = None) -> FirstStage:
    """Beliefs from the moves that outcomes show, by multinomial logit at each information set of which there are beliefs.

    ``formula``: what log-odds depend on, in columns of ``frame`` (pandas, the rows of ``played``). By default the shares in each
    kind of row, where kinds differ in what the formulas of the game say, are at most `CELLS` and show each set `EACH` times;
    otherwise all terms of all these formulas together, without interactions. Two steps are consistent only if this is flexible enough.

    Raises DataError: an outcome that does not tell the move, a set that nobody reaches, an option that a column predicts perfectly
    (no ridge is put in: give a formula, or beliefs of your own).
    """
    shown = _shown(played)
    if formula is not None:
        made = index("the first stage", formula, frame)
        return _estimated(played, made.matrix, made.terms, shown, f"logit on {formula}")
    kinds, kind = np.unique(played.design, axis=0, return_inverse=True)
    if len(kinds) <= CELLS:
        cells = np.eye(len(kinds))[kind.reshape(-1)]
        if all((cells.T @ counts.sum(axis=1)).min() >= EACH for counts in shown.values()):
            with suppress(DataError):  # a kind of row without some move: a sum of terms asks for less
                return _estimated(played, cells, [f"kind {k + 1}" for k in range(len(kinds))], shown,
                                  f"shares in {len(kinds)} kinds of rows")  # fmt: skip
    terms = {"(Intercept)": np.ones(len(played.counts))}
    for each in played.indices:
        terms |= dict(zip(each.terms, each.matrix.T, strict=True))
    return _estimated(played, np.column_stack(list(terms.values())), list(terms), shown, "")


def again(first: FirstStage, part: Played, kept: np.ndarray) -> FirstStage:
    """The same first stage on a part of the rows, ``kept`` [row] true. Beliefs that are known stay. Raises DataError, and BadInput for
    beliefs given with a covariance: how they were estimated is not known here."""
    if first.columns is not None:
        terms = [f"column {k + 1}" for k in range(first.columns.shape[1])]
        return _estimated(part, first.columns[kept], terms, _shown(part), first.told)
    if len(first.covariance):
        raise BadInput("a first stage that was made elsewhere cannot be made again", where=Where(field="beliefs"),
                       found=first.told, allowed="a first stage from the data")  # fmt: skip
    return replace(first, beliefs=first.beliefs[:, kept])


def given(
    played: Played,
    columns: Mapping[str, Floats],
    *,
    covariance: Floats | None = None,
    same_data: bool = True,
) -> FirstStage:
    """Beliefs from probabilities [row] by ``set > option``, or by the option where only one set has it.

    All options of a set but one are needed. ``covariance`` of these columns one after the other [column * rows, same]; None: they
    are known. ``same_data``: whether they were estimated, without bias, from the rows that are fitted. Raises BadInput.
    """
    tree, rows = played.replies.tree, len(played.counts)
    keys = {}
    for key, column in columns.items():
        values = np.asarray(column, float)
        bad = ~((values > 0) & (values < 1))
        if values.shape != (rows,) or bad.any():
            row = int(bad.argmax()) if values.shape == (rows,) else None
            raise BadInput(
                "a belief is a probability above 0 and below 1 in every row",
                where=Where(field=f"beliefs, {key}" + ("" if row is None else f", row {row + 1}")),
                found=list(values.shape) if row is None else values[row],
            )
        keys[_place(tree, key)] = values
    beliefs = np.empty((len(played.replies.beliefs), rows))
    # [belief, column, row]: the slope of each log-odds by each column
    slope = np.zeros((len(beliefs), len(keys), rows))
    order = list(keys)
    for owned in dict.fromkeys(s for s, _ in played.replies.beliefs):
        count = len(tree.sets[owned].options)
        have = [o for o in range(count) if (owned, o) in keys]
        if len(have) < count - 1:
            raise BadInput(
                f"beliefs about {tree.sets[owned].name!r} are missing", where=Where(field="beliefs"),
                found=[tree.sets[owned].options[o] for o in have],
                allowed=f"all but one of {', '.join(tree.sets[owned].options)}",
            )  # fmt: skip
        share = np.zeros((count, rows))
        by = np.zeros((count, len(keys), rows))
        for o in have:
            share[o], by[o, order.index((owned, o))] = keys[owned, o], 1.0
        total = share.sum(axis=0)
        if len(have) == count:
            if np.abs(total - 1).max() > 1e-6:
                raise BadInput("these probabilities do not add up to 1",
                               where=Where(field=f"beliefs, {tree.sets[owned].name}, row {int(np.abs(total - 1).argmax()) + 1}"),
                               found=float(total[np.abs(total - 1).argmax()]))  # fmt: skip
        else:
            rest = next(o for o in range(count) if o not in have)
            share[rest], by[rest] = 1 - total, -by.sum(axis=0)
            if (share[rest] <= 0).any():
                raise BadInput("these probabilities add up to 1 or more",
                               where=Where(field=f"beliefs, {tree.sets[owned].name}, row {int(share[rest].argmin()) + 1}"),
                               found=float(total.max()))  # fmt: skip
        for k, (s, o) in enumerate(played.replies.beliefs):
            if s == owned:
                beliefs[k] = np.log(share[o]) - np.log(share[0])
                slope[k] = by[o] / share[o] - by[0] / share[0]
    if covariance is None:
        return FirstStage(beliefs, np.zeros((0, 0)), None, None, (), same_data, "given, taken as known")
    spread = np.asarray(covariance, float)
    size = len(keys) * rows
    if spread.shape != (size, size) or not np.isfinite(spread).all() or not np.allclose(spread, spread.T):
        raise BadInput(
            "a covariance of beliefs is symmetric, with a line for each row of each column", found=list(spread.shape),
            where=Where(field="beliefs, covariance"), allowed=f"{size} by {size}",
        )  # fmt: skip
    blocks = spread.reshape(len(keys), rows, len(keys), rows)
    moved = np.einsum("kar,arbs,lbs->krls", slope, blocks, slope, optimize=True)
    spread = moved.reshape(beliefs.size, beliefs.size)
    return FirstStage(beliefs, spread, None, None, (), same_data, "given with their covariance")


def _place(tree: Tree, key: str) -> tuple[int, int]:
    """(set, option) of ``set > option`` or of an option."""
    name, _, option = (part.strip() for part in str(key).rpartition(">"))
    found = [
        (s, owned.options.index(option))
        for s, owned in enumerate(tree.sets)
        if option in owned.options and name in ("", owned.name)
    ]
    if len(found) != 1:
        known = [f"{owned.name} > {o}" for owned in tree.sets for o in owned.options]
        problem = "several information sets have this option" if found else "there is no such option"
        raise BadInput(problem, where=Where(field="beliefs"), found=key, allowed=known)
    return found[0]


def _shown(played: Played) -> dict[int, Floats]:
    """How often each row shows each option, by information set of which there are beliefs: [row, option]."""
    tree, out = played.replies.tree, {}
    told = moves(tree, played.ends)
    for owned in dict.fromkeys(s for s, _ in played.replies.beliefs):
        name = tree.sets[owned].name
        unclear = played.counts[:, told[:, owned] == -2].sum()
        if unclear:
            raise DataError(
                f"the outcomes do not tell what was done at {name!r}, so beliefs about it cannot be estimated",
                where=Where(field="outcomes"), found=f"{unclear:g} plays",
                allowed="finer outcomes, beliefs of your own, or maximum likelihood",
            )  # fmt: skip
        shown = np.stack(
            [played.counts[:, told[:, owned] == o].sum(axis=1) for o in range(len(tree.sets[owned].options))],
            axis=1,
        )
        never = [tree.sets[owned].options[o] for o in np.flatnonzero(shown.sum(axis=0) == 0)]
        if never:
            reached = shown.any()
            raise DataError(
                f"{'at ' + repr(name) + ' an option is never taken' if reached else repr(name) + ' is never reached'}: "
                "beliefs about it cannot be estimated",
                where=Where(field="first stage"), found=never if reached else "no play", allowed="beliefs of your own",
            )  # fmt: skip
        out[owned] = shown
    return out


def _estimated(
    played: Played, matrix: Floats, terms: Sequence[str], shown: Mapping[int, Floats], told: str
) -> FirstStage:
    tree = played.replies.tree
    matrix, terms = _independent(matrix, terms)
    if not shown:  # nobody's move depends on another's
        nothing = np.zeros((0, len(played.counts)))
        return FirstStage(nothing, np.zeros((0, 0)), None, None, (), True, "no beliefs")
    outcomes = moves(tree, played.ends)
    found: list[Logit] = []
    influence, by_outcome = [], []
    starts, total = {}, 0
    for owned, counts in shown.items():
        where = Where(field=f"first stage, {tree.sets[owned].name}")
        reached = counts.sum(axis=1) > 0
        scale = np.sqrt((matrix**2).mean(axis=0))
        if np.linalg.matrix_rank(matrix[reached] / scale) < matrix.shape[1]:
            raise DataError(
                "where this set is reached some columns add up to the same: beliefs elsewhere are open",
                where=where, found=list(terms), allowed="a formula with fewer terms, or beliefs of your own",
            )  # fmt: skip
        one = logit(matrix, counts)
        if one is None:
            named = separating(matrix, counts, terms)
            raise DataError("columns predict a move perfectly, so its log-odds have no estimate", where=where,
                            found=", ".join(named) if named else list(terms),
                            allowed="a formula without them, or beliefs of your own")  # fmt: skip
        found.append(one)
        influence.append(one.influence(matrix, counts))
        each = []
        for taken in outcomes[:, owned]:  # -2 happens only for outcomes that no row shows
            play = np.zeros_like(counts)
            if taken >= 0:
                play[:, taken] = 1.0
            each.append(one.influence(matrix, play))
        by_outcome.append(np.stack(each))
        starts[owned] = total
        total += len(one.covariance)
    width = matrix.shape[1]
    blocks = tuple(
        slice(starts[s] + (o - 1) * width, starts[s] + o * width) for s, o in played.replies.beliefs
    )
    gamma = np.concatenate([one.theta.reshape(-1) for one in found])
    spread = np.zeros((total, total))
    for start, one in zip(starts.values(), found, strict=True):
        spread[start : start + len(one.covariance), start : start + len(one.covariance)] = one.covariance
    beliefs = np.stack([matrix @ gamma[block] for block in blocks])
    joined = np.hstack(influence), np.concatenate(by_outcome, axis=2)
    return FirstStage(beliefs, spread, joined[0], matrix, blocks, True, told or _told(terms), joined[1])


def _told(terms: Sequence[str]) -> str:
    return "logit on " + " + ".join("1" if t == "(Intercept)" else t for t in terms)


def _independent(matrix: Floats, terms: Sequence[str]) -> tuple[Floats, list[str]]:
    """The columns that are no sum of earlier ones; a column more changes no prediction."""
    scale = np.sqrt((matrix**2).mean(axis=0))
    kept: list[int] = []
    for k in np.flatnonzero(scale > 0):
        trial = matrix[:, [*kept, int(k)]] / scale[[*kept, int(k)]]
        if np.linalg.svd(trial, compute_uv=False)[-1] > 1e-9 * np.sqrt(len(matrix)):
            kept.append(int(k))
    return matrix[:, kept], [terms[k] for k in kept]
