"""Shared fixtures."""

import gc
import os
import subprocess
import sys

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items):
    """Let the longest tests begin first, so that none of them is left alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)


def pytest_collection_finish():
    """Spare the collector what was imported and collected, which stays to the end: else it takes half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def vlab_command(tmp_path):
    """Run ``vlab`` in a process of its own, in an empty folder."""

    def call(*arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run([sys.executable, "-m", "vlab", *arguments], capture_output=True, text=True, cwd=tmp_path,
                              timeout=120)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    return call


@pytest.fixture
def second_bench(monkeypatch):
    """Register a second kind of bench with an experiment of its own, beside the dwell-time scan alone; returns both."""
    from second_bench import CHOPPING, FrequencySweep

    from instruments.benches import BENCHES
    from vlab.experiments import EXPERIMENTS

    for key in list(EXPERIMENTS):
        if key != "dwell_time_scan":
            monkeypatch.delitem(EXPERIMENTS, key)
    monkeypatch.setitem(BENCHES, CHOPPING.key, CHOPPING)
    monkeypatch.setitem(EXPERIMENTS, FrequencySweep.key, FrequencySweep)
    return CHOPPING, FrequencySweep
