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
