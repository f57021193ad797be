r"""Nodes and weights for averages over the frozen Overhauser field, eq. (4).

In units of w_n and with transverse components scaled
by lambda, the total field about its own origin has length r and angle theta, and

.. math::  p\,dV = \pi^{-3/2} r^2 e^{-(r - u b)^2} e^{(ub)^2 - b^2}\, dr\, \sin\theta\, d\theta\, d\varphi ,

with b the external field in the same units and u the direction. With the external field along z nothing depends on the
azimuth, and the average is two-dimensional.

Along a ray (fixed theta) the response of a dot depends on r mostly through the phase psi = |W| T_R, as a rational
function of exp(i psi) with two poles per period: the resonances |W| T_R = 2 pi n of eq. (22), sharp under weak pumping.
The phase is therefore the coordinate. The poles are found for each ray from det(z - M), which is linear in cos psi and
sin psi, and every stretch between a resonance and the point halfway to the next is mapped by

.. math::  \psi = \psi_0 \pm \epsilon \sinh t ,

which puts the pole of width epsilon at t = i pi/2, whatever epsilon is, so that a few Gauss-Legendre nodes do. The
angle gets the same treatment about theta = 0 and pi, where strongly pumped dots have a pole at
theta^2 = -(1 - sigma)/sigma.
"""

from __future__ import annotations

from math import asinh, ceil, cosh, exp, floor, log, pi, sinh, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from vlab.physics.kernel import inline, kernel
from vlab.physics.spin_precession import direction, evolution, returned

MOST_NODES = 64
"""Most Gauss-Legendre nodes on one stretch."""
ALL_ANGLES = (0, MOST_NODES)
_WIDEST = 2.0
"""rad; a resonance wider than this needs no clustering."""
_GAUSS_PIECE = 1.6
"""Longest stretch in units of w_n, over which the Gaussian weight is smooth enough."""
_MOST_CENTRES = 64


def _rules() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.zeros((MOST_NODES + 1, MOST_NODES)), np.zeros((MOST_NODES + 1, MOST_NODES))
    for n in range(1, MOST_NODES + 1):
        x, w = np.polynomial.legendre.leggauss(n)
        nodes[n, :n], weights[n, :n] = 0.5 * (1.0 + x), 0.5 * w
    return nodes, weights


RULES = _rules()
"""Gauss-Legendre nodes and weights on [0, 1]: row n has n of them."""


@inline
def _characteristic(ray_cosine, ray_sine, coefficients, times, pulse, helicity, scratch, found):
    """Write trace, sum of principal minors and determinant of M at three phases psi, a third of a turn apart."""
    tau_s, period = times[1], times[0]
    i_0, i_c, i_s = coefficients
    m = scratch[:3]
    for k in range(3):
        length = 2.0 * pi * k / (3.0 * period)
        evolution(period, length, ray_cosine, ray_sine, i_0, i_c, i_s, tau_s, pulse, helicity, m, scratch[3])
        found[k, 0] = m[0, 0] + m[1, 1] + m[2, 2]
        found[k, 1] = (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0] + m[0, 0] * m[2, 2] - m[0, 2] * m[2, 0]
                       + m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        found[k, 2] = (m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
                       - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
                       + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0]))


@inline
def _poles(characteristic, z):
    """Return the two roots X = exp(i psi) of det(z - M) = 0 on a ray, or zeros where M does not depend on psi."""
    c = characteristic
    f0 = ((z - c[0, 0]) * z + c[0, 1]) * z - c[0, 2]
    f1 = ((z - c[1, 0]) * z + c[1, 1]) * z - c[1, 2]
    f2 = ((z - c[2, 0]) * z + c[2, 1]) * z - c[2, 2]
    alpha = (f0 + f1 + f2) / 3.0
    beta = (2.0 * f0 - f1 - f2) / 3.0
    gamma = (f1 - f2) / sqrt(3.0)
    leading = beta - 1j * gamma
    if abs(leading) < 1e-9 * abs(alpha):
        return 0j, 0j
    root = np.sqrt(alpha * alpha - (beta * beta + gamma * gamma))
    return (-alpha + root) / leading, (-alpha - root) / leading


