"""The measure of the ranges: shares are integrals over it, and distances follow its scale."""

from __future__ import annotations

import numpy as np
import pytest
from planting import SURE, mapping_of, scenario_of
from test_crisis_signalling import CARD as CRISIS

from detente.explore import test as run

LISTED = [0.1, 0.3, 0.5, 0.7]


def record_with(**parameters):
    mapping = mapping_of(CRISIS)
    for name in ("a", "w_high"):
        mapping["parameters"][name] = {"value": 0.3, "because": "held"}
    mapping["parameters"] |= {n: {**p, "because": "planted"} for n, p in parameters.items()}
    mapping |= {"claims": {"called": mapping["claims"]["called"]}, "policies": {}}
    (claim,) = run(scenario_of(mapping), draws=512).record()["claims"]
    return claim


def exact(quantile_p):
    """Share of u, d uniform in which p(u) < 1/(1 + d), d from 0.1 to 3: the mean over p of the share of d below 1/p - 1."""
    u = (np.arange(200_000) + 0.5) / 200_000
    return np.clip((1 / quantile_p(u) - 1 - 0.1) / 2.9, 0, 1).mean()


@pytest.mark.parametrize(
    ("p", "quantile", "position"),
    [
        ({"range": [0.05, 0.9], "base": 0.3}, lambda u: 0.05 + 0.85 * u, lambda p: (p - 0.05) / 0.85),
        ({"loguniform": [0.05, 0.9], "base": 0.3}, lambda u: 0.05 * 18**u, lambda p: np.log(p / 0.05) / np.log(18)),
        ({"discrete": LISTED, "base": 0.3}, lambda u: np.array(LISTED)[(4 * u).astype(int)], lambda p: (p - 0.1) / 0.6),
    ],
    ids=["uniform", "loguniform", "discrete"],
)  # fmt: skip
def test_share_and_flips_follow_the_measure(p, quantile, position):
    """At the base d = 1.3 the bluff is called below p = 1/2.3; of listed values the first without is 0.5."""
    claim = record_with(p=p, d={"range": [0.1, 3], "base": 1.3})
    low, high = claim["share_interval"]
    assert abs(claim["share"] - exact(quantile)) <= SURE * (high - low) / 2 + 1e-4
    (flip,) = (f for f in claim["flips"] if f["parameter"] == "p")
    at = 0.5 if "discrete" in p else 1 / 2.3
    assert flip["at"] == pytest.approx(at, abs=1e-3)
    assert flip["distance"] == pytest.approx(position(at) - position(0.3), abs=1e-3)
    (other,) = (f for f in claim["flips"] if f["parameter"] == "d")
    assert other["at"] == pytest.approx(1 / 0.3 - 1, abs=5e-3)
