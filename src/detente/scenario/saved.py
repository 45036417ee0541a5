"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def save(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with plain newlines beside ``path``, then put it in place in one step.

    Raises OSError (no room, no permission); ``path`` is then what it was before.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with half.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
