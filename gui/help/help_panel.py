"""The help: a book with a search, and the way from any control to its paragraph (F1)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QTextEdit, QToolButton, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.help.book import Book
from gui.help.equations import outlines, picture
from gui.help.examples import EXAMPLES, Examples
from gui.help.finders import Finders
from gui.help.here import Here
from gui.topics import set_topic
from vlab.experiments import EXPERIMENTS

_SEARCH_MS = 150
_MARK_MS = 2500
_WRITE_MS = 40
"""Between two pages that are written beforehand, for the search."""
_EQUATION = 1.25
"""Size of the letters of equations in those of the text."""


class HelpPage(QTextBrowser):
    """Shows pages with their drawn equations in the colours of the theme.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._equations: list[str] = []
        self._pictures: dict[tuple[str, str, float, int], QImage] = {}
        self.setOpenLinks(False)
        self.setAccessibleName("help page")
        self.setFrameShape(QTextBrowser.Shape.NoFrame)

    def show_html(self, body: str) -> None:
        """Show a page."""
        theme = self._desk.theme
        c = {name: theme.colour(name).name() for name in ("text", "faint text", "accent", "alternate")}
        self._equations = []

        def numbered(found: re.Match[str]) -> str:
            self._equations.append(html.unescape(found[1]))
            return f'src="eq:{len(self._equations) - 1}"'

        body = re.sub(r'src="eq:([^"]*)"', numbered, body)
        document = self.document()
        document.setDefaultStyleSheet(f"""
            body, p, li, td {{ color: {c["text"]}; }}
            h1 {{ font-size: large; font-weight: 600; margin-bottom: 2px; }}
            h2 {{ font-size: medium; font-weight: 600; margin-top: 14px; margin-bottom: 2px; color: {c["accent"]}; }}
            h3 {{ font-size: medium; font-weight: 600; margin-top: 8px; margin-bottom: 0px; }}
            p {{ margin-top: 4px; margin-bottom: 4px; }}
            a {{ color: {c["accent"]}; text-decoration: none; }}
            a.name {{ color: {c["text"]}; }}
            code {{ background-color: {c["alternate"]}; }}
        """)
        document.setDocumentMargin(10)
        document.setIndentWidth(18)
        self.setHtml(f"<body>{body}</body>")

    def loadResource(self, kind: int, name: QUrl) -> object:
        """Return the picture of an equation."""
        if kind == QTextDocument.ResourceType.ImageResource.value and name.scheme() == "eq":
            tex = self._equations[int(name.path())]
            return self._picture(tex)
        return None

    def _picture(self, tex: str) -> QImage:
        colour = self._desk.theme.colour("text")
        room = max(160, self.viewport().width() - 30)
        key = tex, colour.name(), self.devicePixelRatioF(), room
        if key not in self._pictures:
            size = self.fontMetrics().height() * 0.78 * _EQUATION
            self._pictures[key] = (picture(tex, size, colour, self.devicePixelRatioF(), room)
                                   if tex in outlines() else QImage())
        return self._pictures[key]


