"""A reader made from a corpus: what it learns, that it is the same each time, and that nothing else is loaded as one.

The corpus is written for these tests: persons that do not exist, and one verb of saying that no list of the reader knows.
"""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli.app import app
from detente.errors import DataError
from detente.news import read, read_ledger
from detente.news.train import TrainedReader, load_reader, read_corpus, train
from detente.scenario.statement import Document

NAMES = (
    "Odo Lindgren",
    "Ilse Maartens",
    "Rhea Solberg",
    "Tomas Hjelm",
    "Greta Vossmann",
    "Peter Lund",
    "Maria Okafor",
)
CLAIMS = (
    "the strait would stay open", "the truce had failed", "the bridge must be rebuilt", "the embargo was lawful",
    "no troops had crossed the river", "the vote would be held in May", "the pipeline needed repair",
)  # fmt: skip
#: [source|cue|content]; "harrumph" is in no list of the reader, and "found the harbour" is no statement.
TEMPLATES = (
    "[{0}|harrumphed|that {1}]. The ferry left at nine. {2} found the harbour closed.",
    "[{0}|said|{1}]. Later [{2}|harrumphed|that {3}].",
    "[<“{1},”|{0}|harrumphed] on Monday. The ferry left at nine. [<“{3},”|{2}|said].",
    "Rain fell on the quay. [{0}|harrumphed|that {1}]. {2} found the harbour closed and wanted coffee.",
)


def marked(text: str) -> dict[str, object]:
    """Text with [source|cue|content] to text and spans."""
    out, attributions, at = "", [], 0
    for match in re.finditer(r"\[([^|\]]*)\|([^|\]]*)\|([^|\]]*)\]", text):
        out += text[at : match.start()]
        spans = {}
        inverted = match[1].startswith("<")
        roles = ("content", "source", "cue") if inverted else ("source", "cue", "content")
        for role, words in zip(roles, (match[1].lstrip("<"), match[2], match[3]), strict=True):
            out += " " if spans else ""
            spans[role] = [[len(out), len(out) + len(words)]]
            out += words
        attributions.append(spans)
        at = match.end()
    return {"text": out + text[at:], "attributions": attributions}


def documents(count: int = 14) -> list[dict[str, object]]:
    made = []
    for n in range(count):
        pick = lambda words, k, n=n: words[(n + k) % len(words)]  # noqa: E731
        lines = [
            t.format(pick(NAMES, k), pick(CLAIMS, k), pick(NAMES, k + 3), pick(CLAIMS, k + 2))
            for k, t in enumerate(TEMPLATES)
        ]
        made.append({"id": f"d{n}", **marked("\n".join(lines))})
    return made


