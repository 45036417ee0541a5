"""The how-to on exchange with other programs: its blocks run in the order of the page, and what it warns of is so."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import ROOT, blocks, run_python, run_shell

from detente.game import read_efg, write_efg
from detente.models import find
from detente.solve import solve

PAGE = ROOT / "docs" / "how-to" / "exchange-with-other-programs.md"


def test_its_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {"__name__": "docs"}
    for language, text in blocks(PAGE):
        assert language in ("python", "sh")
        run_python(text, scope, PAGE.name) if language == "python" else run_shell(text)
    made = {f.name for f in tmp_path.iterdir()}
    assert made >= {"entry.efg", "crisis.nfg", "game.efg", "again.efg", "tree.tex", "wide.tex", "tree.svg"}
    assert (tmp_path / "tree.tex").read_text(encoding="utf-8").startswith(r"\documentclass[tikz")


def test_strategies_and_values_survive_the_file() -> None:
    tree = find("peace-spoilers").game.tree()
    there, back = (solve(t, threads=1) for t in (tree, read_efg(write_efg(tree))))
    assert back.strategy == pytest.approx(there.strategy, abs=1e-9)
    assert back.value == pytest.approx(there.value, abs=1e-9)
