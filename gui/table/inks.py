"""The colours of the drawing, taken from the theme."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from gui.theme import Theme

_BEAMS = ("first beam", "second beam", "third beam")


@dataclass(frozen=True)
class Inks:
    """Colours on the ground now shown, and pens of them."""

    text: QColor
    faint: QColor
    grid: QColor
    base: QColor
    table: QColor
    accent: QColor
    warning: QColor
    field: QColor
    beams: tuple[QColor, ...]

    @classmethod
    def of(cls, theme: Theme) -> Inks:
        """Return those of a theme."""
        return cls(theme.colour("text"), theme.colour("faint text"), theme.colour("grid"), theme.colour("base"),
                   theme.colour("window"), theme.colour("accent"), theme.colour("refused"), theme.trace("field"),
                   tuple(theme.trace(name) for name in _BEAMS))

    def beam(self, number: int) -> QColor:
        """Return the colour of the light of one of the sources."""
        return self.beams[number % len(self.beams)]


def pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen with round ends and corners."""
    return QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def veiled(colour: QColor, share: float) -> QColor:
    """Return a colour that covers only a share of what is beneath."""
    result = QColor(colour)
    result.setAlphaF(share)
    return result


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return a colour with a share of another one in it."""
    return QColor.fromRgbF(*(a + share * (b - a) for a, b in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)))


def no_brush() -> QBrush:
    """Return what fills nothing."""
    return QBrush(Qt.BrushStyle.NoBrush)
