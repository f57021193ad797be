"""The closed forms of the periodic state, dot by dot, against matrix exponentials, plain sums and brute force."""

import numpy as np
import pytest
import spin_reference as slow
from hypothesis import given, settings
from hypothesis import strategies as st

from vlab.physics import pattern_average, spin_brute_force, spin_inertia, spin_pattern
from vlab.physics.overhauser import fields_of
from vlab.physics.spin_precession import period_maps
from vlab.physics.spin_residual import carried_maps, carried_response
from vlab.physics.spin_stepping import helicity_pattern, lab_maps, step

N_TYPE = (13.2e-9, 500e-9, 10e-9, 0.4e-9)
P_TYPE = (13.2e-9, 5200e-9, 35e-9, 0.4e-9)
AT_PULSE = np.empty(0)


def component(zeta, lengths):
    """Return the drive's Fourier component for helicities in turn."""
    return pattern_average.drive_component(zeta, np.where(np.arange(len(lengths)) % 2, -1.0, 1.0), lengths)


def pattern_sum(nodes, times, pulse, lengths, zeta, delays):
    """Return the mean spin for helicities in turn."""
    which = np.arange(len(lengths)) % 2
    return spin_pattern.pattern_response(nodes, times, pattern_average.both_helicities(pulse), which, lengths, zeta,
                                         delays)


def circular(q, phi=0.0):
    return (1 + q * q) / 2, q, (1 - q * q) / 4, phi


def random_dot(rng, times, phi=0.0):
    """Return a dot for the slow reference and the same as a node of weight 1."""
    q = rng.uniform()
    w, v = rng.normal(size=3) * 4e8, rng.normal(size=3) * 4e8
    w[2] += rng.choice([0.0, 5e9])
    v[2] += rng.choice([0.0, 4e9])
    dot = slow.Dot(w, v, times[1], times[2], times[3], times[0], q, phi)
    node = np.array([[w[2], np.hypot(w[0], w[1]), v[2], np.hypot(v[0], v[1]), 1.0]])
    return dot, node, circular(q, phi)


def turned(dot):
    """Return the dot with both fields turned about z so that W lies in the x-z plane."""
    angle = np.arctan2(dot.omega[1], dot.omega[0])
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return slow.Dot(turn @ dot.omega, turn @ dot.omega_trion, dot.tau_s, dot.tau_s_trion, dot.tau_0, dot.t_r, dot.q,
                    dot.phi)


@pytest.mark.parametrize("times", [N_TYPE, P_TYPE])
@pytest.mark.parametrize("helicity", [1, -1])
def test_the_map_of_a_period_is_the_matrix_exponential(times, helicity):
    rng = np.random.default_rng(1)
    for _ in range(10):
        dot, node, pulse = random_dot(rng, times, rng.uniform(-3, 3))
        matrices, vectors = period_maps(node[:, :4].copy(), times, pulse, float(helicity))
        expected = slow.period_map(turned(dot), helicity)
        np.testing.assert_allclose(matrices[0], expected[0], atol=5e-15)
        np.testing.assert_allclose(vectors[0], expected[1], atol=5e-15)


@pytest.mark.parametrize("special", [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 3e8, 1e8), (3e8, 1e8, 0.0, 0.0),
                                     (-4e8, 0.0, 2e8, 0.0), (0.0, 2e8, 0.0, 1e8), (1e-3, 1e-3, 1e-3, 0.0)])
def test_limits_of_vanishing_and_parallel_fields(special):
    w_z, w_x, v_z, v_x = special
    dot = slow.Dot(np.array([w_x, 0, w_z]), np.array([v_x, 0, v_z]), *N_TYPE[1:], N_TYPE[0], 0.4, 0.7)
    matrices, vectors = period_maps(np.array([special]), N_TYPE, circular(0.4, 0.7), 1.0)
    expected = slow.period_map(dot, 1)
    np.testing.assert_allclose(matrices[0], expected[0], atol=5e-15)
    np.testing.assert_allclose(vectors[0], expected[1], atol=5e-15)


