"""The law of one branch of a chain against the whole law, and against a chain that stays in it."""

import numpy as np
import pytest

from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_branch import branch_of
from vlab.physics.dnsp_chain import polarizations, stationary_law
from vlab.physics.dnsp_jumps import evolve, start

MODEL = RateModel(k=57.7, gamma_p=1.0, a=2.6e-3, b=5.2e-3, c=1.43e-2, gamma_dec=0.0524)
"""In units of the broadened width: the noncollinear dot at its reference conditions."""


def test_where_there_is_one_peak_the_branch_is_the_law():
    for p in (-1.0, -0.2, 0.0, 0.7, 1.0):
        branch = branch_of(MODEL, 0.0, 200, p)
        assert branch.law.size == 201
        assert branch.weight == 1.0
        np.testing.assert_allclose(branch.law, stationary_law(MODEL, 0.0, 200), rtol=1e-9)


@pytest.mark.parametrize("nuclei", [500, 1001])
@pytest.mark.parametrize("x", [3.0, -3.5])
def test_two_branches_share_the_law(nuclei, x):
    law, p = stationary_law(MODEL, x, nuclei), polarizations(nuclei)
    near, locked = branch_of(MODEL, x, nuclei, 0.0), branch_of(MODEL, x, nuclei, x / MODEL.k)
    assert near.weight + locked.weight == pytest.approx(1.0, rel=1e-9)
    assert abs(near.mean) < 0.3 * abs(locked.mean)
    for branch in (near, locked):
        inside = slice(branch.first, branch.first + branch.law.size)
        assert law[inside].sum() == pytest.approx(branch.weight, rel=1e-9)
        np.testing.assert_allclose(branch.law, law[inside] / law[inside].sum(), rtol=1e-9)
        np.testing.assert_array_equal(branch.polarization, p[inside])
        peak = branch.first + int(np.argmax(branch.law))
        assert np.all(np.diff(law[branch.first:peak + 1]) >= 0)
        assert np.all(np.diff(law[peak:branch.first + branch.law.size]) <= 0)


def test_a_chain_that_stays_has_the_branchs_law():
    """N = 30 000 at x = 4.5: it would take far longer than the 20 000 s to leave."""
    nuclei, x = 30_000, 4.5
    branch = branch_of(MODEL, x, nuclei, 0.0)
    path = evolve(start(0.0, nuclei, (1, 2)), np.full(20_001, x), 1.0, MODEL, nuclei=nuclei, key=(1, 2))
    seen = path.polarization[500:]
    assert seen.mean() == pytest.approx(branch.mean, abs=6e-4)
    assert seen.var() == pytest.approx(branch.variance, rel=0.2)


def test_weights_beyond_the_range_of_a_float():
    weights = [branch_of(MODEL, 4.0, 1_000_000, p).weight for p in (0.0, 4.0 / MODEL.k)]
    assert sorted(weights) == pytest.approx([0.0, 1.0])


def test_a_chain_that_is_cut_is_refused():
    with pytest.raises(ValueError, match="every flip"):
        branch_of(RateModel(1.0, 1.0, 0.0, 0.0, 0.0, 0.0), 0.0, 100, 0.0)
