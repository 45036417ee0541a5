"""One model of the catalogue as a page in Markdown, and the picture of its tree. Nothing is solved here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from detente.brief.charts.tree import tree_file
from detente.brief.naming import spoken
from detente.game.parameter import Parameter
from detente.game.picture import plain, timeline_drawing
from detente.models import TOPICS, Model, Worked
from detente.models.card import at_base
from detente.scenario import Scenario, read_scenario

MOST_NODES = 60  # of a tree that is drawn
MOST_SETS = 24  # that are named
REACHED = {
    "principal": "the principal branch leads here",
    "search": "off the principal branch: `detente solve --all` finds it",
    "missed": "the solver does not find it",
}
MEANING = {"commit": "announced", "deviate": "a surprise", "given": "no intervention"}


def picture(model: Model) -> str:
    """The tree as the text of an SVG file."""
    return tree_file(model.game.tree(), max_nodes=MOST_NODES)


def page(model: Model) -> str:
    """The page, with its picture beside it as ``SLUG.svg``."""
    scenario = read_scenario(model.slug)
    parts = [
        f"# {prose(model.title)}",
        f"`{model.slug}` · {TOPICS[model.topic]} · [all models](../README.md)",
        prose(model.text),
        _tree(model),
        "## Who moves when",
        fenced(plain(timeline_drawing(model.game), 110), "text"),
        "## It speaks to",
        bullets(f"“{prose(claim)}”" for claim in model.claims),
        "## Parameters",
        _parameters(model),
        "## Known in closed form",
        bullets(
            f"{prose(t.text)}<br>{code(t.formula)} – at the base values: {at_base(model, t)}"
            for t in model.thresholds
        ),
        *(["## Worked points", *(_worked(model, point) for point in model.worked)] if model.worked else []),
        *_policies(scenario),
        "## Comparative statics",
        "What the model says, as claims that `detente test` puts to draws from the ranges, and the verdict that is expected.",
        _statics(model, scenario),
        "## What it leaves out",
        bullets(dict.fromkeys([prose(model.leaves_out), *map(prose, scenario.not_modelled)])),
        "## Source",
        prose(model.source["cite"]),
        f"Checked by: {prose(', '.join(model.checked))}.",
        "## Load it",
        fenced(_commands(model.slug), "sh"),
        fenced(_python(model.slug), "python"),
        f"The file: [{model.slug}.yaml](../../../src/detente/models/library/{model.slug}.yaml); "
        "its keys: [the file of a model](../../reference/models.md).",
    ]
    return "\n\n".join(parts) + "\n"


def prose(text: str) -> str:
    """Text on one line, in which no character means anything to Markdown."""
    return re.sub(r"([\\`*<\[|])", r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A formula in a sentence, or in a cell of a table."""
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def fenced(text: str, language: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.rstrip().splitlines())
    return f"```{language}\n{lines}\n```"


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _tree(model: Model) -> str:
    tree = model.game.tree()
    drawn = f"![The game tree of {model.slug}]({model.slug}.svg)"
    if tree.n_nodes > MOST_NODES:
        drawn += f"\n\nThe first {MOST_NODES} of {tree.n_nodes:,} nodes; the picture says where it leaves some out."
    if len(tree.sets) > MOST_SETS:
        return f"{drawn}\n\n{len(tree.sets):,} information sets, joined by broken lines."
    owned = [
        f"{player}: " + ", ".join(code(s.name) for s in tree.sets if s.player == index)
        for index, player in enumerate(model.game.players)
        if any(s.player == index for s in tree.sets)
    ]
    return f"{drawn}\n\nInformation sets, joined by broken lines that may lie over one another – {'; '.join(owned)}."


def _parameters(model: Model) -> str:
    derived = model.game.derived_values({})

    def row(name: str, p: Parameter) -> list[str]:
        what = [code(name), prose(p.title or "")]
        why = prose(p.because or "") or ("; ".join(prose(e.says or e.source or "") for e in p.evidence))
        if p.distribution == "derived":
            formula = p.derived.text if p.derived else ""
            return [*what, f"follows: {code(formula)}", f"{float(derived[name]):.4g}", why]
        if not p.free:
            return [*what, "fixed", f"{p.base:.4g}", why]
        shape = "" if p.distribution == "uniform" else f", {p.distribution}"
        return [*what, f"{p.low:.4g} to {p.high:.4g}{shape}", f"{p.base:.4g}", why]

    rows = [row(name, p) for name, p in model.game.parameters.items()]
    told = table(("name", "what it is", "range", "base", "because"), rows)
    conditions = [code(str(c)) for c in model.game.constraints]
    return told + (f"\n\nAlways: {', '.join(conditions)}." if conditions else "")


def _worked(model: Model, point: Worked) -> str:
    at = ", ".join(f"{name} = {value:g}" for name, value in point.at.items()) or "the base values"
    precision = "" if point.precision == "limit" else f", at precision {point.precision:g}"
    parts = [f"**{at}** ({prose(point.by)}{precision}; {REACHED[point.reached]})"]
    if point.text:
        parts.append(prose(point.text))
    values = model.game.derived_values(point.at) | point.point(model.game)
    rows = []
    for (_, _, formula), one in zip(point.told, point.record()["told"], strict=True):  # type: ignore[arg-type]
        rows.append((code(one["what"]), code(one["formula"]), f"{float(formula.value(values)):.6g}"))
    return "\n\n".join([*parts, table(("number", "formula", "value"), rows)])


def _policies(scenario: Scenario) -> list[str]:
    if not scenario.policies:
        return []
    rows = [
        (code(name), f"{MEANING[p.kind]} ({p.kind})", _said(p.title, scenario))
        for name, p in scenario.policies.items()
    ]
    return ["## Policies", table(("policy", "meaning", "what is done"), rows)]


def _statics(model: Model, scenario: Scenario) -> str:
    rows = [
        (
            _said(claim.text, scenario) + (f" *{_said(claim.because, scenario)}*" if claim.because else ""),
            code(claim.written),
            prose(model.verdicts.get(name, "")),
        )
        for name, claim in scenario.claims.items()
    ]
    return table(("claim", "condition", "verdict"), rows)


def _said(text: str, scenario: Scenario) -> str:
    """Prose in which a role is called by its title."""
    return prose(spoken(text, {name: role.title for name, role in scenario.roles.items()}))


def _commands(slug: str) -> str:
    return "\n".join(
        [
            f"detente models {slug}",
            f"detente solve {slug} --all",
            f"detente test {slug} --draws 64",
            f"detente new my-model --from {slug}",
        ]
    )


def _python(slug: str) -> str:
    return "\n".join(
        [
            "from detente.models import find",
            "from detente.solve import solve",
            "",
            f'model = find("{slug}")',
            "found = solve(model.game)  # at the base values; arrays of draws are solved together",
            "assert found.certified.all()",
            "print(found.frame())",
            "for one in model.worked[0].compare(model.game):",
            "    print(one.what, one.told, one.found)",
        ]
    )


__all__ = ["MOST_NODES", "bullets", "page", "picture", "prose", "table"]
