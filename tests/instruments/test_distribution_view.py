"""The live picture of the distribution of P: the law of the chain, its width, and what it says of the bench's dot."""

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.distribution_view import DOT_DISTRIBUTION
from vlab import Q_
from vlab.physics.dnsp_chain import stationary_moments
from vlab.samples import QuantumDot


def test_unlit_nuclei_are_thermal():
    bench = dragging_bench(QuantumDot.sample_a().replace(nuclei=4000), noise=False)
    bench.laser.shutter = "closed"
    found = DOT_DISTRIBUTION.law(bench.hidden())
    assert found.width == pytest.approx(found.thermal_width, rel=1e-6)
    assert found.thermal_width == pytest.approx(1.0 / np.sqrt(4000.0))
    np.testing.assert_allclose(found.law, found.thermal, atol=2e-3)
    assert found.law.max() == pytest.approx(1.0, abs=1e-3)


def test_light_on_the_line_narrows_the_law_as_detailed_balance_says():
    bench = dragging_bench(QuantumDot.sample_a().replace(nuclei=4000), noise=False)
    mean, variance = stationary_moments(bench.rate_model(), 0.0, 4000)
    found = DOT_DISTRIBUTION.law(bench.hidden())
    assert found.mean == pytest.approx(mean, abs=1e-6)
    assert found.width == pytest.approx(np.sqrt(variance), rel=1e-3)
    assert found.width < 0.5 * found.thermal_width
    area = np.trapezoid(found.law, found.p) / (found.thermal_width * np.sqrt(2.0 * np.pi))
    assert area == pytest.approx(1.0, abs=0.01)
    assert f"{(found.width / found.thermal_width) ** 2:.3g} × thermal" in found.words


def test_a_dot_that_follows_its_mean_is_told_from_one_that_flips():
    mean, flipping = (dragging_bench(QuantumDot.sample_a().replace(fluctuations=on), noise=False).hidden()
                      for on in (False, True))
    assert "follows its mean" in DOT_DISTRIBUTION.about(mean)
    assert "in the branch where they are now" in DOT_DISTRIBUTION.about(flipping)
    assert set(DOT_DISTRIBUTION.depends_on) <= set(mean)


def test_too_many_nuclei_are_refused_in_words():
    bench = dragging_bench(QuantumDot.sample_a().replace(nuclei=50_000_000), noise=False)
    found = DOT_DISTRIBUTION.law(bench.hidden())
    assert "50000000 nuclei" in found.words
    assert np.isnan(found.law).all()


def test_a_law_with_another_branch_says_how_likely_this_one_is():
    """Few nuclei jump between the branches of a dragged line."""
    bench = dragging_bench(QuantumDot.sample_a().replace(nuclei=500), noise=False)
    bench.laser.photon_energy = Q_(bench.laser.read("photon_energy") - 3 * 1.602176634e-25, "J")
    bench.sleep(Q_(1, "ms"))
    found = DOT_DISTRIBUTION.law(bench.hidden() | {"polarization": 0.05, "effective_detuning": 0.0})
    assert found.mean > 0.04
    assert "here with probability 0.3" in found.words
