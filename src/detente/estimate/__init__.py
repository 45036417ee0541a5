"""From data to parameters: the game that is solved and swept, fitted to observations without being written again.

fit              what is called: a game, a table, a formula for each parameter
data             tables of any kind, missing values, which end of the game each row reached
formulas         a parameter as a linear index of columns
walk             probabilities of ends and their derivatives, for games of perfect information
likelihood       of outcomes, by coefficient
identification   which coefficients the data can tell apart
climb            Newton on exact scores
result           coefficients, covariances, predictions
study            a fit with its rows, for what needs them again:
compare          likelihood ratio, Vuong's and Clarke's tests
effects          predicted probabilities and first differences, with intervals
bootstrap        resampled rows or clusters
scores           out of sample, by cross-validation
table            coefficients as frames and for LaTeX
signalling       crisis signalling with private values, whose beliefs solve a fixed point
"""

from detente.estimate.bootstrap import bootstrap
from detente.estimate.compare import clarke, likelihood_ratio, vuong
from detente.estimate.data import MissingRows
from detente.estimate.effects import effects
from detente.estimate.fit import fit
from detente.estimate.result import Fit
from detente.estimate.scores import cross_validate
from detente.estimate.study import study

__all__ = [
    "Fit",
    "MissingRows",
    "bootstrap",
    "clarke",
    "cross_validate",
    "effects",
    "fit",
    "likelihood_ratio",
    "study",
    "vuong",
]
