"""Block averages against processes whose mean, variance and memory are known."""

import numpy as np
import pytest

from vlab.analysis.block_average import block_average, block_drift
from vlab.errors import DataError


def remembering(rng, samples, memory):
    """A Gaussian process of mean 2 and variance 9 whose correlation falls as exp(-t / memory)."""
    a = np.exp(-1.0 / memory)
    noise = np.sqrt(1 - a * a) * rng.standard_normal(samples)
    v = rng.standard_normal()
    out = np.empty(samples)
    for i in range(samples):
        v = a * v + noise[i]
        out[i] = v
    return 2.0 + 3.0 * out


def test_errors_of_a_process_with_memory():
    """The error of the mean is sigma sqrt(2 tau / T), and neither mean nor variance has a bias."""
    rng = np.random.default_rng(1)
    found = [block_average(remembering(rng, 4000, 10.0)) for _ in range(60)]
    mean, variance = np.array([f.mean for f in found]), np.array([f.variance for f in found])
    mean_error, variance_error = (np.array([getattr(f, n) for f in found]) for n in ("mean_error", "variance_error"))
    assert np.sqrt((mean_error**2).mean()) == pytest.approx(3 * np.sqrt(20 / 4000), rel=0.1)
    assert mean.std() == pytest.approx(mean_error.mean(), rel=0.3)
    assert variance.std() == pytest.approx(variance_error.mean(), rel=0.3)
    assert variance.mean() == pytest.approx(9.0, abs=4 * variance.std() / np.sqrt(60))
    assert abs(variance.mean() - 9.0) < 0.35
    assert mean.mean() == pytest.approx(2.0, abs=4 * mean.std() / np.sqrt(60))


def test_independent_samples():
    values = np.random.default_rng(2).standard_normal(100_000)
    found = block_average(values, 50)
    assert found.mean_error == pytest.approx(1 / np.sqrt(1e5), rel=0.35)
    assert found.variance == pytest.approx(values.var(), rel=1e-4)
    assert found.variance_error == pytest.approx(np.sqrt(2 / 1e5), rel=0.35)


def test_too_few_samples_are_refused():
    with pytest.raises(DataError, match="5 samples and 20 blocks"):
        block_average(np.arange(5.0))
    with pytest.raises(DataError, match="two blocks"):
        block_average(np.arange(5.0), 1)
    with pytest.raises(DataError, match="finite"):
        block_average([np.nan] * 30)


def test_the_drift_of_a_steady_quantity_is_about_its_error():
    rng = np.random.default_rng(3)
    ratios = np.array([drift / error for drift, error in (
        block_drift(remembering(rng, 4000, 10.0)) for _ in range(300))])
    assert abs(ratios.mean()) < 0.3
    assert 0.9 < ratios.std() < 1.4  # Student's distribution of 10 degrees of freedom: 1.12
    assert np.abs(ratios).max() < 6.0


def test_the_drift_of_a_ramp_and_of_a_jump():
    drift, error = block_drift(np.arange(200.0))
    assert drift == pytest.approx(140.0)  # 14 of 20 blocks apart, of 10 samples each
    assert drift > 5.0 * error
    assert block_drift(np.repeat([0.0, 2.0], 100)) == (2.0, 0.0)
    with pytest.raises(DataError, match="at least six blocks"):
        block_drift(np.arange(200.0), 5)
