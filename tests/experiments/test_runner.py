"""The runner: reproducibility, chopped waits, pause and abort, subscribers, claims, a real room's clock."""

import random
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from instruments import dragging_bench
from vlab import Q_, run
from vlab.errors import DataError, InUseError, RunError, SettingError
from vlab.experiments import DwellTimeScan
from vlab.experiments.calibration import LineCalibration
from vlab.experiments.runner import Changed, Measured, Run
from vlab.lab.clock import WallClock

SCAN = DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-6, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.2, "s"))


def test_same_seed_same_numbers():
    first, again = (run(SCAN, dragging_bench(seed=3), save=False) for _ in range(2))
    other = run(SCAN, dragging_bench(seed=4), save=False)
    np.testing.assert_array_equal(first["dt"], again["dt"])
    assert not np.array_equal(first["dt"], other["dt"])


def test_a_second_run_has_other_noise_and_the_same_physics():
    bench = dragging_bench(seed=3)
    first, second = run(SCAN, bench, save=False), run(SCAN, bench, save=False)
    assert not np.array_equal(first["dt"], second["dt"])
    quiet = dragging_bench(noise=False)
    np.testing.assert_array_equal(run(SCAN, quiet, save=False)["dt"], run(SCAN, quiet, save=False)["dt"])


@pytest.mark.parametrize("knob", ["laser", "gate"])
@pytest.mark.parametrize("slope", ["6 dB/oct", "24 dB/oct"])
def test_numbers_do_not_depend_on_how_waits_are_chopped(knob, slope):
    scan = SCAN.replace(knob=knob, slope=slope, dwell=Q_(0.2137, "s"), directions="both")
    whole = run(scan, dragging_bench(seed=5), save=False)
    for seed in range(3):
        chop = random.Random(seed)
        bench = dragging_bench(seed=5)
        plain = bench.clock.sleep_until

        def chopped(deadline, plain=plain, clock=bench.clock, chop=chop):
            while deadline - clock.now_ps > 2 and chop.random() < 0.8:
                plain(chop.randint(clock.now_ps, deadline))
            plain(deadline)

        bench.clock.sleep_until = chopped
        np.testing.assert_array_equal(run(scan, bench, save=False)["dt"], whole["dt"])


def test_a_run_after_idling_gives_the_same_numbers():
    expected = run(SCAN, dragging_bench(seed=5), save=False)
    bench = dragging_bench(seed=5)
    bench.sleep(Q_(1234.5678, "s"))
    bench.gate.voltage = Q_(0.41, "V")
    bench.sleep(Q_(0.123456789, "s"))
    bench.gate.voltage = Q_(0.40, "V")
    np.testing.assert_array_equal(run(SCAN, bench, save=False)["dt"], expected["dt"])


def test_pacing_does_not_change_numbers():
    scan = SCAN.replace(stop=Q_(3, "ueV"), dwell=Q_(0.1, "s"))
    expected = run(scan, dragging_bench(seed=5), save=False)
    paced = run(scan, dragging_bench(seed=5), save=False, pace=20.0)
    np.testing.assert_array_equal(paced["dt"], expected["dt"])


def test_subscribers_see_each_point_and_the_states():
    events = []
    run(SCAN, dragging_bench(), save=False, subscribers=(events.append,))
    states = [e.state for e in events if isinstance(e, Changed)]
    points = [e for e in events if isinstance(e, Measured)]
    assert states == ["running", "completed"]
    assert [p.done for p in points] == list(range(1, SCAN.points() + 1))
    assert points[-1].lab_left == pytest.approx(0.0, abs=1e-3)
    assert points[0].lab_left == pytest.approx(SCAN.seconds() - 0.2, abs=1e-3)
    assert points[0].total == SCAN.points()


