"""A scenario solved over many draws: the game as it stands, one variant for each policy and rule of law.

Each variant is unfolded and compiled once and solved at every draw. `deviate` and `given` policies are read off the
equilibrium of the game as it stands. Where a draw is not certified, or a condition is never met, its numbers are nan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import GameError
from detente.game.tree import Tree
from detente.scenario.claim import Claim, Quantity
from detente.scenario.claim.event import Compound, compounds, read_off
from detente.scenario.conduct import Conduct, base_of, check_settings, check_together, read_key
from detente.scenario.model import BASELINE, Change, Policy
from detente.scenario.outcome import (
    NEVER_AT_FINITE,
    NEVER_IN_LIMIT,
    Tally,
    edges,
    passing,
    reach,
    side_by_side,
    tally,
)
from detente.scenario.scenario import Scenario, combined
from detente.scenario.variant import key, marked, settled, variant
from detente.solve import CompiledTree, compile_tree
from detente.solve.quantal import solve
from detente.solve.solution import CERTIFIED, STATUS, Solutions

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]

REASONS = (*STATUS, "condition never met")  # what an index of ``Evaluation.status`` means
NEVER_MET, BAD_NUMBERS = len(STATUS), STATUS.index("bad_numbers")
SUM = 1e-9  # how far probabilities may be from adding up to 1
WORKING_BYTES = 64_000_000  # arrays that are alive at a time while a chunk is solved


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What every policy leads to at every draw. Keys of the outer mappings are ids of policies, ``equilibrium`` for
    none, ``law:ID:with`` and ``law:ID:without`` for the sides of a rule of law, and what `conduct` makes of these."""

    event: Mapping[str, Mapping[str, Floats]]  # policy -> event -> probability [draw]
    value: Mapping[str, Mapping[str, Floats]]  # policy -> player -> expected payoff [draw]
    status: Mapping[str, NDArray[np.int8]]  # policy -> [draw] index into `REASONS`
    max_gain: Mapping[str, Floats]  # policy -> [draw] of the solution that it was read from

    def __len__(self) -> int:
        return len(next(iter(self.status.values()), ()))

    def row(self, draw: int) -> Evaluation:
        """One draw alone."""
        rows = slice(draw, draw + 1)
        return Evaluation(
            {p: {x: c[rows] for x, c in t.items()} for p, t in self.event.items()},
            {p: {x: c[rows] for x, c in t.items()} for p, t in self.value.items()},
            {p: s[rows] for p, s in self.status.items()},
            {p: g[rows] for p, g in self.max_gain.items()},
        )

    def of(self, quantity: Quantity) -> Floats:
        """A quantity of a claim [draw]; nan where it is not known."""
        table = self.event if quantity.kind == "P" else self.value
        return table[quantity.key][quantity.name]

    def margin(self, claim: Claim, draws: Mapping[str, Floats | float]) -> Floats:
        """The claim's margin [draw], nan where it is undecided."""
        return claim.margin({q: self.of(q) for q in claim.quantities}, draws)

    def why_undecided(self, claim: Claim, draws: Mapping[str, Floats | float]) -> NDArray[np.int8]:
        """Index into `REASONS` [draw]: 0 where the claim is decided, else the first policy's reason that is not 0.

        A claim may be decided although one of its policies is not, where the rest of it settles the matter.
        """
        why = np.zeros(len(self), dtype=np.int8)
        for quantity in claim.quantities:
            matters = claim.matters(quantity, draws)
            status = self.status[quantity.key] * (1 if matters is None else matters)
            why = np.where(why == CERTIFIED, status, why).astype(np.int8)
        margin = self.margin(claim, draws)
        why[~np.isnan(margin)] = CERTIFIED
        why[np.isnan(margin) & (why == CERTIFIED)] = NEVER_MET  # a quotient of the claim itself that is 0/0
        return why


