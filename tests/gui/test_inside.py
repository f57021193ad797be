"""See inside: fixed points, the distribution, spins on a sphere, the precession axis; all closed in exam mode."""

import time

import numpy as np
import pytest
import shiboken6
from laboratory import desk_of_a_laboratory, laboratory
from PySide6.QtCore import QPoint, Qt

from gui.catalogue import PANELS
from gui.inside.axis_panel import AxisPanel
from gui.inside.background import Background
from gui.inside.distribution_panel import DistributionPanel
from gui.inside.exam import ExamMode
from gui.inside.secret import SecretPanel
from gui.inside.sphere import Sphere
from gui.inside.spin_film import BETWEEN, REVERSED, make_film
from gui.inside.spins_panel import SpinsPanel
from gui.inside.steady_panel import SteadyPanel
from gui.panels.inside_panel import InsidePanel
from gui.panels.rate_panel import RatePanel
from gui.theme import apply_theme
from instruments.benches import BENCHES
from vlab import Q_
from vlab.experiments import DwellTimeScan, PolarizationRecovery
from vlab.physics.pulse import PulseAction
from vlab.samples import Pump, SpinEnsemble

UEV = 1.602176634e-25


class _Shown:
    """A panel on a desk, shown, and deleted at the end."""

    def __init__(self, qtbot, desk, kind):
        self.panel = kind(desk)
        self.panel.resize(640, 400)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def __enter__(self):
        return self.panel

    def __exit__(self, *_):
        self.panel.close()
        shiboken6.delete(self.panel)


@pytest.fixture
def dot_desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        desk.model.set_pace(1.0)
        yield desk


@pytest.fixture
def spin_desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path, experiment=PolarizationRecovery) as desk:
        desk.model.set_pace(1.0)
        yield desk


def detune(desk, detuning):
    """Move the laser by a detuning in ueV from where it is."""
    desk.model.lab.post(lambda bench: bench.laser.write(
        "photon_energy", bench.laser.read("photon_energy") - detuning * UEV))


def test_every_secret_panel_shows_nothing_in_exam_mode(qtbot, dot_desk):
    secret = [kind for kind in PANELS if kind.secret]
    assert {"inside", "rate", "bifurcation", "distribution", "spins", "precession", "theory"} <= {k.key for k in secret}
    for kind in secret:
        with _Shown(qtbot, dot_desk, kind.make) as panel:
            assert isinstance(panel, SecretPanel)
            dot_desk.set_exam(True)
            assert panel.closed.isVisible()
            assert not panel.page.isVisible()
            assert not panel.seen()
            dot_desk.set_exam(False)
            assert panel.page.isVisible()


def test_a_panel_that_is_made_in_exam_mode_is_closed(qtbot, dot_desk):
    dot_desk.set_exam(True)
    with _Shown(qtbot, dot_desk, RatePanel) as panel:
        assert panel.closed.isVisible()
        qtbot.wait(300)
        assert not panel.curves


def test_exam_mode_is_a_command_that_is_kept(qtbot, dot_desk):
    said = []
    dot_desk.model.noticed.connect(lambda notice: said.append(notice.text))
    with _Shown(qtbot, dot_desk, InsidePanel) as panel:
        command, = panel.commands()
        assert (command.menu, command.checked()) == ("View", False)
        command.do()
        assert command.checked()
        assert dot_desk.exam
        assert "Exam mode is on" in said[-1]
        before = panel.value.text()
        detune(dot_desk, 1.0)
        qtbot.wait(400)
        assert panel.value.text() == before
        dot_desk.set_exam(False)
        ExamMode(dot_desk)  # at the next start
        assert dot_desk.exam
        command.do()
        ExamMode(dot_desk)
        assert not dot_desk.exam
        assert "off" in said[-1]


