"""Patterns of detuned pulses: the blocked kernel against linear algebra, and averages whose errors are what they claim.
"""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from vlab.physics import overhauser, pattern_average, spin_pattern
from vlab.physics.pattern_average import Pattern
from vlab.physics.spin_average import FLOOR, first_quadrant
from vlab.physics.spin_precession import period_maps
from vlab.samples import Pump, SpinEnsemble
from vlab.samples.modulation import run_lengths
from vlab.units import Q_

N_TYPE = (13.2e-9, 500e-9, 10e-9, 0.4e-9)
P_TYPE = (13.2e-9, 5200e-9, 35e-9, 0.4e-9)


def circular(q, phi):
    return (1 + q * q) / 2, q, (1 - q * q) / 4, phi


def plain(nodes, times, actions, which, lengths, zeta):
    """Return what `pattern_response` does, by matrix powers and linear solvers of 4 x 4 matrices that act on (S, 1)."""
    total = 0j
    maps = []
    for action in actions:
        m, v = period_maps(np.ascontiguousarray(nodes[:, :4]), times, tuple(action), 1.0)
        whole = np.zeros((len(nodes), 4, 4))
        whole[:, :3, :3], whole[:, :3, 3], whole[:, 3, 3] = m, v, 1.0
        maps.append(whole)
    powers = [np.linalg.matrix_power(maps[k], n) for k, n in zip(which, lengths, strict=True)]
    period = np.broadcast_to(np.eye(4), (len(nodes), 4, 4))
    for power in powers:
        period = power @ period
    state = np.ones((len(nodes), 4))
    state[:, :3] = np.linalg.solve(np.eye(3) - period[:, :3, :3], period[:, :3, 3:])[:, :, 0]
    turn = 1.0 + 0j
    for k, n, power in zip(which, lengths, powers, strict=True):
        # sum over j < n of zeta^j M^(j+1) acting on (S, 1); the geometric series of a 4 x 4 matrix
        series = np.eye(4) - zeta**n * power
        sums = maps[k] @ np.linalg.solve(np.eye(4) - zeta * maps[k], series @ state[:, :, None])
        total += turn * (nodes[:, 4] @ sums[:, 2, 0])
        turn *= zeta**n
        state = (power @ state[:, :, None])[:, :, 0]
    return total / sum(lengths)


def random_nodes(rng, count):
    nodes = np.abs(rng.normal(size=(count, 5))) * 4e8
    nodes[:, 4] = 1.0 / count
    nodes[:, 0] *= rng.choice([-1.0, 1.0], count)
    nodes[:, 0] += rng.choice([0.0, 1e9, 1e11])
    nodes[0, :4], nodes[1, :2], nodes[2, 2:4] = 0.0, 0.0, 0.0
    return nodes


@pytest.mark.parametrize("times", [N_TYPE, P_TYPE], ids=["n", "p"])
@pytest.mark.parametrize("q", [0.0, 0.5, 0.99, 0.9999])
def test_a_pattern_is_its_matrices(times, q):
    rng = np.random.default_rng(int(1e4 * q))
    for pulses in (1, 2, 7, 38, 379, 5000, 40_000):
        for runs in (2, 4, 14):
            lengths = pulses + (rng.integers(0, 2, runs) if runs > 2 else np.zeros(runs, dtype=np.int64))
            which, zeta = np.arange(runs) % 2, np.exp(-1j * pi * runs / lengths.sum())
            actions = pattern_average.both_helicities(circular(q, rng.uniform(-3.1, 3.1)))
            nodes = random_nodes(rng, 37)
            if zeta.real < -0.999:
                continue  # one pulse per half period; its frequency is not ours
            found = spin_pattern.pattern_response(nodes, times, actions, which, lengths, zeta, np.empty(0))[0]
            # over 1 - zeta, sums over slow modulation feel the rounding of zeta itself
            allowed = 1e-13 + 1e-15 / abs(1.0 - zeta)
            assert abs(found - plain(nodes, times, actions, which, lengths, zeta)) < allowed


