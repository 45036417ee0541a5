"""One dispatch in five papers is one statement with five places in a ledger file too, in whatever order it was made."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from articles import article
from contents import contents

from detente.cli import main
from detente.news import read
from detente.news.documents.copies import groups
from detente.news.documents.files import gather
from detente.news.store import (
    Store,
    add,
    contradictions,
    dispatches,
    export,
    find_speaker,
    ledger,
    open_store,
    said,
)

DISPATCH = """PORT AVELINE, March 3, 2025 (Lantern) - President Odo Lindgren said on Monday that the strait would stay \
open to all ships.
“We will not close the strait,” Lindgren told reporters after a meeting of the cabinet that went on until the evening.

Foreign Minister Ada Sorensen denied that talks with Orvania had begun. A senior official said the fleet would return \
to port by the end of the week.

The two countries have quarrelled over fishing rights in the narrow waters for more than ten years, and boats from \
both coasts were turned back several times during the winter. Fishing families on the northern shore welcomed the \
news, although many of them have sold their boats since the first patrols appeared."""

DENIED = "President Odo Lindgren denied that the strait would stay open to all ships."


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Five papers with one dispatch, two of them with the same text; one that changed a quote; one of its own."""
    folder = tmp_path / "papers"
    (folder / "evening").mkdir(parents=True)
    for name, text in {
        "a-herald.txt": DISPATCH,
        "b-courier.txt": "Strait to stay open\n\n" + DISPATCH,
        "c-post.txt": DISPATCH.replace("“", '"').replace("”", '"') + "\n\nSign up for our newsletter.",
        "d-times.txt": DISPATCH.replace("\n", "\r\n"),
        "evening/e-star.txt": DISPATCH.replace(" - President", " — President"),
        "f-update.txt": DISPATCH.replace("by the end of the week", "within ten days").replace(
            "March 3", "March 5"
        ),
        "g-own.txt": article(3, 3),
    }.items():
        (folder / name).write_bytes(text.encode())
    return folder


def places(store: Store) -> Counter[tuple[object, ...]]:
    """Speaker, words, and the files of every statement."""
    found, _ = said(store)
    return Counter(
        (s.speaker.id if s.speaker else None, s.words().strip('“”",'), tuple(sorted(p.path for p in s.seats)))
        for s in found
    )


def test_places_are_those_of_reading_at_once(papers: Path, tmp_path: Path) -> None:
    at_once = read([papers])
    file = {d.id: str(Path(d.path).relative_to(tmp_path)) for d in at_once.documents}
    wanted = Counter(
        (
            s.speaker if s.speaker is None or at_once.actor(s.speaker).kind != "unnamed" else "unnamed",
            at_once.words(s.document, s.content).strip('“”",'),
            tuple(sorted(file[id] for id in (s.document, *(p.document for p in s.also)))),
        )
        for s in at_once.statements
    )
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, papers)
        kinds = {r["id"]: r["kind"] for r in store.rows("SELECT id, kind FROM actor")}
        held = Counter(
            {
                ("unnamed" if kinds.get(str(who)) == "unnamed" else who, words, files): n
                for (who, words, files), n in places(store).items()
            }
        )
    assert held == wanted
    assert max(len(files) for _, _, files in held) == 6
    assert min(n for n in held.values()) == 1


def test_order_runs_and_processes_make_no_difference(papers: Path, tmp_path: Path) -> None:
    files = sorted(p for p in papers.rglob("*") if p.is_file())
    orders = [[files], [[f] for f in reversed(files)], [random.Random(3).sample(files, 3), files]]
    for number, runs in enumerate(orders):
        with open_store(tmp_path / f"{number}.sqlite") as store:
            for run in runs:
                add(store, run)
    first = contents(tmp_path / "0.sqlite")
    assert len(first["copies"]) == 5  # six papers, two of them of the same text
    assert first["again"]
    assert contents(tmp_path / "1.sqlite") == first
    assert contents(tmp_path / "2.sqlite") == first


def test_groups_are_those_of_all_texts_in_memory(tmp_path: Path) -> None:
    """Texts cut from a common stock of sentences in random ways: near copies, halves, quotes shared."""
    draw = random.Random(11)
    stock = [line for n in range(40) for line in article(n, 6).splitlines() if line]
    bases = [draw.sample(stock, draw.randint(2, 8)) for _ in range(15)]
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(60):
        lines = list(draw.choice(bases))
        for _ in range(draw.choice((0, 1, 4, 9))):
            change = draw.random()
            if change < 0.4 and len(lines) > 1:
                lines.pop(draw.randrange(len(lines)))
            else:
                lines.insert(draw.randint(0, len(lines)), draw.choice(stock))
        (folder / f"{n:03d}.txt").write_text("\n".join(lines), "utf-8")
    documents, _ = gather([folder])
    once = list({d.text: d for d in documents}.values())
    wanted = [tuple(Path(d.path).name for d in once if d.id in c.documents) for c in groups(once)]
    with open_store(tmp_path / "l.sqlite") as store:
        _without_statements(store, once)
        from detente.news.store import copies

        order = [d.id for d in once]
        copies.begin(store.connection)
        for place, document in enumerate(once):
            copies.take(store.connection, place, document.text)
        store.connection.execute("CREATE TEMP TABLE made AS SELECT * FROM statement WHERE 0")
        copies.find(store.connection, order, {})
        rows = store.rows("SELECT * FROM temp.copied ORDER BY rowid")
    found: dict[str, list[str]] = {}
    names = {d.id: Path(d.path).name for d in once}
    for row in rows:
        found.setdefault(row["dispatch"], []).append(names[row["document"]])
    assert len(wanted) > 5
    assert [tuple(group) for group in found.values()] == wanted
    assert [(c.same, c.shared) for c in groups(once)] == list(
        {row["dispatch"]: (bool(row["same"]), row["shared"]) for row in rows}.values()
    )


