"""What tests of the stochastic rate model share: sample A, the master equation's matrix, and tests of samples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from vlab.physics.bistability import RateModel
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen

UEV = 1.602176634e-25 / HBAR
"""rad/s"""
KEY = (0x0123456789ABCDEF, 0xFEDCBA9876543210)


def sample_a(model: str) -> RateModel:
    """Return sample A's rates at Omega = Gamma and 4.5 T."""
    specimen = DotSpecimen(QuantumDot.sample_a(model))
    return RateModel(**vars(specimen.rates(2.0 * specimen.dot.si("saturation_power"), 0.5, 4.5)))


def changed(model: RateModel, **values: float) -> RateModel:
    return RateModel(**(vars(model) | values))


def coarse(model: RateModel) -> RateModel:
    """For few nuclei: a smaller shift per flip, and pumps that outweigh the decay."""
    return changed(model, k=0.1 * model.k, a=10.0 * model.a, b=10.0 * model.b, c=10.0 * model.c)


LATTA, NONCOLLINEAR = sample_a("latta2009"), sample_a("noncollinear")
both_models = pytest.mark.parametrize("model", [LATTA, NONCOLLINEAR], ids=["latta2009", "noncollinear"])
either_pump = pytest.mark.parametrize("saturation", [False, True], ids=["unsaturated", "saturated"])


def chi_square(counts: NDArray[np.float64], law: NDArray[np.float64]) -> float:
    """Return the probability of a worse fit, with neighbouring states joined until 20 are expected in each."""
    expected = law * counts.sum()
    edges, held = [0], 0.0
    for n, value in enumerate(expected):
        held += value
        if held >= 20.0 and expected[n + 1:].sum() >= 20.0:
            edges.append(n + 1)
            held = 0.0
    assert len(edges) > 5
    return float(stats.chisquare(np.add.reduceat(counts, edges), np.add.reduceat(expected, edges)).pvalue)


def counted(polarization: NDArray[np.float64], nuclei: int) -> NDArray[np.float64]:
    """Return how often each n occurs."""
    n = np.rint(0.5 * nuclei * (1.0 + polarization)).astype(np.int64)
    return np.bincount(n, minlength=nuclei + 1).astype(float)


def generator(model: RateModel, x: float, nuclei: int, saturation: bool = False) -> NDArray[np.float64]:
    """The matrix of the chain's master equation, with the rates as they stand in the theory notes."""
    matrix = np.zeros((nuclei + 1, nuclei + 1))
    for n in range(nuclei + 1):
        p = 2 * n / nuclei - 1
        delta = x - model.k * p
        w = model.gamma_p**2 / (4 * delta**2 + model.gamma_p**2)
        odd = model.c * 4 * delta / model.gamma_p * w**2
        left_up, left_down = (1 - p, 1 + p) if saturation else (1, 1)
        up = nuclei / 2 * (model.a * w + max(odd, 0)) * left_up + nuclei * model.gamma_dec / 4 * (1 - p)
        down = nuclei / 2 * (model.b * w**2 + max(-odd, 0)) * left_down + nuclei * model.gamma_dec / 4 * (1 + p)
        if n < nuclei:
            matrix[n + 1, n] += up
            matrix[n, n] -= up
        if n > 0:
            matrix[n - 1, n] += down
            matrix[n, n] -= down
    return matrix
