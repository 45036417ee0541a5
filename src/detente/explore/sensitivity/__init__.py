"""Which assumption matters, and which is worth finding out."""
