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
        print(event.index[0], repr(event.values[0]), flush=True)

scan = DwellTimeScan(start=Q_(20, "ueV"), stop=Q_(-300, "ueV"), step=Q_(0.02, "ueV"), dwell=Q_(0.2, "s"))
print("ready", flush=True)
run(scan, dragging_bench(seed=1), save=sys.argv[1], subscribers=(acknowledge,))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_ten_kills_lose_nothing(tmp_path):
    moments = random.Random(20090101)
    for number in range(10):
        folder = tmp_path / str(number)
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0.3, 1.5))
        process.send_signal(signal.SIGKILL)
        acknowledged = [line.split() for line in process.stdout.read().splitlines()[:-1]]  # the last may be torn
        process.wait()
        results = recover(folder)
        assert len(results) == 1, "the kill came before the journal was begun"
        with xarray.open_dataset(results[0].file) as found:
            values = found["dt"].values
        assert len(acknowledged) > 10
        for index, value in acknowledged:
            assert values[int(index)] == float(value)
        assert np.isfinite(values).all()
