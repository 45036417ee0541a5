"""A reader made from a corpus that the user holds: which constructions attribute, and how far source and content reach.

| file | what is in it |
|---|---|
| `corpus` | annotated documents from JSON lines, checked |
| `options` | the words that may attribute, and the sources and contents that each may have |
| `features` | what a model sees of a word, a source, a content |
| `trained` | the trained reader: weights, saving, loading, choosing |
| `fit` | corpus to trained reader |

The rules of `attribution` propose; the models accept, reject and add. Nothing trained is part of this package.
"""

from __future__ import annotations

from detente.news.train.corpus import Annotated, Relation, read_corpus
from detente.news.train.fit import train
from detente.news.train.trained import TrainedReader, load_reader

__all__ = ["Annotated", "Relation", "TrainedReader", "load_reader", "read_corpus", "train"]
