"""What a right click on the table offers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gui.models import LabModel
from gui.table.graph import Node

Plug = Callable[[str | None, str], None]
"""Feeds an input from an output, or from nothing."""


def element_menu(parent: QWidget, node: Node, model: LabModel, show: Callable[[], None], plug: Plug) -> QMenu:
    """Return the menu of an element: its panel, its switch, and its cables."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    title = node.kind.title if node.kind is not None and node.kind.title else node.title
    first = menu.addAction(f"Open the panel: {title}", show)
    first.setToolTip("Bring its panel to the front.")
    menu.setDefaultAction(first)
    _add_switch(menu, node, model)
    for target in node.inputs:
        _add_cables(menu, target, model, plug)
    for source in node.outputs:
        _add_targets(menu, source, model, plug)
    return menu


def table_menu(parent: QWidget, mend: Callable[[], None], wrong: bool) -> QMenu:
    """Return the menu of the table itself; ``wrong`` tells whether a cable is not where it belongs."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    action = menu.addAction("Put all cables where they belong", mend)
    action.setToolTip("Put every wrong or missing cable where it belongs.")
    action.setEnabled(wrong)
    return menu


def _add_switch(menu: QMenu, node: Node, model: LabModel) -> None:
    setting = None if node.kind is None else node.kind.settings().get(node.sketch.switch)
    if setting is None:
        return
    menu.addSeparator()
    group = QActionGroup(menu)
    now = model.snapshot.values.get(node.name, {}).get(setting.name)

    def switch(choice: float | str) -> None:
        if model.snapshot.values[node.name][setting.name] != choice:
            model.write(node.name, setting.name, choice)

    for choice in setting.choices:
        action = menu.addAction(f"{setting.name.replace('_', ' ').capitalize()}: {choice}")
        action.setCheckable(True)
        action.setChecked(choice == now)
        action.setToolTip(setting.help)
        action.triggered.connect(lambda _=False, choice=choice: switch(choice))
        group.addAction(action)


def _add_cables(menu: QMenu, target: str, model: LabModel, plug: Plug) -> None:
    wiring, present = model.snapshot.wiring, model.snapshot.cables.get(target)
    menu.addSeparator()
    sub = QMenu(f"Cable to {target.partition('.')[2]}", menu)
    menu.addMenu(sub)
    sub.setToolTipsVisible(True)
    group = QActionGroup(sub)
    for source in (*(wiring.outputs if wiring is not None else ()), None):
        action = sub.addAction(source or "no cable")
        action.setCheckable(True)
        action.setChecked(source == present)
        action.setToolTip(f"Feed {target} from {source}." if source else f"Pull the cable out of {target}.")
        action.triggered.connect(lambda _=False, source=source: plug(source, target))
        group.addAction(action)


def _add_targets(menu: QMenu, source: str, model: LabModel, plug: Plug) -> None:
    wiring = model.snapshot.wiring
    menu.addSeparator()
    sub = QMenu(f"Cable from {source.partition('.')[2]}", menu)
    menu.addMenu(sub)
    sub.setToolTipsVisible(True)
    for target in wiring.inputs if wiring is not None else ():
        there = model.snapshot.cables.get(target) == source
        action = sub.addAction(target)
        action.setCheckable(True)
        action.setChecked(there)
        action.setToolTip(f"Pull the cable out of {target}." if there else f"Feed {target} from {source}.")
        action.triggered.connect(lambda _=False, target=target, there=there: plug(None if there else source, target))
