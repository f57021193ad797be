"""Checkpoints: a bench that is restored goes on to the same numbers, to the bit, and nothing is forgotten."""

import collections
import contextlib
import copy
import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from instruments import dragging_bench, spin_inertia_bench
from instruments.benches import BENCHES
from instruments.checkpoint import restore_bench, save_checkpoint
from instruments.instrument import Instrument
from instruments.memory import Unsavable, memory_of, remembers, restored, saved
from vlab import Q_, run
from vlab.errors import DataError, RunError, SettingError, VlabError
from vlab.experiments import DwellTimeScan
from vlab.lab.noise import NoiseStream
from vlab.samples import QuantumDot
from vlab.samples.specimen import Ramp
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.units import unit_factor

UEV = unit_factor("ueV")
HERE = Path(__file__).parent

CACHES = {
    # what follows from settings and state, and is made anew where it is missing
    ("DotSpecimen", "_last_rates"),
    ("SpinSpecimen", "_track"),
    ("LockIn", "_present"),
    # handed on within a stretch of ticks, and not looked at afterwards but by an oscilloscope
    ("DraggingBench", "_response"),
    ("DraggingBench", "_detected"),
    ("SpinInertiaBench", "_detected"),
}
SHOWN = {
    # remembered under another name, as plain numbers
    ("NoiseStream", "_generator"): "_position",
    ("LockIn", "_reference"): "_locking",
    ("LockIn", "_recorder"): "_buffer",
    ("LockIn", "_autos"): "_auto",
    ("LockIn", "_signal"): "_seen_last",
}
FRAME = {"_listeners", "_claims", "_before_event", "_now_ps", "_owner", "_all", "_attentive", "_anchor_ps", "give_up"}
"""How the parts of a bench hang together, and what holds for a moment only."""


def lively_dragging(seed=7):
    """A bench in the midst of everything: nuclei that flip, noise, ramps, a wait that ends between two ticks."""
    bench = dragging_bench(QuantumDot.sample_a().replace(fluctuations=True, nuclei=20_000), seed=seed)
    bench.begin_run()
    bench.prepare(True)
    energy = bench.laser.read("photon_energy")
    for i in range(12):
        bench.laser.write("photon_energy", energy - (4.0 - 0.5 * i) * UEV)
        bench.clock.sleep(0.1)
    bench.magnet.write("field", 4.6)
    bench.gate.write("slew_rate", 1e-3)
    bench.gate.write("voltage", 0.402)
    bench.lockin.write("slope", "18 dB/oct")
    bench.clock.sleep(0.7371)
    bench.laser.write("shutter", "closed")
    bench.clock.sleep(0.0004567)
    return bench


def lively_spins(seed=7):
    bench = spin_inertia_bench(seed=seed)
    bench.begin_run()
    bench.prepare(True)
    bench.lockin.write("time_constant", 0.03)
    bench.clock.sleep(0.1)
    bench.magnet.write("field", 0.102)
    bench.stage.write("delay", 50e-12)
    bench.pump.write("shutter", "closed")
    bench.clock.sleep(0.00345678)
    return bench


LIVELY = {"dragging": lively_dragging, "spin_inertia": lively_spins}


