"""Ready-made samples and where their numbers come from."""

from __future__ import annotations

from vlab.errors import LimitError
from vlab.samples.quantum_dot import QuantumDot
from vlab.units import Q_

# Chosen to give, by a forced common fit, the supplement's build-up time, critical step and trends at Omega = Gamma
# and 4.5 T; not fitted to plotted data. hbar Gamma = 0.85 ueV and 0.60 ueV.
_REFERENCE = {
    "latta2009": {"linewidth": 0.85, "alpha_roh": 2.3e-11, "alpha_oh": -1.08e-19, "alpha_nc": 0.0, "decay": 0.04},
    "noncollinear": {"linewidth": 0.60, "alpha_roh": 6.6e-12, "alpha_oh": -4.3e-20, "alpha_nc": 3.6e-11, "decay": 0.04},
}

# All four nuclear rates times one factor: fixed points and locking stay, only the time scale moves.
_TIME_SCALE = {
    "reference": {"latta2009": 1.0, "noncollinear": 1.0},
    "tuned": {"latta2009": 0.895, "noncollinear": 1.31},
}


def sample_a(model: str, preset: str) -> QuantumDot:
    """Return the dot of sample A; see `QuantumDot.sample_a`."""
    if preset not in _TIME_SCALE:
        raise LimitError(f"QuantumDot.sample_a got preset {preset!r}; it wants one of {', '.join(_TIME_SCALE)}.")
    if model not in _REFERENCE:
        raise LimitError(f"QuantumDot.sample_a got model {model!r}; it wants one of {', '.join(_REFERENCE)}.")
    values, scale = _REFERENCE[model], _TIME_SCALE[preset][model]
    return QuantumDot(
        model=model,
        linewidth=Q_(values["linewidth"], "ueV"),
        alpha_roh=Q_(values["alpha_roh"] * scale, ""),
        alpha_oh=Q_(values["alpha_oh"] * scale, "s"),
        alpha_nc=Q_(values["alpha_nc"] * scale, ""),
        nuclear_decay_rate=Q_(values["decay"] * scale, "1/s"),
    )
