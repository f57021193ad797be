"""The data sheets in the documentation: they are those of the declarations, and tell each of them."""

import re
from pathlib import Path

import pytest

from instruments.benches import BENCHES
from instruments.datasheet_pages import INDEX, instrument_page, page_name, pages, write
from instruments.declaration import Setting, fault, flag, reading, spoiling_flag
from instruments.instrument import Instrument
from instruments.wiring import Port

DOCS = Path(__file__).parents[2] / "docs" / "datasheets"
KINDS = sorted({kind for bench in BENCHES.values() for kind in bench.instruments.values()},
               key=lambda kind: kind.__name__)


@pytest.fixture(scope="module")
def written():
    return pages()


def test_the_committed_pages_are_those_of_the_declarations(written):
    committed = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert committed == written, "run make datasheets"


def test_each_kind_of_instrument_has_one_page(written):
    assert set(written) == {INDEX, *(page_name(kind) for kind in KINDS)}
    assert len({page_name(kind) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_declaration_and_socket_is_on_the_page_with_its_help(kind, written):
    rows = {found[1]: line for line in written[page_name(kind)].splitlines()
            if (found := re.match(r"\| `(\w+)(?:\(\))?` \|", line))}
    for name, declaration in kind.declarations.items():
        assert rows[name].endswith(f" {declaration.help} |"), name
    for port in kind.ports:
        assert port.help in rows[port.name] or port.name in kind.declarations
    for line in written[page_name(kind)].splitlines():
        assert line.count("|") - line.count("\\|") in (0, 3, 4, 5, 7), line


def test_the_index_shows_every_cable_and_links_every_page(written):
    index = written[INDEX]
    for bench in BENCHES.values():
        for link in bench.make(noise=False).wiring.links:
            assert f"| `{link.source}` | `{link.target}` | {link.carries} |" in index
    assert set(re.findall(r"\((\w+\.md)\)", index)) == set(written) - {INDEX}


class Toy(Instrument):
    """A toy: with ``knobs``.

    Parameters
    ----------
    name : str
    """

    title = "Toy"
    ports = (Port("output", "out", "voltage", "what comes out"),)
    span = Setting("mV", 20.0, limits=(1.0, 50.0), help="Set the span.")
    level = Setting("mV", 5.0, limits=lambda toy: (0.0, toy.read("span") * 1e3), rate="speed", help="Set it.")
    speed = Setting("mV/s", 1.0, limits=(0.1, 10.0), help="Set how fast it moves.")
    mode = Setting(None, "a|b", choices=("a|b", "c"), help="Choose it.")

    @reading("degK")
    def warmth(self):
        """Read the warmth."""
        return 300.0

    @flag
    def busy(self):
        """Tell whether it is busy."""
        return False

    @spoiling_flag
    def broken(self):
        """Tell whether it is broken."""
        return False

    @fault
    def smoke(self, present):
        """Let the smoke out."""


def test_a_page_reads_like_a_data_sheet():
    page = instrument_page(Toy, ["toy", "plaything"])
    assert "# Toy\n\nOn the benches: `toy` or `plaything`.\n\nA toy: with `knobs`.\n\n## Sockets" in page
    assert "| `output` | out | voltage | what comes out |" in page
    assert "| `level` | mV | 0 to 20 \\* | 5 | `speed` | Set it. |" in page
    assert "The range depends on other settings" in page
    assert "| `mode` | word | a\\|b, c | a\\|b |  | Choose it. |" in page
    assert "| `busy` |  | Tell whether it is busy. |" in page
    assert "| `broken` | yes | Tell whether it is broken. |" in page
    assert "| `smoke` | Let the smoke out. |" in page
    assert "Parameters" not in page
    assert "## Actions" not in page


def test_pages_of_instruments_that_are_gone_are_deleted_and_others_stay(tmp_path, monkeypatch):
    from instruments import datasheet_pages

    monkeypatch.setattr(datasheet_pages, "pages", lambda: {"toy.md": instrument_page(Toy, ["toy"])})
    gone, mine = tmp_path / "old.md", tmp_path / "notes.md"
    gone.write_text(instrument_page(Toy, ["old"]))
    mine.write_text("# Mine\n")
    assert {path.name for path in write(tmp_path)} == {"old.md", "toy.md"}
    assert {path.name for path in tmp_path.iterdir()} == {"notes.md", "toy.md"}
    assert write(tmp_path) == []
