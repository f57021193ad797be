"""A dot that lives: rates at any light and field, where its line lies, and its polarization tick by tick."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from vlab.analysis.dragging import half_maximum_extent
from vlab.lab.cable import TickGrid
from vlab.physics.bistability import locking_points
from vlab.physics.dnsp_rate import evolve
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, LOWEST_FIELD, MU_B, DotSpecimen, Ramp, Response, Room, line_energy
from vlab.units import Q_

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
UEV = 1.602176634e-25
TICK_PS = 10_000_000_000
MODELS = ["latta2009", "noncollinear"]
DOT = QuantumDot.sample_a()
PLAIN = DOT.replace(light_induced_decay=False, field_dependence=False)
POWER = 2.0 * DOT.si("saturation_power")
"""At which Omega = Gamma."""


def room_at(detuning: float, dot: QuantumDot = DOT, field: float = 4.5) -> Room:
    """Return a room at rest whose laser is ``detuning`` (ueV) red of the line at P = 0."""
    energy = line_energy(dot, field, 0.35) - detuning * UEV
    return Room(Ramp(field), Ramp(0.35), Ramp(energy), POWER, 0.5)


def dragging_width_at(dot: QuantumDot, ratio: float, way: float) -> float:
    """Return the dragging width (ueV) at Omega / Gamma = ``ratio``: steps of 0.2 ueV, 5 s each, a filter of 5 s."""
    specimen, power = DotSpecimen(dot), 2.0 * dot.si("saturation_power") * ratio**2
    detunings = -way * (20.0 - 0.2 * np.arange(251))
    filtered, decay, trace = None, np.exp(-0.05 / 5.0), []
    for detuning in detunings:
        room = replace(room_at(float(detuning), dot), power=power)
        w = specimen.evolve(room, TickGrid(0, 5 * TICK_PS, 0, 100)).absorption
        filtered = w[0] if filtered is None else filtered
        weights = (1.0 - decay) * decay ** np.arange(99, -1, -1)
        filtered = filtered * decay**100 + float(weights @ (0.5 * (w[1:] + w[:-1])))
        trace.append(filtered)
    on, off, _ = half_maximum_extent(detunings, trace)
    return abs(on - off)


def ramped(detuning: float, speed: float, knob: str = "laser", dot: QuantumDot = DOT) -> Room:
    """Return a room in which the detuning moves at ``speed`` (ueV/s)."""
    room = room_at(detuning, dot)
    if knob == "laser":
        return replace(room, photon_energy=Ramp(room.photon_energy.start, -speed * UEV))
    return replace(room, gate_voltage=Ramp(0.35, speed * UEV / dot.si("stark_shift")))


@pytest.mark.parametrize("preset", ["reference", "tuned"])
@pytest.mark.parametrize("model", MODELS)
def test_rates_where_rabi_frequency_and_linewidth_are_equal(model: str, preset: str) -> None:
    """At Omega = Gamma, 4.5 T and half duty: a = alpha_ROH W_peak, b = |alpha_OH| W_peak^2, c = alpha_NC W_peak."""
    dot = QuantumDot.sample_a(model, preset)
    rates = DotSpecimen(dot).rates(2.0 * dot.si("saturation_power"), 0.5, 4.5)
    gamma = dot.si("linewidth") / HBAR
    assert rates.k == pytest.approx(dot.si("overhauser_shift") / HBAR, rel=1e-14)
    assert rates.gamma_p == pytest.approx(sqrt(3.0) * gamma, rel=1e-14)
    assert rates.a == pytest.approx(dot.si("alpha_roh") * gamma / 3.0, rel=1e-14)
    assert rates.b == pytest.approx(-dot.si("alpha_oh") * (gamma / 3.0) ** 2, rel=1e-14)
    assert rates.c == pytest.approx(dot.si("alpha_nc") * gamma / 3.0, rel=1e-14)
    assert rates.gamma_dec == pytest.approx(dot.si("nuclear_decay_rate"), rel=1e-14)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0, 2.5])
def test_eq15_rates_at_other_powers(ratio: float) -> None:
    """(Omega/Gamma)^2 = power / (2 P_sat); the alphas stay fixed."""
    specimen = DotSpecimen(PLAIN)
    rates = specimen.rates(POWER * ratio**2, 0.5, 4.5)
    gamma = PLAIN.si("linewidth") / HBAR
    peak = ratio**2 * gamma / (1.0 + 2.0 * ratio**2)
    assert specimen.saturation(POWER * ratio**2) == pytest.approx(2.0 * ratio**2, rel=1e-14)
    assert rates.gamma_p == pytest.approx(gamma * sqrt(1.0 + 2.0 * ratio**2), rel=1e-14)
    expected = (PLAIN.si("alpha_roh") * peak, -PLAIN.si("alpha_oh") * peak**2, PLAIN.si("alpha_nc") * peak)
    np.testing.assert_allclose((rates.a, rates.b, rates.c), expected, rtol=1e-13)
    assert rates.gamma_dec == PLAIN.si("nuclear_decay_rate")


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0, 2.0])
def test_light_induced_decay(ratio: float) -> None:
    """gamma_dec x (2 + (Omega/Gamma)^4) / 3, one at Omega = Gamma; nothing else changes."""
    with_it = DotSpecimen(PLAIN.replace(light_induced_decay=True)).rates(POWER * ratio**2, 0.5, 4.5)
    without = DotSpecimen(PLAIN).rates(POWER * ratio**2, 0.5, 4.5)
    assert with_it.gamma_dec / without.gamma_dec == pytest.approx((2.0 + ratio**4) / 3.0, rel=1e-13)
    assert replace(with_it, gamma_dec=without.gamma_dec) == without


@pytest.mark.parametrize("field", [1.0, 2.0, 4.5, 9.0, -2.0])
def test_field_dependence(field: float) -> None:
    """All alphas x (4.5 T/B)^2; gamma_dec x (4.5 T/B)^2 (1 + B_h/B) / (1 + B_h/4.5 T); the width stays."""
    with_it = DotSpecimen(PLAIN.replace(field_dependence=True)).rates(POWER, 0.5, field)
    without = DotSpecimen(PLAIN).rates(POWER, 0.5, field)
    pump, half = (4.5 / field) ** 2, PLAIN.si("half_range_field")
    np.testing.assert_allclose((with_it.a, with_it.b, with_it.c), np.multiply(pump, (without.a, without.b, without.c)),
                               rtol=1e-13)
    decay = pump * (1.0 + half / abs(field)) / (1.0 + half / 4.5)
    assert with_it.gamma_dec == pytest.approx(decay * without.gamma_dec, rel=1e-13)
    assert (with_it.k, with_it.gamma_p) == (without.k, without.gamma_p)


def test_the_range_of_dragging_grows_as_b_over_b_plus_b_h() -> None:
    """Pumping over decay, which is the range, is proportional to B / (B + B_h)."""
    specimen = DotSpecimen(DOT)
    for field in (1.0, 3.0, 9.0):
        here, there = specimen.rates(POWER, 0.5, field), specimen.rates(POWER, 0.5, 4.5)
        expected = field / (field + 3.0) / (4.5 / 7.5)
        assert here.c / here.gamma_dec == pytest.approx(expected * there.c / there.gamma_dec, rel=1e-13)


@pytest.mark.parametrize("field", [0.0, 0.1, -0.3])
def test_rates_stay_finite_at_low_field(field: float) -> None:
    specimen = DotSpecimen(DOT)
    assert specimen.rates(POWER, 0.5, field) == specimen.rates(POWER, 0.5, LOWEST_FIELD)


@pytest.mark.parametrize("duty", [0.0, 0.1, 1.0])
def test_pumping_is_proportional_to_the_duty(duty: float) -> None:
    """The alphas hold for a duty of one half; W stays the rate with light on."""
    rates, half = DotSpecimen(DOT).rates(POWER, duty, 4.5), DotSpecimen(DOT).rates(POWER, 0.5, 4.5)
    np.testing.assert_allclose((rates.a, rates.b, rates.c), np.multiply(2.0 * duty, (half.a, half.b, half.c)),
                               rtol=1e-14)
    assert (rates.gamma_p, rates.gamma_dec) == (half.gamma_p, half.gamma_dec)


def test_rates_follow_each_change_of_their_arguments() -> None:
    """The last answer is kept; it must not be given for another question."""
    kept = DotSpecimen(DOT)
    for asked in [(POWER, 0.5, 4.5), (POWER, 0.5, 2.0), (POWER, 1.0, 2.0), (0.5 * POWER, 1.0, 2.0), (POWER, 0.5, 4.5)]:
        assert kept.rates(*asked) == DotSpecimen(DOT).rates(*asked)


@pytest.mark.parametrize("field", [0.5, 4.5, -4.5])
def test_zeeman_splitting(field: float) -> None:
    """Blue and red line at +-(|g_e| + |g_h|) mu_B B / 2 about a diamagnetic shift."""
    blue = line_energy(DOT, field, 0.4)
    red = line_energy(DOT.replace(zeeman_line="red"), field, 0.4)
    assert blue - red == pytest.approx((0.67 + 0.5) * MU_B * abs(field), rel=1e-6)
    middle = 0.5 * (blue + red) - line_energy(DOT, 0.0, 0.4)
    assert middle == pytest.approx(8.0 * UEV * field**2, rel=1e-6)


def test_zeeman_splitting_of_the_electron_at_4p5_tesla() -> None:
    """|g_e| mu_B B is 174.5197 ueV for g_e = -0.67."""
    dot = DOT.replace(hole_g_factor=0.0, diamagnetic_shift=Q_(0.0, "ueV/T^2"))
    shift = line_energy(dot, 4.5, 0.4) - line_energy(dot, 0.0, 0.4)
    assert shift / UEV == pytest.approx(174.5197 / 2.0, abs=1e-3)


def test_stark_shift_is_linear_and_quadratic() -> None:
    """1.5 ueV/mV and -0.01 ueV/mV^2 about 0.4 V."""
    dot = DOT.replace(stark_shift=Q_(1.5, "ueV/mV"), stark_curvature=Q_(-0.01, "ueV/mV^2"))
    at_zero = line_energy(dot, 4.5, 0.4)
    for millivolts in (-20.0, 3.0, 50.0):
        shift = line_energy(dot, 4.5, 0.4 + 1e-3 * millivolts) - at_zero
        assert shift / UEV == pytest.approx(1.5 * millivolts - 0.01 * millivolts**2, abs=1e-7)
    assert line_energy(dot, 0.0, 0.4) == pytest.approx(dot.si("transition_energy"), rel=1e-15)


def test_detuning_is_positive_where_the_laser_is_red() -> None:
    """x = (line - laser) / hbar; in ticks it moves with the knob."""
    specimen, grid = DotSpecimen(DOT), TickGrid(0, TICK_PS, 0, 4)
    np.testing.assert_allclose(specimen.detuning(room_at(7.0), grid) * HBAR / UEV, 7.0, atol=1e-8)
    for knob in ("laser", "gate"):
        x = specimen.detuning(ramped(7.0, -100.0, knob), grid) * HBAR / UEV
        np.testing.assert_allclose(x, [7.0, 6.0, 5.0, 4.0, 3.0], atol=1e-8)


def test_detuning_follows_the_line_in_a_field_ramp() -> None:
    specimen, grid = DotSpecimen(DOT), TickGrid(0, 10 * TICK_PS, 5, 10)
    room = replace(room_at(0.0), field=Ramp(-0.2, 0.3))
    expected = [(line_energy(DOT, -0.2 + 0.3 * t, 0.35) - room.photon_energy.start) / HBAR for t in grid.since_event()]
    np.testing.assert_allclose(specimen.detuning(room, grid), expected, rtol=0.0, atol=1e-9 * UEV / HBAR)


@pytest.mark.parametrize(("line", "sign"), [("blue", 1.0), ("red", -1.0)])
def test_polarization_moves_the_two_lines_in_opposite_directions(line: str, sign: float) -> None:
    """P > 0 lowers the blue line and raises the red one by K P."""
    dot = DOT.replace(zeeman_line=line)
    specimen = DotSpecimen(dot)
    specimen.polarization = 0.1
    on_the_shifted_line = room_at(sign * 6.0, dot)
    assert specimen.glance(on_the_shifted_line, TickGrid(0, TICK_PS, 0, 0)).absorption[0] == pytest.approx(1.0)
    assert specimen.glance(room_at(-sign * 6.0, dot), TickGrid(0, TICK_PS, 0, 0)).absorption[0] < 0.02


def test_the_noncollinear_pump_locks_the_blue_line_and_repels_the_red() -> None:
    odd = {"alpha_roh": Q_(0.0, ""), "alpha_oh": Q_(0.0, "s")}
    for line, locks in (("blue", True), ("red", False)):
        specimen = DotSpecimen(DOT.replace(zeeman_line=line, **odd))
        [point] = locking_points(specimen.rates(POWER, 0.5, 4.5))
        assert point.stable == locks


def slow_scan(dot: QuantumDot, way: float) -> Response:
    """The response to a laser that moves 0.05 ueV/s from 10 ueV on one side of the line to 10 ueV on the other."""
    return DotSpecimen(dot).evolve(ramped(-10.0 * way, 0.05 * way, dot=dot), TickGrid(0, 5 * TICK_PS, 0, 8000))


@pytest.mark.parametrize("way", [1.0, -1.0], ids=["blue to red", "red to blue"])
def test_noncollinear_pumps_drag_the_blue_line_and_push_the_red_ahead(way: float) -> None:
    """Both ways the blue line locks near full absorption; the red one gives way and is hardly lit until it slips by."""
    blue, red = slow_scan(DOT, way), slow_scan(DOT.replace(zeeman_line="red"), way)
    lit = [float((0.5 * 0.0025 * (line.absorption > 0.75)).sum()) * 2.0 for line in (blue, red)]  # ueV
    assert lit[0] > 6.0
    assert lit[1] < 0.5
    shift = [(-sign * 60.0 * line.polarization) for sign, line in ((1.0, blue), (-1.0, red))]  # of the line, ueV
    laser = -np.linspace(-10.0 * way, 10.0 * way, 8001)
    # the laser's way across the line is towards -way in energy: where both are well beyond the line at P = 0
    beyond = (-way * laser > 2.0) & (-way * laser < 6.0)
    assert np.abs(shift[0] - laser)[beyond].max() < 0.6  # on the line
    assert (-way * (shift[1] - laser))[beyond].min() > 0.2  # the line runs ahead
    assert red.absorption[beyond].max() < blue.absorption[beyond].min()


def test_in_eq13_the_red_line_is_the_mirror_image_of_the_blue() -> None:
    """Even pumping with the other sign of K: what is dragged towards blue there is dragged towards red here."""
    dot = QuantumDot.sample_a("latta2009")
    for way in (1.0, -1.0):
        blue, red = slow_scan(dot, way), slow_scan(dot.replace(zeeman_line="red"), -way)
        np.testing.assert_allclose(red.polarization, blue.polarization, rtol=0.0, atol=1e-7)
        np.testing.assert_allclose(red.absorption, blue.absorption, rtol=0.0, atol=1e-5)
    dragged = [float((slow_scan(dot.replace(zeeman_line=line), way).absorption > 0.4).mean()) * 20.0
               for line, way in (("blue", -1.0), ("blue", 1.0), ("red", -1.0), ("red", 1.0))]
    assert dragged[0] > 6.0 < dragged[3]
    assert dragged[1] < 2.0 > dragged[2]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("charge", ["neutral", "charged"])
def test_both_charges_drag_farthest_where_the_rabi_frequency_is_gamma(model: str, charge: str) -> None:
    """Figure S2a at a dwell of 5 s and steps of 0.2 ueV, in the directions that the model drags in."""
    dot = QuantumDot.sample_a(model, "tuned", charge)
    ratios = np.array([0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4])
    for way in ((-1.0,) if model == "latta2009" else (-1.0, 1.0)):
        widths = [dragging_width_at(dot, ratio, way) for ratio in ratios]
        assert 0.8 <= ratios[np.argmax(widths)] <= 1.2
        assert max(widths[0], widths[-1]) < 0.92 * max(widths)
        assert max(widths) > 8.0 * dot.si("linewidth") / UEV


def test_without_power_nothing_is_pumped_and_p_decays() -> None:
    """In the dark gamma_dec is two thirds of what it is at Omega = Gamma."""
    specimen = DotSpecimen(DOT)
    room = replace(room_at(3.0), power=0.0)
    rates = specimen.rates(0.0, 0.5, 4.5)
    assert (rates.a, rates.b, rates.c) == (0.0, 0.0, 0.0)
    specimen.polarization = 0.3
    found = specimen.evolve(room, TickGrid(0, 100 * TICK_PS, 0, 50))
    decay = 2.0 / 3.0 * DOT.si("nuclear_decay_rate")
    np.testing.assert_allclose(found.polarization, 0.3 * np.exp(-decay * np.arange(51)), rtol=0.0, atol=1e-11)
    width = DOT.si("linewidth") / HBAR
    delta = 3.0 * UEV / HBAR - rates.k * found.polarization
    np.testing.assert_allclose(found.absorption, 1.0 / (1.0 + (2.0 * delta / width) ** 2), rtol=1e-7)


@pytest.mark.parametrize("ratio", [0.1, 1.0, 3.0])
def test_the_contrast_bleaches_with_power(ratio: float) -> None:
    """DT/T on the line falls as W_peak / Omega^2, that is as 1 / (1 + 2 (Omega/Gamma)^2)."""
    specimen = DotSpecimen(DOT)
    room = replace(room_at(0.0), power=POWER * ratio**2)
    found = specimen.glance(room, TickGrid(0, TICK_PS, 0, 0)).absorbed[0]
    assert found == pytest.approx(3e-3 / (1.0 + 2.0 * ratio**2), rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_evolve_is_the_rate_model_and_keeps_p(model: str) -> None:
    dot = QuantumDot.sample_a(model)
    specimen, grid = DotSpecimen(dot), TickGrid(0, TICK_PS, 0, 400)
    room = ramped(4.0, -2.0, dot=dot)
    found = specimen.evolve(room, grid)
    rates = specimen.rates(POWER, 0.5, 4.5)
    p, w = evolve(0.0, specimen.detuning(room, grid), 0.01, **vars(rates))
    assert np.array_equal(found.polarization, p)
    assert np.array_equal(found.absorption, w)
    np.testing.assert_allclose(found.absorbed, 1e-3 * w, rtol=1e-14)
    assert specimen.polarization == p[-1] != 0.0
    specimen.erase()
    assert specimen.polarization == 0.0


def test_a_glance_is_the_first_boundary_and_changes_nothing() -> None:
    specimen = DotSpecimen(DOT)
    specimen.polarization = -0.05
    room, grid = ramped(-4.0, 2.0, "gate"), TickGrid(0, TICK_PS, 3, 5)
    seen = specimen.glance(room, grid)
    assert specimen.polarization == -0.05
    first = specimen.evolve(room, grid)
    assert seen.polarization.tolist() == [-0.05]
    assert seen.absorption[0] == pytest.approx(first.absorption[0], rel=1e-13)
    assert seen.absorbed[0] == pytest.approx(first.absorbed[0], rel=1e-13)


def field_ramp(speed: float) -> Room:
    """A magnet sweep that carries the line across the laser, with the laser nearly following."""
    start = room_at(1.5)
    slope = (line_energy(DOT, 4.501, 0.35) - line_energy(DOT, 4.499, 0.35)) / 0.002
    return replace(start, field=Ramp(4.5, speed), photon_energy=Ramp(start.photon_energy.start, (slope - UEV) * speed))


@pytest.mark.parametrize("room", [room_at(1.0), ramped(2.0, -3.0), ramped(-2.0, 3.0, "gate"), field_ramp(0.5)],
                         ids=["rest", "laser", "gate", "field"])
def test_evolve_does_not_depend_on_how_a_wait_is_cut(room: Room) -> None:
    whole_specimen = DotSpecimen(DOT)
    whole = whole_specimen.evolve(room, TickGrid(5, TICK_PS, 0, 300))

    @unhurried
    @given(st.sets(st.integers(1, 299), max_size=15))
    def cut_up(cuts: set[int]) -> None:
        specimen = DotSpecimen(DOT)
        parts: list[Response] = []
        for first, last in pairwise([0, *sorted(cuts), 300]):
            parts.append(specimen.evolve(room, TickGrid(5, TICK_PS, first, last - first)))
        assert specimen.polarization == whole_specimen.polarization
        for name in ("absorbed", "absorption", "polarization"):
            joined = np.concatenate([getattr(part, name)[:-1] for part in parts] + [getattr(parts[-1], name)[-1:]])
            assert np.array_equal(joined, getattr(whole, name))

    cut_up()
    assert abs(whole_specimen.polarization) > 1e-4


def test_a_field_ramp_converges_to_rates_that_follow_the_field() -> None:
    """Rates frozen at the middle of each tick: the error falls with the square of the tick."""
    room, end = field_ramp(-0.5), 4.0
    specimen = DotSpecimen(DOT)

    def eq13(t: float, p: np.ndarray) -> np.ndarray:
        field = room.field.start + room.field.rate * t
        rates = specimen.rates(POWER, 0.5, field)
        laser = room.photon_energy.start + room.photon_energy.rate * t
        delta = (line_energy(DOT, field, 0.35) - laser) / HBAR - rates.k * p
        w = 1.0 / (1.0 + (2.0 * delta / rates.gamma_p) ** 2)
        return rates.a * w - rates.b * w**2 + rates.c * 4.0 * delta / rates.gamma_p * w**2 - rates.gamma_dec * p

    exact = solve_ivp(eq13, (0.0, end), [0.0], "DOP853", rtol=1e-11, atol=1e-14, max_step=0.02).y[0, -1]
    errors = []
    for ticks in (100, 200, 400):
        specimen = DotSpecimen(DOT)
        specimen.evolve(room, TickGrid(0, round(end * 1e12) // ticks, 0, ticks))
        errors.append(abs(specimen.polarization - exact))
    assert errors[0] < 1e-3 * abs(exact)
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4.0, rtol=0.1)


@pytest.mark.parametrize("knob", ["laser", "gate"])
def test_the_longest_tick_moves_the_line_by_a_small_part_of_its_width(knob: str) -> None:
    specimen = DotSpecimen(DOT)
    tick = specimen.longest_tick(ramped(2.0, -30.0, knob))
    width = specimen.rates(POWER, 0.5, 4.5).gamma_p * HBAR / UEV
    assert 30.0 * tick == pytest.approx(width / 50.0, rel=1e-9)


def test_at_rest_any_tick_will_do() -> None:
    assert DotSpecimen(DOT).longest_tick(room_at(2.0)) == inf
