"""A study is the fit and its data: rows add up, missing rows agree, counts hold; and the page that tells of it runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.estimate import MissingRows, fit
from detente.estimate.study import study
from detente.models import find

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "estimation.md"


def test_rows_add_up_to_the_fit(played, studied):
    data = played(200)
    data.loc[[3, 50], "balance"] = np.nan
    with pytest.warns(MissingRows, match="2 of 200") as told:
        found = studied(data)
    assert len(told) == 1  # once, not again for the rows
    assert len(found.frame) == found.fit.rows == 198
    assert found.by_row().sum() == pytest.approx(found.fit.log_likelihood, abs=1e-9)
    assert found.columns == ["distance", "balance"]
    assert data.columns[0] == "distance"
    assert len(data) == 200


def test_a_column_of_counts_is_the_rows_written_out():
    """Four kinds of row with counts, and each play as a row of its own: the same maximum, the same scores by kind."""
    rng = np.random.default_rng(8)
    names = ["stop", "go_on > give_in", "go_on > resist"]
    ally = np.array([0.0, 0.0, 1.0, 1.0])
    counts = np.array(
        [rng.multinomial(60, p) for p in ([0.5, 0.3, 0.2], [0.4, 0.3, 0.3], [0.2, 0.5, 0.3], [0.3, 0.5, 0.2])]
    )
    table = {"ally": ally, **{f"n{k}": counts[:, k] for k in range(3)}}
    formulas = {"u11": "1 + ally", "u13": 0.0, "u14": -1.0, "u24": "1"}
    game = find("strategic-probit-12").game
    held = study(game, table, formulas, outcome={n: f"n{k}" for k, n in enumerate(names)}, link="probit")
    long = {
        "ally": np.repeat(ally, 60),
        "what": [n for row in counts for n, c in zip(names, row, strict=True) for _ in range(c)],
    }
    single = fit(game, long, formulas, outcome="what", outcomes={n: n for n in names}, link="probit")
    assert held.fit.top.theta == pytest.approx(single.top.theta, abs=1e-7)
    assert held.by_row().sum() == pytest.approx(single.log_likelihood)
    part = held.part(np.array([1.0, 0.0, 2.0, 0.0]))
    assert (part.counts == counts[[0, 2]] * [[1], [2]]).all()


def test_the_page_runs(capsys):
    scope: dict[str, object] = {"__name__": "docs"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S):
        exec(compile(block, PAGE.name, "exec"), scope)
    assert "Ratio(statistic=" in capsys.readouterr().out
