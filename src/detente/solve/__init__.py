"""Trees to solutions: the principal branch of the agent logit quantal response equilibrium, batched over draws."""

from detente.solve.derivative import (
    DERIVATIVE_STATUS,
    Derivatives,
    NumberDerivatives,
    derivatives,
    number_derivatives,
)
from detente.solve.equilibria import Equilibria, Equilibrium, equilibria
from detente.solve.logit.compile import CompiledTree, compile_tree
from detente.solve.outcome import given, outcome
from detente.solve.quantal import solve
from detente.solve.record import record
from detente.solve.solution import CERTIFIED, STATUS, Solutions
from detente.solve.table import solve_table

__all__ = [
    "CERTIFIED",
    "DERIVATIVE_STATUS",
    "STATUS",
    "CompiledTree",
    "Derivatives",
    "Equilibria",
    "Equilibrium",
    "NumberDerivatives",
    "Solutions",
    "compile_tree",
    "derivatives",
    "equilibria",
    "given",
    "number_derivatives",
    "outcome",
    "record",
    "solve",
    "solve_table",
]
