"""Word vectors, looked up: the first layers of the model see six signs of a word and nothing of its neighbours.

So their answer for a kind of word is computed once and kept. It is computed in blocks of one size, as a product of matrices
may round differently for another number of rows: the same word has the same vector, whatever was read before.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, Ragged

#: Kinds of words kept; beyond this the table is begun again, so that memory stays bounded (384 bytes each).
MOST = 30_000
#: Rows computed at a time.
BLOCK = 64

Vectors = NDArray[np.float32]


class Remembered:
    """What ``embed`` (spaCy's MultiHashEmbed) answers, for prediction alone."""

    def __init__(self, embed: Model[Any, Any]) -> None:
        extract, _, *self.layers, _ = embed.layers
        self.columns: list[int | str] = list(extract.attrs["columns"])
        self.rows: dict[bytes, int] = {}
        self.vectors: Vectors = np.zeros((0, 0), np.float32)

    def __call__(self, docs: list[Doc]) -> list[Vectors]:
        """One row a word for each of ``docs``."""
        signs = [np.ascontiguousarray(doc.to_array(self.columns), np.uint64) for doc in docs]
        width = 8 * len(self.columns)
        kinds = [of.view(f"V{width}").ravel().tolist() if len(of) else [] for of in signs]
        if len(self.rows) > MOST:
            self.rows.clear()
        new: dict[bytes, int] = {}
        for kind in (kind for of in kinds for kind in of):
            if kind not in self.rows and kind not in new:
                new[kind] = len(self.rows) + len(new)
        if new:
            self._learn(new)
        return [self.vectors[[self.rows[kind] for kind in of]] for of in kinds]

    def _learn(self, new: dict[bytes, int]) -> None:
        signs = np.frombuffer(b"".join(new), np.uint64).reshape(len(new), -1)
        for start in range(0, len(signs), BLOCK):
            block = np.zeros((BLOCK, signs.shape[1]), np.uint64)
            part = signs[start : start + BLOCK]
            block[: len(part)] = part
            answer: Any = Ragged(cast(Any, block), cast(Any, np.array([BLOCK], np.int32)))
            for layer in self.layers:
                answer = layer.predict(answer)
            self._keep(len(self.rows) + start, answer.dataXd[: len(part)])
        self.rows.update(new)

    def _keep(self, first: int, found: Vectors) -> None:
        last = first + len(found)
        if last > len(self.vectors):
            longer = np.zeros((max(2 * last, 2_000), found.shape[1]), np.float32)
            if len(self.vectors):
                longer[: len(self.vectors)] = self.vectors
            self.vectors = longer
        self.vectors[first:last] = found


def _forward(model: Model[Any, Any], docs: list[Doc], is_train: bool) -> tuple[list[Vectors], Any]:
    if is_train:
        raise NotImplementedError("the model is read, not trained")
    return model.attrs["remembered"](docs), None


def remember(nlp: Language) -> None:
    """Puts a `Remembered` in the place of the first layers of each part of ``nlp`` that has some."""
    for _, pipe in nlp.pipeline:
        for node in list(pipe.model.walk()) if isinstance(getattr(pipe, "model", None), Model) else []:
            if not node.has_ref("embed"):
                continue
            for place, layer in enumerate(node.layers):
                if layer is node.get_ref("embed"):
                    node.layers[place] = Model(
                        "remembered", _forward, attrs={"remembered": Remembered(layer)}
                    )