@pytest.mark.parametrize("times", [N_TYPE, P_TYPE])
def test_linear_response_is_the_modulated_signal(times):
    rng = np.random.default_rng(2)
    for n in (2, 7, 40):
        dot, node, pulse = random_dot(rng, times)
        z = np.array([np.exp(1j * np.pi / n)])
        found = spin_inertia.linear_response(node, times, pulse, z)[0] / (n * np.sin(np.pi / (2 * n)))
        assert abs(found - slow.modulated_signal([dot], n)) < 1e-13


def test_many_frequencies_at_once_are_single_ones():
    rng = np.random.default_rng(3)
    _, node, pulse = random_dot(rng, P_TYPE)
    z = np.exp(1j * np.linspace(0.0, 1.5, 7))
    together = spin_inertia.linear_response(node, P_TYPE, pulse, z)
    alone = [spin_inertia.linear_response(node, P_TYPE, pulse, z[i:i + 1])[0] for i in range(7)]
    np.testing.assert_allclose(together, alone, rtol=1e-13)


def test_weak_pumping_loses_no_digits():
    """At Q = 0.9999 and exact resonance all terms are tiny differences; eighty-bit numbers are the judge."""
    times, q = P_TYPE, 0.9999
    node = np.array([[2 * np.pi / times[0] * 0.6, 2 * np.pi / times[0] * 0.8, 1e8, 2e8, 1.0]])
    found = spin_inertia.linear_response(node, times, circular(q), np.array([1 + 0j]))[0].real
    matrices, vectors = period_maps(node[:, :4].copy(), times, circular(q), 1.0)
    a = np.eye(3, dtype=np.longdouble) - matrices[0].astype(np.longdouble)
    minors = np.array([a[0, 1] * a[1, 2] - a[0, 2] * a[1, 1], a[0, 2] * a[1, 0] - a[0, 0] * a[1, 2],
                       a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]])  # of the last row
    replaced = a.copy()
    replaced[:, 2] = vectors[0]
    top = replaced[2] @ np.array([replaced[0, 1] * replaced[1, 2] - replaced[0, 2] * replaced[1, 1],
                                  replaced[0, 2] * replaced[1, 0] - replaced[0, 0] * replaced[1, 2],
                                  replaced[0, 0] * replaced[1, 1] - replaced[0, 1] * replaced[1, 0]])
    # what the rounding of the matrix itself allows
    assert found == pytest.approx(-float(top / (a[2] @ minors)), rel=1e-10)


@pytest.mark.parametrize("times", [N_TYPE, P_TYPE])
def test_detuned_pulses(times):
    rng = np.random.default_rng(4)
    for n in (2, 7, 40):
        dot, node, pulse = random_dot(rng, times, rng.uniform(-3, 3))
        lengths, zeta = np.array([n, n]), np.exp(-1j * np.pi / n)
        sums = pattern_sum(node, times, pulse, lengths, zeta, AT_PULSE)[0]
        drive = -component(zeta, lengths)
        assert abs(sums / drive * abs(drive) - slow.modulated_signal([dot], n)) < 1e-12
        steady = 0.5 * sum(spin_inertia.steady_response(node, times, pulse, p) for p in (1.0, -1.0))
        assert abs(abs(steady) * 2 / np.pi - slow.zero_frequency_signal([dot])) < 1e-13


def test_a_pattern_of_unequal_runs_is_plain_iteration():
    rng = np.random.default_rng(5)
    dot, node, pulse = random_dot(rng, N_TYPE, 1.1)
    lengths = np.array([3, 4, 3, 4])
    zeta = np.exp(-2j * np.pi * 2 / lengths.sum())
    maps = {p: slow.period_map(dot, p) for p in (1, -1)}
    helicities = np.repeat([1, -1, 1, -1], lengths)
    spin, total = np.zeros(3), 0j
    for turn in range(400):
        for k, p in enumerate(helicities):
            if turn == 399:
                total += spin[2] * zeta**k
            spin = maps[p][0] @ spin + maps[p][1]
    found = pattern_sum(node, N_TYPE, pulse, lengths, zeta, AT_PULSE)[0]
    assert abs(found - total / lengths.sum() / zeta) < 1e-13


