"""The pages of the help by their keys, and which paragraph of which page a topic has. No widgets here.

Theory, lessons and the page on the window are files; pages of instruments, experiments and samples are written from
their declarations, so that there is no control without a paragraph.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from gui.commands import MENUS, Commands
from gui.deeds import few_digits
from gui.help.markup import inline, plain, to_html
from gui.help.theory import theory_of
from instruments.benches import BENCHES, BenchKind
from instruments.declaration import Declaration, Setting
from instruments.instrument import Instrument
from vlab.experiments import EXPERIMENTS
from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameter
from vlab.quantity_scale import pretty_unit

PAGES = Path(__file__).parent / "pages"
FILES = {"dragging": "Theory", "dicke": "Theory", "inertia": "Theory", "lockin": "Theory", "noise": "Theory",
         "room": "Instruments", "window": "The window"}
"""The pages that are files, apart from lessons, with their chapters."""
LESSONS = ("drag", "dwell", "width", "fault", "noise", "inertia", "recovery", "rsa")
CHAPTERS = ("Lessons", "Theory", "Experiments", "Instruments", "Samples", "The window")
_FIXED = ("plot",)
"""Parts of the window that are no docks, and have a paragraph in its page all the same."""
_KINDS = {"setting": "Settings", "reading": "Readings", "flag": "Lamps", "action": "Buttons",
          "fault": "What can go wrong"}


@dataclass
class Page:
    """A page of the help."""

    key: str
    title: str
    chapter: str
    write: Callable[[], str]
    """Returns its HTML."""

    @cached_property
    def html(self) -> str:
        """The page, written when it is first wanted."""
        return self.write()

    @cached_property
    def words(self) -> str:
        """The page without its markup."""
        return plain(self.html)


@dataclass(frozen=True)
class Finding:
    """A place that a search found."""

    place: str
    title: str
    excerpt: str


class Book:
    """All pages.

    Parameters
    ----------
    commands : Commands, optional
        Of the window, for the page of keys.
    panels : callable, optional
        Returns key, title and description of each panel.
    """

    def __init__(self, commands: Commands | None = None,
                 panels: Callable[[], list[tuple[str, str, str]]] = list) -> None:
        self._commands = commands
        self.panels = panels
        self.pages: dict[str, Page] = {}
        for page in self._all():
            self.pages[page.key] = page

    def _all(self) -> Iterator[Page]:
        yield Page("contents", "Contents", "", self._contents)
        for lesson in LESSONS:
            yield _from_file(PAGES / f"lesson-{lesson}.md", "Lessons")
        for key, chapter in FILES.items():
            page = _from_file(PAGES / f"{key}.md", chapter)
            if key == "window":
                written = page.write
                page.write = lambda written=written: written() + self._about_panels()  # type: ignore[misc]
            yield page
        yield Page("keys", "Keys and commands", "The window", self._keys)
        for kind in EXPERIMENTS.values():
            yield Page(f"experiment/{kind.key}", kind.in_words(), "Experiments", lambda kind=kind: _experiment(kind))
        for instrument, names in _kinds().items():
            yield Page(f"instrument/{instrument.__name__}", instrument.title, "Instruments",
                       lambda i=instrument, n=names: _instrument(i, n))
        for bench in BENCHES.values():
            yield Page(f"sample/{bench.key}", f"Sample: {bench.sample_title}", "Samples",
                       lambda bench=bench: _sample(bench))

    # -- the way from a topic --------------------------------------------------------------------------------------

    def place_of(self, topic: str, bench: str = "dragging") -> str:
        """Return page#anchor of the paragraph on a topic; empty if there is none.

        Parameters
        ----------
        topic : str
            Such as ``"setting/lockin/time_constant"``; see `gui.topics`.
        bench : str
            The key of the bench that stands there; another one's instrument is found if it has none of that name.
        """
        what, _, rest = topic.partition("/")
        benches = [BENCHES[bench], *(b for key, b in BENCHES.items() if key != bench)] if bench in BENCHES else list(
            BENCHES.values())
        if what in _KINDS:
            name, _, key = rest.partition("/")
            for kind in benches:
                instrument = kind.instruments.get(name)
                found = instrument.declarations.get(key) if instrument is not None else None
                if instrument is not None and found is not None and found.kind == what:
                    return f"instrument/{instrument.__name__}#{what}-{key}"
        if what == "instrument":
            for kind in benches:
                if rest in kind.instruments:
                    return f"instrument/{kind.instruments[rest].__name__}"
        if what == "experiment":
            key, _, parameter = rest.partition("/")
            if key in EXPERIMENTS and (not parameter or parameter in EXPERIMENTS[key].parameters()):
                return f"experiment/{key}" + (f"#parameter-{parameter}" if parameter else "")
        if what == "sample":
            for kind in benches:
                if not rest or rest in _words_of(kind):
                    return f"sample/{kind.key}" + (f"#parameter-{rest}" if rest else "")
        if what == "panel":
            for kind in benches:
                if rest in kind.instruments:
                    return f"instrument/{kind.instruments[rest].__name__}"
            if rest in _FIXED or any(rest == key for key, _, _ in self.panels()):
                return f"window#panel-{rest}"
        if what == "command":
            return "keys"
        page, _, _ = topic.partition("#")
        return topic if page in self.pages else ""

    def sentence_of(self, topic: str, bench: str = "dragging") -> str:
        """Return the help sentence of what a topic is about; empty if there is none."""
        what, name, *rest = [*topic.split("/"), ""]
        for kind in sorted(BENCHES.values(), key=lambda kind: kind.key != bench):
            if what in _KINDS and name in kind.instruments and rest[0] in kind.instruments[name].declarations:
                return kind.instruments[name].declarations[rest[0]].help
            if what == "sample" and name in _words_of(kind):
                return _words_of(kind)[name]
        if what == "experiment" and name in EXPERIMENTS:
            return EXPERIMENTS[name].parameter(rest[0]).help if rest[0] else EXPERIMENTS[name].summary()
        return ""

    # -- search ----------------------------------------------------------------------------------------------------

    def find(self, words: str, most: int = 40) -> list[Finding]:
        """Return where all words stand, titles and single paragraphs first."""
        wanted = words.lower().split()
        if not wanted:
            return []
        ranked: list[tuple[int, Finding]] = []
        for title, place, rank in self._headings:
            if all(word in title.lower() for word in wanted):
                page = self.pages[place.partition("#")[0]]
                exact = rank < 4 and title.lower() == " ".join(wanted)
                ranked.append((-1 if exact else rank + (0 if title.lower().startswith(wanted[0]) else 1),
                               Finding(place, title, page.title if "#" in place else page.chapter)))
        named = {finding.place.partition("#")[0] for _, finding in ranked}
        for page in self.pages.values():
            text = page.words.lower()
            if page.key not in named and page.key != "contents" and all(word in text for word in wanted):
                at = text.find(wanted[0])
                excerpt = page.words[max(0, at - 40):at + 80]
                ranked.append((9, Finding(page.key, page.title, f"… {excerpt} …")))
        return [finding for _, finding in sorted(ranked, key=lambda each: each[0])][:most]

    def headings(self) -> list[tuple[str, str, str]]:
        """Return the titles of pages and of the paragraphs of theory, with their places and what page each is on.

        Not those of single controls, which have entries of their own.
        """
        found = [(page.title, page.key, page.chapter) for page in self.pages.values() if page.key != "contents"]
        return found + [(plain(inline(title)), place, self.pages[place.partition("#")[0]].title)
                        for place, title in _theory_titles().items() if not place.startswith("lesson-")]

    def prepare(self) -> bool:
        """Write one more of the pages, so that a search need not wait for all; return whether there are more."""
        for page in self.pages.values():
            if "words" not in vars(page):
                _ = page.words
                return True
        return False

    @cached_property
    def _headings(self) -> list[tuple[str, str, int]]:
        """Titles of pages and of their paragraphs, with their places and a rank."""
        found = [(page.title, page.key, 0) for page in self.pages.values() if page.key != "contents"]
        for page in self.pages.values():
            for anchor, title in re.findall(r'<a (?:class="name" )?name="([^"]+)">(.*?)</a>', page.html):
                generated = "-" in anchor and anchor.split("-")[0] in (*_KINDS, "parameter")
                found.append((plain(title), f"{page.key}#{anchor}", 4 if generated else 2))
        return found

    # -- pages that are written ------------------------------------------------------------------------------------

    def _contents(self) -> str:
        parts = ["<h1>Help</h1><p>Press F1 on any control for its paragraph, or type what you look for above.</p>"]
        for chapter in CHAPTERS:
            rows = [f'<li><a href="{page.key}">{html.escape(page.title)}</a></li>' for page in self.pages.values()
                    if page.chapter == chapter]
            parts.append(f"<h2>{chapter}</h2><ul>{''.join(rows)}</ul>")
        return "".join(parts)

    def _keys(self) -> str:
        parts = ["<h1>Keys and commands</h1><p>All of these are in the menus and in the command palette, which finds "
                 "them by a few letters, and settings, experiments and pages of the help as well.</p>"]
        known = list(self._commands) if self._commands is not None else []  # type: ignore[call-overload]
        for menu in MENUS:
            rows = "".join(f"<tr><td><b>{html.escape(c.shortcut)}</b></td><td>{html.escape(c.title)}</td>"
                           f"<td>{html.escape(c.help)}</td></tr>" for c in known if c.menu == menu)
            if rows:
                parts.append(f'<h2><a name="menu-{menu.lower()}">{menu}</a></h2>'
                             f'<table cellpadding="3" cellspacing="0">{rows}</table>')
        parts.append("<h2>In fields</h2>" + to_html(
            "- **Tab**, **Shift+Tab**: to the next or the previous control\n"
            "- **Enter**: take over what was typed\n- **Esc**: put back what stood there\n"
            "- **↑**, **↓**: change the digit at the cursor\n- **Space**: press the button, tick the box\n"
            "- **F1**: help on the control that has the focus or lies under the mouse\n"
            "- **Alt** and the letter underlined: open a menu"))
        return "".join(parts)

    def _about_panels(self) -> str:
        rows = "".join(f'<h3><a name="panel-{key}">{html.escape(title)}</a></h3><p>{html.escape(about)}'
                       f'{_more(f"panel/{key}")}</p>' for key, title, about in self.panels())
        return f'<h2><a name="panels">Panels</a></h2>{rows}'


def _from_file(path: Path, chapter: str) -> Page:
    with open(path, encoding="utf-8") as file:
        title = file.readline().lstrip("# ").strip()
    return Page(path.stem, title, chapter, lambda: to_html(path.read_text(encoding="utf-8")))


def _kinds() -> dict[type[Instrument], list[tuple[BenchKind, str]]]:
    """Return the kinds of instruments, with the benches that have them and their names there."""
    found: dict[type[Instrument], list[tuple[BenchKind, str]]] = {}
    for bench in BENCHES.values():
        for name, kind in bench.instruments.items():
            found.setdefault(kind, []).append((bench, name))
    return found


def _more(topic: str) -> str:
    """Return the link to the theory behind a topic."""
    place = theory_of(topic)
    return f' <a href="{place}">→\u00a0{inline(_theory_titles()[place])}</a>' if place else ""


@lru_cache(maxsize=1)
def _theory_titles() -> dict[str, str]:
    """Return the titles of the paragraphs of the pages that are files, by page#anchor."""
    return {f"{path.stem}#{anchor}": title for path in PAGES.glob("*.md") for title, anchor in re.findall(
        r"^#+ (.*?) \{#([\w.-]+)\}$", path.read_text(encoding="utf-8"), re.MULTILINE)}


