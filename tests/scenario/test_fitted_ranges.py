"""Ranges from fits: what they come to, what is told of them, and everything that is refused."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fit_files import COVARIANCE, ESTIMATES, GAME, NAMES, U11, U14, U24, fitted, record, written

from detente.errors import BadInput, GameError
from detente.scenario import assumptions, read_scenario, write_scenario
from detente.scenario.fitted.record import MAX_BYTES

ROWS = {  # by hand: what each coefficient is multiplied by
    "u11": [1, 0.4, 0, 0, 0, 0, 0],
    "u14": [0, 0, 1, 1, 0, 0, 0],
    "u24": [0, 0, 0, 0, 1, 0.4, np.log(0.4)],
}


def test_mean_and_spread_are_those_of_the_index(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, fitted()))
    for name, row in ROWS.items():
        parameter = scenario.parameters[name]
        mean, sd = np.dot(row, ESTIMATES), np.sqrt(np.dot(row, COVARIANCE @ row))
        assert parameter.distribution == "normal"
        assert parameter.shape == pytest.approx((mean, sd), rel=1e-12)
        assert parameter.base == pytest.approx(mean)
        assert (parameter.high - mean) / sd == pytest.approx(3.2905267, rel=1e-6)  # 99.9 per cent
        assert parameter.high - mean == pytest.approx(mean - parameter.low)


def test_coverage_says_where_the_range_ends(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, fitted(more=", coverage: 0.95")))
    parameter = scenario.parameters["u11"]
    assert (parameter.high - parameter.base) / parameter.shape[1] == pytest.approx(1.959964, rel=1e-6)
    assert "the range is its 95% interval" in parameter.evidence[0].says


def test_parameters_of_one_fit_go_together_as_it_says(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, fitted()))
    matrix = np.array(list(ROWS.values()))
    together = matrix @ COVARIANCE @ matrix.T
    scores = together / np.sqrt(np.outer(np.diag(together), np.diag(together)))
    found = {one.between: 2 * np.sin(np.pi * one.rank / 6) for one in scenario.game.correlated}
    assert found == {
        ("u11", "u14"): pytest.approx(scores[0, 1]), ("u11", "u24"): pytest.approx(scores[0, 2]),
        ("u14", "u24"): pytest.approx(scores[1, 2]),
    }  # fmt: skip


def test_fits_of_different_data_do_not_go_together(tmp_path: Path) -> None:
    other = record(tmp_path, data="others.csv")
    text = fitted().replace("wars.json, at: {k: dem}", "more/others.json, at: {k: dem}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "others.json").write_text(json.dumps(other), encoding="utf-8")
    scenario = read_scenario(written(tmp_path, text))
    assert [one.between for one in scenario.game.correlated] == [("u11", "u24")]
    assert {"fit-wars", "fit-more-others"} <= set(scenario.sources)


def test_one_fit_under_two_names_is_one_fit(tmp_path: Path) -> None:
    text = fitted().replace("wars.json, at: {k: dem}", "copy.json, at: {k: dem}")
    (tmp_path / "copy.json").write_text(json.dumps(record(tmp_path)), encoding="utf-8")
    scenario = read_scenario(written(tmp_path, text))
    assert len(scenario.game.correlated) == 3


def test_where_the_number_comes_from_is_told(tmp_path: Path) -> None:
    rows = {row["name"]: row for row in assumptions(read_scenario(written(tmp_path, fitted(u11="x: 1.5"))))}
    assert (rows["u14"]["origin"], rows["u13"]["origin"]) == ("measured", "assumption")
    told = str(rows["u14"]["source"])
    for part in (
        "at k dem: -1.5, standard error",
        "fit of stop-or-go to wars.csv (n = 300, ml, agent_logit",
        "wars.json",
    ):
        assert part in told
    assert "extrapolated: the data have x from 0.1 to 0.9" in str(rows["u11"]["source"])
    assert "extrapolated" not in told


def test_own_evidence_and_base_stay(tmp_path: Path) -> None:
    text = fitted().replace(
        "at: {k: dem}}}", "at: {k: dem}}, base: -1.4, evidence: {source: s, says: about one}}"
    )
    scenario = read_scenario(
        written(tmp_path, text + "sources: {s: {cite: A book}, fit-x: {cite: Another}}\n")
    )
    assert scenario.parameters["u14"].base == -1.4
    assert [e.source for e in scenario.parameters["u14"].evidence] == ["fit-wars", "s"]


def test_a_parameter_of_another_game_is_mapped_by_name(tmp_path: Path) -> None:
    other = record(tmp_path, game_digest="0" * 64, held={"w": 3.0})
    text = GAME.replace(U14, "{range: {fit: wars.json, parameter: u14, at: {k: auto}}}")
    scenario = read_scenario(written(tmp_path, text, other))
    assert scenario.parameters["u14"].base == pytest.approx(-0.5)
    assert scenario.parameters["u14"].evidence[0].says.startswith("at k auto: -0.5")
    renamed = GAME.replace(U11, "{range: {fit: wars.json, parameter: u14, at: {k: auto}}}")
    says = read_scenario(written(tmp_path, renamed, other)).parameters["u11"].evidence[0].says
    assert says.startswith("u14, at k auto: -0.5")


def test_words_and_ranges_do_not_make_another_game(tmp_path: Path) -> None:
    text = fitted().replace("title: Stop or go on", "title: Anything")
    text = text.replace("options: [go_on, stop]}", "options: [go_on, stop], title: The first move}")
    text = text.replace("events: {", "events: {stops: open == stop, ")
    assert read_scenario(written(tmp_path, text)).fitted.keys() == {"u11", "u14", "u24"}


def test_it_is_read_again_when_the_file_changes(tmp_path: Path) -> None:
    path = written(tmp_path, fitted())
    first = read_scenario(path)
    assert read_scenario(path) is first
    changed = record(tmp_path)
    changed["coefficients"][2]["estimate"] = 0.7
    written(tmp_path, fitted(), changed)
    assert read_scenario(path).parameters["u14"].base == pytest.approx(-0.3)


def test_it_is_written_with_its_fit_and_pickles(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, fitted()))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = read_scenario(write_scenario(scenario, elsewhere / "scenario.yaml"))
    assert again.parameters == scenario.parameters
    assert (elsewhere / "wars.json").read_bytes() == (tmp_path / "wars.json").read_bytes()
    (elsewhere / "wars.json").write_text("{}", encoding="utf-8")
    with pytest.raises(GameError, match="another file stands where"):
        write_scenario(scenario, elsewhere / "scenario.yaml")
    assert pickle.loads(pickle.dumps(scenario)).fitted.keys() == scenario.fitted.keys()


SET = """
range_sets:
  data:
    title: as the data put it
    because: estimates
    parameters:
      u14: {range: {fit: wars.json, at: {k: dem}}}
      u24: {range: {fit: wars.json, at: {x: 0.4, k: dem}}}
