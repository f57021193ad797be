"""The knob behind a horizontal axis: at the benches' reference conditions its place is known without it."""

import pytest

from instruments import dragging_bench, spin_inertia_bench
from vlab.experiments import EXPERIMENTS, DwellTimeScan

REFERENCE = {
    # on the line, Omega = Gamma, 4.5 T
    "dwell_time_scan": 0.0, "reversed_scan": 0.0, "spin_narrowing": 0.0, "dragging_vs_power": 1.0,
    "dragging_vs_field": 4.5,
    # pi pulses, helicity reversed at 10 kHz, 0.1 T, the probe 50 ps before the pump pulse
    "modulation_frequency_scan": 10.0, "inertia_power_series": 10.0, "relaxation_rate_vs_power": 1.0,
    "power_scan": 1.0, "hanle_curve": 100.0,
    "polarization_recovery": 100.0, "delay_scan": -0.05,
}


@pytest.fixture(scope="module")
def benches():
    return {"dragging": dragging_bench(), "spin_inertia": spin_inertia_bench()}


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_reference_conditions_are_where_they_are_known_to_be(benches, key):
    kind = EXPERIMENTS[key]
    knob = kind().axis_knob(benches[kind.bench])
    if key not in REFERENCE:
        assert knob is None
        return
    assert knob.place() == pytest.approx(REFERENCE[key], abs=1e-3)
    for place in (0.25, 0.5):
        assert knob.place_of(knob.setting_at(place)) == pytest.approx(place, abs=1e-6)


def test_the_bench_goes_there():
    """Detuned by the knob to 3 ueV, the laser is 3 ueV red of the line by its own energies."""
    bench = dragging_bench()
    line = bench.laser.read("photon_energy")
    knob = DwellTimeScan().axis_knob(bench)
    knob.device.write(knob.setting, knob.setting_at(3.0))
    bench.clock.sleep(5.0)
    assert (line - bench.laser.read("photon_energy")) / 1.602176634e-25 == pytest.approx(3.0, abs=1e-3)
    assert knob.place() == pytest.approx(3.0, abs=1e-3)
    gate = DwellTimeScan(knob="gate").axis_knob(bench)
    assert gate.device.name == "gate"
    assert gate.place() == pytest.approx(3.0, abs=1e-3)