def test_the_fixed_points_are_drawn_and_the_state_moves_on_them(qtbot, dot_desk):
    with _Shown(qtbot, dot_desk, SteadyPanel) as panel:
        view = BENCHES["dragging"].steady
        qtbot.waitUntil(lambda: panel.value.text() != "", timeout=5000)
        expected = view.states(dot_desk.model.snapshot.hidden)
        np.testing.assert_array_equal(panel.stable.getOriginalDataset()[0], expected.stable[0])
        np.testing.assert_array_equal(panel.unstable.getOriginalDataset()[1], expected.unstable[1])
        detune(dot_desk, 3.5)
        qtbot.waitUntil(lambda: "3 fixed points" in panel.value.text(), timeout=8000)
        assert panel.laser.value() == pytest.approx(3.5, abs=0.5)  # the line wanders
        assert len(panel.marks.item.points()) == 3
        shown = view.here(dot_desk.model.snapshot.hidden)
        place = panel.here.item.points()[0].pos()
        assert (place.x(), place.y()) == pytest.approx(shown, abs=0.3)
        qtbot.waitUntil(lambda: (panel.trail.item.getOriginalDataset()[0] is not None
                                 and np.nanmax(panel.trail.item.getOriginalDataset()[0]) > 2.0), timeout=8000)
        detune(dot_desk, 60.0)
        qtbot.waitUntil(lambda: panel.here.item.points()[0].symbol() == "t2", timeout=8000)
        assert not panel.laser.isVisible()


def test_the_curve_of_fixed_points_is_made_anew_only_with_power_or_field(qtbot, dot_desk):
    with _Shown(qtbot, dot_desk, SteadyPanel) as panel:
        qtbot.waitUntil(lambda: panel._states is not None, timeout=5000)
        first = panel._states
        detune(dot_desk, 1.0)
        qtbot.waitUntil(lambda: "x = +1" in panel.value.text() or "x = +0.9" in panel.value.text(), timeout=8000)
        assert panel._states is first
        dot_desk.model.write("laser", "power", 40e-9)
        qtbot.waitUntil(lambda: panel._states is not first, timeout=8000)


def test_a_run_begins_another_trail(qtbot, dot_desk):
    with _Shown(qtbot, dot_desk, SteadyPanel) as panel:
        def trail():
            x, y = panel.trail.item.getOriginalDataset()
            return np.empty(0) if x is None else x[np.isfinite(y)]

        detune(dot_desk, 3.0)
        qtbot.waitUntil(lambda: trail().size > 0 and trail().max() > 2.0, timeout=8000)
        dot_desk.model.set_pace(20.0)
        dot_desk.model.start(DwellTimeScan(start=Q_(-4, "ueV"), stop=Q_(-6, "ueV"), step=Q_(1, "ueV"),
                                           dwell=Q_(5, "s")), save=False)
        # a moment may lie between the last look and the beginning
        qtbot.waitUntil(lambda: (trail() < -3.0).sum() > 3 > (trail() > 2.0).sum(), timeout=8000)
        dot_desk.model.abort()
        qtbot.waitUntil(lambda: dot_desk.model.run is None, timeout=8000)


def test_drawing_the_fixed_points_takes_milliseconds(qtbot, dot_desk):
    with _Shown(qtbot, dot_desk, SteadyPanel) as panel:
        qtbot.waitUntil(lambda: panel._states is not None, timeout=5000)
        times = []
        for _ in range(20):
            panel._states = None
            began = time.perf_counter()
            panel.draw()
            times.append(time.perf_counter() - began)
        assert min(times) < 6e-3


def test_the_distribution_is_that_of_the_bench_and_follows_the_light(qtbot, dot_desk):
    with _Shown(qtbot, dot_desk, DistributionPanel) as panel:
        qtbot.waitUntil(lambda: panel.law is not None, timeout=8000)
        assert "follows its mean" in panel.about.text()
        assert panel.law.width < 0.5 * panel.law.thermal_width
        np.testing.assert_array_equal(panel.curve.getOriginalDataset()[1], panel.law.law)
        assert panel.value.text() == panel.law.words
        dot_desk.model.write("laser", "shutter", "closed")
        qtbot.waitUntil(lambda: panel.law.width == pytest.approx(panel.law.thermal_width, rel=1e-3), timeout=8000)


def test_pages_of_the_other_bench_say_that_there_is_nothing(qtbot, dot_desk, spin_desk):
    for desk, kinds in ((dot_desk, (SpinsPanel, AxisPanel)), (spin_desk, (SteadyPanel, DistributionPanel, RatePanel))):
        for kind in kinds:
            with _Shown(qtbot, desk, kind) as panel:
                said = panel.about if kind is DistributionPanel else panel.value
                assert said.text().startswith("This bench has no")
                assert panel.plot.isHidden()


