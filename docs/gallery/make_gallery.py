"""The gallery of the catalogue, written from the files of the models.

    python docs/gallery/make_gallery.py

writes ``README.md`` here, and a page and a picture for each model into ``models``; pages of models that are gone are removed.
A test compares what is here with what this makes (``tests/docs/test_gallery.py``).
"""

from __future__ import annotations

import sys
from pathlib import Path

from model_page import bullets, page, picture, prose, table

from detente.models import TOPICS, Model, catalogue

HERE = Path(__file__).parent
COMMAND = "python docs/gallery/make_gallery.py"
INTRODUCTION = f"""\
# Gallery of the catalogue

Every published model that ships with detente, by topic: the tree, the numbers with their ranges, what is known in
closed form, worked points, and comparative statics with the verdicts that are expected. The pages are made from the models' files by
`{COMMAND}`; a test compares them. Each model is solved, and put beside its closed form, in `tests/published`.

`detente models` lists the same on the terminal, and `detente brief --model SLUG` makes a teaching page with pictures of the
thresholds, and exercises. To add a model, see [From a paper to a model](../how-to/from-a-paper-to-a-model.md) and
[The file of a model](../reference/models.md)."""


def pages(models: list[Model]) -> dict[str, str]:
    """The text of every page, by its path under ``docs/gallery``."""
    return {"README.md": index(models), **{f"models/{m.slug}.md": page(m) for m in models}}


def pictures(models: list[Model]) -> dict[str, str]:
    """The text of every picture, by its path under ``docs/gallery``."""
    return {f"models/{m.slug}.svg": picture(m) for m in models}


def index(models: list[Model]) -> str:
    """The models by topic, in the order of `TOPICS`, each with its source and the claims that it speaks to."""
    parts = [INTRODUCTION]
    for topic, words in TOPICS.items():
        rows = [
            (
                f"[{prose(m.title)}](models/{m.slug}.md)",
                f"`{m.slug}`",
                prose(f"{m.source['authors']} {m.source['year']}"),
                "; ".join(f"“{prose(claim)}”" for claim in m.claims),
            )
            for m in models
            if m.topic == topic
        ]
        if rows:
            parts += [
                f"## {words[0].upper()}{words[1:]}",
                table(("model", "slug", "source", "speaks to"), rows),
            ]
    return "\n\n".join(parts) + "\n"


def write(folder: Path = HERE) -> list[str]:
    """Write what is missing or different under ``folder``, remove what belongs to no model; the paths that changed."""
    models = catalogue()
    made = {**pages(models), **pictures(models)}
    changed = []
    for path, text in made.items():
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    for file in sorted((folder / "models").iterdir()):
        if file.suffix in (".md", ".svg") and f"models/{file.name}" not in made:
            file.unlink()
            changed.append(f"models/{file.name}")
    return changed


if __name__ == "__main__":
    print(bullets(write()) or "nothing has changed", file=sys.stdout)
