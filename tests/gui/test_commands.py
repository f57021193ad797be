"""Commands without Qt, models' small parts, readouts."""

import pytest
from PySide6.QtCore import Qt

from gui.commands import Command, Commands, Find, match
from gui.evented import Event
from vlab.readout import clock, readout


def test_commands_are_declared_once():
    done = []
    commands = Commands()
    commands.add(Command("a.b", "Begin", "Measure", lambda: done.append(1), "Begin it.", "Ctrl+B"))
    commands.add(Command("a.c", "Cease", "Measure", lambda: done.append(2), "Cease it.", enabled=lambda: False))
    commands.run("a.b")
    commands.run("a.c")
    assert done == [1]
    with pytest.raises(ValueError, match="there are two commands"):
        commands.add(Command("a.b", "", "", lambda: None, ""))
    with pytest.raises(ValueError, match="Ctrl"):
        commands.add(Command("a.d", "", "", lambda: None, "", "Ctrl+B"))
    assert [c.key for c in commands.matching("cea")] == ["a.c"]
    assert [c.key for c in commands.matching("measure")] == ["a.b", "a.c"]


def test_events():
    seen = []
    event = Event()
    stop = event.connect(seen.append)
    event.emit(1)
    stop()
    stop()
    event.emit(2)
    assert seen == [1]


@pytest.mark.parametrize(
    ("si", "unit", "shown"),
    [(2.2508e-5, "V", "22.508 µV"), (0.0, "V", "0.0000 V"), (-9.9999e-7, "V", "-999.99 nV"), (4.5, "T", "4.5000 T"),
     (1e-8, "nW", "10.000 nW"), (5e4, "Hz", "50.000 kHz"), (1e7, "V/A", "1e+07 V/A"), (float("nan"), "V", "–"),
     ("open", None, "open")],
)
def test_readouts(si, unit, shown):
    assert readout(si, unit) == shown


def test_a_photon_energy_keeps_its_digits():
    assert readout(1.30034437915 * 1.602176634e-19, "eV", 9) == "1.30034438 eV"


def test_clock():
    assert [clock(s) for s in (0.4, 75, 3601)] == ["0:00", "1:15", "1:00:01"]


@pytest.mark.parametrize(("better", "worse", "typed"), [
    ("Lock-in: time constant", "Lock-in: oscillator amplitude", "time const"),
    ("Pause or resume", "Reset the layout", "pau"),
    ("Hold lab time", "Abort", "hold"),
    ("Lock-in: time constant", "Detector: thermal noise", "litc"),
    ("Dwell longer", "Downwell", "dwell"),
])
def test_what_fits_better_comes_first(better, worse, typed):
    first, second = match(typed, better), match(typed, worse)
    assert first is not None
    assert second is None or first < second


@pytest.mark.parametrize(("typed", "text"), [("xyz", "Hold lab time"), ("hold xyz", "Hold lab time"),
                                             ("undo", "White ground for pictures")])
def test_what_does_not_fit(typed, text):
    assert match(typed, text) is None


def test_letters_may_be_left_out():
    assert match("hnle", "Hanle curve") is not None
    assert match("hnle", "Hanle curve", loosely=False) is None


def test_why_a_command_is_impossible():
    commands = Commands()
    commands.why_not = lambda command: f"no {command.key} now"
    commands.add(Command("a", "A", "Edit", lambda: None, "Do a."))
    commands.add(Command("b", "B", "Edit", lambda: None, "Do b.", enabled=lambda: False))
    commands.add(Command("c", "C", "Edit", lambda: None, "Do c.", enabled=lambda: False, why_not=lambda: "it rains"))
    assert [commands.reason(commands[key]) for key in "abc"] == ["", "no b now", "it rains"]
    assert "a" in commands
    assert "z" not in commands


def test_a_title_may_tell_what_it_would_do():
    command = Command("u", "Undo", "Edit", lambda: None, "Undo it.", words=lambda: "Undo the power")
    assert command.title_now() == "Undo the power"
    commands = Commands()
    commands.add(command)
    assert [c.key for c in commands.matching("power")] == ["u"]


@pytest.fixture
def palette(qtbot):
    from gui.widgets.command_palette import CommandPalette

    done = []
    commands = Commands()
    commands.add(Command("hold", "Hold lab time", "Clock", lambda: done.append("hold"), "Stop lab time.", "Ctrl+H"))
    commands.add(Command("abort", "Abort", "Measure", lambda: done.append("abort"), "End it.", enabled=lambda: False,
                         why_not=lambda: "no measurement is running"))
    commands.sources.append(lambda: [
        Find("setting", "Lock-in: time constant", lambda: done.append("setting"), "Set it."),
        Find("help", "Time constant and slope", lambda: done.append("help"), "The lock-in amplifier")])
    palette = CommandPalette(commands)
    palette.done_things = done
    qtbot.addWidget(palette)
    palette.open_centred()
    return palette


def test_the_palette_finds_settings_before_help(qtbot, palette):
    qtbot.keyClicks(palette.line, "time con")
    assert [e.beside for e in palette.entries("time con")] == ["setting", "help"]
    assert palette.about.text() == "Set it."
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.done_things == ["setting"]
    assert not palette.isVisible()


def test_the_palette_says_why_something_is_impossible_and_stays(qtbot, palette):
    qtbot.keyClicks(palette.line, "abo")
    assert palette.about.text() == "Not now: no measurement is running."
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert palette.done_things == []
    palette.line.clear()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.done_things == ["hold"]


def test_the_palette_without_a_find(qtbot, palette):
    qtbot.keyClicks(palette.line, "xyzzy")
    assert palette.list.count() == 0
    assert "Nothing fits" in palette.about.text()


@pytest.fixture
def greeting(qtbot):
    from PySide6.QtWidgets import QWidget

    from gui.widgets.greeting import CHOICES, Greeting

    done = []
    commands = Commands()
    for choice in CHOICES:
        key = choice.command
        commands.add(Command(key, key, "Help", lambda key=key: done.append(key), "Do it."))
    window = QWidget()
    window.resize(900, 700)
    greeting = Greeting(commands, window)
    greeting.done_things = done
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()  # a screen without a window manager does not do it by itself
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    greeting.window_of_test = window
    greeting.open_over(window)
    return greeting


def test_the_greeting_by_keyboard(qtbot, greeting):
    cards = greeting.buttons
    assert greeting.window_of_test.focusWidget() is cards[0]
    qtbot.keyClick(cards[0], Qt.Key.Key_Right)
    assert greeting.window_of_test.focusWidget() is cards[1]
    qtbot.keyClick(cards[1], Qt.Key.Key_Down)
    assert greeting.window_of_test.focusWidget() is cards[3]
    qtbot.keyClick(cards[3], Qt.Key.Key_Return)
    assert greeting.done_things == ["example.inertia"]
    assert not greeting.isVisible()


def test_the_greeting_goes_with_escape_and_stays_in_its_window(qtbot, greeting):
    assert greeting.window_of_test.rect().contains(greeting.geometry())
    for card in greeting.buttons:
        assert card.accessibleName()
        assert card.fontMetrics().horizontalAdvance(card.choice.title) < card.width() - 28
    qtbot.keyClick(greeting.buttons[0], Qt.Key.Key_Escape)
    assert not greeting.isVisible()
    assert greeting.done_things == []
