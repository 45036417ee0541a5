"""Nash equilibria for comparison, found by pygambit where it is installed, certified here.

pygambit (Savani and Turocy, Gambit) is asked in a process of its own, which can be stopped; the game goes there as an .efg
text with plain labels. Nothing of its answer is believed: regrets, beliefs and gains are computed here (regret.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, NotCertified, Where
from detente.game.efg import write_efg
from detente.game.model import Game
from detente.game.tree import Floats, Tree
from detente.solve.concepts.point import at_draws
from detente.solve.concepts.regret import KIND, UNREACHED, inspect
from detente.solve.concepts.sequences import Sequences, sequences_of
from detente.solve.levels import levels_of
from detente.solve.outcome import events_and_values
from detente.solve.solution import CERTIFIED, STATUS, Solutions

MIXED_STRATEGIES, POLY_PROFILES, MOST_PROFILES = (
    48,
    4_096,
    500_000,
)  # pure strategies a player; profiles of pure strategies
MOST_FOUND = 500  # equilibria that are looked at; how many more there were is said
REGRET = 1e-9  # of a certified equilibrium, as a share of the player's payoff range
SAME = 1e-9  # profiles nearer than this are one
CREDIBLE = (
    1e-9  # gain at a set, as a share of the owner's payoff range, up to which a threat is worth carrying out
)
COMPLETE = {
    "enummixed": "all extreme equilibria of the reduced strategic form; every other one is a mixture of them",
    "lcp": "one equilibrium, by Lemke's method on the sequence form; others may exist",
    "enumpure": "all equilibria in pure strategies",
    "enumpoly": "isolated equilibria, support by support in behaviour strategies, within pygambit's own bounds; no claim to have all",
}


@dataclass(frozen=True, eq=False)
class NashEquilibria(Solutions):
    """Nash equilibria of one game: a row an equilibrium, the one nearest to being sequential first.

    ``max_gain`` is the largest gain of a one-shot deviation at any set that the equilibrium speaks of, reached or not; the
    certificate is ``regret``, the gain before the game begins. ``precision`` is inf: no noise. ``belief`` is nan where no
    node of a set of several is reached: Nash equilibrium has none there.
    """

    regret: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # [row, player]
    gain: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # [row, set] nan where silent
    kind: NDArray[np.int8] = field(
        default_factory=lambda: np.zeros((0, 0), np.int8)
    )  # [row, set] index into KIND
    search: str = ""

    def extra(self, i: int = 0) -> dict[str, object]:
        """Regret of each player, and at each set whether it is reached and what its owner would gain there by another option."""
        tree = self.tree
        spread = _spread(self)[i]
        threats: list[str] = []
        sets: list[dict[str, object]] = []
        for h, owned in enumerate(tree.sets):
            gain = float(self.gain[i, h])
            sets.append({"kind": KIND[self.kind[i, h]], "gain": None if np.isnan(gain) else gain})
            if self.kind[i, h] == UNREACHED and gain > CREDIBLE * spread[owned.player]:
                threats.append(f"{tree.players[owned.player]}, {owned.name or owned.number}")
        return {
            "regret": dict(zip(tree.players, self.regret[i].tolist(), strict=True)),
            "gains": sets,
            "incredible": threats,
            "search": self.search,
        }


def nash(
    game: Game | Tree,
    point: Mapping[str, float] | None = None,
    *,
    search: str | None = None,
    seconds: float = 60.0,
) -> NashEquilibria:
    """Nash equilibria at one point, by pygambit within ``seconds``.

    ``search`` None: for two players all extreme equilibria (enummixed) while neither has more than 48 pure strategies, else
    one (lcp); for others the pure ones (enumpure), with the isolated mixed ones (enumpoly) up to 4,096 profiles. Or one
    name: "enummixed", "lcp", "enumpure", "enumpoly". Raises BadInput without pygambit, for numbers that are no game and
    for games too large; NotCertified when nothing was found in time.
    """
    started = time.perf_counter()
    if find_spec("pygambit") is None:
        raise BadInput(
            "Nash equilibria are found by pygambit, which is not installed",
            where=Where(field="concept"),
            found="nash",
            allowed='after: pip install "detente[oracle]"',
        )
    at = at_draws(game, {name: np.array([value]) for name, value in (point or {}).items()})
    tree = at.tree
    if not at.good.all():
        raise BadInput(
            "payoffs must be finite and chances probabilities that add up to 1", where=Where(field="point")
        )
    sequences = sequences_of(tree)
    solvers = _solvers(sequences, search)
    found, done, beyond = _find(tree, at.numbers[0], solvers, seconds, search is None)
    found = found[_first_of_each(found)]
    numbers = np.repeat(at.numbers, len(found), axis=0)
    seen = inspect(at.plan, sequences, numbers, found)
    keep = _first_of_each(seen.strategy)
    spread = (lambda p: p.max(axis=0) - p.min(axis=0))(at.plan.payoffs(at.numbers))[:, 0]
    largest = np.nanmax(np.nan_to_num(seen.gain, nan=0.0), axis=1, initial=0.0)
    order = sorted(keep, key=lambda r: (round(float(largest[r]), 9), *(-seen.strategy[r]).round(9).tolist()))
    strategy, numbers = seen.strategy[order], numbers[order]
    event, value = events_and_values(at.plan, numbers, strategy)
    relative = (seen.regret[order] / np.where(spread > 0, spread, np.inf)).max(axis=1, initial=0.0)
    with np.errstate(divide="ignore"):
        log = np.log(strategy)
    late = [name for name in solvers if name not in done]
    says = "; ".join(COMPLETE[name] for name in done)
    says += f"; {beyond} more were found and not looked at" if beyond else ""
    says += f"; stopped after {seconds:g} seconds: {', '.join(late)}" if late else ""
    return NashEquilibria(
        tree=tree,
        numbers=numbers,
        precision=np.full(len(order), np.inf),
        strategy=strategy,
        log_strategy=log,
        belief=seen.belief[order],
        event=event,
        value=value,
        status=np.where(relative <= REGRET, CERTIFIED, STATUS.index("not_converged")).astype(np.int8),
        residual=np.full(len(order), np.nan),
        max_gain=largest[order],
        iterations=np.zeros(len(order), np.int32),
        crossings=np.zeros(len(order), np.int32),
        method=f"Nash equilibrium, pygambit {' and '.join(done)}; gains before the game begins checked here; threats may be empty",
        seconds=time.perf_counter() - started,
        draws=at.draws,
        concept="nash",
        regret=seen.regret[order],
        gain=seen.gain[order],
        kind=seen.kind[order],
        search=says,
    )


def _spread(found: NashEquilibria) -> Floats:
    """Range of each player's payoffs [row, player]."""
    payoff = levels_of(found.tree).payoffs(found.numbers)
    return (payoff.max(axis=0) - payoff.min(axis=0)).T


