"""Results in plain sentences: one idea a sentence, each true when it is quoted alone.

Nothing here computes a result. A share of the ranges tried is given as a count and never as a word for how sure
somebody may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detente.brief.words import (
    count,
    listed,
    lower_first,
    number,
    numbers_apart,
    per_hundred,
    plain,
    sentence,
    small,
    with_unit,
)

VERDICTS = {  # word of the result -> word shown, shape of its sign
    "holds throughout": ("Holds throughout", "full"),
    "holds if": ("Holds if", "half"),
    "fails throughout": ("Fails throughout", "empty"),
    "undecided": ("Undecided", "open"),
}
KINDS = {
    "commit": ("announced", "Everybody knows it beforehand and acts on it."),
    "deviate": ("by surprise", "The others act as if nothing had changed."),
    "given": ("seen, not chosen", "What follows in those runs in which the actor does this anyway."),
}
CONFIDENCE = {"bound": "set by a person", "proposed": "proposed", "open": "open"}
STATUSES = {  # why a combination has no certified solution
    "not_converged": "the solver did not arrive",
    "fold": "the path of play turns back",
    "bifurcation": "the path of play splits",
    "no_limit": "play does not settle",
    "precision_limit": "the numbers are too fine to compute with",
    "zero_reach": "a move is never reached",
    "bad_numbers": "a number is out of bounds",
    "not_defined": "what the claim takes as given never happens",
}
CITED = ("citation", "cited")
ROUGH, NOTHING = 0.75, 0.1  # of a variance explained: below it indices are a rough order, or say nothing
FLIPS = 4  # assumptions that flip a claim, shown for each
FEW = 3  # assumptions that one sentence can name
POLARITY = {"asserted": "said", "denied": "denied", "asked": "asked"}


class Parameters:
    """Names, units and origins of the parameters, for sentences about them. An unknown name is shown as words."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = {row["name"]: row for row in rows}

    def row(self, name: str) -> Mapping[str, Any]:
        return self.rows.get(name, {"name": name})

    def title(self, name: str) -> str:
        return title(self.row(name))

    def spoken(self, name: str) -> str:
        return spoken(self.row(name))

    def unit(self, name: str) -> str | None:
        return attached(self.row(name).get("unit"))

    def value(self, name: str, value: float | None) -> str:
        return number(value, self.unit(name))

    def origin(self, name: str) -> str:
        return origin_short(self.row(name))


def title(row: Mapping[str, Any]) -> str:
    """What a parameter is called: its title, else its name as words; a capital at its head."""
    named = row.get("title") or plain(row["name"])
    return named[:1].upper() + named[1:]


def origin(row: Mapping[str, Any]) -> str:
    """Where a number comes from, with the reference."""
    kind, citation = row.get("origin"), row.get("source") or row.get("citation") or ""
    if kind == "measured":
        return f"Estimated from data: {sentence(citation)}" if citation else "Estimated from data."
    if kind in CITED:
        told = f"Cited: {sentence(citation)}" if citation else "Cited."
        return told if is_checked(row) else f"{told} We could not check the figure against it."
    return "An assumption: we know of no measurement."


def origin_short(row: Mapping[str, Any]) -> str:
    """The same without the reference."""
    if row.get("origin") == "measured":
        return "It was estimated from data."
    if row.get("origin") in CITED:
        return (
            "Its range is cited."
            if is_checked(row)
            else "Its range is cited, from a source that we could not check."
        )
    return origin(row)


def spoken(row: Mapping[str, Any]) -> str:
    """A parameter's title inside a sentence; one that is itself a question stands between quotation marks."""
    told = lower_first(title(row))
    return f"‘{told}’" if told.split(" ", 1)[0] in ("how", "whether", "if") else told


def attached(unit: str | None) -> str | None:
    """The unit if it can follow a number: a sign or one short word; a share or a longer description is left to the table."""
    if (
        not unit
        or unit in ("share", "probability", "correlation", "ratio")
        or not (unit[0] in "%°" or unit.isalpha())
    ):
        return None
    return unit if len(unit) <= 12 else None


def is_checked(row: Mapping[str, Any]) -> bool:
    """Whether somebody compared a cited figure with its source."""
    return row.get("checked") in (True, "yes")


