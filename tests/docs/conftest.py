"""What the tests of the documentation import: the blocks of a page, and the programs that make pages."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "docs" / "gallery")]
