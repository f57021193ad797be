"""What a file says of its run: the same experiment, sample and seed come back from it."""

import pytest
import xarray

from instruments import dragging_bench, spin_inertia_bench
from instruments.past_run import PastRun
from vlab import Q_, run
from vlab.errors import DataError
from vlab.experiments import DwellTimeScan, ModulationFrequencyScan
from vlab.samples import QuantumDot, SpinEnsemble


def test_a_file_tells_its_run(tmp_path):
    dot = QuantumDot.sample_a(model="latta2009").replace(linewidth=Q_(2, "ueV"))
    scan = DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(30, "ms"), time_constant=Q_(10, "ms"))
    data = run(scan, dragging_bench(dot=dot, seed=7, noise=False), save=tmp_path)
    with xarray.open_dataset(data.encoding["source"]) as found:
        past = PastRun.of(found.attrs)
    assert past.procedure == scan
    assert past.sample == dot
    assert (past.kind.key, past.seed, past.noise, past.run_number) == ("dragging", 7, False, 1)
    assert past.settings["magnet"]["field"] == 4.5


def test_lists_and_words_come_back():
    ensemble = SpinEnsemble.p_type()
    scan = ModulationFrequencyScan(power=0.1, field=Q_(300, "mT"))
    data = run(scan, spin_inertia_bench(ensemble=ensemble, seed=1), save=False)
    past = PastRun.of(data.attrs)
    assert past.procedure == scan
    assert past.sample == ensemble


def test_other_files_are_refused_in_a_sentence():
    with pytest.raises(DataError, match="does not say which experiment"):
        PastRun.of({"title": "holiday"})
    data = run(DwellTimeScan(start=Q_(1, "ueV"), stop=Q_(-1, "ueV"), dwell=Q_(20, "ms")), dragging_bench(), save=False)
    with pytest.raises(DataError, match="cannot be made again"):
        PastRun.of({**data.attrs, "procedure": "crystal_ball"})
