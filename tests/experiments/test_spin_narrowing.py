"""The nuclear spin's distribution: master equation and stochastic dot side by side, the dot against its exact law."""

import json

import numpy as np
import pytest

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
    for name in nothing.data_vars:
        nothing[name][:] = np.nan
    assert experiment.findings(nothing) == []
    experiment.overlay(nothing)
    nothing[next(iter(nothing.data_vars))][0] = 1.0
    experiment.findings(data.where(data["detuning"] > 0))
    experiment.overlay(data.where(data["detuning"] > 0))


def test_a_dot_that_moved_is_told(watched):
    experiment, _, data = watched
    left = data.copy(deep=True)
    left["variance"].loc[{"source": "stochastic dot", "detuning": 8}] = 30.0
    assert any("+8.00 µeV it went to another polarization" in sentence for sentence in experiment.findings(left))
    left["branch_weight"].loc[{"source": "stochastic dot", "detuning": -8}] = 0.5
    assert any("-8.00 µeV the law has another branch" in sentence for sentence in experiment.findings(left))


@pytest.mark.parametrize("kind", [SpinNarrowing, SpinDistribution])
def test_nuclei_that_do_not_fluctuate_are_refused_before_anything_is_measured(kind):
    bench = dragging_bench()
    with pytest.raises(RunError, match=r"do not fluctuate.*sources='master equation'"):
        run(kind(), bench, save=False)


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
    assert len(experiment.findings(data)) == 4
    assert len(experiment.overlay(data)) == 2


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
