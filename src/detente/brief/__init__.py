"""Finished results to one HTML page that a person who never saw a game tree can read, check and argue with."""

from detente.brief.make import Made, example_article, make_brief
from detente.brief.page import render

__all__ = ["Made", "example_article", "make_brief", "render"]
