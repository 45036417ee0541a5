"""Published models: small games with their source, the claims they speak to, and what is known of them in closed form.

catalogue   the files in `library`, by name
model       what a file tells: source, claims, thresholds, worked points; and reading it
worked      numbers told at a point, beside those that the solver finds there
card        a model on the terminal
"""

from detente.models.card import card
from detente.models.catalogue import catalogue, find, library_file, slugs
from detente.models.model import TOPICS, Model, Threshold
from detente.models.worked import Compared, Worked

__all__ = [
    "TOPICS",
    "Compared",
    "Model",
    "Threshold",
    "Worked",
    "card",
    "catalogue",
    "find",
    "library_file",
    "slugs",
]
