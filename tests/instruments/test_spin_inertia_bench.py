"""The pump-probe bench: signal sizes, phases, harmonics, noise, ramps, wiring, what check() says."""

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import spin_inertia_bench
from vlab import Q_
from vlab.errors import LimitError, SettingError
from vlab.physics.pulse import PulseAction
from vlab.samples import SpinEnsemble
from vlab.samples.periodic_response import PeriodicResponse

PERIOD = 13.2e-9
VOLTS_PER_SPIN = 1e6 * 0.5 * 100e-6 * 2 * 200e-6 / sqrt(2)  # rms, per unit of the peak amplitude
TYPES = {"n": SpinEnsemble.n_type(), "p": SpinEnsemble.p_type()}


def settled(kind="n", **written):
    """A quiet bench with some settings (SI) as ``instrument_setting``, prepared."""
    bench = spin_inertia_bench(TYPES[kind], noise=False)
    for name, value in written.items():
        instrument, setting = name.split("_", 1)
        bench.instruments[instrument].jump(setting, value)
    bench.prepare(thermal=True)
    return bench


def phasor(bench):
    return complex(bench.lockin.read("x"), bench.lockin.read("y"))


@pytest.fixture(scope="module")
def engines():
    return {kind: PeriodicResponse(ensemble) for kind, ensemble in TYPES.items()}


def test_it_starts_settled_at_the_reference_conditions():
    bench = spin_inertia_bench(noise=False)
    assert bench.check() == []
    assert bench.ensemble == SpinEnsemble.n_type()
    assert bench.magnet.field == Q_(0.1, "T")
    assert bench.pump.pulse_energy.m_as("pJ") == pytest.approx(132.0)
    assert bench.pump.repetition_rate.m_as("MHz") == pytest.approx(1e3 / 13.2)
    assert bench.modulator.frequency == Q_(10, "kHz")
    assert bench.cryostat.temperature == Q_(5, "K")
    assert bench.sample_words() == ("n",)
    assert bench.sample_record()["kind"] == "SpinEnsemble"
    assert bench.lockin.read("x") == pytest.approx(VOLTS_PER_SPIN * abs(_reference_amplitude()), rel=1e-3)
    assert 1e-4 < bench.lockin.read("x") < 9e-3


def _reference_amplitude():
    return PeriodicResponse(SpinEnsemble.n_type()).amplitude(field=0.1, pulse=PulseAction.circular(0.0), period=PERIOD,
                                                             frequency=10e3)


@pytest.mark.parametrize("kind", ["n", "p"])
@pytest.mark.parametrize("frequency", [1e3, 100e3, 2e6])
def test_the_lockin_sees_amplitude_and_lag_of_the_spin(engines, kind, frequency):
    bench = settled(kind, modulator_frequency=frequency, pump_power=2e-3)
    pulse = PulseAction.elliptical(0.2, 0.0, 1.0 / np.hypot(1.0, frequency / 1e9))  # behind an amplifier of 1 GHz
    amplitude = engines[kind].amplitude(field=0.1, pulse=pulse, period=PERIOD, frequency=frequency)
    found = phasor(bench)
    assert found == pytest.approx(VOLTS_PER_SPIN * amplitude, abs=2e-4 * VOLTS_PER_SPIN)
    assert bench.hidden()["lag"] == pytest.approx(np.angle(amplitude), abs=1e-9)
    assert bench.hidden()["spin_polarization"] == pytest.approx(pi / 2 * abs(amplitude))
    assert np.angle(found) <= 1e-3
    inertia = bench.calibration.inertia(abs(found), 100e-6, 1e6, 0.5)
    assert inertia == pytest.approx(abs(amplitude) / 2, abs=2e-4)
    assert inertia < 1 / pi
    bench.sleep(Q_(3.3, "s"))
    assert phasor(bench) == pytest.approx(found, abs=2e-4 * VOLTS_PER_SPIN)


