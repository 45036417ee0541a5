"""The sensitivity of a solved game, end to end: ranges to indices, ours against pygambit in a loop with SALib behind it.

    python benchmarks/whole.py [--quick] [--json]

Both sides get the same number of draws from the same ranges. The peer solves each draw's game with `nash.logit_solve` to a regret
of 1e-8 (games written and read before its clock starts; what it finds is turned into the event's probability outside its clock too)
and hands the answers to SALib. We draw, unfold, solve, certify and fit: `sweep` and `Polynomials`, as `detente test` does. Processor
time, one thread. Errors are against the indices of the closed form of the model's card, by a design of 2^16 (d + 2) points.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.update(NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np
from machine import machine, version
from ruamel.yaml import YAML
from scipy.stats import sobol_indices, uniform
from sweeps import Peer

import detente.models
from detente.explore.protocol import BASELINE, Study
from detente.explore.sampling.designs import columns
from detente.explore.sensitivity.sobol import from_draws
from detente.explore.study import study_of
from detente.explore.sweep.run import sweep
from detente.scenario import Evaluator, read_scenario
from detente.solve import outcome

MODEL, EVENT, REGRET = "crisis-signalling", "war", 1e-8


def war(x: dict[str, np.ndarray]) -> np.ndarray:
    """The card's probability of war."""
    return np.where(x["p"] < 1 / (1 + x["d"]), x["p"] / (1 + x["a"]), 0.0)


def scenario(folder: Path) -> Any:
    """The catalogue's model as a scenario file without claims."""
    yaml = YAML()
    text = Path(detente.models.__file__).with_name("library") / f"{MODEL}.yaml"
    given = yaml.load(text.read_text(encoding="utf-8"))
    kept = {key: value for key, value in given.items() if key not in ("model", "source", "text")}
    for entry in kept["parameters"].values():
        if "derived" not in entry:
            entry.setdefault("because", "the card's admissible range")
    path = folder / "scenario.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({"scenario": MODEL, **kept, "events_of_interest": list(given["events"])}, file)
    return read_scenario(path)


def exact(study: Study) -> np.ndarray:
    """First-order then total indices of the closed form [2 parameters]."""

    def model(u: np.ndarray) -> np.ndarray:
        points = np.column_stack([r.parameter.quantile(u[k]) for k, r in enumerate(study.varying)])
        return war(columns(study, points))

    n = 2**16
    found = sobol_indices(
        func=model, n=n, dists=[uniform()] * len(study.varying), rng=np.random.default_rng(0)
    )
    return np.concatenate([found.first_order, found.total_order])


def ours(study: Study, n: int, seed: int) -> np.ndarray:
    chunks = list(sweep(study, n, [BASELINE], seed=seed))
    x = np.concatenate([np.column_stack([c.draws[r.name] for r in study.varying]) for c in chunks])
    y = np.concatenate([np.where(c.status[BASELINE] == 0, c.event[BASELINE][EVENT], np.nan) for c in chunks])
    found = from_draws(x, np.arange(n), y)
    assert found is not None
    return np.concatenate([found.first, found.total])


def theirs(study: Study, tree: Any, seed: int, n: int, folder: Path) -> tuple[float, int, np.ndarray] | str:
    """Processor seconds, games without an answer, indices; or why there is no answer."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = {"num_vars": len(study.varying), "names": [r.name for r in study.varying]}
    problem["bounds"] = [[0.0, 1.0]] * len(study.varying)
    begin = time.process_time()
    unit = sample.sample(problem, n, calc_second_order=False, seed=seed)
    spent = time.process_time() - begin
    points = np.column_stack([r.parameter.quantile(unit[:, k]) for k, r in enumerate(study.varying)])
    draws = columns(study, points)
    numbers = tree.numbers_at({name: draws[name] for name in tree.parameters if name in draws})
    found = Peer(tree, numbers, folder, limit_seconds=3600).ask(range(len(points)), None, REGRET)
    if found.why_not:
        return found.why_not
    known = ~np.isnan(found.strategy).any(axis=1)
    y = np.zeros(len(points))
    y[known] = outcome(tree, numbers[known], found.strategy[known])[0][:, list(tree.events).index(EVENT)]
    y[~known] = y[known].mean()  # SALib takes no gaps
    begin = time.process_time()
    got = analyze.analyze(problem, y, calc_second_order=False, seed=seed)
    spent += time.process_time() - begin + sum(found.seconds)
    return spent, int((~known).sum()), np.concatenate([got["S1"], got["ST"]])


def rows(n: int, runs: int) -> list[dict[str, Any]]:
    """``n`` rows of the peer's design, of n (d + 2) draws, for both."""
    peers = [p for p in ("pygambit", "SALib") if version(p) is None]
    out: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        study = study_of(read := scenario(Path(name)))
        tree = Evaluator(read).tree()
        total = n * (len(study.varying) + 2)
        truth = exact(study)
        ours(study, total, 0)  # compiles what is not compiled yet
        spent: dict[str, list[float]] = {"ours": [], "theirs": [], "e": [], "e_peer": []}
        missing, why = 0, f"not installed: {', '.join(peers)}" if peers else None
        for seed in range(runs):
            begin = time.process_time()
            found = ours(study, total, seed)
            spent["ours"].append(time.process_time() - begin)
            spent["e"].append(float(np.abs(found - truth).mean()))
            if why is None:
                answer = theirs(study, tree, seed, n, Path(name))
                if isinstance(answer, str):
                    why = answer
                else:
                    spent["theirs"].append(answer[0])
                    missing += answer[1]
                    spent["e_peer"].append(float(np.abs(answer[2] - truth).mean()))
    middle = {key: statistics.median(v) if v else None for key, v in spent.items()}
    equal = f"{total} draws of {len(study.varying)} parameters of {MODEL}, P({EVENT}), the limit of logit equilibrium; one thread"
    for work, a, b, unit in (
        ("ranges to indices", "ours", "theirs", "s of processor time"),
        ("error of first and total indices", "e", "e_peer", "mean absolute error"),
    ):
        one, other = middle[a], middle[b]
        out.append({
            "work": work, "peer": "pygambit + SALib", "peer_version": f"{version('pygambit')} + {version('SALib')}",
            "ours": one, "theirs": other, "unit": unit, "ratio": other / one if one and other else None,
            "equal": equal + (f"; {missing} games without an answer from the peer" if missing else ""),
            "verified": other is not None, **({"why_not": why} if why else {}),
        })  # fmt: skip
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    sizes = [(32, 1)] if asked.quick else [(128, 3), (512, 2)]
    found = [row for n, runs in sizes for row in rows(n, runs)]
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": found}))
        return
    for r in found:
        other = r.get("why_not", "no answer") if r["theirs"] is None else f"{r['theirs']:.4g}"
        ratio = "" if r["ratio"] is None else f", ratio {r['ratio']:.1f}"
        print(f"{r['work']}: ours {r['ours']:.4g}, {r['peer']} {other} {r['unit']}{ratio} ({r['equal']})")


if __name__ == "__main__":
    main()
