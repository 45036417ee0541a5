"""The sweep on dask: the bytes of one process; workers, the scheduler or the client may die; errors are one sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import closed_forms as cf
import pytest
from closed_forms import Model

import detente
from detente.errors import BadInput
from detente.explore import test as run
from detente.explore.sweep import cluster
from detente.explore.sweep.cluster import Cluster, ClusterLost, understood
from detente.explore.sweep.identity import differences, identity
from detente.explore.sweep.run import sweep
from detente.explore.sweep.workers import WorkerLost

pytest.importorskip("distributed", reason='pip install "detente[cluster]"')
HERE = Path(__file__).parent.parent  # where closed_forms.py lies
POLICIES = ["equilibrium", "concede", "stand"]  # all of the appeasement study


def same(findings) -> str:
    return json.dumps(findings.record(), allow_nan=False)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((folder / "chunks").iterdir())}


def alone(folder: Path, draws: int) -> dict[str, bytes]:
    """The files of one process."""
    list(sweep(cf.appeasement(), draws, POLICIES, out=folder))
    return files(folder)


# A model that does something to its worker, in a module that workers can import.
ODD = """
import os, time
from closed_forms import watched

def once(d, policy):
    marker = os.environ["DETENTE_TEST_MARKER"]
    if not os.path.exists(marker) and d["p"].size > 1:
        open(marker, "w").close()
        os.kill(os.getpid(), 9)
    return watched(d, policy)

def always(d, policy):
    os.kill(os.getpid(), 9)

def slow(d, policy):
    time.sleep(0.05)
    return watched(d, policy)

def fails(d, policy):
    raise ZeroDivisionError("the model divides by zero")
