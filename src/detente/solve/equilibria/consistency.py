"""Whether consistent beliefs make a strategy sequentially rational (Kreps & Wilson 1982), decided with a witness or a proof.

A strategy with beliefs is consistent exactly if every option that is not played can be given an order k >= 1 and a weight w > 0
(options that are played: order 0, weight their probability) such that at every set the belief is that of the nodes whose orders add up
to the least, in proportion to the products of their weights (Kreps & Wilson 1982, Lemmas A1 and A2; Perea y Monsuwe, Jansen & Peters
1997; Kohlberg & Reny 1997). Trembles w * epsilon**k then have these beliefs in the limit.

So: for every way to choose which nodes carry belief at the sets where the belief matters, (1) orders exist or not - a linear program;
(2) weights exist or not (`weights`): linear programs again, exact where the products of weights can be chosen freely or no set has
more than two nodes that carry belief. Elsewhere a program may refuse, or a witness be found numerically; where neither happens the
answer is "open", never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.equilibria.assessment import Bools, Point
from detente.solve.equilibria.program import best_margin, inner_point, program
from detente.solve.equilibria.weights import POSITIVE, Comparisons, log_weights

TRIES = 96  # trembles tried before the linear programs
MOST_PROGRAMS = 3000  # linear programs solved for one strategy before the answer is "open"
MOST_GROUPS = 8  # groups of nodes of a set whose choices of support are gone through
STEP = 2000.0  # a step of order in log weight: exp(-STEP) is 0
LEAST = 1e-11  # a belief below this in a hint is taken for none


@dataclass(frozen=True, eq=False)
class Decision:
    """``answer`` yes: ``belief`` and ``weight`` are the witness. no: ``because`` names what refuses it."""

    answer: Literal["yes", "no", "open"]
    because: str = ""
    belief: Floats | None = None  # [place]
    weight: Floats | None = None  # [slot] log tremble of options that are not played, 0 elsewhere
    several: bool = False  # other consistent beliefs were met that make the same strategy rational


def decide(point: Point, strategy: Floats, tolerance: float, hint: Floats | None = None) -> Decision:
    """Decide about ``strategy`` [slot], zeros exact; gains up to ``tolerance`` of the owner's payoff range count as none.

    ``hint``: log weights [slot] of options not played that are tried first.
    """
    return _Decider(point, strategy, tolerance).decide(hint)


@dataclass(frozen=True, eq=False)
class _Critical:
    """A set that is not reached, where not every belief will do.

    Nodes that are reached by the same options not played have the same order, and odds that are known: they are one *group*. A group
    that needs all that another needs, and more, has a higher order whatever the orders are; it never carries belief and is left out.
    """

    h: int
    steps: NDArray[np.intp]  # [group, option not played] how the nodes of a group are reached
    log_known: Floats  # [group] log weight of what is played and of chance
    margin: Floats  # [comparison, group] must be at least 0 in expectation


class _Decider:
    def __init__(self, point: Point, strategy: Floats, tolerance: float) -> None:
        self.point, self.strategy, self.tolerance = point, strategy, tolerance
        self.played = strategy > 0
        self.entries = point.entries(strategy[None])[:, 0]
        self.off = np.flatnonzero(~self.played)
        self.steps = point.path[:, self.off].astype(np.intp)  # [place, option not played]
        logs = np.where(self.played, np.log(np.where(self.played, strategy, 1.0)), 0.0)
        self.log_known = point.log_reach(logs[None])[
            :, 0
        ]  # [place] log weight of what is played and of chance
        self.programs = 0

    def decide(self, hint: Floats | None) -> Decision:
        point = self.point
        reach = point.reach(self.strategy[None])
        reached = point.reached(reach)[:, 0]
        critical: list[_Critical] = []
        values = np.full((len(point.member), point.n_slots), np.nan)
        slot_of_entry = np.repeat(
            np.arange(point.n_slots), np.diff(np.append(point.entry_at, len(self.entries)))
        )
        values[point.entry_place, slot_of_entry] = self.entries
        for h, owned in enumerate(point.tree.sets):
            margin, places = self._margins(h, values)
            if not len(margin):
                continue
            name = f"{point.tree.players[owned.player]} at {owned.name or owned.number}"
            if reached[h]:
                mu = reach[point.set_at[h] : point.set_at[h + 1], 0][places - point.set_at[h]]
                if (margin @ (mu / mu.sum())).min() < -self.tolerance:
                    return Decision("no", f"{name} gains by deviating, on the path")
            elif len(places) == 1:
                if margin.min() < -self.tolerance:
                    return Decision(
                        "no", f"{name} gains by deviating, off the path, where no belief is needed"
                    )
            elif (margin < -self.tolerance).any():
                grouped = self._grouped(h, margin, places)
                short = grouped.margin < -self.tolerance
                if not short.any():
                    continue
                if short.all(axis=1).any() or best_margin(grouped.margin)[0] < -self.tolerance:
                    return Decision("no", f"no belief whatever makes this the best choice of {name}")
                critical.append(grouped)
        return self._beliefs(critical, hint)

    def _margins(self, h: int, values: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """What keeps the choice at ``h`` best: comparisons [comparison, node] in shares of the payoff range, and the nodes."""
        point = self.point
        places = self._places(h)
        worth = values[places, point.slot_at[h] : point.slot_at[h + 1]].T / point.spread[point.owner[h]]
        on = np.flatnonzero(self.played[point.slot_at[h] : point.slot_at[h + 1]])
        rows = [worth[on[0]] - worth[b] for b in range(len(worth)) if b != on[0]]
        rows += [worth[a] - worth[on[0]] for a in on[1:]]
        return np.array(rows).reshape(len(rows), len(places)), places

    def _places(self, h: int) -> NDArray[np.intp]:
        """The nodes of a set that chances of zero do not rule out."""
        every: NDArray[np.intp] = np.arange(self.point.set_at[h], self.point.set_at[h + 1], dtype=np.intp)
        return every[self.point.possible[every]]

    def _grouped(self, h: int, margin: Floats, places: NDArray[np.intp]) -> _Critical:
        """The groups that may carry belief, from comparisons [comparison, node]."""
        steps, which = np.unique(self.steps[places], axis=0, return_inverse=True)
        which = which.reshape(-1)
        known = self.log_known[places]
        logs = np.array([np.logaddexp.reduce(known[which == g]) for g in range(len(steps))])
        share = np.exp(known - logs[which])
        merged = np.stack(
            [(margin[:, which == g] * share[which == g]).sum(axis=1) for g in range(len(steps))], axis=1
        )
        least = [
            g
            for g in range(len(steps))
            if not any(f != g and (steps[f] <= steps[g]).all() for f in range(len(steps)))
        ]
        return _Critical(h, steps[least], logs[least], merged[:, least])

    # beliefs

    def _beliefs(self, critical: list[_Critical], hint: Floats | None) -> Decision:
        if hint is not None:
            found = self._from_hint(hint)
            if found is not None:
                return Decision("yes", "", found[1], found[0], self._loose(*found))
        candidates = self._candidates()
        good, belief = self._judge(candidates)
        if good.any():
            first = int(np.argmax(good))
            several = bool((np.abs(belief[:, good] - belief[:, [first]]) > 1e-6).any())
            return Decision("yes", "", belief[:, first], candidates[first], several)
        undecided = False
        for chosen, orders in self._supports(critical):
            if orders is None:
                undecided = True
                continue
            found = self._weights(critical, chosen, orders)
            if isinstance(found, str):
                undecided |= found == "open"
                continue
            good, belief = self._judge(found[None])
            if good[0]:
                return Decision("yes", "", belief[:, 0], found, self._loose(found, belief[:, 0]))
            undecided = True  # rounding: a witness by the program that the gains do not confirm
        names = ", ".join(
            self.point.tree.sets[c.h].name or str(self.point.tree.sets[c.h].number) for c in critical
        )
        if undecided or self.programs > MOST_PROGRAMS:
            return Decision("open", f"neither a consistent belief was found nor refused at {names}")
        return Decision("no", f"no consistent beliefs at {names} make the choices there best")

    def _from_hint(self, hint: Floats) -> tuple[Floats, Floats] | None:
        """Log weights and beliefs with the odds of the hint, if orders exist that make these beliefs consistent and nobody gains."""
        point = self.point
        belief = point.beliefs(self.strategy[None], np.where(self.played, 0.0, hint)[None])[:, 0]
        reached = point.reached(point.reach(self.strategy[None]))[:, 0]
        free: list[_Critical] = []
        chosen: list[NDArray[np.intp]] = []
        for h, owned in enumerate(point.tree.sets):
            places = self._places(h)
            if not reached[h] and len(owned.nodes) > 1:
                group = self._grouped(h, np.where(belief[places] > LEAST, 1.0, 0.0)[None], places)
                free.append(group)
                chosen.append(np.flatnonzero(group.margin[0] > 0))
        orders = self._orders(free, chosen)
        if isinstance(orders, str):
            return None
        weight = np.where(self.played, 0.0, hint)
        weight[self.off] -= STEP * self._whole(orders)
        good, exact = self._judge(weight[None])
        return (weight, exact[:, 0]) if good[0] else None

    @staticmethod
    def _whole(orders: list[Fraction]) -> Floats:
        """Orders as whole numbers in the same proportions."""
        scale = int(np.lcm.reduce([k.denominator for k in orders])) if orders else 1
        return np.array([float(k * scale) for k in orders])

    def _candidates(self) -> Floats:
        """Log weights [candidate, slot]: even trembles, and some of orders and weights drawn at random."""
        rng = np.random.default_rng(0)
        shape = (TRIES, self.point.n_slots)
        drawn = -STEP * rng.integers(1, 4, shape) + rng.normal(0, 2, shape)
        drawn[0] = -STEP
        return np.where(self.played, 0.0, drawn)

    def _judge(self, weights: Floats) -> tuple[Bools, Floats]:
        """Which log weights [candidate, slot] give beliefs [place, candidate] under which nobody gains."""
        strategy = np.broadcast_to(self.strategy, weights.shape)
        belief = self.point.beliefs(strategy, weights)
        entries = np.broadcast_to(self.entries[:, None], (len(self.entries), len(weights)))
        gains = self.point.gains(self.point.worth(entries, belief), strategy)
        return gains.max(axis=0, initial=0.0) <= self.tolerance, belief

    def _loose(self, weight: Floats, belief: Floats) -> bool:
        """Whether beliefs near these are consistent and rational too."""
        nearby = weight + np.random.default_rng(1).normal(0, 0.05, (16, len(weight)))
        good, other = self._judge(np.where(self.played, 0.0, nearby))
        return bool((np.abs(other[:, good] - belief[:, None]) > 1e-6).any())

    # which nodes carry belief

    def _supports(
        self, critical: list[_Critical]
    ) -> Iterator[tuple[list[NDArray[np.intp]], list[Fraction] | None]]:
        """Ways to choose the nodes that carry belief at each critical set, with orders that make them so.

        Orders None: the bound was met, or rounding spoilt them.
        """
        menus: list[list[NDArray[np.intp]]] = []
        for c in critical:
            if len(c.steps) > MOST_GROUPS:
                yield [], None
                return
            some = [
                np.array(t)
                for size in range(1, len(c.steps) + 1)
                for t in combinations(range(len(c.steps)), size)
                if self._carries(c.margin[:, list(t)])
            ]
            if not some:
                return
            menus.append(some)

        def extend(
            chosen: list[NDArray[np.intp]],
        ) -> Iterator[tuple[list[NDArray[np.intp]], list[Fraction] | None]]:
            if self.programs > MOST_PROGRAMS:
                yield chosen, None
                return
            orders = self._orders(critical, chosen) if chosen else []
            if orders == "none":
                return
            if len(chosen) == len(critical):
                yield chosen, None if isinstance(orders, str) else orders
                return
            for some in menus[len(chosen)]:
                yield from extend([*chosen, some])

        yield from extend([])

    def _carries(self, margin: Floats) -> bool:
        """Whether a belief that is positive at all these nodes [comparison, node] makes the choice best (up to the tolerance)."""
        nodes = margin.shape[1]
        if nodes == 1:
            return bool((margin >= -self.tolerance).all())
        self.programs += 1
        return inner_point(margin + self.tolerance)[0] > POSITIVE

    def _orders(
        self, critical: list[_Critical], chosen: list[NDArray[np.intp]]
    ) -> list[Fraction] | Literal["none", "rounding"]:
        """Orders of the options not played that are least exactly at the chosen nodes, as fractions; or that there are none."""
        same, above = self._comparisons(critical, chosen)
        count = len(self.off)
        if not count:
            return []
        self.programs += 1
        answer = program(np.ones(count), (above, np.ones(len(above))), (same, np.zeros(len(same))), 1.0)
        if answer.status != "found":
            return "none" if answer.status == "none" else "rounding"
        orders = [Fraction(float(k)).limit_denominator(1000) for k in answer.point]
        exact = all(self._sum(row, orders) == 0 for row in same) and all(
            self._sum(row, orders) >= 1 for row in above
        )
        return orders if exact and all(k >= 1 for k in orders) else "rounding"

    def _comparisons(
        self, critical: list[_Critical], chosen: list[NDArray[np.intp]]
    ) -> tuple[Floats, Floats]:
        """Differences of steps [comparison, option not played]: zero between chosen nodes, positive from them to others."""
        same: list[NDArray[np.intp]] = []
        above: list[NDArray[np.intp]] = []
        for c, some in zip(critical, chosen, strict=False):
            steps = c.steps
            for j in range(len(c.steps)):
                if j in some[1:]:
                    same.append(steps[j] - steps[some[0]])
                elif j != some[0]:
                    above.append(steps[j] - steps[some[0]])
        width = len(self.off)
        return np.array(same, float).reshape(len(same), width), np.array(above, float).reshape(
            len(above), width
        )

    @staticmethod
    def _sum(row: Floats, orders: list[Fraction]) -> Fraction:
        return sum((int(step) * k for step, k in zip(row, orders, strict=True) if step), Fraction(0))

    # weights

    def _weights(
        self, critical: list[_Critical], chosen: list[NDArray[np.intp]], orders: list[Fraction]
    ) -> Floats | Literal["none", "open"]:
        """Log weights [slot] of these orders under which the choices at the critical sets are best."""
        # one variable for each distinct difference of steps from the first chosen node of a set
        kinds: dict[bytes, int] = {}
        differences: list[NDArray[np.intp]] = []
        rows: list[
            Comparisons
        ] = []  # margin times known weight [comparison, node], variable of each node (-1: one)
        for c, some in zip(critical, chosen, strict=True):
            steps = c.steps[some]
            first = min(range(len(some)), key=lambda j: tuple(steps[j]))
            known = np.exp(c.log_known[some] - c.log_known[some[first]])
            variable: list[int] = []
            for step in steps - steps[first]:
                if not step.any():
                    variable.append(-1)
                    continue
                variable.append(kinds.setdefault(step.tobytes(), len(kinds)))
                if len(differences) < len(kinds):
                    differences.append(step)
            rows.append(Comparisons(c.margin[:, some] * known, variable))
        table = np.array(differences, float).reshape(len(differences), len(self.off))
        self.programs += 1
        found = log_weights(rows, table, self.tolerance)
        if isinstance(found, str):
            return found
        out = np.zeros(self.point.n_slots)
        out[self.off] = found - STEP * self._whole(orders)
        return out
