"""Private information in general: against closed forms of two families of games, and against a million simulated types a game."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import erfcx, log_ndtr

from detente.errors import BadInput, GameError
from detente.estimate.replies.plans import Option, Worth, log_odds, log_plans
from detente.estimate.replies.private import PrivateReplies
from detente.estimate.replies.reply import along, sloped
from detente.estimate.signalling.answers import PAYOFFS, answers
from detente.estimate.walk import walk
from detente.game import Game
from detente.game.derivative import numbers_slope
from detente.game.tree import TERMINAL
from detente.models import find

CRISIS = {"A": ["stand_firm", "back_down"], "B": ["stand_firm"]}


def settled(replies, numbers):
    """Beliefs of a game of perfect information: after a reply for each move they are the replies to themselves."""
    beliefs = np.zeros((len(replies.beliefs), numbers.shape[1]))
    for _ in range(len(replies.tree.sets)):
        beliefs = replies(numbers, beliefs).reply
    return beliefs


def labels(tree):
    ends = {int(tree.terminal[n]): tree.path_labels(int(n)) for n in np.flatnonzero(tree.kind == TERMINAL)}
    return [ends[e] for e in range(tree.n_outcomes)]


# ---------------------------------------------------------------- closed forms


@pytest.mark.parametrize("slug", ["strategic-probit-12", "strategic-probit-122", "strategic-probit-123"])
def test_where_nobody_moves_twice_it_is_the_walk(slug):
    """Log-probabilities and their slopes along the equilibrium, at 200 points, some in the tails."""
    tree, rng = find(slug).game.tree(), np.random.default_rng(1)
    names = [n for n in tree.parameters if n.startswith("u")]
    at = {n: rng.normal(size=200) * np.geomspace(0.3, 12, 200) for n in names}
    replies = PrivateReplies(tree)
    numbers, slopes = tree.numbers_at(at).T, numbers_slope(tree, at, tuple(names)).dense().transpose(1, 0, 2)
    beliefs = settled(replies, numbers)
    found = sloped(replies, numbers, slopes, beliefs)
    told = walk(tree, at, names, link="probit", errors="private")
    assert found.log == pytest.approx(told.log, rel=1e-11, abs=1e-11)
    assert found.log.min() < -200
    way = along(found, len(names))
    total = found.d_log[:, :, : len(names)] + np.einsum("erb,brk->erk", found.d_log[:, :, len(names) :], way)
    assert total == pytest.approx(told.slope, rel=1e-8, abs=1e-8)


def crisis(u, q):
    """Replies in the catalogue's game at payoffs [game, 7], and log-odds of resisting and of standing firm."""
    tree = find("crisis-signalling-estimated").game.tree()
    return PrivateReplies(tree, CRISIS), tree.numbers_at(dict(zip(PAYOFFS, u.T, strict=True))).T, -q


ENDS = {
    ("refrain",): 0,
    ("challenge", "concede"): 1,
    ("challenge", "resist", "stand_firm"): 2,
    ("challenge", "resist", "back_down"): 3,
}


@pytest.mark.parametrize("size", [1.0, 4.0])
def test_crisis_signalling_is_its_closed_form(size):
    """200 payoff vectors and beliefs: ends, replies and all slopes; the larger payoffs go down to e^-10000 and beyond."""
    rng = np.random.default_rng(2)
    u, q = size * rng.normal(size=(200, 7)), 3 * rng.normal(size=(2, 200))
    p = 1 / (1 + np.exp(-q))
    replies, numbers, beliefs = crisis(u, q)
    tree = replies.tree
    assert [tree.sets[h].name for h, _ in replies.beliefs] == ["answer", "last"], (
        "of challenges nobody needs beliefs"
    )
    at = dict(zip(PAYOFFS, u.T, strict=True))
    slopes = numbers_slope(tree, at, PAYOFFS).dense().transpose(1, 0, 2)
    found, told = sloped(replies, numbers, slopes, beliefs), answers(u, *p)
    order = [ENDS[label] for label in labels(tree)]
    assert found.log == pytest.approx(told.log[order], rel=1e-12, abs=1e-12)
    chain = np.concatenate([np.ones((7, 200)), -p * (1 - p)]).T  # by log-odds of the second option
    near = told.log[order] > -1e5  # slopes of the closed form lose digits as its logarithms grow
    assert found.d_log[near] == pytest.approx((told.slope[order] * chain)[near], rel=2e-10, abs=2e-10)
    share = told.belief[0] * (1 - told.belief[0])
    by_answer = -found.d_reply[0] * share[:, None]
    assert by_answer == pytest.approx((told.d_belief * chain)[0], rel=2e-10, abs=2e-10)
    _, _, cb, _, wb, _, vb = u.T
    x = wb - vb + (vb - cb) / p[1]
    assert -found.reply[0] == pytest.approx(log_ndtr(x) - log_ndtr(-x), rel=1e-12, abs=1e-12)
    firm, back = told.log[2:], told.slope[2:] * chain
    near = firm.min(axis=0) > -200  # the difference of the closed form's logarithms has its digits
    assert -found.reply[1, near] == pytest.approx((firm[0] - firm[1])[near], rel=1e-10, abs=1e-10)
    assert -found.d_reply[1, near] == pytest.approx((back[0] - back[1])[near], rel=1e-7, abs=1e-7)
    if size > 1:
        assert found.log.min() < -1e4