def condition(rule: Mapping[str, Any], parameters: Parameters) -> str:
    """One bound of a rule: "likeness of cases is above 0.4"."""
    name, low, high = rule["parameter"], rule.get("low"), rule.get("high")
    title, row = parameters.spoken(name), parameters.row(name)
    low = None if low is None or (row.get("low") is not None and low <= row["low"]) else low
    high = None if high is None or (row.get("high") is not None and high >= row["high"]) else high
    unit = parameters.unit(name)
    if low is not None and high is not None:
        a, b = number(low, None, 3), number(high, unit, 3)
        return f"{title} is between {a} and {b}"
    if low is not None:
        return f"{title} is above {number(low, unit, 3)}"
    if high is not None:
        return f"{title} is below {number(high, unit, 3)}"
    return f"{title} is anywhere in its range"


def boundary(claim: Mapping[str, Any], parameters: Parameters, draws: int) -> list[str]:
    """Where the claim holds. The first sentence begins with the verdict's words; then how well the rule sorts."""
    verdict = VERDICTS[claim["verdict"]][0]
    decided, held = claim.get("decided", draws), held_in(claim)
    tried = (
        f"in all {decided:,} combinations that could be decided"
        if claim.get("undecided")
        else f"in all {draws:,} combinations tried"
    )
    if claim["verdict"] == "undecided":
        if not decided:
            return [f"{verdict}: no combination could be decided."]
        return [
            f"{verdict}: too few combinations could be decided.",
            f"It held in {held:,} of {decided:,} that could.",
        ]
    if claim["verdict"] != "holds if":
        return [f"{verdict}: {tried}."]
    if held in (0, decided) and claim.get("exception"):
        point = listed(
            [f"{parameters.spoken(n)} {parameters.value(n, v)}" for n, v in claim["exception"].items()]
        )
        kind = (
            "conditions are met that all combinations tried met"
            if held
            else "conditions are met that none of the combinations tried met"
        )
        return [
            f"{verdict} {kind}.",
            f"A search found {'an exception' if held else 'it holding'} at {point}.",
        ]
    if not claim.get("rule") or claim.get("rule_found") is False:
        fails = claim.get("fails_rule") or {}
        told = [f"{verdict} conditions are met that no simple rule captures.", share(claim)]
        if fails.get("rule") and fails.get("rule_found"):
            told.insert(1, f"It fails if {conditions(fails['rule'], parameters)}.")
        return told
    return [f"{verdict} {conditions(claim['rule'], parameters)}.", *_sorting(claim)]


def conditions(rule: Sequence[Mapping[str, Any]], parameters: Parameters) -> str:
    """A rule's bounds in a row."""
    return listed([condition(each, parameters) for each in rule])


def held_in(claim: Mapping[str, Any]) -> int:
    """In how many of the decided combinations the claim holds."""
    return round((claim.get("share") or 0) * (claim.get("decided") or 0))


def _sorting(claim: Mapping[str, Any]) -> list[str]:
    found = []
    density, coverage = claim.get("density"), claim.get("coverage")
    if density is not None and density < 0.995:
        found.append(f"Inside these bounds it holds in {per_hundred(density)} combinations.")
    if coverage is not None and coverage < 0.995:
        found.append(f"They take in {per_hundred(coverage)} of all combinations in which it holds.")
    return found


def turning(claim: Mapping[str, Any], parameters: Parameters) -> list[str]:
    """What flips the claim from our middle values; then how far off that is, and what the number rests on."""
    holds = claim.get("holds_at_base")
    now = "" if holds is None else f"At our middle values it {'holds' if holds else 'fails'}."
    binding = claim.get("binding")
    if binding:
        name, base, at = binding["parameter"], binding["base"], binding["at"]
        unit = parameters.unit(name)
        shown_base, shown_at = numbers_apart(base, at)
        change = "Changes sides" if holds is None else "Fails" if holds else "Holds"
        up = at > base if at != base else (binding.get("holds") == "above") is not bool(holds)
        way = "rises above" if up else "falls below"
        if shown_base == shown_at:
            near = f"{change} as soon as {parameters.spoken(name)} {way} our middle value, {with_unit(shown_base, unit)}."
            return [near, "Our middle value lies on the boundary.", parameters.origin(name)]
        return [
            f"{change} once {parameters.spoken(name)} {way} {with_unit(shown_at, unit)}.",
            f"Our middle value is {with_unit(shown_base, unit)}, {number(abs(at - base), unit)} away.",
            parameters.origin(name),
        ]
    together = (claim.get("nearest_flip") or {}).get("parameters") or {}
    if len(together) > FEW:
        moved = f"{len(together)} assumptions at once"
        return [
            "Only many assumptions together.",
            f"No single assumption flips it. The nearest flip that we found moves {moved}.",
            now,
        ]
    if together:
        moved = listed(
            [f"{parameters.spoken(name)} {_change(name, to, parameters)}" for name, to in together.items()]
        )
        alone = "No single assumption flips it. " if len(together) > 1 else ""
        first = "Several assumptions together." if alone else sentence(f"flips when {moved}")
        return [first, f"{alone}The nearest flip that we found moves {moved}.", now]
    if claim["verdict"] == "undecided":
        return [
            "Not known.",
            "The model gave no certified answer at our middle values." if holds is None else now,
        ]
    return ["Nothing in the ranges tried.", now]


