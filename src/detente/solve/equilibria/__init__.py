"""Other equilibria: the sequential equilibria of small games, found beside the principal one, and refinements of them."""

from detente.solve.equilibria.result import Equilibria, Equilibrium
from detente.solve.equilibria.search import equilibria

__all__ = ["Equilibria", "Equilibrium", "equilibria"]
