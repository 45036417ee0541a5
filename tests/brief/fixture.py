"""A finished result about a crisis that never was, in the shape that `render` takes. Every quote is found in the text."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from reports import REPORT, SECOND, ledger, span

from detente.brief.quotes import seal

__all__ = ["REPORT", "SECOND", "claims", "ledger", "result", "seal", "without_scenario"]

PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "likeness",
        "title": "Likeness of this case to the next",
        "base": 0.56,
        "low": 0.1,
        "high": 0.9,
        "origin": "assumption",
        "because": "How far other navies take Sarn as a lesson for themselves.",
    },
    {
        "name": "prior_firm",
        "title": "Prior belief that the defenders are firm",
        "base": 0.5,
        "low": 0.1,
        "high": 0.9,
        "origin": "assumption",
        "because": "",
    },
    {
        "name": "carry_out",
        "title": "Share of a deal that can be carried out without Ondara",
        "base": 0.3,
        "low": 0.0,
        "high": 0.8,
        "origin": "assumption",
    },
    {
        "name": "aims_wide",
        "title": "Weight of Karvia's wide aims",
        "base": 0.45,
        "low": 0.05,
        "high": 0.95,
        "origin": "assumption",
    },
    {
        "name": "ban_cost",
        "title": "Cost of the trade ban to the League",
        "base": 0.012,
        "low": 0.002,
        "high": 0.05,
        "unit": "share of income",
        "measure": "uniform in its logarithm from 0.002 to 0.05",
        "origin": "citation",
        "source": "0.2 to 5 per cent (Orlund and Pace 2011, Trade bans at sea, table 3)",
        "checked": "yes",
    },
    {
        "name": "war_cost",
        "title": "Cost of war to Karvia",
        "base": 0.2,
        "low": 0.05,
        "high": 0.4,
        "origin": "citation",
        "source": "a year of war costs a fifth (Tarn 1998, The price of a strait, p. 41)",
        "checked": "no",
    },
    {
        "name": "escorts",
        "title": "Size of the escort force",
        "base": 12,
        "low": 4,
        "high": 40,
        "unit": "ships",
        "origin": "measured",
        "source": "League fleet register, 1961 to 2019, 23 convoys",
        "checked": "yes",
    },
    {
        "name": "discount",
        "title": "Patience of all sides",
        "base": 0.9,
        "low": 0.9,
        "high": 0.9,
        "origin": "assumption",
    },
]


def halton(n: int, base: int) -> float:
    value, part = 0.0, 1.0
    while n:
        part /= base
        value += part * (n % base)
        n //= base
    return value


def _map(x: str, y: str, rule: Any, undecided: Any = None, n: int = 256) -> dict[str, Any]:
    rows = {row["name"]: row for row in PARAMETERS}
    points = []
    for i in range(1, n + 1):
        a = rows[x]["low"] + (rows[x]["high"] - rows[x]["low"]) * halton(i, 2)
        b = rows[y]["low"] + (rows[y]["high"] - rows[y]["low"]) * halton(i, 3)
        side = None if undecided and undecided(a, b) else bool(rule(a, b, halton(i, 5)))
        points.append([round(a, 6), round(b, 6), side])
    return {"x": x, "y": y, "points": points}


def grid(x: str, y: str, rule: Any, undecided: Any, n: int = 8) -> dict[str, Any]:
    """The region at our middle values: n by n places, from end to end of both ranges."""
    rows = {row["name"]: row for row in PARAMETERS}
    xs, ys = (
        [round(rows[name]["low"] + (rows[name]["high"] - rows[name]["low"]) * k / (n - 1), 6) for k in range(n)]
        for name in (x, y)
    )
    holds = [[None if undecided(a, b) else int(rule(a, b)) for a in xs] for b in ys]
    return {"x": xs, "y": ys, "holds": holds, "at": "base"}


def parallel() -> dict[str, Any]:
    """Draws of what the first claim's rule speaks of."""
    rows = []
    for i in range(1, 101):
        a, b = 0.1 + 0.8 * halton(i, 2), 0.1 + 0.8 * halton(i, 3)
        rows.append([round(a, 5), round(b, 5), None if i == 7 else int(a > 0.4 and b > 0.3)])
    return {"parameters": ["likeness", "prior_firm"], "ends": [[0.1, 0.9], [0.1, 0.9]], "rows": rows}


