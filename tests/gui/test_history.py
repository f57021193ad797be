"""The history behind strip charts."""

import numpy as np

from gui.evented import Event
from gui.history import History, chartable
from gui.lab import Snapshot
from instruments.benches import BENCHES


class Source:
    """A model of which only the stream of snapshots matters."""

    kind = BENCHES["dragging"]

    def __init__(self):
        self.sampled = Event()
        self.bench_changed = Event()


def trail(times, bench=0):
    return [Snapshot(lab_time=float(t), hidden={"polarization": 2.0 * t}, bench_number=bench) for t in times]


def test_series_grow_and_are_thinned():
    source = Source()
    history = History(source, length=100)
    early = history.series(lambda s: s.hidden["polarization"])
    for block in range(30):
        source.sampled.emit(trail(range(10 * block, 10 * block + 10)))
    late = history.series(lambda s: s.hidden["polarization"])
    assert len(history.rows) <= 100
    np.testing.assert_array_equal(early.times, late.times)
    np.testing.assert_array_equal(early.values, 2.0 * early.times)
    assert np.all(np.diff(early.times) > 0)
    assert early.times[0] == 0.0
    assert early.times[-1] == 299.0


def test_the_last_stretch_of_a_series():
    source = Source()
    series = History(source).series(lambda s: s.hidden["polarization"])
    assert [part.size for part in series.last(5.0)] == [0, 0]
    source.sampled.emit(trail(range(10)))
    times, values = series.last(3.0)
    assert list(times) == [6, 7, 8, 9]
    assert list(values) == [12, 14, 16, 18]
    assert series.last(float("inf"))[0].size == 10


def test_another_sample_starts_anew_and_time_never_goes_back():
    source = Source()
    history = History(source)
    series = history.series(lambda s: s.lab_time)
    source.sampled.emit(trail([1, 2, 2, 3]))
    assert list(series.times) == [1, 2, 3]
    source.sampled.emit(trail([0.5, 0.7], bench=1))
    assert list(series.times) == [0.5, 0.7]
    assert len(history.rows) == 2


def test_a_replaced_series_no_longer_grows():
    source = Source()
    history = History(source)
    old = history.series(lambda s: s.lab_time)
    new = history.series(lambda s: 1.0, instead_of=old)
    source.sampled.emit(trail([1, 2]))
    assert old.times.size == 0
    assert new.values.size == 2


def test_readings_of_the_past_are_there_for_a_new_chart():
    source = Source()
    history = History(source)
    for t in range(3000):
        values = {"lockin": {"x": 1e-6 * t, "time_constant": 0.1, "slope": "6 dB/oct"}}
        source.sampled.emit([Snapshot(lab_time=float(t), values=values)])
    series = history.series(lambda s: s.values["lockin"]["x"] / 1e-6)
    np.testing.assert_allclose(series.values, np.arange(3000), rtol=1e-12)
    source.sampled.emit([Snapshot(lab_time=3000.0, values={"lockin": {"x": 5e-6}})])
    np.testing.assert_allclose(series.values[-1], 5.0, rtol=1e-12)
    assert set(history.past.values["lockin"]) == {"x"}


def test_what_can_be_charted():
    found = chartable(BENCHES["dragging"].instruments)
    assert found["lockin.x"] == ("lockin", "x", "V")
    assert all(unit is not None for _, _, unit in found.values())
    assert "pump.q" in chartable(BENCHES["spin_inertia"].instruments)  # a number without a unit as well
