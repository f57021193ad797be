"""A lamp: lit or dark, for eyes and for screen readers."""

import pytest

from gui.theme import apply_theme
from gui.widgets.lamp import Lamp


@pytest.mark.parametrize(("alarm", "colour"), [(True, "refused"), (False, "accent")])
def test_a_lit_lamp_has_its_colour_and_says_so(qapp, qtbot, alarm, colour):
    theme = apply_theme(qapp, "dark")
    lamp = Lamp("quenched", alarm=alarm)
    qtbot.addWidget(lamp)
    lamp.resize(lamp.sizeHint())
    middle = 2 + (lamp.fontMetrics().height() - 5) // 2, lamp.height() // 2

    def glow():
        return lamp.grab().toImage().pixelColor(*middle).name()

    assert (lamp.lit, lamp.accessibleDescription()) == (False, "off")
    assert glow() != theme.colour(colour).name()
    lamp.set_lit(True)
    assert (lamp.lit, lamp.accessibleDescription()) == (True, "on")
    assert glow() == theme.colour(colour).name()
    lamp.set_lit(False)
    assert (lamp.lit, lamp.accessibleDescription()) == (False, "off")
