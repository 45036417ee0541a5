"""Level-k and the (dynamic) cognitive hierarchy, for every draw.

Level 0 plays at random. Level k answers what it takes the others to be: all of level k - 1 (level-k: Stahl and Wilson 1995;
Nagel 1995), or of levels 0 to k - 1 with the shares of a truncated Poisson (Camerer, Ho and Chong 2004). In a game with several moves
what was seen is evidence about levels: Lin and Palfrey 2024, "Cognitive hierarchies for games in extensive form"; see lower.py
for the updating and for what a level-k player believes where level k - 1 would never have led.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.model import Game
from detente.game.tree import Floats, Tree
from detente.solve.concepts.check_hierarchy import Proof, check
from detente.solve.concepts.lower import View, highest, mixture, poisson
from detente.solve.concepts.point import Point, at_draws, precisions, within
from detente.solve.concepts.respond import answer, beliefs, chance_of_places
from detente.solve.concepts.sequences import Sequences, log_plan, sequences_of
from detente.solve.outcome import CELLS_AT_ONCE, events_and_values
from detente.solve.solution import CERTIFIED, STATUS, Solutions

MAX_LEVELS, MAX_TAU = 64, 20.0
MAX_CELLS = 50_000_000  # levels times options times draws
TAIL = 1e-6  # share of the Poisson above the highest level, where the caller does not say how many
GAIN = 1e-10  # largest gain of a certified best reply, as a share of the owner's payoff range
RESIDUAL, COARSE = 1e-8, 1e-4  # largest residual in log-odds; above the second, rounding proves nothing

Level0 = Mapping[tuple[str, str], Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Hierarchy(Solutions):
    """One profile per draw, and the strategies of all levels that it is made of.

    ``strategy`` is what an outsider sees: each player at his own level, or drawn from the shares. ``belief`` is what a
    player of the highest level in play believes at each of his sets; nan for level 0, who believes nothing. ``precision``
    is inf for best replies. ``max_gain`` is the largest gain of a one-shot deviation at any set, of any level above 0, with
    the beliefs of that level.
    """

    level_strategy: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))  # [level, draw, slot]
    level_share: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))  # [level, draw, player]

    def extra(self, i: int = 0) -> dict[str, object]:
        """``levels``: the share of each level among each player's possible selves, and what it plays."""
        tree = self.tree
        return {
            "levels": [
                {
                    "level": k,
                    "share": dict(zip(tree.players, self.level_share[k, i].tolist(), strict=True)),
                    "probabilities": [
                        [None if np.isnan(p) else p for p in row[a:b].tolist()]
                        for a, b in zip(
                            tree.slot_start[:-1].tolist(), tree.slot_start[1:].tolist(), strict=True
                        )
                    ],
                }
                for k, row in enumerate(self.level_strategy[:, i])
            ]
        }


def level_k(
    game: Game | Tree,
    draws: Mapping[str, Floats] | None = None,
    *,
    levels: int | Mapping[str, int] = 2,
    precision: float | Floats | str = "limit",
    level0: Level0 | None = None,
) -> Hierarchy:
    """Every player of level ``levels`` (or each of his own), at every draw, each believing the others one level lower.

    ``precision`` "limit": best replies, ties split evenly; a number: logit replies at that lambda, in 1/payoff. ``level0``
    replaces the uniform probabilities at the sets it names, (player, name of the set or its number) -> option ->
    probability; all must be above 0, which is what gives every level a belief everywhere. Raises BadInput. Cost: levels
    x own moves in a row x the tree.
    """
    point = at_draws(game, draws)
    own = _own_levels(point.tree, levels)
    top = max(own, default=0)
    share = np.zeros((top + 1, len(point.numbers), len(own)))
    for i, k in enumerate(own):
        share[k, :, i] = 1.0
    named = ", ".join(f"{name} {k}" for name, k in zip(point.tree.players, own, strict=True))
    return _build(point, None, share, own, precision, level0, "level-k", f"level-k, levels: {named}")


