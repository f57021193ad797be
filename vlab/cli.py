"""The command ``vlab``: list and describe experiments, run them, recover interrupted runs, open the window."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import vlab
from vlab.errors import InstallationError, ReadOnlyError, SettingError, UnknownNameError, VlabError

if TYPE_CHECKING:
    from instruments.bench import Bench
    from instruments.benches import BenchKind
    from vlab.experiments.procedure import Procedure
    from vlab.experiments.runner import Event
    from vlab.parameters import Parameters

_PICTURES = (".png", ".pdf", ".svg")
EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vlab", description="A virtual laboratory for quantum-dot spin experiments.",
                                     epilog="Start with: vlab run dwell_time_scan --plot scan.png")
    parser.add_argument("--version", action="version", version=f"vlab {vlab.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    commands.add_parser("list", help="list the experiments")

    describe = commands.add_parser("describe", help="tell all about an experiment, an instrument or a sample")
    describe.add_argument("name", metavar="NAME", help="for example dwell_time_scan, lockin or dot")

    run = commands.add_parser("run", help="run an experiment on a virtual bench", epilog=(
        "Settings: a parameter of the experiment (dwell='5 s'), of the sample (dot.model=latta2009, dot.preset="
        "reference), or of an instrument (laser.power='20 nW'). 'vlab describe NAME' lists them."))
    run.add_argument("name", metavar="NAME", help="the experiment; 'vlab list' shows all")
    run.add_argument("--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
                     help="change a parameter or setting; may be given many times")
    run.add_argument("--seed", type=int, default=0, help="seed of all noise (default 0)")
    run.add_argument("--no-noise", action="store_true", help="switch all noise off")
    run.add_argument("--fail", dest="faults", metavar="FAULT[@TIME]", action="append", default=[],
                     help="let something go wrong, such as lockin.loose_reference@'30 s' after 30 s of lab time; may "
                          "be given many times; 'vlab describe lockin' lists an instrument's faults")
    run.add_argument("--pace", type=float, default=float("inf"), metavar="X",
                     help="lab seconds per real second (default: as fast as possible)")
    run.add_argument("--out", type=Path, default=Path("runs"), metavar="FILE",
                     help="data file ending in .nc, or a folder (default: runs)")
    run.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the picture as well")
    run.add_argument("--from-checkpoint", type=Path, metavar="FILE",
                     help="take the bench, its sample and its seed from a checkpoint; prepare=continue goes on there")
    run.add_argument("--checkpoint", type=Path, metavar="FILE", help="save the bench in a file after the run")

    recover = commands.add_parser("recover", help="turn the journals of interrupted runs into data files")
    recover.add_argument("folder", nargs="?", type=Path, default=Path("."), metavar="FOLDER",
                         help="searched with all folders in it (default: here)")

    library = commands.add_parser("library", help="list and search the runs in a folder", epilog=(
        "Words are searched for in sample, experiment, parameters, note, #tags and date (2026-11, today); all must be "
        "found. For example: vlab library runs latta2009 today"))
    library.add_argument("folder", nargs="?", type=Path, default=Path("runs"), metavar="FOLDER",
                         help="searched with all folders in it (default: runs)")
    library.add_argument("words", nargs="*", metavar="WORD", help="list only runs that have all words")

    window = commands.add_parser("gui", help="open the window")
    window.add_argument("--screenshot", type=Path, metavar="FILE.png", help="save a picture of the window and end")
    window.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window")

    demo = commands.add_parser("demo", help="measure figures S1a and S1b with files and pictures")
    demo.add_argument("folder", nargs="?", type=Path, default=Path("demo"), metavar="FOLDER",
                      help="where files go (default: demo)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command is None:
        parser.print_help()
        return EXIT_OK
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list, "describe": _describe, "run": _run, "recover": _recover, "demo": _demo,
        "gui": _gui, "library": _library,
    }
    try:
        return commands[given.command](given)
    except (SettingError, UnknownNameError, ReadOnlyError) as error:
        print(f"vlab: {error}", file=sys.stderr)
        return EXIT_USAGE
    except VlabError as error:
        print(f"vlab: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("vlab: interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone
        return EXIT_OK


def require_instruments() -> None:
    """Make sure that the package ``instruments`` is ours.

    Raises
    ------
    InstallationError
        Another package of that name (InstrumentKit has it) is imported in its place.
    """
    from importlib.util import find_spec

    spec = find_spec("instruments")
    places = list(spec.submodule_search_locations or []) if spec else []
    if not any((Path(place) / "demonstration.py").exists() for place in places):
        where = places[0] if places else "nowhere"
        raise InstallationError(f"another package owns the import name 'instruments' (found {where}), as InstrumentKit "
                                "does; install vlab in an environment without it.")


def _list(given: argparse.Namespace) -> int:  # noqa: ARG001
    from vlab.experiments import EXPERIMENTS, experiments_on

    require_instruments()
    from instruments.benches import BENCHES

    widest = max(len(key) for key in EXPERIMENTS)
    for bench in BENCHES.values():
        kinds = experiments_on(bench.key)
        if kinds:
            print(f"{bench.title}:")
        for key, kind in kinds.items():
            print(f"  {key:{widest}}  {kind.summary()}")
    return EXIT_OK


def _describe(given: argparse.Namespace) -> int:
    from vlab.experiments import EXPERIMENTS, experiment

    require_instruments()
    from instruments.benches import BENCHES

    found = _descriptions(given.name, list(BENCHES.values()))
    if not found:
        try:
            kind = experiment(given.name)
        except UnknownNameError:
            names = [*EXPERIMENTS, *(n for b in BENCHES.values() for n in (*b.instruments, b.sample_prefix))]
            known = list(dict.fromkeys(names))
            raise UnknownNameError.of("vlab", given.name, known, "experiment, instrument or sample") from None
        found = {f"{_paragraphs(kind)}\n{_parameters(kind, '')}": []}
    for number, (text, benches) in enumerate(found.items()):
        if len(found) > 1:
            print(f"{chr(10) if number else ''}On the bench {' and '.join(benches)}:\n")
        print(text)
    return EXIT_OK


def _descriptions(name: str, benches: Sequence[BenchKind]) -> dict[str, list[str]]:
    """Return what there is to tell of an instrument or sample of that name, each with the benches that have it."""
    from instruments.datasheet import datasheet

    found: dict[str, list[str]] = {}
    for bench in benches:
        if name in (bench.sample_prefix, bench.sample_type.__name__):
            found.setdefault(_of_sample(bench), []).append(bench.title)
        elif name in bench.instruments:
            found.setdefault(datasheet(bench.instruments[name], name), []).append(bench.title)
    return found


def _of_sample(bench: BenchKind) -> str:
    kind, prefix = bench.sample_type, f"{bench.sample_prefix}."
    words = "".join(f"\n  {prefix}{name} = {choices[0]}\n      {bench.words_help(name)} Wants one of "
                    f"{', '.join(choices)}."
                    for name, choices in bench.presets.items() if name not in kind.parameters())
    return f"{_paragraphs(kind)}{words}\n{_parameters(kind, prefix, bench.make_sample({}))}"


def _paragraphs(kind: type) -> str:
    import inspect

    return f"{inspect.cleandoc(kind.__doc__ or '')}\n"


def _parameters(kind: type[Parameters], prefix: str, shown: Parameters | None = None) -> str:
    import dataclasses

    lines = []
    for field in dataclasses.fields(kind):
        if field.name not in kind.parameters():
            continue
        parameter = kind.parameter(field.name)
        value = field.default if shown is None else getattr(shown, field.name)
        lines.append(f"  {prefix}{field.name} = {parameter.shown(value)}\n"
                     f"      {parameter.help} Wants {parameter.allowed()}.")
    return "\n".join(lines)


def _split(settings: list[str]) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise SettingError(f"--set got {text!r}; it wants KEY=VALUE, such as dwell='5 s'.")
        if key.strip() in seen:
            raise SettingError(f"--set got {key.strip()} twice; give it once.")
        seen.add(key.strip())
        owner, dot, name = key.strip().rpartition(".")
        yield (owner if dot else ""), name, value


def _build(given: argparse.Namespace) -> tuple[Procedure, Bench]:
    """Return the experiment and the bench that the command line asks for."""
    from vlab.experiments import experiment

    require_instruments()
    from instruments.benches import BENCHES

    kind = experiment(given.name)
    bench_kind = BENCHES[kind.bench]
    own: dict[str, str] = {}
    sample: dict[str, str] = {}
    knobs: list[tuple[str, str, str]] = []
    for owner, name, value in _split(given.settings):
        if owner == "":
            own[name] = value
        elif owner == bench_kind.sample_prefix:
            sample[name] = value
        else:
            knobs.append((owner, name, value))
    if given.from_checkpoint is not None:
        bench = _restored(given, bench_kind, sample)
    else:
        bench = bench_kind.make(bench_kind.make_sample(sample), seed=given.seed, noise=not given.no_noise)
    procedure = kind.from_texts(own)
    taken = {(device.name, setting) for device, setting in procedure.sets(bench)}
    for owner, name, value in knobs:
        instrument = bench.instruments.get(owner)
        if instrument is None:
            raise UnknownNameError.of("the bench", owner, [*bench.instruments, bench_kind.sample_prefix], "instrument")
        if (owner, name) in taken:
            raise SettingError(f"--set got {owner}.{name}, which the experiment sets itself; see 'vlab describe "
                               f"{given.name}' for its own parameters.")
        instrument.set_from_text(name, value)
    return procedure, bench


def _restored(given: argparse.Namespace, wanted: BenchKind, sample: dict[str, str]) -> Bench:
    from instruments.checkpoint import restore_bench

    fixed = {"--seed": given.seed, "--no-noise": given.no_noise, f"--set {wanted.sample_prefix}.": sample}
    for option, value in fixed.items():
        if value:
            raise SettingError(f"{option} was given with --from-checkpoint, whose file fixes it already; leave it out.")
    bench = restore_bench(given.from_checkpoint)
    if bench.kind != wanted.key:
        raise SettingError(f"--from-checkpoint got a bench for {bench.title}; {given.name} wants one for "
                           f"{wanted.title}.")
    return bench


@contextmanager
def _bars() -> Iterator[Callable[[str, int], Callable[[Event], None]]]:
    """Give a function that opens a progress bar and returns its subscriber."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from vlab.experiments.runner import Measured
    from vlab.readout import clock

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=10) as progress:

        def watch(label: str, total: int) -> Callable[[Event], None]:
            task = progress.add_task(label, total=total, left="")
            shown = 0.0

            def see(event: Event) -> None:
                nonlocal shown
                now = time.monotonic()
                if isinstance(event, Measured) and (now - shown > 0.1 or event.done == event.total):
                    shown = now
                    left = f"lab {clock(event.lab_left)} left, here {clock(event.wall_left)}"
                    progress.update(task, completed=event.done, left="" if event.done == event.total else left)

            return see

        yield watch


