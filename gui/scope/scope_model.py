"""What an oscilloscope is set to, and its picture: lanes one above the other on a common time axis. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gui.evented import Event
from gui.scope.round_numbers import step_above, steps
from instruments.benches import BenchKind
from instruments.probing import BEFORE, DIVISIONS, Probe, Sweep, Trigger
from vlab.readout import readout

TIME_BASES = steps(1e-6, 1.0)
"""s per division."""
AVERAGES = (1, 16, 256, 4096, 65536)
TRIGGERS: dict[Trigger, str] = {"rising": "Reference, rising edge", "falling": "Reference, falling edge",
                                "free": "None: free running"}
HEIGHT = 8
"""Divisions of the screen, shared by the lanes."""
_FILLED = 0.8
"""Part of its lane that a trace may fill."""
_SMALL = 0.25
"""Of a lane: a trace that fills less gets a finer scale."""
_PICTURED = 5.0
"""Periods of the reference that are seen at first."""


@dataclass(frozen=True)
class ScopeChannel:
    """One input of the scope."""

    key: str
    """``"lockin.input"``."""
    probe: Probe
    number: int
    """Counted back from the last, which is 0: the same test points of the lock-in on every bench."""


@dataclass(frozen=True)
class Lane:
    """How a channel lies on the screen: ``offset + value / scale`` divisions from its middle."""

    channel: ScopeChannel
    offset: float
    scale: float
    """SI units per division."""
    middle: float
    """The value that is drawn in the middle of the lane."""
    top: float
    """Divisions."""

    def drawn(self, trace: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a trace in divisions."""
        return np.asarray(self.offset + (trace - self.middle) / self.scale)


def channels_of(kind: BenchKind) -> tuple[ScopeChannel, ...]:
    """Return the test points of a bench, in the order of the light's way."""
    found = [(f"{name}.{probe.name}", probe) for name, each in kind.instruments.items() for probe in each.probes]
    return tuple(ScopeChannel(key, probe, len(found) - 1 - i) for i, (key, probe) in enumerate(found))


