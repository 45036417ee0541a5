"""`detente train`: a corpus that the user holds to a reader that finds more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import console, print_json, progress


def command(
    corpus: Annotated[
        Path,
        typer.Argument(
            metavar="CORPUS", help="Annotated documents, one JSON object a line; .jsonl or .jsonl.gz."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="The folder to write the reader to.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a reader from an annotated corpus; use it with `detente read --reader MODEL`.

    Example: detente train corpus.jsonl.gz --out my-reader
    """
    from detente.news.train import read_corpus, train

    documents, digest = read_corpus(corpus)
    with progress(json) as tell:
        reader = train(documents, digest, lambda done, of, what: tell(what, done / max(1, of)))
    folder = reader.save(out)
    if json:
        print_json("train", {"reader": str(folder), "threshold": reader.threshold, **reader.about})
        return
    learnt, tested = reader.about["corpus"], reader.about["cross_validation"]
    screen = console()
    screen.print(
        f"learnt from {learnt['attributions']} attributions in {learnt['documents']} documents, "
        f"{learnt['attributions_within_reach']} of them within reach",
        markup=False,
    )
    screen.print(
        f"cross-validation over {tested['folds']} parts, Jaccard >= 0.5: about F1 {tested['f1']:.3f}, "
        f"precision {tested['precision']:.3f}, recall {tested['recall']:.3f}",
        markup=False,
    )
    screen.print(f"written: {folder}; next: detente read FILE --reader {folder}", markup=False)
