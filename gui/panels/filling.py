"""Filling the experiment's form from a figure of the papers or from the file of an earlier run, and what is offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gui.answers import when_answered
from gui.desk import Desk
from gui.mounted import SampleChoice
from gui.run_plan import WAITING, Plan
from instruments.benches import BENCHES
from instruments.past_run import PastRun
from vlab.errors import DataError
from vlab.experiments.paper_figure import PaperFigure
from vlab.experiments.procedure import Procedure
from vlab.readout import clock

if TYPE_CHECKING:
    from gui.panels.experiment_panel import ExperimentPanel


class Filling:
    """What fills the form, mounts the sample that belongs to it, and offers the runs that belong together.

    Parameters
    ----------
    desk : Desk
    panel : ExperimentPanel
    """

    def __init__(self, desk: Desk, panel: ExperimentPanel) -> None:
        self._desk = desk
        self._model = desk.model
        self._panel = panel

    # -- a figure ----------------------------------------------------------------------------------------------

    def show_figure(self, name: str) -> None:
        """Show the first run of a figure in the form, mount its sample, and offer all of its runs."""
        from vlab.experiments.presets import paper_figure

        figure = paper_figure(name)
        first = figure.curves[0]
        kind = BENCHES[first.experiment.bench]
        seed, noise = self._chance(kind.key)
        plans = [Plan(c.experiment, SampleChoice.of(kind, c.sample, seed, noise), name=c.name, batch=figure.heading)
                 for c in figure.curves]
        self._with_sample(plans[0].sample, first.experiment, lambda: self._offer_figure(figure, plans))

    def _chance(self, bench: str) -> tuple[int, bool]:
        """Return seed and noise of a figure's samples: those of what is mounted, if it is of that bench."""
        here = self._desk.queue.mounted.choice
        return (here.seed, here.noise) if here is not None and here.bench == bench else (0, True)

    def before_figure(self, figure: PaperFigure) -> str:
        """Return what choosing a figure would set up, in a sentence, or nothing."""
        first = figure.curves[0]
        kind = BENCHES[first.experiment.bench]
        wanted = SampleChoice.of(kind, first.sample, *self._chance(kind.key))
        here = self._desk.queue.mounted.choice
        if kind.key != self._model.kind.key:
            return f"Sets up the other bench, {kind.title}, with {wanted.told()}."
        if here is None or here == wanted:
            return ""
        return f"Mounts another sample: {wanted.told()}; all instruments go to reference conditions."

    def _offer_figure(self, figure: PaperFigure, plans: list[Plan]) -> None:
        self._panel.show_procedure(plans[0].procedure)
        text = f"{figure.heading}: {figure.title}."
        if len(plans) == 1:
            self._panel.strip.offer(text)
            return
        samples = {plan.sample.told() for plan in plans}
        own = " Each has its own sample." if len(samples) == len(plans) else ""
        self._panel.strip.offer(
            f"{text} {len(plans)} runs, {clock(figure.seconds())} of lab time; the form shows the first.{own}",
            (f"Run all {len(plans)}", "Put all runs of this figure into the queue and start it.",
             lambda: self._queue(plans, start=True)),
            (f"Queue all {len(plans)}", "Put all runs of this figure into the queue.",
             lambda: self._queue(plans, start=False)))

    def _queue(self, plans: list[Plan], start: bool) -> None:
        self._panel.strip.withdraw()
        self._desk.queue.add(plans)
        if start:
            self._desk.queue.start()
        self._desk.panel_wanted.emit("queue")

    # -- a file ------------------------------------------------------------------------------------------------

    def show_file(self, path: Path) -> None:
        """Fill the form from the file of an earlier run, say what else was different then, and offer to mount that."""
        try:
            past = PastRun.of(_attributes(path))
        except DataError as error:
            self._panel.strip.offer(f"{path.name} cannot fill the form: {error}")
            return
        self.show_past(past, path.name)

    def show_past(self, past: PastRun, name: str) -> None:
        """Fill the form from an earlier run, as `show_file` does."""
        then = SampleChoice.of(past.kind, past.sample, past.seed, past.noise)
        if past.kind.key != self._model.kind.key:
            self._panel.strip.offer(
                f"{name} is a run of {type(past.procedure).in_words()} on the bench {past.kind.title!r} with "
                f"{then.told()}.",
                ("Set it up and fill the form", "Set up that bench with that sample, and fill the form from the file.",
                 lambda: self._with_sample(then, past.procedure, lambda: self._filled(past, name, then))))
            return
        self._model.choose(type(past.procedure), then=lambda: self._filled(past, name, then))

    def _filled(self, past: PastRun, name: str, then: SampleChoice) -> None:
        self._panel.show_procedure(past.procedure)
        text = f"The form is filled from {name}."
        self._panel.strip.offer(text)
        procedure = past.procedure
        answer = self._model.lab.post(lambda bench: {(device.name, s) for device, s in procedure.sets(bench)})
        when_answered(answer, self._panel, lambda own: self._compare(past, name, then, own))

    def _compare(self, past: PastRun, name: str, then: SampleChoice, own: set[tuple[str, str]]) -> None:
        """Say what else was different in that run; what the experiment sets by itself does not count."""
        text = f"The form is filled from {name}."
        if self._panel.strip.isHidden() or self._panel.strip.label.text() != text:
            return  # a hand went on meanwhile
        here = self._desk.queue.mounted.look()
        changes = [change for change in self._changed_settings(past) if change[:2] not in own]
        deeds: list[tuple[str, str, Callable[[], object]]] = []
        differences = []
        if here is not None and here != then:
            differences.append(f"the sample was another: {then.told()}")
            deeds.append(("Mount that sample", "Put the sample of that run into the cryostat; all instruments go to "
                          "reference conditions.",
                          lambda: self._with_sample(then, past.procedure, lambda: self._filled(past, name, then))))
        if changes:
            names = ", ".join(f"{i} {s.replace('_', ' ')}" for i, s, _ in changes[:3])
            more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
            differences.append(f"{'these settings were' if len(changes) > 1 else 'this setting was'} different: "
                               f"{names}{more}")
            deeds.append(("Set them as then", "Write the settings of that run to the instruments.",
                          lambda: self._restore(changes, past, name, then)))
        if differences:
            self._panel.strip.offer(f"{text} In that run {'; '.join(differences)}.", *deeds)

    def _changed_settings(self, past: PastRun) -> list[tuple[str, str, float | str]]:
        """Return the settings that differ now from those of the run: instrument, setting, value then."""
        values = self._model.snapshot.values
        found = []
        for instrument, kind in past.kind.instruments.items():
            now = values.get(instrument, {})
            for setting in kind.settings():
                before = past.settings.get(instrument, {}).get(setting)
                if before is not None and setting in now and not _same(before, now[setting]):
                    found.append((instrument, setting, before))
        return found

    def _restore(self, changes: list[tuple[str, str, float | str]], past: PastRun, name: str,
                 then: SampleChoice) -> None:
        for instrument, setting, value in changes:
            self._model.write(instrument, setting, value)
        here = self._desk.queue.mounted.choice
        if here is not None and here != then:
            self._filled(past, name, then)
        self._panel.strip.withdraw()

    # -- a run of the queue ------------------------------------------------------------------------------------

    def edit_entry(self, number: int) -> None:
        """Show a waiting run of the queue in the form, and offer to put it back there when it is changed."""
        plan = self._desk.queue.entry(number).plan
        self._model.choose(type(plan.procedure), then=lambda: self._edited(number, plan))

    def _edited(self, number: int, plan: Plan) -> None:
        self._panel.show_procedure(plan.procedure)
        self._panel.strip.offer(
            f"You edit a run of the queue: {plan.title}, on {plan.sample.told()}.",
            ("Put it back changed", "Take the form's values over into the queue.",
             lambda: self._put_back(number, plan)),
            lasting=True)

    def _put_back(self, number: int, plan: Plan) -> None:
        procedure = self._panel.commit()
        if procedure is None:
            return
        self._panel.strip.withdraw()
        try:
            entry = self._desk.queue.entry(number)
        except KeyError:
            entry = None
        if entry is None or entry.status != WAITING or type(procedure) is not type(plan.procedure):
            self._model.notice("warning", f"{plan.title} does not wait any more; it stays as it was.")
            return
        name = plan.name if procedure.label() == plan.procedure.label() else procedure.label()
        self._desk.queue.change(number, replace(plan, procedure=procedure, name=name))
        self._desk.panel_wanted.emit("queue")

    # -- both --------------------------------------------------------------------------------------------------

    def _with_sample(self, sample: SampleChoice, experiment: Procedure, then: Callable[[], None]) -> None:
        """Have a sample on the bench and an experiment chosen, then go on."""
        if self._desk.queue.mounted.look() == sample:
            self._model.choose(type(experiment), then=then)
        else:
            self._model.mount(sample.words, sample.seed, sample.noise, type(experiment), then)


def _same(one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def _attributes(path: Path) -> dict[str, object]:
    """Return the attributes of a file without its data.

    Raises
    ------
    DataError
        It cannot be read.
    """
    import h5netcdf

    try:
        with h5netcdf.File(path, "r") as file:
            return dict(file.attrs)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"it cannot be read as a run ({error}).") from None
