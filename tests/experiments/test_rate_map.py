"""The map of polarization rates (figure S4) against the rate equation written out, and its locking points."""

import re

import numpy as np
import pytest
from rate_equation import HBAR_EV, RateEquation

from instruments import dragging_bench
from vlab import Q_, run
from vlab.errors import LimitError, RunError, SettingError
from vlab.experiments import EXPERIMENTS, PolarizationRateMap
from vlab.experiments.rate_map import rates_of_map
from vlab.physics.bistability import locking_points
from vlab.physics.dnsp_rate import pumping
from vlab.samples import QuantumDot

MODELS = ("latta2009", "noncollinear")


def draw(model="latta2009", **changes):
    scan = PolarizationRateMap(**changes)
    bench = dragging_bench(QuantumDot.sample_a(model))
    return scan, bench, run(scan, bench, save=False)


@pytest.mark.parametrize("model", MODELS)
def test_the_map_is_eq13(model):
    _, bench, data = draw(model, polarization=Q_(0.05, ""))
    rates, equation = bench.rate_model(), RateEquation(bench.dot)
    delta = data["effective_detuning"].values * 1e-6 / HBAR_EV
    for p in data["polarization"].values:
        curve = data.sel(polarization=p)
        # hbar is rounded at its tenth digit in both, and enters squared
        alike = {"rtol": 0.0, "atol": 5e-9 * float(np.abs(curve["total"]).max())}
        np.testing.assert_allclose(curve["total"], equation.rate(delta, p), **alike)
        expected = pumping(delta, rates.gamma_p, rates.a, rates.b, rates.c) - rates.gamma_dec * p
        np.testing.assert_allclose(curve["total"], expected, **alike)
        parts = ("reverse_overhauser", "overhauser", "noncollinear", "decay")
        np.testing.assert_allclose(sum(curve[name] for name in parts), curve["total"], rtol=1e-12, atol=1e-18)
        np.testing.assert_allclose(curve["bare_detuning"] - curve["effective_detuning"], 60.0 * p, atol=1e-9)
    assert float(data["reverse_overhauser"].min()) > 0.0 > float(data["overhauser"].max())
    assert np.all(data["noncollinear"].values == 0.0) == (model == "latta2009")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("power", [3.0, 10.0, 40.0])
