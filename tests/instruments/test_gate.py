"""The gate source: converter steps, relays, the diode's current, trips; and the diode's current-voltage curve."""

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.environment.diode import SchottkyDiode
from instruments.environment.gate import AMMETER_INTERVAL_PS, RANGE_SECONDS, RELAY_SECONDS
from vlab import Q_
from vlab.errors import InUseError, LimitError, SettingError

DIODE = SchottkyDiode()


def bench_with(noise=False, **settings):
    bench = dragging_bench(noise=noise)
    for key, value in settings.items():
        bench.gate.jump(key, value)
    return bench


# -- the diode -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("junction", [-6.6, -6.0, -3.0, -0.2, 0.1, 0.4, 0.7, 0.85, 1.0])
def test_the_curve_is_that_of_its_formula(junction):
    """V = U + R_s I_j(U), written out."""
    current = (1e-6 * (np.exp((junction - 0.8) / 0.025) - np.exp(-0.8 / 0.025)) + junction / 10e9
               - 1e-6 * (np.exp(-(junction + 6.0) / 0.1) - np.exp(-6.0 / 0.1)))
    assert DIODE.current(junction + 1e3 * current) == pytest.approx(current, rel=1e-9)
    assert DIODE.voltage(current) == pytest.approx(junction + 1e3 * current, rel=1e-12)


def test_its_regimes():
    assert DIODE.current(0.0) == 0.0
    assert DIODE.current(0.3) == pytest.approx(30e-12, rel=1e-3)  # the leakage floor
    assert DIODE.current(0.75) / DIODE.current(0.70) == pytest.approx(np.exp(2.0), rel=0.01)  # the slope
    assert DIODE.current(-6.0 - 1e-3) == pytest.approx(-1e-6, rel=0.01)  # the breakdown
    ohmic = (DIODE.current(3.0) - DIODE.current(2.9)) / 0.1
    assert 1.0 / ohmic == pytest.approx(1e3, rel=0.02)  # the contacts
    current = [DIODE.current(v) for v in np.linspace(-10, 10, 201)]
    assert np.all(np.diff(current) > 0.0)


# -- the converter ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("full", "voltage"), [(0.2, 0.1234567891), (2.0, 0.4000001), (10.0, 0.4000001), (10.0, -7.1)])
def test_the_output_stands_at_a_step_of_its_range(full, voltage):
    bench = dragging_bench(noise=True)
    bench.gate.current_limit = Q_(10, "mA")
    bench.gate.range = Q_(full, "V")
    bench.gate.voltage = Q_(voltage, "V")
    bench.sleep(Q_(0.2, "s"))
    step = 2 * full / 2 ** 24
    shown = bench.gate.voltage_actual.m_as("V")
    assert bench.gate.voltage.m_as("V") == voltage
    assert bench.gate.resolution.m_as("V") == step
    assert shown == pytest.approx(voltage, abs=0.5001 * step)
    assert shown / step == round(shown / step)
    assert bench.gate.output_voltage.m_as("V") == shown


def test_without_noise_the_converter_is_ideal():
    bench = dragging_bench(noise=False)
    bench.gate.voltage = Q_(0.4000001, "V")
    bench.sleep(Q_(1, "s"))
    assert bench.gate.voltage_actual.m_as("V") == 0.4000001


def test_the_range_limits_the_voltage():
    bench = dragging_bench(noise=False)
    with pytest.raises(LimitError, match="-2"):
        bench.gate.voltage = Q_(2.1, "V")
    bench.gate.range = Q_(0.2, "V")
    assert bench.gate.voltage == Q_(0.2, "V")  # brought to its edge
    assert bench.gate.remaining("range") == RANGE_SECONDS
    assert bench.gate.output_voltage.m_as("V") == 0.0  # while the range relay moves
    assert bench.gate.switching
    bench.sleep(Q_(RANGE_SECONDS, "s"))
    assert bench.gate.output_voltage.m_as("V") == 0.2
    bench.gate.claim("voltage", "a run")
    bench.gate.range = Q_(10, "V")
    bench.gate.release("a run")
    bench.gate.voltage = Q_(-5, "V")
    bench.gate.claim("voltage", "a run")
    with pytest.raises(InUseError):
        bench.gate.range = Q_(2, "V")
    assert bench.gate.range == Q_(10, "V")
    bench.gate.release("a run")
    bench.reset()
    assert (bench.gate.range, bench.gate.voltage) == (Q_(2, "V"), Q_(0.4, "V"))


