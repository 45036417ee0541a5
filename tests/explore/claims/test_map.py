"""Maps: the boundary lies where the closed form says; holes, logarithms and values of discrete ranges are kept."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges

from detente.errors import BadInput
from detente.explore import Range, claim_map
from detente.explore import test as run
from detente.explore.claims.effort import QUICK, THOROUGH
from detente.explore.claims.map import CELLS, FINE, search_map
from detente.explore.claims.probe import Probe, drive
from detente.game.parameter import Parameter


def planar(level, spans=None, status=None, steps=False):
    """A study over x, y and an idle z whose claim holds where ``level(x, y)`` is at least 0.5."""

    def formula(d, policy):
        value = level(d["x"], d["y"])
        value = np.where(value >= 0.5, 1.0, 0.0) if steps else value
        return {"level": value + 0 * d["z"]}, {"A": value}, 0 if status is None else status(d["x"], d["y"])

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    return cf.study("planar", spans or ranges(x=(0, 1), y=(0, 1), z=(0, 1)), [claim], [], formula)


def adaptive(study, within=THOROUGH.map_within):
    probe = Probe(study)
    found = drive(probe, {0: ("c", search_map(study.base, 0, 1, study.varying, CELLS, False, within))})[0]
    return (*found, probe)


def straight(x, y):
    return 0.5 + 0.7 * x + 0.4 * y - 0.5


def hyperbola(x, y):
    return 0.5 + 4 * x * y - 1


def circle(x, y):
    return 0.5 + 0.09 - (x - 0.47) ** 2 - (y - 0.55) ** 2


def islands(x, y):
    one, two = (x - 0.27) ** 2 + (y - 0.3) ** 2, (x - 0.72) ** 2 + (y - 0.74) ** 2
    return 0.5 + np.maximum(0.02 - one, 0.015 - two)


SHAPES = {  # level, lines of the boundary, whether they are closed
    "straight": (straight, 1, False),
    "hyperbola": (hyperbola, 1, False),
    "circle": (circle, 1, True),
    "islands": (islands, 2, True),
}


def off(line, level):
    """How far points of a line are from the level set, by the level's own gradient (differenced)."""
    x, y = np.array(line).T
    h = 1e-6
    slope = np.hypot(level(x + h, y) - level(x - h, y), level(x, y + h) - level(x, y - h)) / (2 * h)
    return np.abs(level(x, y) - 0.5) / slope


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_boundary_is_where_the_closed_form_says(shape, steps):
    level, lines, closed = SHAPES[shape]
    study = planar(level, steps=steps)
    found = claim_map(study, "c", "x", "y")
    assert len(found.boundary) == lines
    for line in found.boundary:
        assert (line[0] == line[-1]) is closed
        assert off(line, level).max() <= 0.75 * FINE
        gaps = np.linalg.norm(np.diff(np.array(line), axis=0), axis=1)
        assert gaps.max() <= 2**0.5 / CELLS + FINE  # no piece is longer than a cell
    x, y = np.meshgrid(found.grid.x, found.grid.y)
    assert np.array_equal(np.array(found.grid.holds), (level(x, y) >= 0.5).astype(int))
    assert found.grid.solved == (CELLS + 1) ** 2


@pytest.mark.parametrize("shape", ["straight", "hyperbola", "circle", "islands"])
@pytest.mark.parametrize("steps", [False, True])
def test_a_map_that_refines_where_the_boundary_runs_gives_the_same_grid_for_less(shape, steps):
    level, lines, _ = SHAPES[shape]
    grid, boundary, probe = adaptive(planar(level, steps=steps))
    x, y = np.meshgrid(grid.x, grid.y)
    assert np.array_equal(np.array(grid.holds), (level(x, y) >= 0.5).astype(int))
    assert len(boundary) == lines
    assert max(off(line, level).max() for line in boundary) <= 0.75 * THOROUGH.map_within
    assert grid.solved < 0.75 * (CELLS + 1) ** 2
    assert probe.points < 620