def _run(given: argparse.Namespace) -> int:
    from vlab.data.quality import remarks
    from vlab.experiments.runner import Run
    from vlab.readout import clock
    from vlab.units import parse_quantity

    if given.plot is not None and given.plot.suffix.lower() not in _PICTURES:
        raise SettingError(f"--plot got {str(given.plot)!r}; it wants a file ending in {', '.join(_PICTURES)}.")
    procedure, bench = _build(given)
    for text in given.faults:
        name, _, moment = text.partition("@")
        bench.fail(name.strip(), parse_quantity(moment, "--fail", "s") if moment else None)
    run = Run(procedure, bench, save=given.out, pace=given.pace)
    before = bench.check()
    for warning in before:
        print(f"vlab: warning: {warning}", file=sys.stderr)
    print(f"{procedure.title()}: {procedure.points()} points, {clock(procedure.seconds())} of lab time",
          file=sys.stderr)
    with _bars() as watch:
        run.subscribe(watch(procedure.key, procedure.points()))
        try:
            dataset = run.execute()
        except KeyboardInterrupt:
            kept = f"what was measured is in {run.file}" if run.file and run.file.exists() else "nothing was measured"
            print(f"vlab: interrupted; {kept}.", file=sys.stderr)
            return EXIT_INTERRUPTED
    for warning in bench.check():
        if warning not in before:
            print(f"vlab: warning: {warning}", file=sys.stderr)
    print(run.file)
    if given.checkpoint is not None:
        from instruments.checkpoint import save_checkpoint

        print(save_checkpoint(bench, given.checkpoint))
    for sentence in [*remarks(dataset), *procedure.findings(dataset)]:
        print(sentence)
    if given.plot is not None:
        from vlab.analysis.figure import draw_runs

        title = ", ".join([procedure.in_words(), *bench.sample_words(), f"seed {bench.seed}"])
        draw_runs([(procedure, dataset)], given.plot, title)
        print(given.plot)
    return EXIT_OK


