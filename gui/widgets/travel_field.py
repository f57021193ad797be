"""A field with a slider below it, over the whole travel of what it moves; the slider shows how far it has come."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.widgets.dressed_field import DressedField
from gui.widgets.travel_slider import TravelSlider
from vlab.readout import readout


class TravelField(DressedField):
    """A `QuantitySpinBox` and a `TravelSlider` for one value; it has the interface of the field.

    Parameters
    ----------
    unit : str
        Declared unit.
    minimum, maximum, value : float
        In SI base units.
    """

    def __init__(self, unit: str, minimum: float, maximum: float, *, value: float,
                 parent: QWidget | None = None) -> None:
        super().__init__(unit, minimum, maximum, value=value, parent=parent)
        self.slider = TravelSlider(minimum, maximum, self._ends(minimum, maximum))
        self.slider.show_way(value, value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.field)
        column.addWidget(self.slider)
        self.field.valueEdited.connect(self._type)
        self.slider.moved.connect(self._slide)

    def setValue(self, value: float) -> None:
        """Show a value in SI base units; emits nothing. A slider in a hand is left alone."""
        if not self.slider.held:
            self.field.setValue(value)
            self.slider.show_way(value, self.slider.actual, self.slider.words)

    def show_actual(self, actual: float, words: str = "") -> None:
        """Show how far it has come, and a few words on it."""
        self.slider.show_way(self.slider.target, actual, words)

    def setRange(self, minimum: float, maximum: float) -> None:
        """Set the limits in SI base units."""
        self.field.setRange(minimum, maximum)
        self.slider.set_travel(minimum, maximum, self._ends(minimum, maximum))

    def setHelp(self, help: str) -> None:
        """Set the text of the tool-tips; the field adds the limits to its own."""
        self.field.setHelp(help)
        self.setToolTip(help)
        self.slider.setToolTip(f"{help} Drag the mark to where it shall be, or press the arrow keys.")

    def setAccessibleName(self, name: str) -> None:
        """Name the field and the slider."""
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.slider.setAccessibleName(f"{name} slider")

    def _ends(self, minimum: float, maximum: float) -> tuple[str, str]:
        unit = self.field.unit()
        return readout(minimum, unit, 2), readout(maximum, unit, 2)

    def _type(self, value: float) -> None:
        self.slider.show_way(value, self.slider.actual, self.slider.words)
        self.valueEdited.emit(value)

    def _slide(self, value: float) -> None:
        self.field.setValue(value)
        self.valueEdited.emit(value)
