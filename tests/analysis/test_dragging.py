"""The dragging width: extent of the region around the maximum where the trace is at least half of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray
from numpy.typing import NDArray
from scipy.signal import lfilter

from vlab.analysis import DraggingWidth, dragging_width
from vlab.analysis.dragging import half_maximum_extent, resonance_extent
from vlab.errors import DataError
from vlab.lab.cable import TickGrid
from vlab.physics.absorption import normalized
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen, Ramp, Room, line_energy
from vlab.units import Q_

UEV = 1.602176634e-25


def scan(x: Any, y: Any) -> xarray.Dataset:
    """Return the dataset of a scan that went one way."""
    return xarray.Dataset({"dt_normalized": ("detuning", np.asarray(y, dtype=float))}, {"detuning": np.asarray(x)})


def both_ways(x: Any, forward: Any, backward: Any) -> xarray.Dataset:
    """Return the dataset of a scan that went there and back; both legs in the order of the grid."""
    return xarray.Dataset({"dt_normalized": (("direction", "detuning"), np.array([forward, backward], dtype=float))},
                          {"direction": ["forward", "backward"], "detuning": np.asarray(x)})


@pytest.mark.parametrize("order", [1, -1], ids=["rising", "falling"])
@pytest.mark.parametrize("centre", [0.0, -3.21, 7.7])
def test_a_lorentzian_has_its_full_width_at_half_maximum(centre: float, order: int) -> None:
    """Off by no more than the bend of the line within one step of 0.01."""
    x = np.arange(-20.0, 20.0, 0.01)[::order]
    on, off, clipped = half_maximum_extent(x, 0.8 / (1.0 + ((x - centre) / 0.75) ** 2))
    assert on == pytest.approx(centre - order * 0.75, abs=1e-4)
    assert off == pytest.approx(centre + order * 0.75, abs=1e-4)
    assert not clipped


def test_edges_are_interpolated_linearly() -> None:
    """From 0.2 at 1 to 1.0 at 2, half of the maximum lies at 1.375; from 0.6 at 4 to 0.1 at 6 it lies at 4.4."""
    on, off, clipped = half_maximum_extent([0.0, 1.0, 2.0, 4.0, 6.0], [0.1, 0.2, 1.0, 0.6, 0.1])
    assert (on, off) == pytest.approx((1.375, 4.4), rel=1e-14)
    assert not clipped


def test_points_at_half_the_maximum_belong_to_the_top() -> None:
    assert half_maximum_extent(np.arange(7.0), [0.0, 0.5, 0.5, 1.0, 0.5, 0.5, 0.0]) == (1.0, 5.0, False)


def test_a_plateau_is_as_wide_as_it_is() -> None:
    """A dragged line: a sharp rise, a sagging top, a sharp fall."""
    x = np.arange(0.0, 20.5, 0.5)
    top = np.where((x >= 4.0) & (x <= 15.0), 1.0 - 0.02 * (x - 4.0), 0.0)
    on, off, clipped = half_maximum_extent(x, top)
    assert on == pytest.approx(3.75)
    assert off == pytest.approx(15.0 + 0.5 * (0.78 - 0.5) / 0.78)
    assert not clipped


def test_a_flat_top_is_taken_whole_wherever_its_maximum_is_found() -> None:
    assert half_maximum_extent(np.arange(6.0), [0.0, 1.0, 1.0, 1.0, 1.0, 0.0]) == (0.5, 4.5, False)


def test_of_two_peaks_only_the_higher_counts() -> None:
    """Even when the lower one is above half of the maximum, if the trace falls below it in between."""
    x = np.arange(9.0)
    assert half_maximum_extent(x, [0.0, 0.8, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]) == (4.5, 5.5, False)
    assert half_maximum_extent(x, [0.0, 1.0, 0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 0.0]) == (0.5, 1.5, False)


def test_two_peaks_whose_valley_is_above_half_are_one() -> None:
    assert half_maximum_extent(np.arange(7.0), [0.0, 1.0, 0.6, 0.6, 0.6, 0.9, 0.0])[:2] == pytest.approx(
        (0.5, 5.0 + 0.4 / 0.9))


@pytest.mark.parametrize(("y", "on", "off"), [
    ([1.0, 0.9, 0.0, 0.0], 0.0, 1.0 + 0.4 / 0.9), ([0.6, 1.0, 0.0, 0.0], 0.0, 1.5),
    ([0.0, 0.0, 0.7, 1.0], 1.0 + 0.5 / 0.7, 3.0), ([1.0, 1.0, 1.0, 1.0], 0.0, 3.0), ([1.0, 0.0, 0.0, 0.0], 0.0, 0.5),
])
def test_a_top_at_an_end_is_clipped_there(y: list[float], on: float, off: float) -> None:
    assert half_maximum_extent(np.arange(4.0), y) == pytest.approx((on, off, True), rel=1e-14)


@pytest.mark.parametrize("size", [1.0, -1.0], ids=["rising", "falling"])
def test_dragging_width_is_a_quantity_that_is_never_negative(size: float) -> None:
    x = size * np.arange(-5.0, 5.0, 0.05)
    found = dragging_width(scan(x, 1.0 / (1.0 + (x - 0.3) ** 2)))
    assert isinstance(found, DraggingWidth)
    assert found.width.to("neV").magnitude == pytest.approx(2000.0, abs=5.0)
    assert found.on.to("ueV").magnitude == pytest.approx(0.3 - size, abs=5e-3)
    assert found.off.to("ueV").magnitude == pytest.approx(0.3 + size, abs=5e-3)
    assert found.clipped is False
    assert "clipped" not in str(found)


def test_dragging_width_says_where_it_is_clipped() -> None:
    found = dragging_width(scan(np.arange(4.0), [0.0, 0.2, 0.9, 1.0]))
    assert found.clipped is True
    assert "clipped" in str(found)
    assert found.off == Q_(3.0, "ueV")


def test_dragging_width_of_each_leg_in_its_own_order() -> None:
    x = np.arange(10.0, -10.5, -0.5)
    forward, backward = np.where((x <= 3.0) & (x >= -6.0), 1.0, 0.0), np.where((x <= 5.0) & (x >= 2.0), 1.0, 0.0)
    data = both_ways(x, forward, backward)
    there, back = dragging_width(data, "forward"), dragging_width(data, "backward")
    assert [q.magnitude for q in (there.on, there.off, there.width)] == [3.25, -6.25, 9.5]
    assert [q.magnitude for q in (back.on, back.off, back.width)] == [1.75, 5.25, 3.5]


def test_points_that_were_not_measured_are_left_out() -> None:
    """An aborted scan: NaN after the last point."""
    found = dragging_width(scan(np.arange(6.0), [0.0, 1.0, 0.8, 0.6, np.nan, np.nan]))
    assert (found.on.magnitude, found.off.magnitude, found.clipped) == (0.5, 3.0, True)


@pytest.mark.parametrize(("data", "direction", "words"), [
    (xarray.Dataset(), None, "wants the dataset of a dwell-time scan"),
    (xarray.Dataset({"dt": ("detuning", [0.0, 1.0])}, {"detuning": [0.0, 1.0]}), None, "dt_normalized"),
    (xarray.Dataset({"dt_normalized": ("time", [0.0, 1.0])}), None, "detuning"),
    (np.zeros(4), None, "wants the dataset"),
    (None, None, "wants the dataset"),
    (scan([], []), None, "at least two points; this scan has 0"),
    (scan([1.0], [0.4]), None, "at least two points; this scan has 1"),
    (scan([1.0, 2.0, 3.0], [0.4, np.nan, np.nan]), None, "this scan has 1"),
    (scan([1.0, 2.0], [0.4, 0.1]), "backward", "one way only"),
    (both_ways([1.0, 2.0], [0.4, 0.1], [0.1, 0.4]), None, "went both ways; give direction= one of forward, backward"),
    (both_ways([1.0, 2.0], [0.4, 0.1], [0.1, 0.4]), "upwards", "one of forward, backward"),
    (both_ways([1.0, 2.0], [0.4, 0.1], [np.nan, np.nan]), "backward", "this scan has 0"),
])
def test_what_is_no_scan_is_refused(data: Any, direction: str | None, words: str) -> None:
    with pytest.raises(DataError) as refused:
        dragging_width(data, direction)
    assert words in str(refused.value)


def undragged(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a dot without nuclear pumping absorbs at Omega = Gamma, 0.1 s at each bare detuning (ueV)."""
    dot = QuantumDot(alpha_roh=0.0, alpha_oh=Q_(0.0, "s"), alpha_nc=0.0)
    specimen, energy = DotSpecimen(dot), line_energy(dot, 4.5, 0.4)
    rooms = (Room(Ramp(4.5), Ramp(0.4), Ramp(energy - d * UEV), 2.0 * dot.si("saturation_power"), 0.5) for d in x)
    return np.array([specimen.evolve(room, TickGrid(0, 10**10, 0, 10)).absorption[-1] for room in rooms])


