"""What leaves the plot, and the map of a run over two coordinates."""

import csv

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from shared_laboratory import plot_of, shared_laboratory

from gui.plotting import export
from gui.plotting.grid_of_run import Grid, grid_of, map_axis, slices_of
from gui.scans import Scan
from gui.theme import apply_theme
from vlab import Q_
from vlab.experiments import DraggingWidthVsDwell, DwellTimeScan
from vlab.experiments.runner import Measured

SHORT = DwellTimeScan(start=Q_(6, "ueV"), stop=Q_(-8, "ueV"), dwell=Q_(1, "s"))
GRID = DraggingWidthVsDwell(step_sizes=Q_([0.2, 0.4, 2.0], "ueV"), dwells=Q_([0.1, 0.2, 0.5, 5.0], "s"), phases=2)


@pytest.fixture(scope="module")
def laboratory_of_all(qapp):
    with shared_laboratory(qapp) as desk:
        yield desk


@pytest.fixture
def lab(qtbot, laboratory_of_all):
    with plot_of(laboratory_of_all, qtbot) as plot:
        yield plot


def whole(procedure, function, number=1, marks=()):
    """Return a run whose values are a function of their place on the grid."""
    scan = Scan(number, procedure, procedure.coordinates())
    scan.status = "completed"
    shape = tuple(len(c.values) for c in procedure.coordinates())
    for n, index in enumerate(np.ndindex(shape)):
        values = tuple(float(function(index)) for _ in procedure.variables())
        scan.add(Measured(index, values, n + 1, 1, 0.0, 0.0, ("lockin.unlocked",) if index in marks else ()))
    return scan


def put(model, scan):
    model.scans.append(scan)
    model.scan_changed.emit(scan)


def save(panel, monkeypatch, key, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    do(panel, key)
    return path


def do(panel, key):
    next(c for c in panel.commands() if c.key == key).do()
    while panel.saving.busy:  # pictures are drawn in the next turns
        QApplication.processEvents()


def test_the_numbers_as_columns(lab, tmp_path, monkeypatch):
    panel, model = lab
    put(model, whole(SHORT, lambda i: i[0], number=1))
    put(model, whole(SHORT.replace(step=Q_(0.8, "ueV")), lambda i: -i[0], number=2, marks={(2,)}))
    path = save(panel, monkeypatch, "plot.csv", tmp_path / "numbers.csv")
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    said = [line for line in lines if line.startswith("# ")]
    assert lines[:len(said)] == said
    assert said[1].startswith("# detuning: ")
    assert said[1].endswith(" (µeV)")
    assert any(line.startswith("# dt_normalized: ") and line.endswith(", no unit") for line in said)
    assert "# run 2 experiment: dwell_time_scan" in said
    assert any(line.startswith("# run 2 parameters: ") and "step = 0.8 µeV" in line for line in said)
    assert f"skip_header={len(said)}, names=True" in said[0]
    head = next(csv.reader(lines[len(said):]))
    assert head == ["detuning (ueV)", "dt_normalized run 1", "spoiled run 1", "dt_normalized run 2", "spoiled run 2"]
    data = np.genfromtxt(path, delimiter=",", skip_header=len(said), names=True, encoding="utf-8")
    np.testing.assert_array_equal(data["detuning_ueV"], sorted(SHORT.detunings()))
    np.testing.assert_array_equal(data["dt_normalized_run_1"], np.arange(36.0)[::-1])
    coarse = ~np.isnan(data["dt_normalized_run_2"])
    assert coarse.sum() == 18
    assert data["spoiled_run_2"][coarse].sum() == 1
    assert data["detuning_ueV"][data["spoiled_run_2"] == 1] == pytest.approx(6.0 - 2 * 0.8)
    assert "Saved" in model.log[-1].text


def test_nothing_to_export_is_told(lab, tmp_path, monkeypatch):
    panel, model = lab
    for key, words in (("plot.csv", "no points to export"), ("plot.netcdf", "has no file yet")):
        path = save(panel, monkeypatch, key, tmp_path / "nothing")
        assert words in model.log[-1].text
        assert not path.exists()
    put(model, whole(SHORT, lambda i: i[0]))
    save(panel, monkeypatch, "plot.csv", tmp_path / "no folder" / "numbers.csv")
    assert "cannot be written" in model.log[-1].text
    save(panel, monkeypatch, "plot.png", tmp_path / "no folder" / "picture.png")
    assert "cannot be written" in model.log[-1].text


def test_the_file_of_a_run_is_copied(lab, tmp_path, monkeypatch):
    panel, model = lab
    scan = whole(SHORT, lambda i: i[0])
    scan.file = tmp_path / "run.nc"
    scan.file.write_bytes(b"netCDF")
    put(model, scan)
    assert save(panel, monkeypatch, "plot.netcdf", tmp_path / "copy.nc").read_bytes() == b"netCDF"
    save(panel, monkeypatch, "plot.netcdf", scan.file)
    assert "own file" in model.log[-1].text


@pytest.mark.parametrize("white", [False, True])
def test_pictures_have_the_ground_that_is_wanted(qapp, lab, tmp_path, monkeypatch, white):
    panel, model = lab
    put(model, whole(SHORT, lambda i: i[0] % 7))
    apply_theme(qapp, "dark")
    seen = panel.plot.viewRange()
    panel.saving.white = white
    picture = QImage(str(save(panel, monkeypatch, "plot.png", tmp_path / "picture.png")))
    size = panel.plot.viewport().size()
    assert picture.width() == 2 * size.width()
    ground = panel._look.colour("base").name()
    assert picture.pixelColor(picture.width() - 3, picture.height() - 3).name() == ("#ffffff" if white else ground)
    inked = sum(picture.pixelColor(x, picture.height() // 2).name() != picture.pixelColor(3, 3).name()
                for x in range(picture.width()))
    assert inked > 20
    drawing = save(panel, monkeypatch, "plot.svg", tmp_path / "drawing.svg").read_text(encoding="utf-8")
    assert "bare detuning" in drawing
    assert ('fill="#ffffff"' in drawing) == white
    do(panel, "plot.copy")
    assert QGuiApplication.clipboard().image().width() == picture.width()
    save(panel, monkeypatch, "plot.png", tmp_path / "no folder" / "picture.png")
    # afterwards the window is as it was
    assert panel.plot.backgroundBrush().color().name() == ground
    assert panel._curves[1, 0].opts["pen"].color() == panel._look.trace("dt")
    np.testing.assert_allclose(panel.plot.viewRange(), seen)
    apply_theme(qapp, "light")


def test_drawings_can_be_read(lab, tmp_path, monkeypatch):
    from PySide6.QtSvg import QSvgRenderer

    panel, model = lab
    put(model, whole(SHORT, lambda i: i[0]))
    for key in ("cursors", "region"):
        panel.toolbar.buttons[key].click()
    reader = QSvgRenderer(str(save(panel, monkeypatch, "plot.svg", tmp_path / "drawing")) + ".svg")
    assert reader.isValid()
    assert reader.defaultSize().width() > 300


def test_names_say_what_is_inside():
    scan = whole(SHORT, lambda i: 0.0, number=3)
    assert export.file_name(scan, "png") == "dwell_time_scan_run_3_dwell_1_s.png"
    assert export.file_name(None, "csv") == "plot.csv"


# -- maps --------------------------------------------------------------------------------------------------------------


def test_cells_of_an_uneven_grid_are_true_to_their_places():
    grid = Grid(np.array([0.0, 1.0, 3.0]), np.array([1.0, 2.0]), np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]]))
    np.testing.assert_allclose(grid.edges(0), [-0.5, 0.5, 2.0, 4.0])
    np.testing.assert_allclose(grid.edges(1), [0.5, 1.5, 2.5])
    picture = grid.picture()
    rows, columns = picture.shape
    assert rows == 2
    places = -0.5 + 4.5 * (np.arange(columns) + 0.5) / columns
    for place, value in zip(places, picture[0], strict=True):
        assert value == (1.0 if place < 0.5 else 2.0 if place < 2.0 else 3.0)
    assert grid.nearest(1.9, 1.6) == (1, 1)
    assert grid.nearest(-9.0, 9.0) == (0, 1)


