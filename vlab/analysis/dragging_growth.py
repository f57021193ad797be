"""How dragging widths grow with the dwell and shrink with the step: fits of figures S1c and S1d.

Of the supplement to Latta et al., Nature Physics 5, 758 (2009). All points weigh alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from vlab.analysis.rounding import compact
from vlab.analysis.rows import Floats, numbers
from vlab.data.quality import spoiled_left_out
from vlab.errors import DataError
from vlab.units import Q_, Quantity

if TYPE_CHECKING:
    import xarray

_LEAST_GROWTH = 0.1
"""Of the width: curves that grow by less say nothing of a build-up time."""


@dataclass(frozen=True)
class BuildUpFit:
    """Widths W = W_min + (W_max - W_min) [1 - exp(-T / tau)] with one tau for all steps; errors are one standard
    deviation, from the scatter about the fit.

    The curves of the rate model do not truly share one tau: fine steps build up sooner than those near the critical
    one. So the common tau is what a forced common fit gives, its error is no statistical one, and the residuals belong
    to the result.
    """

    tau: Quantity
    """Build-up time."""
    tau_error: Quantity
    steps: Quantity
    """Shape (s,): the steps, smallest first."""
    dwells: Quantity
    """Shape (d,): the dwell times, shortest first."""
    minimum: Quantity
    """Shape (s,): W_min of each step."""
    maximum: Quantity
    """Shape (s,): W_max of each step."""
    residuals: Quantity
    """Shape (s, d): measured less fitted width; NaN where nothing was measured."""
    minimum_error: Quantity
    """Shape (s,): of W_min; that tau is fitted, too, is in it."""
    maximum_error: Quantity
    """Shape (s,): of W_max."""

    @property
    def largest_residual(self) -> Quantity:
        """The largest deviation of a width from the fit."""
        return Q_(float(np.nanmax(np.abs(self.residuals.m_as("ueV")))), "ueV")

    def curves(self, dwell: ArrayLike) -> Floats:
        """Return the fitted widths in ueV at dwell times (s, or a quantity); shape (s, n)."""
        low, high = self.minimum.m_as("ueV")[:, None], self.maximum.m_as("ueV")[:, None]
        return np.asarray(high - (high - low) * np.exp(-numbers(dwell, "s") / self.tau.m_as("s")))

    def __str__(self) -> str:
        widths = "; ".join(
            f"{step:g} µeV steps: saturated width {compact(high, high_error)} µeV, at zero dwell "
            f"{compact(low, low_error)} µeV" for step, low, low_error, high, high_error in zip(*(
                q.m_as("ueV") for q in (self.steps, self.minimum, self.minimum_error, self.maximum,
                                        self.maximum_error)), strict=True))
        below = " (extrapolated: below zero where even the shortest dwell is long)" \
            if (self.minimum.m_as("ueV") < 0.0).any() else " (extrapolated)"
        return (f"tau = {compact(self.tau.m_as('s'), self.tau_error.m_as('s'))} s common to all steps; {widths}"
                f"{below}; residuals up to {self.largest_residual.m_as('ueV'):.2f} µeV (the model's curves do not "
                "truly share one tau, so it depends on which dwells and steps there are)")


@dataclass(frozen=True)
class CriticalStepFit:
    """Widths of long dwells W = W_inf + W_0 exp(-step / critical step); errors are one standard deviation, from the
    scatter about the fit."""

    critical_step: Quantity
    critical_step_error: Quantity
    far_width: Quantity
    """W_inf, the width of very large steps."""
    drop: Quantity
    """W_0, by which the width of very small steps is larger."""
    dwell: Quantity
    """The dwell time of the widths, the longest of the data."""
    steps: Quantity
    """Shape (s,)."""
    residuals: Quantity
    """Shape (s,): measured less fitted width."""

    @property
    def largest_residual(self) -> Quantity:
        """The largest deviation of a width from the fit."""
        return Q_(float(np.abs(self.residuals.m_as("ueV")).max()), "ueV")

    def curve(self, step: ArrayLike) -> Floats:
        """Return the fitted widths in ueV at steps (ueV, or a quantity)."""
        decay = np.exp(-numbers(step, "ueV") / self.critical_step.m_as("ueV"))
        return np.asarray(self.far_width.m_as("ueV") + self.drop.m_as("ueV") * decay)

    def __str__(self) -> str:
        return (f"critical step {compact(self.critical_step.m_as('ueV'), self.critical_step_error.m_as('ueV'))} µeV "
                f"at a dwell of {self.dwell.m_as('s'):g} s, widths {self.far_width.m_as('ueV'):.2f} + "
                f"{self.drop.m_as('ueV'):.2f} exp(-step / critical step) µeV, residuals up to "
                f"{self.largest_residual.m_as('ueV'):.2f} µeV")


def mean_widths(dataset: xarray.Dataset, direction: str | None = None) -> xarray.DataArray:
    """Return dragging widths in ueV averaged over phases and repeats, with the coordinates step and dwell.

    Scans that the dataset marks as spoiled (``quality``) are left out.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `DraggingWidthVsDwell` or `DraggingWidthVsStep`.
    direction : {"forward", "backward"}, optional
        None averages over the directions there are.

    Raises
    ------
    DataError
        The dataset has no such widths.
    """
    widths = spoiled_left_out(dataset)["width"] if "width" in getattr(dataset, "data_vars", {}) else None
    if widths is None or not {"step", "dwell"} <= set(widths.dims):
        raise DataError("this fit wants dragging widths against 'step' and 'dwell', as DraggingWidthVsDwell and "
                        "DraggingWidthVsStep measure them.")
    if "direction" in widths.dims:
        known = [str(d) for d in widths["direction"].values]
        if direction is not None:
            if direction not in known:
                raise DataError(f"there is no direction {direction!r} in these data; give one of {', '.join(known)}, "
                                "or none for their mean.")
            widths = widths.sel(direction=direction)
    elif direction is not None:
        raise DataError("these data have no directions; leave direction out.")
    widths = widths.sortby(["step", "dwell"]).transpose(..., "step", "dwell")
    for name in [str(d) for d in widths.dims if d not in ("step", "dwell", "direction")]:
        widths = widths.mean(name, skipna=True)
    # not of one direction alone where the other is missing
    return widths.mean("direction", skipna=False) if "direction" in widths.dims else widths


def fit_build_up(dataset: xarray.Dataset, direction: str | None = None) -> BuildUpFit:
    """Fit widths against dwell times, with W_min and W_max of each step and one tau for all, as in figure S1c.

    Unweighted least squares of the phase-averaged widths, without scans that are marked as spoiled. For a
    given tau the widths are linear, so that the search is in ln tau alone (variable projection).

    Parameters
    ----------
    dataset : xarray.Dataset
        From `DraggingWidthVsDwell`.
    direction : {"forward", "backward"}, optional
        Which direction; None means the mean of those measured.

    Raises
    ------
    DataError
        No widths, fewer than three dwells of a step, no growth, or dwells that do not show a build-up time.
    """
    from scipy.optimize import minimize_scalar

    widths = mean_widths(dataset, direction)
    steps, dwells = (np.asarray(widths[name].values, dtype=float) for name in ("step", "dwell"))
    measured = np.asarray(widths.values, dtype=float)
    used = np.isfinite(measured).sum(axis=1) >= 3
    if not used.any():
        raise DataError(f"a build-up time wants widths at 3 dwell times or more; there are "
                        f"{int(np.isfinite(measured).sum(axis=1).max(initial=0))}.")
    steps, measured = steps[used], measured[used]
    known = np.isfinite(measured)
    growth = np.nanmax(measured, axis=1) - np.nanmin(measured, axis=1)
    if not (growth > _LEAST_GROWTH * np.nanmax(measured, axis=1)).any():
        raise DataError("there is no growth of the width with the dwell time; are the nuclei dragged in this "
                        "direction, and do the dwells reach from well below to well above the build-up time?")

    def linear(log_tau: float) -> tuple[float, Floats, Floats]:
        """Return the sum of squares, the coefficients (s, 2) and the residuals at a tau."""
        decay = np.exp(-dwells / np.exp(log_tau))
        found, left = np.empty((steps.size, 2)), np.full(measured.shape, np.nan)
        for i, here in enumerate(known):
            columns = np.stack([decay[here], 1.0 - decay[here]], axis=1)  # W_min and W_max
            found[i] = np.linalg.lstsq(columns, measured[i, here], rcond=None)[0]
            left[i, here] = measured[i, here] - columns @ found[i]
        return float(np.nansum(left**2)), found, left

    lowest, highest = np.log(0.1 * dwells[0]), np.log(10.0 * dwells[-1])
    coarse = np.linspace(lowest, highest, 200)
    start = int(np.argmin([linear(t)[0] for t in coarse]))
    if start in (0, coarse.size - 1):
        raise DataError(f"no build-up time can be told from dwells of {dwells[0]:g} to {dwells[-1]:g} s; "
                        "they should reach from well below to well above it, and the nuclei be dragged in this "
                        "direction.")
    log_tau = float(minimize_scalar(lambda t: linear(t)[0], bounds=(coarse[start - 1], coarse[start + 1]),
                                    method="bounded", options={"xatol": 1e-10}).x)
    squares, found, left = linear(log_tau)
    tau = float(np.exp(log_tau))
    errors = _errors(tau, dwells, found, known, squares)
    return BuildUpFit(Q_(tau, "s"), Q_(float(errors[0]), "s"), Q_(steps, "ueV"), Q_(dwells, "s"),
                      Q_(found[:, 0], "ueV"), Q_(found[:, 1], "ueV"), Q_(left, "ueV"), Q_(errors[1::2], "ueV"),
                      Q_(errors[2::2], "ueV"))


def _errors(tau: float, dwells: Floats, found: Floats, known: Any, squares: float) -> Floats:
    """Return the standard deviations of tau and then of each step's W_min and W_max."""
    decay = np.exp(-dwells / tau)
    slopes = []
    for i, ((low, high), here) in enumerate(zip(found, known, strict=True)):
        block = np.zeros((int(here.sum()), 1 + 2 * len(found)))
        block[:, 0] = (low - high) * (decay * dwells / tau**2)[here]
        block[:, 1 + 2 * i], block[:, 2 + 2 * i] = decay[here], 1.0 - decay[here]
        slopes.append(block)
    all_slopes = np.concatenate(slopes)
    points, numbers_fitted = all_slopes.shape
    size = np.sqrt(np.sum(all_slopes**2, axis=0))
    if not (size > 0.0).all():
        return np.full(numbers_fitted, np.inf)
    inverse = np.linalg.pinv(all_slopes / size)
    spread = np.sqrt(np.sum(inverse**2, axis=1)) / size
    return np.asarray(spread * np.sqrt(squares / max(1, points - numbers_fitted)))


