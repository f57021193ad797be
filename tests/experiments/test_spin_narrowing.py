"""The nuclear spin's distribution: master equation and stochastic dot side by side, the dot against its exact law."""

import json
import re

import numpy as np
import pytest
import xarray

from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis.figure import draw_runs
from vlab.errors import LimitError, RunError
from vlab.experiments import SpinDistribution, SpinNarrowing
from vlab.experiments.runner import Run
from vlab.physics.dnsp_branch import branch_of
from vlab.physics.dnsp_chain import stationary_moments
from vlab.samples import DickeDot, QuantumDot

HBAR_EV = 6.582119569e-16
NUCLEI = 4000


def flipping(**changes) -> QuantumDot:
    return QuantumDot.sample_a().replace(fluctuations=True, nuclei=NUCLEI, **changes)


def narrowing(**changes) -> SpinNarrowing:
    given = {"start": Q_(8, "ueV"), "stop": Q_(-8, "ueV"), "step": Q_(8, "ueV"), "nuclei": 100}
    return SpinNarrowing(**{**given, **changes})


@pytest.fixture(scope="module")
def watched():
    bench = dragging_bench(flipping())
    experiment = narrowing(averaging=Q_(1500, "s"))
    return experiment, bench, run(experiment, bench, save=False)


def test_the_master_equation_is_that_of_the_benchs_field_and_power():
    bench = dragging_bench(noise=False)
    bench.laser.power = Q_(2.5, "nW")  # Omega/Gamma = 1/2
    bench.magnet.ramp_rate = Q_(2, "T/min")
    bench.magnet.field = Q_(4.4, "T")
    experiment = narrowing(sources="master equation", step=Q_(2, "ueV"), weights="literal",
                           hyperfine_coupling=Q_(90, "ueV"), linewidth=Q_(0.8, "ueV"))
    found = run(experiment, bench, save=False).sel(source="master equation")
    dot = DickeDot(nuclei=100, field=Q_(4.4, "T"), linewidth=Q_(0.8, "ueV"), rabi_frequency=Q_(0.4, "ueV"),
                   hyperfine_coupling=Q_(90, "ueV"), weights="literal")
    state = dot.steady_state(Q_(found["detuning"].values, "ueV"))
    np.testing.assert_allclose(found["variance"], state.total_variance / 25, rtol=1e-9)
    np.testing.assert_allclose(found["narrowing"], 10 * np.log10(state.total_variance / 25), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found["conditional_variance"], state.conditional_variance / 25, rtol=1e-9)
    np.testing.assert_allclose(found["polarization"], state.mean_polarization, rtol=1e-8)
    np.testing.assert_allclose(found["absorption"], state.absorption_normalized, rtol=1e-9)
    assert np.isnan(found["law_variance"]).all()
    assert experiment.seconds() == 0.0
    assert experiment.claims(bench) == []


def test_the_dot_is_watched_in_the_branch_of_its_exact_law(watched):
    _, bench, data = watched
    dot = data.sel(source="stochastic dot")
    model = bench.rate_model()
    for i, x in enumerate(dot["detuning"].values):
        branch = branch_of(model, x * 1e-6 / HBAR_EV, NUCLEI, 0.0)
        one = dot.isel(detuning=i)
        assert float(one["branch_variance"]) == pytest.approx(branch.variance * NUCLEI, rel=1e-9)
        assert float(one["law_variance"]) == pytest.approx(
            stationary_moments(model, x * 1e-6 / HBAR_EV, NUCLEI)[1] * NUCLEI, rel=1e-9)
        assert float(one["branch_weight"]) == pytest.approx(branch.weight, rel=1e-12)
        assert abs(float(one["variance"]) / (branch.variance * NUCLEI) - 1) < 5 * float(one["variance_error"]) / (
            branch.variance * NUCLEI) + 0.05
        assert abs(float(one["polarization"]) - branch.mean) < 5 * float(one["polarization_error"]) + 1e-5
    assert float(dot["variance"].sel(detuning=0)) < 0.05
    np.testing.assert_allclose(dot["variance"].sel(detuning=[-8, 8]), 1.0, atol=0.6)


