"""A scenario back to its file: bindings and matches put in, every other byte as it was, whole or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from detente.errors import GameError
from detente.scenario.fitted.record import put_beside
from detente.scenario.model import Binding, Match
from detente.scenario.reader import scenario_from_text
from detente.scenario.saved import save
from detente.scenario.scenario import Scenario

TOP = re.compile(r"[\"']?(\w+)[\"']?\s*:(?:\s|$)")
HEADINGS = {
    "seed": "# The same seed gives the same result.",
    "switched_off": "# Parts that are switched off.",
    "use_ranges": "# The range set that is used in place of the ranges above.",
    "bindings": "# Who plays which role in the reports read. status: bound (a person decided), proposed, open.",
    "matches": "# Which statement makes which claim. stance: makes, denies, none; decided_by: rule, person.",
}


def write_scenario(
    scenario: Scenario,
    path: str | Path,
    bindings: Mapping[str, Binding] | Iterable[Binding] | None = None,
    matches: Iterable[Match] | None = None,
) -> Path:
    """Write the scenario as it is used: its file as it was read, with the parts off, seed, bindings and matches given.

    ``bindings`` and ``matches`` default to those of the scenario. What is written reads back to the same scenario.
    Fits that ranges come from are written beside it, as they were read. Raises GameError for a role or claim that there is
    not, and where another file stands in the place of a fit; OSError where the file cannot be written.
    """
    target = Path(path)
    text = scenario_text(scenario, bindings, matches)
    for fit in scenario.fits.files:
        put_beside(fit, target)
    save(target, text)
    return target


def scenario_text(
    scenario: Scenario,
    bindings: Mapping[str, Binding] | Iterable[Binding] | None = None,
    matches: Iterable[Match] | None = None,
) -> str:
    """The text that `write_scenario` writes."""
    if not scenario.text:
        raise GameError(
            "this scenario was not read from a file, so there is no text to write", found=scenario.id
        )
    bound = scenario.bindings.values() if bindings is None else bindings
    bound = tuple(bound.values() if isinstance(bound, Mapping) else bound)
    matched = scenario.matches if matches is None else tuple(matches)
    written = scenario_from_text(scenario.text, scenario.path)
    text = scenario.text
    # a block that says the same already is left alone, remarks in it and all
    if scenario.seed != written.seed:
        text = _with(text, "seed", f"seed: {scenario.seed}\n")
    if scenario.off != written.off:
        text = _with(text, "switched_off", _block("switched_off", list(scenario.off)))
    if scenario.ranges != written.ranges:
        text = _with(text, "use_ranges", f"use_ranges: {scenario.ranges}\n" if scenario.ranges else "")
    if bound != tuple(written.bindings.values()):
        text = _with(text, "bindings", _block("bindings", {b.role: _binding(b) for b in bound}))
    if matched != written.matches:
        text = _with(text, "matches", _block("matches", [_match(m) for m in matched]))
    again = scenario_from_text(text, scenario.path)  # what cannot be read back is not written
    if (again.off, again.seed, again.ranges, tuple(again.bindings.values()), again.matches) != (
        scenario.off,
        scenario.seed,
        scenario.ranges,
        bound,
        matched,
    ):
        raise AssertionError("the scenario that was written reads back as another one")
    return text


def _binding(b: Binding) -> CommentedMap:
    return _in_one_line({"actor": b.actor, "status": b.status, "because": list(b.because)})


def _match(m: Match) -> CommentedMap:
    return _in_one_line({
        "statement": m.statement, "claim": m.claim, "stance": m.stance, "score": float(m.score),
        "decided_by": m.decided_by, "words": list(m.words),
    })  # fmt: skip


def _in_one_line(entries: dict[str, Any]) -> CommentedMap:
    made = CommentedMap(entries)
    made.fa.set_flow_style()
    return made


def _block(key: str, entries: Any) -> str:
    """``key`` and its entries as YAML, one line for each; nothing where there are none."""
    if not entries:
        return ""
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    yaml.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump({key: entries}, out)
    return out.getvalue()


def _with(text: str, key: str, block: str) -> str:
    """The text with the lines of a top-level key replaced by ``block``, or with it at the end."""
    lines = text.splitlines(keepends=True)
    # the file was read before, so what stands at the margin before a colon is a key; the result is read back as well
    starts = [(n, found[1]) for n, line in enumerate(lines, 1) if (found := TOP.match(line))]
    first = next((line - 1 for line, name in starts if name == key), None)
    if first is None:
        gap = "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{HEADINGS[key]}\n{block}" if block else text
    last = min((line - 1 for line, _ in starts if line - 1 > first), default=len(lines))
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1  # remarks above the next key are the next key's
    if not block and first and lines[first - 1].rstrip("\n") == HEADINGS[key]:
        first -= 1
    return "".join(lines[:first]) + block + "".join(lines[last:])
