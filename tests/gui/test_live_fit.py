"""What the live fit makes of curves without a window: one that breaks does not take the others along."""

import numpy as np
import pytest

from gui.plotting import live_fit
from gui.plotting.live_fit import fit_all
from vlab.analysis.fitted import Curve, Fitted, Number
from vlab.analysis.misfit import MISFIT

X = np.linspace(0.01, 1.0, 20)


@pytest.mark.parametrize(("x_unit", "y_unit"), [("1", "1"), ("1", "V"), ("", ""), ("ueV", "V")])
def test_a_parabola_has_words_on_axes_without_a_unit(x_unit, y_unit):
    found, = fit_all("parabola", [("", 0, Curve(X, 0.1 + 0.2 * X - 0.1 * X * X, None, x_unit, y_unit))])
    assert any(line.startswith("c = -0.1") or line.startswith("c = -100 m") for line in found.found.lines())


@pytest.mark.parametrize("error", [SyntaxError("no such unit"), TypeError("of the wrong kind")])
def test_whatever_breaks_becomes_a_sentence_of_its_own_curve(monkeypatch, error):
    def fit(key, curve):
        if curve.y[0] < 0.0:
            raise error
        return Fitted("Line", (Number("a", 1.0),), curve.x, curve.y, curve.x.size)

    monkeypatch.setattr(live_fit, "fit_curve", fit)
    broken, fine = fit_all("line", [("left", 0, Curve(X, -X)), ("right", 1, Curve(X, X))])
    assert broken.found is None
    assert str(error) in broken.sentence
    assert fine.found is not None


def test_words_that_cannot_be_found_become_a_sentence():
    found, = fit_all("line", [("", 0, Curve(X, X, None, "ueV", "^2"))])
    assert found.found is None
    assert "did not come to an end" in found.sentence


def test_the_box_says_which_curves_do_not_follow_the_model():
    fit = live_fit.LiveFit.__new__(live_fit.LiveFit)  # its words alone
    x, noise = np.linspace(0.0, 40.0, 60), 0.01 * np.random.default_rng(1).normal(size=60)
    good = Curve(x, 1.0 - np.exp(-x / 3.0) + noise, None, "s")
    late = Curve(x, np.where(x > 7.0, 1.0 - np.exp(-(x - 7.0) / 3.0), 0.0) + noise, None, "s")
    fit.model, fit.results = "approach", fit_all("approach", [("good", 0, good), ("late", 1, late)])
    said = {line.split(":")[0]: line for line in fit.words().splitlines()}
    assert MISFIT in said["late"]
    assert MISFIT not in said["good"]
    fit.results = fit.results[1:]
    assert MISFIT in fit.words().splitlines()