def test_a_run_on_its_grid():
    scan = whole(GRID, lambda i: 100 * i[2] + 10 * i[3] + i[4])  # direction, step, dwell; the same for both phases
    assert map_axis(scan).name == "step"
    assert slices_of(scan) == ["forward", "backward"]
    grid = grid_of(scan, "width", "backward", True, False)
    np.testing.assert_allclose(grid.x, np.log10([0.1, 0.2, 0.5, 5.0]))
    np.testing.assert_allclose(grid.y, [0.2, 0.4, 2.0])
    np.testing.assert_allclose(grid.values, 100 + 10 * np.arange(3)[:, None] + np.arange(4))
    assert map_axis(whole(SHORT, lambda i: 0.0)) is None


def test_what_tells_of_this_moment_is_in_no_picture(lab, tmp_path, monkeypatch):
    panel, model = lab
    put(model, whole(SHORT, lambda i: i[0] % 7))
    mark = panel.plot.for_the_screen[0]
    mark.go_to(0.0)
    assert mark.isVisible()
    inside = panel.plot.grab().toImage()
    colour = mark.brush().color().rgb()
    drawn = QImage(str(save(panel, monkeypatch, "plot.png", tmp_path / "picture.png")))

    def inked(image):
        return sum(image.pixelColor(x, y).rgb() == colour for x in range(image.width()) for y in range(image.height()))

    assert inked(inside) > 10
    assert inked(drawn) == 0
    assert mark.isVisible()


def test_the_map_and_its_sections(qtbot, lab):
    panel, model = lab
    button = panel.toolbar.buttons["map"]
    assert button.isHidden()
    model.choose(DraggingWidthVsDwell)
    put(model, whole(GRID, lambda i: 100 * i[2] + 10 * i[3] + i[4]))
    assert not button.isHidden()
    button.click()
    while panel.stack.seen_plot() is panel.plot:  # its parts are made in turns
        QApplication.processEvents()
    view = panel.map
    assert view.isVisible()
    assert [view.which.itemText(i) for i in range(2)] == ["forward", "backward"]
    view.lines[0].setValue(np.log10(0.45))
    view.lines[1].setValue(np.log10(0.35))  # these steps grow by ratios
    x, y = view.sections[0].getOriginalDataset()
    np.testing.assert_allclose(x, [0.1, 0.2, 0.5, 5.0])
    np.testing.assert_allclose(y, [10, 11, 12, 13])
    x, y = view.sections[1].getOriginalDataset()
    np.testing.assert_allclose(x, [0.2, 0.4, 2.0])
    np.testing.assert_allclose(y, [2, 12, 22])
    assert "dwell = 0.5 s   step = 0.4 µeV   12 µeV" in view.readout.text()
    view.which.setCurrentIndex(1)
    np.testing.assert_allclose(view.sections[0].getOriginalDataset()[1], [110, 111, 112, 113])
    assert "112 µeV" in view.readout.text()
    panel.quantity.setCurrentIndex(2)
    panel.grab()
    model.choose(DwellTimeScan)
    assert panel.stack.currentWidget() is panel.plot
    assert button.isHidden()
