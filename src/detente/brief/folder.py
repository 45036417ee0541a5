"""The folder of a brief: every file is written beside its place and put there whole, so a cut leaves the old or the new one."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from detente.errors import BadInput, Where

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula
NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # no clock in an archive: the same bytes every time


def slug(name: str) -> str:
    """A name for a folder made of a file's name: letters, digits and hyphens, at most 60."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "report"


def table(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> bytes:
    """Rows as CSV that a spreadsheet opens as it is: UTF-8 with its mark, and no cell that runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.match(text) else text


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, in order of name, with no clock and the same rights everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, files[name])
    return out.getvalue()


def place(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Put every file into ``folder``, made if it is not there, or where its name (with ``/``) says below it. Returns name -> path.

    All are written under other names first; only when each of them is complete do they take their places.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(
            "the brief needs a folder, and this is a file", where=Where(field="--out"), found=str(folder)
        )
    above = {PurePosixPath(name).parent for name in files}
    below = {folder.joinpath(*p.parts) for parent in above for p in (parent, *parent.parents)}
    made = [path for path in sorted(below, reverse=True) if not path.exists()]  # innermost first
    for parent in above:
        folder.joinpath(*parent.parts).mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    partial = {name: (folder / name).with_name(f".{PurePosixPath(name).name}.partial") for name in files}
    try:
        for name, content in files.items():
            with partial[name].open("wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
        for name, path in partial.items():
            os.replace(path, folder / name)
    except BaseException:
        for path in partial.values():
            path.unlink(missing_ok=True)
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        raise
    return {name: str(folder / name) for name in files}
