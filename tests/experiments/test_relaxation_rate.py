"""The relaxation rate against the pump power: the rates of the single scans, and eq. (12) through them."""

import numpy as np
import pytest

from instruments import spin_inertia_bench
from vlab import Q_, run
from vlab.analysis import fit_relaxation_time
from vlab.experiments import InertiaPowerSeries, RelaxationRateVsPower
from vlab.experiments.presets import paper_figure
from vlab.physics.pulse import q_from_power
from vlab.physics.spin_limits import effective_relaxation_time_of_pulses
from vlab.samples import SpinEnsemble

RANGE = {"power": Q_(0.03, ""), "last_power": Q_(1.0, ""), "powers": 4, "points_per_decade": 3}


@pytest.fixture(scope="module")
def rates():
    return run(RelaxationRateVsPower(**RANGE), spin_inertia_bench(SpinEnsemble.p_type(), noise=False), save=False)


def test_rates_are_those_of_the_scans_of_a_power_series(rates):
    series = run(InertiaPowerSeries(**RANGE), spin_inertia_bench(SpinEnsemble.p_type(), noise=False), save=False)
    for p in range(4):
        fit = fit_relaxation_time(1e3 * series["modulation_frequency"].values, series["inertia"].values[p])
        assert rates["rate"].values[p] == pytest.approx(1.0 / fit.tau.m_as("us"), rel=1e-9)
        assert rates["relaxation_time"].values[p] == pytest.approx(fit.tau.m_as("ns"), rel=1e-9)
        assert rates["rate_error"].values[p] == pytest.approx(
            fit.tau_error.m_as("us") / fit.tau.m_as("us") ** 2, rel=1e-9)
        assert rates["inertia"].values[p] == pytest.approx(fit.amplitude, rel=1e-9)


def test_in_a_strong_field_rates_and_their_line_are_those_of_eq_12():
    ensemble = SpinEnsemble.p_type()
    times = [ensemble.si(name) for name in ("spin_relaxation_time", "trion_spin_relaxation_time", "trion_lifetime")]
    strong = RelaxationRateVsPower(**RANGE, field=Q_(8, "T"))
    data = run(strong, spin_inertia_bench(ensemble, noise=False), save=False)
    powers = data["power"].values
    exact = 1.0 / effective_relaxation_time_of_pulses(q_from_power(powers), *times, 13.2e-9)
    np.testing.assert_allclose(data["rate"].values * 1e6, exact, rtol=3e-3)
    (title, x, y), = strong.overlay(data)
    assert title == "eq. (12)"
    assert x[0] == 0.0
    assert y[0] * 1e6 == pytest.approx(1.0 / times[0], rel=0.01)
    np.testing.assert_allclose(np.interp(powers, x, y), data["rate"].values, rtol=0.01)
    headline, told = strong.findings(data)
    assert headline.startswith("tau_s = ")
    assert headline.endswith("at zero power, from 4 points by eq. (12)")
    assert told.startswith("from 0.22")


def test_scans_without_a_roll_off_are_left_out_and_told():
    short = RelaxationRateVsPower(**RANGE | {"start": Q_(1, "kHz"), "stop": Q_(1.5, "kHz"), "points_per_decade": 15})
    data = run(short, spin_inertia_bench(SpinEnsemble.p_type(), seed=1), save=False)
    assert np.isnan(data["rate"].values).all()
    assert short.overlay(data) == []
    findings = short.findings(data)
    assert "4 of 4 scans show no roll-off" in findings[1]


def test_the_inset_of_figure_1a_is_this_experiment():
    curve, = paper_figure("fig1a_inset").curves
    assert isinstance(curve.experiment, RelaxationRateVsPower)
    assert curve.experiment.power_ratios()[-1] == 1.0
