"""Pseudo-likelihood in games with beliefs: best answers to what players do, instead of an equilibrium at every step.

played        what was observed, and how its likelihood moves with parameters and with beliefs
first_stage   what players did, as beliefs; multinomial: the logit behind it
estimators    two steps, and the fixed point of nested pseudo-likelihood by Newton's method
covariance    how far both vary, the first stage included
iteration     whether the usual rounds would arrive; rounds: those rounds, for comparison
resamples     every step again in resamples
"""