def test_absorption_is_what_the_lock_in_shows(watched):
    _, _, data = watched
    absorbed = data["absorption"].sel(source="stochastic dot").values
    assert absorbed[1] > 0.9
    assert np.all(np.abs(absorbed[[0, 2]]) < 0.03)


def test_findings_and_overlay(watched, tmp_path):
    experiment, _, data = watched
    found = experiment.findings(data)
    assert found[0].startswith("master equation: least variance")
    assert "least variance 0.0" in found[1]
    assert "within two standard errors" in found[2]
    assert not any("<" in sentence for sentence in found)  # the window would read a tag
    lines = experiment.overlay(data)
    assert lines[0][0] == "exact law of the dot"
    np.testing.assert_array_equal(lines[0][1], [8, 0, -8])
    np.testing.assert_allclose(lines[0][2], 10 * np.log10(data["law_variance"].sel(source="stochastic dot")))
    bars = [line for line in lines[1:] if line[1][0] == line[1][-1]]
    assert len(bars) == 3
    assert all(low < high for _, _, (low, high) in bars)
    draw_runs([(experiment, data)], tmp_path / "narrowing.png")
    assert (tmp_path / "narrowing.png").stat().st_size > 10_000


def test_findings_of_what_broke_off(watched):
    experiment, _, data = watched
    nothing = data.copy(deep=True)
    for name in set(nothing.data_vars) - {"quality"}:
        nothing[name][:] = np.nan
    assert experiment.findings(nothing) == []
    experiment.overlay(nothing)
    nothing[next(iter(nothing.data_vars))][0] = 1.0
    experiment.findings(data.where(data["detuning"] > 0))
    experiment.overlay(data.where(data["detuning"] > 0))


@pytest.mark.parametrize(("changes", "says"), [
    ({"variance": 30.0}, "not settled at +8.00 µeV: its polarization still moved while it was watched; settle longer"),
    ({"drift": 1.0}, "not settled at +8.00 µeV"),
    ({"polarization": 0.5}, "not settled at +8.00 µeV"),
    ({"variance": 30.0, "branch_weight": 0.5}, "at +8.00 µeV it went to another polarization, or was still on its way"),
    ({"drift": -1.0, "variance": 0.01}, "watched too briefly at +8.00 µeV"),
    ({"branch_weight": 0.5}, "at +8.00 µeV the law has another branch"),
])
def test_a_dot_that_moved_is_told(watched, changes, says):
    experiment, _, data = watched
    assert not any("+8.00 µeV" in sentence and "least" not in sentence and "mean P" not in sentence
                   for sentence in experiment.findings(data))
    left = data.copy(deep=True)
    for name, value in changes.items():
        left[name].loc[{"source": "stochastic dot", "detuning": 8}] = value
    assert any(says in sentence for sentence in experiment.findings(left))


@pytest.mark.slow
@pytest.mark.parametrize(("settling", "flagged"), [(0.0, True), (1000.0, False)])
def test_a_dot_on_its_way_from_zero_is_not_settled(settling, flagged):
    """At +2.5 µeV the one branch of N = 100000 nuclei lies at P = 0.040, to which they must go first."""
    bench = dragging_bench(QuantumDot.sample_a().replace(fluctuations=True))
    experiment = narrowing(sources="stochastic dot", start=Q_(2.5, "ueV"), stop=Q_(2.0, "ueV"), step=Q_(0.5, "ueV"),
                           settling=Q_(settling, "s"))
    data = run(experiment, bench, save=False)
    np.testing.assert_array_equal(data["branch_weight"] > 0.999, True)
    told = [sentence for sentence in experiment.findings(data) if "not settled at" in sentence]
    assert ["+2.50" in sentence for sentence in told] == [True] * flagged


def test_findings_say_why_the_two_models_differ(watched):
    experiment, _, data = watched
    last = experiment.findings(data)[-1]
    assert "need not agree in P" in last
    assert "N = 100 nuclei with A = 120 µeV" in last
    assert "rate model of 4000 nuclei with its own pump rates, an odd pump term and decay" in last


HOW_TO = ("mount a dot with fluctuations (window: Sample, fluctuations on; command line: --set dot.fluctuations=on; "
          "script: QuantumDot(..., fluctuations=True))")