def test_eq15_an_undragged_scan_has_the_power_broadened_linewidth() -> None:
    """hbar Gamma_p = sqrt((hbar Gamma)^2 + 2 (hbar Omega)^2), for steps much smaller than it."""
    x = np.arange(5.0, -5.0, -0.02)
    found = dragging_width(scan(x, undragged(x)))
    assert found.width.to("ueV").magnitude == pytest.approx(np.sqrt(3.0) * 0.60, abs=1e-3)
    assert (found.on + found.off).to("ueV").magnitude == pytest.approx(0.0, abs=1e-3)


def test_eq15_coarse_steps_widen_an_undragged_scan() -> None:
    """At Delta = 2 ueV the grid alone gives about 2 ueV, whatever the line."""
    x = np.arange(20.0, -31.0, -2.0)
    coarse = dragging_width(scan(x, undragged(x))).width.to("ueV").magnitude
    fine = normalized(x * UEV / HBAR, 0.6 * UEV / HBAR, 0.6 * UEV / HBAR)
    assert coarse == pytest.approx(dragging_width(scan(x, fine)).width.to("ueV").magnitude, rel=1e-6)
    assert 1.9 < coarse < 2.6


# -- few points ------------------------------------------------------------------------------------------------------

def steps_of_noise(points: int, memory: float, seed: int) -> NDArray[np.float64]:
    """Return noise of width 1 behind one pole."""
    white = np.random.default_rng(seed).normal(size=points + 20) * np.sqrt(1.0 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], white)[20:], dtype=float)


