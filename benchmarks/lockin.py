"""The lock-in's output filter against scipy's, sample by sample, and what a tick of it costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from benchmarks.timing import Row, best
from instruments import dragging_bench
from vlab.lab.noise import NoiseStream
from vlab.physics import lowpass

_TICKS = 100_000
_TICK_PS = 10**10
_TIME_CONSTANT = 0.1
_RATE = 100e3


def _sampled(poles: int, envelope: NDArray[np.float64]) -> complex:
    """Mix and filter 50 kHz sampled at 100 kS/s, as a program does that knows no envelopes."""
    count = round((envelope.size - 1) * _TICK_PS / 1e12 * _RATE)
    t = np.arange(count) / _RATE
    volts = np.interp(t, np.arange(envelope.size) * (_TICK_PS / 1e12), envelope) * np.cos(2e4 * np.pi * t)
    mixed = np.sqrt(2.0) * volts * np.exp(-2e4j * np.pi * t)
    decay = float(np.exp(-1.0 / _RATE / _TIME_CONSTANT))
    section = [1.0 - decay, 0.0, 0.0, 1.0, -decay, 0.0]
    return complex(sosfilt(np.array([section] * poles), mixed)[-1])


def rows() -> Iterator[Row]:
    t = np.arange(_TICKS + 1) * (_TICK_PS / 1e12)
    envelope = 1.0 + 0.3 * np.sin(2.0 * np.pi * 0.7 * t)
    shifts, weights = np.array([-2e4]), np.full((2, 1), 1.0 / np.sqrt(2.0), dtype=complex)
    stream = NoiseStream("benchmark", 1)
    short = envelope[:1001]
    for poles in (1, 2, 4):
        def filtered(size: int = poles, ticks: int = _TICKS,
                     normals: NDArray[np.float64] | None = None) -> NDArray[np.complex128]:
            return lowpass.advance(np.zeros(size, dtype=complex), shifts, weights, envelope[np.newaxis, :ticks + 1], 0,
                                   _TICK_PS, _TIME_CONSTANT, normals, 1e-12)

        error = abs(filtered(ticks=1000)[-1] - _sampled(poles, short))
        per_second = 1e12 / _TICK_PS
        quiet = best(filtered) / _TICKS
        peer = best(lambda n=poles: _sampled(n, short), repeats=3) / 1000  # type: ignore[misc]
        yield Row(f"a lab second of the lock-in, {6 * poles} dB/oct", quiet * per_second, "exact",
                  "sosfilt at 100 kS/s", peer * per_second, f"{error:.0e} V of 0.7 V")
        normals = stream.normal(_TICKS, 2, poles)
        noisy = best(lambda n=poles, given=normals: filtered(n, normals=given)) / _TICKS  # type: ignore[misc]
        drawn = best(lambda n=poles: stream.normal(_TICKS, 2, n)) / _TICKS  # type: ignore[misc]
        yield Row(f"a stage and tick with noise, {6 * poles} dB/oct", noisy / poles, "exact",
                  "drawing its two normal numbers", drawn / poles, "-")
    bench = dragging_bench(seed=1)
    bench.clock.sleep(0.01)
    lockin = bench.lockin
    signal = lockin._signal
    if signal is not None:
        yield Row("LockIn.receive of one tick with noise", best(lambda: lockin.receive(signal), loops=2000), "-",
                  "a whole tick of the dragging bench", best(lambda: bench.clock.sleep(0.01), loops=500), "-")
