"""How every kernel of this package is compiled: once per machine, without the interpreter lock, with NumPy's division."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """``function`` compiled by Numba at its first call and kept on disk.

    Arguments are arrays, so that one compilation serves every game. Kernels release the
    interpreter lock: threads of one process solve different draws at the same time. The Python form stays
    available as ``py_func``, and for all kernels at once with the environment variable ``NUMBA_DISABLE_JIT=1``.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def part(function: Function) -> Function:
    """As `kernel`, for a function that only kernels call: without the entrances from Python and C it compiles faster.

    Calling it from Python ends the process; it is for the files of this package."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, numba.njit(nogil=True, error_model="numpy", **options)(function))


def _drop_stale_cache(folder: Path) -> None:
    """Remove compiled kernels that are older than any source beside them.

    Numba looks at the file of the called kernel alone; a kernel that it calls may have changed in another file.
    """
    try:
        newest = max(source.stat().st_mtime for source in folder.glob("*.py"))
        for index in (folder / "__pycache__").glob("*.nbi"):
            if index.stat().st_mtime < newest:
                index.unlink(missing_ok=True)
    except OSError:  # a read-only installation has no cache here, and its files do not change
        return


_drop_stale_cache(Path(__file__).parent)
