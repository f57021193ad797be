"""The cryostat: how sample and sensor follow a ramp, what heater and helium flow can do, faults; and courses."""

import math

import numpy as np
import pytest
from bare_bench import BareBench

from instruments import spin_inertia_bench
from instruments.course import decay, lagging
from instruments.environment.cryostat import SENSOR_INTERVAL_PS, SETTLED, Cryostat
from vlab import Q_

TAU = 0.5


def table(noise=False):
    return BareBench(Cryostat("cryostat", noise=noise))


def settle(bench):
    bench.clock.sleep(bench.cryostat.remaining("temperature"))


# -- courses ---------------------------------------------------------------------------------------------------------

def along(nodes, start_ps, start, times):
    return np.interp(times, [start_ps / 1e12, *(ps / 1e12 for ps, _ in nodes)], [start, *(value for _, value in nodes)])


def test_sections_follow_a_lag_behind_a_ramp():
    """x' = (s(t) - x) / tau integrated in small steps."""
    nodes = lagging(0, 1.0, 1.3, 3.0, 8 * 10 ** 12, 0.7, 1e-4)
    times = np.linspace(0.0, 16.0, 160_001)
    s = np.minimum(3.0, 1.0 + 0.25 * times)
    x, expected = 1.3, [1.3]
    for k in range(1, times.size):
        x += (0.5 * (s[k] + s[k - 1]) - x) * 1e-4 / 0.7
        expected.append(x)
    error = np.abs(along(nodes, 0, 1.3, times) - expected)
    assert error.max() < 0.5 / 500
    assert nodes[-1][1] == 3.0
    assert nodes[-1][0] / 1e12 == pytest.approx(8.0 + 0.7 * math.log(0.25 * 0.7 / 1e-4), abs=0.7 / 8)
    assert any(ps == 8 * 10 ** 12 for ps, _ in nodes)
    assert len(nodes) < 130  # one long section where the lag is steady


def test_sections_follow_a_decay():
    nodes = decay(5, 2.0, -1.0, 3.0, 1e-3)
    times = np.linspace(0.0, 22.0, 2000)
    expected = -1.0 + 2.0 * np.exp(-times / 3.0)
    assert np.abs(along(nodes, 5, 1.0, times) - expected).max() < 2.0 / 500
    assert nodes[-1][1] == -1.0
    assert decay(5, 0.0, 1.0, 3.0, 1e-3) == []


# -- what heater and helium can do -------------------------------------------------------------------------------------

def model(start, goal, rate, flow, end, step=1e-3):
    """Return times, sensor, sample and heater power in small steps of C dT/dt = P - G (T - T_b) with 0 <= P <= 10 W."""
    conductance, base = 0.05 + 0.25 * flow, 1.4 + 3.0 * math.exp(-flow / 0.08)
    times = np.arange(round(end / step) + 1) * step
    sensor = follower = start
    found = []
    for _ in times:
        wanted = math.copysign(min(rate, abs(goal - sensor) / step), goal - sensor)
        power = min(10.0, max(0.0, 2.0 * wanted + conductance * (sensor - base)))
        found.append((sensor, follower, power))
        moved = step * (power - conductance * (sensor - base)) / 2.0
        follower += step / TAU * (sensor + 0.5 * moved - follower)
        sensor += moved
    return times, *np.array(found).T


@pytest.mark.parametrize(("start", "flow_before", "flow", "goal", "rate"), [
    (30.0, 0.4, 0.4, 1.5, 100.0),  # ends as fast as it cools without heating
    (20.0, 0.4, 0.4, 6.0, 60.0),
    (10.0, 1.0, 1.0, 34.7, 100.0),  # ends at full power
    (2.0, 0.4, 0.02, 6.0, 1.0),  # so little helium that it warms up by itself, and faster than it shall
    (50.0, 0.4, 1.0, 20.0, 20.0),  # so much that full power cannot hold it
    (5.0, 0.4, 0.4, 4.0, 10.0)])
