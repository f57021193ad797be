"""Dots of an ensemble spin by spin, against the compiled maps of a period and the exact average over the ensemble."""

from math import pi

import numpy as np
import pytest

from vlab import Q_
from vlab.physics.pulse import PulseAction
from vlab.physics.spin_stepping import lab_maps
from vlab.samples import Pump, SpinEnsemble
from vlab.samples.spin_cloud import SpinCloud, draw_cloud

PERIOD = 13.2e-9


def cloud_of(ensemble, q=0.5, phi=0.0, field=0.03, tilt=0.0, dots=64):
    return draw_cloud(ensemble.system(field, PulseAction.circular(q, phi), PERIOD, tilt), dots, 1)


@pytest.mark.parametrize("phi", [0.0, 0.7])
@pytest.mark.parametrize("helicity", [1.0, -1.0])
def test_a_period_is_that_of_the_compiled_maps(phi, helicity):
    """Eqs. (6), (24), (25) in one frame, also for a tilted field and detuned pulses."""
    cloud = cloud_of(SpinEnsemble.p_type(), phi=phi, tilt=0.4)
    w, t = cloud.fields, cloud.trion_fields
    fields = np.stack([w[:, 2], np.hypot(w[:, 0], w[:, 1]), t[:, 2], np.hypot(t[:, 0], t[:, 1])], axis=1)
    maps = lab_maps(fields, np.arctan2(w[:, 1], w[:, 0]), cloud.times, cloud.pulse)[0 if helicity > 0 else 1]
    matrix, vector = cloud.period(helicity)
    np.testing.assert_allclose(matrix.reshape(-1, 9).T, maps[:9], atol=1e-12)
    np.testing.assert_allclose(vector.T, maps[9:], atol=1e-12)


def test_the_periodic_state_comes_back_after_a_period():
    cloud = cloud_of(SpinEnsemble.n_type())
    settled = cloud.settled(-1.0)
    np.testing.assert_allclose(cloud.at(settled, -1.0, PERIOD), settled, atol=1e-13)
    assert np.linalg.norm(settled, axis=1).max() <= 0.5


@pytest.mark.parametrize("make", [SpinEnsemble.n_type, SpinEnsemble.p_type])
def test_the_mean_of_many_spins_is_the_delay_trace(make):
    """<S_z(t)> between the pulses, within five standard errors of the mean over the dots."""
    ensemble, delays = make(), np.array([0.0, 0.2e-9, 1e-9, 5e-9, PERIOD])
    exact = ensemble.delay_trace(field=Q_(30.0, "mT"), pump=Pump(q=0.5), delays=Q_(delays, "s")).spin.real
    cloud = cloud_of(ensemble, dots=4000)
    before = cloud.settled(1.0)
    for time, expected in zip(delays.tolist(), exact, strict=True):
        z = cloud.at(before, 1.0, time)[:, 2]
        assert abs(z.mean() - expected) < 5.0 * z.std() / np.sqrt(z.size) + 1e-4
        assert z.std() > 1e-3


def test_a_dot_without_any_field_only_relaxes_and_recombines():
    """Eq. (7): S_z = (S_z^a + J_z^a (1 - exp(-kappa t)) / (kappa tau_0)) exp(-t/tau_s)."""
    times = (PERIOD, 500e-9, 10e-9, 0.4e-9)
    cloud = SpinCloud(np.zeros((1, 3)), np.zeros((1, 3)), times, (0.5, 0.0, 0.25, 0.0))
    spin = cloud.at(np.zeros((1, 3)), 1.0, 2e-9)[0]
    kappa = 1 / times[3] + 1 / times[2] - 1 / times[1]
    expected = (-0.25 + 0.25 * (1 - np.exp(-kappa * 2e-9)) / kappa / times[3]) * np.exp(-2e-9 / times[1])
    np.testing.assert_allclose(spin, [0.0, 0.0, expected], atol=1e-14)


def test_the_drawn_nuclear_fields_have_the_widths_of_eq_4():
    cloud = draw_cloud(SpinEnsemble.p_type().system(0.0, PulseAction.circular(0.5, 0.0), PERIOD), 40_000)
    w_n = 2.0 * pi * 16e6
    np.testing.assert_allclose(cloud.fields.std(axis=0), w_n / np.sqrt(2.0) * np.array([0.2, 0.2, 1.0]), rtol=0.02)