class Evaluator:
    """A scenario made ready to be solved again and again. It pickles (without what it compiled, which is made anew)."""

    def __init__(self, scenario: Scenario, threads: int | None = None) -> None:
        self.scenario, self.threads = scenario, threads
        self._start()

    def _start(self) -> None:
        self._compiled: dict[Any, CompiledTree] = {}
        self._conducts: dict[str, Conduct] = {}
        asked = [q for claim in self.scenario.claims.values() for q in claim.quantities]
        self._asked = frozenset(asked)
        self.game, self.compounds = compounds(self.scenario.game, (q.name for q in asked if q.kind == "P"))
        self._tally: Tally | None = None
        self._seen: dict[
            str, NDArray[np.bool_]
        ] = {}  # given policy -> [outcome] whether it was seen on the way
        self._instead: dict[
            str, tuple[Tree, list[tuple[int, int]]]
        ] = {}  # deviate policy -> its tree, side by side

    def __getstate__(self) -> dict[str, object]:
        return {"scenario": self.scenario, "threads": self.threads}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.scenario, self.threads = state["scenario"], state["threads"]
        self._start()

    @property
    def keys(self) -> tuple[str, ...]:
        """What is asked for by default: no policy, each policy, each rule of law with and without.

        `evaluate` takes these with parameters set, and commit policies together, as well: see `conduct`.
        """
        sides = (f"law:{rule}:{side}" for rule in self.scenario.law for side in ("with", "without"))
        return (BASELINE, *self.scenario.policies, *sides)

    @property
    def events(self) -> tuple[str, ...]:
        """What probabilities are read off: the events of the game, then what claims make of them (`claim.event`)."""
        return (*self.scenario.game.events, *(c.name for c in self.compounds))

    def tree(self, name: str = BASELINE) -> Tree:
        """The tree that is solved for ``name``: its own for commit policies and law, else that of the game as it stands."""
        return self._ready(self._change(name)).tree

    def evaluate(
        self,
        draws: Draws | None = None,
        policies: Iterable[str] | None = None,
        quantities: Iterable[Quantity] | None = None,
    ) -> Evaluation:
        """Solve at every draw. ``policies``: keys to solve (default: `keys`). ``quantities``: what to keep (default: every
        event and value); give it for long runs, since each kept column takes 8 bytes a draw.

        Parameters without a column keep their base value; without draws there is one, the base. Memory beyond the
        columns that are kept is bounded whatever the number of draws. Raises GameError for a key that there is not.
        """  # fmt: skip
        columns = _columns(draws or {}, self.scenario)
        count = max((len(c) for c in columns.values()), default=1)
        kept = None if quantities is None else set(quantities)
        wanted = self._wanted(policies, kept)
        columns_of = tuple(self.scenario.game.events), self.compounds, tuple(self.scenario.game.players)
        sink = _Sink(count, wanted, *columns_of, self._asked, kept)
        games: dict[Any, list[str]] = {}  # one solution serves all policies that make the same game
        for name in wanted:
            games.setdefault((self.settings(name), key(self._change(name))), []).append(name)
        for (settings, _), names in games.items():
            here = {**columns, **{x: np.full(count, value) for x, value in settings}}
            self._run(here, count, self._change(names[0]), names, sink)
        return sink.evaluation()

    # what is solved

    def _wanted(self, policies: Iterable[str] | None, kept: set[Quantity] | None) -> list[str]:
        if policies is None:
            asked = set() if kept is None else {q.key for q in kept}
            policies = (
                self.keys
                if kept is None
                else [
                    *(k for k in self.keys if k in asked),
                    *sorted(asked - set(self.keys)),
                ]
            )
        wanted = list(dict.fromkeys(policies))
        for name in wanted:
            self._conduct(name)
        return wanted

    def _conduct(self, name: str) -> Conduct:
        """The key taken apart, every name in it looked up."""
        if name not in self._conducts:
            where, game = self.scenario.places.at("policies"), self.scenario.game
            conduct = read_key(name, where)
            for one in conduct.of:
                if one not in self.keys:
                    raise GameError("there is no such policy", where=where, found=one, allowed=self.keys)
            if len(conduct.of) > 1:
                for one in conduct.of:
                    if one not in self.scenario.policies:
                        raise GameError("only commit policies hold together", where=where, found=one,
                                        allowed=self.scenario.policies)  # fmt: skip
                check_together([self.scenario.policies[one] for one in conduct.of], where)
            check_settings(conduct, game.base, game.derived, where)
            self._conducts[name] = conduct
        return self._conducts[name]

    def settings(self, name: str) -> tuple[tuple[str, float], ...]:
        """The parameters that a key sets, in the order of their names."""
        return tuple(sorted(self._conduct(name).settings))

    def _policy(self, name: str) -> Policy | None:
        return self.scenario.policies.get(base_of(name))

    def _reads_equilibrium(self, name: str) -> bool:
        policy = self._policy(name)
        return base_of(name) == BASELINE or (policy is not None and policy.kind != "commit")

    def _change(self, name: str) -> Change:
        """What the game that is solved for ``name`` differs in from the game as it is written, settings apart."""
        standing = self.scenario.standing
        if self._reads_equilibrium(name):
            return standing
        conduct = self._conduct(name)
        if all(one in self.scenario.policies for one in conduct.of):
            return combined(standing, *(self.scenario.policies[one].change for one in conduct.of))
        _, rule, side = conduct.base.split(":")
        law = self.scenario.law[rule]
        return combined(standing, law.with_ if side == "with" else law.without)

    def _ready(self, change: Change) -> CompiledTree:
        name = key(change)
        if name not in self._compiled:
            self._compiled[name] = compile_tree(variant(self.game, change))
        return self._compiled[name]

    # how it is solved

    def _run(
        self, columns: dict[str, Floats], count: int, change: Change, names: Sequence[str], sink: _Sink
    ) -> None:
        compiled = self._ready(change)
        size = self._chunk(compiled, names)
        for start in range(0, count, size):
            rows = slice(start, min(start + size, count))
            here = {name: column[rows] for name, column in columns.items()}
            found = self._solve(compiled, here, change, rows.stop - rows.start)
            for name in names:
                sink.put(name, rows, *self._read_off(name, found, here), found.max_gain)

    def _solve(
        self, compiled: CompiledTree, columns: dict[str, Floats], change: Change, count: int
    ) -> Solutions:
        known = {name: columns[name] for name in compiled.tree.parameters if name in columns}
        given = self.scenario.precision
        precision: float | Floats | Literal["limit"] = "limit"
        if not isinstance(given, str):
            precision = given
        elif given != "limit":
            after = settled(change, {**self.scenario.game.base, **columns})
            precision = np.array(np.broadcast_to(np.asarray(after[given], dtype=np.float64), (count,)))
        if known or isinstance(precision, np.ndarray):
            return solve(compiled, known, precision=precision, threads=self.threads)
        return _repeated(solve(compiled, None, precision=precision, threads=1), count)

    def _chunk(self, compiled: CompiledTree, names: Sequence[str]) -> int:
        """Draws to solve at a time so that what is alive stays within `WORKING_BYTES`."""
        tree = compiled.tree
        numbers = 4 * len(tree.numbers) + 4 * tree.n_slots + 2 * compiled.places + 3 * tree.n_nodes
        if any(self._policy(name) is not None and self._reads_equilibrium(name) for name in names):
            numbers += 2 * tree.n_nodes
        # the solver's arrays for a draw of its block: the tree once while it solves, once while it certifies
        numbers += 2 * (tree.n_nodes * (len(tree.players) + 3) + compiled.unknowns**2)
        return int(np.clip(WORKING_BYTES // (8 * max(numbers, 1)), 16, 65536))

    def _read_off(
        self, name: str, found: Solutions, columns: dict[str, Floats]
    ) -> tuple[Floats, Floats, NDArray[np.int8]]:
        """`events` [draw, event], values [draw, player] and status [draw] under a policy."""
        event, value, status, seen = self._plainly(name, found, columns)
        least = np.where(np.isinf(found.precision), NEVER_IN_LIMIT, NEVER_AT_FINITE)
        own = len(self.scenario.game.events)
        return read_off(event, found.tree.events, self.compounds, own, least, seen), value, status

    def _plainly(
        self, name: str, found: Solutions, columns: dict[str, Floats]
    ) -> tuple[Floats, Floats, NDArray[np.int8], Floats | float]:
        """Events of the tree, values, status, and how probable is what these events are conditional on [draw]."""
        policy = self._policy(name)
        if policy is None or policy.kind == "commit":
            return found.event, found.value, found.status, 1.0
        self._tally = self._tally or tally(found.tree)
        sums, numbers, status = self._tally, found.numbers, found.status.copy()
        if policy.kind == "deviate":
            instead, usable = self._edges_instead(policy, found.tree, columns)
            status[~usable & (status == CERTIFIED)] = BAD_NUMBERS
            weight = reach(found.tree, numbers, found.strategy, instead)[sums.terminal]
            return sums.events(numbers, weight), sums.values(numbers, weight), status, 1.0
        weight = (
            reach(found.tree, numbers, found.strategy)[sums.terminal] * self._seen_at(policy, sums)[:, None]
        )
        seen = weight.sum(axis=0)
        least = np.where(np.isinf(found.precision), NEVER_IN_LIMIT, NEVER_AT_FINITE)
        never = ~(seen > least)
        status[never & (status == CERTIFIED)] = NEVER_MET
        with np.errstate(all="ignore"):
            weight = np.where(never, np.nan, weight / seen)
        return sums.events(numbers, weight), sums.values(numbers, weight), status, seen

    def _edges_instead(
        self, policy: Policy, tree: Tree, columns: dict[str, Floats]
    ) -> tuple[dict[int, Floats | float], NDArray[np.bool_]]:
        """What the surprise puts on edges of the tree in place of the equilibrium's probabilities, and [draw] whether
        these are probabilities."""
        if policy.id not in self._instead:
            surprise = variant(self.game, combined(self.scenario.standing, policy.change))
            self._instead[policy.id] = surprise, side_by_side(tree, surprise)
        surprise, places = self._instead[policy.id]
        numbers = surprise.numbers_at({n: columns[n] for n in surprise.parameters if n in columns})
        out: dict[int, Floats | float] = {}
        usable = np.ones(len(numbers), dtype=bool)
        for x, v in places:
            chance = {surprise.edge_label[e]: numbers[:, surprise.edge_number[e]] for e in edges(surprise, v)}
            mix = np.array(list(chance.values()))
            usable &= (mix >= 0).all(axis=0) & (np.abs(mix.sum(axis=0) - 1) <= SUM)
            out |= {e: chance.get(tree.edge_label[e], 0.0) for e in edges(tree, x)}
        return out, usable

    def _seen_at(self, policy: Policy, sums: Tally) -> NDArray[np.bool_]:
        """Which outcomes [outcome] come after every option of the policy was taken at a history that it names."""
        if policy.id not in self._seen:
            tree = sums.tree
            seen = np.ones(len(sums.terminal), dtype=bool)
            for move, mix in policy.change.play.items():
                mark = marked(self.game, self.scenario.standing, move, policy.change.when.get(move))
                taken = frozenset(
                    e
                    for x, _ in side_by_side(tree, mark)
                    for e in edges(tree, x)
                    if tree.edge_label[e] in mix
                )
                seen &= passing(tree, taken)[sums.terminal]
            self._seen[policy.id] = seen
        return self._seen[policy.id]


def evaluate(
    scenario: Scenario,
    draws: Draws | None = None,
    policies: Iterable[str] | None = None,
    threads: int | None = None,
    quantities: Iterable[Quantity] | None = None,
) -> Evaluation:
    """Solve a scenario at every draw; see `Evaluator.evaluate`. Make an `Evaluator` to do so more than once."""
    return Evaluator(scenario, threads).evaluate(draws, policies, quantities)


class _Sink:
    """The columns that are kept, filled chunk by chunk."""

    def __init__(
        self,
        count: int,
        names: Sequence[str],
        events: tuple[str, ...],
        compounds: tuple[Compound, ...],
        players: tuple[str, ...],
        asked: frozenset[Quantity],
        kept: set[Quantity] | None,
    ) -> None:
        made = frozenset(c.name for c in compounds)

        def wanted(quantity: Quantity) -> bool:
            if kept is not None:
                return quantity in kept
            return quantity.name not in made or quantity in asked  # a claim's own events: where it asks

        def columns(kind: Any, all_: tuple[str, ...], name: str) -> dict[str, Floats]:
            policy = None if name == BASELINE else name
            return {x: np.full(count, np.nan) for x in all_ if wanted(Quantity(kind, x, policy))}

        events = (*events, *(c.name for c in compounds))
        self.events, self.players = events, players
        self.event = {name: columns("P", events, name) for name in names}
        self.value = {name: columns("value", players, name) for name in names}
        self.status = {name: np.zeros(count, dtype=np.int8) for name in names}
        self.max_gain = {name: np.full(count, np.nan) for name in names}

    def put(
        self, name: str, rows: slice, event: Floats, value: Floats, status: NDArray[np.int8], gain: Floats
    ) -> None:
        known = status == CERTIFIED
        for all_, table, found in ((self.events, self.event, event), (self.players, self.value, value)):
            for k, x in enumerate(all_):
                if x in table[name]:
                    table[name][x][rows] = np.where(known, found[:, k], np.nan)
        self.status[name][rows] = status
        self.max_gain[name][rows] = gain

    def evaluation(self) -> Evaluation:
        return Evaluation(self.event, self.value, self.status, self.max_gain)


def _columns(draws: Mapping[str, Any], scenario: Scenario) -> dict[str, Floats]:
    """Columns of one length. Raises GameError for a name that is no parameter and for lengths that differ."""
    columns = {name: np.atleast_1d(np.asarray(column, dtype=np.float64)) for name, column in draws.items()}
    for name in columns:
        if name not in scenario.game.base:
            raise GameError("there is no such parameter to draw", found=name, allowed=scenario.game.base)
    sizes = {len(c) for c in columns.values()} - {1}
    if len(sizes) > 1 or any(c.ndim != 1 for c in columns.values()):
        raise GameError(
            "the columns of the draws have different lengths", found=sorted(len(c) for c in columns.values())
        )
    count = max(sizes, default=1)
    return {name: np.broadcast_to(column, (count,)) for name, column in columns.items()}


def _repeated(one: Solutions, count: int) -> Solutions:
    """The solution of a game without varying numbers, at every draw."""
    names = {f.name for f in fields(one)}
    rows = {
        name: np.repeat(array, count, axis=0)
        for name in names
        if isinstance(array := getattr(one, name), np.ndarray) and array.ndim and len(array) == 1
    }
    return replace(one, **rows)
