"""Sweeps of an oscilloscope at the test points of the benches."""

from math import pi, sqrt

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from instruments.probing import BEFORE, DIVISIONS, sweep
from vlab import Q_
from vlab.lab.cable import Line

ALL = {kind: [f"{name}.{probe.name}" for name, instrument in kind().instruments.items() for probe in instrument.probes]
       for kind in (dragging_bench, spin_inertia_bench)}
MAKES = [dragging_bench, spin_inertia_bench]


def draw():
    return np.random.default_rng(2)


def at_work(make, **options):
    bench = make(seed=1, **options)
    bench.sleep(Q_(0.1, "s"))
    return bench


def look(bench, *wanted, division=1e-5, **options):
    return sweep(bench, wanted, division, draw(), **options)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("division", [1e-6, 2e-5, 1e-3, 1.0])
def test_every_test_point_has_a_trace(make, division):
    """On each time base, with periods that are seen and with such that are not."""
    found = look(at_work(make), *ALL[make], division=division)
    assert list(found.traces) == ALL[make]
    for key, trace in found.traces.items():
        assert trace.shape == found.times.shape
        assert np.isfinite(trace).all(), key
        assert np.ptp(trace) > 0.0, key
    assert found.times[0] >= -BEFORE * division
    assert found.times[-1] <= (DIVISIONS - BEFORE) * division
    assert found.triggered


@pytest.mark.parametrize("make", MAKES)
def test_the_picture_stands_still_on_the_trigger(make):
    bench = at_work(make, noise=False)
    first = look(bench, *ALL[make])
    rising = first.traces["lockin.reference"]
    zero = np.argmin(np.abs(first.times))
    assert rising[zero] == pytest.approx(0.0, abs=0.04)
    assert rising[zero + 5] > rising[zero]
    bench.sleep(Q_(0.1234567, "s"))
    for key, trace in look(bench, *ALL[make]).traces.items():
        if key != "lockin.output":
            np.testing.assert_allclose(trace, first.traces[key], atol=0.05 * np.ptp(first.traces[key]), err_msg=key)
    falling = look(bench, "lockin.reference", trigger="falling").traces["lockin.reference"]
    np.testing.assert_allclose(falling, -rising, atol=0.04)
    free = [look(bench, "lockin.reference", trigger="free").traces["lockin.reference"] for _ in range(2)]
    assert not np.allclose(free[0], rising, atol=0.1)


def test_chopped_light_is_a_square_wave():
    bench = at_work(dragging_bench, noise=False)
    bench.chopper.write("duty", 0.25)
    bench.sleep(Q_(0.02, "s"))
    light = look(bench, "chopper.light", division=5e-6, limited=False).traces["chopper.light"]
    power = bench.laser.read("power")
    on, off = light > 0.9 * power, light < 0.1 * power
    assert np.mean(on) == pytest.approx(0.25, abs=0.03)
    assert np.mean(on | off) > 0.95
    assert light[on].mean() == pytest.approx(power, rel=0.02)


def test_a_bandwidth_limit_makes_no_overshoot():
    bench = at_work(dragging_bench, noise=False)
    light = look(bench, "chopper.light").traces["chopper.light"]
    assert light.max() < 1.01 * bench.laser.read("power")
    assert light.min() > -0.01 * bench.laser.read("power")


def test_helicity_is_a_square_wave_in_step_with_the_reference():
    bench = at_work(spin_inertia_bench, noise=False)
    found = look(bench, "modulator.helicity", "lockin.reference", division=5e-5)
    helicity, reference = found.traces.values()
    clear = np.abs(reference) > 0.3
    np.testing.assert_array_equal(np.sign(helicity[clear]), np.sign(reference[clear]))
    assert np.abs(helicity[clear]) == pytest.approx(np.ones(clear.sum()), abs=0.02)
    bench.modulator.write("waveform", "sine")
    np.testing.assert_allclose(look(bench, "modulator.helicity", division=5e-5).traces["modulator.helicity"],
                               reference, atol=0.02)


def test_the_modulators_pole_makes_exponentials_of_the_edges():
    """The peak is tanh(pi bandwidth / 2 f), as its reading says."""
    bench = at_work(spin_inertia_bench, noise=False)
    bench.modulator.write("bandwidth", 10e3)
    found = look(bench, "modulator.helicity", division=5e-5).traces["modulator.helicity"]
    assert found.max() == pytest.approx(bench.modulator.read("depth_actual"), abs=0.02)


@pytest.mark.parametrize("make", MAKES)
def test_x_is_the_mean_of_the_mixer(make):
    bench = at_work(make, noise=False)
    bench.lockin.write("time_constant", 1e-3)
    bench.sleep(Q_(0.05, "s"))
    found = look(bench, "lockin.mixer", "lockin.output", division=1e-4)
    assert np.mean(found.traces["lockin.mixer"]) == pytest.approx(bench.lockin.read("x"), rel=0.02)
    assert np.mean(found.traces["lockin.output"]) == pytest.approx(bench.lockin.read("x"), rel=0.01)


