"""The queue of runs: order, holding, samples and settings of its entries, failures, and the next start."""

import json
import math
from dataclasses import replace

import pytest
from shared_laboratory import as_new, shared_laboratory

from gui.desk import Desk
from gui.mounted import SampleChoice
from gui.repetition import Knob, evenly, knobs_of, plans_of
from gui.run_plan import Plan
from gui.run_queue import RunQueue
from instruments.benches import BENCHES
from vlab import Q_
from vlab.errors import LimitError, VlabError
from vlab.experiments import DwellTimeScan, PolarizationRateMap, ZeroFieldRatio
from vlab.parameters import Parameter
from vlab.samples import QuantumDot


def scan(dwell=0.02, **values):
    return DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"), dwell=Q_(dwell, "s"), **values)


def plan(dwell=0.02, words=None, settings=None, name=""):
    return Plan(scan(dwell), SampleChoice("dragging", words or {}), settings or {}, name)


@pytest.fixture(scope="module")
def shared(qapp):
    with shared_laboratory(qapp) as desk:
        yield desk


@pytest.fixture
def desk(shared):
    with as_new(shared) as desk:
        yield desk


def carry_out(qtbot, queue):
    queue.start()
    qtbot.waitUntil(lambda: not queue.going and queue.present is None, timeout=20_000)


def statuses(queue):
    return [entry.status for entry in queue.entries]


class Shop:
    """As much of a model as a list of runs wants."""

    def __init__(self):
        class Event:
            def connect(self, listener):
                pass
        self.run_changed = self.readings_changed = self.snapshot_changed = Event()
        self.connected, self.mounting, self.run, self.progress, self.scans = True, None, None, None, []
        self.lab = type("Lab", (), {"pace": math.inf})()


@pytest.fixture
def idle():
    return RunQueue(Shop())


def test_order_by_moving_copying_and_removing(idle):
    a, b, c = idle.add([plan(name=name) for name in "abc"])
    idle.move(c.number, -1)
    assert [e.plan.name for e in idle.waiting] == ["a", "c", "b"]
    idle.move(a.number, 5)
    assert [e.plan.name for e in idle.waiting] == ["c", "b", "a"]
    copy = idle.duplicate(c.number)
    assert [e.plan.name for e in idle.waiting] == ["c", "c", "b", "a"]
    assert copy.number != c.number
    assert idle.remove(b.number).name == "b"
    assert [e.number for e in idle.waiting] == [c.number, copy.number, a.number]


def test_time_is_that_of_lab_and_pace(idle):
    entry, = idle.add([plan(dwell=1.0)])
    assert idle.seconds(entry) == (5.0, None)
    idle._model.lab.pace = 10.0
    assert idle.seconds(entry) == (5.0, 0.5)
    idle.add([plan(dwell=2.0)])
    assert idle.left() == (15.0, 1.5)
    idle._model.lab.pace = math.inf
    idle.speeds["dwell_time_scan"] = 50.0
    assert idle.left() == (15.0, pytest.approx(0.3))


def test_the_next_start_has_what_waited_and_nothing_begins(idle):
    settings = {"laser": {"power": 2e-8}}
    idle.add([plan(name="a"), replace(plan(words={"charge": "charged"}, settings=settings), batch="Figure S2a")])
    idle.entries[0].status = "completed"
    other = RunQueue(Shop())
    other.restore(idle.as_text())
    assert other.as_text() == idle.as_text(), "what is not yet made again is kept all the same"
    assert other.read_more(9) == (0, 0)
    assert [e.plan for e in other.entries] == [idle.entries[1].plan]
    assert other.entries[0].plan.settings == settings
    assert not other.going
    assert statuses(other) == ["waiting"]


def test_records_of_another_version_are_counted(idle):
    idle.add([plan(), plan()])
    record = json.loads(idle.as_text())
    record["waiting"][0]["experiment"] = "one_that_is_gone"
    other = RunQueue(Shop())
    other.restore(json.dumps(record))
    assert other.read_more(1) == (1, 1)
    assert other.read_more(1) == (0, 0)
    assert len(other.entries) == 1
    for nonsense in ("", "3", "{}", '{"waiting": 3}'):
        other.restore(nonsense)
        assert other.read_more(9) == (0, 0)


def test_runs_follow_each_other_with_their_samples(qtbot, desk):
    queue = desk.queue
    queue.add([plan(), plan(words={"charge": "charged"}), plan(0.03, words={"charge": "charged"})])
    qtbot.wait(50)
    assert statuses(queue) == ["waiting"] * 3, "adding begins nothing"
    carry_out(qtbot, queue)
    assert statuses(queue) == ["completed"] * 3
    assert desk.model.snapshot.bench_number == 1, "the third has the second's sample"
    contrast = desk.model.lab.post(lambda bench: bench.dot.contrast).result(5.0)
    assert contrast == QuantumDot.sample_a(charge="charged").contrast
    assert all(entry.file.exists() for entry in queue.entries)
    assert [s.procedure.si("dwell") for s in desk.model.scans] == [0.02, 0.02, 0.03]


