"""The magnet: sections of a ramp, coil voltage, persistent mode, quenches, helium."""

import math

import pytest
from bare_bench import BareBench

from instruments import dragging_bench
from instruments.environment.magnet import MATCHED, READY, SUPPLY_RATE, SWITCH_SECONDS, WARM_HELIUM, Magnet
from instruments.environment.superconducting_coil import SuperconductingCoil
from vlab import Q_
from vlab.errors import LimitError, SettingError

COIL = SuperconductingCoil()
STEP = 65_536e-12


def bench_at(field, rate=2.0, protection="on"):
    bench = BareBench(Magnet("magnet"))
    bench.magnet.jump("ramp_protection", protection)
    bench.magnet.jump("field", field)
    bench.magnet.jump("ramp_rate", rate / 60.0)
    return bench


def wait(bench):
    bench.clock.sleep(bench.magnet.remaining("field"))


# -- ramps -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("start", "target", "rate", "minutes"), [
    (0.0, 6.0, 2.0, (3.0,)),
    (5.0, 8.5, 2.0, (0.5, 2.0, 1.0)),
    (5.0, 8.5, 0.7, (1 / 0.7 + 2 / 0.7, 1.0)),
    (8.5, 5.0, 2.0, (1.0, 2.0, 0.5)),
    (-9.0, 9.0, 2.0, (2.0, 2.0, 6.0, 2.0, 2.0)),
    (-7.0, -8.0, 2.0, (1.0,)),
    (-9.0, 9.0, 0.5, (36.0,)),
])
def test_a_ramp_goes_by_sections(start, target, rate, minutes):
    bench = bench_at(start, rate)
    magnet = bench.magnet
    magnet.field = Q_(target, "T")
    total = 60.0 * sum(minutes)
    assert magnet.remaining("field") == pytest.approx(total, abs=len(minutes) * STEP)
    sections = COIL.sections(start, target, rate / 60.0)
    assert len(sections) == len(minutes)
    here = start
    for minute, (end, per_second) in zip(minutes, sections, strict=True):
        assert abs(end - here) / per_second == pytest.approx(60.0 * minute)
        left = magnet.remaining("field")
        bench.clock.sleep(30.0 * minute)  # half-way through
        assert magnet.read("field_actual") == pytest.approx(0.5 * (here + end), abs=1e-6)
        assert abs(magnet.slope("field")) == pytest.approx(per_second)
        assert magnet.read("coil_voltage") == pytest.approx(14.0 * magnet.slope("field") / 0.1)  # L dI/dt
        bench.clock.sleep(30.0 * minute)
        assert magnet.remaining("field") == pytest.approx(left - 60.0 * minute, abs=1e-9)
        here = end
    wait(bench)
    assert magnet.read("field_actual") == target
    assert magnet.read("coil_voltage") == 0.0
    assert magnet.read("supply_current") == pytest.approx(target / 0.1)
    assert not magnet.ramping
    assert not magnet.quenched
    assert bench.take_marks() == []


def test_slow_enough_ramps_are_one_section():
    """Up to 6 T nothing is divided: the bench's ticks are those of a plain ramp."""
    bench = bench_at(4.5)
    bench.magnet.field = Q_(6, "T")
    assert bench.magnet._appointments == {}
    bench.magnet.field = Q_(-6, "T")
    assert bench.magnet._appointments == {}
    bench.magnet.field = Q_(6.1, "T")
    assert bench.magnet._appointments != {}
    bench.magnet.hold()
    assert bench.magnet._appointments == {}


