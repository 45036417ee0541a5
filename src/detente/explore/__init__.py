"""Testing over ranges: where claims hold, what flips them, which policy is robust for whom."""

from detente.explore.findings import Findings
from detente.explore.protocol import Study
from detente.explore.ranges import Range
from detente.explore.sampling import DEFAULT_SEED, draw
from detente.explore.testing import test

__all__ = ["DEFAULT_SEED", "Findings", "Range", "Study", "draw", "test"]