def test_settings_of_an_entry_are_put_back(qtbot, desk):
    before = desk.model.snapshot.values["laser"]["power"]
    desk.queue.add([plan(settings={"laser": {"power": p}}) for p in (2e-9, 2e-8)])
    carry_out(qtbot, desk.queue)
    assert statuses(desk.queue) == ["completed"] * 2
    powers = [json.loads(_attributes(entry.file)["instruments_before"])["laser"]["power"]
              for entry in desk.queue.entries]
    assert powers == [2e-9, 2e-8]
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == before, timeout=5000)


@pytest.mark.slow
def test_a_ramp_is_waited_for(qtbot, desk):
    desk.queue.add([plan(settings={"magnet": {"field": 4.4}})])
    carry_out(qtbot, desk.queue)
    before = json.loads(_attributes(desk.queue.entries[0].file)["instruments_before"])
    assert before["magnet"]["field_actual"] == pytest.approx(4.4)


def _attributes(path):
    import xarray

    with xarray.open_dataset(path) as found:
        return dict(found.attrs)


@pytest.mark.slow
def test_a_failed_run_holds_the_queue_or_not(qtbot, desk):
    queue = desk.queue
    wrong = plan(settings={"laser": {"power": 1e9}})
    queue.add([wrong, plan(), wrong, plan(settings={"kettle": {"power": 1.0}}), plan()])
    carry_out(qtbot, queue)
    assert statuses(queue) == ["failed", "waiting", "waiting", "waiting", "waiting"]
    assert "laser.power got" in queue.entries[0].reason
    queue.stops_at_failure = False
    carry_out(qtbot, queue)
    assert statuses(queue) == ["failed", "completed", "failed", "failed", "completed"]
    assert "no setting kettle.power" in queue.entries[3].reason


def test_hold_skip_and_abort(qtbot, desk):
    queue, model = desk.queue, desk.model
    model.set_pace(1.0)
    queue.add([plan(5.0, name=str(n)) for n in range(4)])
    queue.start()
    qtbot.waitUntil(lambda: model.run is not None, timeout=5000)
    queue.skip()
    qtbot.waitUntil(lambda: queue.entries[0].status == "aborted" and queue.entries[1].status == "running",
                    timeout=5000)
    model.pause()
    qtbot.waitUntil(lambda: model.run_state == "paused", timeout=5000)
    assert queue.going
    model.resume()
    model.abort()  # what the window's Abort does
    qtbot.waitUntil(lambda: queue.entries[1].status == "aborted", timeout=5000)
    assert not queue.going
    assert "has stopped, 2 left" in model.log[-1].text
    queue.start()
    qtbot.waitUntil(lambda: queue.entries[2].status == "running", timeout=5000)
    queue.hold()
    model.set_pace(math.inf)
    qtbot.waitUntil(lambda: queue.entries[2].status == "completed", timeout=5000)
    qtbot.wait(50)
    assert statuses(queue)[3] == "waiting"
    model.set_pace(1.0)
    queue.start()
    qtbot.waitUntil(lambda: queue.entries[3].status == "running", timeout=5000)
    queue.abort_all()
    qtbot.waitUntil(lambda: queue.present is None, timeout=5000)
    assert statuses(queue)[3] == "aborted"


def test_a_run_of_the_hand_comes_first(qtbot, desk):
    queue, model = desk.queue, desk.model
    model.set_pace(1.0)
    model.start(scan(5.0))
    qtbot.waitUntil(lambda: model.run is not None, timeout=5000)
    queue.add([plan()])
    queue.start()
    qtbot.wait(50)
    assert statuses(queue) == ["waiting"]
    model.set_pace(math.inf)
    qtbot.waitUntil(lambda: statuses(queue) == ["completed"], timeout=5000)
    assert [s.procedure.si("dwell") for s in model.scans] == [5.0, 0.02]


@pytest.mark.slow
def test_an_entry_of_another_bench_sets_that_up(qtbot, desk):
    small = ZeroFieldRatio(angles=2, modulation_frequency=Q_(100, "kHz"), time_constant=Q_(1, "ms"), settling=3)
    desk.queue.add([Plan(small, SampleChoice("spin_inertia", {"type": "p"}, seed=3)), plan()])
    carry_out(qtbot, desk.queue)
    assert statuses(desk.queue) == ["completed"] * 2
    assert desk.model.kind.key == "dragging"
    record = _attributes(desk.queue.entries[0].file)
    assert record["seed"] == 3