@pytest.mark.parametrize("kind", [SpinNarrowing, SpinDistribution])
def test_a_dot_that_follows_the_mean_is_refused_before_anything_is_measured(kind):
    bench = dragging_bench()
    before = bench.now
    with pytest.raises(RunError, match=f"do not fluctuate.*{re.escape(HOW_TO)}.*sources='master equation'"):
        run(kind(sources="stochastic dot"), bench, save=False)
    assert bench.now == before


@pytest.mark.parametrize("kind", [SpinNarrowing, SpinDistribution])
def test_defaults_on_a_dot_that_follows_the_mean_show_the_master_equation_alone(kind, tmp_path):
    bench = dragging_bench()
    before = bench.now
    experiment = kind(nuclei=100)
    measured = run(experiment, bench, save=tmp_path / "alone.nc")
    assert bench.now == before
    assert measured.attrs["status"] == "completed"
    data = xarray.load_dataset(tmp_path / "alone.nc")
    alone = run(kind(nuclei=100, sources="master equation"), dragging_bench(), save=False)
    for name in set(alone.data_vars) - {"quality"}:
        np.testing.assert_array_equal(data[name].sel(source="master equation"), alone[name].isel(source=0))
        assert np.isnan(data[name].sel(source="stochastic dot")).all()
    found = experiment.findings(data)
    assert found[0] == ("the dot on the bench follows the mean, so only the master equation is shown; to see the dot "
                        f"too, {HOW_TO}")
    assert found[1:] == kind(nuclei=100, sources="master equation").findings(alone)
    assert all(title != "exact law of the dot" for title, _, _ in experiment.overlay(data))
    assert all(np.size(x) > 0 for _, x, _ in experiment.overlay(data))
    draw_runs([(experiment, data)], tmp_path / "alone.png")


def test_a_dot_that_was_not_reached_is_not_said_to_follow_the_mean():
    carried_out = Run(narrowing(), dragging_bench(flipping()), save=False)
    carried_out.subscribe(lambda _: carried_out.abort() if carried_out.state == "running" else None)
    data = carried_out.execute()
    assert data.attrs["status"] == "aborted"
    assert not any("follows the mean" in sentence for sentence in narrowing().findings(data))


class RealRoom:
    """A bench as a real room would be: nothing of it is hidden, nor known beforehand."""

    def __init__(self, bench):
        self._bench = bench

    def __getattr__(self, name):
        if name in ("hidden", "rate_model", "kind"):
            raise AttributeError(name)
        return getattr(self._bench, name)


def test_a_real_room_is_refused_but_for_the_master_equation():
    room = RealRoom(dragging_bench(flipping()))
    with pytest.raises(RunError, match="no instrument of this room shows the nuclear polarization"):
        run(narrowing(), room, save=False)
    assert run(narrowing(sources="master equation"), room, save=False).attrs["status"] == "completed"


def test_an_abort_stops_a_long_master_equation():
    bench = dragging_bench()
    long = narrowing(sources="master equation", nuclei=100_000, step=Q_(0.01, "ueV"))
    measured = []
    carried_out = Run(long, bench, save=False)
    carried_out.subscribe(lambda event: (measured.append(event), carried_out.abort() if len(measured) == 3 else None))
    data = carried_out.execute()
    assert data.attrs["status"] == "aborted"
    assert data.attrs["points"] < 5


def test_each_detuning_begins_with_unpolarized_nuclei_and_the_time_is_estimated():
    bench = dragging_bench(flipping(), noise=False)
    experiment = narrowing(sources="stochastic dot", settling=Q_(0, "s"), averaging=Q_(2, "s"), sampling=Q_(0.1, "s"))
    before = bench.now
    data = run(experiment, bench, save=False)
    assert (bench.now - before).m_as("s") == pytest.approx(experiment.seconds(), abs=0.01)
    assert experiment.seconds() == pytest.approx(3 * 2.0)
    assert float(np.abs(data["polarization"]).max()) < 5 / np.sqrt(NUCLEI)
    claimed = {(device.name, setting) for device, setting in experiment.claims(bench)}
    assert {("laser", "photon_energy"), ("lockin", "time_constant"), ("laser", "power")} <= claimed
    assert ("laser", "power") not in {(device.name, setting) for device, setting in experiment.sets(bench)}


