"""From data to parameters: the game that is solved and swept, fitted to observations without being written again.

fit              what is called: a game, a table, a formula for each parameter
  files, data    tables of any kind, missing values, which end of the game each row reached
  formulas       a parameter as a linear index of columns
  identification which coefficients the data can tell apart
estimated        coefficients by each method:
  walk           games of perfect information: probabilities of ends, from the last move back
  replies        games with beliefs: what players would do, given what they believe
  branch, equilibria       beliefs on the principal branch, and other equilibria
  likelihood, maximum      of outcomes, by coefficient, and its highest point; climb: Newton on exact scores
  pseudo         two-step and nested pseudo-likelihood
result           coefficients, covariances, predictions
  table          the same as frames and for LaTeX
  keep           the same as a file that scenarios take ranges from
study            a fit with its rows, for what needs them again:
  compare        likelihood ratio, Vuong's and Clarke's tests
  effects        predicted probabilities and first differences, with intervals
  bootstrap      resampled rows or clusters
  scores         out of sample, by cross-validation
signalling       crisis signalling with private values in closed form
bargaining       offers and answers: the statistical ultimatum game
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
