"""The card of a model on a terminal: short enough to read, and it says what decides a claim."""

from __future__ import annotations

import yaml

from detente.game.picture import plain
from detente.models import find, slugs
from detente.models.card import MOST_NODES, card


def shown(slug: str) -> str:
    return plain(card(find(slug), solve=False), 400)


def tree_of(text: str) -> list[str]:
    lines = text.splitlines()
    start = lines.index("tree at the base values")
    return lines[start + 1 : lines.index("", start)]


def test_a_grid_of_many_shares_does_not_flood_the_tree():
    tree = tree_of(shown("spatial-compromise"))
    assert len(tree) < 25
    assert (
        sum("… 19 more options" in line for line in tree) == 4
    )  # two grids of 41 shares: 0, 0.5 and 1 are drawn


def test_a_tree_that_is_cut_has_no_more_lines_than_positions_drawn():
    for slug in (
        "coalition-unity",
        "withdrawal-cascade",
    ):  # four values and yes or no: no run of numbers to shorten
        tree = tree_of(shown(slug))
        assert len(tree) <= MOST_NODES
        assert any("not drawn" in line for line in tree)
        assert any("M1 " in line for line in tree), "at least one play is drawn to its payoffs"


def test_every_claim_is_told_with_what_decides_it():
    text = shown("crisis-signalling")
    claims = yaml.safe_load(find("crisis-signalling").file)["claims"]
    assert claims
    for claim in claims.values():
        told = f"{claim['text']} ({claim['because']})" if "because" in claim else claim["text"]
        assert told in " ".join(text.split())


def test_a_claim_that_holds_on_a_part_says_where():
    for slug in slugs():
        model = find(slug)
        claims = yaml.safe_load(model.file)["claims"]
        bare = [c for c, v in model.verdicts.items() if v == "holds if" and not claims[c].get("because")]
        assert not bare, f"{slug}: what decides {bare}?"
