"""The rate model of nuclear polarization, eqs. 13 and 15, against an independent integrator."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from vlab.physics.bistability import RateModel, fixed_points
from vlab.physics.dnsp_rate import evolve, pumping
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
UEV = 1.602176634e-25 / HBAR
"""rad/s"""


def sample_a(model: str) -> dict[str, float]:
    """Return sample A's rates at Omega = Gamma and 4.5 T, as `evolve` takes them."""
    specimen = DotSpecimen(QuantumDot.sample_a(model))
    return vars(specimen.rates(2.0 * specimen.dot.si("saturation_power"), 0.5, 4.5)).copy()


LATTA, NONCOLLINEAR = sample_a("latta2009"), sample_a("noncollinear")
both_models = pytest.mark.parametrize("rates", [LATTA, NONCOLLINEAR], ids=["latta2009", "noncollinear"])


def eq13(p: float, x: float, *, k: float, gamma_p: float, a: float, b: float, c: float, gamma_dec: float) -> float:
    """dP/dt as it stands in the theory notes."""
    delta = x - k * p
    w = gamma_p**2 / (4.0 * delta**2 + gamma_p**2)
    return a * w - b * w**2 + c * 4.0 * delta / gamma_p * w**2 - gamma_dec * p


def integrated(p: float, x: NDArray[np.float64], tick: float, rates: dict[str, float]) -> NDArray[np.float64]:
    """P at the tick boundaries by DOP853; ``x`` is one straight ramp."""
    end = tick * (x.size - 1)
    speed = (x[-1] - x[0]) / end
    longest = min(0.2, 0.3 * rates["gamma_p"] / abs(speed)) if speed else 0.2
    solution = solve_ivp(lambda t, y: eq13(y, x[0] + speed * t, **rates), (0.0, end), [p], "DOP853", rtol=1e-12,
                         atol=1e-14, max_step=longest, t_eval=np.minimum(np.arange(x.size) * tick, end))
    assert solution.success
    return solution.y[0]


@both_models
@pytest.mark.parametrize(("p", "start", "stop", "ticks", "tick"), [
    (0.0, -3.0, -3.0, 600, 0.01),
    (0.2, 1.0, 1.0, 500, 0.01),
    (-0.3, 0.2, 0.2, 120, 1.0),
    (0.0, 20.0, -30.0, 1250, 0.1),
    (0.0, -20.0, 30.0, 1250, 0.1),
    (0.0, 20.0, -30.0, 500, 0.01),
    (0.0, -20.0, 30.0, 20, 1.0),
    (0.1, 2.0, -2.0, 500, 0.001),
], ids=["rest", "rest-polarized", "rest-1s", "drag-to-blue", "drag-to-red", "10-per-s", "tick-1s", "tick-1ms"])
def test_eq13_agrees_with_dop853(rates: dict[str, float], p: float, start: float, stop: float, ticks: int,
                                 tick: float) -> None:
    x = np.linspace(start, stop, ticks + 1) * UEV
    polarization, absorption = evolve(p, x, tick, **rates)
    np.testing.assert_allclose(polarization, integrated(p, x, tick, rates), rtol=0.0, atol=1e-11)
    delta = x - rates["k"] * polarization
    np.testing.assert_allclose(absorption, 1.0 / (1.0 + (2.0 * delta / rates["gamma_p"]) ** 2), rtol=1e-12)


@both_models
def test_eq13_in_a_staircase_scan(rates: dict[str, float]) -> None:
    """A dwell-time scan: the bare detuning jumps between calls, P does not."""
    ours = theirs = 0.0
    for detuning in np.arange(3.0, -5.0, -0.8) * UEV:
        x = np.full(41, detuning)
        ours = evolve(ours, x, 0.01, **rates)[0][-1]
        theirs = integrated(theirs, x, 0.01, rates)[-1]
        assert ours == pytest.approx(theirs, abs=1e-12)
    assert abs(ours) > 1e-3


