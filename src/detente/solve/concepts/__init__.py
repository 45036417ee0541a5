"""Solution concepts beside the logit equilibrium, each with the same record and a certificate of its own definition."""

from detente.solve.concepts.cursed_solve import Cursed, cursed
from detente.solve.concepts.hierarchy import Hierarchy, cognitive_hierarchy, level_k
from detente.solve.concepts.nash_search import NashEquilibria, nash

__all__ = ["Cursed", "Hierarchy", "NashEquilibria", "cognitive_hierarchy", "cursed", "level_k", "nash"]
