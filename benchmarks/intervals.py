"""How often a 95% interval holds what was planted: every method, on data played by agents whose errors are drawn.

    python benchmarks/intervals.py [--quick] [--json] [--only NAME] [--write]

Nothing of the estimators is used to make the data: every player draws its errors and picks the option that is then best, given how
often the others choose what (in the signalling games a root of the equilibrium equation, found by bisection here). `--write` keeps the
results in intervals.json, which tests/estimate/test_intervals.py reads; its slow test makes some of them again.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from scipy.stats import norm

from detente.errors import DataError
from detente.estimate import fit
from detente.estimate.signalling import fit_signalling
from detente.estimate.signalling.fit import Method
from detente.models import find

KEPT = Path(__file__).with_suffix(".json")
WIDE = float(norm.ppf(0.975))
REPLICATIONS = 1000
NAMES = {"stop": "stop", "given": "go_on > give_in", "war": "go_on > resist"}


@dataclass(frozen=True)
class Design:
    """A method on data of one kind."""

    name: str
    method: str
    truth: Mapping[str, float]
    play: Callable[[np.random.Generator], Any]  # a table
    fit: Callable[[Any], Any]  # a finished fit: `params` and `bse`


def disputes(
    rows: int, errors: str, values: Sequence[float] = ()
) -> Callable[[np.random.Generator], dict[str, Any]]:
    """The game of three outcomes: u11 = -.4 + .5 x, u13 = 0, u14 = -.5, u24 = .2 - .7 z, played by drawing every error.

    ``values``: that x and z have, equally often; none: both are normal."""

    def play(rng: np.random.Generator) -> dict[str, Any]:
        x, z = (rng.choice(values, rows) if len(values) else rng.normal(size=rows) for _ in range(2))
        u11, u14, u24 = -0.4 + 0.5 * x, -0.5, 0.2 - 0.7 * z
        draw = rng.logistic if errors == "logit" else rng.normal
        if errors == "private":  # one error on each payoff, known to its owner; 1 knows how often 2 resists
            p4 = norm.cdf(u24 / np.sqrt(2))
            e11, e13, e14, e23, e24 = rng.normal(size=(5, rows))
            goes = (1 - p4) * e13 + p4 * (u14 + e14) > u11 + e11
            resists = u24 + e24 > e23
        elif errors == "probit":
            p4 = norm.cdf(u24 / np.sqrt(2))
            goes = p4 * u14 + draw(size=rows) > u11 + draw(size=rows)
            resists = u24 + draw(size=rows) > draw(size=rows)
        else:  # the difference of two Gumbel errors is logistic
            p4 = 1 / (1 + np.exp(-u24))
            goes = p4 * u14 - u11 > draw(size=rows)
            resists = u24 > draw(size=rows)
        what = np.where(goes, np.where(resists, "war", "given"), "stop")
        return {"x": x, "z": z, "what": what}

    return play


def strategic(name: str, errors: str, rows: int, method: str = "ml", values: Sequence[float] = ()) -> Design:
    game = find("strategic-probit-12").game
    kind = {
        "link": "logit" if errors == "logit" else "probit",
        "errors": "private" if errors == "private" else "agent",
    }
    truth = {"u11: (Intercept)": -0.4, "u11: x": 0.5, "u24: (Intercept)": 0.2, "u24: z": -0.7}
    formulas = {"u11": "1 + x", "u13": 0.0, "u14": -0.5, "u24": "1 + z"}

    def fitted(data: Any) -> Any:
        return fit(game, data, formulas, outcome="what", outcomes=NAMES, method=method, looks=0, **kind)  # type: ignore[arg-type]

    return Design(name, method, truth, disputes(rows, errors, values), fitted)


CRISIS = {"SA: x": 0.3, "VA: (Intercept)": 1.0, "CB: (Intercept)": -0.8, "WA: (Intercept)": -0.6, "WA: z": 0.4,
          "WB: (Intercept)": -1.0, "WB: w": 0.5, "a: (Intercept)": -0.8}  # fmt: skip
ENDS = {"status quo": "sq", "concede": "cd", "stand firm": "sf", "back down": "bd"}


def crises(games: int, plays: int) -> Callable[[np.random.Generator], dict[str, Any]]:
    """Crisis signalling: A draws what war and backing down are worth to it, B what war is; pR solves the equilibrium equation."""
    t = np.linspace(-8, 8, 321)

    def firm(resist: Any, sa: Any, va: float, wa: Any, a: float) -> tuple[Any, Any]:
        """What war must be worth for a challenge, and how likely A stands firm having challenged."""
        c = va + (sa - va) / resist
        above = t[:, None] > c
        stand = (norm.pdf(t[:, None] - wa) * norm.cdf(t[:, None] - a) * above).sum(axis=0)
        back = (norm.pdf(t[:, None] - a) * norm.cdf(t[:, None] - wa) * above).sum(axis=0)
        return c, stand / (stand + back)

    def play(rng: np.random.Generator) -> dict[str, Any]:
        x, z, w = rng.uniform(-2, 2, size=(3, games))
        va, cb, a = CRISIS["VA: (Intercept)"], CRISIS["CB: (Intercept)"], CRISIS["a: (Intercept)"]
        sa, wa = CRISIS["SA: x"] * x, CRISIS["WA: (Intercept)"] + CRISIS["WA: z"] * z
        wb = CRISIS["WB: (Intercept)"] + CRISIS["WB: w"] * w
        low, high = np.full(games, 0.02), np.full(games, 1 - 1e-6)
        for _ in range(30):
            middle = (low + high) / 2
            more = norm.cdf(wb - cb / firm(middle, sa, va, wa, a)[1]) > middle
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        c, stands = firm((low + high) / 2, sa, va, wa, a)
        war, retreat = wa[:, None] + rng.normal(size=(games, plays)), a + rng.normal(size=(games, plays))
        goes = np.maximum(war, retreat) > c[:, None]
        resists = stands[:, None] * (wb[:, None] + rng.normal(size=(games, plays))) > cb
        ends = (~goes, goes & ~resists, goes & resists & (war > retreat), goes & resists & (war <= retreat))
        return {"x": x, "z": z, "w": w} | {
            name: end.sum(axis=1).astype(float) for name, end in zip(ENDS.values(), ends, strict=True)
        }

    return play


def signalling(name: str, method: Method, games: int, plays: int) -> Design:
    formulas = {"SA": "0 + x", "VA": "1", "CB": "1", "WA": "1 + z", "WB": "1 + w", "a": "1"}

    def fitted(data: Any) -> Any:
        return fit_signalling(data, formulas, outcome=ENDS, method=method)

    return Design(name, method, CRISIS, crises(games, plays), fitted)


def designs() -> Iterator[Design]:
    yield strategic("agent error, logit", "logit", 400)
    yield strategic("agent error, probit", "probit", 400)
    yield strategic("private information", "private", 400)
    yield strategic("private information, two steps", "private", 600, "pl", (-1.0, 0.0, 1.0))
    yield strategic("private information, nested", "private", 600, "npl", (-1.0, 0.0, 1.0))
    yield signalling("crisis signalling, nested", "npl", 200, 50)
    yield signalling("crisis signalling, constrained", "cmle", 200, 50)


def cover(design: Design, replications: int) -> dict[str, Any]:
    """How often each planted coefficient lies within 1.96 standard errors of its estimate."""
    held = dict.fromkeys(design.truth, 0)
    failed, first = 0, {}
    for k in range(replications):
        data = design.play(np.random.default_rng([7, k]))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = design.fit(data)
        except DataError:
            failed += 1
            continue
        first = first or dict(found.params)
        for name, value in design.truth.items():
            held[name] += abs(found.params[name] - value) <= WIDE * found.bse[name]
    done = replications - failed
    shares = {name: count / done for name, count in held.items()}
    mean = sum(shares.values()) / len(shares)
    return {"name": design.name, "method": design.method, "replications": replications, "failed": failed, "coverage": mean,
            "lowest": min(shares.values()), "by_coefficient": shares, "first": first}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 replications")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", metavar="NAME", help="designs whose name holds this")
    parser.add_argument("--write", action="store_true", help="keep the results for the tests")
    given = parser.parse_args()
    rows = [cover(d, 100 if given.quick else REPLICATIONS) for d in designs() if (given.only or "") in d.name]
    if given.json:
        print(json.dumps({"machine": machine(), "rows": rows}, indent=1))
    else:
        for row in rows:
            print(f"{row['name']:34} {row['method']:5} {row['coverage']:.3f} (lowest {row['lowest']:.3f}, "
                  f"{row['replications']} replications, {row['failed']} without a maximum)")  # fmt: skip
    if given.write:
        kept = {r["name"]: r for r in (json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else [])}
        kept |= {r["name"]: r for r in rows}
        KEPT.write_text(json.dumps(list(kept.values()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
