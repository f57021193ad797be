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

_OTHER = (("Optical table", "path"), ("panel Sample", "sample"), ("Mounted ", "sample"), ("queue", "queue"))
"""Words of notices and the panels that they are about."""

_COMMANDS = ((" cut off, with ", "library.recover", "Recover"), ("Put away ", "library.back", "Undo"))
"""Words of notices, the command that does something about them, and the title of its button."""

_MOVED = re.compile(r"^\S.{0,40} moved to [^;]*\.$")
"""A knob was sent to a place by a click on a plot."""


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


def offers(text: str, desk: Desk, panel: str = "", file: Path | None = None,
           open_folder: Callable[[Path], object] = lambda _: None) -> list[Offer]:
    """Return what can be done about a notice.

    Parameters
    ----------
    text : str
        Its sentence.
    desk : Desk
    panel : str
        The panel concerned, where the notice says it.
    file : Path, optional
        A file that it tells of.
    open_folder : callable
        Opens a folder outside of the window.
    """
    found = []
    key = panel_of(text, desk, panel)
    if key:
        found.append(Offer("Show", f"Show the panel concerned ({key.replace('_', ' ')}).",
                           lambda: desk.panel_wanted.emit(key)))
    if "in use by" in text and desk.model.run is not None:
        found.append(Offer("Abort", "End the measurement that holds it; what was measured is saved.",
                           desk.model.abort))
    if file is not None:
        found.append(Offer("Open folder", "Open the folder of the file.", lambda: open_folder(file.parent)))
    for words, command, title in _COMMANDS:
        if words in text and command in desk.commands and desk.commands[command].enabled():
            found.insert(0, Offer(title, desk.commands[command].help, partial(desk.commands.run, command)))
    if _MOVED.search(text) and desk.undo.can_undo():
        found.append(Offer("Undo", f"{desk.undo.undo_title()}.", desk.undo.undo))
    if text.startswith("Undone: ") and desk.undo.can_redo():
        found.append(Offer("Redo", "Set it again.", desk.undo.redo))
    return found