def test_a_new_rate_and_hold_in_a_later_section():
    bench = bench_at(5.5)
    bench.magnet.field = Q_(8, "T")
    bench.clock.sleep(45.0)  # 0.5 T at 2 T/min, 0.5 T at 1 T/min
    assert bench.magnet.read("field_actual") == pytest.approx(6.5, abs=1e-6)
    bench.magnet.ramp_rate = Q_(0.5, "T/min")
    assert bench.magnet.remaining("field") == pytest.approx(180.0, abs=1e-5)
    bench.magnet.ramp_rate = Q_(2, "T/min")
    assert bench.magnet.remaining("field") == pytest.approx(90.0, abs=1e-5)
    bench.clock.sleep(30.0)
    bench.magnet.hold()
    assert bench.magnet.remaining("field") == 0.0
    bench.clock.sleep(100.0)
    assert bench.magnet.read("field") == bench.magnet.read("field_actual") == pytest.approx(7.0, abs=1e-6)
    bench.magnet.zero()
    wait(bench)
    assert bench.magnet.read("field_actual") == 0.0


def test_a_ramp_warms_the_coil():
    """First-order approach to 0.15 K (dB/dt / (T/min))^2 with 20 s, and back."""
    bench = bench_at(0.0)
    bench.magnet.field = Q_(1, "T")
    bench.clock.sleep(30.0)
    peak = 0.6 * (1 - math.exp(-1.5))
    assert bench.magnet.read("coil_temperature") == pytest.approx(4.2 + peak, rel=1e-6)
    bench.clock.sleep(40.0)
    assert bench.magnet.read("coil_temperature") == pytest.approx(4.2 + peak * math.exp(-2.0), rel=1e-6)


def test_limits():
    bench = bench_at(0.0)
    for rate in (0.0, 2.1, -1.0):
        with pytest.raises(LimitError, match=r"magnet\.ramp_rate got"):
            bench.magnet.ramp_rate = Q_(rate, "T/min")
    bench.magnet.ramp_protection = "off"
    assert any("protection is off" in line for line in bench.check())
    bench.magnet.ramp_rate = Q_(4, "T/min")
    assert bench.magnet.coil.voltage(4 / 60) < 10.0  # what the supply gives
    bench.magnet.field = Q_(2, "T")
    bench.clock.sleep(1.0)
    bench.magnet.ramp_protection = "on"
    assert bench.magnet.ramp_rate.m_as("T/min") == pytest.approx(2.0)
    assert bench.magnet.slope("field") == pytest.approx(2 / 60)


# -- persistent mode -------------------------------------------------------------------------------------------------

def test_persistent_mode_by_hand():
    bench = bench_at(1.0)
    magnet = bench.magnet
    magnet.heater = "off"
    assert magnet.remaining("heater") == SWITCH_SECONDS
    assert magnet.switching
    assert any("persistent switch needs" in line for line in bench.check())
    bench.clock.sleep(SWITCH_SECONDS)
    assert magnet.persistent
    magnet.field = Q_(0.4, "T")
    assert magnet.remaining("field") == pytest.approx(0.6 / SUPPLY_RATE, abs=STEP)
    assert not magnet.off_target  # the supply still ramps
    wait(bench)
    assert magnet.read("supply_field") == 0.4
    assert magnet.read("supply_current") == pytest.approx(4.0)
    assert magnet.read("field_actual") == 1.0
    assert magnet.read("coil_voltage") == 0.0
    assert magnet.off_target
    assert bench.take_marks() == ["magnet.off_target"]
    assert any("press Leave persistent (magnet.leave_persistent)" in line for line in bench.check())
    magnet.field = Q_(1, "T")
    wait(bench)
    assert not magnet.off_target
    magnet.heater = "on"
    bench.clock.sleep(SWITCH_SECONDS)
    assert not magnet.persistent
    magnet.field = Q_(0.9, "T")
    wait(bench)
    assert magnet.read("field_actual") == 0.9
    assert bench.magnet.problems() == []


