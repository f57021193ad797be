r"""The rate model of dynamic nuclear spin polarization (eqs. 13 and 15), tick by tick.

.. math::  \dot P = a w - b w^2 + c\,\frac{4\delta}{\Gamma_p}\,w^2 - \gamma_\mathrm{dec} P, \qquad
           \delta = x - K P, \qquad w = \frac{1}{1 + (2\delta/\Gamma_p)^2}

with a = alpha_ROH W_peak, b = |alpha_OH| W_peak^2 and c = alpha_NC W_peak. The third term is absent (c = 0) in the
model ``latta2009`` and is the small-frequency form of the non-collinear hyperfine mechanism in ``noncollinear``
(Hoegele et al., PRL 108, 197403). x, delta, K, Gamma_p are in rad/s, the rates in 1/s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.kernel import inline, kernel

TOLERANCE = 1e-12
"""Largest error of P that one tick may add, as estimated by the embedded fourth-order solution."""


@inline
def _drift(p, x, k, gamma_p, a, b, c, gamma_dec):  # type: ignore[no-untyped-def]
    u = 2.0 * (x - k * p) / gamma_p
    w = 1.0 / (1.0 + u * u)
    return w * (a + w * (2.0 * c * u - b)) - gamma_dec * p


@kernel
def evolve_ticks(p, x, tick, k, gamma_p, a, b, c, gamma_dec, tolerance, polarization, absorption):  # type: ignore[no-untyped-def]
    """Carry P over ``len(x) - 1`` ticks; x is linear between the given boundaries.

    Dormand-Prince 5(4) that starts each tick anew from P alone with the whole tick as its first step, so that the
    result does not depend on how ticks are grouped into calls. Fills P and w at the boundaries, returns the last P.
    """
    n = x.shape[0] - 1
    polarization[0] = p
    u = 2.0 * (x[0] - k * p) / gamma_p
    absorption[0] = 1.0 / (1.0 + u * u)
    for i in range(n):
        x0 = x[i]
        slope = (x[i + 1] - x0) / tick
        t = 0.0
        h = tick
        while True:
            xt = x0 + slope * t
            dx = slope * h
            k1 = _drift(p, xt, k, gamma_p, a, b, c, gamma_dec)
            k2 = _drift(p + h * (0.2 * k1), xt + 0.2 * dx, k, gamma_p, a, b, c, gamma_dec)
            k3 = _drift(p + h * (0.075 * k1 + 0.225 * k2), xt + 0.3 * dx, k, gamma_p, a, b, c, gamma_dec)
            k4 = _drift(
                p + h * (44.0 / 45.0 * k1 - 56.0 / 15.0 * k2 + 32.0 / 9.0 * k3),
                xt + 0.8 * dx, k, gamma_p, a, b, c, gamma_dec,
            )
            k5 = _drift(
                p + h * (19372.0 / 6561.0 * k1 - 25360.0 / 2187.0 * k2 + 64448.0 / 6561.0 * k3 - 212.0 / 729.0 * k4),
                xt + 8.0 / 9.0 * dx, k, gamma_p, a, b, c, gamma_dec,
            )
            k6 = _drift(
                p + h * (9017.0 / 3168.0 * k1 - 355.0 / 33.0 * k2 + 46732.0 / 5247.0 * k3 + 49.0 / 176.0 * k4
                         - 5103.0 / 18656.0 * k5),
                xt + dx, k, gamma_p, a, b, c, gamma_dec,
            )
            new = p + h * (35.0 / 384.0 * k1 + 500.0 / 1113.0 * k3 + 125.0 / 192.0 * k4 - 2187.0 / 6784.0 * k5
                           + 11.0 / 84.0 * k6)
            k7 = _drift(new, xt + dx, k, gamma_p, a, b, c, gamma_dec)
            error = abs(h * (71.0 / 57600.0 * k1 - 71.0 / 16695.0 * k3 + 71.0 / 1920.0 * k4 - 17253.0 / 339200.0 * k5
                             + 22.0 / 525.0 * k6 - 1.0 / 40.0 * k7))
            if error <= tolerance or h < 1e-9 * tick:
                p = new
                t += h
                if t >= tick * (1.0 - 1e-12):
                    break
                h = min(2.0 * h, tick - t)
            else:
                h *= max(0.1, 0.9 * (tolerance / error) ** 0.2)
        polarization[i + 1] = p
        u = 2.0 * (x[i + 1] - k * p) / gamma_p
        absorption[i + 1] = 1.0 / (1.0 + u * u)
    return p


def pumping(delta: ArrayLike, gamma_p: float, a: float, b: float, c: float) -> NDArray[np.float64]:
    """Return the pumping part f of dP/dt (1/s) at effective detunings ``delta`` (rad/s), eq. 13 and the odd term."""
    u = 2.0 * np.asarray(delta, dtype=float) / gamma_p
    w = 1.0 / (1.0 + u * u)
    return np.asarray(a * w - b * w * w + 2.0 * c * u * w * w)


def evolve(p: float, x: ArrayLike, tick: float, *, k: float, gamma_p: float, a: float, b: float, c: float,
           gamma_dec: float, tolerance: float = TOLERANCE) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P and the normalised absorption w at tick boundaries.

    Parameters
    ----------
    p : float
        Nuclear polarization at the first boundary, in [-1, 1].
    x : array_like, shape (n + 1,)
        Bare detuning at the tick boundaries in rad/s, linear in between.
    tick : float
        Length of a tick in s.
    k : float
        Overhauser shift of the line at full polarization, rad/s.
    gamma_p : float
        Power-broadened width, rad/s.
    a, b, c, gamma_dec : float
        Rates of the model in 1/s; see the module's equation.
    tolerance : float
        Error of P that one tick may add.

    Returns
    -------
    polarization, absorption : ndarray, shape (n + 1,)

    Raises
    ------
    ValueError
        Fewer than one boundary, or a width or tick that is not positive.
    """
    grid = np.ascontiguousarray(x, dtype=float)
    if grid.ndim != 1 or grid.size < 1:
        raise ValueError(f"x must be a one-dimensional array of tick boundaries, got shape {grid.shape}")
    if not (gamma_p > 0 and tick > 0):
        raise ValueError(f"gamma_p and tick must be positive, got {gamma_p} and {tick}")
    polarization = np.empty_like(grid)
    absorption = np.empty_like(grid)
    evolve_ticks(float(p), grid, float(tick), float(k), float(gamma_p), float(a), float(b), float(c),
                 float(gamma_dec), float(tolerance), polarization, absorption)
    return polarization, absorption
