"""Testing over ranges: where claims hold, what flips them, which policy is robust for whom.

| room | what is in it |
|---|---|
| `ranges`, `protocol`, `study` | what testing needs of a scenario |
| `sampling/` | draws from the ranges |
| `sweep/` | the model solved at every draw: chunks, their files, worker processes |
| `claims/` | verdicts, flips, maps, the search that tries to break a claim |
| `rules/` | a rule in words for where a claim holds |
| `policies/` | values, regret, what is dominated, per actor |
| `sensitivity/` | which assumption matters, and which is worth finding out |
| `testing` | `test`: calls all of these in their order |
| `findings`, `record` | what was found, as types and as JSON |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.explore.claims.map import claim_map
    from detente.explore.findings import Findings
    from detente.explore.protocol import Study
    from detente.explore.ranges import Range
    from detente.explore.sampling.designs import DEFAULT_SEED, draw
    from detente.explore.testing import test

__all__ = ["DEFAULT_SEED", "Findings", "Range", "Study", "claim_map", "draw", "test"]

_HOME = {
    "DEFAULT_SEED": "sampling.designs", "Findings": "findings", "Range": "ranges", "Study": "protocol",
    "claim_map": "claims.map", "draw": "sampling.designs", "test": "testing",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: worker processes need few of them and start sooner."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"detente.explore.{_HOME[name]}"), name)
