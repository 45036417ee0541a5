"""Makes `articles` importable by its plain name, and a few files to read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

FILES = {
    "a-strait.txt": "Strait stays open\n\nPresident Odo Lindgren of Norvania denied that the strait was closed. "
    "“We keep the door open for every grain ship,” Lindgren said.\n",
    "b-valley.txt": "Valley\n\nForeign Minister Anna Berg of Talmark said the army had left the valley. Norvania's "
    "parliament agreed.\n\nBerg warned that nobody would wait for the harvest.\n",
    "c-talks.txt": "Talks\n\n“We will not sign a paper that leaves our towns without water,” Lindgren told reporters. "
    "Berg said the strait was closed.\n",
}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder with three short reports."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder
