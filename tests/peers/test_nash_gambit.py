"""Nash equilibria by pygambit, certified here: by hand, published, and against our own list of pure ones."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from detente.errors import BadInput, NotCertified
from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import outcome, record
from detente.solve.concepts import nash, nash_search

sys.path.insert(0, str(Path(__file__).parents[1] / "solve"))
from games import random_game

ENTRY = """EFG 2 R "entry" { "entrant" "incumbent" }
""

p "" 1 1 "entrant" { "in" "out" } 0
p "" 2 1 "incumbent" { "fight" "give way" } 0
t "" 1 "" { -1, -1 }
t "" 2 "" { 1, 1 }
t "" 3 "" { 0, 2 }
"""


def test_without_pygambit_the_answer_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nash_search, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r'pip install "detente\[oracle\]"'):
        nash(read_efg(ENTRY))


@pytest.fixture
def gambit() -> None:
    pytest.importorskip("pygambit")


@pytest.mark.usefixtures("gambit")
def test_entry_deterrence_by_hand() -> None:
    """(in, give way), and out with any fight >= 1/2, of which the extreme ones are fight = 1 and 1/2. Threats cost 2 fight."""
    found = nash(read_efg(ENTRY))
    assert found.certified.all()
    assert found.strategy.tolist() == [[1, 0, 0, 1], [0, 1, 0.5, 0.5], [0, 1, 1, 0]]
    assert found.max_gain.tolist() == pytest.approx([0, 1, 2])
    printed = record(found, 2)
    assert printed["concept"] == "nash"
    assert printed["incredible"] == ["incumbent, incumbent"]
    assert printed["gains"] == [{"kind": "reached", "gain": 0.0}, {"kind": "unreached", "gain": 2.0}]
    assert printed["regret"] == {"entrant": 0.0, "incumbent": 0.0}


@pytest.mark.slow
@pytest.mark.usefixtures("gambit")
def test_the_horse_has_one_that_is_not_sequential(shared: Path) -> None:
    """Selten 1975: (across, across, right-hand side) and the one in which two would go down, though across pays him 4 against 1."""
    found = nash(read_efg(shared / "efg" / "horse.efg"))
    assert found.certified.all()
    assert len(found) == 2
    assert found.max_gain.tolist() == pytest.approx([0, 3])
    assert record(found, 1)["incredible"] == ["two, two"]


@pytest.mark.usefixtures("gambit")
def test_no_answer_in_time_is_said() -> None:
    with pytest.raises(NotCertified, match=r"no answer after 0\.001 seconds"):
        nash(read_efg(ENTRY), seconds=0.001)


@pytest.mark.parametrize("search", ["enumall", "lcp"])
@pytest.mark.usefixtures("gambit")
def test_a_search_that_cannot_be_is_refused(search: str) -> None:
    with pytest.raises(BadInput):
        nash(random_game(1), search=search)  # three players


def pure_by_ourselves(tree: Tree) -> set[tuple[float, ...]]:
    """Values of all pure equilibria, by trying every profile and every deviation."""
    numbers = tree.numbers_at()

    def slots(profile: tuple[int, ...]) -> np.ndarray:
        out = np.zeros((1, tree.n_slots))
        for h, a in enumerate(profile):
            out[0, tree.slot_start[h] + a] = 1
        return out

    profiles = list(product(*(range(len(h.options)) for h in tree.sets)))
    values = {p: outcome(tree, numbers, slots(p))[1][0] for p in profiles}
    owner = [h.player for h in tree.sets]
    found = set()
    for p in profiles:
        better = any(
            values[q][i] > values[p][i] + 1e-9
            for i in set(owner)
            for q in profiles
            if all(q[h] == p[h] for h in range(len(p)) if owner[h] != i)
        )
        if not better:
            found.add(tuple(values[p].round(9).tolist()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 4, 6, 7, 12])
@pytest.mark.usefixtures("gambit")
def test_no_pure_equilibrium_is_missed(seed: int) -> None:
    tree = random_game(seed)
    found = nash(tree)
    assert found.certified.all()
    left_open = found.kind[:, np.repeat(np.arange(len(tree.sets)), np.diff(tree.slot_start))] > 1
    pure = (left_open | (np.abs(found.strategy - 0.5) > 0.5 - 1e-9)).all(axis=1)
    assert {tuple(v.round(9).tolist()) for v in found.value[pure]} == pure_by_ourselves(tree)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(7, 31))
@pytest.mark.usefixtures("gambit")
def test_everything_found_is_certified(seed: int) -> None:
    found = nash(random_game(seed))
    assert found.certified.all()
    assert len(found) >= 1
