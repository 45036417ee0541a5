"""Claims: a condition over event probabilities and values under policies, with a signed margin at every draw.

    P(event)                      probability of an event in the equilibrium of the scenario as it stands
    P(a and not b)                of several events together, by their names with and, or, not
    P(a given b)                  of the one where the other happened, within the same equilibrium; undecided where b never does
    P(event | policy)             the same under a policy (commit, deviate or given, as the policy says)
    P(event | one + other)        under commit policies of different players, announced together
    P(event | policy, x = 0.2)    in the game with the parameter x at 0.2, all others at the draw; P(event, x = 0.2) without a policy
    value(player), value(player | policy, x = 0.2)   expected payoff, in the same forms
    parameters, numbers, + - * / ^, functions, comparisons, a > b > c, and, or, not, x if c else y
    rises(number, x), falls(number, x), never_falls(number, x), never_rises(number, x), each with a number of levels as
                                  a third argument where it is to be another than 5

``|`` is always "under the policy"; ``given`` is always "among the cases where". Bayes' rule is ``P(soft given offered) < P(soft)``.

A comparison that holds quantities (P or value) and is strict (> or <) counts only when the two sides differ by at
least the scenario's margin: a smaller difference is no finding. ``==`` between such sides means closer than the margin.
A chain holds where every one of its links does, and its margin is that of the weakest.

``never_falls(number, x)`` puts x to even levels of its range (its ends among them; on the log scale for a loguniform
range; every value of a discrete one), leaves all other parameters at the draw, and asks that no level has a lower number
than any level below it by more than the margin. Its margin is the smallest rise from one level to a later one, plus the
scenario's margin. ``rises`` asks besides that the last level has more than the first, by the scenario's margin at least:
a number that stays as it is never falls, and does not rise. Below 1e-9 a difference is rounding and neither. Levels at
which a constraint would be broken at this draw are left out; with fewer than two left the draw is undecided. So is a draw
at which a setting ``x = 0.2`` breaks a constraint. What happens between levels is not looked at.

Kinds, for a record: ``monotonicity``, ``ranking``, ``inference``, ``comparison``, ``threshold``; see `kind_of`.
"""

from detente.scenario.claim.claim import Claim
from detente.scenario.claim.kind import kind_of
from detente.scenario.claim.quantity import Quantity
from detente.scenario.claim.reading import Condition, Vocabulary, read_condition
from detente.scenario.claim.trend import Trend

__all__ = ["Claim", "Condition", "Quantity", "Trend", "Vocabulary", "kind_of", "read_condition"]