def claims(two: bool = False) -> list[dict[str, Any]]:
    common = {
        "undecided_why": {},
        "undecided": 0,
        "decided": 1024,
        "nearest_flip": None,
        "swapped": None,
        "rule": [],
        "rule_text": "",
        "coverage": None,
        "density": None,
        "flips": [],
        "binding": None,
    }
    found = [
        {
            **common,
            "id": "signal",
            "text": "Giving up the harbour makes blockades elsewhere more frequent",
            "said_by": ["s2", "s1"],
            "in_article": True,
            "verdict": "holds if",
            "rule": [
                {"parameter": "likeness", "low": 0.41, "high": 0.9},
                {"parameter": "prior_firm", "low": 0.32, "high": None},
            ],
            "rule_text": "likeness > 0.41 and prior_firm > 0.32",
            "coverage": 0.88,
            "density": 0.97,
            "share": 0.46,
            "holds_at_base": True,
            "flips": [
                {"parameter": "likeness", "base": 0.56, "at": 0.41},
                {"parameter": "prior_firm", "base": 0.5, "at": 0.31},
            ],
            "binding": {"parameter": "likeness", "base": 0.56, "at": 0.41, "distance": 0.15},
            "parallel": parallel(),
            "selection": {
                "searched": True,
                "equilibria": 2,
                "differs": True,
                "holds": 1,
                "text": "depends on which equilibrium is played: holds in 1 and fails in 1 of 2",
            },
            "map": _map(
                "likeness", "prior_firm", lambda a, b, c: a > 0.38 + 0.06 * c and b > 0.29 + 0.06 * c
            ),
        },
        {
            **common,
            "id": "over-heads",
            "text": "A deal made without Ondara does not last longer than one made with it",
            "said_by": ["s5"],
            "in_article": True,
            "verdict": "holds throughout",
            "share": 1.0,
            "holds_at_base": True,
            "map": _map("carry_out", "aims_wide", lambda a, b, c: True),
        },
        {
            **common,
            "id": "ultimatum",
            "text": "The patron's ultimatum makes Ondara sign",
            "said_by": ["s4", "s3"],
            "in_article": True,
            "verdict": "holds if",
            "share": 0.31,
            "holds_at_base": False,
            "rule": [{"parameter": "carry_out", "low": 0.42, "high": None}],
            "coverage": 1.0,
            "density": 1.0,
            "flips": [
                {"parameter": "carry_out", "base": 0.3, "at": 0.42},
                {"parameter": "war_cost", "base": 0.2, "at": 0.33},
            ],
            "binding": {"parameter": "carry_out", "base": 0.3, "at": 0.42},
            "undecided": 14,
            "decided": 1010,
            "undecided_why": {"fold": 11, "not_converged": 3},
            "map": _map(
                "carry_out", "war_cost", lambda a, b, c: a > 0.42, lambda a, b: abs(a - 0.42) < 0.012
            ),
        },
        {
            **common,
            "id": "no-settlement",
            "text": "Whatever is offered, Karvia goes on in most cases",
            "said_by": ["s8", "s9", "s10"],
            "in_article": True,
            "verdict": "fails throughout",
            "share": 0.0,
            "holds_at_base": False,
            "map": _map("aims_wide", "war_cost", lambda a, b, c: False),
        },
        {
            **common,
            "id": "premature",
            "text": "Escorts before a truce raise the risk of open war",
            "said_by": ["s6", *(["s11"] if two else [])],
            "in_article": True,
            "verdict": "holds if",
            "share": 0.52,
            "holds_at_base": True,
            "rule": [
                {"parameter": "escorts", "low": None, "high": 19},
                {"parameter": "ban_cost", "low": 0.005, "high": 0.03},
            ],
            "coverage": 0.74,
            "density": 0.91,
            "flips": [],
            "nearest_flip": {"distance": 0.2, "parameters": {"escorts": 21.5, "aims_wide": 0.38}},
            "map": {
                **_map("ban_cost", "escorts", lambda a, b, c: b < 17 + 4 * c and 0.005 < a < 0.03),
                "grid": grid("ban_cost", "escorts", lambda a, b: b < 19, lambda a, b: a > 0.04 and b > 30),
                "boundary": [[[0.002, 19.0], [0.02, 19.0], [0.05, 19.0]]],
            },
        },
        {
            **common,
            "id": "dialogue",
            "text": "Talks end the blockade sooner than the trade ban does",
            "said_by": ["s7", *(["s12"] if two else [])],
            "in_article": True,
            "verdict": "undecided",
            "share": None,
            "decided": 0,
            "undecided": 1024,
            "holds_at_base": None,
            "undecided_why": {"not_converged": 1024},
            "map": _map("ban_cost", "aims_wide", lambda a, b, c: a > 0.02, lambda a, b: True),
        },
        {
            **common,
            "id": "right-of-way",
            "text": "Recognising Karvia's right of passage ends the blockade at less cost to every side",
            "said_by": [],
            "in_article": False,
            "said_by_role": "aggressor",
            "verdict": "holds if",
            "share": 0.22,
            "holds_at_base": False,
            "rule": [{"parameter": "aims_wide", "low": None, "high": 0.29}],
            "coverage": 0.93,
            "density": 0.88,
            "flips": [{"parameter": "aims_wide", "base": 0.45, "at": 0.27}],
            "binding": {"parameter": "aims_wide", "base": 0.45, "at": 0.27},
            "map": _map("aims_wide", "likeness", lambda a, b, c: a < 0.25 + 0.08 * c),
        },
    ]
    return found


