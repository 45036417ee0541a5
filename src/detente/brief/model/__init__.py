"""A teaching page of a catalogue model: the game, what is known of it, what testing finds, and what to do with it.

known       thresholds at the base point, and their pictures
tree        the tree with what is played
exercises   questions made of what the model holds
code        the model in commands and in Python
mathml      formulas as a browser sets them
make        from a slug to the folder
page        a finished result to one HTML file
"""

from detente.brief.model.make import ModelPage, make_model_page
from detente.brief.model.page import render_model

__all__ = ["ModelPage", "make_model_page", "render_model"]