def pure_strategies(sequences: Sequences) -> list[int]:
    """How many reduced pure strategies each player has: options at his sets, where his own earlier options lead to them."""
    tree = sequences.tree
    first = np.asarray(tree.slot_start[:-1]).astype(np.intp).tolist()
    after: dict[int, list[int]] = {}
    for h, slot in enumerate(first):
        after.setdefault(int(sequences.before[slot]), []).append(h)
    count: dict[int, int] = {}
    for slot in np.argsort(-sequences.depth, kind="stable").tolist():
        count[slot] = prod(_options(tree, h, count) for h in after.get(slot, []))
    roots = after.get(-1, [])
    return [
        prod(_options(tree, h, count) for h in roots if tree.sets[h].player == i)
        for i in range(len(tree.players))
    ]


def _options(tree: Tree, h: int, count: Mapping[int, int]) -> int:
    return sum(count[slot] for slot in range(int(tree.slot_start[h]), int(tree.slot_start[h + 1])))


def _solvers(sequences: Sequences, search: str | None) -> list[str]:
    sizes = pure_strategies(sequences)
    profiles = prod(sizes)
    if search is not None:
        if search not in COMPLETE:
            raise BadInput(
                "no such search", where=Where(field="search"), found=search, allowed=list(COMPLETE)
            )
        if search in ("enummixed", "lcp") and len(sizes) != 2:
            raise BadInput(
                "this search is for two players",
                where=Where(field="search"),
                found=search,
                allowed=["enumpure", "enumpoly"],
            )
        return [search]
    if len(sizes) == 2:
        return ["enummixed"] if max(sizes) <= MIXED_STRATEGIES else ["lcp"]
    if profiles > MOST_PROFILES:
        raise BadInput(
            "too large to list the Nash equilibria of",
            found=f"{profiles:,} profiles of pure strategies"
            if profiles < 10**12
            else "more than a million million profiles",
            allowed=f"at most {MOST_PROFILES:,} with one player or more than two",
        )
    return ["enumpure", "enumpoly"] if profiles <= POLY_PROFILES and len(sizes) > 1 else ["enumpure"]