@pytest.mark.parametrize("harmonic", [2, 3, 4, 5])
def test_odd_harmonics_are_those_of_the_spin(engines, harmonic):
    bench = settled("p", lockin_harmonic=float(harmonic), pump_power=2e-3, modulator_frequency=20e3)
    expected = 0.0
    if harmonic % 2:
        expected = engines["p"].amplitude(field=0.1, pulse=PulseAction.elliptical(0.2), period=PERIOD, frequency=20e3,
                                          harmonic=harmonic)
        assert abs(expected) > 0.02
    assert phasor(bench) == pytest.approx(VOLTS_PER_SPIN * expected, abs=3e-4 * VOLTS_PER_SPIN)


def test_q_and_phi_are_set_through_the_calibration(engines):
    bench = settled("n")
    power, detuning = bench.calibration.setting_for(0.5, 1.0, PERIOD)
    bench.pump.jump("power", power)
    bench.pump.jump("detuning", detuning)
    bench.prepare(thermal=True)
    expected = engines["n"].amplitude(field=0.1, pulse=PulseAction.circular(0.5, 1.0), period=PERIOD, frequency=10e3)
    assert phasor(bench) == pytest.approx(VOLTS_PER_SPIN * expected, abs=3e-4 * VOLTS_PER_SPIN)


def test_the_delay_shows_the_pulse():
    """Just after the pulse the ground-state spin has been kicked and the trion stands against it."""
    before, after = settled("n", stage_delay=0.0), settled("n", stage_delay=0.01e-9)
    assert abs(phasor(after)) != pytest.approx(abs(phasor(before)), rel=0.05)
    late = settled("n", stage_delay=12.9e-9)
    assert abs(phasor(late) - phasor(before)) < 0.05 * abs(phasor(before))


def test_warm_spins_give_less(engines):
    bench = settled("p", cryostat_temperature=40.0, pump_power=2e-3)
    tau = 5200e-9 * (1 + 1 / 16) / 5
    expected = engines["p"].amplitude(field=0.1, pulse=PulseAction.elliptical(0.2), period=PERIOD, frequency=10e3,
                                      relaxation_time=tau)
    assert phasor(bench) == pytest.approx(VOLTS_PER_SPIN * expected, abs=3e-4 * VOLTS_PER_SPIN)
    assert abs(phasor(bench)) < abs(phasor(settled("p", pump_power=2e-3)))


def test_a_tilted_field_turns_the_spins_away(engines):
    bench = settled("n", holder_tilt=pi / 4)
    expected = engines["n"].amplitude(field=0.1, pulse=PulseAction.circular(0.0), period=PERIOD, frequency=10e3,
                                      tilt=pi / 4)
    assert phasor(bench) == pytest.approx(VOLTS_PER_SPIN * expected, abs=2e-3 * VOLTS_PER_SPIN)
    assert abs(phasor(bench)) < 0.9 * abs(phasor(settled("n")))


@pytest.mark.parametrize("quiet", [{"pump_shutter": "closed"}, {"pump_power": 0.0}, {"modulator_depth": 0.0},
                                   {"probe_shutter": "closed"}, {"probe_power": 0.0}, {"modulator_state": "stopped"}])
def test_no_signal_without_pump_probe_or_modulation(quiet):
    bench = settled("n", **quiet)
    bench.sleep(Q_(1, "s"))
    # without a reference the lock-in runs free, and the ripple of the direct voltage shows
    assert abs(phasor(bench)) < (1e-7 if "modulator_state" in quiet else 1e-9)
    (instrument,) = {name.split("_")[0] for name in quiet}
    assert any(line.startswith(f"{instrument}:") for line in bench.check())


def test_a_stopped_modulator_leaves_a_direct_voltage():
    bench = settled("n", modulator_state="stopped", probe_power=1e-3)
    bench.lockin.reference_source = "internal"
    bench.detector.gain = Q_(1e8, "V/A")
    bench.sleep(Q_(0.1, "s"))
    assert bench.lockin.input_overload


# -- noise -----------------------------------------------------------------------------------------------------------

