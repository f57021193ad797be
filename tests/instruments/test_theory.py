"""Curves of theory with knobs: they are what the models say, quick enough to follow a hand, at the bench's settings."""

import time
from dataclasses import replace

import numpy as np
import pytest

from instruments.benches import BENCHES
from vlab import Q_
from vlab.experiments import EXPERIMENTS
from vlab.physics.bistability import RateModel
from vlab.physics.quasi_static import drag_limits
from vlab.samples import Pump, SpinEnsemble
from vlab.samples.specimen import HBAR

UEV = 1.602176634e-25
PAGES = [(key, page) for key, kind in BENCHES.items() for page in kind.theory]


@pytest.fixture(scope="module")
def benches():
    return {key: kind.make(noise=False) for key, kind in BENCHES.items()}


def drawn(benches, key, page, quick=False, **changes):
    kind, bench = BENCHES[key], benches[key]
    sample = kind.sample_of(bench)
    values = {knob.name: knob.usual for knob in page.knobs} | page.present(sample, bench.hidden()) | changes
    return {line.title: line for line in page.lines(sample, values, quick)}


def page_of(key, name):
    return next(page for page in BENCHES[key].theory if page.key == name)


@pytest.mark.parametrize(("key", "page"), PAGES, ids=[page.key for _, page in PAGES])
def test_every_knob_moves_its_curves_and_quick_ones_are_nearly_the_same(benches, key, page):
    held = {"polarization": 0.1} if page.key == "rate" else {}  # nothing decays without
    usual = drawn(benches, key, page, **held)
    for knob in page.knobs:
        assert knob.low < knob.usual <= knob.high
        moved = drawn(benches, key, page, **(held | {knob.name: knob.low + 0.6 * (knob.high - knob.low)}))
        assert any(not np.array_equal(moved[title].y, line.y, equal_nan=True)
                   or not np.array_equal(moved[title].x, line.x, equal_nan=True)
                   for title, line in usual.items()), knob.name
    if page.key in ("recovery", "frequencies", "hanle"):
        first, quick = next(iter(usual.values())), next(iter(drawn(benches, key, page, quick=True).values()))
        np.testing.assert_allclose(np.interp(quick.x, first.x, first.y), quick.y,
                                   atol=0.02 * first.y.max())


@pytest.mark.parametrize(("key", "page"), PAGES, ids=[page.key for _, page in PAGES])
def test_quick_curves_are_quick(benches, key, page):
    drawn(benches, key, page, quick=True)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        drawn(benches, key, page, quick=True)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05


def test_every_page_lies_over_what_some_experiment_plots():
    for key, kind in BENCHES.items():
        known = {(e.plot.x, e.plot.y[0]) for e in EXPERIMENTS.values() if e.bench == key}
        for page in kind.theory:
            assert set(page.lies_over) <= known


def test_recovery_and_frequency_curves_are_the_ensembles_own(benches):
    pump, ensemble = Pump(power=0.3), SpinEnsemble.n_type()
    curve = drawn(benches, "spin_inertia", page_of("spin_inertia", "recovery"), power=0.3)["L(B)"]
    expected = ensemble.inertia_signal(field=Q_(curve.x[::40], "mT"), pump=pump,
                                       modulation_frequency=Q_(10.0, "kHz")).magnitude
    np.testing.assert_allclose(curve.y[::40], expected, rtol=3e-3)
    curve = drawn(benches, "spin_inertia", page_of("spin_inertia", "frequencies"), power=0.3, field=0.2)["L(f_m)"]
    expected = ensemble.inertia_signal(field=Q_(0.2, "T"), pump=pump,
                                       modulation_frequency=Q_(curve.x[::40], "kHz")).magnitude
    np.testing.assert_allclose(curve.y[::40], expected, rtol=3e-3)


def test_the_hanle_curve_is_that_of_a_tilted_field(benches):
    curve, = drawn(benches, "spin_inertia", page_of("spin_inertia", "hanle"), power=0.3).values()
    at = [40, 80, 100]
    expected = SpinEnsemble.n_type().inertia_signal(
        field=Q_(curve.x[at], "mT"), pump=Pump(power=0.3), modulation_frequency=Q_(10.0, "kHz"), tilt=Q_(90, "deg"),
        tolerance=1e-3, method="quasi-monte-carlo").magnitude
    np.testing.assert_allclose(curve.y[at], expected, rtol=0.01)
    np.testing.assert_array_equal(curve.y, curve.y[::-1])


def test_a_slow_scan_is_dragged_to_the_folds_and_the_present_power_is_the_benchs(benches):
    page = page_of("dragging", "slow_scans")
    model: RateModel = benches["dragging"].rate_model()
    limits = drag_limits(model)
    lines = drawn(benches, "dragging", page)
    for title, limit in (("slow scan to blue", limits.towards_blue), ("slow scan to red", limits.towards_red)):
        line = lines[title]
        high = line.x[line.y > 0.5]
        reached = high.min() if "blue" in title else high.max()
        assert reached == pytest.approx(limit.x * HBAR / UEV, abs=0.15)
    doubled = drawn(benches, "dragging", page, light_power=2.0 * benches["dragging"].hidden()["light_power"])
    broad, narrow = (lines["without nuclei"].y for lines in (doubled, lines))
    assert np.trapezoid(broad, doubled["without nuclei"].x) > 1.1 * np.trapezoid(narrow, lines["without nuclei"].x)


def test_what_theory_cannot_draw_live_is_refused_in_a_sentence():
    ensemble = replace(SpinEnsemble.n_type(), nuclear_correlation_time=Q_(100, "us"))
    page = page_of("spin_inertia", "recovery")
    values = {knob.name: knob.usual for knob in page.knobs} | page.present(ensemble, {})
    with pytest.raises(ValueError, match="too long"):
        page.lines(ensemble, values, True)
