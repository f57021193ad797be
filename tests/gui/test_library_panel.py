"""The panel of past runs, driven as a hand would: search, show, compare, note, run again, recover, put away."""

import gc
import shutil
from pathlib import Path

import numpy as np
import pytest
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QToolTip

from gui.library.library_panel import LibraryPanel
from gui.topics import topic_of
from instruments import dragging_bench, spin_inertia_bench
from vlab import Q_, run
from vlab.data.quick_read import read_run
from vlab.experiments import DraggingWidthVsDwell, DwellTimeScan, ModulationFrequencyScan
from vlab.experiments.runner import Measured, Run
from vlab.samples import QuantumDot

SHORT = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(20, "ms"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    bench = dragging_bench(QuantumDot.sample_a("latta2009"), seed=1)
    bench.laser.power = Q_(20, "nW")
    run(SHORT, bench, save=folder / "first.nc")
    run(SHORT, dragging_bench(seed=2), save=folder / "second.nc")
    run(ModulationFrequencyScan(), spin_inertia_bench(seed=4), save=folder / "inertia.nc")
    cut = Run(SHORT, dragging_bench(), save=folder / "gone.nc")
    cut.subscribe(lambda event: isinstance(event, Measured) and event.done == 4 and shutil.copy(
        cut.journal, folder / "cut.journal.jsonl"))
    cut.execute()
    (folder / "gone.nc").unlink()
    return folder


@pytest.fixture
def open_panel(qapp, qtbot, made, tmp_path):
    """Return the panel on a desk whose data folder has four runs, and the desk."""
    folder = shutil.copytree(made, tmp_path / "runs")
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        assert desk.model.folder == folder
        panel = LibraryPanel(desk, tmp_path / "index.sqlite")
        qtbot.addWidget(panel)
        panel.resize(420, 600)
        panel.show()
        settle(qtbot, panel)
        yield panel, desk
        panel.shelf.stop()


def settle(qtbot, panel):
    qtbot.waitUntil(lambda: not panel.turns.busy and not panel.shelf.looking, timeout=20_000)


def choose(qtbot, panel, *names):
    """Click runs in the list by the names of their files."""
    for number, name in enumerate(names):
        row = next(n for n, row in enumerate(panel.shelf.rows) if row.entry.path.name == name)
        index = panel.list.runs.index(row)
        panel.list.scrollTo(index)
        held = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, held,
                         panel.list.visualRect(index).center())
    assert {row.entry.path.name for row in panel.list.selected()} == set(names)


def press(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def notices(desk):
    return [line.text for line in desk.model.log]


def test_typing_finds(open_panel, qtbot):
    panel, _ = open_panel
    assert panel.count.text() == "4 runs"
    qtbot.keyClicks(panel.search, "latta")
    assert [row.entry.path.name for row in panel.shelf.rows] == ["first.nc"]
    assert panel.count.text() == "1 of 4"
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    assert panel.list.current().entry.path.name == "first.nc"
    qtbot.keyClicks(panel.search, "zzz")
    assert "No run has all this" in panel.list.empty
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.count.text() == "4 runs"


@pytest.mark.slow
def test_filters_and_order_are_chosen_in_boxes(open_panel, qtbot):
    panel, _ = open_panel
    assert [panel.experiment.itemData(i) for i in range(panel.experiment.count())] == [
        "", "dwell_time_scan", "modulation_frequency_scan"]
    qtbot.keyClick(panel.experiment, Qt.Key.Key_End)
    assert [row.entry.path.name for row in panel.shelf.rows] == ["inertia.nc"]
    qtbot.keyClick(panel.experiment, Qt.Key.Key_Home)
    qtbot.keyClick(panel.status, Qt.Key.Key_End)
    assert [row.entry.status for row in panel.shelf.rows] == ["unfinished"]
    qtbot.keyClick(panel.status, Qt.Key.Key_Home)
    qtbot.keyClick(panel.order, Qt.Key.Key_Down)
    assert panel.shelf.order == "oldest first"


def test_enter_shows_a_run_and_takes_it_off_again(open_panel, qtbot):
    panel, desk = open_panel
    shown = []
    desk.model.run_shown.connect(shown.append)
    choose(qtbot, panel, "first.nc")
    assert panel.buttons["show"].text() == "Show"
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(shown))
    scan, = desk.model.scans
    assert shown == [scan]
    values = read_run(scan.file)["dt_normalized"].values
    assert np.array_equal(scan.traces[0].columns["dt_normalized"], values)
    assert panel.buttons["show"].text() == "Take off the plot"
    press(qtbot, panel.buttons["show"])
    assert desk.model.scans == []
    assert panel.buttons["show"].text() == "Show"


