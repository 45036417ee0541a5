"""Text to ledger: who said what, word for word, with its place. This room reports; it never judges.

| room | what is in it |
|---|---|
| `documents/` | files of many kinds to documents, with the way back to what is shown |
| `parse/` | parsed paragraphs, and small questions to a parse |
| `lists/` | word lists and names, and what reads them |
| `attribution/` | source, cue and content of each attribution |
| `several`, `processes` | documents parsed in several processes |
| `train/` | a reader made from a corpus that the user holds |
| `speakers/` | whose words: sources and mentions resolved to actors |
| `acts/` | what kind of act a statement is: assessment, demand, threat ... |
| `matching/` | statements to claims, actors to roles of a scenario |
| `store/` | a ledger of many documents in one SQLite file |
| `ledger` | all of it in order, and the ledger as records and tables |
"""

from __future__ import annotations

from detente.news.documents.files import read_documents
from detente.news.ledger import ledger_record, read, read_ledger, verify, write_ledger

__all__ = ["ledger_record", "read", "read_documents", "read_ledger", "verify", "write_ledger"]