def go_on(bench):
    """Go on with a bench and return all that it shows, exactly."""
    shown = []

    def look():
        shown.append({name: {k: v.hex() if isinstance(v, float) else v for k, v in part.items()}
                      for name, part in bench.snapshot().items()})
        shown.append({k: float(v).hex() for k, v in bench.hidden().items()})
        shown.append([bench.clock.now_ps, bench.take_marks(), bench.check(), list(bench.wiring.cables.items())])

    look()
    light = bench.instruments.get("laser") or bench.instruments["pump"]
    for seconds in (0.0123, 0.2, 0.00077):
        bench.clock.sleep(seconds)
        look()
    light.write("shutter", "open")
    bench.mend()
    bench.clock.sleep(0.3)
    look()
    if bench.kind == "dragging":
        scan = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), step=Q_(0.5, "ueV"), dwell=Q_(0.05, "s"))
        for prepare in ("continue", "thermal"):
            data = run(scan.replace(prepare=prepare), bench, save=False)
            shown.append([float(x).hex() for x in data["dt"].values] + [data.attrs["run_number"]])
    bench.prepare(True)
    bench.clock.sleep(0.05)
    look()
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("kind", LIVELY)
def test_a_fresh_process_goes_on_to_the_bit(kind, tmp_path):
    bench = LIVELY[kind]()
    file = save_checkpoint(bench, tmp_path / "bench.json")
    code = (f"import sys, json; sys.path.insert(0, {str(HERE)!r}); import test_checkpoint as t; "
            f"print(json.dumps(t.go_on(t.restore_bench({str(file)!r}))))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(json.dumps(go_on(bench)))


@pytest.mark.parametrize("kind", LIVELY)
def test_ramps_delays_and_a_partial_tick_are_in_the_state_that_is_saved(kind):
    """So that the test above is about something."""
    bench = LIVELY[kind]()
    assert any(instrument._slews for instrument in bench)
    done = bench._origin_ps + bench._ticks * bench._tick_ps
    assert bench.clock.now_ps > done


@pytest.mark.parametrize("kind", LIVELY)
def test_saving_changes_nothing(kind, tmp_path):
    assert go_on(LIVELY[kind]()) == go_on(_saved_often(LIVELY[kind](), tmp_path))


def _saved_often(bench, folder):
    sleep = bench.clock.sleep

    def saving(seconds):
        sleep(seconds)
        save_checkpoint(bench, folder / "often.json")

    bench.clock.sleep = saving
    return bench


@pytest.mark.parametrize("kind", LIVELY)
def test_what_is_restored_remembers_the_same(kind, tmp_path):
    bench = LIVELY[kind]()
    again = restore_bench(save_checkpoint(bench, tmp_path / "bench.json"))
    assert saved(again) == saved(bench)
    assert again.sample_record() == bench.sample_record()
    assert (again.seed, again.noise, again.run_number) == (bench.seed, bench.noise, bench.run_number)
    for instrument in again:  # the parts that were there are still those that are on the bench
        assert instrument._before_event == again.close_tick
        assert again.instruments[instrument.name] is getattr(again, instrument.name)


# -- nothing is forgotten ----------------------------------------------------------------------------------------


def live_wildly(bench, seed, steps):
    """Turn knobs, press buttons, break things and pull cables at random."""
    chance = random.Random(seed)
    instruments = list(bench)
    for _ in range(steps):
        instrument = chance.choice(instruments)
        what = chance.random()
        try:
            if what < 0.6 and instrument.settings():
                _turn(instrument, chance)
            elif what < 0.75 and instrument.actions():
                instrument.act(chance.choice(list(instrument.actions())))
            elif what < 0.9 and instrument.faults():
                name = chance.choice(list(instrument.faults()))
                (instrument.mend if name in instrument.present_faults else instrument.fail)(name)
            elif what < 0.93:
                bench.disconnect(chance.choice(bench.wiring.inputs))
            elif what < 0.97:
                bench.connect(chance.choice(bench.wiring.outputs), chance.choice(bench.wiring.inputs))
            else:
                bench.prepare(chance.random() < 0.5)
        except VlabError:
            pass  # refused, as it should be
        bench.clock.sleep(chance.choice((0.0, 1.7e-3, 0.02, 0.0531)))


GENTLE = {"tilt", "modulation", "repetition_period", "ramp_rate", "pulse_duration", "detuning", "field", "waveform"}
"""Of the spin bench: where the model must average over random dots, which takes long."""


def _turn(instrument, chance):
    name, setting = chance.choice(list(instrument.settings().items()))
    if name in GENTLE:
        return
    if setting.choices:
        value = chance.choice(setting.choices)
        instrument.write(name, value if setting.unit is None else setting.in_si(value))
        return
    low, high = setting.limits(instrument)
    here = float(instrument.read(name))
    instrument.write(name, min(high, max(low, here * chance.uniform(0.8, 1.2))))


WILD = [("dragging", 1), ("dragging", 2), ("spin_inertia", 1)]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), WILD)
def test_a_bench_that_went_through_much_goes_on_to_the_bit(kind, seed, tmp_path):
    bench = LIVELY[kind](seed)
    for part in range(2):
        live_wildly(bench, 10 * seed + part, 30)
        again = restore_bench(save_checkpoint(bench, tmp_path / "bench.json"))
        assert saved(again) == saved(bench)
        ours, theirs = bench, copy_of(again)
        for each in (ours, theirs, again):
            live_wildly(each, 77, 10)
        assert saved(theirs) == saved(again) == saved(ours)
        assert bench.snapshot() == again.snapshot()
    bench.wiring.restore()
    bench._rewired()
    again.wiring.restore()
    again._rewired()
    assert go_on(bench) == go_on(again)