def test_a_run_keeps_its_number(open_panel, qtbot):
    panel, desk = open_panel
    for name in ("first.nc", "second.nc"):
        choose(qtbot, panel, name)
        press(qtbot, panel.buttons["show"])
        qtbot.waitUntil(lambda name=name: any(scan.file.name == name for scan in desk.model.scans))
    numbers = {scan.file.name: scan.number for scan in desk.model.scans}
    choose(qtbot, panel, "first.nc")
    press(qtbot, panel.buttons["show"])  # takes it off
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: len(desk.model.scans) == 2)
    assert {scan.file.name: scan.number for scan in desk.model.scans} == numbers


def test_a_run_of_another_experiment_is_not_on_the_plot_until_it_is_shown(open_panel, qtbot):
    panel, desk = open_panel
    shown = []
    desk.model.run_shown.connect(lambda *scans: shown.append([scan.file.name for scan in scans]))
    choose(qtbot, panel, "first.nc")
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: bool(shown))
    assert {path.name for path in panel.in_plot.files} == {"first.nc"}
    desk.model.choose(DraggingWidthVsDwell)
    assert not panel.in_plot.files
    assert panel.buttons["show"].text() == "Show"
    press(qtbot, panel.buttons["show"])
    assert shown == [["first.nc"], ["first.nc"]]
    assert len(desk.model.scans) == 1
    assert panel.buttons["show"].text() == "Take off the plot"


def test_several_are_overlaid_and_the_bench_stays(open_panel, qtbot):
    panel, desk = open_panel
    before = desk.model.snapshot.bench_number
    choose(qtbot, panel, "first.nc", "second.nc", "inertia.nc")
    assert panel.buttons["show"].text() == "Overlay"
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: len(desk.model.scans) == 3)
    assert len({scan.number for scan in desk.model.scans}) == 3
    assert desk.model.kind.key == "dragging"
    assert desk.model.lab.snapshot.bench_number == before


@pytest.mark.slow
def test_a_past_run_of_another_experiment_is_seen_and_the_next_measurement_too(open_panel, qtbot):
    from gui.panels.scan_panel import ScanPanel

    panel, desk = open_panel
    plot = ScanPanel(desk)
    qtbot.addWidget(plot)
    choose(qtbot, panel, "inertia.nc")
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: len(desk.model.scans) == 1)
    assert plot.quantity.currentData().name == "inertia"
    desk.model.start(SHORT)
    qtbot.waitUntil(lambda: len(desk.model.scans) == 2 and desk.model.run is None, timeout=20_000)
    assert plot.quantity.currentData().name == "dt_normalized"


@pytest.mark.slow
def test_a_run_that_is_shown_while_one_is_measured_gets_none_of_its_points(open_panel, qtbot):
    panel, desk = open_panel
    desk.model.set_pace(1.0)
    desk.model.start(SHORT.replace(dwell=Q_(0.3, "s")))
    qtbot.waitUntil(lambda: desk.model.run is not None, timeout=10_000)
    choose(qtbot, panel, "second.nc")
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: len(desk.model.scans) == 2, timeout=10_000)
    desk.model.set_pace(1e9)
    qtbot.waitUntil(lambda: desk.model.run is None, timeout=20_000)
    past = next(scan for scan in desk.model.scans if scan.file and scan.file.name == "second.nc")
    own = next(scan for scan in desk.model.scans if scan is not past)
    assert (past.points(), past.status, own.points(), own.status) == (6, "completed", 6, "completed")


def test_a_new_run_appears_at_once(open_panel, qtbot):
    panel, desk = open_panel
    desk.model.start(SHORT)
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=20_000)
    scan = desk.model.scans[-1]
    qtbot.waitUntil(lambda: panel.shelf.row(scan.file) is not None, timeout=2000)  # it looks by itself each 5 s
    assert panel.shelf.row(scan.file).entry.points == 6
    assert scan.file in panel.in_plot.files
    assert len(panel.shelf.unfinished()) == 1


