"""A two-phase lock-in amplifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import atan2, hypot, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, action, fault, flag, reading, spoiling_flag
from instruments.detection.limiter import limited
from instruments.lockin import auto, sentences
from instruments.lockin.buffer import SHORTEST_PS, DataBuffer
from instruments.lockin.input import PREAMPLIFIER_RANGE, InputChain, mixer_range
from instruments.lockin.mixer import Floats, MixingPlan, mix
from instruments.lockin.panel import LockInPanel
from instruments.lockin.reference import HIGHEST, LOWEST, PhaseLock, locking_time
from instruments.lockin.scope import Channel, clipped, waveforms
from instruments.lockin.spectrum import Spectrum, noise_of, spectrum_of
from vlab.errors import InUseError, LimitError
from vlab.lab.cable import Line, Reference, Signal, TickGrid
from vlab.lab.clock import PS_PER_SECOND
from vlab.lab.noise import NoiseStream
from vlab.physics import lowpass
from vlab.units import Quantity, make_quantity, to_si

_SYNCHRONOUS_BELOW = 200.0
"""Hz; reference below which the synchronous filter acts."""
_OUTPUT = 1.09
"""Full scales at which the outputs clip."""
_STAGE = 10.0
"""Full scales at which a stage of the output filter clips."""
_MOST_SAMPLES = 10_000_000
_LONG_AGO_PS = 10**24


class _Present(NamedTuple):
    """What settings and reference amount to, until one of them changes."""

    chain: InputChain
    averaged: float
    """Hz; frequency of the synchronous filter, 0 without it."""
    phase: float
    time_constant: float
    stage: float
    """V; where a stage of the filter clips."""
    output: float
    """V; where an output clips."""
    unlocked: bool


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

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._noise = NoiseStream(f"{name}.input", seed, noise)
        self._scope_noise = NoiseStream(f"{name}.scope", seed, noise)
        self._state = np.zeros(1, dtype=np.complex128)
        self._reference_input: Callable[[], Reference | None] = _no_reference
        self._lock = PhaseLock()
        self._buffer = DataBuffer()
        self._auto = ""
        self._least = 0.0
        self._notice = ""
        self._signal: Signal | None = None
        self._input_peak = self._mixer_peak = 0.0
        self._clipped = False
        self._locked_ps = -_LONG_AGO_PS
        self._present: _Present | None = None

    # -- what it shows -----------------------------------------------------------------------------------------

    @reading("V")
    def x(self) -> float:
        """Read the in-phase output X."""
        return self.read_x()

    @reading("V")
    def y(self) -> float:
        """Read the quadrature output Y."""
        return self.read_y()

    @reading("V")
    def r(self) -> float:
        """Read the magnitude R of X + iY."""
        return hypot(self.read_x(), self.read_y())

    @reading("deg")
    def theta(self) -> float:  # SI: radians
        """Read the phase of X + iY."""
        return atan2(self.read_y(), self.read_x())

    @reading("V")
    def x_output(self) -> float:
        """Read the voltage at the X output: 10 V at full scale, with offset and expand."""
        return self._analog(self.read_x(), "x_offset")

    @reading("V")
    def y_output(self) -> float:
        """Read the voltage at the Y output: 10 V at full scale, with offset and expand."""
        return self._analog(self.read_y(), "y_offset")

    @reading("Hz")
    def reference_frequency(self) -> float:
        """Read the frequency that is detected, the reference times the harmonic."""
        return self._detected()

    @reading("V")
    def input_range(self) -> float:
        """Read the largest voltage (peak) that the input takes at this sensitivity and reserve."""
        return min(PREAMPLIFIER_RANGE, self._mixer_range())

    @reading("", whole=True)
    def buffer_points(self) -> float:
        """Read how many samples the buffer holds."""
        return float(len(self._buffer))

    @spoiling_flag
    def unlocked(self) -> bool:
        """Tell whether the reference is missing or not followed yet."""
        if self._values["reference_source"] == "internal":
            return self._runs_free()
        return self._runs_free() or self._lock.offered != self._offered()

    @spoiling_flag
    def input_overload(self) -> bool:
        """Tell whether the input exceeds what the first amplifier or the mixer takes."""
        return self._input_peak > PREAMPLIFIER_RANGE or self._mixer_peak > self._mixer_range()

    @spoiling_flag
    def filter_overload(self) -> bool:
        """Tell whether a stage of the output filter exceeds 10 times the sensitivity."""
        return self._clipped

    @spoiling_flag
    def output_overload(self) -> bool:
        """Tell whether X or Y exceeds 1.09 times the sensitivity."""
        last = self._state[-1]
        return bool(max(abs(last.real), abs(last.imag)) > _OUTPUT * float(self._values["sensitivity"]))

    @flag
    def busy(self) -> bool:
        """Tell whether an auto function is at work."""
        return bool(self._auto)

    @flag
    def buffer_running(self) -> bool:
        """Tell whether samples are being stored."""
        return self._buffer.running

    @flag
    def buffer_full(self) -> bool:
        """Tell whether the buffer is full."""
        return len(self._buffer) >= round(float(self._values["buffer_length"]))

    def read_x(self) -> float:
        """Return X in volts rms as a plain float, clipped as it is shown."""
        limit = _OUTPUT * float(self._values["sensitivity"])
        return min(limit, max(-limit, float(self._state[-1].real)))

    def read_y(self) -> float:
        """Return Y in volts rms as a plain float, clipped as it is shown."""
        limit = _OUTPUT * float(self._values["sensitivity"])
        return min(limit, max(-limit, float(self._state[-1].imag)))

    @property
    def poles(self) -> int:
        """The number of stages of the output filter, 6 dB per octave each."""
        return self._state.size

    def _analog(self, value: float, offset: str) -> float:
        share = value / float(self._values["sensitivity"]) - float(self._values[offset])
        return 10.0 * min(_OUTPUT, max(-_OUTPUT, share * float(self._values["expand"])))

    # -- the reference -----------------------------------------------------------------------------------------

    @fault
    def loose_reference(self, present: bool) -> None:  # noqa: ARG002
        """Let the plug of the reference sit loose, so that no reference arrives."""
        self._look()

    def connect_reference(self, output: Callable[[], Reference | None] | None) -> None:
        """Join the reference input to an output, which tells what it carries; None pulls the cable out."""
        self._reference_input = output or _no_reference
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
        offered = self._offered()  # a look must not change anything: the loop follows when time goes on
        if offered != self._lock.offered:
            return locking_time(offered) if offered else 0.0
        return super().remaining("lock")  # it has settled when the loop is locked

    def longest_tick(self) -> float:
        # Asked after each event, before ticks are computed: the moment to notice a changed reference, so that the time
        # at which the loop has locked again is known in advance.
        self._look()
        return inf

    def _offered(self) -> float:
        """Return the frequency of a reference that can be followed, Hz; 0 without one."""
        offered = self._reference_input() if not self._faults else self._through_plug()
        if offered is None:
            return 0.0
        return offered.frequency if self._in_range(offered.frequency) else 0.0

    def _through_plug(self) -> Reference | None:
        return None if "loose_reference" in self._faults else self._reference_input()

    def _in_range(self, frequency: float) -> bool:
        return LOWEST <= frequency * float(self._values["harmonic"]) <= HIGHEST

    @property
    def _locking(self) -> tuple[bool, float, float]:
        """The state of the loop, for a checkpoint."""
        return self._lock.locked, self._lock.offered, self._lock.last

    @_locking.setter
    def _locking(self, state: tuple[bool, float, float]) -> None:
        self._lock.locked, self._lock.offered, self._lock.last = state
        self._present = None

    def _runs_free(self) -> bool:
        if self._values["reference_source"] == "internal":
            return not self._in_range(float(self._values["internal_frequency"]))
        return not self._lock.locked

    def _look(self) -> None:
        offered = self._offered()
        if offered == self._lock.offered:
            return
        seconds = self._lock.follow(offered)
        self._present = None
        if seconds:
            self._appoint("lock", seconds)
        else:
            self._appointments.pop("lock", None)

    def _reference(self) -> float:
        if self._values["reference_source"] == "internal":
            return float(self._values["internal_frequency"])
        return self._lock.frequency

    def _detected(self) -> float:
        return min(HIGHEST, max(LOWEST, self._reference() * float(self._values["harmonic"])))

    # -- the signal --------------------------------------------------------------------------------------------

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key)
        self._scope_noise.start_epoch(key)

    def receive(self, signal: Signal) -> None:
        """Filter the stretch of ticks that ``signal`` covers."""
        self._signal = signal
        grid, now = signal.grid, self._present or self._look_at_settings()
        plan, envelopes = self._mixed(signal, now)
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
                self._now_ps() - self._locked_ps < self._settling() * PS_PER_SECOND):
            self._mark("unlocked")
        return super().take_marks()

    def settle(self, signal: Signal) -> None:
        """Lock at once and bring the filter to where ``signal``, held as it is at its first boundary, would bring it.

        Without a reference the outputs are at zero.
        """
        self._signal = signal
        self._look()
        self._appointments.pop("lock", None)
        self._lock.lock()
        self._locked_ps = -_LONG_AGO_PS
        now = self._look_at_settings()
        size = self._state.size
        plan, envelopes = self._mixed(signal, now)
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

    def _mixed(self, signal: Signal, now: _Present) -> tuple[MixingPlan, Floats]:
        """Return what stands behind the mixer; notes the peaks on the way and clips what exceeds a range."""
        chain = now.chain
        signal = chain.amplified(signal)
        filtered = chain.line_filter != "none"
        if filtered:
            self._input_peak = peak = signal.peak()
            if peak > PREAMPLIFIER_RANGE and (clipped := limited(signal, PREAMPLIFIER_RANGE)) is not signal:
                self._mark("input_overload")
                self._input_peak = signal.end_peak()
                signal = clipped
            signal = chain.notched(signal)
        heard = signal.audible(chain.detected, now.time_constant, 1)  # of the first stage, which could overload
        plan, envelopes = mix(heard, chain.detected, now.phase, now.averaged)
        peak = lowpass.largest_sum(envelopes, plan.loads)
        if heard is not signal:
            peak += sum([abs(line.amplitude) for line in signal.lines if line.steady and line not in heard.lines])
        self._mixer_peak = peak
        if not filtered:
            self._input_peak = peak
        allowed = chain.range if filtered else chain.allowed
        if peak > allowed and (clipped := limited(signal, allowed)) is not signal:
            self._mark("input_overload")
            self._mixer_peak = end = signal.end_peak()  # a lamp shows how it is at the end, whatever the stretch
            if not filtered:
                self._input_peak = end
            return mix(clipped, chain.detected, now.phase, now.averaged)
        return plan, envelopes

    def _look_at_settings(self) -> _Present:
        """Gather what the settings and the reference amount to now."""
        values = self._values
        reference, span = self._reference(), self._mixer_range()
        source = str(values["input_source"])
        own = 0.0
        if values["amplifier_noise"] == "on":
            own = (float(values["input_noise"]) ** 2 * (2.0 if source == "A-B" else 1.0)
                   + (float(values["converter_noise"]) * min(PREAMPLIFIER_RANGE, span)) ** 2)
        chain = InputChain(source, str(values["ground"]), str(values["coupling"]), str(values["line_filter"]),
                           float(values["line_frequency"]), span, self._detected(), own)
        averages = values["synchronous_filter"] == "on" and reference < _SYNCHRONOUS_BELOW
        full = float(values["sensitivity"])
        self._present = _Present(chain, reference if averages else 0.0, float(values["phase"]),
                                 float(values["time_constant"]), _STAGE * full, _OUTPUT * full, self._runs_free())
        return self._present

    def _mixer_range(self) -> float:
        return mixer_range(str(self._values["reserve"]), float(self._values["sensitivity"]))

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
            self._set_buffer_clock()

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
        return Channel(chain.notched(chain.amplified(signal)).lines, noise, chain.allowed, self._reference(),
                       chain.detected, now.phase, now.time_constant, self._state.real.copy(),
                       grid.start_ps + grid.count * grid.tick_ps, now.averaged)

    # -- auto functions ----------------------------------------------------------------------------------------

    @action
    def auto_gain(self) -> None:
        """Set the sensitivity to the finest step at which nothing overloads, when the filter has settled."""
        self._start("auto_gain", auto.SLOWEST)

    @action
    def auto_reserve(self) -> None:
        """Set the reserve to the smallest at which the input does not overload, when the filter has settled."""
        self._start("auto_reserve", auto.SLOWEST)

    @action
    def auto_phase(self) -> None:
        """Set the phase so that the signal is all in X, when the filter has settled."""
        self._start("auto_phase")

    @action
    def auto_offset(self) -> None:
        """Set the offsets so that the analog outputs are at zero, when the filter has settled."""
        self._start("auto_offset")

    def _start(self, function: str, slowest: float = inf) -> None:
        if float(self._values["time_constant"]) > slowest:
            raise LimitError(sentences.too_slow(self.name, function, float(self._values["time_constant"]),
                                                "time_constant" in self._claims))
        self._auto, self._least, self._notice = function, 0.0, ""
        if function == "auto_reserve":
            self._do(auto.reserve(self._seen(), first=True))
        else:
            self._look_later()

    def _look_later(self) -> None:
        self._appoint("auto", self._settling())

    def _settling(self) -> float:
        return auto.SETTLING[self._state.size - 1] * float(self._values["time_constant"])

    def _seen(self) -> auto.Seen:
        values = self._values
        return auto.Seen(self.read_x(), self.read_y(), float(values["sensitivity"]), str(values["reserve"]),
                         float(values["phase"]), self.input_overload, self.output_overload or self.filter_overload)

    def _do(self, wanted: auto.Next) -> None:
        function = self._auto
        try:
            for name, value in wanted.writes:
                self.write(name, value)  # as if by hand: told and journalled
        except InUseError as refused:
            self._auto, self._notice = "", f"{self.name}: {function} gave up: {refused}"
            return
        self._least = wanted.least
        if wanted.again:
            self._look_later()
        else:
            self._auto = ""

    def _keep(self, name: str) -> None:
        if name == "lock":
            self._lock.lock()
            self._locked_ps = self._now_ps()
            self._present = None
        elif name == "sample":
            self._store()
            if self._buffer.running:
                self._appoint_sample()
        elif name == "auto":
            seen = self._seen()
            if self._auto == "auto_gain":
                self._do(auto.gain(seen, self._least))
            elif self._auto == "auto_reserve":
                self._do(auto.reserve(seen, first=False))
            else:
                self._do(auto.phase(seen) if self._auto == "auto_phase" else auto.offset(seen))

    # -- the data buffer ---------------------------------------------------------------------------------------

    @action
    def start_buffer(self) -> None:
        """Start storing samples, the first at once unless triggers are awaited; in shot mode a full buffer stays."""
        length = round(float(self._values["buffer_length"]))
        self._buffer.running = self._values["buffer_mode"] == "loop" or len(self._buffer) < length
        if self._buffer.running and self._values["buffer_clock"] == "internal":
            self._store()
        self._set_buffer_clock()

    @action
    def pause_buffer(self) -> None:
        """Stop storing samples and keep those that are there."""
        self._buffer.running = False
        self._set_buffer_clock()

    @action
    def clear_buffer(self) -> None:
        """Stop storing samples and throw away those that are there."""
        self._buffer.clear()
        self._set_buffer_clock()

    @action
    def trigger(self) -> None:
        """Read one sample into the buffer, if it runs and waits for triggers; faster ones than 512 Hz are missed."""
        if self._buffer.running and self._values["buffer_clock"] == "trigger" and (
                self._now_ps() - self._buffer.newest_ps() >= SHORTEST_PS):
            self._store()

    def buffer(self) -> tuple[Quantity, Quantity, Quantity]:
        """Return the stored lab times, X and Y, the oldest first."""
        times, x, y = self._buffer.columns()
        return _quantities(np.array(times) / 1e12, "s"), _quantities(np.array(x), "V"), _quantities(np.array(y), "V")

    def _store(self) -> None:
        length = round(float(self._values["buffer_length"]))
        self._buffer.put(self._now_ps(), self.read_x(), self.read_y(), length, self._values["buffer_mode"] == "loop")

    def _set_buffer_clock(self) -> None:
        if self._buffer.running and self._values["buffer_clock"] == "internal":
            self._appoint_sample()
        else:
            self._appointments.pop("sample", None)

    def _appoint_sample(self) -> None:
        self._appoint("sample", 1.0 / float(self._values["buffer_rate"]))

    def reset(self) -> None:
        self._buffer.clear()
        self._auto = self._notice = ""
        super().reset()

    # -- what is wrong -----------------------------------------------------------------------------------------

    def problems(self) -> list[str]:
        name = self.name
        full, slow = float(self._values["sensitivity"]), float(self._values["time_constant"])
        found = self._reference_problems()
        if self._input_peak > PREAMPLIFIER_RANGE:
            found.append(sentences.amplifier_overload(name, self._input_peak, str(self._values["coupling"])))
        elif self._mixer_peak > self._mixer_range():
            found.append(sentences.mixer_overload(name, self._mixer_peak, self._mixer_range(), full,
                                                  str(self._values["reserve"]), slow))
        if self.output_overload:  # which one says of the filter what there is to say
            found.append(sentences.output_overload(name, full, self._wanted(), slow, self._clipped))
        elif self._clipped:
            found.append(sentences.filter_overload(name, full, self._wanted(), slow))
        if self._notice:
            found.append(self._notice)
        return found

    def _wanted(self) -> float:
        """Return the finest usual full scale that all stages of the filter stay below, V."""
        return auto.roomy(max(max(abs(stage.real), abs(stage.imag)) for stage in self._state))

    def _reference_problems(self) -> list[str]:
        name = self.name
        offered = self._through_plug()
        if self._values["reference_source"] == "internal":
            if self.unlocked:
                return [sentences.oscillator_out_of_range(name)]
            own = self._values["internal_frequency"]
            there = self._signal is not None and any(line.frequency == own for line in self._signal.lines)
            if offered is not None and offered.frequency != own and not there:
                return [sentences.wrong_reference(name)]
            return []
        if not self.unlocked:
            return []
        if offered is None:
            return [sentences.no_reference(name)]
        if not self._in_range(offered.frequency):
            return [sentences.reference_out_of_range(name)]
        return [sentences.not_locked_yet(name, self.remaining("reference_source"))]


def _no_reference() -> None:
    """Nothing is connected to the reference input."""


def _quantities(values: NDArray[np.float64], unit: str) -> Quantity:
    return make_quantity(1.0, unit) * values