def copy_of(bench):
    """Return a third bench with the same memory, without a file."""
    kind = BENCHES[bench.kind]
    sample = bench.dot if bench.kind == "dragging" else bench.ensemble
    other = kind.make(sample, seed=bench.seed, noise=bench.noise)
    state = json.loads(json.dumps(saved(bench)))
    restored(state["memory"]["wiring"], other.wiring)
    other._rewired()
    return restored(state, other)


def forgotten(thing, seen=None):
    """Return what an object and its parts hold beyond their memory, by (class, attribute)."""
    seen = set() if seen is None else seen
    if id(thing) in seen or not hasattr(thing, "__dict__"):
        return {}
    seen.add(id(thing))
    found = {}
    remembered = memory_of(type(thing))
    for name, value in vars(thing).items():
        if name in FRAME:
            continue
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
        for part in parts:
            if remembers(part):
                found |= forgotten(part, seen)
        if name not in remembered and not any(remembers(part) for part in parts):
            found[(type(thing).__name__, name, id(thing))] = fingerprint(value)
    return found


def fingerprint(value, depth=0):
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if callable(value):
        return "a function"
    if isinstance(value, dict):
        return [(repr(k), fingerprint(v, depth + 1)) for k, v in value.items()]
    if isinstance(value, list | tuple | collections.deque):
        return [fingerprint(v, depth + 1) for v in value]
    if isinstance(value, Instrument) or depth > 6:
        return "an instrument"
    if hasattr(value, "__dict__"):
        return [(k, fingerprint(v, depth + 1)) for k, v in vars(value).items()]
    if hasattr(value, "__slots__"):
        return [(k, fingerprint(getattr(value, k, None), depth + 1)) for k in value.__slots__]
    return repr(value)


def live_fully(bench):
    """Turn every knob, press every button, and let everything break and be mended, with time in between."""
    for instrument in bench:
        for name, setting in instrument.settings().items():
            if name in GENTLE and bench.kind == "spin_inertia":
                continue
            here = instrument.read(name)
            if setting.choices:
                values = [value if setting.unit is None else setting.in_si(value) for value in setting.choices]
            else:
                low, high = setting.limits(instrument)
                values = [max(low, min(high, 0.9 * here + 0.001 * (high - low)))]
            for value in (*values, here):
                _try(instrument.write, name, value)
                bench.clock.sleep(0.0213)
        for name in instrument.actions():
            _try(instrument.act, name)
            bench.clock.sleep(0.0213)
        for name in instrument.faults():
            instrument.fail(name)
            bench.clock.sleep(0.1)
            instrument.mend(name)
            bench.clock.sleep(0.1)
    bench.clock.sleep(12.0)  # what was put off is done


