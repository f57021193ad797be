"""What hands do with past runs: show, compare, make again, annotate, export, put away; and what of it is possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from gui.desk import Desk
from gui.library.compare_window import CompareWindow
from gui.library.comparison import Difference, compare
from gui.library.row import Row
from gui.library.runs_in_plot import RunsInPlot
from gui.library.shelf import Shelf
from gui.library.turns import Turns
from instruments.past_run import PastRun
from vlab.data.run_entry import RUNNING, UNFINISHED, read_attributes

_MOST_AT_ONCE = 20
"""Runs shown at once; more curves say nothing."""


class RunDeeds:
    """The deeds on the runs that are chosen.

    Parameters
    ----------
    desk : Desk
    shelf : Shelf
    turns : Turns
        In which the work on files is done.
    in_plot : RunsInPlot
    chosen : callable
        Returns the rows that are chosen; it is asked by each deed anew.
    window : QWidget
        Before which dialogs open.
    """

    def __init__(self, desk: Desk, shelf: Shelf, turns: Turns, in_plot: RunsInPlot,
                 chosen: Callable[[], Sequence[Row]], window: QWidget) -> None:
        self._desk = desk
        self._model = desk.model
        self._shelf = shelf
        self._turns = turns
        self._in_plot = in_plot
        self.chosen = chosen
        self._window = window
        self._told_again = ""
        """What is to be said when a run that is made again has ended."""
        self.comparison: CompareWindow | None = None

    # -- what is possible --------------------------------------------------------------------------------------

    def possible(self, rows: Sequence[Row]) -> dict[str, bool]:
        """Return of each deed whether it could be done now with these rows."""
        model, runs = self._model, _with_data(rows)
        free = model.run is None and model.mounting is None and model.connected
        one = len(runs) == 1
        return {"show": bool(runs) or any(row.entry.status == UNFINISHED for row in rows),
                "compare": len(runs) > 1, "again": one and free, "seed": one and free, "form": one, "csv": one,
                "folder": bool(rows), "path": bool(rows),
                "away": bool(rows) and not any(row.entry.status == RUNNING for row in rows),
                "back": self._shelf.can_bring_back}

    def title_of_show(self, rows: Sequence[Row]) -> str:
        """Return what `show_chosen` would do with these rows, as a button says it."""
        runs = _with_data(rows)
        if rows and all(row.entry.status == UNFINISHED for row in rows):
            return "Recover"
        if runs and all(row.entry.path in self._in_plot.files for row in runs):
            return "Take off the plot"
        return "Overlay" if len(runs) > 1 else "Show"

    def _one(self) -> Row | None:
        """Return the chosen run, if it is one."""
        runs = _with_data(self.chosen())
        return runs[0] if len(runs) == 1 else None

    # -- looking -----------------------------------------------------------------------------------------------

    def show_chosen(self) -> None:
        """Show the chosen runs in the plot; those that are all there already are taken off it."""
        rows = self.chosen()
        cut_off = [row.entry.path for row in rows if row.entry.status == UNFINISHED]
        if cut_off:
            self._recover(cut_off)
        paths = [row.entry.path for row in _with_data(rows)]
        if paths and self._in_plot.files.issuperset(paths):
            self._in_plot.drop(set(paths))
        elif len(paths) > _MOST_AT_ONCE:
            self._model.notice("warning", f"{len(paths)} runs are chosen; at most {_MOST_AT_ONCE} are shown at once.")
        else:
            kinds = {row.entry.experiment for row in _with_data(rows)}
            if len(kinds) > 1:
                self._model.notice("warning", f"Runs of {len(kinds)} experiments are chosen; a plot has the axes of "
                                              "one, so it shows the runs of the one that was read last.")
            self._in_plot.show(paths[::-1])

    def compare_chosen(self) -> None:
        """Open a window that says in what the chosen runs differ."""
        rows = _with_data(self.chosen())[:_MOST_AT_ONCE]

        def then(lines: list[Difference]) -> None:
            self.comparison = CompareWindow(rows, lines, self._desk.theme, self._window, self._in_plot.numbers)
            self.comparison.show()

        self._turns.do(lambda: compare([row.entry.path for row in rows], [row.entry.findings for row in rows]), then)

    def open_folder(self) -> None:
        """Open the folder of the chosen run with what the system has for that."""
        rows = self.chosen()
        if rows:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(rows[0].entry.path.absolute().parent)))

    def copy_path(self) -> None:
        """Copy the paths of the chosen runs."""
        QApplication.clipboard().setText("\n".join(str(row.entry.path.absolute()) for row in self.chosen()))

    # -- making again ------------------------------------------------------------------------------------------

    def run_again(self, other_seed: bool = False) -> None:
        """Set up the bench of the chosen run as it was and run the experiment again.

        Parameters
        ----------
        other_seed : bool
            Whether noise shall be other noise.
        """
        row = self._one()
        if row is None:
            return
        seed = self._shelf.free_seed(row.entry) if other_seed else None

        def then(found: PastRun) -> None:
            past = found if seed is None else found.with_seed(seed)
            doubt = past.doubt() if seed is None else ""
            if doubt:
                self._model.notice("info", f"The run is made again; {doubt}.")

            def start() -> None:
                self._told_again = (f"{row.heading} was made again on a bench mounted anew as it was for that run"
                                    f"{' but for the seed' if seed is not None else ''}; what was on the bench before "
                                    "is gone.")
                self._model.start(past.procedure)

            self._model.mount_past(past, start)

        self._turns.do(lambda: PastRun.of(read_attributes(row.entry.path)), then)

    def tell_made_again(self) -> None:
        """Say of the run that has ended that it was one made again, if it was."""
        if self._told_again:
            self._model.notice("info", self._told_again)
            self._told_again = ""

    def fill_form(self) -> None:
        """Put the parameters of the chosen run into the form of its experiment."""
        row = self._one()
        if row is None:
            return

        def then(past: PastRun) -> None:
            self._desk.panel_wanted.emit("experiment")
            self._model.form_wanted.emit(past, row.entry.path.name)

        self._turns.do(lambda: PastRun.of(read_attributes(row.entry.path)), then)

    # -- files -------------------------------------------------------------------------------------------------

    def recover_all(self) -> None:
        """Make data files of all runs that were cut off."""
        self._recover([row.entry.path for row in self._shelf.unfinished()])

    def _recover(self, paths: list[Path]) -> None:
        self._shelf.recover(paths)
        self._turns.begin()

    def keep_note(self, row: Row, note: str) -> None:
        """Write the note of a run into its file."""
        self._shelf.annotate(row.entry.path, note)
        self._turns.begin()

    def keep_tags(self, rows: Sequence[Row], tags: Sequence[tuple[str, ...]]) -> None:
        """Write the tags of each run into its file."""
        for row, own in zip(rows, tags, strict=True):
            self._shelf.annotate(row.entry.path, tags=own)
            self._turns.begin()

    def put_away(self) -> None:
        """Move the chosen runs into the trash."""
        paths = [row.entry.path for row in self.chosen() if row.entry.status != RUNNING]
        if paths:
            self._shelf.put_away(paths)
            self._turns.begin()

    def bring_back(self) -> None:
        """Undo the last move to the trash."""
        self._shelf.bring_back()
        self._turns.begin()

    def export(self) -> None:
        """Write the data of the chosen run as CSV, where the user says."""
        row = self._one()
        if row is None:
            return
        proposed = str(row.entry.path.with_suffix(".csv"))
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Where shall the table go?", proposed, "Tables (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, target: Path) -> None:
        """Write the data of the chosen run as CSV."""
        row = self._one()
        if row is not None:
            self._turns.do(lambda: _write_csv(row, target),
                           lambda _: self._model.notice("info", f"The table is in {target}."))


def _with_data(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that are runs with data."""
    return [row for row in rows if row.entry.is_run]


def _write_csv(row: Row, target: Path) -> None:
    """Write the data of a run as a table of text."""
    from vlab.data.quick_read import read_run
    from vlab.data.table import table_of, write_table

    run, findings = row.entry.path, row.entry.findings
    write_table(target, table_of(read_run(run), file=run.name, finding=findings[0] if findings else ""))