class ScopeModel:
    """Settings and last sweep of an oscilloscope.

    Attributes
    ----------
    shown : set of str
        Keys of the channels that are switched on.
    selected : str
        Key of the channel that the vertical scale belongs to.
    scales : dict
        SI units per division that a hand has chosen, by key; the others scale themselves.
    division : float
        s.
    running, single : bool
        Whether sweeps are taken, and whether the next is the last.
    """

    def __init__(self, kind: BenchKind) -> None:
        self.changed = Event()
        """A setting was changed."""
        self.swept = Event()
        """There is a new sweep."""
        self.averages = 4096
        self.limited = True
        self.trigger: Trigger = "rising"
        self.running, self.single = True, False
        self.cursors: tuple[float, float] | None = None
        """In divisions from the left."""
        self.set_kind(kind)

    def set_kind(self, kind: BenchKind) -> None:
        """Join the scope to the test points of a bench."""
        self.channels = channels_of(kind)
        self.shown = {channel.key for channel in self.channels if channel.probe.shown}
        self.selected = next((c.key for c in self.channels if c.probe.shown), "")
        self.scales: dict[str, float] = {}
        self.division = 0.0
        """0 until the reference is known."""
        self.sweep: Sweep | None = None
        self._found: dict[str, tuple[float, float]] = {}
        self.changed.emit()

    def wanted(self) -> tuple[str, ...]:
        """Return the channels that are switched on, in order."""
        return tuple(channel.key for channel in self.channels if channel.key in self.shown)

    def channel(self, key: str) -> ScopeChannel:
        """Return a channel by its key."""
        return next(channel for channel in self.channels if channel.key == key)

    def press(self, key: str) -> None:
        """Do as a channel's button does: switch it on, select it, or switch off the selected one."""
        if key in self.shown and key == self.selected and len(self.shown) > 1:
            self.shown.discard(key)
            self.selected = next(k for k in self.wanted())
        else:
            self.shown.add(key)
            self.selected = key
        self.changed.emit()

    def choose_division(self, frequency: float) -> None:
        """Choose the time base in which some periods of the reference are seen."""
        wanted = _PICTURED / frequency / DIVISIONS if frequency > 0.0 else 1e-4
        self.set_division(min(TIME_BASES, key=lambda step: abs(np.log(step / wanted))))

    def set_division(self, division: float) -> None:
        """Set the time base in s per division."""
        self.division = division
        self.changed.emit()

    def turn_time_base(self, clicks: int) -> None:
        """Turn the knob of the time base, to the right for faster sweeps."""
        here = min(range(len(TIME_BASES)), key=lambda i: abs(TIME_BASES[i] - self.division))
        self.set_division(TIME_BASES[min(max(here - clicks, 0), len(TIME_BASES) - 1)])

    def set_scale(self, scale: float | None) -> None:
        """Set the selected channel's SI units per division; None: by itself."""
        if scale is None:
            self.scales.pop(self.selected, None)
        else:
            self.scales[self.selected] = scale
        self.changed.emit()

    def set(self, **changes: object) -> None:
        """Change ``averages``, ``limited``, ``trigger`` or ``cursors``."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.changed.emit()

    def run(self, running: bool) -> None:
        """Run or stop."""
        self.running, self.single = running, False
        self.changed.emit()

    def run_once(self) -> None:
        """Take one sweep and stop."""
        self.running = self.single = True
        self.changed.emit()

    def take(self, sweep: Sweep) -> None:
        """Show a sweep."""
        self.sweep = sweep
        if self.single:
            self.run(False)
        self.swept.emit()

    def lanes(self) -> tuple[Lane, ...]:
        """Return how the channels of the last sweep lie on the screen."""
        sweep, keys = self.sweep, self.wanted()
        if sweep is None or not keys:
            return ()
        height = HEIGHT / len(keys)
        found = []
        for place, key in enumerate(keys):
            top = 0.5 * HEIGHT - place * height
            trace = sweep.traces.get(key)
            scale, middle = self._fitting(key, trace, height)
            found.append(Lane(self.channel(key), top - 0.5 * height, scale, middle, top))
        return tuple(found)

    def _fitting(self, key: str, trace: NDArray[np.float64] | None, height: float) -> tuple[float, float]:
        """Return scale and middle with which a trace fills its lane; they stay while it still fits."""
        if trace is None:
            return 1.0, 0.0
        low, high = min(0.0, float(trace.min())), max(0.0, float(trace.max()))  # the zero line is always seen
        room = _FILLED * height
        span = high - low or 1e-12
        scale, middle = self._found.get(key, (0.0, 0.0))
        chosen = self.scales.get(key)
        if chosen is not None and chosen != scale:
            scale, middle = chosen, 0.0
        elif chosen is None and (scale == 0.0 or span > room * scale or span < _SMALL * room * scale):
            scale = step_above(span / room)
            middle = round((low + high) / scale) * 0.5 * scale
        elif chosen is None and max(high - middle, middle - low) > 0.5 * height * scale:
            middle = round((low + high) / scale) * 0.5 * scale
        self._found[key] = (scale, middle)
        return scale, middle

    # -- what is read off --------------------------------------------------------------------------------------

    def label(self, lane: Lane, wide: bool = True) -> str:
        """Return what stands in a lane: name, scale, size."""
        channel, sweep = lane.channel, self.sweep
        size = sweep.sizes.get(channel.key) if sweep is not None else None
        title, unit = channel.probe.title, channel.probe.unit
        if size is None:
            return f"{title}: nothing is here"
        parts = [f"{title}  {short(lane.scale, unit, 1)}/div", f"{short(size.peak_to_peak, unit)} pp",
                 f"{short(size.rms, unit)} rms"]
        if isfinite(size.frequency):
            parts.append(short(size.frequency, "Hz"))
        if self.cursors is not None:
            first, second = (self.value_at(channel.key, place) for place in self.cursors)
            parts[1:] = [f"Δ {short(second - first, unit)}"]
        return "   ".join(parts if wide else parts[:2])

    def value_at(self, key: str, place: float) -> float:
        """Return the value of a trace at a place in divisions from the left."""
        assert self.sweep is not None
        sweep = self.sweep
        return float(np.interp((place - BEFORE) * sweep.division, sweep.times, sweep.traces[key]))

    def cursor_words(self) -> str:
        """Return the distance of the cursors in words."""
        if self.cursors is None:
            return ""
        distance = abs(self.cursors[1] - self.cursors[0]) * self.division
        inverse = f"   1/Δt {short(1.0 / distance, 'Hz')}" if distance else ""
        return f"Δt {short(distance, 's')}{inverse}"


def short(value: float, unit: str, digits: int = 3) -> str:
    """Return a number with prefix and unit, in three figures."""
    if not isfinite(value):
        return "–"
    text = readout(value, unit, digits) if unit else f"{value:.{digits}g}"
    number, _, rest = text.partition(" ")
    if digits == 1 and "." in number:
        number = f"{float(number):g}"
    return f"{number} {rest}" if rest else number
