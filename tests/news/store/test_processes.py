"""A run that is killed, and two runs at once: the ledger is the one that a single quiet run makes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from articles import folder
from contents import contents

from detente.news.store import add, open_store

PROGRAM = """
import sys
from detente.news.store import add, open_store
with open_store(sys.argv[2]) as store:
    add(store, sys.argv[1])
"""


def begun(articles: Path, ledger: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, articles, ledger], stderr=subprocess.PIPE)


def documents(ledger: Path) -> int:
    try:
        connection = sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute("SELECT count(*) FROM document").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0


def test_a_killed_run_is_taken_up_again(tmp_path: Path) -> None:
    articles = folder(tmp_path / "articles", 24, paragraphs=4)
    with open_store(tmp_path / "quiet.sqlite") as store:
        add(store, articles)
    ledger = tmp_path / "killed.sqlite"
    run = begun(articles, ledger)
    deadline = time.monotonic() + 60
    while documents(ledger) < 2 and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    run.kill()
    _, said = run.communicate()
    kept = documents(ledger)
    assert 2 <= kept < 24, said.decode()
    with open_store(ledger) as store:
        done = add(store, articles)
    assert (done.added, done.known) == (24 - kept, kept)
    assert contents(ledger) == contents(tmp_path / "quiet.sqlite")


def test_two_processes_at_once_add_what_one_adds(tmp_path: Path) -> None:
    articles = folder(tmp_path / "articles", 5, paragraphs=4)
    with open_store(tmp_path / "quiet.sqlite") as store:
        add(store, articles)
    ledger = tmp_path / "both.sqlite"
    runs = [begun(articles, ledger) for _ in range(2)]
    for run in runs:
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said.decode()
    assert contents(ledger) == contents(tmp_path / "quiet.sqlite")
    assert not [name for name in os.listdir(tmp_path) if name.endswith(("-wal", "-shm"))]