"""


def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    """The appeasement study with an odd model; its digest, and so its files, are those of the plain one."""
    module = f"odd_{tmp_path.name}"
    (tmp_path / f"{module}.py").write_text(ODD)
    monkeypatch.setenv("DETENTE_TEST_MARKER", str(tmp_path / "marker"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return replace(cf.appeasement(), evaluate=Model(getattr(__import__(module), name)))


def test_one_dask_process_gives_the_bytes_of_none(tmp_path):
    study = cf.appeasement()
    there = run(study, draws=1000, out=tmp_path / "there", cluster="local:1")
    here = run(study, draws=1000, out=tmp_path / "here")
    assert same(there) == same(here)
    assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.slow
def test_of_two_dask_processes_one_is_killed_and_the_bytes_are_the_same(tmp_path, monkeypatch, capfd):
    study = odd(tmp_path, monkeypatch, "once")
    list(sweep(study, 2000, POLICIES, out=tmp_path / "there", cluster="local:2"))
    assert (tmp_path / "marker").exists()
    assert files(tmp_path / "there") == alone(tmp_path / "here", 2000)
    assert capfd.readouterr().err == ""


@contextmanager
def inside() -> Iterator[object]:
    """A cluster within this process: quick, for what does not need another."""
    from distributed import Client

    with Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None, set_as_default=False
    ) as c:
        yield c


def test_a_client_of_the_callers_is_used_and_stays_open():
    with inside() as client:
        chunks = list(sweep(cf.appeasement(), 600, POLICIES, cluster=client))
        assert [c.start for c in chunks] == [0, 256, 512]
        assert client.status == "running"
        with pytest.raises(BadInput, match="the model says no"):
            list(sweep(replace(cf.box(), evaluate=Model(cf.refuses)), 512, ["equilibrium"], cluster=client))
        stream = sweep(cf.appeasement(), 100_000, POLICIES, cluster=client)
        next(stream)
        stream.close()  # what is under way is dropped
        assert client.submit(len, "abc").result(timeout=10) == 3


def test_a_model_that_fails_says_how(tmp_path, monkeypatch):
    with (
        inside() as client,
        pytest.raises(RuntimeError, match="ZeroDivisionError: the model divides by zero"),
    ):
        list(sweep(odd(tmp_path, monkeypatch, "fails"), 512, POLICIES, cluster=client))


def test_a_worker_that_was_not_sent_the_study_asks_for_it(monkeypatch):
    monkeypatch.setattr(Cluster, "_send", lambda self: None)
    with inside() as client:
        chunks = list(sweep(cf.appeasement(), 3000, POLICIES, cluster=client))
    assert sum(len(c) for c in chunks) == 3000


def test_a_function_written_on_the_spot_travels():
    study = replace(cf.appeasement(), evaluate=Model(lambda d, policy: cf.watched(d, policy)))
    with inside() as client:
        assert sum(len(c) for c in sweep(study, 512, POLICIES, cluster=client)) == 512


def test_what_cannot_travel_is_one_clear_error(tmp_path):
    with (tmp_path / "open").open("w") as handle, inside() as client:
        study = replace(cf.appeasement(), evaluate=Model(lambda d, policy: handle))
        with pytest.raises(BadInput, match="does not pickle"):
            list(sweep(study, 512, POLICIES, cluster=client))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("local:3", ("local", "3")),
        ("local", ("local", str(os.cpu_count()))),
        ("tcp://10.0.0.1:8786", ("address", "tcp://10.0.0.1:8786")),
        ("tls://head:8786", ("address", "tls://head:8786")),
        ("head:8786", ("address", "head:8786")),
    ],
)
def test_what_cluster_may_be(given, meant):
    assert understood(given) == meant


@pytest.mark.parametrize(
    "given", ["", "local:0", "local:257", "local:-1", "8786", "http://head:8786", "nowhere.json"]
)
def test_what_cluster_may_not_be(given):
    with pytest.raises(BadInput, match="--cluster"):
        understood(given)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"address": 3}', '{"address": "file:///etc/passwd"}', "\0"]
)
def test_a_file_that_is_no_scheduler_file(tmp_path, text):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(BadInput, match="not a scheduler file"):
        understood(tmp_path / "s.json")


def test_a_scheduler_that_does_not_answer_is_one_clear_error(monkeypatch, capfd):
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with pytest.raises(BadInput, match="the scheduler does not answer"):
        run(cf.box(), draws=64, cluster="tcp://127.0.0.1:9")
    assert capfd.readouterr().err == ""


def test_without_dask_the_error_names_what_to_install(monkeypatch):
    for name in ("distributed", "cloudpickle"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(BadInput, match=r'pip install "detente\[cluster\]"'):
        run(cf.box(), draws=64, cluster="local:2")


def test_workers_and_cluster_exclude_each_other():
    with pytest.raises(BadInput, match="a cluster has workers of its own"):
        run(cf.box(), draws=64, cluster="local:2", workers=2)


def test_a_cluster_without_workers_is_given_up(monkeypatch):
    from distributed import Client

    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    quiet = {"processes": False, "dashboard_address": None, "set_as_default": False}
    with Client(n_workers=0, **quiet) as client, pytest.raises(ClusterLost, match="no worker has joined"):
        list(sweep(cf.box(), 512, ["equilibrium"], cluster=client))


def test_another_program_is_told_apart():
    ours = identity()
    assert differences(ours, ours) == []
    assert differences(ours, {**ours, "numpy": "0.1"}) == [f"numpy 0.1 there, {ours['numpy']} here"]
    assert "source" in ours["detente"]


# What needs a scheduler and workers that were started by themselves.


@dataclass
class Machines:
    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    def start(self, *arguments: str, path: str = "") -> subprocess.Popen[bytes]:
        env = os.environ | {
            "PYTHONPATH": os.pathsep.join(
                filter(None, [path, str(HERE), str(self.folder), os.environ.get("PYTHONPATH")])
            )
        }
        with (self.folder / f"{arguments[0]}-{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(self.file), "--no-dashboard"],
                env=env, stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip

    def worker(self, path: str = "") -> subprocess.Popen[bytes]:
        self.workers.append(self.start("worker", "--nthreads", "1", "--no-nanny", path=path))
        return self.workers[-1]


@contextmanager
def machines(folder: Path, workers: int) -> Iterator[Machines]:
    """`dask scheduler` and `dask worker`, as on a real cluster, on this machine."""
    made = Machines(folder, None, [])  # type: ignore[arg-type]
    made.scheduler = made.start("scheduler", "--host", "127.0.0.1", "--port", "0")
    try:
        until(made.file.exists)
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        for process in (*made.workers, made.scheduler):
            process.kill()
        for process in (*made.workers, made.scheduler):
            process.wait()


def until(condition, limit: float = 60) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_worker_dies_another_joins_and_the_bytes_are_the_same(tmp_path, monkeypatch):
    study = odd(tmp_path, monkeypatch, "slow")
    with machines(tmp_path, 1) as there:
        chunks = sweep(study, 4096, POLICIES, out=tmp_path / "there", cluster=str(there.file))
        next(chunks)
        there.worker()
        next(chunks)
        there.workers[0].kill()
        assert sum(len(c) for c in chunks) == 4096 - 512
    assert files(tmp_path / "there") == alone(tmp_path / "here", 4096)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_scheduler_dies_and_resume_goes_on(tmp_path, monkeypatch, capfd):
    study = odd(tmp_path, monkeypatch, "slow")
    with machines(tmp_path, 2) as there:
        chunks = sweep(study, 4096, POLICIES, out=tmp_path / "there", cluster=str(there.file))
        for _ in range(3):
            next(chunks)
        there.scheduler.kill()
        began = time.monotonic()
        with pytest.raises(ClusterLost, match="--resume goes on from them"):
            list(chunks)
        assert time.monotonic() - began < 30
    done = len(files(tmp_path / "there"))
    assert 3 <= done < 16
    again = sweep(cf.appeasement(), 4096, POLICIES, out=tmp_path / "there", resume=True)
    assert sum(len(c) for c in again) == 4096
    assert files(tmp_path / "there") == alone(tmp_path / "here", 4096)
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_workers_with_another_program_are_refused(tmp_path):
    """A copy of the package with one more line in one module."""
    shutil.copytree(Path(detente.__file__).parent, tmp_path / "other" / "detente")
    with (tmp_path / "other" / "detente" / "errors.py").open("a") as module:
        module.write("# changed\n")
    with machines(tmp_path, 0) as there:
        there.worker(path=str(tmp_path / "other"))
        with pytest.raises(BadInput, match=r"not the same program as this one.*detente .* there"):
            list(sweep(cf.appeasement(), 512, POLICIES, cluster=str(there.file)))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_draws_that_always_kill_their_worker_end_in_one_clear_error(tmp_path, monkeypatch, capfd):
    with pytest.raises(WorkerLost, match="died again and again on draws 0 to 256"):
        list(sweep(odd(tmp_path, monkeypatch, "always"), 256, POLICIES, cluster="local:2"))
    assert capfd.readouterr().err == ""


CHILD = """
import sys
sys.path[:0] = {paths!r}
import closed_forms as cf
from dataclasses import replace
from detente.explore.sweep.run import sweep