# -- relay, ramps ----------------------------------------------------------------------------------------------------

def test_the_relay_takes_its_time():
    bench = dragging_bench(noise=False)
    bench.gate.output = "off"
    assert bench.gate.remaining("output") == RELAY_SECONDS
    bench.clock.sleep(0.9 * RELAY_SECONDS)
    assert bench.gate.output_voltage == Q_(0.4, "V")
    bench.clock.sleep(0.2 * RELAY_SECONDS)
    assert bench.gate.output_voltage.magnitude == 0.0
    bench.gate.output = "on"
    bench.clock.sleep(0.5 * RELAY_SECONDS)
    assert bench.gate.output_voltage.magnitude == 0.0
    bench.gate.output = "off"  # thought better of it
    bench.clock.sleep(RELAY_SECONDS)
    assert not bench.gate.switching
    assert bench.gate.output_voltage.magnitude == 0.0


def test_hold_and_zero():
    bench = bench_with(slew_rate=0.1)
    bench.gate.voltage = Q_(0.5, "V")
    bench.sleep(Q_(0.3, "s"))
    bench.gate.hold()
    assert bench.gate.voltage.m_as("V") == pytest.approx(0.43, abs=1e-8)
    assert not bench.gate.ramping
    bench.gate.zero()
    assert bench.gate.remaining("voltage") == pytest.approx(4.3, rel=1e-6)


# -- current and trip ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("target", "limit", "full"), [(1.5, 1e-6, 2.0), (0.9, 1e-7, 2.0), (-7.0, 1e-6, 10.0)])
def test_it_trips_when_the_diode_reaches_the_limit(target, limit, full):
    bench = bench_with(range=full, current_limit=limit, slew_rate=10.0)
    edge = DIODE.voltage(np.copysign(limit, target))
    seconds = abs(edge - 0.4) / 10.0
    bench.gate.voltage = Q_(target, "V")
    bench.clock.sleep(seconds - 1e-6)
    assert not bench.gate.tripped
    assert abs(bench.gate.current.m_as("A")) == pytest.approx(limit, rel=1e-3)
    bench.clock.sleep(2e-6)
    assert bench.gate.tripped
    assert bench.gate.output == "off"
    assert bench.gate.output_voltage.magnitude == 0.0
    assert bench.gate.current.magnitude == 0.0
    assert bench.take_marks() == ["gate.tripped"]
    assert any("gate: the output has tripped" in line for line in bench.check())
    with pytest.raises(SettingError, match="reset_trip"):
        bench.gate.output = "on"
    bench.sleep(Q_(0.7, "s"))
    bench.gate.reset_trip()
    bench.gate.output = "on"
    bench.clock.sleep(2 * RELAY_SECONDS)
    assert bench.gate.tripped  # the cause is still there
    bench.gate.voltage = Q_(0.4, "V")
    bench.sleep(Q_(1, "s"))
    bench.gate.reset_trip()
    bench.gate.output = "on"
    bench.clock.sleep(2 * RELAY_SECONDS)
    bench.take_marks()
    bench.sleep(Q_(1, "s"))
    assert bench.check() == []
    assert bench.take_marks() == []
    assert bench.gate.output_voltage == Q_(0.4, "V")


def test_a_lower_limit_trips_at_once_and_an_open_cable_draws_nothing():
    bench = bench_with(voltage=0.75)
    bench.disconnect("sample.gate")
    assert bench.gate.current.magnitude == 0.0
    bench.gate.current_limit = Q_(1, "nA")
    assert not bench.gate.tripped
    bench.connect("gate.output", "sample.gate")
    assert bench.gate.tripped
    bench.reset()
    assert not bench.gate.tripped
    bench.gate.jump("voltage", 0.75)
    bench.gate.current_limit = Q_(1, "nA")
    assert bench.gate.tripped


def test_turning_back_in_time_does_not_trip():
    bench = bench_with(slew_rate=1.0)
    bench.gate.voltage = Q_(1.0, "V")
    bench.sleep(Q_(0.3, "s"))
    bench.gate.voltage = Q_(0.5, "V")
    bench.sleep(Q_(1, "s"))
    assert not bench.gate.tripped
    assert bench.gate.output_voltage == Q_(0.5, "V")