def test_unfinished_runs_are_told_once_and_recovered_by_a_click(open_panel, qtbot):
    panel, desk = open_panel
    from gui.offers import offers

    told = [line for line in desk.model.log if "cut off" in line.text]
    for command in panel.commands():
        desk.commands.add(command)
    assert [offer.title for offer in offers(told[0], desk)] == ["Recover", "Show"]
    assert len(told) == 1
    assert "4 points" in told[0].text
    assert panel.shelf.rows[0].entry.status == "unfinished"
    assert panel.banner.isVisible()
    press(qtbot, panel.recover)
    qtbot.waitUntil(lambda: panel.banner.isHidden(), timeout=10_000)
    settle(qtbot, panel)
    assert panel.shelf.row(desk.model.folder / "cut.nc").entry.points == 4
    assert not (desk.model.folder / "cut.journal.jsonl").exists()
    assert len([text for text in notices(desk) if "cut off" in text]) == 1


def test_a_note_is_written_into_the_file(open_panel, qtbot):
    panel, desk = open_panel
    choose(qtbot, panel, "first.nc")
    note = panel.details.note
    note.setFocus()
    qtbot.keyClicks(note, "broad")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.shelf.row(desk.model.folder / "first.nc").entry.note == "broad", timeout=10_000)
    assert read_run(desk.model.folder / "first.nc").attrs["note"] == "broad"
    qtbot.keyClicks(note, " given up")
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert note.toPlainText() == "broad"


def test_leaving_a_note_for_another_run_keeps_it_with_its_own(open_panel, qtbot):
    panel, desk = open_panel
    choose(qtbot, panel, "first.nc")
    panel.details.note.setFocus()
    qtbot.keyClicks(panel.details.note, "mine")
    panel.list.setFocus()
    choose(qtbot, panel, "second.nc")
    settle(qtbot, panel)
    assert read_run(desk.model.folder / "first.nc").attrs["note"] == "mine"
    assert "note" not in read_run(desk.model.folder / "second.nc").attrs
    assert panel.details.note.toPlainText() == ""


@pytest.mark.slow
def test_tags_of_several_runs(open_panel, qtbot):
    panel, _ = open_panel
    choose(qtbot, panel, "first.nc", "second.nc")
    panel.details.tags.setFocus()
    qtbot.keyClicks(panel.details.tags, "thesis")
    qtbot.keyClick(panel.details.tags, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sum("thesis" in row.entry.tags for row in panel.shelf.rows) == 2, timeout=10_000)
    qtbot.keyClicks(panel.search, "#thesis")
    assert {row.entry.path.name for row in panel.shelf.rows} == {"first.nc", "second.nc"}
    assert panel.details.tags.text() == "thesis"


def test_what_differs_is_listed(open_panel, qtbot):
    panel, _ = open_panel
    choose(qtbot, panel, "first.nc")
    assert not panel.buttons["compare"].isEnabled()
    choose(qtbot, panel, "first.nc", "second.nc")
    press(qtbot, panel.buttons["compare"])
    qtbot.waitUntil(lambda: panel.deeds.comparison is not None, timeout=10_000)
    window = panel.deeds.comparison
    lines = window.text().split("\n")
    assert any(line.startswith("power\t") and "20 nW" in line for line in lines)
    assert not any(line.startswith("dwell\t") for line in lines)
    qtbot.mouseClick(window.all, Qt.MouseButton.LeftButton, pos=QPoint(8, window.all.height() // 2))
    assert any(line.startswith("dwell\t20 ms\t20 ms") for line in window.text().split("\n"))
    press(qtbot, window.copy)
    assert QApplication.clipboard().text() == window.text()
    window.close()


def test_run_again_gives_the_same_numbers_to_the_bit(open_panel, qtbot):
    panel, desk = open_panel
    deeds = []
    desk.model.done.connect(deeds.append)
    choose(qtbot, panel, "first.nc")
    press(qtbot, panel.buttons["again"])
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=20_000)
    again, before = read_run(desk.model.scans[-1].file), read_run(desk.model.folder / "first.nc")
    assert np.array_equal(again["dt"].values, before["dt"].values)
    assert again.attrs["sample"] == before.attrs["sample"]
    kinds = [type(deed).__name__ for deed in deeds]
    assert kinds[0] == "SampleMounted"
    assert (deeds[0].words, deeds[0].seed) == ({"model": "latta2009"}, 1)
    assert [(d.instrument, d.setting) for d in deeds if type(d).__name__ == "SettingWritten"] == [("laser", "power")]
    assert kinds[-1] == "RunAsked"
    assert any("mounted anew" in text and "latta2009" in text and "seed 1" in text for text in notices(desk))
    qtbot.waitUntil(lambda: "made again on a bench mounted anew" in notices(desk)[-1])


@pytest.mark.slow
def test_run_again_on_the_other_bench_with_another_seed(open_panel, qtbot):
    panel, desk = open_panel
    choose(qtbot, panel, "inertia.nc")
    panel.actions_["seed"].trigger()
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=60_000)
    again, before = read_run(desk.model.scans[-1].file), read_run(desk.model.folder / "inertia.nc")
    assert desk.model.kind.key == "spin_inertia"
    assert int(again.attrs["seed"]) == 5
    assert not np.array_equal(again["x"].values, before["x"].values)