@inline
def _add_centre(centres, widths, count, root):
    """Add a resonance unless there is one at that place; a sharper one there takes over."""
    size = abs(root)
    if size == 0.0 or count == _MOST_CENTRES:
        return count
    width = min(_WIDEST, max(abs(log(size)), 1e-7))
    place = np.angle(root)
    for i in range(count):
        apart = abs(place - centres[i])
        apart = min(apart, 2.0 * pi - apart)
        if apart < 0.7 * min(width, widths[i]):
            if width < widths[i]:
                centres[i], widths[i] = place, width
            return count
    centres[count], widths[count] = place, width
    return count + 1


@inline
def _grown(nodes, count):
    larger = np.empty((2 * nodes.shape[0], 5))
    larger[:count] = nodes[:count]
    return larger


@inline
def _resonances(ray_cosine, ray_sine, typical, trion_along, trion_across, times, pulse, points, helicities, scratch,
                centres, widths):
    """Find the resonances of a ray in one turn of the phase; returns how many."""
    trion_length, trion_cosine, _ = direction(trion_along, trion_across)
    coefficients = returned(typical, trion_length, trion_cosine * trion_cosine, times)
    for k in range(helicities.shape[0]):
        _characteristic(ray_cosine, ray_sine, coefficients, times, pulse, helicities[k], scratch,
                        scratch[4 + 3 * k:7 + 3 * k])
    found = 0
    for z in points:
        for k in range(helicities.shape[0]):
            one, other = _poles(scratch[4 + 3 * k:7 + 3 * k], z)
            found = _add_centre(centres, widths, found, one)
            found = _add_centre(centres, widths, found, other)
    if found == 0:
        centres[0], widths[0] = 0.0, _WIDEST
        found = 1
    for i in range(1, found):
        place, width, j = centres[i], widths[i], i
        while j > 0 and centres[j - 1] > place:
            centres[j], widths[j] = centres[j - 1], widths[j - 1]
            j -= 1
        centres[j], widths[j] = place, width
    return found


