"""What is wrong at a lock-in amplifier and what to do, in sentences."""

from __future__ import annotations

from instruments.lockin.auto import SLOWEST
from instruments.lockin.input import PREAMPLIFIER_RANGE, RESERVES
from vlab.readout import readout

_RANGE = "is out of range (1 mHz to 50 MHz)"


def no_reference(name: str) -> str:
    """Return that nothing arrives at the reference input: the instrument cannot tell why."""
    return (f"{name}: it has no reference; start the chopper or modulator and connect its reference output, see that "
            f"the plug sits tight, or choose the internal one ({name}.reference_source at 'internal').")


def not_locked_yet(name: str, seconds: float) -> str:
    """Return that the loop still hunts."""
    return f"{name}: it is not locked to the reference yet; wait {seconds:.2g} s."


def reference_out_of_range(name: str) -> str:
    """Return that the reference cannot be followed."""
    return (f"{name}: the reference times the harmonic {_RANGE}; change its frequency or choose a lower harmonic "
            f"({name}.harmonic).")


def oscillator_out_of_range(name: str) -> str:
    """Return that the oscillator's harmonic cannot be detected."""
    return (f"{name}: the oscillator's frequency times the harmonic {_RANGE}; choose a lower frequency "
            f"({name}.internal_frequency) or harmonic ({name}.harmonic).")


def wrong_reference(name: str) -> str:
    """Return that the internal reference is not what the signal is modulated with."""
    return (f"{name}: the internal oscillator is not at the frequency of the reference input, so the signal averages "
            f"out; use the external reference ({name}.reference_source at 'external').")


def amplifier_overload(name: str, peak: float, coupling: str) -> str:
    """Return that the first amplifier is overloaded by a total ``peak`` in V."""
    direct = "" if coupling == "AC" else f", or keep a direct voltage out ({name}.coupling at 'AC')"
    return (f"{name}: the input is overloaded ({peak:.3g} V peak, {PREAMPLIFIER_RANGE:g} V allowed); lower the "
            f"gain of the detector{direct}.")


def mixer_overload(name: str, peak: float, allowed: float, full: float, reserve: str, time_constant: float) -> str:
    """Return that the mixer is overloaded by a total ``peak`` above ``allowed``, both in V peak."""
    more = "" if reserve == RESERVES[-1] else f" or more reserve ({name}.reserve at '{_more_reserve(reserve)}')"
    button = f", or press Auto reserve ({name}.auto_reserve)" if more and time_constant <= SLOWEST else ""
    return (f"{name}: the input is overloaded ({peak:.3g} V peak, {allowed:.3g} V allowed at this sensitivity and "
            f"reserve); choose a coarser sensitivity ({name}.sensitivity above {_short(full, 'uV')}){more}{button}.")


def filter_overload(name: str, full: float, wanted: float, time_constant: float) -> str:
    """Return that a stage before the output is overloaded, and no output; ``wanted`` is a full scale that suffices."""
    return (f"{name}: a stage of the output filter is overloaded: something near the reference is more than 10 times "
            f"the full scale of {_short(full, 'uV')}; {_coarser(name, wanted)}, or "
            f"{_longer(name, time_constant)}.")


def output_overload(name: str, full: float, wanted: float, time_constant: float, beating: bool) -> str:
    """Return that X or Y is overloaded.

    Parameters
    ----------
    name : str
    full, wanted : float
        The full scale, and one at which nothing overloads, V.
    time_constant : float
        In s; tells whether auto gain is at hand.
    beating : bool
        Whether a stage of the filter is overloaded too, so that it may be a disturbance that is filtered too little.
    """
    larger = "more than 10 times" if beating else "larger than"
    button = f", or press Auto gain ({name}.auto_gain)" if time_constant <= SLOWEST else ""
    other = f"; if it is a disturbance beside the reference, {_longer(name, time_constant)}" if (
        beating and time_constant <= SLOWEST) else ""
    return (f"{name}: an output is overloaded: the signal is {larger} the full scale of {_short(full, 'uV')}; "
            f"{_coarser(name, wanted)}{button}{other}.")


def too_slow(name: str, function: str, seconds: float, claimed: bool) -> str:
    """Return why an auto function refuses: it would wait for the filter again and again."""
    by = ", set by the run that goes on" if claimed else ", as an experiment may have set it"
    goal = "sensitivity" if function == "auto_gain" else "reserve"
    return (f"{name}.{function} does not work with a time constant above {SLOWEST:g} s (it is "
            f"{_short(seconds, 's')} now{by}), since it waits for the filter at each step; choose the {goal} "
            f"by hand ({name}.{goal}), or a time constant of {SLOWEST:g} s or less ({name}.time_constant).")


def _coarser(name: str, wanted: float) -> str:
    return f"choose a coarser sensitivity ({name}.sensitivity of {_short(wanted, 'uV')} or more)"


def _longer(name: str, time_constant: float) -> str:
    return f"choose a longer time constant ({name}.time_constant above {_short(time_constant, 's')})"


def _more_reserve(reserve: str) -> str:
    return RESERVES[RESERVES.index(reserve) + 1]


def _short(value: float, unit: str) -> str:
    """Return a number without zeros at its end."""
    text = readout(value, unit, 3)
    digits = len(text) - len(text.lstrip("0123456789.-"))
    number = text[:digits]
    return (number.rstrip("0").rstrip(".") if "." in number else number) + text[digits:]
