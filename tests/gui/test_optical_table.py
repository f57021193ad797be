"""The optical table: arranged by the wiring alone, true to the snapshot, worked by mouse and keys."""

from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
import shiboken6
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetricsF, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gui.catalogue import PANELS
from gui.deeds import CablePlugged, SettingWritten
from gui.help.book import Book
from gui.help.here import Here
from gui.lab import Snapshot
from gui.panels.path_panel import PathPanel
from gui.table.graph import graph_of
from gui.table.layout import lay_out
from gui.table.picture import picture_of
from gui.table.station import arrow_length
from gui.table.strokes import HELICITIES
from gui.table.symbols import SYMBOLS
from gui.table.words import concerned, element_tip, socket_tip
from gui.topics import topic_of
from instruments import dragging, spin_inertia
from instruments.benches import BENCHES
from instruments.instrument import Instrument
from instruments.wiring import Link, Port, Wiring
from vlab.experiments import ZeroFieldRatio

DRAGGING, INERTIA = BENCHES["dragging"], BENCHES["spin_inertia"]


class Camera(Instrument):
    """Something that the drawing has never heard of."""

    title = "Camera"
    short = "Camera"
    ports: ClassVar = (Port("beam", "in", "light", "light"), Port("video", "out", "voltage", "pictures"))


INVENTED = {"pump": INERTIA.instruments["pump"], "eom": INERTIA.instruments["modulator"],
            "probe": DRAGGING.instruments["laser"], "coil": INERTIA.instruments["magnet"],
            "meter": DRAGGING.instruments["power_meter"], "camera": Camera, "supply": DRAGGING.instruments["gate"],
            "recorder": DRAGGING.instruments["lockin"], "barometer": DRAGGING.instruments["wavemeter"]}
LINKS = (Link("pump.beam", "eom.beam", "light"), Link("eom.beam", "sample.one", "light"),
         Link("probe.beam", "sample.two", "light"), Link("probe.beam", "meter.beam", "light"),
         Link("sample.two", "camera.beam", "light"), Link("camera.video", "recorder.signal"),
         Link("eom.reference", "recorder.reference"), Link("supply.output", "sample.gate"))


def invented(**cables):
    """Return graph, snapshot and wiring of a bench that nobody has built; ``cables`` are moved."""
    instruments = {name: kind(name) for name, kind in INVENTED.items()}
    wiring = Wiring(instruments, LINKS, {n: i.ports for n, i in instruments.items()})
    for target, source in cables.items():
        wiring.connect(source, target.replace("__", "."))
    values = {name: instrument.snapshot() for name, instrument in instruments.items()}
    return graph_of(wiring, INVENTED), Snapshot(1.0, values, cables=wiring.cables, wiring=wiring), wiring


def ready_made(bench):
    """Return the arrangement of a ready-made bench."""
    kinds = BENCHES[bench].instruments
    links = {"dragging": dragging.LINKS, "spin_inertia": spin_inertia.LINKS}[bench]
    return graph_of(Wiring(kinds, links, {name: kind.ports for name, kind in kinds.items()}), kinds)


def overlap(one, other):
    return (one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
            and one[1] < other[1] + other[3] and other[1] < one[1] + one[3])


# -- arrangement -------------------------------------------------------------------------------------------------------


def test_a_bench_that_nobody_has_seen_is_arranged_by_its_wiring():
    graph, _, _ = invented()
    place = {name: node.place for name, node in graph.nodes.items()}
    assert place == {"pump": "line", "eom": "line", "probe": "line", "sample": "line", "camera": "line",
                     "recorder": "line", "coil": "around", "meter": "above", "supply": "below", "barometer": "rest"}
    column = {name: node.column for name, node in graph.nodes.items() if node.place == "line"}
    assert column == {"pump": 0, "probe": 0, "eom": 1, "sample": 2, "camera": 3, "recorder": 4}
    lane = {name: node.lane for name, node in graph.nodes.items()}
    assert lane["pump"] == lane["eom"] < lane["sample"] < lane["probe"]
    assert lane["meter"] < lane["pump"]
    assert lane["supply"] == lane["barometer"] > lane["probe"]
    assert graph.nodes["meter"].host == "probe"
    assert graph.nodes["meter"].splits


