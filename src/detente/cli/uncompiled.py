"""A single point is solved sooner without compiling than by compiling first: kernels are compiled for sweeps."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import detente


def spare_compiling() -> None:
    """Let the solver run uncompiled in this process, unless its compiled kernels are at hand or already loaded.

    The answers are the same up to rounding. To be called before the solver is imported.
    """
    if "numba" in sys.modules or "NUMBA_DISABLE_JIT" in os.environ:
        return
    kept = Path(detente.__file__).parent / "solve" / "logit" / "__pycache__"
    if not any(kept.glob("blocks.follow_block*.nbi")):
        os.environ["NUMBA_DISABLE_JIT"] = "1"