@pytest.mark.parametrize("slope", ["6 dB/oct", "18 dB/oct"])
@pytest.mark.parametrize("division", [1e-5, 1e-2])
def test_the_output_goes_on_as_the_laboratory_does(slope, division):
    """After a step of the phase, on a fast time base with ripple and on a slow one: at the moments that are shown."""
    bench = at_work(spin_inertia_bench, noise=False)
    tau, frequency = 3.0 * division, 10e3
    bench.lockin.write("slope", slope)
    bench.lockin.write("time_constant", tau)
    bench.sleep(Q_(60.0 * tau + 0.02, "s"))
    bench.lockin.write("phase", 1.0)
    shown = look(bench, "lockin.output", division=division, trigger="falling")
    start = bench.lockin.channel().start_ps * 1e-12
    wait = (0.25 - (start + BEFORE * division) * frequency) % 1.0 / frequency  # until the sweep begins
    trace, passed = shown.traces["lockin.output"], 0.0
    seen, gone = [], []
    for after in (1.0, 4.0, 9.5):
        place = np.argmin(np.abs(shown.times - (after - BEFORE) * division))
        seen.append(trace[place])
        moment = wait + shown.times[place] + BEFORE * division
        bench.sleep(Q_(moment - passed, "s"))
        bench.close_tick()
        passed = moment
        gone.append(bench.lockin.read("x"))
    assert np.ptp(gone) > 0.05 * max(map(abs, gone))
    np.testing.assert_allclose(seen, gone, atol=3e-3 * max(map(abs, gone)))


def test_an_average_of_many_sweeps_has_less_noise():
    bench = at_work(dragging_bench)
    quiet = look(at_work(dragging_bench, noise=False), "lockin.input").traces["lockin.input"]
    rms = {n: np.std(look(bench, "lockin.input", averages=n).traces["lockin.input"] - quiet) for n in (1, 256, 4096)}
    assert rms[1] / rms[256] == pytest.approx(16.0, rel=0.1)
    assert rms[256] > rms[4096]


def test_noise_of_the_input_has_the_density_times_the_bandwidth():
    """20 x 50 kHz, and a Gaussian low-pass of 1 MHz lets through sqrt(pi / (4 ln 2)) of it."""
    bench = at_work(dragging_bench)
    bench.laser.write("shutter", "closed")
    bench.sleep(Q_(0.1, "s"))
    seen = [look(bench, "lockin.input", division=2e-5).traces["lockin.input"]]
    draws = draw()
    seen += [sweep(bench, ["lockin.input"], 2e-5, draws).traces["lockin.input"] for _ in range(30)]
    bandwidth = 1e6 * sqrt(pi / (4.0 * np.log(2.0)))
    assert np.std(seen) == pytest.approx(bench.lockin.spectrum().floor * sqrt(bandwidth), rel=0.03)


def test_what_does_not_keep_step_averages_out():
    bench = at_work(dragging_bench, noise=False)
    bench.detector.write("mains_pickup", 1e-9)
    stranger = Line(123_457.0, 1.0 + 0j, np.ones(1))
    bench.overtones = lambda highest: (stranger,)
    once, often = (look(bench, "lockin.input", averages=n).sizes["lockin.input"].rms for n in (1, 4096))
    assert once > 0.01
    assert often < 0.03 * once


def test_sizes_are_read_off():
    found = look(at_work(dragging_bench, noise=False), "lockin.reference", "chopper.light", "lockin.output")
    reference, light, output = found.sizes.values()
    assert reference.peak_to_peak == pytest.approx(2.0, rel=1e-2)
    assert reference.rms == pytest.approx(sqrt(0.5), rel=1e-2)
    assert reference.frequency == pytest.approx(50e3, rel=5e-3)
    assert light.frequency == pytest.approx(50e3, rel=5e-3)
    assert np.isnan(output.frequency)


def test_a_slow_time_base_shows_how_far_the_carrier_reaches():
    bench = at_work(spin_inertia_bench, noise=False)
    fast = look(bench, "lockin.input", division=5e-5).traces["lockin.input"]
    found = look(bench, "lockin.input", division=1.0)
    assert not found.resolved
    low, high = found.traces["lockin.input"][::2], found.traces["lockin.input"][1::2]
    assert np.median(high) == pytest.approx(fast.max(), rel=0.1)
    assert np.median(low) == pytest.approx(fast.min(), rel=0.1)


@pytest.mark.parametrize("make", MAKES)
def test_a_look_changes_nothing(make):
    def lived(looks):
        bench, shown = make(seed=4), []
        for _ in range(6):
            bench.sleep(Q_(0.05, "s"))
            if looks:
                for division in (1e-5, 0.1):
                    look(bench, *ALL[make], division=division)
            shown.append((bench.lockin.read("x"), bench.lockin.read("y"), str(bench.lockin._scope_noise._position)))
        return shown

    assert lived(True) == lived(False)


@pytest.mark.parametrize("make", MAKES)
def test_another_cable_is_seen_at_the_input(make):
    bench = at_work(make, noise=False)
    bench.connect("lockin.oscillator", "lockin.signal")
    bench.lockin.write("sensitivity", 1.0)
    bench.sleep(Q_(0.02, "s"))
    found = look(bench, "lockin.input", "detector.output", division=5e-4)
    assert found.sizes["lockin.input"].rms == pytest.approx(1.0, rel=0.05)
    assert found.sizes["lockin.input"].frequency == pytest.approx(1e3, rel=0.02)
    assert 0.0 < found.sizes["detector.output"].rms < 0.1
    bench.disconnect("lockin.signal")
    bench.sleep(Q_(0.02, "s"))
    assert look(bench, "lockin.input").sizes["lockin.input"].peak_to_peak == 0.0


def test_a_tilted_field_costs_no_more():
    """Where each harmonic of the spins would take long, only those that the laboratory has are seen."""
    bench = at_work(spin_inertia_bench, noise=False)
    assert len(bench.overtones(1e9)) == 4
    bench.holder.jump("tilt", 0.1)
    bench.close_tick()
    bench._open_room()
    assert bench.overtones(1e9) == ()
