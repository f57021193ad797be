"""The marks around a knob, and the way from one to the next."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.knob_scale import KnobScale

SERIES = st.sampled_from([(1.0, 3.0), (1.0, 2.0, 5.0), (1.0,)])


def test_a_1_3_10_series_between_its_limits():
    scale = KnobScale(1e-2, 1.0, (1.0, 3.0))
    assert scale.marks == pytest.approx((0.01, 0.03, 0.1, 0.3, 1.0), rel=1e-12)


def test_limits_off_the_series_are_marks_as_well():
    assert KnobScale(0.004, 5.0, (1.0, 2.0, 5.0)).marks == pytest.approx(
        (0.004, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0))


@pytest.mark.parametrize(("value", "steps", "expected"), [
    (1.0, 1, 3.0), (1.0, -1, 0.3), (0.7, 1, 1.0), (0.7, -1, 0.3), (1.0, 2, 10.0), (0.7, 2, 3.0), (1.0, 0, 1.0),
    (0.7, 0, 0.7), (30.0, 1, 30.0), (30.0, 9, 30.0), (1e-5, -1, 1e-5), (1e9, -1, 30.0), (0.0, 1, 1e-5)])
def test_steps(value, steps, expected):
    assert KnobScale(1e-5, 30.0, (1.0, 3.0)).stepped(value, steps) == pytest.approx(expected)


def test_places_are_even_in_the_logarithm():
    scale = KnobScale(1e-3, 1e3)
    assert [scale.place(v) for v in (0.0, 1e-3, 1.0, 1e3, 1e9)] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0])


@settings(max_examples=30)
@given(SERIES, st.floats(1e-5, 1e2), st.integers(-3, 3))
def test_there_and_back_from_a_mark(series, value, steps):
    scale = KnobScale(1e-9, 1e6, series)
    mark = scale.stepped(value, 1)
    assert scale.stepped(scale.stepped(mark, steps), -steps) == mark


@settings(max_examples=30)
@given(SERIES, st.floats(1e-9, 1e6))
def test_a_step_up_is_the_next_mark_above(series, value):
    scale = KnobScale(1e-9, 1e6, series)
    above = [m for m in scale.marks if m > value * (1.0 + 1e-9)]
    assert scale.stepped(value, 1) == (above[0] if above else scale.marks[-1])
    assert scale.marks[scale.nearest(value)] == min(scale.marks, key=lambda m: abs(math.log(m / value)))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, math.inf)])
def test_limits_that_make_no_decades(low, high):
    with pytest.raises(ValueError, match="0 < low < high"):
        KnobScale(low, high)