@pytest.mark.parametrize("q", [-10.0, -36.0, -200.0])
def test_odds_of_standing_firm_keep_their_digits(q):
    """A challenge that is resisted so rarely that c is up to e^200: both logarithms are c^2 / 2, what counts is their difference,
    (WA - a)(v1 + v2) / 2 and that of log erfcx(v / root 2), v the distances of WA and a from c."""
    rng = np.random.default_rng(3)
    u = rng.normal(size=(50, 7))
    u[:, 0] = u[:, 1] + np.abs(rng.normal(size=50))
    replies, numbers, beliefs = crisis(u, np.full((2, 50), [[q], [0.3]]))
    sa, va, _, wa, _, a, _ = u.T
    c = sa + (sa - va) * np.exp(-q)
    v1, v2 = c - wa, c - a
    told = (wa - a) * (v1 + v2) / 2 + np.log(erfcx(v1 / 2**0.5)) - np.log(erfcx(v2 / 2**0.5))
    found, far = replies(numbers, beliefs), c > 12
    assert -found.reply[1, far] == pytest.approx(told[far], rel=1e-12)
    assert far.sum() > 45
    assert np.isfinite(found.log).all()


def test_a_status_quo_as_good_as_a_concession_costs_no_digits():
    """SA = VA: the difference of two sums that hardly differ; the closed form has c = VA for every belief."""
    u = np.array([[0.7, 0.7, 0.1, -0.4, 0.3, -0.8, 0.2]]).repeat(3, axis=0)
    replies, numbers, beliefs = crisis(u, np.array([[-20.0, -30.0, 2.0], [0.0, 0.0, 0.0]]))
    found = replies(numbers, beliefs)
    assert np.ptp(found.reply[1]) < 1e-13
    assert found.log[labels(replies.tree).index(("refrain",))] == pytest.approx(
        log_ndtr(1.1) + log_ndtr(1.5), abs=1e-13
    )


# ---------------------------------------------------------------- simulation


def game(parameters, moves, payoffs):
    told = {name: {"range": [-9, 9], "base": value} for name, value in parameters.items()}
    return Game(players=["A", "B"], parameters=told, moves=moves, payoffs=payoffs).tree()


def term(worth, when):
    return {"worth": worth, "when": when}


def unseen():
    """B does not see how A came, A knows it and moves again after either way; every end has an error."""
    return game(
        {"x": 0.4},
        [
            {"move": "come", "by": "A", "options": ["loud", "quiet"], "hidden_from": "B"},
            {"move": "answer", "by": "B", "options": ["resist", "concede"]},
            {"move": "loudly", "by": "A", "options": ["fight", "go"], "when": "come == loud and answer == resist"},
            {"move": "quietly", "by": "A", "options": ["fight", "go"], "when": "come == quiet and answer == resist"},
        ],
        {
            "A": {"prize": term(1, "answer == concede"), "costs": term("-x", "loudly == go"), "war": term(0.3, "loudly == fight"),
                  "sly": term(-0.5, "quietly == fight"), "off": term(0.2, "quietly == go")},
            "B": {"loss": term(-0.6, "answer == concede and come == loud"), "war": term(-1, "loudly == fight or quietly == fight"),
                  "stays": term(0.8, "loudly == go")},
        },
    )  # fmt: skip


