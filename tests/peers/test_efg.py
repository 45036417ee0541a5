"""Gambit itself as second reader: what we read it reads alike, and what we write is the same game to it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from detente.game.efg import read_efg, write_efg
from detente.game.tree import CHANCE, TERMINAL, Tree
from detente.models import find, slugs
from detente.solve import solve

gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra: oracle)")
pytestmark = pytest.mark.filterwarnings("ignore")  # the peer's own warnings about labels are not ours


def _at(labels: tuple[str, ...]):
    return gambit.H.path(*labels)


def agree(tree: Tree, game) -> None:
    """Same players, histories, sets, options, chances, and payoffs in every history. Labels must be usable by both."""
    assert [str(p) for p in game.players] == list(tree.players)
    row = tree.numbers_at()[0]
    on_the_way: dict[int, list[Fraction]] = {}
    for node in range(tree.n_nodes):
        labels = tree.path_labels(node)
        options = list(tree.edge_label[tree.child_start[node] : tree.child_start[node + 1]])
        assert game.get_actions(_at(labels)) == options, labels
        up = int(tree.parent[node])
        paid = list(on_the_way[up]) if up >= 0 else [Fraction(0)] * len(tree.players)
        outcome = game.get_outcome(_at(labels))
        if outcome is not None:
            worth = game.get_outcome_payoffs(outcome)
            paid = [a + Fraction(str(worth[p])) for a, p in zip(paid, tree.players, strict=True)]
        on_the_way[node] = paid
        if tree.kind[node] == TERMINAL:
            k = int(tree.terminal[node]) * len(tree.players)
            for i, expected in enumerate(paid):
                terms = tree.payoff_number[tree.payoff_start[k + i] : tree.payoff_start[k + i + 1]]
                assert row[terms].sum() == pytest.approx(float(expected), rel=1e-12, abs=1e-12)
            continue
        if tree.kind[node] == CHANCE:
            chances = game.get_action_probs(_at(labels))
            edges = tree.edge_number[tree.child_start[node] : tree.child_start[node + 1]]
            assert [float(Fraction(str(chances[o]))) for o in options] == pytest.approx(
                row[edges].tolist(), abs=1e-15
            )
            continue
        owned = tree.sets[int(tree.info_set[node])]
        assert game.get_player(_at(labels)) == tree.players[owned.player]
        members = {member.actions for member in game.get_members(_at(labels))}
        assert members == {tree.path_labels(x) for x in owned.nodes}


def _usable(tree: Tree) -> bool:
    """Gambit renames empty and repeated labels when it reads; then histories cannot be compared by label."""

    def fine(labels: tuple[str, ...]) -> bool:
        return len(set(labels)) == len(labels) and all(label.strip() == label and label for label in labels)

    menus = {tree.edge_label[tree.child_start[x] : tree.child_start[x + 1]] for x in range(tree.n_nodes)}
    return fine(tree.players) and all(fine(menu) for menu in menus)


def _paths(shared: Path) -> list[Path]:
    return sorted((shared / "efg").glob("*.efg"))


def test_both_read_every_shared_game_alike(shared: Path):
    for path in _paths(shared):
        agree(read_efg(path), gambit.read_efg(str(path)))


def test_gambit_reads_back_what_we_write(shared: Path, tmp_path: Path):
    for path in _paths(shared):
        tree = read_efg(path)
        again = tmp_path / path.name
        again.write_text(write_efg(tree))
        agree(tree, gambit.read_efg(str(again)))


def test_gambit_finds_the_same_quantal_equilibrium_in_what_we_write(shared: Path, tmp_path: Path):
    for path in _paths(shared):
        again = tmp_path / path.name
        again.write_text(write_efg(read_efg(path)))
        ours, theirs = (_at_lambda_one(gambit.read_efg(str(p))) for p in (again, path))
        assert ours.keys() == theirs.keys()
        assert max(abs(ours[k] - theirs[k]) for k in ours) < 1e-12, path.name


def _at_lambda_one(game) -> dict[tuple[tuple[str, ...], str], float]:
    profile = gambit.qre.logit_solve_lambda(game, 1.0)[-1].profile
    return {
        (history.actions, action): float(p)
        for behaviour in profile
        for history, mixed in behaviour
        for action, p in mixed
    }


def test_gambits_own_catalogue_is_read_alike(tmp_path: Path):
    """Every extensive game that the peer ships: interior outcomes, ratios, absent labels, several stages."""
    compared = 0
    for slug in gambit.catalog.games()["Game"]:
        game = gambit.catalog.load(slug)
        if not isinstance(game, gambit.ExtensiveGame) or not game.is_perfect_recall:
            continue
        tree = read_efg(game.to_efg())
        if tree.n_nodes > 400 or not _usable(tree):
            continue
        agree(tree, game)
        again = tmp_path / "again.efg"
        again.write_text(write_efg(tree), encoding="utf-8")
        agree(tree, gambit.read_efg(str(again)))
        compared += 1
    assert compared >= 10


def test_random_numbers_survive_both_readers(shared: Path, tmp_path: Path):
    rng = np.random.default_rng(5)
    tree = read_efg(shared / "efg" / "crisis.efg")
    chances = sorted({int(k) for k in tree.edge_number if k >= 0})
    for _ in range(5):
        row = rng.normal(size=len(tree.numbers))
        row[chances] = 0.5 * rng.dirichlet(np.ones(len(chances)))  # two branches use each number
        again = tmp_path / "again.efg"
        again.write_text(write_efg(tree, row))
        back = read_efg(again)
        agree(back, gambit.read_efg(str(again)))
        for k in range(tree.n_outcomes * 2):
            ours = row[tree.payoff_number[tree.payoff_start[k] : tree.payoff_start[k + 1]]].sum()
            there = back.payoff_number[back.payoff_start[k] : back.payoff_start[k + 1]]
            assert back.numbers_at()[0][there].sum() == ours


@pytest.mark.parametrize("slug", slugs())
def test_games_of_our_language_are_the_same_game_to_gambit(slug: str, tmp_path: Path):
    tree = find(slug).game.tree()
    path = tmp_path / "model.efg"
    path.write_text(write_efg(tree), encoding="utf-8")
    game = gambit.read_efg(str(path))
    agree(tree, game)
    theirs = _at_lambda_one(game)
    ours = solve(tree, precision=1.0, threads=1).strategy[0]
    for index, owned in enumerate(tree.sets):
        at = tree.path_labels(owned.nodes[0])
        for option, label in enumerate(owned.options):
            assert ours[int(tree.slot_start[index]) + option] == pytest.approx(theirs[at, label], abs=1e-7)