def test_kinds_of_pulses_in_any_order():
    rng = np.random.default_rng(5)
    actions = np.array([circular(q, phi) for q, phi in ((0.3, 0.5), (0.8, -1.0), (0.99, 0.2), (0.0, 0.0))])
    actions[2:, 2:] *= -1.0
    which, lengths = np.array([0, 1, 2, 1, 3, 3]), np.array([4, 5, 4, 4, 5, 5])
    for turns in (1, 3, 11):
        zeta, nodes = np.exp(-2j * pi * turns / lengths.sum()), random_nodes(rng, 70)
        found = spin_pattern.pattern_response(nodes, N_TYPE, actions, which, lengths, zeta, np.empty(0))[0]
        assert abs(found - plain(nodes, N_TYPE, actions, which, lengths, zeta)) < 1e-13


@pytest.mark.parametrize("lengths", [[12, 12], [13, 12, 13, 13], [4000, 4000]], ids=str)
def test_a_probe_just_before_the_pulse_sees_what_the_pattern_says(lengths):
    """And by blocks or one by one, dots are the same."""
    rng = np.random.default_rng(6)
    actions, which = pattern_average.both_helicities(circular(0.7, 0.9)), np.arange(len(lengths)) % 2
    zeta, nodes = np.exp(-1j * pi * len(lengths) / sum(lengths)), random_nodes(rng, 70)
    arguments = (N_TYPE, actions, which, np.array(lengths), zeta)
    found = spin_pattern.pattern_response(nodes, *arguments, np.empty(0))[0]
    late = spin_pattern.pattern_response(nodes, *arguments, np.array([1e-9, N_TYPE[0]]))
    assert abs(late[1] - found) < 1e-13
    one_by_one = [spin_pattern.pattern_response(nodes[i:i + 1], *arguments, np.empty(0))[0] for i in range(70)]
    assert abs(sum(one_by_one) - found) < 1e-14


