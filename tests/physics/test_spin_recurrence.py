"""S_z by a recurrence of three terms is S_z by the map, pulse after pulse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlab.physics.overhauser import fields_of
from vlab.physics.spin_recurrence import step_axial
from vlab.physics.spin_stepping import helicity_pattern, lab_maps


def plainly(maps, weights, helicities, state):
    """Return the mean S_z before each pulse and the last spins, by the map alone."""
    matrices = maps[:, :9].reshape(2, 3, 3, -1)
    spins, found = state.copy(), np.zeros(len(helicities))
    for k, negative in enumerate(helicities.astype(int)):
        spins = np.einsum("abn,bn->an", matrices[negative], spins) + maps[negative, 9:]
        found[k] = weights @ spins[2]
    return found, spins


def stepped(maps, weights, helicities, state):
    trace, last = np.zeros((len(helicities), 3)), state.copy()
    step_axial(maps, weights, helicities, last, trace)
    assert not trace[:, :2].any()
    return trace[:, 2], last


def dots(count, q, phi, tau_s=500e-9, strength=3e8, seed=1):
    nuclear = np.random.default_rng(seed).normal(size=(count, 3)) * strength
    fields = fields_of(nuclear, (5e9, 0.0, 3.5e9, 0.0), (0.05, 0.23))
    return lab_maps(fields, None, (13.2e-9, tau_s, 10e-9, 0.4e-9), ((1 + q * q) / 2, q, (1 - q * q) / 4, phi))


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 150), q=st.floats(0.0, 1.0), phi=st.floats(-3.1, 3.1), strength=st.sampled_from([0.0, 3e8]),
       lengths=st.lists(st.integers(1, 120), min_size=1, max_size=6), seed=st.integers(0, 10**6))
def test_it_is_the_map(count, q, phi, strength, lengths, seed):
    random = np.random.default_rng(seed)
    maps = dots(count, q, phi, strength=strength, seed=seed)
    helicities = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    weights = random.normal(size=count) / count
    weights[random.random(count) < 0.1] = 0.0
    state = random.normal(size=(3, count)) * 0.1
    expected, spins = plainly(maps, weights, helicities, state)
    found, last = stepped(maps, weights, helicities, state)
    np.testing.assert_allclose(found, expected, atol=1e-13)
    kept = weights != 0.0
    np.testing.assert_allclose(last[:, kept], spins[:, kept], atol=1e-12)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.3])
def test_maps_without_a_fixed_point(angle):
    """Spins that live for ever in the dark: no pulse, no decay."""
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    maps = np.zeros((2, 12, 3))
    maps[:, :9] = matrix.reshape(9, 1)
    state = np.array([[0.1, 0.2, 0.3]] * 3)
    weights, helicities = np.full(3, 1.0 / 3.0), helicity_pattern(100, 25)
    expected, spins = plainly(maps, weights, helicities, state)
    found, last = stepped(maps, weights, helicities, state)
    np.testing.assert_allclose(found, expected, atol=1e-13)
    np.testing.assert_allclose(last, spins, atol=1e-13)


def test_after_very_many_pulses_the_fixed_point_remains():
    maps = dots(10, 0.5, 0.0)
    weights, pulses = np.full(10, 0.1), np.zeros(100_000, np.bool_)
    trace, last = stepped(maps, weights, pulses, np.zeros((3, 10)))
    fixed = np.linalg.solve(np.eye(3) - maps[0, :9].T.reshape(-1, 3, 3), maps[0, 9:].T[:, :, np.newaxis])[:, :, 0].T
    np.testing.assert_allclose(last, fixed, rtol=1e-12)
    assert trace[-1] == pytest.approx(fixed[2].mean(), rel=1e-12)
