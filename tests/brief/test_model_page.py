"""The page of a model: valid, reachable, self-contained; it tells what the model and the solver say; the same bytes each time."""

from __future__ import annotations

import copy
import itertools
import json
import re
from pathlib import Path

import pytest
from markup import Page

from detente.brief.model import ModelPage, make_model_page, render_model
from detente.models import library_file

SLUG = "crisis-signalling"
DRAWS = 32


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ModelPage:
    return make_model_page(SLUG, out=tmp_path_factory.mktemp("page"), draws=DRAWS)


@pytest.fixture(scope="module")
def html(made: ModelPage) -> str:
    return Path(made.page).read_text(encoding="utf-8")


def changed(folder: Path, *changes: tuple[str, str]) -> str:
    """A copy of the model with pieces of its text replaced."""
    text = library_file(SLUG).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "copy.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def without(text: str, *keys: str) -> str:
    """The file without these keys of `model`."""
    for key in keys:
        text = re.sub(rf"(?m)^  {key}:\n(?:    .*\n)+", "", text)
    return text


def test_every_tag_closes_every_id_is_the_only_one_and_every_link_arrives(html: str) -> None:
    page = Page(html)
    assert page.declarations == ["DOCTYPE html"]
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    inner = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith("#")]
    assert len(inner) > 10
    assert {href[1:] for href in inner} <= set(ids)
    named = {
        id
        for e in page.elements
        for n in ("aria-labelledby", "aria-describedby")
        for id in e.attributes.get(n, "").split()
    }
    assert named <= set(ids)


def test_headings_landmarks_tables_and_pictures_can_be_followed_by_ear(html: str) -> None:
    page = Page(html)
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    for table in page.all("table"):
        assert table.children[0].tag == "caption"
        assert table.children[0].text.strip()
        rows = [row for part in table.children for row in part.children if row.tag == "tr"]
        assert len({len(row.children) for row in rows}) == 1
    assert all(cell.attributes.get("data-label") for cell in page.all("td"))
    assert all(cell.attributes["scope"] in ("col", "row") for cell in page.all("th"))
    assert len(page.all("svg")) > 10
    for picture in page.all("svg"):
        told = " ".join(page.having(id=id)[0].text for id in picture.attributes["aria-labelledby"].split())
        assert len(told) > 30