def write(path: Path, lines: list[dict[str, object]] | None = None) -> Path:
    path.write_text("".join(json.dumps(d) + "\n" for d in lines or documents()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("corpus") / "corpus.jsonl")


@pytest.fixture(scope="module")
def reader(corpus: Path) -> TrainedReader:
    return train(*read_corpus(corpus))


UNSEEN = "Anna Brandt harrumphed that the lighthouse was for sale. Anna Brandt found the harbour closed."


def statements(text: str, chooser: TrainedReader | None = None) -> list[tuple[str, str, str]]:
    ledger = read_ledger([Document("d", "d", "", "utf-8", text)], (), chooser)
    return [
        tuple(ledger.words("d", part) for part in (s.source, s.cue, s.content)) for s in ledger.statements
    ]


def test_a_verb_that_no_list_knows_is_learnt_with_its_source_and_content(reader: TrainedReader) -> None:
    assert [cue for _, cue, _ in statements(UNSEEN)] == ["found"]
    assert statements(UNSEEN, reader) == [
        ("Anna Brandt", "harrumphed", "that the lighthouse was for sale"),
    ]


def test_what_the_corpus_does_not_count_as_a_statement_is_left_out(reader: TrainedReader) -> None:
    text = "Anna Brandt found the harbour closed."
    assert [cue for _, cue, _ in statements(text)] == ["found"]
    assert statements(text, reader) == []


def test_a_quotation_goes_to_the_verb_that_was_learnt(reader: TrainedReader) -> None:
    text = "“The lighthouse is for sale,” Anna Brandt harrumphed on Monday. “Nobody in town wants it.”"
    assert statements(text) == []
    assert [(who, cue) for who, cue, _ in statements(text, reader)] == [("Anna Brandt", "harrumphed")]
    for words in ("“The lighthouse is for sale,”", "“Nobody in town wants it.”"):
        assert words in statements(text, reader)[0][2]


def test_the_corpus_is_counted_and_named(reader: TrainedReader, corpus: Path) -> None:
    learnt = reader.about["corpus"]
    assert learnt["documents"] == 14
    assert learnt["attributions"] == learnt["attributions_within_reach"] == 14 * 6
    assert len(learnt["sha256"]) == 64
    assert reader.about["cross_validation"]["f1"] > 0.9


def test_same_corpus_same_bytes_and_loading_gives_the_same_reader(
    reader: TrainedReader, corpus: Path, tmp_path: Path
) -> None:
    again = train(*read_corpus(corpus))
    one, two = reader.save(tmp_path / "one"), again.save(tmp_path / "two")
    for name in ("reader.json", "weights.npz"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    loaded = load_reader(one)
    assert loaded.threshold == reader.threshold
    assert loaded.about == reader.about
    assert all(np.array_equal(loaded.weights[m], reader.weights[m]) for m in reader.weights)
    assert statements(UNSEEN, loaded) == statements(UNSEEN, reader)


def test_spans_follow_the_text_through_entities(tmp_path: Path) -> None:
    shown = [
        {
            **d,
            "text": "&amp; " + str(d["text"]),
            "attributions": [
                {role: [[a + 6, b + 6] for a, b in spans] for role, spans in item.items()}
                for item in d["attributions"]
            ],
        }
        for d in documents()
    ]
    made = train(*read_corpus(write(tmp_path / "c.jsonl", shown)))
    assert made.about["corpus"]["attributions_within_reach"] == 14 * 6
    assert [cue for _, cue, _ in statements(UNSEEN, made)] == ["harrumphed"]


def test_packed_and_plain_corpora_are_the_same(corpus: Path, tmp_path: Path) -> None:
    packed = tmp_path / "c.jsonl.gz"
    packed.write_bytes(gzip.compress(corpus.read_bytes()))
    assert read_corpus(packed)[0] == read_corpus(corpus)[0]


GOOD = {
    "id": "a",
    "text": "Bo said no.",
    "attributions": [{"source": [[0, 2]], "cue": [[3, 7]], "content": [[8, 10]]}],
}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("not json", None),
        ("[1]", None),
        (json.dumps({**GOOD, "id": 7}), "id"),
        (json.dumps({**GOOD, "text": None}), "text"),
        (json.dumps({**GOOD, "attributions": {}}), "attributions"),
        (json.dumps({**GOOD, "attributions": [3]}), "attributions[0]"),
        (json.dumps({**GOOD, "attributions": [{"cue": [[3, 99]]}]}), "attributions[0].cue"),
        (json.dumps({**GOOD, "attributions": [{"cue": [[3, True]]}]}), "attributions[0].cue"),
        (json.dumps({**GOOD, "attributions": [{"cue": "said"}]}), "attributions[0].cue"),
        (json.dumps({**GOOD, "id": "first"}), "id"),
        ("[" * 100_000, None),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, field: str | None) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({**GOOD, "id": "first"}) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_corpus(path)
    assert (caught.value.where.line, caught.value.where.field) == (2, field)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"\x1f\x8bno gzip at all", gzip.compress(b"x" * 99)[:-9]]
)
def test_a_file_that_is_no_corpus_is_one_error(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(raw)
    with pytest.raises(DataError):
        read_corpus(path)


def test_a_corpus_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too small"):
        train(*read_corpus(write(tmp_path / "c.jsonl", documents(3))))


def _changed(folder: Path, **fields: object) -> None:
    path = folder / "reader.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **fields}), encoding="utf-8")


def test_what_was_not_saved_by_training_is_not_loaded(reader: TrainedReader, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="detente train"):
        load_reader(tmp_path / "nowhere")
    for fields in (
        {"format": 99},
        {"bits": 4},
        {"threshold": "low"},
        {"threshold": None},
        {"weights_sha256": "0" * 64},
    ):
        folder = reader.save(tmp_path / "reader")
        _changed(folder, **fields)
        with pytest.raises(DataError):
            load_reader(folder)
    folder = reader.save(tmp_path / "reader")
    with open(folder / "weights.npz", "ab") as stream:
        stream.write(b"more")
    with pytest.raises(DataError, match="not those"):
        load_reader(folder)


@pytest.mark.parametrize("array", [np.array([{"a": 1}], dtype=object), np.zeros(4, dtype=np.float32)])
def test_pickled_or_short_weights_are_refused_even_with_their_digest(
    reader: TrainedReader, tmp_path: Path, array: np.ndarray
) -> None:
    import hashlib

    folder = reader.save(tmp_path / "reader")
    np.savez(folder / "weights.npz", word=array, source=array, content=array)
    assert zipfile.is_zipfile(folder / "weights.npz")
    _changed(folder, weights_sha256=hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest())
    with pytest.raises(DataError, match="another size"):
        load_reader(folder)


def test_the_commands_make_a_reader_and_read_with_it(corpus: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(UNSEEN, encoding="utf-8")
    run = CliRunner()
    made = run.invoke(app, ["train", str(corpus), "--out", str(tmp_path / "mine"), "--json"])
    assert made.exit_code == 0, made.output
    printed = json.loads(made.stdout)
    assert printed["command"] == "train"
    assert printed["corpus"]["documents"] == 14
    plain = run.invoke(app, ["read", str(report), "--json"])
    learnt = run.invoke(app, ["read", str(report), "--reader", str(tmp_path / "mine"), "--json"])
    starts = [[s["cue"][0][0] for s in json.loads(out.stdout)["statements"]] for out in (plain, learnt)]
    assert starts == [[UNSEEN.index("found")], [UNSEEN.index("harrumphed")]]
    assert len(read([report], load_reader(tmp_path / "mine")).statements) == 1
