"""A ledger of many documents in one SQLite file: added to by any number of runs, asked at any time.

| file | what is in it |
|---|---|
| `schema`, `opening` | the tables, their versions, and opening a file safely |
| `add`, `working` | a run that adds files, resumable; texts parsed in several processes |
| `parsed`, `rows` | parses and statements as they are stored; quotes checked when they come back |
| `actors`, `copies` | who is who in all documents, and copies of one dispatch, one document in memory at a time |
| `reader` | which reader the ledger is read by |
| `settle` | files that changed, moved or went |
| `back`, `seats`, `export` | the ledger out of the file: as records, with the files that hold a statement, as CSV and JSON lines |
| `ask`, `contradictions` | statements of one speaker over time; reports that cannot both be right |
"""

from __future__ import annotations

from detente.news.store.actors import is_resolved, resolve
from detente.news.store.add import Added, add
from detente.news.store.ask import Said, find_speaker, said, speakers
from detente.news.store.back import dispatches, ledger, pages
from detente.news.store.contradictions import Contradiction, contradictions
from detente.news.store.export import export
from detente.news.store.opening import Store, StoreError, open_store
from detente.news.store.seats import Seat, seats

__all__ = [
    "Added",
    "Contradiction",
    "Said",
    "Seat",
    "Store",
    "StoreError",
    "add",
    "contradictions",
    "dispatches",
    "export",
    "find_speaker",
    "is_resolved",
    "ledger",
    "open_store",
    "pages",
    "resolve",
    "said",
    "seats",
    "speakers",
]
