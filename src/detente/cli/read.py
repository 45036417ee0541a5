"""`detente read`: documents to a ledger of attributed statements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from detente.cli.ledger import add_to_ledger
from detente.cli.output import console, print_json

DOCUMENTS = 12  # about whose origin the screen tells


def command(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="txt, html, md, pdf, docx, eml, rss, atom, csv, tsv, jsonl, a folder of them, or - for standard input.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write ledger.csv and ledger.jsonl there.")
    ] = None,
    reader: Annotated[
        Path | None, typer.Option("--reader", metavar="MODEL", help="A reader made by `detente train`.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="PROJECT|FILE.sqlite", help="Add to this ledger of many documents."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, max=64, help="Processes that parse; 2 for more than a million characters."
        ),
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option("--text-column", metavar="NAME", help="The column of a table with the texts."),
    ] = None,
    keep_copies: Annotated[
        bool,
        typer.Option("--keep-copies", help="Count the copies of one dispatch as statements of their own."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find who said what, word for word, with the place in the text.

    Example: detente read report.txt --out ledger

    Many: detente read ARTICLES --into PROJECT, then detente ledger PROJECT
    """
    if into is not None:
        add_to_ledger(files, into, out, reader, workers or 1, text_column, keep_copies, json)
        return
    from detente.news import ledger_record, read, write_ledger

    chooser = None
    if reader is not None:
        from detente.news.train import load_reader

        chooser = load_reader(reader)
    ledger = read(files, chooser, text_column=text_column, keep_copies=keep_copies, workers=workers)
    written = write_ledger(ledger, out) if out is not None else None
    if json:
        print_json("read", ledger_record(ledger))
        return
    table = Table(
        title=f"{len(ledger.statements)} statements in {len(ledger.documents)} document(s)",
        title_justify="left",
    )
    for column in ("who", "cue", "what", "how"):
        table.add_column(column, overflow="fold")
    table.add_column("act", no_wrap=True)
    for statement in ledger.statements:
        who = ledger.actor(statement.speaker).name if statement.speaker else "not said"
        how = {True: "direct", False: "indirect", "mixed": "mixed"}[statement.direct]
        how = how if statement.polarity == "asserted" else f"{how}, {statement.polarity}"
        how = f"{how}, {1 + len(statement.also)} places" if statement.also else how
        cue, content = (ledger.words(statement.document, part) for part in (statement.cue, statement.content))
        act = statement.act.name if statement.act else "-"
        table.add_row(*(_plain(text) for text in (who, cue, content, how, act)))
    screen = console()
    screen.print(table)
    for document in ledger.documents[:DOCUMENTS]:
        told = (document.publisher, document.date, document.author, document.dateline)
        if any(told):
            screen.print(f"{document.id}: {'; '.join(dict.fromkeys(x for x in told if x))}", markup=False)
    if len(ledger.documents) > DOCUMENTS:
        screen.print(
            f"and {len(ledger.documents) - DOCUMENTS} more documents: see --json or --out", markup=False
        )
    for copies in ledger.copies:
        screen.print(f"copies of one dispatch: {', '.join(copies.documents)}", markup=False)
    for path, reason in ledger.skipped:
        screen.print(f"skipped {path}: {reason}", markup=False)
    if written is not None:
        screen.print(f"written: {', '.join(str(p) for p in written)}", markup=False)
    else:
        screen.print("next: detente brief with the same files, or --out DIR to keep the ledger", markup=False)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("[", r"\[")