def regimes(count, seed):
    """Yield a system, its pattern and the tolerances' scale, over all that pumps and fields can be."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        ensemble = SpinEnsemble.n_type() if rng.uniform() < 0.5 else SpinEnsemble.p_type()
        period = rng.choice([6.6, 13.2])
        pump = Pump(q=rng.choice([0.0, 0.3, 0.5, 0.8, 0.95, 0.99]), phi=rng.uniform(-pi, pi),
                    repetition_period=Q_(period, "ns"))
        field = rng.choice([0.0, rng.uniform(0.0, 0.02), rng.uniform(0.0, 0.1), rng.uniform(0.0, 0.5)])
        system = ensemble.system(field, pump.action, period * 1e-9)
        frequency = 10 ** rng.uniform(3.0, 6.7)
        half = None if rng.uniform() < 0.5 else max(2, round(0.5e9 / (frequency * period)))
        yield system, Pattern.square(system.pulse, run_lengths(frequency, period * 1e-9, half))


def dense(system, runs, per_stretch, per_angle):
    """Return the signal with one large rule."""
    zeta, fundamental = runs.zeta(1), runs.drive(1)
    nodes = overhauser.ray_nodes(first_quadrant(system), system.nuclear, system.times, system.pulse,
                                 np.array([1.0 + 0j]), np.array([1.0, -1.0]), per_stretch, per_angle, 30.0,
                                 *overhauser.RULES,
                                 *overhauser.ALL_ANGLES)
    found = spin_pattern.pattern_response(nodes, system.times, runs.actions, runs.which, runs.lengths, zeta,
                                          np.empty(0))[0]
    return found * fundamental.conjugate() / abs(fundamental)


def check_errors(tolerance, count, seed):
    excess = []
    for system, runs in regimes(count, seed):
        exact = dense(system, runs, 64, 64)
        doubt = abs(exact - dense(system, runs, 50, 56))
        found = pattern_average.pattern(system, runs, 1, tolerance)
        true = max(0.0, abs(found.values[0] - exact) - doubt)
        excess.append(true / found.error[0])
        assert true <= 1.5 * max(tolerance * max(abs(exact), FLOOR), found.error[0])
    assert np.quantile(excess, 0.9) <= 1.0
    assert max(excess) <= 10.0


def test_reached_errors_are_what_they_claim():
    check_errors(1e-4, 15, 1)


@pytest.mark.slow
@pytest.mark.parametrize("tolerance", [1e-3, 1e-4, 1e-5])
def test_reached_errors_are_what_they_claim_everywhere(tolerance):
    check_errors(tolerance, 120, 2)


def test_many_fields_are_single_ones_and_random_dots_agree():
    ensemble, pump = SpinEnsemble.n_type(), Pump(q=0.5, phi=1.0)
    unit = ensemble.system(1.0, pump.action, 13.2e-9)
    runs = Pattern.square(unit.pulse, [21, 20, 21, 21, 20, 21])
    fields = np.array([0.0, 0.004, -0.05, 0.2, 0.05, 0.3])
    together = pattern_average.pattern_at_fields(unit, fields, runs, 1, 1e-4)
    for field, value in zip(fields, together.values, strict=True):
        alone = pattern_average.pattern(ensemble.system(field, pump.action, 13.2e-9), runs, 1, 1e-4)
        assert abs(alone.values[0] - value[0]) < 1e-15
    assert together.values[2, 0] == pytest.approx(together.values[4, 0], abs=1e-15)
    random = replace(ensemble.system(0.05, pump.action, 13.2e-9), random=True)
    found = pattern_average.pattern(random, runs, 1, 1e-3)
    assert abs(found.values[0] - together.values[4, 0]) < 4 * found.error[0]


def test_a_tilted_field_of_no_tilt_is_an_axial_one():
    """Three dimensions, angle by angle, where the answer is known from two."""
    ensemble, pump = SpinEnsemble.n_type(), Pump(q=0.3, phi=1.0)
    axial = ensemble.system(0.05, pump.action, 13.2e-9)
    runs = Pattern.square(axial.pulse, [20, 20])
    exact = pattern_average.pattern(axial, runs, 1, 1e-5)
    nearly = pattern_average.pattern(replace(axial, tilt=1e-9), runs, 1, 1e-2)
    assert abs(nearly.values[0] - exact.values[0]) < nearly.error[0] + exact.error[0]
    nothing = ensemble.system(0.0, pump.action, 13.2e-9, tilt=1.0)
    assert nothing.axial


def test_asking_to_stop_ends_it():
    pump = Pump(q=0.99, phi=1.0)
    system = SpinEnsemble.n_type().system(0.006, pump.action, 6.6e-9)
    runs, asked = Pattern.square(system.pulse, [147, 147]), []

    def later():
        asked.append(None)
        return len(asked) > 3

    for given in (system, replace(system, tilt=0.4), replace(system, random=True)):
        asked.clear()
        with pytest.raises(InterruptedError):
            pattern_average.pattern(given, runs, 1, 1e-8, None, later)


def test_no_helicity_is_preferred():
    """So that the signal is even in the field; half periods of 13, 12, 13, 12, ... pulses would spoil it."""
    for frequency in np.logspace(3, 7.2, 200):
        lengths = np.array(run_lengths(frequency, 13.2e-9))
        half = len(lengths) // 2
        assert half % 2 == 1
        np.testing.assert_array_equal(lengths[:half], lengths[half:])
        wanted = 0.5 / (frequency * 13.2e-9)
        assert abs(lengths.mean() - wanted) <= max(1.0 / 14.0, 1e-3 * wanted) + 1e-12


def both_signs(lengths):
    """Return the signal in a field and in the opposite one, from the same dots."""
    system = SpinEnsemble.n_type().system(0.005, Pump(q=0.5, phi=1.5).action, 13.2e-9)
    runs = Pattern.square(system.pulse, lengths)
    nodes = overhauser.ray_nodes(first_quadrant(system), system.nuclear, system.times, system.pulse,
                                 np.array([1.0 + 0j]), np.array([1.0, -1.0]), 12, 24, 20.0, *overhauser.RULES,
                                 *overhauser.ALL_ANGLES)
    arguments = (system.times, runs.actions, runs.which, runs.lengths, runs.zeta(1), np.empty(0))
    return [abs(spin_pattern.pattern_response(nodes * np.array([sign, 1.0, sign, 1.0, 1.0]), *arguments)[0])
            for sign in (1.0, -1.0)]


def test_even_in_the_field_where_the_pattern_is_even():
    up, down = both_signs([13, 12, 13, 13, 12, 13])
    assert up == pytest.approx(down, rel=1e-6)
    up, down = both_signs([13, 12])
    assert abs(up - down) > 1e-2 * up
