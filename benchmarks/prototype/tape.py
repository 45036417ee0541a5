"""A game as a straight-line programme with derivatives, for any choice of what is guessed: a prototype to compare, not to use.

A vertex is the strategy at a set or a belief that others' strategies make. Some vertices are *guessed*: their log-odds are the
unknowns. All others are computed in order, strategies by z = lambda (u_a - u_0), beliefs by Bayes' rule in logs; the residual of
a guessed vertex is its guess less what the same rules say. Guess every strategy, and this is Newton over all log-odds; guess the
beliefs, and strategies follow by backward induction; guess a feedback vertex set, and the unknowns are as few as can be.

Derivatives run forward along the programme, each quantity with the unknowns that it depends on and no others, so that the choices
differ in what is guessed and in nothing else. The last column is the derivative in ln lambda.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from detente.game.tree import CHANCE, TERMINAL, Tree
from detente.solve.levels import levels_of
from prototype.structure import Needs, components, needs_of

SUM, MIX, RESIDUAL = 0, 1, 2  # kinds of operation
EXP = 20  # operations that an exponential or a logarithm counts for


class Arrays(NamedTuple):
    """What the compiled loops read; *setup* operations depend on nothing guessed and run once a draw."""

    kind: np.ndarray  # [operation]
    out: np.ndarray  # [operation] first quantity written; of a residual, its row
    scaled: np.ndarray  # [operation] 1 if the sum is multiplied by lambda
    term: np.ndarray  # [operation + 1]
    left: np.ndarray  # [term] quantity
    right: np.ndarray  # [term] quantity
    sign: np.ndarray  # [term]
    left_map: np.ndarray  # [term] where the map of the left factor's columns begins
    right_map: np.ndarray  # [term]
    place: np.ndarray  # positions in the gradient of the result
    grad: np.ndarray  # [quantity + 1] where the gradient of a quantity begins
    column: np.ndarray  # [gradient entry] unknown
    unknown: np.ndarray  # [unknown] its quantity
    block: np.ndarray  # [block + 1] first unknown
    setup: int  # operations before this one run once a draw


@dataclass
class Tape:
    """A programme under way."""

    tree: Tree
    needs: Needs
    guessed: frozenset[int]  # vertices: strategies of sets, then their beliefs
    support: list[frozenset[int]] = field(default_factory=list)  # [quantity]
    operations: list[tuple[int, int, int, list[tuple[int, int, float]]]] = field(default_factory=list)
    constants: list[tuple[str, Any]] = field(default_factory=list)  # what the first quantities of a draw are
    known: dict[Any, int] = field(default_factory=dict)
    unknowns: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)

    # ---- quantities

    def fresh(self, support: frozenset[int]) -> int:
        self.support.append(support)
        return len(self.support) - 1

    def constant(self, kind: str, what: Any) -> int:
        key = (kind, what)
        if key not in self.known:
            self.constants.append(key)
            self.known[key] = self.fresh(frozenset())
        return self.known[key]

    def total(self, terms: list[tuple[int, int, float]], scaled: bool = False) -> int:
        support = frozenset().union(*(self.support[q] for a, b, _ in terms for q in (a, b)))
        q = self.fresh(support | {-1} if scaled else support)
        self.operations.append((SUM, q, int(scaled), terms))
        return q

    def mix(self, log_odds: list[int]) -> tuple[int, int]:
        """First probability and first log-probability of options with these log-odds against option 0."""
        support = frozenset().union(*(self.support[q] for q in log_odds))
        k = len(log_odds) + 1
        first = self.fresh(support)
        for _ in range(2 * k - 1):
            self.fresh(support)
        self.operations.append((MIX, first, 0, [(q, q, 1.0) for q in log_odds]))
        return first, first + k

    # ---- the game

    def slot(self, h: int, option: int, log: bool = False) -> int:
        return self.known["log mix" if log else "mix", h] + option

    def value(self, node: int, player: int) -> int:
        key = ("value", node, player)
        if key not in self.known:
            tree = self.tree
            if tree.kind[node] == TERMINAL:
                self.known[key] = self.constant("payoff", (int(tree.terminal[node]), player))
            else:
                terms: list[tuple[int, int, float]] = []
                for e in range(int(tree.child_start[node]), int(tree.child_start[node + 1])):
                    y = int(tree.child[e])
                    p = (
                        self.constant("chance", e)
                        if tree.kind[node] == CHANCE
                        else self.slot(int(tree.info_set[node]), int(tree.branch[y]))
                    )
                    terms.append((p, self.value(y, player), 1.0))
                self.known[key] = self.total(terms)
        return self.known[key]

    def belief(self, h: int, position: int) -> int:
        """Quantity of the belief in a node of a set, from that in its group and its share of it."""
        groups = self.needs.groups[h]
        j = next(k for k, group in enumerate(groups) if position in group)
        one = self.constant("one", None)
        share = one if len(groups[j]) == 1 else self.constant("share", (h, j, position))
        if len(groups) == 1:
            return share
        group = self.known["belief", h] + j
        return group if share == one else self.total([(group, share, 1.0)])

    def strategy(self, h: int) -> list[int]:
        """What the log-odds of a set should be."""
        owned, tree = self.tree.sets[h], self.tree
        belief = [self.belief(h, k) for k in range(len(owned.nodes))]
        out: list[int] = []
        for a in range(1, len(owned.options)):
            terms: list[tuple[int, int, float]] = []
            for b, x in zip(belief, owned.nodes, strict=True):
                kids = [int(tree.child[int(tree.child_start[x]) + k]) for k in (a, 0)]
                terms += [
                    (b, self.value(kids[0], owned.player), 1.0),
                    (b, self.value(kids[1], owned.player), -1.0),
                ]
            out.append(self.total(terms, scaled=True))
        return out

    def odds(self, h: int) -> list[int]:
        """What the log-odds of the groups of a set should be."""
        tree, owned, one = self.tree, self.tree.sets[h], self.constant("one", None)
        seen: list[set[tuple[int, int]]] = []
        for group in self.needs.groups[h]:
            x, slots = owned.nodes[group[0]], set[tuple[int, int]]()
            while tree.parent[x] >= 0:
                up = int(tree.parent[x])
                if tree.info_set[up] >= 0 and tree.sets[int(tree.info_set[up])].player != owned.player:
                    slots.add((int(tree.info_set[up]), int(tree.branch[x])))
                x = up
            seen.append(slots)
        out: list[int] = []
        for j in range(1, len(seen)):
            terms = [(self.slot(g, a, log=True), one, 1.0) for g, a in sorted(seen[j] - seen[0])]
            terms += [(self.slot(g, a, log=True), one, -1.0) for g, a in sorted(seen[0] - seen[j])]
            out.append(self.total([*terms, (self.constant("log odds", (h, j)), one, 1.0)]))
        return out

    def settle(self, vertex: int, log_odds: list[int]) -> None:
        n = len(self.tree.sets)
        first, logs = self.mix(log_odds)
        if vertex < n:
            self.known["mix", vertex], self.known["log mix", vertex] = first, logs
        else:
            self.known["belief", vertex - n] = first


def write(tree: Tree, guessed: frozenset[int], needs: Needs | None = None) -> tuple[Tape, Arrays]:
    """The programme of a game in which the log-odds of these vertices are guessed. Every cycle must have one of them."""
    needs = needs or needs_of(tree)
    n = len(tree.sets)
    edges, _ = needs.with_beliefs()
    tape = Tape(tree, needs, guessed)
    tape.constant("one", None)
    order = _blocks(edges)
    live = [v for v in range(2 * n) if v < n or needs.dimensions[v - n]]
    at = 0
    for part in order:
        tape.blocks.append(at)
        for v in part:
            if v in guessed:
                size = needs.unknowns[v] if v < n else needs.dimensions[v - n]
                quantities = [tape.fresh(frozenset({at + k})) for k in range(size)]
                tape.unknowns += quantities
                tape.known["guess", v] = quantities
                at += size
        if tape.blocks[-1] == at:
            tape.blocks.pop()
    tape.blocks.append(at)
    for v in guessed:
        tape.settle(v, tape.known["guess", v])
    for v in _order(edges, guessed, live):
        if v not in guessed:
            tape.settle(v, tape.strategy(v) if v < n else tape.odds(v - n))
    for v in [v for part in order for v in part if v in guessed]:
        answer = tape.strategy(v) if v < n else tape.odds(v - n)
        for guess, found in zip(tape.known["guess", v], answer, strict=True):
            tape.operations.append((RESIDUAL, tape.unknowns.index(guess), 0, [(guess, found, 1.0)]))
    return tape, _arrays(tape)


def _blocks(edges: list[set[int]]) -> list[list[int]]:
    """Strongly connected components, those that are needed first."""
    parts = components(edges)
    of = {v: k for k, part in enumerate(parts) for v in part}
    needs = [{of[w] for v in part for w in edges[v]} - {k} for k, part in enumerate(parts)]
    return [parts[k] for k in _topological(needs)]


def _order(edges: list[set[int]], guessed: frozenset[int], live: list[int]) -> list[int]:
    return [
        v
        for v in _topological([set() if v in guessed else e - guessed for v, e in enumerate(edges)])
        if v in set(live)
    ]


def _topological(needs: list[set[int]]) -> list[int]:
    """Those needed first. Raises where there is a cycle."""
    missing = [len(e) for e in needs]
    users: list[list[int]] = [[] for _ in needs]
    for v, e in enumerate(needs):
        for w in e:
            users[w].append(v)
    ready = [v for v, k in enumerate(missing) if k == 0]
    for v in ready:
        for w in users[v]:
            missing[w] -= 1
            if missing[w] == 0:
                ready.append(w)
    if len(ready) < len(needs):
        raise ValueError("what is guessed leaves a cycle")
    return ready


def _arrays(tape: Tape) -> Arrays:
    m = len(tape.unknowns)
    columns = [sorted(m if c < 0 else c for c in s) for s in tape.support]
    grad = np.concatenate([[0], np.cumsum([len(c) for c in columns])])
    fixed = [op for op in tape.operations if op[0] != RESIDUAL and not tape.support[op[1]]]
    moving = [op for op in tape.operations if op[0] == RESIDUAL or tape.support[op[1]]]
    term, left, right, sign, left_map, right_map = [0], [], [], [], [], []
    place: list[int] = []
    cache: dict[tuple[Any, Any], int] = {}

    def mapped(source: int, target: int) -> int:
        key = (tape.support[source], tape.support[target])
        if key not in cache:
            where = {c: k for k, c in enumerate(columns[target])}
            cache[key] = len(place)
            place.extend(where[c] for c in columns[source])
        return cache[key]

    for kind, out, _, terms in (ops := fixed + moving):
        for a, b, s in terms:
            left.append(a), right.append(b), sign.append(s)
            left_map.append(0 if kind == RESIDUAL else mapped(a, out))
            right_map.append(0 if kind == RESIDUAL else mapped(b, out))
        term.append(len(left))
    ints = {
        "kind": [op[0] for op in ops], "out": [op[1] for op in ops], "scaled": [op[2] for op in ops],
        "term": term, "left": left, "right": right, "left_map": left_map, "right_map": right_map,
        "place": place, "grad": grad, "column": [c for cs in columns for c in cs], "unknown": tape.unknowns,
        "block": tape.blocks,
    }  # fmt: skip
    return Arrays(
        sign=np.array(sign, float), setup=len(fixed), **{k: np.array(v, np.int64) for k, v in ints.items()}
    )


def constants(tape: Tape, numbers: np.ndarray) -> np.ndarray:
    """What the constants of the programme are at every draw [draw, quantity]; quantities that are computed are 0."""
    tree, plan = tape.tree, levels_of(tape.tree)
    draws = len(numbers)
    payoff = plan.payoffs(numbers)
    edges = plan.edges(numbers, np.ones((draws, tree.n_slots)))
    weight = plan.forward(edges)  # probability of chance alone
    out = np.zeros((draws, len(tape.support)))
    for kind, what in tape.constants:
        column = out[:, tape.known[kind, what]]
        if kind == "one":
            column[:] = 1.0
        elif kind == "payoff":
            column[:] = payoff[what[0], what[1]]
        elif kind == "chance":
            column[:] = numbers[:, tree.edge_number[what]]
        else:
            h, j = what[:2]
            nodes = tree.sets[h].nodes
            groups = [weight[[nodes[k] for k in g]].sum(axis=0) for g in tape.needs.groups[h]]
            column[:] = (
                weight[nodes[what[2]]] / groups[j] if kind == "share" else np.log(groups[j] / groups[0])
            )
    return out


def operations(arrays: Arrays) -> dict[str, int]:
    """Floating-point operations of one evaluation with its derivatives, and of one elimination of its full blocks."""
    width = np.diff(arrays.grad)
    values = gradient = 0
    for k in range(arrays.setup, len(arrays.kind)):
        terms = slice(arrays.term[k], arrays.term[k + 1])
        a, b = width[arrays.left[terms]], width[arrays.right[terms]]
        if arrays.kind[k] == SUM:
            values += 2 * len(a)
            gradient += int(2 * (a + b).sum())
        elif arrays.kind[k] == MIX:
            values += (EXP + 3) * (len(a) + 1) + EXP
            gradient += int(2 * a.sum()) + 3 * (len(a) + 1) * int(width[arrays.out[k]])
        else:
            values, gradient = values + 1, gradient + int(b[0])
    sizes = np.diff(arrays.block)
    return {
        "values": values,
        "derivatives": gradient,
        "elimination": int(sum(2 * n**3 // 3 + 4 * n * n for n in sizes.tolist())),
    }