def _change(name: str, to: float, parameters: Parameters) -> str:
    base = parameters.row(name).get("base")
    if base is None:
        return f"at {parameters.value(name, to)}"
    a, b = numbers_apart(base, to, parameters.unit(name))
    return f"from {a} to {b}"


def undecided(claim: Mapping[str, Any]) -> str:
    """How many combinations have no verdict, and why; empty when all are decided."""
    left = claim.get("undecided") or 0
    if not left:
        return ""
    why = [
        f"in {n:,} {STATUSES.get(status, plain(status))}"
        for status, n in sorted((claim.get("undecided_why") or {}).items())
        if n
    ]
    told = f"{count(left, 'combination is', 'combinations are')} undecided"
    return f"{told}: {listed(why)}." if why else f"{told}."


def selection(claim: Mapping[str, Any]) -> str:
    """Whether the claim depends on which equilibrium is played; empty where that was not looked at."""
    found = claim.get("selection")
    if not found:
        return ""
    text = (found.get("text") or "").strip().rstrip(".")
    if found.get("differs"):
        return sentence(f"at our middle values it {text or 'depends on which equilibrium is played'}")
    if found.get("differs") is False:
        told = "At our middle values it does not depend on which equilibrium is played"
        return f"{told}: {text}." if text else f"{told}."
    return f"Whether it depends on which equilibrium is played is open{': ' + text if text else ''}."


