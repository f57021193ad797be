"""Lab time against the wall clock, which is one that the test sets."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from vlab.lab import pacing
from vlab.lab.pacing import Pacer


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A wall clock whose ``now`` the test moves."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(pacing, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.mark.parametrize("speed", [0.1, 1.0, 10.0])
def test_lab_time_is_held_to_its_pace(wall: SimpleNamespace, speed: float) -> None:
    pacer = Pacer(speed)
    assert pacer.speed == speed
    assert pacer.wait(5.0) == 0.0  # counting starts here
    assert pacer.wait(7.0) == pytest.approx(2.0 / speed)
    wall.now += 0.5 / speed
    assert pacer.wait(7.0) == pytest.approx(1.5 / speed)
    wall.now += 1.5 / speed
    assert pacer.wait(7.0) == pytest.approx(0.0, abs=1e-9)


def test_who_is_late_does_not_wait(wall: SimpleNamespace) -> None:
    pacer = Pacer(1.0)
    pacer.wait(0.0)
    wall.now += 100.0
    assert pacer.wait(1.0) == 0.0
    assert pacer.wait(101.0) == pytest.approx(1.0)


def test_a_pause_is_forgotten_after_a_restart(wall: SimpleNamespace) -> None:
    pacer = Pacer(2.0)
    pacer.wait(0.0)
    wall.now += 3600.0
    pacer.restart()
    assert pacer.wait(10.0) == 0.0
    assert pacer.wait(12.0) == pytest.approx(1.0)


def test_as_fast_as_possible_never_waits(wall: SimpleNamespace) -> None:
    pacer = Pacer()
    assert math.isinf(pacer.speed)
    assert [pacer.wait(lab) for lab in (0.0, 1e9, 2e9)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan, -math.inf])
def test_a_pace_must_move(speed: float) -> None:
    with pytest.raises(ValueError, match="give a speed above 0"):
        Pacer(speed)
