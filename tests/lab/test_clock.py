"""Lab time in integer picoseconds, shared by several sleepers; the wall clock of a real room."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlab.lab.clock import LabClock, WallClock, to_ps, to_seconds

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.integers(0, 2 * 10**15))
def test_ps_survive_the_way_through_seconds(ps: int) -> None:
    """Two roundings of a double stay below half a picosecond for 2000 s."""
    assert to_ps(to_seconds(ps)) == ps


def test_to_ps_rounds_to_the_nearest() -> None:
    assert to_ps(0.1) == 100_000_000_000
    assert to_ps(1e-12) == 1
    assert to_ps(0.6e-12) == 1
    assert to_ps(0.4e-12) == 0
    assert isinstance(to_ps(5.0), int)


def test_time_is_a_whole_number_of_picoseconds_that_adds_up() -> None:
    """A tenth of a second ten thousand times is a thousand seconds to the picosecond."""
    clock = LabClock()
    for _ in range(10_000):
        clock.sleep(0.1)
    assert isinstance(clock.now_ps, int)
    assert clock.now_ps == 1000 * 10**12
    assert clock.now == 1000.0


@pytest.mark.parametrize("seconds", [0.0, -1.0, -1e-12, 1e-13])
def test_sleeping_for_nothing_returns_at_once(seconds: float) -> None:
    horizons: list[int] = []
    clock = LabClock(horizons.append)
    clock.sleep(2.0)
    clock.sleep(seconds)
    assert clock.now_ps == 2 * 10**12
    assert horizons == [2 * 10**12]


def test_sleeping_until_the_past_does_not_turn_back_time() -> None:
    horizons: list[int] = []
    clock = LabClock(horizons.append)
    clock.sleep_until(7)
    clock.sleep_until(3)
    assert clock.now_ps == 7
    assert horizons == [7]


def test_the_physics_goes_before_the_time_is_shown() -> None:
    seen: list[tuple[int, int]] = []
    clock = LabClock(lambda ps: seen.append((ps, clock.now_ps)))
    clock.sleep(1e-12)
    clock.sleep(2e-12)
    assert seen == [(1, 0), (3, 1)]


def test_a_failing_physics_stops_the_time() -> None:
    def break_down(ps: int) -> None:
        raise RuntimeError("the magnet quenched")

    clock = LabClock(break_down)
    with pytest.raises(RuntimeError, match="quenched"):
        clock.sleep(1.0)
    assert clock.now_ps == 0


def test_one_participant_sleeps_alone() -> None:
    clock = LabClock()
    with clock.participant():
        clock.sleep(3.0)
        assert clock.now == 3.0
    clock.sleep(1.0)
    assert clock.now == 4.0


TOGETHER = """
import json, sys, threading
from vlab.lab.clock import LabClock

plans = json.loads(sys.argv[1])
horizons = []
clock = LabClock(horizons.append)
everybody = threading.Barrier(len(plans))
woke = [[] for _ in plans]

def take_part(number):
    with clock.participant():
        everybody.wait()
        for duration in plans[number]:
            clock.sleep_until(clock.now_ps + duration)
            woke[number].append(clock.now_ps)

threads = [threading.Thread(target=take_part, args=(number,)) for number in range(len(plans))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"woke": woke, "horizons": horizons, "now": clock.now_ps}))
"""


def together(*plans: list[int]) -> dict[str, list]:
    """Let a thread for each plan sleep its durations (ps) in turn; in a process of its own, which can be ended."""
    done = subprocess.run([sys.executable, "-c", TOGETHER, json.dumps(plans)], capture_output=True, text=True,
                          check=True, timeout=20)
    return json.loads(done.stdout)


def test_two_who_sleep_5_s_together_take_5_s() -> None:
    five = 5 * 10**12
    assert together([five], [five]) == {"woke": [[five], [five]], "horizons": [five], "now": five}


def test_time_goes_to_the_earliest_deadline_first() -> None:
    """Whoever arrives last; each wakes at its own deadline and not later."""
    assert together([3], [5], [4]) == {"woke": [[3], [5], [4]], "horizons": [3, 4, 5], "now": 5}


def test_many_sleepers_each_keep_their_own_time() -> None:
    plans = [[7, 1, 9, 30, 2] * 20, [5, 5, 4, 11] * 20, [100, 1] * 5, [13] * 3]
    expected = [[sum(plan[:i + 1]) for i in range(len(plan))] for plan in plans]
    found = together(*plans)
    assert found["woke"] == expected
    assert found["horizons"] == sorted({time for times in expected for time in times})
    assert found["now"] == max(times[-1] for times in expected)


def test_time_waits_for_a_participant_who_is_awake() -> None:
    clock = LabClock()
    awake, slept = threading.Barrier(2), threading.Event()

    def sleep() -> None:
        with clock.participant():
            awake.wait()
            clock.sleep(5.0)
            slept.set()

    with clock.participant():
        sleeper = threading.Thread(target=sleep)
        sleeper.start()
        awake.wait()
        assert clock.now_ps == 0
        assert not slept.is_set()
    sleeper.join(60.0)  # who leaves no longer holds it
    assert slept.is_set()
    assert clock.now == 5.0


def test_the_wall_clock_never_goes_back() -> None:
    clock = WallClock()
    times = [clock.now_ps for _ in range(1000)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert isinstance(times[0], int)
    before = clock.now
    clock.sleep(2e-3)
    assert clock.now >= before + 2e-3


def test_the_wall_clock_does_not_sleep_for_less_than_nothing() -> None:
    WallClock().sleep(-1.0)
    WallClock().sleep(0.0)
