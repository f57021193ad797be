"""The greeting at the first start: things to try."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.commands import Commands

TRY = (
    ("try.fast", "1. Measure a dragged resonance", "A scan with a dwell of 1 s at each step, as fast as possible."),
    ("try.dwell", "2. Dwell longer", "The same with 5 s: the nuclei carry the line much farther."),
    ("try.inside", "3. See inside", "Show the nuclear polarization that does it, which no instrument shows."),
    ("try.inertia", "4. Measure a spin relaxation time", "On the other bench: pump pulses orient the spins of charged "
     "dots, and the faster their helicity is reversed the less the spins follow."),
)


class Greeting(QFrame):
    """A card over the plot; it goes when something was tried or it is dismissed.

    Parameters
    ----------
    commands : Commands
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("greeting")
        self.setAccessibleName("greeting")
        column = QVBoxLayout(self)
        column.setSpacing(6)
        title = QLabel("<h2>Welcome to the lab</h2>"
                       "A quantum dot is in the cryostat, everything is wired and running. Things to try:")
        title.setWordWrap(True)
        column.addWidget(title)
        self.buttons = []
        for key, text, about in TRY:
            button = QPushButton(text)
            button.setToolTip(about)
            button.clicked.connect(lambda _=False, key=key: commands.run(key))
            hint = QLabel(about)
            hint.setWordWrap(True)
            hint.setIndent(12)
            column.addWidget(button)
            column.addWidget(hint)
            self.buttons.append(button)
        self.dismiss = QPushButton("Close")
        self.dismiss.setToolTip("Close the greeting; the menu Help shows it again.")
        self.dismiss.clicked.connect(self.hide)
        column.addWidget(self.dismiss, alignment=Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(430)
        self.hide()

    def open_over(self, place: QWidget) -> None:
        """Show the card in the middle of ``place``."""
        self.adjustSize()
        corner = place.mapTo(self.parentWidget(), place.rect().center()) - self.rect().center()
        self.move(max(0, corner.x()), max(0, corner.y()))
        self.show()
        self.raise_()
        self.buttons[0].setFocus()
