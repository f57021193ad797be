"""Recovery, decay and reversed scans against the rate equation integrated independently, and bad input."""

import re

import numpy as np
import pytest
from rate_equation import RateEquation

from instruments import dragging_bench
from vlab import Q_, run
from vlab.errors import InUseError, LimitError, RunError, SettingError
from vlab.experiments import EXPERIMENTS, AbsorptionRecovery, PolarizationDecay, ReversedScan
from vlab.experiments.recovery_trace import recovery_times
from vlab.experiments.runner import Measured, Run
from vlab.samples import QuantumDot

MODELS = ("latta2009", "noncollinear")
QUICK = (
    AbsorptionRecovery(duration=Q_(3, "s"), wait=Q_(1, "s")),
    AbsorptionRecovery(duration=Q_(2, "s"), wait=Q_(0, "s"), origin="blue", repeats=3, knob="gate"),
    PolarizationDecay(lock=Q_(-3, "ueV"), start=Q_(2, "ueV"), dwell=Q_(0.3, "s"), times=3, longest=Q_(20, "s")),
    ReversedScan(start=Q_(4, "ueV"), turn=Q_(-2, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.5, "s")),
)
IDS = [f"{i}-{e.key}" for i, e in enumerate(QUICK)]


def measure(experiment, model="noncollinear", noise=False, seed=0, **changes):
    dot = QuantumDot.sample_a(model).replace(**changes)
    return run(experiment, dragging_bench(dot, noise=noise, seed=seed), save=False)


# -- absorption recovery ---------------------------------------------------------------------------------------------
# what is left of the differences: the 0.2 ms in which the laser jumps, and the carrier's second harmonic

@pytest.mark.parametrize("model", MODELS)
def test_recovery_against_an_independent_integration(model):
    scan = AbsorptionRecovery(duration=Q_(20, "s"), interval=Q_(0.5, "s"), time_constant=Q_(0.05, "s"))
    data = measure(scan, model)
    for side, origin in ((1, "red"), (-1, "blue")):
        equation = RateEquation(QuantumDot.sample_a(model))
        equation.settle(20.0 * side)
        equation.stay(20.0 * side, 10.0, 0.05)
        expected = [equation.seen, *(equation.stay(1.5 * side, 0.5, 0.05) for _ in range(40))]
        found = data["dt_normalized"].sel(origin=origin).values[0]
        np.testing.assert_allclose(found, expected, atol=1e-3)  # recovery is steep: 0.2 ms are 3e-4


def test_recovery_is_slower_from_blue():
    scan = AbsorptionRecovery()
    data = measure(scan, noise=True)
    (red,), (blue,) = (recovery_times(data, origin, 0.1) for origin in ("red", "blue"))
    assert 1.2 * red.most < blue.most < 2.0 * red.most
    assert red.half < red.most
    assert min(red.final, blue.final) > 0.9
    assert [line.split(":")[0] for line in scan.findings(data)] == ["from red", "from blue"]
    assert f"90 % after {red.most:.3g} s" in scan.findings(data)[0]
    assert scan.remark(data, "blue") == f"90 % after {blue.most:.3g} s"


def test_eq13_alone_never_recovers_from_blue():
    scan = AbsorptionRecovery(duration=Q_(60, "s"), interval=Q_(1, "s"))
    data = measure(scan, "latta2009")
    red, blue = scan.findings(data)
    assert re.search(r"DT ends at 0\.4\d", red)
    assert "no recovery" in blue
    assert scan.remark(data, "blue") == "no recovery"


def test_fluctuations_free_a_dot_that_eq13_holds_fast():
    """With few nuclei (N = 1000) some repeats leave the point of low absorption; no prediction for other N."""
    scan = AbsorptionRecovery(origin="blue", duration=Q_(30, "s"), interval=Q_(0.5, "s"), repeats=4)
    data = measure(scan, "latta2009", fluctuations=True, nuclei=1000)
    traces = data["dt_normalized"].sel(origin="blue").values
    assert traces.shape == (4, 61)
    assert not np.array_equal(traces[0], traces[1])
    assert max(trace.max() for trace in traces) > 0.5
    assert scan.plot.average == ("repeat",)


