"""Policies, actor by actor, never added up.

| file | what is in it |
|---|---|
| `tally` | values and events of every policy, chunk by chunk |
| `regret` | an actor's menu: regret, and what is dominated |
| `satisficing` | who has enough |
| `pareto` | what nothing dominates, among all players and for one |
| `responses` | what answers what, two players at a time |
| `levers` | levels of policies, searched |
| `further` | the two that solve anew, at the draws of `first`, called in their order |
| `spread` | how far a mean over draws is off |
"""
