"""The tuned preset gives the time scale and the critical step of figures S1c and S1d."""

import numpy as np
import pytest
import xarray
from scipy.optimize import curve_fit, least_squares

from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis.dragging import half_maximum_extent
from vlab.analysis.dragging_growth import fit_build_up, fit_critical_step
from vlab.experiments import DraggingWidthVsDwell
from vlab.physics import lowpass
from vlab.physics.dnsp_rate import evolve
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen
from vlab.units import unit_factor

UEV = unit_factor("ueV") / HBAR
DWELLS = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])
STEPS = (0.2, 0.4, 1.6, 2.0)
PHASES = 16


def width(model, step: float, dwell: float, sign: int) -> float:
    """The dragging width at Omega = Gamma and 4.5 T, averaged over 16 phases of the scan."""
    ticks = 10 * round(dwell / 0.1)
    rates = vars(model)
    found = []
    for phase in range(PHASES):
        start = 20.0 - step * phase / PHASES
        grid = sign * (start - step * np.arange(int((start + 30.0) / step + 1e-9) + 1))
        p, state, trace = 0.0, None, []
        for x in grid * UEV:
            polarization, w = evolve(p, np.full(ticks + 1, x), dwell / ticks, tolerance=1e-9, **rates)
            p = polarization[-1]
            state = np.array([w[0] + 0j]) if state is None else state
            state = lowpass.advance(state, np.zeros(0), np.ones((1, 1), complex), w[np.newaxis], 0,
                                    round(dwell / ticks * 1e12), dwell)
            trace.append(state[0].real)
        on, off, _ = half_maximum_extent(grid, trace)
        found.append(abs(on - off))
    return float(np.mean(found))


def dataset(widths, steps, dwells):
    return xarray.Dataset({"width": (("step", "dwell"), widths)}, {"step": steps, "dwell": dwells})


def common_tau(model, sign: int) -> float:
    widths = np.array([[width(model, step, dwell, sign) for dwell in DWELLS] for step in STEPS])

    def residuals(q):
        low, high = q[1:5, None], q[5:9, None]
        return (low + (high - low) * (1.0 - np.exp(-DWELLS / q[0])) - widths).ravel()

    tau = float(least_squares(residuals, np.r_[1.0, widths[:, 0], widths[:, -1]]).x[0])
    assert fit_build_up(dataset(widths, list(STEPS), DWELLS)).tau.m_as("s") == pytest.approx(tau, rel=1e-4)
    return tau


def critical_step(model, sign: int) -> float:
    steps = np.arange(1, 11) * 0.2
    widths = np.array([width(model, step, 10.0, sign) for step in steps])
    start = [widths[-1], widths[0] - widths[-1], 0.7]
    found = float(curve_fit(lambda d, a, b, c: a + b * np.exp(-d / c), steps, widths, p0=start, maxfev=20000)[0][2])
    fit = fit_critical_step(dataset(widths[:, np.newaxis], steps, [10.0]))
    assert fit.critical_step.m_as("ueV") == pytest.approx(found, rel=1e-4)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "directions"), [("noncollinear", (1, -1)), ("latta2009", (1,))])
def test_build_up_time_and_critical_step(name, directions):
    """tau = 0.7 to 1.3 s, Delta_c = 0.55 to 0.95 ueV; latta2009 drags in one direction only."""
    dot = QuantumDot.sample_a(model=name, preset="tuned")
    model = DotSpecimen(dot).rates(2 * dot.si("saturation_power"), 0.5, 4.5)
    assert 0.7 < np.mean([common_tau(model, sign) for sign in directions]) < 1.3
    assert 0.55 < np.mean([critical_step(model, sign) for sign in directions]) < 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", ["noncollinear", "latta2009"])
def test_the_bench_measures_these_widths(name):
    """All instruments against dot and filter alone; what is left: the 2 us of a step, the carrier's second harmonic."""
    dot = QuantumDot.sample_a(model=name, preset="tuned")
    model = DotSpecimen(dot).rates(2 * dot.si("saturation_power"), 0.5, 4.5)
    steps, dwells = (0.4, 1.6), (0.2, 1.0, 2.0)
    scan = DraggingWidthVsDwell(step_sizes=Q_(steps, "ueV"), dwells=Q_(dwells, "s"))
    found = run(scan, dragging_bench(dot, noise=False), save=False)["width"].mean(["repeat", "phase"])
    for direction, sign in (("forward", 1), ("backward", -1)):
        expected = [[width(model, step, dwell, sign) for dwell in dwells] for step in steps]
        np.testing.assert_allclose(found.sel(direction=direction), expected, atol=2e-3)
