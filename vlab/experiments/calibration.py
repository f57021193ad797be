"""The experimenter's own calibration of a line: a page of the lab notebook, from which detunings are computed.

A procedure never asks the sample where its line is; in a real room these numbers come from earlier measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, pi, sqrt

from vlab.errors import RunError
from vlab.experiments.roles import Device, DraggingSetup


@dataclass(frozen=True)
class LineCalibration:
    """Where the line lies without nuclear polarization, and what the detector shows at its peak (SI units)."""

    energy_at_zero: float
    """Energy at zero field and at ``gate_zero``, J."""
    zeeman: float
    """Zeeman shift of the line, J/T."""
    diamagnetic: float
    """J/T^2."""
    lever_arm: float
    """Linear Stark shift, J/V."""
    lever_curvature: float
    """Quadratic Stark shift, J/V^2."""
    gate_zero: float
    """V."""
    saturation_power: float
    """W; (Omega/Gamma)^2 = power / (2 saturation_power)."""
    contrast: float
    """Peak DT/T at low power."""

    def line_energy(self, field: float, voltage: float) -> float:
        """Return the line's energy in J at a field (T) and gate voltage (V)."""
        v = voltage - self.gate_zero
        return (self.energy_at_zero + self.zeeman * abs(field) + self.diamagnetic * field * field
                + v * (self.lever_arm + v * self.lever_curvature))

    def photon_energy(self, detuning: float, field: float, voltage: float) -> float:
        """Return the photon energy (J) for a bare detuning (J; positive when the laser is red of the line)."""
        return self.line_energy(field, voltage) - detuning

    def gate_voltage(self, detuning: float, field: float, photon_energy: float) -> float:
        """Return the gate voltage (V) that gives a bare detuning (J) at a fixed laser.

        Raises
        ------
        RunError
            No gate voltage shifts the line that far.
        """
        shift = detuning + photon_energy - self.line_energy(field, self.gate_zero)
        if self.lever_curvature == 0.0:
            if self.lever_arm == 0.0:
                raise RunError("the gate does not shift this line (its Stark shift is zero); scan with knob='laser'.")
            return self.gate_zero + shift / self.lever_arm
        square = self.lever_arm**2 + 4.0 * self.lever_curvature * shift
        if square < 0.0:
            raise RunError("no gate voltage shifts the line as far as this scan asks; scan with knob='laser'.")
        # the root that goes over into shift / lever_arm, written so that nothing cancels
        return self.gate_zero + 2.0 * shift / (self.lever_arm + copysign(sqrt(square), self.lever_arm))

    def full_scale(self, power: float, gain: float, responsivity: float) -> float:
        """Return the lock-in's X (V rms) at peak absorption.

        X = (sqrt 2 / pi) gain responsivity power DT/T for a beam chopped half of the time and a balanced detector;
        the peak DT/T saturates as contrast / (1 + power / saturation_power).
        """
        contrast = self.contrast / (1.0 + power / self.saturation_power)
        return sqrt(2.0) / pi * gain * responsivity * power * contrast


@dataclass(frozen=True)
class DetuningKnob:
    """The setting that a scan moves, and the calibration that turns detunings into its values."""

    device: Device
    setting: str
    calibration: LineCalibration
    field: float
    other: float
    """The gate voltage (V) when the laser moves, the photon energy (J) when the gate moves."""

    def value(self, detuning: float) -> float:
        """Return the set-point (SI) for a bare detuning in J."""
        if self.setting == "voltage":
            return self.calibration.gate_voltage(detuning, self.field, self.other)
        return self.calibration.photon_energy(detuning, self.field, self.other)


def detuning_knob(which: str, setup: DraggingSetup) -> DetuningKnob:
    """Return the knob ``"laser"`` or ``"gate"`` of a set-up at its present field, gate voltage and photon energy."""
    field = float(setup.magnet.read("field"))
    if which == "gate":
        return DetuningKnob(setup.gate, "voltage", setup.calibration, field, float(setup.laser.read("photon_energy")))
    return DetuningKnob(setup.laser, "photon_energy", setup.calibration, field, float(setup.gate.read("voltage")))
