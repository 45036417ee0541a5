"""The crisis-signalling game with private values, from data: beliefs that have to be solved for.

answers       best answers, probabilities of the four ends and their derivatives
equilibria    every equilibrium of every game
likelihood    by coefficient, beliefs fixed or along a branch of equilibria; bends: second derivatives
estimators    two-step, the fixed point of nested pseudo-likelihood, constrained maximum likelihood; radius: of its rounds
fit           what is called: a table, a formula for each payoff
result        what comes back
"""

from detente.estimate.signalling.answers import ENDS, PAYOFFS
from detente.estimate.signalling.equilibria import Equilibria, equilibria
from detente.estimate.signalling.estimators import Estimate, constrained, fixed_point, two_step
from detente.estimate.signalling.fit import fit_signalling
from detente.estimate.signalling.likelihood import Observed
from detente.estimate.signalling.result import SeveralEquilibria, Signalled

__all__ = [
    "ENDS",
    "PAYOFFS",
    "Equilibria",
    "Estimate",
    "Observed",
    "SeveralEquilibria",
    "Signalled",
    "constrained",
    "equilibria",
    "fit_signalling",
    "fixed_point",
    "two_step",
]