def test_the_bench_says_what_is_mounted(qtbot, desk):
    mounted = desk.queue.mounted
    qtbot.waitUntil(lambda: mounted.choice is not None, timeout=5000)
    assert mounted.choice == SampleChoice("dragging")
    desk.model.mount({"model": "latta2009", "nuclei": "5000"}, 4, False)
    assert mounted.choice is None
    qtbot.waitUntil(lambda: mounted.choice is not None, timeout=10_000)
    assert mounted.choice == SampleChoice("dragging", {"model": "latta2009", "nuclei": "5000"}, 4, False)
    assert mounted.choice.told() == "sample A, latta2009, nuclei 5000, seed 4, no noise"
    desk.model.mount({"nuclei": "-3"}, 0, True)  # refused
    assert mounted.choice.seed == 4


def test_a_desk_has_a_queue(desk):
    assert isinstance(desk, Desk)
    assert desk.queue.entries == []


# -- repeating ---------------------------------------------------------------------------------------------------

KNOB = Knob("experiment", "dwell", "dwell", DwellTimeScan.parameter("dwell"), Q_(1, "s"))


@pytest.mark.parametrize(("text", "seconds"), [("0.2, 1, 5 s", (0.2, 1, 5)), ("200 ms, 1 s", (0.2, 1)),
                                               ("0.2, 1", (0.2, 1)), ("0,2; 1,5", (0.2, 1.5)), ("3", (3,))])
def test_values_as_people_type_them(text, seconds):
    assert [q.m_as("s") for q in KNOB.read(text)] == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "1 V, 2 V", "one", "1, 1 s", "-1 s"])
def test_values_that_cannot_be(text):
    with pytest.raises(VlabError):
        KNOB.read(text)


def test_words_and_counts():
    word = Knob("experiment", "knob", "knob", DwellTimeScan.parameter("knob"), "laser")
    assert word.read(word.usual_text()) == ("laser", "gate")
    with pytest.raises(LimitError):
        word.read("laser, kettle")
    with pytest.raises(LimitError):
        word.read("laser, laser")
    count = Knob("sample", "nuclei", "nuclei", QuantumDot.parameter("nuclei"), 1000)
    assert count.read("500, 1e3") == (500, 1000)
    assert count.usual_text() == "1000, 2000"
    switch = Knob("sample", "wandering", "wandering", QuantumDot.parameter("wandering"), True)
    assert switch.read("off, on") == (False, True)


def test_spacings():
    assert evenly(1.0, 3.0, 3, False) == (1.0, 2.0, 3.0)
    assert evenly(1.0, 100.0, 3, True) == pytest.approx((1.0, 10.0, 100.0))
    assert evenly(-1.0, -4.0, 3, True) == pytest.approx((-1.0, -2.0, -4.0))
    for wrong in ((1.0, 1.0, 3, False), (-1.0, 1.0, 3, True), (0.0, 1.0, 3, True)):
        with pytest.raises(LimitError):
            evenly(*wrong)


def test_what_may_be_changed_and_the_runs_of_it():
    kind = BENCHES["dragging"]
    values = {name: dict.fromkeys(instrument.settings(), 1.0) for name, instrument in kind.instruments.items()}
    values["laser"]["shutter"] = "open"
    values["lockin"]["slope"] = "6 dB/oct"
    known = {(k.owner, k.name): k for k in knobs_of(plan(), values, [("lockin", "time_constant")])}
    assert ("lockin", "time_constant") not in known, "the experiment sets it itself"
    for name in DwellTimeScan.parameters():
        assert ("experiment", name) in known
    runs = plans_of(plan(), known["laser", "power"], known["laser", "power"].read("5, 10 nW"))
    assert [r.settings for r in runs] == [{"laser": {"power": pytest.approx(p)}} for p in (5e-9, 1e-8)]
    assert [r.title for r in runs] == ["Dwell-time scan, Laser: power: 5 nW", "Dwell-time scan, Laser: power: 10 nW"]
    runs = plans_of(plan(), known["sample", "nuclei"], (500, 700))
    assert [r.sample.words for r in runs] == [{"nuclei": "500"}, {"nuclei": "700"}]
    runs = plans_of(plan(), known["experiment", "step"], known["experiment", "step"].read("0.5, 1 ueV"))
    assert [r.procedure.points() for r in runs] == [9, 5]
    with pytest.raises(LimitError):
        plans_of(plan(), known["experiment", "step"], known["experiment", "step"].read("500 ueV"))
    with pytest.raises(LimitError, match="at most 500"):
        plans_of(plan(), KNOB, tuple(Q_(n, "s") for n in range(1, 502)))


def test_an_experiment_without_lab_time_is_queued_too(qtbot, desk):
    desk.queue.add([Plan(PolarizationRateMap(detunings=11), SampleChoice("dragging"))])
    carry_out(qtbot, desk.queue)
    assert statuses(desk.queue) == ["completed"]
    assert desk.queue.left() == (0.0, 0.0)


def test_every_kind_of_parameter_is_read():
    kinds = {p.kind for k in knobs_of(plan(), {}, []) for p in [k.parameter]}
    assert kinds <= {"quantity", "choice", "count", "switch"}
    assert Parameter("count", "Set it.").allowed()