@both_models
@pytest.mark.parametrize("faster", [1.0, 300.0], ids=["slow-nuclei", "fast-nuclei"])
def test_eq13_when_a_tick_needs_many_steps(rates: dict[str, float], faster: float) -> None:
    """The line crosses the laser within one tick of 1 s; a single step of the series would be far off."""
    fast = rates | {name: faster * rates[name] for name in ("a", "b", "c", "gamma_dec")}
    x = np.array([20.0, -30.0]) * UEV
    expected = integrated(0.0, x, 1.0, fast)[-1]
    assert evolve(0.0, x, 1.0, **fast)[0][-1] == pytest.approx(expected, abs=1e-11)
    one_step = evolve(0.0, x, 1.0, **fast, tolerance=1e30)[0][-1]
    assert abs(one_step - expected) > 0.1 * abs(expected)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-8, 1e-10])
def test_eq13_tolerance_bounds_what_a_tick_adds(tolerance: float) -> None:
    fast = NONCOLLINEAR | {name: 300.0 * NONCOLLINEAR[name] for name in ("a", "b", "c", "gamma_dec")}
    x = np.array([3.0, -5.0]) * UEV
    expected = integrated(0.0, x, 1.0, fast)[-1]
    assert evolve(0.0, x, 1.0, **fast, tolerance=tolerance)[0][-1] == pytest.approx(expected, abs=tolerance)


@both_models
def test_eq13_series_is_of_fifth_order(rates: dict[str, float]) -> None:
    """One step a tick: halving the tick divides the error by 2^5."""
    fast = rates | {name: 10.0 * rates[name] for name in ("a", "b", "c", "gamma_dec")}
    ends = np.array([1.5, 0.5]) * UEV
    expected = integrated(0.0, ends, 0.05, fast)[-1]
    errors = [evolve(0.0, np.linspace(*ends, ticks + 1), 0.05 / ticks, **fast, tolerance=1e30)[0][-1] - expected
              for ticks in (8, 16, 32)]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 32.0, rtol=0.12)


@both_models
@pytest.mark.parametrize("detuning", [-8.0, -1.0, 0.3, 2.0, 8.0])
def test_eq13_relaxes_to_a_stable_fixed_point(rates: dict[str, float], detuning: float) -> None:
    model = RateModel(**rates)
    stable = [point.polarization for point in fixed_points(model, detuning * UEV) if point.stable]
    reached = set()
    for p in (-0.3, -0.1, 0.0, 0.1, 0.3):
        end = evolve(p, np.full(3001, detuning * UEV), 1.0, **rates)[0][-1]
        nearest = min(range(len(stable)), key=lambda i: abs(stable[i] - end))
        assert end == pytest.approx(stable[nearest], abs=1e-11)
        reached.add(nearest)
    assert len(reached) == len(stable)


@both_models
def test_eq13_does_not_depend_on_how_ticks_are_grouped(rates: dict[str, float]) -> None:
    x = np.concatenate([np.linspace(3.0, -4.0, 300), np.full(300, 1.0), np.linspace(-40.0, 40.0, 20)]) * UEV
    whole_p, whole_w = evolve(0.0, x, 0.05, **rates)

    @unhurried
    @given(st.sets(st.integers(1, x.size - 2), max_size=20))
    def cut_up(cuts: set[int]) -> None:
        p = 0.0
        edges = [0, *sorted(cuts), x.size - 1]
        for first, last in pairwise(edges):
            part_p, part_w = evolve(p, x[first:last + 1], 0.05, **rates)
            assert np.array_equal(part_p, whole_p[first:last + 1])
            assert np.array_equal(part_w, whole_w[first:last + 1])
            p = part_p[-1]

    cut_up()
    p = 0.0
    for i in range(x.size - 1):
        p = evolve(p, x[i:i + 2], 0.05, **rates)[0][-1]
        assert p == whole_p[i + 1]


