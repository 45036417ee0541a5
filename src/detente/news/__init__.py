"""Text to ledger: who said what, word for word, with its place. This room reports; it never judges."""

from __future__ import annotations

from .documents import read_documents
from .ledger import ledger_record, read, read_ledger, verify, write_ledger

__all__ = ["ledger_record", "read", "read_documents", "read_ledger", "verify", "write_ledger"]
