"""Preloaded by dask processes that a run starts for itself: Ctrl-C reaches them too, and is the run's to answer."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Called by dask in the worker's main thread when it starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