def noise_density(gain=1e6, responsivity=0.5, power=100e-6, rin=1e-5, rejection=35.0, imbalance=0.0, kelvin=295.0):
    """At the modulation of 10 kHz; the probe's noise has its corner at 1 kHz."""
    shot = 2 * 1.602176634e-19 * (responsivity * power + 2 * 10e-12)  # dark currents of 10 pA
    thermal = 4 * 1.380649e-23 * kelvin / gain
    intensity = (responsivity * power * rin) ** 2 * (10 ** (-rejection / 10) + imbalance**2) * (1 + 1e3 / 10e3)
    amplifier = (4e-9 / gain) ** 2 + (4e-9 * 2 * pi * 10e3 * 10e-12) ** 2 + (2e-15) ** 2
    return gain * sqrt(shot + thermal + intensity + amplifier)


@pytest.mark.parametrize("changes", [{}, {"gain": 1e4}, {"rejection": 20.0}, {"rin": 1e-4}, {"imbalance": 0.01},
                                     {"power": 1e-9, "kelvin": 4.0}])
def test_noise_density_at_the_output(changes):
    names = {"gain": "detector_gain", "power": "probe_power", "rin": "probe_intensity_noise", "kelvin":
             "detector_temperature", "rejection": "detector_common_mode_rejection", "imbalance": "detector_imbalance"}
    bench = settled("n", **{names[key]: value for key, value in changes.items()})
    assert bench.detector.noise_density.m_as("V/Hz^0.5") == pytest.approx(noise_density(**changes), rel=1e-12)
    assert bench.detector.mean_power.m_as("uW") == pytest.approx(changes.get("power", 100e-6) * 1e6)


def test_noise_behind_the_lockin_has_the_size_of_the_formula():
    """rms = density sqrt(ENBW), 1/(4 tau) at 6 dB per octave; 3000 readings many time constants apart, 5 sigma."""
    bench = spin_inertia_bench(seed=7)
    bench.pump.shutter = "closed"
    bench.lockin.time_constant = Q_(1, "ms")
    bench.sleep(Q_(1, "s"))
    samples = []
    for _ in range(3000):
        bench.clock.sleep(0.02)
        samples.append((bench.lockin.read("x"), bench.lockin.read("y")))
    expected = np.hypot(noise_density(), 5e-9) * sqrt(0.25 / 1e-3)
    for quadrature in np.array(samples).T:
        assert np.std(quadrature) == pytest.approx(expected, rel=5 / sqrt(2 * 3000))


def test_noise_is_realistic():
    """0.1 to 1 % of a signal under pi pulses, at a time constant of 1 s."""
    bench = spin_inertia_bench(noise=False)
    rms = bench.detector.noise_density.m_as("V/Hz^0.5") * sqrt(0.25)
    assert 1e-4 < rms / bench.lockin.read("r") < 1e-2


def test_an_unbalanced_bridge_overloads():
    bench = settled("n", detector_imbalance=0.05)
    assert bench.detector.offset.m_as("V") == pytest.approx(2.5)
    assert bench.lockin.input_overload
    assert not bench.detector.saturated
    bench.detector.imbalance = Q_(0.3, "")
    bench.sleep(Q_(1, "s"))
    assert bench.detector.saturated
    assert any("balance the bridge" in line for line in bench.check())


# -- time ------------------------------------------------------------------------------------------------------------