def _try(do, *arguments):
    with contextlib.suppress(VlabError):
        do(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LIVELY)
def test_whatever_changes_in_a_run_is_remembered(kind):
    """An attribute that changes and is neither in a ``_memory`` nor known as a cache would be lost."""
    bench = LIVELY[kind]()
    changed = set()

    def watch(live, *arguments):
        before = forgotten(bench)
        live(bench, *arguments)
        after = forgotten(bench)
        changed.update(key[:2] for key in before.keys() & after.keys() if before[key] != after[key])

    watch(live_fully)
    for part in range(3):
        watch(live_wildly, part, 40)
    kinds = {type(part).__name__: type(part) for part in [*bench, NoiseStream("any")]}
    shown = {(kind, name) for (kind, name), other in SHOWN.items()
             if kind in kinds and other in memory_of(kinds[kind])}
    assert changed - CACHES - shown == set()


def test_the_test_above_sees_what_is_forgotten(monkeypatch):
    bench = lively_dragging()
    before = forgotten(bench)
    bench.lockin._forgotten = [0.0]
    bench._specimen._nuclei.forgotten = 1
    between = forgotten(bench)
    bench.lockin._forgotten.append(1.0)
    bench._specimen._nuclei.forgotten = 2
    after = forgotten(bench)
    assert before.keys() < between.keys()
    seen = {key[:2] for key in after if after[key] != between[key]}
    assert seen == {("LockIn", "_forgotten"), ("FlippingNuclei", "forgotten")}


# -- samples, faults, cables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bench", [
    lambda: dragging_bench(QuantumDot.sample_a("latta2009", charge="charged").replace(
        linewidth=Q_(0.1 + 0.2, "ueV"), stark_zero=Q_(1 / 3, "V")), seed=2**80 + 1, noise=False),
    lambda: spin_inertia_bench(SpinEnsemble.p_type().replace(g_factor=Q_(0.3 - 0.1, "")), seed=3),
], ids=["dot", "ensemble"])
def test_the_sample_comes_back_to_the_last_bit(bench, tmp_path):
    bench = bench()
    again = restore_bench(save_checkpoint(bench, tmp_path / "bench.json"))
    for sample in ("dot", "ensemble"):
        if sample in vars(bench):
            assert vars(again)[sample]._si == vars(bench)[sample]._si
            assert vars(again)[sample].as_record() == vars(bench)[sample].as_record()
    assert (again.seed, again.noise) == (bench.seed, bench.noise)


def test_faults_cables_and_problems_come_back(tmp_path):
    bench = dragging_bench(seed=1)
    bench.disconnect("lockin.reference")
    bench.connect("gate.output", "lockin.signal")
    for fault in list(bench.faults())[:3]:
        bench.fail(fault)
    bench.clock.sleep(0.3)
    again = restore_bench(save_checkpoint(bench, tmp_path / "bench.json"))
    assert again.present_faults == bench.present_faults
    assert again.wiring.links == bench.wiring.links
    assert again.check() == bench.check() != []


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return save_checkpoint(dragging_bench(seed=1), tmp_path_factory.mktemp("checkpoint") / "bench.json")


def test_the_file_tells_where_it_comes_from(file):
    document = json.loads(file.read_text())
    assert (document["kind"], document["format"]) == ("vlab checkpoint", 1)
    assert document["versions"]["numpy"] == np.__version__
    assert document["bench"]["seed"] == 1
    assert document["bench"]["sample"]["linewidth"].endswith("eV")


def sentence(call, *arguments):
    with pytest.raises(VlabError) as caught:
        call(*arguments)
    assert isinstance(caught.value, DataError)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.9, 0.9999])
def test_a_torn_file(file, tmp_path, share):
    torn = tmp_path / "torn.json"
    torn.write_bytes(file.read_bytes()[:int(share * file.stat().st_size)])
    told = sentence(restore_bench, torn)
    assert "torn" in told or "is no checkpoint" in told
    if share > 0.005:
        assert "torn" in told