def test_light_that_goes_in_a_ring_is_arranged_too():
    wiring = Wiring(("a", "b"), (Link("a.x", "b.x", "light"), Link("b.x", "a.x", "light")))
    graph = graph_of(wiring, {})
    assert set(graph.nodes) == {"a", "b"}
    looks = picture_of(graph, Snapshot(1.0, {"a": {}, "b": {}}, wiring=wiring))
    assert [look.lit for look, _ in looks.beams] == [False, False]


@pytest.mark.parametrize("size", [(550, 195), (1190, 610), (420, 180)])
@pytest.mark.parametrize("bench", [*BENCHES, "invented"])
def test_nothing_covers_anything_else_and_all_is_within(bench, size):
    if bench == "invented":
        graph = invented()[0]
        size = (size[0], max(size[1], 240))
    else:
        graph = ready_made(bench)
    layout = lay_out(graph, *size, 13.0)
    boxes = {name: spot.symbol for name, spot in layout.spots.items() if graph.nodes[name].place != "around"}
    for name, (x, y, w, h) in boxes.items():
        assert 0 <= x <= size[0] - w, name
        assert 0 <= y <= size[1] - h, name
        assert not [other for other in boxes if other != name and overlap(boxes[name], boxes[other])], name
    for socket in layout.sockets.values():
        assert 0 <= socket.at[0] <= size[0]
        assert 0 <= socket.at[1] <= size[1]
    for target, source in graph.belongs.items():
        for x, y in layout.route(source, target, 0):
            assert 0 <= x <= size[0], (source, target)
            assert 0 <= y <= size[1], (source, target)
    assert len(layout.beams) == len(graph.beams)


@pytest.mark.parametrize("kind", [(b, n) for b, k in BENCHES.items() for n in k.instruments], ids=".".join)
def test_instruments_declare_a_sketch_that_exists(kind):
    instrument = BENCHES[kind[0]].instruments[kind[1]]
    sketch = instrument.sketch
    assert sketch.symbol in SYMBOLS or sketch.surrounds
    assert sketch.symbol != "box"
    assert sketch.number in {**instrument.settings(), **instrument.readings()}
    if sketch.switch:
        assert 2 <= len(instrument.settings()[sketch.switch].choices) <= 3


# -- what it shows -----------------------------------------------------------------------------------------------------


def looks(graph, snapshot):
    picture = picture_of(graph, snapshot)
    return picture, {link.source: look for link, (look, _) in zip(graph.beams, picture.beams, strict=True)}


def changed(snapshot, name, **values):
    return replace(snapshot, values={**snapshot.values, name: {**snapshot.values[name], **values}})


def test_light_is_followed_from_its_sources():
    graph, snapshot, _ = invented()
    picture, beams = looks(graph, snapshot)
    assert all(look.lit for look in beams.values())
    assert beams["pump.beam"].pulsed
    assert not beams["pump.beam"].helicity
    assert beams["eom.beam"].helicity == "alternating"
    assert not beams["sample.two"].pulsed
    assert {shade for _, shade in picture.beams[:2]} == {0}
    assert {shade for _, shade in picture.beams[2:]} == {1}
    assert picture.restless
    _, beams = looks(graph, changed(snapshot, "pump", shutter="closed"))
    assert not beams["pump.beam"].lit
    assert beams["pump.beam"].blocked
    assert not beams["eom.beam"].lit
    assert not beams["eom.beam"].blocked
    assert beams["sample.two"].lit
    still = changed(snapshot, "recorder", unlocked=0.0)  # nobody has told it of a reference
    picture, beams = looks(graph, changed(still, "eom", state="stopped"))
    assert beams["eom.beam"].helicity == "+"
    assert not picture.restless
    _, beams = looks(graph, changed(snapshot, "pump", not_mode_locked=1.0))
    assert beams["pump.beam"].lit
    assert not beams["pump.beam"].pulsed


