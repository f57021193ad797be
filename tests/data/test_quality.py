"""Quality marks of points: from the runner into the file, readable by others, and said in a sentence."""

import numpy as np
import pytest
import xarray

from vlab.data.quality import counts, good, marked, quality_attributes, remarks

MARKS = ["laser.mode_hopped", "lockin.unlocked", "gate.tripped"]


def points(*marks):
    return [{"index": [i], "values": [0.0], "marks": list(m)} for i, m in enumerate(marks)]


def dataset_of(*marks):
    bits = marked(points(*marks), (len(marks),), MARKS)
    return xarray.Dataset({"quality": (["x"], bits, quality_attributes(MARKS))}, attrs={"points": len(marks)})


def test_bits_follow_the_conventions_for_flags():
    data = dataset_of((), ("lockin.unlocked",), ("laser.mode_hopped", "gate.tripped"))
    quality = data["quality"]
    assert quality.values.tolist() == [0, 2, 5]
    assert quality.attrs["flag_meanings"].split() == ["laser_mode_hopped", "lockin_unlocked", "gate_tripped"]
    assert quality.attrs["flag_masks"].dtype == quality.dtype
    assert counts(data) == {"laser_mode_hopped": 1, "lockin_unlocked": 1, "gate_tripped": 1}
    assert good(data).values.tolist() == [True, False, False]
    assert remarks(data) == ["2 of 3 points are marked as spoiled (laser_mode_hopped 1, lockin_unlocked 1, "
                             "gate_tripped 1); the variable 'quality' says which."]


def test_good_data_says_nothing():
    data = dataset_of((), ())
    assert remarks(data) == []
    assert counts(data) == {}
    assert bool(good(data).all())
    bare = xarray.Dataset({"dt": (["x"], np.zeros(3))})
    assert remarks(bare) == []
    assert bool(good(bare).all())


def test_a_file_keeps_the_marks(tmp_path):
    dataset_of(("gate.tripped",), ()).to_netcdf(tmp_path / "q.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "q.nc", engine="h5netcdf") as back:
        assert counts(back) == {"gate_tripped": 1}
        assert back["quality"].values == pytest.approx([4, 0])
