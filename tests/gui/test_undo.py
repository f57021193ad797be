"""Undo and redo of settings, faults and cables: through the laboratory, never against it."""

import pytest
from laboratory import desk_of_a_laboratory

from vlab import Q_
from vlab.experiments import DwellTimeScan


@pytest.fixture
def desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        yield desk


def value(desk, instrument, name):
    return desk.model.snapshot.values[instrument][name]


def wait_for(qtbot, desk, instrument, name, wanted):
    qtbot.waitUntil(lambda: value(desk, instrument, name) == wanted, timeout=5000)


def test_a_setting_goes_back_and_forth(qtbot, desk):
    before = value(desk, "lockin", "time_constant")
    assert not desk.undo.can_undo()
    desk.model.write("lockin", "time_constant", 0.3)
    wait_for(qtbot, desk, "lockin", "time_constant", 0.3)
    assert desk.undo.undo_title() == "Undo Lock-in time constant 1 s → 0.3 s"
    desk.undo.undo()
    wait_for(qtbot, desk, "lockin", "time_constant", before)
    assert not desk.undo.can_undo()
    assert desk.undo.redo_title().startswith("Redo Lock-in time constant")
    desk.undo.redo()
    wait_for(qtbot, desk, "lockin", "time_constant", 0.3)
    assert desk.undo.can_undo()
    assert not desk.undo.can_redo()


def test_quick_writes_of_one_setting_are_one_step(qtbot, desk):
    before = value(desk, "laser", "power")
    for power in (11e-9, 12e-9, 13e-9):
        desk.model.write("laser", "power", power)
    wait_for(qtbot, desk, "laser", "power", 13e-9)
    assert desk.undo.undo_title().endswith("→ 13 nW")
    desk.undo.undo()
    wait_for(qtbot, desk, "laser", "power", before)
    assert not desk.undo.can_undo()


def test_what_was_refused_is_no_step(qtbot, desk):
    future = desk.model.write("laser", "power", 99.0)
    qtbot.waitUntil(future.done, timeout=5000)
    assert not desk.undo.can_undo()
    desk.model.write("laser", "power", 11e-9)
    bad = desk.model.write("laser", "power", -5.0)  # at once, so one step with the one before
    qtbot.waitUntil(bad.done, timeout=5000)
    assert desk.undo.undo_title().endswith("→ 11 nW")


def test_faults_and_cables(qtbot, desk):
    cable = dict(desk.model.snapshot.cables)
    target = next(iter(cable))
    desk.model.turn_fault("laser", "mode_hop", True)
    desk.model.plug(None, target)
    qtbot.waitUntil(lambda: target not in desk.model.snapshot.cables, timeout=5000)
    assert desk.undo.undo_title() == f"Undo cable to {target}: {cable[target]} → none"
    desk.undo.undo()
    qtbot.waitUntil(lambda: desk.model.snapshot.cables == cable, timeout=5000)
    assert desk.undo.undo_title() == "Undo Laser mode hop on"
    desk.undo.undo()
    wait_for(qtbot, desk, "laser", "mode_hop", 0.0)
    desk.undo.redo()
    wait_for(qtbot, desk, "laser", "mode_hop", 1.0)


def test_another_bench_begins_anew(qtbot, desk):
    desk.model.write("laser", "power", 11e-9)
    assert desk.undo.can_undo()
    desk.model.mount({}, 3, True)
    assert not desk.undo.can_undo()
    qtbot.waitUntil(lambda: desk.model.mounting is None, timeout=20_000)


def test_a_measurement_keeps_what_it_claims(qtbot, desk):
    model = desk.model
    before = value(desk, "lockin", "time_constant")
    model.write("lockin", "time_constant", 0.3)
    wait_for(qtbot, desk, "lockin", "time_constant", 0.3)
    model.set_pace(5.0)
    model.start(DwellTimeScan(dwell=Q_(1, "s")), save=False)
    qtbot.waitUntil(lambda: model.run is not None, timeout=5000)
    wait_for(qtbot, desk, "lockin", "time_constant", 1.0)  # the scan's own
    title = desk.undo.undo_title()
    told = []
    model.noticed.connect(lambda notice: told.append(notice.text))
    desk.undo.undo()
    qtbot.waitUntil(lambda: any("in use by" in text for text in told), timeout=5000)
    qtbot.waitUntil(lambda: desk.undo.undo_title() == title, timeout=5000)
    assert value(desk, "lockin", "time_constant") == 1.0
    model.abort()
    qtbot.waitUntil(lambda: model.run is None, timeout=10_000)
    desk.undo.undo()
    wait_for(qtbot, desk, "lockin", "time_constant", before)


def test_slow_writes_are_steps_of_their_own(qtbot, desk, monkeypatch):
    monkeypatch.setattr("gui.undo._QUICK", -1.0)
    desk.model.write("laser", "power", 11e-9)
    wait_for(qtbot, desk, "laser", "power", 11e-9)
    desk.model.write("laser", "power", 12e-9)
    wait_for(qtbot, desk, "laser", "power", 12e-9)
    desk.undo.undo()
    wait_for(qtbot, desk, "laser", "power", 11e-9)
    assert desk.undo.can_undo()
