"""Cross-validation against folds fitted one by one; a true model beats the shares, noise does not."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput, DataError
from detente.estimate.scores import cross_validate

EVENT = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}


def test_scores_are_their_formulas(played, studied):
    data = played(240)
    whole = studied(data)
    found = cross_validate(whole, 4, seed=6)
    fold = np.random.default_rng(6).permutation(np.arange(240) % 4)
    log, brier, hit, plain_log, plain_brier, plain_hit = ([] for _ in range(6))
    for k in range(4):
        train, test = data[fold != k].reset_index(drop=True), data[fold == k].reset_index(drop=True)
        shown = studied(train).fit.predict(test)
        shares = {EVENT[w]: float((train.what == w).mean()) for w in EVENT}
        for row, what in enumerate(test.what):
            for table, into in (({e: shown[e][row] for e in shown}, (log, brier, hit)),
                                (shares, (plain_log, plain_brier, plain_hit))):  # fmt: skip
                into[0].append(np.log(table[EVENT[what]]))
                into[1].append(sum((p - (e == EVENT[what])) ** 2 for e, p in table.items()))
                into[2].append(max(table, key=table.__getitem__) == EVENT[what])
    assert found.log == pytest.approx(np.mean(log), abs=1e-8)
    assert found.brier == pytest.approx(np.mean(brier), abs=1e-8)
    assert found.correct == pytest.approx(np.mean(hit))
    assert found.plain_log == pytest.approx(np.mean(plain_log))
    assert found.plain_brier == pytest.approx(np.mean(plain_brier))
    assert found.plain_correct == pytest.approx(np.mean(plain_hit))
    assert found.reduction == pytest.approx((np.mean(hit) - np.mean(plain_hit)) / (1 - np.mean(plain_hit)))
    assert (found.folds, found.plays) == (4, 240)
    assert cross_validate(whole, 4, seed=6) == found


def test_the_truth_scores_better_than_noise(played, studied):
    data = played(900, distance=1.5)
    truth, noise = cross_validate(studied(data)), cross_validate(studied(data, u11="1 + noise", u24="1"))
    assert truth.log > noise.log + 0.05
    assert truth.brier < noise.brier - 0.02
    assert truth.reduction > 0.1
    assert truth.log > truth.plain_log
    assert noise.log < noise.plain_log + 0.005


def test_clusters_stay_together(played, studied):
    """Each row twice: with pairs in one fold the score is that of the single rows."""
    data = played(200)
    double = data.loc[np.repeat(np.arange(200), 2)].reset_index(drop=True)
    double["pair"] = [f"{k:03}" for k in np.repeat(np.arange(200), 2)]  # in the order of the rows
    paired = cross_validate(studied(double, {"clusters": "pair"}), 5)
    assert paired.log == pytest.approx(cross_validate(studied(data), 5).log, abs=1e-7)
    assert paired.plays == 400


def test_bad_input_is_named(played, studied):
    data = played(200)
    whole = studied(data)
    for folds in (1, 201):
        with pytest.raises(BadInput, match="folds"):
            cross_validate(whole, folds)
    rare = data.assign(rare=0.0)
    rare.loc[[*rare.index[rare.what == "peace"][:1], *rare.index[rare.what == "war"][:1]], "rare"] = 1.0
    with pytest.raises(DataError, match="no maximum without this fold"):
        cross_validate(studied(rare, u11="1 + rare"), 10)
    war = data.index[data.what == "war"]
    with pytest.raises(DataError, match="one fold alone"):
        cross_validate(studied(data.drop(war[1:]).reset_index(drop=True), u24=0.0, u11="1"), 5)