def test_a_file_with_a_changed_digit(file, tmp_path):
    changed = tmp_path / "changed.json"
    text = file.read_text()
    place = text.index('"now_ps"') if '"now_ps"' in text else text.index('"state"') + 400
    digit = next(i for i in range(place, len(text)) if text[i] in "12345678")
    changed.write_text(text[:digit] + "9" + text[digit + 1:])
    assert "is a checkpoint that is torn or was changed by hand" in sentence(restore_bench, changed)


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n\x00\xff", b"[1, 2]", b'{"kind": "start"}', b"null"])
def test_a_file_of_another_kind(tmp_path, content):
    other = tmp_path / "other.json"
    other.write_bytes(content)
    assert "is no checkpoint of a bench" in sentence(restore_bench, other)
    assert "exists already and is no checkpoint" in sentence(save_checkpoint, dragging_bench(), other)
    assert other.read_bytes() == content


def test_another_format_and_another_version(file, tmp_path):
    document = json.loads(file.read_text())
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps({**document, "format": 2}))
    assert "of format 2, and this vlab reads format 1" in sentence(restore_bench, newer)
    from instruments.checkpoint import _digest

    def rewritten(change):
        other = copy.deepcopy(document)
        change(other)
        other["digest"] = _digest(other["state"])
        newer.write_text(json.dumps(other))
        return sentence(restore_bench, newer)

    memory = document["state"]["memory"]
    assert "instruments" in memory
    for change in (
        lambda d: d["state"]["memory"].pop("clock"),
        lambda d: d["state"]["memory"]["wiring"].update(object="instruments.wiring:Net"),
        lambda d: d["state"]["memory"].update(_room={"record": "os:PathLike", "fields": {}}),
        lambda d: d["state"]["memory"].update(_room={"record": "vlab.samples.specimen:Nothing", "fields": {}}),
        lambda d: d["state"]["memory"].update(_room={"strange": 1}),
        lambda d: d["bench"].update(kind="optical_table"),
        lambda d: d["bench"]["sample"].update(colour="green"),
    ):
        assert "was written by vlab 0.1.0, whose benches are not those of this version" in rewritten(change)


def test_a_file_that_is_not_there(tmp_path):
    assert "cannot be read" in sentence(restore_bench, tmp_path / "nothing.json")
    assert "cannot be read" in sentence(restore_bench, tmp_path)
    with pytest.raises(SettingError, match=r"wants one such as 'bench\.json'"):
        restore_bench(3)


def test_a_folder_in_which_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in sentence(save_checkpoint, dragging_bench(), tmp_path / "file" / "bench.json")


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    bench = dragging_bench()
    path = save_checkpoint(bench, tmp_path / "bench.json")
    before = path.read_bytes()
    bench.clock.sleep(1.0)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device" in sentence(save_checkpoint, bench, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["bench.json"]
    monkeypatch.undo()
    save_checkpoint(bench, path)  # over the older one
    assert restore_bench(path).clock.now_ps == 10**12


def test_a_bench_that_vlab_cannot_make_again(tmp_path, monkeypatch):
    bench = dragging_bench()
    monkeypatch.setattr(type(bench), "kind", "home-made")
    assert "of the kinds dragging, spin_inertia only" in sentence(save_checkpoint, bench, tmp_path / "bench.json")


def test_not_while_time_passes(tmp_path):
    bench = dragging_bench()
    compute, refused = bench._compute, []

    def computing(grid):
        with pytest.raises(RunError, match="while lab time passes"):
            save_checkpoint(bench, tmp_path / "bench.json")
        refused.append(grid)
        compute(grid)

    bench._compute = computing
    bench.clock.sleep(0.1)
    assert refused


# -- the command line ----------------------------------------------------------------------------------------------


