"""Panels of instruments: everything declared is there once; groups fold; hands turn, snapshots show."""

import time

import pytest
import shiboken6
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.faces import FACES, face_of
from gui.faces.grouping import grouped
from gui.lab import Lab
from gui.models import LabModel
from gui.panels.instrument_panel import InstrumentPanel, words
from gui.topics import topic_of
from gui.widgets.fold import Fold
from instruments import dragging_bench
from instruments.benches import BENCHES
from instruments.declaration import Setting, action, fault, flag, reading
from instruments.detection.polarization_bridge import PolarizationBridge
from instruments.instrument import Instrument
from instruments.lockin import LockIn
from instruments.optics.laser import Laser


class LaterLockIn(LockIn):
    """A lock-in with something more of each kind than its face knows."""

    gloss = Setting("V", 0.1, limits=(0.0, 1.0), help="Set the gloss.")
    mood = Setting(None, "on", choices=("on", "off"), group="Mood", help="Switch the mood.")

    @reading("V")
    def shine(self) -> float:
        """Read the shine."""
        return 0.5

    @flag
    def dull(self) -> bool:
        """Tell whether it is dull."""
        return False

    @action
    def polish(self) -> None:
        """Polish it."""

    @fault
    def scratch(self, present: bool) -> None:
        """Let it be scratched."""


@pytest.fixture
def opened():
    """A list whose panels go at the end."""
    panels = []
    yield panels
    for panel in panels:
        panel.forget()
        shiboken6.delete(panel)


@pytest.fixture
def make_panel(qapp, opened):
    """Return a function that makes a panel without a laboratory."""
    def make_it(name, kind, **more):
        opened.append(InstrumentPanel(LabModel(Lab(dragging_bench)), name, kind, **more))
        return opened[-1]

    return make_it


def all_parts(panel):
    return {"setting": panel.editors, "reading": panel.displays, "flag": panel.lamps, "action": panel.buttons,
            "fault": panel.faults}


class Oven(Instrument):
    """An instrument that nobody has laid out a face for."""

    title = "Oven"
    noise = Setting(None, "on", choices=("on", "off"), group="Noise", help="Switch the noise.")
    fan = Setting(None, "slow", choices=("slow", "fast"), group="Air", help="Choose the speed of the fan.")

    @flag
    def hot(self) -> bool:
        """Tell whether it is hot."""
        return False

    @reading("K")
    def warmth(self) -> float:
        """Read how warm it is."""
        return 300.0

    @action
    def open(self) -> None:
        """Open it."""


class BakersOven(Oven):
    """The same with a setting of no group."""

    power = Setting("W", 10.0, limits=(0.0, 100.0), help="Set the power.")


def check_completeness(panel, name, kind):
    found = []
    for sort, widgets in all_parts(panel).items():
        assert set(widgets) == {key for key, d in kind.declarations.items() if d.kind == sort}
        for key, widget in widgets.items():
            found.append(widget)
            assert panel.widget().isAncestorOf(widget), key
            assert widget.toolTip(), key
            assert words(key) in widget.accessibleName(), key
            assert topic_of(widget) == f"{sort}/{name}/{key}"
    assert len({id(widget) for widget in found}) == len(kind.declarations)


@pytest.mark.parametrize("bench", BENCHES)
def test_everything_declared_has_exactly_one_place(make_panel, bench):
    for name, kind in BENCHES[bench].instruments.items():
        check_completeness(make_panel(name, kind), name, kind)


def test_what_a_face_does_not_know_is_appended(make_panel):
    panel = make_panel("lockin", LaterLockIn)
    assert type(panel.face) is FACES[LockIn]
    check_completeness(panel, "lockin", LaterLockIn)
    for widget in (panel.editors["gloss"], panel.editors["mood"], panel.displays["shine"], panel.lamps["dull"],
                   panel.buttons["polish"], panel.faults["scratch"]):
        assert not panel.face.isAncestorOf(widget)
    assert panel.face.isAncestorOf(panel.editors["time_constant"])
    titles = [fold.heading.text() for fold in panel.parts.folds]
    assert {"More settings", "Mood", "Noise", "More readings"} <= set(titles)


def test_a_part_cannot_be_taken_twice(make_panel):
    panel = make_panel("lockin", LockIn)
    with pytest.raises(ValueError, match=r"lockin\.phase is on the panel already"):
        panel.parts.field("phase")


