"""Killed at a random moment, a run loses no point that it had acknowledged."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray

from vlab.data.recovery import recover

PROGRAM = """
import sys
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.experiments.runner import Measured
from instruments import dragging_bench

def acknowledge(event):
    if isinstance(event, Measured):
        print(event.index[0], repr(event.values[0]), file=notes, flush=True)
        if event.done == 1:
            print("measuring", flush=True)

scan = DwellTimeScan(start=Q_(20, "ueV"), stop=Q_(-300, "ueV"), step=Q_(0.02, "ueV"), dwell=Q_(0.2, "s"))
notes = open(sys.argv[2], "w")
run(scan, dragging_bench(seed=1), save=sys.argv[1], subscribers=(acknowledge,))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_ten_kills_lose_nothing(tmp_path):
    moments = random.Random(20090101)
    for number in range(10):
        folder, notes = tmp_path / str(number), tmp_path / f"{number}.txt"
        command = [sys.executable, "-c", PROGRAM, str(folder), str(notes)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "measuring\n"
            time.sleep(moments.uniform(0.0, 0.8))
            process.send_signal(signal.SIGKILL)
        lines = notes.read_text().split("\n")[:-1]  # what follows the last line feed is torn
        acknowledged = [line.split() for line in lines]
        results = recover(folder)
        assert len(results) == 1
        with xarray.open_dataset(results[0].file) as found:
            values = found["dt"].values
        assert acknowledged
        assert 1 <= len(values) < 16001, "the run ended before it was killed"
        for index, value in acknowledged:
            assert values[int(index)] == float(value)
        assert np.isfinite(values).all()
