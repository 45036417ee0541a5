"""The published fits that ours are held to: data, formulas and outcomes, for the tests and for benchmarks/estimation.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ROOT = 2**-0.5  # the peers divide differences by the root of two in the logit too
WAR = {"u11": "1 + s_wt_re1 + revis1", "u13": 0.0, "u14": "1 + C(regime1)", "u24": "1 + balanc + C(regime2)"}
FOUR = {
    "u11": "1 + x1 + x2",
    "u12": "1 + x3 + C(f1)",
    "u13": 0.0,
    "u14": "1 + x4 + x5",
    "u22": "1 + z1 + z2",
    "u24": "1 + z3 + C(f2)",
}
ATTACK = {
    "u11": "0 + capcont + lreserves + overval + creditgrow + USinterest + service + contagion + prioratt",
    "u13": "1",
    "u14": "1",
    "u24": "1 + unifgov + lexports + preelec + postelec + rightgov + realinterest + capcont + lreserves",
}
TWELVE = {"stopped": "stop", "gave in": "go_on > give_in", "resisted": "go_on > resist"}
KINDS = ("probit_agent", "probit_private", "logit_agent")
CURRENCY = {"no attack": "stop", "devaluation": "go_on > give_in", "defense": "go_on > resist"}
CASES = [
    *((f"war1800_{kind}", "strategic-probit-12", "war1800.csv", WAR, "what", TWELVE) for kind in KINDS),
    *((f"egame122_{kind}", "strategic-probit-122", "data_122.csv", FOUR, "y", None) for kind in KINDS),
    *(
        (f"leblang2003_{kind}", "strategic-probit-12", "leblang2003.csv", ATTACK, "outcome", CURRENCY)
        for kind in KINDS
    ),
]


def table(shared: Path, name: str) -> pd.DataFrame:
    data = pd.read_csv(shared / "data" / name)
    if name == "war1800.csv":
        data["what"] = np.select([data.esc == 0, data.war == 0], ["stopped", "gave in"], "resisted")
    return data


CRISIS_ENDS = {"status quo": "sq", "concede": "cd", "stand firm": "sf", "back down": "bd"}
CRISIS_FORMULAS = {
    "SA": "0 + sqrt(senderecondep) + senderdemocracy + contig + ally",
    "VA": "1 + anticipatedsendercosts",
    "CB": "1 + sqrt(targetecondep) + anticipatedtargetcosts + contig + ally",
    "WA": "1 + sqrt(senderecondep) + senderdemocracy + lncaprat",
    "WB": "1 + targetdemocracy + lncaprat",
    "a": "1 + senderdemocracy",
}
