"""Pump-probe spin inertia: stepping, one signal, curves, against heyoka's batched Taylor integrator.

The fixed case: n-type, 100 mT, Q = 0.5, 500 pulses per half period, 5 periods, 1024 given nuclear fields. heyoka runs
8 of them (one batch) through fewer pulses; its cost per dot and pulse is what it is, and longer runs are extrapolated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.timing import Row, best
from vlab import Q_
from vlab.physics import overhauser, pattern_average, spin_inertia, spin_pattern
from vlab.physics.spin_stepping import helicity_pattern, lab_maps, step
from vlab.samples import Pump, SpinEnsemble

DOTS = 1024
HALF = 500
PULSES = 5 * 2 * HALF
PUMP = Pump(q=0.5)
FIELD = 0.1
POINTS = 200


def rows() -> Iterator[Row]:
    case = Case()
    per_pulse, peer_error = heyoka(case)
    peer = "heyoka, batch of 8" if np.isfinite(per_pulse) else "heyoka (not installed: pip install '.[bench]')"
    whole = per_pulse * DOTS * PULSES
    yield stepping(case, per_pulse, peer, peer_error)
    yield one_signal(case, whole, f"{peer}, stepping", peer_error)
    yield frequency_curve(POINTS * whole, f"{peer}, 1024 random dots", "3e-3 (scatter)")
    for tolerance, note in ((1e-6, ""), (1e-3, ", for a slider")):
        for kind, ensemble in (("n", SpinEnsemble.n_type()), ("p", SpinEnsemble.p_type())):
            for q in (0.5, 0.99):
                yield recovery_curve(f"{kind}-type, Q = {q}, to {tolerance:g}{note}", ensemble, Pump(q=q), 0.0,
                                     tolerance, POINTS * whole, f"{peer}, 1024 random dots")
    for frequency, note in ((0.0, "0 Hz"), (1.0e3, "1 kHz"), (3.0e6, "3 MHz")):
        yield recovery_curve(f"n-type, Q = 0.5, Phi = pi/2, {note}, to 1e-4", SpinEnsemble.n_type(),
                             Pump(q=0.5, phi=np.pi / 2), frequency, 1e-4, POINTS * whole, f"{peer}, 1024 random dots")


def component(zeta, lengths):
    """Return the drive's Fourier component for helicities in turn."""
    return pattern_average.drive_component(zeta, np.where(np.arange(len(lengths)) % 2, -1.0, 1.0), lengths)


def pattern_sum(nodes, times, pulse, lengths, zeta, delays):
    """Return the mean spin for helicities in turn."""
    which = np.arange(len(lengths)) % 2
    return spin_pattern.pattern_response(nodes, times, pattern_average.both_helicities(pulse), which, lengths, zeta,
                                         delays)


class Case:
    """The fixed case as plain numbers."""

    def __init__(self) -> None:
        ensemble = SpinEnsemble.n_type()
        self.system = ensemble.system(FIELD, PUMP.action, PUMP.si("repetition_period"))
        _, _, chi, across = self.system.nuclear
        self.nuclear = ensemble.draw_nuclear_fields(DOTS, seed=1)
        larmor, trion = self.system.larmor
        self.fields = overhauser.fields_of(self.nuclear, (larmor, 0.0, trion, 0.0), (across, chi))
        self.vectors = self.nuclear + np.array([0.0, 0.0, larmor])
        self.trion_vectors = self.nuclear * np.array([across, across, chi]) + np.array([0.0, 0.0, trion])

    def trace(self, maps: Any, dots: int, pulses: int, half: int) -> Any:
        found = np.zeros((pulses, 3))
        step(np.ascontiguousarray(maps[:, :, :dots]), np.full(dots, 1.0 / dots), helicity_pattern(pulses, half),
             np.zeros((3, dots)), found, False)
        return found


