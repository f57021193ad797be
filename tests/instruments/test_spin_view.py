"""What the spin bench tells for pictures of its spins, and the part of a spin that precession leaves."""

import numpy as np
import pytest

from instruments import spin_inertia_bench
from instruments.spin_view import ENSEMBLE_SPINS, surviving_part
from vlab import Q_
from vlab.samples import SpinEnsemble


def test_the_model_comes_back_from_its_numbers():
    bench = spin_inertia_bench(SpinEnsemble.p_type(), noise=False)
    bench.magnet.jump("field", 0.05)
    bench.holder.jump("tilt", 0.2)
    hidden = bench.hidden()
    assert ENSEMBLE_SPINS.system(hidden) == bench._specimen.system_in(bench._present_room())
    field, nuclear, anisotropy = ENSEMBLE_SPINS.field(hidden)
    assert field == pytest.approx(0.05)
    assert nuclear == pytest.approx(2 * np.pi * 16e6 / (0.45 * 8.79410e10), rel=1e-4)
    assert anisotropy == 5.0
    assert hidden["modulation_frequency"] == pytest.approx(10e3)


def test_looking_again_computes_nothing_while_the_room_stays(monkeypatch):
    bench = spin_inertia_bench(noise=False)
    bench.hidden()
    monkeypatch.setattr(bench._specimen, "system_in", lambda room: pytest.fail("computed again"))
    assert "larmor" in bench.hidden()


def test_without_an_answer_there_are_no_numbers():
    bench = spin_inertia_bench(SpinEnsemble.n_type().replace(trion_lifetime=Q_(10, "ns")), noise=False)
    assert ENSEMBLE_SPINS.system(bench.hidden()) is None
    assert "lag" in bench.hidden()


def test_a_third_of_the_spin_survives_isotropic_nuclei_and_all_in_strong_fields():
    assert surviving_part(0.0, 0.01, 1.0)[0] == pytest.approx(1.0 / 3.0, abs=1e-4)
    assert surviving_part(1.0, 0.01, 1.0)[0] == pytest.approx(1.0, abs=1e-3)
    assert np.all(np.diff(surviving_part(np.linspace(0.0, 0.1, 30), 0.01, 1.0)) >= 0.0)


@pytest.mark.parametrize(("field", "anisotropy"), [(0.0, 5.0), (0.01, 1.0), (0.02, 2.0), (0.0, 0.5)])
def test_the_quadrature_is_the_mean_over_drawn_nuclear_fields(field, anisotropy):
    w = np.random.default_rng(0).standard_normal((400_000, 3)) * 0.01 / np.sqrt(2.0)
    w[:, :2] /= anisotropy
    w[:, 2] += field
    cosines = w[:, 2] ** 2 / (w**2).sum(axis=1)
    found = surviving_part(field, 0.01, anisotropy)[0]
    assert found == pytest.approx(cosines.mean(), abs=5.0 * cosines.std() / np.sqrt(len(w)) + 1e-4)
