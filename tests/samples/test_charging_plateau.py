"""The gate voltages between which the dot holds the charge whose line is probed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from instruments import dragging_bench
from vlab.errors import LimitError
from vlab.lab.cable import TickGrid
from vlab.samples import QuantumDot
from vlab.samples.specimen import DotSpecimen, Ramp, Room, line_energy
from vlab.units import Q_

UEV = 1.602176634e-25
TICK_PS = 10_000_000_000
STILL = QuantumDot.sample_a().replace(stark_shift=Q_(0.0, "ueV/mV"))
"""Its line does not move with the gate, so that the edge is seen alone."""
PASSIVE = STILL.replace(alpha_roh=Q_(0.0, ""), alpha_oh=Q_(0.0, "s"), alpha_nc=Q_(0.0, ""))


def on_the_line(dot: QuantumDot, voltage: float, rate: float = 0.0) -> Room:
    energy = line_energy(dot, 4.5, dot.si("stark_zero"))
    return Room(Ramp(4.5), Ramp(voltage, rate), Ramp(energy), 2.0 * dot.si("saturation_power"), 0.5)


def occupied(voltage: np.ndarray | float, start: float = 0.2, end: float = 0.6, edge: float = 2e-3) -> np.ndarray:
    """The two logistic edges, by tanh."""
    return 0.25 * (1 + np.tanh((voltage - start) / (2 * edge))) * (1 + np.tanh((end - voltage) / (2 * edge)))


@pytest.mark.parametrize("voltage", [0.190, 0.198, 0.2, 0.201, 0.21, 0.4, 0.595, 0.6, 0.603, 0.0])
def test_absorption_falls_with_the_occupation(voltage: float) -> None:
    absorbed = DotSpecimen(PASSIVE).evolve(on_the_line(PASSIVE, voltage), TickGrid(0, TICK_PS, 0, 2)).absorbed
    on_top = PASSIVE.si("contrast") / (1.0 + 2.0)
    assert absorbed == pytest.approx(on_top * occupied(voltage), rel=1e-9, abs=1e-30)


def test_pumping_falls_with_the_occupation() -> None:
    specimen = DotSpecimen(STILL)
    full, half = specimen.rates_in(on_the_line(STILL, 0.4)), specimen.rates_in(on_the_line(STILL, 0.2))
    for name in ("a", "b", "c"):
        assert getattr(half, name) == pytest.approx(0.5 * getattr(full, name), rel=1e-12)
    assert (half.gamma_p, half.gamma_dec, half.k) == (full.gamma_p, full.gamma_dec, full.k)


def test_inside_the_plateau_nothing_changes() -> None:
    """Where gates are used, to the last bit."""
    for voltage in (0.3, 0.35, 0.4, 0.45, 0.5):
        assert DotSpecimen(STILL).plateau.occupation(voltage) == 1.0
    charged = DotSpecimen(QuantumDot.sample_a(charge="charged"))
    assert charged.plateau.occupation(0.4) == 1.0
    assert charged.plateau.occupation(0.3) == pytest.approx(0.5)


def test_a_ramp_over_the_edge_follows_it_tick_by_tick() -> None:
    room = on_the_line(PASSIVE, 0.180, 0.04)
    absorbed = DotSpecimen(PASSIVE).evolve(room, TickGrid(0, TICK_PS, 0, 100)).absorbed
    volts = 0.180 + 0.04 * np.arange(101) * 0.01
    assert absorbed == pytest.approx(PASSIVE.si("contrast") / 3.0 * occupied(volts), rel=1e-9)


@pytest.mark.parametrize("fluctuations", [False, True])
def test_cutting_a_ramp_over_the_edge_changes_nothing_to_the_bit(fluctuations: bool) -> None:
    dot = STILL.replace(fluctuations=fluctuations)
    room = replace(on_the_line(dot, 0.195, 0.02), photon_energy=Ramp(line_energy(dot, 4.5, 0.4) + 0.3 * UEV))
    whole = DotSpecimen(dot, seed=2).evolve(room, TickGrid(0, TICK_PS, 0, 60))
    specimen = DotSpecimen(dot, seed=2)
    parts = [specimen.evolve(room, TickGrid(0, TICK_PS, first, count)) for first, count in ((0, 7), (7, 40), (47, 13))]
    polarization = np.concatenate([parts[0].polarization, *[part.polarization[1:] for part in parts[1:]]])
    absorbed = np.concatenate([parts[0].absorbed, *[part.absorbed[1:] for part in parts[1:]]])
    assert np.array_equal(polarization, whole.polarization)
    assert np.array_equal(absorbed, whole.absorbed)


def test_ticks_resolve_the_edge() -> None:
    room = on_the_line(STILL, 0.19, 1.0)
    assert 1.0 * DotSpecimen(STILL).longest_tick(room) <= 2e-3 / 10.0


def test_the_bench_says_in_words_that_the_line_is_gone() -> None:
    bench = dragging_bench(noise=False)
    assert not any("plateau" in line for line in [*bench.check(), *bench.path()])
    bench.gate.voltage = Q_(0.61, "V")
    bench.sleep(Q_(20.0, "s"))
    assert any("outside the charging plateau from 0.200 V to 0.600 V" in line for line in bench.check())
    assert any("off its charging plateau" in line for line in bench.path())
    assert abs(bench.lockin.read("x")) < 1e-8
    bench.gate.voltage = Q_(0.598, "V")
    bench.sleep(Q_(1.0, "s"))
    assert any("at the edge of the charging plateau" in line for line in bench.check())
    bench.gate.output = "off"
    bench.sleep(Q_(1.0, "s"))
    assert any("outside the charging plateau" in line for line in bench.check())


def test_a_plateau_has_a_beginning_before_its_end() -> None:
    with pytest.raises(LimitError, match=r"plateau_end got 0\.1 V"):
        QuantumDot.sample_a().replace(plateau_end=Q_(0.1, "V"))