def test_a_spike_trips_it():
    """The fault: flag, mark, sentence, and the line moves away by the Stark shift."""
    bench = dragging_bench(noise=False)
    bench.sleep(Q_(1, "s"))
    signal = bench.lockin.x.m_as("uV")
    bench.fail("gate.tripped_gate")
    bench.sleep(Q_(20, "s"))
    assert bench.gate.tripped
    assert bench.take_marks() == ["gate.tripped"]
    assert any("press Reset trip (gate.reset_trip)" in line for line in bench.check())
    assert abs(bench.lockin.x.m_as("uV")) < 1e-3 * signal
    bench.mend()
    assert bench.gate.tripped  # until it is reset
    bench.gate.reset_trip()
    bench.gate.output = "on"
    bench.sleep(Q_(1, "s"))
    assert bench.check() == []


def test_the_ammeter_has_noise_and_steps_of_its_range():
    bench = dragging_bench(noise=True)
    bench.gate.jump("voltage", 0.7)
    read = []
    for _ in range(400):
        bench.clock.sleep(AMMETER_INTERVAL_PS / 1e12)
        read.append(bench.gate.current.m_as("pA"))
        assert bench.gate.current.m_as("pA") == read[-1]  # looking changes nothing
    true = 1e12 * DIODE.current(bench.gate.voltage_actual.m_as("V"))
    assert np.allclose(read, np.round(read), atol=1e-6)  # 1 ppm of 1 uA
    assert np.mean(read) == pytest.approx(true, abs=5 * 2.0 / 20)
    assert np.std(read) == pytest.approx(2.0, rel=5 / np.sqrt(800))  # 2 ppm of 1 uA
    bench.gate.ammeter_noise = Q_(20, "ppm")
    spread = []
    for _ in range(200):
        bench.clock.sleep(AMMETER_INTERVAL_PS / 1e12)
        spread.append(bench.gate.current.m_as("pA"))
    assert np.std(spread) == pytest.approx(20.0, rel=5 / np.sqrt(400))
    bench.gate.ammeter_noise_switch = "off"
    assert bench.gate.current.m_as("pA") == pytest.approx(true, abs=0.5)
    bench.gate.current_limit = Q_(3, "mA")
    assert bench.gate.current_range.m_as("mA") == pytest.approx(10.0)
    assert bench.gate.current.m_as("nA") == pytest.approx(round(true / 1e4) * 10)


@pytest.mark.parametrize("cuts", [(7_000_000_001,) * 11, (40_123_456_789, 1, 30_000_000_000), (2, 3, 70_000_000_000)])
def test_cutting_a_wait_changes_nothing(cuts):
    whole, chopped = (dragging_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.gate.slew_rate = Q_(8, "V/s")
        bench.gate.voltage = Q_(1.0, "V")  # trips after 50 ms
    for cut in cuts:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4, "V")
    assert whole.gate.tripped
    assert whole.lockin.read("x") == chopped.lockin.read("x")
    assert whole.polarization == chopped.polarization
    assert whole.gate.snapshot() == chopped.gate.snapshot()


def test_a_run_reads_the_same_noise_whenever_it_begins():
    seen = []
    for before in (0.0, 3.3071):
        bench = dragging_bench(seed=4)
        bench.clock.sleep(before)
        bench.begin_run()
        bench.prepare(thermal=True)
        read = []
        for _ in range(5):
            bench.clock.sleep(0.0137)
            read.append(bench.gate.read("current"))
        seen.append(read)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) > 1


@pytest.mark.parametrize("volts", [-9.9, -6.3, -5.0, -0.3, 1e-9, 0.4, 0.79, 0.95, 2.0, 9.9])
def test_the_diodes_current_against_another_solver(volts):
    from scipy.optimize import brentq

    diode = SchottkyDiode()
    junction = brentq(lambda u: u + diode.series * diode.junction_current(u) - volts, min(0.0, volts), max(0.0, volts),
                      xtol=1e-16, rtol=1e-15)
    assert diode.current(volts) == pytest.approx((volts - junction) / diode.series, rel=1e-6, abs=1e-15)
    assert diode.voltage(diode.current(volts)) == pytest.approx(volts, rel=1e-9)
