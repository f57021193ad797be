"""The adaptive average over nuclear fields as one compiled loop, for many external fields at one frequency."""

from __future__ import annotations

import numpy as np

from vlab.physics.kernel import kernel
from vlab.physics.overhauser import ray_nodes
from vlab.physics.spin_inertia import linear_response, steady_response


@kernel
def sweep(larmors, nuclear, times, pulse, z, helicity, rules, tolerance, floor, cut, safety, forget, rule_nodes,
          rule_weights):
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
                              rule_nodes, rule_weights)
            if helicity == 0.0:
                value = linear_response(nodes, times, pulse, points)[0]
            else:
                value = complex(steady_response(nodes, times, pulse, helicity), 0.0)
            values[i], dots[i] = value, nodes.shape[0]
            if level > 0:
                now = abs(value - before)
                error = now
                if level > 1:
                    error = max(now * min(1.0, safety * now / max(last, 1e-300)), last / forget)
                size = max(abs(value), floor)
                errors[i] = error + 1e-2 * tolerance * size
                last = now
                if errors[i] <= tolerance * size:
                    break
            before = value
    return values, errors, dots
