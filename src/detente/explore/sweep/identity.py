"""What must be the same on every machine of a run for its numbers to be the same, and how two machines differ.

The version number alone does not tell two checkouts apart, so the text of the package's modules is part of it. What is
*not* compared is the processor: libraries may round the last digit of an exponential differently on different kinds.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import detente

_NUMERIC = ("numpy", "scipy", "numba")


@cache
def identity() -> Mapping[str, str]:
    """Of this process: Python's minor version, detente's version and source, the versions of what computes."""
    found = {"python": ".".join(map(str, sys.version_info[:2])), "detente": _detente()}
    for name in _NUMERIC:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """One phrase for each part that differs: ``numpy 2.1.0 there, 2.2.0 here``."""
    return [
        f"{name} {theirs.get(name, 'missing')} there, {ours[name]} here"
        for name in ours
        if theirs.get(name) != ours[name]
    ]


def _detente() -> str:
    h = hashlib.sha256()
    root = Path(detente.__file__).parent
    for file in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        text = file.read_bytes().replace(b"\r\n", b"\n")  # a checkout on Windows is the same source
        h.update(file.relative_to(root).as_posix().encode() + b"\0" + text + b"\0")
    return f"{detente.__version__} (source {h.hexdigest()[:12]})"
