"""Against pygambit's logit tracing, one precision a call, in a child process with a time limit.

What pygambit 17 does and the tests allow for: it returns a lambda near the one asked, so answers are compared at the lambda
returned; beyond a stall it returns the stall; near a fold it may land on a later crossing; in the limit
it stops where players' regret is small, so only the path is compared there, and loosely.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from detente.game.efg import write_efg
from detente.game.tree import Tree
from detente.solve import solve

sys.path.insert(0, str(Path(__file__).parents[1] / "solve"))
from games import random_game

pytestmark = pytest.mark.skipif(find_spec("pygambit") is None, reason="pygambit is not installed")

CHILD = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pygambit as gbt
from pygambit import qre
game = gbt.read_efg(sys.argv[1])
out = []
for lam in json.loads(sys.argv[2]):
    point = qre.logit_solve_lambda(game, lam)[-1]
    rows = []
    for behaviour in point.profile:
        for history, mixed in behaviour:
            rows.append([list(history.actions), [float(p) for _, p in mixed]])
    out.append([point.lam, rows])
print(json.dumps(out))
"""


def gambit(tree: Tree, precisions: list[float], folder: Path) -> list[tuple[float, np.ndarray]]:
    """Lambda returned and strategy [slot] in our order, per precision."""
    path = folder / "game.efg"
    path.write_text(write_efg(tree, tree.numbers_at()[0]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), json.dumps(precisions)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    place = {tree.path_labels(x): h for h, owned in enumerate(tree.sets) for x in owned.nodes}
    out: list[tuple[float, np.ndarray]] = []
    for lam, rows in json.loads(run.stdout):
        strategy = np.full(tree.n_slots, np.nan)
        for path_labels, mixed in rows:
            first = int(tree.slot_start[place[tuple(str(a) for a in path_labels)]])
            strategy[first : first + len(mixed)] = mixed
        assert np.isfinite(strategy).all()
        out.append((lam, strategy))
    return out


@pytest.mark.parametrize("seed", range(30))
def test_random_game_agrees(seed: int, tmp_path: Path) -> None:
    tree = random_game(seed)
    theirs = gambit(tree, [0.3, 1.0, 2.5], tmp_path)
    lam = np.array([x for x, _ in theirs])
    ours = solve(tree, precision=lam)
    assert ours.certified.all()
    for k, (_, strategy) in enumerate(theirs):
        assert np.abs(ours.strategy[k] - strategy).max() < 1e-7, lam[k]
