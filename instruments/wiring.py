"""Cables and beams of a bench: an explicit graph that can be looked at, changed and checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vlab.errors import WiringError

Carries = Literal["voltage", "light"]


@dataclass(frozen=True)
class Port:
    """A socket of an instrument."""

    name: str
    direction: Literal["in", "out"]
    carries: Carries
    help: str
    """What it is, in a few words."""


@dataclass(frozen=True)
class Link:
    """A cable or a beam from an output to an input, such as ``"detector.output"`` to ``"lockin.signal"``."""

    source: str
    target: str
    carries: Carries = "voltage"


class Wiring:
    """The graph of a bench.

    Beams are part of the optical table and stay; cables can be pulled and joined to any output that carries a voltage.

    Parameters
    ----------
    instruments : iterable of str
        Their names; the sample is a node, too.
    standard : tuple of Link
        What belongs where.
    ports : dict
        Sockets by instrument.
    """

    _memory = ("_cables",)

    def __init__(self, instruments: Iterable[str], standard: tuple[Link, ...],
                 ports: dict[str, tuple[Port, ...]] | None = None) -> None:
        self.instruments = tuple(instruments)
        self.standard = standard
        self._outputs = {link.source for link in standard if link.carries == "voltage"}
        for name, sockets in (ports or {}).items():
            self._outputs |= {f"{name}.{port.name}" for port in sockets
                              if port.direction == "out" and port.carries == "voltage"}
        self._belongs = {link.target: link.source for link in standard if link.carries == "voltage"}
        self._cables = dict(self._belongs)

    @property
    def cables(self) -> dict[str, str]:
        """Which output feeds each input."""
        return dict(self._cables)

    @property
    def links(self) -> tuple[Link, ...]:
        """All beams and cables as they are now."""
        beams = tuple(link for link in self.standard if link.carries == "light")
        return beams + tuple(Link(source, target) for target, source in self._cables.items())

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs to which a cable can be joined."""
        return tuple(sorted(self._outputs))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs to which a cable can be joined."""
        return tuple(self._belongs)

    def source_of(self, target: str) -> str | None:
        """Return the output that feeds an input; None without a cable."""
        return self._cables.get(target)

    def check_ends(self, source: str | None, target: str) -> None:
        """Refuse a cable whose ends do not exist.

        Raises
        ------
        WiringError
            There is no such output or input.
        """
        if source is not None and source not in self._outputs:
            raise WiringError(f"there is no output {source!r}; the bench has {', '.join(self.outputs)}.")
        if target not in self._belongs:
            raise WiringError(f"there is no input {target!r}; the bench has {', '.join(sorted(self.inputs))}.")

    def connect(self, source: str, target: str) -> None:
        """Join an output to an input, replacing the cable that was there."""
        self.check_ends(source, target)
        self._cables[target] = source

    def disconnect(self, target: str) -> None:
        """Pull the cable out of an input."""
        self.check_ends(None, target)
        self._cables.pop(target, None)

    def restore(self) -> None:
        """Put all cables where they belong."""
        self._cables = dict(self._belongs)

    def problems(self) -> list[str]:
        """Return in sentences which cables are missing or wrong."""
        found = []
        for target, source in self._belongs.items():
            present = self._cables.get(target)
            if present is None:
                found.append(f"{target}: no cable is connected; connect {source} to it.")
            elif present != source:
                found.append(f"{target}: it is fed by {present}; connect {source} to it instead.")
        return found