def _instrument(kind: type[Instrument], where: list[tuple[BenchKind, str]]) -> str:
    from instruments.datasheet_pages import _prose

    name = where[0][1]
    benches = " and ".join(f"“{bench.title}”" for bench, _ in where)
    prose = to_html(_prose(kind).replace("\n## ", "\n\n## "))
    parts = [f"<h1>{html.escape(kind.title)}</h1>{prose}<p>On the bench {benches}, called <code>{name}</code>.</p>"]
    stand_in = kind(name)
    for what, title in _KINDS.items():
        rows = [_paragraph(what, name, key, each, stand_in) for key, each in kind.declarations.items()
                if each.kind == what]
        if rows:
            parts.append(f"<h2>{title}</h2>{''.join(rows)}")
    return "".join(parts)


def _name(anchor: str, name: str) -> str:
    """Return the beginning of a paragraph that a control can be led to."""
    return f'<p><a class="name" name="{anchor}"><b>{name.replace("_", " ")}</b></a>'


def _paragraph(what: str, name: str, key: str, each: Declaration, instrument: Instrument) -> str:
    facts = ""
    if isinstance(each, Setting):
        facts = f" It may be {html.escape(_allowed(each, instrument))}."
    elif getattr(each, "unit", None):
        facts = f" In {html.escape(pretty_unit(each.unit))}."  # type: ignore[attr-defined]
    if getattr(each, "spoils", False):
        facts += " Points measured while it is lit are marked as spoiled."
    return f"{_name(f'{what}-{key}', key)}: {html.escape(each.help)}{facts}{_more(f'{what}/{name}/{key}')}</p>"


