"""The adaptive average over nuclear fields as compiled loops, for many external fields at one frequency."""

from __future__ import annotations

import numpy as np

from vlab.physics.kernel import inline, kernel
from vlab.physics.overhauser import MOST_NODES, ray_nodes
from vlab.physics.spin_inertia import linear_response, steady_response
from vlab.physics.spin_pattern import pattern_response


@inline
def _error(now, last, level, trusting, safety, forget):
    """Return the error of a rule from its difference to the rule before and that one's to its own; `spin_average`."""
    if not trusting:
        return 3.0 * now if level == 1 else max(3.0 * now, 0.5 * last)
    return now if level == 1 else max(now * min(1.0, safety * now / max(last, 1e-300)), last / forget)


@kernel
def sweep(larmors, nuclear, times, pulse, z, helicity, rules, tolerance, floor, cut, safety, forget, fewest,
          rule_nodes, rule_weights):
    """Return the mean response at each field, its estimated error and the number of dots; see `spin_average`.

    Parameters
    ----------
    larmors : ndarray, shape (m, 4)
        W_L along z and x, W_L^T along z and x, rad/s; the first two at least 0.
    nuclear, times, pulse : tuple of float
        As in `overhauser.ray_nodes`.
    z : complex
        exp(i w T_R).
    helicity : float
        0 for the response to modulated resonant pulses; +1 or -1 for the steady state of pulses of one helicity.
    rules : ndarray of int, shape (r, 2)
        Nodes per stretch and per angle, growing.
    tolerance, floor : float
        Wanted error: tolerance times the larger of value and floor.
    cut, safety, forget : float
    fewest : int
        How many rules must have been compared with the one before.
    rule_nodes, rule_weights : ndarray
        `overhauser.RULES`.

    Returns
    -------
    values : ndarray of complex, shape (m,)
    errors : ndarray, shape (m,)
    dots : ndarray of int, shape (m,)
    """
    count = larmors.shape[0]
    values, errors = np.zeros(count, dtype=np.complex128), np.zeros(count)
    dots = np.zeros(count, dtype=np.int64)
    points = np.array([z])
    signs = np.array([1.0 if helicity == 0.0 else helicity])
    for i in range(count):
        larmor = (larmors[i, 0], larmors[i, 1], larmors[i, 2], larmors[i, 3])
        before, last = 0j, np.inf
        for level in range(rules.shape[0]):
            nodes = ray_nodes(larmor, nuclear, times, pulse, points, signs, rules[level, 0], rules[level, 1], cut,
                              rule_nodes, rule_weights, 0, MOST_NODES)
            if helicity == 0.0:
                value = linear_response(nodes, times, pulse, points)[0]
            else:
                value = complex(steady_response(nodes, times, pulse, helicity), 0.0)
            values[i], dots[i] = value, nodes.shape[0]
            if level > 0:
                now = abs(value - before)
                error = _error(now, last, level, True, safety, forget)
                size = max(abs(value), floor)
                errors[i] = error + 1e-2 * tolerance * size
                last = now
                if errors[i] <= tolerance * size and level >= fewest:
                    if level == 1:
                        errors[i] = tolerance * size
                    break
            before = value
    return values, errors, dots


@kernel
def sweep_pattern(larmors, nuclear, times, pulse, points, actions, which, lengths, zeta, delays, trusting, rules,
                  tolerance, floor, cut, safety, forget, rule_nodes, rule_weights):
    """Return the mean spin under a pattern of pulses at each field; see `spin_average` and `spin_pattern`.

    Parameters
    ----------
    larmors, nuclear, times, pulse
        As in `sweep`.
    points : ndarray of complex
        As in `overhauser.ray_nodes`.
    actions, which, lengths, zeta, delays
        As in `spin_pattern.pattern_response`.
    trusting : bool
        Whether the error may be taken to fall geometrically.
    rules, tolerance, floor, cut, safety, forget, rule_nodes, rule_weights
        As in `sweep`.

    Returns
    -------
    values : ndarray of complex, shape (m, max(d, 1))
    errors : ndarray, shape (m, max(d, 1))
    dots : ndarray of int, shape (m,)
    reached : ndarray of bool, shape (m,)
        Whether these rules are enough.
    """
    count, width = larmors.shape[0], max(delays.shape[0], 1)
    values, errors = np.zeros((count, width), dtype=np.complex128), np.zeros((count, width))
    dots, reached = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    signs = np.array([1.0, -1.0])
    before, last = np.zeros(width, dtype=np.complex128), np.zeros(width)
    for i in range(count):
        larmor = (larmors[i, 0], larmors[i, 1], larmors[i, 2], larmors[i, 3])
        for level in range(rules.shape[0]):
            nodes = ray_nodes(larmor, nuclear, times, pulse, points, signs, rules[level, 0], rules[level, 1], cut,
                              rule_nodes, rule_weights, 0, MOST_NODES)
            found = pattern_response(nodes, times, actions, which, lengths, zeta, delays)
            dots[i] = nodes.shape[0]
            enough = level > 0
            for j in range(width):
                values[i, j] = found[j]
                if level > 0:
                    now = abs(found[j] - before[j])
                    size = max(abs(found[j]), floor)
                    errors[i, j] = _error(now, last[j], level, trusting, safety, forget) + 2e-2 * tolerance * size
                    enough = enough and errors[i, j] <= tolerance * size
                    last[j] = now
                before[j] = found[j]
            if enough:
                reached[i] = True
                if level == 1:
                    for j in range(found.shape[0]):
                        errors[i, j] = tolerance * max(abs(found[j]), floor)
                break
    return values, errors, dots, reached
