"""Fit models: numbers and errors against scipy, lmfit and the scatter of many fits; sentences for what cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vlab.analysis import fit_relaxation_time
from vlab.analysis.exponential_decay import fit_decay
from vlab.analysis.fit_models import FIT_MODELS, fit_curve
from vlab.analysis.fitted import Curve, Number
from vlab.analysis.misfit import MISFIT
from vlab.errors import DataError
from vlab.experiments import EXPERIMENTS
from vlab.units import ureg

X = np.linspace(-20.0, 30.0, 126)
T = np.linspace(0.0, 10.0, 80)
F = np.geomspace(1.0, 1e4, 33)  # kHz


def lorentzian(x, centre, width, height, offset):
    return offset + height / (1.0 + 4.0 * ((x - centre) / width) ** 2)


def gaussian(x, centre, width, height, offset):
    return offset + height * np.exp(-4.0 * math.log(2.0) * ((x - centre) / width) ** 2)


def decay(x, tau, start):
    return start * np.exp(-x / tau)


def approach(x, tau, start, end):
    return end + (start - end) * np.exp(-x / tau)


def saturation(x, half, limit):
    return limit * x / (x + half)


def oscillation(x, f, tau, amplitude, end):
    return end + amplitude * np.exp(-x / tau) * np.cos(2.0 * math.pi * f * x + 0.4)


def line(x, a, b):
    return a + b * x


def parabola(x, a, b, c):
    return a + b * x + c * x * x


def inertia(x, tau, height):
    return height / np.hypot(1.0, 2.0 * math.pi * 1e3 * x * 1e-9 * tau)


# model, truth in the order of its numbers, the function, places, noise
CASES = {
    "lorentzian": ((3.0, 5.0, 0.8, 0.1), lorentzian, X, 0.03),
    "gaussian": ((-4.0, 6.0, -0.8, 0.9), gaussian, X, 0.03),
    "decay": ((2.5, -8.0), decay, T, 0.3),
    "approach": ((2.0, 0.2, 1.0), approach, T, 0.03),
    "saturation": ((1.5, 4.0), saturation, T, 0.05),
    "oscillation": ((1.3, 4.0, 0.7, 1.0), oscillation, np.linspace(-0.0, 10.0, 160), 0.05),
    "line": ((0.3, -0.02), line, X, 0.1),
    "parabola": ((0.3, 0.02, -0.004), parabola, X, 0.1),
    "inertia": ((470.0, 0.07), inertia, F, 0.001),
}
UNITS = {"inertia": "kHz"}


def curve_of(key, y, sigma=None):
    return Curve(CASES[key][2], y, sigma, UNITS.get(key, "ueV"), "1")


@pytest.mark.parametrize("key", CASES)
def test_a_curve_without_noise_gives_its_numbers(key):
    truth, function, x, _ = CASES[key]
    found = fit_curve(key, curve_of(key, function(x, *truth)))
    np.testing.assert_allclose([n.value for n in found.numbers][:len(truth)], truth, rtol=1e-5)
    np.testing.assert_allclose(found.y, function(found.x, *truth), atol=1e-5 * np.abs(found.y).max())
    assert found.points == x.size


@pytest.mark.parametrize(("key", "weighted"), [
    pytest.param(key, weighted, marks=() if (key, weighted) == ("approach", True) else pytest.mark.slow)
    for key in CASES for weighted in (False, True)])
def test_errors_are_the_scatter_of_many_fits(key, weighted):
    """The mean of the errors that are told is the standard deviation of the numbers, to the 4 % that 300 fits tell."""
    truth, function, x, noise = CASES[key]
    random = np.random.default_rng(7)
    sigma = noise * (0.5 + 1.5 * random.random(x.size)) if weighted else np.full(x.size, noise)
    values, errors = [], []
    for _ in range(300):
        y = function(x, *truth) + sigma * random.normal(size=x.size)
        found = fit_curve(key, curve_of(key, y, sigma if weighted else None)).numbers[:len(truth)]
        values.append([n.value for n in found])
        errors.append([n.error for n in found])
    scatter, told = np.std(values, axis=0, ddof=1), np.mean(errors, axis=0)
    np.testing.assert_allclose(told / scatter, 1.0, atol=0.15)
    off = np.abs(np.mean(values, axis=0) - truth)
    np.testing.assert_array_less(off, (5.0 / math.sqrt(300) + 0.1) * scatter)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("key", [key for key in CASES if key != "oscillation"])  # its heights are told otherwise
def test_scipy_finds_the_same(key, weighted):
    from scipy.optimize import curve_fit

    truth, function, x, noise = CASES[key]
    random = np.random.default_rng(3)
    sigma = noise * (0.5 + random.random(x.size))
    y = function(x, *truth) + sigma * random.normal(size=x.size)
    best, covariance = curve_fit(function, x, y, p0=truth, sigma=sigma if weighted else None, absolute_sigma=weighted,
                                 xtol=1e-13, ftol=1e-13)
    found = fit_curve(key, curve_of(key, y, sigma if weighted else None)).numbers[:len(truth)]
    np.testing.assert_allclose([n.value for n in found], best, rtol=1e-4)
    chi_square = np.mean(((y - function(x, *best)) / sigma) ** 2) * x.size / (x.size - len(truth))
    larger = max(1.0, chi_square) if weighted else 1.0
    np.testing.assert_allclose([n.error for n in found], np.sqrt(np.diag(larger * covariance)), rtol=2e-3)


@pytest.mark.slow
def test_lmfit_finds_the_same():
    lmfit = pytest.importorskip("lmfit")
    random = np.random.default_rng(5)
    y = lorentzian(X, 3.0, 5.0, 0.8, 0.1) + 0.03 * random.normal(size=X.size)
    model = lmfit.models.LorentzianModel() + lmfit.models.ConstantModel()
    theirs = model.fit(y, x=X, amplitude=6.0, center=2.0, sigma=2.0, c=0.0).params
    found = fit_curve("lorentzian", Curve(X, y))
    for symbol, name in (("x₀", "center"), ("FWHM", "fwhm"), ("height", "height"), ("offset", "c")):
        assert found.number(symbol).value == pytest.approx(theirs[name].value, rel=1e-4)
        assert found.number(symbol).error == pytest.approx(theirs[name].stderr, rel=1e-2)


def test_models_of_the_papers_are_those_of_their_modules():
    random = np.random.default_rng(1)
    y = decay(T, 2.5, 8.0) + 0.3 * random.normal(size=T.size)
    ours, theirs = fit_curve("decay", Curve(T, y, None, "s", "V")), fit_decay(T, y)
    assert 1.0 / ours.number("τ").value == pytest.approx(theirs.rate, rel=1e-5)
    assert ours.number("τ").error / ours.number("τ").value**2 == pytest.approx(theirs.rate_error, rel=1e-3)
    signal = inertia(F, 470.0, 0.07) + 0.001 * random.normal(size=F.size)
    fit = fit_relaxation_time(1e3 * F, signal)
    found = fit_curve("inertia", Curve(F, signal, None, "kHz", "1", True))
    assert found.number("τₛ*").value == float(fit.tau.magnitude)
    np.testing.assert_allclose(found.y, fit.curve(1e3 * found.x))


def test_the_vertex_of_a_parabola_has_its_error():
    random = np.random.default_rng(2)
    found = [fit_curve("parabola", Curve(X, parabola(X, 0.3, 0.02, -0.004) + 0.1 * random.normal(size=X.size)))
             .number("x₀") for _ in range(300)]
    assert np.mean([n.error for n in found]) == pytest.approx(np.std([n.value for n in found]), rel=0.15)


def test_what_is_read_off():
    scan = np.clip(1.2 - 0.2 * np.abs(X), 0.0, 1.0)
    found = fit_curve("dragging_width", Curve(X, scan, None, "ueV", "1"))
    assert found.number("width").value == pytest.approx(7.0)
    with pytest.raises(DataError, match="wants a detuning on the horizontal axis"):
        fit_curve("dragging_width", Curve(X, scan, None, "s", "1"))
    field = np.linspace(-150.0, 150.0, 61)
    assert fit_curve("hanle", Curve(field, 0.1 / (1.0 + (field / 60.0) ** 2), None, "mT", "1")
                     ).number("B½").value == pytest.approx(60.0, rel=0.02)
    shape = fit_curve("recovery", Curve(field, 1.0 - 1.0 / (1.0 + (field / 20.0) ** 2), None, "mT", "1"))
    assert shape.note == "V-like"
    power = np.linspace(0.0, 1.0, 21)
    from vlab.physics.spin_limits import excitation_from_power

    s = excitation_from_power(power)
    assert fit_curve("spin_saturation", Curve(power, 3.0 * s / (1.0 + 3.0 * s) / math.pi)).number("k").value \
        == pytest.approx(3.0)


@pytest.mark.parametrize(("key", "x_unit", "words"), [
    ("inertia", "ueV", "wants a modulation frequency"), ("hanle", "s", "wants a magnetic field"),
    ("spin_saturation", "mT", "wants pump powers"), ("saturation", "s", "wants x of at least 0"),
    ("nonsense", "", "there is no model 'nonsense'")])
def test_the_wrong_axis_is_refused_in_a_sentence(key, x_unit, words):
    with pytest.raises(DataError, match=words):
        fit_curve(key, Curve(X, np.exp(-X**2), None, x_unit))


@pytest.mark.parametrize("key", FIT_MODELS)
def test_too_little_is_told_in_a_sentence(key):
    for x in (np.empty(0), np.array([1.0]), np.full(9, 2.0)):
        with pytest.raises(DataError, match="wants"):
            fit_curve(key, Curve(x, x, None, UNITS.get(key, "mT")))


@pytest.mark.parametrize("key", ["lorentzian", "gaussian", "decay", "approach", "oscillation"])
def test_noise_shows_nothing(key):
    random = np.random.default_rng(11)
    refused = 0
    for _ in range(20):
        try:
            fit_curve(key, Curve(T, random.normal(size=T.size)))
        except DataError:
            refused += 1
    assert refused >= 12


@settings(max_examples=60)
@given(key=st.sampled_from(list(FIT_MODELS)), unit=st.sampled_from(["", "kHz", "mT", "ueV", "s"]),
       points=arrays(np.float64, st.tuples(st.just(2), st.integers(0, 30)),
                     elements=st.floats(-1e9, 1e9) | st.sampled_from([math.nan, math.inf, 0.0, 1.0])))
def test_whatever_comes_is_fitted_or_refused(key, unit, points):
    try:
        found = fit_curve(key, Curve(points[0], points[1], None, unit, "V"))
    except DataError:
        return
    assert found.lines()


@pytest.mark.parametrize(("number", "words"), [
    (Number("τ", 2.0, 0.03, "s"), "τ = 2.000 ± 0.030 s"), (Number("y", 2.25e-5, 1e-7, "V"), "y = 22.50 ± 0.10 µV"),
    (Number("x", -9.3, unit="ueV"), "x = -9.3 µeV"), (Number("k", 3.0, 0.1), "k = 3.00 ± 0.10"),
    (Number("b", 0.02, 0.001, "ueV/s"), "b = 0.0200 ± 0.0010 µeV/s"), (Number("z", 0.0, unit="V"), "z = 0 V")])
def test_numbers_are_told_as_people_write_them(number, words):
    assert str(number) == words


def units_of_plans():
    """Return the units on the axes of every experiment, of every variable that it draws."""
    found = set()
    for kind in EXPERIMENTS.values():
        procedure = kind()
        units = {c.name: c.unit for c in (*procedure.coordinates(), *procedure.variables())}
        found |= {(units[procedure.plot.x], units[y]) for y in procedure.plot.y}
    return sorted(found)


@pytest.mark.parametrize("key", [key for key in CASES if key != "inertia"])
def test_every_model_has_words_for_the_units_of_every_experiment(key):
    truth, function, x, _ = CASES[key]
    y = function(x, *truth) + 1e-3 * np.random.default_rng(1).normal(size=x.size)
    for x_unit, y_unit in [*units_of_plans(), ("", "V"), ("1", "V"), ("V", ""), ("T/min", "1/s")]:
        found = fit_curve(key, Curve(x, y, None, x_unit, y_unit))
        assert len(found.lines()) > len(truth)
        here, there = (ureg.Quantity(1.0, "" if unit == "1" else unit) for unit in (x_unit, y_unit))
        for number in found.numbers if key == "parabola" else ():
            power = {"a": 0, "b": 1, "c": 2}.get(number.symbol)
            expected = here if power is None else there / here**power
            assert ureg.Quantity(1.0, number.unit).dimensionality == expected.dimensionality


def test_a_parabola_over_a_number_keeps_the_unit():
    found = fit_curve("parabola", Curve(X, parabola(X, 0.3, 0.02, -0.004), None, "1", "V"))
    assert [n.unit for n in found.numbers] == ["V", "V", "V", "1"]


def test_error_bars_that_do_not_cover_the_scatter_are_not_believed():
    random = np.random.default_rng(3)
    y = line(X, 0.3, -0.02) + 0.1 * random.normal(size=X.size)
    honest, proud = (fit_curve("line", Curve(X, y, np.full(X.size, sigma))) for sigma in (0.12, 0.003))
    assert proud.number("b").error == pytest.approx(honest.number("b").error, rel=0.15)
    assert not honest.remarks
    assert "do not cover the scatter: errors ×" in proud.remarks[0]
    assert proud.lines()[-1] == proud.remarks[-1]
    with_bars = fit_curve("inertia", Curve(F, inertia(F, 470.0, 0.07) * (1.0 + 0.1 * random.normal(size=F.size)),
                                           np.full(F.size, 1e-5), "kHz", "1"))
    assert with_bars.number("τₛ*").error > 5.0
    assert "errors ×" in with_bars.remarks[0]


@pytest.mark.parametrize("rho", [0.0, 0.33, 0.7])
def test_correlated_neighbours_are_allowed_for(rho):
    """A lock-in amplifier's filter that does not settle between two points: 51 of them, as a scan has."""
    random = np.random.default_rng(4)
    x = np.linspace(-1.0, 1.0, 51)
    values, errors, flagged = [], [], 0
    for _ in range(300):
        noise = random.normal(size=x.size)
        for n in range(1, x.size):
            noise[n] = rho * noise[n - 1] + math.sqrt(1.0 - rho**2) * noise[n]
        found = fit_curve("line", Curve(x, 3.0 + noise))
        values.append([n.value for n in found.numbers])
        errors.append([n.error for n in found.numbers])
        flagged += any("neighbours correlated" in remark for remark in found.remarks)
    told = np.sqrt(np.mean(np.square(errors), axis=0)) / np.std(values, axis=0)
    np.testing.assert_allclose(told, 1.0, atol=0.13)
    assert flagged < 30 if rho == 0.0 else flagged > 150