EVENTS = [
    {"name": "deal", "title": "A deal is signed"},
    {"name": "lasting", "title": "The deal lasts"},
    {"name": "war", "title": "Open war"},
    {"name": "spread", "title": "Another harbour is closed elsewhere"},
]


def policies() -> list[dict[str, Any]]:
    found = []
    menus = {
        "defender": [
            ("refuse", "Refuse any deal made elsewhere", "commit"),
            ("sign", "Sign what is on the table", "commit"),
            ("walk_out", "Walk out after the first round", "deviate"),
        ],
        "patron": [
            ("talk_alone", "Talk to Karvia without Ondara", "commit"),
            ("bring_in", "Bring Ondara to the table", "commit"),
            ("seen_pressing", "Press Ondara", "given"),
        ],
        "coalition": [
            ("hold_ban", "Hold the trade ban", "commit"),
            ("escort", "Send escorts before a truce", "commit"),
            ("both", "Hold the ban and talk", "commit"),
        ],
    }
    n = 0
    for actor, rows in menus.items():
        for id, title, kind in rows:
            n += 1
            events = {
                event["name"]: {
                    "low": round(0.03 * n + 0.05 * i, 3),
                    "mean": round(0.2 + 0.04 * n + 0.06 * i, 3),
                    "high": round(min(0.99, 0.45 + 0.05 * n + 0.07 * i), 3),
                }
                for i, event in enumerate(EVENTS)
            }
            values = {
                p: {"mean": 0.1 * n, "min": 0.1 * n - 0.3, "max": 0.1 * n + 0.25}
                for p in ("karvia", "ondara", "meridia", "league")
            }
            regret = {p: {"max": 0.5 - 0.04 * n, "mean": 0.2 - 0.018 * n} for p in values}
            found.append(
                {
                    "id": id,
                    "actor": actor,
                    "player": {"defender": "ondara", "patron": "meridia", "coalition": "league"}[actor],
                    "kind": kind,
                    "title": title,
                    "text": "",
                    "values": values,
                    "regret": regret,
                    "satisficing": {p: {"share": round(0.1 * n, 3), "enough": 0.05} for p in values},
                    "events": events,
                }
            )
    return found