def test_entering_and_leaving_persistent_mode():
    bench = bench_at(1.0)
    magnet = bench.magnet
    magnet.enter_persistent()
    assert magnet.remaining("field") == pytest.approx(SWITCH_SECONDS + 1.0 / SUPPLY_RATE, abs=STEP)
    bench.take_marks()
    wait(bench)
    assert magnet.remaining("field") == 0.0
    assert magnet.read("supply_current") == 0.0
    assert magnet.read("field") == magnet.read("field_actual") == 1.0  # the set-point stays, so data is good
    assert magnet.problems() == []
    assert bench.take_marks() == []
    magnet.leave_persistent()
    assert magnet.remaining("heater") == pytest.approx(SWITCH_SECONDS + 1.0 / SUPPLY_RATE, abs=STEP)
    wait(bench)
    assert not magnet.persistent
    assert magnet.heater == "on"
    assert magnet.read("supply_field") == 1.0
    assert not magnet.quenched
    magnet.field = Q_(2, "T")
    with pytest.raises(SettingError, match="cannot become persistent"):
        magnet.enter_persistent()


def persistent_with_supply_at(difference, protection):
    bench = bench_at(1.0, protection=protection)
    bench.magnet.heater = "off"
    bench.clock.sleep(SWITCH_SECONDS)
    bench.magnet.field = Q_(1.0 + difference, "T")
    wait(bench)
    return bench


@pytest.mark.parametrize(("difference", "quenches"), [(0.9 * MATCHED, False), (1.1 * MATCHED, True), (-1.0, True)])
def test_opening_the_switch_on_a_mismatch_quenches(difference, quenches):
    bench = persistent_with_supply_at(difference, "off")
    bench.magnet.heater = "on"
    assert any("will quench in 20 s" in line for line in bench.check()) is quenches
    assert any("wait until the coil is joined" in line for line in bench.check()) is not quenches
    bench.clock.sleep(SWITCH_SECONDS - 1e-3)
    assert not bench.magnet.quenched
    bench.clock.sleep(2e-3)
    assert bench.magnet.quenched is quenches
    if not quenches:
        assert bench.magnet.read("field_actual") == bench.magnet.read("field")


@pytest.mark.parametrize("difference", [1.1 * MATCHED, -1.0])
def test_a_protected_switch_does_not_open_on_a_mismatch(difference):
    bench = persistent_with_supply_at(difference, "on")
    with pytest.raises(LimitError, match=r"heater cannot be switched on: .* press magnet\.leave_persistent"):
        bench.magnet.heater = "on"
    assert bench.magnet.heater == "off"
    assert not bench.magnet.switching
    bench.magnet.leave_persistent()
    if difference == -1.0:
        with pytest.raises(LimitError, match="the supply moves at"):
            bench.magnet.heater = "on"
    wait(bench)
    assert not bench.magnet.persistent
    assert not bench.magnet.quenched
    assert bench.magnet.read("field_actual") == bench.magnet.read("field") == 1.0


def test_a_switch_that_warms_up_keeps_the_supply_matched():
    bench = persistent_with_supply_at(0.0, "on")
    magnet = bench.magnet
    magnet.heater = "on"
    bench.clock.sleep(5.0)
    with pytest.raises(LimitError, match=r"field does not move while the persistent switch warms up; wait 15 s"):
        magnet.field = Q_(2, "T")
    magnet.leave_persistent()  # is under way
    bench.clock.sleep(15.0)
    assert not magnet.persistent
    magnet.field = Q_(1.1, "T")
    wait(bench)
    assert magnet.read("field_actual") == 1.1


def test_a_mismatch_that_is_seen_in_time_can_be_mended():
    bench = persistent_with_supply_at(-1.0, "off")
    magnet = bench.magnet
    magnet.heater = "on"
    bench.clock.sleep(10.0)
    magnet.heater = "off"  # as check() says
    magnet.leave_persistent()
    assert not any("will quench" in line for line in bench.check())
    wait(bench)
    assert not magnet.quenched
    assert not magnet.persistent


