"""Reading a scenario: what it says is what is read, and each mistake is one clear error with its place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BadInput, ExpressionError, GameError
from detente.scenario import Quantity, Scenario, read_scenario, scenario_from_text, scenario_path, shipped


def test_everything_in_the_file_is_read(crisis: Scenario) -> None:
    assert (crisis.id, crisis.title, crisis.margin, crisis.seed, crisis.precision) == (
        "crisis",
        "Crisis signalling",
        0.01,
        7,
        "limit",
    )
    role = crisis.roles["threatener"]
    assert (role.player, role.before, role.words, role.kinds) == (
        "A",
        ("threatened",),
        ("junta",),
        ("country",),
    )
    assert crisis.policies["rule"].player == "A"
    assert crisis.policies["half"].kind == "commit"
    bluff = crisis.claims["bluff"]
    assert bluff.quantities == (Quantity("P", "backs_down"), Quantity("P", "war"))
    assert bluff.holds_where == {"d": 2.0, "p": 0.1}
    assert bluff.match.words == (("bluff", "bluffing"), ("threat",))
    assert bluff.match.about == ("threatener",)
    assert bluff.match.contrary == ("serious",)
    assert crisis.claims["rules-provoke"].policies == ("rule", "surprise")
    assert crisis.claims["rules-provoke"].holds_where == {}
    assert crisis.law["charter-2-4"].article == "2(4)"
    assert crisis.sources["survey"].checked is False
    assert crisis.events_of_interest == ("war",)
    assert crisis.not_modelled == ("third parties",)
    assert crisis.parts["audience"].off.parameters["a"].constant == 0


def test_events_of_interest_may_have_titles(crisis_text: str) -> None:
    named = scenario_from_text(crisis_text)
    titled = scenario_from_text(
        crisis_text.replace("events_of_interest: [war]", "events_of_interest: {war: The two fight}")
    )
    assert named.events_of_interest == titled.events_of_interest == ("war",)
    assert named.event_titles == {}
    assert titled.event_titles == {"war": "The two fight"}


def test_a_mirror_is_filled_in_on_the_other_side(crisis: Scenario) -> None:
    assert crisis.claims["meant"].mirror == "bluff"
    assert crisis.claims["bluff"].mirror == "meant"
    assert crisis.claims["rules-provoke"].mirror is None


def test_a_slug_a_folder_and_a_file_name_the_same_scenario(
    crisis_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenario.yaml").write_text(crisis_text, encoding="utf-8")
    assert read_scenario(tmp_path).id == read_scenario(str(tmp_path / "scenario.yaml")).id == "crisis"
    assert "peace-talks" in shipped()
    assert scenario_path("peace-talks").parent.name == "peace-talks"
    monkeypatch.chdir(tmp_path)
    assert read_scenario(Path()).id == "crisis"


@pytest.mark.parametrize(
    "name", ["peace-talk", "../../etc/passwd", "nowhere.yaml", "peace-talks/../peace-talks"]
)
def test_what_is_no_scenario_is_refused_by_name(name: str) -> None:
    with pytest.raises(GameError) as error:
        read_scenario(name)
    assert name in str(error.value)
    if name == "peace-talk":
        assert error.value.nearest == "peace-talks"


# what to change in the file, what to, then: part of the field, what is found, what is near
MISTAKES: list[tuple[str, str, str, str | None, str | None]] = [
    ("margin: 0.01", "margn: 0.01", "margn", "margn", "margin"),
    ("margin: 0.01", "margin: lots", "margin", "lots", None),
    ("margin: 0.01", "margin: -1", "margin", "-1", None),
    ("seed: 7", "seed: 1.5", "seed", "1.5", None),
    ("seed: 7", "precision: limt", "precision", "limt", "limit"),
    ("seed: 7", "precision: lamda", "precision", "lamda", "lambda"),
    ("seed: 7", "precision: 0", "precision", "0", None),
    ("seed: 7", "precision: p*2", "precision", "p*2", None),
    ("title: who threatens,", "titel: who threatens,", "roles.threatener", "titel", "title"),
    ("title: who threatens, player: A", "title: who threatens, player: C", "roles.threatener.player", "C", None),
    ("actor: threatened, kind: commit, title: always", "actor: threatend, kind: commit, title: always",
     "policies.firm.actor", "threatend", "threatened"),
    ("kind: commit, title: always challenge", "kind: comit, title: always challenge", "policies.rule.kind", "comit", "commit"),
    ("play: {answer: resist}}\n  half", "play: {answr: resist}}\n  half", "policies.firm.play.answr", "answr", "answer"),
    ("play: {answer: resist}}\n  half", "play: {answer: resit}}\n  half", "policies.firm.play.answer", "resit", "resist"),
    ("play: {answer: resist}}\n  half", "play: {last: fight}}\n  half", "policies.firm.play.last", "last", None),
    ("{resist: 0.5, concede: 0.5}", "{resist: 1.2, concede: 0.5}", "policies.half", "1.2", None),
    ("{resist: 0.5, concede: 0.5}", "{resist: 0.5, concede: 0.6}", "policies.half", "1.1", None),
    ("{resist: 0.5, concede: 0.5}", "{resist: 0.5, concde: 0.5}", "policies.half.play.answer.concde", "concde", "concede"),
    ("{resist: 0.5, concede: 0.5}", "[resist, concede]", "policies.half.play.answer", None, None),
    ("when: resolve == unresolved}", "when: resolv == unresolved}", "policies.last_fight", "resolv", "resolve"),
    ("when: resolve == unresolved}", "when: resolve == unresolvd}", "policies.last_fight", "unresolvd", "unresolved"),
    ("when: resolve == unresolved}", "when: {open: resolve == unresolved}}", "policies.last_fight.when.open", "open", None),
    ("parameters: {a: a + 0.1}", "parameters: {b: a + 0.1}", "policies.costly.parameters.b", "b", None),
    ("parameters: {a: a + 0.1}", "parameters: {a: aa + 0.1}", "policies.costly.parameters.a", "aa", None),
    ("parameters: {a: a + 0.1}", "parameters: {q_star: 0.1}", "policies.costly.parameters.q_star", "q_star", None),
    ("parameters: {a: a + 0.1}", "parameters: {a: __import__(os)}", "policies.costly.parameters.a", "__import__", None),
    ("kind: given, title: resistance was seen", "kind: given, parameters: {a: 1}, title: resistance was seen",
     "policies.resisted.parameters", "a", None),
    ("title: raise the audience cost, parameters: {a: a + 0.1}", "title: nothing", "policies.costly", "costly", None),
    ("title: resistance was seen, play: {answer: resist}", "title: resistance, play: {answer: {resist: 1}}",
     "policies.resisted.play.answer", "resist", None),
    ("  rule: {actor", "  equilibrium: {actor", "policies.equilibrium", "equilibrium", None),
    ("  rule: {actor", "  the-rule: {actor", "policies", "the-rule", None),
    ("P(backs_down) > P(war)", "P(back_down) > P(war)", "claims.bluff.holds", "back_down", "backs_down"),
    ("P(war | rule)", "P(war | rules)", "claims.rules-provoke.holds", "rules", "rule"),
    ("value(B | half)", "value(C | half)", "claims.half-better.holds", "C", None),
    ("P(war) <= 0.05", "P(war) <= dd", "claims.half-better.holds", "dd", None),
    ("P(war) <= 0.05", "P(war)", "claims.half-better.holds", "P(war)", None),
    ("P(war) <= 0.05", "p.__class__() > 0", "claims.half-better.holds", None, None),
    ("P(war) <= 0.05", "P(war, resolved) < 1", "claims.half-better.holds", "P(war, resolved)", None),
    ("P(war) <= 0.05", "P(war + resolved) < 1", "claims.half-better.holds", "P(war + resolved)", None),
    ("P(war) <= 0.05", "P(war | rule or firm) < 1", "claims.half-better.holds", None, None),
    ("mirror: meant", "mirror: ment", "claims.bluff.mirror", "ment", "meant"),
    ("mirror: meant", "mirror: bluff", "claims.bluff.mirror", "bluff", None),
    ("in_article: false", "in_article: false\n    mirror: rules-provoke", "claims", None, None),
    ("said_by_role: threatened", "said_by_role: threatend", "claims.bluff.said_by_role", "threatend", "threatened"),
    ("holds_where: {d: 2, p: 0.1}\n    fails_where: {d: 0.5}", "holds_where: {dd: 2}", "claims.bluff.holds_where.dd", "dd", None),
    ("holds_where: {d: 2, p: 0.1}\n    fails_where: {d: 0.5}", "holds_where: {d: 20}", "claims.bluff.holds_where.d", "20", None),
    ("about: [threatener]", "about: [threatner]", "claims.bluff.match.about[0]", "threatner", "threatener"),
    ("match: {words: [[bluff", "match: {word: [[bluff", "claims.bluff.match.word", "word", "words"),
    ("moves: [last], off: {moves", "moves: [lst], off: {moves", "parts.retreat.moves[0]", "lst", "last"),
    ("off: {moves: {last: fight}}", "off: {move: {last: fight}}", "parts.retreat.off.move", "move", "moves"),
    ("with: {moves: {open: accept}}", "with: {moves: {open: acept}}", "law.charter-2-4.with.moves.open", "acept", "accept"),
    ("with: {moves: {open: accept}}", "wit: {moves: {open: accept}}", "law.charter-2-4.wit", "wit", "with"),
    ("    with: {moves: {open: accept}}\n", "", "law.charter-2-4", "charter-2-4", None),
    ("instrument: Charter of the United Nations", "instrument: [a]", "law.charter-2-4.instrument", "['a']", None),
    ("events_of_interest: [war]", "events_of_interest: [wor]", "events_of_interest[0]", "wor", "war"),
    ("events_of_interest: [war]", "events_of_interest: {wor: War}", "events_of_interest", "wor", "war"),
    ("events_of_interest: [war]", "events_of_interest: {war: [a]}", "events_of_interest.war", "['a']", None),
    ("events_of_interest: [war]", "events_of_interest: war", "events_of_interest", "war", None),
    ("evidence: {source: survey", "evidence: {source: survy", "parameters.a", "survy", "survey"),
    ("base: 1, because: judgement", "base: 1", "parameters.d", None, None),
    ("d: {range: [0.2, 2.5]", "d: {range: [2.5, 0.2]", "parameters.d.range", "[2.5, 0.2]", None),
    ("A.resolve: {resolved: p, unresolved: 1 - p}", "A.resolve: {resolved: 1.2, unresolved: -0.2}", "private.A.resolve", "1.2", None),
    ("when: open == challenge}", "when: last == fight}", "moves[1].when", "answer -> last -> answer", None),
    ("audience: {worth: -a,", "audience: {worth: -aa,", "payoffs.A.audience", "aa", None),
    ("scenario: crisis\n", "", "", None, None),
    ("scenario: crisis\n", "scenario: a crisis\n", "scenario", "a crisis", None),
    ("not_modelled: [third parties]", "switched_off: [retrat]", "switched_off[0]", "retrat", "retreat"),
    ("not_modelled: [third parties]", "bindings: {threatner: {actor: X}}", "bindings.threatner", "threatner", "threatener"),
    ("not_modelled: [third parties]", "matches: [{statement: s1, claim: blff}]", "matches[0].claim", "blff", "bluff"),
    ("not_modelled: [third parties]", "matches: [{statement: s1}]", "matches[0]", None, None),
    ("not_modelled: [third parties]", "policies: {}", "", "policies", None),
    ("not_modelled: [third parties]", "roles2: &x {a: 1}", "", "&x", None),
]  # fmt: skip

# these show up where the thing is used, or at what encloses it
ELSEWHERE = ("moves[1].when", "law.charter-2-4", "parameters.a", "claims", "")


@pytest.mark.parametrize(("old", "new", "field", "found", "nearest"), MISTAKES)
def test_each_mistake_is_one_error_with_its_place(
    crisis_text: str, old: str, new: str, field: str, found: str | None, nearest: str | None
) -> None:
    assert old in crisis_text
    text = crisis_text.replace(old, new, 1)
    with pytest.raises(BadInput) as caught:
        scenario_from_text(text, Path("my.yaml"))
    error = caught.value
    assert type(error) in (GameError, ExpressionError)
    assert error.where.file == "my.yaml"
    assert error.where.line is not None
    first = crisis_text[: crisis_text.index(old)].count("\n") + 1
    assert first <= error.where.line <= first + new.count("\n") or field in ELSEWHERE
    assert (error.where.field or "").startswith(field)
    if found is not None:
        assert error.found == found
    if nearest is not None:
        assert error.nearest == nearest
    record = error.record()
    assert record["message"] == str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"- a\n- b\n", b"just words", b"a: [1, 2", b"\xff\xfe\x00a", b"scenario: x\n"],
)
def test_what_is_no_scenario_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput) as error:
        read_scenario(path)
    assert error.value.where.file == str(path)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(b"# " + b"x" * 3_000_000)
    with pytest.raises(GameError, match="too large"):
        read_scenario(path)


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference(crisis_text: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + crisis_text.replace("\n", "\r\n").encode())
    assert read_scenario(path).text == crisis_text


@settings(derandomize=True, max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_crashes(crisis_text: str, data: st.DataObject) -> None:
    """Any line cut, doubled or with signs put in gives a scenario or one BadInput."""
    lines = crisis_text.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[at])))
    what = data.draw(st.sampled_from(["cut", "double", "drop", "insert"]))
    if what == "cut":
        lines[at] = lines[at][:column]
    elif what == "double":
        lines.insert(at, lines[at])
    elif what == "drop":
        del lines[at]
    else:
        sign = data.draw(st.text(alphabet="{}[]:,|>&*!%@`'\"#-+/() \t0a=é", min_size=1, max_size=4))
        lines[at] = lines[at][:column] + sign + lines[at][column:]
    with contextlib.suppress(BadInput):
        scenario_from_text("\n".join(lines) + "\n", Path("x.yaml"))