def selections(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many of the claims looked at depend on which equilibrium is played; empty where none was looked at."""
    found = [claim["selection"] for claim in claims if claim.get("selection")]
    if not found:
        return ""
    depend = sum(bool(each.get("differs")) for each in found)
    unknown = sum(each.get("differs") is None for each in found)
    told = f"At our middle values {small(depend)} of {count(len(found), 'claim')} {'depends' if depend == 1 else 'depend'}"
    left = f" For {small(unknown)} we could not look at every equilibrium." if unknown else ""
    return f"{told} on which equilibrium is played; each verdict follows one.{left}"


def explained(share: float | None) -> str:
    """How far a fit behind indices of sensitivity can be trusted; empty where that is not known."""
    if share is None:
        return ""
    told = f"The fit behind these bars explains {per_hundred(share).replace(' in ', ' of ')} parts of the variance"
    if share < NOTHING:
        return f"{told}: they say next to nothing."
    return f"{told}; read them as a rough order only." if share < ROUGH else f"{told}."


def share(claim: Mapping[str, Any]) -> str:
    """In how many of the decided combinations it holds. A count of what was tried, nothing more."""
    decided = claim.get("decided")
    if claim.get("share") is None or not decided:
        return "No combination could be decided."
    return f"Holds in {held_in(claim):,} of the {decided:,} combinations that could be decided."


def summary(claims: Sequence[Mapping[str, Any]], draws: int, documents: int) -> str:
    """The whole finding in two sentences."""
    tally = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}
    parts = [
        f"{_verb(tally['holds throughout'], 'holds', 'hold')} throughout",
        f"{_verb(tally['holds if'], 'holds', 'hold')} under a condition" if tally["holds if"] else "",
        f"{_verb(tally['fails throughout'], 'fails', 'fail')} throughout"
        if tally["fails throughout"]
        else "",
        f"{small(tally['undecided'])} could not be decided" if tally["undecided"] else "",
    ]
    source = "this report" if documents == 1 else f"these {small(documents)} reports"
    said = sum(bool(in_article(claim)) for claim in claims)
    other = len(claims) - said
    also = f", and {small(other)} that nobody quoted there makes," if other else ""
    return (
        f"We tested {small(said) if said else 'no'} claim{'s' * (said != 1)} from {source}{also} against "
        f"{draws:,} combinations of assumptions. "
        f"{sentence(listed([part for part in parts if part]))}"
    )


def _verb(many: int, one: str, more: str) -> str:
    return f"{small(many)} {one if many < 2 else more}"


def in_article(claim: Mapping[str, Any]) -> bool:
    """Whether somebody in the documents makes the claim."""
    flagged = claim.get("in_article")
    return bool(claim.get("said_by")) if flagged is None else bool(flagged)


def how_said(statement: Mapping[str, Any]) -> str:
    """Whether the words are the speaker's own."""
    direct = statement.get("direct")
    return "quoted" if direct is True else "partly quoted" if direct == "mixed" else "in the reporter's words"


def flip(each: Mapping[str, Any], parameters: Parameters) -> str:
    """ "likeness of cases falls below 0.41 (ours: 0.56)"."""
    name = each["parameter"]
    base, at = numbers_apart(each["base"], each["at"], parameters.unit(name))
    way = "rises above" if each["at"] > each["base"] else "falls below"
    return f"{parameters.spoken(name)} {way} {at} (ours: {base})"


def flips(claim: Mapping[str, Any], parameters: Parameters) -> list[str]:
    """The nearest flip of each of the nearest assumptions, then how many others there are."""
    nearest: dict[str, Mapping[str, Any]] = {}
    for each in claim.get("flips") or ():
        nearest.setdefault(each["parameter"], each)
    shown = [flip(each, parameters) for each in list(nearest.values())[:FLIPS]]
    left = len(nearest) - len(shown)
    return [*shown, f"and {count(left, 'other assumption')}, farther away"] if left else shown


def flip_lead(claim: Mapping[str, Any]) -> str:
    """What the bars of a picture of flips lead to."""
    holds = claim.get("holds_at_base")
    if holds is None:
        return "It is undecided at our middle values; at the end of a bar it changes sides."
    return f"It {'holds' if holds else 'fails'} at our middle values; at the end of a bar it {'fails' if holds else 'holds'}."


def rule_told(claim: Mapping[str, Any], parameters: Parameters) -> str:
    """The rule that a picture draws: where the claim holds, else where it fails; empty where neither was found."""
    if claim.get("rule") and claim.get("rule_found") is not False:
        return f"Holds if {conditions(claim['rule'], parameters)}."
    fails = claim.get("fails_rule") or {}
    if fails.get("rule") and fails.get("rule_found"):
        return f"Fails if {conditions(fails['rule'], parameters)}."
    return ""


def no_flip(claim: Mapping[str, Any]) -> str:
    """Why a claim has no assumption that flips it alone."""
    if (claim.get("nearest_flip") or {}).get("parameters"):
        return "None does alone; only several together."
    return "None does in its range."


def verdict_word(verdict: object) -> str:
    """A verdict as the page words it; a number of the result as a number."""
    if isinstance(verdict, str) and verdict in VERDICTS:
        return VERDICTS[verdict][0]
    return number(verdict) if isinstance(verdict, int | float) else str(verdict)


def origins(parameters: Sequence[Mapping[str, Any]]) -> str:
    """How many numbers rest on what."""
    ranged = [row for row in parameters if row.get("low") is not None and row.get("high") != row.get("low")]
    cited = sum(row.get("origin") in CITED for row in ranged)
    unchecked = sum(row.get("origin") in CITED and not is_checked(row) for row in ranged)
    measured = sum(row.get("origin") == "measured" for row in ranged)
    assumed = len(ranged) - cited - measured
    parts = [
        f"{count(measured, 'range')} from data" if measured else "",
        f"{count(cited, 'range')} from a publication" if cited else "",
        f"{count(assumed, 'range')} assumed" if assumed else "",
    ]
    told = (
        f"{sentence(listed([part for part in parts if part]))} " if ranged else "Nothing here has a range. "
    )
    if unchecked:
        told += f"For {unchecked} of the cited ones we could not check the figure against its source. "
    return told + "Wherever a number is an assumption, the table says so."


def ledger(statements: int, documents: int) -> str:
    """What the ledger holds."""
    if not statements:
        return "We found nobody quoted or reported as saying anything."
    source = "the report" if documents == 1 else f"{documents} reports"
    return (
        f"{sentence(count(statements, 'statement'))[:-1]} in {source}, in order. Words between quotation marks are the speaker's own; "
        "the others are the reporter's. Every one was compared with the stored text when this page was made."
    )


def reproduction(version: str, seed: int | None, draws: int | None) -> str:
    """What it takes to get the same bytes again."""
    parts = [f"version {version} of detente"]
    if seed is not None:
        parts.append(f"seed {seed}")
    if draws:
        parts.append(f"{draws:,} combinations")
    return f"Made with {listed(parts)}. The same input gives the same bytes."
