"""The dwell-time scan against an independent integration of dot and filter, and its conventions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis import dragging_width
from vlab.analysis.dragging import BY_READOUT_ALONE
from vlab.errors import LimitError, SettingError
from vlab.experiments import DwellTimeScan
from vlab.samples import QuantumDot

HBAR_EV = 6.582119569e-16


def scan_of(**changes) -> DwellTimeScan:
    given = {"start": Q_(20, "ueV"), "stop": Q_(-30, "ueV"), "step": Q_(0.4, "ueV"), "dwell": Q_(1, "s")}
    return DwellTimeScan(**{**given, **changes})


def reference(dot: QuantumDot, detunings: np.ndarray, dwell: float) -> np.ndarray:
    """Eqs. 13 and 15 with a single pole of tau = dwell, straight from the parameters, by DOP853."""
    gamma = dot.linewidth.m_as("eV") / HBAR_EV
    omega = gamma
    peak = omega**2 * gamma / (gamma**2 + 2 * omega**2)
    width = np.sqrt(gamma**2 + 2 * omega**2)
    shift = dot.overhauser_shift.m_as("eV") / HBAR_EV
    a, b = dot.alpha_roh.m_as("") * peak, dot.alpha_oh.m_as("s") * peak**2
    c, decay = dot.alpha_nc.m_as("") * peak, dot.nuclear_decay_rate.m_as("1/s")

    def right(t, y, x):
        delta = x - shift * y[0]
        w = 1 / (1 + (2 * delta / width) ** 2)
        return [a * w + b * w**2 + c * 4 * delta / width * w**2 - decay * y[0], (w - y[1]) / dwell]

    x = detunings * 1e-6 / HBAR_EV
    state = [0.0, 1 / (1 + (2 * x[0] / width) ** 2)]
    trace = []
    for here in x:
        found = solve_ivp(right, (0.0, dwell), state, method="DOP853", rtol=1e-11, atol=1e-14, args=(here,))
        state = list(found.y[:, -1])
        trace.append(state[1])
    return np.array(trace)


@pytest.mark.parametrize("model", ["latta2009", "noncollinear"])
@pytest.mark.parametrize("dwell", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("towards", [-1, 1])
def test_s1a_traces_against_an_independent_integration(model, dwell, towards):
    """Figure S1a without noise; what is left: the 4 us in which the laser moves, the carrier's second harmonic."""
    dot = QuantumDot.sample_a(model=model)
    scan = scan_of(start=Q_(-20 * towards, "ueV"), stop=Q_(30 * towards, "ueV"), dwell=Q_(dwell, "s"))
    found = run(scan, dragging_bench(dot=dot, noise=False), save=False)
    expected = reference(dot, found["detuning"].values, dwell)
    np.testing.assert_allclose(found["dt_normalized"].values, expected, atol=1.5e-4)


def test_volts_follow_the_readmes_calibration():
    found = run(scan_of(), dragging_bench(noise=False), save=False)
    volts = np.sqrt(2) / np.pi * 1e7 * 0.5 * 10e-9 * 3e-3 / 3 * found["dt_normalized"].values
    np.testing.assert_allclose(found["dt"].values, volts, rtol=1e-12)


def test_laser_and_gate_give_the_same_trace():
    """x moves one to one with the photon energy and with the Stark shift, with opposite sign."""
    traces = [run(scan_of(knob=knob), dragging_bench(noise=False), save=False) for knob in ("laser", "gate")]
    np.testing.assert_allclose(traces[0]["dt_normalized"], traces[1]["dt_normalized"], atol=1e-4)


def test_a_curved_stark_shift_is_calibrated_too():
    dot = QuantumDot.sample_a().replace(stark_curvature=Q_(2e-3, "ueV/mV^2"))
    traces = [run(scan_of(knob=knob), dragging_bench(dot=dot, noise=False), save=False) for knob in ("laser", "gate")]
    np.testing.assert_allclose(traces[0]["dt_normalized"], traces[1]["dt_normalized"], atol=1e-4)


def test_away_from_the_reference_conditions_the_line_is_still_found():
    bench = dragging_bench(noise=False)
    bench.magnet.ramp_rate = Q_(2, "T/min")
    bench.magnet.field = Q_(4, "T")
    bench.gate.voltage = Q_(0.38, "V")
    bench.sleep(Q_(20, "s"))
    found = run(scan_of(start=Q_(4, "ueV"), stop=Q_(-4, "ueV"), step=Q_(0.05, "ueV"), dwell=Q_(1, "ms")), bench,
                save=False)
    top = float(found["detuning"][int(np.argmax(found["dt_normalized"].values))])
    assert abs(top) < 0.2  # a fast scan is hardly dragged
    assert float(found["dt_normalized"].max()) > 0.9


def test_an_undragged_scan_has_the_power_broadened_width():
    """hbar Gamma_p = sqrt 3 hbar Gamma at Omega = Gamma."""
    still = QuantumDot.sample_a().replace(alpha_roh=Q_(0.0, ""), alpha_oh=Q_(0.0, "s"), alpha_nc=Q_(0.0, ""))
    scan = scan_of(start=Q_(5, "ueV"), stop=Q_(-5, "ueV"), step=Q_(0.02, "ueV"), dwell=Q_(15, "ms"))
    width = dragging_width(run(scan, dragging_bench(dot=still, noise=False), save=False)).width
    assert width.m_as("ueV") == pytest.approx(np.sqrt(3) * 0.60, rel=3e-3)


