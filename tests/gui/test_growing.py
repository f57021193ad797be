"""Rows of numbers that grow."""

import time

import numpy as np
import pytest

from gui.growing import Column
from gui.scans import Trace


def test_a_column_is_a_list_and_an_array():
    column = Column()
    for value in range(100):
        column.append(value)
    column[3] = 7.5
    assert len(column) == 100
    assert column[3] == 7.5
    assert column[-1] == 99.0
    assert column[2:4] == [2.0, 7.5]
    assert column == [0.0, 1.0, 2.0, 7.5, *map(float, range(4, 100))]
    assert column == Column(list(column))
    assert column != [1.0]
    np.testing.assert_array_equal(np.array(column), column.array)
    assert isinstance(next(iter(column)), float)


def test_a_long_trace_grows_and_is_drawn_quickly():
    """A hundred thousand points: adding one costs microseconds, and so does looking, whatever there is already."""
    trace = Trace(0, "", False)
    began = time.process_time()
    for i in range(100_000):
        trace.add(i, 0.1 * i, {"x": float(i), "y": -float(i)})
    grown = time.process_time() - began
    began = time.process_time()
    for _ in range(20):
        x, y = trace.drawn("y", False, False)
    drawn = (time.process_time() - began) / 20
    assert x.size == y.size == 100_000
    assert y[-1] == -99_999.0
    assert trace.range("y", False) == (-99_999.0, 0.0)
    assert grown < 5.0
    assert drawn < 0.05


def test_points_out_of_order_are_joined_in_order():
    trace = Trace(0, "", False)
    for i, x in enumerate((0.0, 2.0, 1.0)):
        trace.add(i, x, {"y": 10.0 * x})
    assert list(trace.drawn("y", False, False)[0]) == [0.0, 1.0, 2.0]
    trace.add(1, 2.0, {"y": 5.0})
    assert list(trace.drawn("y", False, False)[1]) == [0.0, 10.0, 5.0]


def test_standard_errors_that_a_run_tells():
    trace = Trace(0, "", False, told_errors={"shift": "shift_error"})
    for i, error in enumerate((0.5, float("nan"), 0.25)):
        trace.add(i, float(i), {"shift": 4.0, "shift_error": error})
    x, y = trace.bars("shift", False, False)
    np.testing.assert_array_equal(x, [0.0, 0.0, 2.0, 2.0])
    np.testing.assert_array_equal(y, [3.5, 4.5, 3.75, 4.25])
    assert trace.range("shift", False) == (3.5, 4.5)
    assert trace.range("nothing", True) == ()
    assert trace.fewest_samples() == 1
    with pytest.raises(KeyError):
        trace.columns["nothing"]
