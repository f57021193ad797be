"""Nuclear-spin dragging: the rate model, the filter, and a scan through all instruments, against scipy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from time import process_time
from typing import Any

import numba
import numpy as np
from scipy.integrate import solve_ivp
from scipy.signal import sosfilt

from benchmarks.timing import Row, best
from instruments import dragging_bench
from vlab import Q_
from vlab.experiments import DwellTimeScan
from vlab.experiments.runner import Run
from vlab.physics import lowpass
from vlab.physics.dnsp_rate import TOLERANCE, evolve_ticks
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen
from vlab.units import unit_factor

UEV = unit_factor("ueV")
TICKS = 62_500
TICK = 0.01


def rows() -> Iterator[Row]:
    yield rate_model()
    yield from filters()
    yield scan()
    yield fluctuating_scan()


def _model() -> Any:
    return DotSpecimen(QuantumDot.sample_a()).rates(2 * 5e-9, 0.5, 4.5)


def rate_model() -> Row:
    """625 s of a laser moving from +20 to -29.6 ueV at a steady speed."""
    m = _model()
    x = np.linspace(20.0, -29.6, TICKS + 1) * UEV / HBAR
    polarization, absorption = np.empty_like(x), np.empty_like(x)
    slope = (x[-1] - x[0]) / (TICKS * TICK)

    def ours() -> float:
        return float(evolve_ticks(0.0, x, TICK, m.k, m.gamma_p, m.a, m.b, m.c, m.gamma_dec, TOLERANCE, polarization,
                                  absorption))

    def drift(t: float, p: Any) -> Any:
        u = 2.0 * (x[0] + slope * t - m.k * p) / m.gamma_p
        w = 1.0 / (1.0 + u * u)
        return w * (m.a + w * (2.0 * m.c * u - m.b)) - m.gamma_dec * p

    def theirs(rtol: float = 1e-9) -> float:
        found = solve_ivp(drift, (0.0, TICKS * TICK), [0.0], method="LSODA", rtol=rtol, atol=rtol * 1e-3)
        return float(found.y[0, -1])

    truth = solve_ivp(drift, (0.0, TICKS * TICK), [0.0], method="DOP853", rtol=1e-12, atol=1e-15, max_step=0.05)
    exact = float(truth.y[0, -1])
    return Row("rate model, 625 s in ticks of 10 ms", best(ours), f"{abs(ours() - exact):.1e} of P",
               "scipy LSODA 1e-9, end only", best(theirs), f"{abs(theirs() - exact):.1e} of P")


def filters() -> Iterator[Row]:
    """A lock-in with a double-frequency part, 1000 samples a tick, against mixing and filtering every sample."""
    ticks, samples, frequency, tau = 500, 1000, 5e3, 0.3
    rate = samples / TICK
    for poles in (1, 4):
        envelope = 1.0 + 0.5 * np.sin(np.linspace(0.0, 3.0, ticks + 1))
        shifts = np.array([-2.0 * frequency])
        weights = np.full((2, 1), 1.0 / np.sqrt(2.0), dtype=np.complex128)
        start = np.zeros(poles, dtype=np.complex128)

        def ours(start: Any = start, shifts: Any = shifts, weights: Any = weights, envelope: Any = envelope) -> complex:
            state = lowpass.advance(start, shifts, weights, envelope[np.newaxis], 0, round(TICK * 1e12), tau)
            return complex(state[-1])

        t = (np.arange(ticks * samples) + 0.5) / rate
        signal = np.interp(t, np.arange(ticks + 1) * TICK, envelope) * np.cos(2 * np.pi * frequency * t)
        reference = np.sqrt(2.0) * np.exp(-2j * np.pi * frequency * t)
        decay = np.exp(-1.0 / (rate * tau))
        section = [1.0 - decay, 0.0, 0.0, 1.0, -decay, 0.0]
        sections = np.array([section] * poles)

        def theirs(signal: Any = signal, reference: Any = reference, sections: Any = sections) -> complex:
            return complex(sosfilt(sections, (signal * reference).real)[-1],
                           sosfilt(sections, (signal * reference).imag)[-1])

        difference = abs(ours() - theirs()) / abs(ours())
        yield Row(f"lock-in filter, {6 * poles} dB/oct, 500 ticks", best(ours, loops=20), "exact",
                  "numpy mixer and scipy sosfilt, 100 kS/s", best(theirs), f"{difference:.1e}")


def _procedure() -> DwellTimeScan:
    return DwellTimeScan(start=Q_(20.0, "ueV"), stop=Q_(-29.6, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(5.0, "s"))


def _measured(dot: QuantumDot) -> float:
    """Return the CPU seconds of a scan with noise and journal, from the first step to the last reading."""
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(6):
            bench_run = Run(_procedure(), dragging_bench(dot, seed=1), save=folder)
            start = process_time()
            bench_run._begin()
            bench_run._follow()
            times.append(process_time() - start)
            assert bench_run._writer is not None
            bench_run._writer.remove()
    return min(times[1:])


def scan() -> Row:
    """125 steps of 5 s through all instruments with noise and journal, against scipy for dot and filter alone."""
    procedure = _procedure()
    m = _model()
    levels = np.array(procedure.detunings()) * UEV / HBAR

    def right(_: float, y: Any, x: float) -> Any:
        u = 2.0 * (x - m.k * y[0]) / m.gamma_p
        w = 1.0 / (1.0 + u * u)
        return [w * (m.a + w * (2.0 * m.c * u - m.b)) - m.gamma_dec * y[0], (w - y[1]) / 5.0]

    def theirs(rtol: float = 1e-8) -> list[float]:
        y = [0.0, 1.0 / (1.0 + (2.0 * levels[0] / m.gamma_p) ** 2)]
        trace = []
        for x in levels:
            y = list(solve_ivp(right, (0.0, 5.0), y, method="LSODA", rtol=rtol, atol=rtol * 1e-3, args=(x,)).y[:, -1])
            trace.append(y[1])
        return trace

    ours = _measured(QuantumDot.sample_a())
    quiet = Run(procedure, dragging_bench(noise=False), save=False).execute()
    exact = np.array(theirs(1e-11))
    error = float(np.abs(quiet["dt_normalized"].values - exact).max())
    coarse = float(np.abs(np.array(theirs()) - exact).max())
    return Row("scan of 125 steps of 5 s through all instruments, noise and journal on", ours,
               f"{error:.1e} without noise",
               "scipy LSODA 1e-8, dot and filter alone", best(theirs), f"{coarse:.1e}")


@numba.njit(fastmath=False, error_model="numpy")
def _gillespie(levels: Any, nuclei: Any, k: Any, gamma_p: Any, a: Any, b: Any, c: Any, gamma_dec: Any, random: Any,
               trace: Any) -> int:
    """The direct method as in a textbook, dot and filter alone: a trace of 5 s a level, filtered with 5 s."""
    n, flips = nuclei // 2, 0
    y = 1.0 / (1.0 + (2.0 * levels[0] / gamma_p) ** 2)
    for i in range(levels.size):
        t = 0.0
        while True:
            p = (2.0 * n - nuclei) / nuclei
            u = 2.0 * (levels[i] - k * p) / gamma_p
            w = 1.0 / (1.0 + u * u)
            odd = 2.0 * c * u * w * w
            up = 0.5 * nuclei * (a * w + max(odd, 0.0)) + 0.25 * nuclei * gamma_dec * (1.0 - p)
            down = 0.5 * nuclei * (b * w * w + max(-odd, 0.0)) + 0.25 * nuclei * gamma_dec * (1.0 + p)
            wait = random.standard_exponential() / (up + down)
            step = min(wait, 5.0 - t)
            y = w + (y - w) * np.exp(-step / 5.0)
            t += step
            if step < wait:
                break
            n += 1 if random.random() * (up + down) < up else -1
            flips += 1
        trace[i] = y
    return flips


def fluctuating_scan() -> Row:
    """The same scan of a dot whose nuclei flip one by one, against a plain compiled Gillespie loop."""
    dot = QuantumDot.sample_a().replace(fluctuations=True)
    m = _model()
    levels = np.array(_procedure().detunings()) * UEV / HBAR
    trace = np.empty(levels.size)

    def theirs(seed: int = 1) -> Any:
        _gillespie(levels, dot.nuclei, m.k, m.gamma_p, m.a, m.b, m.c, m.gamma_dec, np.random.default_rng(seed), trace)
        return trace.copy()

    scans = 40
    ours = np.array([Run(_procedure(), dragging_bench(dot, seed=seed, noise=False), save=False)
                     .execute()["dt_normalized"].values for seed in range(scans)])
    others = np.array([theirs(seed) for seed in range(scans)])
    apart = (ours.mean(axis=0) - others.mean(axis=0)) / np.sqrt((ours.var(axis=0) + others.var(axis=0)) / (scans - 1))
    agreement = f"means of {scans} scans {np.sqrt((apart**2).mean()):.2f} standard errors apart"
    return Row("the same scan, 1e5 nuclei that flip one by one", _measured(dot), agreement,
               "Gillespie's direct method in numba, dot and filter alone", best(theirs), "the same")
