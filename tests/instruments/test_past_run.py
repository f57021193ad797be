"""What a file says of its run: the same experiment, sample and seed come back from it, and the same numbers."""

import json

import pytest
import xarray

from instruments import dragging_bench, spin_inertia_bench
from instruments.past_run import PastRun, sample_in_words
from instruments.script import script_of
from vlab import Q_, run
from vlab.errors import DataError
from vlab.experiments import DelayScan, DwellTimeScan, ModulationFrequencyScan
from vlab.samples import QuantumDot, SpinEnsemble


def test_a_file_tells_its_run(tmp_path):
    dot = QuantumDot.sample_a(model="latta2009").replace(linewidth=Q_(2, "ueV"))
    scan = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(30, "ms"), time_constant=Q_(10, "ms"))
    data = run(scan, dragging_bench(dot=dot, seed=7, noise=False), save=tmp_path)
    with xarray.open_dataset(data.encoding["source"]) as found:
        past = PastRun.of(found.attrs)
    assert past.procedure == scan
    assert past.sample == dot
    assert (past.kind.key, past.seed, past.noise, past.run_number) == ("dragging", 7, False, 1)
    assert past.settings["magnet"]["field"] == 4.5


def test_lists_and_words_come_back():
    ensemble = SpinEnsemble.p_type()
    scan = ModulationFrequencyScan(power=0.1, field=Q_(300, "mT"))
    data = run(scan, spin_inertia_bench(ensemble=ensemble, seed=1), save=False)
    past = PastRun.of(data.attrs)
    assert past.procedure == scan
    assert past.sample == ensemble


def test_other_files_are_refused_in_a_sentence():
    with pytest.raises(DataError, match="does not say which experiment"):
        PastRun.of({"title": "holiday"})
    data = run(DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(20, "ms")), dragging_bench(), save=False)
    with pytest.raises(DataError, match="cannot be made again"):
        PastRun.of({**data.attrs, "procedure": "crystal_ball"})


def quick(**changes):
    return DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-4, "ueV"), dwell=Q_(50, "ms"), **changes)


def strange_dragging_bench():
    """A bench on which many things are not as usual, in its second run."""
    bench = dragging_bench(QuantumDot.sample_a("latta2009").replace(linewidth=Q_(2, "ueV")), seed=5)
    bench.laser.power = Q_(20, "nW")
    bench.magnet.field = Q_(3, "T")
    bench.gate.voltage = Q_(0.41, "V")
    bench.lockin.harmonic = 1
    bench.lockin.sensitivity = Q_(1, "mV")
    bench.fail("laser.mode_hop")
    bench.sleep(Q_(3000, "s"))
    run(quick(), bench, save=False)
    return bench


def strange_inertia_bench():
    bench = spin_inertia_bench(SpinEnsemble.p_type(), seed=6)
    bench.cryostat.temperature = Q_(8, "K")
    bench.lockin.slope = "18 dB/oct"
    bench.detector.write("gain", 1e5)
    bench.sleep(Q_(3000, "s"))
    return bench


@pytest.mark.parametrize(("make", "experiment"), [
    (lambda: dragging_bench(seed=2), quick()),
    (lambda: dragging_bench(QuantumDot.sample_a().replace(fluctuations=True, nuclei=10000), seed=3),
     quick(directions="both")),
    (strange_dragging_bench, quick(time_constant=Q_(30, "ms"))),
    (lambda: dragging_bench(seed=4, noise=False), quick(knob="gate")),
    (lambda: spin_inertia_bench(seed=5), ModulationFrequencyScan()),
    (strange_inertia_bench, DelayScan()),
], ids=["usual", "fluctuating", "strange", "without noise", "inertia", "strange inertia"])
@pytest.mark.slow
def test_on_the_bench_made_again_the_numbers_come_again_to_the_bit(make, experiment, tmp_path):
    data = run(experiment, make(), save=tmp_path / "run.nc")
    with xarray.open_dataset(tmp_path / "run.nc") as found:
        past = PastRun.of(found.attrs)
    assert past.doubt() == ""
    again = run(past.procedure, past.bench(), save=False)
    xarray.testing.assert_identical(again.drop_attrs(), data.drop_attrs())
    assert json.loads(again.attrs["instruments"]) == json.loads(data.attrs["instruments"])
    assert again.attrs["run_number"] == data.attrs["run_number"]