def test_a_point_without_an_error_bar_is_left_out_and_told():
    y = line(X, 0.3, -0.02) + 0.1 * np.random.default_rng(3).normal(size=X.size)
    sigma = np.full(X.size, 0.1)
    sigma[[4, 9]] = math.nan, 0.0
    found = fit_curve("line", Curve(X, y, sigma))
    kept = np.isfinite(sigma) & (sigma > 0.0)
    assert found.numbers == fit_curve("line", Curve(X[kept], y[kept], sigma[kept])).numbers
    assert found.remarks[-1] == "2 points without an error bar left out"
    sigma[:100] = math.nan
    found = fit_curve("line", Curve(X, y, sigma))
    assert found.numbers == fit_curve("line", Curve(X, y)).numbers
    assert "so all weigh alike" in found.remarks[-1]


@pytest.mark.parametrize("height", [0.0, 1.0, -3e-7])
@pytest.mark.parametrize("key", [key for key in FIT_MODELS if key not in ("line", "parabola")])
def test_a_flat_curve_shows_nothing(key, height):
    x = np.linspace(0.01, 1.0, 31)
    unit = {"inertia": "kHz", "hanle": "mT", "recovery": "mT", "spin_saturation": ""}.get(key, "ueV")
    for y in (np.full(31, height), height * (1.0 + 1e-15 * np.random.default_rng(1).normal(size=31))):
        with pytest.raises(DataError, match="same value"):
            fit_curve(key, Curve(x, y, None, unit, "1"))


