"""The command line as a person uses it."""

import json
import re

import numpy as np
import pytest
import xarray
from second_bench import make_bench, make_sample

from instruments import dragging_bench
from vlab import Q_, run
from vlab.cli import main
from vlab.experiments import DraggingWidthVsDwell, DwellTimeScan
from vlab.samples import QuantumDot

SHORT = ["--set", "start=2 ueV", "--set", "stop=-2ueV", "--set", "dwell=0.2 s"]


def test_list_and_describe(capsys):
    assert main(["list"]) == 0
    assert "dwell_time_scan" in capsys.readouterr().out
    assert main(["describe", "dwell_time_scan"]) == 0
    text = capsys.readouterr().out
    for name in DwellTimeScan.parameters():
        assert f"  {name} = " in text
    assert main(["describe", "lockin"]) == 0
    assert "lockin.time_constant" in capsys.readouterr().out
    assert main(["describe", "dot"]) == 0
    assert "dot.linewidth" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["latta2009", "noncollinear"])
@pytest.mark.parametrize("dwell", ["200 ms", "1 s", "5000 ms"])
def test_the_command_line_gives_the_scripts_numbers_to_the_bit(tmp_path, capsys, model, dwell):
    target = tmp_path / "scan.nc"
    assert main(["run", "dwell_time_scan", "--set", f"dwell={dwell}", "--set", f"dot.model={model}", "--seed", "7",
                 "--out", str(target)]) == 0
    assert str(target) in capsys.readouterr().out
    scan = DwellTimeScan(start=Q_(20, "ueV"), stop=Q_(-30, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(dwell))
    expected = run(scan, dragging_bench(dot=QuantumDot.sample_a(model=model), seed=7), save=False)
    with xarray.open_dataset(target) as found:
        for name in ("dt", "dt_normalized", "time", "detuning"):
            np.testing.assert_array_equal(found[name].values, expected[name].values)


def test_each_bench_has_its_section_in_the_list(second_bench, capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.index("Nuclear-spin dragging:") < lines.index("Chopping:")
    assert lines[lines.index("Chopping:") + 1].split()[0] == "frequency_sweep"


def test_describe_knows_every_bench(second_bench, capsys):
    assert main(["describe", "toy"]) == 0
    text = capsys.readouterr().out
    assert "toy.age = fresh" in text
    assert "Choose how old it is. Wants one of fresh, stale." in text
    assert "toy.linewidth" in text
    assert main(["describe", "lockin"]) == 0
    text = capsys.readouterr().out
    assert "On the bench" not in text
    assert text.count("lockin.time_constant") == 1
    assert main(["describe", "chopper"]) == 0
    text = capsys.readouterr().out
    assert text.index("On the bench Nuclear-spin dragging:") < text.index("On the bench Chopping:")
    assert "Quiet chopper" in text


def test_an_experiment_runs_on_its_own_bench(second_bench, tmp_path, capsys):
    target, picture = tmp_path / "sweep.nc", tmp_path / "sweep.svg"
    assert main(["run", "frequency_sweep", "--set", "toy.age=stale", "--set", "lowest=0.5 kHz", "--set",
                 "lockin.sensitivity=50 uV", "--out", str(target), "--plot", str(picture)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == str(target)
    assert printed[1].startswith("highest signal: ")
    assert printed[-1] == str(picture)
    _, sweep = second_bench
    bench = make_bench(make_sample({"age": "stale"}))
    bench.lockin.sensitivity = Q_(50, "uV")
    expected = run(sweep(lowest=Q_(0.5, "kHz")), bench, save=False)
    with xarray.open_dataset(target) as found:
        np.testing.assert_array_equal(found["magnitude"].values, expected["magnitude"].values)
    assert "<svg" in picture.read_text()


def test_settings_of_another_bench_are_refused_in_a_sentence(second_bench, capsys):
    assert main(["run", "frequency_sweep", "--set", "dot.model=latta2009"]) == 2
    error = capsys.readouterr().err
    assert "'dot'" in error
    assert "toy" in error
    assert main(["run", "frequency_sweep", "--set", "chopper.frequency=5 kHz"]) == 2
    assert "the experiment sets itself" in capsys.readouterr().err


@pytest.mark.slow
def test_run_in_a_process_writes_file_and_picture(vlab_command, tmp_path):
    done = vlab_command("run", "dwell_time_scan", *SHORT, "--set", "laser.power=20 nW", "--plot", "scan.png")
    file = next((tmp_path / "runs").glob("*.nc"))
    assert file.name in done.stdout
    assert (tmp_path / "scan.png").read_bytes().startswith(b"\x89PNG")
    assert not list((tmp_path / "runs").glob("*.jsonl*"))
    with xarray.open_dataset(file) as found:
        assert json.loads(found.attrs["instruments"])["laser"]["power"] == pytest.approx(2e-8)


def test_lists_are_given_as_text(tmp_path, capsys):
    target, picture = tmp_path / "widths.nc", tmp_path / "widths.png"
    assert main(["describe", "dragging_width_vs_dwell"]) == 0
    assert "  step_sizes = 0.2, 0.4, 1.6, 2 µeV\n" in capsys.readouterr().out
    assert main(["run", "dragging_width_vs_dwell", "--set", "step_sizes=0.5, 1 ueV", "--set", "dwells=100 ms, 0.2 s",
                 "--set", "start=4 ueV", "--set", "stop=-4 ueV", "--set", "phases=2", "--out", str(target), "--plot",
                 str(picture)]) == 0
    told = capsys.readouterr().out
    assert "forward: a build-up time wants widths at 3 dwell times or more; there are 2" in told
    assert picture.read_bytes().startswith(b"\x89PNG")
    asked = DraggingWidthVsDwell(step_sizes=Q_([0.5, 1.0], "ueV"), dwells=Q_([0.1, 0.2], "s"), start=Q_(4, "ueV"),
                                 stop=Q_(-4, "ueV"), phases=2)
    expected = run(asked, dragging_bench(), save=False)
    with xarray.open_dataset(target) as found:
        np.testing.assert_array_equal(found["width"].values, expected["width"].values)
        assert json.loads(found.attrs["procedure_parameters"])["dwells"] == "100.0 ms, 0.2 s"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "dwell_tim_scan"], "did you mean 'dwell_time_scan'"),
        (["run", "dwell_time_scan", "--set", "dwel=5 s"], "did you mean 'dwell'"),
        (["run", "dwell_time_scan", "--set", "dwell=5 T"], "it wants a time"),
        (["run", "dwell_time_scan", "--set", "dwell"], "KEY=VALUE"),
        (["run", "dwell_time_scan", "--set", "dwell=nan s"], "a number with a unit"),
        (["run", "dwell_time_scan", "--set", "step=-1 ueV"], "above 0 ueV"),
        (["run", "dwell_time_scan", "--set", "laser.power=-5 nW"], "0 nW to 10000 nW"),
        (["run", "dwell_time_scan", "--set", "laser.pwer=5 nW"], "did you mean 'power'"),
        (["run", "dwell_time_scan", "--set", "lockin.x=5 V"], "cannot be set"),
        (["run", "dwell_time_scan", "--set", "lase.power=5 nW"], "did you mean 'laser'"),
        (["run", "dwell_time_scan", "--set", "dot.model=latta2010"], "latta2009, noncollinear"),
        (["run", "dwell_time_scan", "--set", "dot.nucle=5"], "did you mean 'nuclei'"),
        (["run", "dwell_time_scan", "--seed", "-1"], "seed"),
        (["run", "dwell_time_scan", "--pace", "0"], "above 0"),
        (["run", "dwell_time_scan", "--set", "lockin.time_constant=300 ms"], "the experiment sets itself"),
        (["run", "dwell_time_scan", "--set", "laser.shutter=closed"], "the experiment sets itself"),
        (["run", "dwell_time_scan", "--set", "dwell=1 s", "--set", "dwell=2 s"], "twice"),
        (["run", "dwell_time_scan", "--set", "step=100 ueV"], "at least 2 points"),
        (["run", "dwell_time_scan", "--plot", "scan.xyz"], ".png, .pdf, .svg"),
        (["run", "dwell_time_scan", "--out", "scan.txt"], "ending in .nc"),
        (["describe", "lokin"], "did you mean 'lockin'"),
        (["run", "dragging_width_vs_dwell", "--set", "dwells=1, 1 s"], "1 s twice"),
        (["run", "dragging_width_vs_dwell", "--set", "step_sizes=0.2, 0.4"], "it wants an energy with a unit"),
        (["run", "dragging_width_vs_dwell", "--set", "step_sizes=fine"], "a number with a unit"),
        (["run", "dragging_vs_power", "--set", "laser.power=5 nW"], "the experiment sets itself"),
    ],
)
def test_wrong_usage_gets_one_sentence_and_exit_code_2(arguments, says, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert error.startswith("vlab: ")
    assert len(error.splitlines()) == 1


def test_no_light_no_run(tmp_path, capsys):
    assert main(["run", "dwell_time_scan", "--set", "laser.power=0 nW", "--out", str(tmp_path)]) == 1
    assert "laser.power is zero, so there is no absorption" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_noise_has_no_width_and_overload_is_told(tmp_path, capsys):
    assert main(["run", "dwell_time_scan", "--set", "lockin.harmonic=2", "--out", str(tmp_path)]) == 0
    assert "no resonance above the noise" in capsys.readouterr().out
    assert main(["run", "dwell_time_scan", "--set", "detector.balance=0", "--out", str(tmp_path)]) == 0
    assert "an output is overloaded" in capsys.readouterr().err


def test_an_existing_file_is_not_overwritten(tmp_path, capsys):
    target = tmp_path / "scan.nc"
    target.write_text("precious")
    assert main(["run", "dwell_time_scan", *SHORT, "--out", str(target)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert target.read_text() == "precious"


def test_many_runs_into_one_folder_do_not_collide(tmp_path):
    for _ in range(3):
        assert main(["run", "dwell_time_scan", *SHORT, "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*.nc"))) == 3


def test_recover_with_nothing_to_do(tmp_path, capsys):
    assert main(["recover", str(tmp_path)]) == 0
    assert "no interrupted runs" in capsys.readouterr().out
    assert main(["recover", str(tmp_path / "absent")]) == 1


@pytest.mark.slow
def test_demo(tmp_path, capsys):
    assert main(["demo", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.split()
    assert len(printed) == 8
    for path in printed:
        assert re.search(r"\.(nc|png)$", path)
    assert (tmp_path / "s1a.png").exists()
    assert main(["demo", str(tmp_path)]) == 0  # a second time, too
