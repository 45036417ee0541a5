"""The model solved at every draw: chunks, their files, worker processes."""