def test_findings_know_the_rates_from_the_data_alone(model, power):
    bench = dragging_bench(QuantumDot.sample_a(model))
    bench.laser.power = Q_(power, "nW")
    data = run(PolarizationRateMap(span=Q_(2.0, "ueV"), detunings=52), bench, save=False)
    found, expected = rates_of_map(data), bench.rate_model()
    for name in ("k", "gamma_p", "a", "b", "c", "gamma_dec"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_locking_points_are_where_the_columns_change_sign(model):
    scan, bench, data = draw(model, polarization=Q_(0.02, ""), span=Q_(3, "ueV"), detunings=6001)
    told = dict(line.split(": ", 1) for line in scan.findings(data)[1:4])
    for word, p in (("P = -0.02", -0.02), ("P = 0", 0.0), ("P = +0.02", 0.02)):
        rate, delta = data["total"].sel(polarization=p).values, data["effective_detuning"].values
        crossings = np.flatnonzero(np.sign(rate[:-1]) != np.sign(rate[1:]))
        named = [float(n) for n in re.findall(r"[+-]\d+\.\d+", told[word])]
        np.testing.assert_allclose(sorted(named), delta[crossings], atol=2e-3)
        stable = re.search(r"(?:^|; )stable at ([^;a-z]*)", told[word].replace(" and ", ", "))
        np.testing.assert_allclose([float(n) for n in re.findall(r"[+-]\d+\.\d+", stable.group(1))],
                                   delta[crossings[rate[crossings] < 0.0]], atol=2e-3)
        assert len(locking_points(bench.rate_model(), p)) >= crossings.size


def test_two_stable_points_below_the_limit_and_none_above():
    """0 < P < a^2 / (4 b gamma_dec) in eq. 13; stable as figure S4 is read, where the rate rises with detuning."""
    scan, _, data = draw()
    limit = float(re.search(r"= ([\d.]+)$", scan.findings(data)[0]).group(1))
    counts = []
    for p in (0.97 * limit, 1.03 * limit):
        _, _, data = draw(polarization=Q_(p, ""), span=Q_(20, "ueV"), detunings=2001)
        rate = data["total"].isel(polarization=2).values
        counts.append(int(np.sum((rate[:-1] < 0.0) & (rate[1:] >= 0.0))))
    assert counts == [2, 0]
    scan, _, data = draw("noncollinear")
    assert "holds without the odd term" in scan.findings(data)[0]


def test_the_weak_outer_flank_is_stable_at_a_fixed_laser_only():
    scan, _, data = draw()
    assert "stable at a fixed laser but not at frozen P at +2.188" in scan.findings(data)[3]


def test_it_takes_no_lab_time_and_leaves_the_nuclei_alone():
    bench = dragging_bench()
    bench.sleep(Q_(3, "s"))
    bench.laser.opening_time = Q_(0, "ms")
    bench.laser.shutter = "closed"
    bench.sleep(Q_(1, "s"))
    before = bench.now, bench.polarization
    scan = PolarizationRateMap()
    run(scan, bench, save=False)
    assert (bench.now, bench.polarization) == before
    assert bench.laser.shutter == "open"
    assert scan.seconds() == 0.0


def test_it_is_that_of_the_present_field_and_power():
    rates = []
    for field, power in ((4.5, 10.0), (4.0, 10.0), (4.5, 20.0)):
        bench = dragging_bench()
        bench.magnet.ramp_rate = Q_(2, "T/min")
        bench.magnet.field, bench.laser.power = Q_(field, "T"), Q_(power, "nW")
        bench.sleep(Q_(30, "s"))
        rates.append(rates_of_map(run(PolarizationRateMap(), bench, save=False)))
    assert rates[1].a == pytest.approx(rates[0].a * (4.5 / 4.0) ** 2)
    assert rates[2].gamma_p == pytest.approx(rates[0].gamma_p * np.sqrt(5 / 3))


class RealRoom:
    """Devices and a calibration, but nothing that knows a model."""

    def __init__(self, bench):
        self._bench = bench

    def __getattr__(self, name):
        if name == "rate_model":
            raise AttributeError(name)
        return getattr(self._bench, name)


def test_a_real_room_refuses_in_a_sentence():
    with pytest.raises(RunError, match="no instrument of this room measures the polarization rate") as refusal:
        run(PolarizationRateMap(), RealRoom(dragging_bench()), save=False)
    assert str(refusal.value).count("\n") == 0


def test_without_light_there_is_nothing_to_draw():
    bench = dragging_bench()
    bench.laser.power = Q_(0, "nW")
    with pytest.raises(RunError, match="without light nothing pumps"):
        run(PolarizationRateMap(), bench, save=False)


def test_marks_are_drawn_at_the_locking_points():
    scan, bench, data = draw()
    lines = scan.overlay(data)
    assert len(lines) == 3
    for (_, x, y), p in zip(lines, scan.polarizations(), strict=True):
        assert x.shape == y.shape
        marked = sorted(set(x[y > 0.0]))
        assert marked == pytest.approx([q.delta * HBAR_EV * 1e6 for q in locking_points(bench.rate_model(), p)],
                                       rel=1e-6)
        # each mark is one upright stroke, parted from the next by NaN: nothing is drawn along zero
        strokes = np.stack([x, y], axis=-1).reshape(-1, 3, 2)
        assert np.isnan(strokes[:, 2]).all()
        np.testing.assert_array_equal(strokes[:, 0, 0], strokes[:, 1, 0])
        np.testing.assert_array_equal(strokes[:, 0, 1], -strokes[:, 1, 1])
    assert sum(bool(title) for title, _, _ in lines) == 1


def test_the_first_line_says_what_is_drawn():
    assert PolarizationRateMap.summary() == ("Draw the polarization rate dP/dt against the effective detuning at three "
                                             "polarizations.")


def test_what_broke_off_is_told_without_raising():
    scan, _, data = draw(detunings=9)
    for kept in (0, 1, 5, 9, 14):
        part = data.copy(deep=True)
        for name in set(part.data_vars) - {"quality"}:
            part[name].values.reshape(-1)[kept:] = np.nan
        assert all(isinstance(line, str) for line in scan.findings(part))
        assert all(x.shape == y.shape for _, x, y in scan.overlay(part))
    assert scan.findings(part)  # of the first curve alone


@pytest.mark.parametrize(("changes", "kind", "says"), [
    ({"polarization": Q_(0, "")}, LimitError, "above 0"),
    ({"polarization": Q_(1.2, "")}, LimitError, "at most 1"),
    ({"span": Q_(1, "V")}, SettingError, "span got 1 V"),
    ({"detunings": 2}, LimitError, "from 3 to 10001"),
])
def test_refusals(changes, kind, says):
    with pytest.raises(kind, match=says):
        PolarizationRateMap(**changes)


def test_it_is_registered():
    assert EXPERIMENTS["polarization_rate_map"] is PolarizationRateMap
    assert "virtual room" in PolarizationRateMap.__doc__