def three():
    """Three options; one leads on, past an answer and the weather, to three more. B is at war on four ends."""
    return game(
        {"q": 0.3},
        [
            {"move": "open", "by": "A", "options": ["attack", "bargain", "wait"]},
            {"move": "answer", "by": "B", "options": ["resist", "delay", "concede"], "when": "open == attack"},
            {"move": "weather", "by": "chance", "options": {"fair": "q", "foul": "1 - q"}, "when": "answer == resist",
             "hidden_from": "everyone"},
            {"move": "last", "by": "A", "options": ["storm", "siege", "leave"], "when": "answer == resist"},
        ],
        {
            "A": {"prize": term(1.2, "answer == concede"), "delay": term(-0.2, "answer == delay"),
                  "talks": term(0.4, "open == bargain"), "fair": term(0.9, "last == storm and weather == fair"),
                  "foul": term(-1.5, "last == storm and weather == foul"), "leave": term(-0.7, "last == leave")},
            "B": {"loss": term(-0.8, "answer == concede"), "delay": term(-0.5, "answer == delay"), "war": term(-1.1, "last == storm"),
                  "siege": term(-0.3, "last == siege"), "stays": term(0.9, "last == leave")},
        },
    )  # fmt: skip


def one_side():
    """A stays, or moves at the same time as B and then, where B resists, chooses among three; every end has an error."""
    return game(
        {"y": -0.3},
        [
            {"move": "come", "by": "A", "options": ["go", "stay"], "hidden_from": "B"},
            {"move": "arm", "by": "B", "options": ["arms", "rests"]},
            {"move": "last", "by": "A", "options": ["war", "raid", "home"], "when": "come == go and arm == arms"},
        ],
        {
            "A": {"prize": term(1, "come == go and arm == rests"), "war": term("y", "last == war"), "home": term(-1, "last == home"),
                  "fear": term(-0.4, "come == stay and arm == arms")},
            "B": {"loss": term(-1.3, "come == go and arm == rests"), "war": term(-0.9, "last == war"),
                  "arms": term(-0.2, "arm == arms")},
        },
    )  # fmt: skip


SIMULATED = {
    "unseen": (unseen, None),
    "three": (three, {"A": ["attack > resist", "bargain", "wait"]}),
    "one side": (one_side, None),
}


def simulated(tree, noisy, numbers, expected, types, rng):
    """What ``types`` of each player do, each by the best of all its strategies: log-shares of ends [end] with their relative errors,
    and shares {(set, option): among those that come there} with how many come. ``expected``: {(set, option): probability}."""
    ways = {}
    for node in np.flatnonzero(tree.kind == TERMINAL):
        end, way = int(tree.terminal[node]), []
        while tree.parent[node] >= 0:
            up, branch = int(tree.parent[node]), int(tree.branch[node])
            owned = int(tree.info_set[up])
            way.append(
                (owned, branch)
                if owned >= 0
                else (-1, int(tree.edge_number[int(tree.child_start[up]) + branch]))
            )
            node = up
        ways[end] = way
    chance = np.array([math.prod(numbers[k] for h, k in ways[e] if h < 0) for e in range(len(ways))], float)
    log, variance, shares = np.log(chance), np.zeros(len(ways)), {}
    for i, player in enumerate(tree.players):
        mine = [h for h, s in enumerate(tree.sets) if s.player == i]
        weight, payoff = chance.copy(), np.zeros(len(ways))
        for e, way in ways.items():
            weight[e] *= math.prod(expected[h, k] for h, k in way if h >= 0 and h not in mine)
            at = e * len(tree.players) + i
            payoff[e] = numbers[tree.payoff_number[tree.payoff_start[at] : tree.payoff_start[at + 1]]].sum()
        worth = payoff[:, None].repeat(types, axis=1)
        for e in range(len(ways)):
            marked = noisy.get(player)
            path = " > ".join(reversed([tree.sets[h].options[k] for h, k in ways[e] if h >= 0]))
            if marked is None or any(path.startswith(m) for m in marked):
                worth[e] += rng.normal(size=types)
        strategies = list(itertools.product(*(range(len(tree.sets[h].options)) for h in mine)))
        allowed = np.array([
            [all(s[mine.index(h)] == k for h, k in ways[e] if h in mine) for e in range(len(ways))] for s in strategies
        ])  # fmt: skip
        best = np.argmax((allowed * weight) @ worth, axis=0)
        how_many = np.bincount(best, minlength=len(strategies))
        share = how_many @ allowed / types
        log += np.log(share)
        variance += (1 - share) / share / types
        for h in mine:
            before = next(
                set(way[j + 1 :]) for way in ways.values() for j, step in enumerate(way) if step[0] == h
            )
            comes = [all(s[mine.index(g)] == k for g, k in before if g in mine) for s in strategies]
            for k in range(len(tree.sets[h].options)):
                takes = [c and s[mine.index(h)] == k for c, s in zip(comes, strategies, strict=True)]
                shares[h, k] = how_many @ np.array(takes), how_many @ np.array(comes)
    return log, np.sqrt(variance), shares


