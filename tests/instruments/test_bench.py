"""The bench: ticks and events, wiring, safe state, reset, what check() says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import dragging_bench
from instruments.bench import TICK_PS, _tick_for
from vlab import Q_
from vlab.errors import SettingError, UnknownNameError, WiringError
from vlab.samples import QuantumDot


def test_it_starts_settled_at_the_reference_conditions():
    dot = QuantumDot.sample_a()
    bench = dragging_bench(dot=dot, noise=False)
    assert bench.check() == []
    assert bench.magnet.field == Q_(4.5, "T")
    assert bench.laser.power.m_as("nW") == pytest.approx(2 * dot.saturation_power.m_as("nW"))
    assert bench.polarization == 0.0
    assert bench.lockin.x.m_as("uV") == pytest.approx(22.508, abs=1e-3)  # on the line, settled
    assert not bench.lockin.unlocked
    assert bench.lockin.reference_frequency == Q_(50.0, "kHz")


@given(st.lists(st.integers(1, 40_000_000_000), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_reading_and_chopping_change_nothing(cuts):
    """sleep only raises the horizon; reading is no event."""
    whole, chopped = (dragging_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4004, "V")
    for cut in cuts:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4, "V")  # an event closes the partial tick
    assert whole.lockin.read("x") == chopped.lockin.read("x")
    assert whole.polarization == chopped.polarization


def test_an_event_closes_the_partial_tick():
    bench = dragging_bench(noise=False)
    bench.clock.sleep(0.004)
    before = bench.polarization.magnitude
    assert before == 0.0  # no whole tick has passed
    bench.detector.balance = Q_(1.0, "")
    assert bench.polarization.magnitude != 0.0


def test_ticks_divide_ramps():
    assert _tick_for(3 * TICK_PS, 0) == TICK_PS
    assert _tick_for(10**6, 65536 * 64) == 65536 * 8
    assert _tick_for(10**6, 7) == 7
    assert _tick_for(10, 0) == 1000


def test_the_lockin_needs_its_cables():
    bench = dragging_bench(noise=False)
    bench.disconnect("lockin.signal")
    assert bench.check() == ["lockin.signal: no cable is connected; connect detector.output to it."]
    bench.sleep(Q_(20, "s"))
    assert abs(bench.lockin.x.m_as("uV")) < 1e-6
    bench.connect("detector.output", "lockin.signal")
    assert bench.check() == []
    bench.sleep(Q_(20, "s"))
    assert bench.lockin.x.m_as("uV") > 1.0
    bench.disconnect("lockin.reference")
    assert bench.lockin.unlocked
    assert "lockin.reference: no cable is connected" in bench.check()[0]


def test_a_wrong_cable_behaves_as_it_would():
    bench = dragging_bench(noise=False)
    bench.connect("chopper.reference", "lockin.signal")
    bench.sleep(Q_(20, "s"))
    assert bench.lockin.x.m_as("uV") == pytest.approx(109.0)  # 5 V are far too much: clipped at 1.09 full scales
    assert bench.lockin.input_overload
    assert any("it is fed by chopper.reference" in line for line in bench.check())


def test_without_the_gate_cable_the_line_is_elsewhere():
    bench = dragging_bench(noise=False)
    bench.disconnect("sample.gate")
    bench.sleep(Q_(20, "s"))
    assert bench.lockin.x.m_as("uV") < 0.01


@pytest.mark.parametrize(("source", "target"), [("mains", "lockin.signal"), ("detector.output", "lockin.singal")])
def test_impossible_cables(source, target):
    with pytest.raises(WiringError, match="there is no"):
        dragging_bench().connect(source, target)


@pytest.mark.parametrize(
    ("instrument", "setting", "value", "says"),
    [
        ("laser", "shutter", "closed", "the shutter is closed"),
        ("laser", "power", Q_(0.0, "nW"), "the power is zero"),
        ("chopper", "state", "stopped", "it is stopped"),
        ("gate", "output", "off", "the output is off"),
        ("magnet", "field", Q_(5.0, "T"), "still ramping"),
        ("lockin", "sensitivity", Q_(1.0, "nV"), "choose a coarser sensitivity (lockin.sensitivity of "),
        ("lockin", "reference_source", "internal", "internal oscillator"),
    ],
)
def test_check_says_what_is_wrong_and_what_to_do(instrument, setting, value, says):
    bench = dragging_bench()
    if setting == "reference_source":
        bench.lockin.internal_frequency = Q_(20, "kHz")
    setattr(bench.instruments[instrument], setting, value)
    assert any(says in line for line in bench.check())


def test_safe_state_and_reset():
    bench = dragging_bench(noise=False)
    fresh = bench.snapshot()
    bench.magnet.field = Q_(1, "T")
    bench.disconnect("lockin.signal")
    bench.lockin.slope = "24 dB/oct"
    bench.sleep(Q_(3, "s"))
    bench.make_safe()
    assert bench.laser.shutter == "closed"
    assert not bench.magnet.ramping
    bench.reset()
    assert bench.snapshot() == fresh
    assert bench.check() == []
    assert bench.polarization == 0.0


def test_light_off_means_decay_only():
    """dP/dt = -gamma_dec P without light."""
    bench = dragging_bench(noise=False)
    bench.sleep(Q_(5, "s"))
    start = bench.polarization.magnitude
    bench.laser.shutter = "closed"
    bench.sleep(Q_(10, "s"))
    decay = bench.dot.nuclear_decay_rate.m_as("1/s") * 2 / 3  # (2 + (Omega/Gamma)^4)/3 without light
    assert bench.polarization.magnitude == pytest.approx(start * np.exp(-10 * decay), rel=1e-9)


@pytest.mark.parametrize("arguments", [{"dot": "dot"}, {"seed": 1.5}, {"seed": -1}, {"seed": True}, {"noise": 1}])
def test_wrong_arguments(arguments):
    with pytest.raises(SettingError, match="dragging_bench got"):
        dragging_bench(**arguments)


def test_unknown_instruments_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'lockin'"):
        dragging_bench().lock_in  # noqa: B018
    with pytest.raises(SettingError, match="sleep got the bare number"):
        dragging_bench().sleep(3.0)
