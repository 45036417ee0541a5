"""Two-step and nested pseudo-likelihood from replies alone: the published sanctions fits, games of our own, simulations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from detente.estimate.first_stage import given
from detente.estimate.formulas import Index
from detente.estimate.played import Played
from detente.estimate.pseudo import nested, two_step
from detente.estimate.replies.reply import Numbers, Replied
from detente.estimate.signalling import PAYOFFS
from detente.estimate.signalling.answers import log_best, log_normal, log_odds, log_sum
from detente.game import Game, Tree, parse_yaml

CRISIS = """
title: crisis signalling
players: {A: one, B: other}
parameters:
  SA: {range: [-9, 9]}
  VA: {range: [-9, 9]}
  CB: {range: [-9, 9]}
  WA: {range: [-9, 9]}
  WB: {range: [-9, 9]}
  a: {range: [-9, 9]}
  VB: {range: [-9, 9], base: 0}
moves:
  - {move: open, by: A, options: [keep, challenge]}
  - {move: answer, by: B, options: [concede, resist], when: open == challenge}
  - {move: last, by: A, options: [back_down, stand], when: answer == resist}
payoffs:
  A:
    kept: {worth: SA, when: open == keep}
    won: {worth: VA, when: answer == concede}
    war: {worth: WA, when: last == stand}
    shame: {worth: a, when: last == back_down}
  B:
    lost: {worth: CB, when: answer == concede}
    war: {worth: WB, when: last == stand}
    won: {worth: VB, when: last == back_down}
events:
  sq: open == keep
  cd: answer == concede
  sf: last == stand
  bd: last == back_down
"""


@dataclass(frozen=True)
class Crisis:
    """The crisis game of Lewis and Schultz in closed form, as `Replies`."""

    tree: Tree
    beliefs = ((1, 1), (2, 1))

    def __call__(self, numbers: Numbers, beliefs: Numbers) -> Replied:
        text = [n.text for n in self.tree.numbers]
        sa, va, cb, wa, wb, a, vb = (numbers[text.index(p)] for p in PAYOFFS)
        resist, firm = beliefs
        c = sa + (sa - va) * np.exp(-resist)
        x = wb - cb + (vb - cb) * np.exp(-firm)
        stand, back = log_best(wa, a, c), log_best(a, wa, c)
        yes, no = log_normal(x), log_normal(-x)
        by_label = {
            ("keep",): log_normal(c - wa) + log_normal(c - a),
            ("challenge", "concede"): log_sum(stand, back) + no,
            ("challenge", "resist", "stand"): stand + yes,
            ("challenge", "resist", "back_down"): back + yes,
        }
        ends = [by_label[self.tree.path_labels(int(n))] for n in np.flatnonzero(self.tree.kind == 0)]
        return Replied(np.stack(ends), np.stack([yes - no, log_odds(wa, a, c)]))


def crisis() -> Crisis:
    return Crisis(Game.from_mapping(*parse_yaml(CRISIS)).tree())


def told(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "estimation" / f"sanctions_{name}.json").read_text("utf-8"))


def flat(by_payoff: dict) -> np.ndarray:
    return np.array([v for name in PAYOFFS for v in by_payoff[name].values()])


@pytest.fixture(scope="module")
def sanctions(shared: Path):
    pd = pytest.importorskip("pandas", reason="pandas is not installed (extra: estimate)")
    pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")
    from detente.estimate.data import counted
    from detente.estimate.formulas import index

    data = pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})
    indices: list[Index] = []
    for name in PAYOFFS:
        terms = told(shared, "npl")["utilities"][name]
        if terms:
            formula = " + ".join("1" if t == "(Intercept)" else t for t in terms)
            indices.append(index(name, formula if "(Intercept)" in terms else "0 + " + formula, data))
    replies = crisis()
    _, ends, counts = counted(data, {e: e for e in ("sq", "cd", "sf", "bd")}, {}, replies.tree)
    return Played(replies, indices, {"VB": 0.0}, ends, counts), data


@pytest.fixture(scope="module")
def first(sanctions):
    played, data = sanctions
    return given(played, {"answer > resist": data.PRhat.to_numpy(), "last > stand": data.PFhat.to_numpy()})


@pytest.fixture(scope="module")
def npl(sanctions, first):
    return nested(sanctions[0], first.beliefs)


def test_two_step(shared, sanctions, first):
    found, peer = two_step(sanctions[0], first), told(shared, "pl")
    assert found.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert found.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    errors = peer["standard_errors_first_stage_known"]
    assert np.sqrt(np.diag(found.covariance("naive"))) == pytest.approx(flat(errors["opg"]), abs=1e-5)
    assert np.sqrt(np.diag(np.linalg.inv(found.information))) == pytest.approx(
        flat(errors["observed_information"]), abs=1e-5
    )
    assert found.in_equilibrium() == pytest.approx(
        peer["loglik_in_equilibrium_at_these_coefficients"], abs=1e-6
    )


def test_nested(shared, npl):
    peer = told(shared, "npl")
    assert npl.log_likelihood == pytest.approx(peer["loglik"], abs=1e-6)
    assert npl.theta == pytest.approx(flat(peer["coefficients"]), abs=1e-5)
    errors = {"corrected": "standard_errors", "sandwich": "standard_errors_sandwich_exact_bread"}
    for kind, name in errors.items():
        assert np.sqrt(np.diag(npl.covariance(kind))) == pytest.approx(flat(peer[name]), abs=1e-5)
    assert npl.radius == pytest.approx(peer["spectral_radius_of_npl_iteration"], abs=1e-5)
    assert 1 / (1 + np.exp(-npl.beliefs[0])) == pytest.approx(np.array(peer["equilibrium_pR"]), abs=1e-8)