def test_the_monitor_of_a_laser_sees_light_behind_a_closed_shutter():
    graph = ready_made("dragging")
    instruments = {name: kind(name) for name, kind in DRAGGING.instruments.items()}

    def beams():
        snapshot = Snapshot(1.0, {name: instrument.snapshot() for name, instrument in instruments.items()})
        return looks(graph, snapshot)

    laser, chopper = instruments["laser"], instruments["chopper"]
    laser.shutter = "closed"
    picture, seen = beams()
    assert seen["laser.monitor"].lit
    assert not any(look.lit for name, look in seen.items() if name != "laser.monitor")
    lit = {name: look.lit for name, look in picture.nodes.items() if name in ("laser", "wavemeter", "power_meter")}
    assert lit == {"laser": False, "wavemeter": True, "power_meter": False}
    laser.jump("shutter", "open")
    _, seen = beams()
    assert seen["chopper.beam"].lit
    assert seen["chopper.beam"].chopped
    assert beams()[0].nodes["laser"].lit
    laser.jump("power", 0.0)
    picture, seen = beams()
    assert not any(look.lit for look in seen.values())
    assert not picture.nodes["laser"].lit
    laser.jump("power", 1e-9)
    laser.fail("dead_shutter")
    _, seen = beams()
    assert seen["laser.beam"].blocked
    laser.mend("dead_shutter")
    laser.jump("shutter", "open")
    chopper.fail("driver_off")
    picture, seen = beams()
    assert seen["laser.beam"].lit
    assert not seen["sample.light"].lit
    assert picture.nodes["chopper"].alarms == ("driver_fault",)


def test_wrong_and_missing_cables_are_told():
    graph, snapshot, wiring = invented(recorder__signal="eom.reference")
    wiring.disconnect("sample.gate")
    picture = picture_of(graph, replace(snapshot, cables=wiring.cables))
    found = {cable.target: (cable.source, cable.right) for cable in picture.cables}
    assert found == {"recorder.signal": ("eom.reference", False), "recorder.reference": ("eom.reference", True),
                     "sample.gate": (None, False)}


def test_the_arrow_grows_with_the_field():
    lengths = [arrow_length(field, 9.0) for field in (0.0, 0.01, 0.1, 1.0, 4.5, 9.0)]
    assert lengths[0] == 0.0
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == len(lengths)
    assert arrow_length(-4.5, 9.0) == arrow_length(4.5, 9.0)
    assert lengths[-1] == 1.0


def test_words():
    graph, snapshot, _ = invented()
    tip = element_tip(graph.nodes["pump"], changed(snapshot, "pump", not_mode_locked=1.0))
    assert tip.startswith("Open the panel of <b>Pump laser</b>")
    assert "not mode locked" in tip
    assert "repetition rate" in tip
    assert "shutter" in tip
    cable = picture_of(graph, snapshot).cables[0]
    assert "fed by camera.video" in socket_tip(graph, cable.target, cable)
    assert concerned("recorder.signal: no cable is connected", INVENTED) == "recorder"
    assert concerned("sample: it is gone", INVENTED) == "sample"
    assert concerned("Nothing: at all", INVENTED) == ""


# -- by hand -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laboratory(qapp, request, tmp_path_factory):
    with desk_of_a_laboratory(qapp, QtBot(request), tmp_path_factory.mktemp("table")) as desk:
        yield desk


@pytest.fixture
def desk(laboratory):
    laboratory.model.lab.post(lambda bench: bench.reset()).result(10.0)
    laboratory.wanted, laboratory.deeds = [], []
    ends = [laboratory.panel_wanted.connect(laboratory.wanted.append),
            laboratory.model.done.connect(laboratory.deeds.append)]
    laboratory.model.pull()
    yield laboratory
    for end in ends:
        end()


@pytest.fixture
def panel(qtbot, desk):
    panel = PathPanel(desk)
    panel.resize(700, 380)
    panel.show()
    qtbot.waitUntil(lambda: panel.table.drawing is not None and bool(panel.table.picture.nodes), timeout=5000)
    yield panel
    panel.hide()
    shiboken6.delete(panel)


def click(qtbot, table, name):
    qtbot.mouseClick(table, Qt.MouseButton.LeftButton, pos=table.place_of(name))


