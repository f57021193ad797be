"""The sample class of the master equation: parameters, shapes, units, and what its docstring promises."""

import numpy as np
import pytest

from vlab import Q_
from vlab.errors import LimitError, SettingError
from vlab.physics.dicke import DickeModel, literal_weights, mixture, thermal_weights
from vlab.samples import DickeDot

UEV = 1.602176634e-25 / 1.054571817e-34


def test_the_numbers_of_the_supplement():
    """A = 120 ueV, N = 1000, hbar Gamma = hbar Omega = 0.85 ueV at 4.5 T, g = -0.67: hbar omega_z = 174.52 ueV."""
    model = DickeDot().model
    assert isinstance(model, DickeModel)
    found = [model.coupling, model.omega, model.omega_z, model.gamma, model.gamma_hhlh, model.kappa, model.k_ff]
    np.testing.assert_allclose(np.array(found) / UEV, [120, 0.85, 174.5197, 0.85, 8.5e-3, 1.7e-3, 1.7e-3], rtol=1e-6)
    assert (model.nuclei, model.spin_ratio, model.gamma_nuc) == (1000, 3.0, 0.0)


@pytest.mark.parametrize("weights", ["thermal", "literal"])
def test_the_state_is_that_of_the_mixture(weights):
    dot = DickeDot(nuclei=300, weights=weights)
    x = np.array([[-2.0, 0.0, 1.5], [4.0, -7.0, 0.3]])
    state = dot.steady_state(Q_(x * 1e-3, "meV"))
    whole = mixture(dot.model, x.ravel() * UEV, (thermal_weights if weights == "thermal" else literal_weights)(300))
    assert state.distribution.shape == (2, 3, 301)
    assert state.detuning.m_as("ueV") == pytest.approx(x)
    np.testing.assert_allclose(state.mean_iz.ravel(), whole.mean_iz, atol=1e-11)
    np.testing.assert_allclose(state.total_variance.ravel(), whole.total_variance, rtol=1e-10)
    np.testing.assert_allclose(state.conditional_variance.ravel(), whole.conditional_variance, rtol=1e-10)
    np.testing.assert_allclose(state.absorption.m_as("1/s").ravel(), whole.absorption, rtol=1e-10)
    peak = dot.model.gamma / 3  # eq. 15 at Omega = Gamma
    np.testing.assert_allclose(state.absorption_normalized.ravel(), whole.absorption / peak, rtol=1e-10)
    np.testing.assert_allclose(state.up + state.down + state.trion, 1.0, rtol=1e-12)
    np.testing.assert_allclose(state.distribution @ state.polarization, state.mean_polarization, atol=1e-13)
    assert state.thermal_variance == 75.0


def test_one_detuning_gives_numbers():
    state = DickeDot(nuclei=20).steady_state(Q_(0.5, "ueV"))
    assert state.mean_iz.shape == ()
    assert state.distribution.shape == (21,)


def test_bidirectional_polarization_narrowing_and_the_spike_blue_of_resonance():
    """<I_z> of both signs, Var well below N/4 near resonance, a spike of it just blue, no return to zero far off."""
    x = np.arange(-60, 61) / 10
    state = DickeDot().steady_state(Q_(x, "ueV"))
    ratio = state.total_variance / state.thermal_variance
    assert state.mean_iz.min() < -10
    assert state.mean_iz.max() > 20
    assert 0.5 < x[np.argmin(ratio)] < 2.5
    assert ratio.min() < 0.2
    assert x[np.argmax(ratio)] == pytest.approx(-2.0, abs=0.2)
    assert ratio.max() > 2.0
    width = x[ratio > 0.5 * ratio.max()]
    assert width[-1] - width[0] < 1.5
    far = DickeDot().steady_state(Q_([-20.0, 20.0], "ueV"))
    assert np.all(far.mean_iz > 10)
    flipping = DickeDot(nuclei=100).replace(nuclear_flip_rate=Q_(1e5, "1/s")).steady_state(Q_(20.0, "ueV"))
    assert abs(flipping.mean_iz) < 0.1 * DickeDot(nuclei=100).steady_state(Q_(20.0, "ueV")).mean_iz


def test_without_light_nothing_is_absorbed():
    state = DickeDot(nuclei=50, rabi_frequency=Q_(0.0, "ueV")).steady_state(Q_([0.0, 1.0], "ueV"))
    assert not state.absorption_normalized.any()
    np.testing.assert_allclose(state.total_variance, 50 / 4, rtol=1e-9)


def test_large_spins_of_no_weight_are_left_out():
    dot = DickeDot(nuclei=100_000)
    weights = dot.spin_weights()
    assert 0 < (weights > 0).sum() < 2000
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert DickeDot().spin_weights()[:100] == pytest.approx(thermal_weights(1000)[:100])


def test_a_computation_can_be_stopped():
    with pytest.raises(InterruptedError):
        DickeDot(nuclei=50).steady_state(Q_(0.0, "ueV"), stop=lambda: True)


@pytest.mark.parametrize(("changes", "kind", "says"), [
    ({"nuclei": 0}, LimitError, "nuclei"),
    ({"field": Q_(0.0, "T")}, LimitError, "DickeDot.field got 0 T"),
    ({"linewidth": Q_(1.0, "V")}, SettingError, "DickeDot.linewidth got 1 V"),
    ({"electron_g_factor": Q_(0.0, "")}, LimitError, "Zeeman"),
    ({"weights": "equal"}, LimitError, "thermal, literal"),
    ({"k_ff": Q_(0.0, "ueV"), "spin_ratio": Q_(0.0, "")}, LimitError, "k_ff"),
])
def test_bad_parameters_are_refused_in_a_sentence(changes, kind, says):
    with pytest.raises(kind, match=says):
        DickeDot(**changes)


def test_bad_detunings_are_refused():
    with pytest.raises(SettingError, match=r"steady_state\.detuning"):
        DickeDot().steady_state(Q_(1.0, "V"))
    with pytest.raises(LimitError, match="at most"):
        DickeDot().steady_state(Q_(np.zeros(200_000), "ueV"))
