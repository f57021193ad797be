"""Journals, files and recovery."""

import json
import subprocess
import sys

import numpy as np
import pytest
import xarray

from instruments import dragging_bench
from vlab import Q_, run
from vlab.data.journal import SUFFIX, Journal, read_journal
from vlab.data.recovery import recover
from vlab.errors import DataError
from vlab.experiments import DwellTimeScan
from vlab.experiments.runner import Measured, Run

SCAN = DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-4, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.2, "s"))


def test_documents_come_back(tmp_path):
    path = tmp_path / f"a{SUFFIX}"
    journal = Journal(path)
    journal.write({"kind": "start", "x": 0.1})
    journal.write({"kind": "point", "values": [1e-300, float("nan")]})
    found = read_journal(path)  # readable while it is being written
    assert found[0]["x"] == 0.1
    assert found[1]["values"][0] == 1e-300
    journal.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_torn_last_line_is_dropped(tmp_path):
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(b'{"kind":"start"}\n{"kind":"point","values":[1.0]}\n{"kind":"poi')
    assert [d["kind"] for d in read_journal(path)] == ["start", "point"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"kind":"point"}\n', b"\xff\xfe\n", b"[1, 2]\n"])
def test_what_is_no_journal_is_named(tmp_path, content):
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(content)
    with pytest.raises(DataError, match="nothing to recover"):
        read_journal(path)


def test_two_runs_cannot_share_a_journal(tmp_path):
    path = tmp_path / f"a{SUFFIX}"
    journal = Journal(path)
    with pytest.raises(DataError):
        Journal(path)
    journal.remove()


def test_the_file_opens_in_a_clean_interpreter(tmp_path):
    target = tmp_path / "scan.nc"
    dataset = run(SCAN, dragging_bench(), save=target)
    code = f"import xarray; d = xarray.open_dataset({str(target)!r}); print(float(d.dt.sum()), d.dt.units, " \
           "d.detuning.units, d.dt.long_name)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(printed.split()[0]) == float(dataset["dt"].sum())
    assert printed.split()[1:3] == ["V", "ueV"]


def test_the_file_says_where_its_numbers_came_from(tmp_path):
    bench = dragging_bench(seed=11)
    found = run(SCAN, bench, save=tmp_path)
    attributes = found.attrs
    assert attributes["seed"] == 11
    assert attributes["status"] == "completed"
    assert json.loads(attributes["sample"])["model"] == "noncollinear"
    assert json.loads(attributes["versions"])["numpy"] == np.__version__
    used = json.loads(attributes["instruments"])
    assert used["magnet"]["field"] == 4.5
    assert used["lockin"]["time_constant"] == 0.2
    assert json.loads(attributes["instruments_before"])["lockin"]["time_constant"] == 1.0
    again = DwellTimeScan.from_texts({k: str(v) for k, v in json.loads(attributes["procedure_parameters"]).items()})
    assert again.detunings() == SCAN.detunings()
    for variable in [*found.data_vars, *found.coords]:
        assert found[variable].attrs["units"]
        assert found[variable].attrs["long_name"]


def test_recovery_gives_the_same_dataset(tmp_path):
    """A journal left behind after some points becomes a file with just these points."""
    task = Run(SCAN, dragging_bench(seed=5), save=tmp_path)
    seen = []
    task.subscribe(lambda e: seen.append(e) if isinstance(e, Measured) else None)
    task._begin()
    task._follow()
    task._writer.close()  # the process ends here
    results = recover(tmp_path)
    assert [r.points for r in results] == [SCAN.points()]
    with xarray.open_dataset(results[0].file) as found:
        assert found.attrs["status"] == "interrupted"
        np.testing.assert_array_equal(found["dt"].values, [e.values[0] for e in seen])
    assert not list(tmp_path.glob(f"*{SUFFIX}*"))


def test_a_journal_in_use_is_left_alone(tmp_path):
    task = Run(SCAN, dragging_bench(), save=tmp_path)
    task._begin()
    results = recover(tmp_path)
    assert results[0].file is None
    assert "still writing" in results[0].message
    task._follow()
    task._end("completed", "")
    assert len(list(tmp_path.glob("*.nc"))) == 1


def test_a_hopeless_journal_is_kept_and_named(tmp_path):
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(b"{")
    results = recover(tmp_path)
    assert results[0].file is None
    assert path.exists()