def _allowed(setting: Setting, instrument: Instrument) -> str:
    if setting.unit is None or setting.choices:
        return setting.allowed(instrument)
    low, high = (few_digits(edge, setting.unit) for edge in setting.limits(instrument))
    return f"{low} to {high}" + (" (depends on others)" if callable(setting._limits) else "")


def _experiment(kind: type[Procedure]) -> str:
    bench = BENCHES[kind.bench]
    told = "".join(f"<p>{html.escape(text.replace('``', ''))}</p>" for text in kind.description())
    plan = kind.plot
    drawn = f"{plan.y[0].replace('_', ' ')} against {plan.x.replace('_', ' ')}" + (
        f", a curve for each {plan.family.replace('_', ' ')}" if plan.family else "")
    rows = "".join(_parameter(f"experiment/{kind.key}/{name}", name, each) for name, each in kind.parameters().items())
    return (f"<h1>{html.escape(kind.in_words())}</h1>{told}"
            f"<p>It needs the bench “{html.escape(bench.title)}” and draws {html.escape(drawn)}. "
            f'<a href="do:experiment/{kind.key}">Choose this experiment</a></p><h2>Parameters</h2>{rows}')


def _parameter(topic: str, name: str, each: Parameter) -> str:
    return (f"{_name(f'parameter-{name}', name)}: {html.escape(each.help)} It wants {html.escape(each.allowed())}."
            f"{_more(topic)}</p>")