def cognitive_hierarchy(
    game: Game | Tree,
    draws: Mapping[str, Floats] | None = None,
    *,
    tau: float | Floats = 1.5,
    levels: int | None = None,
    precision: float | Floats | str = "limit",
    level0: Level0 | None = None,
) -> Hierarchy:
    """The population of levels 0 to ``levels`` with Poisson shares of mean ``tau``, at every draw.

    0 < tau <= 20, one number or one per draw. Without ``levels``, as many as leave a share below 1e-6 out. The strategy is
    that of a player drawn from the population, its levels mixed by Bayes' rule along his own moves. Else as `level_k`.
    """
    point = at_draws(game, draws)
    mean = np.atleast_1d(np.asarray(tau, np.float64))
    if (
        mean.ndim != 1
        or mean.size not in (1, len(point.numbers))
        or not ((mean > 0) & (mean <= MAX_TAU)).all()
    ):
        raise BadInput(
            "not a mean level",
            where=Where(field="tau"),
            found=tau,
            allowed=f"above 0 and at most {MAX_TAU:g}",
        )
    mean = np.array(np.broadcast_to(mean, (len(point.numbers),)))
    top = levels if levels is not None else enough_levels(float(mean.max(initial=0.0)))
    if not 0 <= top <= MAX_LEVELS:
        raise BadInput(
            "not a number of levels", where=Where(field="levels"), found=top, allowed=f"0 to {MAX_LEVELS}"
        )
    log = poisson(top, mean)
    weight = np.exp(log - log.max(axis=0))
    share = np.repeat((weight / weight.sum(axis=0))[:, :, None], len(point.tree.players), axis=2)
    low, high = float(mean.min(initial=np.inf)), float(mean.max(initial=0.0))
    text = (
        f"cognitive hierarchy, Poisson tau {low:g}{f' to {high:g}' if high > low else ''}, levels 0 to {top}"
    )
    own = [top] * len(point.tree.players)
    return _build(point, mean, share, own, precision, level0, "cognitive-hierarchy", text)


def enough_levels(tau: float) -> int:
    """The highest level to take, so that a share below 1e-6 of the Poisson lies above it."""
    level, share, above = 0, exp(-tau), 1.0 - exp(-tau)
    while above >= TAIL and level < MAX_LEVELS:
        level += 1
        share *= tau / level
        above -= share
    return level


