"""Curves of theory with knobs: they are what the models say, quick enough to follow a hand, at the bench's settings."""

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
def test_every_knob_moves_its_curves_and_quick_ones_are_nearly_the_same(benches, key, page, monkeypatch):
    monkeypatch.setattr("instruments.spin_theory._DRAFT_SECONDS", np.inf)  # points shall not depend on the clock
    held = {"polarization": 0.1} if page.key == "rate" else {}  # nothing decays without
    usual = drawn(benches, key, page, True, **held)
    for knob in page.knobs:
        assert knob.low <= knob.usual <= knob.high
        moved = drawn(benches, key, page, True, **(held | {knob.name: knob.low + 0.6 * (knob.high - knob.low)}))
        assert any(not np.array_equal(moved[title].y, line.y, equal_nan=True)
                   or not np.array_equal(moved[title].x, line.x, equal_nan=True)
                   for title, line in usual.items()), knob.name
    if page.key in ("recovery", "frequencies", "hanle"):
        first, quick = next(iter(drawn(benches, key, page).values())), next(iter(usual.values()))
        np.testing.assert_allclose(np.interp(quick.x, first.x, first.y), quick.y,
                                   atol=0.02 * first.y.max())


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
    at = np.flatnonzero(curve.x > 0.0)[[10, 25, -1]]
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


def lit(bench):
    """Let a bench settle and return L as its instruments tell it."""
    bench.lockin.time_constant = Q_(0.3, "s")
    bench.sleep(Q_(300, "s"))
    measured = complex(bench.lockin.read("x"), bench.lockin.read("y"))
    return abs(bench.calibration.inertia(measured, bench.probe.read("power"), bench.detector.read("gain"),
                                         bench.detector.read("responsivity")))


def as_on_the_bench(kind, bench, name):
    """Return what the page tells at the bench's settings at its field and frequency, and its sentence."""
    page, sample, hidden = page_of(kind.key, name), kind.sample_of(bench), bench.hidden()
    values = {knob.name: knob.usual for knob in page.knobs} | page.present(sample, hidden)
    values = values | {knob.name: min(max(values[knob.name], knob.low), knob.high) for knob in page.knobs}
    field = abs(bench.magnet.read("field"))
    # the last point of these curves is that of the bench
    curve = page.lines(sample, values | {"span": field, "hanle_span": field}, False)[0]
    if name == "frequencies":
        at = np.interp(np.log(bench.modulator.read("frequency") / 1e3), np.log(curve.x), curve.y)
    else:
        at = curve.y[-1]
    return float(at), page.beyond(sample, hidden)


def detuned(bench):
    power, detuning = bench.calibration.setting_for(0.5, 1.2, bench.pump.read("repetition_period"))
    bench.pump.write("power", power)
    bench.pump.write("detuning", detuning)


SLOW = (("tilted", "p"), ("across", "n"), ("warm", "n"), ("detuned", "n"))
SETTINGS = {
    "usual": lambda bench: None,
    "warm": lambda bench: bench.cryostat.write("temperature", 20.0),
    "elliptical": lambda bench: bench.modulator.write("depth", 0.5),
    "detuned": detuned,
    "other way, quick pulses": lambda bench: (bench.magnet.write("field", -0.04),
                                              bench.pump.write("repetition_period", 6.6e-9)),
    "tilted": lambda bench: (bench.holder.write("tilt", np.radians(25.0)),
                             bench.pump.write("power", 0.23 * bench.pump.read("power"))),
    "across": lambda bench: (bench.holder.write("tilt", np.radians(90.0)), bench.modulator.write("depth", 0.8)),
}


@pytest.mark.parametrize(("setting", "doping"), [
    pytest.param(setting, doping, marks=pytest.mark.slow if (setting, doping) in SLOW else ())
    for setting in SETTINGS for doping in "np"])
def test_as_on_the_bench_is_as_on_the_bench(setting, doping):
    kind = BENCHES["spin_inertia"]
    bench = kind.make({"n": SpinEnsemble.n_type(), "p": SpinEnsemble.p_type()}[doping], noise=False)
    bench.magnet.write("field", 0.04)
    SETTINGS[setting](bench)
    measured = lit(bench)
    names = {"across": ("hanle", "frequencies"), "tilted": ("recovery", "hanle")}.get(setting, ("recovery",
                                                                                                  "frequencies"))
    for name in names:
        told, sentence = as_on_the_bench(kind, bench, name)
        assert told == pytest.approx(measured, rel=0.012, abs=2e-4), name
        assert sentence == "", name


@pytest.mark.parametrize(("change", "name", "words"), [
    (lambda bench: bench.modulator.write("waveform", "sine"), "recovery",
     "The bench has a helicity that follows a sine; this curve is for a square wave."),
    (lambda bench: bench.modulator.write("state", "stopped"), "recovery", "a constant helicity"),
    (lambda bench: bench.stage.write("delay", 1e-9), "frequencies", "1.00 ns behind the pump"),
    (lambda bench: None, "hanle", "the field along the growth axis"),
    (detuned, "hanle", "resonant ones"),
    (lambda bench: (detuned(bench), bench.modulator.write("depth", 0.5)), "recovery", "detuned and elliptical")])
def test_what_a_page_does_not_take_over_is_said(change, name, words):
    kind = BENCHES["spin_inertia"]
    bench = kind.make(noise=False)
    change(bench)
    bench.sleep(Q_(100, "s"))
    assert words in page_of(kind.key, name).beyond(kind.sample_of(bench), bench.hidden())


def test_pulses_that_are_detuned_in_a_tilted_field_are_refused(benches):
    with pytest.raises(ValueError, match="too long to be drawn live"):
        drawn(benches, "spin_inertia", page_of("spin_inertia", "recovery"), phase=1.0, tilt=0.4)
    with pytest.raises(ValueError, match="detuned and elliptical"):
        drawn(benches, "spin_inertia", page_of("spin_inertia", "recovery"), phase=1.0, depth=0.4)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "changes"), [
    ("hanle", {"hanle_span": 0.05}), ("hanle", {"hanle_span": 0.15, "power": 1.0}), ("recovery", {"power": 1.0}),
    ("recovery", {"span": 3.0, "power": 1.0})])
def test_no_resonance_of_holes_is_missed(name, changes):
    """Resonant spin amplification: peaks each 12 mT, some of them narrower than 1 mT, against a dense curve."""
    ensemble, page = SpinEnsemble.p_type(), page_of("spin_inertia", name)
    values = {knob.name: knob.usual for knob in page.knobs} | page.present(ensemble, {}) | changes
    curve = page.lines(ensemble, values, False)[0]
    span = min(0.05, curve.x.max() / 1e3)
    dense = np.linspace(0.0, span, 400)
    expected = ensemble.inertia_signal(
        field=Q_(dense, "T"), pump=Pump(power=values["power"]), modulation_frequency=Q_(values["modulation"], "Hz"),
        tilt=Q_(90.0 if name == "hanle" else 0.0, "deg"), tolerance=5e-3).magnitude
    np.testing.assert_allclose(np.interp(1e3 * dense, curve.x, curve.y), expected, atol=0.01 * curve.y.max())