@pytest.mark.parametrize("name", SIMULATED)
def test_a_million_types_a_player(name):
    """At beliefs that are no equilibrium: everybody takes the best of all its strategies, straight from the definition."""
    make, noisy = SIMULATED[name]
    tree, rng = make(), np.random.default_rng(7)
    replies = PrivateReplies(tree, noisy)
    beliefs = rng.normal(size=(len(replies.beliefs), 1))
    numbers = tree.numbers_at({})[0]
    expected = {}
    for h, owned in enumerate(tree.sets):
        odds = [0.0] + [
            float(b[0]) for told, b in zip(replies.beliefs, beliefs, strict=True) if told[0] == h
        ] if any(told[0] == h for told in replies.beliefs) else [0.0] * len(owned.options)  # fmt: skip
        expected |= {(h, k): math.exp(v) / sum(map(math.exp, odds)) for k, v in enumerate(odds)}
    log, error, shares = simulated(tree, noisy or {}, numbers, expected, 1_000_000, rng)
    found = replies(numbers[:, None], beliefs)
    assert np.exp(found.log[:, 0]).sum() == pytest.approx(1, abs=1e-12)
    assert np.abs((found.log[:, 0] - log) / error).max() < 4
    assert error.max() < 0.02, "no end is so rare that the simulation says nothing of it"
    for (h, k), reply in zip(replies.beliefs, found.reply[:, 0], strict=True):
        (one, comes), (none, _) = shares[h, k], shares[h, 0]
        assert abs(reply - math.log(one / none)) < 4 * math.sqrt(1 / one + 1 / none)
        assert 0 < one < comes


@pytest.mark.parametrize("name", SIMULATED)
def test_the_complex_step_is_the_slope(name):
    """Against central differences, by every number of the tree and every belief, at modest and at far-off beliefs."""
    make, noisy = SIMULATED[name]
    tree, rng = make(), np.random.default_rng(8)
    replies = PrivateReplies(tree, noisy)
    rows = 12
    numbers = tree.numbers_at({n: np.full(rows, v) for n, v in tree.base.items()}).T
    width, count = len(replies.beliefs), len(numbers)
    beliefs = rng.normal(size=(width, rows)) * np.linspace(0.5, 6, rows)
    slopes = np.zeros((count, rows, count))
    slopes[np.arange(count), :, np.arange(count)] = 1.0
    found, step = sloped(replies, numbers, slopes, beliefs), 1e-5
    for k in range(count + width):
        move = step * np.eye(count + width)[k]
        up, down = (
            replies(numbers + s * move[:count, None], beliefs + s * move[count:, None]) for s in (1, -1)
        )
        assert (up.log - down.log) / (2 * step) == pytest.approx(found.d_log[:, :, k], rel=2e-6, abs=2e-7)
        assert (up.reply - down.reply) / (2 * step) == pytest.approx(
            found.d_reply[:, :, k], rel=2e-6, abs=2e-7
        )


def test_probabilities_add_up_at_any_beliefs():
    """Up to log-odds of some hundreds; nobody needs to believe anything of what B has seen of A's first move."""
    tree = three()
    replies, rng = PrivateReplies(tree, SIMULATED["three"][1]), np.random.default_rng(9)
    numbers = tree.numbers_at({n: np.full(60, v) for n, v in tree.base.items()}).T
    beliefs = rng.normal(size=(len(replies.beliefs), 60)) * np.geomspace(1, 200, 60)
    found = replies(numbers, beliefs)
    assert np.isfinite(found.reply).all()
    assert np.exp(found.log).sum(axis=0) == pytest.approx(np.ones(60), abs=1e-11)
    assert {tree.sets[h].name for h, _ in replies.beliefs} == {"answer", "last"}


