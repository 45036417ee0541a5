"""A run of consecutive draws with everything that was solved for them, and its Parquet file.

A file's name says which draws it holds and carries a digest of the study, the policies and the draws themselves, so a
file can only be taken for what it is. It appears under its name whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from detente.errors import DataError, Where
from detente.explore.protocol import BASELINE, Block, Evaluation, Study
from detente.explore.ranges import Floats

FORMAT = "1"  # raise it when a chunk's content changes its meaning
Columns = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Chunk:
    """Draws ``start .. start + len`` and their `Evaluation`."""

    start: int
    refused: int
    draws: Mapping[str, Floats]
    event: Mapping[str, Mapping[str, Floats]]  # policy -> event -> [draw]
    value: Mapping[str, Mapping[str, Floats]]  # policy -> player -> [draw]
    status: Mapping[str, np.ndarray]  # policy -> int8 [draw]

    def __len__(self) -> int:
        return len(next(iter(self.draws.values()), ()))


def solved(study: Study, draws: Mapping[str, Floats], policies: Sequence[str]) -> Columns:
    """Solve the model at the draws: flat columns ``event.NAME|POLICY``, ``value.PLAYER|POLICY``, ``status|POLICY``."""
    evaluation: Evaluation = study.evaluate(draws, policies)
    out: Columns = {}
    for policy in policies:
        end = "" if policy == BASELINE else f"|{policy}"
        for name, column in evaluation.event[policy].items():
            out[f"event.{name}{end}"] = np.asarray(column, dtype=np.float64)
        for name, column in evaluation.value[policy].items():
            out[f"value.{name}{end}"] = np.asarray(column, dtype=np.float64)
        out[f"status{end}"] = np.asarray(evaluation.status[policy], dtype=np.int8)
    return out


def chunk_of(block: Block, flat: Mapping[str, np.ndarray]) -> Chunk:
    """The chunk of a block of draws and what `solved` gave for it."""
    event: dict[str, dict[str, Floats]] = {}
    value: dict[str, dict[str, Floats]] = {}
    status: dict[str, np.ndarray] = {}
    for key, column in flat.items():
        head, _, policy = key.partition("|")
        policy = policy or BASELINE
        kind, _, name = head.partition(".")
        if kind == "status":
            status[policy] = column
            event.setdefault(policy, {})
            value.setdefault(policy, {})
        elif kind in ("event", "value"):
            (event if kind == "event" else value).setdefault(policy, {})[name] = column
    return Chunk(block.start, block.refused, block.draws, event, value, status)


def file_name(study: Study, block: Block, policies: Sequence[str]) -> str:
    """The content-addressed name of a chunk's file."""
    h = hashlib.sha256()
    h.update("\0".join((FORMAT, study.digest, *policies)).encode())
    for name, column in block.draws.items():
        h.update(name.encode() + b"\0" + np.ascontiguousarray(column, dtype="<f8").tobytes())
    return f"draws-{block.start:09d}-{block.start + len(block):09d}-{h.hexdigest()[:20]}.parquet"


def write(path: Path, block: Block, flat: Columns) -> None:
    """Write the chunk whole or not at all. Raises `DataError` when the file system refuses (a full disk)."""
    table = pl.DataFrame({"draw": np.arange(block.start, block.start + len(block)), **block.draws, **flat})
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=False)
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with half.open("wb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    except OSError as problem:
        half.unlink(missing_ok=True)
        raise DataError(
            "a finished chunk could not be written; those written before it are whole, and --resume goes on from them",
            where=Where(file=str(path)),
            found=problem.strerror or str(problem),
            allowed="a folder with room, that may be written to",
        ) from problem
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def read(path: Path, block: Block) -> Columns | None:
    """What `write` wrote, or None where there is no such file or it is not whole."""
    try:
        table = pl.read_parquet(path, use_statistics=False, memory_map=False)
    except (OSError, pl.exceptions.PolarsError):
        return None
    if table.height != len(block) or "draw" not in table.columns:
        return None
    given = {"draw", *block.draws}
    return {name: table[name].to_numpy() for name in table.columns if name not in given}
