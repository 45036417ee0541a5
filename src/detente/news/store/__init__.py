"""A ledger of many documents in one SQLite file: added to by any number of runs, asked at any time.

| file | what is in it |
|---|---|
| `schema`, `opening` | the tables, their versions, and opening a file safely |
| `add`, `working` | a run that adds files, resumable; texts parsed in several processes |
| `parsed`, `rows` | parses and statements as they are stored; quotes checked when they come back |
| `actors` | who is who in all documents, one document in memory at a time |
| `back`, `export` | the ledger out of the file: as records, CSV, JSON lines |
| `ask`, `contradictions` | statements of one speaker over time; reports that cannot both be right |
"""

from __future__ import annotations

from detente.news.store.actors import is_resolved, resolve
from detente.news.store.add import Added, add
from detente.news.store.ask import Said, find_speaker, said
from detente.news.store.back import ledger, pages
from detente.news.store.contradictions import Contradiction, contradictions
from detente.news.store.export import export
from detente.news.store.opening import Store, StoreError, open_store

__all__ = [
    "Added",
    "Contradiction",
    "Said",
    "Store",
    "StoreError",
    "add",
    "contradictions",
    "export",
    "find_speaker",
    "is_resolved",
    "ledger",
    "open_store",
    "pages",
    "resolve",
    "said",
]
