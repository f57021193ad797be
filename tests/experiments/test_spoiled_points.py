"""Findings, legends, overlays and fits take good points only, and bear any of them to be missing."""

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from vlab import Q_, run
from vlab.analysis import dragging_width
from vlab.analysis.dragging_growth import mean_widths
from vlab.analysis.figure import curves
from vlab.data.quality import QUALITY, marked, quality_attributes, spoiled_left_out
from vlab.experiments import EXPERIMENTS, AbsorptionRecovery, DwellTimeScan, ModulationFrequencyScan, PolarizationDecay
from vlab.experiments.procedure import Procedure
from vlab.samples import QuantumDot, SpinEnsemble

ENSEMBLE = SpinEnsemble.p_type()
SMALL = {
    "dwell_time_scan": {"start": "4 ueV", "stop": "-6 ueV", "directions": "both"},
    "dragging_width_vs_dwell": {"start": "4 ueV", "stop": "-6 ueV", "phases": "2", "dwells": "0.2 s, 1 s, 3 s",
                                "directions": "forward", "step_sizes": "0.5 ueV, 1 ueV"},
    "dragging_width_vs_step": {"start": "4 ueV", "stop": "-6 ueV", "phases": "1", "long_dwell": "2 s",
                               "step_sizes": "0.4 ueV, 0.6 ueV, 0.8 ueV, 1 ueV, 1.4 ueV"},
    "dragging_vs_power": {"start": "4 ueV", "stop": "-6 ueV", "phases": "2", "dwell": "0.5 s",
                          "rabi_ratios": "0.5, 1, 2"},
    "dragging_vs_field": {"start": "4 ueV", "stop": "-6 ueV", "phases": "1", "dwell": "0.5 s",
                          "fields": "4 T, 4.5 T, 5 T"},
    "polarization_rate_map": {"detunings": "21"},
    "absorption_recovery": {"duration": "4 s", "repeats": "4", "wait": "1 s"},
    "polarization_decay": {"lock": "-3 ueV", "start": "2 ueV", "dwell": "0.3 s", "times": "5", "longest": "20 s"},
    "reversed_scan": {"start": "4 ueV", "turn": "-2 ueV", "step": "0.2 ueV"},
    "spin_narrowing": {"start": "1 ueV", "stop": "-1 ueV", "settling": "1 s", "averaging": "30 s", "nuclei": "60"},
    "spin_distribution": {"at": "1 ueV, 0 ueV", "bins": "40", "settling": "1 s", "averaging": "30 s", "nuclei": "60"},
    "modulation_frequency_scan": {"points_per_decade": "3"},
    "inertia_power_series": {"points_per_decade": "2", "powers": "4"},
    "relaxation_rate_vs_power": {"points_per_decade": "2", "powers": "5"},
    "power_scan": {"powers": "9", "relaxation_time": "500 ns"},
    "polarization_recovery": {"stop": "40 mT", "step": "4 mT", "last_power": "0.3", "powers": "2", "g_factor": "0.4"},
    "zero_field_ratio": {"angles": "4"},
    "delay_scan": {},
    "hanle_curve": {"step": "2 mT"},
}


def bench_for(kind, noise=False):
    if kind.bench == "spin_inertia":
        return spin_inertia_bench(ensemble=ENSEMBLE, noise=noise)
    fluctuating = kind.key.startswith("spin_")
    dot = QuantumDot.sample_a("noncollinear")
    return dragging_bench(dot.replace(fluctuations=True, nuclei=1000) if fluctuating else dot, noise=noise)


def spoil(data, where):
    """Return the data with nonsense at some points, marked as such."""
    bits = np.asarray(where, dtype=np.int64)
    spoiled = data.copy(deep=True)
    for name, values in spoiled.data_vars.items():
        if name != QUALITY:
            values.values[bits != 0] = 1e3
    spoiled[QUALITY] = (data[next(iter(data.data_vars))].dims, bits, quality_attributes(["lockin.unlocked"]))
    return spoiled