def test_the_chosen_experiment_is_kept_before_the_window_is_closed(open_panel):
    from PySide6.QtCore import QSettings

    _, desk = open_panel
    desk.model.choose(DraggingWidthVsDwell)
    after_a_crash = QSettings(desk.settings.fileName(), QSettings.Format.IniFormat)
    assert after_a_crash.value("experiment") == "dragging_width_vs_dwell"


def test_the_form_is_filled(open_panel, qtbot):
    panel, desk = open_panel
    asked = []
    desk.model.form_wanted.connect(lambda past, name: asked.append((past.procedure, name)))
    choose(qtbot, panel, "first.nc")
    panel.actions_["form"].trigger()
    qtbot.waitUntil(lambda: bool(asked), timeout=10_000)
    assert asked == [(SHORT, "first.nc")]


def test_what_runs_show_stands_in_the_list_and_side_by_side(open_panel, qtbot):
    panel, desk = open_panel
    row = panel.shelf.row(desk.model.folder / "inertia.nc")
    assert row.finding().startswith("tau_s* = ")
    assert row.finding() in row.spoken()
    qtbot.keyClicks(panel.search, "tau_s*")
    assert panel.shelf.rows == [row]
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    choose(qtbot, panel, "inertia.nc", "second.nc")
    press(qtbot, panel.buttons["compare"])
    qtbot.waitUntil(lambda: panel.deeds.comparison is not None, timeout=10_000)
    lines = panel.deeds.comparison.text().split("\n")
    assert lines[0] == "what they show"
    value = row.finding().removeprefix("tau_s* = ")
    assert any(line.startswith("tau_s*\t") and value in line.split("\t") for line in lines)
    gone = []
    panel.deeds.comparison.destroyed.connect(lambda *_: gone.append(True))
    qtbot.keyClick(panel.deeds.comparison.table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(gone), timeout=5000)


@pytest.mark.slow
def test_a_copy_is_told_from_the_run(open_panel, qtbot):
    panel, desk = open_panel
    folder = desk.model.folder
    shutil.copy(folder / "second.nc", folder / "a copy of the second.nc")
    panel.look()
    qtbot.waitUntil(lambda: len(panel.shelf) == 5, timeout=10_000)
    settle(qtbot, panel)
    assert panel.shelf.row(folder / "a copy of the second.nc").copy_of == "second.nc"
    assert [row.entry.path.name for row in panel.shelf.rows if row.copy_of] == ["a copy of the second.nc"]


def test_a_chosen_run_is_looked_at_by_fit_and_export_and_one_put_away_leaves_the_plot(open_panel, qtbot):
    from gui.offers import offers
    from gui.panels.scan_panel import ScanPanel

    panel, desk = open_panel
    plot = ScanPanel(desk)
    qtbot.addWidget(plot)
    for command in panel.commands():
        desk.commands.add(command)
    choose(qtbot, panel, "first.nc", "second.nc")
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: len(desk.model.scans) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: panel.in_plot.files and plot.active.scan() is not None)
    panel.list.setFocus()
    for name in ("first.nc", "second.nc", "first.nc"):
        choose(qtbot, panel, name)
        assert plot.active.scan().file.name == name
        assert plot.active.scan().number == panel.in_plot.numbers[desk.model.folder / name]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: [scan.file.name for scan in desk.model.scans] == ["second.nc"], timeout=10_000)
    undo = offers(desk.model.log[-1], desk)[0]
    assert undo.title == "Undo"
    undo.do()
    qtbot.waitUntil(lambda: len(desk.model.scans) == 2, timeout=10_000)
    assert (desk.model.folder / "first.nc").exists()


