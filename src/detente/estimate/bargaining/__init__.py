"""The statistical ultimatum game of Ramsay and Signorino: offers between two bounds, and their answers.

offers       log-probabilities of what is offered and answered, and their derivatives
likelihood   by coefficient, and the climb to its top
fit          what is called
result       coefficients, covariances, predictions
forecast     means over the first player's error
"""

from detente.estimate.bargaining.fit import fit_ultimatum
from detente.estimate.bargaining.result import Bargained

__all__ = ["Bargained", "fit_ultimatum"]
