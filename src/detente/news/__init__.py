"""Text to ledger: who said what, word for word, with its place. This room reports; it never judges."""
