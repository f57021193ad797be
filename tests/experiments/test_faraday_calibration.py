"""The calibration page of the pump-probe bench."""

from math import pi, sqrt

import pytest

from vlab.errors import RunError
from vlab.experiments.calibration import FaradayCalibration
from vlab.physics.pulse import area_from_power, rosen_zener

PAGE = FaradayCalibration(rotation_per_spin=200e-6, pi_pulse_energy=132e-12, pulse_duration=2e-12)
HBAR = 1.054571817e-34


def test_volts_and_inertia_are_inverse():
    """X = gain responsivity power 2 (rotation_per_spin 2 L) / sqrt 2."""
    volts = PAGE.volts(0.25, 100e-6, 1e6, 0.5)
    assert volts == pytest.approx(1e6 * 0.5 * 100e-6 * 2 * 200e-6 * 0.5 / sqrt(2))
    assert PAGE.inertia(volts, 100e-6, 1e6, 0.5) == pytest.approx(0.25)
    with pytest.raises(RunError, match="without probe light"):
        PAGE.inertia(volts, 0.0, 1e6, 0.5)


def test_power():
    assert PAGE.power_for(1.0, 13.2e-9) == pytest.approx(10e-3)
    assert PAGE.power_for(0.5, 6.6e-9) == pytest.approx(10e-3)
    assert PAGE.power_for(1.0, 13.2e-9, 4e-12) == pytest.approx(5e-3)
    assert PAGE.power_ratio(2.5e-3, 13.2e-9) == pytest.approx(0.25)
    with pytest.raises(RunError, match="give 0 or more"):
        PAGE.power_for(-1.0, 13.2e-9)


@pytest.mark.parametrize("duration", [None, 5e-12])
@pytest.mark.parametrize(("q", "phi"), [(0.95, 0.0), (0.95, 1.0), (0.5, -2.0), (0.0, 0.0), (0.99, pi)])
def test_setting_for_gives_this_q_and_phi(q, phi, duration):
    power, detuning = PAGE.setting_for(q, phi, 13.2e-9, duration)
    tau = duration or PAGE.pulse_duration
    y = detuning * tau / (2 * pi * HBAR)
    found = rosen_zener(area_from_power(PAGE.power_ratio(power, 13.2e-9, duration)), y)
    assert found[0] == pytest.approx(q, abs=1e-9)
    assert found[1] == pytest.approx(phi, abs=1e-6)


def test_what_no_pulse_can_do_is_said():
    with pytest.raises(RunError, match=r"the pump cannot be set: Q was 1\.2"):
        PAGE.setting_for(1.2, 0.0, 13.2e-9)
    with pytest.raises(RunError, match="Phi was 4"):
        PAGE.setting_for(0.5, 4.0, 13.2e-9)