def drag(table, start, end):
    """Press, move and release as a hand would."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, at, button, buttons in ((QEvent.Type.MouseButtonPress, start, left, left),
                                      (QEvent.Type.MouseMove, (start + end) / 2, none, left),
                                      (QEvent.Type.MouseMove, end, none, left),
                                      (QEvent.Type.MouseButtonRelease, end, left, none)):
        where = QPointF(at)
        QApplication.sendEvent(table, QMouseEvent(kind, where, table.mapToGlobal(where), button, buttons,
                                                  Qt.KeyboardModifier.NoModifier))


def cables(panel):
    return panel._model.snapshot.cables


def test_a_click_opens_the_panel_of_what_is_clicked(qtbot, desk, panel):
    names = ["laser", "chopper", "wavemeter", "power_meter", "gate", "detector", "lockin", "magnet", "sample"]
    for name in names:
        click(qtbot, panel.table, name)
    assert desk.wanted == names
    qtbot.mouseClick(panel.table, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert desk.wanted == names


def test_tool_tips_tell_elements_from_plugs(desk, panel):
    table = panel.table

    def tip(end):
        at = table.place_of(end)
        return table.tip_at(at.x(), at.y())

    assert tip("lockin").startswith("Open the panel of <b>Lock-in amplifier</b>")
    assert tip("lockin.signal").startswith("Drag the plug of <b>lockin.signal</b>")
    assert "the internal oscillator" in tip("lockin.oscillator")
    assert table.tip_at(3, 3) == ""


def test_keys_reach_every_element(qtbot, desk, panel):
    table = panel.table
    panel.activateWindow()
    panel.more.setFocus()
    qtbot.waitUntil(panel.more.hasFocus, timeout=5000)
    table.setFocus(Qt.FocusReason.TabFocusReason)
    reached = [table.current]
    for _ in range(len(table.graph.nodes) - 1):
        qtbot.keyClick(table, Qt.Key.Key_Tab)
        reached.append(table.current)
    assert sorted(reached) == sorted(table.graph.nodes)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert desk.wanted == [reached[-1]]
    table.go_to("chopper")
    assert "Chopper 50.00 kHz" in table.accessibleDescription()
    assert topic_of(table) == "panel/chopper"
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert table.current == "laser"
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert table.current == "wavemeter"
    table.go_to(reached[-1])
    qtbot.keyClick(table, Qt.Key.Key_Tab)  # and out
    assert not table.hasFocus()
    assert table.current == ""


def test_a_plug_is_dragged_to_another_output_and_off(qtbot, desk, panel):
    table = panel.table
    drag(table, table.place_of("lockin.signal"), table.place_of("chopper.reference"))
    qtbot.waitUntil(lambda: cables(panel)["lockin.signal"] == "chopper.reference", timeout=5000)
    qtbot.waitUntil(lambda: not table.picture.cables[0].right, timeout=5000)
    drag(table, table.place_of("lockin.signal"), QPoint(table.width() // 2, 8))
    qtbot.waitUntil(lambda: "lockin.signal" not in cables(panel), timeout=5000)
    drag(table, table.place_of("lockin.signal"), table.place_of("detector.output"))
    qtbot.waitUntil(lambda: cables(panel).get("lockin.signal") == "detector.output", timeout=5000)
    assert desk.deeds == [CablePlugged("lockin.signal", "detector.output", "chopper.reference"),
                          CablePlugged("lockin.signal", "chopper.reference", None),
                          CablePlugged("lockin.signal", None, "detector.output")]
    assert desk.wanted == []


def test_a_cable_is_drawn_from_an_output_to_an_input(qtbot, desk, panel):
    table = panel.table
    desk.model.plug(None, "lockin.signal")
    desk.model.plug(None, "lockin.reference")
    qtbot.waitUntil(lambda: [c.source for c in table.picture.cables].count(None) == 2, timeout=5000)
    drag(table, table.place_of("detector.output"), table.place_of("lockin.signal"))
    qtbot.waitUntil(lambda: cables(panel).get("lockin.signal") == "detector.output", timeout=5000)
    drag(table, table.place_of("chopper.reference"), QPoint(table.width() // 2, 8))  # nothing was in the hand
    assert "lockin.reference" not in cables(panel)
    corners = table.drawing.cables.routes["lockin.reference"]  # the loose cable, where it lies in the channel
    (x0, y0), (x1, _) = max(pairwise(corners), key=lambda ends: abs(ends[1][0] - ends[0][0]))
    drag(table, QPointF(0.5 * (x0 + x1), y0).toPoint(), table.place_of("chopper.reference"))
    qtbot.waitUntil(lambda: cables(panel).get("lockin.reference") == "chopper.reference", timeout=5000)
    assert desk.deeds[2:] == [CablePlugged("lockin.signal", None, "detector.output"),
                              CablePlugged("lockin.reference", None, "chopper.reference")]
    assert desk.wanted == []
    click(qtbot, table, "lockin.oscillator")  # no cable: a part of its instrument
    assert desk.wanted == ["lockin"]


def test_either_plug_of_a_cable_can_be_moved(qtbot, desk, panel):
    table = panel.table
    drag(table, table.place_of("detector.output"), table.place_of("lockin.oscillator"))
    qtbot.waitUntil(lambda: cables(panel)["lockin.signal"] == "lockin.oscillator", timeout=5000)
    qtbot.waitUntil(lambda: not table.picture.cables[0].right, timeout=5000)
    drag(table, table.place_of("lockin.reference"), table.place_of("sample.gate"))
    qtbot.waitUntil(lambda: cables(panel) == {"lockin.signal": "lockin.oscillator",
                                              "sample.gate": "chopper.reference"}, timeout=5000)
    qtbot.waitUntil(lambda: len(table.wrong_cables()) == 3, timeout=5000)


def test_a_plug_that_is_put_back_or_let_go_of_stays(qtbot, desk, panel):
    table = panel.table
    here = table.place_of("lockin.signal")
    drag(table, here, here + QPoint(6, 4))
    qtbot.mouseClick(table, Qt.MouseButton.LeftButton, pos=here)
    qtbot.mousePress(table, Qt.MouseButton.LeftButton, pos=here)
    assert table.drawing.grabbed == "lockin.signal"
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    qtbot.mouseRelease(table, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert table.drawing.grabbed == ""
    assert desk.deeds == []
    assert desk.wanted == []


def test_the_menu_has_panel_switch_and_cables(qtbot, desk, panel):
    table = panel.table
    menu = table.menu_of("laser")
    entries = {action.text(): action for action in menu.actions() if action.text()}
    assert list(entries) == ["Open the panel: Tunable laser", "Shutter: open", "Shutter: closed"]
    assert entries["Shutter: open"].isChecked()
    entries["Shutter: open"].trigger()
    assert desk.deeds == []
    entries["Shutter: closed"].trigger()
    qtbot.waitUntil(lambda: table.picture.beams[1][0].blocked, timeout=5000)
    assert desk.deeds == [SettingWritten("laser", "shutter", "open", "closed")]
    entries["Open the panel: Tunable laser"].trigger()
    assert desk.wanted == ["laser"]
    menu.deleteLater()
    menu = table.menu_of("lockin")
    subs = {action.text(): action.menu() for action in menu.actions() if action.menu()}
    assert list(subs) == ["Cable to signal", "Cable to reference", "Cable from oscillator"]
    choices = {action.text(): action for action in subs["Cable to reference"].actions()}
    assert set(choices) == {*desk.model.snapshot.wiring.outputs, "no cable"}
    assert [text for text, action in choices.items() if action.isChecked()] == ["chopper.reference"]
    choices["no cable"].trigger()
    qtbot.waitUntil(lambda: "lockin.reference" not in cables(panel), timeout=5000)
    menu.deleteLater()
    menu = table.menu_of("chopper")
    (sub,) = [action.menu() for action in menu.actions() if action.menu()]
    ends = {action.text(): action for action in sub.actions()}
    assert set(ends) == set(desk.model.snapshot.wiring.inputs)
    assert not any(action.isChecked() for action in ends.values())
    ends["lockin.reference"].trigger()
    qtbot.waitUntil(lambda: cables(panel).get("lockin.reference") == "chopper.reference", timeout=5000)
    menu.deleteLater()


def asked_for(table, at, monkeypatch):
    """Right click somewhere and return whose menu was asked for; empty: that of the table."""
    asked = []
    monkeypatch.setattr(table, "menu_of", lambda name: asked.append(name) or QMenu(table))
    monkeypatch.setattr("gui.table.optical_table.table_menu", lambda *_: asked.append("") or QMenu(table))
    monkeypatch.setattr(QMenu, "popup", lambda menu, _: menu.deleteLater())
    QApplication.sendEvent(table, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.mapToGlobal(at)))
    (name,) = asked
    return name


def test_a_right_click_is_meant_for_what_it_hits(desk, panel, monkeypatch):
    table = panel.table
    layout = table.drawing.layout
    start, splitter = layout.beams[table.graph.beams.index(Link("laser.beam", "chopper.beam", "light"))][0], (
        layout.splitters[0])
    blade = QPointF(start[0] + 0.16 * layout.unit, start[1] - 0.3 * layout.unit).toPoint()
    assert asked_for(table, blade, monkeypatch) == "laser"
    assert asked_for(table, QPointF(*splitter).toPoint(), monkeypatch) == "power_meter"
    assert asked_for(table, table.place_of("detector"), monkeypatch) == "detector"
    assert asked_for(table, table.place_of("detector.output"), monkeypatch) == "detector"
    assert asked_for(table, table.place_of("lockin.signal"), monkeypatch) == "lockin"
    assert asked_for(table, QPoint(3, 3), monkeypatch) == ""


def test_help_is_about_the_element_under_the_mouse(qtbot, desk, panel):
    table, here = panel.table, Here(desk.model)
    book = Book(panels=lambda: [(kind.key, kind.title, kind.about) for kind in PANELS])

    def told(at, topic):
        qtbot.mouseMove(table, at)  # a screen hands the move on when it likes
        return here.topic_of(table) == topic

    qtbot.waitUntil(lambda: told(table.place_of("chopper"), "panel/chopper"), timeout=5000)
    assert book.place_of("panel/chopper", "dragging") == "instrument/Chopper"
    qtbot.waitUntil(lambda: told(table.place_of("lockin.signal"), "panel/lockin"), timeout=5000)
    qtbot.waitUntil(lambda: told(QPoint(3, 3), "panel/path"), timeout=5000)
    for name in table.graph.nodes:
        assert book.place_of(f"panel/{name}", "dragging").startswith(("instrument/", "window#panel-sample")), name


def test_the_check_and_the_button_stay_where_they_are(qtbot, desk, panel):
    panel.resize(450, 230)
    qtbot.wait(10)
    before, height = panel.more.mapTo(panel, QPoint(0, 0)), panel.table.height()
    click_at = panel.more.rect().center()
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton, pos=click_at)
    assert panel.more.mapTo(panel, QPoint(0, 0)) == before
    assert panel.table.height() <= height
    assert panel.rect().contains(panel.check.mapTo(panel, QPoint(0, 0)))
    qtbot.waitUntil(lambda: not panel.path.visibleRegion().isEmpty(), timeout=5000)
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton, pos=click_at)
    assert not panel.more.isChecked()
    qtbot.waitUntil(lambda: panel.table.height() == height, timeout=5000)
    assert panel.more.mapTo(panel, QPoint(0, 0)) == before


@pytest.mark.parametrize("width", [300, 340])
def test_in_a_narrow_panel_numbers_are_shorter_and_within(qtbot, desk, panel, width):
    panel.resize(width, 260)
    qtbot.waitUntil(lambda: panel.table.drawing.layout.size[0] == panel.table.width(), timeout=5000)
    assert panel.table.width() <= panel.view.viewport().width()
    drawing = panel.table.drawing
    painter = Written(drawing.number_font)
    drawing.labels.draw_number(painter, "wavemeter")
    drawing.labels.draw_number(painter, "lockin")
    assert painter.texts[0] == "1.30 eV"
    assert all(box.left() >= 0.0 and box.right() <= panel.table.width() for box in painter.boxes)


class Written:
    """Notes what is written, and around which places."""

    def __init__(self, font):
        self.font, self.texts, self.boxes = font, [], []

    def drawText(self, box, _, text):
        self.texts.append(text)
        half = 0.5 * QFontMetricsF(self.font).horizontalAdvance(text)
        self.boxes.append(QRectF(box.center().x() - half, box.y(), 2.0 * half, box.height()))


def test_one_command_puts_all_cables_back(qtbot, desk, panel):
    (command,) = panel.commands()
    assert command.enabled()
    command.do()
    assert desk.deeds == []
    desk.model.plug(None, "lockin.reference")
    desk.model.plug("lockin.oscillator", "lockin.signal")
    qtbot.waitUntil(lambda: len(panel.table.wrong_cables()) == 2, timeout=5000)
    command.do()
    qtbot.waitUntil(lambda: not panel.table.wrong_cables(), timeout=5000)


def test_sentences_of_the_check_lead_to_the_panel(qtbot, desk, panel):
    assert "All is well" in panel.check.text()
    desk.model.plug(None, "lockin.reference")
    qtbot.waitUntil(lambda: "no cable is connected" in panel.check.text(), timeout=5000)
    assert "href='lockin'" in panel.check.text()
    panel.check.linkActivated.emit("lockin")
    assert desk.wanted == ["lockin"]


def red(table, name, desk):
    """Return how much of the surroundings of an element has the colour of a warning."""
    image = table.grab().toImage()
    x, y, w, h = table.drawing.layout.spots[name].symbol
    wanted = QColor(desk.theme.colour("refused")).rgb()
    columns, rows = range(int(x), int(x + w + 5)), range(int(y - 5), int(y + h))
    return sum(image.pixel(i, j) == wanted for i in columns for j in rows)


def test_a_lamp_blinks_slowly_while_something_spoils_and_only_in_sight(qtbot, desk, panel):
    table = panel.table
    assert not table._timer.isActive()
    assert red(table, "laser", desk) == 0
    desk.model.turn_fault("laser", "mode_hop", True)
    qtbot.waitUntil(lambda: table.picture.nodes["laser"].alarms == ("mode_hopped",), timeout=5000)
    assert table._timer.isActive()
    assert table._timer.interval() >= 250  # a period of half a second or more
    dark = {red(table, "laser", desk)}
    table._turn()
    dark.add(red(table, "laser", desk))
    assert len(dark) == 2
    assert min(dark) > 0
    panel.hide()
    table._turn()
    assert not table._timer.isActive()
    panel.show()
    qtbot.waitUntil(table._timer.isActive, timeout=5000)
    desk.model.turn_fault("laser", "mode_hop", False)
    qtbot.waitUntil(lambda: not table._timer.isActive(), timeout=5000)


def test_only_what_changes_is_drawn_anew(qtbot, desk, panel):
    table = panel.table
    drawing, before = table.drawing, table.picture
    assert drawing.show(before).isEmpty()
    still = drawing.still.kept
    other = replace(before, nodes={**before.nodes, "lockin": replace(before.nodes["lockin"], number="1.000 V")})
    magnet = replace(before.nodes["magnet"], number="4 T", value=4.0)
    turning = replace(before, nodes={**before.nodes, "magnet": magnet})
    assert drawing.show(turning).boundingRect().width() < 0.6 * table.width()
    assert drawing.still.kept is still  # only the arrow
    assert drawing.show(before).boundingRect().width() < 0.6 * table.width()
    region = drawing.show(other)
    label = drawing.layout.spots["lockin"].label
    assert 0 < region.boundingRect().width() <= label[2] + 0.36 * drawing.layout.pitch
    assert region.boundingRect().height() <= label[3] + 6
    assert drawing.still.kept is still
    dark = replace(before, beams=tuple((replace(look, lit=False), shade) for look, shade in before.beams))
    assert drawing.show(dark).boundingRect().width() >= table.width()
    assert drawing.still.kept is None


def test_nothing_is_taken_over_while_hidden(qtbot, desk, panel):
    table = panel.table
    panel.hide()
    before = table.picture
    desk.model.write("laser", "shutter", "closed")
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["shutter"] == "closed", timeout=5000)
    qtbot.wait(200)  # longer than between two readings
    assert table.picture is before
    panel.show()
    qtbot.waitUntil(lambda: table.picture.beams[1][0].blocked, timeout=5000)


def test_words_and_boxes_are_folded_below(qtbot, desk, panel):
    assert not panel.path.isVisible()
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert panel.path.isVisible()
    assert "Chopper" in panel.path.text()
    assert set(panel.cables) == set(desk.model.snapshot.wiring.inputs)


def test_both_themes_draw_the_same_bench(qapp, qtbot, desk, panel):
    def ground():
        return QColor(panel.table.grab().toImage().pixel(panel.table.width() // 2, 6)).lightness()

    light = ground()
    desk.theme.set_mode("dark")
    try:
        assert ground() < 80 < light
    finally:
        desk.theme.set_mode("light")


@pytest.mark.slow
def test_another_bench_is_drawn_when_it_stands(qtbot, desk, panel):
    desk.model.choose(ZeroFieldRatio)  # the last test: the laboratory keeps that bench
    qtbot.waitUntil(lambda: "pump" in panel.table.picture.nodes, timeout=20_000)
    assert set(panel.table.graph.nodes) == {*INERTIA.instruments, "sample"}
    assert panel.table.picture.restless
    shown = {HELICITIES[panel.table.drawing.helicity]}
    panel.table._turn()
    assert {*shown, HELICITIES[panel.table.drawing.helicity]} == set(HELICITIES)
