"""A library finds all runs of a folder, says what is wrong with other files, keeps notes, and needs no index."""

import os
import re
import shutil
import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from instruments import dragging_bench, spin_inertia_bench
from vlab import Q_, run
from vlab.cli import main
from vlab.data import library as library_module
from vlab.data.annotation import annotate
from vlab.data.library import TRASH, Gone, Library
from vlab.data.quick_read import read_run
from vlab.data.recovery import recover
from vlab.data.run_entry import BROKEN, RUNNING, UNFINISHED, Entry, read_entry, split_tags
from vlab.data.run_search import Query, haystack, told
from vlab.data.thumbnail import FULL, Picture, from_bytes, thumbnail, to_bytes
from vlab.errors import DataError
from vlab.experiments import DwellTimeScan, ModulationFrequencyScan
from vlab.experiments import runner as runner_module
from vlab.experiments.runner import Measured, Run

SHORT = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(20, "ms"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two runs of two benches, a folder below the other."""
    folder = tmp_path_factory.mktemp("runs")
    run(SHORT, dragging_bench(seed=3), save=folder / "scan.nc")
    run(ModulationFrequencyScan(), spin_inertia_bench(seed=4, noise=False), save=folder / "deep" / "inertia.nc")
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")


@pytest.fixture
def runs(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "runs"))


@pytest.fixture
def open_library(runs, tmp_path):
    return lambda: Library(runs, index=tmp_path / "index" / "runs.sqlite")


def found(library):
    return {item.path.name: item for item in library.changes()}


def test_all_runs_are_found_with_what_one_looks_for(open_library):
    library = open_library()
    entries = found(library)
    assert set(entries) == {"scan.nc", "inertia.nc"}
    scan, inertia = entries["scan.nc"], entries["inertia.nc"]
    assert (scan.experiment, scan.status, scan.points, scan.seed, scan.noise) == ("dwell_time_scan", "completed", 6, 3,
                                                                                 True)
    assert (inertia.experiment, inertia.seed, inertia.noise) == ("modulation_frequency_scan", 4, False)
    assert scan.moment.date() == date.today()
    assert len(scan.curves[0]) == 6
    assert found(library) == {}


def test_the_index_spares_reading(open_library, monkeypatch):
    before = found(open_library())
    monkeypatch.setattr(library_module, "read_entry", lambda path, pictures: pytest.fail("a file was read again"))
    after = found(open_library())
    assert after.keys() == before.keys()
    for name, entry in after.items():
        assert repr(entry) == repr(before[name])


@pytest.mark.parametrize("spoil", [
    lambda index: index.write_bytes(b"no database at all" * 100),
    lambda index: index.unlink(),
    lambda index: sqlite3.connect(index).execute("DROP TABLE runs").connection.close(),
], ids=["damaged", "deleted", "emptied"])
def test_nothing_is_lost_with_the_index(open_library, tmp_path, spoil):
    before = found(open_library())
    for leftover in (tmp_path / "index").glob("*-wal"):
        leftover.unlink()
    spoil(tmp_path / "index" / "runs.sqlite")
    assert found(open_library()).keys() == before.keys()
    assert found(open_library()).keys() == before.keys()


def test_an_index_that_cannot_be_written_is_done_without(runs, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    assert len(found(Library(runs, index=blocked / "below" / "runs.sqlite"))) == 2


def test_several_windows_do_not_collide(open_library, runs):
    for number in range(6):
        shutil.copy(runs / "scan.nc", runs / f"{number}.nc")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(found(open_library()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(answer) for answer in answers] == [8] * 4


def test_a_changed_file_is_told_again_and_a_deleted_one_is_gone(open_library, runs):
    library = open_library()
    found(library)
    annotate(runs / "scan.nc", note="again")
    (runs / "deep" / "inertia.nc").unlink()
    news = found(library)
    assert news["scan.nc"].note == "again"
    assert news["inertia.nc"] == Gone(runs / "deep" / "inertia.nc")


def test_what_is_hidden_or_in_the_trash_is_not_told(open_library, runs):
    (runs / TRASH).mkdir()
    (runs / "scan.nc").rename(runs / TRASH / "scan.nc")
    shutil.copy(runs / "deep" / "inertia.nc", runs / ".inertia.nc.123.part")
    assert set(found(open_library())) == {"inertia.nc"}


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "netCDF-4|damaged"),
    (b"not a file of numbers", "no netCDF-4 file"),
    ("half", "damaged"),
    ("foreign", "no run of vlab"),
])
def test_other_files_are_told_in_a_sentence(open_library, runs, content, sentence):
    odd = runs / "odd.nc"
    if content == "half":
        whole = (runs / "scan.nc").read_bytes()
        odd.write_bytes(whole[:len(whole) // 2])
    elif content == "foreign":
        xarray.Dataset({"depth": ("x", [1.0])}).to_netcdf(odd, engine="h5netcdf")
    else:
        odd.write_bytes(content)
    entry = found(open_library())["odd.nc"]
    assert entry.status == BROKEN
    assert not entry.is_run
    assert re.search(sentence, entry.trouble)
    if content != "foreign":
        with pytest.raises(DataError, match=f"odd.nc cannot be read.*({sentence})"):
            read_run(odd)


def test_a_file_that_cannot_be_read_for_a_moment_is_tried_again(open_library, runs, monkeypatch):
    library, read = open_library(), library_module.read_entry
    monkeypatch.setattr(library_module, "read_entry", lambda path, pictures: Entry(path, BROKEN, trouble="?"))
    assert {entry.status for entry in found(library).values()} == {BROKEN}
    monkeypatch.setattr(library_module, "read_entry", read)
    assert {entry.status for entry in found(library).values()} == {"completed"}
    assert found(library) == {}
    (runs / "odd.nc").write_bytes(b"odd")
    assert set(found(library)) == {"odd.nc"}
    assert found(library) == {}


def test_reading_can_be_stopped_and_goes_on(open_library):
    library = open_library()
    assert list(library.changes(stop=lambda: True)) == []
    assert len(found(library)) == 2


# -- runs that were cut off --------------------------------------------------------------------------------------


def test_a_run_in_progress_is_no_unfinished_one_and_one_that_was_cut_off_is_recovered(open_library, runs):
    library = open_library()
    seen = {}

    def look(event):
        if isinstance(event, Measured) and event.done == 4:
            journal = measured.journal
            shutil.copy(journal, journal.with_name(f"cut-{journal.name}"))  # as a killed process leaves it
            seen.update(found(library))

    measured = Run(SHORT, dragging_bench(), save=runs)
    measured.subscribe(look)
    measured.execute()
    live, left = seen[measured.journal.name], seen[f"cut-{measured.journal.name}"]
    assert (live.status, live.points) == (RUNNING, 4)
    assert (left.status, left.points, len(left.curves[0])) == (UNFINISHED, 4, 4)
    results = recover(left.path)
    news = found(library)
    assert isinstance(news[left.path.name], Gone)
    assert (news[results[0].file.name].status, news[results[0].file.name].points) == ("interrupted", 4)
    assert isinstance(news[live.path.name], Gone)


def test_a_run_that_is_being_saved_is_no_unfinished_one(open_library, runs, monkeypatch):
    library, seen = open_library(), []
    measured = Run(SHORT, dragging_bench(), save=runs)
    save = runner_module.save
    monkeypatch.setattr(runner_module, "save", lambda *given: (seen.append(found(library)), save(*given)))
    measured.execute()
    assert seen[0][measured.journal.name].status == RUNNING
    assert measured.file.name in found(library)


def test_a_run_that_was_killed_while_it_was_saved_is_unfinished(open_library, runs, monkeypatch):
    measured = Run(SHORT, dragging_bench(), save=runs)
    left = measured.journal.with_name("left.journal.jsonl")
    save = runner_module.save
    monkeypatch.setattr(runner_module, "save", lambda *given: (shutil.copy(measured.journal, left), save(*given)))
    measured.execute()
    os.utime(left, (left.stat().st_mtime - 60.0,) * 2)
    assert found(open_library())[left.name].status == UNFINISHED


def test_a_journal_without_a_first_line_is_told_so(open_library, runs):
    (runs / "torn.journal.jsonl").write_text('{"kind":"sta')
    entry = found(open_library())["torn.journal.jsonl"]
    assert (entry.status, "nothing to recover" in entry.trouble) == (BROKEN, True)


# -- notes -------------------------------------------------------------------------------------------------------


def test_notes_and_tags_are_attributes_that_other_programs_see(runs):
    path = runs / "scan.nc"
    before = xarray.load_dataset(path, engine="h5netcdf")
    annotate(path, note="breites Plateau, ≥ 12 µeV\nsecond line")
    annotate(path, tags=["#thesis", "good, better", ""])
    after = xarray.load_dataset(path, engine="h5netcdf")
    assert after.attrs["note"] == "breites Plateau, ≥ 12 µeV\nsecond line"
    assert after.attrs["tags"] == "thesis, good, better"
    xarray.testing.assert_equal(after, before)
    assert {n: v for n, v in after.attrs.items() if n not in ("note", "tags")}.keys() == before.attrs.keys()
    annotate(path, note="", tags=[])
    assert xarray.load_dataset(path, engine="h5netcdf").attrs.keys() == before.attrs.keys()


def test_a_note_that_cannot_be_written_leaves_the_file_as_it_was(runs, monkeypatch):
    path = runs / "scan.nc"
    before = path.read_bytes()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("vlab.data.annotation.os.replace", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        annotate(path, note="lost")
    assert path.read_bytes() == before
    assert sorted(p.name for p in runs.iterdir()) == ["deep", "scan.nc"]


def test_a_note_to_a_file_that_is_open_elsewhere(runs):
    path = runs / "scan.nc"
    with h5py.File(path, "r") as reader:
        annotate(path, note="meanwhile")
        assert "note" not in reader.attrs
        assert reader["dt"].shape == (6,)
    assert read_run(path).attrs["note"] == "meanwhile"


def test_two_that_write_at_once_lose_nothing(runs):
    path = runs / "scan.nc"
    threads = [threading.Thread(target=annotate, args=(path,), kwargs=given)
               for given in ({"note": "one"}, {"tags": ["two"]})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"note": "one", "tags": "two"}.items() <= read_run(path).attrs.items()


def test_too_long_and_vanished_are_refused(runs):
    with pytest.raises(DataError, match="20000"):
        annotate(runs / "scan.nc", note="x" * 20_001)
    annotate(runs / "scan.nc", note="x" * 20_000)
    assert len(read_run(runs / "scan.nc").attrs["note"]) == 20_000
    with pytest.raises(DataError, match="gone"):
        annotate(runs / "none.nc", note="x")


def test_tags_as_people_type_them():
    assert split_tags(" #a, b c ,,a, # ") == ("a", "b c")


# -- searching ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "hit"), [
    ("", True), ("dwell", True), ("DWELL time", True), ("noncollinear", True), ("latta2009", False),
    ("dwell 20 ms", True), ("plateau", True), ('"wide plateau"', True), ('"plateau wide"', False), ("-plateau", False),
    ("-hanle", True), ("#thesis", True), ("#thes", True), ("#wide", False), ("2026-11", True), ("2026-12", False),
    ("november", True), ("today", True), ("yesterday", False), ("seed 3", True), ("seed=3", True), ("completed", True),
    ('"wide', True), ("-1 µeV", True), ("c:\\n", False),
])
def test_searching(made, query, hit):
    entry = replace(read_entry(made / "scan.nc", lambda _: None), started="2026-11-22T12:00:00+00:00",
                    note="wide plateau", tags=("thesis",))
    assert Query(query, today=entry.moment.date()).matches(haystack(entry)) is hit


def test_a_record_in_words():
    assert told('{"dwell": "1.0 s", "time_constant": null, "noise": true}') == "dwell 1 s, noise on"
    assert told("no JSON") == ""


# -- thumbnails --------------------------------------------------------------------------------------------------


def test_a_spike_is_seen_however_many_points_there_are():
    y = np.zeros(10_000)
    y[7_123] = 1.0
    curve, = thumbnail(np.arange(10_000.0), y, ("x",), Picture("x", "y"))
    assert len(curve) < 100
    peak = curve[curve[:, 1].argmax()]
    assert peak[1] == FULL
    assert peak[0] == pytest.approx(0.7123 * FULL, rel=1e-3)


def test_means_families_and_gaps():
    y = np.full((2, 3, 4), np.nan)
    y[0, 0], y[1, 0], y[0, 1] = 1.0, 3.0, 5.0
    curves = thumbnail(np.arange(4.0), y, ("repeat", "direction", "x"), Picture("x", "y", average=("repeat",)))
    assert [len(curve) for curve in curves] == [4, 4]  # the third was not measured
    assert [int(curve[0, 1]) for curve in curves] == [0, FULL]  # the mean of 1 and 3 is below 5


@settings(max_examples=30, deadline=None)
@given(arrays(float, st.integers(0, 300), elements=st.floats(allow_nan=True, allow_infinity=True)), st.booleans())
def test_thumbnails_of_anything_come_back(y, log):
    curves = thumbnail(np.arange(y.size, dtype=float), y, ("x",), Picture("x", "y", log_y=log))
    again = from_bytes(to_bytes(curves))
    assert len(again) == len(curves)
    for one, other in zip(again, curves, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_file_is_read_as_xarray_reads_it(runs):
    for path in runs.rglob("*.nc"):
        ours, theirs = read_run(path), xarray.load_dataset(path, engine="h5netcdf")
        xarray.testing.assert_equal(ours, theirs)
        assert list(ours.data_vars) == list(theirs.data_vars)
        assert _plain(ours) == _plain(theirs)
        for name in theirs.variables:
            assert _plain(ours[name]) == _plain(theirs[name])


def _plain(data):
    return {name: str(value) for name, value in data.attrs.items()}


def test_the_command_line_lists_and_searches(made, capsys):
    assert main(["library", str(made), "seed=3", "today"]) == 0
    printed = capsys.readouterr()
    assert "dwell_time_scan, sample A, seed 3" in printed.out
    assert "inertia" not in printed.out
    assert "1 of 2 runs" in printed.err
    assert main(["library", str(made / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err
