"""The reference page of the scenario file says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from detente.scenario import schema

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "scenario.md"

SHAPES = [
    s
    for s in vars(schema).values()
    if isinstance(s, type) and issubclass(s, BaseModel) and s.__module__ == schema.__name__
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s.__name__)
def test_every_key_is_on_the_page(shape: type[BaseModel]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    coded = set(
        re.findall(
            r"[A-Za-z_]+",
            " ".join(re.findall(r"`([^`\n]+)`", page) + re.findall(r"```yaml\n(.*?)```", page, re.S)),
        )
    )
    assert {f.alias or name for name, f in shape.model_fields.items()} <= coded


def test_every_key_on_the_page_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    known = {f.alias or name for s in SHAPES for name, f in s.model_fields.items()}
    for row in re.findall(r"^\| (`[^|]+`) \|", page, re.M):
        assert set(re.findall(r"`(\w+)`", row)) <= known


def test_the_code_on_the_page_runs() -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        exec(compile(block, str(PAGE), "exec"), {})
