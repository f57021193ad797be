"""Theory with knobs: which page, which values, which sample, and curves that are laid over a measurement. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import numpy as np

from gui.evented import Event
from gui.models import LabModel
from gui.scans import Scan
from instruments.theory import TheoryLine, TheoryPage, Values

_MARK = "theory: "


class TheoryModel:
    """The truth behind the page of theory.

    Parameters
    ----------
    model : LabModel

    Attributes
    ----------
    page : TheoryPage or None
        The one that is chosen, of those of the bench.
    values : dict
        Of all knobs, SI; with what is not a knob of this page.
    sample : Parameters or None
        What is in the cryostat; None until the laboratory has answered.
    """

    def __init__(self, model: LabModel) -> None:
        self.model = model
        self.curve_offered = Event()
        """With the scan over which curves were laid; they are its ``laid``."""
        self.sample: Any = None
        self.page: TheoryPage | None = None
        self.values: Values = {}
        self.beyond = ""
        """What of the bench the page has not taken over, in a sentence."""
        self._bench = -1
        self._answer: Future[Any] | None = None

    def pages(self) -> tuple[TheoryPage, ...]:
        """Return the pages of the bench."""
        return self.model.kind.theory

    def choose(self, key: str) -> None:
        """Choose a page; values that both pages have stay."""
        self.page = next(page for page in self.pages() if page.key == key)
        for knob in self.page.knobs:
            self.values.setdefault(knob.name, knob.usual)

    def follow(self) -> bool:
        """Ask for the sample when another one is in the cryostat; return whether it has just come."""
        number = self.model.snapshot.bench_number
        pick = self.model.kind.sample_of
        if not self.model.connected or pick is None:
            return False
        if self._answer is None and (self.sample is None or number != self._bench):
            self._bench = number
            self._answer = self.model.lab.post(pick)
        if self._answer is None or not self._answer.done():
            return False
        answer, self._answer = self._answer, None
        if answer.exception() is not None:
            return False
        self.sample = answer.result()
        self.take_bench()
        return True

    def forget(self) -> None:
        """Another kind of bench stands in the laboratory: begin anew."""
        self.take_away()
        self.sample, self.page, self.values, self._answer = None, None, {}, None

    def take_bench(self) -> None:
        """Set all knobs to what is on the bench, as far as it tells."""
        if self.sample is not None:
            for page in self.pages():
                for knob in page.knobs:
                    self.values.setdefault(knob.name, knob.usual)
                self.values |= page.present(self.sample, self.model.snapshot.hidden)
            if self.page is not None:
                hidden = self.model.snapshot.hidden
                said = [self.page.beyond(self.sample, hidden) if self.page.beyond is not None else ""]
                said += [f"On the bench, {k.title} lies outside of what is drawn here." for k in self.page.knobs
                         if not k.low * (1.0 - 1e-9) <= self.values[k.name] <= k.high * (1.0 + 1e-9)]
                self.beyond = " ".join(filter(None, said))
                self.values |= {k.name: min(max(self.values[k.name], k.low), k.high) for k in self.page.knobs}

    def wish(self, quick: bool) -> Callable[[], tuple[TheoryPage, tuple[TheoryLine, ...] | str]] | None:
        """Return what computes the page with its curves, or with the sentence why there are none; in any thread."""
        if self.page is None or self.sample is None:
            return None
        return partial(_lines, self.page, self.sample, dict(self.values), quick)

    def measurement(self) -> Scan | None:
        """Return the last run whose plot has the axes of the page, if there is one."""
        pairs = self.page.lies_over if self.page is not None else ()
        for scan in reversed(self.model.scans):
            plan = scan.procedure.plot
            if (plan.x, plan.y[0]) in pairs:
                return scan
        return None

    def lay_over(self, lines: tuple[TheoryLine, ...]) -> None:
        """Lay the solid curves over the last measurement with these axes, in place of all that were laid before."""
        scan = self.measurement()
        if scan is None or not lines:
            self.take_away()
            return
        fresh = not scan.laid
        self.take_away(but=scan)
        scan.laid = tuple((_MARK + line.title, line.x, line.y) for line in lines if not line.dashed)
        if not fresh:  # a knob was turned: the plot stays as it is
            self.model.scan_changed.emit(scan)
            return
        self.model.run_shown.emit(scan)
        self.curve_offered.emit(scan)
        low, high = min(scan.axis), max(scan.axis)
        beside = [title for title, x, y in scan.laid if not (np.isfinite(y) & (x >= low) & (x <= high)).any()]
        if beside:
            self.model.notice("info", f"{', '.join(beside)}: no part of it lies where run {scan.number} was measured.")

    def take_away(self, but: Scan | None = None) -> None:
        """Take the curves away from the measurements over which they were laid."""
        for scan in self.model.scans:
            if scan.laid and scan is not but:
                scan.laid = ()
                self.model.scan_changed.emit(scan)

    def lies_over(self) -> bool:
        """Return whether curves lie over a measurement, which need not be the last any more."""
        return any(scan.laid for scan in self.model.scans)


def _lines(page: TheoryPage, sample: Any, values: Values,
           quick: bool) -> tuple[TheoryPage, tuple[TheoryLine, ...] | str]:
    try:
        return page, page.lines(sample, values, quick)
    except ValueError as refusal:
        return page, str(refusal)
