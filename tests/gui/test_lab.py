"""The lab thread without any window: same numbers as a script, commands in mid-run, nothing lost."""

import math
import time

import numpy as np
import pytest
import xarray

from gui.lab import Changed, Lab, Measured, Notice, RunEnded, pace_in_words
from instruments import dragging_bench
from vlab import Q_, run
from vlab.errors import InUseError, RunError
from vlab.experiments import DwellTimeScan

SCAN = DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-6, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.2, "s"))


@pytest.fixture
def lab():
    lab = Lab(lambda: dragging_bench(seed=3))
    lab.start()
    lab.set_pace(math.inf)
    yield lab
    lab.stop()
    assert not lab.alive


def until(done, seconds=30.0):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def all_news(lab):
    return list(iter(lab.next_news, None))


def follow(lab, found, last=RunEnded):
    """Collect news until one of kind ``last`` has come."""

    def look():
        found.extend(all_news(lab))
        return any(isinstance(n, last) for n in found)

    until(look)
    return next(n for n in found if isinstance(n, last))


def test_a_run_gives_the_scripts_numbers_to_the_bit_after_idling(lab, tmp_path):
    until(lambda: lab.snapshot.lab_time > 1.0)
    lab.write("gate", "voltage", 0.41).result(10)
    lab.write("gate", "voltage", 0.4).result(10)
    lab.submit(SCAN, tmp_path).result(10)
    ended = follow(lab, [])
    expected = run(SCAN, dragging_bench(seed=3), save=False)
    with xarray.open_dataset(ended.file) as found:
        np.testing.assert_array_equal(found["dt"].values, expected["dt"].values)


@pytest.mark.parametrize("pace", [200.0, math.inf])
def test_pace_and_hold_do_not_change_numbers(lab, pace):
    lab.set_pace(pace)
    lab.hold(True)
    lab.submit(SCAN, False).result(10)
    news = []
    until(lambda: news.extend(all_news(lab)) or any(isinstance(n, Changed) and n.state == "paused" for n in news))
    lab.hold(False)
    follow(lab, news)
    values = [n.values[0] for n in news if isinstance(n, Measured)]
    assert values == list(run(SCAN, dragging_bench(seed=3), save=False)["dt"].values)


def test_commands_in_mid_run(lab, tmp_path):
    lab.set_pace(20.0)
    lab.submit(SCAN, tmp_path).result(10)
    until(lambda: lab.run is not None)
    with pytest.raises(InUseError, match="in use by the running DwellTimeScan"):
        lab.write("laser", "photon_energy", 2e-19).result(10)
    with pytest.raises(RunError, match="running already"):
        lab.submit(SCAN, False).result(10)
    with pytest.raises(RunError, match="running measurement"):
        lab.fast_forward(10.0).result(10)
    with pytest.raises(RunError, match="abort it"):
        lab.mount(dragging_bench).result(10)
    lab.write("lockin", "sensitivity", 5e-5).result(10)
    news = []
    lab.set_pace(math.inf)
    ended = follow(lab, news)
    assert ended.status == "completed"
    assert any(isinstance(n, Notice) and "in use by" in n.text for n in news)
    with xarray.open_dataset(ended.file) as found:
        assert '"setting": "sensitivity"' in found.attrs["settings_changed_during_run"]


def test_abort_and_safe_state(lab, tmp_path):
    lab.set_pace(5.0)
    lab.submit(SCAN, tmp_path).result(10)
    news = []
    follow(lab, news, Measured)
    lab.run.abort()
    ended = follow(lab, news)
    assert ended.status == "aborted"
    assert lab.snapshot.values["laser"]["shutter"] == "closed"
    with xarray.open_dataset(ended.file) as found:
        assert 1 <= found.sizes["detuning"] < SCAN.points()


def test_stopping_in_mid_run_keeps_the_data(tmp_path):
    lab = Lab(lambda: dragging_bench(seed=3))
    lab.start()
    lab.set_pace(5.0)
    lab.submit(SCAN, tmp_path).result(20)
    news = []
    follow(lab, news, Measured)
    lab.stop()
    ended = follow(lab, news)
    assert ended.status == "aborted"
    assert ended.file.exists()


def test_time_goes_at_its_pace_and_can_be_held_and_skipped(lab):
    lab.hold(True)
    lab.post(lambda bench: None).result(10)
    before = lab.snapshot.lab_time
    lab.fast_forward(100.0).result(10)
    assert lab.snapshot.lab_time == pytest.approx(before + 100.0, abs=1e-6)
    lab.hold(False)
    until(lambda: lab.snapshot.lab_time > before + 101.0)


def test_mounting_another_sample(lab):
    number = lab.snapshot.bench_number
    lab.mount(lambda: dragging_bench(seed=8)).result(20)
    assert lab.snapshot.bench_number == number + 1
    assert lab.post(lambda bench: bench.seed).result(10) == 8


def test_a_bench_that_cannot_be_made_is_a_notice():
    def broken():
        raise OSError("no such cryostat")

    lab = Lab(broken)
    lab.start()
    news = []
    assert "no such cryostat" in follow(lab, news, Notice).text
    lab.stop()


def test_paces_in_words():
    assert [pace_in_words(p) for p in (1.0, 10.0, math.inf)] == ["real time", "10× real time", "as fast as possible"]
