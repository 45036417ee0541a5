"""Which reader a ledger is read by: the rules alone, or one trained reader, for all of its documents.

The first run that adds something decides. The ledger remembers the digest of the reader and where it lay; another reader is
refused, because statements of two readers side by side cannot be compared.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from detente.errors import DataError, Where
from detente.news.attribution.document import Chooser
from detente.news.store.opening import Store, StoreError
from detente.news.store.rows import stored_path
from detente.news.train import load_reader

RULES = "rules"


@dataclass(frozen=True)
class Chosen:
    """The reader of a ledger. ``digest``: `RULES`, or of a trained reader's description, which names its weights' digest."""

    digest: str
    chooser: Chooser | None


def remembered(store: Store) -> str:
    """The digest of the ledger's reader."""
    return store.meta("reader") or RULES


def begin(store: Store, folder: str | Path | None) -> Chosen:
    """The reader for a run that adds; ``folder``: of a trained reader, None for the one that the ledger remembers.

    Raises `StoreError` where the ledger has documents and is read by another one, `DataError` where ``folder`` holds none.
    """
    if folder is None:
        return held(store)
    chosen = _loaded(folder)
    with store.writing() as connection:
        began = connection.execute("SELECT 1 FROM document LIMIT 1").fetchone() is not None
        if began and remembered(store) != chosen.digest:
            raise StoreError(
                "this ledger is read by another reader; keep a second ledger for this one",
                where=Where(str(store.path), None, "--reader"),
                found=chosen.digest[:16],
                allowed="the rules alone, without --reader"
                if remembered(store) == RULES
                else remembered(store)[:16],
            )
        for name, value in (("reader", chosen.digest), ("reader_path", stored_path(str(folder), store.path))):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
    return chosen


def held(store: Store) -> Chosen:
    """The reader that the ledger remembers. Raises `StoreError` where it no longer lies where it lay."""
    digest = remembered(store)
    if digest == RULES:
        return Chosen(RULES, None)
    folder = os.path.normpath(
        os.path.join(os.path.dirname(os.path.abspath(store.path)), store.meta("reader_path") or "")
    )
    try:
        chosen = _loaded(folder)
    except DataError:
        chosen = None
    if chosen is None or chosen.digest != digest:
        raise StoreError(
            "the trained reader of this ledger is not where it was; say where it is now: "
            "detente read FILE... --into LEDGER --reader MODEL",
            where=Where(str(store.path)),
            found=folder,
        )
    return chosen


def _loaded(folder: str | Path) -> Chosen:
    reader = load_reader(folder)
    try:
        described = (Path(folder) / "reader.json").read_bytes()
    except OSError as problem:
        raise DataError(f"no trained reader here: {problem.strerror}", where=Where(str(folder))) from None
    return Chosen(hashlib.sha256(described).hexdigest(), reader)
