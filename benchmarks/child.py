"""What can only be measured in a fresh process: memory of a sweep, time to compile, a table streamed.

python benchmarks/child.py JOB ARGUMENT...      prints one JSON object
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def peak_mb() -> float:
    """Most memory this process has had, in MB. Linux hands getrusage's figure on from the parent; its own stands in /proc."""
    status = Path("/proc/self/status")
    if status.exists():
        most = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(most.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS: bytes


def fresh_mb() -> float:
    """Memory of this process now; from here on, where the system can (Linux), `peak_mb` counts anew. Compiling leaves a peak that
    would hide what a sweep adds."""
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not reset.exists():
        return peak_mb()
    reset.write_text("5")
    now = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(now.split()[1]) / 1024


def run(job: str, *arguments: object, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """A job in a process of its own."""
    ran = subprocess.run(
        [sys.executable, __file__, job, *map(str, arguments)],
        capture_output=True, text=True, env={**os.environ, **(environment or {})},
    )  # fmt: skip
    if ran.returncode:
        return {"failed": (ran.stderr.strip().splitlines() or ["it failed"])[-1][:300]}
    return json.loads(ran.stdout)


def sweep(path: str, draws: str, precision: str) -> dict[str, Any]:
    """Our side: memory before, and after all draws were solved and kept."""
    from sweeps import at, numbers_of

    from detente.game.efg import read_efg
    from detente.solve import solve

    tree = read_efg(Path(path))
    numbers = numbers_of(tree, int(draws))
    lam: Any = "limit" if precision == "limit" else float(precision)
    solve(at(tree, numbers[:64]), precision=lam, threads=2)
    most, before = peak_mb(), fresh_mb()
    found = solve(at(tree, numbers), precision=lam, threads=2)
    after = peak_mb()
    return {"before": before, "after": after, "most": max(most, after), "draws": len(found)}


def sweep_peer(folder: str, draws: str, precision: str) -> dict[str, Any]:
    """Their side: games are read one by one, answers are kept."""
    import pygambit
    from pygambit import nash, qre

    def one(k: int) -> Any:
        game = pygambit.read_efg(f"{folder}/{k}.efg")
        return (
            nash.logit_solve(game, maxregret=1e-8)
            if precision == "limit"
            else qre.logit_solve_lambda(game, float(precision))
        )

    kept = [one(0)]
    most, before = peak_mb(), fresh_mb()
    kept += [one(k) for k in range(int(draws))]
    after = peak_mb()
    return {"before": before, "after": after, "most": max(most, after), "draws": len(kept) - 1}


def first(path: str) -> dict[str, Any]:
    """Seconds to import, and of the first and the second call, at lambda 20 and in the limit."""
    begin = time.perf_counter()
    from detente.game.efg import read_efg
    from detente.solve import solve

    out: dict[str, Any] = {"import": time.perf_counter() - begin}
    tree = read_efg(Path(path))
    for name, precision in (("lambda 20", 20.0), ("limit", "limit")):
        times = []
        for _ in range(2):
            begin = time.perf_counter()
            solve(tree, precision=precision)  # type: ignore[arg-type]
            times.append(time.perf_counter() - begin)
        out[name] = {"first": times[0], "second": times[1]}
    return out


def write_table(path: str, rows: str) -> dict[str, Any]:
    """A table of draws of the crisis game, in pieces as well."""
    import numpy as np
    import polars as pl

    from detente.scenario import open_game
    from detente.solve.rows import write_pieces

    tree = open_game("crisis-signalling")
    rng, n = np.random.default_rng(1), int(rows)
    names = list(tree.parameters)

    def pieces() -> Any:
        for start in range(0, n, 100_000):
            m = min(100_000, n - start)
            yield pl.DataFrame(
                {
                    "id": np.arange(start, start + m),
                    **{k: tree.base[k] * rng.uniform(0.9, 1.1, m) for k in names},
                }
            )

    write_pieces(pieces(), Path(path))
    return {"bytes": Path(path).stat().st_size}


def stream(source: str, target: str, precision: str) -> dict[str, Any]:
    """A table of draws to a table of answers: rows, seconds, the most memory."""
    from detente.scenario import open_game
    from detente.solve import solve_table

    tree = open_game("crisis-signalling")
    begin = time.perf_counter()
    lam: Any = "limit" if precision == "limit" else float(precision)
    told = solve_table(tree, Path(source), Path(target), precision=lam)
    return {
        "draws": told["draws"],
        "certified": told["certified"],
        "seconds": time.perf_counter() - begin,
        "mb": peak_mb(),
    }


JOBS = {f.__name__: f for f in (sweep, sweep_peer, first, write_table, stream)}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
