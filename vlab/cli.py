"""The command ``vlab``: list and describe experiments, run them, recover interrupted runs, open the window."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vlab
from vlab.errors import DataError, InstallationError, ReadOnlyError, SettingError, UnknownNameError, VlabError

if TYPE_CHECKING:
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

    describe = commands.add_parser("describe", help="tell all about an experiment, an instrument or the sample")
    describe.add_argument("name", metavar="NAME", help="for example dwell_time_scan, lockin or dot")

    run = commands.add_parser("run", help="run an experiment on a virtual bench", epilog=(
        "Settings: a parameter of the experiment (dwell='5 s'), of the sample (dot.model=latta2009, dot.preset="
        "reference), or of an instrument (laser.power='20 nW'). 'vlab describe NAME' lists them."))
    run.add_argument("name", metavar="NAME", help="the experiment; 'vlab list' shows all")
    run.add_argument("--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
                     help="change a parameter or setting; may be given many times")
    run.add_argument("--seed", type=int, default=0, help="seed of all noise (default 0)")
    run.add_argument("--no-noise", action="store_true", help="switch all noise off")
    run.add_argument("--pace", type=float, default=float("inf"), metavar="X",
                     help="lab seconds per real second (default: as fast as possible)")
    run.add_argument("--out", type=Path, default=Path("runs"), metavar="FILE",
                     help="data file ending in .nc, or a folder (default: runs)")
    run.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the picture as well")

    recover = commands.add_parser("recover", help="turn the journals of interrupted runs into data files")
    recover.add_argument("folder", nargs="?", type=Path, default=Path("."), metavar="FOLDER",
                         help="searched with all folders in it (default: here)")

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
        "gui": _gui,
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
        print(f"vlab: interrupted; what was measured is in {given.out}." if "out" in given else "vlab: interrupted.",
              file=sys.stderr)
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
    from vlab.experiments import EXPERIMENTS

    for key, kind in EXPERIMENTS.items():
        print(f"{key:20}  {kind.summary()}")
    return EXIT_OK


def _describe(given: argparse.Namespace) -> int:
    from vlab.experiments import EXPERIMENTS, experiment
    from vlab.samples import QuantumDot

    require_instruments()
    from instruments.benches import INSTRUMENTS

    if given.name in ("dot", "QuantumDot"):
        print(_paragraphs(QuantumDot))
        print("  dot.preset = tuned\n      Choose the values of all others: tuned or reference (the starting values). "
              "Wants one of tuned, reference.")
        _print_parameters(QuantumDot, "dot.", QuantumDot.sample_a())
    elif given.name in INSTRUMENTS:
        from instruments.datasheet import datasheet

        print(datasheet(INSTRUMENTS[given.name], given.name))
    else:
        known = [*EXPERIMENTS, *INSTRUMENTS, "dot"]
        try:
            kind = experiment(given.name)
        except UnknownNameError:
            raise UnknownNameError.of("vlab", given.name, known, "experiment, instrument or sample") from None
        print(_paragraphs(kind))
        _print_parameters(kind, "")
    return EXIT_OK


def _paragraphs(kind: type) -> str:
    import inspect

    return f"{inspect.cleandoc(kind.__doc__ or '')}\n"


def _print_parameters(kind: type[Parameters], prefix: str, shown: Parameters | None = None) -> None:
    import dataclasses

    from vlab.units import printed

    for field in dataclasses.fields(kind):
        if field.name not in kind.parameters():
            continue
        parameter = kind.parameter(field.name)
        value = field.default if shown is None else getattr(shown, field.name)
        default = "none" if value is None else value
        if parameter.kind == "quantity" and value is not None:
            default = printed(value)
        print(f"  {prefix}{field.name} = {default}\n      {parameter.help} Wants {parameter.allowed()}.")


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


def _build(given: argparse.Namespace) -> tuple[Any, Any]:
    """Return the experiment and the bench that the command line asks for."""
    from vlab.experiments import experiment
    from vlab.samples import QuantumDot

    require_instruments()
    from instruments import dragging_bench

    kind = experiment(given.name)
    own: dict[str, str] = {}
    sample: dict[str, str] = {}
    knobs: list[tuple[str, str, str]] = []
    for owner, name, value in _split(given.settings):
        if owner == "":
            own[name] = value
        elif owner == "dot":
            sample[name] = value
        else:
            knobs.append((owner, name, value))
    dot = QuantumDot.sample_a(sample.pop("model", "noncollinear"), sample.pop("preset", "tuned"))  # type: ignore[arg-type]
    changes = {n: QuantumDot.parameter(n).parsed(v, f"dot.{n}") for n, v in sample.items()}
    bench = dragging_bench(dot.replace(**changes), seed=given.seed, noise=not given.no_noise)
    procedure = kind.from_texts(own)
    taken = {(device.name, setting) for device, setting in procedure.sets(bench)}
    for owner, name, value in knobs:
        instrument = bench.instruments.get(owner)
        if instrument is None:
            raise UnknownNameError.of("the bench", owner, [*bench.instruments, "dot"], "instrument")
        if (owner, name) in taken:
            raise SettingError(f"--set got {owner}.{name}, which the experiment sets itself; see 'vlab describe "
                               f"{given.name}' for its own parameters.")
        instrument.set_from_text(name, value)
    return procedure, bench


@contextmanager
def _bars() -> Iterator[Callable[[str, int], Callable[[Event], None]]]:
    """Give a function that opens a progress bar and returns its subscriber."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from vlab.experiments.runner import Measured

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
                    left = f"lab {_clock(event.lab_left)} left, here {_clock(event.wall_left)}"
                    progress.update(task, completed=event.done, left="" if event.done == event.total else left)

            return see

        yield watch


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _run(given: argparse.Namespace) -> int:
    from vlab.experiments.runner import Run

    if given.plot is not None and given.plot.suffix.lower() not in _PICTURES:
        raise SettingError(f"--plot got {str(given.plot)!r}; it wants a file ending in {', '.join(_PICTURES)}.")
    procedure, bench = _build(given)
    run = Run(procedure, bench, save=given.out, pace=given.pace)
    before = bench.check()
    for warning in before:
        print(f"vlab: warning: {warning}", file=sys.stderr)
    print(f"{procedure.title()}: {procedure.points()} points, {_clock(procedure.seconds())} of lab time",
          file=sys.stderr)
    with _bars() as watch:
        run.subscribe(watch(procedure.key, procedure.points()))
        dataset = run.execute()
    for warning in bench.check():
        if warning not in before:
            print(f"vlab: warning: {warning}", file=sys.stderr)
    print(run.file)
    if "dt_normalized" in dataset and dataset.sizes["detuning"] > 1:
        from vlab.analysis import dragging_width

        legs: list[str | None] = ["forward", "backward"] if "direction" in dataset.dims else [None]
        for leg in legs:
            try:
                print(f"dragging width{f' {leg}' if leg else ''}: {dragging_width(dataset, leg)}")
            except DataError as error:
                print(f"vlab: {error}", file=sys.stderr)
    if given.plot is not None:
        from vlab.analysis.figure import draw_scans

        draw_scans([dataset], given.plot, f"{procedure.title()}, {bench.dot.model}, seed {given.seed}")
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
