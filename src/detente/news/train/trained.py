"""A trained reader: three linear models over hashed features, and a threshold.

The first says whether a word attributes, the second which of its possible sources is its own, the third which content. What
the rules propose is one option among others. Saved as a folder with ``weights.npz`` (numbers alone, no pickle) and
``reader.json`` (what it was made of, and the digest of the weights).
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import DataError, Where
from detente.news.attribution.document import Draft, outermost, settled
from detente.news.attribution.found import Found, Paragraph
from detente.news.attribution.owners import give_quotations
from detente.news.attribution.quotes import Span
from detente.news.train import features
from detente.news.train.options import Content, Source, Word, contents, draft, primary, sources, words

FORMAT = 1
MODELS = ("word", "source", "content")
#: Nothing larger is loaded.
MAX_BYTES = 60_000_000

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class TrainedReader:
    """``weights[m]`` has 2**BITS numbers and the constant; ``threshold`` is the log-odds from which a word counts."""

    weights: dict[str, Weights]
    threshold: float
    about: dict[str, Any]

    def score(self, model: str, names: Sequence[str]) -> float:
        """Log-odds of one case."""
        weights = self.weights[model]
        return float(weights[features.numbers(names)].sum(dtype=np.float64) + weights[-1])

    def choose(
        self, text: str, quoted: Sequence[Span], paragraphs: Sequence[Paragraph], drafts: list[Draft]
    ) -> list[Draft]:
        """The drafts that count: accepted words, each with its likeliest source and content."""
        accepted = [
            word
            for word, names in described(text, quoted, paragraphs, drafts)
            if self.score("word", names) >= self.threshold
        ]
        chosen: list[Draft] = []
        for word, first in with_quotations(text, quoted, paragraphs, accepted):
            source = self._best_source(word)
            best: tuple[float, Found] | None = None
            for _, found, names in described_contents(text, quoted, word, source, first):
                score = self.score("content", names)
                if best is None or score > best[0]:
                    best = (score, found)
            if best is not None:
                chosen.append((word.paragraph, best[1]))
        return chosen

    def _best_source(self, word: Word) -> Source:
        options = sources(word)
        scores = [
            self.score("source", features.of_source(word, option, place))
            for place, option in enumerate(options)
        ]
        return options[max(range(len(options)), key=scores.__getitem__)]

    def save(self, folder: str | Path) -> Path:
        """Writes the two files; the same reader, the same bytes."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        data = _packed({name: self.weights[name] for name in MODELS})
        about = {
            "format": FORMAT, "bits": features.BITS, "threshold": self.threshold,
            "weights_sha256": hashlib.sha256(data).hexdigest(), **self.about,
        }  # fmt: skip
        (folder / "weights.npz").write_bytes(data)
        (folder / "reader.json").write_text(
            json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return folder


# ------------------------------------------------------------------ words and options described


def described(
    text: str, quoted: Sequence[Span], paragraphs: Sequence[Paragraph], drafts: list[Draft]
) -> list[tuple[Word, list[str]]]:
    """Every word that may attribute with its features; what the rules find around it is one of them."""
    around: dict[int, list[tuple[Span, str]]] = {}
    for attribution in outermost(text, quoted, drafts):
        for a, b in attribution.content:
            for paragraph in paragraphs:
                if a < paragraph.end and paragraph.base < b:
                    around.setdefault(paragraph.number, []).append(((a, b), attribution.rule))
    found = []
    for word in words(paragraphs, drafts):
        at = word.paragraph.base + word.token.idx
        inside = next((rule for (a, b), rule in around.get(word.paragraph.number, ()) if a <= at < b), "")
        last = word.paragraph.doc[-1]
        head_line = len(word.paragraph.doc) < 25 and last.text not in (".", "”", '"', "''", "?", "!")
        found.append((word, features.of_word(word, inside, head_line)))
    return found


def with_quotations(
    text: str, quoted: Sequence[Span], paragraphs: Sequence[Paragraph], accepted: Sequence[Word]
) -> list[tuple[Word, Found]]:
    """Each word with the draft that took part in the giving of quotations: its ``chars`` are the quotations of the word."""
    pairs = [(word, primary(word)) for word in accepted]
    give_quotations(text, quoted, [(word.paragraph, found) for word, found in pairs], paragraphs)
    return pairs


def described_contents(
    text: str, quoted: Sequence[Span], word: Word, source: Source, first: Found
) -> list[tuple[list[Span], Found, list[str]]]:
    """The contents that a word may have, as they would be reported, each with its draft and its features."""
    found: list[tuple[list[Span], Found, Content]] = []
    for content in contents(word, source):
        if not content.pieces and not first.chars:
            continue
        if not content.quoted and not first.chars:
            continue
        one = _with_chars(draft(word, source, content), content, first)
        spans = settled(text, quoted, word.paragraph, one)
        if spans is None:
            continue
        found.append((spans[2], one, content))
    lengths = [sum(b - a for a, b in spans) for spans, _, _ in found]
    return [
        (
            spans,
            one,
            features.of_content(
                word, content, spans, len(first.chars), text,
                sum(other > length for other in lengths), sum(other < length for other in lengths),
            ),
        )
        for (spans, one, content), length in zip(found, lengths, strict=True)
    ]  # fmt: skip


def _with_chars(one: Found, content: Content, first: Found) -> Found:
    return replace(one, chars=list(first.chars)) if content.quoted else one


# ------------------------------------------------------------------ files


def _packed(arrays: dict[str, Weights]) -> bytes:
    """An npz archive without dates, so that the same weights are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            stream = io.BytesIO()
            np.save(stream, array, allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), stream.getvalue(), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def load_reader(folder: str | Path) -> TrainedReader:
    """The reader in a folder. Raises `DataError` if a file is absent, too large, of another format, or not what was saved."""
    folder = Path(folder)
    about = _about(folder / "reader.json")
    path = folder / "weights.npz"
    data = _bytes(path)
    if hashlib.sha256(data).hexdigest() != about.get("weights_sha256"):
        raise DataError("the weights are not those that the reader was saved with", where=Where(str(path)))
    size = (1 << features.BITS) + 1
    weights: dict[str, Weights] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {item.filename: item.file_size for item in archive.infolist()}
            for model in MODELS:
                if names.get(f"{model}.npy", 0) != size * 4 + 128:
                    raise DataError(f"the weights of {model!r} have another size", where=Where(str(path)))
                weights[model] = np.load(io.BytesIO(archive.read(f"{model}.npy")), allow_pickle=False)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as problem:
        raise DataError(f"the weights cannot be read: {problem}", where=Where(str(path))) from None
    for model, array in weights.items():
        if array.shape != (size,) or array.dtype != np.float32 or not np.isfinite(array).all():
            raise DataError(f"the weights of {model!r} are not {size} finite numbers", where=Where(str(path)))
    threshold = about.pop("threshold")
    for field in ("format", "bits", "weights_sha256"):
        about.pop(field)
    return TrainedReader(weights, float(threshold), about)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("the file is too large", where=Where(str(path)), allowed=f"{MAX_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as problem:
        raise DataError(
            f"no trained reader here: {problem.strerror or problem}; `detente train` makes one",
            where=Where(str(path)),
        ) from None


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(_bytes(path))
    except (ValueError, RecursionError):
        raise DataError("not JSON", where=Where(str(path))) from None
    wanted = {"format": FORMAT, "bits": features.BITS}
    if not isinstance(about, dict):
        raise DataError("not a JSON object", where=Where(str(path)))
    for field, value in wanted.items():
        if about.get(field) != value:
            raise DataError(
                f"the reader has another {field}; train it again with this version",
                where=Where(str(path), None, field),
                found=about.get(field),
                allowed=str(value),
            )
    threshold = about.get("threshold")
    if not isinstance(threshold, (int, float)) or not abs(threshold) < 1e6:
        raise DataError(
            "the threshold must be a number", where=Where(str(path), None, "threshold"), found=threshold
        )
    return about
