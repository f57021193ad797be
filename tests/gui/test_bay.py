"""The place of a panel: it may be moved at once, and the panel follows when there is time."""

import time

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.bay import Bay


class Panel(QLabel):
    """A panel that takes its time for another size."""

    def __init__(self, seconds=0.0):
        super().__init__("a panel")
        self.setMinimumSize(50, 30)
        self.seconds = seconds
        self.sizes = []

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.sizes.append(self.size())
        time.sleep(self.seconds)


@pytest.fixture
def bay(qtbot):
    made = Bay(Panel())
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    return made


def test_a_bay_is_as_large_as_its_panel_wants(qtbot, bay):
    assert bay.minimumSizeHint() == QSize(50, 30)
    assert bay.sizeHint() == bay.panel.sizeHint()
    assert bay.panel.geometry() == bay.rect()
    assert bay.panel.isVisible()
    assert bay.panel.minimumSizeHint().width() > 0
    assert Bay().minimumSizeHint() == QSize(-1, -1)


def test_a_held_panel_waits_for_its_size(qtbot, bay):
    bay.hold()
    bay.resize(300, 150)
    assert bay.panel.size() == QSize(200, 100)
    assert bay.panel.isVisible()  # it was seen, and is
    bay.release()
    assert bay.panel.geometry() == bay.rect()


def test_a_held_panel_whose_place_is_hidden_sleeps_when_the_place_is_shown(qtbot, bay):
    bay.hide()
    bay.hold()
    bay.show()
    assert not bay.panel.isVisible()
    bay.release()
    assert bay.panel.isVisible()


def test_a_panel_that_is_put_into_a_held_place_sleeps(qtbot, bay):
    old = bay.panel
    bay.hold()
    new = Panel()
    assert bay.take() is old
    bay.put(new)
    assert not new.isVisible()
    assert old.parent() is None
    qtbot.addWidget(old)
    bay.release()
    assert new.isVisible()
    assert new.geometry() == bay.rect()


def test_slow_panels_get_their_sizes_one_after_the_other(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    bays = [Bay(Panel(0.03)) for _ in range(4)]
    for bay in bays:
        column.addWidget(bay)
    window.resize(300, 400)
    window.show()
    qtbot.waitUntil(lambda: all(bay.panel.geometry() == bay.rect() for bay in bays), timeout=5000)
    window.resize(400, 400)
    window.layout().activate()
    fitted = [bay.panel.width() == bay.width() for bay in bays]
    assert fitted[0]
    assert not fitted[-1]
    qtbot.waitUntil(lambda: all(bay.panel.geometry() == bay.rect() for bay in bays), timeout=5000)


def test_a_text_that_fits_does_not_lay_out_what_is_around(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    panel = QWidget()
    QVBoxLayout(panel).addWidget(QLabel("0.000"))
    label = panel.findChild(QLabel)
    bay = Bay(panel)
    asked = []
    bay.updateGeometry = lambda: asked.append(bay.minimumSizeHint())
    QVBoxLayout(window).addWidget(bay)
    window.show()
    qtbot.wait(20)
    asked.clear()
    label.setText("1.000")
    qtbot.wait(20)
    assert not asked
    label.setText("much longer than it was")
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)


def test_a_folded_place_takes_no_room(qtbot, bay):
    bay.fold(True)
    assert bay.minimumSizeHint() == QSize(0, 0)
    assert bay.maximumHeight() == 0
    assert not bay.panel.isVisible()
    bay.fold(False)
    assert bay.panel.isVisible()
    assert bay.minimumSizeHint() == QSize(50, 30)