def test_delete_puts_away_and_undo_brings_back(open_panel, qtbot):
    panel, desk = open_panel
    choose(qtbot, panel, "first.nc", "second.nc")
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(panel.shelf) == 2, timeout=10_000)
    assert not (desk.model.folder / "first.nc").exists()
    qtbot.keyClick(panel.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(panel.shelf) == 4, timeout=10_000)
    assert (desk.model.folder / "first.nc").exists()


@pytest.mark.slow
def test_a_table_for_other_programs_and_the_path(open_panel, qtbot, tmp_path):
    panel, desk = open_panel
    choose(qtbot, panel, "first.nc")
    panel.deeds.export_to(tmp_path / "table.csv")
    settle(qtbot, panel)
    text = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    lines = [line for line in text if not line.startswith("# ")]
    assert "# experiment: dwell_time_scan" in text[:len(text) - len(lines)]
    assert len(lines) == 7
    assert lines[0].startswith("detuning (ueV)")
    panel.actions_["path"].trigger()
    assert Path(QApplication.clipboard().text()) == desk.model.folder / "first.nc"


@pytest.mark.slow
def test_files_that_are_no_runs_are_listed_and_do_nothing(open_panel, qtbot):
    panel, desk = open_panel
    (desk.model.folder / "odd.nc").write_bytes(b"holiday")
    panel.look()
    qtbot.waitUntil(lambda: len(panel.shelf) == 5, timeout=10_000)
    choose(qtbot, panel, "odd.nc")
    assert not any(panel.buttons[key].isEnabled() for key in ("show", "compare", "again"))
    assert not panel.details.note.isEnabled()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    settle(qtbot, panel)
    assert desk.model.scans == []


@pytest.mark.slow
def test_a_run_whose_file_vanished_is_refused_in_a_sentence(open_panel, qtbot):
    panel, desk = open_panel
    choose(qtbot, panel, "first.nc")
    (desk.model.folder / "first.nc").unlink()
    press(qtbot, panel.buttons["show"])
    qtbot.waitUntil(lambda: any("cannot be read" in text for text in notices(desk)), timeout=10_000)
    assert desk.model.scans == []


@pytest.mark.slow
def test_another_data_folder_is_followed(open_panel, qtbot, tmp_path):
    panel, desk = open_panel
    desk.model.folder = tmp_path / "elsewhere"
    panel.look()
    settle(qtbot, panel)
    assert panel.count.text() == "0 runs"
    assert "What you measure appears here" in panel.list.empty


def test_each_control_says_what_it_does(open_panel, qtbot):
    panel, _ = open_panel
    controls = [panel.search, panel.experiment, panel.status, panel.order, panel.list, panel.details.note,
                panel.details.tags, panel.recover, panel.more, *panel.buttons.values()]
    for control in controls:
        assert control.toolTip(), control
        assert control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert topic_of(control) == "panel/library"
    assert all(action.toolTip() != action.text() for action in panel.actions_.values())
    index = panel.list.runs.index(1)
    assert "points" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    QToolTip.hideText()


def test_thumbnails_follow_the_theme_and_show_a_curve(open_panel, qtbot):
    panel, desk = open_panel

    def inks():
        image = panel.list.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return {image.pixelColor(x, y).name() for x in range(14, 60) for y in range(8, 45)}

    light = inks()
    desk.theme.set_mode("dark")
    dark = inks()
    desk.theme.set_mode("light")
    assert len(light) > 5
    assert not light & dark


@pytest.mark.slow
def test_wide_panels_tell_more(open_panel, qtbot):
    panel, _ = open_panel
    choose(qtbot, panel, "first.nc")
    assert panel.details.sheet.isHidden()
    panel.resize(900, 600)
    qtbot.waitUntil(panel.details.sheet.isVisible)
    assert "latta2009" in panel.details.facts.text()
    assert "seed 1" in panel.details.facts.text()


@pytest.mark.slow
def test_memory_stays_flat_over_hundreds_of_runs_opened_and_closed(open_panel, qtbot):
    from benchmarks.library import resident

    panel, desk = open_panel

    def open_and_close(count):
        for number in range(count):
            panel.list.select([desk.model.folder / ("first.nc", "second.nc")[number % 2]])
            panel.show_chosen()
            qtbot.waitUntil(lambda: len(desk.model.scans) == 1, timeout=10_000)
            panel.show_chosen()
        assert desk.model.scans == []
        gc.collect()

    open_and_close(100)
    before = resident()
    open_and_close(400)
    assert resident() - before < 10.0