def test_check_says_what_ramps():
    bench = bench_at(1.0)
    magnet = bench.magnet
    magnet.enter_persistent()
    [line] = bench.check()
    assert "the persistent switch needs 20 s more" in line
    bench.clock.sleep(SWITCH_SECONDS + 1.0)
    [line] = bench.check()
    assert "the supply is still ramping for 5 s, while the persistent coil keeps its field" in line
    wait(bench)
    magnet.field = Q_(2, "T")
    wait(bench)
    [line] = bench.check()
    assert "moves only the supply" in line
    magnet.leave_persistent()  # what it says comes true
    assert magnet.read("field") == 1.0
    wait(bench)
    magnet.field = Q_(1.1, "T")
    [line] = bench.check()
    assert "the field is still ramping" in line
    wait(bench)
    assert magnet.read("field_actual") == 1.1
    assert bench.check() == []


# -- quenches --------------------------------------------------------------------------------------------------------

def recover(bench):
    with pytest.raises(SettingError, match=r"cannot be charged again at .* K; wait"):
        bench.magnet.reset_quench()
    temperature = bench.magnet.read("coil_temperature")
    bench.clock.sleep(COIL.cooling_time * math.log((temperature - COIL.helium) / (READY - COIL.helium)) + 1e-3)
    bench.magnet.reset_quench()
    bench.magnet.ramp_protection = "on"
    assert bench.magnet.problems() == []
    bench.magnet.field = Q_(0.1, "T")
    wait(bench)
    assert bench.magnet.read("field_actual") == 0.1
    assert not bench.magnet.quenched


def test_a_quench():
    """The field falls as exp(-t / 1.5 s), and its energy L I^2 / 2 warms the coil."""
    bench = bench_at(4.5)
    bench.fail("magnet.quench")
    magnet = bench.magnet
    assert magnet.quenched
    hot = (4.2 ** 4 + 0.5 * 14.0 * 45.0 ** 2 / 4.4e-3) ** 0.25
    assert magnet.read("coil_temperature") == pytest.approx(hot)
    for _ in range(10):
        bench.clock.sleep(0.375)
        passed = bench.clock.now
        assert magnet.read("field_actual") == pytest.approx(4.5 * math.exp(-passed / 1.5), rel=3e-3)
    with pytest.raises(SettingError, match=r"magnet\.field does not move: the coil has quenched"):
        magnet.field = Q_(1, "T")
    with pytest.raises(SettingError, match="quenched"):
        magnet.heater = "off"
    magnet.ramp_rate = Q_(1, "T/min")
    magnet.hold()
    bench.clock.sleep(30.0)
    assert magnet.read("field_actual") == magnet.read("field") == 0.0
    assert bench.take_marks() == ["magnet.quenched"]
    assert any("the coil has quenched" in line for line in bench.check())
    bench.mend()
    assert magnet.quenched  # until it is cold and reset
    recover(bench)


def test_too_fast_a_ramp_quenches_at_the_sharing_temperature():
    bench = bench_at(0.0, 4.0, "off")
    bench.magnet.field = Q_(9, "T")
    quenched_at = None
    while not bench.magnet.quenched:
        quenched_at = bench.magnet.read("field_actual"), bench.magnet.read("coil_temperature"), bench.clock.now
        bench.clock.sleep(0.05)
    field, temperature, seconds = quenched_at
    assert field == pytest.approx(seconds * 4 / 60, abs=1e-6)
    assert temperature == pytest.approx(4.2 + 2.4 * (1 - math.exp(-seconds / 20)), rel=1e-9)
    sharing = 4.2 + (9.2 * (1 - field / 14.5) ** 0.59 - 4.2) * (1 - 0.75 * field / 9)
    assert temperature == pytest.approx(sharing, abs=0.02)
    assert 3.0 < field < 5.0
    wait(bench)
    recover(bench)


def test_the_data_sheet_is_safe_and_beyond_it_is_not():
    for target, protection, quenches in ((9.0, "on", False), (-9.0, "on", False), (9.0, "off", True)):
        bench = bench_at(0.0, 2.0, protection)
        bench.magnet.field = Q_(target, "T")
        wait(bench)
        assert bench.magnet.quenched is quenches


