"""Ever closer to a threshold, from both sides: the solver gives the right side's number or says that it does not know."""

from __future__ import annotations

import numpy as np
import pytest

SIGNALLING = {"a": 0.5, "d": 1}
WATCHED = {"p": 0.3, "rho": 0.6, "cost": 0.4, "harm": 1}
FORCE = {"delta": 0.7, "y": 0.6, "w": 0.3, "lam": 0.2, "Y": 1, "k": 0.1, "C": 0.5, "E_G": 1.5}
FORCE |= {"x_R": 0.35, "w_R": 0.3, "gain_R": 0.25, "psi": 0.04}
PATRON = {"y_P": 0.2, "k": 0.3, "w_s": 0.4, "w_a": 0.1}
SANCTIONS = {"K": 1.5, "a": 0.35, "phi": 0.4, "over": 2, "under": 0.5, "v": 0.6}
GESTURE = {"R_s": 1, "T_g": 0.8, "k_s": 0.5, "k_g": 1, "R_B": 0.6, "S_B": 0.9, "t": 0.4}


@pytest.mark.parametrize("step", [1e-2, 1e-3, 1e-4, 1e-5, 2e-6])
@pytest.mark.parametrize(
    ("slug", "parameter", "at", "event", "below", "above", "others"),
    [
        ("crisis-signalling", "p", 0.5, "war", 1 / 3, 0, SIGNALLING),
        ("appeasement-reputation", "rho", 0.4, "comes", 0, 0.5, {"p": 0.5, "b": 0.3, "cost": 1.5, "harm": 1}),
        ("appeasement-reputation", "b", 0.72, "comes_after_stand", 0.18, 0.3, WATCHED),
        ("guarantee-sequencing", "alpha", 0.168, "sent_before", 1, 0, FORCE),
        ("patron-client", "y", 0.2125, "refused", 0.5 / 0.7, 0, {**PATRON, "a": 0.2, "Lam": 0.8}),
        ("patron-client", "y", 0.1, "refused", 1 / 8, 5 / 24, {**PATRON, "a": 0.1, "Lam": 2}),
        ("sanctions", "h", 0.46 / 0.9, "imposed", 0.625 / 1.35, 0, SANCTIONS),
        ("reassurance", "m", 0.8, "cooperation", 2 / 3, 0.4, GESTURE),
        ("reassurance", "m", 2, "cooperation", 0.4, 0, GESTURE),
    ],
)
def test_each_side_has_its_own_number(play, slug, parameter, at, event, below, above, others, step):
    found = play(slug, certified=0.0, **{parameter: [at - step, at + step]}, **others)
    assert found.good.all() or step < 2e-4, "only next to the border may a draw stay undecided"
    for side, value in enumerate((below, above)):
        if found.good[side]:
            assert found[event][side] == pytest.approx(value, abs=5 * step + 1e-7)


def test_the_threshold_of_sanctions_above_is_where_m_times_L1_is_v():
    c_H, c_L = 2 * 0.6 / 0.6, 0.5 * 0.6 / 0.6
    h = (0.6 / 0.625 - c_L) / (0.4 * c_H + 0.6 - c_L)
    assert h == pytest.approx(0.46 / 0.9)
    assert np.mean(1.5 * (np.arange(8) + 0.5) / 8 <= 0.35 + h) == 0.625