def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    page = Page(html)
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    assert not [
        n for e in page.elements for n in e.attributes if n.startswith("on") or n in ("src", "srcset")
    ]
    (policy,) = [m for m in page.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"].startswith("default-src 'none'")
    assert not [a for a in page.all("a") if not a.attributes["href"].startswith("#")]


def test_the_same_model_gives_the_same_bytes(made: ModelPage, html: str, tmp_path: Path) -> None:
    again = make_model_page(SLUG, out=tmp_path / "again", draws=DRAWS)
    assert Path(again.page).read_bytes() == html.encode("utf-8")
    one, other = (Path(m.page).with_name("model.json").read_bytes() for m in (made, again))
    assert one == other
    kept = copy.deepcopy(made.result)
    assert render_model(made.result) == html
    assert made.result == kept


def test_the_result_is_the_machine_readable_face(made: ModelPage) -> None:
    written = json.loads(Path(made.page).with_name("model.json").read_text(encoding="utf-8"))
    assert list(written)[:3] == ["detente", "schema", "command"]
    assert written == json.loads(json.dumps(made.result))
    assert written["model"]["slug"] == SLUG
    assert written["draws"] == DRAWS
    assert written["files"] == {"model.html": "model.html", "model.json": "model.json"}
    assert "seconds" not in json.dumps(written)
    assert set(written["reproduce"]) == {"command", "version", "draws", "seed", "hashes"}


def test_it_tells_everything_that_the_model_holds(made: ModelPage, html: str) -> None:
    said = re.sub(r"\s+", " ", Page(html).all("main")[0].text)
    model = made.result["model"]
    held = [
        model["title"],
        model["text"],
        model["source"]["cite"],
        *model["claims"],
        model["leaves_out"].capitalize(),
    ]
    held += [row["because"][1:] for row in made.result["parameters"]]
    held += [row["text"] for row in model["thresholds"]]
    held += [row["formula"] for row in (*made.result["thresholds"], *made.result["claims"])]
    held += [row["text"] for row in (*made.result["worked"], *made.result["claims"])]
    held += [f"{n['told']:.6g}" for row in made.result["worked"] for n in row["numbers"]]
    held += [row["command"] for row in made.result["commands"]]
    held += [made.result["measure"], made.result["reproduce"]["command"]]
    for text in held:
        assert re.sub(r"\s+", " ", text.strip().rstrip(".")) in said


def test_play_at_the_base_values_is_the_closed_form(made: ModelPage) -> None:
    """p = 0.3, a = 0.5, d = 1: war with p / (1 + a), and the bluff is called with 1 / (1 + a)."""
    played = made.result["played"]
    assert played["events"]["war"] == pytest.approx(0.3 / 1.5, abs=1e-8)
    sets = {row["name"]: row["probabilities"] for row in played["information_sets"]}
    assert sets["answer"][0] == pytest.approx(1 / 1.5, abs=1e-8)
    assert all(n["agrees"] for row in made.result["worked"] for n in row["numbers"])
    assert made.result["others"]["searched"]
    assert [row["principal"] for row in made.result["others"]["equilibria"]] == [True]


def test_each_verdict_stands_beside_the_one_predicted(made: ModelPage, html: str) -> None:
    rows = [e for e in Page(html).all("tr") if e.attributes.get("id", "").startswith("claim-")]
    assert len(rows) == len(made.result["claims"]) == 7
    for row, claim in zip(rows, made.result["claims"], strict=True):
        cells = {c.attributes["data-label"]: c.text for c in row.children if c.tag == "td"}
        assert claim["verdict"] in cells["Verdict"].lower()
        assert claim["predicted"] in cells["The source predicts"].lower()
        assert "As found." in cells["The source predicts"]


def test_a_prediction_that_fails_is_said(tmp_path: Path) -> None:
    told = changed(
        tmp_path, ("more_resolve_more_war: fails throughout", "more_resolve_more_war: holds throughout")
    )
    page = make_model_page(told, out=tmp_path / "page", draws=DRAWS)
    assert "6 of 7 verdicts as the source predicts; otherwise: more_resolve_more_war" in page.summary
    html = Path(page.page).read_text(encoding="utf-8")
    assert html.count("Differs from what we found.") == 1
    assert "6 are as predicted" in html


def test_a_model_that_tells_little_has_a_page_all_the_same(tmp_path: Path) -> None:
    """No worked points, no predicted verdicts, no picture, no claims and no policies."""
    text = without(library_file(SLUG).read_text(encoding="utf-8"), "worked", "verdicts")
    text = re.sub(r"(?m)^      over: .*\n", "", text)
    text = re.sub(r"(?ms)^policies:\n.*", "", text)
    path = tmp_path / "bare.yaml"
    path.write_text(text, encoding="utf-8")
    made = make_model_page(str(path), out=tmp_path / "page", draws=DRAWS)
    page = Page(Path(made.page).read_text(encoding="utf-8"))
    assert made.result["claims"] == []
    assert made.result["exercises"] == []
    ids = {e.attributes.get("id") for e in page.elements}
    assert not ids & {"statics", "regions", "policies", "exercises"}
    assert {a.attributes["href"][1:] for a in page.all("a")} <= ids
    assert "holds no worked point" in page.all("main")[0].text


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    bad = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    told = changed(
        tmp_path,
        ("title: Crisis signalling with private resolve", f"title: '{bad}'"),
        ("text: The bluff is called", f"text: {bad} The bluff is called"),
        ("text: With so many resolved", f"text: {bad} With so many resolved"),
        ("text: The dearer it is", f"text: {bad} The dearer it is"),
        ("- it is a bluff", f"- '{bad}'"),
        ('because: "nearly the whole', f'because: "{bad} nearly the whole'),
        ("A: challenger", f"A: '{bad}'"),
    )
    made = make_model_page(told, out=tmp_path / "page", draws=DRAWS)
    page = Page(Path(made.page).read_text(encoding="utf-8"))
    assert not page.all("script", "img")
    assert bad in page.all("h1")[0].text
    assert not [n for e in page.elements for n in e.attributes if n.startswith("on")]


def test_players_who_choose_with_finite_precision(tmp_path: Path) -> None:
    made = make_model_page("matching-pennies", out=tmp_path, draws=DRAWS)
    assert not made.result["others"]["searched"]
    assert "finite precision" in made.result["others"]["why"]
    assert made.result["played"]["lambda"] == 3.0
    assert "at precision 3" in Path(made.page).read_text(encoding="utf-8")
