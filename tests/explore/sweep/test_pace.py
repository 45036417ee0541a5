"""What the progress bar says about speed, and that it shows on terminals alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from detente.explore.sweep.pace import Pace, duration


def test_rate_and_time_left_are_those_of_solved_draws():
    now = [0.0]
    pace = Pace(10_000, clock=lambda: now[0])
    pace.add(4_000, solved=False)  # read from files in no time
    assert str(pace) == "solving the draws"
    for _ in range(4):
        now[0] += 1.0
        pace.add(500, solved=True)
    assert str(pace) == "solving the draws: 500 a second, 8 s left"


def test_the_rate_is_that_of_the_last_half_minute():
    now = [0.0]
    pace = Pace(1_000_000, clock=lambda: now[0])
    for k in range(200):
        now[0] += 1.0
        pace.add(1000 if k < 150 else 2000, solved=True)
    assert str(pace) == "solving the draws: 2,000 a second, 6 min left"


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "0 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")])
def test_durations(seconds, said):
    assert duration(seconds) == said


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
def test_a_bar_on_a_terminal_and_nothing_elsewhere():
    import pty

    code = (
        "from detente.cli.output import progress\n"
        "with progress(quiet=False) as tell:\n    tell('solving the draws: 500 a second, 8 s left', 0.5)\n"
    )
    env = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    ours, theirs = pty.openpty()
    try:
        subprocess.run([sys.executable, "-c", code], stderr=theirs, env=env, check=True, timeout=60)
        shown = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "500 a second, 8 s left" in shown
    assert "50%" in shown
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert ran.stderr == b""
    assert ran.stdout == b""
