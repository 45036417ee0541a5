"""A model in commands and in Python, as the page shows them. A test runs them as they stand."""

from __future__ import annotations

import json
import shlex

from detente.models import Model

COPY = "my-model"  # the folder that the page's commands make


def commands(name: str, catalogued: bool) -> list[tuple[str, str]]:
    """How to change an assumption: what each command is for, and the command. A file of one's own is edited where it lies."""
    file = f"{COPY}/scenario.yaml" if catalogued else shlex.quote(name)
    first = [("Make a copy of the model.", f"detente new {COPY} --from {name}")] if catalogued else []
    return [
        *first,
        (
            "Test its claims again, after you have changed a range, a payoff or a move.",
            f"detente test {file}",
        ),
        ("Solve it at one point.", f"detente solve {file}"),
        ("Make this page of what you changed.", f"detente brief --model {file}"),
    ]


def python(model: Model, name: str, catalogued: bool) -> str:
    """Load it, solve it along one of its parameters, search for other equilibria, and test its claims."""
    free = [p for p in model.game.parameters.values() if p.free]
    written = json.dumps(name, ensure_ascii=True)
    lines = ["import numpy as np", ""]
    lines.append("from detente.explore import test")
    if catalogued:
        lines.append("from detente.models import find")
    lines.append("from detente.scenario import read_scenario")
    lines += ["from detente.solve import equilibria, solve", ""]
    if catalogued:
        lines += [f"model = find({written})", "tree = model.game.tree()"]
    else:
        lines += [f"tree = read_scenario({written}).game.tree()"]
    if free:
        x = free[0]
        lines += [
            f"draws = {{{json.dumps(x.name)}: np.linspace({x.low!r}, {x.high!r}, 9)}}  # other parameters at their base values",
            "found = solve(tree, draws)",
        ]
    else:
        lines.append("found = solve(tree)")
    lines.append('print(tree.events, found.event, found.certified, sep="\\n")  # a row for each draw')
    if catalogued:
        lines += [
            "for point in model.worked:",
            "    print(point.text, point.compare(model.game))  # told beside found",
        ]
    lines += [
        "print(equilibria(tree).claim)",
        f"findings = test(read_scenario({written}), draws=64)",
        'print([(claim["id"], claim["verdict"]) for claim in findings.record()["claims"]])',
    ]
    return "\n".join(lines) + "\n"


__all__ = ["COPY", "commands", "python"]