def result(two: bool = False) -> dict[str, Any]:
    """The whole result; ``two``: of two reports."""
    read = ledger(two)
    text = REPORT
    because = [
        {"document": "d1", "start": a, "end": b}
        for a, b in (
            *span(text, "a deal with Karvia over the closed harbour"),
            *span(text, "Ondara, whose harbour it is"),
            *span(text, "President Tomas Velk of Meridia opened talks"),
            *span(text, "League ministers also discussed sending escort ships"),
        )
    ]
    whole = {
        "detente": "0.1.0",
        "schema": 1,
        "command": "brief",
        "lang": "en",
        "title": "Maren warns that a harbour deal without Ondara would invite the next blockade",
        **read,
        "scenario": "harbour",
        "scenario_title": "A closed harbour",
        "scenario_summary": "One side closes a harbour; its owner, the owner's patron and a league of states decide what to offer, what to refuse and what to hold.",
        "draws": 1024,
        "seed": 20,
        "measure": "Values are spread evenly over each range, independently of one another.",
        "selection": "Where play has several equilibria, we follow the one that grows out of fully random play.",
        "claims": claims(two),
        "policies": policies(),
        "equilibrium": {
            "id": "equilibrium",
            "actor": None,
            "player": None,
            "kind": "equilibrium",
            "values": {"ondara": {"mean": 0.2, "min": -0.1, "max": 0.4}},
            "regret": {"ondara": {"max": 0.3, "mean": 0.1}},
            "events": {"war": {"low": 0.1, "mean": 0.2, "high": 0.5, "p10": 0.12, "p90": 0.4}},
        },
        "menus": {
            "defender": ["equilibrium", "refuse", "sign"],
            "patron": ["talk_alone", "bring_in"],
            "coalition": ["hold_ban", "escort", "both"],
        },
        "dominated": [
            {"actor": "defender", "policy": "sign", "by": "refuse", "gap": 0.1, "draw": 3, "parameters": {}}
        ],
        "events": EVENTS,
        "sensitivity": [
            {"event": "spread", "policy": "sign", "parameter": "likeness", "first": 0.51, "total": 0.64},
            {
                "event": "war",
                "policy": None,
                "parameter": "war_cost",
                "first": 0.33,
                "total": 0.38,
                "first_interval": [0.29, 0.37],
                "total_interval": [0.34, 0.42],
                "shapley": 0.35,
                "shapley_interval": None,
                "explained": 0.62,
            },
            {"event": "war", "policy": None, "parameter": "ban_cost", "first": -0.01, "total": 0.02},
        ],
        "information": [
            {"actor": "defender", "parameter": "aims_wide", "worth": 0.034},
            {"actor": "coalition", "parameter": "likeness", "worth": 0.012},
        ],
        "roles": [
            {
                "role": "aggressor",
                "title": "Aggressor",
                "player": "karvia",
                "actor": "a4",
                "confidence": "proposed",
                "because": [because[0]],
            },
            {
                "role": "defender",
                "title": "Defender",
                "player": "ondara",
                "actor": "a5",
                "confidence": "proposed",
                "because": [because[1], "s5"],
            },
            {
                "role": "patron",
                "title": "Patron",
                "player": "meridia",
                "actor": "a6",
                "confidence": "bound",
                "because": [because[2]],
            },
            {
                "role": "coalition",
                "title": "Coalition",
                "player": "league",
                "actor": "a7",
                "confidence": "proposed",
                "because": [because[3]],
            },
            {
                "role": "onlooker",
                "title": "Onlooker",
                "player": "onlooker",
                "actor": None,
                "confidence": "open",
                "because": [],
            },
        ],
        "matches": [
            {
                "statement": "s2",
                "claim": "signal",
                "score": 0.93,
                "stance": "makes",
                "words": ["hand over", "learns"],
                "decided_by": "rule",
            },
            {
                "statement": "s10",
                "claim": "no-settlement",
                "score": 0.8,
                "stance": "denies",
                "words": ["designs"],
                "decided_by": "rule",
            },
        ]
        + (
            [
                {
                    "statement": "s11",
                    "claim": "premature",
                    "score": 0.8,
                    "stance": "denies",
                    "words": ["escort"],
                    "decided_by": "rule",
                }
            ]
            if two
            else []
        ),
        "contradictions": [{"claim": "no-settlement", "statements": ["s8", "s10"], "text": ""}]
        + ([{"claim": "premature", "statements": ["s6", "s11"], "text": ""}] if two else []),
        "constraints": [
            {
                "id": "vclt-52",
                "instrument": "Vienna Convention on the Law of Treaties",
                "article": "52",
                "text": "A treaty got by the threat or use of force is void.",
                "with": {
                    "claims": {"ultimatum": "fails throughout"},
                    "events": {"deal": {"low": 0.02, "mean": 0.2, "high": 0.5}},
                },
                "without": {
                    "claims": {"ultimatum": "holds if"},
                    "events": {"deal": {"low": 0.05, "mean": 0.31, "high": 0.72}},
                },
            },
        ],
        "parameters": PARAMETERS,
        "not_modelled": [
            "Elections in any of the four countries",
            "Accidents at sea",
            "What the crews themselves decide",
        ],
        "sources": [
            {
                "key": "orlund",
                "cite": "Orlund, A. and Pace, B. (2011). Trade bans at sea. Halvern University Press.",
                "url": "https://example.org/bans?a=1&b=2",
                "checked": True,
            },
            {
                "key": "tarn",
                "cite": "Tarn, C. (1998). The price of a strait. Journal of Narrow Waters 4(2).",
                "url": None,
                "checked": False,
            },
        ],
        "reproduce": {
            "command": "detente brief harbour-deal.txt --scenario scenario.yaml --draws 1024 --seed 20",
            "version": "0.1.0",
            "seed": 20,
            "draws": 1024,
            "hashes": {"harbour-deal.txt": read["documents"][0]["sha256"], "scenario.yaml": "0" * 64},
        },
        "files": {
            "brief": "brief.html",
            "ledger": "ledger.csv",
            "claims": "claims.csv",
            "scenario": "scenario.yaml",
        },
        "timeline_html": '<figure class="dt-picture dt-picture-timeline"><figcaption>Six moves, in order.</figcaption><ol class="dt-timeline"><li class="dt-step"><span class="dt-player dt-player-0">Karvia</span> <span class="dt-move">close</span>: close or leave open</li><li class="dt-step"><span class="dt-player dt-player-1">Meridia</span> <span class="dt-move">open talks</span>: alone or together</li></ol></figure>',
        "tree_html": '<figure class="dt-picture dt-picture-tree"><figcaption>The first moves.</figcaption><ul class="dt-tree"><li class="dt-branch"><details open><summary><span class="dt-player dt-player-0">Karvia</span> <span class="dt-move">close</span></summary><ul class="dt-tree"><li class="dt-branch"><span class="dt-option">leave open</span> <span class="dt-end">end</span></li></ul></details></li></ul></figure>',
    }
    return seal(whole)


def without_scenario() -> dict[str, Any]:
    """A report that fits no scenario: the ledger alone."""
    return {
        "detente": "0.1.0",
        "schema": 1,
        "command": "brief",
        **ledger(),
        "scenario": None,
        "claims": [],
        "policies": [],
        "roles": [],
        "files": {"ledger": "ledger.csv"},
    }
