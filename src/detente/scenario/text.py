"""The text of a scenario file, as it stands there."""

from __future__ import annotations

from pathlib import Path

from detente.errors import GameError, Where
from detente.game.file import MAX_BYTES


def read_text(path: Path) -> str:
    """The UTF-8 text of a file of at most `MAX_BYTES`, lines ended by a plain newline. Raises GameError for anything else."""
    where = Where(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise GameError("this file cannot be read", where=where, found=problem.strerror or problem) from None
    if len(data) > MAX_BYTES:
        raise GameError(
            "this file is too large",
            where=where,
            found=f"more than {MAX_BYTES} bytes",
            allowed=f"{MAX_BYTES}",
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise GameError("this file is not UTF-8 text", where=where.at(line=line),
                        found=f"byte {data[problem.start]:#04x}", allowed="UTF-8") from None  # fmt: skip