def test_real_time_left_is_that_of_the_pace_and_pauses_do_not_count():
    scan = SCAN.replace(stop=Q_(3, "ueV"), dwell=Q_(1, "s"))  # three points
    seen = []
    going = Run(scan, dragging_bench(), save=False, pace=1000.0, subscribers=(seen.append,))
    going.execute()
    left = [e.wall_left for e in seen if isinstance(e, Measured)]
    assert left == pytest.approx([2e-3, 1e-3, 0.0], abs=1e-6)

    def pause(event):
        if isinstance(event, Measured) and event.done == 1:
            going.pause()
            threading.Timer(0.5, going.resume).start()

    seen.clear()
    going = Run(scan, dragging_bench(), save=False, subscribers=(pause, seen.append))
    going.execute()
    assert [e.wall_left for e in seen if isinstance(e, Measured)][1] < 0.2  # by points, and half of 0.5 s would be more


def test_lab_time_left_does_not_suffer_from_a_ramp_before_the_first_point():
    bench, seen = dragging_bench(), []
    bench.magnet.write("field", 4.6)
    assert SCAN.waits(bench) == pytest.approx(bench.magnet.remaining("field"))
    assert SCAN.waits(bench) > 1.0
    run(SCAN, bench, save=False, subscribers=(seen.append,))
    first = next(e for e in seen if isinstance(e, Measured))
    assert first.lab_left == pytest.approx(SCAN.seconds() - 0.2, abs=1e-3)
    assert SCAN.waits(bench) == 0.0


def test_abort_keeps_what_was_measured_and_leaves_a_safe_bench(tmp_path):
    bench = dragging_bench(seed=5)
    task = Run(SCAN, bench, save=tmp_path)
    task.subscribe(lambda e: task.abort() if isinstance(e, Measured) and e.done == 7 else None)
    found = task.execute()
    assert found.attrs["status"] == "aborted"
    assert found.sizes["detuning"] == 7
    assert bench.laser.shutter == "closed"
    expected = run(SCAN, dragging_bench(seed=5), save=False)
    np.testing.assert_array_equal(found["dt"], expected["dt"][:7])
    again = run(SCAN, bench, save=False)  # the bench is fit for another run
    assert float(again["dt_normalized"].max()) > 0.5


def test_pause_and_resume_from_another_thread():
    task = Run(SCAN, dragging_bench(seed=5), save=False)
    states = []
    paused = threading.Event()

    def see(event):
        if isinstance(event, Measured) and event.done == 5:
            task.pause()
        if isinstance(event, Changed):
            states.append(event.state)
            if event.state == "paused":
                paused.set()

    task.subscribe(see)
    helper = threading.Thread(target=lambda: (paused.wait(20), task.resume()))
    helper.start()
    found = task.execute()
    helper.join()
    assert states == ["running", "paused", "running", "completed"]
    np.testing.assert_array_equal(found["dt"], run(SCAN, dragging_bench(seed=5), save=False)["dt"])


def test_a_knob_of_the_run_cannot_be_turned_by_others():
    bench = dragging_bench()
    refused = []

    def meddle(event):
        if isinstance(event, Measured) and event.done == 2:
            with pytest.raises(InUseError, match="photon_energy is in use by the running DwellTimeScan") as caught:
                bench.laser.photon_energy = Q_(1.3, "eV")
            refused.append(caught)

    run(SCAN, bench, save=False, subscribers=(meddle,))
    assert refused
    bench.laser.photon_energy = Q_(1.3, "eV")  # free again


def test_other_knobs_can_be_turned_and_are_journalled():
    bench = dragging_bench()

    def meddle(event):
        if isinstance(event, Measured) and event.done == 2:
            bench.lockin.sensitivity = Q_(50, "uV")

    found = run(SCAN, bench, save=False, subscribers=(meddle,))
    assert '"setting": "sensitivity"' in found.attrs["settings_changed_during_run"]


def test_a_failing_subscriber_does_not_lose_data(tmp_path):
    def fail(event):
        if isinstance(event, Measured) and event.done == 4:
            raise ZeroDivisionError("a bug in a plot")

    with pytest.raises(RunError, match="4 points are in"):
        run(SCAN, dragging_bench(), save=tmp_path, subscribers=(fail,))
    assert len(list(tmp_path.glob("*.nc"))) == 1
    assert not list(tmp_path.glob("*.jsonl"))