@pytest.mark.parametrize("tick", [0.001, 0.01, 1.0, 30.0])
@pytest.mark.parametrize("p", [-1.0, -0.2, 0.7])
def test_eq13_in_the_dark_is_an_exponential_decay(p: float, tick: float) -> None:
    dark = LATTA | {"a": 0.0, "b": 0.0, "c": 0.0}
    polarization, _ = evolve(p, np.zeros(301), tick, **dark)
    expected = p * np.exp(-dark["gamma_dec"] * tick * np.arange(301))
    np.testing.assert_allclose(polarization, expected, rtol=0.0, atol=1e-11)


def test_eq13_without_decay_or_light_keeps_p() -> None:
    still = LATTA | {"a": 0.0, "b": 0.0, "gamma_dec": 0.0}
    polarization, _ = evolve(0.3, np.linspace(-5.0, 5.0, 50) * UEV, 0.1, **still)
    assert (polarization == 0.3).all()


@both_models
def test_eq13_far_from_the_line_decays(rates: dict[str, float]) -> None:
    """At 10 meV the pumping is below 1e-9 of its peak."""
    polarization, absorption = evolve(0.5, np.full(101, 1e4) * UEV, 1.0, **rates)
    np.testing.assert_allclose(polarization, 0.5 * np.exp(-rates["gamma_dec"] * np.arange(101)), atol=1e-5)
    assert absorption.max() < 1e-7


def test_eq13_mirrors_with_the_line() -> None:
    """x -> -x, P -> -P with a, b -> -a, -b leaves eq. 13 and its odd term as they are."""
    mirrored = NONCOLLINEAR | {"a": -NONCOLLINEAR["a"], "b": -NONCOLLINEAR["b"]}
    x = np.linspace(4.0, -4.0, 201) * UEV
    there, back = evolve(0.05, x, 0.05, **NONCOLLINEAR), evolve(-0.05, -x, 0.05, **mirrored)
    np.testing.assert_allclose(back[0], -there[0], rtol=0.0, atol=1e-15)
    np.testing.assert_allclose(back[1], there[1], rtol=1e-13)


@both_models
def test_eq13_pumping_is_dpdt_without_decay(rates: dict[str, float]) -> None:
    delta = np.linspace(-5.0, 5.0, 41) * UEV
    expected = [eq13(0.0, d, **(rates | {"gamma_dec": 0.0})) for d in delta]
    found = pumping(delta, rates["gamma_p"], rates["a"], rates["b"], rates["c"])
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-16)


def test_one_boundary_is_no_time() -> None:
    polarization, absorption = evolve(0.25, [LATTA["k"] * 0.25], 0.01, **LATTA)
    assert polarization.tolist() == [0.25]
    assert absorption.tolist() == [1.0]


@pytest.mark.parametrize("wrong", [
    {"x": []}, {"x": [[0.0, 1.0]]}, {"tick": 0.0}, {"tick": -0.01}, {"tick": np.nan}, {"gamma_p": 0.0},
    {"gamma_p": -1e9}, {"gamma_p": np.nan},
], ids=str)
def test_evolve_refuses(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        evolve(**({"p": 0.0, "x": [0.0, 0.0], "tick": 0.01} | LATTA | wrong))


@pytest.mark.slow
@pytest.mark.parametrize(("p", "x"), [("nan", "0.0"), ("0.0", "nan"), ("0.0", "inf")])
def test_evolve_comes_back_from_what_is_not_finite(p: str, x: str) -> None:
    """With an error or with NaN, but it must not halve its step for ever; in a process that can be ended."""
    call = f"evolve(float({p!r}), [float({x!r})] * 2, 0.01, k=1e11, gamma_p=1e9, a=0.01, b=0.02, c=0.0, gamma_dec=0.04)"
    program = f"from vlab.physics.dnsp_rate import evolve\ntry: {call}\nexcept ValueError: pass"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
