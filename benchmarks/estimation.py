"""Published fits against R's `games` 1.1.2 and `sigInt` 0.2.0: processor seconds, and whether the answers are the same.

    python benchmarks/estimation.py [--quick] [--json]

The peers' seconds were recorded on one core of another machine (R 4.2.2, maxLik 1.5.2) beside their results, in
`reference/estimation/*.json` of the folder that DETENTE_SHARED names; where that folder or Rscript with the package is absent the rows
say so. So ratios hold up to the difference between two machines. Ours: processor time of the whole call, formulas and all, median of
several runs in this process, one thread; the time of the first call, imports and caches included, stands beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

from machine import machine
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "estimate"))
from published_fits import CASES, CRISIS_ENDS, CRISIS_FORMULAS, ROOT, table

from detente.estimate import fit
from detente.estimate.signalling import fit_signalling
from detente.models import find

SHARED = Path(os.environ.get("DETENTE_SHARED", Path(__file__).parents[2] / "shared"))
RUNS = 7
#: Times faster than the recorded seconds that we mean to be.
TARGETS = {"sanctions_npl": 30, "sanctions_pl": 5, "leblang2003_probit_agent": 5}


def works() -> Iterator[tuple[str, str, Callable[[Any, Any], Any]]]:
    """(name, file of data, fit of the recorded fit's settings and the table)."""
    for name, slug, file, formulas, outcome, outcomes in CASES:
        yield name, file, lambda told, data, s=slug, f=formulas, o=outcome, e=outcomes: fit(
            find(s).game, data, f, outcome=o, outcomes=e or {v: v for v in ("LL", "LR", "RL", "RR")},
            link=told["link"], errors=told["errors"], precision=ROOT,
        )  # fmt: skip
    for method in ("pl", "npl", "cmle"):
        yield (
            f"sanctions_{method}",
            "sanctionsData.csv",
            lambda told, data, m=method: fit_signalling(
                data, CRISIS_FORMULAS, outcome=CRISIS_ENDS, method=m, beliefs=("PRhat", "PFhat")
            ),
        )


def measured(name: str, file: str, make: Callable[[Any, Any], Any], runs: int) -> dict[str, Any]:
    told = json.loads((SHARED / "reference" / "estimation" / f"{name}.json").read_text("utf-8"))
    data = table(SHARED, file)
    begun = process_time()
    found = make(told, data)
    first, seconds = process_time() - begun, []
    for _ in range(runs):
        begun = process_time()
        make(told, data)
        seconds.append(process_time() - begun)
    peer = told.get("peer") or {}
    theirs = peer.get("cpu_seconds_default", peer.get("cpu_seconds"))
    ours = statistics.median(seconds)
    named = {f"{p}: {t}": v for p, terms in told["coefficients"].items() for t, v in terms.items()}
    same = abs(found.log_likelihood - told["loglik"]) < 1e-6
    same &= all(abs(found.params[n] - v) < 1e-5 for n, v in named.items())
    return {
        "work": name, "peer": peer.get("package"), "peer_version": peer.get("version"), "ours": ours, "theirs": theirs,
        "unit": "processor seconds", "ratio": theirs / ours if theirs else None, "first_call": first,
        "target": TARGETS.get(name), "equal": "data, formulas, coefficients to 1e-5, log-likelihood to 1e-6",
        "verified": bool(same), "why_not": None if theirs else "no peer runs this fit",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 runs")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not (SHARED / "reference" / "estimation").is_dir():
        sys.exit("the published fits are not at hand: name their folder in DETENTE_SHARED")
    warnings.simplefilter("ignore")  # rows with missing values
    with threadpool_limits(1):
        rows = [measured(*work, 3 if given.quick else RUNS) for work in works()]
    notes = [
        "Peers' seconds were recorded on another machine: ratios hold up to the difference between two machines."
    ]
    if given.json:
        print(
            json.dumps({"machine": machine(), "quick": given.quick, "notes": notes, "rows": rows}, indent=1)
        )
        return
    for row in rows:
        theirs = "-" if row["theirs"] is None else f"{row['theirs']:.3f}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.1f}x"
        print(f"{row['work']:28} ours {row['ours']:.3f} s (first {row['first_call']:.2f}), peer {theirs} s, {ratio:>7} "
              f"{'same answer' if row['verified'] else 'ANOTHER ANSWER'}")  # fmt: skip
    print(notes[0])


if __name__ == "__main__":
    main()
