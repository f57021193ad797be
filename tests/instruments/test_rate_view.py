"""What the dragging bench tells of its polarization rate, and the live picture that is made of it."""

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from instruments.benches import BENCHES
from instruments.rate_view import DOT_RATES
from vlab import Q_
from vlab.samples import QuantumDot

UEV = 1.602176634e-25


def bench_at(detuning, model="noncollinear", **changes):
    bench = dragging_bench(QuantumDot.sample_a(model).replace(**changes), noise=False)
    bench.laser.photon_energy = Q_(bench.laser.read("photon_energy") - detuning * UEV, "J")
    bench.sleep(Q_(1, "s"))
    return bench


@pytest.mark.parametrize("model", ["noncollinear", "latta2009"])
@pytest.mark.parametrize("line", ["blue", "red"])
def test_the_hidden_rate_is_how_fast_the_polarization_changes(model, line):
    """A central difference of P over 20 ms, and delta = x - K P with the sign of the line."""
    bench = bench_at(0.8, model, zeeman_line=line)
    before = bench.hidden()
    bench.sleep(Q_(10, "ms"))
    now = bench.hidden()
    bench.sleep(Q_(10, "ms"))
    after = bench.hidden()
    slope = (after["polarization"] - before["polarization"]) / 0.02
    assert now["polarization_rate"] == pytest.approx(slope, rel=1e-4)
    sign = 1.0 if line == "blue" else -1.0
    delta = 0.8 - sign * 60.0 * now["polarization"]
    assert now["effective_detuning"] / UEV == pytest.approx(delta, abs=1e-6)
    assert after["absorption"] == pytest.approx(float(bench._response.absorption[-1]), abs=1e-9)


def test_looking_changes_nothing():
    """To the bit, also in the middle of ramps of laser and field."""
    ends = []
    for looks in (False, True):
        bench = dragging_bench(seed=3)
        bench.magnet.field = Q_(4.49, "T")
        bench.laser.tuning_rate = Q_(2, "ueV/s")
        bench.laser.photon_energy = Q_(bench.laser.read("photon_energy") + 3 * UEV, "J")
        for _ in range(37):
            bench.sleep(Q_(0.123, "s"))
            if looks:
                bench.hidden()
                bench.rate_model()
        ends.append((bench.polarization.magnitude, bench.lockin.read("x")))
    assert ends[0] == ends[1]


def test_the_curves_are_parts_of_one_sum_and_marks_its_zeros():
    hidden = bench_at(1.0).hidden()
    picture = DOT_RATES.curves(hidden)
    total, *parts = (curve.y for curve in picture.curves)
    np.testing.assert_allclose(total, sum(parts), atol=1e-12)
    x, y = DOT_RATES.here(hidden)
    assert y == pytest.approx(float(np.interp(x, picture.x, total)), abs=0.02)
    crossings = np.flatnonzero(np.sign(total[:-1]) != np.sign(total[1:]))
    assert len(picture.marks) == crossings.size > 0
    for mark, i in zip(picture.marks, crossings, strict=True):
        assert picture.x[i] <= mark.x <= picture.x[i + 1]
        if total[i] < 0.0:  # where the rate rises with detuning; falling ones are stable on weak flanks only
            assert mark.stable
    assert DOT_RATES.words(hidden).startswith("P = +0.0")


def test_in_the_dark_only_the_decay_is_left():
    bench = bench_at(0.5)
    bench.laser.shutter = "closed"
    picture = DOT_RATES.curves(bench.hidden())
    total, *pumps, decay = (curve.y for curve in picture.curves)
    assert not np.any(pumps)
    np.testing.assert_array_equal(total, decay)
    assert picture.marks == ()


def test_each_kind_of_bench_declares_what_it_publishes():
    for key, make in (("dragging", dragging_bench), ("spin_inertia", spin_inertia_bench)):
        kind, published = BENCHES[key], make(noise=False).hidden()
        assert {quantity.name for quantity in kind.hidden} <= set(published)
        if kind.rates is not None:
            assert set(kind.rates.depends_on) <= set(published)
    assert BENCHES["dragging"].rates is DOT_RATES
    assert BENCHES["spin_inertia"].rates is None
