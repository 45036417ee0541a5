"""The gallery says what the files of the models say: pages, pictures, and code that runs."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import make_gallery
import pytest
from doc_blocks import ROOT, blocks, run_python, run_shell
from model_page import MOST_NODES, page, picture, prose

from detente.models import catalogue, find, slugs

GALLERY = ROOT / "docs" / "gallery"
MODELS = slugs()
SHOWN = (
    "crisis-signalling",
    "horse",
    "peace-spoilers",
)  # whose code and pictures are tried with the fast tests
SVG = "{http://www.w3.org/2000/svg}"
BYTES = 60_000


def slowly(names: list[str]) -> list[object]:
    return [n if n in SHOWN else pytest.param(n, marks=pytest.mark.slow) for n in names]


def committed(path: str) -> str:
    file = GALLERY / path
    assert file.is_file(), f"{path} is missing; run: {make_gallery.COMMAND}"
    return file.read_text(encoding="utf-8")


def words(svg: str) -> list[str]:
    """What is written in a picture; how it is drawn may change with the program that draws."""
    return [t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_index_is_what_the_models_say() -> None:
    models = catalogue()
    assert committed("README.md") == make_gallery.index(models), f"run: {make_gallery.COMMAND}"
    for model in models:
        assert f"(models/{model.slug}.md)" in make_gallery.index(models)


@pytest.mark.parametrize("slug", MODELS)
def test_a_page_is_what_its_model_says(slug: str) -> None:
    assert committed(f"models/{slug}.md") == page(find(slug)), f"run: {make_gallery.COMMAND}"


@pytest.mark.parametrize("slug", slowly(MODELS))
def test_a_picture_is_that_of_its_model(slug: str) -> None:
    assert words(committed(f"models/{slug}.svg")) == words(picture(find(slug))), (
        f"run: {make_gallery.COMMAND}"
    )


@pytest.mark.parametrize("slug", MODELS)
def test_a_picture_is_light_and_shows_the_players(slug: str) -> None:
    svg = committed(f"models/{slug}.svg")
    assert len(svg.encode()) < BYTES
    root = ElementTree.fromstring(svg)
    assert {e.tag for e in root.iter()}.isdisjoint({f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject"})
    assert words(svg)
    nodes = find(slug).game.tree().n_nodes
    assert (f"The first {MOST_NODES} of" in committed(f"models/{slug}.md")) == (nodes > MOST_NODES)


def test_there_is_no_page_without_a_model() -> None:
    found = {f.name for f in (GALLERY / "models").iterdir()}
    assert found == {f"{slug}{ending}" for slug in MODELS for ending in (".md", ".svg")}


def test_a_change_in_a_model_changes_its_page() -> None:
    model = find("crisis-signalling")
    threshold = dataclasses.replace(model.thresholds[0], text="Something else is said.")
    for changed in (
        dataclasses.replace(model, thresholds=(threshold, *model.thresholds[1:])),
        dataclasses.replace(model, claims=("a new claim",)),
        dataclasses.replace(model, verdicts={**model.verdicts, "more_resolve_more_war": "holds throughout"}),
    ):
        assert page(changed) != page(model)


def test_writing_again_changes_nothing_and_removes_what_belongs_to_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_gallery, "catalogue", lambda: [find("horse")])
    assert make_gallery.write(tmp_path) == ["README.md", "models/horse.md", "models/horse.svg"]
    (tmp_path / "models" / "gone.md").write_text("old", encoding="utf-8")
    assert make_gallery.write(tmp_path) == ["models/gone.md"]
    assert make_gallery.write(tmp_path) == []


def test_words_of_a_model_mean_nothing_to_markdown() -> None:
    assert prose("a*b | <script>\n[x](y) `z`") == r"a\*b \| \<script> \[x](y) \`z\`"


@pytest.mark.parametrize("slug", slowly(MODELS))
def test_the_python_of_a_page_runs(slug: str) -> None:
    ran = [t for language, t in blocks(GALLERY / "models" / f"{slug}.md") if language == "python"]
    assert len(ran) == 1
    run_python(ran[0], {"__name__": "docs"}, slug)


def commands(slug: str) -> list[str]:
    (text,) = [t for language, t in blocks(GALLERY / "models" / f"{slug}.md") if language == "sh"]
    return text.splitlines()


@pytest.mark.parametrize("slug", SHOWN)
def test_quick_commands_of_a_page_run(slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    show, solve, test, copy = commands(slug)
    assert find(slug).title in run_shell(show)
    assert "largest gain by deviating" in run_shell(solve.removesuffix(" --all"))
    assert test.startswith(f"detente test {slug} ")  # run with the slow tests
    run_shell(copy)
    assert (tmp_path / "my-model" / "scenario.yaml").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("slug", MODELS)
def test_the_commands_of_a_page_run(slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_shell("\n".join(commands(slug)))
    assert (tmp_path / "my-model" / "scenario.yaml").is_file()


def test_the_command_that_regenerates_is_the_one_named() -> None:
    path = re.search(r"python (\S+)", make_gallery.COMMAND)
    assert path
    assert Path(make_gallery.__file__) == ROOT / path.group(1)
