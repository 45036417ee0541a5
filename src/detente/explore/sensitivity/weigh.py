"""What `test` asks of this room: indices of every event under every policy, and what each player would pay to know.

A quick search (a reader waits) gives indices of equilibrium play alone, without intervals, and looks at no pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.explore.policies.tally import PolicyTally
from detente.explore.protocol import BASELINE, Study
from detente.explore.sample import Sample
from detente.explore.sensitivity.dependence import correlated
from detente.explore.sensitivity.information import Payoffs, Worth, worth
from detente.explore.sensitivity.pairs import Pair, pairs
from detente.explore.sensitivity.shapley import dependent_indices
from detente.explore.sensitivity.sobol import Indices, Polynomials

INDEXED = 4096  # draws used


@dataclass(frozen=True, eq=False)
class Information:
    """What one player would pay to know: everything, each parameter, and some pairs (None: not looked for)."""

    player: str
    worth: Worth
    pairs: tuple[Pair, ...] | None = None


@dataclass(frozen=True, eq=False)
class Weights:
    """Indices by event and policy, and information by player."""

    indices: tuple[tuple[str, str, Indices], ...]
    information: tuple[Information, ...]


def weigh(
    study: Study,
    sample: Sample,
    policies: Sequence[str],
    tally: PolicyTally,
    replicated: bool = True,
    thorough: bool = True,
) -> Weights:
    """From the draws of a run. ``replicated``: they are independent scramblings; others (grids, files) have no intervals."""
    x, draw = sample.x[:INDEXED], sample.draw[:INDEXED]
    dependent = study.dependent or (not replicated and correlated(x))
    polynomials = Polynomials(x, draw, replicated)
    find = dependent_indices if dependent else Polynomials.indices
    done: dict[bytes, Indices | None] = {}
    indices: list[tuple[str, str, Indices]] = []
    for event in study.events:
        for policy in policies if thorough else [p for p in policies if p == BASELINE] or policies:
            if event in sample.events(policy):
                column = sample.event(policy, event)[:INDEXED]
                key = column.tobytes()  # policies that change nothing have the same column
                if key not in done:
                    done[key] = find(polynomials, column, intervals=thorough)
                found = done[key]
                if found is not None:
                    indices.append((event, policy, found))
    information: list[Information] = []
    for player, menu in tally.menus.items():
        values, good = sample.menu(menu.policies, player)
        values, good = values[:, : int(good[:INDEXED].sum())], good[:INDEXED]
        rows = np.flatnonzero(good)
        terms = None
        if polynomials.usable:
            terms = polynomials.terms if len(rows) == len(x) else polynomials.terms.at(rows)
        known = worth(values, x[rows], draw[rows], thorough and replicated, terms)
        if known is not None:
            joint = (
                pairs(Payoffs(values, draw[rows]), known, terms)
                if terms and thorough and replicated
                else None
            )
            information.append(Information(player, known, joint))
    return Weights(tuple(indices), tuple(information))