def test_an_instrument_without_a_face_begins_with_its_lamps_and_readings(make_panel):
    assert face_of(BakersOven) is None
    panel = make_panel("oven", BakersOven)
    check_completeness(panel, "oven", BakersOven)
    panel.resize(330, 400)
    panel.show()
    tops = [part.mapTo(panel.widget(), QPoint(0, 0)).y() for part in (
        panel.lamps["hot"], panel.displays["warmth"], panel.editors["power"], panel.buttons["open"],
        panel.editors["fan"])]
    assert tops == sorted(set(tops))
    assert panel.editors["fan"].isVisible()
    assert not panel.editors["noise"].isVisible()  # folded


@pytest.mark.parametrize("bench", BENCHES)
def test_no_panel_is_wider_than_its_place_even_with_all_groups_open(make_panel, bench):
    for name, kind in BENCHES[bench].instruments.items():
        panel = make_panel(name, kind)
        assert panel.minimumWidth() <= 355, name
        panel.resize(panel.minimumWidth(), 300)
        panel.show()
        for fold in panel.parts.folds:
            fold.set_open(True)
        panel.widget().layout().activate()
        assert panel.widget().minimumSizeHint().width() <= panel.viewport().width(), name


# --- groups


def test_groups_follow_the_declarations_with_noise_last():
    groups = grouped(Laser, list(Laser.settings()))
    assert list(groups) == ["", "Shutter", "Grating", "Drift", "Noise"]
    assert groups["Shutter"] == ["shutter", "opening_time"]
    assert {"photon_energy", "tuning_rate", "power"} <= set(groups[""])
    assert groups["Noise"] == ["intensity_noise", "intensity_corner", "noise"]
    assert sum(map(len, groups.values())) == len(Laser.settings())


def test_a_setting_of_a_derived_class_is_not_of_the_last_group_of_its_base():
    groups = grouped(LaterLockIn, list(LaterLockIn.settings()))
    assert groups[""] == ["gloss"]
    assert groups["Mood"] == ["mood"]
    assert "gain" in grouped(PolarizationBridge, list(PolarizationBridge.settings()))[""]


def test_only_what_is_wanted_is_grouped():
    assert grouped(LockIn, ["phase", "expand"]) == {"Reference": ["phase"], "Analog outputs": ["expand"]}


def test_a_fold_opens_and_closes(qtbot):
    inner = QLabel("inside")
    fold = Fold("Noise", inner)
    qtbot.addWidget(fold)
    fold.show()
    by_hand, opened = [], []
    fold.toggled_by_hand.connect(by_hand.append)
    fold.opened.connect(lambda: opened.append(inner.isVisible()))
    assert not inner.isVisible()
    qtbot.mouseClick(fold.heading, Qt.MouseButton.LeftButton)
    assert (inner.isVisible(), by_hand, opened) == (True, [True], [True])
    qtbot.keyClick(fold.heading, Qt.Key.Key_Space)
    assert (fold.is_open, by_hand) == (False, [True, False])
    fold.set_open(True)
    assert (inner.isVisible(), by_hand) == (True, [True, False])


def test_it_is_remembered_which_groups_are_open(make_panel, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)

    def fold_of(panel, title):
        return next(fold for fold in panel.parts.folds if fold.heading.text() == title)

    first = make_panel("laser", Laser, settings=settings)
    assert not fold_of(first, "Drift").is_open
    fold_of(first, "Drift").heading.click()
    second = make_panel("laser", Laser, settings=settings)
    assert fold_of(second, "Drift").is_open
    assert not fold_of(second, "Grating").is_open
    fold_of(second, "Drift").heading.click()
    assert not fold_of(make_panel("laser", Laser, settings=settings), "Drift").is_open


def test_a_group_that_a_hand_opens_is_scrolled_into_sight(qtbot, make_panel):
    panel = make_panel("laser", Laser)
    panel.resize(panel.minimumWidth(), 260)
    panel.show()
    qtbot.waitExposed(panel)
    bar = panel.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.mouseClick(panel.unfold, Qt.MouseButton.LeftButton)
    view = panel.viewport()

    def seen(widget: QWidget) -> bool:
        return view.rect().contains(widget.mapTo(view, widget.rect().bottomLeft()))

    qtbot.waitUntil(lambda: all(seen(check) for check in panel.faults.values()), timeout=2000)


