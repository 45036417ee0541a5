"""Coefficient tables: every number of a fit is there, names are safe, several fits stand side by side."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput
from detente.estimate import Fit, fit
from detente.estimate.table import latex
from detente.models import find


def made(u11: str = "1 + `a_b & 50%`") -> Fit:
    rng = np.random.default_rng(2)
    data = {"a_b & 50%": rng.normal(size=200), "what": rng.choice(["quiet", "won", "war"], 200)}
    return fit(find("strategic-probit-12").game, data, {"u11": u11, "u13": 0.0, "u14": -1.0, "u24": "1"}, outcome="what",
               outcomes={"quiet": "stop", "won": "go_on > give_in", "war": "go_on > resist"}, link="probit")  # fmt: skip


def test_frame_is_tidy():
    found = made()
    frame = found.frame(level=0.9)
    assert frame.to_dict("records") == found.tidy(0.9)
    assert list(frame.estimate) == list(found.params.values())


def test_latex_holds_every_coefficient_and_error():
    found = made()
    text = found.latex(digits=4)
    for value, error in zip(found.params.values(), found.bse.values(), strict=True):
        assert (f"${value:.4f}$" if value < 0 else f"& {value:.4f} ") in text
        assert f"({error:.4f})" in text
    assert f"${found.log_likelihood:.4f}$" in text
    assert r"\quad a\_b \& 50\%" in text
    bare = re.sub(r"\\[&%_]", "", text)
    for line in bare.splitlines():
        if line.endswith(r"\\") and "multicolumn" not in line:
            assert line.count("&") == 1
    assert "%" not in bare
    assert "_" not in bare


def test_fits_side_by_side_leave_absent_coefficients_empty():
    text = latex({"small": made("1"), "full_{}": made()})
    lines = text.splitlines()
    assert lines[0] == r"\begin{tabular}{lrr}"
    assert lines[2] == r" & small & full\_\{\} \\"
    absent = next(line for line in lines if "50" in line)
    assert re.fullmatch(r"\\quad a\\_b \\& 50\\% &  & \S+ \\\\", absent)
    assert text.count("multicolumn") == 1  # the same normalisation is told once


def test_a_normalisation_that_differs_is_told_for_each():
    found = made()
    text = latex([found, replace(found, normalisation="another")])
    assert r"\footnotesize (2): another" in text
    assert text.count("multicolumn") == 2


@pytest.mark.parametrize("bad", [{"fits": []}, {"fits": [None] * 21}])
def test_sizes_are_bounded(bad):
    with pytest.raises(BadInput, match="make no table"):
        latex(**bad)
    with pytest.raises(BadInput, match="digits"):
        made().latex(digits=13)
