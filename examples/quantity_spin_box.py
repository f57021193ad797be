"""Fields for quantities and a plot in the window's light and dark look.

Run ``python examples/quantity_spin_box.py`` and type into the fields: ``250u``, ``12,5 mT``, ``100 gauss``, ``99 T``.
With ``--screenshot FILE`` it draws itself into a picture and ends.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

ELECTRON_VOLT = 1.602176634e-19


def build(app):
    """Return the window with its fields and plot."""
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

    from gui.theme import apply_theme, mark_trace, restyle_plot, theme_of
    from gui.widgets.quantity_spin_box import QuantitySpinBox

    fields = {
        "Target field": QuantitySpinBox("T", -9.0, 9.0, value=4.5),
        "Ramp rate": QuantitySpinBox("T/min", 1e-3 / 60, 2.0 / 60, value=0.5 / 60),
        "Photon energy": QuantitySpinBox("eV", 1.2 * ELECTRON_VOLT, 1.4 * ELECTRON_VOLT,
                                         value=1.3000001 * ELECTRON_VOLT),
        "Linewidth": QuantitySpinBox("ueV", 0.0, value=0.6e-6 * ELECTRON_VOLT),
        "Gate voltage": QuantitySpinBox("V", -2.0, 2.0, value=0.412),
        "Power": QuantitySpinBox("nW", 0.0, 1e-5, value=12.5e-9),
        "Sensitivity": QuantitySpinBox("uV", 1e-9, 1.0, value=100e-6),
        "Noise density": QuantitySpinBox("nV/Hz^0.5", 0.0, 1e-6, value=5e-9),
        "Reference phase": QuantitySpinBox("deg", value=0.0),
        "Balance": QuantitySpinBox("", 0.0, 1.5, value=1.0),
    }
    form = QFormLayout()
    for name, field in fields.items():
        field.setAccessibleName(name)
        field.setHelp(f"Set the {name.lower()}.")
        form.addRow(name, field)

    said = QLabel("Type a quantity and press Enter.")
    said.setWordWrap(True)
    for name, field in fields.items():
        field.valueEdited.connect(lambda value, name=name: said.setText(f"{name}: {value:.12g} in SI base units"))
        field.refused.connect(said.setText)

    off = QuantitySpinBox("s", value=0.2)
    off.setEnabled(False)
    form.addRow("In use by a run", off)
    mode = QComboBox()
    mode.addItems(["system", "light", "dark"])
    mode.setAccessibleName("Theme")
    mode.setCurrentText(theme_of(app).mode())
    mode.currentTextChanged.connect(lambda word: apply_theme(app, word))
    form.addRow("Theme", mode)
    form.addRow(QPushButton("Measure"))

    plot = pg.PlotWidget(title="Dragging")
    plot.setLabel("bottom", "Detuning", units="eV")
    plot.setLabel("left", "ΔT/T")
    plot.showGrid(x=True, y=True, alpha=0.3)
    plot.addLegend(offset=(10, 5), colCount=4)
    plot.setYRange(0.0, 1.25)
    detuning = np.linspace(-20e-6, 20e-6, 400)
    for number, quantity in enumerate(["absorption", "y", "polarization", "field", "gate", "power", "fit"]):
        line = 1.0 / (1.0 + ((detuning - 4e-6 * (number - 3)) / 1.5e-6) ** 2)
        mark_trace(plot.plot(detuning, line, name=quantity), quantity)
    restyle_plot(plot)
    theme_of(app).changed.connect(lambda: restyle_plot(plot))

    left = QVBoxLayout()
    left.addLayout(form)
    left.addWidget(said)
    left.addStretch()
    window = QWidget()
    window.setWindowTitle("Fields for quantities")
    row = QHBoxLayout(window)
    row.addLayout(left)
    row.addWidget(plot, 1)
    window.fields = fields
    return window


def main() -> int:
    """Show the window, or draw it into a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshot", metavar="FILE", help="draw the window into FILE and end")
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system")
    parser.add_argument("--check", action="store_true", help="draw the window once and end")
    options = parser.parse_args()
    if options.check:
        options.screenshot = os.path.join(tempfile.mkdtemp(), "check.png")
    if options.screenshot:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from PySide6.QtWidgets import QApplication

    from gui.theme import apply_theme

    app = QApplication(sys.argv[:1])
    apply_theme(app, options.theme)
    window = build(app)
    window.resize(980, 520)
    window.show()
    if not options.screenshot:
        return app.exec()
    window.activateWindow()
    window.fields["Gate voltage"].setFocus()
    refused = window.fields["Ramp rate"]
    refused.lineEdit().setText("9 T/min")
    refused.commit()
    for _ in range(5):
        app.processEvents()
    return 0 if window.grab().save(options.screenshot) else 1


if __name__ == "__main__":
    sys.exit(main())
