"""Rows of measured numbers as analyses want them, and sentences for those that are not."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vlab.errors import DataError
from vlab.units import ureg

Floats: TypeAlias = NDArray[np.float64]


def numbers(values: Any, unit: str) -> Floats:
    """Return a quantity in ``unit``, or bare numbers as they are, as floats."""
    bare = values.m_as(unit) if isinstance(values, ureg.Quantity) else values
    return np.asarray(bare, dtype=float)


def row(owner: str, name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return values that are a row of finite numbers, or raise `DataError` in the name of ``owner``."""
    found = values if np.iscomplexobj(values) else np.asarray(values, dtype=float)
    if found.ndim != 1:
        raise DataError(f"{owner} wants {name} as a row of numbers; its shape is {found.shape}.")
    if not np.isfinite(found).all():
        raise DataError(f"{owner} wants finite numbers; {int((~np.isfinite(found)).sum())} of the {found.size} values "
                        f"of {name} are not. Leave these points out.")
    return found


def alike(owner: str, one: str, x: NDArray[Any], other: str, y: NDArray[Any]) -> None:
    """Refuse two rows of different lengths, or of fewer than three points."""
    if x.size != y.size:
        raise DataError(f"{owner} got {x.size} {one} and {y.size} {other}; it wants as many of both.")
    if x.size < 3:
        raise DataError(f"{owner} wants at least three good points; there are {x.size}.")


def mean_and_error(values: Floats) -> tuple[Floats, Floats]:
    """Return the mean over the first axis and its standard error, of what is finite.

    Parameters
    ----------
    values : ndarray, shape (m, n)

    Returns
    -------
    mean, error : ndarray, shape (n,)
        NaN where there is no value, and for the error where there are fewer than two.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    some, several = np.maximum(count, 1), np.maximum(count - 1, 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / some
    square = np.where(known, values - mean, 0.0) ** 2
    error = np.sqrt(square.sum(axis=0) / several / some)
    return np.where(count > 0, mean, np.nan), np.where(count > 1, error, np.nan)