def test_ctrl_c_saves_first(tmp_path):
    def press(event):
        if isinstance(event, Measured) and event.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(SCAN, dragging_bench(), save=tmp_path, subscribers=(press,))
    assert len(list(tmp_path.glob("*.nc"))) == 1


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(("scan",), SettingError), ((SCAN, "bench"), SettingError), ((SCAN, dragging_bench(), 5), SettingError)],
)
def test_wrong_arguments(arguments, kind):
    setup = arguments[1] if len(arguments) > 1 else dragging_bench()
    save = arguments[2] if len(arguments) > 2 else False
    with pytest.raises(kind):
        run(arguments[0], setup, save=save)


def test_an_existing_file_is_refused_before_anything_is_measured(tmp_path):
    target = tmp_path / "here.nc"
    target.write_text("precious")
    with pytest.raises(DataError, match="exists already"):
        run(SCAN, dragging_bench(), save=target)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        run(SCAN, dragging_bench(), save=tmp_path / "file" / "folder")


@dataclass
class RealDevice:
    """A driver wrapped into the role: it knows nothing of vlab's lab time."""

    name: str
    values: dict = field(default_factory=dict)
    settling: float = 0.0

    def read(self, name):
        return self.values[name]

    def write(self, name, value, owner=None):
        self.values[name] = value

    def remaining(self, name):
        left, self.settling = self.settling, 0.0
        return left


class RealRoom:
    """A room with the wall clock, whose sample happens to be a Lorentzian at rest."""

    def __init__(self):
        self.clock = WallClock()
        self.laser = RealDevice("laser", {"power": 1e-8, "photon_energy": 2e-19}, 1e-3)
        self.gate = RealDevice("gate", {"voltage": 0.0})
        self.magnet = RealDevice("magnet", {"field": 1.0})
        self.detector = RealDevice("detector", {"gain": 1e7, "responsivity": 0.5})
        self.lockin = RealDevice("lockin", {"x": 1e-6})
        self.calibration = LineCalibration(2e-19, 0.0, 0.0, 1.6e-22, 0.0, 0.0, 5e-9, 3e-3)
        self.prepared = []

    def begin_run(self):
        return 1

    def prepare(self, thermal):
        self.prepared.append(thermal)

    def announce_reading(self, at_ps):
        pass

    def make_safe(self):
        self.laser.values["shutter"] = "closed"

    def check(self):
        return []

    def snapshot(self):
        return {"laser": dict(self.laser.values)}

    def sample_record(self):
        return {"name": "wafer 7"}


def test_the_same_procedure_runs_in_a_real_room():
    room = RealRoom()
    scan = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), step=Q_(0.5, "ueV"), dwell=Q_(2, "ms"))
    found = run(scan, room, save=False)
    assert found.sizes["detuning"] == 5
    assert room.prepared == [True]
    assert float(found["time"][-1]) >= 5 * 2e-3
    assert room.laser.values["photon_energy"] == pytest.approx(2e-19 + 1.602176634e-25, rel=1e-9)


def test_abort_ends_a_long_computation_of_the_sample():
    """The engine would never end by itself; the run is aborted in its midst, keeps its points, closes the shutters."""
    import threading

    from instruments import spin_inertia_bench
    from vlab.experiments import PowerScan
    from vlab.experiments.runner import Measured, Run

    bench = spin_inertia_bench(noise=False)
    engine = bench._specimen._engine
    waiting = threading.Event()

    class Endless:
        def amplitude(self, *, stop, **question):
            if len(points) < 2:
                return engine.amplitude(stop=stop, **question)
            waiting.set()
            while not stop():
                pass
            raise InterruptedError("stopped")

    points = []
    bench._specimen._engine = Endless()
    run = Run(PowerScan(), bench, save=False)
    run.subscribe(lambda event: points.append(event) if isinstance(event, Measured) else None)
    threading.Thread(target=lambda: (waiting.wait(), run.abort())).start()
    bench._specimen._ask.cache_clear()
    safe = bench.make_safe

    def make_safe():
        bench._specimen._engine = engine  # so that the tick that was given up can be finished
        safe()

    bench.make_safe = make_safe
    dataset = run.execute()
    assert dataset.attrs["status"] == "aborted"
    assert dataset.attrs["points"] == 2
    assert bench.pump.read("shutter") == "closed"
    assert not bench.give_up()