class HelpPanel(QWidget):
    """The help.

    Parameters
    ----------
    desk : Desk
    panels : callable
        Returns key, title and description of the window's panels.
    """

    def __init__(self, desk: Desk, panels: Callable[[], list[tuple[str, str, str]]],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.book = Book(desk.commands, panels)
        self.here = Here(desk.model, self)
        self.examples = Examples(desk)
        self.place = ""
        """What is shown: page#anchor."""
        self._back: list[str] = []
        self._forward: list[str] = []
        self._stale = True
        set_topic(self, "panel/help")
        self.setAccessibleName("help panel")
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search the help")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName("search the help")
        self.line.setToolTip("Search the pages of the help; Enter opens the first that is found.")
        self.page = HelpPage(desk)
        row = QHBoxLayout()
        row.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        for name, sign, about, do in (("back", "←", "Go back to the page before (Alt+Left).", self.go_back),
                                      ("forward", "→", "Go forward again (Alt+Right).", self.go_forward),
                                      ("contents", "☰", "Show the contents.", partial(self.open, "contents"))):
            button = QToolButton(text=sign, autoRaise=True)
            button.setToolTip(about)
            button.setAccessibleName(f"help {name}")
            button.clicked.connect(lambda _=False, do=do: do())
            self.buttons[name] = button
            row.addWidget(button)
        row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.page, 1)
        for keys, do in (("Alt+Left", self.go_back), ("Alt+Right", self.go_forward)):
            QShortcut(QKeySequence(keys), self, do, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._search = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search.timeout.connect(self._find)
        self._unmark = QTimer(self, singleShot=True, interval=_MARK_MS)
        self._unmark.timeout.connect(lambda: self.page.setExtraSelections([]))
        self._write = QTimer(self, interval=_WRITE_MS)
        self._write.timeout.connect(lambda: self.book.prepare() or self._write.stop())
        self.line.textChanged.connect(lambda: self._search.start())
        self.line.returnPressed.connect(self._open_first)
        self.page.anchorClicked.connect(lambda url: self.follow(url.toString()))
        desk.theme.changed.connect(self._dress)
        self._stop = desk.help_wanted.connect(self.show_topic)
        desk.commands.sources.append(Finders(desk, self.book, self).all)
        desk.commands.why_not = lambda command: self._why_not(command)
        self._show_buttons()

    def _why_not(self, command: Command) -> str:
        model = self._desk.model
        if model.run is not None:
            return "a measurement is running"
        if not model.connected:
            return "the laboratory is being set up"
        return "no measurement is running" if command.key in ("run.pause", "run.abort") else ""

    # -- pages -----------------------------------------------------------------------------------------------------

    def show_topic(self, topic: str) -> None:
        """Bring the help to the front with the paragraph on a topic; with the contents if there is none."""
        place = self.book.place_of(topic, self._desk.model.kind.key) or "contents"
        self._desk.panel_wanted.emit("help")
        self.open(place)

    def open(self, place: str) -> None:
        """Open page#anchor."""
        page = place.partition("#")[0]
        if page not in self.book.pages:
            return
        if self.place and self.place != place:
            self._back.append(self.place)
            self._forward.clear()
        self._go(place)

    def follow(self, link: str) -> None:
        """Follow a link: to a page, or to something that it offers to do."""
        if not link.startswith("do:"):
            self.open(link if not link.startswith("#") else self.place.partition("#")[0] + link)
            return
        what, _, key = link.removeprefix("do:").partition("/")
        if what == "experiment":
            self._desk.panel_wanted.emit("experiment")
            self._desk.model.choose(EXPERIMENTS[key])
        elif what == "panel":
            self._desk.panel_wanted.emit(key)
        elif what == "command" and key in self._desk.commands:
            self._desk.commands.run(key)
        elif what == "example":
            self.examples.begin(key)

    def go_back(self) -> None:
        """Show the page before."""
        if self._back:
            self._forward.append(self.place)
            self._go(self._back.pop())

    def go_forward(self) -> None:
        """Show the page from which one went back."""
        if self._forward:
            self._back.append(self.place)
            self._go(self._forward.pop())

    def _go(self, place: str) -> None:
        self.place = place
        self._stale = True
        self._show_buttons()
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        """Write the page that is open; only while somebody sees it."""
        self._stale = False
        page, _, anchor = (self.place or "contents").partition("#")
        self.page.show_html(self.book.pages[page].write() if page == "keys" else self.book.pages[page].html)
        if anchor:
            self.page.scrollToAnchor(anchor)
            QTimer.singleShot(0, self, partial(self._mark, anchor))
        else:
            self.page.verticalScrollBar().setValue(0)

    def _mark(self, anchor: str) -> None:
        """Show for a moment which paragraph was meant."""
        self.page.scrollToAnchor(anchor)
        block = self.page.document().begin()
        while block.isValid():
            pieces = block.begin()
            while not pieces.atEnd():
                if anchor in pieces.fragment().charFormat().anchorNames():
                    mark = QTextEdit.ExtraSelection()
                    cursor = QTextCursor(block)
                    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                    mark.cursor = cursor  # type: ignore[attr-defined]
                    mark.format.setBackground(self._desk.theme.colour("tooltip"))  # type: ignore[attr-defined]
                    self.page.setExtraSelections([mark])
                    self._unmark.start()
                    return
                pieces += 1
            block = block.next()

    def _show_buttons(self) -> None:
        self.buttons["back"].setEnabled(bool(self._back))
        self.buttons["forward"].setEnabled(bool(self._forward))

    def _dress(self) -> None:
        self._stale = True
        if self.isVisible():
            self._show()

    def showEvent(self, event: object) -> None:
        """Write the page when it is seen."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._write.start()
        if self._stale:
            self._show()

    def hideEvent(self, event: object) -> None:
        """Do nothing that nobody sees."""
        super().hideEvent(event)  # type: ignore[arg-type]
        self._write.stop()

    def resizeEvent(self, event: object) -> None:
        """Let equations fit."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        if self.isVisible() and "eq:" in self.book.pages[(self.place or "contents").partition("#")[0]].html:
            self._stale = True
            QTimer.singleShot(0, self, lambda: self._stale and self._show())

    # -- search ----------------------------------------------------------------------------------------------------

    def _find(self) -> None:
        words = self.line.text().strip()
        if not words:
            self._show()
            return
        found = self.book.find(words)
        rows = "".join(f'<p><a href="{each.place}"><b>{html.escape(each.title)}</b></a><br>'
                       f"{html.escape(each.excerpt)}</p>" for each in found)
        nothing = (f"<p>Nothing is found on “{html.escape(words)}”. Try fewer or other words, or look at the "
                   '<a href="contents">contents</a>.</p>')
        self.page.show_html(rows or nothing)

    def _open_first(self) -> None:
        found = self.book.find(self.line.text().strip(), 1)
        if found:
            self._search.stop()
            self.open(found[0].place)
            self.page.setFocus()

    # -- commands --------------------------------------------------------------------------------------------------

    def help_here(self) -> None:
        """Open the paragraph on the control that is meant."""
        self.show_topic(self.here.topic() or "contents")

    def _open_seen(self, place: str) -> None:
        self._desk.panel_wanted.emit("help")
        self.open(place)

    def _search_seen(self) -> None:
        self._desk.panel_wanted.emit("help")
        self.line.setFocus()
        self.line.selectAll()

    def commands(self) -> list[Command]:
        """Return the commands of the help and the examples."""
        found = [
            Command("help.here", "Help on this control", "Help", self.help_here,
                    "Open the paragraph on the control that has the focus or lies under the mouse.", "F1"),
            Command("help.contents", "Contents of the help", "Help", lambda: self._open_seen("contents"),
                    "Show all pages of the help."),
            Command("help.search", "Search the help…", "Help", self._search_seen, "Find a word in the help.",
                    "Shift+F1"),
            Command("help.keys", "Keys and commands", "Help", lambda: self._open_seen("keys"),
                    "List all commands with their keys."),
        ]
        for example in EXAMPLES:
            found.append(Command(f"example.{example.key}", f"Example: {example.title}", "Help",
                                 partial(self.examples.begin, example.key), example.about,
                                 enabled=lambda: self._desk.model.run is None and self._desk.model.connected))
        return found
