"""How a scenario's answers move with its parameters: exact derivatives for every kind of policy, at a finite precision.

In the limit of the equilibrium answers are often locally flat: which options are used decides, and a small step does not
change that. The same game played at a finite precision has no such steps, so its derivatives point to where a regime ends.
Commit policies and law: `detente.solve.derivatives` of the game that is solved for them. Surprises (``deviate``) and
what was seen (``given``) are sums over outcomes, differentiated forward through the tree (Griewank & Walther 2008,
Evaluating Derivatives, chapter 3): every edge's probability moves with the strategies, the chances, or what is played instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.game.derivative import numbers_slope
from detente.game.tree import CHANCE, TERMINAL, Tree
from detente.scenario.claim.event import slopes
from detente.scenario.conduct import base_of
from detente.scenario.evaluate import Evaluator
from detente.scenario.model import Policy
from detente.scenario.outcome import NEVER_AT_FINITE, Tally, edges, reach, tally
from detente.scenario.variant import settled
from detente.solve import Solutions, derivatives, solve

Floats = NDArray[np.float64]
CELLS = 4_000_000  # numbers alive at a time in a forward pass


@dataclass(frozen=True, eq=False)
class Gradients:
    """Answers of the game at a finite precision and how they move. Rows without a certificate or a derivative are nan."""

    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    event: dict[str, dict[str, Floats]] = field(
        default_factory=dict[str, dict[str, Floats]]
    )  # policy -> event -> [draw]
    value: dict[str, dict[str, Floats]] = field(default_factory=dict[str, dict[str, Floats]])
    event_by: dict[str, dict[str, Floats]] = field(
        default_factory=dict[str, dict[str, Floats]]
    )  # [draw, parameter]
    value_by: dict[str, dict[str, Floats]] = field(default_factory=dict[str, dict[str, Floats]])


class Gradient:
    """Derivatives of everything that an `Evaluator` can evaluate, by the parameters that are not derived."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._tally: Tally | None = None  # of the equilibrium's tree, the only one that policies are read off

    def __call__(self, draws: Mapping[str, Floats], policies: Sequence[str], precision: float) -> Gradients:
        """Answers and slopes at every draw. ``precision`` stands in for the limit; a scenario that is played at a finite
        precision keeps its own. Raises GameError for a key that there is not."""
        out = Gradients()
        solved: dict[tuple[int, object], tuple[Solutions, Slopes]] = {}
        given = {name: np.asarray(column, dtype=np.float64) for name, column in draws.items()}
        count = len(next(iter(given.values()), np.zeros(1)))
        for name in policies:
            tree = self.evaluator.tree(name)  # one object for all policies that are read off one game
            settings = self.evaluator.settings(name)
            columns = given | {x: np.full(count, value) for x, value in settings}
            if (id(tree), settings) not in solved:
                solved[id(tree), settings] = self._solved(name, tree, columns, precision)
            found, by = solved[id(tree), settings]
            policy = self.evaluator.scenario.policies.get(base_of(name))
            if policy is None or policy.kind == "commit":
                table = (found.event, found.value, by.event, by.value)
            else:
                table = self._read_off(policy, found, by, columns)
            event, value, event_by, value_by = table
            game, made = self.evaluator.scenario.game, self.evaluator.compounds
            event, event_by = slopes(event, event_by, tree.events, made, len(game.events), NEVER_AT_FINITE)
            out.parameters[name] = by.parameters
            out.event[name] = {x: event[:, k] for k, x in enumerate(self.evaluator.events)}
            out.value[name] = {x: value[:, k] for k, x in enumerate(game.players)}
            out.event_by[name] = {x: event_by[:, k] for k, x in enumerate(self.evaluator.events)}
            out.value_by[name] = {x: value_by[:, k] for k, x in enumerate(game.players)}
        return out

    def _solved(
        self, name: str, tree: Tree, columns: dict[str, Floats], precision: float
    ) -> tuple[Solutions, Slopes]:
        """The solution of the game that is solved for ``name``, and how it moves with parameters and with a drawn precision."""
        evaluator, scenario = self.evaluator, self.evaluator.scenario
        change = evaluator._change(name)
        count = len(next(iter(columns.values()), np.zeros(1)))
        fixed = {x for x, _ in evaluator.settings(name)}  # what the key sets does not move
        given, own = scenario.precision, None
        level = np.full(count, float(precision))
        if not isinstance(given, str):
            level = np.full(count, float(given))
        elif given != "limit":
            after = settled(change, {**scenario.game.base, **columns})
            level = np.array(np.broadcast_to(np.asarray(after[given], dtype=np.float64), (count,)))
            own = given if given not in change.parameters and given not in fixed else None
        known = {n: columns[n] for n in tree.parameters if n in columns}
        found = solve(evaluator._ready(change), known, precision=level, threads=evaluator.threads)
        wanted = [n for n in tree.parameters if n in columns and n not in fixed]
        by = derivatives(found, wanted)
        lost = ~by.ok
        for array in (found.event, found.value):
            array[lost] = np.nan
        slopes = Slopes(tuple(wanted), by.event, by.value, by.strategy)
        return found, slopes if own is None else slopes.also(
            own, by.precision_event, by.precision_value, by.precision_strategy
        )

    def _read_off(
        self, policy: Policy, found: Solutions, by: Slopes, columns: dict[str, Floats]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Events, values and their slopes under a policy that is read off the equilibrium, block by block of draws."""
        count = len(found.event)
        size = max(1, CELLS // (found.tree.n_nodes * max(len(by.parameters), 1)))
        parts = [
            self._block(policy, found, by, columns, slice(start, min(start + size, count)))
            for start in range(0, count, size)
        ]
        event, value, event_by, value_by = (np.concatenate(part) for part in zip(*parts, strict=True))
        return event, value, event_by, value_by

    def _block(
        self, policy: Policy, found: Solutions, by: Slopes, columns: dict[str, Floats], rows: slice
    ) -> tuple[Floats, Floats, Floats, Floats]:
        tree = found.tree
        here = {n: c[rows] for n, c in columns.items()}
        instead: dict[int, Floats | float] = {}
        instead_by: dict[int, Floats] = {}
        if policy.kind == "deviate":
            instead, _ = self.evaluator._edges_instead(policy, tree, here)
            surprise, places = self.evaluator._instead[policy.id]
            moved = _dense(surprise, here, by.parameters)
            for x, v in places:
                slope = {
                    surprise.edge_label[e]: moved[:, surprise.edge_number[e]] for e in edges(surprise, v)
                }
                instead_by |= {
                    e: slope[tree.edge_label[e]] for e in edges(tree, x) if tree.edge_label[e] in slope
                }
        numbers, strategy = found.numbers[rows], found.strategy[rows]
        numbers_by = _dense(tree, here, by.parameters)
        at = reach(tree, numbers, strategy, instead)
        at_by = _reach_by(tree, at, numbers, strategy, instead, numbers_by, by.strategy[rows], instead_by)
        sums = self._tally = self._tally or tally(tree)
        weight, weight_by = at[sums.terminal], at_by[sums.terminal]
        if policy.kind == "given":
            seen = self.evaluator._seen_at(policy, sums)
            weight, weight_by = weight * seen[:, None], weight_by * seen[:, None, None]
            total, total_by = weight.sum(axis=0), weight_by.sum(axis=0)
            with np.errstate(all="ignore"):
                total = np.where(total > NEVER_AT_FINITE, total, np.nan)
                weight = weight / total
                weight_by = (weight_by - weight[:, :, None] * total_by) / total[:, None]
        flat = weight_by.reshape(len(weight_by), -1)
        out: list[Floats] = []
        for matrices in (sums.event, sums.payoff):
            made = np.zeros((len(numbers), len(matrices)))
            made_by = np.zeros((*made.shape, len(by.parameters)))
            for k, matrix in enumerate(matrices):
                used = np.flatnonzero(np.diff(matrix.indptr))
                paid, paid_by = (
                    matrix[used] @ weight,
                    (matrix[used] @ flat).reshape(len(used), *weight_by.shape[1:]),
                )
                made[:, k] = np.einsum("nd,dn->d", paid, numbers[:, used])
                made_by[:, k] = np.einsum("ndp,dn->dp", paid_by, numbers[:, used])
                made_by[:, k] += np.einsum("nd,dnp->dp", paid, numbers_by[:, used])
            out += [made, made_by]
        return out[0], out[2], out[1], out[3]


@dataclass(frozen=True, eq=False)
class Slopes:
    """A solution's derivatives: event [draw, event, parameter], value [draw, player, parameter], strategy [draw, slot, parameter]."""

    parameters: tuple[str, ...]
    event: Floats
    value: Floats
    strategy: Floats

    def also(self, precision: str, event: Floats, value: Floats, strategy: Floats) -> Slopes:
        """With the derivative by a parameter that is the precision, added to what it does otherwise."""
        if precision not in self.parameters:
            wider = (
                np.concatenate([old, new[:, :, None]], axis=2)
                for old, new in ((self.event, event), (self.value, value), (self.strategy, strategy))
            )
            return Slopes((*self.parameters, precision), *wider)
        k = self.parameters.index(precision)
        for old, new in ((self.event, event), (self.value, value), (self.strategy, strategy)):
            old[:, :, k] += new
        return self


def _dense(tree: Tree, columns: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """[draw, number, name] derivatives of a tree's numbers; 0 for a name that it does not contain."""
    known = {n: columns[n] for n in tree.parameters if n in columns}
    found = numbers_slope(tree, known, [n for n in names if n in tree.parameters])
    count = len(next(iter(columns.values())))
    out = np.zeros((count, len(tree.numbers), len(names)))
    for n, k, slope in zip(found.number, found.parameter, found.slope, strict=True):
        out[:, n, list(names).index(found.parameters[k])] = slope
    return out


def _reach_by(
    tree: Tree,
    at: Floats,
    numbers: Floats,
    strategy: Floats,
    instead: Mapping[int, Floats | float],
    numbers_by: Floats,
    strategy_by: Floats,
    instead_by: Mapping[int, Floats],
) -> Floats:
    """How the probability of being at each node moves: [node, draw, parameter]; arguments as in `reach`, with their slopes."""
    draws, p = numbers_by.shape[0], numbers_by.shape[2]
    out = np.zeros((tree.n_nodes, draws, p))
    for x in np.flatnonzero(tree.kind != TERMINAL).tolist():
        for k, edge in enumerate(edges(tree, x)):
            slope: Floats | float = 0.0
            if edge in instead:
                chance: Floats | float = instead[edge]
                slope = instead_by.get(edge, 0.0)
            elif tree.kind[x] == CHANCE:
                chance, slope = numbers[:, tree.edge_number[edge]], numbers_by[:, tree.edge_number[edge]]
            else:
                slot = int(tree.slot_start[tree.info_set[x]]) + k
                chance, slope = strategy[:, slot], strategy_by[:, slot]
            out[tree.child[edge]] = (
                out[x] * np.broadcast_to(chance, (draws,))[:, None] + at[x][:, None] * slope
            )
    return out