def test_without_detuning_the_pattern_is_the_linear_response():
    rng = np.random.default_rng(6)
    for lengths, turns in ((np.array([5, 5]), 1), (np.array([3, 4, 3, 4]), 2), (np.array([2, 3, 2, 2, 3, 2]), 3)):
        _, node, pulse = random_dot(rng, P_TYPE)
        zeta = np.exp(-2j * np.pi * turns / lengths.sum())
        sums = pattern_sum(node, P_TYPE, pulse, lengths, zeta, AT_PULSE)[0]
        drive = -component(zeta, lengths)
        assert abs(sums / drive - spin_inertia.linear_response(node, P_TYPE, pulse, np.array([1 / zeta]))[0]) < 1e-13


def test_between_pulses():
    """S and J at any delay against the matrix exponential, and just before the next pulse against the map."""
    from scipy.linalg import expm

    rng = np.random.default_rng(7)
    dot, node, pulse = random_dot(rng, N_TYPE)
    delays = np.array([0.0, 0.3e-9, 1e-9, 6e-9, 13.2e-9])
    z = np.exp(0.3j)
    spin, trion = spin_inertia.delayed_response(node, N_TYPE, pulse, z, delays)
    m, v = slow.period_map(dot, 1)
    d, kick = slow.pulse(dot, 1)
    before = np.linalg.solve(z * np.eye(3) - m, v)
    after = d @ before + kick
    y = np.concatenate([after, [0, 0, (before - after)[2]]])
    for t, s, j in zip(delays, spin, trion, strict=True):
        expected = expm(slow.generator(dot) * t) @ y
        assert abs(s + expected[2]) < 1e-13
        assert abs(j + expected[5]) < 1e-13
    assert abs(spin[-1] - spin_inertia.linear_response(node, N_TYPE, pulse, np.array([z]))[0]) < 1e-13
    lengths, zeta = np.array([9, 9]), np.exp(-1j * np.pi / 9)
    drive = -component(zeta, lengths)
    probed = pattern_sum(node, N_TYPE, pulse, lengths, zeta, delays) / drive
    s, j = spin_inertia.delayed_response(node, N_TYPE, pulse, 1 / zeta, delays)
    np.testing.assert_allclose(probed, s - j, atol=1e-14)


def test_probing_detuned_pulses_later_is_plain_iteration():
    from scipy.linalg import expm

    rng = np.random.default_rng(8)
    dot, node, pulse = random_dot(rng, N_TYPE, 0.9)
    n, delay = 4, 2e-9
    lengths, zeta = np.array([n, n]), np.exp(-1j * np.pi / n)
    states = slow.periodic_states(dot, n)
    later, total = expm(slow.generator(dot) * delay), 0j
    for k, before in enumerate(states):
        d, kick = slow.pulse(dot, 1 if k < n else -1)
        after = d @ before + kick
        y = later @ np.concatenate([after, [0, 0, (before - after)[2]]])
        total += (y[2] - y[5]) * zeta**k
    found = pattern_sum(node, N_TYPE, pulse, lengths, zeta, np.array([delay]))[0]
    assert abs(found - total / (2 * n)) < 1e-13


def brute_force_setup(q=0.5, phi=0.0, larmor=(0.0, 0.0, 5e9)):
    return spin_brute_force.PumpProbe(larmor, tuple(0.7 * x for x in larmor), (0.05, 0.23), 500e-9, 10e-9, 0.4e-9,
                                      13.2e-9, q, phi)