def is_found(y: Any) -> bool:
    try:
        resonance_extent(np.arange(len(y)), y)
    except DataError:
        return False
    return True


@pytest.mark.parametrize("memory", [0.0, np.exp(-1.0)])
@pytest.mark.parametrize(("points", "often"), [(6, 0.025), (8, 0.02), (13, 0.02), (20, 0.015), (29, 0.015)])
@pytest.mark.slow
def test_noise_of_few_points_has_no_width(points: int, often: float, memory: float) -> None:
    """Out of 1000 traces larger than the least absorption; where it is smaller there is none at all."""
    traces = [steps_of_noise(points, memory, seed) for seed in range(1000)]
    assert sum(is_found(0.2 * y) for y in traces) <= 1000 * often
    assert not any(is_found(0.012 * y) for y in traces[:100])


@pytest.mark.parametrize("points", range(3, 11))
@pytest.mark.parametrize("linewidth", [0.5, 1.0, 2.0, 4.0])
def test_a_noise_free_line_of_few_points_is_found(points: int, linewidth: float) -> None:
    for centre in (0.3, 0.5, 0.7):
        x = np.arange(points) - np.round(centre * (points - 1))
        y = 0.6 / (1.0 + (2.0 * x / linewidth) ** 2)
        if y.min() < 0.5 * y.max():
            assert is_found(y)
    assert is_found(np.where(np.arange(points) == 1, 0.4, 0.0))
    assert is_found(np.where(np.arange(points) >= points - 2, 0.4, 0.0))


