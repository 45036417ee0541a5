"""Running commands inside the test process: exit status, standard output, standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from detente.cli import main


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def detente(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """Call `detente` with words; returns what it printed."""

    def run(*words: object) -> Ran:
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(w) for w in words])
        out, err = capfdbinary.readouterr()
        return Ran(int(stop.value.code or 0), out.decode("utf-8"), err.decode("utf-8"))

    return run