def test_low_helium_warms_the_coil_and_quenches_a_high_field():
    bench = bench_at(4.5)
    bench.fail("magnet.helium_low")
    magnet = bench.magnet
    assert magnet.helium_alarm
    assert magnet.helium_level.m_as("percent") == pytest.approx(8.0)
    assert bench.take_marks() == ["magnet.helium_alarm"]
    assert any("fill helium" in line for line in bench.check())
    bench.clock.sleep(20.0)
    assert magnet.read("coil_temperature") == pytest.approx(WARM_HELIUM - 1.8 * math.exp(-1.0))
    bench.clock.sleep(300.0)
    assert not magnet.quenched  # at 4.5 T it bears 6 K
    bench.mend()
    assert magnet.helium_level.m_as("percent") == pytest.approx(85.0)
    bench.clock.sleep(300.0)
    bench.magnet.field = Q_(6, "T")
    wait(bench)
    assert not magnet.quenched
    start = magnet.read("coil_temperature")
    bench.fail("magnet.helium_low")
    sharing = COIL.sharing_temperature(6.0)
    onset = 20.0 * math.log((WARM_HELIUM - start) / (WARM_HELIUM - sharing))
    bench.clock.sleep(onset - 1e-3)
    assert not magnet.quenched
    bench.clock.sleep(2e-3)
    assert magnet.quenched
    bench.clock.sleep(600.0)
    with pytest.raises(SettingError, match="and fill helium"):
        magnet.reset_quench()
    bench.mend()
    bench.clock.sleep(300.0)
    magnet.reset_quench()
    assert bench.magnet.problems() == []


def test_the_sample_feels_the_quench_of_a_persistent_coil():
    bench = dragging_bench(noise=False)
    bench.magnet.enter_persistent()
    wait(bench)
    bench.fail("magnet.quench")
    bench.clock.sleep(1.5)
    assert bench._present_room().field.start == pytest.approx(4.5 / math.e, rel=3e-3)
    bench.clock.sleep(30.0)
    assert bench.lockin.x.m_as("uV") < 1e-3  # the line is elsewhere
    assert bench.magnet.read("field_actual") == 0.0
    fresh = dragging_bench(noise=False).snapshot()
    bench.reset()
    assert bench.snapshot() == fresh
    assert bench.check() == []


# -- time ------------------------------------------------------------------------------------------------------------

def fast_quench(bench):
    bench.magnet.ramp_protection = "off"
    bench.magnet.jump("field", 8.0)
    bench.magnet.ramp_rate = Q_(4, "T/min")
    bench.magnet.field = Q_(9, "T")  # quenches after 4.5 s


def fault_quench(bench):
    bench.fail("magnet.quench", after=Q_(0.33, "s"))


def sections(bench):
    bench.magnet.jump("field", 5.98)
    bench.magnet.ramp_rate = Q_(2, "T/min")
    bench.magnet.field = Q_(6.1, "T")


def persistence(bench):
    bench.magnet.enter_persistent()


@pytest.mark.parametrize(("story", "seconds"), [
    pytest.param(fast_quench, 8, marks=pytest.mark.slow), (fault_quench, 5), (sections, 8), (persistence, 25)])
def test_cutting_a_wait_changes_nothing(story, seconds):
    whole, chopped = (dragging_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        story(bench)
    cut = 17_000_000_001
    while chopped.clock.now_ps < seconds * 10 ** 12:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        cut = cut * 7 % 3_000_000_000_007 + 1
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4, "V")  # closes the tick
    assert whole.magnet.quenched is (story in (fast_quench, fault_quench))
    assert whole.magnet.snapshot() == chopped.magnet.snapshot()
    assert whole.lockin.read("x") == chopped.lockin.read("x")
    assert whole.polarization == chopped.polarization