def unmarked(data, where):
    """Return the data with NaN at the same points, as if they had not been measured."""
    clean = data.copy(deep=True).drop_vars(QUALITY, errors="ignore")
    for values in clean.data_vars.values():
        values.values[np.asarray(where)] = np.nan
    return clean


def test_masking_keeps_marks_order_attributes_and_the_original():
    data = run(DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), dwell=Q_(0.2, "s")), dragging_bench(), save=False)
    assert spoiled_left_out(data) is data  # nothing to leave out
    where = np.arange(data["dt"].size) % 3 == 0
    spoiled = spoil(data, where)
    clean = spoiled_left_out(spoiled)
    assert list(clean.data_vars) == list(spoiled.data_vars)
    assert clean.attrs == spoiled.attrs
    assert clean["dt"].attrs == spoiled["dt"].attrs
    np.testing.assert_array_equal(clean[QUALITY].values, where)
    np.testing.assert_array_equal(clean["dt"].values[~where], data["dt"].values[~where])
    assert np.isnan(clean["dt"].values[where]).all()
    assert (spoiled["dt"].values[where] == 1e3).all()
    assert (marked([], (3,), []) == 0).all()


def test_every_procedure_sees_good_points_only():
    class Careless(Procedure):
        """Forget everything."""

        def findings(self, dataset):
            return [str(float(dataset["dt"].max()))]

        def remark(self, dataset, member):
            return member + str(float(dataset["dt"].max()))

        def overlay(self, dataset):
            return [("", dataset["dt"].values, dataset["dt"].values)]

    data = run(DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), dwell=Q_(0.2, "s")), dragging_bench(), save=False)
    spoiled = spoil(data, np.arange(data["dt"].size) == 1)
    careless = Careless()
    assert float(careless.findings(spoiled)[0]) < 1.0
    assert float(careless.remark(spoiled, member="")) < 1.0
    assert np.nanmax(careless.overlay(spoiled)[0][1]) < 1.0
    drawn = next(curves(DwellTimeScan(), spoiled, "dt"))  # pictures keep them, crossed out
    assert drawn.y[1] == 1e3
    assert drawn.spoiled.tolist() == [i == 1 for i in range(drawn.y.size)]


def test_a_lost_reference_gives_no_relaxation_time():
    """Eight good points far below the roll-off say nothing of it; as many on both sides do."""
    bench = spin_inertia_bench()
    bench.fail("lockin.loose_reference", Q_(15, "s"))
    scan = ModulationFrequencyScan()
    data = run(scan, bench, save=False)
    good = int((data[QUALITY] == 0).sum())
    assert good < 12
    (told,) = scan.findings(data)
    assert "tau_s* = " not in told
    assert "cannot tell tau_s*" in told
    assert scan.remark(data, "") == ""
    assert scan.overlay(data) == []


def test_spoiled_points_do_not_move_a_relaxation_time():
    scan = ModulationFrequencyScan()
    data = run(scan, spin_inertia_bench(noise=False), save=False)
    where = np.arange(33) % 4 == 1
    assert scan.findings(spoil(data, where)) == scan.findings(unmarked(data, where))
    assert "tau_s* = 4" in scan.findings(spoil(data, where))[0]
    assert "ns" in scan.findings(spoil(data, where))[0]


def test_a_quench_ends_the_scan_for_the_dragging_width():
    bench = dragging_bench()
    bench.fail("magnet.quench", Q_(52, "s"))
    scan = DwellTimeScan()
    data = run(scan, bench, save=False)
    last = float(data["detuning"].values[data[QUALITY].values == 0].min())
    width = dragging_width(data)
    assert width.clipped
    assert width.off.m_as("ueV") == pytest.approx(last)
    assert np.isnan(width.error.magnitude)
    assert scan.findings(data) == [f"dragging width: {width}"]


