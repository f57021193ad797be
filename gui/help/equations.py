"""The drawn equations of the help: outlines that were made once from TeX, so that no page waits for a typesetter.

``python -m gui.help.equations`` sets all equations of the pages and writes their outlines to ``equations.json``.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

_HERE = Path(__file__).parent
_FILE = _HERE / "equations.json"
_SIZE = 100.0
"""Size of the letters in the units of the outlines."""
_COMMAND = re.compile(r"([MLQCZ])([-0-9 ]*)")


@lru_cache(maxsize=1)
def outlines() -> dict[str, tuple[int, int, str]]:
    """Return width, height and outline of each equation, by its TeX."""
    found = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
    return {tex: (width, height, path) for tex, (width, height, path) in found.items()}


@lru_cache(maxsize=256)
def _path(tex: str) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for command, numbers in _COMMAND.findall(outlines()[tex][2]):
        at = [float(number) for number in numbers.split()]
        if command == "M":
            path.moveTo(at[0], at[1])
        elif command == "L":
            path.lineTo(at[0], at[1])
        elif command == "Q":
            path.quadTo(at[0], at[1], at[2], at[3])
        elif command == "C":
            path.cubicTo(at[0], at[1], at[2], at[3], at[4], at[5])
        else:
            path.closeSubpath()
    return path


def picture(tex: str, pixels: float, colour: QColor, ratio: float = 1.0, widest: float = 1e9) -> QImage:
    """Return the picture of an equation.

    Parameters
    ----------
    tex : str
    pixels : float
        Size of its letters.
    colour : QColor
    ratio : float
        Pixels of the screen in one of the window's.
    widest : float
        It is made smaller where it would be wider.
    """
    width, height, _ = outlines()[tex]
    scale = min(pixels / _SIZE, widest / (width + 4.0))
    image = QImage(round((width * scale + 4.0) * ratio), round((height * scale + 4.0) * ratio),
                   QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(2.0, 2.0)
    painter.scale(scale, scale)
    painter.fillPath(_path(tex), colour)
    painter.end()
    return image


def typeset(tex: str) -> tuple[int, int, str]:
    """Return width, height and outline of TeX; slow, matplotlib does it."""
    from matplotlib import rc_context
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    with rc_context({"mathtext.fontset": "stix"}):
        points, codes = TextToPath().get_text_path(FontProperties(size=_SIZE), f"${tex}$".replace(r"\frac", r"\dfrac"),
                                                    ismath=True)
    left, bottom = min(p[0] for p in points), min(p[1] for p in points)
    right, top = max(p[0] for p in points), max(p[1] for p in points)
    # the typesetter counts upwards, screens downwards
    at = [f"{round(x - left)} {round(top - y)}" for x, y in points]
    pieces, place = [], 0
    while place < len(codes):
        letter, length = _LETTER[int(codes[place])]
        pieces.append(letter + ("" if letter == "Z" else " ".join(at[place:place + length])))
        place += length
    return round(right - left), round(top - bottom), "".join(pieces)


_LETTER = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 1)}


def wanted() -> list[str]:
    """Return the equations of all pages."""
    from gui.help.markup import equations_in

    found = [tex for page in sorted((_HERE / "pages").glob("*.md"))
             for tex in equations_in(page.read_text(encoding="utf-8"))]
    return list(dict.fromkeys(found))


def main() -> None:
    """Set all equations and write them down."""
    lines = ",\n".join(f"{json.dumps(tex)}: {json.dumps(typeset(tex))}" for tex in wanted())
    _FILE.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
