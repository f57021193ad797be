"""What a bench declares of its theory: curves with parameters that a hand may change, and what they lie over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = dict[str, float]


@dataclass(frozen=True)
class Knob:
    """A parameter of a curve; all numbers in SI units."""

    name: str
    title: str
    unit: str
    """In which it is shown and typed."""
    low: float
    high: float
    usual: float
    help: str
    """Begins with a verb."""
    logarithmic: bool = False


@dataclass(frozen=True)
class TheoryLine:
    """One curve, in the units of the axes."""

    title: str
    quantity: str
    """What it shows, for its colour."""
    x: Floats
    y: Floats
    dashed: bool = False


@dataclass(frozen=True)
class TheoryPage:
    """A picture of theory."""

    key: str
    title: str
    about: str
    """A sentence or two for a tool-tip."""
    knobs: tuple[Knob, ...]
    x_title: str
    y_title: str
    lines: Callable[[Any, Values, bool], tuple[TheoryLine, ...]]
    """Called with the sample, the knobs' values and whether it must be quick; some tens of milliseconds at most. Raises
    ValueError with a sentence where theory has no answer."""
    present: Callable[[Any, Values], Values]
    """Called with the sample and the values of `Bench.hidden`; returns the knobs' values at the bench's settings."""
    logarithmic: bool = False
    """Whether the horizontal axis is."""
    lies_over: tuple[tuple[str, str], ...] = ()
    """Pairs of a coordinate and a variable of measurements whose plot has the same axes."""
    beyond: Callable[[Any, Values], str] | None = None
    """Called with the sample and the values of `Bench.hidden`; returns in a sentence what of the bench the page does
    not take over, empty where its curves are the bench's."""