@inline
def _along_ray(nodes, count, low, high, to_phase, middle, exponent, factor, centres, widths, found, per_stretch,
               rule_nodes, rule_weights):
    """Add phases psi and weights of a ray as columns 0 and 4 of ``nodes``; returns nodes and their number."""
    over_phase = 1.0 / to_phase
    first_turn = floor((low - pi) / (2.0 * pi)) - 1
    last_turn = ceil((high + pi) / (2.0 * pi)) + 1
    for turn in range(first_turn, last_turn + 1):
        for i in range(found):
            place, width = centres[i] + 2.0 * pi * turn, widths[i]
            after = centres[(i + 1) % found] + 2.0 * pi * (turn + (i + 1) // found)
            before = centres[(i - 1) % found] + 2.0 * pi * (turn - (1 if i == 0 else 0))
            half_width = 0.5 * width
            for side in range(2):
                sign = 1.0 - 2.0 * side
                full = 0.5 * (after - place) if side == 0 else 0.5 * (place - before)
                # the part of this stretch that lies in the range, as distances from the resonance
                if side == 0:
                    near, far = max(0.0, low - place), min(full, high - place)
                else:
                    near, far = max(0.0, place - high), min(full, place - low)
                if far <= near:
                    continue
                pieces = ceil((far - near) / (_GAUSS_PIECE * to_phase))
                whole = asinh(full / width)
                t1 = asinh(near / width) if near > 0.0 else 0.0
                for piece in range(pieces):
                    t0, t1 = t1, whole
                    if piece < pieces - 1 or far < full:
                        t1 = asinh((near + (far - near) * (piece + 1) / pieces) / width)
                    n = min(per_stretch, max(3, ceil(per_stretch * (0.35 + 0.65 * (t1 - t0) / whole))))
                    scale = (t1 - t0) * half_width * over_phase * factor
                    if count + n > nodes.shape[0]:
                        nodes = _grown(nodes, count)
                    for m in range(n):
                        grown = exp(t0 + (t1 - t0) * rule_nodes[n, m])
                        shrunk = 1.0 / grown
                        psi = place + sign * half_width * (grown - shrunk)
                        r = psi * over_phase
                        off = r - middle
                        nodes[count, 0] = psi
                        nodes[count, 4] = (scale * rule_weights[n, m] * (grown + shrunk) * r * r
                                           * exp(-off * off - exponent))
                        count += 1
    return nodes, count


@kernel
def ray_nodes(larmor, nuclear, times, pulse, points, helicities, per_stretch, per_angle, cut, rule_nodes, rule_weights,
              first_angle, angles):
    """Return fields and weights whose weighted sum is the average over the Overhauser field.

    Parameters
    ----------
    larmor : tuple of float
        W_L along z and along x, W_L^T along z and along x, rad/s; the first two at least 0. With nothing along x
        the average is over two dimensions, otherwise over three.
    nuclear : tuple of float
        w_n (rad/s), lambda, chi, and the ratio chi lambda / lambda_T of the transverse trion field.
    times, pulse : tuple of float
        As in `spin_precession`.
    points : ndarray of complex
        z = exp(i w T_R) at which the response will be asked for.
    helicities : ndarray
        The helicities, +1 and -1, whose resonances are to be resolved; they are the same where phi = 0.
    per_stretch, per_angle : int
        Gauss-Legendre nodes on a full stretch between resonances, and on a hemisphere.
    cut : float
        The weight is dropped below exp(-cut).
    rule_nodes, rule_weights : ndarray
        `RULES`.
    first_angle, angles : int
        Part of the ``per_angle`` angles of each hemisphere; `ALL_ANGLES`. No defaults: numba would look them up slowly.

    Returns
    -------
    ndarray, shape (n, 5)
        W_z, W_perp, W^T_z, W^T_perp and weight.
    """
    w_n, anisotropy, chi, chi_across = nuclear
    w_z, w_x, t_z, t_x = larmor
    period, tau_s, tau_t, tau_0 = times
    q_z = pulse[0]
    b_z, b_x = w_z / w_n, anisotropy * w_x / w_n
    square = b_z * b_z + b_x * b_x
    tilted = b_x > 0.0
    nodes = np.empty((2048, 5))
    count = 0
    scratch = np.empty((4 + 3 * helicities.shape[0], 3))
    centres, widths = np.empty(_MOST_CENTRES), np.empty(_MOST_CENTRES)
    # how far from theta = 0 the pole in the angle lies; the trion's field is taken as along z there
    decay = exp(-period / tau_s)
    back = 1.0 / (1.0 + tau_0 / tau_t - tau_0 / tau_s)
    sharpest = _WIDEST
    for z in points:
        sigma = decay * (q_z - pulse[1] + (1.0 - q_z) * back) / (z - pulse[1] * decay)
        if abs(sigma) > 1e-6:
            sharpest = min(sharpest, anisotropy * sqrt(abs((1.0 - sigma) / sigma)))
    sharpest = max(sharpest, 1e-6)
    # where the weight is, in theta: all of the sphere, or about the direction of the external field
    peak = np.arctan2(b_x, b_z)
    reach = pi if square <= cut else np.arcsin(sqrt(cut / square))
    lowest, highest = max(0.0, peak - reach), min(pi, peak + reach)
    azimuths = per_angle if tilted else 1
    for half in range(2):
        # distances from the nearer end of the z axis
        if half == 0:
            near, far = lowest, min(highest, 0.5 * pi)
        else:
            near, far = pi - highest, min(pi - lowest, 0.5 * pi)
        if far <= near:
            continue
        first, last = asinh(near / sharpest), asinh(far / sharpest)
        for j in range(first_angle, min(first_angle + angles, per_angle)):
            t = first + (last - first) * rule_nodes[per_angle, j]
            theta = sharpest * sinh(t)
            angle_weight = (last - first) * rule_weights[per_angle, j] * sharpest * cosh(t)
            sine, cosine = np.sin(theta), np.cos(theta)
            if half == 1:
                cosine = -cosine
            scale = sqrt(cosine * cosine + sine * sine / (anisotropy * anisotropy))  # |W| / r
            ray_cosine, ray_sine = cosine / scale, sine / (anisotropy * scale)
            to_phase = period * w_n * scale
            around = pi
            if tilted and square > cut:
                edge = (sqrt(square - cut) - b_z * cosine) / (b_x * sine)
                around = 0.0 if edge >= 1.0 else (pi if edge <= -1.0 else np.arccos(edge))
                if around == 0.0:
                    continue
            for k in range(azimuths):
                if tilted:  # even in the azimuth
                    azimuth = around * rule_nodes[azimuths, k]
                    factor = 2.0 * around * rule_weights[azimuths, k] / pi ** 1.5
                    turn_c, turn_s = np.cos(azimuth), np.sin(azimuth)
                else:
                    factor, turn_c, turn_s = 2.0 / sqrt(pi), 1.0, 0.0
                middle = b_z * cosine + b_x * sine * turn_c
                exponent = square - middle * middle
                if not tilted:  # the same, without cancellation in strong fields
                    exponent = square * sine * sine
                inside = cut - exponent
                if inside <= 0.0 or middle + sqrt(inside) <= 0.0:
                    continue
                spread = sqrt(inside)
                typical = max(middle, 0.8) * scale * w_n
                start = count
                across_x = chi_across * (typical * ray_sine * turn_c - w_x) + t_x
                across_y = chi_across * typical * ray_sine * turn_s
                found = _resonances(ray_cosine, ray_sine, typical, chi * (typical * ray_cosine - w_z) + t_z,
                                    sqrt(across_x * across_x + across_y * across_y), times, pulse, points, helicities,
                                    scratch, centres, widths)
                nodes, count = _along_ray(nodes, count, max(0.0, middle - spread) * to_phase,
                                          (middle + spread) * to_phase, to_phase, middle, exponent,
                                          factor * angle_weight * sine, centres, widths, found, per_stretch,
                                          rule_nodes, rule_weights)
                for m in range(start, count):
                    total = nodes[m, 0] / period
                    along, across = total * ray_cosine, total * ray_sine
                    nodes[m, 0], nodes[m, 1] = along, across
                    nodes[m, 2] = chi * (along - w_z) + t_z
                    if tilted:
                        x = chi_across * (across * turn_c - w_x) + t_x
                        y = chi_across * across * turn_s
                        nodes[m, 3] = sqrt(x * x + y * y)
                    else:
                        nodes[m, 3] = chi_across * across
    return nodes[:count]


def sampled_nodes(points: NDArray[np.float64], larmor: tuple[float, float, float, float],
                  nuclear: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Return fields and equal weights for points of the unit cube, for an external field in any direction.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        Each coordinate in (0, 1); a low-discrepancy sequence for quasi-Monte-Carlo, random numbers for Monte Carlo.
    larmor : tuple of float
        W_L along z and along x, W_L^T along z and along x, rad/s.
    nuclear : tuple of float
        w_n, lambda, chi, chi lambda / lambda_T.

    Returns
    -------
    ndarray, shape (n, 5)
        As from `axial_nodes`.
    """
    w_n, anisotropy, chi, chi_across = nuclear
    normal = ndtri(points)
    across = w_n / (anisotropy * sqrt(2.0))
    return fields_of(normal * np.array([across, across, w_n / sqrt(2.0)]), larmor, (chi_across, chi))


def fields_of(nuclear_fields: NDArray[np.float64], larmor: tuple[float, float, float, float],
              ratios: tuple[float, float]) -> NDArray[np.float64]:
    """Return what each dot of an ensemble feels, with equal weights.

    Parameters
    ----------
    nuclear_fields : ndarray, shape (n, 3)
        W_N of each dot (x, y, z), rad/s.
    larmor : tuple of float
        W_L along z and along x, W_L^T along z and along x, rad/s.
    ratios : tuple of float
        Transverse and longitudinal ratio of the trion's nuclear field to W_N, eq. (5).
    """
    along, across, trion_along, trion_across = larmor
    x, y, z = nuclear_fields.T
    found = np.empty((len(x), 5))
    found[:, 0] = z + along
    found[:, 1] = np.hypot(x + across, y)
    found[:, 2] = ratios[1] * z + trion_along
    found[:, 3] = np.hypot(ratios[0] * x + trion_across, ratios[0] * y)
    found[:, 4] = 1.0 / len(x)
    return found
