"""What is wrong at a lock-in amplifier and what to do, in sentences."""

from __future__ import annotations

from instruments.lockin.input import PREAMPLIFIER_RANGE

_RANGE = "is out of range (1 mHz to 50 MHz)"


def no_reference(name: str) -> str:
    """Return that nothing arrives at the reference input: the instrument cannot tell why."""
    return (f"{name}: it has no reference; start the chopper or modulator and connect its reference output, see that "
            f"the plug sits tight, or set {name}.reference_source to 'internal'.")


def not_locked_yet(name: str, seconds: float) -> str:
    """Return that the loop still hunts."""
    return f"{name}: it is not locked to the reference yet; wait {seconds:.2g} s."


def reference_out_of_range(name: str) -> str:
    """Return that the reference cannot be followed."""
    return f"{name}: the reference times the harmonic {_RANGE}; change its frequency or lower {name}.harmonic."


def oscillator_out_of_range(name: str) -> str:
    """Return that the oscillator's harmonic cannot be detected."""
    return (f"{name}: the oscillator's frequency times the harmonic {_RANGE}; lower {name}.internal_frequency or "
            f"{name}.harmonic.")


def wrong_reference(name: str) -> str:
    """Return that the internal reference is not what the signal is modulated with."""
    return (f"{name}: the internal oscillator is not at the frequency of the reference input, so the signal averages "
            "out; use the external reference.")


def amplifier_overload(name: str, peak: float, coupling: str) -> str:
    """Return that the first amplifier is overloaded by a total ``peak`` in V."""
    direct = "" if coupling == "AC" else f", or set {name}.coupling to 'AC' if it is a direct voltage"
    return (f"{name}: the input is overloaded ({peak:.3g} V peak, {PREAMPLIFIER_RANGE:g} V allowed); lower the "
            f"detector's gain{direct}.")


def mixer_overload(name: str, peak: float, allowed: float) -> str:
    """Return that the mixer is overloaded by a total ``peak`` above ``allowed``, both in V."""
    return (f"{name}: the input is overloaded ({peak:.3g} V peak, {allowed:.3g} V allowed at this sensitivity and "
            f"reserve); raise {name}.sensitivity or choose more {name}.reserve.")


def filter_overload(name: str) -> str:
    """Return that a stage before the output is overloaded."""
    return f"{name}: a stage of the output filter is overloaded; raise {name}.time_constant or {name}.sensitivity."


def output_overload(name: str) -> str:
    """Return that X or Y is overloaded."""
    return f"{name}: an output is overloaded; raise {name}.sensitivity."