def test_times_of_a_trace_that_is_known():
    scan = AbsorptionRecovery(duration=Q_(10, "s"), interval=Q_(0.1, "s"), origin="red", time_constant=Q_(0.01, "s"))
    data = measure(scan)
    time = data["time"].values
    data["dt_normalized"].values[0, 0] = 0.8 * (1 - np.exp(-time / 1.5))
    (times,) = recovery_times(data, "red", 0.01)
    final = float(data["dt_normalized"].values[0, 0][-10:].mean())
    assert times.final == pytest.approx(final)
    assert times.half == pytest.approx(-1.5 * np.log(1 - 0.5 * final / 0.8), abs=1e-3)
    assert times.most == pytest.approx(-1.5 * np.log(1 - 0.9 * final / 0.8), abs=1e-3)


def several(*traces, sides=("red",)):
    """A recovery of 10 s whose readings are replaced by known traces, the same number for each side."""
    repeats = len(traces) // len(sides)
    scan = AbsorptionRecovery(duration=Q_(10, "s"), interval=Q_(0.1, "s"), wait=Q_(0, "s"), repeats=repeats,
                              origin="both" if len(sides) == 2 else sides[0], time_constant=Q_(0.01, "s"))
    data = measure(scan)
    time = data["time"].values
    for i, trace in enumerate(traces):
        data["dt_normalized"].values[i % repeats, i // repeats] = trace(time)
    return scan, data


def locks(at, until=99.0, top=0.9):
    """From 0 to ``top`` at ``at``, through half of the peak there, and back to 0 at ``until``."""
    return lambda time: np.clip(0.5 + 2.0 * (time - at), 0.0, top) * (time < until)


def test_findings_of_several_traces_count_them_all():
    scan, data = several(locks(1.03), locks(2.03), locks(3.03, until=6.0), locks(4.03), locks(5.03), locks(6.03),
                         locks(99.0))
    (told,) = scan.findings(data)
    assert "half of the peak after 4.0 s (68 % interval 2.0 s to 6.0 s), median of all 7 traces" in told
    assert "6 of 7 reached it, 1 of these lost the lock again, 1 never reached it" in told
    finals = data["dt_normalized"].sel(origin="red").values[:, -10:].mean(axis=1)
    error = finals.std(ddof=1) / np.sqrt(7)
    assert f"DT ends at {finals.mean():.2f} ± {error:.2f} of its peak, mean of all 7" in told
    assert scan.remark(data, "red") == "half of the peak after 4.03 s"


def test_a_median_that_was_not_reached_is_longer_than_the_trace():
    scan, data = several(locks(1.0), locks(99.0), locks(99.0))
    assert "half of the peak after longer than 10 s" in scan.findings(data)[0]
    assert "1 of 3 reached it, 0 of these lost the lock again, 2 never reached it" in scan.findings(data)[0]
    assert scan.remark(data, "red") == "half of the peak after longer than 10 s"
    scan, data = several(locks(2.0), locks(99.0))
    assert scan.remark(data, "red") == "half of the peak after longer than 6 s"  # between 2 s and more than 10 s


def test_a_single_trace_that_lost_the_lock_is_told_so():
    scan, data = several(locks(1.03, until=5.0))
    (told,) = scan.findings(data)
    assert told == "from red: half of the peak after 1.03 s, then the lock was lost again; DT ends at 0 of its peak"


def test_sides_that_do_not_differ_are_told_so():
    red, late = (tuple(locks(first + 0.5 * i, top=0.9 - 0.01 * i) for i in range(5)) for first in (1.0, 6.0))
    between = tuple(locks(1.2 + 0.5 * i, top=0.9 - 0.009 * i) for i in range(5))
    for blue, says in ((between, "times to half of the peak do not differ significantly"),
                       (late, "times to half of the peak differ significantly")):
        scan, data = several(*red, *blue, sides=("red", "blue"))
        assert says in scan.findings(data)[2]
        assert "the final DT does not differ significantly" in scan.findings(data)[2]
    scan, data = several(*red[:3], *late[:3], sides=("red", "blue"))
    assert "too few traces to tell" in scan.findings(data)[2]


# -- decay of the polarization ---------------------------------------------------------------------------------------

@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_fitted_rate_is_that_of_the_dark(model):
    """(2 + (Omega/Gamma)^4)/3 is 2/3 without light; what is left is the pull's second order."""
    scan = PolarizationDecay(times=5)
    data = measure(scan, model)
    dot = QuantumDot.sample_a(model)
    rate = float(re.search(r"γ = ([\d.]+)", scan.findings(data)[0]).group(1))
    assert rate == pytest.approx(2.0 / 3.0 * dot.si("nuclear_decay_rate"), rel=2e-3)
    bench = dragging_bench(dot)
    bench.laser.shutter = "closed"
    assert bench.rate_model().gamma_dec == pytest.approx(2.0 / 3.0 * dot.si("nuclear_decay_rate"))


@pytest.mark.slow
def test_without_light_induced_decay_light_and_dark_are_alike():
    data = measure(PolarizationDecay(times=5), light_induced_decay=False)
    fit = PolarizationDecay()._fit(data)
    assert fit.rate == pytest.approx(QuantumDot.sample_a().si("nuclear_decay_rate"), rel=2e-3)


@pytest.mark.slow
def test_the_decay_with_noise():
    scan = PolarizationDecay(dwell=Q_(0.5, "s"), lock=Q_(-5, "ueV"))
    fits = [scan._fit(measure(scan, noise=True, seed=seed)) for seed in range(4)]
    exact = 2.0 / 3.0 * QuantumDot.sample_a().si("nuclear_decay_rate")
    for fit in fits:
        assert abs(fit.rate - exact) < 4.0 * fit.rate_error
        assert fit.rate_error < 0.1 * exact


def test_the_shift_is_that_of_the_polarization():
    """The shift by the calibration's K is the P inside; before the dark K P = x - delta_lock."""
    bench = dragging_bench(noise=False)
    scan = PolarizationDecay(probe_dwell=Q_(0.5, "ms"), times=2, shortest=Q_(1, "s"))
    inside = []
    carried_out = Run(scan, bench, save=False)
    carried_out.subscribe(lambda event: inside.append(bench.polarization.magnitude)
                          if isinstance(event, Measured) else None)
    data = carried_out.execute()
    np.testing.assert_allclose(data["polarization"], inside, rtol=5e-3, atol=5e-5)  # 3 neV of pull
    np.testing.assert_allclose(data["line_shift"], 60.0 * data["polarization"], rtol=1e-12)
    assert float(data["locked"].min()) > 0.8
    assert float(data["line_shift"][0]) == pytest.approx(-7.8, abs=0.2)


@pytest.mark.slow
def test_the_pull_grows_with_the_time_of_the_fast_scan():
    told = []
    for milliseconds in (4, 40):
        scan = PolarizationDecay(probe_dwell=Q_(milliseconds, "ms"), times=3)
        told.append(scan._pull(measure(scan)))
    assert told[0] < 0.02
    assert 5.0 < told[1] / told[0] < 20.0


def test_a_lock_that_is_lost_is_told():
    scan = PolarizationDecay(dwell=Q_(0.05, "s"), times=3)
    assert any("the lock was lost before the dark" in line for line in scan.findings(measure(scan, noise=True)))


def test_dark_times():
    times = PolarizationDecay(shortest=Q_(1, "s"), longest=Q_(100, "s"), times=3).dark_times()
    assert times == (0.0, 1.0, 10.0, 100.0)


# -- reversed scan ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("model", MODELS)
def test_the_reversed_scan_against_an_independent_integration(model):
    scan = ReversedScan(start=Q_(6, "ueV"), turn=Q_(-3, "ueV"), step=Q_(0.3, "ueV"), dwell=Q_(2, "s"))
    data = measure(scan, model)
    equation = RateEquation(QuantumDot.sample_a(model))
    x = data["detuning"].values
    equation.settle(x[0])
    forward = [equation.stay(here, 2.0, 2.0) for here in x]
    backward = [forward[-1], *(equation.stay(here, 2.0, 2.0) for here in x[-2::-1])][::-1]
    np.testing.assert_allclose(data["dt_normalized"], [forward, backward], atol=2e-4)
    assert float(data["time"].sel(direction="backward")[0]) == pytest.approx(2.0 * 61, abs=1e-3)


def test_the_lock_persists_on_the_way_back():
    scan = ReversedScan()
    data = measure(scan, noise=True)
    there, back = (data["dt_normalized"].sel(direction=leg) for leg in ("forward", "backward"))
    assert float(back.interp(detuning=5.0)) > 0.7 > 0.1 > float(there.interp(detuning=5.0))
    told = scan.findings(data)
    assert "locked from 1." in told[0]
    assert re.search(r"backward: 1\d\.\d+ µeV wide, lock lost at 7\.\d+ µeV", told[1])
    assert told[2].startswith("area between the legs: ")
    assert scan.remark(data, "backward").startswith("11.")


def test_eq13_alone_comes_back_no_further_than_it_began():
    scan = ReversedScan(dwell=Q_(5, "s"), step=Q_(0.4, "ueV"))
    told = scan.findings(measure(scan, "latta2009"))
    began = float(re.search(r"from ([-\d.]+)", told[0]).group(1))
    lost = float(re.search(r"lost at ([-\d.]+)", told[1]).group(1))
    assert abs(lost - began) < 1.0


def test_a_lock_lost_before_the_turn_and_one_held_to_the_end():
    late = ReversedScan(turn=Q_(-15, "ueV"))
    assert "the lock was lost before the turn at -15 µeV; turn earlier" in late.findings(measure(late))
    near = ReversedScan(start=Q_(3, "ueV"))
    assert "still locked at 3.000 µeV" in near.findings(measure(near))[1]


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_scan_that_meets_no_line_says_so(noise, seed):
    scan = ReversedScan(turn=Q_(10, "ueV"), step=Q_(0.05, "ueV"))
    data = measure(scan, noise=noise, seed=seed)
    assert scan.findings(data) == ["no line was met: nothing stands out of the noise"]
    assert scan.remark(data, "forward") == "no line"


@pytest.mark.parametrize(("start", "turn"), [(15, 4), (-15, 4), (15, 0), (0, 8), (-0.5, 8), (-5, -0.2), (3, -30)])
def test_scans_to_the_line_and_over_it_are_accepted(start, turn):
    assert ReversedScan(start=Q_(start, "ueV"), turn=Q_(turn, "ueV")).points() > 4


def test_the_shift_is_positive_to_red():
    """A lock to blue leaves the line at blue, where x < 0; the axis says which way is which."""
    for sign in (1.0, -1.0):
        scan = PolarizationDecay(start=Q_(-4 * sign, "ueV"), lock=Q_(5 * sign, "ueV"), times=2, shortest=Q_(1, "s"))
        data = measure(scan)
        assert float(data["line_shift"][0]) * sign > 3.0
    assert scan.variables()[0].heading() == "shift of the line, positive to red (µeV)"
    assert callable(data.shift)
    assert data.line_shift.attrs["units"] == "ueV"


# -- as experiments --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_it_sets_what_it_says_and_lasts_as_long_as_it_says(experiment):
    bench = dragging_bench(noise=True)
    written = set()
    carried_out = Run(experiment, bench, save=False)
    for instrument in bench:
        instrument.subscribe(lambda i, setting, value, owner: written.add((i.name, setting)) if owner is carried_out
                             else None)
    refused = []

    def disturb(event):
        if isinstance(event, Measured) and event.done == 1:
            for device, setting in experiment.claims(bench):
                try:
                    device.write(setting, device.read(setting))
                except InUseError:
                    refused.append((device.name, setting))

    carried_out.subscribe(disturb)
    data = carried_out.execute()
    assert written <= {(device.name, setting) for device, setting in experiment.sets(bench)}
    assert len(refused) == len(experiment.claims(bench))
    assert bench.clock.now == pytest.approx(experiment.seconds(), rel=0.02)
    for variable in experiment.variables():
        assert np.isfinite(data[variable.name].values).all()
    assert data[experiment.plot.y[0]].size == experiment.points()
    assert experiment.label()
    assert experiment.plot.x in data.coords
    assert EXPERIMENTS[experiment.key] is type(experiment)


@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_what_broke_off_is_told_without_raising(experiment):
    whole = measure(experiment, noise=True)
    words = [str(w) for w in whole[experiment.plot.family].values] if experiment.plot.family else [""]
    for kept in (0, 1, 2, 3, 10):
        part = whole.copy(deep=True)
        for variable in experiment.variables():
            part[variable.name].values.reshape(-1)[kept:] = np.nan
        assert all(isinstance(line, str) for line in experiment.findings(part))
        assert all(isinstance(experiment.remark(part, word), str) for word in words)
        for _, x, y in experiment.overlay(part):
            assert np.asarray(x).shape == np.asarray(y).shape
    if whole[experiment.plot.y[0]].ndim == 1:
        short = whole.isel({experiment.plot.x: slice(0, 0)})
        assert all(isinstance(line, str) for line in experiment.findings(short))


@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_an_aborted_run_keeps_what_was_measured(experiment):
    bench = dragging_bench()
    carried_out = Run(experiment, bench, save=False)
    carried_out.subscribe(lambda event: carried_out.abort() if isinstance(event, Measured) and event.done == 2
                          else None)
    data = carried_out.execute()
    assert data.attrs["status"] == "aborted"
    assert int(data[experiment.plot.y[0]].count()) == 2
    assert bench.laser.shutter == "closed"
    assert isinstance(experiment.findings(data), list)


@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_same_seed_same_numbers_and_no_light_is_refused(experiment):
    name = experiment.plot.y[0]
    first, again, other = (measure(experiment, noise=True, seed=seed)[name].values for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    bench = dragging_bench()
    bench.laser.power = Q_(0, "nW")
    with pytest.raises(RunError, match="power is zero"):
        run(experiment, bench, save=False)


@pytest.mark.parametrize(("kind", "changes", "error", "says"), [
    (AbsorptionRecovery, {"target": Q_(20, "ueV")}, LimitError, "less than the distance"),
    (AbsorptionRecovery, {"interval": Q_(40, "s")}, LimitError, "which makes 1 readings"),
    (AbsorptionRecovery, {"interval": Q_(0.1, "ms")}, LimitError, "2 to 20000"),
    (AbsorptionRecovery, {"origin": "north"}, LimitError, "both, red, blue"),
    (AbsorptionRecovery, {"wait": Q_(1, "V")}, SettingError, "wait got 1 V"),
    (PolarizationDecay, {"lock": Q_(8, "ueV")}, LimitError, "the other side of the line"),
    (PolarizationDecay, {"lock": Q_(0, "ueV")}, LimitError, "other than zero"),
    (PolarizationDecay, {"longest": Q_(1, "s")}, LimitError, "more than the shortest"),
    (PolarizationDecay, {"step": Q_(5, "ueV")}, LimitError, "step that makes 8 to"),
    (PolarizationDecay, {"probe_step": Q_(1e-5, "ueV")}, LimitError, "probe_step"),
    (ReversedScan, {"turn": Q_(15, "ueV")}, LimitError, "the same as start"),
    (ReversedScan, {"turn": Q_(20, "ueV")}, LimitError, "nearer to the line, or beyond it"),
    (ReversedScan, {"start": Q_(-3, "ueV")}, LimitError, "on the same side"),
    (ReversedScan, {"step": Q_(30, "ueV")}, LimitError, "2 to 20000 points"),
    (ReversedScan, {"dwell": Q_(0, "s")}, LimitError, "dwell got 0 s"),
])
def test_refusals(kind, changes, error, says):
    with pytest.raises(error, match=says) as refusal:
        kind(**changes)
    assert str(refusal.value).count("\n") == 0
