"""Spectra averaged over the looks of a panel, and the ranges in which they are seen. No Qt here."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from gui.evented import Event
from gui.scope.scope_model import short
from instruments.lockin.spectrum import SpectralLine, Spectrum, resolution_at
from instruments.probing import Analysis

Floats = NDArray[np.float64]
_LOWEST = 10.0
"""Hz."""
_OVERTONES = 12.0
"""The wide spectrum reaches at least so many times the detected frequency."""
_BANDWIDTHS = 4.0
"""The zoomed spectrum shows at least so many noise bandwidths on either side."""
_MOST_LOOKS = 60


class SpectrumModel:
    """What was seen of late, averaged as long as nothing but the signal changes.

    Attributes
    ----------
    spectrum : Spectrum or None
        Lines, noise floor and filter as they were last.
    wide, zoom : tuple of ndarray
        Frequencies or offsets (Hz) and measured density (V/Hz^0.5).
    looks : int
        How many records are averaged.
    span : float
        Hz on either side that the zoomed spectrum shows; 0: by itself.
    logarithmic : bool
        Whether the wide spectrum has a logarithmic frequency axis.
    before : tuple of float or None
        Time constant and poles of the filter before the last change.
    """

    def __init__(self) -> None:
        self.changed = Event()
        """A choice was changed."""
        self.analysed = Event()
        """There is a new spectrum."""
        self.span = 0.0
        self.logarithmic = True
        self.forget()

    def forget(self) -> None:
        """Begin anew, for another bench."""
        self.spectrum: Spectrum | None = None
        self.before: tuple[float, int] | None = None
        self.looks = 0
        self._zoom_looks = 0
        self._about: tuple[object, ...] = ()
        self._zoom_about: tuple[object, ...] = ()
        self._wide_power = self._zoom_power = np.zeros(0)
        self.wide: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
        self.zoom: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))

    def choose(self, **changes: object) -> None:
        """Change ``span`` or ``logarithmic``."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.changed.emit()

    def range_for(self, detected: float) -> tuple[float, float]:
        """Return the lowest and highest frequency in Hz of the wide spectrum."""
        highest = 10.0 ** ceil(log10(_OVERTONES * detected) - 1e-9)
        return min(_LOWEST, 10.0 ** floor(log10(0.1 * detected) + 1e-9)), highest

    def span_for(self, bandwidth: float) -> float:
        """Return the span in Hz to either side of the zoomed spectrum."""
        if self.span:
            return self.span
        # in decades, so that a time constant a little longer is seen to narrow the band
        return float(10.0 ** ceil(log10(_BANDWIDTHS * bandwidth) - 1e-9))

    def take(self, found: Analysis) -> None:
        """Take over a look, and average it with those before that were of the same."""
        spectrum, last = found.spectrum, self.spectrum
        if last is not None and (last.time_constant, last.poles) != (spectrum.time_constant, spectrum.poles):
            self.before = (last.time_constant, last.poles)
        self.spectrum = spectrum
        around = (spectrum.detected, spectrum.floor)
        wide, zoom = found.wide, found.zoom
        about = (around, wide.frequencies.size, float(wide.frequencies[-1]), len(spectrum.lines))
        zoom_about = (around, float(zoom.frequencies[-1]))
        self.looks = self.looks + 1 if about == self._about else 1
        self._zoom_looks = self._zoom_looks + 1 if zoom_about == self._zoom_about else 1
        self._about, self._zoom_about = about, zoom_about
        self._wide_power = _mixed(self._wide_power, wide.power, self.looks)
        self._zoom_power = _mixed(self._zoom_power, zoom.power, self._zoom_looks)
        self.wide = (wide.frequencies, np.sqrt(self._wide_power))
        self.zoom = (zoom.frequencies, np.sqrt(self._zoom_power))
        self.analysed.emit()

    def height(self, line: SpectralLine) -> float:
        """Return the height in V/Hz^0.5 that a line has in the wide spectrum, at its resolution."""
        assert self.spectrum is not None
        return float(line.rms / resolution_at(line.frequency, *self.range_for(self.spectrum.detected)) ** 0.5)

    def words(self) -> tuple[tuple[str, str, str], ...]:
        """Return what there is to read off: title, number, and what it is."""
        spectrum = self.spectrum
        if spectrum is None:
            return ()
        noise = spectrum.output_noise
        ratio = spectrum.signal_to_noise
        return (
            ("floor", f"{short(spectrum.floor, 'V')}/√Hz",
             f"Noise density around the detected frequency, {short(spectrum.detected, 'Hz', 4)}."),
            ("ENBW", short(spectrum.bandwidth, "Hz"),
             f"Equivalent noise bandwidth of the output filter: time constant {short(spectrum.time_constant, 's')}, "
             f"{6 * spectrum.poles} dB per octave."
             + (" The synchronous filter takes out lines beside the reference and leaves the noise as it is."
                if spectrum.averaged else "")),
            ("σ(X)", short(noise, "V"), "Rms of X: what of the noise comes through the filter: floor × √ENBW."),
            ("R", short(spectrum.signal, "V"), "The signal: rms of the line at the detected frequency."),
            ("S/N", short(ratio, "") if ratio < 1e5 else "∞" if ratio == float("inf") else f"{ratio:.2g}",
             "Signal over the rms of X."),
        )


def _mixed(before: Floats, new: Floats, looks: int) -> Floats:
    if looks == 1:
        return new
    share = 1.0 / min(looks, _MOST_LOOKS)
    return np.asarray(before + share * (new - before))
