"""Reading measured: attribution F1 on the PolNeAR dev part with its own scorer, and documents read a second.

    python benchmarks/reading.py [--quick] [--json] [--part dev|train]

The corpus (Newell, Margolin and Ruths, LREC 2018) has no licence to pass on, so it is not part of this package: put the
folder that holds `dev.jsonl.gz` and `score_attributions.py` at `../shared/polnear`, or name its parent in DETENTE_SHARED.
The peers' figures are those recorded for the same file and the same scorer.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

from machine import machine

#: Recorded for dev with the same scorer: (exact, Jaccard >= 0.5, any overlap).
PEERS = {
    "dependency rules, lexicon learnt from the corpus": (0.419, 0.534, 0.668),
    "two sequence models trained on the corpus": (0.506, 0.642, 0.747),
}
LEVELS = ("exact", "jaccard", "overlap")


def corpus() -> Path | None:
    folder = Path(os.environ.get("DETENTE_SHARED", Path(__file__).parents[2] / "shared")) / "polnear"
    return folder if (folder / "score_attributions.py").is_file() else None


def scorer(folder: Path):
    spec = importlib.util.spec_from_file_location("score_attributions", folder / "score_attributions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(folder: Path, part: str, limit: int | None) -> tuple[dict, float, float, int]:
    """Figures of the scorer, seconds of reading after start-up by the clock and of the processor, number of documents."""
    from detente.news import read_ledger
    from detente.scenario.statement import Document

    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as stream:
        documents = [json.loads(line) for line in stream][:limit]
    read_ledger([Document("start", "start", "", "utf-8", documents[0]["text"])])  # start-up is not counted
    score = scorer(folder)
    gold, predicted, seconds, busy = {}, {}, 0.0, 0.0
    for document in documents:
        begin, work = time.perf_counter(), time.process_time()
        ledger = read_ledger([Document("d", "d", "", "utf-8", document["text"])])
        seconds += time.perf_counter() - begin
        busy += time.process_time() - work
        gold[document["id"]] = ("gold", document)
        predicted[document["id"]] = (
            "read",
            {
                "text": document["text"],
                "attributions": [
                    {"source": s.source, "cue": s.cue, "content": s.content, "direct": s.direct}
                    for s in ledger.statements
                ],
            },
        )
    return score.score(gold, predicted)[0], seconds, busy, len(documents)


def main() -> int:
    parser = argparse.ArgumentParser(description="Attribution F1 and documents a second.")
    parser.add_argument("--quick", action="store_true", help="20 documents")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=("dev", "train"), default="dev")
    options = parser.parse_args()
    folder = corpus()
    if folder is None:
        print("skipped: the corpus is not here (see the head of this file)", file=sys.stderr)
        print(json.dumps({"machine": machine(), "rows": []}) if options.json else "no rows")
        return 0
    figures, seconds, busy, count = measure(folder, options.part, 20 if options.quick else None)
    ours = [figures["attribution"][level]["f1"] for level in LEVELS]
    equal = f"{count} documents of {options.part}, scorer of the corpus"
    rows = []
    for peer, theirs in PEERS.items():
        for level, mine, other in zip(LEVELS, ours, theirs, strict=True):
            comparable = options.part == "dev" and not options.quick
            rows.append(
                {
                    "work": f"attribution F1, {level}", "peer": peer, "peer_version": "recorded",
                    "ours": mine, "theirs": other if comparable else None, "unit": "F1",
                    "ratio": round(mine / other, 3) if comparable else None, "equal": equal, "verified": comparable,
                }
            )  # fmt: skip
    for work, spent in (
        ("documents a second after start-up", seconds),
        ("documents a second of processor time", busy),
    ):
        rows.append(
            {
                "work": work, "peer": None, "peer_version": None, "ours": round(count / spent, 1), "theirs": None,
                "unit": "1/s", "ratio": None, "equal": equal, "verified": True,
            }
        )  # fmt: skip
    if options.json:
        print(json.dumps({"machine": machine(), "rows": rows, "figures": figures}, indent=1))
        return 0
    for row in rows:
        print(
            f"{row['work']:36} {row['ours']:8} {row['unit']:4} {row['peer'] or '':50} {row['theirs'] or ''}"
        )
    for form, recall in figures["recall_by_form"].items():
        print(f"recall at Jaccard, {form}: {recall['jaccard']} of {recall['gold']}")
    print(f"recall at Jaccard, without source: {figures['recall_without_source']['jaccard']}")
    print(
        f"cue F1: {figures['cue_detection']['exact']['f1']} exact, {figures['cue_detection']['overlap']['f1']} overlap"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