def test_it_ramps_as_far_as_heater_and_helium_allow(start, flow_before, flow, goal, rate):
    bench = table()
    cryostat = bench.cryostat
    cryostat.jump("helium_flow", flow_before)
    cryostat.jump("temperature", start)
    cryostat.write("ramp_rate", rate / 60.0)
    cryostat.write("temperature", goal)
    cryostat.write("helium_flow", flow)
    end = cryostat.remaining("temperature")
    times, sensor, sample, power = model(start, goal, rate / 60.0, flow, end)
    scale = abs(start - goal)
    corners = np.flatnonzero(np.abs(np.diff(power)) > 2e-2) * 1e-3  # where the power jumps
    for at in np.linspace(0.0, end, 60)[1:-1]:
        bench.clock.sleep_until(round(at * 1e12))
        assert cryostat.read("sensor_temperature") == pytest.approx(np.interp(at, times, sensor), abs=scale / 400), at
        assert cryostat.read("temperature_actual") == pytest.approx(np.interp(at, times, sample), abs=scale / 400), at
        if corners.size == 0 or np.abs(corners - at).min() > 0.2:
            assert cryostat.read("heater_power") == pytest.approx(np.interp(at, times, power), abs=0.03), at
    settle(bench)
    assert cryostat.read("temperature_actual") == cryostat.read("sensor_temperature") == goal
    assert cryostat.remaining("temperature") == 0.0


def test_nothing_cools_faster_than_with_the_heater_off():
    """T - T_b cannot fall faster than exp(-G t / C): from 30 K, 12.20 K after 13 s and 9.41 K after 17 s."""
    bench = table()
    cryostat, base = bench.cryostat, 1.4 + 3.0 * math.exp(-5.0)
    cryostat.jump("temperature", 30.0)
    cryostat.ramp_rate = Q_(100, "K/min")
    cryostat.temperature = Q_(1.5, "K")
    ramped = (30.0 - base - 100 / 60 * 2.0 / 0.15) * 0.6
    known = ramped + 2.0 / 0.15 * math.log(100 / 60 * 2.0 / 0.15 / (1.5 - base))
    assert cryostat.remaining("temperature") == pytest.approx(known, abs=5 * TAU)
    for _ in range(60):
        bench.clock.sleep(1.0)
        lowest = base + (30.0 - base) * math.exp(-0.15 * bench.clock.now / 2.0)
        assert cryostat.read("sensor_temperature") > lowest
        assert cryostat.read("temperature_actual") > lowest
        assert cryostat.read("heater_power") >= 0.0
        if bench.clock.now > ramped:
            assert cryostat.read("heater_power") == 0.0


@pytest.mark.parametrize(("start", "goal"), [(30.0, 1.5), (5.0, 50.0), (5.0, 6.0)])
def test_what_the_ramp_asks_of_the_heater_it_can_give(start, goal):
    """The mean of C dT/dt + G (T - T_b) over each second lies between 0 and 10 W."""
    bench = table()
    bench.cryostat.jump("temperature", start)
    bench.cryostat.ramp_rate = Q_(100, "K/min")
    bench.cryostat.temperature = Q_(goal, "K")
    base = bench.cryostat.read("base_temperature")
    here = start
    while bench.cryostat.ramping:
        before = here
        bench.clock.sleep(1.0)
        here = bench.cryostat.read("sensor_temperature")
        power = 2.0 * (here - before) + 0.15 * (0.5 * (here + before) - base)
        assert -0.2 < power < 10.2  # sections are straight


def test_hold_where_the_heater_is_off():
    bench = table()
    bench.cryostat.jump("temperature", 30.0)
    bench.cryostat.ramp_rate = Q_(100, "K/min")
    bench.cryostat.temperature = Q_(1.5, "K")
    bench.clock.sleep(20.0)
    assert bench.cryostat.read("heater_power") == 0.0
    bench.cryostat.hold()
    here = bench.cryostat.read("temperature")
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == here
    assert bench.cryostat.read("heater_power") == pytest.approx(0.15 * (here - bench.cryostat.read("base_temperature")))


