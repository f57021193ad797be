"""What the forms of experiments showed: kept for the next start of the window, and told to undo."""

from __future__ import annotations

import json

from gui.desk import Desk
from gui.panels.experiment_form import ExperimentForm
from gui.undo import FormChanged
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure


class FormMemory:
    """What each form showed last.

    Parameters
    ----------
    desk : Desk
        Its settings keep values from start to start; its undo is told of changes.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: dict[str, Procedure] = {}
        self._shown: dict[str, dict[str, object]] = {}
        """What each form showed before its next change, for undo."""

    # -- from start to start -----------------------------------------------------------------------------------

    def recall(self, form: ExperimentForm) -> None:
        """Show the values that were used last in a form that is new."""
        kept = self._desk.settings.value(f"form of {form.kind.key}")
        try:
            if kept:
                form.show_procedure(form.kind.from_record(json.loads(str(kept))))
        except (VlabError, ValueError, TypeError, AttributeError):  # of another version
            self._desk.settings.remove(f"form of {form.kind.key}")
        self.take_as_known(form)

    def keep(self, procedure: Procedure) -> None:
        """Keep the values for the next start."""
        if self._kept.get(procedure.key) != procedure:
            self._kept[procedure.key] = procedure
            self._desk.settings.setValue(f"form of {procedure.key}", json.dumps(procedure.as_record()))

    # -- undo --------------------------------------------------------------------------------------------------

    def take_as_known(self, form: ExperimentForm) -> None:
        """Take what a form shows for nothing new."""
        self._shown[form.kind.key] = form.shown()

    def take_note(self, form: ExperimentForm) -> None:
        """Take note of what has changed in a form, so that it can be undone."""
        before, now = self._shown[form.kind.key], form.shown()
        self._shown[form.kind.key] = now
        names = [name for name in now if now[name] != before[name]]
        if names:
            was, is_now = ({name: values[name] for name in names} for values in (before, now))
            self._desk.undo.form_changed(FormChanged(form.kind, was, is_now))