if __name__ == "__main__":
    import {module} as odd
    study = replace(cf.appeasement(), evaluate=cf.Model(odd.slow))
    try:
        for chunk in sweep(study, 8192, {policies!r}, out={out!r}, cluster={cluster!r}, resume=True):
            pass
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


def child(tmp_path: Path, where: str) -> subprocess.Popen[str]:
    module = f"odd_{tmp_path.name}"
    (tmp_path / f"{module}.py").write_text(ODD)
    script = tmp_path / "child.py"
    script.write_text(
        CHILD.format(
            paths=[str(HERE), str(tmp_path)],
            module=module,
            policies=POLICIES,
            out=str(tmp_path / "out"),
            cluster=where,
        )
    )
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def chunks_in(folder: Path) -> int:
    return len(list(folder.glob("chunks/draws-*.parquet")))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("how", ["killed", "interrupted", "interrupted with its workers"])
def test_the_client_ends_early_and_nothing_is_lost_or_counted_twice(tmp_path, how):
    started = child(tmp_path, "local:2")
    until(lambda: chunks_in(tmp_path / "out") >= 3)
    if how == "killed":
        started.kill()
    elif how == "interrupted":
        started.send_signal(signal.SIGINT)
    else:  # what a terminal does
        os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert out == ("" if how == "killed" else "stopped\n")
    assert err == "" or how == "killed"
    done = chunks_in(tmp_path / "out")
    assert 3 <= done < 32
    asked: list[int] = []
    plain = cf.appeasement()

    def counted(d, policy):
        asked.append(len(d["p"]))
        return cf.watched(d, policy)

    list(sweep(replace(plain, evaluate=Model(counted)), 8192, POLICIES, out=tmp_path / "out", resume=True))
    assert asked == [256] * (3 * (32 - done))  # each missing block once, for each policy
    assert files(tmp_path / "out") == alone(tmp_path / "here", 8192)
    until(lambda: not group_alive(started.pid), 20)  # no process is left behind


def group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_client_leaves_the_cluster_to_the_next(tmp_path):
    with machines(tmp_path, 2) as there:
        started = child(tmp_path, str(there.file))
        until(lambda: chunks_in(tmp_path / "out") >= 2)
        started.kill()
        started.communicate()
        list(
            sweep(
                cf.appeasement(), 8192, POLICIES, out=tmp_path / "out", resume=True, cluster=str(there.file)
            )
        )
    assert files(tmp_path / "out") == alone(tmp_path / "here", 8192)


@pytest.mark.slow
def test_the_command_prints_its_object_and_nothing_else():
    asked = ["test", "peace-talks", "--draws", "64", "--only", "signal", "--json"]
    code = "import sys; from detente.cli import main; sys.exit(main())"

    def printed(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *asked, *more],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )

    there, here = printed("--cluster", "local:2"), printed()
    assert there.stdout == here.stdout
    assert there.stderr == ""