"""


def test_a_range_set_may_come_from_a_fit(tmp_path: Path) -> None:
    from detente.scenario.range_sets import crossed

    scenario = read_scenario(written(tmp_path, GAME + SET))
    assert not scenario.fitted
    assert not scenario.game.correlated
    put = scenario.with_ranges("data")
    assert put.fitted.keys() == {"u14", "u24"}
    assert [one.between for one in put.game.correlated] == [("u14", "u24")]
    assert {r["name"] for r in assumptions(put) if r["origin"] == "measured"} == {"u14", "u24"}
    swapped = crossed(scenario, None, "data", ["u14"])
    assert swapped.parameters["u14"] == put.parameters["u14"]
    assert not swapped.game.correlated
    own = read_scenario(written(tmp_path, fitted() + SET.replace("{x: 0.4, k: dem}", "{x: 0.8, k: dem}")))
    assert len(own.game.correlated) == len(own.with_ranges("data").game.correlated) == 3
    assert own.game.correlated[2].rank != own.with_ranges("data").game.correlated[2].rank


REFUSED: list[tuple[Any, str]] = [
    (fitted().replace("precision: 1\n", "precision: 2\n"), "another precision"),
    (fitted().replace("precision: 1\n", ""), "another precision"),
    (fitted().replace("u13: 0\n", "u13: 0.5\n"), "held 'u13' at 0"),
    (fitted().replace("worth: u24, when", "worth: 2 * u24, when"), "fit of another game"),
    (fitted(u24="x: 0.4"), "needs a value of the column 'k'"),
    (fitted(u14="k: demo"), "no such k"),
    (fitted(u14="k: dem, z: 1"), "no such column"),
    (fitted(u11="x: much"), "holds numbers"),
    (fitted(u24="x: 0, k: dem"), "log of this is no number"),
    (fitted(more=", coverage: 1"), "coverage"),
    (fitted(more=", at_all: 1"), "no such key"),
    (fitted(more=", parameter: u99"), "no such parameter"),
    (fitted().replace("{fit: wars.json, at: {x: 0.4}}", "{at: {x: 0.4}}"), "names a fit"),
    (fitted().replace("wars.json, at: {k: dem}}", "wars.json, at: [k]}"), "value of each column"),
    (fitted() + "correlated: [{between: [u11, u24], rank: 0.2, because: so}]\n", "one fit"),
    (fitted() + "sources: {fit-wars: {cite: A book}}\n", "key of another"),
    (fitted().replace("wars.json", "missing.json"), "cannot be read"),
    *((fitted().replace("wars.json", name), "lies beside|named by its file")
      for name in ("../wars.json", "/etc/wars.json", "wars.txt", "a/../wars.json", ".wars.json", "'C:\\wars.json'", "12")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[why + str(i) for i, (_, why) in enumerate(REFUSED)])
def test_it_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as told:
        read_scenario(written(tmp_path, text))
    assert told.value.where.line is not None


def _with(key: str, value: Any) -> Any:
    return lambda folder: record(folder, **{key: value})


def _matrix(change: Any) -> Any:
    def made(folder: Path) -> dict[str, Any]:
        told = record(folder)
        change(told["vcov"]["matrix"])
        return told

    return made


FILES: list[tuple[Any, str]] = [
    (lambda _: "not json", "not the JSON of a fit"),
    (lambda _: "[" * 100_000, "not the JSON of a fit"),
    (lambda folder: json.dumps(record(folder, precision=float("nan"))), "not the JSON of a fit"),
    (lambda folder: json.dumps(record(folder))[:-1] + ', "n": 3}', "not the JSON of a fit"),
    (lambda folder: json.dumps(record(folder)).replace('"n": 300', '"n": 1e999'), "not what a fit writes"),
    (lambda _: " " * (MAX_BYTES + 1), "too large"),
    (lambda _: {}, "not what a fit writes: command"),
    (_with("converged", False), "did not come to its end"),
    (_with("precision", None), "errors of this fit are not those"),
    (_with("held", {"u13": "0"}), "not what a fit writes: held"),
    (_with("design", {}), "do not have the same names"),
    (_with("design", dict.fromkeys(NAMES)), "cannot be computed from a profile"),
    (_with("vcov", {"kind": "observed", "names": NAMES[::-1], "matrix": COVARIANCE.tolist()}), "not one of its coefficients"),
    (_with("vcov", {"kind": "observed", "names": NAMES, "matrix": COVARIANCE.tolist()[:-1]}), "not one of its coefficients"),
    (_matrix(lambda m: m[0].__setitem__(1, 9.0)), "not symmetric"),
    (_matrix(lambda m: (m[0].__setitem__(1, 9.0), m[1].__setitem__(0, 9.0))), "negative variance"),
    (_matrix(lambda m: m[3].__setitem__(3, -1.0)), "a variance is above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("fit", "why"), FILES, ids=[f"{i} {why}" for i, (_, why) in enumerate(FILES)])
def test_a_file_that_is_no_fit_is_refused(tmp_path: Path, fit: Any, why: str) -> None:
    with pytest.raises(GameError, match=why):
        read_scenario(written(tmp_path, fitted(), fit(tmp_path)))


def test_parameters_that_follow_from_one_another_are_refused(tmp_path: Path) -> None:
    text = fitted().replace(
        "{range: {fit: wars.json, at: {x: 0.4}}}",
        "{range: {fit: wars.json, parameter: u14, at: {k: dem}}}",
    )
    with pytest.raises(GameError, match="one follows from the others"):
        read_scenario(written(tmp_path, text))


def test_a_precision_that_is_a_parameter_must_be_fixed(tmp_path: Path) -> None:
    named = (
        fitted().replace("precision: 1\n", "precision: lam\n").replace("  u13: 0\n", "  u13: 0\n  lam: 1\n")
    )
    assert read_scenario(written(tmp_path, named)).precision == "lam"
    free = named.replace("  lam: 1\n", "  lam: {range: [0.5, 2], base: 1, because: a guess}\n")
    with pytest.raises(GameError, match="fix lam at it"):
        read_scenario(written(tmp_path, free))


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need rights here")
def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = written(inside, fitted())
    (inside / "wars.json").rename(tmp_path / "wars.json")
    (inside / "wars.json").symlink_to(tmp_path / "wars.json")
    with pytest.raises(GameError, match="lies beside"):
        read_scenario(path)


def test_the_fit_is_beside_a_file(tmp_path: Path) -> None:
    from detente.scenario import scenario_from_text

    with pytest.raises(GameError, match="not in a file"):
        scenario_from_text(fitted())


def test_a_range_without_a_fit_is_read_as_before(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, GAME))
    assert not scenario.fits.files
    assert not scenario.fitted
    assert (U24, scenario.parameters["u24"].distribution) == (
        "{range: [-2, 2], because: a guess}",
        "uniform",
    )
