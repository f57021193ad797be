"""A real room in the role of a bench: wrapped drivers, the wall clock, and the experimenter's own calibration.

The same experiment object runs on a virtual bench and here::

    room = RealRoom([gate, lockin, laser, magnet, detector], calibration=LineCalibration(...),
                    safe={"laser.shutter": "closed"})
    run(DwellTimeScan(...), room)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from vlab.errors import RunError, UnknownNameError, VlabError
from vlab.experiments.calibration import FaradayCalibration, LineCalibration
from vlab.experiments.wrapped_device import WrappedDevice
from vlab.lab.clock import PS_PER_SECOND, Clock, WallClock, to_ps
from vlab.units import Quantity, to_si

_SLICE = 0.05


class RealRoom:
    """Real instruments as a set-up in which a run can take place.

    Parameters
    ----------
    devices : iterable of WrappedDevice
        Found as attributes under their names: ``room.gate``. Experiments say which they need.
    calibration : LineCalibration or FaradayCalibration
        The pages of the lab notebook from which settings are computed.
    safe : dict
        What to set after an abort or failure, by names such as ``"laser.shutter"``: words, or quantities.
    settling : float
        Time constants of the lock-in to wait in each preparation.
    lockin : str
        The device whose ``time_constant`` counts there.
    erase : callable, optional
        Called with the room before a run that starts from thermal nuclei, such as to keep the sample dark for some
        minutes by `wait`. Without it nuclei keep what polarization they have: no knob of a real room erases them.
    sample : dict, optional
        What is known of the sample, for the files.
    checks : iterable of callable
        Each returns in sentences what is wrong; for what no lamp shows.
    clock : Clock, optional
        The wall clock by default.

    Raises
    ------
    UnknownNameError
        A safe value is for a device or setting that there is not.
    SettingError
        A safe value has the wrong dimension.
    """

    def __init__(self, devices: Iterable[WrappedDevice],
                 calibration: LineCalibration | FaradayCalibration | None = None, *,
                 safe: Mapping[str, Quantity | str] | None = None, settling: float = 10.0, lockin: str = "lockin",
                 erase: Callable[[RealRoom], None] | None = None, sample: Mapping[str, object] | None = None,
                 checks: Iterable[Callable[[], list[str]]] = (), clock: Clock | None = None) -> None:
        self.devices = {device.name: device for device in devices}
        self.calibration = calibration
        self.give_up: Callable[[], bool] = lambda: False
        """Asked while it waits; true ends that with `InterruptedError`. A run sets it."""
        self.run_number = 0
        self._clock: Clock = WallClock() if clock is None else clock
        self._settling = settling
        self._lockin = lockin
        self._erase = erase
        self._sample = dict(sample or {})
        self._checks = tuple(checks)
        self._safe = [self._safe_value(place, value) for place, value in (safe or {}).items()]

    def _safe_value(self, place: str, value: Quantity | str) -> tuple[WrappedDevice, str, float | str]:
        name, _, setting = place.partition(".")
        device = self._device(name)
        unit = device.knob(setting).role_unit
        return device, setting, value if isinstance(value, str) or unit is None else to_si(value, unit, place)

    def _device(self, name: str) -> WrappedDevice:
        if name not in self.devices:
            raise UnknownNameError.of("the room", name, self.devices, "instrument")
        return self.devices[name]

    def __getattr__(self, name: str) -> WrappedDevice:
        if name.startswith("_") or name == "devices":
            raise AttributeError(name)
        return self._device(name)

    @property
    def clock(self) -> Clock:
        """The wall clock."""
        return self._clock

    def wait(self, seconds: float) -> None:
        """Let time pass; an abort of the run ends it with `InterruptedError`."""
        deadline = self._clock.now_ps + to_ps(seconds)
        while (left := deadline - self._clock.now_ps) > 0:
            if self.give_up():
                raise InterruptedError("the run was aborted while the room was prepared")
            self._clock.sleep(min(left / PS_PER_SECOND, _SLICE))

    def begin_run(self) -> int:
        """Count a new run and return its number."""
        self.run_number += 1
        return self.run_number

    def prepare(self, thermal: bool) -> None:
        """Erase the nuclear polarization as this room can, and wait until the lock-in has settled.

        If ``thermal`` is false nothing is done: the run goes on from the present state.
        """
        if not thermal:
            return
        if self._erase is not None:
            self._erase(self)
        if self._lockin in self.devices and self._settling > 0.0:
            self.wait(self._settling * float(self.devices[self._lockin].read("time_constant")))
        self.take_marks()  # what was lit while the room was prepared does not count

    def announce_reading(self, at_ps: int) -> None:
        """Nothing needs to be done here."""

    def make_safe(self) -> None:
        """Set all safe values; one that cannot be set does not keep the others from it.

        Raises
        ------
        RunError
            Some could not be set; the sentence names them.
        """
        failed = []
        for device, setting, value in self._safe:
            try:
                device.write(setting, value)
            except VlabError as error:
                failed.append(str(error))
        if failed:
            raise RunError(f"the room is not safe: {' '.join(failed)}")

    def check(self) -> list[str]:
        """Return in sentences what is wrong; never raises, since a run asks for it before it saves its data."""
        found = [sentence for device in self.devices.values() for sentence in device.problems()]
        for check in self._checks:
            try:
                found += check()
            except Exception as error:
                found.append(f"a check of the room failed: {type(error).__name__}, {error}.")
        return found

    def no_answer(self) -> str:
        """Return nothing: what a real room shows is always an answer."""
        return ""

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return all settings and readings by instrument, as SI floats and words."""
        return {name: dict(device.snapshot()) for name, device in self.devices.items()}

    def quality_marks(self) -> list[str]:
        """Return the names of all lamps that spoil what is measured while they are lit."""
        return [f"{name}.{mark}" for name, device in self.devices.items() for mark in device.quality_marks()]

    def take_marks(self) -> list[str]:
        """Return which of them were lit since the last call."""
        return [f"{name}.{mark}" for name, device in self.devices.items() for mark in device.take_marks()]

    def sample_record(self) -> dict[str, object]:
        """Return what is known of the sample, for the files."""
        return dict(self._sample)


if TYPE_CHECKING:
    from vlab.experiments.roles import Device, Setup

    _is_a_setup: type[Setup] = RealRoom
    _is_a_device: type[Device] = WrappedDevice
