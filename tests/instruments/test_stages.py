"""Delay stage and sample holder: encoders, play, homing, drives that jam."""

import numpy as np
import pytest
from bare_bench import BareBench

from instruments import spin_inertia_bench
from instruments.motion.delay_stage import LOST_COUNTS, DelayStage
from instruments.motion.sample_holder import SampleHolder
from vlab import Q_
from vlab.errors import SettingError

FS = 1e-15
COUNT = 2 * 10e-9 / 299_792_458
PLAY = 2 * 3e-6 / 299_792_458


def table():
    return BareBench(DelayStage("stage"), SampleHolder("holder"))


def move(bench, nanoseconds):
    bench.stage.delay = Q_(nanoseconds, "ns")
    bench.clock.sleep(bench.stage.remaining("delay"))
    return bench.stage.read("delay_actual") - nanoseconds * 1e-9


# -- the encoder -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("nanoseconds", [0.123456789, 12.99999, -0.5, 3.0, 13.0])
def test_the_stage_stops_at_a_count(nanoseconds):
    bench = table()
    assert abs(move(bench, nanoseconds)) <= 0.5001 * COUNT
    assert bench.stage.read("delay") == pytest.approx(nanoseconds * 1e-9, rel=1e-15)
    counts = bench.stage.read("encoder") / COUNT
    assert counts == pytest.approx(round(counts), abs=1e-6)
    assert bench.check() == []


def test_the_holder_stops_at_a_count():
    bench = table()
    bench.holder.tilt = Q_(33.333333333, "deg")
    bench.clock.sleep(bench.holder.remaining("tilt"))
    shown = bench.holder.tilt_actual.m_as("deg")
    assert shown == pytest.approx(33.33333, abs=1e-9)
    assert bench.holder.encoder.m_as("deg") == pytest.approx(shown)
    assert np.cos(np.radians(shown)) == pytest.approx(np.cos(np.radians(33.333333333)), rel=1e-6)


def test_upward_moves_take_distance_over_speed():
    bench = table()
    bench.stage.delay = Q_(0.95, "ns")
    assert bench.stage.remaining("delay") == pytest.approx(1.0, abs=1e-6)
    assert bench.stage._appointments == {}
    bench.clock.sleep(0.5)
    assert bench.stage.read("delay_actual") == pytest.approx(0.45e-9, abs=FS)
    bench.stage.speed = Q_(2, "ns/s")
    assert bench.stage.remaining("delay") == pytest.approx(0.25, abs=1e-6)


# -- play ------------------------------------------------------------------------------------------------------------

def test_places_are_approached_from_below():
    bench = table()
    move(bench, 2.0)
    bench.stage.delay = Q_(1.0, "ns")
    extra = 4 * PLAY / 1e-9  # twice the play too far, and back
    assert bench.stage.remaining("delay") == pytest.approx(1.0 + extra, abs=2e-7)
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") - 1e-9 == pytest.approx(0.0, abs=0.51 * COUNT)


def test_without_correction_the_play_shows():
    bench = table()
    bench.stage.backlash_correction = "off"
    assert any("play of 20 fs" in line for line in bench.check())
    assert abs(move(bench, 2.0)) < COUNT
    assert move(bench, 1.0) == pytest.approx(PLAY, abs=0.51 * COUNT)  # from above
    assert move(bench, 0.5) == pytest.approx(PLAY, abs=0.51 * COUNT)
    assert bench.stage.read("encoder") == pytest.approx(0.5e-9, abs=COUNT)  # it sits on the motor
    here = bench.stage.read("delay_actual")
    bench.stage.speed = Q_(1e-3, "ns/s")
    bench.stage.delay = Q_(0.5 + 10e-6, "ns")  # 10 fs up: less than the play
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") == here
    bench.stage.delay = Q_(0.5 + 30e-6, "ns")
    bench.clock.sleep(0.5 * bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") == here  # the play is just taken up
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") == pytest.approx(0.5e-9 + 30 * FS, abs=COUNT)
    bench.stage.speed = Q_(1, "ns/s")
    assert move(bench, 0.4) == pytest.approx(PLAY, abs=0.51 * COUNT)
    bench.stage.backlash_correction = "on"  # takes it up at once
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") == pytest.approx(0.4e-9, abs=0.51 * COUNT)
    assert bench.check() == []


def test_stopping_and_turning_back_keeps_the_books():
    bench = table()
    move(bench, 2.0)
    bench.stage.delay = Q_(1.0, "ns")
    bench.clock.sleep(0.3)
    bench.stage.stop()
    assert not bench.stage.moving
    assert bench.stage.read("delay") == pytest.approx(1.7e-9, abs=2 * COUNT)
    assert bench.stage.read("delay_actual") - bench.stage.read("delay") == pytest.approx(PLAY, abs=COUNT)
    assert bench.check() == []
    assert abs(move(bench, 1.8)) <= 0.51 * COUNT


# -- homing ----------------------------------------------------------------------------------------------------------

def test_a_lost_reference_is_found_again():
    bench = table()
    move(bench, 1.0)
    bench.fail("stage.lost_reference")
    bench.clock.sleep(1.0)
    assert bench.stage.read("delay_actual") == pytest.approx(1e-9 + LOST_COUNTS, abs=COUNT)
    assert bench.stage.read("encoder") == pytest.approx(1e-9, abs=COUNT)  # it cannot know
    assert move(bench, 2.0) == pytest.approx(LOST_COUNTS, abs=COUNT)
    assert bench.take_marks() == ["stage.unreferenced"]
    assert any("press Home (stage.home)" in line for line in bench.check())
    bench.mend()
    assert bench.stage.unreferenced  # until it has been home
    bench.stage.home()
    away = 2e-9 + LOST_COUNTS + 0.5e-9
    assert bench.stage.remaining("delay") == pytest.approx(away / 0.5e-9 + 2.5, abs=1e-3)
    bench.clock.sleep(1.0)
    assert bench.stage.homing
    assert bench.stage.unreferenced
    with pytest.raises(SettingError, match="while the stage is homing"):
        bench.stage.delay = Q_(1, "ns")
    bench.clock.sleep(away / 0.5e-9 - 1.0 + 1e-3)
    assert not bench.stage.homing
    assert bench.stage.moving
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.stage.read("delay_actual") == pytest.approx(2e-9, abs=0.51 * COUNT)
    assert not bench.stage.unreferenced
    assert bench.check() == []
    bench.take_marks()
    assert abs(move(bench, -0.2)) <= 0.51 * COUNT
    assert bench.take_marks() == []


def test_homing_can_be_stopped():
    bench = table()
    move(bench, 1.0)
    bench.fail("stage.lost_reference")
    bench.stage.home()
    bench.clock.sleep(0.4)
    bench.make_safe()
    assert not bench.stage.homing
    assert not bench.stage.moving
    assert bench.stage.unreferenced
    bench.clock.sleep(10.0)
    bench.stage.home()
    bench.clock.sleep(bench.stage.remaining("delay"))
    assert bench.present_faults == ()
    assert bench.stage.read("delay_actual") == pytest.approx(bench.stage.read("delay"), abs=COUNT)


# -- drives that jam -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "fault", "axis", "target", "stands"), [
    ("stage", "stuck_stage", "delay", 1e-9, 0.475e-9), ("holder", "stuck_holder", "tilt", 0.1, None)])
