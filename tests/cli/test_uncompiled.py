"""A point is solved without compiling where nothing is compiled yet: the same answers, and soon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.cli.uncompiled import spare_compiling


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A process that has not loaded Numba, and a package folder without compiled kernels."""
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setattr(detente, "__file__", str(tmp_path / "detente" / "__init__.py"))
    return tmp_path / "detente" / "solve" / "logit" / "__pycache__"


def test_without_compiled_kernels(fresh: Path) -> None:
    spare_compiling()
    assert os.environ.pop("NUMBA_DISABLE_JIT") == "1"


def test_with_compiled_kernels(fresh: Path) -> None:
    fresh.mkdir(parents=True)
    (fresh / "blocks.follow_block-80.py311.nbi").touch()
    spare_compiling()
    assert "NUMBA_DISABLE_JIT" not in os.environ


def test_same_answers() -> None:
    words, answers = ("solve", "crisis-signalling", "--json"), []
    for uncompiled in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", "from detente.cli import main; main()", *words],
            capture_output=True,
            check=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": uncompiled},
        )
        answers.append(json.loads(run.stdout))
    compiled, plain = answers
    assert plain["status"] == compiled["status"] == "certified"
    for name, chance in compiled["events"].items():
        assert plain["events"][name] == pytest.approx(chance, abs=1e-9)