def _words_of(kind: BenchKind) -> dict[str, str]:
    """Return all that can be chosen of a sample, with its help."""
    found = {name: kind.words_help(name) for name in kind.presets}
    found |= {name: each.help for name, each in kind.sample_type.parameters().items()}
    return found | {"seed": "Set the seed of all noise: same seed, same numbers.",
                    "noise": "Switch all noise sources on or off."}


def _sample(kind: BenchKind) -> str:
    known = kind.sample_type.parameters()
    rows = []
    for name, sentence in _words_of(kind).items():
        if name in known:
            rows.append(_parameter(f"sample/{name}", name, known[name]))
        else:
            rows.append(f"{_name(f'parameter-{name}', name)}: {html.escape(sentence)}{_more(f'sample/{name}')}</p>")
    return f"<h1>Sample: {html.escape(kind.sample_title)}</h1><p>{kind.sample_about}</p>{''.join(rows)}"


def all_topics() -> list[str]:
    """Return the topics of everything that is declared: instruments, experiments, samples."""
    found = []
    for bench in BENCHES.values():
        for name, instrument in bench.instruments.items():
            found += [f"{each.kind}/{name}/{key}" for key, each in instrument.declarations.items()]
        found += [f"sample/{name}" for name in _words_of(bench)]
    for kind in EXPERIMENTS.values():
        found += [f"experiment/{kind.key}/{name}" for name in kind.parameters()]
    return list(dict.fromkeys(found))
