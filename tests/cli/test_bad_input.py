"""Bad input gives one clear sentence, exit status 2, no traceback, and leaves nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

GAME = """\
title: Crisis
players: {A: challenger, B: target}
private:
  A.resolve: {resolved: p, unresolved: 1 - p}
parameters:
  p: {range: [0.1, 0.9], because: nobody can see resolve}
  a: {range: [0.1, 0.9], because: audience cost of backing down}
moves:
  - {move: open, by: A, options: [challenge, accept]}
  - {move: answer, by: B, options: [resist, concede], when: open == challenge}
  - {move: last, by: A, options: [fight, back_down], when: answer == resist}
payoffs:
  A:
    prize: {worth: 1, when: answer == concede}
    audience: {worth: -a, when: last == back_down}
    war: {worth: "0.2 if resolve == resolved else -1.5", when: last == fight}
  B:
    keeps: {worth: 1, when: open == accept or last == back_down}
    war: {worth: -1, when: last == fight}
events:
  war: last == fight
"""

ARTICLE = "The minister said that the talks had failed. \u201cWe will not sign,\u201d she told reporters on Monday. "


def one_sentence(err: str) -> bool:
    lines = [line for line in err.splitlines() if line.strip()]
    return len(lines) == 1 and "Traceback" not in err


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


DOCUMENTS = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\n ",
    "binary.txt": bytes(range(256)) * 40,
    "huge.txt": (ARTICLE * 200_000).encode(),
    "other.pdf": b"%PDF-1.7 this is not one",
    "other.docx": b"PK\x03\x04 this is not one",
    "unknown.xyz": ARTICLE.encode() * 5,
    "german.txt": (
        "Der Minister sagte am Montag, dass die Gespräche gescheitert seien und dass man nicht unterschreiben werde. "
        "Die Regierung habe keine Wahl, erklärte er vor der Presse in der Hauptstadt. " * 4
    ).encode(),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("command", ["read", "brief"])
def test_a_document_that_cannot_be_read_is_named_with_the_reason(
    detente, inside: Path, name: str, command: str
) -> None:
    (inside / name).write_bytes(DOCUMENTS[name])
    ran = detente(command, name, "--out", "made")
    assert ran.status == 2
    assert one_sentence(ran.err), ran.err
    assert name in ran.err
    assert not (inside / "made").exists()


@pytest.mark.parametrize("command", ["read", "brief"])
def test_a_missing_file_is_named(detente, inside: Path, command: str) -> None:
    ran = detente(command, "nowhere.txt", "--json")
    assert ran.status == 2
    assert ran.json["error"]["message"]
    assert "nowhere.txt" in ran.json["error"]["message"]
    assert ran.json["schema"] == 1
    assert ran.json["command"] == command


SLIPS = {
    "misspelt parameter": ("worth: -a,", "worth: -aa,", "aa"),
    "misspelt move": ("when: answer == resist}", "when: anser == resist}", "anser"),
    "misspelt option": ("when: open == challenge}", "when: open == chalenge}", "chalenge"),
    "a cycle in when": (
        "options: [challenge, accept]}",
        "options: [challenge, accept], when: last == fight}",
        "last",
    ),
    "a probability of 1.2": ("{resolved: p, unresolved: 1 - p}", "{resolved: 1.2, unresolved: -0.2}", "1.2"),
    "probabilities that do not add up": (
        "{resolved: p, unresolved: 1 - p}",
        "{resolved: 0.5, unresolved: 0.4}",
        "0.9",
    ),
    "a range upside down": ("p: {range: [0.1, 0.9]", "p: {range: [0.9, 0.1]", "0.9"),
    "a call": ("worth: -a,", 'worth: "open(a)",', "open"),
    "a call with a string": ("worth: -a,", "worth: \"__import__('os').getcwd()\",", "getcwd"),
    "an unknown key": ("title: Crisis", "title: Crisis\ntitel: Crisis", "titel"),
    "a key given twice": ("title: Crisis", "title: Crisis\ntitle: Again", "title"),
    "not a mapping": (GAME, "- one\n- two\n", ""),
    "broken YAML": ("players: {A: challenger, B: target}", "players: {A: challenger, B: target", ""),
    "a YAML tag": ("title: Crisis", "title: !!python/object/apply:os.getcwd []", ""),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_game_is_named_with_its_line(detente, inside: Path, slip: str) -> None:
    good, bad, word = SLIPS[slip]
    assert good in GAME
    (inside / "game.yaml").write_text(GAME.replace(good, bad, 1), encoding="utf-8")
    ran = detente("solve", "game.yaml")
    assert ran.status == 2, ran.out
    assert one_sentence(ran.err), ran.err
    assert "game.yaml" in ran.err
    assert word in ran.err
    as_json = detente("solve", "game.yaml", "--json")
    error = as_json.json["error"]
    assert error["where"]["file"].endswith("game.yaml")
    if slip != "not a mapping":
        assert error["where"]["line"], error


def test_the_game_without_slips_is_solved(detente, inside: Path) -> None:
    (inside / "game.yaml").write_text(GAME, encoding="utf-8")
    ran = detente("solve", "game.yaml", "--json", "--set", "p=0.3", "--set", "a=0.5")
    assert ran.status == 0, ran.err
    assert ran.json["status"] == "certified"
    # card crisis-signalling 2b with d = 1: P(war) = p / (1 + a)
    assert ran.json["events"]["war"] == pytest.approx(0.3 / 1.5, abs=1e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "q=1"), "q"),
        (("--set", "p"), "NAME=VALUE"),
        (("--set", "p=much"), "much"),
        (("--set", "p=nan"), "nan"),
        (("--lambda", "-3"), "-3"),
    ],
)
def test_a_bad_setting_is_named(detente, inside: Path, words: tuple[str, ...], said: str) -> None:
    (inside / "game.yaml").write_text(GAME, encoding="utf-8")
    ran = detente("solve", "game.yaml", *words)
    assert ran.status == 2
    assert one_sentence(ran.err), ran.err
    assert said in ran.err


def test_an_unknown_name_gets_the_nearest_one(detente, inside: Path) -> None:
    ran = detente("solve", "crisis-signaling", "--json")
    assert ran.status == 2
    assert ran.json["error"]["nearest"] == "crisis-signalling"
    ran = detente("test", "peace-talk", "--json")
    assert ran.status == 2
    assert ran.json["error"]["nearest"] == "peace-talks"


def test_a_table_with_a_hole_is_refused_with_its_row(detente, inside: Path) -> None:
    (inside / "game.yaml").write_text(GAME, encoding="utf-8")
    (inside / "draws.csv").write_text("p,who\n0.3,x\n,y\n", encoding="utf-8")
    ran = detente("solve", "game.yaml", "--draws", "draws.csv", "--out", "answers.csv", "--json")
    assert ran.status == 2
    assert ran.json["error"]["where"]["line"] == 3
    assert not list(inside.glob("answers*"))


def test_new_refuses_a_folder_that_is_not_empty(detente, inside: Path) -> None:
    (inside / "mine").mkdir()
    (inside / "mine" / "notes.txt").write_text("keep me", encoding="utf-8")
    ran = detente("new", "mine")
    assert ran.status == 2
    assert one_sentence(ran.err), ran.err
    assert [p.name for p in (inside / "mine").iterdir()] == ["notes.txt"]
