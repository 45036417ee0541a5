"""A ledger is read by one reader, the rules or a trained one, and remembers which."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from contents import contents

from detente.cli import main
from detente.errors import DataError
from detente.news import read_documents, read_ledger
from detente.news.store import StoreError, add, is_resolved, ledger, open_store, resolve
from detente.news.train import TrainedReader, features, load_reader


@pytest.fixture
def readers(tmp_path: Path) -> tuple[Path, Path]:
    """One that takes every word that may attribute for a cue, and one that takes none."""
    weights = {m: np.zeros((1 << features.BITS) + 1, np.float32) for m in ("word", "source", "content")}
    every = TrainedReader(weights, -1.0, {"made": "for a test"}).save(tmp_path / "every")
    none = TrainedReader(weights, 1.0, {"made": "for a test"}).save(tmp_path / "none")
    return every, none


def test_statements_are_those_of_the_reader(
    reports: Path, readers: tuple[Path, Path], tmp_path: Path
) -> None:
    with open_store(tmp_path / "rules.sqlite") as store:
        add(store, reports)
        rules = ledger(store)
    found = []
    for reader in readers:
        with open_store(tmp_path / f"{reader.name}.sqlite") as store:
            add(store, reports, reader=reader)
            assert is_resolved(store)
            found.append(ledger(store))
        at_once = read_ledger(found[-1].documents, chooser=load_reader(reader))
        assert found[-1].statements == at_once.statements
        assert found[-1].actors == at_once.actors
    assert len(found[0].statements) > len(rules.statements) > len(found[1].statements) == 0


def test_two_readers_are_not_mixed(reports: Path, readers: tuple[Path, Path], tmp_path: Path) -> None:
    every, none = readers
    one, *others = sorted(reports.iterdir())
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, one)
        with pytest.raises(StoreError, match="read by another reader"):
            add(store, others, reader=every)
        assert store.rows("SELECT count(*) FROM document")[0][0] == 1
    with open_store(tmp_path / "m.sqlite") as store:
        with pytest.raises(DataError):
            add(store, others, reader=tmp_path / "absent")
        add(store, one, reader=every)
        with pytest.raises(StoreError, match="read by another reader"):
            add(store, others, reader=none)
        add(store, others)  # the reader is remembered
        held = contents(tmp_path / "m.sqlite")
    with open_store(tmp_path / "n.sqlite") as store:
        add(store, reports, reader=every)
    assert contents(tmp_path / "n.sqlite") == held


def test_a_reader_that_moved_is_asked_for(reports: Path, readers: tuple[Path, Path], tmp_path: Path) -> None:
    every, none = readers
    one, *others = sorted(reports.iterdir())
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, one, reader=every)
        every.rename(tmp_path / "kept")
        with pytest.raises(StoreError, match="not where it was"):
            add(store, others)
        assert ledger(store).documents  # what was read can be asked
        shutil.copytree(none, every)  # another reader in its place
        with pytest.raises(StoreError, match="not where it was"):
            add(store, others)
        add(store, others, reader=tmp_path / "kept")
        with store.writing() as connection:
            connection.execute("DELETE FROM meta WHERE name = 'resolved'")
        assert resolve(store)


def test_the_command(
    reports: Path, readers: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every, none = readers
    file = tmp_path / "l.sqlite"

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    code, out, _ = run("read", reports, "--into", file, "--reader", every, "--json")
    assert code == 0
    at_once = read_ledger(read_documents(reports), chooser=load_reader(every))
    assert json.loads(out)["statements"] == len(at_once.statements) > 0
    assert run("read", reports, "--into", file)[0] == 0
    code, out, err = run("read", reports, "--into", file, "--reader", none)
    assert (code, out) == (2, "")
    assert "another reader" in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_processes_read_with_it_too(reports: Path, readers: tuple[Path, Path], tmp_path: Path) -> None:
    for workers in (1, 2):
        with open_store(tmp_path / f"{workers}.sqlite") as store:
            add(store, reports, workers=workers, reader=readers[0])
    assert contents(tmp_path / "1.sqlite") == contents(tmp_path / "2.sqlite")
