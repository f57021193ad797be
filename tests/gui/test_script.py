"""Copy as script: the script of what was done by hand gives the numbers of the window to the bit."""

import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st
from laboratory import desk_of_a_laboratory

from instruments.code import parameter_code, procedure_code, quantity_code
from instruments.past_run import PastRun
from instruments.script import script_of
from vlab import Q_, run
from vlab.experiments import EXPERIMENTS, DraggingWidthVsDwell, DwellTimeScan, ModulationFrequencyScan
from vlab.units import to_si

SHORT = {"start": Q_(4, "ueV"), "stop": Q_(-4, "ueV"), "dwell": Q_(50, "ms")}


def executed(code):
    names = {}
    exec(compile(code, "script", "exec"), names)
    return names


def measure(qtbot, desk, procedure):
    before = len(desk.model.scans)
    desk.model.start(procedure)
    qtbot.waitUntil(lambda: len(desk.model.scans) > before and desk.model.run is None, timeout=60_000)
    return desk.model.scans[-1]


def same_numbers(scan, dataset):
    with xarray.open_dataset(scan.file) as found:
        for name in dataset.data_vars:
            np.testing.assert_array_equal(found[name], dataset[name], err_msg=name)
    assert dataset.sizes


@given(st.floats(1e-13, 1e13), st.sampled_from(["s", "ueV", "V", "T", "Hz", "nW", "ns", "deg", "K", "", "T/min",
                                                "percent", "1/s", "rad/s", "ueV/T^2"]))
def test_code_of_a_quantity_gives_it_back_to_the_bit(si, unit):
    assert to_si(eval(quantity_code(si, unit), {"Q_": Q_}), unit, "test") == si


@pytest.mark.parametrize(("si", "unit", "code"), [
    (0.3, "s", 'Q_(300, "ms")'), (20e-9, "nW", 'Q_(20, "nW")'), (4.5, "T", 'Q_(4.5, "T")'), (0.0, "V", 'Q_(0, "V")'),
    (1e4, "Hz", 'Q_(10, "kHz")'), (-50e-12, "ns", 'Q_(-50, "ps")'), (3.0, "", "3"),
    (to_si(Q_(-30, "ueV"), "ueV", ""), "ueV", 'Q_(-30, "ueV")')])
def test_code_is_what_a_person_would_write(si, unit, code):
    assert quantity_code(si, unit) == code


def test_code_of_an_experiment_leaves_defaults_out():
    assert procedure_code(DwellTimeScan()) == "DwellTimeScan()"
    assert procedure_code(DwellTimeScan(dwell=Q_(1000, "ms"))) == "DwellTimeScan()"
    assert procedure_code(DwellTimeScan(dwell=Q_(0.2, "s"), knob="gate")) == (
        'DwellTimeScan(dwell=Q_(200, "ms"), knob="gate")')
    assert parameter_code(DraggingWidthVsDwell(dwells=Q_([0.2, 1, 5], "s")), "dwells") == 'Q_([0.2, 1, 5], "s")'


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_code_of_every_parameter_of_every_experiment(key):
    kind = EXPERIMENTS[key]
    asked = kind()
    names = {"Q_": Q_}
    again = kind(**{name: eval(parameter_code(asked, name), names) for name in kind.parameters()})
    for name, known in kind.parameters().items():
        if known.kind == "quantity" and getattr(asked, name) is not None:
            assert again.si(name) == asked.si(name), name
        elif known.kind == "quantities":
            assert again.si_list(name) == asked.si_list(name), name
        else:
            assert getattr(again, name) == getattr(asked, name), name


def test_hand_driven_dragging(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path, seed=5) as desk:
        model = desk.model
        model.write("laser", "power", 30e-9)
        model.write("laser", "power", 31e-9)
        model.write("lockin", "sensitivity", 1.0)  # refused or not, as it may be
        model.write("laser", "power", 99.0)  # refused
        first = measure(qtbot, desk, DwellTimeScan(**SHORT))
        model.write("magnet", "field", 4.49)
        model.forward(200.0)
        model.turn_fault("laser", "mode_hop", True)
        model.turn_fault("laser", "mode_hop", False)
        second = measure(qtbot, desk, DwellTimeScan(**SHORT, slope="12 dB/oct"))
        code, last = desk.diary.script(), desk.diary.script_of_last_run()
    assert "99" not in code
    assert code.count("laser.power") == 1
    assert "bench = dragging_bench(seed=5)\n" in code
    assert 'bench.laser.power = Q_(31, "nW")\n' in code
    assert 'bench.sleep(Q_(200, "s"))' in code
    names = executed(code)
    same_numbers(first, names["data_1"])
    same_numbers(second, names["data_2"])
    assert last.count("run(") == 1
    same_numbers(second, executed(last)["data"])