def test_distributions_of_both_models():
    bench = dragging_bench(flipping())
    experiment = SpinDistribution(at=Q_([1.0, -1.0], "ueV"), nuclei=200, averaging=Q_(500, "s"), span=Q_(1.0, ""),
                                  bins=500)
    data = run(experiment, bench, save=False)
    np.testing.assert_allclose(data["probability"].sum("polarization"), 1.0, rtol=1e-9)
    p = data["polarization"].values
    state = DickeDot(nuclei=200).steady_state(Q_([1.0, -1.0], "ueV"))
    mean = (data["probability"] * p).sum("polarization")
    np.testing.assert_allclose(mean.sel(source="master equation"), state.mean_polarization, atol=1e-3)
    model = bench.rate_model()
    for i, x in enumerate((1.0, -1.0)):
        branch = branch_of(model, x * 1e-6 / HBAR_EV, NUCLEI, 0.0)
        assert float(mean.sel(source="stochastic dot")[i]) == pytest.approx(branch.mean, abs=5e-4)
        exact = data["branch_density"].sel(source="stochastic dot").isel(detuning=i)
        unit = 500 / 2 * np.sqrt(2 * np.pi / NUCLEI)
        # bins begin and end on states, which are shared
        low, high = p[:, None] - 0.002, p[:, None] + 0.002
        inside = (branch.polarization > low + 1e-6) & (branch.polarization < high - 1e-6)
        shared = np.minimum(abs(branch.polarization - low), abs(branch.polarization - high)) < 1e-6
        np.testing.assert_allclose(exact / unit, (inside + 0.5 * shared) @ branch.law, atol=1e-9)
        seen = data["density"].sel(source="stochastic dot").isel(detuning=i)
        assert 0.5 * float(np.abs(seen - exact).sum()) / unit < 0.15  # total variation
    assert len(experiment.findings(data)) == 5
    assert "need not agree in P" in experiment.findings(data)[-1]
    assert len(experiment.overlay(data)) == 2


def test_bins_finer_than_the_states_make_no_staircase():
    fine = SpinDistribution(at=Q_([2.0], "ueV"), sources="master equation", nuclei=1000, bins=480)
    data = run(fine, dragging_bench(), save=False)
    density = data["density"].values.ravel()
    there = density > 0.05 * density.max()
    step = np.diff(density)[there[1:] & there[:-1]]
    assert (step != 0.0).all()
    assert np.count_nonzero(np.diff(np.sign(step))) == 1  # up and down again
    state = DickeDot(nuclei=1000).steady_state(Q_(2.0, "ueV"))
    at_states = np.interp(state.polarization, data["polarization"].values, density)
    expected = state.distribution * 500 * np.sqrt(2 * np.pi / 1000)
    inside = np.abs(state.polarization) < 0.119
    np.testing.assert_allclose(at_states[inside], expected[inside], atol=0.01 * expected.max())


def test_a_thermal_distribution_has_the_density_one():
    """Far off resonance the dot is thermal, a Gaussian of width 1/sqrt(N)."""
    experiment = SpinDistribution(at=Q_([200.0], "ueV"), sources="stochastic dot", averaging=Q_(20, "s"), bins=200)
    data = run(experiment, dragging_bench(flipping()), save=False)
    assert float(data["branch_density"].max()) == pytest.approx(1.0, abs=2e-3)


def test_records_run_again():
    experiment = SpinDistribution(at=Q_([2.0, 0.5], "ueV"), nuclei=70)
    again = SpinDistribution.from_texts({k: str(v) for k, v in json.loads(json.dumps(experiment.as_record())).items()})
    assert again == experiment


@pytest.mark.parametrize(("kind", "changes", "says"), [
    (SpinNarrowing, {"step": Q_(20, "ueV")}, "step got 20 µeV"),
    (SpinNarrowing, {"averaging": Q_(10, "s")}, r"averaging got 10 s.*at least 20 times"),
    (SpinDistribution, {"averaging": Q_(1e7, "s"), "sampling": Q_(1e-3, "s")}, "at most 1000000"),
    (SpinDistribution, {"span": Q_(2.0, "")}, "span got 2"),
    (SpinNarrowing, {"sources": "neither"}, "both, master equation, stochastic dot"),
])
def test_bad_parameters_are_refused_in_a_sentence(kind, changes, says):
    with pytest.raises(LimitError, match=says):
        kind(**changes)
