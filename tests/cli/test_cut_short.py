"""Ctrl-C and a full disk: one line, the right exit status, no traceback, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detente.scenario import new_project

ARTICLE = (
    "Norvia's threat to the shipping of Taland has kept tankers in port. "
    "Taland's foreign minister, Oskar Bell, called the threat a bluff. \u201cWe have seen this empty threat before,\u201d he said.\n"
)
RUN = [sys.executable, "-c", "from detente.cli import main; main()"]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    new_project(tmp_path / "mine", None)
    (tmp_path / "strait.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_half_way_leaves_finished_chunks_and_says_one_line(desk: Path) -> None:
    words = ["test", "mine", "--draws", "4000000", "--out", "chunks"]
    running = subprocess.Popen(
        [*RUN, *words], cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 240
    while (
        not list((desk / "chunks").rglob("*.parquet"))
        and running.poll() is None
        and time.monotonic() < deadline
    ):
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert "Traceback" not in out + err
    assert list((desk / "chunks").rglob("*.parquet"))
    assert not list((desk / "chunks").rglob("*.partial"))


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            ["brief", "strait.txt", "--scenario", "mine", "--draws", "32", "--out", "made"],
            marks=pytest.mark.slow,
        ),
        ["read", "strait.txt", "--out", "made"],
    ],
)
def test_a_full_disk_is_one_line_and_leaves_nothing(desk: Path, words: list[str]) -> None:
    limited = (
        "import resource, sys\n"
        "from detente.cli import main\n"
        "import detente.brief, detente.explore\n"  # what numba caches is written before the limit
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "main()\n"
    )
    # compiled code is in the cache already, so that the limit meets our files and not the compiler's
    warm = subprocess.run([*RUN, *words[:-1], "warm"], cwd=desk, capture_output=True, text=True, timeout=400)
    assert warm.returncode == 0, warm.stderr
    ran = subprocess.run(
        [sys.executable, "-c", limited, *words], cwd=desk, capture_output=True, text=True, timeout=400
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert len([line for line in ran.stderr.splitlines() if line.strip()]) == 1, ran.stderr
    left = [p.name for p in (desk / "made").iterdir()] if (desk / "made").exists() else []
    assert not left