def test_only_noncollinear_drags_both_ways():
    """Eq. 13 alone drags from laser red to blue only."""
    widths = {}
    for model in ("latta2009", "noncollinear"):
        found = run(scan_of(dwell=Q_(5, "s"), directions="both"),
                    dragging_bench(dot=QuantumDot.sample_a(model=model), noise=False), save=False)
        widths[model] = [dragging_width(found, leg).width.m_as("ueV") for leg in ("forward", "backward")]
    assert min(widths["noncollinear"]) > 6.0
    assert widths["latta2009"][0] > 8.0
    assert widths["latta2009"][1] < 3.0


def test_both_directions_are_the_two_single_scans():
    both = run(scan_of(directions="both"), dragging_bench(noise=False), save=False)
    forward = run(scan_of(), dragging_bench(noise=False), save=False)
    last = float(forward["detuning"][-1])
    backward = run(scan_of(start=Q_(last, "ueV"), stop=Q_(20, "ueV")), dragging_bench(noise=False), save=False)
    np.testing.assert_array_equal(both["dt"].sel(direction="forward"), forward["dt"])
    np.testing.assert_allclose(both["dt_normalized"].sel(direction="backward"), backward["dt_normalized"][::-1],
                               atol=1e-9)


def test_continue_keeps_the_nuclei():
    bench = dragging_bench(noise=False)
    run(scan_of(stop=Q_(-4, "ueV"), dwell=Q_(5, "s")), bench, save=False)
    locked = bench.polarization.magnitude
    assert abs(locked) > 0.03
    kept = run(scan_of(start=Q_(-4, "ueV"), stop=Q_(-5, "ueV"), dwell=Q_(1, "s"), prepare="continue"), bench,
               save=False)
    assert float(kept["dt_normalized"][0]) > 0.8
    fresh = run(scan_of(start=Q_(-4, "ueV"), stop=Q_(-5, "ueV"), dwell=Q_(1, "s")), bench, save=False)
    assert float(fresh["dt_normalized"][0]) < 0.1


@given(start=st.integers(-400, 400), points=st.integers(1, 60), step=st.integers(1, 20), rest=st.integers(0, 19),
       sign=st.sampled_from([-1, 1]))
@settings(max_examples=60, deadline=None)
def test_the_grid(start, points, step, rest, sign):
    """Stop is included when it is on the grid; the direction follows from start to stop."""
    rest = rest % step
    stop = start + sign * (points * step + rest)
    scan = scan_of(start=Q_(start / 10, "ueV"), stop=Q_(stop / 10, "ueV"), step=Q_(step / 10, "ueV"))
    grid = np.array(scan.detunings())
    np.testing.assert_allclose(grid, (start + sign * step * np.arange(points + 1)) / 10, atol=1e-9)
    assert (grid[-1] == pytest.approx(stop / 10)) == (rest == 0)


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"start": Q_(1, "V")}, SettingError, "DwellTimeScan.start got 1 V"),
        ({"stop": Q_(20, "ueV")}, LimitError, "the same as start"),
        ({"step": Q_(-0.4, "ueV")}, LimitError, "above 0 ueV"),
        ({"step": Q_(1e-6, "ueV")}, LimitError, "points"),
        ({"dwell": 5}, SettingError, "bare number 5"),
        ({"dwell": Q_(float("nan"), "s")}, SettingError, "nan"),
        ({"knob": "mirror"}, LimitError, "laser, gate"),
        ({"dwell": Q_(2, "us")}, LimitError, "time_constant"),
    ],
)
def test_refusals(changes, kind, says):
    with pytest.raises(kind, match=says):
        scan_of(**changes)


def test_findings_of_whole_broken_off_and_empty_scans():
    scan = scan_of(start=Q_(8, "ueV"), stop=Q_(-8, "ueV"), directions="both")
    whole = run(scan, dragging_bench(), save=False)
    found = scan.findings(whole)
    assert [line.split(":")[0] for line in found] == ["dragging width forward", "dragging width backward"]
    assert found[0] == f"dragging width forward: {dragging_width(whole, 'forward').in_words()}"
    assert scan.remark(whole, "forward").endswith(" µeV")
    broken = whole.copy(deep=True)
    broken["dt_normalized"][1, :-1] = np.nan
    assert scan.findings(broken) == [found[0] + BY_READOUT_ALONE]
    assert scan.remark(broken, "backward") == "no width"
    one_way = scan_of(start=Q_(8, "ueV"), stop=Q_(-8, "ueV"))
    data = run(one_way, dragging_bench(), save=False)
    assert one_way.findings(data) == [f"dragging width: {dragging_width(data).in_words()}{BY_READOUT_ALONE}"]
    assert one_way.findings(data.isel(detuning=slice(0, 1))) == []
    assert one_way.findings(data.isel(detuning=slice(0, 0))) == []
    dark = data.copy(deep=True)
    dark["dt_normalized"][:] = 0.0
    assert "no absorption above zero" in one_way.findings(dark)[0]


@pytest.mark.slow
@pytest.mark.parametrize("dwell", [0.2, 1.0])
def test_the_stated_error_of_a_width_is_the_scatter_of_scans(dwell):
    """Of a line that does not wander; one that does scatters more, which a single scan cannot know."""
    scan = scan_of(start=Q_(15, "ueV"), stop=Q_(-20, "ueV"), dwell=Q_(dwell, "s"))
    still, usual = QuantumDot.sample_a().replace(wandering=False), QuantumDot.sample_a()
    found = {dot: [dragging_width(run(scan, dragging_bench(one, seed=seed), save=False)) for seed in range(60)]
             for dot, one in (("still", still), ("usual", usual))}
    scatter = {dot: np.std([w.width.m_as("ueV") for w in widths], ddof=1) for dot, widths in found.items()}
    stated = np.sqrt(np.mean([w.error.m_as("ueV") ** 2 for w in found["still"]]))
    assert stated == pytest.approx(scatter["still"], rel=0.25)
    assert 0.04 < scatter["usual"] < 0.12
