"""The help: every control has a paragraph and its theory, no link is dead; F1, search, examples, lessons."""

import pytest
from laboratory import desk_of_a_laboratory, laboratory
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.catalogue import PANELS, abouts
from gui.commands import MENUS
from gui.help.book import LESSONS, PAGES, Book, all_topics
from gui.help.equations import outlines, picture, typeset, wanted
from gui.help.examples import EXAMPLES
from gui.help.help_panel import HelpPanel
from gui.help.markup import anchors_in, inline_tex, links_in, plain, to_html
from gui.help.theory import THEORY, theory_of
from gui.panels.log_panel import LogPanel
from gui.topics import set_topic, topic_of
from instruments.benches import BENCHES
from vlab.experiments import EXPERIMENTS


@pytest.fixture(scope="module")
def book():
    return Book(panels=abouts)


@pytest.fixture
def panel(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        window = QWidget()
        window.desk = desk
        column = QVBoxLayout(window)
        panel = HelpPanel(desk, abouts, window)
        column.addWidget(panel)
        for command in panel.commands():
            desk.commands.add(command)
        window.resize(420, 600)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()  # a screen without a window manager does not do it by itself
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        yield panel
        panel.setParent(None)
        window.close()
        panel.deleteLater()
        window.deleteLater()


def stands(book, place):
    page, _, anchor = place.partition("#")
    return page in book.pages and (not anchor or anchor in anchors_in(book.pages[page].html))


@pytest.mark.parametrize("bench", list(BENCHES))
def test_every_control_has_a_paragraph_with_its_sentence_and_its_theory(book, bench):
    topics = all_topics()
    assert len(topics) > 400
    for topic in topics:
        place = book.place_of(topic, bench)
        assert stands(book, place), topic
        assert "#" in place, topic
        sentence = book.sentence_of(topic, bench)
        assert sentence, topic
        assert plain(sentence) in book.pages[place.partition("#")[0]].words, topic
        theory = theory_of(topic)
        assert theory, topic
        assert stands(book, theory), f"{topic} -> {theory}"
        assert f'<a href="{theory}">' in book.pages[place.partition("#")[0]].html, topic


def test_the_table_of_theory_leads_somewhere_and_has_no_idle_lines(book):
    from fnmatch import fnmatchcase

    topics = [*all_topics(), *(f"panel/{kind.key}" for kind in PANELS)]
    for pattern, place in THEORY:
        assert stands(book, place), place
        assert any(fnmatchcase(topic, pattern) for topic in topics), pattern


def test_no_link_is_dead(book):
    for page in book.pages.values():
        for link in links_in(page.html):
            if link.startswith("do:"):
                what, _, key = link.removeprefix("do:").partition("/")
                known = {"experiment": EXPERIMENTS, "example": [e.key for e in EXAMPLES],
                         "panel": [*(k.key for k in PANELS), *(n for b in BENCHES.values() for n in b.instruments)],
                         "command": ["run.start"]}[what]
                assert key in known, f"{page.key}: {link}"
            else:
                assert stands(book, link), f"{page.key}: {link}"


def test_panels_and_their_topics(book):
    for kind in PANELS:
        assert stands(book, book.place_of(f"panel/{kind.key}"))
    assert book.place_of("panel/lockin") == "instrument/LockIn"
    assert book.place_of("panel/detector", "spin_inertia") == "instrument/PolarizationBridge"
    assert book.place_of("setting/probe/power", "dragging").startswith("instrument/ProbeLaser")
    assert book.place_of("nonsense/of/all/kinds") == ""


def test_files_and_lessons_belong_together():
    assert {path.stem for path in PAGES.glob("lesson-*.md")} == {f"lesson-{key}" for key in LESSONS}
    assert [example.key for example in EXAMPLES] == list(LESSONS)


def test_every_equation_is_set(qapp):
    from PySide6.QtGui import QColor

    assert len(wanted()) > 20
    for tex in wanted():
        assert tex in outlines(), f"{tex}: run python -m gui.help.equations"
        image = picture(tex, 16.0, QColor("black"))
        inked = sum(image.pixelColor(x, y).alpha() > 128 for x in range(0, image.width(), 2)
                    for y in range(0, image.height(), 2))
        assert inked > 20, tex


def test_outlines_are_those_of_the_typesetter():
    tex = wanted()[0]
    width, height, _ = typeset(tex)
    assert (width, height) == pytest.approx(outlines()[tex][:2], rel=0.05)


def test_markup():
    page = to_html("# A {#top}\n\nText with *stress*, `code`, $\\alpha_{OH}^2$ and [a link](b#c).\n\n- one\n- two")
    assert anchors_in(page) == {"top"}
    assert links_in(page) == ["b#c"]
    assert "<li>one</li><li>two</li>" in page
    assert plain(page) == "A Text with stress, code, αOH2 and a link. one two"
    assert inline_tex("\\tau_s^*") == "τ<sub><i>s</i></sub><sup>*</sup>"
    assert to_html("a < b & c") == "<p>a &lt; b &amp; c</p>"


def test_search_finds_titles_first(book):
    found = [finding.place for finding in book.find("time constant")]
    assert found[0] == "lockin#filter"
    assert "instrument/LockIn#setting-time_constant" in found
    assert book.find("locking")[0].place == "dragging#locking"
    assert book.find("hanle")[0].place.startswith(("experiment/hanle_curve", "inertia#hanle"))
    assert book.find("xyzzy") == []
    assert book.find("  ") == []


def test_f1_on_a_focused_control_opens_its_paragraph(qtbot, panel):
    asked = []
    panel.window().desk.panel_wanted.connect(asked.append)
    field = QLineEdit(panel.window())
    set_topic(field, "setting/lockin/time_constant")
    field.show()
    field.setFocus()
    panel.window().desk.commands.run("help.here")
    assert asked == ["help"]
    assert panel.place == "instrument/LockIn#setting-time_constant"
    shown = panel.page.toPlainText()
    assert "time constant: Set the time constant of the output filter." in shown
    qtbot.waitUntil(lambda: bool(panel.page.extraSelections()), timeout=2000)
    assert panel.page.extraSelections()[0].cursor.selectedText().startswith("time constant:")


def test_topics_are_found_by_names_where_nobody_said_them(panel):
    inner, outer = QLabel(), QWidget(panel.window())
    inner.setParent(outer)
    inner.setAccessibleName("lockin fault loose reference")
    assert panel.here.topic_of(inner) == "fault/lockin/loose_reference"
    inner.setAccessibleName("experiment dwell value")
    assert panel.here.topic_of(inner) == "experiment/dwell_time_scan/dwell"
    inner.setAccessibleName("nobody")
    set_topic(outer, "panel/magnet")
    assert topic_of(inner) == panel.here.topic_of(inner) == "panel/magnet"


def test_links_back_and_forward(qtbot, panel):
    panel.open("dragging#locking")
    assert "stable" in panel.page.toPlainText()
    panel.follow("lockin#filter")
    assert panel.place == "lockin#filter"
    qtbot.mouseClick(panel.buttons["back"], Qt.MouseButton.LeftButton)
    assert panel.place == "dragging#locking"
    assert panel.buttons["forward"].isEnabled()
    qtbot.keyClick(panel.page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert panel.place == "lockin#filter"
    panel.open("no such page")
    assert panel.place == "lockin#filter"


def test_searching_by_keyboard(qtbot, panel):
    panel.line.setFocus()
    qtbot.keyClicks(panel.line, "dragging width")
    qtbot.waitUntil(lambda: "Dragging width" in panel.page.toPlainText(), timeout=2000)
    qtbot.keyClick(panel.line, Qt.Key.Key_Return)
    assert panel.place == "dragging#width"
    panel.line.setText("xyzzy")
    qtbot.waitUntil(lambda: "Nothing is found" in panel.page.toPlainText(), timeout=2000)


def test_an_equation_is_drawn_in_the_colour_of_the_theme(qapp, qtbot, panel):
    theme = panel.window().desk.theme
    panel.open("dragging#spins")

    def ink():
        return panel.page._picture(panel.page._equations[0])

    light = ink()
    theme.set_mode("dark")
    try:
        dark = ink()
        assert light.size() == dark.size()
        assert light != dark
    finally:
        theme.set_mode("light")


def test_the_page_of_keys_lists_all_commands(panel):
    panel.open("keys")
    text = panel.page.toPlainText()
    for command in panel.window().desk.commands:
        assert command.title in text
        assert command.menu in MENUS
    assert "Shift+F1" in text


def test_an_example_sets_everything_up(qtbot, panel):
    desk = panel.window().desk
    asked, shown = [], []
    desk.procedure_wanted.connect(shown.append)
    desk.panel_wanted.connect(asked.append)
    desk.commands.run("example.noise")
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=30_000)
    assert desk.model.snapshot.values["laser"]["power"] == 2e-11
    assert desk.model.scans[-1].status == "completed"
    assert shown[0].si("dwell") == 0.1
    assert asked == ["experiment", "lockin", "help"]
    assert panel.place == "lesson-noise"
    assert "Next: a spin relaxation time" in panel.page.toPlainText()
    assert "laser.power" in desk.diary.script()


def test_the_lesson_on_a_fault_does_not_tell_it(qtbot, panel):
    desk = panel.window().desk
    desk.commands.run("example.fault")
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=30_000)
    assert desk.model.snapshot.values["lockin"]["loose_reference"] == 1.0
    assert not desk.undo.can_undo()
    assert not any("loose reference" in text for text in LogPanel(desk, panel).shown())
    assert 'bench.fail("lockin.loose_reference")' in desk.diary.script()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_every_example_can_be_made(example):
    procedure = example.procedure()
    kind = BENCHES[procedure.bench]
    kind.make_sample(dict(example.sample))
    for instrument, setting, _ in example.settings:
        assert setting in kind.instruments[instrument].settings()
    for instrument, fault in example.faults:
        assert fault in kind.instruments[instrument].faults()
    assert procedure.seconds() < 6000


