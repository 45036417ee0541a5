"""Makes `closed_forms` importable by its plain name, in worker processes too (they inherit the path)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