def _build(
    point: Point,
    tau: Floats | None,
    share: Floats,
    own: list[int],
    precision: float | Floats | str,
    level0: Level0 | None,
    concept: str,
    text: str,
) -> Hierarchy:
    """All levels at all draws, block by block, checked and played out."""
    started = time.perf_counter()
    tree, count = point.tree, len(point.numbers)
    levels = len(share)
    within("levels x options x draws", levels * tree.n_slots * count, MAX_CELLS)
    lam = precisions(precision, count)
    start = _level0(tree, level0)
    sequences = sequences_of(tree)

    def column(*width: int) -> Floats:
        return np.full((count, *width), np.nan)

    out: dict[str, Any] = {
        "strategy": column(tree.n_slots),
        "log_strategy": column(tree.n_slots),
        "belief": column(len(sequences.member)),
        "event": column(len(tree.events)),
        "value": column(len(tree.players)),
        "status": np.full(count, STATUS.index("bad_numbers"), np.int8),
        "residual": column(),
        "max_gain": column(),
    }
    by_level = np.full((levels, count, tree.n_slots), np.nan)
    usable = np.flatnonzero(point.good)
    size = max(1, CELLS_AT_ONCE // (levels * len(tree.players) * tree.n_nodes))
    for k in range(0, len(usable), size):
        rows = usable[k : k + size]
        some = None if tau is None else tau[rows]
        block, strategies = _block(point, sequences, rows, some, own, share[:, rows], lam[rows], start)
        for name, values in block.items():
            out[name][rows] = values
        by_level[:, rows] = strategies.transpose(0, 2, 1)
    finite = np.isfinite(lam)
    replies = "best replies, ties split evenly" if not finite.any() else "logit replies"
    return Hierarchy(
        tree=tree,
        numbers=point.numbers,
        precision=lam,
        iterations=np.full(count, levels - 1, np.int32),
        crossings=np.zeros(count, np.int32),
        method=f"{text}; {replies}; level 0 {'uniform' if level0 is None else 'as given'}; beliefs about levels follow what was seen",
        seconds=time.perf_counter() - started,
        draws=point.draws,
        concept=concept,
        level_strategy=by_level,
        level_share=share,
        **out,
    )


def _block(
    point: Point,
    sequences: Sequences,
    rows: NDArray[np.intp],
    tau: Floats | None,
    own: list[int],
    share: Floats,
    lam: Floats,
    start: Floats,
) -> tuple[dict[str, Any], Floats]:
    tree, plan, numbers = point.tree, point.plan, point.numbers[rows]
    levels, draws = len(share), len(rows)
    strategies = np.empty((levels, tree.n_slots, draws))
    logs, plans = np.empty_like(strategies), np.empty_like(strategies)
    strategies[0] = start[:, None]
    logs[0] = np.log(strategies[0])
    plans[0] = log_plan(sequences, logs[0])
    chance = chance_of_places(plan, sequences, numbers)
    shares = None if tau is None else poisson(levels - 1, tau)

    def view(k: int) -> View:
        if shares is None:
            return highest(sequences, plans[:k], strategies[:k])
        return mixture(sequences, plans[:k], shares[:k])

    believed = np.full((len(sequences.member), draws), np.nan)
    level_of_place = np.array(own, np.intp)[sequences.owner_of_place]
    for k in range(1, levels):
        seen = view(k)
        belief = beliefs(sequences, seen, chance)
        mine = level_of_place == k
        believed[mine] = belief[mine]
        strategies[k], logs[k] = answer(plan, sequences, numbers, seen, belief, lam)
        plans[k] = log_plan(sequences, logs[k])
    if shares is None:
        level_of_slot = np.array(own, np.intp)[sequences.owner]
        at = np.arange(tree.n_slots)
        strategy, log = strategies[level_of_slot, at], logs[level_of_slot, at]
    else:
        strategy = mixture(sequences, plans, shares).edge
        with np.errstate(divide="ignore"):
            log = np.log(strategy)
    proof = check(plan, numbers, strategies, logs, tau, lam)
    event, value = events_and_values(plan, numbers, strategy.T)
    block = {
        "strategy": strategy.T,
        "log_strategy": log.T,
        "belief": believed.T,
        "event": event,
        "value": value,
        "status": _status(proof, lam, np.abs(plan.payoffs(numbers)).max(axis=(0, 1), initial=0.0)),
        "residual": proof.residual,
        "max_gain": proof.gain,
    }
    return block, strategies


def _status(proof: Proof, lam: Floats, size: Floats) -> NDArray[np.int8]:
    exact = ~np.isfinite(lam)
    floor = 64 * np.finfo(float).eps * np.where(exact, 0.0, lam) * size
    good = np.where(
        exact, proof.even & (proof.relative_gain <= GAIN), proof.residual <= np.maximum(RESIDUAL, floor)
    )
    status = np.where(good, CERTIFIED, STATUS.index("not_converged"))
    return np.where(floor > COARSE, STATUS.index("precision_limit"), status).astype(np.int8)


def _own_levels(tree: Tree, levels: int | Mapping[str, int]) -> list[int]:
    given = levels if isinstance(levels, Mapping) else dict.fromkeys(tree.players, levels)
    for name in given:
        if name not in tree.players:
            raise BadInput("no such player", where=Where(field="levels"), found=name, allowed=tree.players)
    missing = [name for name in tree.players if name not in given]
    if missing:
        raise BadInput("every player needs a level", where=Where(field="levels"), found=missing[0])
    for k in given.values():
        if int(k) != k or not 0 <= k <= MAX_LEVELS:
            raise BadInput("not a level", where=Where(field="levels"), found=k, allowed=f"0 to {MAX_LEVELS}")
    return [int(given[name]) for name in tree.players]


def _level0(tree: Tree, given: Level0 | None) -> Floats:
    """Probabilities of level 0 [slot]: uniform where nothing is given."""
    out = np.concatenate([np.full(len(h.options), 1.0 / len(h.options)) for h in tree.sets] or [np.zeros(0)])
    named = {(tree.players[h.player], h.name or str(h.number)): k for k, h in enumerate(tree.sets)}
    for k, h in enumerate(tree.sets):
        named.setdefault((tree.players[h.player], str(h.number)), k)
    for place, chances in (given or {}).items():
        where = Where(field=f"level0[{', '.join(place)}]")
        if place not in named:
            allowed = [name for owner, name in named if owner == place[0]] or list(tree.players)
            raise BadInput("no such information set", where=where, found=place[-1], allowed=allowed)
        k = named[place]
        options = tree.sets[k].options
        for option in chances:
            if option not in options:
                raise BadInput("no such option", where=where, found=option, allowed=options)
        row = np.array([float(chances.get(option, 0.0)) for option in options])
        if not (row > 0).all() or abs(row.sum() - 1.0) > 1e-9:
            raise BadInput(
                "level 0 must take every option with some probability",
                where=where,
                found=", ".join(f"{p:g}" for p in row),
                allowed="probabilities above 0 that add up to 1",
            )
        out[int(tree.slot_start[k]) : int(tree.slot_start[k + 1])] = row / row.sum()
    return out
