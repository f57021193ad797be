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
"""Largest last term of the Taylor series of P that a step may keep; what the series leaves out is smaller still."""


@inline
def _tick(p, u0, w0, x, slope, tick, scale, k, a, b, c, gamma_dec, tolerance):
    """Return P after one tick that starts at P = p, bare detuning x, moving at ``slope``; scale = 2 / Gamma_p.

    u0 = scale (x - K p) and w0 = 1 / (1 + u0^2) are handed in, since the caller has them.
    """
    twice_c = 2.0 * c
    shift = scale * k
    t = 0.0
    h = tick
    while True:
        # Taylor coefficients of P(t), u(t), s = 1 + u^2, w = 1/s and v = w^2 by recurrence. The part of each that is
        # linear in the newest coefficient is gathered in the Jacobian j, so that the processor need not wait for it.
        v0 = w0 * w0
        l0 = twice_c * u0 - b
        g = a + 2.0 * l0 * w0
        f = v0 * (twice_c - 2.0 * g * u0)
        j = -shift * f - gamma_dec
        p1 = w0 * (a + l0 * w0) - gamma_dec * p

        u1 = scale * slope - shift * p1
        s1 = 2.0 * u0 * u1
        w1 = -v0 * s1
        v1 = 2.0 * w0 * w1
        l1 = twice_c * u1
        p2 = (f * u1 - gamma_dec * p1) * 0.5

        u2 = -shift * p2
        u11 = u1 * u1
        s2 = 2.0 * u0 * u2 + u11
        r2 = s1 * w1
        w11 = w1 * w1
        w2 = -(v0 * s2 + w0 * r2)
        v2 = 2.0 * w0 * w2 + w11
        l2 = twice_c * u2
        p3 = (j * p2 + (l0 * w11 + l1 * v1 - g * (v0 * u11 + w0 * r2))) * (1.0 / 3.0)

        u3 = -shift * p3
        u12 = 2.0 * u1 * u2
        s3 = 2.0 * u0 * u3 + u12
        r3 = s1 * w2 + s2 * w1
        w12 = 2.0 * w1 * w2
        w3 = -(v0 * s3 + w0 * r3)
        v3 = 2.0 * w0 * w3 + w12
        p4 = (j * p3 + (l0 * w12 + l1 * v2 + l2 * v1 - g * (v0 * u12 + w0 * r3))) * 0.25

        l3 = twice_c * u3
        u13 = 2.0 * u1 * u3 + u2 * u2
        r4 = s1 * w3 + s2 * w2 + s3 * w1
        w13 = 2.0 * w1 * w3 + w2 * w2
        p5 = (j * p4 + (l0 * w13 + l1 * v3 + l2 * v2 + l3 * v1 - g * (v0 * u13 + w0 * r4))) * 0.2

        h2 = h * h
        h4 = h2 * h2
        error = max(abs(p5) * h4 * h, 0.05 * abs(p4) * h4)
        if error != error:  # not a number: no step will ever be short enough
            return np.nan
        if error <= tolerance or h < 1e-9 * tick:
            p += h * (p1 + h * (p2 + h * (p3 + h * (p4 + h * p5))))
            t += h
            if t >= tick * (1.0 - 1e-12):
                return p
            h = min(2.0 * h, tick - t)
            u0 = scale * (x + slope * t - k * p)
            w0 = 1.0 / (1.0 + u0 * u0)
        else:
            h *= max(0.1, 0.9 * (tolerance / error) ** 0.2)


@kernel
def evolve_ticks(p, x, tick, k, gamma_p, a, b, c, gamma_dec, tolerance, polarization, absorption):
    """Carry P over ``len(x) - 1`` ticks; x is linear between the given boundaries.

    A Taylor series of fifth order, which costs one division a step; its last term must stay below the tolerance, else
    the step is shortened. Each tick starts anew from P alone with the whole tick as its first step, so that the result
    does not depend on how ticks are grouped into calls. Fills P and w at the boundaries, returns the last P.
    """
    scale = 2.0 / gamma_p
    per_tick = 1.0 / tick
    polarization[0] = p
    u = scale * (x[0] - k * p)
    w = 1.0 / (1.0 + u * u)
    absorption[0] = w
    for i in range(x.shape[0] - 1):
        slope = (x[i + 1] - x[i]) * per_tick
        p = _tick(p, u, w, x[i], slope, tick, scale, k, a, b, c, gamma_dec, tolerance)
        polarization[i + 1] = p
        u = scale * (x[i + 1] - k * p)
        w = 1.0 / (1.0 + u * u)
        absorption[i + 1] = w
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
        Largest last term of the series of P in a step; a tick is one step unless P or x change fast.

    Returns
    -------
    polarization, absorption : ndarray, shape (n + 1,)

    Raises
    ------
    ValueError
        Fewer than one boundary, or a width or tick that is not positive.
    """
    grid = np.ascontiguousarray(x, dtype=float)
    if np.ndim(x) != 1 or grid.size < 1:
        raise ValueError(f"x must be a one-dimensional array of tick boundaries, got shape {np.shape(x)}")
    if not (gamma_p > 0 and tick > 0):
        raise ValueError(f"gamma_p and tick must be positive, got {gamma_p} and {tick}")
    polarization = np.empty_like(grid)
    absorption = np.empty_like(grid)
    evolve_ticks(float(p), grid, float(tick), float(k), float(gamma_p), float(a), float(b), float(c),
                 float(gamma_dec), float(tolerance), polarization, absorption)
    return polarization, absorption