def _without_statements(store: Store, documents: Any) -> None:
    with store.writing() as connection:
        connection.executemany(
            "INSERT INTO document VALUES (?, ?, ?)", [(d.id, d.id, d.text) for d in documents]
        )


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    with pytest.raises(SystemExit) as left:
        main([*(str(a) for a in arguments), "--json"])
    out = capsys.readouterr().out
    assert not left.value.code, out
    return json.loads(out)


def test_every_question_shows_places(
    papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "l.sqlite", tmp_path / "out"
    (papers / "h-late.txt").write_text(DENIED, "utf-8")
    done = answer(capsys, "read", papers, "--into", file, "--out", out)
    whole = answer(capsys, "ledger", file)
    assert whole["statements"] == done["statements"]
    assert [len(c["documents"]) for c in whole["copies"]] == [5]

    lindgren = answer(capsys, "ledger", file, "--speaker", "Lindgren")["statements"]
    stay = next(
        s for s in lindgren if s["words"].startswith("that the strait would") and s["polarity"] == "asserted"
    )
    assert [p["path"] for p in stay["places"]] == [
        "papers/a-herald.txt", "papers/b-courier.txt", "papers/c-post.txt", "papers/d-times.txt",
        "papers/evening/e-star.txt", "papers/f-update.txt",
    ]  # fmt: skip
    assert stay["first_date"] == "2025-03-03"
    with (out / "ledger.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == done["statements"]
    row = next(r for r in rows if r["Statement"] == stay["id"])
    assert (row["Places"], row["Also in files"].count(";")) == ("6", 4)
    lines = [json.loads(line) for line in (out / "ledger.jsonl").read_text("utf-8").splitlines()]
    line = next(r for r in lines if r["id"] == stay["id"])
    assert len(line["places"]) == 6
    assert len(line["also"]) == 4

    (pair,) = answer(capsys, "ledger", file, "--contradictions")["contradictions"]
    assert {len(pair["one"]["places"]), len(pair["other"]["places"])} == {6, 1}

    kept = answer(capsys, "ledger", file, "--keep-copies")
    assert kept["statements"] > whole["statements"]
    each = answer(capsys, "ledger", file, "--speaker", "Lindgren", "--keep-copies")["statements"]
    assert len(each) > len(lindgren)
    everything = tmp_path / "everything"
    answer(capsys, "read", papers, "--into", file, "--out", everything, "--keep-copies")
    assert len((everything / "ledger.jsonl").read_text("utf-8").splitlines()) == kept["statements"]
    with pytest.raises(SystemExit):
        main(["read", str(papers), "--into", str(file), "--keep-copies"])
    assert "detente ledger" in capsys.readouterr().err


def test_people_see_places(papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "l.sqlite"
    (papers / "h-late.txt").write_text(DENIED, "utf-8")
    with open_store(file) as store:
        add(store, papers)
        views = store.rows("SELECT * FROM statements WHERE places = 6")
        assert views
        for row in views:
            beside = store.rows("SELECT file FROM places WHERE statement = ?", (row["statement"],))
            assert len(beside) == 6
        sums = store.rows("SELECT count(*) AS n, sum(places) AS places FROM statements")[0]
        assert store.rows("SELECT count(*) AS n FROM places")[0]["n"] == sums["places"]
        assert sum(r["statements"] for r in store.rows("SELECT * FROM speakers")) <= sums["n"]
    with pytest.raises(SystemExit):
        main(["ledger", str(file), "--contradictions"])
    assert (
        "papers/a-herald.txt:1; 6 places: also papers/b-courier.txt:3, papers/c-post.txt:1, papers/d-times.txt:1, "
        "papers/evening/e-star.txt:1 and 1 more, 2025-03-03"
    ) in " ".join(capsys.readouterr().out.split())


def test_a_copy_that_differs_still_contradicts(papers: Path, tmp_path: Path) -> None:
    other = DISPATCH.replace("denied that talks", "said that talks")
    (papers / "i-other.txt").write_text(other, "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, papers)
        (pair,) = contradictions(store)
        assert {s.statement.polarity for s in (pair.one, pair.other)} == {"asserted", "denied"}
        assert sorted(len(s.seats) for s in (pair.one, pair.other)) == [1, 6]
        found, _ = said(store, find_speaker(store, "Sorensen"))
        assert sorted(len(s.seats) for s in found) == [1, 6]


def test_a_quote_of_a_copy_is_checked_too(papers: Path, tmp_path: Path) -> None:
    from detente.errors import QuoteMismatch

    with open_store(tmp_path / "l.sqlite") as store:
        add(store, papers)
        (one,) = (c.documents[-1] for c in dispatches(store))
        with store.writing() as connection:
            connection.execute(
                "UPDATE statement SET content = '[[0,4]]' WHERE document = ? AND number = 1", (one,)
            )
        with pytest.raises(QuoteMismatch):
            ledger(store)
        with pytest.raises(QuoteMismatch):
            export(store, tmp_path / "out")
        assert not list((tmp_path / "out").iterdir())


def test_an_added_copy_joins_and_merging_starts_at_the_first_path(papers: Path, tmp_path: Path) -> None:
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, papers / "g-own.txt")
        add(store, papers / "b-courier.txt")
        before = ledger(store)
        add(store, papers / "a-herald.txt")
        after = ledger(store)
    assert not before.copies
    assert len(after.statements) == len(before.statements)
    paths = {d.id: d.path for d in after.documents}
    assert {paths[s.document] for s in after.statements if s.also} == {"papers/a-herald.txt"}
    shutil.rmtree(papers)