def heyoka(case: Case, half: int = 10, pulses: int = 40) -> tuple[float, str]:
    """Return the CPU seconds per dot and pulse, and the worst difference in <S_z> from the exact map."""
    try:
        import heyoka as hy
    except ImportError:
        return float("nan"), "-"
    tau = 1e-9  # time in ns and rates in 1/ns, so that numbers are of order one
    period, tau_s, tau_t, tau_0 = (t / tau for t in case.system.times)
    q_z, q_perp, kick, _ = case.system.pulse
    s, j = hy.make_vars("sx", "sy", "sz"), hy.make_vars("jx", "jy", "jz")
    w, v = [hy.par[i] for i in range(3)], [hy.par[i] for i in range(3, 6)]

    def cross(a: Any, b: Any) -> Any:
        return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])

    ds, dj = cross(w, s), cross(v, j)
    rate = 1.0 / tau_t + 1.0 / tau_0
    equations = [(s[i], ds[i] - s[i] / tau_s + (j[2] / tau_0 if i == 2 else 0.0)) for i in range(3)]
    equations += [(j[i], dj[i] - j[i] * rate) for i in range(3)]
    batch = 8
    parameters = np.concatenate([case.vectors[:batch].T, case.trion_vectors[:batch].T]) * tau
    integrator = hy.taylor_adaptive_batch(equations, np.zeros((6, batch)), pars=parameters, tol=1e-15)
    negative = helicity_pattern(pulses, half)

    def run() -> Any:
        integrator.set_time(0.0)
        integrator.state[:] = 0.0
        seen = np.empty(pulses)
        for k in range(pulses):
            x, y, z = integrator.state[0].copy(), integrator.state[1].copy(), integrator.state[2].copy()
            integrator.state[0], integrator.state[1] = q_perp * x, q_perp * y
            after = q_z * z - (-kick if negative[k] else kick)
            integrator.state[2], integrator.state[3:5], integrator.state[5] = after, 0.0, z - after
            integrator.propagate_for(period)
            seen[k] = integrator.state[2].mean()
        return seen

    seconds = best(run, repeats=3) / (pulses * batch)
    maps = lab_maps(case.fields, None, case.system.times, case.system.pulse)
    exact = case.trace(maps, batch, pulses, half)[:, 2]
    return seconds, f"{np.abs(run() - exact).max():.1e} of S_z"


def stepping(case: Case, per_pulse: float, peer: str, peer_error: str) -> Row:
    """Maps and 5000 pulses; the error is that of L against the closed form on the same dots."""

    def ours() -> Any:
        maps = lab_maps(case.fields, None, case.system.times, case.system.pulse)
        return case.trace(maps, DOTS, PULSES, HALF)

    zeta = np.exp(-1j * np.pi / HALF)
    last = np.arange(PULSES - 2 * HALF, PULSES)
    drive = -np.sum(np.where(helicity_pattern(2 * HALF, HALF), -1, 1) * zeta ** np.arange(2 * HALF))
    found = np.sum(ours()[last, 2] * zeta**last) / drive
    exact = spin_inertia.linear_response(case.fields, case.system.times, case.system.pulse, np.array([1 / zeta]))[0]
    return Row("spin inertia: stepping, per dot and pulse", best(ours) / (DOTS * PULSES), f"{abs(found - exact):.1e}",
               peer, per_pulse, peer_error)


def one_signal(case: Case, whole: float, peer: str, peer_error: str) -> Row:
    """L at one frequency for 1024 given dots, maps included; the error is against stepping."""
    point = np.array([np.exp(1j * np.pi / HALF)])

    def ours() -> Any:
        return spin_inertia.linear_response(case.fields, case.system.times, case.system.pulse, point)[0]

    lengths = np.array([HALF, HALF])
    drive = -component(1 / point[0], lengths)
    sums = pattern_sum(case.fields, case.system.times, case.system.pulse, lengths, 1 / point[0], np.empty(0))
    other = sums[0] / drive
    return Row("spin inertia: one L(f_m), 1024 dots", best(ours, loops=20), f"{abs(ours() - other):.1e}", peer, whole,
               peer_error)


def frequency_curve(theirs: float, peer: str, peer_error: str) -> Row:
    """200 frequencies at one field, the whole ensemble."""
    frequencies = Q_(np.logspace(3, 7, POINTS), "Hz")
    ensemble, field = SpinEnsemble.n_type(), Q_(FIELD, "T")

    def ours() -> Any:
        return ensemble.inertia_signal(field=field, pump=PUMP, modulation_frequency=frequencies, tolerance=1e-6)

    exact = ensemble.inertia_signal(field=field, pump=PUMP, modulation_frequency=frequencies, tolerance=1e-9)
    found = ours()
    error = f"{np.abs(found.signal - exact.signal).max():.1e} (said: {found.error.max():.1e})"
    return Row(f"spin inertia: {POINTS} frequencies at 100 mT, to 1e-6", best(ours), error, peer, theirs, peer_error)


def recovery_curve(what: str, ensemble: SpinEnsemble, pump: Pump, frequency: float, tolerance: float, theirs: float,
                   peer: str) -> Row:
    """200 fields from 0 to 300 mT, the whole ensemble."""
    fields, modulation = Q_(np.linspace(0.0, 300.0, POINTS), "mT"), Q_(frequency, "Hz")

    def ours(tolerance: float = tolerance, every: int = 1) -> Any:
        return ensemble.inertia_signal(field=fields[::every], pump=pump, modulation_frequency=modulation,
                                       tolerance=tolerance)

    found = ours()
    exact = ours(max(1e-9, 1e-3 * tolerance), 20)
    error = f"{np.abs(found.signal[::20] - exact.signal).max():.1e} (said: {found.error.max():.1e})"
    return Row(f"spin inertia: recovery curve, {what}", best(ours, repeats=3), error, peer, theirs, "3e-3 (scatter)")

