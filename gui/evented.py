"""Events of the models: lists of functions to call. No Qt, no threads; models live in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Event:
    """Something that may happen; whoever connects is called with what it carries."""

    def __init__(self) -> None:
        self._listeners: list[Callable[..., Any]] = []

    def connect(self, listener: Callable[..., Any]) -> Callable[[], None]:
        """Call ``listener`` from now on; returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def emit(self, *values: Any) -> None:
        """Call all listeners."""
        for listener in tuple(self._listeners):
            listener(*values)
