"""`offers.yaml` solved by hand, and claims put to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from detente.scenario import Evaluation, Evaluator, Scenario, scenario_from_text

TEXT = Path(__file__).with_name("offers.yaml").read_text(encoding="utf-8")
BASE = {
    "p": 0.4,
    "a": 0.8,
    "b": 0.2,
    "g": 1.0,
    "l": 1.0,
    "f": 0.5,
    "dip": 0.1,
    "s": 1.0,
    "c": 0.1,
    "low": 0.2,
}
Columns = Mapping[str, np.ndarray]


def with_claims(*conditions: str, text: str = TEXT) -> Scenario:
    """The scenario with claims c0, c1, ... of these conditions."""
    claims = "".join(
        f'  c{k}: {{text: claim, holds: "{x}", because: a test}}\n' for k, x in enumerate(conditions)
    )
    return scenario_from_text(text + "claims:\n" + claims)


def draws(n: int = 40, seed: int = 5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    ends = {
        "p": (0.1, 0.9),
        "a": (0.5, 1),
        "b": (0.0, 0.5),
        "g": (0.5, 2),
        "l": (0.5, 2),
        "f": (0, 1),
        "dip": (0, 0.4),
    }
    out = {name: rng.uniform(*span, n) for name, span in ends.items()}
    out["s"] = rng.choice([-1.0, 1.0, 2.0], n)
    out["c"] = np.exp(rng.uniform(np.log(0.01), 0, n))
    return out


def posterior(d: Columns) -> np.ndarray:
    """Bayes' rule by hand: how probable limited aims are once an offer is made."""
    return d["p"] * d["a"] / (d["p"] * d["a"] + (1 - d["p"]) * d["b"])


def offered(d: Columns) -> np.ndarray:
    return d["p"] * d["a"] + (1 - d["p"]) * d["b"]


def accepts(d: Columns) -> np.ndarray:
    """Whether S accepts what is offered: where trust is worth more than a refusal and the blow that follows it."""
    q = posterior(d)
    return (q * d["g"] - (1 - q) * d["l"] > -d["c"] * (d["s"] > 0)).astype(float)


def quiet(d: Columns) -> np.ndarray:
    return 0.2 + 0.6 * d["f"] - d["dip"] * np.maximum(0, 1 - np.abs(d["f"] - 0.5) / 0.25)


def value(d: Columns, accept: np.ndarray | float) -> np.ndarray:
    """S's payoff where it accepts with this probability."""
    q = posterior(d)
    good = q * d["g"] - (1 - q) * d["l"]
    return offered(d) * (accept * good - (1 - accept) * d["c"] * (d["s"] > 0))


def moved(d: Columns, **to: float) -> dict[str, np.ndarray]:
    return {**d, **{name: np.full(len(d["p"]), float(x)) for name, x in to.items()}}


def margins(scenario: Scenario, d: Columns) -> tuple[list[np.ndarray], Evaluation]:
    """The margin [draw] of every claim, and what was read."""
    evaluator = Evaluator(scenario, threads=1)
    keys = dict.fromkeys(key for claim in scenario.claims.values() for key in claim.policies)
    found = evaluator.evaluate(d, keys)
    return [found.margin(claim, d) for claim in scenario.claims.values()], found


@cache
def plain() -> Scenario:
    return scenario_from_text(TEXT)
