"""From data to parameters: the game that is solved and swept, fitted to observations without being written again.

fit              what is called: a game, a table, a formula for each parameter
data             tables of any kind, missing values, which end of the game each row reached
formulas         a parameter as a linear index of columns
walk             probabilities of ends and their derivatives, for games of perfect information
likelihood       of outcomes, by coefficient
identification   which coefficients the data can tell apart
climb            Newton on exact scores
result           coefficients, covariances, predictions
"""

from detente.estimate.data import MissingRows
from detente.estimate.fit import fit
from detente.estimate.result import Fit

__all__ = ["Fit", "MissingRows", "fit"]
