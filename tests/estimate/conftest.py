"""Disputes of our own making for tests of what is done with a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from detente.estimate.study import Study, study
from detente.estimate.walk import walk
from detente.models import find

if TYPE_CHECKING:
    import pandas as pd

GAME = find("strategic-probit-12").game
NAMES = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}
FORMULAS = {"u11": "1 + distance", "u13": 0.0, "u14": -0.5, "u24": "1 + balance"}


def played(rows: int, seed: int = 0, distance: float = 0.5, balance: float = -0.7) -> pd.DataFrame:
    """u11 = -0.4 + distance, u24 = 0.2 + balance, agent errors; ``noise`` and ``kind`` matter for nothing."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    data = pd.DataFrame({
        "distance": rng.normal(size=rows), "balance": rng.uniform(size=rows), "noise": rng.normal(size=rows),
        "kind": rng.choice(["a", "b", "c"], rows), "dyad": rng.integers(0, rows // 5, rows),
    })  # fmt: skip
    at = {"u11": -0.4 + distance * data.distance, "u13": 0.0 * data.noise, "u14": -0.5 + 0.0 * data.noise,
          "u24": 0.2 + balance * data.balance}  # fmt: skip
    tree = GAME.tree()
    log = walk(tree, {k: np.asarray(v, float) for k, v in at.items()}, (), link="probit", scale=2**0.5).log
    ends = [" > ".join(tree.path_labels(int(n))) for n in np.flatnonzero(tree.kind == 0)]
    back = {end: name for name, end in NAMES.items()}
    chosen = (np.exp(log).cumsum(axis=0) < rng.uniform(size=rows)).sum(axis=0)
    data["what"] = [back[ends[c]] for c in chosen]
    return data


def studied(data: pd.DataFrame, options: dict | None = None, **formulas: str | float) -> Study:
    given = {"outcome": "what", "outcomes": NAMES, "link": "probit", **(options or {})}
    return study(GAME, data, {**FORMULAS, **formulas}, **given)


@pytest.fixture(scope="session", name="played")
def played_fixture():
    return played


@pytest.fixture(scope="session", name="studied")
def studied_fixture():
    return studied
