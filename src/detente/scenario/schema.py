"""The shape of the scenario keys in YAML: which keys there are and what kind of value each takes.

Names inside (moves, events, parameters) are not resolved here; `reader` does that with the game at hand.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=4000)]
Identifier = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)
]  # may stand in a formula
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", max_length=80)]
Formula = str | bool | int | float  # YAML reads a bare 0.5 as a number
Names = list[str]


class Shape(BaseModel):
    """A mapping with no other keys than those named."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class ChangeShape(Shape):
    """What is played instead of chosen, and what parameters become."""

    moves: dict[str, Formula | dict[Formula, Formula]] = {}
    when: Formula | dict[str, Formula] | None = None
    parameters: dict[str, Formula] = {}


class RoleShape(Shape):
    title: Text
    player: str
    words: Names = []
    before: Names = []
    after: Names = []
    kinds: Names = []
    text: Text = ""


class PartShape(Shape):
    title: Text
    text: Text = ""
    moves: Names = []
    off: ChangeShape


class PolicyShape(Shape):
    actor: str
    kind: Literal["commit", "deviate", "given"]
    title: Text
    text: Text = ""
    play: dict[str, Formula | dict[Formula, Formula]] = {}
    when: Formula | dict[str, Formula] | None = None
    parameters: dict[str, Formula] = {}
    levers: (
        Names | dict[str, list[float] | None]
    ) = []  # parameters that the actor chooses, with the ends of the choice


class MatchRuleShape(Shape):
    """What makes a statement of a ledger match the claim; read by the brief, not here."""

    words: list[str | list[str]] = []  # groups: a statement meets a group by one of its words
    contrary: Names = []
    never: Names = []
    about: Names = []
    polarity: Literal["asserted", "denied", "asked"] | None = None


class ClaimShape(Shape):
    text: Text
    holds: Formula
    said_by_role: str | None = None
    said_by: Text | None = None
    in_article: bool = True
    mirror: str | None = None
    holds_where: dict[str, float] | None = None
    fails_where: dict[str, float] | None = None
    match: MatchRuleShape = MatchRuleShape()
    models: Names = []
    because: Text = ""


class LawShape(Shape):
    instrument: Text
    article: Text
    text: Text
    title: Text = ""
    url: str | None = None
    with_: ChangeShape = Field(default=ChangeShape(), alias="with")
    without: ChangeShape = ChangeShape()


class SourceShape(Shape):
    cite: Text
    url: str | None = None
    checked: bool = False


class RangeSetShape(Shape):
    """Ranges of another analyst; each entry has one of the forms of ``parameters``."""

    title: Text
    because: Text = ""
    parameters: dict[str, Any]


class BindingShape(Shape):
    actor: str | None = None
    because: list[str] | str = []
    status: Literal["bound", "proposed", "open"] = "proposed"


class MatchShape(Shape):
    statement: str
    claim: str
    score: Annotated[float, Field(ge=0, le=1)] = 1.0
    stance: Literal["makes", "denies", "none"] = "makes"
    decided_by: Literal["rule", "person"] = "person"
    words: Names = []


class ScenarioShape(Shape):
    """Every key that a scenario file has and a game file has not."""

    scenario: Slug
    summary: Text = ""
    precision: str | float = "limit"
    margin: Annotated[float, Field(ge=0, lt=1)] = 0.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    roles: dict[Slug, RoleShape] = {}
    parts: dict[Slug, PartShape] = {}
    switched_off: Names = []
    range_sets: dict[Slug, RangeSetShape] = {}
    use_ranges: str | None = None
    policies: dict[Identifier, PolicyShape] = {}
    claims: dict[Slug, ClaimShape] = {}
    law: dict[Slug, LawShape] = {}
    sources: dict[Slug, SourceShape] = {}
    events_of_interest: Names | dict[str, Text] = []  # with titles, or bare names
    not_modelled: Names = []
    setting: Names = []  # words of a text that speaks of such a crisis
    enough: dict[str, Formula] = {}  # player or role: the payoff that is enough for it
    bindings: dict[str, BindingShape] = {}
    matches: list[MatchShape] = []


SCENARIO_KEYS = frozenset(ScenarioShape.model_fields)
