"""Charges near the dot let its line wander; the laser wanders, too, and is not infinitely narrow."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, sqrt, tan

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import voigt_profile

from instruments import dragging_bench
from vlab.lab.cable import TickGrid
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen, Ramp, Room, line_energy
from vlab.units import Q_

UEV = 1.602176634e-25
TICK_PS = 10_000_000_000
PASSIVE = QuantumDot.sample_a().replace(alpha_roh=Q_(0.0, ""), alpha_oh=Q_(0.0, "s"), alpha_nc=Q_(0.0, ""))


def room_at(dot: QuantumDot, detuning: float = 0.0, ratio: float = 1.0) -> Room:
    """Return a room at rest whose laser is ``detuning`` (ueV) red of the line."""
    energy = line_energy(dot, 4.5, 0.4) - detuning * UEV
    return Room(Ramp(4.5), Ramp(0.4), Ramp(energy), 2.0 * dot.si("saturation_power") * ratio**2, 0.5)


def wandering(rms: float, time: float, dot: QuantumDot = PASSIVE) -> QuantumDot:
    return dot.replace(spectral_wandering=Q_(rms, "ueV"), wandering_time=Q_(time, "s"))


def positions(specimen: DotSpecimen, ticks: int) -> np.ndarray:
    """Return where the line is (ueV) after each tick."""
    room, found = room_at(specimen.dot), []
    for first in range(ticks):
        specimen.evolve(room, TickGrid(0, TICK_PS, first, 1))
        found.append(specimen.wandered / UEV)
    return np.array(found)


def test_variance_and_correlation_are_those_that_are_set() -> None:
    """4000 correlation times: 5 sigma of a variance of an Ornstein-Uhlenbeck process, sqrt(2 T / length)."""
    path = positions(DotSpecimen(wandering(0.4, 0.05), seed=1, noise=True), 20_000)
    sigma = sqrt(2.0 * 0.05 / 200.0)
    assert np.var(path) == pytest.approx(0.4**2, rel=5.0 * sigma)
    assert abs(np.mean(path)) < 5.0 * 0.4 * sigma
    for lag in (2, 5, 10):
        correlation = np.mean(path[:-lag] * path[lag:]) / np.var(path)
        assert correlation == pytest.approx(np.exp(-lag * 0.01 / 0.05), abs=5.0 * sigma)


@pytest.mark.parametrize("detuning", [0.0, 0.7, 2.0])
def test_the_mean_line_is_broadened_by_a_gaussian(detuning: float) -> None:
    """Nuclei at rest and a wander slow against a tick: a Voigt profile of Gamma_p and the rms."""
    rms, ticks = 0.6, 60_000
    dot = wandering(rms, 0.1)
    specimen = DotSpecimen(dot, seed=3, noise=True)
    absorption = specimen.evolve(room_at(dot, detuning), TickGrid(0, TICK_PS, 0, ticks)).absorption[100:]
    half = 0.5 * specimen.rates_in(room_at(dot)).gamma_p * HBAR / UEV
    expected = voigt_profile(detuning, rms, half) * np.pi * half
    blocks = absorption[:ticks // 1000 * 1000 - 1000].reshape(-1, 1000).mean(axis=1)  # of 100 correlation times
    error = np.std(blocks) / sqrt(blocks.size)
    assert error < 0.02 * expected
    assert np.mean(blocks) == pytest.approx(expected, abs=5.0 * error)


@pytest.mark.parametrize("fluctuations", [False, True])
def test_cutting_a_stretch_changes_nothing_to_the_bit(fluctuations: bool) -> None:
    dot = wandering(0.3, 0.2, QuantumDot.sample_a().replace(fluctuations=fluctuations))
    room = room_at(dot, 0.2)
    whole = DotSpecimen(dot, 5, noise=True).evolve(room, TickGrid(0, TICK_PS, 0, 80))
    specimen = DotSpecimen(dot, 5, noise=True)
    parts = [specimen.evolve(room, TickGrid(0, TICK_PS, first, count)) for first, count in ((0, 1), (1, 50), (51, 29))]
    for name in ("polarization", "absorbed"):
        joined = np.concatenate([getattr(parts[0], name), *[getattr(part, name)[1:] for part in parts[1:]]])
        assert np.array_equal(joined, getattr(whole, name))


def test_it_wanders_with_noise_and_switch_only() -> None:
    dot = wandering(0.3, 0.2)
    for specimen in (DotSpecimen(dot), DotSpecimen(dot.replace(wandering=False), noise=True)):
        assert not positions(specimen, 5).any()
    assert positions(DotSpecimen(dot, noise=True), 5).any()
    bench = dragging_bench(dot, noise=False)
    bench.sleep(Q_(1.0, "s"))
    assert bench._specimen.wandered == 0.0


def test_each_epoch_begins_at_zero_with_numbers_of_its_own() -> None:
    specimen = DotSpecimen(wandering(0.3, 0.2), noise=True)
    paths = []
    for run in ("1.0", "2.0", "1.0"):
        specimen.start_epoch(run)
        assert specimen.wandered == 0.0
        paths.append(positions(specimen, 20))
    assert np.array_equal(paths[0], paths[2])
    assert np.any(paths[0] != paths[1])


def test_a_laser_that_wanders_is_a_laser_elsewhere() -> None:
    room, grid = room_at(QuantumDot.sample_a(), 0.3), TickGrid(0, TICK_PS, 0, 50)
    apart = 0.25 * UEV
    moved = replace(room, photon_energy=Ramp(room.photon_energy.start + apart))
    first = DotSpecimen(QuantumDot.sample_a()).evolve(room, grid, np.full(51, apart))
    second = DotSpecimen(QuantumDot.sample_a()).evolve(moved, grid)
    assert first.polarization == pytest.approx(second.polarization, rel=1e-6)
    assert first.absorbed == pytest.approx(second.absorbed, rel=1e-6)


@pytest.mark.parametrize("ratio", [0.01, 1.0, 3.0])
@pytest.mark.parametrize("laser", [0.04e-3, 0.45, 5.0])
def test_a_broad_laser_broadens_the_line_and_conserves_its_area(ratio: float, laser: float) -> None:
    """Gamma_b^2 = Gamma_p^2 + gamma_L^2; the integral of DT/T over all detunings is that for a narrow laser."""
    specimen = DotSpecimen(PASSIVE)
    natural = float(PASSIVE.linewidth.m_as("ueV"))
    narrow = natural * sqrt(1.0 + 2.0 * ratio**2)
    broad = replace(room_at(PASSIVE, 0.0, ratio), laser_linewidth=laser * UEV)
    assert specimen.rates_in(broad).gamma_p * HBAR / UEV == pytest.approx(sqrt(narrow**2 + laser**2), rel=1e-12)

    def area(linewidth: float) -> float:
        start = room_at(PASSIVE, 0.0, ratio)

        def seen(angle: float) -> float:  # detuning = tan(angle) ueV reaches from one end to the other
            away = Ramp(start.photon_energy.start + tan(angle) * UEV)
            room = replace(start, photon_energy=away, laser_linewidth=linewidth)
            return float(specimen.glance(room, TickGrid(0, 1, 0, 0)).absorbed[0]) / cos(angle) ** 2
        return float(quad(seen, -0.5 * pi, 0.5 * pi, limit=200)[0])

    assert area(laser * UEV) == pytest.approx(area(0.0), rel=1e-6)


def test_a_broad_laser_lowers_signal_and_pumping() -> None:
    """Gamma = 0.6 ueV and Omega = Gamma: Gamma_p = 1.03923 ueV; 1 ueV more makes 1.44222 ueV, peaks x 0.720577."""
    dot = QuantumDot.sample_a()
    assert dot.linewidth.m_as("ueV") == pytest.approx(0.6)
    narrow = room_at(dot, 0.0, 1.0)
    broad, usual = (replace(narrow, laser_linewidth=width * UEV) for width in (1.0, 0.04e-3))
    specimen, grid = DotSpecimen(dot), TickGrid(0, 1, 0, 0)
    first, second, third = (specimen.glance(room, grid).absorbed[0] for room in (narrow, broad, usual))
    assert second / first == pytest.approx(0.720577, rel=1e-6)
    assert third == pytest.approx(first, rel=1e-9)
    rates, wide, near = (vars(specimen.rates_in(room)) for room in (narrow, broad, usual))
    assert wide["gamma_p"] / rates["gamma_p"] == pytest.approx(1.44222 / 1.03923, rel=1e-5)
    for name, power in (("a", 1), ("b", 2), ("c", 1)):  # the pumping goes as W and W^2
        assert wide[name] == pytest.approx(rates[name] * 0.720577**power, rel=1e-5)
    assert near == pytest.approx(rates, rel=2e-9)
