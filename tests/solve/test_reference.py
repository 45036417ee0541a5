"""Every reference game at every precision given, and in the limit, against answers found with 90 digits by another road."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from detente.game.efg import read_efg
from detente.solve import CERTIFIED, STATUS, Solutions, solve

GAMES = (
    "beer-quiche",
    "centipede",
    "chain-store",
    "coordination",
    "crisis",
    "fold",
    "horse",
    "offers",
    "volunteers",
)


def distance(found: Solutions, i: int, answer: dict) -> tuple[float, float]:
    """Largest difference of a probability and of a belief."""
    tree = found.tree
    place = {f"{tree.players[h.player]}: {h.name}": k for k, h in enumerate(tree.sets)}
    assert set(place) == set(answer["strategy"])
    start = np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
    p = b = 0.0
    for key, row in answer["strategy"].items():
        first = int(tree.slot_start[place[key]])
        assert list(row) == list(tree.sets[place[key]].options)
        p = max(p, *(abs(found.strategy[i, first + k] - v) for k, v in enumerate(row.values())))
    for key, row in (answer.get("beliefs") or {}).items():
        first = int(start[place[key]])
        b = max(b, *(abs(found.belief[i, first + k] - v) for k, v in enumerate(row)))
    return p, b


@pytest.mark.parametrize("game", GAMES)
def test_reference_game(shared: Path, game: str) -> None:
    tree = read_efg(shared / "efg" / f"{game}.efg")
    reference = json.loads((shared / "reference" / "solver" / f"{game}.json").read_text(encoding="utf-8"))
    precisions = np.array([row["lambda"] for row in reference["aqre"]])
    found = solve(tree, precision=precisions)
    assert [STATUS[k] for k in found.status] == [STATUS[CERTIFIED]] * len(precisions)
    assert np.array_equal(found.precision, precisions)
    for i, row in enumerate(reference["aqre"]):
        p, b = distance(found, i, row["independent"])
        assert p < 1e-10, (row["lambda"], p)
        assert b < 1e-10, (row["lambda"], b)

    limit = solve(tree)
    assert limit.status[0] == CERTIFIED
    assert limit.precision[0] == np.inf
    assert np.isnan(limit.residual[0])
    p, b = distance(limit, 0, reference["limit"]["independent"])
    assert p < 1e-9
    assert b < 1e-9
    assert limit.max_gain[0] <= 1e-10 * np.ptp(limit.numbers)


def test_sets_whose_reach_underflows(shared: Path) -> None:
    """Beer-quiche beyond lambda 743, where products of probabilities end: the equations hold to the end."""
    tree = read_efg(shared / "efg" / "beer-quiche.efg")
    found = solve(tree, precision=np.array([743.0, 748.0, 2e3, 1e5, 1e6]))
    assert found.certified.all()
    assert (found.residual < 1e-8).all()
    quiche = found.log_strategy.min(axis=1)
    assert (quiche[1:] < -745).all()  # rarer than the smallest double, and known
    assert np.allclose(quiche / found.precision, quiche[-1] / 1e6, rtol=1e-2)


def test_horse_keeps_its_belief_off_the_path(shared: Path) -> None:
    """The set that is not reached believes (2/3, 1/3), fixed by its owner's indifference."""
    found = solve(read_efg(shared / "efg" / "horse.efg"))
    assert np.allclose(found.belief[0, -2:], [2 / 3, 1 / 3], atol=1e-9)
    assert np.allclose(found.strategy[0], [1, 0, 1, 0, 0, 1])


def test_fold_answers_with_the_first_crossing(shared: Path) -> None:
    """Between 1.035 and 1.2125 three points share each precision; beyond, the branch has turned twice."""
    tree = read_efg(shared / "efg" / "fold.efg")
    found = solve(tree, precision=np.array([1.1, 1.2, 1.21, 1.213, 5.0]))
    assert found.certified.all()
    top = found.strategy[:, 1]  # row plays centre
    assert (np.diff(top[:3]) < 0.02).all()
    assert abs(top[3] - top[2]) > 0.2  # after the fold the answer is far away
