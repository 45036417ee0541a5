"""Reading measured: attribution F1 on the PolNeAR dev part with its own scorer, and documents read a second.

    python benchmarks/reading.py [--quick] [--json] [--part dev|train] [--errors] [--reader MODEL]

`--errors` adds what went wrong with the attributions that are not met; `--reader` measures a reader made by `detente train`.

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
#: Verbs of saying, for the table of errors: what a cue must hold to count as one.
_SAYING = (
    "say tell add write argue claim state note explain insist announce declare report suggest warn acknowledge admit deny ask "
    "call describe respond reply predict promise urge accuse criticize praise tweet mention stress emphasize contend assert "
    "maintain reveal confirm concede vow pledge testify recall joke complain remark observe comment talk speak"
)
SAYING = frozenset(_SAYING.split())
IRREGULAR = {
    "said": "say",
    "told": "tell",
    "wrote": "write",
    "written": "write",
    "spoke": "speak",
    "spoken": "speak",
}


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


def says(cue: str) -> bool:
    """Whether the words of a cue hold a form of a verb of saying."""
    for word in cue.lower().split():
        stems = {word, IRREGULAR.get(word, ""), word[:-3] + "y" if word.endswith(("ied", "ies")) else ""}
        for ending in ("s", "es", "d", "ed", "ing"):
            if word.endswith(ending):
                stem = word[: -len(ending)]
                stems |= {stem, stem + "e"} | ({stem[:-1]} if stem[-1:] == stem[-2:-1] else set())
        if stems & SAYING:
            return True
    return False


def errors(score, gold: dict, predicted: dict) -> dict[str, int]:
    """What went wrong with each annotated attribution that is not met at the Jaccard level, one or more reasons each."""
    count = dict.fromkeys(
        (
            "saying with a source", "saying with a source, met", "anything else", "anything else, met", "not met",
            "cue missed: a verb of saying with a source", "cue missed: attitude, decree, noun, preposition, mark",
            "cue missed: no source in the text", "content too short", "content too long", "source another's", "source cut or run on",
            "source invented", "source missing", "predictions", "predictions without counterpart",
        ), 0,
    )  # fmt: skip
    for name, (_, document) in gold.items():
        found = predicted[name][1]["attributions"]
        tokens = score.Tokens(document["text"])
        pairs = {d["gold"]: d for d in score.score_document(document, found, name, name)[1]}
        count["predictions"] += len(found)
        count["predictions without counterpart"] += len(found) - len(pairs)
        for number, wanted in enumerate(document["attributions"]):
            cue = " ".join(document["text"][a:b] for a, b in wanted.get("cue") or ())
            kind = "saying with a source" if wanted.get("source") and says(cue) else "anything else"
            count[kind] += 1
            pair = pairs.get(number)
            if pair is not None and "jaccard" in pair["levels"]:
                count[f"{kind}, met"] += 1
                continue
            count["not met"] += 1
            if pair is None:
                count[
                    "cue missed: no source in the text" if not wanted.get("source")
                    else "cue missed: a verb of saying with a source" if kind != "anything else"
                    else "cue missed: attitude, decree, noun, preposition, mark"
                ] += 1  # fmt: skip
                continue
            got = found[pair["predicted"]]
            sets = {role: [tokens.touched(x.get(role), name) for x in (wanted, got)] for role in score.ROLES}
            a, b = sets["content"]
            if score.jaccard(a, b) < 0.5:
                count["content too short" if len(a - b) > len(b - a) else "content too long"] += 1
            a, b = sets["source"]
            if score.jaccard(a, b) < 0.5:
                wrong = (
                    "invented" if not a else "missing" if not b else "cut or run on" if a & b else "another's"
                )
                count[f"source {wrong}"] += 1
    return count


def measure(
    folder: Path, part: str, limit: int | None, model: Path | None = None
) -> tuple[dict, float, float, int, dict[str, int]]:
    """Figures of the scorer, seconds of reading after start-up by the clock and of the processor, documents, errors."""
    from detente.news import read_ledger
    from detente.news.train import load_reader
    from detente.scenario.statement import Document

    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as stream:
        documents = [json.loads(line) for line in stream][:limit]
    reader = load_reader(model) if model is not None else None
    read_ledger(
        [Document("start", "start", "", "utf-8", documents[0]["text"])], (), reader
    )  # start-up is not counted
    score = scorer(folder)
    gold, predicted, seconds, busy = {}, {}, 0.0, 0.0
    for document in documents:
        begin, work = time.perf_counter(), time.process_time()
        ledger = read_ledger([Document("d", "d", "", "utf-8", document["text"])], (), reader)
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
    return score.score(gold, predicted)[0], seconds, busy, len(documents), errors(score, gold, predicted)


def together(folder: Path, part: str, limit: int | None, workers: int, model: Path | None = None) -> float:
    """Documents a second by the clock, all read at once by ``workers`` processes.

    The start of the processes is taken out: it is the time of reading all, less that of the first ten, for the others.
    """
    from detente.news import read_ledger
    from detente.news.train import load_reader
    from detente.scenario.statement import Document

    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream][:limit]
    documents = [Document(f"d{n}", f"d{n}", "", "utf-8", text) for n, text in enumerate(texts)]
    reader = load_reader(model) if model is not None else None
    read_ledger(documents[:1], (), reader)
    spent = []
    for some in (documents[:10], documents):
        begin = time.perf_counter()
        read_ledger(some, (), reader, workers=workers)
        spent.append(time.perf_counter() - begin)
    return (len(documents) - 10) / (spent[1] - spent[0])


def main() -> int:
    parser = argparse.ArgumentParser(description="Attribution F1 and documents a second.")
    parser.add_argument("--quick", action="store_true", help="20 documents")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=("dev", "train"), default="dev")
    parser.add_argument("--errors", action="store_true", help="what went wrong, counted")
    parser.add_argument("--reader", type=Path, help="a folder made by detente train")
    options = parser.parse_args()
    folder = corpus()
    if folder is None:
        print("skipped: the corpus is not here (see the head of this file)", file=sys.stderr)
        print(json.dumps({"machine": machine(), "rows": []}) if options.json else "no rows")
        return 0
    figures, seconds, busy, count, wrong = measure(
        folder, options.part, 20 if options.quick else None, options.reader
    )
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
    quick = 20 if options.quick else None
    speeds = {
        "documents a second after start-up": count / seconds,
        "documents a second of processor time": count / busy,
        "the same at once, 1 process": together(folder, options.part, quick, 1, options.reader),
        "the same at once, 2 processes": together(folder, options.part, quick, 2, options.reader),
    }
    for work, speed in speeds.items():
        rows.append(
            {
                "work": work, "peer": None, "peer_version": None, "ours": round(speed, 1), "theirs": None,
                "unit": "1/s", "ratio": None, "equal": equal, "verified": True,
            }
        )  # fmt: skip
    if options.json:
        print(json.dumps({"machine": machine(), "rows": rows, "figures": figures, "errors": wrong}, indent=1))
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
    scores = figures["attribution"]["jaccard"]
    print(f"at Jaccard: precision {scores['precision']}, recall {scores['recall']}")
    for kind in ("saying with a source", "anything else"):
        print(
            f"recall at Jaccard, {kind}: {wrong[f'{kind}, met'] / max(1, wrong[kind]):.3f} of {wrong[kind]}"
        )
    if options.errors:
        for what, times in wrong.items():
            print(f"{times:6}  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
