"""Long tests: time, memory and files as draws grow; a finished run taken up again; processes of our own against dask's.

    python benchmarks/scale.py [--quick] [--long] [--json]

The model is the catalogue's crisis-signalling in the limit, with one claim. Each measurement is a process of its own, and
its memory the most that process had, workers not counted. ``--quick``: at most 100,000 draws; ``--long``: 10,000,000 too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from child import peak_mb
from machine import machine, version
from ruamel.yaml import YAML

import detente.models
from detente.explore.study import study_of
from detente.explore.sweep.run import sweep
from detente.explore.testing import test
from detente.scenario import read_scenario

MODEL = "crisis-signalling"
CLAIM = {"text": "War is not remote.", "holds": "P(war) >= 0.1"}


def scenario(folder: Path) -> Any:
    """The catalogue's model as a scenario with one claim."""
    yaml = YAML()
    text = (Path(detente.models.__file__).with_name("library") / f"{MODEL}.yaml").read_text(encoding="utf-8")
    given = {k: v for k, v in yaml.load(text).items() if k not in ("model", "source", "text")}
    for entry in given["parameters"].values():
        if "derived" not in entry:
            entry.setdefault("because", "the card's admissible range")
    path = folder / "scenario.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({"scenario": MODEL, **given, "claims": {"war": CLAIM}}, file)
    return read_scenario(path)


def tested(folder: Path, draws: int, workers: int, kept: bool, resume: bool) -> dict[str, Any]:
    """`test` in this process."""
    read = scenario(folder)
    test(read, draws=64)  # compiles and loads
    before = peak_mb()
    began = time.perf_counter()
    found = test(read, draws=draws, workers=workers, out=folder if kept else None, resume=resume)
    seconds = time.perf_counter() - began
    files = list((folder / "chunks").glob("*.parquet")) if kept else []
    return {
        "seconds": seconds, "peak_mb": peak_mb(), "before_mb": before, "share": found.claims[0].tally.share,
        "files": len(files), "files_mb": sum(f.stat().st_size for f in files) / 1e6,
    }  # fmt: skip


def swept(folder: Path, draws: int, how: str) -> dict[str, Any]:
    """The draws alone, on two processes: ours or dask's. ``start``: until the first chunk; ``rest``: the others."""
    study = study_of(scenario(folder))
    began = time.perf_counter()
    chunks = sweep(
        study, draws, ["equilibrium"], **({"workers": 2} if how == "pool" else {"cluster": "local:2"})
    )
    first = len(next(chunks))
    start = time.perf_counter() - began
    rest = sum(len(chunk) for chunk in chunks)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "start": start, "rate": rest / (seconds - start), "draws": first + rest}


def fresh(*job: object) -> dict[str, Any]:
    """A job in a process of its own."""
    ran = subprocess.run(
        [sys.executable, __file__, "--job", json.dumps(job)], capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def row(work: str, ours: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"work": work, "ours": round(ours, 3), "unit": unit, **more}


def grown(sizes: list[int]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for draws in sizes:
        with tempfile.TemporaryDirectory() as folder:
            fast = fresh("test", folder, draws, 1, False, False)
            named = f"test, {draws:,} draws"
            out.append(row(f"{named}: time", fast["seconds"], "s", share=fast["share"]))
            out.append(row(f"{named}: memory", fast["peak_mb"], "MB", before=round(fast["before_mb"], 1)))
            kept = fresh("test", folder, draws, 1, True, False)
            again = fresh("test", folder, draws, 1, True, True)
            assert kept["share"] == fast["share"] == again["share"]
            out.append(row(f"{named}, kept in files: time", kept["seconds"], "s", files=kept["files"]))
            out.append(row(f"{named}, kept in files: size", kept["files_mb"], "MB"))
            out.append(row(f"{named}, finished before and resumed: time", again["seconds"], "s"))
            out.append(row(f"{named}, finished before and resumed: memory", again["peak_mb"], "MB"))
    return out


def spread(draws: int) -> list[dict[str, Any]]:
    if version("distributed") is None:
        return [row("two dask processes", float("nan"), "draws/s", why_not='pip install "detente[cluster]"')]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = fresh("sweep", folder, draws, "pool"), fresh("sweep", folder, draws, "dask")
    named = f"sweep, {draws:,} draws, two processes"
    return [
        row(f"{named} of ours", ours["rate"], "draws/s", start=round(ours["start"], 2)),
        row(f"{named} of dask's", theirs["rate"], "draws/s", start=round(theirs["start"], 2)),
        row(f"{named}: ours per dask's, once started", ours["rate"] / theirs["rate"], "ratio"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="at most 100,000 draws")
    parser.add_argument("--long", action="store_true", help="10,000,000 draws too")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        what, folder, *rest = json.loads(asked.job)
        print(json.dumps((tested if what == "test" else swept)(Path(folder), *rest)))
        return
    sizes = [10_000, 100_000] if asked.quick else [100_000, 1_000_000] + [10_000_000] * asked.long
    about = machine()
    rows = grown(sizes) + spread(100_000 if asked.quick else 1_000_000)
    if asked.json:
        print(json.dumps({"machine": about, "rows": rows}, indent=1))
        return
    for one in rows:
        more = ", ".join(f"{k} {v}" for k, v in one.items() if k not in ("work", "ours", "unit"))
        print(f"{one['work']:<70} {one['ours']:>12,.3f} {one['unit']}  {more}")


if __name__ == "__main__":
    main()
