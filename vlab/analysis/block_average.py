"""Time averages of a fluctuating quantity, with errors that know of its memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vlab.analysis.rows import row
from vlab.errors import DataError


@dataclass(frozen=True)
class TimeAverage:
    """Mean and variance of a quantity over time; errors are one standard deviation."""

    mean: float
    mean_error: float
    variance: float
    variance_error: float


def block_average(values: ArrayLike, blocks: int = 20) -> TimeAverage:
    """Return mean and variance of equally spaced samples, with errors from the scatter of block averages.

    The samples are cut into blocks, whose averages are independent where a block is much longer than the memory; then
    the errors hold whatever that memory is. The variance has no bias by the mean's own error: <(v - <v>)^2> plus the
    square of that error.

    Parameters
    ----------
    values : array_like, shape (n,)
        Samples in the order of time; a rest of n / blocks at the end is left out.
    blocks : int
        Into how many blocks they are cut.

    Raises
    ------
    DataError
        There are fewer samples than blocks, fewer than two blocks, or samples that are not finite.
    """
    samples = row("block_average", "values", np.asarray(values, dtype=float))
    if blocks < 2 or samples.size < blocks:
        raise DataError(f"block_average got {samples.size} samples and {blocks} blocks; it wants at least two blocks, "
                        "and a sample for each.")
    cut = samples[:samples.size // blocks * blocks].reshape(blocks, -1)
    mean = float(cut.mean())
    squares = (cut - mean) ** 2
    mean_error, square_error = (float(v.mean(axis=1).std(ddof=1) / np.sqrt(blocks)) for v in (cut, squares))
    return TimeAverage(mean, mean_error, float(squares.mean()) + mean_error**2, square_error)


def block_drift(values: ArrayLike, blocks: int = 20) -> tuple[float, float]:
    """Return how much a quantity moved while it was watched, and the standard error of that.

    The mean of the last third of the blocks less that of the first third; the error comes from the scatter of block
    averages within each third, so a steady quantity has a drift of about its error.

    Parameters
    ----------
    values : array_like, shape (n,)
        Equally spaced samples in the order of time; a rest of n / blocks at the end is left out.
    blocks : int
        Into how many blocks they are cut.

    Raises
    ------
    DataError
        There are fewer samples than blocks, fewer than six blocks, or samples that are not finite.
    """
    samples = row("block_drift", "values", np.asarray(values, dtype=float))
    if blocks < 6 or samples.size < blocks:
        raise DataError(f"block_drift got {samples.size} samples and {blocks} blocks; it wants at least six blocks, "
                        "and a sample for each.")
    averages = samples[:samples.size // blocks * blocks].reshape(blocks, -1).mean(axis=1)
    third = blocks // 3
    first, last = averages[:third], averages[-third:]
    error = np.sqrt((first.var(ddof=1) + last.var(ddof=1)) / third)
    return float(last.mean() - first.mean()), float(error)
