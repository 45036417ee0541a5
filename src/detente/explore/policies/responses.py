"""Best responses: what each player would best announce where another has announced a policy of its own.

Of every two players with menus (`regret.menu_of`), every policy of one is put together with every policy of the other:
the game is solved with both announced (key ``a+b``), everybody else playing its equilibrium. To announce nothing is on
every menu, and means that the player re-optimises. At a draw a policy is *best* where no other of the player's menu
gives that player more there (ties within `TIE` are best both); a pair is *mutual* where each is best against the other.
Players are looked at one by one and never added up. Announcing is taken to be binding and costless, and made by these
two alone: mutual pairs are the pure equilibria of that game of announcements and of no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from detente.errors import GameError
from detente.explore.policies.first import First, worth
from detente.explore.policies.satisficing import TIE
from detente.explore.policies.spread import mean_interval
from detente.explore.protocol import BASELINE, Policy, Study
from detente.explore.ranges import Floats
from detente.scenario.conduct import check_together

RESPONSES = (
    192  # draws used where the caller names no number; 24 of each scrambling, so shares have intervals
)
MOST_RESPONSES = 2**14
MOST_GAMES = 2**17  # games solved for responses; fewer draws are used where there would be more
_AT_A_TIME = 256  # draws


@dataclass(frozen=True)
class Answer:
    """One policy as an answer. ``advantage``: mean payoff less that of announcing nothing. Regret is against the other answers."""

    policy: str
    best: float  # share of the draws in which no other answer is better
    best_interval: tuple[float, float] | None
    alone: float  # share in which every other is worse
    mean: float
    advantage: float | None
    max_regret: float
    mean_regret: float


@dataclass(frozen=True)
class Response:
    """The answers of ``player`` to ``to``, a policy of ``other``. ``always``: answers that are best at every draw.

    ``other`` is None where nobody else announces anything.
    """

    player: str
    other: str | None
    to: str
    draws: int  # at which all answers are certified
    answers: tuple[Answer, ...]
    always: tuple[str, ...]
    skipped: Mapping[str, str]  # policy -> why it cannot be announced together with ``to``


@dataclass(frozen=True)
class Mutual:
    """Pairs of policies of two players, each best against the other. ``none``: share of draws without such a pair."""

    players: tuple[str, str]
    draws: int  # at which the whole table is certified
    pairs: tuple[
        tuple[str, str, float, tuple[float, float] | None], ...
    ]  # a, b, share, interval; share above 0
    none: float


@dataclass(frozen=True)
class Responses:
    """Everything about answers. ``games``: how many were solved for it."""

    draws: int
    games: int
    each: tuple[Response, ...]
    mutual: tuple[Mutual, ...]


def together(policies: Mapping[str, Policy], first: str, second: str) -> str:
    """The key of two policies announced together, in the order of the scenario; of one where the other is no policy."""
    named = [p for p in policies if p in (first, second)]
    return "+".join(named) or BASELINE


def conflict(policies: Mapping[str, Policy], first: str, second: str) -> str | None:
    """Why two policies cannot be announced together; None where they can."""
    pair: list[Any] = [policies[p] for p in (first, second) if p != BASELINE]
    if len(pair) < 2 or not all(hasattr(p, "change") for p in pair):
        return None
    try:
        check_together(pair)
    except GameError as problem:
        return problem.problem
    return None


def responses(
    study: Study,
    menus: Mapping[str, Sequence[str]],
    first: First,
    tell: Callable[[float], None] | None = None,
) -> Responses | None:
    """Solve every pair of policies of two players at the draws of ``first`` and compare; None where no two have menus.

    ``menus``: player -> policies, `BASELINE` first, all of them in ``first``. Cost: a game at every draw for every
    pair of announced policies; draws are fewer where that would pass `MOST_GAMES`.
    """
    pairs = list(combinations(menus, 2))
    if not pairs or not first.n:
        return None
    cells = [(i, j, a, b) for i, j in pairs for a in menus[i] for b in menus[j]]
    why = {(a, b): conflict(study.policies, a, b) for _, _, a, b in cells}
    joint = [(a, b) for _, _, a, b in cells if BASELINE not in (a, b) and why[a, b] is None]
    n = min(first.n, max(8, MOST_GAMES // max(len(joint), 1)))
    draws = {name: column[:n] for name, column in first.draws.items()}
    value: dict[tuple[str, str], Floats] = {}  # key, player -> [draw]
    for policy in {BASELINE: None} | {p: None for menu in menus.values() for p in menu}:
        for player in menus:
            value[policy, player] = first.value(policy, player)[:n]
    for k, (a, b) in enumerate(joint):
        key = together(study.policies, a, b)
        parts = [
            worth(study.evaluate, {x: c[s : s + _AT_A_TIME] for x, c in draws.items()}, [key], list(menus))[
                key
            ]
            for s in range(0, n, _AT_A_TIME)
        ]
        for player in menus:
            value[key, player] = np.concatenate([part[player] for part in parts])
        if tell is not None:
            tell((k + 1) / len(joint))

    run = first.draw[:n], first.replicated
    each: list[Response] = []
    mutual: list[Mutual] = []
    for i, j in pairs:
        tables = np.full((2, len(menus[i]), len(menus[j]), n), -np.inf)  # -inf: cannot be announced together
        for x, a in enumerate(menus[i]):
            for y, b in enumerate(menus[j]):
                if why[a, b] is None:
                    for k, player in enumerate((i, j)):
                        tables[k, x, y] = value[together(study.policies, a, b), player]
        for y, b in enumerate(menus[j][1:], 1):
            each.append(_response(i, j, b, menus[i], tables[0, :, y], {a: why[a, b] for a in menus[i]}, *run))
        for x, a in enumerate(menus[i][1:], 1):
            each.append(_response(j, i, a, menus[j], tables[1, x], {b: why[a, b] for b in menus[j]}, *run))
        mutual.append(_mutual((i, j), (menus[i], menus[j]), tables, *run))
    for player, menu in menus.items():
        alone = np.array([value[p, player] for p in menu])
        each.append(_response(player, None, BASELINE, menu, alone, dict.fromkeys(menu), *run))
    order = list(menus)
    each.sort(key=lambda r: (order.index(r.player), -1 if r.other is None else order.index(r.other)))
    return Responses(n, n * len(joint), tuple(each), tuple(mutual))


def _response(
    player: str,
    other: str | None,
    to: str,
    menu: Sequence[str],
    table: Floats,
    why: Mapping[str, str | None],
    draw: np.ndarray,
    replicated: bool,
) -> Response:
    """``table`` [answer, draw]; -inf where the two cannot be announced together."""
    able = [k for k, a in enumerate(menu) if why[a] is None]
    rows = table[able]
    good = np.isfinite(rows).all(axis=0)
    answers: list[Answer] = []
    always: list[str] = []
    skipped = {a: reason for a, reason in why.items() if reason is not None}
    here = rows[:, good]
    if good.any():
        regret = here.max(axis=0) - here
        best = regret <= TIE
        for k, place in enumerate(able):
            share, interval = _share(best[k], draw[good], replicated)
            alone = best[k] & (best.sum(axis=0) == 1)
            nothing = here[able.index(0)] if 0 in able else None
            answers.append(
                Answer(
                    menu[place],
                    share,
                    interval,
                    float(alone.mean()),
                    float(here[k].mean()),
                    None if nothing is None else float((here[k] - nothing).mean()),
                    float(regret[k].max()),
                    float(regret[k].mean()),
                )
            )
            if best[k].all():
                always.append(menu[place])
    return Response(player, other, to, int(good.sum()), tuple(answers), tuple(always), skipped)


def _mutual(
    players: tuple[str, str],
    menus: tuple[Sequence[str], Sequence[str]],
    tables: Floats,
    draw: np.ndarray,
    replicated: bool,
) -> Mutual:
    """``tables`` [player, a, b, draw]."""
    good = (~np.isnan(tables)).all(axis=(0, 1, 2)) & np.isfinite(tables[0, 0, 0])
    here = tables[..., good]
    if not good.any():
        return Mutual(players, 0, (), 0.0)
    best = (
        np.isfinite(here[0])
        & (here[0] >= here[0].max(axis=0, keepdims=True) - TIE)
        & (here[1] >= here[1].max(axis=1, keepdims=True) - TIE)
    )  # [a, b, draw]
    pairs: list[tuple[str, str, float, tuple[float, float] | None]] = []
    for x, a in enumerate(menus[0]):
        for y, b in enumerate(menus[1]):
            if best[x, y].any():
                pairs.append((a, b, *_share(best[x, y], draw[good], replicated)))
    pairs.sort(key=lambda pair: -pair[2])
    return Mutual(players, int(good.sum()), tuple(pairs), float((~best.any(axis=(0, 1))).mean()))


def _share(hit: np.ndarray, draw: np.ndarray, replicated: bool) -> tuple[float, tuple[float, float] | None]:
    """The share of draws hit, and its interval over the scramblings; ``draw``: their indices in the run."""
    found = mean_interval(hit.astype(float), draw) if replicated else None
    return float(hit.mean()), None if found is None else (max(0.0, found[0]), min(1.0, found[1]))
