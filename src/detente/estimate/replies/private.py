"""Private information: every player has normal errors on its own payoffs, known to it from the start, and moves up to twice on a path.

Player i has an error of variance 1, independent of all others, on its payoff of each end that is `noisy` for it. The others know
the distribution alone. Errors of different players are independent, so to each type of i an end z comes, if i's own plan allows it,
with probability r(z): what chance and the options of the others on the way to z come to, each at the probability that i expects. So
i picks the plan with the largest sum of r(z) (u(z) + e(z)) over the ends that the plan allows. This is all: i's belief about what it
does not tell apart is r over the ends below an information set, in proportion, for i's own moves so far are the same at all its
positions (perfect recall), and what i knows of itself says nothing of the others. No use of Bayes' rule is left to make, and none can
be missing where i comes to a set with probability 0 by its own choice. What the *others* expect of i at a set is the share of an
option among those types of i that come there by their own earlier choices: Bayes' rule, but in i's plans alone.

A factor of r that all ends below a first set of i share is left out, for it changes no choice; so is a belief that no factor is left
of (in the crisis game, that A challenges: B knows it when it moves).

Signorino 2003, "Structure and uncertainty in discrete choice models", Political Analysis 11:316-344 (games in which nobody moves
twice; `walk` has them in closed form); Lewis and Schultz 2003, "Revealing preferences", Political Analysis 11:345-367.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.estimate.normal import log_sum
from detente.estimate.replies.families import Factor, Family, Part, families_of, ways_of
from detente.estimate.replies.plans import Numbers, Option, Worth, log_odds, log_plans
from detente.estimate.replies.reply import Replied
from detente.game import Tree

_SURE = Worth(0.0, 0.0, True)


class PrivateReplies:
    """Replies under private information (protocol `Replies`).

    ``noisy``: {player: ends on which its payoff has an error}, each end its number in `Tree.terminal`, an event, or options from
    the start ("challenge > resist > fight"). A player that is not named has an error on every end below a set at which it moves.
    Replies and probabilities are those of each player's joint plan at the beliefs: a player that moves twice answers the same
    beliefs both times. Unit: the standard deviation of one error. Two ends never share an error.

    Any number of options and of sets, and sets with several positions; on one path a player moves twice at most, and after each
    option of its first set at one later set at most. Further limits are those of `plans.unfit`: what does not come down to
    an integral in one dimension is refused. Raises GameError that names the set and says why, BadInput for names in ``noisy``
    that are none. Beliefs beyond some 350 in log-odds are out of range: a logarithm of what follows may be beyond the largest double.
    """

    def __init__(self, tree: Tree, noisy: Mapping[str, Sequence[str | int]] | None = None) -> None:
        self._tree = tree
        self._ways = ways_of(tree)
        self._families = families_of(tree, noisy or {})
        used = {f[0] for family in self._families for factors in family.factors for f in factors}
        self._beliefs = tuple(
            (h, k) for h in sorted(used - {-1}) for k in range(1, len(tree.sets[h].options))
        )

    @property
    def tree(self) -> Tree:
        return self._tree

    @property
    def beliefs(self) -> tuple[tuple[int, int], ...]:
        """(information set, option) of each belief, those alone that a reply depends on."""
        return self._beliefs

    def __call__(self, numbers: Numbers, beliefs: Numbers) -> Replied:
        """Log-probabilities of ends and replies at ``numbers`` [number, row] and ``beliefs`` [belief, row], log-odds."""
        rows = numbers.shape[1]
        kind = np.result_type(numbers, beliefs, float)
        expected = self._expected(beliefs, rows, kind)
        log = np.zeros((self._tree.n_outcomes, rows), kind)
        chance = {k: _log(numbers[k]) for way in self._ways.values() for h, k in way if h == -1}
        for end, way in self._ways.items():
            for h, k in way:
                if h == -1:
                    log[end] += chance[k]
        replies: dict[Factor, Numbers] = {}
        for family in self._families:
            weights = np.zeros((len(family.ends), rows), kind)
            for place, factors in enumerate(family.factors):
                for h, k in factors:
                    weights[place] += chance[k] if h == -1 else expected[h, k]
            options = _worths(self._tree, family, numbers, weights)
            plans = log_plans(options)
            taken = [_total(logs) for logs in plans]
            for o, branch in enumerate(family.branches):
                replies[family.set, o] = taken[o] - taken[0]
                for place in branch.base.ends:
                    log[family.ends[place]] += taken[o]
                for k, part in enumerate(branch.later):
                    for place in part.ends:
                        log[family.ends[place]] += plans[o][k]
                    if branch.set is not None and (branch.set, 1) in self._beliefs:
                        replies[branch.set, k] = log_odds(options, plans, o, k)
        reply = np.zeros((len(self._beliefs), rows), kind)
        for place, belief in enumerate(self._beliefs):
            reply[place] = replies[belief]
        return Replied(log, reply)

    def _expected(self, beliefs: Numbers, rows: int, kind: np.dtype) -> dict[Factor, Numbers]:
        """log-probability [row] of each option of the sets that somebody has beliefs of."""
        out: dict[Factor, Numbers] = {}
        place = 0
        for h in dict.fromkeys(h for h, _ in self._beliefs):
            count = len(self._tree.sets[h].options)
            odds = np.concatenate([np.zeros((1, rows), kind), beliefs[place : place + count - 1]])
            place += count - 1
            logs = odds - log_sum(odds)
            out |= {(h, k): logs[k] for k in range(count)}
        return out


def _log(p: Numbers) -> Numbers:
    """Logarithm of a probability of chance; -inf, without a slope, where it is 0."""
    live = np.real(p) > 0
    return np.where(live, np.log(np.where(live, p, 1.0)), -np.inf)


def _total(logs: Sequence[Numbers]) -> Numbers:
    return logs[0] if len(logs) == 1 else log_sum(np.stack(np.broadcast_arrays(*logs)))


def _worths(tree: Tree, family: Family, numbers: Numbers, weights: Numbers) -> list[Option]:
    """What options and later choices are worth [row], ``weights`` the log-probabilities of the ends [end of the family, row].

    Payoffs are told from that of the likeliest end, weights in its probability: every plan has ends of the same total weight, so
    no choice changes, and differences of payoffs stay exact where nearly all the weight is on ends that are equally good.
    """
    players = len(tree.players)
    payoffs = np.zeros((len(family.ends), weights.shape[1]), np.result_type(numbers, float))
    for place, end in enumerate(family.ends):
        at = end * players + family.player
        payoffs[place] = numbers[tree.payoff_number[tree.payoff_start[at] : tree.payoff_start[at + 1]]].sum(
            axis=0
        )
    top = weights.real.argmax(axis=0)[None]
    payoffs = payoffs - np.take_along_axis(payoffs, top, axis=0)
    highest = np.take_along_axis(weights, top, axis=0)
    weights = weights - np.where(np.isfinite(highest), highest, 0.0)

    def worth(part: Part) -> Worth:
        if not part.ends:
            return _SURE
        places = list(part.ends)
        mean = (np.exp(weights[places]) * payoffs[places]).sum(axis=0)
        if not part.noisy:
            return Worth(mean, np.zeros(mean.shape), True)
        own = weights[list(part.noisy)]
        return Worth(mean, np.exp(log_sum(2 * own) / 2), False)

    return [Option(worth(b.base), tuple(worth(part) for part in b.later)) for b in family.branches]
