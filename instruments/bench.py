"""A bench: instruments around a specimen, the cables between them, and lab time passing in ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Any, ClassVar

from instruments.declaration import SLEW_STEP_PS, Fault, Value
from instruments.instrument import Instrument
from instruments.probing import Wave
from instruments.wiring import Link, Wiring
from vlab.errors import LimitError, UnknownNameError
from vlab.lab.cable import Line, TickGrid
from vlab.lab.clock import LabClock, to_ps
from vlab.units import Quantity, make_quantity, to_si

TICK_PS = 10_000_000_000
_SHORTEST_TICK_PS = 1_000


def _tick_for(longest_ps: int, ramp_ps: int) -> int:
    """Return a tick of about ``longest_ps`` at most; a ramp is divided into equal ones, 65536 at most."""
    longest = max(_SHORTEST_TICK_PS, min(TICK_PS, longest_ps), ramp_ps // SLEW_STEP_PS)
    parts = 1 << max(0, ceil(ramp_ps / longest) - 1).bit_length()
    return ramp_ps // parts if ramp_ps and ramp_ps % parts == 0 else longest


class Bench:
    """Base of benches: keeps the books of events and ticks; a subclass says what happens in a stretch of ticks.

    Physics advances on ticks counted from the last event: a setting that changed, or something known in advance (the
    end of a ramp, an announced reading). Whole ticks below the horizon are computed; an event closes the partial tick.
    Results do not depend on how a wait is cut up.

    Parameters
    ----------
    instruments : dict
        The instruments by name.
    links : tuple of Link
        The cables and beams as they should be; the sample's sockets are among their ends.
    seed : int
        Seed of all noise.
    noise : bool
        Whether noise sources are on.

    Attributes
    ----------
    clock : LabClock
        Lab time.
    run_number : int
        How many runs have been started; part of the key of all noise.
    """

    _memory: ClassVar[tuple[str, ...]] = (
        "run_number", "clock", "wiring", "instruments", "_origin_ps", "_ticks", "_tick_ps", "_epoch_ps",
        "_preparation", "_announced", "_planned")

    def __init__(self, instruments: dict[str, Instrument], links: tuple[Link, ...], *, seed: int, noise: bool) -> None:
        self.instruments = instruments
        self.seed = seed
        self.noise = noise
        self.run_number = 0
        self.clock = LabClock(self._let_pass)
        self.wiring = Wiring(instruments, links, {n: i.ports for n, i in instruments.items()})
        self._origin_ps = 0
        self._ticks = 0
        self._tick_ps = 0
        self._all = tuple(instruments.values())
        self._attentive = tuple(i for i in self._all if type(i).longest_tick is not Instrument.longest_tick)
        self.__dict__.update(instruments)
        self._epoch_ps = 0
        self._preparation = 0
        self._announced: list[int] = []
        self._planned: dict[str, int] = {}
        self._anchor_ps: int | None = None
        self.give_up: Callable[[], bool] = lambda: False
        """Asked during long computations; true ends them with `InterruptedError`. A run sets it."""
        for instrument in instruments.values():
            instrument._before_event = self.close_tick
            instrument._now_ps = self._present

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownNameError.of("the bench", name, self.__dict__.get("instruments", {}), "instrument")

    @property
    def now(self) -> Quantity:
        """Lab time since the bench was made."""
        return make_quantity(self.clock.now, "s")

    @property
    def now_ps(self) -> int:
        """Lab time in picoseconds."""
        return self.clock.now_ps

    def sleep(self, duration: Quantity) -> None:
        """Let lab time pass.

        Raises
        ------
        SettingError
            ``duration`` is not a time.
        """
        seconds = to_si(duration, "s", "bench.sleep")
        if seconds < 0.0:
            raise LimitError(f"bench.sleep got {seconds:g} s; it wants a time of at least 0 s.")
        self.clock.sleep(seconds)

    @property
    def cables(self) -> dict[str, str]:
        """The cables: which output feeds each input."""
        return self.wiring.cables

    def connect(self, source: str, target: str) -> None:
        """Join an output to an input of the bench, replacing the cable that was there.

        Raises
        ------
        WiringError
            There is no such output or input.
        """
        self.wiring.check_ends(source, target)
        self.close_tick()
        self.wiring.connect(source, target)
        self._rewired()

    def disconnect(self, target: str) -> None:
        """Pull the cable out of an input.

        Raises
        ------
        WiringError
            There is no such input.
        """
        self.wiring.check_ends(None, target)
        self.close_tick()
        self.wiring.disconnect(target)
        self._rewired()

    # -- faults ------------------------------------------------------------------------------------------------

    def faults(self) -> dict[str, Fault]:
        """Return what can go wrong on demand, by names such as ``"laser.mode_hop"``."""
        return {f"{name}.{key}": fault for name, instrument in self.instruments.items()
                for key, fault in instrument.faults().items()}

    @property
    def present_faults(self) -> tuple[str, ...]:
        """The faults that are present."""
        return tuple(f"{name}.{key}" for name, instrument in self.instruments.items()
                     for key in instrument.faults() if key in instrument.present_faults)

    def fail(self, fault: str, after: Quantity | None = None) -> None:
        """Let something go wrong, such as ``"laser.mode_hop"``; `faults` lists what can.

        Parameters
        ----------
        fault : str
        after : Quantity, optional
            Lab time from now at which it happens, for instance in the middle of a run that begins now; at once by
            default.

        Raises
        ------
        UnknownNameError
            There is no such fault.
        SettingError
            ``after`` is not a time.
        """
        instrument, name = self._which_fault(fault)
        seconds = 0.0 if after is None else to_si(after, "s", "bench.fail, after")
        if seconds < 0.0:
            raise LimitError(f"bench.fail, after got {seconds:g} s; it wants a time of at least 0 s.")
        if seconds > 0.0:
            self._planned[fault] = self.clock.now_ps + to_ps(seconds)
        else:
            instrument.fail(name)

    def mend(self, fault: str | None = None) -> None:
        """End a fault, or all that are present; those that were planned do not happen.

        Raises
        ------
        UnknownNameError
            There is no such fault.
        """
        if fault is None:
            self._planned.clear()
        for each in self.present_faults if fault is None else (fault,):
            self._planned.pop(each, None)
            instrument, name = self._which_fault(each)
            instrument.mend(name)

    def _which_fault(self, fault: str) -> tuple[Instrument, str]:
        if fault not in self.faults():
            raise UnknownNameError.of("the bench", fault, self.faults(), "fault")
        name, key = fault.split(".")
        return self.instruments[name], key

    def quality_marks(self) -> list[str]:
        """Return the names of all flags that spoil what is measured while they are lit."""
        return [f"{name}.{key}" for name, instrument in self.instruments.items() for key, _ in instrument._spoiling]

    def take_marks(self) -> list[str]:
        """Return which of them were lit since the last call, be it for a moment, or are lit now."""
        return [f"{instrument.name}.{key}" for instrument in self._all for key in instrument.take_marks()]

    def check(self) -> list[str]:
        """Return in sentences what is wrong on the bench and what to do; empty when all is well."""
        found = self.wiring.problems()
        for instrument in self.instruments.values():
            found.extend(instrument.problems())
        return found

    def no_answer(self) -> str:
        """Return in a sentence why the sample's model cannot say what happens here; empty when it can."""
        return ""

    def make_safe(self) -> None:
        """Bring the bench to its safe state: light off the sample, ramps held."""
        for instrument in self.instruments.values():
            instrument.make_safe()

    def snapshot(self) -> dict[str, dict[str, Value]]:
        """Return every setting, reading and flag of every instrument as SI floats, words and 0 or 1."""
        return {name: instrument.snapshot() for name, instrument in self.instruments.items()}

    def reset(self) -> None:
        """Return to the state in which the bench was made: all settings, cables, nuclei and filters."""
        self.close_tick()
        self._planned.clear()
        self.wiring.restore()
        for instrument in self.instruments.values():
            instrument.reset()
        self._rewired()
        self._to_reference()
        self.prepare(thermal=True)

    def sample_record(self) -> dict[str, object]:
        """Return the sample's parameters for the files."""
        raise NotImplementedError

    def sample_words(self) -> tuple[str, ...]:
        """Return the words that tell this sample from others, for titles."""
        return ()

    def hidden(self) -> dict[str, float]:
        """Return what no instrument shows, as SI floats by the names that the kind of bench declares."""
        return {}

    def path(self) -> list[str]:
        """Return the way of the light in words, one element a line, from the source to the lock-in."""
        return []

    # -- runs --------------------------------------------------------------------------------------------------

    def begin_run(self) -> int:
        """Count a new run and return its number."""
        self.run_number += 1
        self._preparation = 0
        self._announced.clear()  # what a run that was aborted had announced would end a tick of this one
        return self.run_number

    def prepare(self, thermal: bool) -> None:
        """Start an epoch of all random streams; if ``thermal``, from unpolarized nuclei and settled filters."""
        self.close_tick()
        key = f"{self.run_number}.{self._preparation}"
        self._preparation += 1
        self.take_marks()
        for instrument in self.instruments.values():
            instrument.start_epoch(key)
        self._start_epoch(key)
        if thermal:
            self._epoch_ps = self.clock.now_ps
            self._erase_and_settle()

    def announce_reading(self, at_ps: int) -> None:
        """Make sure that a tick ends at a lab time (ps) at which somebody will read, which is known in advance."""
        self._announced = [ps for ps in self._announced if ps > self.clock.now_ps] + [at_ps]

    # -- time --------------------------------------------------------------------------------------------------

    def _present(self) -> int:
        # While ticks are computed, instruments are asked about the moment that the ticks are counted from.
        return self.clock.now_ps if self._anchor_ps is None else self._anchor_ps

    def close_tick(self) -> None:
        """Finish the partial tick up to now; what follows counts its ticks from here."""
        if self._anchor_ps is not None:  # an instrument keeps an appointment: the tick has just been closed
            return
        now = self.clock._now_ps
        if now > self._origin_ps:
            self._finish_at(now)
        self._origin_ps = now
        self._ticks = self._tick_ps = 0

    def _finish_at(self, end_ps: int) -> None:
        """Compute what is left between the last whole tick and ``end_ps``, which is an event."""
        done = self._origin_ps + self._ticks * self._tick_ps
        if end_ps > done:
            outer, self._anchor_ps = self._anchor_ps, done
            try:
                self._open_room()
                self._compute(TickGrid(done, end_ps - done, 0, 1, self._epoch_ps))
            finally:
                self._anchor_ps = outer
        self._origin_ps, self._ticks, self._tick_ps = end_ps, 0, 0

    def _let_pass(self, horizon_ps: int) -> None:
        try:
            while True:
                self._anchor_ps = self._origin_ps
                longest = 0
                if self._tick_ps == 0:  # asked first: an instrument may make an appointment when it is asked
                    longest = to_ps(min(self._open_room(), 1.0, *[i.longest_tick() for i in self._attentive]))
                points = [p for i in self._all
                          if (i._slews or i._appointments) and (p := i.next_breakpoint()) is not None]
                if self._tick_ps == 0:
                    self._tick_ps = _tick_for(longest, min(points) - self._origin_ps if points else 0)
                points += [ps for ps in self._announced if ps > self._origin_ps]
                if self._planned:
                    points += self._planned.values()
                limit = min([horizon_ps, *points])
                whole = (limit - self._origin_ps) // self._tick_ps - self._ticks
                if whole > 0:
                    self._compute(TickGrid(self._origin_ps, self._tick_ps, self._ticks, whole, self._epoch_ps))
                    self._ticks += whole
                if limit not in points:
                    return
                self._finish_at(limit)
                self._anchor_ps = limit
                for instrument in self._all:
                    if instrument._appointments:
                        instrument.keep_appointments(limit)
                for fault in [f for f, ps in self._planned.items() if ps <= limit]:
                    del self._planned[fault]
                    self.fail(fault)
                if limit == horizon_ps:
                    return  # the next event is likely to come now: the room is opened when time goes on
        finally:
            self._anchor_ps = None

    def _open_room(self) -> float:
        """Ask the instruments what the sample feels from now on; returns the longest tick (s) that resolves it."""
        raise NotImplementedError

    def _compute(self, grid: TickGrid) -> None:
        """Let the ticks of ``grid`` pass in the room that was opened last."""
        raise NotImplementedError

    def _start_epoch(self, run: str) -> None:
        """Start the random streams of the sample, where it has some, for the epoch named ``run``."""

    def _erase_and_settle(self) -> None:
        """Bring the sample to thermal equilibrium and the filters to their input."""
        raise NotImplementedError

    def _to_reference(self) -> None:
        """Bring the instruments to the reference conditions of this bench."""

    def _rewired(self) -> None:
        """Take notice of changed cables."""

    # -- the oscilloscope --------------------------------------------------------------------------------------

    def waves(self, highest: float) -> dict[str, Wave]:  # noqa: ARG002
        """Return what is at the test points before the lock-in now, with lines up to ``highest`` Hz."""
        return {}

    def overtones(self, highest: float) -> tuple[Line, ...]:  # noqa: ARG002
        """Return the lines at the lock-in's input up to ``highest`` Hz that ticks leave out: none detects them."""
        return ()

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.instruments.values())
