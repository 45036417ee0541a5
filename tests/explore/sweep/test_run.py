"""Chunks: interrupted, killed or short of room, a run goes on; many workers give the bytes of one; memory stays bounded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import Model

from detente.errors import BadInput, DataError
from detente.explore import test as run
from detente.explore.sweep.run import sweep
from detente.explore.sweep.workers import WorkerLost

HERE = Path(__file__).parent.parent  # where closed_forms.py lies


def same(findings) -> str:
    return json.dumps(findings.record(), allow_nan=False)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((folder / "chunks").iterdir())}


def test_one_worker_or_two_the_same_bytes(tmp_path):
    study = cf.appeasement()
    one = run(study, draws=1000, out=tmp_path / "one")
    two = run(study, draws=1000, out=tmp_path / "two", workers=2)
    assert same(one) == same(two) == same(run(study, draws=1000))
    assert files(tmp_path / "one") == files(tmp_path / "two")


class Counting(Model):
    """Counts the draws that it solves."""

    def __init__(self, formula):
        super().__init__(formula)
        object.__setattr__(self, "solved", [])

    def __call__(self, draws, policies):
        self.solved.append(len(next(iter(draws.values()))))
        return super().__call__(draws, policies)


def counting(study):
    model = Counting(study.evaluate.formula)
    return replace(study, evaluate=model), model.solved


def test_resume_solves_only_what_is_missing_and_ends_the_same(tmp_path):
    study, solved = counting(cf.box())
    whole = list(sweep(study, 1024, ["equilibrium"], out=tmp_path))
    gone = sorted((tmp_path / "chunks").iterdir())[2]
    gone.unlink()
    solved.clear()
    again = list(sweep(study, 1024, ["equilibrium"], out=tmp_path, resume=True))
    assert solved == [256]
    assert [c.start for c in again] == [0, 256, 512, 768]
    for a, b in zip(whole, again, strict=True):
        assert np.array_equal(a.event["equilibrium"]["hit"], b.event["equilibrium"]["hit"])
    solved.clear()
    list(sweep(study, 2048, ["equilibrium"], out=tmp_path, resume=True))  # a longer run uses the shorter one
    assert sum(solved) == 1024


def test_a_damaged_chunk_is_solved_again_and_another_study_is_not_taken_for_this_one(tmp_path):
    study, solved = counting(cf.box())
    list(sweep(study, 512, ["equilibrium"], out=tmp_path))
    damaged = sorted((tmp_path / "chunks").iterdir())[0]
    damaged.write_bytes(damaged.read_bytes()[:-40])
    solved.clear()
    list(sweep(study, 512, ["equilibrium"], out=tmp_path, resume=True))
    assert solved == [256]
    solved.clear()
    list(sweep(replace(study, digest="another"), 512, ["equilibrium"], out=tmp_path, resume=True))
    assert solved == [256, 256]
    solved.clear()
    list(sweep(study, 512, ["equilibrium"], out=tmp_path, resume=True, seed=99))
    assert solved == [256, 256]
    list(sweep(study, 512, ["equilibrium"], out=tmp_path))  # without resume everything is solved
    assert solved == [256] * 4


CHILD = """
import sys, time
sys.path.insert(0, {here!r})
import closed_forms as cf
from dataclasses import replace
from detente.explore import test

class Slow(cf.Model):
    def __call__(self, draws, policies):
        time.sleep({pause})
        return super().__call__(draws, policies)