@pytest.mark.slow
def test_hand_driven_spin_inertia(qapp, qtbot, tmp_path):
    scan = ModulationFrequencyScan(start=Q_(100, "kHz"), stop=Q_(1, "MHz"), points_per_decade=2,
                                   time_constant=Q_(1, "ms"))
    with desk_of_a_laboratory(qapp, qtbot, tmp_path, experiment=ModulationFrequencyScan) as desk:
        desk.model.mount({"type": "p", "anisotropy": "4"}, 2, True)
        qtbot.waitUntil(lambda: desk.model.connected and desk.model.mounting is None, timeout=20_000)
        desk.model.write("probe", "power", 0.5 * desk.model.snapshot.values["probe"]["power"])
        before = desk.model.snapshot.values["lockin"]["phase"]
        desk.model.act("lockin", "auto_phase")
        desk.model.forward(20.0)
        qtbot.waitUntil(lambda: desk.model.snapshot.values["lockin"]["phase"] != before, timeout=10_000)
        found = measure(qtbot, desk, scan)
        code = desk.diary.script()
    assert "SpinEnsemble.p_type().replace(anisotropy=4), seed=2)" in code
    assert "auto_phase()" not in code  # what it comes to depends on the moment
    assert "# what auto phase came to" in code
    same_numbers(found, executed(code)["data"])


def test_a_queue_of_fast_runs(qapp, qtbot, tmp_path):
    """The next run begins on the same bench before the window hears that the last one has ended."""
    from gui.mounted import SampleChoice
    from gui.run_plan import Plan

    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        brief = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(5, "ms"))
        desk.queue.add(Plan(brief, SampleChoice("dragging")) for _ in range(4))
        desk.queue.start()
        qtbot.waitUntil(lambda: all(entry.over for entry in desk.queue.entries), timeout=60_000)
        scans = list(desk.model.scans)
        code = desk.diary.script()
    assert len({entry.number for entry in desk.diary.entries}) == 4
    assert "run_number" not in code  # they followed each other
    names = executed(code)
    for number, scan in enumerate(scans, 1):
        same_numbers(scan, names[f"data_{number}"])


def test_a_past_run_as_a_script(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        desk.model.mount({"model": "latta2009", "linewidth": "0.7 ueV"}, 3, True)
        qtbot.waitUntil(lambda: desk.model.connected and desk.model.mounting is None, timeout=20_000)
        measure(qtbot, desk, DwellTimeScan(**SHORT))
        desk.model.write("laser", "power", 12.5e-9)
        desk.model.write("lockin", "phase", 0.1)
        found = measure(qtbot, desk, DwellTimeScan(**SHORT))
    with xarray.open_dataset(found.file) as dataset:
        code = script_of(PastRun.of(dataset.attrs), save=None)
    assert 'QuantumDot.sample_a(model="latta2009")' in code
    assert "bench.run_number = 1" in code
    assert "time_constant" not in code  # the scan sets it itself
    same_numbers(found, executed(code)["data"])


def test_an_untouched_run_is_three_lines(tmp_path):
    from instruments import dragging_bench

    dataset = run(DwellTimeScan(**SHORT), dragging_bench(), save=False)
    code = script_of(PastRun.of(dataset.attrs), save=None)
    assert code.splitlines()[-2:] == [
        "bench = dragging_bench()",
        'data = run(DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-4, "ueV"), dwell=Q_(50, "ms")), bench, save=False)']


@pytest.mark.slow
def test_an_aborted_measurement_leaves_the_bench_safe(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        model = desk.model
        model.set_pace(5.0)
        model.start(DwellTimeScan())
        qtbot.waitUntil(lambda: model.run is not None, timeout=5000)
        model.abort()
        qtbot.waitUntil(lambda: model.run is None, timeout=10_000)
        model.set_pace(float("inf"))
        found = measure(qtbot, desk, DwellTimeScan(**SHORT))
        code = desk.diary.script_of_last_run()
    assert "bench.make_safe()" in code
    same_numbers(found, executed(code)["data"])


def test_what_was_taken_back_is_not_written_down(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        before = desk.model.snapshot.values["laser"]["power"]
        desk.model.write("laser", "power", 2 * before)
        qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == 2 * before, timeout=5000)
        desk.undo.undo()
        assert "laser" not in desk.diary.script()


@pytest.mark.slow
def test_cables_and_faults_and_waits(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        model = desk.model
        source = model.snapshot.cables["lockin.reference"]
        model.plug(None, "lockin.reference")
        qtbot.waitUntil(lambda: "lockin.reference" not in model.snapshot.cables, timeout=5000)
        model.plug(source, "lockin.reference")
        model.turn_fault("lockin", "loose_reference", True)
        model.write("magnet", "field", 4.4)
        model.start(DwellTimeScan(**SHORT), save=False)
        qtbot.waitUntil(lambda: bool(model.scans) and model.run is None, timeout=20_000)
        lines = desk.diary.script().splitlines()
    hands = [line for line in lines if line.startswith("bench.")]
    assert hands[:4] == ['bench.disconnect("lockin.reference")', f'bench.connect("{source}", "lockin.reference")',
                         'bench.fail("lockin.loose_reference")', 'bench.magnet.field = Q_(4.4, "T")']
    assert any("save=False" in line for line in lines)
