"""Which assumptions matter, measured against SALib: errors against exact indices at equal numbers of model evaluations, and time.

    python benchmarks/sensitivity.py [--quick] [--json]

The peer is not a dependency: `pip install SALib`. Without it its rows say so. Ours are indices from the plain draws of a run,
which are there anyway; the peer solves a design made for nothing else, of as many points. Two more rows compare our Shapley
effects of dependent parameters with nearest neighbours on the same draws (three neighbours; Broto, Bachoc & Depecker 2020),
written here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine, version
from scipy.spatial import cKDTree
from scipy.stats import rankdata, sobol_indices, uniform

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "explore" / "sensitivity"))
from known import Known, corner, g_function, ishigami, linear_normal, points, shapley_of, slant, triangle

from detente.explore.sensitivity.shapley import dependent_indices
from detente.explore.sensitivity.sobol import Polynomials

MODEL, EVENT = "crisis-signalling", "war"


def row(
    work: str, peer: str, ours: float, theirs: float | None, unit: str, equal: str, verified: bool
) -> dict[str, Any]:
    """Less is better; ``ratio`` is above 1 where we are better."""
    return {
        "work": work, "peer": peer, "peer_version": version(peer), "ours": ours, "theirs": theirs, "unit": unit,
        "ratio": theirs / ours if theirs and ours else None, "equal": equal, "verified": verified,
    }  # fmt: skip


def solved_game() -> Known:
    """The probability of war in the catalogue's game, solved at every point; indices of its closed form by a design of 2^17 rows."""
    from ruamel.yaml import YAML

    import detente.models
    from detente.explore.protocol import BASELINE
    from detente.explore.sampling.designs import columns
    from detente.explore.study import study_of
    from detente.scenario import read_scenario

    library = Path(detente.models.__file__).with_name("library")
    yaml = YAML()
    given = yaml.load((library / f"{MODEL}.yaml").read_text(encoding="utf-8"))
    kept = {key: value for key, value in given.items() if key not in ("model", "source", "text")}
    for entry in kept["parameters"].values():
        if "derived" not in entry:
            entry.setdefault("because", "the card's range")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        with path.open("w", encoding="utf-8") as file:
            yaml.dump({"scenario": MODEL, **kept, "events_of_interest": list(given["events"])}, file)
        study = study_of(read_scenario(path))
    varying = study.varying

    def at(u: np.ndarray) -> dict[str, np.ndarray]:
        return columns(study, np.column_stack([r.parameter.quantile(u[:, k]) for k, r in enumerate(varying)]))

    def solved(u: np.ndarray) -> np.ndarray:
        found = study.evaluate(at(u), [BASELINE])
        if (np.asarray(found.status[BASELINE]) != 0).any():
            raise AssertionError("a draw was not certified")
        return np.asarray(found.event[BASELINE][EVENT], dtype=float)

    def card(u: np.ndarray) -> np.ndarray:
        x = at(u)
        return np.where(x["p"] < 1 / (1 + x["d"]), x["p"] / (1 + x["a"]), 0.0)

    some = np.random.default_rng(0).random((200, len(varying)))
    if np.abs(solved(some) - card(some)).max() > 1e-6:
        raise AssertionError("the game and its card differ")
    exact = sobol_indices(
        func=lambda u: card(u.T), n=2**17, dists=[uniform()] * len(varying), rng=np.random.default_rng(1)
    )
    return Known(f"{MODEL}: war", solved, np.asarray(exact.first_order), np.asarray(exact.total_order))


