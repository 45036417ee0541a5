"""Which draws are solved anew, and how far a mean over them is off."""

from __future__ import annotations

import numpy as np
import policy_forms as pf
import pytest

from detente.explore import test as run
from detente.explore.claims.verdict import Tally
from detente.explore.policies import responses
from detente.explore.policies.first import First, chosen
from detente.explore.policies.spread import mean_interval
from detente.explore.protocol import Judged
from detente.explore.sweep.chunk import Chunk


def test_of_replicates_the_first_draws_are_taken_and_of_others_any():
    assert list(chosen(10, 4, True, 1)) == [0, 1, 2, 3]
    assert list(chosen(3, 4, False, 1)) == [0, 1, 2]
    some = chosen(1000, 50, False, 1)
    assert len(set(some)) == 50
    assert list(some) == sorted(some)
    assert some.max() > 900  # a grid's first rows lie in one corner
    assert list(some) == list(chosen(1000, 50, False, 1))


def test_draws_are_kept_across_chunks_and_uncertified_payoffs_are_not():
    first = First(np.array([1, 3, 4]), ("A",))
    x = np.arange(6.0)
    for rows in (slice(0, 2), slice(2, 4), slice(4, 6)):
        status = {"p": (x[rows] == 3).astype(np.int8)}
        first.add(
            Chunk(rows.start, 0, {"x": x[rows]}, {"p": {}}, {"p": {"A": 10 * x[rows], "B": x[rows]}}, status)
        )
    assert list(first.draws["x"]) == [1, 3, 4]
    assert np.array_equal(first.value("p", "A"), [10, np.nan, 40], equal_nan=True)


def test_the_interval_of_a_share_is_that_of_claims():
    rng = np.random.default_rng(3)
    hit = rng.random(512) < 0.3
    tally = Tally()
    tally.add(0, Judged(np.where(hit, 1.0, -1.0), np.zeros(512, dtype=np.int8)))
    assert mean_interval(hit.astype(float), np.arange(512)) == pytest.approx(tally.interval)
    assert mean_interval(hit[:64].astype(float), np.arange(64)) is None


def test_fewer_draws_are_used_where_there_would_be_too_many_games(monkeypatch):
    monkeypatch.setattr(responses, "MOST_GAMES", 80)
    record = run(pf.announcements(), draws=64).record()
    assert {r["draws"] for r in record["responses"]} == {20}  # four pairs