def test_another_seed_is_the_same_run_with_other_noise():
    data = run(quick(), dragging_bench(seed=2), save=False)
    past = PastRun.of(data.attrs).with_seed(9)
    other = run(past.procedure, past.bench(), save=False)
    assert (other["dt"].values != data["dt"].values).all()
    assert other.attrs["seed"] == 9
    expected = run(quick(), dragging_bench(seed=9), save=False)
    assert (other["dt"].values == expected["dt"].values).all()


def test_settings_that_were_unusual_are_told():
    bench = dragging_bench(seed=2)
    bench.laser.power = Q_(20, "nW")
    past = PastRun.of(run(quick(), bench, save=False).attrs)
    assert past.unusual_settings() == [("laser", "power", pytest.approx(1e-8), pytest.approx(2e-8))]


def test_what_cannot_come_again_is_said():
    bench = dragging_bench()
    run(quick(), bench, save=False)
    past = PastRun.of(run(quick(prepare="continue"), bench, save=False).attrs)
    assert "went on from the state" in past.doubt()
    attributes = run(quick(), bench, save=False).attrs
    older = PastRun.of({**attributes, "versions": json.dumps({"vlab": "0.0.1"})})
    assert "made by vlab 0.0.1" in older.doubt()
    touched = PastRun.of({**attributes, "settings_changed_during_run": '[{"setting": "power"}]'})
    assert "changed by hand" in touched.doubt()


def test_a_setting_that_this_version_refuses_is_told_in_a_sentence():
    attributes = run(quick(), dragging_bench(), save=False).attrs
    settings = json.loads(attributes["instruments_before"])
    settings["magnet"]["field"] = 1e6
    past = PastRun.of({**attributes, "instruments_before": json.dumps(settings)})
    with pytest.raises(DataError, match=r"magnet\.field"):
        past.bench()


@pytest.mark.parametrize(("bench", "sample", "words"), [
    ("dragging", QuantumDot.sample_a(), "sample A"),
    ("dragging", QuantumDot.sample_a("latta2009").replace(linewidth=Q_(2, "ueV")),
     "sample A, latta2009, linewidth 2 µeV"),
    ("spin_inertia", SpinEnsemble.p_type(), "p-type"),
])
def test_samples_in_words(bench, sample, words):
    assert sample_in_words(bench, json.dumps({"kind": "any", **sample.as_record()})) == words


def test_a_sample_of_another_version_has_no_words():
    assert sample_in_words("dragging", '{"flavour": "strange"}') == ""
    assert sample_in_words("kitchen", "{}") == ""
    assert sample_in_words("dragging", "torn") == ""


def test_a_cable_that_was_moved_comes_again(tmp_path):
    bench = dragging_bench(seed=21)
    bench.connect("gate.output", "lockin.signal")
    bench.disconnect("lockin.reference")
    data = run(quick(), bench, save=tmp_path / "run.nc")
    bench.connect("chopper.reference", "lockin.reference")  # it is the beginning that counts
    with xarray.open_dataset(tmp_path / "run.nc") as found:
        past = PastRun.of(found.attrs)
    assert past.cables == {"lockin.signal": "gate.output", "sample.gate": "gate.output"}
    assert past.doubt() == ""
    again = past.bench()
    assert again.cables == past.cables
    xarray.testing.assert_identical(run(past.procedure, again, save=False).drop_attrs(), data.drop_attrs())
    code = script_of(past, save=None)
    assert 'bench.connect("gate.output", "lockin.signal")\n' in code
    assert 'bench.disconnect("lockin.reference")\n' in code
    names = {}
    exec(compile(code, "script", "exec"), names)
    xarray.testing.assert_identical(names["data"].drop_attrs(), data.drop_attrs())


def test_cables_that_a_file_does_not_tell_are_as_they_should_be():
    attributes = run(quick(), dragging_bench(seed=2), save=False).attrs
    assert "connect" not in script_of(PastRun.of(attributes))
    older = PastRun.of({name: value for name, value in attributes.items() if name != "cables"})
    assert "does not tell how the cables were" in older.doubt()
    assert older.bench().cables == dragging_bench().cables
    other = PastRun.of({**attributes, "cables": '{"lockin.signal": "toaster.output"}'})
    with pytest.raises(DataError, match="toaster"):
        other.bench()