def against_salib(case: Known, n: int, runs: int) -> list[dict[str, Any]]:
    """Errors and times at n (parameters + 2) evaluations, medians over ``runs``."""
    d = len(case.first)
    budget = n * (d + 2)
    told: dict[str, list[float]] = {k: [] for k in ("ours", "theirs", "s", "s_theirs", "held", "held_theirs")}
    peer = version("SALib") is not None
    moving = case.total > 0.02
    for seed in range(runs + 1):  # the first run warms up and is not counted
        x = points(budget, d, seed)
        y = case.function(x)
        start = time.perf_counter()
        found = Polynomials(x, np.arange(budget)).indices(y)
        taken = time.perf_counter() - start
        assert found is not None
        assert found.first_interval is not None
        assert found.total_interval is not None
        if not seed:
            continue
        told["s"].append(taken)
        told["ours"].append(_error(case, found.first, found.total))
        told["held"].append(_held(case, found.first_interval, found.total_interval, moving))
        if peer:
            from SALib.analyze import sobol as analyze
            from SALib.sample import sobol as sample

            problem = {"num_vars": d, "names": [f"x{k}" for k in range(d)], "bounds": [[0, 1]] * d}
            design = sample.sample(problem, n, calc_second_order=False, seed=seed)
            values = case.function(np.clip(design, 1e-12, 1 - 1e-12))
            start = time.perf_counter()
            got = analyze.analyze(problem, values, calc_second_order=False, seed=seed)
            told["s_theirs"].append(time.perf_counter() - start)
            told["theirs"].append(_error(case, got["S1"], got["ST"]))
            ends = [
                np.column_stack([got[i] - got[f"{i}_conf"], got[i] + got[f"{i}_conf"]]) for i in ("S1", "ST")
            ]
            told["held_theirs"].append(_held(case, ends[0], ends[1], moving))
    middle = {k: statistics.median(v) if v else None for k, v in told.items()}
    same = f"{budget} evaluations; ours are plain draws of a run, theirs a design made for it"
    work = f"first and total indices of {case.name}, {budget} evaluations"
    held = [statistics.mean(told[k]) if told[k] else None for k in ("held", "held_theirs")]
    rows = [
        row(f"{work}: error", "SALib", middle["ours"], middle["theirs"], "mean absolute error", same, peer),
        row(f"{work}: time of the analysis, intervals included", "SALib", middle["s"], middle["s_theirs"], "s", same, peer),
    ]  # fmt: skip
    rows.append(
        row(f"{work}: truths missed by 95 % intervals", "SALib", 1 - held[0], None if held[1] is None else 1 - held[1],
            "share", f"{same}; {runs} runs; 0.05 is what is promised, not 0", peer)
    )  # fmt: skip
    rows[-1]["ratio"] = None  # neither more nor less is better
    return rows


def _error(case: Known, first: np.ndarray, total: np.ndarray) -> float:
    return float(np.abs(np.concatenate([first - case.first, total - case.total])).mean())


def _held(case: Known, first: np.ndarray, total: np.ndarray, moving: np.ndarray) -> float:
    pairs = ((case.first, first), (case.total, total))
    return float(np.mean([((e[:, 0] <= t) & (t <= e[:, 1]))[moving] for t, e in pairs]))


def nearest_neighbours(x: np.ndarray, y: np.ndarray, k: int = 3) -> np.ndarray:
    """Shapley effects with E Var(y | x_u) from the variance among the nearest in u."""
    n, m = x.shape
    ranks = np.apply_along_axis(rankdata, 0, x) / n
    c = np.zeros(1 << m)
    c[-1] = y.var()
    for u in range(1, (1 << m) - 1):
        own = ranks[:, [i for i in range(m) if u >> i & 1]]
        _, near = cKDTree(own).query(own, k=k)
        c[u] = c[-1] - np.mean(np.var(y[near], axis=1, ddof=1))
    return shapley_of(c, m)


def shapley(name: str, case: Callable[..., Any], n: int, runs: int) -> dict[str, Any]:
    ours, theirs = [], []
    for seed in range(runs):
        x, y, truth = case(n, seed)
        found = dependent_indices(Polynomials(x, np.arange(n)), y, intervals=False)
        assert found is not None
        assert found.shapley is not None
        ours.append(float(np.abs(found.shapley - truth).mean()))
        theirs.append(float(np.abs(nearest_neighbours(x, y) - truth).mean()))
    return row(
        f"Shapley effects of {name}, {n} draws: error", "nearest neighbours", statistics.median(ours),
        statistics.median(theirs), "mean absolute error", "the same draws", True,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    about = machine()
    runs = 2 if asked.quick else 9
    rows: list[dict[str, Any]] = []
    for case in (ishigami(), g_function(), corner(), slant(), solved_game()):
        for n in (64,) if asked.quick else (32, 64, 256):
            rows += against_salib(case, n, runs)
    for name, made in (
        ("a linear function of correlated normals", linear_normal),
        ("a product under a constraint", triangle),
    ):
        rows.append(shapley(name, made, 256 if asked.quick else 1024, runs))
    if asked.json:
        print(json.dumps({"machine": about, "rows": rows}))
        return
    for r in rows:
        theirs = "not installed" if r["theirs"] is None else f"{r['theirs']:.4g}"
        ratio = "" if r["ratio"] is None else f", ratio {r['ratio']:.2f}"
        print(
            f"{r['work']}: ours {r['ours']:.4g}, {r['peer']} {r['peer_version'] or ''} {theirs} ({r['unit']}){ratio}"
        )


if __name__ == "__main__":
    main()
