"""Ticks of logarithmic axes."""

import math

import pytest

from gui.widgets.axis import Axis


@pytest.fixture
def axis(qapp):
    return Axis("bottom")


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [(0.5, 50.0, ["0.5", "1", "2", "5", "10", "20", "50"]),
     (1e-1, 1e5, ["0.1", "1", "10", "100", "1000", "10000", "10⁵"]),
     (17.0, 24.0, ["18", "20", "22", "24"]), (1e-6, 3e-6, ["10⁻⁶", "1.5·10⁻⁶", "2·10⁻⁶", "2.5·10⁻⁶", "3·10⁻⁶"]),
     (1.0, 1e16, ["1", "100", "10000", "10⁶", "10⁸", "10¹⁰", "10¹²", "10¹⁴", "10¹⁶"])],
)
def test_few_round_numbers(axis, low, high, written):
    (spacing, named), (bare, minor) = axis.logTickValues(math.log10(low) - 1e-9, math.log10(high) + 1e-9, 500.0, [])
    assert axis.logTickStrings(named, 1.0, spacing) == written
    assert set(axis.logTickStrings(minor, 1.0, bare)) <= {""}
    assert not set(named) & set(minor)
