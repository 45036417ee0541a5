"""From whole reports to roles and claims, by the real reader: which come out, which must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.brief.fit import Fit, best_fit, fit
from detente.brief.make import example_article
from detente.news.ledger import read_ledger
from detente.scenario import read_scenario
from detente.scenario.statement import Document, Ledger

REPORTS = Path(__file__).parent / "reports"  # ours; about nothing that happened


def ledger(text: str) -> Ledger:
    return read_ledger([Document("report", "report.txt", "0" * 64, "utf-8", text)])


def peace_talks(text: str) -> tuple[Ledger, Fit]:
    found = ledger(text)
    return found, fit(found, read_scenario("peace-talks"))


def matched(found: tuple[Ledger, Fit], words: str) -> set[tuple[str, str]]:
    """Claim and stance of the statements whose content holds ``words``; fails when no statement does."""
    report, fitted = found
    holding = {s.id for s in report.statements if words in report.words(s.document, s.content)}
    assert holding, f"no statement holds {words!r}"
    return {(m.claim, m.stance) for m in fitted.matches if m.statement in holding}


def played(found: tuple[Ledger, Fit]) -> dict[str, str]:
    report, fitted = found
    return {p.role: report.actor(p.actor).name for p in fitted.roles if p.actor}


def because(found: tuple[Ledger, Fit], role: str) -> list[str]:
    report, fitted = found
    proposal = next(p for p in fitted.roles if p.role == role)
    return [report.document(e.document).text[e.start : e.end] for e in proposal.because]


@pytest.fixture(scope="module")
def johannesburg(shared: Path) -> tuple[Ledger, Fit]:
    return peace_talks((shared / "articles" / "kallas-g20-2025.txt").read_text("utf-8"))


@pytest.mark.parametrize(
    ("words", "claims"),
    [
        ("sends a signal to all the aggressors", {"signal"}),
        ("could send a dangerous message to the wider world", {"signal"}),
        ("does not want peace", {"no_peace_wanted"}),
        ("given up their goals", {"maximum_and_more"}),
        ("has not abandoned its goals", {"maximum_and_more"}),
        ("had not observed any willingness", {"not_genuine"}),
        ("must be balanced with stronger", {"pressure_needed", "pressure_and_offer"}),
        ("power of dialogue", {"dialogue_works"}),
        # through sanctions: not the prosecution of leaders that accountability_helps speaks of
        ("holding aggressors accountable through sanctions", {"sanctions_cost"}),
        ("this idea premature", {"troops_premature"}),
        ("would ultimately benefit Russia", {"benefits_aggressor", "leaves_vulnerable"}),
        ("face losing his country", {"ultimatum_works"}),
        ("international unity in holding Russia accountable", {"unity_matters", "accountability_helps"}),
        # what is only discussed, asked for, or a reason to be careful makes no claim
        ("possibility of deploying peacekeepers", set()),
        ("mediation in the conflict", set()),
        ("could inadvertently appease", set()),
        ("long-term implications", set()),
        ("legitimate representative", set()),
    ],
)
def test_claims_of_a_real_report(johannesburg: tuple[Ledger, Fit], words: str, claims: set[str]) -> None:
    assert matched(johannesburg, words) == {(claim, "makes") for claim in claims}


def test_roles_of_a_real_report(johannesburg: tuple[Ledger, Fit]) -> None:
    assert played(johannesburg) == {
        "aggressor": "Russia",
        "defender": "Ukraine",
        "patron": "United States",
        "coalition": "European Union",
    }
    assert any("territorial ambitions" in words for words in because(johannesburg, "aggressor"))
    assert any("invasion of" in words for words in because(johannesburg, "defender"))
    assert any("arranged peace talks" in words for words in because(johannesburg, "patron"))
    assert any("pressure on" in words for words in because(johannesburg, "coalition"))


@pytest.fixture(scope="module")
def valley() -> tuple[Ledger, Fit]:
    return peace_talks(example_article().read_text("utf-8"))


@pytest.mark.parametrize(
    ("words", "claims"),
    [
        ("invite the next one", {"signal"}),
        ("Whoever is paid for crossing a border", {"signal"}),
        ("pressure and talks belong together", {"pressure_and_offer"}),
        ("made over the heads of her people", {"over_heads_fails"}),
        ("sanctions had only hardened", {"sanctions_prolong"}),
        ("a party to the war", {"troops_mean_war"}),
        ("the idea premature", {"troops_premature"}),
        ("before the guns fall silent", {"troops_premature", "troops_mean_war"}),
        ("the others will follow", {"if_one_leaves"}),
        ("does not want peace", {"no_peace_wanted"}),
        ("would only keep them fighting", {"prosecution_blocks"}),
        ("an invitation to the next crime", {"accountability_helps"}),
        ("to sign what is agreed", {"ultimatum_works"}),
        ("whether Orvania would accept", set()),
        ("a deal was close", set()),
    ],
)
def test_claims_of_the_shipped_example(valley: tuple[Ledger, Fit], words: str, claims: set[str]) -> None:
    assert matched(valley, words) == {(claim, "makes") for claim in claims}


def test_what_is_denied_in_the_shipped_example(valley: tuple[Ledger, Fit]) -> None:
    assert matched(valley, "wanted more than the three districts") == {("maximum_and_more", "denies")}


def test_roles_of_the_shipped_example(valley: tuple[Ledger, Fit]) -> None:
    assert played(valley) == {
        "aggressor": "Orvania",
        "defender": "Belmoria",
        "patron": "Castellania",
        "coalition": "Meridian Pact",
    }
    assert because(valley, "aggressor") == ["Orvania for its invasion"]
    assert "invasion of Belmoria" in because(valley, "defender")
    assert any("supplier of arms" in words for words in because(valley, "patron"))
    assert any("force to guard" in words for words in because(valley, "coalition"))


def test_roles_in_other_words() -> None:
    found = peace_talks((REPORTS / "blockade.txt").read_text("utf-8"))
    assert played(found) == {
        "aggressor": "Norvia",
        "defender": "Quellia",
        "patron": "Tarsland",
        "coalition": "Northern League",
    }
    assert matched(found, "accept the terms") == {("ultimatum_works", "makes")}
    assert ("over_heads_fails", "makes") in matched(found, "dictated behind our back")
    chosen = best_fit(found[0])
    assert chosen is not None
    assert chosen.scenario.id == "peace-talks"


@pytest.mark.parametrize("name", ["football", "budget", "weather"])
def test_reports_of_other_things_fit_no_scenario(name: str) -> None:
    found = ledger((REPORTS / f"{name}.txt").read_text("utf-8"))
    assert found.statements
    assert best_fit(found) is None
