"""The experiments of pump-probe spin inertia: against the engine asked directly, against the paper, and bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import spin_inertia_bench
from vlab import Q_, run
from vlab.analysis import find_resonances, fit_relaxation_time
from vlab.errors import InUseError, LimitError, SettingError, VlabError
from vlab.experiments import (
    EXPERIMENTS,
    DelayScan,
    HanleCurve,
    InertiaPowerSeries,
    ModulationFrequencyScan,
    PolarizationRecovery,
    PowerScan,
    RelaxationRateVsPower,
    ZeroFieldRatio,
    experiments_on,
)
from vlab.experiments.field_grid import adaptive_fields, even_grid, orders_within, resonance_spacing
from vlab.experiments.figures import FIGURES, normalized
from vlab.experiments.procedure import Point
from vlab.experiments.runner import Measured, Run
from vlab.physics.pulse import q_from_power
from vlab.physics.spin_limits import (
    effective_relaxation_time,
    effective_relaxation_time_of_pulses,
    zero_field_ratio,
)
from vlab.samples import Pump, SpinEnsemble

N, P = SpinEnsemble.n_type(), SpinEnsemble.p_type()
SHORT = Q_(30, "ms")
FULL_SCALE = 1 / math.pi

QUICK = (
    ModulationFrequencyScan(start=Q_(10, "kHz"), stop=Q_(5, "MHz"), points_per_decade=2, time_constant=SHORT),
    InertiaPowerSeries(start=Q_(10, "kHz"), stop=Q_(2, "MHz"), points_per_decade=2, powers=4, time_constant=SHORT),
    PowerScan(powers=5, modulation_frequency=Q_(1, "kHz"), relaxation_time=Q_(5200, "ns"), time_constant=SHORT),
    PolarizationRecovery(start=Q_(-60, "mT"), step=Q_(60, "mT"), g_factor=Q_(0.45, ""), nuclear_field=Q_(3.2, "MHz"),
                         time_constant=SHORT),
    PolarizationRecovery(step=Q_(60, "mT"), power=Q_(0.1, ""), last_power=Q_(1, ""), powers=2, time_constant=SHORT),
    PolarizationRecovery(step=Q_(100, "mT"), q=Q_(0.9, ""), phi=Q_(60, "deg"), dark_ramps=True, time_constant=SHORT),
    ZeroFieldRatio(angles=3, time_constant=SHORT),
    DelayScan(step=Q_(2.0, "ns"), time_constant=SHORT),
    HanleCurve(step=Q_(10, "mT"), time_constant=SHORT),
    RelaxationRateVsPower(start=Q_(10, "kHz"), stop=Q_(2, "MHz"), points_per_decade=2, powers=4, time_constant=SHORT),
)
IDS = [f"{i}-{e.key}" for i, e in enumerate(QUICK)]


def measure(experiment, ensemble=P, noise=False, seed=0):
    return run(experiment, spin_inertia_bench(ensemble=ensemble, noise=noise, seed=seed), save=False)


def signal(data):
    return data["x"].values + 1j * data["y"].values


# -- against the engine asked directly -------------------------------------------------------------------------------
# what is left: the engine's tolerance on the bench (1e-4), the filter's last 5e-4 of each change, and for detuned
# pulses the nearest modulation frequency that fits the pulses

@pytest.mark.parametrize("ensemble", [N, P], ids=["n", "p"])
def test_frequency_scan_is_the_signal(ensemble):
    scan = ModulationFrequencyScan(points_per_decade=2, power=Q_(0.3, ""), field=Q_(-200, "mT"))
    data = measure(scan, ensemble)
    expected = ensemble.inertia_signal(field=Q_(-200, "mT"), pump=Pump(power=0.3 * Q_(1, "")),
                                       modulation_frequency=Q_(data["modulation_frequency"].values, "kHz"))
    np.testing.assert_allclose(signal(data), expected.signal, atol=1e-3 * FULL_SCALE)
    np.testing.assert_allclose(data["inertia"], expected.magnitude, atol=1e-3 * FULL_SCALE)
    np.testing.assert_allclose(data["phase"], np.degrees(np.angle(expected.signal)), atol=0.5)


def test_power_scan_is_the_signal():
    data = measure(PowerScan(powers=7))
    assert float(data["inertia"][0]) < 1e-4
    for power, found in zip(data["power"].values[1:], signal(data)[1:], strict=True):
        expected = P.inertia_signal(field=Q_(300, "mT"), pump=Pump(power=power * Q_(1, "")),
                                    modulation_frequency=Q_(200, "Hz")).signal
        assert found == pytest.approx(complex(expected), abs=1e-3 * FULL_SCALE)


@pytest.mark.slow
@pytest.mark.parametrize("ensemble", [N, P], ids=["n", "p"])
@pytest.mark.parametrize(("changes", "pump"), [
    ({"power": Q_(0.05, "")}, {"power": Q_(0.05, "")}),
    ({"q": Q_(0.0, "")}, {"q": Q_(0.0, "")}),
    ({"q": Q_(0.9, ""), "phi": Q_(-70, "deg"), "dark_ramps": True}, {"q": Q_(0.9, ""), "phi": Q_(-70, "deg")}),
    ({"q": Q_(0.5, ""), "repetition_period": Q_(6.6, "ns")}, {"q": Q_(0.5, ""), "repetition_period": Q_(6.6, "ns")}),
])
def test_recovery_is_the_signal(ensemble, changes, pump):
    scan = PolarizationRecovery(start=Q_(-50, "mT"), stop=Q_(150, "mT"), step=Q_(25, "mT"), **changes)
    data = measure(scan, ensemble)
    expected = ensemble.inertia_signal(field=Q_(data["field"].values, "mT"), pump=Pump(**pump), tolerance=1e-5,
                                       modulation_frequency=Q_(10, "kHz")).signal
    np.testing.assert_allclose(signal(data), expected, atol=2e-3 * FULL_SCALE)


def test_a_series_of_recovery_curves_is_the_single_ones():
    """The second curve is measured on the way back."""
    series = measure(QUICK[4])
    for power in (0.1, 1.0):
        one = measure(PolarizationRecovery(step=Q_(60, "mT"), power=Q_(power, ""), time_constant=SHORT))
        np.testing.assert_allclose(series["inertia"].sel(power=power), one["inertia"], atol=1e-3 * FULL_SCALE)


def test_delay_scan_is_the_trace():
    data = measure(DelayScan(step=Q_(1.0, "ns"), field=Q_(80, "mT"), q=Q_(0.3, ""), time_constant=SHORT))
    after = data["delay"].values > 0.0
    trace = P.delay_trace(field=Q_(80, "mT"), pump=Pump(q=Q_(0.3, "")), modulation_frequency=Q_(10, "kHz"),
                          delays=Q_(data["delay"].values[after], "ns"))
    # the drive's component is 4/pi, the signal half of an amplitude
    expected = -2 / math.pi * (trace.spin - trace.trion)
    np.testing.assert_allclose(signal(data)[after], expected, atol=2e-3 * FULL_SCALE)
    before = P.inertia_signal(field=Q_(80, "mT"), pump=Pump(q=Q_(0.3, "")), modulation_frequency=Q_(10, "kHz"))
    assert signal(data)[0] == pytest.approx(complex(before.signal), abs=2e-3 * FULL_SCALE)


def test_hanle_curve_is_the_signal_in_a_transverse_field():
    data = measure(HanleCurve(start=Q_(-4, "mT"), stop=Q_(4, "mT"), step=Q_(1, "mT")))
    expected = P.inertia_signal(field=Q_(data["field"].values, "mT"), pump=Pump(power=Q_(0.1, "")), tolerance=1e-3,
                                modulation_frequency=Q_(10, "kHz"), tilt=Q_(90, "deg"))
    np.testing.assert_allclose(data["inertia"], expected.magnitude, atol=3e-3 * FULL_SCALE)
    (width,) = HanleCurve().findings(data)
    assert "half width at half maximum 0.8" in width
    assert np.argmax(data["inertia"].values) == 4


# -- against the paper -----------------------------------------------------------------------------------------------

def times(ensemble):
    return [ensemble.si(n) for n in ("spin_relaxation_time", "trion_spin_relaxation_time", "trion_lifetime")]


@pytest.mark.parametrize("power", [0.02, 0.3, 1.0])
def test_at_tesla_fields_the_fit_gives_tau_of_eq12(power):
    scan = ModulationFrequencyScan(field=Q_(8, "T"), power=Q_(power, ""), points_per_decade=4)
    q = float(q_from_power(power))
    exact = float(effective_relaxation_time_of_pulses(q, *times(P), 13.2e-9))
    assert exact == pytest.approx(float(effective_relaxation_time(q, *times(P), 13.2e-9)), rel=0.01)
    data = measure(scan)
    fit = fit_relaxation_time(1e3 * data["modulation_frequency"].values, data["inertia"].values)
    assert fit.tau.m_as("s") == pytest.approx(exact, rel=2e-3)
    noisy = measure(scan, noise=True, seed=3)
    fit = fit_relaxation_time(1e3 * noisy["modulation_frequency"].values, noisy["inertia"].values)
    assert abs(fit.tau.m_as("s") - exact) < 4.0 * fit.tau_error.m_as("s")
    assert "tau_s* = " in scan.findings(noisy)[0]
    assert "all points weighing alike" in scan.findings(noisy)[0]
    assert "µs" in scan.remark(noisy, "")


def test_the_rate_at_zero_power_is_that_of_undisturbed_spins():
    series = InertiaPowerSeries(field=Q_(8, "T"), powers=4)
    data = measure(series)
    headline = series.findings(data)[0]
    assert headline.startswith("tau_s = 5.")
    assert "at zero power, from 4 points" in headline
    assert float(headline.split("(")[0].split("=")[1]) == pytest.approx(5.2, rel=0.01)
    assert len(series.overlay(data)) == 4


def test_saturation_gives_the_trions_relaxation_time():
    ensemble = P.replace(trion_spin_relaxation_time=Q_(4, "ns"))
    scan = PowerScan(field=Q_(8, "T"), relaxation_time=Q_(5200, "ns"), powers=9)
    data = measure(scan, ensemble)
    told = scan.findings(data)[1]
    assert float(told.split("=")[1].split("with")[0]) == pytest.approx(10.0, rel=0.02)
    (name, power, fit), (limit, _, bound) = scan.overlay(data)
    assert (name, limit) == ("fit of eqs. (13) to (15)", "eq. (17)")
    assert np.all(np.asarray(bound) >= np.asarray(fit))
    assert np.interp(0.25, power, fit) == pytest.approx(np.interp(0.25, data["power"], data["inertia"]), abs=1e-3)


@pytest.mark.parametrize(("ensemble", "kind"), [(N, "V-like"), (P, "M-like")], ids=["n", "p"])
def test_n_type_is_v_like_and_p_type_m_like_at_weak_pumping(ensemble, kind):
    scan = PolarizationRecovery(power=Q_(0.01, ""), time_constant=Q_(0.3, "s"))
    told = scan.findings(measure(scan, ensemble, noise=True))
    assert told[0].startswith(kind)


def test_strong_pumping_flattens_the_m():
    depths = []
    for power in (0.01, 1.0):
        inertia = measure(PolarizationRecovery(power=Q_(power, ""), step=Q_(6, "mT")))["inertia"].values
        depths.append(1.0 - inertia[-1] / inertia.max())
    assert depths[0] > 0.5 > 0.2 > depths[1]


def resonances(ensemble, g, **changes):
    scan = PolarizationRecovery(power=Q_(1, ""), g_factor=Q_(g, ""), modulation_frequency=Q_(1, "kHz"),
                                **{"stop": Q_(100, "mT"), **changes})
    data = measure(scan, ensemble)
    found = find_resonances(data["field"].values * 1e-3, data["inertia"].values, prominence=2e-4)
    return scan, data, np.array([m.field.m_as("mT") for m in found])


def test_p_type_has_resonances_where_eq21_expects_them():
    scan, data, found = resonances(P, 0.45)
    spacing = 1e3 * scan.resonance()
    assert spacing == pytest.approx(12.03, abs=0.01)
    assert found.size >= 3
    for field in found[:3]:
        order = round(field / spacing)
        assert field == pytest.approx(order * spacing, abs=0.12 * spacing)
    told = scan.findings(data)
    assert any(line.startswith("eq. (21) of Schering et al. expects 12.03, 24.06") for line in told)
    names = [name for name, _, _ in scan.overlay(data)]
    assert names == ["bound 1/π", "eq. (21)"]
    marks = np.unique(scan.overlay(data)[1][1])
    np.testing.assert_allclose(marks, spacing * np.arange(1, 9), rtol=1e-3)


def test_n_type_shows_resonances_when_the_period_is_halved():
    assert resonances(N, 0.61)[2].size == 0
    scan, _, found = resonances(N, 0.61, repetition_period=Q_(6.6, "ns"))
    spacing = 1e3 * scan.resonance()
    assert spacing == pytest.approx(17.75, abs=0.01)
    assert found.size >= 2
    assert np.diff(found)[0] == pytest.approx(spacing, rel=0.15)


def test_eq23_is_told_where_the_nuclear_field_is_stated():
    scan = QUICK[3]
    assert any(line.startswith("eq. (23) of Schering et al. expects 12.0") for line in scan.findings(measure(scan)))


def test_the_zero_field_ratio_is_a_third_for_weak_resonant_pulses_and_follows_eq20():
    isotropic = N.replace(trion_spin_relaxation_time=Q_(0.004, "ns"), spin_relaxation_time=Q_(5200, "ns"))
    scan = ZeroFieldRatio(q=Q_(0.99, ""), angles=3, large_field=Q_(1, "T"))
    data = measure(scan, isotropic)
    np.testing.assert_allclose(data["ratio"], zero_field_ratio(np.radians(data["phi"].values)), atol=0.02)
    assert float(data["ratio"][0]) == pytest.approx(1 / 3, abs=0.01)
    np.testing.assert_allclose(data["ratio"], data["inertia_zero"] / data["inertia_large"])
    assert "eq. (20) of Schering et al. expects 0.3333 and 0.5708" in scan.findings(data)[0]


def test_figure_6_is_figure_2a_in_units_of_its_last_value():
    data = measure(QUICK[3])
    scaled = normalized(data)
    assert float(scaled["inertia"][-2:].mean()) == pytest.approx(1.0)  # 240 and 300 mT
    np.testing.assert_allclose(scaled["inertia"] * float(data["inertia"][-2:].mean()), data["inertia"])


def test_figures_3_and_6_are_scaled():
    """The paper says of figure 3 that its unscaled curves are not shown."""
    assert {figure.number for figure in FIGURES.values() if figure.normalized} == {"3a", "3b", "6"}


def test_every_figure_is_there():
    assert {name[:4] for name in FIGURES if name.startswith("fig")} == {"fig1", "fig2", "fig3", "fig5", "fig6", "fig7"}
    for figure in FIGURES.values():
        assert len({curve.name for curve in figure.curves}) == len(figure.curves)
        assert len({type(curve.experiment) for curve in figure.curves}) == 1


# -- as experiments --------------------------------------------------------------------------------------------------

def test_all_are_registered():
    assert {type(e) for e in QUICK} == set(experiments_on("spin_inertia").values())
    assert all(EXPERIMENTS[e.key] is type(e) for e in QUICK)


@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_it_sets_what_it_says_and_lasts_as_long_as_it_says(experiment):
    bench = spin_inertia_bench(ensemble=P, noise=True)
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
    assert {v.name for v in experiment.variables()} <= set(data.data_vars)
    for variable in experiment.variables():
        assert np.isfinite(data[variable.name].values).all()
    assert experiment.label()
    assert experiment.plot.y[0] in data
    assert experiment.plot.x in data.coords


@pytest.mark.parametrize("experiment", QUICK, ids=IDS)
def test_what_broke_off_is_told_without_raising(experiment):
    whole = measure(experiment)
    for kept in (0, 1, 2, 4):
        part = whole.copy(deep=True)
        for variable in experiment.variables():
            part[variable.name].values.reshape(-1)[kept:] = np.nan
        assert all(isinstance(line, str) for line in experiment.findings(part))
        assert isinstance(experiment.remark(part, ""), str)
        for _, x, y in experiment.overlay(part):
            assert np.asarray(x).shape == np.asarray(y).shape


def test_same_seed_same_numbers_also_in_a_room_that_was_used():
    first = measure(QUICK[0], noise=True, seed=5)
    bench = spin_inertia_bench(ensemble=P, seed=5)
    again = run(QUICK[0], bench, save=False)
    np.testing.assert_array_equal(first["x"], again["x"])
    assert np.any(first["x"].values != measure(QUICK[0], noise=True, seed=6)["x"].values)


def test_a_closed_shutter_and_a_stopped_modulator_are_put_right_and_the_phase_is_kept():
    bench = spin_inertia_bench(ensemble=P, noise=False)
    bench.pump.shutter = bench.probe.shutter = "closed"
    bench.modulator.state = "stopped"
    bench.lockin.phase = Q_(30, "deg")
    data = run(QUICK[0], bench, save=False)
    straight = measure(QUICK[0])
    np.testing.assert_allclose(signal(data), signal(straight) * np.exp(-1j * np.pi / 6), atol=1e-3 * FULL_SCALE)
    np.testing.assert_allclose(data["inertia"], straight["inertia"], atol=1e-3 * FULL_SCALE)


def test_without_probe_light_it_says_so():
    bench = spin_inertia_bench(noise=False)
    bench.probe.power = Q_(0, "uW")
    with pytest.raises(VlabError, match="without probe light"):
        run(QUICK[0], bench, save=False)


def test_points_arrive_one_by_one():
    bench = spin_inertia_bench(noise=False)
    steps = QUICK[6].steps(bench)
    assert not isinstance(next(steps), Point)


# -- grids -----------------------------------------------------------------------------------------------------------

@given(start=st.floats(-9000, 9000), span=st.floats(0.01, 9000), resonance=st.floats(0.5, 100))
@settings(max_examples=80, deadline=None)
def test_the_adaptive_grid(start, span, resonance):
    stop = start + span
    grid = np.array(adaptive_fields(start, stop, resonance))
    assert (grid[0], grid[-1]) == (start, stop)
    assert np.all(np.diff(grid) > 0)
    assert grid.size < 5000
    assert (0.0 in grid) or not start < -resonance or not stop > resonance
    near = np.abs(grid[:-1]) < 8 * resonance
    assert np.all(np.diff(grid)[near] <= max(resonance / 6, max(abs(start), abs(stop)) / 80) * 1.6 + 1e-6)
    assert adaptive_fields(stop, start, resonance) == tuple(reversed(adaptive_fields(start, stop, resonance)))


def test_grids_and_orders():
    assert even_grid(0.0, -1.0, 0.25) == (0.0, -0.25, -0.5, -0.75, -1.0)
    assert even_grid(0.0, 1.0, 0.4) == (0.0, 0.4, 0.8)
    assert list(orders_within(-25.0, 10.0, 12.0)) == [1, 2]
    assert list(orders_within(20.0, 50.0, 12.0)) == [2, 3, 4]
    assert resonance_spacing(-0.45, 13.2e-9) == pytest.approx(12.03e-3, rel=1e-3)
    default = PolarizationRecovery().fields()
    assert 60 <= len(default) <= 130
    assert (default[0], default[-1]) == (0.0, 300.0)


@pytest.mark.parametrize(("kind", "changes", "error", "says"), [
    (ModulationFrequencyScan, {"time_constant": Q_(-1, "s")}, LimitError, "time_constant got -1 s"),
    (ModulationFrequencyScan, {"time_constant": Q_(1, "V")}, SettingError, "it wants a time"),
    (ModulationFrequencyScan, {"start": Q_(10, "MHz")}, LimitError, "the same as start"),
    (ModulationFrequencyScan, {"repetition_period": Q_(50, "ns")}, LimitError, r"at most 1/\(4 T_R\) = 5000 kHz"),
    (ModulationFrequencyScan, {"start": Q_(1, "Hz")}, LimitError, "wants 2 s or more"),
    (ModulationFrequencyScan, {"power": Q_(1.5, "")}, LimitError, "power got 1.5"),
    (ModulationFrequencyScan, {"field": Q_(10, "T")}, LimitError, "-9000 mT to 9000 mT"),
    (InertiaPowerSeries, {"last_power": Q_(0.01, "")}, LimitError, "the same as power"),
    (PowerScan, {"stop": Q_(0, "")}, LimitError, "the same as start"),
    (PowerScan, {"modulation_frequency": Q_(0, "Hz")}, LimitError, "modulation_frequency got 0"),
    (PolarizationRecovery, {"stop": Q_(0, "mT")}, LimitError, "the same as start"),
    (PolarizationRecovery, {"q": Q_(1.2, "")}, LimitError, "q got 1.2"),
    (PolarizationRecovery, {"q": Q_(0.5, ""), "last_power": Q_(1, "")}, LimitError, "leave one of the two out"),
    (PolarizationRecovery, {"phi": Q_(200, "deg")}, LimitError, "-180 deg to 180 deg"),
    (PolarizationRecovery, {"step": Q_(400, "mT")}, LimitError, "more than the scan is long"),
    (PolarizationRecovery, {"step": Q_(1e-6, "mT")}, LimitError, "points"),
    (PolarizationRecovery, {"g_factor": Q_(0, "")}, LimitError, "spins do not turn"),
    (PolarizationRecovery, {"start": Q_(float("nan"), "mT")}, SettingError, "nan"),
    (ZeroFieldRatio, {"large_field": Q_(0, "mT")}, LimitError, "strong against the nuclei"),
    (ZeroFieldRatio, {"stop": Q_(0, "deg")}, LimitError, "the same as start"),
    (DelayScan, {"repetition_period": Q_(6.6, "ns")}, LimitError, "less than the repetition period, 6.6 ns"),
    (DelayScan, {"step": Q_(20, "ns")}, LimitError, "at most 13.5 ns"),
    (HanleCurve, {"tilt": Q_(100, "deg")}, LimitError, "0 deg to 90 deg"),
    (HanleCurve, {"start": Q_(150, "mT")}, LimitError, "the same as start"),
])
def test_refusals(kind, changes, error, says):
    with pytest.raises(error, match=says) as refusal:
        kind(**changes)
    assert str(refusal.value).count("\n") == 0


def test_a_run_does_not_inherit_the_geometry_of_another():
    """After a Hanle curve and a delay scan the field is along the growth axis and the probe just before the pump."""
    bench = spin_inertia_bench(P, noise=False)
    quick = {"settling": 4, "time_constant": Q_(10, "ms")}
    run(HanleCurve(start=Q_(0, "mT"), stop=Q_(6, "mT"), **quick), bench, save=False)
    run(DelayScan(start=Q_(4, "ns"), stop=Q_(5, "ns"), step=Q_(1, "ns"), **quick), bench, save=False)
    assert bench.stage.read("delay_actual") > 4e-9
    scan = PowerScan(**quick)
    run(scan, bench, save=False)
    assert bench.holder.read("tilt_actual") == 0.0
    assert bench.stage.read("delay_actual") < 0.0
    taken = {(device.name, setting) for device, setting in scan.sets(bench)}
    assert {("holder", "tilt"), ("stage", "delay"), ("magnet", "field")} <= taken


@pytest.mark.parametrize("scan", [PolarizationRecovery(phi=Q_(30, "deg"), step=Q_(50, "mT")), HanleCurve()])
def test_a_run_fails_where_the_model_has_no_answer(scan):
    bench = spin_inertia_bench(P.replace(nuclear_correlation_time=Q_(1, "us")))
    with pytest.raises(VlabError, match="fields along z only"):
        run(scan, bench, save=False)


def test_a_pulse_that_does_nothing_is_refused():
    with pytest.raises(LimitError, match="does nothing"):
        ZeroFieldRatio(q=1)


def test_an_experiment_wants_its_bench(tmp_path):
    from instruments import dragging_bench
    from vlab.experiments import DwellTimeScan

    with pytest.raises(SettingError, match=r"it wants one for dragging, such as dragging_bench\(\)"):
        run(DwellTimeScan(), spin_inertia_bench(), save=tmp_path)
    with pytest.raises(SettingError, match="such as spin_inertia_bench"):
        run(PowerScan(), dragging_bench(), save=tmp_path)
    assert not list(tmp_path.iterdir())