if __name__ == "__main__":
    study = cf.appeasement()
    study = replace(study, evaluate=Slow(study.evaluate.formula))
    print("ready", flush=True)
    try:
        test(study, draws=4096, out={out!r}, workers={workers}, resume=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


def start(tmp_path: Path, pause: float, workers: int) -> subprocess.Popen[str]:
    script = tmp_path / "child.py"
    script.write_text(CHILD.format(here=str(HERE), pause=pause, out=str(tmp_path / "out"), workers=workers))
    return subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_chunks(folder: Path, count: int, limit: float = 60) -> None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if folder.is_dir() and len(list(folder.glob("draws-*.parquet"))) >= count:
            return
        time.sleep(0.02)
    raise AssertionError("no chunks appeared")


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_after_kill_9_nothing_is_lost_or_counted_twice(tmp_path, workers):
    child = start(tmp_path, 0.15, workers)
    wait_for_chunks(tmp_path / "out" / "chunks", 3)
    child.kill()
    child.communicate()
    done = len(list((tmp_path / "out" / "chunks").glob("draws-*.parquet")))
    assert 3 <= done < 16
    study, solved = counting(cf.appeasement())
    list(sweep(study, 4096, ["equilibrium", "concede", "stand"], out=tmp_path / "out", resume=True))
    assert solved == [256] * (16 - done)
    resumed = run(cf.appeasement(), draws=4096, out=tmp_path / "out", resume=True)
    searched = run(cf.appeasement(), draws=4096)
    assert same(resumed) == same(searched)
    assert not list((tmp_path / "out" / "chunks").glob(".*"))


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_leaves_finished_chunks_usable(tmp_path):
    child = start(tmp_path, 0.1, 2)
    wait_for_chunks(tmp_path / "out" / "chunks", 2)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert "stopped" in out, err
    study, solved = counting(cf.appeasement())
    list(sweep(study, 4096, ["equilibrium", "concede", "stand"], out=tmp_path / "out", resume=True))
    assert 0 < sum(solved) <= 4096 - 512


DYING = """
import os
def formula(d, policy):
    marker = os.environ["DETENTE_TEST_MARKER"]
    if {condition}:
        open(marker, "w").close()
        os.kill(os.getpid(), 9)
    return {{"hit": (d["x1"] > 0.5) * 1.0}}, {{"A": d["x1"]}}, 0
"""


def dying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, condition: str):
    (tmp_path / f"{name}.py").write_text(DYING.format(condition=condition))
    monkeypatch.setenv("DETENTE_TEST_MARKER", str(tmp_path / "marker"))
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__(name)
    return replace(cf.box(), evaluate=Model(module.formula))


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_worker_that_is_killed_is_replaced(tmp_path, monkeypatch):
    study = dying(tmp_path, monkeypatch, "dies_once", "not os.path.exists(marker)")
    chunks = list(sweep(study, 1024, ["equilibrium"], workers=2))
    assert sum(len(c) for c in chunks) == 1024
    assert (tmp_path / "marker").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_one_clear_error(tmp_path, monkeypatch):
    study = dying(tmp_path, monkeypatch, "dies_always", "True")
    with pytest.raises(WorkerLost, match="died 3 times on draws"):
        list(sweep(study, 512, ["equilibrium"], workers=2))


def test_bad_input_in_a_worker_is_the_same_error_here():
    with pytest.raises(BadInput, match="the model says no"):
        list(sweep(replace(cf.box(), evaluate=Model(cf.refuses)), 512, ["equilibrium"], workers=2))


FULL = """
import resource, sys
sys.path.insert(0, {here!r})
import closed_forms as cf
from detente.errors import DataError
from detente.explore import test
test(cf.appeasement(), draws=256, out={out!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    test(cf.appeasement(), draws=1024, out={out!r}, resume=True)
except DataError as problem:
    print(problem)
"""


@pytest.mark.skipif(os.name == "nt", reason="resource limits")
def test_a_full_disk_is_one_clear_error_and_leaves_nothing_half_written(tmp_path):
    code = FULL.format(here=str(HERE), out=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert "could not be written" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    assert len(files(tmp_path)) == 1  # what was there before, and nothing half written


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be made"):
        run(cf.box(), draws=64, out=tmp_path / "file")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_draws():
    study = cf.appeasement()

    def peak(n: int) -> float:
        tracemalloc.start()
        run(study, draws=n)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high / 1e6

    run(study, draws=64)
    small, large = peak(2**15), peak(2**18)
    assert large < 1.25 * small + 2


def test_progress_goes_from_nothing_to_done():
    told: list[float] = []
    run(cf.appeasement(), draws=512, progress=lambda what, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0
