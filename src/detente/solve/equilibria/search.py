"""The sequential equilibria of a small game: pure ones exhaustively, others by search, grouped by outcome, each certified."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput, Where
from detente.game import unfold
from detente.game.model import Game
from detente.game.tree import Floats, Tree
from detente.solve.certificate import certify
from detente.solve.equilibria.assessment import Bools, Point
from detente.solve.equilibria.branches import limits
from detente.solve.equilibria.consistency import Decision, decide
from detente.solve.equilibria.mixed import free_directions, roots, starts
from detente.solve.equilibria.profiles import profiles
from detente.solve.equilibria.refinements import refine, signalling
from detente.solve.equilibria.result import Continuum, Equilibria, Equilibrium
from detente.solve.outcome import outcome
from detente.solve.quantal import solve
from detente.solve.solution import CERTIFIED, STATUS, Solutions

MOST_NODES = 3000  # of a game that is searched at all
MOST_SLOTS = 400  # options at all its information sets together
TIE = 1e-9  # payoffs nearer than this share of the owner's range are a tie
CELLS = 4e7  # pure profiles held at a time, times nodes
MOST_PROFILES = 100_000
MOST_DECIDED = 1500  # pure profiles that pass on the path and are decided one by one
MOST_SUPPORTS = 4000  # profiles of supports that are gone through for mixed equilibria
SUPPORT_CELLS = 3e6  # supports times starts, times nodes, times derivatives
STARTS = (4, 10)  # fewest and most starts for a support
BRANCHES = 16  # strategies drawn for each precision at which branches are entered
BRANCH_CELLS = 2e7  # starts times nodes times derivatives beyond which branches are not looked for
MOST_MEMBERS = 50  # strategies kept of one outcome
SAME = 1e-6  # outcomes nearer than this are one
NUDGE = 1e-3


@dataclass(frozen=True, eq=False)
class _Found:
    strategy: Floats  # [slot]
    belief: Floats  # [place]
    weight: Floats  # [slot] logs: of the strategy where it plays, of trembles elsewhere
    by: str
    several: bool  # other beliefs support it
    moves: bool  # other strategies near it are equilibria at first order
    pure: bool
    principal: bool = False


def equilibria(
    game: Tree | Game,
    draws: Mapping[str, float] | None = None,
    *,
    mixed: bool = True,
    seed: int = 0,
    most_profiles: int = MOST_PROFILES,
) -> Equilibria:
    """Sequential equilibria of a finite game with perfect recall at one point of its parameters.

    ``draws``: parameter -> one number (base values elsewhere). Pure equilibria are found exhaustively as long as at most
    ``most_profiles`` partial profiles, and 4e7 nodes of them, have to be held at a time; `Equilibria.complete` says whether that was
    so and every candidate could be decided. ``mixed``: also search for equilibria in which somebody mixes (supports where there are
    few, and branches of the logit equilibrium); this never claims to find all.

    Not found: equilibria that are limits of no logit branch and whose support was not gone through; all points of a continuum.
    Raises BadInput for more than one point, more than 3000 nodes or 400 options, or numbers that are no game.
    """
    started = time.perf_counter()
    tree = unfold(game) if isinstance(game, Game) else game
    numbers = _one_point(tree, draws)
    point = Point(tree, numbers)
    principal = solve(tree, {k: np.atleast_1d(np.float64(v)) for k, v in draws.items()} if draws else None)
    found: list[_Found] = []
    told: list[str] = []
    if principal.status[0] == CERTIFIED:
        found.append(_principal(point, principal))
        told.append("the principal logit branch followed to its limit")
    else:
        told.append(
            f"the principal logit branch, which has no certified limit here ({STATUS[int(principal.status[0])]})"
        )
    pure, undecided, complete, how = _pure(point, most_profiles)
    told.append(how)
    found += [
        f for f in pure if not (found and np.abs(f.strategy - found[0].strategy).max(initial=0.0) < SAME)
    ]
    if mixed and point.n_slots:
        told += _mixed(point, found, seed)
    groups, dropped = _grouped(point, found)
    return _result(point, draws, groups, pure, complete and not dropped, undecided + dropped, told, started)


# the pieces


def _one_point(tree: Tree, draws: Mapping[str, float] | None) -> Floats:
    for name, value in (draws or {}).items():
        if name not in tree.parameters:
            raise BadInput(
                "no such parameter",
                where=Where(field="draws"),
                found=name,
                allowed=tree.parameters or "none: this game has no parameters",
            )
        if np.size(value) != 1:
            raise BadInput(
                "other equilibria are searched at one point",
                where=Where(field=name),
                found=f"{np.size(value)} values",
                allowed="one value",
            )
    for what, size, most in (("nodes", tree.n_nodes, MOST_NODES), ("options", tree.n_slots, MOST_SLOTS)):
        if size > most:
            raise BadInput(
                f"the game has too many {what} to search for all equilibria",
                where=Where(field=tree.title or "game"),
                found=f"{size} {what}",
                allowed=f"at most {most}",
            )
    numbers = tree.numbers_at({k: float(np.reshape(v, ())) for k, v in (draws or {}).items()})
    if not np.isfinite(numbers).all():
        raise BadInput(
            "a payoff or a probability is not finite at this point", where=Where(field=tree.title or "game")
        )
    _check_chance(tree, numbers[0])
    return numbers


def _check_chance(tree: Tree, numbers: Floats) -> None:
    edges = np.asarray(tree.edge_number)
    for x in range(tree.n_nodes):
        chosen = edges[int(tree.child_start[x]) : int(tree.child_start[x + 1])]
        if len(chosen) and (chosen >= 0).all():
            mix = numbers[chosen]
            if (mix < 0).any() or abs(float(mix.sum()) - 1) > 1e-9:
                raise BadInput(
                    "chances are not negative and add up to 1",
                    where=Where(field=tree.title or "game"),
                    found=", ".join(f"{p:g}" for p in mix),
                )


def _principal(point: Point, found: Solutions) -> _Found:
    strategy, logs = found.strategy[0], found.log_strategy[0]
    weight = np.where(strategy > 0, np.log(np.where(strategy > 0, strategy, 1.0)), logs)
    # whether other beliefs, or strategies near, do as well; its own beliefs are the branch's
    other = decide(point, strategy, TIE, weight)
    pure = bool(np.isin(strategy, (0.0, 1.0)).all())
    moves = False if pure else free_directions(point, strategy, np.clip(weight, -60, 0))[0]
    several = other.belief is not None and (
        other.several or bool(np.abs(other.belief - found.belief[0]).max(initial=0) > 1e-4)
    )
    return _Found(
        strategy, found.belief[0], weight, "limit of the principal logit branch", several, moves, pure, True
    )


def _accepted(point: Point, strategy: Floats, decision: Decision, by: str, moves: bool, pure: bool) -> _Found:
    assert decision.belief is not None
    assert decision.weight is not None
    logs = np.where(strategy > 0, np.log(np.where(strategy > 0, strategy, 1.0)), decision.weight)
    return _Found(strategy, decision.belief, logs, by, decision.several, moves, pure)


def _pure(point: Point, most: int) -> tuple[list[_Found], int, bool, str]:
    """Pure sequential equilibria, candidates left open, whether these are all, and what was done."""
    bound = int(min(most, CELLS // point.tree.n_nodes))
    menu = profiles(point, True, bound, TIE)
    if not menu.whole:
        return [], 0, False, (
            f"pure strategies not gone through: backward pruning leaves more than {bound} partial profiles ({menu.most} at one set)"
        )  # fmt: skip
    candidates = _rational_on_path(point, menu.played)
    found: list[_Found] = []
    undecided = 0
    for strategy in candidates[:MOST_DECIDED]:
        decision = decide(point, strategy, TIE)
        if decision.answer == "yes":
            found.append(_accepted(point, strategy, decision, "pure profiles gone through", False, True))
        undecided += decision.answer == "open"
    cut = len(candidates) > MOST_DECIDED
    how = (
        f"{len(menu.played)} pure profiles left by backward pruning, {len(candidates)} rational on the path, "
        f"{len(found)} with consistent beliefs that make them rational everywhere"
    )
    if cut:
        how += f" among the first {MOST_DECIDED}; the others were not looked at"
    return found, undecided, not cut and not undecided, how


def _rational_on_path(point: Point, played: Bools) -> Floats:
    """The profiles [profile, slot] at which nobody gains where the set is reached, nor where it has one node."""
    kept: list[Floats] = [np.zeros((0, point.n_slots))]
    nodes = np.array(
        [int(point.possible[point.set_of_place == h].sum()) for h in range(len(point.tree.sets))]
    )
    size = max(1, int(2e6) // point.tree.n_nodes)
    for k in range(0, len(played), size):
        strategy = played[k : k + size].astype(float)
        reached = point.reached(point.reach(strategy))
        belief = point.beliefs(strategy, np.zeros_like(strategy))
        gains = point.gains(point.worth(point.entries(strategy), belief), strategy)
        bad = (gains > TIE) & (reached | (nodes == 1)[:, None])
        kept.append(strategy[~bad.any(axis=0)])
    return np.concatenate(kept)


def _mixed(point: Point, found: list[_Found], seed: int) -> list[str]:
    """Adds equilibria in which somebody mixes to ``found``; what was done, in words."""
    told: list[str] = []
    width = point.tree.n_nodes * (point.n_slots + 1)
    bound = int(min(MOST_SUPPORTS, SUPPORT_CELLS / STARTS[0] / width))
    menu = profiles(point, False, max(bound, 1) * 4, TIE)
    support = menu.played[(menu.played.sum(axis=1) > len(point.tree.sets))] if menu.whole else menu.played
    if menu.whole and len(support) <= bound:
        each = int(np.clip(SUPPORT_CELLS / max(len(support), 1) / width, *STARTS))
        rows, start = starts(point, support, each, seed)
        _add(point, found, rows, start, "supports gone through")
        told.append(f"{len(support)} mixed supports left by pruning, each solved from {each} starts")
    else:
        told.append(f"mixed supports not gone through: more than {bound}")
    if 2 * BRANCHES * width <= BRANCH_CELLS:
        rows, start = limits(point, BRANCHES, seed)
        _add(point, found, rows, start, "limit of another logit branch")
        told.append(f"logit branches entered from {BRANCHES} random strategies at each of 3 precisions")
    else:
        told.append("other logit branches not looked for: the game is too large")
    return told


def _add(point: Point, found: list[_Found], support: Bools, start: Floats, by: str) -> None:
    """Solve, decide, and keep what is new."""
    solved = roots(point, support, start)
    seen: dict[bytes, int] = {}  # support -> how many of a continuum were kept
    for k in np.lexsort(np.round(solved.strategy.T, 6)):
        strategy = solved.strategy[k]
        if any(np.abs(strategy - f.strategy).max(initial=0.0) < SAME for f in found):
            continue
        name = solved.support[k].tobytes()
        if seen.get(name, 0) >= 3:  # three of a continuum are as good as hundreds
            continue
        pure = bool(solved.support[k].sum() == len(point.tree.sets))
        decision = decide(point, strategy, TIE, solved.weight[k])
        if decision.answer != "yes":
            continue
        moves = free_directions(point, strategy, solved.weight[k])[0]
        if moves:
            seen[name] = seen.get(name, 0) + 1
        found.append(_accepted(point, strategy, decision, by, moves, pure))


def _grouped(point: Point, found: list[_Found]) -> tuple[list[list[_Found]], int]:
    """Certified ones by outcome, the representative first; how many did not pass their certificate."""
    if not found:
        return [], 0
    strategy = np.array([f.strategy for f in found])
    check = certify(
        point.plan, point.numbers, strategy, np.array([f.weight for f in found]), np.array([f.belief for f in found]),
        np.full(len(found), np.inf),
    )  # fmt: skip
    good = [
        f.principal or (check.relative_gain[i] <= 2 * TIE and check.belief_error[i] <= SAME)
        for i, f in enumerate(found)
    ]
    kept = sorted(
        (i for i, fine in enumerate(good) if fine),
        key=lambda i: (not found[i].principal, not found[i].pure, i),
    )
    result = point.outcomes(strategy)
    groups: list[list[int]] = []
    for i in kept:
        for group in groups:
            if np.abs(result[group[0]] - result[i]).max(initial=0.0) < SAME:
                group.append(i)
                break
        else:
            groups.append([i])
    groups = _one_of_each_continuum(point, groups, found)
    return [[found[i] for i in group] for group in groups], len(found) - len(kept)


def _one_of_each_continuum(point: Point, groups: list[list[int]], found: list[_Found]) -> list[list[int]]:
    """Groups whose members all mix and may move are points of a continuum of changing outcome: they join a group with the same
    events and expected payoffs, and of the rest one for each support is kept."""
    event, value, _ = outcome(point.plan, point.numbers, np.array([f.strategy for f in found]))
    told = np.hstack([event, value / point.spread])
    seen: set[bytes] = set()
    out: list[list[int]] = []
    for group in groups:
        names = {(found[i].strategy > 0).tobytes() for i in group}
        loose = all(found[i].moves and not found[i].pure and not found[i].principal for i in group)
        if loose:
            like = [g for g in out if np.abs(told[g[0]] - told[group[0]]).max(initial=0.0) < SAME]
            if like and point.tree.events:
                like[0].extend(group)
                continue
            if names <= seen:
                continue
            seen |= names
        out.append(group)
    return out


def _result(
    point: Point,
    draws: Mapping[str, float] | None,
    groups: list[list[_Found]],
    pure: list[_Found],
    complete: bool,
    undecided: int,
    told: list[str],
    started: float,
) -> Equilibria:
    heads = [group[0] for group in groups]
    tree = point.tree

    def column(pick: Callable[[_Found], Floats], width: int) -> Floats:
        return np.array([pick(f) for f in heads]).reshape(len(heads), width)

    strategy = column(lambda f: f.strategy, point.n_slots)
    weight = column(lambda f: f.weight, point.n_slots)
    belief = column(lambda f: f.belief, len(point.member))
    limit = np.full(len(heads), np.inf)
    numbers = np.array(np.broadcast_to(point.numbers, (len(heads), point.numbers.shape[1])))
    check = certify(point.plan, numbers, strategy, weight, belief, limit)
    event, value, _ = outcome(point.plan, numbers, strategy)
    seconds = time.perf_counter() - started
    solutions = Solutions(
        tree=tree, numbers=numbers, precision=limit, strategy=strategy, log_strategy=weight, belief=belief, event=event,
        value=value, status=np.full(len(heads), CERTIFIED, np.int8), residual=np.full(len(heads), np.nan), max_gain=check.max_gain,
        iterations=np.zeros(len(heads), np.int32), crossings=np.zeros(len(heads), np.int32),
        method="sequential equilibria", seconds=seconds, concept="sequential",
        draws={k: np.full(len(heads), float(np.reshape(v, ()))) for k, v in (draws or {}).items()},
    )  # fmt: skip
    game = signalling(tree)
    found = tuple(
        Equilibrium(
            row=k,
            pure=group[0].pure,
            principal=group[0].principal,
            found_by=group[0].by,
            continuum=_continuum(point, group),
            members=np.array([f.strategy for f in group[:MOST_MEMBERS]]),
            same_outcome=len(group),
            refinement=None if game is None else refine(game, point, strategy[k]),
        )
        for k, group in enumerate(groups)
    )
    return Equilibria(
        tree=tree,
        numbers=point.numbers,
        solutions=solutions,
        found=found,
        pure=np.array([f.strategy for f in pure]).reshape(len(pure), point.n_slots),
        complete=complete,
        claim=_claim(complete, undecided, len(pure)),
        search="; ".join(told),
        open=undecided,
        principal=0 if heads and heads[0].principal else None,
        seconds=seconds,
    )


def _continuum(point: Point, group: list[_Found]) -> Continuum:
    """Strategies: one of the group may move, or a little of an option that is as good leaves an equilibrium."""
    head = group[0]
    if any(f.moves for f in group) or _tied(point, head):
        return "strategies"
    return "beliefs" if head.several else "none"


def _tied(point: Point, found: _Found) -> bool:
    """Whether playing an option that is not played, but worth as much, with probability 1/1000 leaves a sequential equilibrium."""
    strategy = found.strategy[None]
    worth = point.worth(point.entries(strategy), found.belief[:, None])[:, 0] / point.slot_spread
    best = np.maximum.reduceat(worth, point.slot_at[:-1])[point.set_of_slot] if len(worth) else worth
    for slot in np.flatnonzero((found.strategy == 0) & (worth > best - TIE)):
        other = found.strategy.copy()
        mine = point.set_of_slot == point.set_of_slot[slot]
        other[mine] *= 1 - NUDGE
        other[slot] = NUDGE
        if decide(point, other, TIE).answer == "yes":
            return True
    return False


def _claim(complete: bool, undecided: int, pure: int) -> str:
    if complete:
        which = "Every pure sequential equilibrium was found"
        if not pure:
            which = "There is no pure sequential equilibrium"
        return f"{which} (payoffs nearer than 1e-9 of a player's range count as equal). Others were searched for, and more may exist."
    if undecided:
        return f"Not claimed to be all: {undecided} pure candidates could be neither confirmed nor refused. More may exist."
    return "Not claimed to be all: the game is too large to go through its pure strategies. More may exist."
