"""Two roads to a model's numbers: our solver at many draws, and Gambit on the same tree written out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest

from detente.game import Tree, write_efg
from detente.models import find
from detente.solve import STATUS, Solutions, compile_tree, solve

COMPILED: dict[str, Any] = {}


@dataclass(frozen=True)
class Played:
    """A model solved at draws: events, values and strategy by name, each an array [draw]."""

    tree: Tree
    solutions: Solutions

    def __getitem__(self, event: str) -> np.ndarray:
        return self.solutions.event[:, self.tree.events.index(event)]

    @property
    def good(self) -> np.ndarray:
        """Draws that passed their certificate."""
        return self.solutions.certified

    @property
    def certain(self) -> Played:
        """Those draws alone."""
        kept = {
            field.name: value[self.good]
            for field in fields(self.solutions)
            if isinstance(value := getattr(self.solutions, field.name), np.ndarray)
            and len(value) == len(self.good)
        }
        return Played(self.tree, replace(self.solutions, **kept))

    def value(self, player: str) -> np.ndarray:
        return self.solutions.value[:, self.tree.players.index(player)]

    def taken(self, information_set: str, option: str) -> np.ndarray:
        """Probability of an option at an information set, named as in the tree."""
        index = [s.name for s in self.tree.sets].index(information_set)
        slot = int(self.tree.slot_start[index]) + self.tree.sets[index].options.index(option)
        return self.solutions.strategy[:, slot]

    def belief(self, information_set: str, node: int = 0) -> np.ndarray:
        """Probability of the set's node of this place, at the set."""
        index = [s.name for s in self.tree.sets].index(information_set)
        return self.solutions.belief[:, sum(len(s.nodes) for s in self.tree.sets[:index]) + node]


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """``play(slug, precision="limit", certified=1, **parameters)``: ``certified`` is the share that must pass the certificate."""

    def run(slug: str, precision: Any = "limit", certified: float = 1.0, **parameters: Any) -> Played:
        if slug not in COMPILED:
            COMPILED[slug] = compile_tree(find(slug).game.tree())
        draws = {name: np.atleast_1d(np.asarray(value, float)) for name, value in parameters.items()}
        length = max((len(v) for v in draws.values()), default=1)
        draws = {name: np.array(np.broadcast_to(v, length)) for name, v in draws.items()}
        found = solve(COMPILED[slug], draws, precision=precision, threads=1)
        missed = np.flatnonzero(~found.certified)
        statuses = [(int(i), STATUS[int(found.status[i])]) for i in missed[:5]]
        assert found.certified.mean() >= certified, statuses
        return Played(COMPILED[slug].tree, found)

    return run


@pytest.fixture(scope="session")
def draws() -> Callable[..., dict[str, np.ndarray]]:
    """``draws(slug, n, seed, **fixed)``: admissible draws from the ranges of a model, uniform."""

    def run(slug: str, n: int, seed: int = 1, **fixed: Any) -> dict[str, np.ndarray]:
        game, rng = find(slug).game, np.random.default_rng(seed)
        found: dict[str, np.ndarray] = {}
        for name, p in game.parameters.items():
            if p.distribution == "derived":
                continue
            found[name] = (
                np.full(4 * n, float(fixed[name])) if name in fixed else rng.uniform(p.low, p.high, 4 * n)
            )
        kept = game.admissible(found)
        assert kept.sum() >= n
        return {name: column[kept][:n] for name, column in found.items()}

    return run


@pytest.fixture(scope="session")
def gambit_agrees() -> Callable[..., None]:
    """``gambit_agrees(slug, lam, **parameters)``: the peer's quantal equilibrium of the same game is ours.

    The peer answers at a lambda a little off the one asked for; we are solved at the lambda it answers at.
    """
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra: oracle)")

    def run(slug: str, lam: float = 20.0, **parameters: float) -> None:
        tree = find(slug).game.tree()
        row = tree.numbers_at({name: np.array([float(value)]) for name, value in parameters.items()})[0]
        peer = gambit.read_efg(io.StringIO(write_efg(tree, row)))
        point = gambit.qre.logit_solve_lambda(peer, lam)[-1]
        assert abs(point.lam - lam) < 1e-6
        ours = solve(
            tree,
            {n: np.array([float(v)]) for n, v in parameters.items()},
            precision=float(point.lam),
            threads=1,
        )
        assert ours.certified.all()
        for index, owned in enumerate(tree.sets):
            mixed = dict(point.profile[gambit.H.path(*tree.path_labels(owned.nodes[0]))])
            theirs = [float(mixed[option]) for option in owned.options]
            start = int(tree.slot_start[index])
            assert ours.strategy[0, start : start + len(theirs)] == pytest.approx(theirs, abs=2e-7), (
                owned.name
            )

    return run