def test_the_command_line_goes_on_where_it_was(tmp_path, capsys, monkeypatch):
    import xarray

    from vlab.cli import main

    monkeypatch.chdir(tmp_path)
    scan = ["run", "dwell_time_scan", "--set", "start=1 ueV", "--set", "stop=-1 ueV", "--set", "dwell=0.1 s"]
    assert main([*scan, "--seed", "3", "--set", "dot.fluctuations=on", "--out", "1.nc", "--checkpoint", "b.json"]) == 0
    assert "b.json" in capsys.readouterr().out
    assert main([*scan, "--set", "prepare=continue", "--from-checkpoint", "b.json", "--out", "2.nc"]) == 0
    bench = dragging_bench(QuantumDot.sample_a().replace(fluctuations=True), seed=3)
    experiment = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(0.1, "s"))
    run(experiment, bench, save=False)
    wanted = run(experiment.replace(prepare="continue"), bench, save=False)
    with xarray.open_dataset(tmp_path / "2.nc") as found:
        np.testing.assert_array_equal(found["dt"], wanted["dt"])
    for more, told in ((["--seed", "4"], "--seed was given with --from-checkpoint"),
                       (["--set", "dot.model=latta2009"], "--set dot. was given"),
                       (["--no-noise"], "--no-noise was given")):
        assert main([*scan, "--from-checkpoint", "b.json", *more]) == 2
        assert told in capsys.readouterr().err
    assert main(["run", "hanle_curve", "--from-checkpoint", "b.json"]) == 2
    assert "got a bench for Nuclear-spin dragging; hanle_curve wants one for Pump-probe" in capsys.readouterr().err
    assert main([*scan, "--from-checkpoint", "2.nc"]) == 1
    assert "2.nc is no checkpoint of a bench" in capsys.readouterr().err


# -- the walk ------------------------------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
    | arrays.arrays(st.sampled_from([np.float64, np.complex128, np.int64, np.uint64, np.bool_]),
                    arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=12))
    | st.sampled_from([np.float64(0.1), np.complex128(1 + 2j), np.int64(7), Ramp(0.1, math.inf)]),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(), inner)
    | st.lists(inner, max_size=4).map(lambda x: collections.deque(x, 4)) | st.sets(st.text()),
    max_leaves=8)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.generic | float | complex):
        return np.asarray(a).tobytes() == np.asarray(b).tobytes() or (a != a and b != b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple | collections.deque):
        return len(a) == len(b) and all(map(same, a, b)) and getattr(a, "maxlen", 0) == getattr(b, "maxlen", 0)
    return a == b


@given(PLAIN)
@settings(max_examples=60, deadline=None)
def test_plain_values_come_back_as_they_were(value):
    text = json.dumps(saved(value), allow_nan=False)
    assert same(restored(json.loads(text)), value)


@pytest.mark.parametrize("value", [lambda: 1, object(), np.array([object()]), Path(), [open]])
def test_what_is_no_plain_value_is_refused(value):
    with pytest.raises(Unsavable, match="which a checkpoint cannot save"):
        saved(value)


def test_memories_of_bases_are_one():
    class Base:
        _memory = ("a", "b")

    class Derived(Base):
        _memory = ("b", "c")

    assert memory_of(Derived) == ("a", "b", "c")
    assert not remembers(Derived)
    assert remembers(Derived())


def test_containers_and_objects_stay_those_that_others_hold():
    class Part:
        _memory = ("values", "inner")

        def __init__(self, inner=None):
            self.values, self.inner = {"a": 1.0}, inner

    thing = Part([Part()])
    state = json.loads(json.dumps(saved(thing)))
    values, inner = thing.values, thing.inner[0]
    thing.values["a"], inner.values["b"] = 2.0, 3.0
    restored(state, thing)
    assert thing.values is values
    assert thing.inner[0] is inner
    assert (values, inner.values) == ({"a": 1.0}, {"a": 1.0})