def test_an_even_plane_costs_its_coarsest_grid_only():
    grid, boundary, probe = adaptive(planar(lambda x, y: 0.9 + 0 * x))
    assert boundary == ()
    assert set(np.array(grid.holds).ravel()) == {1}
    assert probe.points == grid.solved == (CELLS // 4 + 1) ** 2


def test_holes_are_undecided_and_no_line_runs_through_them():
    def hole(x, y):
        return np.where((np.abs(x - 0.5) < 0.16) & (np.abs(y - 0.5) < 0.16), 1, 0)

    study = planar(lambda x, y: x, spans=ranges(x=(0, 1), y=(0, 1), z=(0, 1)), status=hole)
    for found in (claim_map(study, "c", "x", "y"), None):
        grid, boundary = (found.grid, found.boundary) if found else adaptive(study)[:2]
        told = np.array([[-1 if v is None else v for v in row] for row in grid.holds])
        x, y = np.meshgrid(grid.x, grid.y)
        assert np.array_equal(told, np.where(hole(x, y) == 1, -1, x >= 0.5))
        assert len(boundary) == 2  # above the hole and below it
        for line in boundary:
            assert all(hole(np.array(px), np.array(py)) == 0 for px, py in line)


def test_refused_points_are_undecided_too():
    study = replace(planar(straight), admissible=lambda d: d["x"] + d["y"] <= 1.2)
    found = claim_map(study, "c", "x", "y")
    x, y = np.meshgrid(found.grid.x, found.grid.y)
    told = np.array([[v is None for v in row] for row in found.grid.holds])
    assert np.array_equal(told, x + y > 1.2)


def test_a_logarithmic_axis_is_even_in_its_logarithm():
    k = Range(Parameter("x", 1, 0.01, 100, "loguniform"))
    study = planar(lambda x, y: 0.5 + y - 0.25 * np.log10(x) - 0.5, spans=(k, *ranges(y=(0, 1), z=(0, 1))))
    found = claim_map(study, "c", "x", "y")
    assert np.allclose(np.diff(np.log(found.grid.x)), np.log(1e4) / CELLS)
    x, y = np.array(found.boundary[0]).T
    assert np.abs(y - 0.5 - 0.25 * np.log10(x)).max() < 2 * FINE


def test_a_discrete_axis_has_its_values_and_its_boundary_midway():
    n = Range(Parameter("x", 1, 0, 5, "discrete", (0, 1, 3, 5, 0.25, 0.25, 0.25, 0.25)))
    study = planar(lambda x, y: np.where(x >= 3, 0.9, 0.1), spans=(n, *ranges(y=(0, 1), z=(0, 1))))
    found = claim_map(study, "c", "x", "y")
    assert found.grid.x == (0.0, 1.0, 3.0, 5.0)
    assert {px for px, _ in found.boundary[0]} == {2.0}
    both = (n, Range(Parameter("y", 2, 1, 3, "discrete", (1, 2, 3, 0.3, 0.3, 0.4))), *ranges(z=(0, 1)))
    crossed = claim_map(
        planar(lambda x, y: np.where((x >= 3) ^ (y >= 2), 0.9, 0.1), spans=both), "c", "x", "y"
    )
    assert len(crossed.boundary) == 2  # corners that alternate are not joined
    assert crossed.grid.solved == 12


def test_a_saddle_is_decided_by_its_middle():
    for lift, joined in ((0.01, True), (-0.01, False)):
        study = planar(lambda x, y, lift=lift: 0.5 + (x - 0.5) * (y - 0.5) + lift)
        search = search_map(study.base, 0, 1, study.varying, 3, True, FINE)
        _, boundary = drive(Probe(study), {0: ("c", search)})[0]
        assert len(boundary) == 2
        middle = np.array([np.mean(np.array(line) - 0.5, axis=0) for line in boundary])
        apart = np.abs(middle[:, 0] - middle[:, 1]).min() > np.abs(middle.sum(axis=1)).max()
        assert apart == joined  # lines cut off the corners that fail, or those that hold


def test_maps_of_a_run_are_over_the_binding_parameters_or_over_those_asked_for():
    study = cf.guarantee()
    found = run(study, draws=256)
    record = found.record()["claims"][0]["map"]
    assert (record["x"], record["y"]) == ("alpha", "delta")
    assert len(record["grid"]["x"]) == len(record["grid"]["holds"][0]) == CELLS + 1
    assert record["grid"]["at"] == "base"
    assert record["points"]
    edge = np.array([p for line in record["boundary"] for p in line])
    after = np.where(edge[:, 1] >= 0.25 / 0.55, np.maximum(1.4 * edge[:, 1] - 0.5, 0), 0)
    near = np.minimum(np.abs(edge[:, 0] - (0.9 - after) / 2.25), np.abs(edge[:, 1] - 0.25 / 0.55))
    assert near.max() < THOROUGH.map_within
    other = run(study, draws=256, over=("C", "delta")).record()["claims"][0]["map"]
    assert (other["x"], other["y"]) == ("C", "delta")
    assert other["grid"]["solved"] == (CELLS + 1) ** 2
    quick = run(study, draws=256, search="quick").record()["claims"][0]["map"]
    assert len(quick["grid"]["x"]) == QUICK.map_cells + 1
    assert quick["grid"]["solved"] < record["grid"]["solved"]
    assert quick["boundary"]
    unmapped = run(study, draws=64, search="quick", mapped=[]).record()["claims"][0]["map"]
    assert unmapped["grid"] is None
    assert unmapped["boundary"] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("c", "x", "w"), "no such parameter"),
        (("c", "x", "x"), "two different"),
        (("d", "x", "y"), "no such claim"),
    ],
)
def test_what_cannot_be_mapped_is_said(given, told):
    with pytest.raises(BadInput, match=told):
        claim_map(planar(straight), *given)
    with pytest.raises(BadInput, match="out of range"):
        claim_map(planar(straight), "c", "x", "y", cells=1)