def fit_critical_step(dataset: xarray.Dataset, direction: str | None = None) -> CriticalStepFit:
    """Fit the widths of the longest dwell against the step, as in figure S1d.

    Unweighted least squares of W_inf + W_0 exp(-step / critical step) to the phase-averaged widths, without scans that
    are marked as spoiled.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `DraggingWidthVsStep`.
    direction : {"forward", "backward"}, optional
        Which direction; None means the mean of those measured.

    Raises
    ------
    DataError
        No widths, fewer than four steps, or widths that do not fall with the step.
    """
    from scipy.optimize import minimize_scalar

    widths = mean_widths(dataset, direction)
    dwell = float(widths["dwell"].values.max())
    longest = widths.sel(dwell=dwell).dropna("step")
    step, width = np.asarray(longest["step"].values, dtype=float), np.asarray(longest.values, dtype=float)
    if step.size < 4:
        raise DataError(f"a critical step wants widths at 4 steps or more; there are {step.size} at the longest "
                        "dwell.")

    def linear(log_critical: float) -> tuple[float, Floats, Floats]:
        columns = np.stack([np.ones_like(step), np.exp(-step / np.exp(log_critical))], axis=1)
        found = np.linalg.lstsq(columns, width, rcond=None)[0]
        left = width - columns @ found
        return float(left @ left), found, left

    coarse = np.linspace(np.log(0.2 * step[0]), np.log(10.0 * step[-1]), 200)
    start = int(np.argmin([linear(t)[0] for t in coarse]))
    if start in (0, coarse.size - 1) or not linear(coarse[start])[1][1] > 0.0:
        raise DataError(f"no critical step can be told: these widths do not fall exponentially with "
                        f"steps of {step[0]:g} to {step[-1]:g} µeV. Are the nuclei dragged in this direction?")
    log_critical = float(minimize_scalar(lambda t: linear(t)[0], bounds=(coarse[start - 1], coarse[start + 1]),
                                         method="bounded", options={"xatol": 1e-10}).x)
    squares, (far, drop), left = linear(log_critical)
    critical = float(np.exp(log_critical))
    decay = np.exp(-step / critical)
    columns = np.stack([np.ones_like(step), decay], axis=1)
    column = drop * decay * step / critical**2
    rest = column - columns @ np.linalg.lstsq(columns, column, rcond=None)[0]
    error = float(np.sqrt(squares / (step.size - 3) / (rest @ rest)))
    return CriticalStepFit(Q_(critical, "ueV"), Q_(error, "ueV"), Q_(float(far), "ueV"), Q_(float(drop), "ueV"),
                           Q_(dwell, "s"), Q_(step, "ueV"), Q_(left, "ueV"))