def test_a_straight_curve_has_no_vertex():
    found = fit_curve("parabola", Curve(T, np.ones(T.size)))
    assert [n.symbol for n in found.numbers] == ["a", "b", "c"]


def test_saturation_that_does_not_show_is_refused():
    power = np.linspace(0.01, 1.0, 31)
    with pytest.raises(DataError, match="cannot tell k"):
        fit_curve("spin_saturation", Curve(power, 1.0 + 0.01 * power, None, "", "1"))
    with pytest.raises(DataError, match="cannot be told"):
        fit_curve("saturation", Curve(power, np.where(power > 0.5, 1.0, 1.0 + 1e-9)))


@pytest.mark.parametrize(("noise", "points", "weighted"), [(0.01, 60, False), (0.02, 60, True), (0.01, 200, True),
                                                           (0.05, 200, False), (0.01, 30, False)])
def test_points_that_do_not_follow_the_model_are_told(noise, points, weighted):
    """A rise that begins only at 7 s is no exponential approach."""
    x, rng = np.linspace(0.0, 40.0, points), np.random.default_rng(3)
    y = np.where(x > 7.0, 1.0 - np.exp(-(x - 7.0) / 3.0), 0.0) + noise * rng.normal(size=points)
    found = fit_curve("approach", Curve(x, y, np.full(points, noise) if weighted else None, "s"))
    assert MISFIT in found.lines()
    order = rng.permutation(points)
    mixed = fit_curve("approach", Curve(x[order], y[order], np.full(points, noise) if weighted else None, "s"))
    assert MISFIT in mixed.lines()


@pytest.mark.parametrize("rho", [0.0, 0.6])
@pytest.mark.parametrize("points", [24, 60, 200])
@pytest.mark.slow
def test_noise_of_the_right_model_is_no_misfit(points, rho):
    told, cases = 0, 120
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=points)
        for i in range(1, points):
            noise[i] = rho * noise[i - 1] + math.sqrt(1.0 - rho**2) * noise[i]
        x = np.linspace(0.0, 10.0, points)
        found = fit_curve("line", Curve(x, line(x, 1.0, 2.0) + 5.0 * noise, None, "s"))
        told += MISFIT in found.remarks
        x = np.linspace(0.0, 10.0, points)
        found = fit_curve("approach", Curve(x, approach(x, 2.0, 0.0, 1.0) + 0.04 * noise, None, "s"))
        told += MISFIT in found.remarks
    assert told <= 0.01 * 2 * cases + 1
