"""Refinements on signalling games: the intuitive criterion and D1 (Cho & Kreps 1987, Quarterly Journal of Economics 102:179-221).

A *signalling game* here: chance draws the sender's type, the sender (who knows it) sends one of the same messages, the receiver sees
the message alone and answers, and then the game ends (or chance alone moves on). A message may also end the game without an answer.
The criteria look at messages that no type sends. Types are deleted for whom the message is worse than the equilibrium whatever the
receiver answers, as long as the answer is best for some belief; an equilibrium fails if a type that is left would gain by the message
against every answer that is best for some belief over the types left.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import CHANCE, DECISION, TERMINAL, Floats, Tree
from detente.solve.equilibria.assessment import Point
from detente.solve.equilibria.program import best_margin, program

TIE = 1e-9  # of the payoff range
MOST_ANSWERS = 8


@dataclass(frozen=True, eq=False)
class Signalling:
    """The signalling game that a tree is. Nodes below a message or an answer are where values are read."""

    types: tuple[str, ...]
    messages: tuple[str, ...]
    sender_sets: tuple[int, ...]  # [type]
    answer_set: tuple[int | None, ...]  # [message] None: the message ends the game
    answers: tuple[tuple[str, ...], ...]  # [message]
    node: tuple[tuple[tuple[int, ...], ...], ...]  # [message][type] nodes, one for each answer (or one)
    sender: int
    receiver: int
    chance: tuple[int, ...]  # [type] index into the numbers


@dataclass(frozen=True)
class Refinement:
    """Verdicts on one equilibrium. ``breaks``: the message and the type that break it."""

    intuitive: bool
    breaks: tuple[str, str] | None
    d1: bool | None  # None: not computed, more than `MOST_ANSWERS` answers
    d1_breaks: str | None  # the message
    text: str

    def record(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "intuitive_criterion": self.intuitive,
            "message": None if self.breaks is None else self.breaks[0],
            "type": None if self.breaks is None else self.breaks[1],
            "d1": self.d1,
            "d1_message": self.d1_breaks,
            "text": self.text,
        }


def signalling(tree: Tree) -> Signalling | None:
    """The signalling game that ``tree`` is, or None."""
    kind = np.asarray(tree.kind)
    if kind[0] != CHANCE:
        return None
    tops = _children(tree, 0)
    if len(tops) < 2 or any(kind[x] != DECISION for x in tops):
        return None
    own = [int(tree.info_set[x]) for x in tops]
    senders = {tree.sets[h].player for h in own}
    menus = {tree.sets[h].options for h in own}
    if (
        len(senders) != 1
        or len(menus) != 1
        or len(set(own)) != len(own)
        or any(len(tree.sets[h].nodes) != 1 for h in own)
    ):
        return None
    sender, messages = senders.pop(), menus.pop()
    answer_set: list[int | None] = []
    answers: list[tuple[str, ...]] = []
    node: list[tuple[tuple[int, ...], ...]] = []
    receivers: set[int] = set()
    for m in range(len(messages)):
        after = [_children(tree, x)[m] for x in tops]
        if all(kind[y] != DECISION for y in after):
            if not all(_ends(tree, y) for y in after):
                return None
            answer_set.append(None)
            answers.append(("",))
            node.append(tuple((y,) for y in after))
            continue
        if any(kind[y] != DECISION for y in after):
            return None
        heard = {int(tree.info_set[y]) for y in after}
        if len(heard) != 1 or sorted(tree.sets[next(iter(heard))].nodes) != sorted(after):
            return None
        h = heard.pop()
        below = tuple(tuple(_children(tree, y)) for y in after)
        if not all(_ends(tree, z) for row in below for z in row):
            return None
        receivers.add(tree.sets[h].player)
        answer_set.append(h)
        answers.append(tree.sets[h].options)
        node.append(below)
    if len(receivers) != 1 or sender in receivers:
        return None
    edges = range(int(tree.child_start[0]), int(tree.child_start[1]))
    return Signalling(
        types=tuple(tree.edge_label[e] for e in edges), messages=messages, sender_sets=tuple(own),
        answer_set=tuple(answer_set), answers=tuple(answers), node=tuple(node), sender=sender, receiver=receivers.pop(),
        chance=tuple(int(tree.edge_number[e]) for e in edges),
    )  # fmt: skip


def refine(game: Signalling, point: Point, strategy: Floats) -> Refinement:
    """Both criteria for the equilibrium ``strategy`` [slot] of ``game`` at a point."""
    tree, plan = point.tree, point.plan
    edges = plan.edges(point.numbers, strategy[None])
    value = [
        plan.backward(edges, point.payoff[:, i])[:, 0] / point.spread[i] for i in (game.sender, game.receiver)
    ]
    now = np.array([value[0][tree.sets[h].nodes[0]] for h in game.sender_sets])
    able = [t for t, k in enumerate(game.chance) if point.numbers[0, k] > 0]
    broken: tuple[str, str] | None = None
    dominated: str | None = None
    computed = True
    for m, h in enumerate(game.answer_set):
        if h is None or any(
            strategy[int(point.slot_at[g]) + m] > 0 for t, g in enumerate(game.sender_sets) if t in able
        ):
            continue
        u = np.array([[value[0][x] for x in row] for row in game.node[m]])  # [type, answer]
        v = np.array([[value[1][x] for x in row] for row in game.node[m]])
        if broken is None:
            t = _intuitive(u, v, now, able)
            if t is not None:
                broken = game.messages[m], game.types[t]
        if len(game.answers[m]) > MOST_ANSWERS:
            computed = False
        elif dominated is None and not _d1(u, v, now, able):
            dominated = game.messages[m]
    d1 = False if dominated is not None else (True if computed else None)
    if broken is not None:
        text = (
            f"fails the intuitive criterion: type {broken[1]} would gain by {broken[0]}, once no type is thought to choose it that "
            "can only lose by it"
        )
    else:
        text = "passes the intuitive criterion"
        text += {True: " and D1", False: f", fails D1 at {dominated}", None: ""}[d1]
    return Refinement(broken is None, broken, d1, dominated, text)


def _children(tree: Tree, x: int) -> list[int]:
    return [int(y) for y in tree.child[int(tree.child_start[x]) : int(tree.child_start[x + 1])]]


def _ends(tree: Tree, x: int) -> bool:
    """Whether nobody decides at ``x`` or below."""
    kind = int(tree.kind[x])
    return kind == TERMINAL or (kind == CHANCE and all(_ends(tree, y) for y in _children(tree, x)))


def best_answers(v: Floats, types: list[int]) -> list[int]:
    """Answers that are best for some belief over ``types``, from the receiver's payoffs [type, answer]."""
    return [r for r in range(v.shape[1]) if _together(v, types, (r,))]