def test_a_jammed_drive_stays_where_it_is(name, fault, axis, target, stands):
    bench = table()
    device = bench.instruments[name]
    device.write(axis, target)
    bench.clock.sleep(0.5 * device.remaining(axis))
    here = device.read(f"{axis}_actual")
    if stands is not None:
        assert here == pytest.approx(stands, abs=FS)
    assert not device.stuck
    bench.fail(f"{name}.{fault}")
    assert device.stuck
    assert device.remaining(axis) == 0.0  # nobody waits for it
    bench.clock.sleep(5.0)
    assert device.read(f"{axis}_actual") == here
    assert bench.take_marks() == [f"{name}.stuck"]
    assert any("the drive cannot move" in line for line in bench.check())
    device.write(axis, 0.3 * target)
    bench.clock.sleep(5.0)
    assert device.read(f"{axis}_actual") == here
    if name == "stage":
        with pytest.raises(SettingError, match="cannot home"):
            device.home()
    bench.mend()
    assert device.remaining(axis) > 0.0
    bench.clock.sleep(device.remaining(axis))
    assert device.read(f"{axis}_actual") == pytest.approx(0.3 * target, rel=1e-5)
    assert bench.check() == []


@pytest.mark.parametrize(("name", "fault", "axis"), [
    ("stage", "stuck_stage", "delay"), ("holder", "stuck_holder", "tilt")])
def test_a_drive_that_jams_on_its_set_point_spoils_nothing_until_it_is_asked_to_move(name, fault, axis):
    bench = table()
    device = bench.instruments[name]
    bench.fail(f"{name}.{fault}")
    bench.clock.sleep(5.0)
    assert not device.stuck
    assert bench.take_marks() == []
    [line] = bench.check()
    assert "draws too much current" in line
    device.write(axis, float(device.read(axis)) + 0.4 * device.count)  # less than it resolves
    assert not device.stuck
    device.write(axis, float(device.read(axis)) + 3.0 * device.count)
    bench.clock.sleep(1.0)
    assert device.stuck
    assert bench.take_marks() == [f"{name}.stuck"]
    [line] = bench.check()
    assert "cannot move" in line
    bench.mend()
    bench.clock.sleep(1.0)
    assert not device.stuck
    assert bench.check() == []


def test_the_probe_comes_late_when_the_stage_is_stuck():
    bench = spin_inertia_bench(noise=False)
    bench.fail("stage.stuck_stage")
    bench.stage.delay = Q_(5, "ns")
    bench.clock.sleep(6.0)
    assert bench._present_room().delay.start == pytest.approx(-0.05e-9, abs=COUNT)


def test_cutting_a_wait_changes_nothing():
    whole, chopped = (spin_inertia_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.holder.tilt = Q_(0.01, "deg")
        bench.stage.delay = Q_(-0.1, "ns")
        bench.fail("stage.lost_reference", after=Q_(0.2, "s"))
        bench.clock.sleep(0.3)
        bench.stage.home()
    cut = 17_000_000_001
    while chopped.clock.now_ps < 2 * 10 ** 12:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        cut = cut * 7 % 300_000_000_007 + 1
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.stage.stop()
    assert whole.stage.snapshot() == chopped.stage.snapshot()
    assert whole.lockin.read("x") == chopped.lockin.read("x")
