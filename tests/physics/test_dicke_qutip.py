"""The master equation in the Dicke basis against QuTiP's steady state of the full Lindbladian, where QuTiP is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vlab.physics.absorption import rate
from vlab.physics.dicke import DickeModel, block_elimination, flow_balance

qutip = pytest.importorskip("qutip")
pytestmark = pytest.mark.slow

FEW = DickeModel(nuclei=3, coupling=1.5, omega=0.9, omega_z=2.5, gamma=1.0, gamma_hhlh=0.05, kappa=0.1, k_ff=0.2,
                 spin_ratio=0.7)
"""In units of Gamma."""
WEAK = replace(FEW, nuclei=1000, coupling=140.0, omega=1.0, omega_z=205.0, gamma_hhlh=0.01, kappa=2e-3, k_ff=2e-3,
               spin_ratio=3.0)
"""As in the supplement: the square of the flip amplitude is below 1e-6."""


def steady_state(model: DickeModel, spin: float, x: float) -> np.ndarray:
    """Return rho[electron, m, electron', m'] with m rising; electron states u, d, t."""
    u, d, t = (qutip.basis(3, i) for i in range(3))
    z, plus, one = qutip.jmat(spin, "z"), qutip.jmat(spin, "+"), qutip.qeye(round(2 * spin + 1))

    def both(electron, nuclei=one):
        return qutip.tensor(electron, nuclei)

    e = model.coupling / model.nuclei / model.omega_z
    delta = x - model.coupling / model.nuclei * np.real(z.diag())
    dephasing = qutip.Qobj(np.diag(np.sqrt(model.spin_ratio * rate(delta, model.omega, model.gamma))), dims=z.dims)
    h = (both(x * t * t.dag()) + 0.5 * model.omega * both(t * u.dag() + u * t.dag())
         + model.coupling / model.nuclei * both(u * u.dag() - d * d.dag(), z))
    collapse = [np.sqrt(model.gamma) * both(u * t.dag()), np.sqrt(model.gamma_hhlh) * both(d * t.dag()),
                np.sqrt(model.kappa) * both(u * d.dag()), np.sqrt(model.kappa) * both(d * u.dag()),
                e * np.sqrt(model.gamma) * both(d * t.dag(), plus),
                e * np.sqrt(model.k_ff) * both(d * u.dag(), plus),
                e * np.sqrt(model.k_ff) * both(u * d.dag(), plus.dag()),
                e * both(d * u.dag(), plus * dephasing), e * both(u * d.dag(), plus.dag() * dephasing)]
    size = round(2 * spin + 1)
    rho = qutip.steadystate(h, collapse, method="direct").full().reshape(3, size, 3, size)
    return rho[:, ::-1, :, ::-1]  # QuTiP counts m downwards


@pytest.mark.parametrize("spin", [0.5, 1, 2, 3])
@pytest.mark.parametrize(("model", "x", "digits"), [(FEW, 0.4, 1e-11), (FEW, -3.0, 1e-11), (WEAK, 0.3, 1e-7),
                                                    (WEAK, -2.0, 1e-7)])
@pytest.mark.parametrize("solve", [flow_balance, block_elimination])
def test_full_lindbladian_by_qutip(solve, model, x, digits, spin):
    rho, state = steady_state(model, spin, x), solve(model, spin, x)
    expected = np.zeros_like(rho)
    for i, population in enumerate([state.up, state.down, state.trion]):
        expected[i, :, i, :] = np.diag(population)
    expected[0, :, 2, :], expected[2, :, 0, :] = np.diag(state.coherence), np.diag(state.coherence.conj())
    np.testing.assert_allclose(expected, rho, rtol=0, atol=digits)
