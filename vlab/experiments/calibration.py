"""The experimenter's own calibrations: pages of the lab notebook, from which settings are computed.

A procedure never asks the sample where its line is, or how strong a pi pulse; in a real room these numbers come from
earlier measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, pi, sqrt

from vlab.errors import RunError
from vlab.experiments.roles import Device, DraggingSetup
from vlab.physics.pulse import area_and_detuning

_HBAR = 1.054571817e-34


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
    linewidth: float = 0.0
    """hbar Gamma, the linewidth at low power, J; zero where nobody measured it."""
    overhauser_shift: float = 0.0
    """By how much P = 1 lowers the line, J, from the hyperfine constants of the nuclei; zero where nobody knows."""

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

    def detuning(self, value: float) -> float:
        """Return the bare detuning in J at a set-point, the inverse of `value`."""
        if self.setting == "voltage":
            return self.calibration.line_energy(self.field, value) - self.other
        return self.calibration.line_energy(self.field, self.other) - value


def detuning_knob(which: str, setup: DraggingSetup) -> DetuningKnob:
    """Return the knob ``"laser"`` or ``"gate"`` of a set-up at its present field, gate voltage and photon energy."""
    field = float(setup.magnet.read("field"))
    if which == "gate":
        return DetuningKnob(setup.gate, "voltage", setup.calibration, field, float(setup.laser.read("photon_energy")))
    return DetuningKnob(setup.laser, "photon_energy", setup.calibration, field, float(setup.gate.read("voltage")))


@dataclass(frozen=True)
class FaradayCalibration:
    """What a pi pulse takes, and how far a spin turns the probe's polarization (SI units).

    Equation numbers are those of arXiv:1908.01531.
    """

    rotation_per_spin: float
    """Faraday rotation per unit of <S_z - J_z>, rad; half of it at full polarization."""
    pi_pulse_energy: float
    """Energy of a resonant, circularly polarized pi pulse that lasts ``pulse_duration``, J."""
    pulse_duration: float
    """tau_p for which ``pi_pulse_energy`` holds, s; the area of a pulse grows as sqrt(energy * duration)."""

    def volts(self, inertia: float, probe_power: float, gain: float, responsivity: float) -> float:
        """Return the lock-in's output (V rms) for a spin inertia signal L, the inverse of `inertia`."""
        return 2.0 * sqrt(2.0) * self.rotation_per_spin * gain * responsivity * probe_power * inertia

    def inertia(self, x_volts: float, probe_power: float, gain: float, responsivity: float) -> float:
        """Return the spin inertia signal L of eq. (1) from the lock-in's output.

        A bridge gives V = gain * responsivity * probe_power * 2 theta, the spin oscillates with the peak amplitude 2 L,
        and the lock-in shows volts rms: X = 2 sqrt(2) gain responsivity probe_power rotation_per_spin L.

        Parameters
        ----------
        x_volts : float
            X, Y or R in V rms (also complex, X + iY).
        probe_power : float
            W.
        gain : float
            V/A.
        responsivity : float
            A/W.

        Raises
        ------
        RunError
            There is no light or no gain, so that nothing can be concluded.
        """
        per_unit = self.volts(1.0, probe_power, gain, responsivity)
        if not per_unit > 0.0:
            raise RunError("without probe light no spin signal can be calibrated; set the probe's power.")
        return x_volts / per_unit

    def power_for(self, power_ratio: float, repetition_period: float, pulse_duration: float | None = None) -> float:
        """Return the average power (W) for pulses of ``power_ratio`` = W/W_pi, one each ``repetition_period`` (s).

        ``pulse_duration`` is tau_p in s; None means that of the calibration.
        """
        if not power_ratio >= 0.0:
            raise RunError(f"a pump power of {power_ratio:g} pi pulses cannot be set; give 0 or more.")
        duration = self.pulse_duration if pulse_duration is None else pulse_duration
        power = power_ratio * self.pi_pulse_energy * (self.pulse_duration / duration) / repetition_period
        return float(f"{power:.14g}")  # 3 mW, not 2.999999999999999 mW

    def power_ratio(self, power: float, repetition_period: float, pulse_duration: float | None = None) -> float:
        """Return W/W_pi at an average power in W, the inverse of `power_for`."""
        return power / self.power_for(1.0, repetition_period, pulse_duration)

    def setting_for(self, q: float, phi: float, repetition_period: float,
                    pulse_duration: float | None = None) -> tuple[float, float]:
        """Return the average power (W) and the detuning (J, positive: carrier red) of pulses with Q and Phi.

        Parameters
        ----------
        q, phi : float
            Q (0 to 1) and Phi (rad, -pi to pi) of eq. (6).
        repetition_period : float
            T_R in s.
        pulse_duration : float, optional
            tau_p in s of the hyperbolic secant; that of the calibration by default.

        Raises
        ------
        RunError
            No pulse has this Q and Phi.
        """
        duration = self.pulse_duration if pulse_duration is None else pulse_duration
        try:
            area, y = area_and_detuning(q, phi)
        except ValueError as problem:
            raise RunError(f"the pump cannot be set: {problem}.") from None
        return self.power_for((area / pi) ** 2, repetition_period, duration), _HBAR * 2.0 * pi * y / duration