# ---------------------------------------------------------------- plans


@pytest.mark.slow
def test_tails_of_plans_against_many_digits():
    """A sure status quo v above three later choices beside another option: mpmath's integral, logarithms and their difference."""
    mp = pytest.importorskip("mpmath", reason="mpmath is not installed")
    choices = [(0.3, 1.0), (-0.4, 1.2), (0.1, 0.7)]
    for edge in (4.0, 9.0, 40.0, 1e6):
        other = (0.2, 1e5) if edge > 1e5 else (0.2, 12.0)
        options = [
            Option(Worth(0.0, 0.0, True), (Worth(np.array([edge]), np.zeros(1), True),)),
            Option(Worth(0.0, 0.0, True), (Worth(*other, False),)),
            Option(Worth(0.0, 0.0, True), tuple(Worth(m, s, False) for m, s in choices)),
        ]
        logs = log_plans(options)
        with mp.workdps(40):
            told = [_by_mpmath(mp, k, choices, other, mp.mpf(edge)) for k in range(3)]
            for k in range(3):
                assert float(logs[2][k][0]) == pytest.approx(float(told[k]), rel=1e-12)
                odds = log_odds(options, logs, 2, k)[0]
                assert odds == pytest.approx(float(told[k] - told[0]), rel=1e-12, abs=1e-12)


def _by_mpmath(mp, k, choices, other, edge):
    m, s = choices[k]
    v = (edge - m) / s
    rivals = [other, *(c for j, c in enumerate(choices) if j != k)]

    def inside(y):
        t = edge + s * y / v
        return mp.exp(-y - (y / v) ** 2 / 2) * mp.fprod(mp.ncdf((t - a) / b) for a, b in rivals)

    return mp.log(mp.quad(inside, [0, 1, 4, 10, 25, 60, 120])) - mp.log(v) - v**2 / 2 - mp.log(2 * mp.pi) / 2


# ---------------------------------------------------------------- what is refused


def refused(words, tree, noisy=None, kind=GameError):
    with pytest.raises(kind, match=words):
        PrivateReplies(tree, noisy)


def test_what_takes_more_dimensions_is_refused_and_named():
    refused(r"'open'.*two dimensions", three())
    refused(r"'open'.*no error", three(), {"A": ["attack > resist"]})
    refused(r"'come'.*no error", unseen(), {"A": ["loud"]})
    refused("no such player", unseen(), {"C": ["loud"]}, BadInput)
    refused("no such end", unseen(), {"A": [99]}, BadInput)
    refused("no event", unseen(), {"A": ["aloud"]}, BadInput)


def test_a_third_move_and_two_later_sets_are_refused():
    first = {"move": "m1", "by": "A", "options": ["on", "off"]}
    answer = {"move": "b", "by": "B", "options": ["l", "r"], "when": "m1 == on"}
    left, right = ({"move": f"m2{o}", "by": "A", "options": ["on", "off"], "when": f"b == {o}"} for o in "lr")
    third = {"move": "m3", "by": "A", "options": ["on", "off"], "when": "m2l == on"}
    refused(r"'on' at 'm1'.*more than one set", game({}, [first, answer, left, right], {"A": {}, "B": {}}))
    refused(r"'m3'.*third time", game({}, [first, answer, left, third], {"A": {}, "B": {}}))


def test_ends_may_be_told_by_number_event_or_way():
    tree = find("crisis-signalling-estimated").game.tree()
    rng = np.random.default_rng(4)
    numbers = tree.numbers_at({n: rng.normal(size=5) for n in PAYOFFS}).T
    firm, back = (labels(tree).index(("challenge", "resist", way)) for way in ("stand_firm", "back_down"))
    told = [CRISIS, {"A": [firm, back], "B": [firm]}, {"A": ["challenge > resist"], "B": "stand_firm"}]
    logs = [PrivateReplies(tree, noisy)(numbers, np.zeros((2, 5))).log for noisy in told]
    assert (logs[0] == logs[1]).all()
    assert (logs[0] == logs[2]).all()
    assert not np.allclose(logs[0], PrivateReplies(tree)(numbers, np.zeros((2, 5))).log)
