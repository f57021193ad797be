"""A two-phase lock-in amplifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, action, fault
from instruments.lockin import auto, sentences
from instruments.lockin.auto_functions import AutoFunctions
from instruments.lockin.input import PREAMPLIFIER_RANGE
from instruments.lockin.mixer import Floats
from instruments.lockin.panel import LockInPanel
from instruments.lockin.recorder import Recorder
from instruments.lockin.reference import locking_time
from instruments.lockin.reference_channel import ReferenceChannel
from instruments.lockin.scope import Channel, clipped, waveforms
from instruments.lockin.signal_path import Present, mixed, present_of
from instruments.lockin.spectrum import Spectrum, noise_of, spectrum_of
from vlab.errors import LimitError
from vlab.lab.cable import Line, Reference, Signal, TickGrid
from vlab.lab.clock import PS_PER_SECOND
from vlab.lab.noise import NoiseStream
from vlab.physics import lowpass
from vlab.units import Quantity, make_quantity, to_si

_MOST_SAMPLES = 10_000_000


def _kept_by(part: str, name: str) -> Any:
    """Return an attribute that a part of the instrument holds, for the instrument's memory."""
    return property(lambda lockin: getattr(getattr(lockin, part), name),
                    lambda lockin, value: setattr(getattr(lockin, part), name, value))