def stepped(setup, nuclear, pulses, n):
    """Return the mean S before each pulse, row 0 at the start, by exact stepping."""
    x, _, z = setup.larmor
    xt, _, zt = setup.larmor_trion
    fields = fields_of(nuclear, (z, x, zt, xt), setup.trion_ratio)
    azimuths = np.arctan2(nuclear[:, 1], nuclear[:, 0] + x)
    times = (setup.t_r, setup.tau_s, setup.tau_s_trion, setup.tau_0)
    maps = lab_maps(fields, azimuths, times, circular(setup.q, setup.phi))
    trace = np.zeros((pulses, 3))
    state = np.zeros((3, len(nuclear)))
    step(maps, fields[:, 4].copy(), helicity_pattern(pulses, n), state, trace, True)
    return np.vstack([np.zeros(3), trace]), state


@pytest.mark.slow
@pytest.mark.parametrize("setup", [brute_force_setup(), brute_force_setup(0.9, 1.3), brute_force_setup(0.0),
                                   brute_force_setup(0.5, -0.8, (3e9, 0.0, 1e9))], ids=str)
def test_stepping_is_brute_force(setup):
    nuclear = np.random.default_rng(9).normal(size=(5, 3)) * 3e8
    found, _ = stepped(setup, nuclear, 40, 10)
    expected = spin_brute_force.mean_pulse_trace(setup, nuclear, spin_brute_force.helicity_sequence(41, 10),
                                                 rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_closed_form_is_stepping_after_the_transient():
    setup = brute_force_setup()
    nuclear = np.random.default_rng(10).normal(size=(100, 3)) * 3e8
    n, periods = 50, 12
    trace, state = stepped(setup, nuclear, 2 * n * periods, n)
    times = (setup.t_r, setup.tau_s, setup.tau_s_trion, setup.tau_0)
    fields = fields_of(nuclear, (5e9, 0.0, 3.5e9, 0.0), setup.trion_ratio)
    zeta = np.exp(-1j * np.pi / n)
    last = np.arange(2 * n * (periods - 1), 2 * n * periods)
    drive = -np.sum(np.where(helicity_pattern(2 * n, n), -1, 1) * zeta ** np.arange(2 * n))
    found = np.sum(trace[1:][last, 2] * zeta**last) / drive
    expected = spin_inertia.linear_response(fields, times, circular(0.5), np.array([1 / zeta]))[0]
    assert abs(found - expected) < 1e-12
    np.testing.assert_allclose(state.mean(axis=1), trace[-1], atol=1e-15)


def test_stepping_in_pieces_is_stepping_at_once():
    setup = brute_force_setup(0.8, 0.4)
    nuclear = np.random.default_rng(11).normal(size=(130, 3)) * 3e8
    fields = fields_of(nuclear, (5e9, 0.0, 3.5e9, 0.0), setup.trion_ratio)
    maps = lab_maps(fields, np.zeros(130), (setup.t_r, setup.tau_s, setup.tau_s_trion, setup.tau_0),
                    circular(0.8, 0.4))
    pattern, weights = helicity_pattern(300, 33), fields[:, 4].copy()
    once, pieces = np.zeros((300, 3)), np.zeros((300, 3))
    step(maps, weights, pattern, np.zeros((3, 130)), once, False)
    state = np.zeros((3, 130))
    for first in range(0, 300, 37):
        step(maps, weights, pattern[first:first + 37], state, pieces[first:first + 37], False)
    np.testing.assert_allclose(pieces, once, atol=1e-15)  # pieces begin their recurrences at other pulses
    assert not once[:, :2].any()  # the transverse means were not asked for


@given(q=st.floats(0.0, 1.0), phi=st.floats(-3.1, 3.1), n=st.integers(2, 60), seed=st.integers(0, 10**6),
       period=st.floats(3e-9, 50e-9), tau_t=st.floats(1e-12, 1e-6))
@settings(max_examples=150, deadline=None)
def test_no_signal_beyond_the_bound(q, phi, n, seed, period, tau_t):
    rng = np.random.default_rng(seed)
    times = (period, 10 ** rng.uniform(-7, -4), tau_t, 0.4e-9)
    node = np.array([[*rng.normal(size=4) * 10 ** rng.uniform(7, 10), 1.0]])
    node[0, [1, 3]] = abs(node[0, [1, 3]])
    lengths, zeta = np.array([n, n]), np.exp(-1j * np.pi / n)
    sums = pattern_sum(node, times, circular(q, phi), lengths, zeta, AT_PULSE)[0]
    assert abs(sums) <= 0.5 / (n * np.sin(np.pi / (2 * n))) * (1 + 1e-9)
    for helicity in (1.0, -1.0):
        assert abs(spin_inertia.steady_response(node, times, circular(q, phi), helicity)) <= 0.5 + 1e-9


def test_left_over_trion():
    rng = np.random.default_rng(12)
    times = (2.5e-9, 500e-9, 10e-9, 0.4e-9)
    dot, _, pulse = random_dot(rng, times, 0.0)
    w, v = dot.omega * [1, 0, 1], dot.omega_trion * [1, 0, 1]
    w[0], v[0] = abs(w[0]), abs(v[0])
    plane = slow.Dot(w, v, *times[1:], times[0], dot.q)
    node = np.array([[w[2], w[0], v[2], v[0], 1.0]])
    matrices, vectors = carried_maps(node, times, pulse, 1.0)
    state, found = np.zeros(6), []
    for _ in range(8):
        found.append(state[:3])
        state = matrices[0] @ state + vectors[0]
    np.testing.assert_allclose(found, slow.trace_with_residual_trion(plane, [1] * 8), atol=1e-14)
    # and where the trion has gone, it is the closed form
    z = np.array([1 + 0j, np.exp(0.2j)])
    np.testing.assert_allclose(carried_response(node, N_TYPE, pulse, z),
                               spin_inertia.linear_response(node, N_TYPE, pulse, z), atol=1e-13)


def test_renewed_nuclear_fields_against_redrawing_them():
    """A field is kept with probability r at each pulse: the mean of many random histories, within three sigma."""
    rng = np.random.default_rng(13)
    kept, dots, pulses = 0.93, 3000, 900
    sigma = 3e8
    times, pulse = N_TYPE, circular(0.5)
    nuclear = rng.normal(size=(dots, 3)) * sigma

    def maps(fields):
        nodes = fields_of(fields, (1e9, 0.0, 7e8, 0.0), (0.05, 0.23))
        return lab_maps(nodes, np.arctan2(fields[:, 1], fields[:, 0]), times, pulse)[0]

    m, s, seen = maps(nuclear), np.zeros((3, dots)), []
    for k in range(pulses):
        s = np.einsum("ijn,jn->in", m[:9].reshape(3, 3, dots), s) + m[9:]
        new = np.flatnonzero(rng.random(dots) > kept)
        nuclear[new] = rng.normal(size=(len(new), 3)) * sigma
        m[:, new] = maps(nuclear[new])
        if k >= 150:
            seen.append(-s[2].mean())
    blocks = np.array(seen).reshape(15, -1).mean(axis=1)
    many = fields_of(rng.normal(size=(200_000, 3)) * sigma, (1e9, 0.0, 7e8, 0.0), (0.05, 0.23))
    driven, loop = spin_inertia.renewed_response(many, times, pulse, 1 + 0j, kept)
    expected = (driven / (1 - (1 - kept) * loop)).real
    assert abs(blocks.mean() - expected) < 3 * blocks.std(ddof=1) / np.sqrt(15)
    frozen = spin_inertia.renewed_response(many, times, pulse, 1 + 0j, 1.0)[0]
    assert frozen == pytest.approx(spin_inertia.linear_response(many, times, pulse, np.array([1 + 0j]))[0], rel=1e-12)
