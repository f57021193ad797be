"""Commands without Qt, models' small parts, readouts."""

import pytest

from gui.commands import Command, Commands
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
