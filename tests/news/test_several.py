"""Documents parsed in several processes give the ledger of one; a process that is ended is one clear error."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.errors import DocumentError
from detente.news import ledger_record, read, several
from detente.news.processes import in_order
from detente.scenario.statement import Document

REPORTS = Path(__file__).parent / "reports"
TEXTS = (
    "President Odo Lindgren of Norvania denied that the strait was closed. “We keep the door open,” Lindgren said.",
    "Anna Berg, Talmark’s foreign minister, wasn't sure.\n\nBerg warned that nobody would wait for\tthe harvest.",
    "The minister told reporters that Lindgren had asked whether the talks would go on, as Berg demanded.",
    "A spokesman for the Norvanian presidency declined to comment.",
)


def documents(texts: tuple[str, ...] = TEXTS) -> list[Document]:
    return [Document(f"d{n}", f"d{n}.txt", "", "utf-8", text) for n, text in enumerate(texts)]


WORK = """
import os

def length(document):
    if document.id == "end":
        os._exit(3)
    return len(document.text)
"""


@pytest.fixture
def length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Document], int]:
    """A function that a process begun afresh can import; it ends the process at the document "end"."""
    (tmp_path / "work_of_a_test.py").write_text(WORK, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("work_of_a_test").length


def test_two_processes_give_the_ledger_of_one(tmp_path: Path) -> None:
    for document in documents():
        (tmp_path / document.path).write_text(document.text, "utf-8")
    paths = [*sorted(REPORTS.glob("*.txt")), tmp_path]
    one, two = (ledger_record(read(paths, workers=n)) for n in (1, 2))
    assert one == two
    statements = one["statements"]
    assert isinstance(statements, list)
    assert len(statements) >= 6


def test_answers_in_order_of_the_jobs_and_a_process_that_is_ended(length: Callable[[Document], int]) -> None:
    jobs = [(n, Document("d", "d", "", "utf-8", "x" * n)) for n in range(12)]
    answers = [(n, n) for n in range(12)]
    assert [(n, found) for n, _, found in in_order(length, jobs, 1)] == answers
    assert [(n, found) for n, _, found in in_order(length, jobs, 2)] == answers
    came: list[int] = []
    ending = [*jobs, (12, Document("end", "", "", "utf-8", "")), *jobs * 5]
    with pytest.raises(DocumentError, match="ended from outside"):
        came.extend(found for _, _, found in in_order(length, ending, 2))
    assert came == list(range(len(came)))
    assert len(came) < 13


def test_two_processes_only_where_there_is_much_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    much = documents(("a" * (several.MUCH // 2),) * 3)
    assert several.processes(documents(), None) == 1
    assert several.processes(much, None) == 2
    assert several.processes(much[:2], None) == 1
    assert [several.processes(much, n) for n in (1, 2, 40)] == [1, 2, 3]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert several.processes(much, None) == 1
