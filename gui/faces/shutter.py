"""The shutter of a light source, as all of them have it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from gui.faces.face import line
from gui.faces.parts import Parts, Values
from vlab.readout import readout


def shutter_switch(parts: Parts) -> QWidget:
    """Return the switch of the shutter, and beside it how long it takes to open."""
    moving = QLabel()
    moving.setEnabled(False)

    def tell(values: Values) -> None:
        text = f"opens in {readout(values['opening_time'], 'ms', 2)}"
        if moving.text() != text:
            moving.setText(text)

    parts.watch(tell)
    return line(parts.rocker("shutter"), 0, moving)
