"""The living ensemble: which question it asks of the engine, and how often."""

from dataclasses import replace
from math import inf, pi

import numpy as np
import pytest

from vlab.lab.cable import TickGrid
from vlab.physics.pulse import PulseAction, rosen_zener
from vlab.samples.specimen import HBAR, Ramp
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.samples.spin_specimen import HARMONICS, SpinOptics, SpinRoom, SpinSpecimen

OPTICS = SpinOptics()
SECOND = TickGrid(0, 10**10, 0, 100)


class FakeEngine:
    """A smooth response with resonances in the field, a jump at the pulse, and a list of what was asked."""

    def __init__(self):
        self.asked = []

    def amplitude(self, **question):
        self.asked.append(question)
        if question["field"] > 5.0:
            raise ValueError("the field is too high.")
        order, field = question["harmonic"], question["field"]
        shape = (1.0 + 0.1 * np.cos(2 * np.pi * field / 8.9e-3)) * (1.0 - 0.5 / (1.0 + (field / 0.02) ** 2))
        decay = np.exp(-question["delay"] / question["relaxation_time"]) * (0.9 if question["delay"] > 0.0 else 1.0)
        return complex(0.3 / order * shape * decay * np.exp(-0.2j * order) * np.cos(question["tilt"]) ** 2)


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def specimen(engine):
    return SpinSpecimen(SpinEnsemble.n_type(), OPTICS, engine)


ROOM = SpinRoom(field=Ramp(0.1), tilt=Ramp(0.0), temperature=Ramp(5.0), delay=Ramp(-5e-11),
                energy=OPTICS.pi_pulse_energy, period=13.2e-9, detuning=0.0, duration=OPTICS.pulse_duration,
                ellipticity=1.0, modulation=10e3)


def test_a_steady_second_costs_one_evaluation(specimen, engine):
    response = specimen.evolve(ROOM, SECOND)
    assert len(engine.asked) == len(HARMONICS)
    specimen.evolve(replace(ROOM), SECOND)
    assert len(engine.asked) == len(HARMONICS)
    assert [line.frequency for line in response.rotation] == [10e3, 30e3, 50e3, 70e3, 90e3]
    assert all(line.amplitude == OPTICS.rotation_per_spin for line in response.rotation)
    asked = engine.asked[0]
    assert asked["delay"] == 0.0
    assert asked["relaxation_time"] == pytest.approx(500e-9)


def test_the_pulse_comes_from_energy_duration_detuning_and_ellipticity(specimen):
    assert specimen.pulse(ROOM).q_perp == pytest.approx(0.0, abs=1e-12)
    weak = replace(ROOM, energy=0.25 * OPTICS.pi_pulse_energy)
    assert specimen.pulse(weak).q_perp == pytest.approx(np.cos(pi / 4))
    # the area grows with the field's amplitude times the duration, the energy with its square times the duration
    longer = replace(weak, duration=2.0 * OPTICS.pulse_duration)
    assert specimen.pulse(longer).q_perp == pytest.approx(np.cos(pi / 2 * np.sqrt(0.5)))
    detuned = replace(ROOM, detuning=2.0 * pi * HBAR * 0.3 / OPTICS.pulse_duration)
    q, phi = rosen_zener(pi, 0.3)
    found = specimen.pulse(detuned)
    assert (found.q_perp, found.phi) == (pytest.approx(float(q)), pytest.approx(float(phi)))
    assert found.phi > 0.0
    assert specimen.pulse(replace(ROOM, ellipticity=0.5)) == PulseAction.elliptical(1.0, 0.0, 0.5)


def test_warm_spins_relax_faster(specimen, engine):
    assert specimen.relaxation_time(5.0) == pytest.approx(500e-9)
    assert specimen.relaxation_time(20.0) == pytest.approx(500e-9 * (1 + 1 / 16) / 2)
    specimen.evolve(replace(ROOM, temperature=Ramp(20.0)), SECOND)
    assert engine.asked[-1]["relaxation_time"] == specimen.relaxation_time(20.0)