def _find(
    tree: Tree, row: Floats, solvers: list[str], seconds: float, choose: bool
) -> tuple[Floats, list[str], int]:
    """As `_ask`; where listing all was chosen here and takes too long, one equilibrium instead."""
    try:
        return _ask(tree, row, solvers, seconds)
    except NotCertified:
        if not choose or solvers != ["enummixed"]:
            raise
        return _ask(tree, row, ["lcp"], seconds)


def _ask(tree: Tree, row: Floats, solvers: list[str], seconds: float) -> tuple[Floats, list[str], int]:
    """What pygambit finds [equilibrium, slot], 0 at sets it leaves open, the solvers that ended in time, and how many more."""
    plain = replace(
        tree,
        title="game",
        players=tuple(f"p{i}" for i in range(len(tree.players))),
        sets=tuple(
            replace(h, name=f"s{k}", options=tuple(f"o{a}" for a in range(len(h.options))))
            for k, h in enumerate(tree.sets)
        ),
        edge_label=tuple(f"o{a}" for n in np.diff(tree.child_start).tolist() for a in range(n)),
        node_label=(),
        events=(),
        event_number=np.zeros((0, tree.n_outcomes), np.int32),
    )
    child = Path(__file__).with_name("gambit_child.py")
    question = json.dumps({"efg": write_efg(plain, row), "solvers": solvers})
    try:
        ran = subprocess.run(
            [sys.executable, "-P", str(child)], input=question.encode(), capture_output=True, timeout=seconds, check=False
        )  # fmt: skip
        said = ran.stdout
        if ran.returncode != 0:
            last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
            raise NotCertified(f"pygambit ({', '.join(solvers)}) stopped: {last[0][:200]}")
    except subprocess.TimeoutExpired as stopped:
        said = stopped.stdout or b""
    lines = [
        line for line in said.split(b"\n") if line.endswith(b"]")
    ]  # a line cut short by the clock is no answer
    done, late = solvers[: len(lines)], solvers[len(lines) :]
    if not lines:
        raise NotCertified(f"pygambit ({', '.join(late)}) had no answer after {seconds:g} seconds")
    profiles = [profile for line in lines for profile in json.loads(line)]
    if not profiles:
        ended = "" if not late else f"; {', '.join(late)} had no answer after {seconds:g} seconds"
        raise NotCertified(f"pygambit ({', '.join(done)}) found no equilibrium{ended}")
    place = {plain.path_labels(x): h for h, owned in enumerate(plain.sets) for x in owned.nodes}
    out = np.zeros((min(len(profiles), MOST_FOUND), tree.n_slots))
    for r, rows in enumerate(profiles[:MOST_FOUND]):
        for path, chances in rows:
            first = int(tree.slot_start[place[tuple(path)]])
            out[r, first : first + len(chances)] = chances
    return out, done, max(0, len(profiles) - MOST_FOUND)


def _first_of_each(rows: Floats) -> list[int]:
    kept: list[int] = []
    for r in range(len(rows)):
        if not any(np.abs(rows[r] - rows[k]).max(initial=0.0) <= SAME for k in kept):
            kept.append(r)
    return kept