def _recover(given: argparse.Namespace) -> int:
    from vlab.data.recovery import recover

    results = recover(given.folder)
    for result in results:
        print(f"{result.file or result.journal}: {result.message}")
    if not results:
        print(f"no interrupted runs below {given.folder}")
    return EXIT_OK if all(r.file is not None for r in results) else EXIT_FAILED


def _library(given: argparse.Namespace) -> int:
    require_instruments()
    from instruments.past_run import sample_in_words
    from vlab.data.library import Library
    from vlab.data.run_entry import Entry
    from vlab.data.run_search import Query, haystack
    from vlab.errors import DataError
    from vlab.experiments import EXPERIMENTS

    if not given.folder.is_dir():
        raise DataError(f"there is no folder {str(given.folder)!r}.")
    query = Query(" ".join(given.words))
    entries = [found for found in Library(given.folder).changes() if isinstance(found, Entry)]
    shown = 0
    for entry in sorted(entries, key=lambda entry: (entry.started, entry.path)):
        kind = EXPERIMENTS.get(entry.experiment)
        sample = sample_in_words(kind.bench, entry.sample) if kind else ""
        if query.matches(haystack(entry, sample)):
            shown += 1
            moment = entry.moment.strftime("%Y-%m-%d %H:%M") if entry.moment else " " * 16
            told = entry.trouble or f"{entry.experiment}, {sample or 'an unknown sample'}, seed {entry.seed}"
            tags = " ".join(f"#{tag}" for tag in entry.tags)
            print("  ".join(part for part in (moment, f"{entry.status:11}", f"{entry.points:6}", told, tags,
                                              " ".join(entry.note.split())) if part))
            print(f"{'':18}{entry.path}")
    print(f"{shown} of {len(entries)} runs", file=sys.stderr)
    return EXIT_OK


def _demo(given: argparse.Namespace) -> int:
    require_instruments()
    from instruments.demonstration import demonstrate

    with _bars() as watch:
        written = list(demonstrate(given.folder, watch))
    for path in written:
        print(path)
    return EXIT_OK


def _gui(given: argparse.Namespace) -> int:
    require_instruments()
    from importlib.util import find_spec

    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        raise InstallationError("the window needs Qt and pyqtgraph, which are not installed here; install them with: "
                                "pip install 'dotspin-vlab[gui]'")
    from gui.app import has_display, open_window

    if given.screenshot is not None and not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not has_display():
        raise InstallationError("there is no display to open a window on; use 'vlab demo' or 'vlab run' instead.")
    return open_window(given.screenshot, given.theme)
