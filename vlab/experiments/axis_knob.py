"""The knob behind a horizontal axis: which setting of the room a place on the axis stands for, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlab.errors import VlabError
from vlab.units import unit_factor

if TYPE_CHECKING:
    from vlab.experiments.calibration import DetuningKnob
    from vlab.experiments.roles import Device


@dataclass(frozen=True)
class AxisKnob:
    """A setting (SI) and how its values hang together with places on an axis, in the axis's unit."""

    device: Device
    setting: str
    setting_at: Callable[[float], float]
    """Returns the value of the setting for a place on the axis."""
    place_of: Callable[[float], float]
    """Returns the place on the axis for a value of the setting."""

    def place(self) -> float:
        """Return where the knob is now; of a slow one, where it really is and not where it is going."""
        try:
            now = self.device.read(f"{self.setting}_actual")
        except (VlabError, KeyError, AttributeError):
            now = self.device.read(self.setting)
        return self.place_of(float(now))


def scaled_knob(device: Device, setting: str, unit: str) -> AxisKnob:
    """Return the knob of an axis that shows a setting itself, in ``unit``."""
    return scaled_by(device, setting, unit_factor(unit))


def scaled_by(device: Device, setting: str, factor: float) -> AxisKnob:
    """Return the knob of an axis whose 1 is ``factor`` (SI) of a setting."""
    return AxisKnob(device, setting, lambda place: place * factor, lambda value: value / factor)


def detuning_axis(knob: DetuningKnob) -> AxisKnob:
    """Return the knob of an axis of bare detunings in ueV."""
    factor = unit_factor("ueV")
    return AxisKnob(knob.device, knob.setting, lambda place: knob.value(place * factor),
                    lambda value: knob.detuning(value) / factor)
