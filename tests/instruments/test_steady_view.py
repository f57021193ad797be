"""The live picture of the fixed points: every fixed point lies on it, and branches end where two of them meet."""

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.benches import BENCHES
from instruments.rate_view import DOT_RATES, bare_detuning_of, locking_in_words, rate_model_of
from instruments.steady_view import DOT_STEADY
from vlab import Q_
from vlab.physics.bistability import fixed_points
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR

UEV = 1.602176634e-25


def bench_at(detuning, model="noncollinear", **changes):
    bench = dragging_bench(QuantumDot.sample_a(model).replace(**changes), noise=False)
    bench.laser.photon_energy = Q_(bench.laser.read("photon_energy") - detuning * UEV, "J")
    bench.sleep(Q_(1, "s"))
    return bench


def hidden_at(detuning, polarization=0.0, **options):
    bench = bench_at(detuning, **options)
    bench._specimen.polarization = polarization
    return bench.hidden()


@pytest.mark.parametrize("model", ["noncollinear", "latta2009"])
@pytest.mark.parametrize("line", ["blue", "red"])
def test_every_fixed_point_lies_on_the_curve_of_its_kind(model, line):
    """The roots of a polynomial at some lasers, against the curve, which is drawn from the detuning of the line."""
    hidden = hidden_at(0.0, model=model, zeeman_line=line)
    states, rates = DOT_STEADY.states(hidden), rate_model_of(hidden)
    seen = set()
    for x in np.linspace(*states.x, 23)[1:-1].tolist():
        for point in fixed_points(rates, x * UEV / HBAR):
            xs, ps = states.stable if point.stable else states.unstable
            at = np.flatnonzero((xs[:-1] - x) * (xs[1:] - x) <= 0.0)
            between = (x - xs[at]) / (xs[at + 1] - xs[at])
            crossing = ps[at] + between * (ps[at + 1] - ps[at])
            assert np.abs(crossing - point.polarization).min() < 2e-3
            seen.add(point.stable)
    assert seen == {True, False}


def test_branches_end_at_folds_where_two_fixed_points_vanish():
    hidden = hidden_at(0.0)
    states, rates = DOT_STEADY.states(hidden), rate_model_of(hidden)
    assert len(states.folds) == 4
    for x, p in states.folds:
        counts = [len(fixed_points(rates, (x + shift) * UEV / HBAR)) for shift in (-0.02, 0.02)]
        assert abs(counts[0] - counts[1]) == 2
        for xs, ps in (states.stable, states.unstable):
            assert np.nanmin(np.hypot(xs - x, 100.0 * (ps - p))) < 1e-6
        assert states.x[0] < x < states.x[1]
        assert states.y[0] < p < states.y[1]


def test_marks_and_flow_are_those_of_the_laser_that_stands_still():
    hidden = hidden_at(-8.0, polarization=-0.1)
    marks = DOT_STEADY.marks(hidden)
    assert [mark.stable for mark in sorted(marks, key=lambda m: m.x)] == [True, False, True]
    assert DOT_STEADY.here(hidden) == pytest.approx((-8.0, -0.1), abs=1e-6)
    p, ways = DOT_STEADY.flow(hidden, (-0.3, 0.2))
    edges = sorted(mark.x for mark in marks)
    expected = [1, -1, 1, -1]
    for value, way in zip(p, ways, strict=True):
        assert way == expected[np.searchsorted(edges, value)]
    assert DOT_STEADY.words(hidden, marks) == "x = -8.00 µeV, P = -0.1000: 3 fixed points, 2 of them attract"


def test_the_flow_on_the_rate_picture_is_the_motion_of_the_line():
    """delta moves at -K dP/dt, dP/dt at the P that puts the line there at the present laser."""
    hidden = hidden_at(1.0)
    places, ways = DOT_RATES.flow(hidden)
    model, x = rate_model_of(hidden), bare_detuning_of(hidden)
    for place, way in zip(places.tolist(), ways, strict=True):
        delta = place * UEV / HBAR
        rate = model.pumping(2.0 * delta / model.gamma_p) - model.gamma_dec * (x - delta) / model.k
        assert way == -np.sign(rate)
    assert set(ways) == {1.0, -1.0}


def test_in_the_dark_only_the_unpolarized_state_is_left():
    bench = bench_at(0.5)
    bench.laser.shutter = "closed"
    hidden = bench.hidden()
    states = DOT_STEADY.states(hidden)
    assert states.folds == ()
    assert states.unstable[0].size == 0
    assert not np.nanmax(np.abs(states.stable[1]))
    assert len(DOT_STEADY.marks(hidden)) == 1
    assert locking_in_words(DOT_RATES.curves(hidden).marks) == "no locking point at this P"


def test_locking_points_are_counted_in_words():
    marks = DOT_RATES.curves(hidden_at(0.0, polarization=0.003, model="latta2009")).marks
    stable = sum(mark.stable for mark in marks)
    assert locking_in_words(marks) == f"{len(marks)} locking points at this P: {stable or 'none'} stable"


def test_the_kind_of_bench_declares_it():
    assert BENCHES["dragging"].steady is DOT_STEADY
    assert BENCHES["spin_inertia"].steady is None
    assert set(DOT_STEADY.depends_on) <= set(dragging_bench(noise=False).hidden())