def test_a_film_between_pulses_has_the_mean_of_the_delay_trace():
    ensemble = SpinEnsemble.n_type()
    film = make_film(ensemble.system(0.02, PulseAction.circular(0.5, 0.0), 13.2e-9), BETWEEN)
    at = [0, len(film.moments) // 2, len(film.moments) - 1]
    exact = ensemble.delay_trace(field=Q_(20, "mT"), pump=Pump(q=0.5), delays=Q_(film.moments[at], "s")).spin.real
    spread = film.spins[at, :, 2].std(axis=1) / np.sqrt(film.spins.shape[1])
    assert np.all(np.abs(film.mean[at, 2] - exact) < 5.0 * spread + 1e-3)
    assert np.linalg.norm(film.spins, axis=2).max() <= film.radius
    other = make_film(ensemble.system(0.02, PulseAction.circular(0.5, 0.0), 13.2e-9), BETWEEN, -1.0)
    np.testing.assert_allclose(other.mean[:, 2], -film.mean[:, 2], atol=1e-12)  # without detuning P drops out


def test_a_film_of_a_reversal_is_the_time_trace_of_the_ensemble():
    """The same dots, pulse by pulse from the settled state of the other helicity."""
    ensemble = SpinEnsemble.n_type()
    system = ensemble.system(0.1, PulseAction.circular(0.9, 0.0), 13.2e-9)
    film = make_film(system, REVERSED, 1.0)
    drawn = np.random.default_rng(1).standard_normal((200, 3)) * 2 * np.pi * 70e6 / np.sqrt(2.0)
    pulses = 500
    trace = ensemble.time_trace(field=Q_(0.1, "T"), pump=Pump(q=0.9), pulses=2 * pulses, nuclear_fields=drawn,
                                pulses_per_half_period=pulses)
    stride = round(film.moments[1] / film.period)
    after = trace.spin[pulses - 1::stride, 2][:40]
    # the helicity of the film is the other one
    np.testing.assert_allclose(-film.mean[:40, 2], after, atol=1e-3)
    assert film.mean[0, 2] * film.mean[-1, 2] < 0.0
    assert "pulse" in film.words(3)


def test_a_hand_turns_the_sphere(qapp, qtbot):
    sphere = Sphere(apply_theme(qapp, "light"))
    qtbot.addWidget(sphere)
    sphere.resize(200, 200)
    sphere.show_spins(np.array([[0.0, 0.0, 0.4], [0.0, 0.0, 0.2]]), 0.5, np.array([0.0, 0.0, 1.0]), "")
    np.testing.assert_allclose(sphere.mean, [0.0, 0.0, 0.3])
    before = sphere.azimuth, sphere.elevation
    points = np.eye(3)
    length = sum(part**2 for part in sphere.projected(points))
    np.testing.assert_allclose(length, 1.0)
    qtbot.mousePress(sphere, Qt.MouseButton.LeftButton, pos=QPoint(50, 100))
    qtbot.mouseMove(sphere, QPoint(80, 120))
    qtbot.mouseRelease(sphere, Qt.MouseButton.LeftButton, pos=QPoint(80, 120))
    assert sphere.azimuth == pytest.approx(before[0] + 0.3, abs=0.01)
    assert sphere.elevation == pytest.approx(before[1] + 0.2, abs=0.01)
    qtbot.keyClick(sphere, Qt.Key.Key_Left)
    assert sphere.azimuth == pytest.approx(before[0] + 0.3 - np.radians(10), abs=0.01)
    for _ in range(12):
        qtbot.keyClick(sphere, Qt.Key.Key_Down)
    assert sphere.elevation < np.pi / 2
    assert sphere.grab().toImage().pixelColor(100, 20).isValid()


@pytest.mark.slow
def test_the_film_plays_while_it_is_seen(qtbot, spin_desk):
    with _Shown(qtbot, spin_desk, SpinsPanel) as panel:
        qtbot.waitUntil(lambda: panel.film is not None, timeout=8000)
        assert panel.film.subject == BETWEEN
        assert len(panel.sphere.spins) == 200
        qtbot.mouseClick(panel.play, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: panel.slider.value() >= 3, timeout=5000)
        np.testing.assert_array_equal(panel.sphere.spins, panel.film.spins[panel.slider.value()])
        spin_desk.set_exam(True)
        qtbot.waitUntil(lambda: not panel._timer.isActive(), timeout=2000)
        spin_desk.set_exam(False)
        assert panel._timer.isActive()
        qtbot.mouseClick(panel.play, Qt.MouseButton.LeftButton)
        assert not panel._timer.isActive()
        panel.slider.setFocus()
        qtbot.keyClick(panel.slider, Qt.Key.Key_Home)
        assert "pump pulse" in panel.value.text()
        up = panel.sphere.mean[2]
        panel.helicity.setCurrentIndex(1)
        qtbot.waitUntil(lambda: panel.sphere.mean[2] == pytest.approx(-up), timeout=5000)
        panel.subject.setCurrentIndex(1)
        qtbot.waitUntil(lambda: panel.film.subject == REVERSED, timeout=5000)
        spin_desk.model.write("pump", "shutter", "closed")
        qtbot.waitUntil(lambda: not panel.sphere.spins.any(), timeout=5000)


def test_the_nuclear_field_tilts_the_axis(qtbot, spin_desk):
    with _Shown(qtbot, spin_desk, AxisPanel) as panel:
        qtbot.waitUntil(lambda: panel._ensemble is not None, timeout=8000)
        assert panel.knobs["field"].value() == pytest.approx(0.1, rel=1e-3)
        assert panel.knobs["nuclear"].value() == pytest.approx(8.2e-3, rel=1e-2)
        field = panel.knobs["field"].field
        field.setFocus()
        field.lineEdit().selectAll()
        qtbot.keyClicks(field.lineEdit(), "0 T")
        qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)
        assert panel.picture.surviving == pytest.approx(0.25)  # cos^2 of 60 degrees
        assert "cos²θ = 0.250" in panel.value.text()
        assert "0.333" in panel.value.text()
        slider = panel.knobs["angle"].slider
        slider.setFocus()
        qtbot.keyClick(slider, Qt.Key.Key_Home)
        assert panel.picture.surviving == pytest.approx(1.0)
        assert panel.knobs["angle"].field.value() == 0.0
        assert "your values" in panel.value.text()
        qtbot.mouseClick(panel.from_bench, Qt.MouseButton.LeftButton)
        assert panel.knobs["field"].value() == pytest.approx(0.1, rel=1e-3)
        assert "your values" not in panel.value.text()


