"""Probabilities of ends against closed forms, enumeration and the solver; slopes against differences at random points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from detente.errors import GameError
from detente.estimate.walk import check_walkable, walk
from detente.game import Game
from detente.models import find
from detente.solve import solve

NAMES = {"strategic-probit-12": ("u11", "u13", "u14", "u24"),
         "strategic-probit-122": ("u11", "u12", "u13", "u14", "u22", "u24"),
         "strategic-probit-123": ("u11", "u13", "u15", "u16", "u23", "u25", "u26", "u36")}  # fmt: skip
KINDS = [("logit", "agent", 0.7), ("probit", "agent", 2**0.5), ("probit", "private", 1.0)]


def draws(names: tuple[str, ...], rows: int, size: float = 1.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    return {name: size * rng.normal(size=rows) for name in names}


@pytest.mark.parametrize(("link", "errors", "scale"), KINDS)
@pytest.mark.parametrize("slug", NAMES)
def test_probabilities_add_up_and_slopes_are_right(slug, link, errors, scale):
    tree, names = find(slug).game.tree(), NAMES[slug]
    check_walkable(tree, link, errors)
    at = draws(names, 40)
    found = walk(tree, at, names, link=link, errors=errors, scale=scale)
    assert np.exp(found.log).sum(axis=0) == pytest.approx(np.ones(40), abs=1e-14)
    for k, name in enumerate(names):
        above, below = (
            walk(tree, {**at, name: at[name] + s * 1e-6}, names, link=link, errors=errors, scale=scale).log
            for s in (1, -1)
        )
        assert found.slope[:, :, k] == pytest.approx((above - below) / 2e-6, abs=1e-7, rel=1e-6)


@pytest.mark.parametrize("slug", NAMES)
def test_the_logit_is_the_quantal_equilibrium(slug):
    """Two roads: backward induction with logistic errors, and the solver at the same precision."""
    tree, names = find(slug).game.tree(), NAMES[slug]
    at = draws(names, 25)
    found = walk(tree, {**at, "lam": np.full(25, 1.3)}, names, link="logit", scale=1 / 1.3)
    solved = solve(tree, {**at, "lam": np.full(25, 1.3)}, precision=1.3, threads=1)
    assert solved.certified.all()
    for e in range(len(tree.events)):
        held = np.array([tree.numbers_at()[0][k] for k in tree.event_number[e]])
        assert (held[:, None] * np.exp(found.log)).sum(axis=0) == pytest.approx(solved.event[:, e], abs=1e-9)


def test_private_information_is_what_simulation_gives():
    """Three outcomes: each payoff has an error of variance 1 that its owner knows; a million cases."""
    tree, names = find("strategic-probit-12").game.tree(), NAMES["strategic-probit-12"]
    u11, u13, u14, u24 = 0.2, 0.9, -0.6, 0.4
    at = dict(zip(names, map(np.array, ([u11], [u13], [u14], [u24])), strict=True))
    found = np.exp(walk(tree, at, names, link="probit", errors="private").log[:, 0])
    rng = np.random.default_rng(0)
    stop, give, resist, two_give, two_resist = rng.normal(size=(5, 1_000_000))
    p4 = ndtr(u24 / 2**0.5)
    goes = (1 - p4) * (u13 + give) + p4 * (u14 + resist) > u11 + stop
    resists = u24 + two_resist > two_give
    labels = [tree.path_labels(int(n)) for n in np.flatnonzero(tree.kind == 0)]
    simulated = {
        ("stop",): (~goes).mean(),
        ("go_on", "give_in"): (goes & ~resists).mean(),
        ("go_on", "resist"): (goes & resists).mean(),
    }
    for label, p in zip(labels, found, strict=True):
        assert p == pytest.approx(simulated[label], abs=2e-3)


@pytest.mark.parametrize(("link", "errors", "scale"), KINDS)
def test_far_tails_keep_their_logarithms(link, errors, scale):
    """What is 0 in floating point has a logarithm still: nothing is floored."""
    tree, names = find("strategic-probit-12").game.tree(), NAMES["strategic-probit-12"]
    far = {
        "u11": np.array([80.0, -80.0]),
        "u13": np.zeros(2),
        "u14": np.zeros(2),
        "u24": np.array([60.0, -60.0]),
    }
    found = walk(tree, far, names, link=link, errors=errors, scale=scale)
    assert np.isfinite(found.log).all()
    assert np.isfinite(found.slope).all()
    assert found.log.min() < -40


def test_chance_is_part_of_the_walk():
    game = Game(
        players=["A"],
        parameters={"q": {"range": [0.1, 0.9]}, "gain": {"range": [0, 2]}},
        moves=[
            {"move": "weather", "by": "chance", "options": {"fair": "q", "foul": "1 - q"}},
            {"move": "sail", "by": "A", "options": ["go", "wait"]},
        ],
        payoffs={"A": {"gain": {"worth": "gain", "when": "sail == go and weather == fair"}}},
    )
    at = {"q": np.array([0.3]), "gain": np.array([1.0])}
    found = walk(game.tree(), at, ("q", "gain"))
    sure = 1 / (1 + np.exp(-1))
    assert np.exp(found.log[:, 0]) == pytest.approx([0.3 * sure, 0.3 * (1 - sure), 0.35, 0.35])
    assert found.slope[:, 0, 0] == pytest.approx([1 / 0.3, 1 / 0.3, -1 / 0.7, -1 / 0.7])


def test_games_that_need_beliefs_are_refused():
    tree = find("crisis-signalling").game.tree()
    with pytest.raises(GameError, match=r"'answer'.*beliefs"):
        check_walkable(tree, "logit", "agent")
    with pytest.raises(GameError, match="normal errors"):
        check_walkable(find("strategic-probit-12").game.tree(), "logit", "private")


THREE = ("u", "v", "w", "x", "y")


def three_options():
    """A ends it in two ways or lets B choose among three."""
    second = {"move": "r", "by": "B", "when": "m == c", "options": ["p", "q", "s"]}
    return Game(
        players=["A", "B"],
        parameters={name: {"range": [-1, 1]} for name in THREE},
        moves=[{"move": "m", "by": "A", "options": ["a", "b", "c"]}, second],
        payoffs={
            "A": {"one": {"worth": "u", "when": "m == a"}, "two": {"worth": "w", "when": "m == b"},
                  "three": {"worth": "v", "when": "m == c and r == q"}},
            "B": {"one": {"worth": "x", "when": "r == p"}, "two": {"worth": "y", "when": "r == q"}},
        },
    ).tree()  # fmt: skip


@pytest.mark.parametrize(("link", "errors", "scale"), KINDS)
@pytest.mark.parametrize("size", [1.0, 20.0])
def test_three_options_add_up_and_slopes_are_right(link, errors, scale, size):
    tree, at = three_options(), draws(THREE, 30, size)
    check_walkable(tree, link, errors)
    found = walk(tree, at, THREE, link=link, errors=errors, scale=scale)
    assert np.exp(found.log).sum(axis=0) == pytest.approx(np.ones(30), abs=1e-13)
    for k, name in enumerate(THREE):
        above, below = (
            walk(tree, {**at, name: at[name] + s * 1e-5}, THREE, link=link, errors=errors, scale=scale).log
            for s in (1, -1)
        )
        assert found.slope[:, :, k] == pytest.approx((above - below) / 2e-5, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("errors", ["agent", "private"])
def test_three_options_are_what_simulation_gives(errors):
    """Normal errors on every option, or on every payoff and known to its owner: four hundred thousand cases."""
    tree, many = three_options(), 400_000
    u, v, w, x, y = 0.2, 0.9, -0.3, 0.5, -0.4
    at = dict(zip(THREE, map(np.array, ([u], [v], [w], [x], [y])), strict=True))
    found = np.exp(walk(tree, at, THREE, link="probit", errors=errors, scale=2**0.5).log[:, 0])
    rng = np.random.default_rng(0)
    second = np.bincount((np.array([[x], [y], [0]]) + rng.normal(size=(3, many))).argmax(axis=0)) / many
    error = rng.normal(size=(5, many))
    go = second[1] * v + (error[2] if errors == "agent" else second @ error[2:])
    first = np.bincount(np.stack([u + error[0], w + error[1], go]).argmax(axis=0)) / many
    want = [*first[:2], *(first[2] * second)]
    assert found == pytest.approx(want, abs=4 * 0.5 / many**0.5)
