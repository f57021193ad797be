"""Slews and change events."""

import pytest

from instruments import dragging_bench
from instruments.declaration import SLEW_STEP_PS, Slew
from vlab import Q_


def test_a_slew_ends_at_its_target_after_whole_steps():
    slew = Slew(0.0, 1.0, 0.3, 1000)
    assert (slew.end_ps - 1000) % SLEW_STEP_PS == 0
    assert slew.end_ps - 1000 == pytest.approx(1e12 / 0.3, abs=SLEW_STEP_PS)
    assert slew.at(slew.end_ps) == 1.0
    assert slew.at(1000) == 0.0
    assert slew.slope(slew.end_ps) == 0.0
    assert slew.at(1000 + (slew.end_ps - 1000) // 2) == pytest.approx(0.5)


def test_a_new_rate_during_a_ramp_goes_on_from_here():
    bench = dragging_bench(noise=False)
    bench.magnet.field = Q_(4.6, "T")
    bench.sleep(Q_(6, "s"))
    here = bench.magnet.field_actual.m_as("T")
    assert here == pytest.approx(4.55, abs=1e-6)
    bench.magnet.ramp_rate = Q_(1, "T/min")
    assert bench.magnet.field_actual.m_as("T") == pytest.approx(here, abs=1e-9)
    assert bench.magnet.remaining("field") == pytest.approx(3.0, abs=1e-3)
    bench.magnet.hold()
    assert bench.magnet.field.m_as("T") == pytest.approx(here, abs=1e-9)
    assert not bench.magnet.ramping


def test_change_events():
    bench = dragging_bench(noise=False)
    seen = []
    stop = bench.laser.subscribe(lambda *event: seen.append(event))
    bench.laser.power = Q_(20, "nW")
    stop()
    bench.laser.power = Q_(30, "nW")
    assert seen == [(bench.laser, "power", pytest.approx(2e-8), None)]
