"""The model solved at every draw, chunk by chunk: one process or many, the same bytes; interrupted, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from detente.errors import DataError, Where
from detente.explore.protocol import Block, Study
from detente.explore.sampling.designs import SOBOL, Design, Plan, blocks
from detente.explore.sweep import chunk as chunks
from detente.explore.sweep.chunk import Chunk, Columns
from detente.explore.sweep.cluster import Cluster
from detente.explore.sweep.pace import Pace
from detente.explore.sweep.workers import Pool

Progress = Callable[[str, float], None]
SMALL, LARGE, MANY = 256, 4096, 2**14  # draws of a chunk, of a chunk of a long run, and where long begins
FOLDER = "chunks"


def sweep(
    study: Study,
    n: int,
    policies: Sequence[str],
    *,
    seed: int | None = None,
    workers: int = 1,
    cluster: Any = None,
    build: Callable[[], Study] | None = None,
    out: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    design: Design | Plan = SOBOL,
) -> Generator[Chunk]:
    """Chunks in the order of the draws. Memory is that of a few chunks, whatever ``n``. ``design``: how draws are chosen.

    With ``out`` every finished chunk is kept in ``out/chunks`` (Parquet); with ``resume`` those that are there are read
    instead of solved. ``build`` makes the study anew in a worker process (default: a pickled copy). With ``cluster``
    (`detente.explore.sweep.cluster`) the workers are those of a dask cluster. Raises `DataError` where a chunk cannot be
    written, `WorkerLost` where draws kill their workers, `ClusterLost` where a cluster is gone.
    """

    def waiting(what: str) -> None:
        if progress is not None:
            progress(what, 0.0)

    size = SMALL if n <= MANY else LARGE
    folder = _folder(out) if out is not None else None
    stream = blocks(study, n, size, seed, design)
    offered = ((b, _found(study, b, policies, folder) if resume and folder else None) for b in stream)
    if cluster is not None:
        with Cluster(cluster, build or partial(_same, study), policies, waiting) as machines:
            yield from _kept(machines.map(offered), study, policies, folder, n, progress)
    elif workers > 1 and n > size:
        with Pool(build or partial(_same, study), policies, min(workers, -(-n // size))) as pool:
            yield from _kept(pool.map(offered), study, policies, folder, n, progress)
    else:
        solved = (
            (b, columns if columns is not None else chunks.solved(study, b.draws, policies), columns is None)
            for b, columns in offered
        )
        yield from _kept(solved, study, policies, folder, n, progress)


def _same(study: Study) -> Study:
    return study


def _kept(
    solved: Iterator[tuple[Block, Columns, bool]],
    study: Study,
    policies: Sequence[str],
    folder: Path | None,
    n: int,
    progress: Progress | None,
) -> Iterator[Chunk]:
    """Write what is new, say how far it is, and hand the chunk on."""
    pace = Pace(n)
    for block, columns, new in solved:
        if new and folder is not None:
            chunks.write(folder / chunks.file_name(study, block, policies), block, columns)
        if progress is not None:
            pace.add(len(block), new)
            progress(str(pace), (block.start + len(block)) / n)
        yield chunks.chunk_of(block, columns)


def _found(study: Study, block: Block, policies: Sequence[str], folder: Path) -> Columns | None:
    return chunks.read(folder / chunks.file_name(study, block, policies), block)


def _folder(out: Path) -> Path:
    folder = Path(out) / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for half in folder.glob(".draws-*.tmp"):  # left by a run that was killed while writing
            half.unlink(missing_ok=True)
    except OSError as problem:
        raise DataError(
            "the folder for results cannot be made",
            where=Where(file=str(folder), field="--out"),
            found=problem.strerror or str(problem),
            allowed="a folder that may be written to",
        ) from problem
    return folder
