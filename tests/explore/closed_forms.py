"""Models with thresholds that can be written down, as studies: what testing finds must be what the formula says.

Each function gives events and values per policy at draws; each study says in its docstring where its claim holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.errors import BadInput
from detente.explore import Range, Study
from detente.explore.protocol import BASELINE
from detente.game.parameter import Parameter
from detente.scenario.conduct import with_settings


@dataclass(frozen=True)
class Q:
    kind: str
    name: str
    policy: str | None = None


@dataclass(frozen=True)
class PlainClaim:
    id: str
    text: str
    quantities: tuple[Q, ...]
    formula: Callable[..., Any]

    def margin(self, values: Mapping[Q, Any], draws: Mapping[str, Any]) -> Any:
        return self.formula(*(values[q] for q in self.quantities), draws)


@dataclass(frozen=True)
class PlainPolicy:
    id: str
    player: str
    kind: str = "commit"
    actor: str = "actor"


@dataclass
class Table:
    event: dict[str, dict[str, Any]] = field(default_factory=dict)
    value: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """``formula(draws, policy) -> (events, values, status)``; broadcast to the draws. Understands ``KEY@name=value``."""

    formula: Callable[..., Any]

    def __call__(self, draws: Mapping[str, Any], policies: Sequence[str]) -> Any:
        return with_settings(self.read)(draws, policies)

    def read(self, draws: Mapping[str, Any], policies: Sequence[str]) -> Table:
        out = Table()
        n = len(next(iter(draws.values())))
        for policy in policies:
            events, values, status = self.formula(draws, policy)
            out.event[policy] = {k: np.broadcast_to(np.asarray(v, float), (n,)) for k, v in events.items()}
            out.value[policy] = {k: np.broadcast_to(np.asarray(v, float), (n,)) for k, v in values.items()}
            out.status[policy] = np.broadcast_to(np.asarray(status, np.int8), (n,))
        return out


def ranges(**given: tuple[float, ...]) -> tuple[Range, ...]:
    """name=(low, high) or (low, high, base) uniform ranges."""
    out = []
    for name, ends in given.items():
        low, high = ends[:2]
        base = ends[2] if len(ends) > 2 else (low + high) / 2
        out.append(Range(Parameter(name, base, low, high, "uniform", title=name.replace("_", " "))))
    return tuple(out)


def study(
    name: str,
    parameters: tuple[Range, ...],
    claims: Sequence[PlainClaim],
    policies: Sequence[PlainPolicy],
    formula: Callable[..., Any],
    **more: Any,
) -> Study:
    events, values, _ = formula({r.name: np.array([r.base]) for r in parameters}, BASELINE)
    return Study(
        name=name, ranges=parameters, claims={c.id: c for c in claims}, policies={p.id: p for p in policies},
        players=tuple(values), events=tuple(events), evaluate=Model(formula), digest=name, **more,
    )  # fmt: skip


def more_than(first: Any, second: Any, draws: Any) -> Any:
    return first - second - 0.01


def nearly_sure(first: Any, draws: Any) -> Any:
    return first - 0.99


def at_least_half(first: Any, draws: Any) -> Any:
    return first - 0.5


# One concession watched by many: watchers come where their belief in toughness is below b.
def watched(d: Mapping[str, Any], policy: str) -> Any:
    p, rho, b = d["p"], d["rho"], d["b"]
    belief = p * (1 - rho) if policy == "concede" else p
    spread = (b > belief).astype(float)
    return {"spread": spread}, {"D": -spread - (0.3 if policy == "stand" else 0.0), "A": spread}, 0


def appeasement() -> Study:
    """Conceding brings watchers that standing firm would not: exactly where p (1 - rho) < b <= p."""
    claim = PlainClaim(
        "signals", "conceding signals", (Q("P", "spread", "concede"), Q("P", "spread", "stand")), more_than
    )
    futile = PlainClaim(
        "never_less",
        "conceding never deters",
        (Q("P", "spread", "concede"), Q("P", "spread", "stand")),
        not_less,
    )
    policies = [PlainPolicy("concede", "D"), PlainPolicy("stand", "D")]
    return study(
        "appeasement",
        ranges(p=(0.1, 0.9), rho=(0.0, 1.0), b=(0.1, 0.9, 0.35)),
        [claim, futile],
        policies,
        watched,
    )


def not_less(first: Any, second: Any, draws: Any) -> Any:
    return first - second


# The patron's ultimatum: the client yields, mixes or defies as theta* = (w_s - y)/(w_s - w_a) lies against m.
def ultimatum(d: Mapping[str, Any], policy: str) -> Any:
    y, k, a, lam, ws, wa, yp = d["y"], d["k"], d["a"], d["Lam"], d["w_s"], d["w_a"], d["y_P"]
    theta = (ws - y) / (ws - wa)
    m = np.minimum(1, (k + a) / lam)
    refuse = np.where(theta <= m, 0.0, np.where(theta <= 1, (yp + k) / (yp + k + a), 1.0))
    return {"yields": 1 - refuse}, {"P": yp * (1 - refuse), "D": y * (1 - refuse)}, 0


def patron() -> Study:
    """The client yields for sure exactly where w_s - y <= m (w_s - w_a), m = min(1, (k + a)/Lam)."""
    claim = PlainClaim("yields", "make peace or lose", (Q("P", "yields"),), nearly_sure)
    spans = ranges(
        y=(0.1, 0.4),
        k=(0.1, 0.5),
        a=(0.05, 0.4),
        Lam=(0.8, 3.0),
        w_s=(0.3, 0.5),
        w_a=(0.0, 0.2),
        y_P=(0.0, 0.4),
    )
    return study("patron", spans, [claim], [], ultimatum)


# Peacekeepers before or after a ceasefire: what the guarantor gets from each.
def order(d: Mapping[str, Any], policy: str) -> Any:
    alpha, delta, y, w, lam = d["alpha"], d["delta"], d["y"], d["w"], d["lam"]
    big_y, k, c, e = 1.0, 0.1, d["C"], d["E_G"]
    pi = lam / (y - w + lam)
    after = np.where(delta >= pi, np.maximum(delta * (big_y - k) - (1 - delta) * c, 0.0), 0.0)
    before = big_y - k - alpha * (big_y + e)
    value = before if policy == "before" else after if policy == "after" else np.maximum(before, after)
    return {"holds": np.where(policy == "before", 1 - alpha, delta * (delta >= pi))}, {"G": value}, 0


def guarantee() -> Study:
    """Before is premature (worth less to the guarantor than after or never) exactly where
    alpha > (Y - k - max(U_after, 0)) / (Y + E_G)."""
    claim = PlainClaim(
        "premature", "premature", (Q("value", "G", "before"), Q("value", "G", "after")), less_than
    )
    spans = ranges(
        alpha=(0.0, 1.0, 0.2), delta=(0.0, 1.0, 0.6), y=(0.5, 0.7), w=(0.2, 0.4), lam=(0.1, 0.4), C=(0.2, 0.8), E_G=(0.5, 2.0)
    )  # fmt: skip
    return study("guarantee", spans, [claim], [PlainPolicy("before", "G"), PlainPolicy("after", "G")], order)


def less_than(first: Any, second: Any, draws: Any) -> Any:
    return second - first


# Sanctions: threats work outright where m L1 >= v.
def threats(d: Mapping[str, Any], policy: str) -> Any:
    h, ch, cl, phi, v, big_k, a = d["h"], d["c_H"], d["c_L"], 0.3, d["v"], d["K"], d["a"]
    loss = h * (phi * ch + v) + (1 - h) * cl
    m = np.minimum(1, (a + h) / big_k)
    resist = np.where(m * loss >= v, 0.0, np.where(loss < v, 1.0, 1 / (1 + a)))
    return {"yields": 1 - resist}, {"S": 1 - resist, "T": -v * (1 - resist)}, 0


def sanctions() -> Study:
    """The target yields at the threat exactly where m L1 >= v."""
    claim = PlainClaim("threat_works", "threaten, do not impose", (Q("P", "yields"),), nearly_sure)
    spans = ranges(h=(0.1, 0.9), c_H=(1.2, 2.5), c_L=(0.1, 0.5), v=(0.4, 0.8), K=(1.0, 3.0), a=(0.05, 0.5))
    return study("sanctions", spans, [claim], [], threats)


def planted(d: Mapping[str, Any], policy: str) -> Any:
    """Cases in one box of ten parameters."""
    hit = (d["x1"] > 0.6) & (d["x4"] < 0.5)
    return {"hit": hit.astype(float)}, {"A": hit.astype(float)}, 0


def box() -> Study:
    """Holds exactly where x1 > 0.6 and x4 < 0.5, of ten parameters on [0, 1]."""
    claim = PlainClaim("box", "box", (Q("P", "hit"),), at_least_half)
    spans = ranges(**{f"x{k}": (0.0, 1.0, 0.3) for k in range(10)})
    return study("box", spans, [claim], [], planted)


def plane(d: Mapping[str, Any], policy: str) -> Any:
    """A smooth margin: 0.2 + 0.5 x1 + 0.3 x2 + 0.1 x3."""
    level = 0.2 + 0.5 * d["x1"] + 0.3 * d["x2"] + 0.1 * d["x3"]
    status = np.where(d["x4"] > 0.9, 1, 0)
    return {"level": level}, {"A": level}, status


def slope() -> Study:
    """Holds exactly where 0.5 x1 + 0.3 x2 + 0.1 x3 >= 0.3; one draw in ten (x4 > 0.9) is not certified."""
    claim = PlainClaim("half", "level at least a half", (Q("P", "level"),), at_least_half)
    return study(
        "slope", ranges(x1=(0, 1, 0.2), x2=(0, 1, 0.2), x3=(0, 1, 0.2), x4=(0, 1, 0.5)), [claim], [], plane
    )


def refuses(d: Mapping[str, Any], policy: str) -> Any:
    """A formula that refuses every draw; it stands here because worker processes can import this module."""
    raise BadInput("the model says no", found=policy)
