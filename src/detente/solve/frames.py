"""Columns to a data frame of the library that the user works with."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal

import narwhals as nw
import numpy as np

from detente.errors import BadInput, Where

Backend = Literal["polars", "pandas", "pyarrow"]
BACKENDS = ("polars", "pandas", "pyarrow")


def table_of(columns: Mapping[str, Any], backend: Backend) -> Any:
    """A native data frame (pyarrow: table) of columns of one length. Raises BadInput for a library that is not there."""
    where = Where(field="backend")
    if backend not in BACKENDS:
        raise BadInput("this is not a library of data frames", where=where, found=backend, allowed=BACKENDS)
    if find_spec(backend) is None:
        here = [name for name in BACKENDS if find_spec(name) is not None]
        raise BadInput(
            f"{backend} is not installed; install it or choose another",
            where=where,
            found=backend,
            allowed=here,
        )
    # copies: the columns of an answer are views of its matrices
    whole = {name: np.array(column) for name, column in columns.items()}
    return nw.from_dict(whole, backend=backend).to_native()
