"""What a cable carries: s(t) = sum Re[E exp(i w t)] on a grid of ticks."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from vlab.lab.cable import Line, Signal, TickGrid


def test_a_grid_counts_its_boundaries_from_the_event() -> None:
    grid = TickGrid(origin_ps=5_000, tick_ps=10_000_000_000, first=3, count=2)
    assert grid.tick == 0.01
    np.testing.assert_allclose(grid.since_event(), [0.03, 0.04, 0.05], rtol=1e-15)
    assert grid.start_ps == 30_000_005_000


def test_a_grid_counts_its_phases_from_the_epoch() -> None:
    grid = TickGrid(origin_ps=9 * 10**12, tick_ps=10**10, first=1, count=1, epoch_ps=8 * 10**12)
    assert grid.start_ps == 10**12 + 10**10


@pytest.mark.parametrize("tick_ps", [10_000_000_000, 3_333_333_333, 1_000])
def test_cutting_a_stretch_in_two_changes_no_number(tick_ps: int) -> None:
    whole = TickGrid(7, tick_ps, 0, 1000, 3)
    for cut in (1, 333, 999):
        left, right = TickGrid(7, tick_ps, 0, cut, 3), TickGrid(7, tick_ps, cut, 1000 - cut, 3)
        assert np.array_equal(left.since_event(), whole.since_event()[:cut + 1])
        assert np.array_equal(right.since_event(), whole.since_event()[cut:])
        assert right.start_ps == whole.start_ps + cut * tick_ps


def test_a_grid_without_ticks_has_one_boundary() -> None:
    assert TickGrid(0, 10**10, 4, 0).since_event().tolist() == [0.04]


def test_the_peak_adds_the_lines() -> None:
    """No moment is higher than the sum of |E|, each with the highest value of its envelope."""
    rising, falling = np.linspace(0.0, 2.0, 50), np.linspace(0.5, 0.0, 50)
    lines = (Line(1e3, 3e-3 - 4e-3j, rising), Line(3e3, 1e-3j, rising), Line(0.0, -2e-3 + 0j, falling))
    signal = Signal(TickGrid(0, 10**10, 0, 49), lines)
    assert signal.peak() == pytest.approx(2.0 * 5e-3 + 2.0 * 1e-3 + 0.5 * 2e-3, rel=1e-14)
    t = np.linspace(0.0, 0.49, 20_001)
    grown = {id(rising): np.interp(t, np.linspace(0.0, 0.49, 50), rising),
             id(falling): np.interp(t, np.linspace(0.0, 0.49, 50), falling)}
    voltage = sum(grown[id(line.envelope)] * np.real(line.amplitude * np.exp(2j * np.pi * line.frequency * t))
                  for line in lines)
    assert np.abs(voltage).max() <= signal.peak()


def test_the_peak_of_complex_envelopes_is_their_magnitude() -> None:
    signal = Signal(TickGrid(0, 10**10, 0, 1), (Line(10.0, 2.0 + 0j, np.array([0.6 + 0.8j, 0.1j])),))
    assert signal.peak() == pytest.approx(2.0)


def test_an_empty_cable_carries_nothing() -> None:
    signal = Signal(TickGrid(0, 10**10, 0, 5))
    assert (signal.peak(), signal.lines, signal.density) == (0.0, (), 0.0)


def test_what_a_cable_carries_is_frozen() -> None:
    signal = Signal(TickGrid(0, 10**10, 0, 5))
    with pytest.raises(FrozenInstanceError):
        signal.density = 1.0
    with pytest.raises(FrozenInstanceError):
        signal.grid.first = 2


def test_steady_lines_that_the_filter_hides_in_the_noise_are_left_out():
    """20 uV of mains against 0.4 uV/sqrt(Hz): 50 kHz away nobody finds it, next to it everybody does."""
    grid, level = TickGrid(0, 10**10, 0, 2), np.ones(3)
    signal_line, hum = Line(50e3, 1e-9 + 0j, level), Line(50.0, 20e-6 + 0j, level, steady=True)
    signal = Signal(grid, (signal_line, hum), 1.6e-13)
    assert signal.audible(50e3, 1.0, 1).lines == (signal_line,)
    assert signal.audible(51.0, 1.0, 1) is signal
    assert signal.audible(50e3, 1e-5, 1) is signal
    assert Signal(grid, (hum,)).audible(50e3, 1.0, 1).lines == (hum,)  # without noise nothing is hidden
