"""Command line: parse, call one public function, print. One command a file; heavy rooms are imported inside commands."""

from detente.cli.app import main

__all__ = ["main"]
