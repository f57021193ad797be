"""Tables for other programs."""

import numpy as np
import pandas as pd
import pytest

from instruments import dragging_bench
from vlab import Q_, run
from vlab.data.table import Column, side_by_side, table_of, write_table
from vlab.errors import DataError
from vlab.experiments import DwellTimeScan


def test_a_table_of_a_run_opens_in_pandas_and_numpy(tmp_path):
    asked = DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"), dwell=Q_(0.02, "s"),
                          directions="both")
    data = run(asked, dragging_bench(), save=False)
    path = tmp_path / "run.csv"
    write_table(path, table_of(data, file="run.nc", finding="a width of\n3 µeV"))
    table = pd.read_csv(path, comment="#")
    assert list(table) == ["direction", "detuning (ueV)", "dt (V)", "dt_normalized", "time (s)", "quality"]
    assert len(table) == 10
    back = table[table["direction"] == "backward"]
    np.testing.assert_array_equal(back["detuning (ueV)"], data["detuning"])
    np.testing.assert_array_equal(back["dt (V)"], data["dt"].sel(direction="backward"))  # to the bit
    assert (table["quality"] == 0).all()
    text = path.read_text(encoding="utf-8").splitlines()
    said = [line for line in text if line.startswith("#")]
    assert text[:len(said)] == said  # above all others
    assert [line.split(": ")[0] for line in said[1:]] == ["# experiment", "# when", "# file", "# sample",
                                                          "# parameters", "# finding"]
    assert "dwell = 0.02 s; " in said[5]
    assert "time_constant" not in said[5]  # not given
    assert "linewidth = 0.6 µeV; " in said[4]
    assert said[6] == "# finding: a width of 3 µeV"
    skip = int(said[0].partition("skip_header=")[2].partition(",")[0])
    assert f"skip_header={skip}, names=True" in said[0]
    read = np.genfromtxt(path, delimiter=",", skip_header=skip, names=True, encoding="utf-8")
    np.testing.assert_array_equal(read["dt_V"], table["dt (V)"])


def test_curves_share_a_column_of_x():
    columns = side_by_side(Column("time", "s", ()), [
        ([2.0, 0.0], [Column("a", "V", [20.0, 0.0]), Column("bad", "", [1, 0])]),
        ([1.0, 2.0], [Column("b", "", [1, 2])])])
    assert [c.heading() for c in columns] == ["time (s)", "a (V)", "bad", "b"]
    np.testing.assert_array_equal(columns[0].values, [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(columns[1].values, [0.0, np.nan, 20.0])
    assert list(columns[2].values) == [0, "", 1]


def test_what_is_not_known_is_an_empty_cell(tmp_path):
    path = tmp_path / "t.csv"
    write_table(path, [Column("a", "1", [1.5, float("nan"), float("inf")]), Column("w", "", ["x, y", 'say "z"', ""])])
    assert path.read_text(encoding="utf-8").splitlines() == ["a,w", '1.5,"x, y"', ',"say ""z"""', ","]


def test_tables_that_cannot_be(tmp_path):
    with pytest.raises(DataError, match=r"columns of the same length; these have 1, 2"):
        write_table(tmp_path / "t.csv", [Column("a", "", [1]), Column("b", "", [1, 2])])
    with pytest.raises(DataError, match="cannot be written"):
        write_table(tmp_path / "none" / "t.csv", [Column("a", "", [1])])
    assert not list(tmp_path.iterdir())
