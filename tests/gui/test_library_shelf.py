"""The shelf of past runs, without a window: found, filtered, sorted, recovered, put away and brought back."""

import shutil
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gui.library.comparison import NOTHING, SHOWN, compare
from gui.library.errands import Errands
from gui.library.loading import Filling, load
from gui.library.row import Row, in_short
from gui.library.shelf import Shelf
from gui.scans import Scan
from instruments import dragging_bench, spin_inertia_bench
from vlab import Q_, run
from vlab.data.annotation import annotate
from vlab.data.run_entry import Entry
from vlab.errors import DataError
from vlab.experiments import AbsorptionRecovery, DwellTimeScan, ModulationFrequencyScan
from vlab.experiments.runner import Measured, Run
from vlab.samples import QuantumDot

SHORT = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(20, "ms"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A scan, another with overload, one with both directions, and one of the other bench; one that was cut off."""
    folder = tmp_path_factory.mktemp("shelf")
    run(SHORT, dragging_bench(QuantumDot.sample_a("latta2009"), seed=1), save=folder / "first.nc")
    bench = dragging_bench(seed=2)
    bench.fail("detector.saturated_detector")
    run(SHORT, bench, save=folder / "second.nc")
    run(SHORT.replace(directions="both"), dragging_bench(seed=3), save=folder / "third.nc")
    run(ModulationFrequencyScan(), spin_inertia_bench(seed=4), save=folder / "inertia.nc")
    cut = Run(SHORT, dragging_bench(), save=folder / "gone.nc")
    cut.subscribe(lambda event: isinstance(event, Measured) and event.done == 4 and shutil.copy(
        cut.journal, folder / "cut.journal.jsonl"))
    cut.execute()
    (folder / "gone.nc").unlink()
    annotate(folder / "third.nc", note="both ways", tags=["thesis"])
    return folder


@pytest.fixture
def shelf(made, tmp_path):
    shelf = Shelf(shutil.copytree(made, tmp_path / "runs"), tmp_path / "index.sqlite")
    shelf.notices = []
    shelf.noticed.connect(lambda level, text, *ways: shelf.notices.append((level, text)))
    shelf.look()
    finish(shelf)
    yield shelf
    shelf.stop()


def finish(shelf):
    """Take over what is found until nothing is left to be found."""
    end = time.monotonic() + 20.0
    while shelf.errands.busy:
        shelf.pull()
        assert time.monotonic() < end
        time.sleep(1e-3)


def names(shelf):
    return [row.entry.path.stem for row in shelf.rows]


def test_all_runs_stand_there_the_unfinished_first(shelf):
    assert names(shelf)[0] == "cut.journal"
    assert set(names(shelf)[1:]) == {"first", "second", "third", "inertia"}
    times = [row.moment for row in shelf.rows[1:]]
    assert times == sorted(times, reverse=True)


def test_searching_and_choosing(shelf):
    shelf.search("latta2009")
    assert names(shelf) == ["first"]
    shelf.search("#thesis")
    assert names(shelf) == ["third"]
    shelf.search("today modulation")
    assert names(shelf) == ["inertia"]
    shelf.search("")
    shelf.choose(experiment="dwell_time_scan", status="completed", order="oldest first")
    assert names(shelf) == ["first", "second", "third"]
    shelf.choose(order="noted first")
    assert names(shelf)[0] == "third"
    assert shelf.experiments() == {"dwell_time_scan": DwellTimeScan.in_words(),
                                   "modulation_frequency_scan": ModulationFrequencyScan.in_words()}


def test_rows_in_words(shelf):
    row = shelf.row(shelf.folder / "first.nc")
    assert row.heading == DwellTimeScan.in_words()
    assert (row.label, row.sample, row.state()) == (SHORT.label(), "sample A, latta2009", "6 points")
    assert shelf.row(shelf.folder / "cut.journal.jsonl").state() == "unfinished, 4 points"


def test_moments_as_short_as_can_be():
    noon = datetime(2026, 3, 4, 12, 5).astimezone()
    assert in_short(noon, date(2026, 3, 4)) == "today 12:05"
    assert in_short(noon, date(2026, 3, 5)) == "yesterday 12:05"
    assert in_short(noon, date(2026, 5, 5)) == "4 Mar 12:05"
    assert in_short(noon - timedelta(days=365), date(2026, 5, 5)) == "4 Mar 2025"
    assert in_short(None) == ""


def test_recovering(shelf):
    shelf.recover([row.entry.path for row in shelf.unfinished()])
    finish(shelf)
    assert shelf.unfinished() == []
    assert shelf.row(shelf.folder / "cut.nc").state() == "recovered, 4 points"
    assert "4 points recovered" in shelf.notices[-1][1]


def test_putting_away_and_bringing_back(shelf):
    path = shelf.folder / "first.nc"
    content = path.read_bytes()
    assert not shelf.can_bring_back
    shelf.put_away([path])
    finish(shelf)
    assert "first" not in names(shelf)
    assert not path.exists()
    path.write_bytes(content)  # a run of the same name is not overwritten
    shelf.bring_back()
    finish(shelf)
    assert "exists again" in shelf.notices[-1][1]
    path.unlink()
    shelf.bring_back()
    finish(shelf)
    assert path.read_bytes() == content
    assert "first" in names(shelf)


def test_notes(shelf):
    path = shelf.folder / "first.nc"
    shelf.annotate(path, note="a new note")
    finish(shelf)
    assert shelf.row(path).entry.note == "a new note"
    shelf.search("new note")
    assert names(shelf) == ["first"]
    path.unlink()
    shelf.annotate(path, note="too late")
    finish(shelf)
    assert shelf.notices[-1] == ("warning", f"{str(path)[0].upper()}{str(path)[1:]} is gone, so there is nothing to "
                                            "write the note to.")
    assert path.parent.exists()


@pytest.mark.slow
def test_another_folder(shelf, tmp_path):
    shelf.set_folder(tmp_path / "none yet")
    shelf.look()
    finish(shelf)
    assert (shelf.rows, len(shelf)) == ([], 0)


def test_a_free_seed(shelf):
    entry = shelf.row(shelf.folder / "first.nc").entry
    assert shelf.free_seed(entry) == 2


# -- looking at runs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["first.nc", "second.nc", "third.nc", "inertia.nc"])
def test_a_loaded_run_is_as_it_was_measured(made, file):
    loaded = load(made / file)
    scan = loaded.scan(7)
    filling = Filling(scan, loaded)
    while not filling.step(0.0001):
        pass
    bench = {"first.nc": lambda: dragging_bench(QuantumDot.sample_a("latta2009"), seed=1),
             "second.nc": lambda: dragging_bench(seed=2), "third.nc": lambda: dragging_bench(seed=3),
             "inertia.nc": lambda: spin_inertia_bench(seed=4)}[file]()
    if file == "second.nc":
        bench.fail("detector.saturated_detector")
    again = Run(loaded.procedure, bench, save=False)
    live = Scan(1, loaded.procedure, again.coordinates)
    again.subscribe(lambda event: live.add(event) if isinstance(event, Measured) else None)
    data = again.execute()
    assert scan.points() == live.points() > 5
    variable = loaded.procedure.plot.y[0]
    for one, other in zip(scan.traces, live.traces, strict=True):
        assert one.member == other.member
        assert {one.x[row] for row in one.spoiled} == {other.x[row] for row in other.spoiled}
        # backward scans are kept in the order of the grid
        assert one.range(variable, False) == other.range(variable, False)
        assert one.range(variable, True) == other.range(variable, True)
        ours, theirs = (sorted(zip(*trace.drawn(variable, False, False), strict=True)) for trace in (one, other))
        assert ours == theirs
    assert scan.marks == live.marks
    assert (file == "second.nc") is any(trace.spoiled for trace in scan.traces)
    assert scan.findings[-1:] == tuple(loaded.procedure.findings(data))[-1:]
    assert (scan.number, scan.status, scan.file) == (7, "completed", made / file)


def test_what_is_unusual_of_a_sample_and_the_date_are_in_the_legend(made):
    assert "latta2009" in load(made / "first.nc").scan(1).title
    assert "today" in load(made / "third.nc").scan(1).title
    assert "sample A" not in load(made / "third.nc").scan(1).title


@pytest.mark.slow
def test_a_run_that_broke_off_and_one_with_means(tmp_path):
    short = Run(SHORT, dragging_bench(), save=tmp_path / "short.nc")
    short.subscribe(lambda event: isinstance(event, Measured) and event.done == 3 and short.abort())
    short.execute()
    loaded = load(tmp_path / "short.nc")
    scan = loaded.scan(1)
    assert Filling(scan, loaded).step(1.0)
    assert (scan.points(), len(scan.axis), scan.status) == (3, 6, "aborted")
    means = AbsorptionRecovery(repeats=2)
    cut = Run(means, dragging_bench(), save=tmp_path / "means.nc")
    cut.subscribe(lambda event: isinstance(event, Measured) and event.done == 200 and cut.abort())
    cut.execute()
    loaded = load(tmp_path / "means.nc")
    scan = loaded.scan(1)
    assert Filling(scan, loaded).step(1.0)
    assert scan.points() == 200


def test_files_that_are_no_runs_are_refused_in_a_sentence(tmp_path):
    (tmp_path / "odd.nc").write_bytes(b"holiday")
    with pytest.raises(DataError, match=r"odd\.nc cannot be read\. The file is no netCDF-4 file"):
        load(tmp_path / "odd.nc")


def test_what_differs(made):
    lines = compare([made / "first.nc", made / "third.nc"])
    differing = {(line.group, line.name): line.values for line in lines if line.differs}
    assert differing["run", "seed"] == ("1", "3")
    assert differing["experiment", "directions"] == ("one", "both")
    assert differing["sample", "model"] == ("latta2009", "noncollinear")
    assert ("experiment", "dwell") not in differing
    same = {(line.group, line.name): line.values for line in lines if not line.differs}
    assert same["experiment", "dwell"] == ("20 ms", "20 ms")
    assert same["experiment", "time constant"] == ("as dwell", "as dwell")  # as the form says
    assert same["magnet", "field"] == ("4.5 T", "4.5 T")
    assert {group for group, _ in differing} <= {"run", "experiment", "sample", "lockin", "laser"}
    assert not any(line.differs for line in compare([made / "first.nc", made / "first.nc"]))


def test_runs_of_two_benches_compared(made):
    lines = {(line.group, line.name): line.values for line in compare([made / "first.nc", made / "inertia.nc"])}
    assert lines["pump", "power"][0] == "–"
    assert lines["chopper", "frequency"] == ("50 kHz", "–")


# -- the thread beside -------------------------------------------------------------------------------------------


def test_errands_are_done_in_order_beside_and_taken_here():
    errands, told = Errands(), []

    def fail():
        raise ValueError("no")

    errands.do(threading.current_thread, lambda answer, failure: told.append(answer is not threading.current_thread()))
    errands.do(fail, lambda answer, failure: told.append(str(failure)))
    end = time.monotonic() + 5.0
    while errands.busy and time.monotonic() < end:
        errands.pull()
    assert told == [True, "no"]
    assert not any(thread.name == "vlab library" for thread in threading.enumerate())


def test_a_stopped_shelf_ends_soon(made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "runs")
    for number in range(50):
        shutil.copy(folder / "first.nc", folder / f"{number}.nc")
    shelf = Shelf(folder, tmp_path / "index.sqlite")
    shelf.look()
    shelf.stop()
    thread = shelf.errands._thread
    if thread is not None:
        thread.join(2.0)
        assert not thread.is_alive()
    shelf.pull()
    assert len(shelf) < 50


@pytest.mark.parametrize(("sentence", "finding", "result", "lines"), [
    ("tau_s* = 439(6) ns, L(0) = 0.1156(13), residual 0.0004 (eq. (11))", "tau_s* = 439(6) ns", ("tau_s*", 439e-9),
     {"tau_s*": "439(6) ns", "L(0)": "0.1156(13)", "residual": "0.0004"}),
    ("forward: tau = 0.9(1) s; 0.2 µeV steps: width 3.0 µeV, without dwell 1.0 µeV", "forward: tau = 0.9(1) s",
     ("forward: tau", 0.9), {"forward: tau": "0.9(1) s", "forward: 0.2 µeV steps: width": "3.0 µeV",
                             "forward: 0.2 µeV steps: without dwell": "1.0 µeV"}),
    ("mean of both directions: tau = 1.32(42) s common to all steps; 0.4 µeV steps: saturated width 10.3(1.2) µeV, "
     "at zero dwell -1.2(3) µeV (extrapolated); residuals up to 0.20 µeV (the curves share no tau, so it depends)",
     "mean of both directions: tau = 1.32(42) s common to all steps", ("mean of both directions: tau", 1.32),
     {"mean of both directions: tau common to all steps": "1.32(42) s",
      "mean of both directions: 0.4 µeV steps: saturated width": "10.3(1.2) µeV",
      "mean of both directions: 0.4 µeV steps: at zero dwell": "-1.2(3) µeV",
      "mean of both directions: residuals up to": "0.20 µeV"}),
    ("dragging width: 10.7(12) µeV (on at 1.2 µeV, off at -9.5 µeV, clipped at an end of the scan); noise alone",
     "dragging width: 10.7(12) µeV", ("dragging width", 10.7 * 1.602176634e-25),
     {"dragging width": "10.7(12) µeV; noise alone", "dragging width: on at": "1.2 µeV",
      "dragging width: off at": "-9.5 µeV, clipped at an end of the scan"}),
    ("from red: half of the peak after longer than 30 s, median of all 8 traces; 3 of 8 reached it; DT ends at "
     "0.61 ± 0.05 of its peak", "from red: half of the peak after longer than 30 s",
     ("from red: half of the peak after", 30.0),
     {"from red: half of the peak after": "longer than 30 s, median of all 8 traces; 3 of 8 reached it",
      "from red: DT ends at": "0.61 ± 0.05 of its peak"}),
    ("L(0) = (1.2 ± 0.1)e-05, residual 4e-07", "L(0) = (1.2 ± 0.1)e-05", ("L(0)", 1.2e-5),
     {"L(0)": "(1.2 ± 0.1)e-05", "residual": "4e-07"}),
    ("forward: no build-up time can be told from dwells of 0.1 to 2 s; they should reach further.",
     "forward: no build-up time can be told from dwells of 0.1 to 2 s",
     ("forward: no build-up time can be told from dwells of", 0.1),
     {"forward": "no build-up time can be told from dwells of 0.1 to 2 s; they should reach further."}),
    ("5 scans show no resonance", "5 scans show no resonance", ("5 scans show no resonance", float("inf")),
     {"finding 1": "5 scans show no resonance"})])
def test_findings_become_quantities(sentence, finding, result, lines):
    row = Row.of(Entry(Path("a.nc"), "completed", findings=(sentence,)))
    assert row.finding() == finding
    assert row.result()[0] == result[0]
    assert row.result()[1] == pytest.approx(result[1])
    found = [line for line in compare([], [(sentence,), ()]) if line.group == SHOWN]
    assert {line.name: line.values[0] for line in found} == lines
    assert all(line.values[1] == NOTHING for line in found)