class LockIn(LockInPanel):
    """A two-phase lock-in: X + iY = E exp(-i phi) / sqrt 2 for a line Re[E exp(i w t)] at the reference, low-passed.

    Readings are volts rms. The filter is integrated exactly over each tick, with the double-frequency part and with
    what other lines and the direct voltage leave behind the mixer. X and Y are shown without offset and expand, which
    act on the analog outputs only; both clip at 1.09 times the sensitivity. Overload is judged by the lines of the
    signal: peaks of its noise are left out. With the synchronous filter X and Y are means over the last period of the
    reference; of its transient only the delay and the damping of each line are there: that a change needs a whole
    period to be forgotten, and what the mean does to noise, is left out.
    """

    _memory = ("_state", "_noise", "_scope_noise", "_locking", "_buffer", "_auto", "_least", "_notice", "_seen_last",
               "_input_peak", "_mixer_peak", "_clipped", "_locked_ps")
    _buffer = _kept_by("_recorder", "buffer")
    _auto = _kept_by("_autos", "function")
    _least = _kept_by("_autos", "least")
    _notice = _kept_by("_autos", "notice")
    _locked_ps = _kept_by("_reference", "locked_ps")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._noise = NoiseStream(f"{name}.input", seed, noise)
        self._scope_noise = NoiseStream(f"{name}.scope", seed, noise)
        self._state = np.zeros(1, dtype=np.complex128)
        self._reference = ReferenceChannel(self)
        self._recorder = Recorder(self)
        self._autos = AutoFunctions(self)
        self._signal: Signal | None = None
        self._input_peak = self._mixer_peak = 0.0
        self._clipped = False
        self._present: Present | None = None

    # -- the reference -----------------------------------------------------------------------------------------

    @fault
    def loose_reference(self, present: bool) -> None:  # noqa: ARG002
        """Let the plug of the reference sit loose, so that no reference arrives."""
        self._look()

    def connect_reference(self, output: Callable[[], Reference | None] | None) -> None:
        """Join the reference input to an output, which tells what it carries; None pulls the cable out."""
        self._reference.connect(output)
        self._look()

    def oscillator_reference(self) -> Reference:
        """Return what the oscillator output is to a reference input."""
        return Reference(float(self._values["internal_frequency"]))

    def oscillator_signal(self, grid: TickGrid) -> Signal:
        """Return the voltage at the oscillator output."""
        peak = 2.0**0.5 * float(self._values["oscillator_amplitude"])
        return Signal(grid, (Line(float(self._values["internal_frequency"]), complex(peak), np.ones(grid.count + 1)),))

    def remaining(self, name: str) -> float:
        if name != "reference_source":
            return super().remaining(name)
        if self._values["reference_source"] != "external":
            return 0.0
        offered = self._reference.offered()  # a look must not change anything: the loop follows when time goes on
        if offered != self._reference.lock.offered:
            return locking_time(offered) if offered else 0.0
        return super().remaining("lock")  # it has settled when the loop is locked

    def longest_tick(self) -> float:
        # Asked after each event, before ticks are computed: the moment to notice a changed reference, so that the time
        # at which the loop has locked again is known in advance.
        if self._reference.look():
            self._present = None
        return inf

    def _look(self) -> None:
        if self._reference.look():
            self._present = None

    @property
    def _locking(self) -> tuple[bool, float, float]:
        """The state of the loop, for a checkpoint."""
        lock = self._reference.lock
        return lock.locked, lock.offered, lock.last

    @_locking.setter
    def _locking(self, state: tuple[bool, float, float]) -> None:
        lock = self._reference.lock
        lock.locked, lock.offered, lock.last = state
        self._present = None

    # -- the signal --------------------------------------------------------------------------------------------

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key)
        self._scope_noise.start_epoch(key)

    def receive(self, signal: Signal) -> None:
        """Filter the stretch of ticks that ``signal`` covers."""
        self._signal = signal
        grid, now = signal.grid, self._present or self._look_at_settings()
        plan, envelopes, self._input_peak, self._mixer_peak, exceeded = mixed(signal, now)
        if exceeded:
            self._mark("input_overload")
        normals, density = None, 0.0
        if self._noise.active:
            normals = self._noise.normal(grid.count, 2, self._state.size)
            density = now.chain.density(signal, now.chain.detected)
        highest = np.zeros(self._state.size)
        self._state = lowpass.advance(self._state, plan.shifts, plan.weights, envelopes, grid.start_ps, grid.tick_ps,
                                      now.time_constant, normals, density, now.stage, highest)
        end = self._state
        self._clipped = bool(max(np.abs(end.real).max(), np.abs(end.imag).max()) >= now.stage)
        if highest[-1] > now.output:
            self._mark("output_overload")
        for stage in highest:
            if stage > now.stage:
                self._mark("filter_overload")

    def take_marks(self) -> list[str]:
        # A lost lock spoils what is read until the filter has forgotten it, and no longer.
        self._marks.discard("unlocked")
        if self._values["reference_source"] == "external" and (
                self._now_ps() - self._reference.locked_ps < self.settling() * PS_PER_SECOND):
            self._mark("unlocked")
        return super().take_marks()

    def settle(self, signal: Signal) -> None:
        """Lock at once and bring the filter to where ``signal``, held as it is at its first boundary, would bring it.

        Without a reference the outputs are at zero.
        """
        self._signal = signal
        self._look()
        self._reference.settle()
        now = self._look_at_settings()
        size = self._state.size
        plan, envelopes, self._input_peak, self._mixer_peak, _ = mixed(signal, now)
        state = np.zeros(size, dtype=np.complex128)
        if not now.unlocked:
            state = lowpass.settled(plan.shifts, plan.weights @ envelopes[:, 0], signal.grid.start_ps,
                                    now.time_constant, size)
        if self._noise.active:
            density = now.chain.density(signal, now.chain.detected)
            state = state + lowpass.settled_noise(self._noise.normal(2, size), density, now.time_constant)
        self._clipped = bool(max(np.abs(state.real).max(), np.abs(state.imag).max()) > now.stage)
        self._state = np.clip(state.real, -now.stage, now.stage) + 1j * np.clip(state.imag, -now.stage, now.stage)
        self._marks.clear()

    @property
    def _seen_last(self) -> Signal | None:
        """The signal at the end of the last stretch, which is all that waveforms need, for a checkpoint."""
        signal = self._signal
        if signal is None:
            return None
        grid = signal.grid
        end = replace(grid, origin_ps=grid.start_ps + grid.epoch_ps + grid.count * grid.tick_ps, first=0, count=0)
        return replace(signal, grid=end, lines=tuple(replace(line, envelope=line.envelope[-1:]) for line in
                                                     signal.lines))

    @_seen_last.setter
    def _seen_last(self, signal: Signal | None) -> None:
        self._signal = signal

    def _look_at_settings(self) -> Present:
        """Gather what the settings and the reference amount to now."""
        self._present = present_of(self._values, self._reference)
        return self._present

    def _changed(self, setting: Setting) -> None:
        self._present = None
        name = setting.name
        if name == "slope":
            poles = setting.choices.index(self._values["slope"]) + 1
            if poles != self._state.size:  # new stages start where the old output was
                self._state = np.full(poles, self._state[-1])
        elif name in ("harmonic", "reference_source"):
            self._look()
        elif name in ("buffer_rate", "buffer_clock"):
            self._recorder.set_clock()

    def _keep(self, name: str) -> None:
        if name == "lock":
            self._reference.lock.lock()
            self._reference.locked_ps = self._now_ps()
            self._present = None
        elif name == "sample":
            self._recorder.tick()
        elif name == "auto":
            self._autos.go_on()

    def reset(self) -> None:
        self._recorder.buffer.clear()
        self._autos.stop()
        super().reset()

    # -- what an oscilloscope and a spectrum analyser show -----------------------------------------------------

    def waveforms(self, duration: Quantity, samples: int = 1000) -> dict[str, Quantity]:
        """Return what an oscilloscope would show from now on, with carrier and noise; no lab time passes.

        Parameters
        ----------
        duration : Quantity
            Length of the traces.
        samples : int
            Points of each.

        Returns
        -------
        dict of Quantity
            ``time``; ``reference``, the fundamental of the reference with an amplitude of 1 V; ``input``, clipped where
            the input overloads; ``mixer``, that times the detected oscillation; ``output``, X behind the filter.
            Noise is that of the window's sampling bandwidth and comes from a stream of its own.
        """
        seconds = to_si(duration, "s", f"{self.name}.waveforms, duration")
        if seconds <= 0.0:
            raise LimitError(f"{self.name}.waveforms got a duration of {seconds:g} s; it wants a positive one.")
        if not 2 <= samples <= _MOST_SAMPLES:
            raise LimitError(f"{self.name}.waveforms got {samples} samples; it wants 2 to {_MOST_SAMPLES}.")
        channel = self.channel()
        times: Floats = np.linspace(0.0, seconds, samples, endpoint=False)
        traces = waveforms(channel, channel.start_ps, times, self._scope_noise.normal(samples))
        return {"time": _quantities(times, "s")} | {name: _quantities(trace, "V") for name, trace in traces.items()}

    def spectrum(self) -> Spectrum:
        """Return what a spectrum analyser would show in front of the mixer, and the output filter's passband.

        Analytic: lines and noise density as they are now, without drawing random numbers. No lab time passes.
        """
        return spectrum_of(clipped(self.channel()), self.poles)

    def channel(self, overtones: tuple[Line, ...] = ()) -> Channel:
        """Return what the voltage in front of the mixer is made of now, and what mixer and filter do to it.

        ``overtones`` are lines at the input that the signal leaves out since no lock-in detects them.
        """
        signal = self._signal or Signal(TickGrid(0, 1, 0, 0))
        grid, ends = signal.grid, {id(line.envelope): line.envelope[-1:] for line in signal.lines}
        lines = [replace(line, envelope=ends[id(line.envelope)]) for line in signal.lines]
        signal = replace(signal, lines=(*lines, *overtones))
        now = self._look_at_settings()
        chain = now.chain
        noise = noise_of(chain, signal) if self._scope_noise.active else None
        return Channel(chain.notched(chain.amplified(signal)).lines, noise, chain.allowed, self._reference.frequency(),
                       chain.detected, now.phase, now.time_constant, self._state.real.copy(),
                       grid.start_ps + grid.count * grid.tick_ps, now.averaged)

    # -- auto functions ----------------------------------------------------------------------------------------

    @action
    def auto_gain(self) -> None:
        """Set the sensitivity to the finest step at which nothing overloads, when the filter has settled."""
        self._autos.start("auto_gain", auto.SLOWEST)

    @action
    def auto_reserve(self) -> None:
        """Set the reserve to the smallest at which the input does not overload, when the filter has settled."""
        self._autos.start("auto_reserve", auto.SLOWEST)

    @action
    def auto_phase(self) -> None:
        """Set the phase so that the signal is all in X, when the filter has settled."""
        self._autos.start("auto_phase")

    @action
    def auto_offset(self) -> None:
        """Set the offsets so that the analog outputs are at zero, when the filter has settled."""
        self._autos.start("auto_offset")

    # -- the data buffer ---------------------------------------------------------------------------------------

    @action
    def start_buffer(self) -> None:
        """Start storing samples, the first at once unless triggers are awaited; in shot mode a full buffer stays."""
        self._recorder.start()

    @action
    def pause_buffer(self) -> None:
        """Stop storing samples and keep those that are there."""
        self._recorder.pause()

    @action
    def clear_buffer(self) -> None:
        """Stop storing samples and throw away those that are there."""
        self._recorder.clear()

    @action
    def trigger(self) -> None:
        """Read one sample into the buffer, if it runs and waits for triggers; faster ones than 512 Hz are missed."""
        self._recorder.trigger()

    def buffer(self) -> tuple[Quantity, Quantity, Quantity]:
        """Return the stored lab times, X and Y, the oldest first."""
        times, x, y = self._recorder.buffer.columns()
        return _quantities(np.array(times) / 1e12, "s"), _quantities(np.array(x), "V"), _quantities(np.array(y), "V")

    # -- what is wrong -----------------------------------------------------------------------------------------

    def problems(self) -> list[str]:
        name = self.name
        full, slow = float(self._values["sensitivity"]), float(self._values["time_constant"])
        found = self._reference.problems(self._signal)
        if self._input_peak > PREAMPLIFIER_RANGE:
            found.append(sentences.amplifier_overload(name, self._input_peak, str(self._values["coupling"])))
        elif self._mixer_peak > self._mixer_range():
            found.append(sentences.mixer_overload(name, self._mixer_peak, self._mixer_range(), full,
                                                  str(self._values["reserve"]), slow))
        if self.output_overload:  # which one says of the filter what there is to say
            found.append(sentences.output_overload(name, full, self._wanted(), slow, self._clipped))
        elif self._clipped:
            found.append(sentences.filter_overload(name, full, self._wanted(), slow))
        if self._autos.notice:
            found.append(self._autos.notice)
        return found

    def _wanted(self) -> float:
        """Return the finest usual full scale that all stages of the filter stay below, V."""
        return auto.roomy(max(max(abs(stage.real), abs(stage.imag)) for stage in self._state))


def _quantities(values: NDArray[np.float64], unit: str) -> Quantity:
    return make_quantity(1.0, unit) * values
