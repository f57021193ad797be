"""Drafts of averages over the Overhauser field, for curves that follow a hand: one rule, and no error."""

from __future__ import annotations

from math import pi

import numpy as np

from vlab.physics import overhauser
from vlab.physics.spin_average import (
    EITHER,
    Complexes,
    Floats,
    SpinSystem,
    by_rules,
    first_quadrant,
    on_circle,
    sharing_nodes,
    weight_cut,
)
from vlab.physics.spin_inertia import linear_response

_RULES = ((4.0, (6, 7)), (2.0, (9, 11)), (0.0, (13, 15)))
"""Rules of drafts by the turns of a spin in the nuclear field between two pulses: the more resonances have nodes of
their own, the fewer nodes each of them needs."""
_TOLERANCE = 1e-2


def linear_draft(system: SpinSystem, frequencies: Floats) -> Complexes:
    """Return the signal as `spin_average.linear` does; how near it comes, `draft_at_fields` tells."""
    points = on_circle(system, frequencies)
    larmor, values = first_quadrant(system), np.zeros(len(points), dtype=complex)
    for group in sharing_nodes(system, frequencies):
        ends = np.unique(points[group][[0, -1]])
        nodes = overhauser.ray_nodes(larmor, system.nuclear, system.times, system.pulse, ends, EITHER, *_rule(system),
                                     weight_cut(_TOLERANCE), *overhauser.RULES, *overhauser.ALL_ANGLES)
        values[group] = linear_response(nodes, system.times, system.pulse, points[group])
    return np.asarray(values * (2.0 / pi))


def draft_at_fields(system: SpinSystem, fields: Floats, frequency: float) -> Complexes:
    """Return the signal as `spin_average.at_fields` does.

    In tilted fields of the usual samples it was off by more than 2.4 % in one of 100 systems, by 5 % in the worst of
    700 (of the larger of signal and `spin_average.FLOOR`); where nuclear field, pulses and times are anything, by 14 %
    in the worst of 400.
    """
    return by_rules(system, fields, frequency, _TOLERANCE, [_rule(system)], None).values


def _rule(system: SpinSystem) -> tuple[int, int]:
    turns = system.nuclear[0] * system.times[0] / (2.0 * pi)
    return next(rule for least, rule in _RULES if turns >= least)
