"""What can be done about a notice: the instrument concerned shown, the folder of a file opened. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.desk import Desk
    from gui.lab import Notice
    from gui.models import LogLine

_OTHER = (("Optical table", "path"), ("panel Sample", "sample"), ("Mounted ", "sample"), ("queue", "queue"))
"""Words of notices and the panels that they are about."""

@dataclass(frozen=True)
class Offer:
    """A button beside a notice."""

    title: str
    help: str
    do: Callable[[], None]


def panel_of(text: str, desk: Desk, panel: str = "") -> str:
    """Return the key of the panel that a sentence is about: the instrument that it names first; empty if none."""
    if panel:
        return panel
    kind = desk.model.kind
    found = re.search(rf"\b({'|'.join(map(re.escape, kind.instruments))})[.,:]", text)
    if found:
        return found[1]
    experiment = desk.model.experiment
    if re.match(rf"{re.escape(experiment.title())}[. ]", text) and " got " in text:
        return "experiment"
    if text.startswith((f"{kind.sample_type.title()}.", f"{kind.sample_prefix}.", "The sample's changes")):
        return "sample"
    return next((key for words, key in _OTHER if words in text), "")


def offers(said: Notice | LogLine, desk: Desk, open_folder: Callable[[Path], object] = lambda _: None) -> list[Offer]:
    """Return what can be done about a notice.

    Parameters
    ----------
    said : Notice or LogLine
    desk : Desk
    open_folder : callable
        Opens a folder outside of the window.
    """
    found = []
    for title, key in said.ways:
        if key in desk.commands and desk.commands[key].enabled():
            found.append(Offer(title, desk.commands[key].help, partial(desk.commands.run, key)))
    shown = panel_of(said.text, desk, said.panel)
    if shown:
        found.append(Offer("Show", f"Show the panel concerned ({shown.replace('_', ' ')}).",
                           lambda: desk.panel_wanted.emit(shown)))
    if "in use by" in said.text and desk.model.run is not None:
        found.append(Offer("Abort", "End the measurement that holds it; what was measured is saved.",
                           desk.model.abort))
    if said.file is not None:
        folder = said.file.parent
        found.append(Offer("Open folder", "Open the folder of the file.", lambda: open_folder(folder)))
    return found