def test_a_dragged_line_in_noise_is_found_in_13_points() -> None:
    """One or two points on it, 0.5 high, in noise of 0.015 as of 1 s dwells."""
    for seed in range(200):
        y = 0.015 * steps_of_noise(13, np.exp(-1.0), seed)
        y[5:6 + seed % 2] += 0.5
        assert is_found(y)


@pytest.mark.parametrize("points", [7, 13, 29, 126])
@pytest.mark.parametrize(("level", "line"), [(200.0, 0.9), (1.0, 0.9), (1.0, 0.0), (0.5, 0.4), (0.5, 0.0)])
def test_a_baseline_is_no_line(points: int, level: float, line: float) -> None:
    """A detector out of balance."""
    x = np.linspace(20.0, -30.0, points)
    y = level + 0.005 * steps_of_noise(points, 0.0, 3) + np.where(np.abs(x) <= 5.0, line, 0.0)
    with pytest.raises(DataError, match="is the detector balanced"):
        dragging_width(scan(x, y))


def test_the_inside_of_a_line_wider_than_the_scan_is_clipped() -> None:
    found = dragging_width(scan([1.0, 0.6, 0.2, -0.2, -0.6, -1.0], [0.559, 0.827, 0.927, 0.964, 0.978, 0.984]))
    assert (found.clipped, found.width.magnitude) == (True, 2.0)


def test_marked_points_are_left_out() -> None:
    """The variable quality of a run: a spike during which a flag was lit is no line."""
    x = np.arange(40.0)
    y = np.where((x >= 10) & (x <= 20), 0.5, 0.0)
    y[30] = 3.0
    data = scan(x, y)
    assert dragging_width(data).on.magnitude > 29.0
    found = dragging_width(data.assign(quality=("detuning", (x == 30).astype(int))))
    assert (found.on.magnitude, found.off.magnitude, found.gap) == (9.5, 20.5, False)


# -- the error of a width --------------------------------------------------------------------------------------------

def noisy_plateau(seed: int, memory: float, step: float, sigma: float = 0.013) -> xarray.Dataset:
    """A dragged line with flanks of one µeV in noise behind one pole."""
    x = np.arange(15.0, -20.0, -step)
    y = 0.9 / (1.0 + np.exp(4.0 * (x - 1.0))) / (1.0 + np.exp(-4.0 * (x + 8.0)))
    return scan(x, y + sigma * steps_of_noise(x.size, memory, seed))


@pytest.mark.parametrize("memory", [0.0, np.exp(-1.0), 0.7])
@pytest.mark.parametrize("step", [0.1, 0.4])
@pytest.mark.slow
def test_the_stated_error_of_a_width_is_its_scatter(step: float, memory: float) -> None:
    found = [dragging_width(noisy_plateau(seed, memory, step)) for seed in range(250)]
    scatter = np.std([one.width.m_as("ueV") for one in found], ddof=1)
    stated = np.sqrt(np.mean([one.error.m_as("ueV") ** 2 for one in found]))
    assert stated == pytest.approx(scatter, rel=0.25)


def test_a_width_says_its_error_in_words_where_it_knows_it() -> None:
    found = dragging_width(noisy_plateau(1, 0.4, 0.4))
    error = found.error.m_as("ueV")
    assert found.in_words().startswith(f"{found.width.m_as('ueV'):.3f}({round(1000 * error)}) µeV (on at ")
    assert str(found).startswith(f"{found.width.m_as('ueV'):.3f} µeV (on at ")
    clipped = dragging_width(scan(np.arange(4.0), [0.0, 0.2, 0.9, 1.0]))
    assert np.isnan(clipped.error.magnitude)
    assert clipped.in_words() == str(clipped)
    short = dragging_width(scan(np.arange(7.0), [0.0, 0.0, 0.1, 1.0, 0.1, 0.0, 0.0]))
    assert np.isnan(short.error.magnitude)