def test_a_hidden_panel_writes_no_page(qtbot, panel):
    panel.hide()
    panel.open("noise#shot")
    assert "Shot noise" not in panel.page.toPlainText()
    panel.show()
    qtbot.waitUntil(lambda: "Shot noise" in panel.page.toPlainText(), timeout=2000)
    assert panel.page.viewport().rect().contains(QPoint(5, 5))


def test_the_palette_knows_theory_without_writing_pages():
    book = Book()
    headings = book.headings()
    assert ("Locking", "dragging#locking", "Nuclear-spin dragging") in headings
    assert not [page for page in book.pages.values() if "html" in vars(page)]
    while book.prepare():
        pass
    assert all("words" in vars(page) for page in book.pages.values())


@pytest.mark.slow
def test_the_whole_window_by_keyboard(qapp, qtbot, tmp_path):
    """F1 on a field, the palette to a setting, undo with Ctrl+Z, and a newcomer's way to a fitted dragging width."""
    with laboratory(qapp, qtbot, tmp_path) as window:
        help_panel = window.panel("help")
        window.desk.panel_wanted.emit("lockin")
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(window, Qt.Key.Key_P, control | shift)
        palette = window.palette_dialog
        qtbot.keyClicks(palette.line, "lock-in time const")
        assert palette.entries("lock-in time const")[0].beside == "setting"
        qtbot.keyClick(palette.line, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.focusWidget() is not None and
                        help_panel.here.topic_of(window.focusWidget()) == "setting/lockin/time_constant", timeout=5000)
        field = window.focusWidget()
        qtbot.keyClicks(field, "0.5 s")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        model = window.model
        qtbot.waitUntil(lambda: model.snapshot.values["lockin"]["time_constant"] == 0.5, timeout=5000)
        qtbot.keyClick(field, Qt.Key.Key_F1)
        qtbot.waitUntil(lambda: help_panel.place == "instrument/LockIn#setting-time_constant", timeout=5000)
        window.desk.panel_wanted.emit("lockin")
        qtbot.waitUntil(field.isVisible, timeout=5000)
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Z, control)
        qtbot.waitUntil(lambda: model.snapshot.values["lockin"]["time_constant"] == 1.0, timeout=5000)
        window.greeting.open_over(window.stage())
        qtbot.keyClick(window.greeting.buttons[0], Qt.Key.Key_Right)
        qtbot.keyClick(window.greeting.buttons[1], Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(model.scans) and model.run is None, timeout=120_000)
        assert "tau = " in " ".join(model.scans[-1].findings)
        assert help_panel.place == "lesson-width"
