"""A dot whose nuclei flip one by one: the same numbers however time passes, and the laws of its chain."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import expm

from vlab.errors import LimitError
from vlab.lab.cable import TickGrid
from vlab.lab.noise import stream_key
from vlab.physics import dnsp_jumps
from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_chain import flip_rates
from vlab.samples import QuantumDot
from vlab.samples.specimen import DotSpecimen, Ramp, Response, Room, line_energy
from vlab.units import Q_

unhurried = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
UEV = 1.602176634e-25
TICK_PS = 10_000_000_000
DOT = QuantumDot.sample_a().replace(fluctuations=True)
POWER = 2.0 * DOT.si("saturation_power")
FEW = DOT.replace(nuclei=60, overhauser_shift=Q_(6.0, "ueV"), alpha_roh=300 * DOT.alpha_roh,
                  alpha_oh=300 * DOT.alpha_oh, alpha_nc=300 * DOT.alpha_nc,
                  nuclear_decay_rate=30 * DOT.nuclear_decay_rate)
"""Few nuclei, each of which moves the line by less, with pumps and decay that are fast."""


def room_at(detuning: float, dot: QuantumDot = DOT, power: float = POWER) -> Room:
    """Return a room at rest whose laser is ``detuning`` (ueV) red of the line at P = 0."""
    energy = line_energy(dot, 4.5, 0.35) - detuning * UEV
    return Room(Ramp(4.5), Ramp(0.35), Ramp(energy), power, 0.5)


def moving(knob: str) -> Room:
    """Return a room in which a knob carries the laser across the line."""
    room = room_at(2.0)
    if knob == "laser":
        return replace(room, photon_energy=Ramp(room.photon_energy.start, 3.0 * UEV))
    if knob == "gate":
        return replace(room, gate_voltage=Ramp(0.35, -3.0 * UEV / DOT.si("stark_shift")))
    slope = (line_energy(DOT, 4.501, 0.35) - line_energy(DOT, 4.499, 0.35)) / 0.002
    return replace(room, field=Ramp(4.5, 0.5), photon_energy=Ramp(room.photon_energy.start, (slope + 3.0 * UEV) * 0.5))


def parts(specimen: DotSpecimen, room: Room, edges: list[int], tick_ps: int = TICK_PS) -> list[Response]:
    return [specimen.evolve(room, TickGrid(5, tick_ps, first, last - first)) for first, last in pairwise(edges)]


@pytest.mark.parametrize("saturation", [False, True])
def test_evolve_is_the_jump_process_and_keeps_the_chain(saturation: bool) -> None:
    specimen, room = DotSpecimen(DOT.replace(saturation=saturation), seed=3), moving("laser")
    first, second = parts(specimen, room, [0, 150, 400])
    model, words = specimen.rates(POWER, 0.5, 4.5), stream_key(3, "0", "dot.nuclei")
    key = (int(words[0]), int(words[1]))
    x = specimen.detuning(room, TickGrid(5, TICK_PS, 0, 400))
    path = dnsp_jumps.evolve(dnsp_jumps.start(0.0, 100_000, key), x, 0.01, model, nuclei=100_000, key=key,
                             saturation=saturation)
    assert np.array_equal(np.append(first.polarization[:-1], second.polarization), path.polarization)
    assert np.array_equal(np.append(first.absorption[:-1], second.absorption), path.absorption)
    np.testing.assert_allclose(second.absorbed, 1e-3 * second.absorption, rtol=1e-14)
    assert path.flips > 1000


@pytest.mark.parametrize("room", [room_at(1.0), moving("laser"), moving("gate"), moving("field")],
                         ids=["rest", "laser", "gate", "field"])
def test_flips_do_not_depend_on_how_a_wait_is_cut(room: Room) -> None:
    whole_specimen = DotSpecimen(DOT, seed=1)
    [whole] = parts(whole_specimen, room, [0, 200])
    assert np.unique(whole.polarization).size > 50

    @unhurried
    @given(st.sets(st.integers(1, 199), max_size=12))
    def cut_up(cuts: set[int]) -> None:
        specimen = DotSpecimen(DOT, seed=1)
        found = parts(specimen, room, [0, *sorted(cuts), 200])
        assert specimen.polarization == whole_specimen.polarization
        for name in ("absorbed", "absorption", "polarization"):
            joined = np.concatenate([getattr(part, name)[:-1] for part in found] + [getattr(found[-1], name)[-1:]])
            assert np.array_equal(joined, getattr(whole, name))

    cut_up()


def test_an_event_without_consequence_moves_no_flip() -> None:
    """Ticks of 10 ms, or ones of 3 and 7 ms: what is left of a wait is carried over, so the same flips come."""
    whole, cut, room = DotSpecimen(DOT, seed=2), DotSpecimen(DOT, seed=2), room_at(0.7)
    for _ in range(200):
        whole.evolve(room, TickGrid(0, TICK_PS, 0, 1))
        for share in (3, 7):
            cut.evolve(room, TickGrid(0, share * TICK_PS // 10, 0, 1))
        assert cut.polarization == whole.polarization
    assert whole.polarization != 0.0


def generator(model: RateModel, x: float, nuclei: int) -> NDArray[np.float64]:
    up, down = flip_rates(model, x, nuclei)
    return np.diag(up[:-1], -1) + np.diag(down[1:], 1) - np.diag(up + down)


def p_value(specimen_states: list[int], law: NDArray[np.float64]) -> float:
    """Chi-square of states n against their law, with neighbours joined until 15 are expected in each class."""
    counts = np.bincount(specimen_states, minlength=law.size).astype(float)
    expected, edges, held = law * counts.sum(), [0], 0.0
    for n, value in enumerate(expected):
        held += value
        if held >= 15.0 and expected[n + 1:].sum() >= 15.0:
            edges.append(n + 1)
            held = 0.0
    assert len(edges) > 5
    return float(stats.chisquare(np.add.reduceat(counts, edges), np.add.reduceat(expected, edges)).pvalue)


def test_rates_that_change_at_events_keep_the_law() -> None:
    """Light on, off and strong by turns, much faster than nuclei flip: 1000 dots against the master equation."""
    levels, nuclei = (POWER, 0.0, 3.0 * POWER, 0.3 * POWER), FEW.nuclei
    x = DotSpecimen(FEW).detuning(room_at(0.2, FEW), TickGrid(0, TICK_PS, 0, 0))[0]
    law = np.zeros(nuclei + 1)
    law[nuclei // 2] = 1.0
    rooms = {power: room_at(0.2, FEW, power) for power in levels}
    for power in 6 * levels:
        law = expm(0.002 * generator(DotSpecimen(FEW).rates(power, 0.5, 4.5), x, nuclei)) @ law
    states, grid = [], TickGrid(0, TICK_PS // 5, 0, 1)
    for seed in range(1000):
        specimen = DotSpecimen(FEW, seed)
        for power in 6 * levels:
            specimen.evolve(rooms[power], grid)
        states.append(round(0.5 * nuclei * (1.0 + specimen.polarization)))
    assert p_value(states, law) > 1e-3


@pytest.mark.parametrize("model", ["latta2009", "noncollinear"])
def test_many_nuclei_go_over_into_eq13(model: str) -> None:
    """The deviation from the dot without fluctuations falls as 1 / sqrt(N)."""
    dot = QuantumDot.sample_a(model)
    room = replace(room_at(1.5, dot), photon_energy=Ramp(room_at(1.5, dot).photon_energy.start, 0.3 * UEV))
    grid = TickGrid(0, TICK_PS, 0, 1200)
    mean = DotSpecimen(dot).evolve(room, grid).polarization
    scatter = []
    for nuclei, seeds in ((10_000, 80), (100_000, 40), (1_000_000, 10)):
        flipping = dot.replace(fluctuations=True, nuclei=nuclei)
        paths = np.array([DotSpecimen(flipping, seed).evolve(room, grid).polarization for seed in range(seeds)])
        scatter.append(sqrt(nuclei * float(((paths - mean)[:, 1:] ** 2).mean())))
    assert max(scatter) < 1.4 * min(scatter)
    assert abs(mean[-1]) > 0.02


def test_seeds_and_runs_key_the_flips() -> None:
    room, grid = room_at(0.5), TickGrid(0, TICK_PS, 0, 100)

    def path(seed: int, run: str) -> list[float]:
        specimen = DotSpecimen(DOT, seed)
        specimen.evolve(room, TickGrid(0, TICK_PS, 0, 7))
        specimen.erase()
        specimen.start_epoch(run)
        return specimen.evolve(room, grid).polarization.tolist()

    assert path(1, "4.0") == path(1, "4.0")
    assert len({tuple(path(seed, run)) for seed in (1, 2) for run in ("4.0", "4.1", "5.0")}) == 6


def test_a_new_epoch_keeps_the_polarization() -> None:
    specimen = DotSpecimen(DOT)
    specimen.polarization = 0.1234
    specimen.start_epoch("1.0")
    assert specimen.polarization == 0.1234


@pytest.mark.parametrize(("nuclei", "value", "kept"), [(100_000, 0.0, 0.0), (3, 0.0, 1 / 3), (2, 0.4, 0.0),
                                                       (10, -0.95, -1.0), (10, 7.0, 1.0)])
def test_a_polarization_that_is_set_is_rounded_to_a_state(nuclei: int, value: float, kept: float) -> None:
    specimen = DotSpecimen(DOT.replace(nuclei=nuclei))
    specimen.polarization = 0.8
    specimen.polarization = value
    assert abs(specimen.polarization) == pytest.approx(abs(kept))
    specimen.erase()
    assert abs(specimen.polarization) <= 1.0 / nuclei


def test_without_light_the_mean_decays_and_the_variance_becomes_one_over_n() -> None:
    """Each nucleus relaxes alone: P falls as exp(-gamma t), its variance grows as (1 - exp(-2 gamma t)) / N."""
    room, ends = room_at(3.0, FEW, 0.0), []
    grid = TickGrid(0, TICK_PS, 0, 50)
    for seed in range(1000):
        specimen = DotSpecimen(FEW, seed)
        specimen.polarization = 0.6
        ends.append(specimen.evolve(room, grid).polarization[-1])
    left = np.exp(-0.5 * DotSpecimen(FEW).rates(0.0, 0.5, 4.5).gamma_dec)
    variance = (1.0 - left**2) / 60.0
    assert abs(np.mean(ends) - 0.6 * left) < 3.5 * sqrt(variance / 1000)
    assert np.var(ends) == pytest.approx(variance, rel=0.15)


@pytest.mark.parametrize("energy", [nan, inf, -inf])
def test_what_is_not_finite_flips_nothing_and_does_not_hang(energy: float) -> None:
    specimen = DotSpecimen(DOT)
    specimen.evolve(room_at(0.5), TickGrid(0, TICK_PS, 0, 50))
    before = specimen.polarization
    found = specimen.evolve(replace(room_at(0.5), photon_energy=Ramp(energy)), TickGrid(0, TICK_PS, 0, 50))
    assert (found.polarization == before).all()
    assert np.isnan(found.absorption).all()
    assert specimen.evolve(room_at(0.5), TickGrid(0, TICK_PS, 0, 50)).absorption.min() > 0.0


def test_very_far_from_the_line_is_the_dark() -> None:
    specimen = DotSpecimen(DOT)
    specimen.polarization = 0.5
    found = specimen.evolve(room_at(1e22), TickGrid(0, TICK_PS, 0, 100))
    assert found.polarization[-1] == pytest.approx(0.5 * np.exp(-DOT.si("nuclear_decay_rate")), abs=0.01)
    assert found.absorption.max() < 1e-20


def test_a_computation_that_is_given_up_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnsp_jumps, "_PIECE", 50)
    whole, stopped = DotSpecimen(DOT), DotSpecimen(DOT)
    room, grid = room_at(0.5), TickGrid(0, TICK_PS, 0, 300)
    stopped.give_up = lambda: True
    with pytest.raises(InterruptedError):
        stopped.evolve(room, grid)
    assert stopped.polarization == 0.0
    stopped.give_up = lambda: False
    assert np.array_equal(stopped.evolve(room, grid).polarization, whole.evolve(room, grid).polarization)


def test_saturation_belongs_to_fluctuations() -> None:
    with pytest.raises(LimitError, match="saturation must be off while fluctuations is off"):
        QuantumDot(saturation=True)
    assert QuantumDot(saturation=True, fluctuations=True).saturation


def test_too_many_nuclei_to_follow_are_refused() -> None:
    with pytest.raises(LimitError, match="nuclei got 1000000001; it wants a whole number from 2 to 1000000000 while"):
        QuantumDot(nuclei=1_000_000_001, fluctuations=True)
    assert QuantumDot(nuclei=1_000_000_001).nuclei == 1_000_000_001