@pytest.mark.parametrize("ramps", [
    {"field": Ramp(0.0, 2 / 60)},
    {"field": Ramp(-0.05, 2 / 60)},
    {"temperature": Ramp(5.0, 1.0)},
    {"delay": Ramp(-0.05e-9, 1e-9)},
    {"tilt": Ramp(0.0, 0.09)},
    {"field": Ramp(0.3, -2 / 60), "delay": Ramp(12e-9, -1e-9), "temperature": Ramp(20.0, 0.3)},
])
def test_ramps_are_as_good_as_direct_evaluation(specimen, engine, ramps):
    """Below 1e-3 of full scale, with fewer evaluations than ticks."""
    room = replace(ROOM, **ramps)
    tick = int(min(specimen.longest_tick(room), 0.01) * 1e12)
    grid = TickGrid(0, tick, 0, 3 * 10**12 // tick)
    found = specimen.evolve(room, grid).amplitude
    used = len(engine.asked) / len(HARMONICS)
    assert used < 0.6 * grid.count
    exact = []
    for t in grid.since_event():
        delay = room.delay.start + room.delay.rate * t
        exact.append(engine.amplitude(
            field=room.field.start + room.field.rate * t, delay=max(0.0, delay), harmonic=1,
            tilt=room.tilt.start + room.tilt.rate * t,
            relaxation_time=specimen.relaxation_time(room.temperature.start + room.temperature.rate * t)))
    assert np.abs(found - exact).max() < 1e-3 * 2 / pi
    assert np.abs(np.diff(found)).max() < 0.05  # a tick resolves it


def test_ticks_are_short_on_fast_ramps_only(specimen):
    assert specimen.longest_tick(ROOM) == inf
    assert specimen.longest_tick(replace(ROOM, field=Ramp(0.0, 2 / 60))) < 0.01
    assert specimen.longest_tick(replace(ROOM, field=Ramp(0.0, 2 / 60), energy=0.0)) == inf
    quick = replace(ROOM, delay=Ramp(0.0, 1e-10), tilt=Ramp(pi / 2), field=Ramp(1.0))
    assert 0.002 < specimen.longest_tick(quick) < specimen.longest_tick(replace(quick, tilt=Ramp(0.0)))


def test_a_delay_beyond_the_period_comes_after_the_next_pulse(specimen, engine):
    specimen.evolve(replace(ROOM, period=5e-9, delay=Ramp(12e-9)), SECOND)
    assert engine.asked[-1]["delay"] == pytest.approx(2e-9)


@pytest.mark.parametrize("dark", [{"energy": 0.0}, {"ellipticity": 0.0}])
def test_without_circular_light_there_is_nothing(specimen, engine, dark):
    response = specimen.evolve(replace(ROOM, **dark), SECOND)
    assert not response.amplitude.any()
    assert not engine.asked
    assert specimen.trouble(replace(ROOM, **dark)) == ""


def test_a_constant_helicity_turns_the_probe_steadily(specimen, engine):
    """A square wave between +-S has the fundamental 4 S / pi."""
    response = specimen.evolve(replace(ROOM, modulation=None), SECOND)
    (line,) = response.rotation
    assert line.frequency == 0.0
    assert engine.asked[0]["frequency"] <= 1.0
    expected = pi / 4 * engine.amplitude(**engine.asked[0]).real
    np.testing.assert_allclose(line.envelope, expected)


def test_what_the_model_refuses_is_zero_and_told(specimen, engine):
    fast = replace(ROOM, modulation=1.01 / (4 * 13.2e-9))
    assert not specimen.evolve(fast, SECOND).amplitude.any()
    assert "quarter of the repetition rate" in specimen.trouble(fast)
    assert not engine.asked
    slow = replace(ROOM, period=1e-9)
    assert "at least 5 trion lifetimes" in specimen.trouble(slow)
    high = replace(ROOM, field=Ramp(6.0))
    assert not specimen.evolve(high, SECOND).amplitude.any()
    assert specimen.trouble(high).endswith("the field is too high.")
    specimen.evolve(ROOM, SECOND)
    assert specimen.trouble(ROOM) == ""


def test_harmonics_above_the_limit_are_left_out(specimen, engine):
    specimen.evolve(replace(ROOM, modulation=5e6), SECOND)
    assert [question["harmonic"] for question in engine.asked] == [1, 3]