# --- with a laboratory


@pytest.fixture
def desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        yield desk


@pytest.fixture
def open_panel(qtbot, desk, opened):
    """Return a function that opens a panel on the laboratory."""
    def open_it(name):
        panel = InstrumentPanel(desk.model, name, desk.model.kind.instruments[name], settings=desk.settings)
        opened.append(panel)
        panel.resize(345, 600)
        panel.show()
        qtbot.waitExposed(panel)
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)
        return panel

    return open_it


def test_a_setting_in_use_says_so_and_goes_back(qtbot, desk, open_panel):
    panel = open_panel("laser")
    told = []
    end = desk.model.noticed.connect(lambda notice: told.append(notice.text))
    desk.model.lab.post(lambda bench: bench.instruments["laser"].claim("shutter", "the running test")).result(5.0)
    shutter = panel.editors["shutter"]
    qtbot.waitUntil(lambda: shutter.currentText() == "open")
    qtbot.mouseClick(shutter, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("in use by the running test" in text for text in told), timeout=5000)
    qtbot.waitUntil(lambda: shutter.currentText() == "open", timeout=5000)
    assert desk.model.snapshot.values["laser"]["shutter"] == "open"
    end()


def test_a_burst_of_steps_is_not_taken_back_by_older_snapshots(qtbot, desk, open_panel):
    panel = open_panel("lockin")
    knob = panel.editors["sensitivity"].knob
    qtbot.waitUntil(lambda: knob.shown == pytest.approx(1e-4))
    knob.setFocus()
    for _ in range(4):
        qtbot.keyClick(knob, Qt.Key.Key_Up)
        panel.show_snapshot(desk.model.snapshot)  # from before the step
    qtbot.waitUntil(lambda: desk.model.snapshot.values["lockin"]["sensitivity"] == pytest.approx(2e-3), timeout=5000)
    assert panel.editors["sensitivity"].value() == pytest.approx(2e-3)


def test_limits_follow_the_settings_that_they_depend_on(qtbot, desk, open_panel):
    panel = open_panel("gate")
    voltage = panel.editors["voltage"]
    desk.model.write("gate", "range", 10.0)
    qtbot.waitUntil(lambda: (voltage.minimum(), voltage.maximum()) == (-10.0, 10.0), timeout=5000)
    assert (voltage.slider.low, voltage.slider.high) == (-10.0, 10.0)


def test_faults_are_turned_and_shown(qtbot, desk, open_panel):
    panel = open_panel("laser")
    panel.unfold.click()
    panel.faults["dead_shutter"].click()
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["dead_shutter"] == 1.0, timeout=5000)
    panel.unfold.click()
    desk.model.turn_fault("laser", "dead_shutter", False)
    qtbot.waitUntil(lambda: not panel.faults["dead_shutter"].isChecked(), timeout=5000)
    desk.model.turn_fault("laser", "dead_shutter", True)
    qtbot.waitUntil(panel.unfold.isChecked, timeout=5000)


def test_a_panel_that_nobody_sees_shows_nothing_and_catches_up(qtbot, desk, open_panel):
    panel = open_panel("laser")
    qtbot.waitUntil(lambda: panel.displays["power_actual"].text() != "–")
    panel.hide()
    desk.model.write("laser", "power", 3e-8).result(5.0)
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == 3e-8, timeout=5000)
    assert panel.editors["power"].value() == 1e-8
    panel.show()
    assert panel.editors["power"].value() == 3e-8


def test_following_costs_less_than_a_millisecond(qtbot, desk, opened):
    model = desk.model
    model.hold(True)
    qtbot.waitUntil(lambda: bool(model.snapshot.values))
    opened += [InstrumentPanel(model, name, kind) for name, kind in model.kind.instruments.items()]
    for panel in opened:
        panel.show()
        panel.parts.show(model.snapshot)
        best = min(_seconds(panel, model.snapshot) for _ in range(20))
        assert best < 1e-3, panel.accessibleName()


def _seconds(panel, snapshot):
    began = time.perf_counter()
    panel.show_snapshot(snapshot)
    return time.perf_counter() - began
