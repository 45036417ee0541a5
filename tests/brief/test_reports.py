"""Several reports on one page: copies marked, where each is from, what was not read, what is done with words."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from detente.brief import make_brief
from detente.brief.page import render
from detente.brief.quotes import verify
from detente.errors import QuoteMismatch
from detente.scenario import new_project

DISPATCH = """\
HALVERN, 3 June (Meridian Wire) - President Ilse Marr of Norvia said on Monday that her navy was ready to close the strait.
Norvia's threat to the shipping of Taland has kept tankers in port for a week and has driven the price of oil up in every
market of the region since.

"This is no bluff, and Taland knows it," Marr told reporters in the harbour of Halvern.

"We will close the strait if Taland sends one more warship," she said.

Taland's foreign minister, Oskar Bell, called the threat a bluff.
"""
TABLE = (
    "Nr,Publisher,Date,Meldung\n"
    '1,Taland Daily,2026-06-05,"Oskar Bell said on Friday: ""We will not yield to an empty threat."""\n'
    '2,Sea News,2026-06-06,"Ilse Marr said: ""We are ready to fight for the strait."""\n'
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several")
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(f"Norvia threatens the strait\n\n{DISPATCH}", encoding="utf-8")
    body = "".join(f"<p>{part}</p>" for part in DISPATCH.split("\n\n"))
    (folder / "in" / "b.html").write_text(
        "<html><head><meta property='og:site_name' content='The Halvern Post'>"
        "<meta property='article:published_time' content='2026-06-04'></head>"
        f"<body><article><h1>Strait may close</h1>{body}</article></body></html>",
        encoding="utf-8",
    )
    (folder / "in" / "c.csv").write_text(TABLE, encoding="utf-8")
    new_project(folder / "mine", None)
    return folder


@pytest.fixture(scope="module")
def several(desk: Path) -> tuple[dict, str]:
    made = make_brief([str(desk / "in")], scenario=str(desk / "mine"), out=desk / "out", draws=32)
    return made.result, Path(made.page).read_text("utf-8")


def article(page: str, n: int) -> str:
    return page.split(f'<article aria-labelledby="document-{n}">')[1].split("</article>")[0]


def test_a_copy_is_marked_where_it_says_the_same(several: tuple[dict, str]) -> None:
    result, page = several
    numbers = {s["id"]: n for n, s in enumerate(result["statements"], 1)}
    shared = [s for s in result["statements"] if s["also"]]
    assert len(shared) >= 2
    for statement in shared:
        n = numbers[statement["id"]]
        first, copy = article(page, 1), article(page, 2)
        assert f'id="place-{n}"' in first
        assert f'href="#said-{n}"' in first
        assert f'id="place-{n}-2"' in copy
        assert f'href="#said-{n}"' in copy
        row = page.split(f'id="said-{n}"')[1].split("</tr>")[0]
        assert f'also in <a href="#place-{n}-2">report 2</a>' in row
    assert "One dispatch with report 2" in article(page, 1)
    assert "One dispatch with report 1" in article(page, 2)


def test_every_link_has_its_place_and_every_place_its_own_name(several: tuple[dict, str]) -> None:
    names = re.findall(r' id="([^"]+)"', several[1])
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"', several[1])) <= set(names)


def test_each_report_says_where_it_is_from(several: tuple[dict, str]) -> None:
    assert "The Halvern Post, 2026-06-04" in article(several[1], 2)
    assert "dateline HALVERN, 3 June (Meridian Wire)" in article(several[1], 1)


def test_what_was_not_read_is_told(several: tuple[dict, str]) -> None:
    result, page = several
    assert [row["path"] for row in result["skipped"]] == ["c.csv"]  # its texts have no column that names them
    assert "Not read: <code>c.csv</code> (No column of text was found" in page


def test_a_claim_in_a_copy_is_said_in_both_reports(several: tuple[dict, str]) -> None:
    table = several[1].split("Who says what, where")[1].split("</table>")[0]
    assert re.search(r'data-label="report 2"><bdi>[^<]+</bdi>', table)


def test_acts_are_shown_with_the_words_that_decided(several: tuple[dict, str]) -> None:
    result, page = several
    acts = [s for s in result["statements"] if s["act"]]
    assert {"threat"} <= {s["act"]["name"] for s in acts}
    texts = {d["id"]: d["text"] for d in result["documents"]}
    for s in acts:
        for part in ("because", "condition"):
            assert s["act"]["words"][part] == [texts[s["document"]][a:b] for a, b in s["act"][part]]
    conditional = next(s for s in acts if s["act"]["condition"])
    assert "Taland sends one more warship" in conditional["act"]["words"]["condition"][0]
    told = f"for “{conditional['act']['words']['because'][0]}”; on the condition “"
    assert told in html.unescape(page)


def test_words_of_an_act_that_moved_stop_the_brief(several: tuple[dict, str]) -> None:
    changed = json.loads(json.dumps(several[0]))
    next(s for s in changed["statements"] if s["act"])["act"]["words"]["because"][0] += "!"
    with pytest.raises(QuoteMismatch, match="words of its act"):
        verify(changed)


def test_a_wide_table_of_reports_is_told_in_one_column(several: tuple[dict, str]) -> None:
    many = json.loads(json.dumps(several[0]))
    many["documents"] += [
        {**many["documents"][0], "id": f"more-{n}", "path": f"more-{n}.txt"} for n in range(4)
    ]
    table = render(many).split("Who says what, where")[1].split("</table>")[0]
    assert table.count("<th ") - table.count('scope="row"') == 2
    assert "report 1: <bdi>" in table
    assert "report 2: <bdi>" in table


def test_the_column_of_texts_can_be_named(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    made = make_brief(["in/c.csv"], scenario="mine", out=desk / "table", draws=32, text_column="Meldung")
    result, page = made.result, Path(made.page).read_text("utf-8")
    assert [(d["publisher"], d["part"]) for d in result["documents"]] == [
        ("Taland Daily", "row 1"), ("Sea News", "row 2"),
    ]  # fmt: skip
    assert result["title"] == "Reports of c.csv"
    assert "c.csv, row 2" in page
    assert "--text-column Meldung" in result["reproduce"]["command"]