def test_a_width_says_when_a_side_lies_in_a_gap():
    data = run(DwellTimeScan(), dragging_bench(noise=False), save=False)
    whole = dragging_width(data)
    edge = np.abs(data["detuning"].values - whole.off.m_as("ueV")) < 0.5
    far = np.abs(data["detuning"].values - 15.0) < 0.5
    assert not whole.gap
    assert dragging_width(spoil(data, edge)).gap
    assert "points were left out" in str(dragging_width(spoil(data, edge)))
    assert dragging_width(spoil(data, far)) == whole
    (told,) = DwellTimeScan().findings(spoil(data, np.full(edge.shape, True)))
    assert told.startswith("all 126 points are spoiled (")


def test_traces_are_bridged_where_the_ends_are_good():
    scan = AbsorptionRecovery(origin="red", duration=Q_(20, "s"))
    data = run(scan, dragging_bench(QuantumDot.sample_a("noncollinear"), noise=False), save=False)
    inside, whole = np.zeros(data["dt"].shape, dtype=bool), np.full(data["dt"].shape, True)
    inside[..., 60:64] = True
    assert scan.findings(spoil(data, inside))[0].split(";")[0] == scan.findings(data)[0].split(";")[0]
    assert scan.findings(spoil(data, whole)) == ["from red: no trace has good points enough to tell"]
    assert scan.remark(spoil(data, whole), "red") == ""


def test_spoiled_cycles_are_no_cycles_without_a_line():
    scan = PolarizationDecay.from_texts(SMALL["polarization_decay"])
    data = run(scan, bench_for(PolarizationDecay), save=False)
    told = scan.findings(spoil(data, np.arange(data["locked"].size) == 2))
    assert not any("found no line" in line for line in told)


@pytest.mark.slow
@pytest.mark.parametrize("key", EXPERIMENTS)
def test_findings_of_any_points_left_out(key):
    """As if those points had not been measured; nothing raises, whatever is missing."""
    kind = EXPERIMENTS[key]
    experiment = kind.from_texts(SMALL[key])
    data = run(experiment, bench_for(kind), save=False)
    shape = data[experiment.plot.y[0]].shape
    members = [str(m) for m in data[experiment.plot.family].values] if experiment.plot.family in data.coords else [""]
    rng = np.random.default_rng(5)
    patterns = [rng.random(shape) < part for part in (0.1, 0.4, 0.6, 0.8, 0.95)]
    patterns += [np.full(shape, True), np.arange(np.prod(shape)).reshape(shape) > 3,
                 np.arange(np.prod(shape)).reshape(shape) < np.prod(shape) - 4]
    for where in patterns:
        spoiled = spoil(data, where)
        told = experiment.findings(spoiled)
        assert all(isinstance(line, str) for line in told)
        assert not any("1e+03" in line for line in told)
        for member in members:
            assert isinstance(experiment.remark(spoiled, member), str)
        for _, x, y in experiment.overlay(spoiled):
            assert np.asarray(x).shape == np.asarray(y).shape


def test_fits_of_widths_leave_out_marked_scans():
    kind = EXPERIMENTS["dragging_width_vs_dwell"]
    data = run(kind.from_texts(SMALL[kind.key]), bench_for(kind), save=False)
    where = np.zeros(data["width"].shape, dtype=bool)
    where[0, 1, 0, 0, 1] = True
    np.testing.assert_array_equal(mean_widths(spoil(data, where)).values, mean_widths(unmarked(data, where)).values)


def test_no_flag_spoils_what_is_calculated():
    bench = dragging_bench(QuantumDot.sample_a().replace(fluctuations=True, nuclei=1000), noise=False)
    bench.fail("lockin.loose_reference")
    rates = run(EXPERIMENTS["polarization_rate_map"](detunings=11), bench, save=False)
    assert QUALITY not in rates or not rates[QUALITY].values.any()
    narrowing = run(EXPERIMENTS["spin_narrowing"](
        start=Q_(0.5, "ueV"), stop=Q_(-0.5, "ueV"), settling=Q_(1, "s"), averaging=Q_(30, "s"), nuclei=60), bench,
        save=False)
    spoiled = {str(source): bool(narrowing[QUALITY].sel(source=source).values.all())
               for source in narrowing["source"].values}
    assert spoiled == {source: "master" not in source for source in spoiled}
    assert len(spoiled) == 2