def test_cutting_a_wait_at_the_limit_changes_nothing():
    whole, chopped = table(), table()
    for bench in (whole, chopped):
        bench.cryostat.ramp_rate = Q_(100, "K/min")
        bench.cryostat.temperature = Q_(1.5, "K")
    cut = 17_000_000_001
    while chopped.clock.now_ps < 9 * 10 ** 12:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        cut = cut * 7 % 300_000_000_007 + 1
        chopped.snapshot()
    whole.clock.sleep_until(chopped.clock.now_ps)
    assert whole.cryostat.snapshot() == chopped.cryostat.snapshot()


# -- regulation ------------------------------------------------------------------------------------------------------

def test_the_sample_lags_and_settles():
    bench = table()
    cryostat = bench.cryostat
    cryostat.temperature = Q_(6, "K")
    expected = 6.0 + TAU * math.log(TAU / 6.0 / SETTLED)
    assert cryostat.remaining("temperature") == pytest.approx(expected, abs=TAU / 8)
    for _ in range(5):
        bench.clock.sleep(1.0)
        t = bench.clock.now
        assert cryostat.read("sensor_temperature") == pytest.approx(5 + t / 6, abs=1e-7)
        assert cryostat.read("temperature_actual") == pytest.approx(5 + (t - TAU + TAU * math.exp(-t / TAU)) / 6,
                                                                    abs=SETTLED)
        assert cryostat.ramping
        assert not cryostat.unregulated
    bench.clock.sleep(1.5)
    assert not cryostat.ramping
    assert cryostat.settling
    assert any("still moving" in line for line in bench.check())
    assert 5.9 < cryostat.read("temperature_actual") < 6.0
    settle(bench)
    assert cryostat.read("temperature_actual") == cryostat.read("sensor_temperature") == 6.0
    assert not cryostat.settling
    assert bench.check() == []
    assert bench.take_marks() == []


def test_hold_and_a_new_rate():
    bench = table()
    bench.cryostat.temperature = Q_(8, "K")
    bench.clock.sleep(6.0)
    bench.cryostat.ramp_rate = Q_(20, "K/min")
    bench.clock.sleep(3.0)
    bench.cryostat.hold()
    assert not bench.cryostat.ramping
    assert bench.cryostat.temperature.m_as("K") == pytest.approx(7.0, abs=1e-6)
    assert bench.cryostat.read("temperature_actual") < 6.9
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == bench.cryostat.read("temperature")
    assert bench.check() == []


def test_the_heater_balances_the_helium():
    """P = G (T - T_b) with G = 0.05 + 0.25 q W/K and T_b = 1.4 K + 3 K exp(-q / 0.08)."""
    bench = table()
    for flow in (0.1, 0.4, 1.0):
        bench.cryostat.helium_flow = Q_(flow, "")
        base = 1.4 + 3.0 * math.exp(-flow / 0.08)
        assert bench.cryostat.read("base_temperature") == pytest.approx(base)
        assert bench.cryostat.read("heater_power") == pytest.approx((0.05 + 0.25 * flow) * (5.0 - base))
    bench.cryostat.temperature = Q_(7, "K")
    bench.clock.sleep(1.0)
    assert bench.cryostat.read("heater_power") == pytest.approx(0.3 * (5 + 1 / 6 - base) + 2.0 / 6, rel=1e-6)


@pytest.mark.parametrize(("flow", "wanted", "reached", "says"), [
    (1.0, 45.0, 1.4 + 10 / 0.3, "10 W of heating hold only"), (0.05, 1.6, 1.4 + 3 * math.exp(-0.625), "cools only to")])
