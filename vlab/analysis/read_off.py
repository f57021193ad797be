"""What the papers read off their curves, as named numbers with a line to draw: see the modules that each comes from."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np
import pint

from vlab.analysis.dragging import resonance_extent
from vlab.analysis.fitted import Curve, Fitted, Number, enlarged
from vlab.analysis.hanle import hanle_width
from vlab.analysis.inertia import fit_relaxation_time
from vlab.analysis.recovery_curve import recovery_shape
from vlab.analysis.rows import Floats
from vlab.analysis.saturation import fit_saturation
from vlab.analysis.width_error import width_error
from vlab.errors import DataError
from vlab.units import ureg


def read_dragging_width(curve: Curve) -> Fitted:
    """Read the dragging width of one leg of a scan; its error is that of the readout noise."""
    _in(curve, "ueV", "Dragging width", "a detuning")
    y = curve.y if curve.y_unit in ("", "1") else curve.y / (float(curve.y.max()) or 1.0)
    on, off, clipped = resonance_extent(curve.x, y)
    half = 0.5 * float(curve.y.max())
    error = nan if clipped else width_error(curve.x, y)
    numbers = (Number("width", abs(off - on), error, curve.x_unit), Number("on at", on, unit=curve.x_unit),
               Number("off at", off, unit=curve.x_unit))
    return Fitted("Dragging width", numbers, np.array([on, on, off, off]), np.array([0.0, half, half, 0.0]),
                  curve.x.size, note="clipped at an end" if clipped else "",
                  remarks=("± by readout noise alone",) if isfinite(error) else ())


def read_inertia(curve: Curve) -> Fitted:
    """Fit eq. (11) to a curve over the modulation frequency."""
    hertz = _in(curve, "Hz", "Spin inertia", "a modulation frequency")
    fit = fit_relaxation_time(hertz, curve.y, curve.sigma)
    unit = f"{fit.tau.units:~}".replace("\u00b5", "u").replace("\u03bc", "u")
    larger, remarks = enlarged(fit.reduced_chi_square)
    numbers = (Number("τₛ*", float(fit.tau.magnitude), larger * float(fit.tau_error.magnitude), unit),
               Number("L(0)", fit.amplitude, larger * fit.amplitude_error, curve.y_unit))
    goodness = f"weighing alike, rms residual {fit.residual:.2g}" if fit.reduced_chi_square is None \
        else f"weighted by error bars, χ²/ν = {fit.reduced_chi_square:.2g}"
    fine = curve.fine()
    per = float(hertz[0] / curve.x[0])
    return Fitted("Spin inertia", numbers, fine, np.asarray(fit.curve(fine * per), dtype=float), curve.x.size, goodness,
                  remarks=remarks)


def read_spin_saturation(curve: Curve) -> Fitted:
    """Fit the saturation of the spin signal with the pump power in units of a pi pulse's."""
    if curve.x_unit not in ("", "1") or not ((curve.x >= 0.0) & (curve.x <= 1.0)).all():
        raise DataError("Spin saturation wants pump powers in units of a pi pulse's, 0 to 1.")
    fit = fit_saturation(curve.x, curve.y)
    if not (np.isfinite(fit.k_error) and fit.k > fit.k_error):
        raise DataError("Spin saturation cannot tell k from these points; powers should reach from where the signal is "
                        "proportional to the power to where it is not.")
    fine = np.linspace(np.sqrt(curve.x.min()), np.sqrt(curve.x.max()), 400) ** 2
    return Fitted("Spin saturation", (Number("k", fit.k, fit.k_error),), fine, fit.curve(fine), curve.x.size,
                  f"weighing alike, rms residual {fit.residual:.2g}")


def read_hanle_width(curve: Curve) -> Fitted:
    """Read the half width of a Hanle curve; its error is that of the noise."""
    tesla = _in(curve, "T", "Hanle width", "a magnetic field")
    found = hanle_width(tesla, curve.y)
    unit = curve.x_unit
    half, centre = float(found.half_width.m_as(unit)), float(found.centre.m_as(unit))
    error = float(found.half_width_error.m_as(unit))
    numbers = [Number("B½", half, error, unit),
               Number("maximum", found.maximum, found.maximum_error, curve.y_unit)]
    if found.sides == 2:
        numbers.insert(1, Number("centre", centre, float(found.centre_error.m_as(unit)), unit))
        ends = np.array([centre - half, centre + half])
    else:
        ends = np.array([0.0, half if curve.x.max() > 0.0 else -half])
    return Fitted("Hanle width", tuple(numbers), ends, np.full(2, 0.5 * found.maximum), curve.x.size,
                  note="" if found.sides == 2 else "from one side",
                  remarks=("read off, ± by the noise",) if isfinite(error) else ())


def read_recovery(curve: Curve) -> Fitted:
    """Read the shape of a polarization recovery curve."""
    tesla = _in(curve, "T", "Recovery shape", "a magnetic field")
    found = recovery_shape(tesla, curve.y)
    top = float(found.maximum_field.m_as(curve.x_unit))
    ends = np.abs(curve.x)
    numbers = (Number("maximum", found.maximum, unit=curve.y_unit), Number("at", top, unit=curve.x_unit),
               Number("at the smallest field", found.zero_field, unit=curve.y_unit),
               Number("at the largest field", found.large_field, unit=curve.y_unit))
    return Fitted("Recovery shape", numbers, np.array([float(ends.min()), top, float(ends.max())]),
                  np.array([found.zero_field, found.maximum, found.large_field]), curve.x.size, note=found.kind)


def _in(curve: Curve, unit: str, model: str, wanted: str) -> Floats:
    """Return x in ``unit``, or refuse a curve over something else."""
    try:
        factor = float(ureg.Quantity(1.0, "" if curve.x_unit == "1" else curve.x_unit).m_as(unit))
    except pint.DimensionalityError:
        raise DataError(f"{model} wants {wanted} on the horizontal axis.") from None
    return curve.x * factor
