"""Values with their errors in words, rounded to the same digits."""

from __future__ import annotations

from math import floor, isfinite, log10

_MOST_DIGITS = 6


def with_error(value: float, error: float) -> str:
    """Return a value and its error, two digits of the error and the value to the same decimal.

    Errors too small to reach the sixth digit of the value, and those that are not known, are left out.
    """
    if not (isfinite(value) and isfinite(error) and error > 0.0):
        return f"{value:.4g}"
    largest = floor(log10(max(abs(value), error)))
    if error < 10.0 ** (largest - _MOST_DIGITS):
        return f"{value:.{_MOST_DIGITS}g}"
    if not -4 <= largest < _MOST_DIGITS:
        scale = 10.0**largest
        return f"({with_error(value / scale, error / scale)})e{largest:+03d}"
    decimals = max(0, 1 - floor(log10(error)))
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def compact(value: float, error: float) -> str:
    """Return a value with the last digits of its error in brackets, as tables have it: ``10.711(12)``.

    Errors of ten and more, and those too small to reach the eighth digit, are written out or left out.
    """
    if not (isfinite(value) and isfinite(error) and error > 0.0):
        return f"{value:.4g}"
    if error < 1e-8 * abs(value):
        return f"{value:.8g}"
    decimals = 1 - floor(log10(error))
    if decimals <= 0:
        return f"{value:.0f}({error:.0f})"
    digits = round(error * 10.0**decimals)
    return f"{value:.{decimals}f}({digits})" if error < 1.0 else f"{value:.{decimals}f}({error:.{decimals}f})"