@given(st.lists(st.integers(1, 300_000_000_000), min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_reading_and_chopping_change_nothing(cuts):
    whole, chopped = (spin_inertia_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.magnet.field = Q_(0.13, "T")
        bench.cryostat.temperature = Q_(5.2, "K")
    for cut in cuts:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        chopped.snapshot(), chopped.check(), chopped.path(), chopped.hidden()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.magnet.hold()
    assert phasor(whole) == phasor(chopped)
    assert whole.hidden() == chopped.hidden()


def test_same_seed_same_numbers():
    readings = []
    for _ in range(2):
        bench = spin_inertia_bench(seed=4)
        bench.begin_run()
        bench.prepare(thermal=True)
        bench.sleep(Q_(2, "s"))
        readings.append(phasor(bench))
    assert readings[0] == readings[1]
    assert readings[0] != phasor(spin_inertia_bench(seed=5))


@pytest.mark.parametrize(("instrument", "setting", "target", "seconds"), [
    ("magnet", "field", 0.15, 1.5), ("stage", "delay", 1e-9, 1.05), ("cryostat", "temperature", 6.0, 6.0)])
def test_the_response_follows_ramps(engines, instrument, setting, target, seconds):
    """Below 1e-3 of full scale against direct evaluation, all along."""
    bench = settled("p", pump_power=2e-3)
    device = bench.instruments[instrument]
    device.write(setting, target)
    steps = 7
    for _ in range(steps):
        bench.clock.sleep(seconds / steps)
        bench.lockin.write("phase", 0.0)  # an event: closes the tick here
        delay = bench.stage.actual("delay")
        expected = engines["p"].amplitude(
            field=bench.magnet.actual("field"), pulse=PulseAction.elliptical(0.2), period=PERIOD, frequency=10e3,
            delay=max(0.0, delay), relaxation_time=5200e-9 * (1 + 1 / 16)
            / (1 + (bench.cryostat.actual("temperature") / 20) ** 2))
        assert abs(bench.hidden()["spin_polarization"] - pi / 2 * abs(expected)) < pi / 2 * 1e-3 * 2 / pi
    bench.clock.sleep(device.remaining(setting) + 0.01)
    assert bench.check() == []


def test_the_filter_settles_after_a_change(engines):
    """X and Y go exponentially from the old response to the new one."""
    bench = settled("p", pump_power=2e-3, modulator_frequency=50e3)
    before = phasor(bench)
    bench.pump.power = Q_(0.5, "mW")
    bench.sleep(Q_(1.5, "s"))
    after = VOLTS_PER_SPIN * engines["p"].amplitude(field=0.1, pulse=PulseAction.elliptical(0.05), period=PERIOD,
                                                    frequency=50e3)
    expected = after + (before - after) * np.exp(-1.5)
    assert phasor(bench) == pytest.approx(expected, abs=2e-4 * VOLTS_PER_SPIN)


def test_a_steady_second_costs_one_evaluation():
    bench = settled("n")
    asked = []
    engine = bench._specimen._engine
    bench._specimen._engine = type("Spy", (), {"amplitude": lambda _, **q: asked.append(q) or engine.amplitude(**q)})()
    bench.sleep(Q_(1, "s"))
    assert asked == []
    bench.pump.power = Q_(3, "mW")
    bench.sleep(Q_(1, "s"))
    assert [question["harmonic"] for question in asked] == [1]
    bench.lockin.time_constant = Q_(10, "ms")  # lets the others' ripple through
    bench.sleep(Q_(1, "s"))
    assert [question["harmonic"] for question in asked] == [1, 3, 5, 7, 9]


# -- wiring and check ------------------------------------------------------------------------------------------------

def test_wrong_cables_are_diagnosed_and_behave_as_they_would():
    bench = settled("n")
    bench.connect("modulator.reference", "lockin.signal")
    bench.sleep(Q_(20, "s"))
    assert bench.lockin.x.m_as("mV") == pytest.approx(21.8)  # 5 V are far too much: clipped at 1.09 full scales
    assert bench.lockin.input_overload
    assert any("it is fed by modulator.reference" in line for line in bench.check())
    bench.disconnect("lockin.reference")
    assert bench.lockin.unlocked
    assert any("lockin.reference: no cable is connected" in line for line in bench.check())
    bench.reset()
    assert bench.check() == []


@pytest.mark.parametrize(("written", "says"), [
    ({"modulator_frequency": 9e6, "pump_repetition_period": 50e-9}, "quarter of the repetition rate"),
    ({"lockin_time_constant": 10e-6}, "not fast against"),
    ({"lockin_sensitivity": 1e-3}, "choose a coarser sensitivity (lockin.sensitivity of "),
    ({"modulator_depth": 0.0}, "linearly polarized"),
    ({"pump_shutter": "closed"}, "nothing orients the spins"),
    ({"pump_power": 0.0}, "nothing orients the spins"),
    ({"probe_shutter": "closed"}, "no light reaches the detector"),
    ({"modulator_state": "stopped"}, "it is stopped"),
])
def test_check_says_what_is_wrong_and_what_to_do(written, says):
    kind = "p" if "lockin_time_constant" in written else "n"
    bench = settled(kind, **written)
    bench.sleep(Q_(1, "ms"))
    assert any(says in line for line in bench.check())


@pytest.mark.parametrize(("instrument", "setting", "value", "says"), [
    ("magnet", "field", Q_(0.2, "T"), "still ramping"), ("stage", "delay", Q_(1, "ns"), "still moving"),
    ("holder", "tilt", Q_(10, "deg"), "still turning"), ("cryostat", "temperature", Q_(10, "K"), "still moving")])
def test_check_waits_for_what_moves(instrument, setting, value, says):
    bench = settled("n")
    setattr(bench.instruments[instrument], setting, value)
    assert any(says in line for line in bench.check())


def test_what_the_model_refuses_gives_zero_and_a_sentence():
    bench = settled("n", pump_repetition_period=50e-9)
    bench.modulator.frequency = Q_(9, "MHz")
    bench.sleep(Q_(10, "s"))
    assert abs(phasor(bench)) < 1e-4 * VOLTS_PER_SPIN
    assert bench.hidden()["spin_polarization"] == 0.0
    (line,) = bench.check()
    assert line.startswith("sample: a modulation at 9000 kHz")


def test_slow_spins_are_told():
    slow = SpinEnsemble.n_type().replace(spin_relaxation_time=Q_(5, "ms"))
    assert any("not fast against" in line for line in spin_inertia_bench(slow).check())


def test_safe_state_and_reset():
    bench = settled("n")
    fresh = spin_inertia_bench(noise=False).snapshot()
    for instrument, setting, value in (("magnet", "field", Q_(1, "T")), ("stage", "delay", Q_(5, "ns")),
                                       ("holder", "tilt", Q_(30, "deg")), ("cryostat", "temperature", Q_(30, "K"))):
        setattr(bench.instruments[instrument], setting, value)
    bench.disconnect("lockin.signal")
    bench.sleep(Q_(1, "s"))
    bench.make_safe()
    assert (bench.pump.shutter, bench.probe.shutter) == ("closed", "closed")
    assert not any((bench.magnet.ramping, bench.stage.moving, bench.holder.turning, bench.cryostat.ramping))
    bench.reset()
    assert bench.snapshot() == fresh
    assert bench.check() == []


def test_path_tells_the_numbers():
    told = " ".join(settled("n", holder_tilt=0.5).path())
    for word in ("10.0 mW", "13.20 ns", "10.0 kHz", "0.1000 T", "tilted by 28.6", "100 µW", "Lock-in"):
        assert word in told


# -- input -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [{"ensemble": "n"}, {"seed": 1.5}, {"seed": -1}, {"seed": True}, {"noise": 1}])
def test_wrong_arguments(arguments):
    with pytest.raises(SettingError, match="spin_inertia_bench got"):
        spin_inertia_bench(**arguments)


@pytest.mark.parametrize(("instrument", "setting", "value", "says"), [
    ("pump", "repetition_period", Q_(1, "ns"), "it wants 2 ns to 100 ns"),
    ("pump", "power", Q_(1, "V"), "it wants a power"),
    ("pump", "detuning", Q_(11, "meV"), "-10 meV to 10 meV"),
    ("modulator", "frequency", Q_(0, "Hz"), "0.001 kHz to 10000 kHz"),
    ("modulator", "depth", Q_(1.1, ""), "0 to 1"),
    ("stage", "delay", Q_(14, "ns"), "-0.5 ns to 13 ns"),
    ("holder", "tilt", Q_(100, "deg"), "0 deg to 90 deg"),
    ("cryostat", "temperature", Q_(300, "K"), "1.5 K to 50 K"),
    ("detector", "gain", Q_(2e6, "V/A"), "one of"),
])
def test_wrong_settings(instrument, setting, value, says):
    bench = spin_inertia_bench(noise=False)
    kept = bench.instruments[instrument].read(setting)
    with pytest.raises((SettingError, LimitError), match=says):
        setattr(bench.instruments[instrument], setting, value)
    assert bench.instruments[instrument].read(setting) == kept