@pytest.mark.slow
def test_the_precession_axis_follows_the_bench_until_a_hand_turns_a_knob(qtbot, spin_desk):
    model = spin_desk.model
    with _Shown(qtbot, spin_desk, AxisPanel) as panel:
        qtbot.waitUntil(lambda: panel._ensemble is not None, timeout=8000)
        model.mount({"type": "p"}, 0, True)
        qtbot.waitUntil(lambda: panel.knobs["nuclear"].value() < 4e-3, timeout=20_000)
        model.lab.post(lambda bench: bench.magnet.jump("field", 0.3))
        qtbot.waitUntil(lambda: panel.knobs["field"].value() == pytest.approx(0.3), timeout=8000)
        x, _ = panel.curve.getOriginalDataset()
        assert x[-1] > 300.0
        assert [float(point["x"]) for point in panel.marks.data] == pytest.approx([300.0, 300.0])
        slider = panel.knobs["nuclear"].slider
        slider.setFocus()
        qtbot.keyClick(slider, Qt.Key.Key_End)
        model.lab.post(lambda bench: bench.magnet.jump("field", 0.2))
        qtbot.waitUntil(lambda: abs(model.snapshot.values["magnet"]["field"]) == pytest.approx(0.2), timeout=8000)
        qtbot.wait(300)  # two readings
        assert (panel.knobs["field"].value(), panel.knobs["nuclear"].value()) == pytest.approx((0.3, 0.1))


def test_of_many_wishes_only_the_last_is_carried_out(qtbot, qapp):
    background, found, made = Background(qapp), [], []
    background.done.connect(found.append)

    def work(number):
        made.append(number)
        time.sleep(0.05)
        return number

    for number in range(20):
        background.ask(lambda number=number: work(number))
    qtbot.waitUntil(lambda: 19 in found, timeout=5000)
    assert made == [0, 19]
    assert not background.busy
    shiboken6.delete(background)


@pytest.mark.slow
def test_the_whole_window_goes_into_exam_mode_and_comes_back(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path, hurry=False) as window:
        window.commands.run("view.exam")
        for key in ("inside", "rate", "bifurcation", "theory"):
            assert not window.panel(key).seen()
            assert window.docks[key].isHidden()
        assert window.commands["view.exam"].checked()
        window.commands.run("view.exam")
        window.show_panel("inside")
        qtbot.waitUntil(window.inside.seen, timeout=5000)
