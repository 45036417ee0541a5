"""The solver against pygambit in one run: speed on sweeps, memory, time to compile, where the time goes.

    python benchmarks/solver.py FOLDER_WITH_EFG [--quick] [--json] [--draws N] [--stream N] [--only GAME]

A sweep is one game at many draws of its payoffs; both sides solve the same draws, pygambit a sample of them. Making games is
not counted on either side; certificates are counted on ours. One thread: processor time on both sides. Two threads: our wall
time against their processor time, so the machine must be quiet. pygambit 17.0.0b2 is not a dependency; without it its rows
say so. ``--json`` prints one object, for `benchmarks/render.py` to put into the docs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from child import run
from machine import machine
from roofline import peak, shares
from sweeps import Peer, Sweep, numbers_of, sweep

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import solve

CELLS = 3_000_000  # nodes times draws of a sweep, at most
ASKED: tuple[tuple[str, float | None, float | None], ...] = (
    ("lambda 20", 20.0, None),
    ("lambda 100", 100.0, None),
    ("limit, theirs to 1e-8", None, 1e-8),
    ("limit, theirs to 1e-10", None, 1e-10),
)


def speed(path: Path, draws: int, sample: int, runs: int) -> list[dict[str, Any]]:
    """Rows of one game."""
    tree = read_efg(path)
    draws = max(50, min(draws, CELLS // tree.n_nodes))
    numbers = numbers_of(tree, draws)
    out: list[dict[str, Any]] = []
    right = known(path, tree)
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(tree, numbers[:sample], Path(folder), limit_seconds=120.0)
        for name, precision, regret in ASKED:
            told = sweep(tree, numbers, peer, precision, regret, sample, runs)
            out += [row(path.stem, name, threads, draws, told, right) for threads in (1, 2)]
            note(
                f"{path.stem}, {name}: {out[-2]['ratio']} and {out[-1]['ratio']} times, agree {told.agree} of {told.compared}"
            )
    return out


def row(game: str, name: str, threads: int, draws: int, told: Sweep, right: bool | None) -> dict[str, Any]:
    """One row of the table, with what was held equal and how the answers compare."""
    found = told.found
    limit = name.startswith("limit")
    residual = None if limit else float(np.nanmax(found.residual))
    gain = float(np.nanmax(found.max_gain)) if limit else None
    tight = bool(found.certified.all()) and (gain is not None or (residual is not None and residual <= 1e-10))
    ours, theirs = 1.0 / told.ours[threads], None if told.theirs is None else 1.0 / told.theirs
    return {
        "work": f"{game}, {draws} draws, {name}, {threads} thread{'s' if threads > 1 else ''}",
        "game": game, "precision": name, "threads": threads, "draws": draws,
        "peer": "pygambit", "peer_version": told.peer_version,
        "ours": round(ours, 1), "theirs": None if theirs is None else round(theirs, 2), "unit": "draws per second",
        "ratio": None if theirs is None else round(ours / theirs, 1),
        "equal": "the same draws; games made before the clock; " + (
            "limit: ours to gains of 1e-10 of the range at every set, theirs to a regret of "
            f"{name.rsplit(' ', 1)[-1]} a player" if limit else "residual in log-odds at most 1e-10"),
        "verified": bool(tight and right is not False and (told.compared == 0 or told.agree == told.compared)),
        "certified": float(found.certified.mean()), "residual": residual, "gain": gain,
        "peer_residual": told.peer_residual, "sample": told.sample, "compared": told.compared, "agree": told.agree,
        "largest_difference": told.largest, "peer_failed": told.peer_failed, "reference": right,
        "why_not": told.why_not,
    }  # fmt: skip


def known(path: Path, tree: Tree) -> bool | None:
    """Whether the base game has the answers kept beside the folder (found with 90 digits by another road); None: there are none."""
    file = path.parents[1] / "reference" / "solver" / f"{path.stem}.json"
    if not file.exists():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    answers = [(r["lambda"], r["independent"]) for r in kept["aqre"]] + [
        ("limit", kept["limit"]["independent"])
    ]
    place = {f"{tree.players[h.player]}: {h.name}": int(tree.slot_start[k]) for k, h in enumerate(tree.sets)}
    for precision, answer in answers:
        found = solve(tree, precision=precision)
        for name, mixed in answer["strategy"].items():
            ours = found.strategy[0, place[name] : place[name] + len(mixed)]
            if not np.abs(ours - np.array(list(mixed.values()))).max() < 1e-9:
                return False
    return True


def memory(path: Path, draws: int) -> list[dict[str, Any]]:
    """Rows: what a sweep adds to a process that is ready to solve, and the most it ever has."""
    tree, out = read_efg(path), []
    for name in ("20", "limit"):
        ours = run("sweep", path, draws, name)
        with tempfile.TemporaryDirectory() as folder:
            peer = Peer(tree, numbers_of(tree, draws), Path(folder), 0.0)
            theirs = (
                run("sweep_peer", folder, draws, name)
                if peer.there
                else {"failed": "pygambit is not installed"}
            )
        for what, unit, pick in (
            ("added by a sweep", "KB a draw", lambda m: 1024 * (m["after"] - m["before"]) / m["draws"]),
            ("most in all", "MB", lambda m: m["most"]),
        ):
            mine = None if "failed" in ours else round(pick(ours), 3)
            other = None if "failed" in theirs else round(pick(theirs), 3)
            out.append(plain(
                f"memory {what}: {path.stem}, {draws} draws, {'limit' if name == 'limit' else 'lambda ' + name}",
                mine, other, unit, "both keep all answers; peak of a fresh process",
                "failed" not in ours, ours.get("failed") or theirs.get("failed"),
            ))  # fmt: skip
    return out


def compiling(path: Path) -> list[dict[str, Any]]:
    """Rows: the first call in a fresh process, kernels not compiled yet and loaded from disk."""
    out: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as cache:
        for name in ("cold", "from the cache"):
            told = run("first", path, environment={"NUMBA_CACHE_DIR": cache})
            for call in ("lambda 20", "limit"):
                seconds = None if "failed" in told else round(told[call]["first"] - told[call]["second"], 3)
                out.append(plain(f"compile, {name}: first call, {call}", seconds, None, "s",
                                 "a fresh process; the limit is called after lambda 20", seconds is not None,
                                 told.get("failed") or "pygambit does not compile"))  # fmt: skip
    return out


def streaming(rows: int, forms: tuple[str, ...], precision: str) -> list[dict[str, Any]]:
    """Rows: tables of draws of the crisis game from disk to disk. Memory must not grow with their length."""
    out: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            for n in sorted({max(rows // 10, 1000), rows}):
                source = Path(folder) / f"draws-{n}.{form}"
                run("write_table", source, n)
                told = run("stream", source, Path(folder) / f"answers.{form}", precision)
                good = "failed" not in told and told["draws"] == n
                lam = "limit" if precision == "limit" else f"lambda {precision}"
                label = f"table streamed: crisis-signalling, {n:,} draws, {form}, {lam}"
                share = f"certified {told.get('certified')} of {n}"
                out.append(
                    plain(
                        f"{label}: memory",
                        told.get("mb"),
                        None,
                        "MB",
                        share,
                        good,
                        told.get("failed") or "pygambit has no tables",
                    )
                )
                out.append(
                    plain(
                        f"{label}: time",
                        told.get("seconds"),
                        None,
                        "s",
                        share,
                        good,
                        told.get("failed") or "pygambit has no tables",
                    )
                )
                note(f"{label}: {told}")
    return out


def plain(
    work: str,
    ours: float | None,
    theirs: float | None,
    unit: str,
    equal: str,
    verified: bool,
    why: str | None,
) -> dict[str, Any]:
    """A row in which less is better."""
    from machine import version

    ratio = None if ours is None or theirs is None or ours <= 0 else round(theirs / ours, 2)
    return {
        "work": work, "peer": "pygambit", "peer_version": version("pygambit"),
        "ours": None if ours is None else round(ours, 3), "theirs": theirs, "unit": unit, "ratio": ratio, "equal": equal,
        "verified": verified, "why_not": None if theirs is not None else why,
    }  # fmt: skip


def where_time_goes(paths: list[Path], draws: int, runs: int) -> dict[str, Any]:
    """The roofline: operations of an evaluation, evaluations of a draw, and the share of each part."""
    games: dict[str, Any] = {}
    for path in paths:
        tree = read_efg(path)
        n = max(50, min(draws, CELLS // tree.n_nodes))
        games[path.stem] = [shares(tree, n, precision, runs) for precision in (20.0, 100.0, None)]
    return {"peak_gflops": peak(), "games": games}


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def shown(result: dict[str, Any]) -> str:
    """For a person."""
    lines = [", ".join(f"{k} {v}" for k, v in result["machine"].items())]
    for r in result["rows"]:
        ratio = "-" if r["ratio"] is None else f"{r['ratio']:.1f}x"
        ours, theirs = (("-" if v is None else f"{v:,.6g}") for v in (r["ours"], r["theirs"]))
        lines.append(
            f"{r['work']:62s} {ours:>12s} {theirs:>10s} {r['unit']:16s} {ratio:>8s} {'' if r['verified'] else 'NOT VERIFIED'}"
        )
    for name, parts in result["roofline"]["games"].items():
        for p in parts:
            part = ", ".join(f"{k} {v:.1f}" for k, v in p["microseconds"].items())
            lines.append(f"{name} {p['precision']}: us a draw: {part}; {p['evaluations']:.1f} evaluations")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--quick", action="store_true", help="fewer draws and runs; no table above 10,000 rows"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--draws", type=int, default=None, help="draws of a sweep; default 1000, with --quick 200"
    )
    parser.add_argument(
        "--stream", type=int, default=None, help="rows of the streamed table; default 1000000, 0: none"
    )
    parser.add_argument("--only", help="one game, by the name of its file")
    options = parser.parse_args()
    paths = [p for p in sorted(options.folder.glob("*.efg")) if options.only in (None, p.stem)]
    if not paths:
        parser.error(f"no {options.only or '*'}.efg in {options.folder}")
    draws = options.draws or (200 if options.quick else 1000)
    runs, sample = (3, 9) if options.quick else (5, 60)
    rows = options.stream if options.stream is not None else (10_000 if options.quick else 1_000_000)
    result: dict[str, Any] = {"machine": machine(), "quick": options.quick, "rows": []}
    for path in paths:
        result["rows"] += speed(path, draws, sample, runs)
    main_game = next((p for p in paths if p.stem == "crisis"), paths[0])
    result["rows"] += memory(main_game, draws)
    result["rows"] += compiling(main_game)
    if rows:
        result["rows"] += streaming(rows, ("csv", "parquet"), "20")
    result["roofline"] = where_time_goes(paths, draws, runs)
    print(json.dumps(result, indent=1) if options.json else shown(result))


if __name__ == "__main__":
    main()