def test_what_is_out_of_reach_is_told(flow, wanted, reached, says):
    bench = table()
    bench.cryostat.ramp_rate = Q_(100, "K/min")
    bench.cryostat.helium_flow = Q_(flow, "")
    bench.cryostat.temperature = Q_(wanted, "K")
    assert not bench.cryostat.unregulated  # it is on its way
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == pytest.approx(reached, abs=1e-3)
    assert bench.cryostat.read("temperature") == wanted
    assert bench.cryostat.unregulated
    assert bench.take_marks() == ["cryostat.unregulated"]
    assert any(says in line for line in bench.check())
    bench.cryostat.helium_flow = Q_(40, "%")
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == wanted
    assert bench.check() == []


def test_the_default_flow_reaches_all_temperatures():
    bench = table()
    for kelvin in (1.5, 50.0):
        bench.cryostat.temperature = Q_(kelvin, "K")
        settle(bench)
        assert bench.cryostat.read("temperature_actual") == kelvin
        assert not bench.cryostat.unregulated


def test_a_broken_heater_lets_the_sample_cool():
    """T - T_b decays with C / G = 2 J/K / 0.15 W/K."""
    bench = table()
    bench.fail("cryostat.heater_open")
    assert bench.cryostat.unregulated
    assert bench.take_marks() == ["cryostat.unregulated"]
    assert any("heater draws no current" in line for line in bench.check())
    assert bench.cryostat.read("heater_power") == 0.0
    base = bench.cryostat.read("base_temperature")
    for _ in range(4):
        bench.clock.sleep(5.0)
        expected = base + (5.0 - base) * math.exp(-bench.clock.now * 0.15 / 2.0)
        assert bench.cryostat.read("temperature_actual") == pytest.approx(expected, abs=(5 - base) / 500)
        assert bench.cryostat.read("sensor_temperature") == bench.cryostat.read("temperature_actual")
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == base
    bench.cryostat.temperature = Q_(10, "K")
    bench.clock.sleep(10.0)
    assert bench.cryostat.read("temperature_actual") == base
    bench.mend()
    settle(bench)
    assert bench.cryostat.read("temperature_actual") == 10.0
    assert bench.check() == []


def test_the_spins_feel_a_broken_heater():
    bench = spin_inertia_bench(noise=False)
    before = bench.hidden()
    bench.fail("cryostat.heater_open")
    bench.clock.sleep(3.0)
    assert bench.hidden() != before
    assert bench._present_room().temperature.start == bench.cryostat.read("temperature_actual") < 4.5


def test_the_sensor_has_noise():
    bench = table(noise=True)
    read = []
    for _ in range(300):
        bench.clock.sleep(SENSOR_INTERVAL_PS / 1e12)
        read.append(bench.cryostat.read("sensor_temperature"))
        assert bench.cryostat.read("sensor_temperature") == read[-1]
    assert np.std(read) == pytest.approx(2e-4, rel=5 / math.sqrt(600))
    assert np.mean(read) == pytest.approx(5.0, abs=5 * 2e-4 / math.sqrt(300))
    bench.cryostat.sensor_noise = Q_(10, "mK")
    assert abs(bench.cryostat.read("sensor_temperature") - 5) == pytest.approx(50 * abs(read[-1] - 5), rel=1e-6)
    bench.cryostat.sensor_noise_switch = "off"
    assert bench.cryostat.read("sensor_temperature") == 5.0
    assert not bench.cryostat.unregulated


def test_cutting_a_wait_changes_nothing():
    whole, chopped = (spin_inertia_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.cryostat.ramp_rate = Q_(30, "K/min")
        bench.cryostat.temperature = Q_(5.5, "K")
        bench.fail("cryostat.heater_open", after=Q_(1.7, "s"))
    cut = 17_000_000_001
    while chopped.clock.now_ps < 3 * 10 ** 12:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        cut = cut * 7 % 300_000_000_007 + 1
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.cryostat.hold()
    assert whole.cryostat.snapshot() == chopped.cryostat.snapshot()
    assert whole.lockin.read("x") == chopped.lockin.read("x")
