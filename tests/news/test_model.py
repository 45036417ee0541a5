"""The language model is used only if its files are the recorded ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from detente.news.parse.model import ModelError, model_folder, verify


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder(), tmp_path / "model"))


def test_the_installed_files_are_the_recorded_ones() -> None:
    verify(model_folder())


def test_a_changed_file_is_refused(copy: Path) -> None:
    path = copy / "config.cfg"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ModelError, match=r"config\.cfg"):
        verify(copy)


def test_an_absent_file_is_named(copy: Path) -> None:
    (copy / "parser" / "model").unlink()
    with pytest.raises(ModelError, match="parser/model"):
        verify(copy)


def test_code_beside_the_model_is_refused(copy: Path) -> None:
    (copy / "factory.py").write_text("print('hello')")
    with pytest.raises(ModelError, match=r"factory\.py"):
        verify(copy)


def test_a_model_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.news.parse.model.PACKAGE", "en_core_no_such_model")
    with pytest.raises(ModelError, match="pip install"):
        model_folder()