def _together(v: Floats, types: list[int], answers: tuple[int, ...]) -> bool:
    """Whether some belief over ``types`` makes all these answers best at once."""
    rows = [v[types, r] - v[types, other] for r in answers for other in range(v.shape[1]) if other != r]
    if not rows:
        return True
    margin: NDArray[np.float64] = np.array(rows) + TIE
    return bool((margin >= 0).all(axis=0).any()) or best_margin(margin)[0] >= 0


def _intuitive(u: Floats, v: Floats, now: Floats, able: list[int]) -> int | None:
    """The type that breaks the equilibrium with an unsent message, or None."""
    replies = best_answers(v, able)
    left = [t for t in able if u[t, replies].max() >= now[t] - TIE]
    if not left:
        return None
    answers = best_answers(v, left)
    gains = [t for t in left if u[t, answers].min() > now[t] + TIE]
    return gains[0] if gains else None


def _d1(u: Floats, v: Floats, now: Floats, able: list[int]) -> bool:
    """Whether the equilibrium survives D1 at an unsent message.

    Type t is deleted if another type gains by every mixed best answer that leaves t at least as well off. The equilibrium
    survives if a best answer to some belief over the types left (all, if none is left) keeps every type from gaining.
    """
    faces = _faces(v, able)
    deleted = [
        t
        for t in able
        if any(s != t and all(_gains_where(u, now, t, s, face) for face in faces) for s in able)
    ]
    left = [t for t in able if t not in deleted] or able
    return any(_keeps(u, now, able, face) for face in _faces(v, left))


def _faces(v: Floats, types: list[int]) -> list[tuple[int, ...]]:
    """Sets of answers that are best together for some belief over ``types``; mixed best answers mix within one of them."""
    some = best_answers(v, types)
    out: list[tuple[int, ...]] = []
    for size in range(len(some), 0, -1):
        for face in combinations(some, size):
            if not any(set(face) <= set(larger) for larger in out) and (
                size == 1 or _together(v, types, face)
            ):
                out.append(face)
    return out


def _gains_where(u: Floats, now: Floats, t: int, s: int, face: tuple[int, ...]) -> bool:
    """Whether type ``s`` strictly gains at every mix of ``face`` at which ``t`` does not lose."""
    some = list(face)
    mix = (np.ones((1, len(some))), np.ones(1))
    answer = program(u[s, some], (u[t, some][None], np.array([now[t] - TIE])), mix)
    return answer.status == "none" or answer.least > now[s] + TIE


def _keeps(u: Floats, now: Floats, able: list[int], face: tuple[int, ...]) -> bool:
    """Whether some mix of ``face`` keeps every type from gaining."""
    some = list(face)
    mix = (np.ones((1, len(some))), np.ones(1))
    return program(np.zeros(len(some)), (-u[np.ix_(able, some)], -(now[able] + TIE)), mix).status == "found"
