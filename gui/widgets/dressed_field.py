"""What a field for a quantity has in common with widgets that hold one, and something else to turn beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.widgets.quantity_spin_box import QuantitySpinBox


class DressedField(QWidget):
    """A widget around a `QuantitySpinBox`, with the interface of the field.

    Parameters
    ----------
    unit : str
        Declared unit.
    minimum, maximum, value : float
        In SI base units.
    """

    valueEdited = Signal(float)
    """A hand has changed the value; in SI base units."""
    refused = Signal(str)
    """What was typed is not taken; one sentence says why."""

    def __init__(self, unit: str, minimum: float, maximum: float, *, value: float,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QuantitySpinBox(unit, minimum, maximum, value=value)
        self.field.refused.connect(self.refused)
        self.setFocusProxy(self.field)

    def value(self) -> float:
        """Return the last good value, in SI base units."""
        return self.field.value()

    def minimum(self) -> float:
        """Return the lowest value, in SI base units."""
        return self.field.minimum()

    def maximum(self) -> float:
        """Return the highest value, in SI base units."""
        return self.field.maximum()

    def unit(self) -> str:
        """Return the declared unit."""
        return self.field.unit()

    def text(self) -> str:
        """Return the text of the field."""
        return self.field.text()

    def lineEdit(self) -> QLineEdit:
        """Return the line in which a hand types."""
        return self.field.lineEdit()

    def selectAll(self) -> None:
        """Select the text of the field."""
        self.field.selectAll()
