"""SpinEnsemble and Pump: Table 1, the signal as scripts ask for it, traces, and sentences for what cannot be."""

import pickle

import numpy as np
import pytest

from vlab import Q_
from vlab.errors import LimitError, SettingError
from vlab.physics import pulse, spin_limits
from vlab.samples import Pump, SpinEnsemble
from vlab.samples.modulation import run_lengths
from vlab.samples.periodic_response import PeriodicResponse

N, P = SpinEnsemble.n_type(), SpinEnsemble.p_type()
FIELD = Q_(100, "mT")


def test_table_1():
    assert N.nuclear_field == Q_(70, "MHz")
    assert P.spin_relaxation_time.to("us").magnitude == pytest.approx(5.2)
    assert (P.anisotropy.magnitude, P.trion_anisotropy.magnitude) == (5.0, 1.0)
    w_n, lam, chi, across = P.nuclear_numbers
    assert w_n == pytest.approx(2 * np.pi * 16e6)
    assert (lam, chi, across) == (5.0, pytest.approx(70 / 16), pytest.approx(5 * 70 / 16))
    assert pickle.loads(pickle.dumps(P)) == P
    assert P.replace(anisotropy=Q_(2, "")).anisotropy.magnitude == 2.0
    with pytest.raises(AttributeError):
        P.anisotropy = 3


def test_pumps():
    assert Pump(q=0.5).action.q_z == 0.625
    assert Pump(power=1.0).action.q_perp == pytest.approx(0.0, abs=1e-15)
    assert Pump(power=0.25).action.q_perp == pytest.approx(np.cos(np.pi / 4))
    assert Pump(q=0.5).replace(power=0.25).q is None
    assert Pump(power=0.5).replace(q=0.25).power is None
    assert Pump(q=0.5, phi=Q_(45, "deg")).action.phi == pytest.approx(np.pi / 4)
    assert Pump(q=0.5).si("repetition_period") == 13.2e-9


def test_shapes_and_broadcasting():
    pump = Pump(q=0.5)
    one = N.inertia_signal(field=FIELD, pump=pump)
    assert one.signal.shape == ()
    assert one.error.shape == ()
    assert one.signal.imag == 0.0
    assert one.signal.real > 0.0
    grid = N.inertia_signal(field=Q_([[0], [50], [100]], "mT"), pump=pump, modulation_frequency=Q_([0, 1], "MHz"))
    assert grid.signal.shape == grid.error.shape == grid.modulation_frequency.shape == grid.field.shape == (3, 2)
    assert grid.signal[2, 0] == pytest.approx(one.signal, abs=1e-7)
    assert np.all(grid.error < 1e-6)
    assert grid.signal[2, 1].imag < 0.0  # the spin lags
    np.testing.assert_array_equal(grid.magnitude, abs(grid.signal))
    assert N.inertia_signal(field=FIELD, pump=pump, pulses_per_half_period=7).signal.shape == ()


def test_a_whole_number_of_pulses_is_the_same_ensemble_with_another_drive():
    pump = Pump(q=0.5)
    n = 4
    period = 13.2e-9
    exact = N.inertia_signal(field=FIELD, pump=pump, pulses_per_half_period=n)
    mean = N.inertia_signal(field=FIELD, pump=pump, modulation_frequency=Q_(1 / (2 * n * period), "Hz"))
    assert abs(exact.signal / mean.signal) == pytest.approx(
        float(spin_limits.square_wave_fundamental(n)) * np.pi / 2, rel=1e-9)
    assert exact.modulation_frequency.magnitude == pytest.approx(1 / (2 * n * period))


def test_stepping_a_drawn_ensemble_gives_the_signal():
    n, pump = 40, Pump(q=0.5)
    trace = N.time_trace(field=FIELD, pump=pump, pulses=2 * n * 6, pulses_per_half_period=n, dots=20_000, seed=3)
    assert trace.spin.shape == (480, 3)
    assert list(trace.helicity[[0, 39, 40, 79, 80]]) == [1, 1, -1, -1, 1]
    zeta = np.exp(-1j * np.pi / n)
    last = np.arange(400, 480)
    drive = -np.sum(trace.helicity[last] * zeta**last)
    found = np.sum(trace.spin[last, 2] * zeta**last) / drive
    exact = N.inertia_signal(field=FIELD, pump=pump, pulses_per_half_period=n).signal
    assert abs(found * abs(drive) / 80 - exact) < 2e-3  # twenty thousand dots scatter by 6e-4
    assert trace.nuclear_fields.std(axis=0) == pytest.approx([2 * np.pi * 70e6 / np.sqrt(2)] * 3, rel=0.02)
    again = N.time_trace(field=FIELD, pump=pump, pulses=10, nuclear_fields=trace.nuclear_fields)
    np.testing.assert_allclose(again.spin, trace.spin[:10], atol=1e-15)


def test_delay_trace_ends_in_the_signal():
    pump = Pump(q=0.5)
    trace = P.delay_trace(field=FIELD, pump=pump, delays=Q_([0, 0.4, 5, 13.2], "ns"))
    signal = P.inertia_signal(field=FIELD, pump=pump).signal
    assert -trace.spin[-1] * 2 / np.pi == pytest.approx(signal, abs=1e-6)
    assert trace.trion[0].real > 0.0  # the pulse of helicity +1 takes spin-up electrons
    before = trace.spin[-1].real
    assert trace.spin[0].real == pytest.approx(0.625 * before - 0.1875, abs=1e-6)
    assert trace.trion[0].real == pytest.approx(before - trace.spin[0].real, abs=1e-6)


def test_shapes_of_recovery_curves():
    """n-type: a V; p-type at weak pumping: an M, which strong pumping flattens; halved T_R: n-type resonances."""
    fields = Q_(np.linspace(0, 300, 61), "mT")
    for q in (0.99, 0.5, 0.0):
        curve = N.inertia_signal(field=fields, pump=Pump(q=q), tolerance=1e-4).magnitude
        assert np.all(np.diff(curve[8:]) > -3e-4 * curve.max())
        assert curve[0] < 0.5 * curve[-1]
    weak = P.inertia_signal(field=fields, pump=Pump(q=0.99), tolerance=1e-4).magnitude
    assert 0.5 * weak.max() > weak[-1]
    strong = P.inertia_signal(field=fields, pump=Pump(q=0.0), tolerance=1e-4).magnitude
    assert strong[-1] > 0.8 * strong.max()
    assert np.all(strong <= 1 / np.pi)
    fine = Q_(np.linspace(20, 120, 201), "mT")
    full, half = (N.inertia_signal(field=fine, pump=Pump(q=0.0, repetition_period=Q_(t, "ns")), tolerance=1e-5)
                  .magnitude for t in (13.2, 6.6))

    def ripple(curve):
        x = np.linspace(-1, 1, curve.size)
        smooth = np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polyfit(x, curve, 5))
        return (curve - smooth).std() / curve.mean()

    assert ripple(half) > 3 * ripple(full)


def test_resonances_of_p_type_lie_near_the_synchronization_fields():
    predicted = np.asarray(spin_limits.synchronization_field(np.arange(2, 6), -0.45, 13.2e-9)) * 1e3
    fields = np.arange(15.0, 65.0, 0.25)
    ensemble = P.replace(anisotropy=Q_(2, ""), trion_anisotropy=Q_(0.4, ""))
    curve = ensemble.inertia_signal(field=Q_(fields, "mT"), pump=Pump(q=0.0), tolerance=1e-5).magnitude
    maxima = fields[1:-1][(curve[1:-1] > curve[:-2]) & (curve[1:-1] > curve[2:])]
    for b in predicted[predicted < 64]:
        assert np.min(np.abs(maxima - b)) < 1.5


@pytest.mark.parametrize("frequency", [1.3e5, 3.3e6, 1.1e7])
def test_detuned_pulses_tell_the_frequency_they_used(frequency):
    lengths = run_lengths(frequency, 13.2e-9)
    used = 0.5 * len(lengths) / (sum(lengths) * 13.2e-9)
    assert len(lengths) <= 16
    assert abs(used / frequency - 1) < 0.02
    assert max(lengths) - min(lengths) <= 1
    result = N.inertia_signal(field=FIELD, pump=Pump(q=0.2, phi=1.0), modulation_frequency=Q_(frequency, "Hz"),
                              tolerance=1e-2)
    assert result.modulation_frequency.magnitude == pytest.approx(used)
    small = N.inertia_signal(field=FIELD, pump=Pump(q=0.2, phi=1e-6), modulation_frequency=Q_(frequency, "Hz"),
                             tolerance=1e-3)
    none = N.inertia_signal(field=FIELD, pump=Pump(q=0.2), modulation_frequency=small.modulation_frequency)
    assert abs(small.signal - none.signal) < 2e-5


def test_the_trion_that_is_left_matters_where_pulses_are_close():
    close = Pump(q=0.5, repetition_period=Q_(2.4, "ns"))
    rough = N.inertia_signal(field=FIELD, pump=close, tolerance=0.1)
    fine = N.inertia_signal(field=FIELD, pump=close, tolerance=1e-6)
    assert rough.error > 1e-3 * abs(rough.signal)
    assert 1e-6 < abs(rough.signal - fine.signal) < 2 * rough.error


def test_tilted_and_transverse_fields():
    along = N.inertia_signal(field=FIELD, pump=Pump(q=0.5), tolerance=1e-6)
    tilted = N.inertia_signal(field=FIELD, pump=Pump(q=0.5), tilt=Q_(0.001, "deg"), tolerance=1e-5)
    assert abs(tilted.signal - along.signal) < 1e-6
    random = N.inertia_signal(field=FIELD, pump=Pump(q=0.5), method="quasi-monte-carlo", tolerance=1e-3)
    assert abs(random.signal - along.signal) < 4 * random.error
    hanle = P.inertia_signal(field=Q_([0, 100], "mT"), pump=Pump(q=0.5), tilt=Q_(90, "deg"), tolerance=1e-2)
    assert abs(hanle.signal[1]) < 0.5 * abs(hanle.signal[0])


def test_nuclear_fields_that_change():
    pump = Pump(q=0.5)
    frozen = N.inertia_signal(field=Q_(0, "mT"), pump=pump).signal
    slow = N.replace(nuclear_correlation_time=Q_(1, "s")).inertia_signal(field=Q_(0, "mT"), pump=pump).signal
    fast = N.replace(nuclear_correlation_time=Q_(100, "ns")).inertia_signal(field=Q_(0, "mT"), pump=pump).signal
    assert abs(slow - frozen) < 1e-6
    assert abs(fast) < 0.6 * abs(frozen)
    with pytest.raises(LimitError, match="phi = 0"):
        N.replace(nuclear_correlation_time=Q_(1, "us")).inertia_signal(field=FIELD, pump=Pump(q=0.5, phi=1.0))
    with pytest.raises(LimitError, match="at least the repetition period"):
        N.replace(nuclear_correlation_time=Q_(1, "ns")).inertia_signal(field=FIELD, pump=pump)


@pytest.mark.parametrize(("change", "words"), [
    ({"q": 1.2}, "Pump.q got 1.2; it wants a quantity from 0 to 1"),
    ({"q": None}, "either q or power"),
    ({"power": 0.3}, "either q or power"),
    ({"repetition_period": Q_(-1, "ns")}, "above 0 ns"),
    ({"phi": 4.0}, "from -3.14159 rad to 3.14159 rad"),
    ({"q": Q_(1, "s")}, "Pump.q"),
])
def test_wrong_pumps(change, words):
    with pytest.raises((LimitError, SettingError), match=words):
        Pump(**({"q": 0.5} | change))


@pytest.mark.parametrize(("change", "words"), [
    ({"field": Q_(float("nan"), "T")}, "finite"),
    ({"field": Q_([1.0, float("inf")], "T")}, "finite"),
    ({"field": 0.1}, "wants a magnetic field with a unit"),
    ({"field": Q_(1, "s")}, "magnetic field"),
    ({"modulation_frequency": Q_(30, "MHz")}, r"1/\(4 T_R\) = 1.89394e\+07 Hz"),
    ({"modulation_frequency": Q_(-1, "Hz")}, "-1 Hz cannot be"),
    ({"pump": Pump(q=0.5, repetition_period=Q_(1.5, "ns"))}, "at least 5 trion lifetimes, 2 ns"),
    ({"pump": 0.5}, "wants a Pump"),
    ({"tolerance": 0.0}, "tolerance got 0.0"),
    ({"pulses_per_half_period": 1}, "at least 2"),
    ({"method": "guess"}, "wants quadrature or quasi-monte-carlo"),
    ({"pulses_per_half_period": 5, "modulation_frequency": Q_(1, "kHz")}, "not both"),
    ({"field": Q_([1, 2], "T"), "modulation_frequency": Q_([1, 2, 3], "Hz")}, "broadcast"),
])
def test_wrong_questions(change, words):
    with pytest.raises((LimitError, SettingError), match=words):
        N.inertia_signal(**({"field": FIELD, "pump": Pump(q=0.5)} | change))


def test_wrong_ensembles_and_traces():
    with pytest.raises(LimitError, match="above 0 ns"):
        N.replace(spin_relaxation_time=Q_(-1, "ns"))
    with pytest.raises(LimitError, match="shorter than spin_relaxation_time"):
        N.replace(trion_lifetime=Q_(1, "us"))
    with pytest.raises(SettingError, match="whole number"):
        N.time_trace(field=FIELD, pump=Pump(q=0.5), pulses=0)
    with pytest.raises(SettingError, match=r"shape \(dots, 3\)"):
        N.time_trace(field=FIELD, pump=Pump(q=0.5), pulses=3, nuclear_fields=np.zeros((3, 2)))
    with pytest.raises(LimitError, match="repetition period"):
        N.delay_trace(field=FIELD, pump=Pump(q=0.5), delays=Q_(20, "ns"))
    with pytest.raises(LimitError, match="phi = 0"):
        N.delay_trace(field=FIELD, pump=Pump(q=0.5, phi=1.0), delays=Q_(2, "ns"))


def test_stopping_a_long_computation():
    for what in (lambda **k: N.time_trace(pulses=100_000, **k), N.inertia_signal):
        with pytest.raises(InterruptedError):
            what(field=FIELD, pump=Pump(q=0.5), stop=lambda: True)


def test_the_probe_sees_amplitude_and_phase():
    response = PeriodicResponse(N)
    settings = {"field": 0.1, "period": 13.2e-9, "frequency": 5e5}
    action = pulse.PulseAction.circular(0.5)
    seen = response.amplitude(pulse=action, **settings)
    asked = N.inertia_signal(field=FIELD, pump=Pump(q=0.5), modulation_frequency=Q_(500, "kHz")).signal
    assert seen == pytest.approx(2 * complex(asked), abs=1e-6)
    assert np.angle(seen) < 0.0
    third = response.amplitude(pulse=action, harmonic=3, **settings)
    assert abs(third) < abs(seen) / 3
    assert response.amplitude(pulse=action, harmonic=2, **settings) == 0.0
    for harmonic in (1, 3):  # the same through the pattern of detuned pulses
        nearly = pulse.PulseAction.circular(0.5, 1e-9)
        lengths = run_lengths(5e5, 13.2e-9)
        used = 0.5 * len(lengths) / (sum(lengths) * 13.2e-9)
        a = response.amplitude(pulse=nearly, harmonic=harmonic, **settings)
        b = response.amplitude(pulse=action, harmonic=harmonic, **(settings | {"frequency": used}))
        assert a == pytest.approx(b, abs=5e-4)
    later = response.amplitude(pulse=action, delay=1e-9, **settings)
    assert abs(later) > abs(seen)


def test_a_sine_of_helicity_by_plain_iteration():
    """Twelve plateaus of elliptical light, stepped through many modulation periods for each of many nodes."""
    from vlab.physics import spin_average
    from vlab.physics.spin_precession import period_maps
    from vlab.samples.periodic_response import _pattern

    plateaus = tuple(pulse.PulseAction.elliptical(0.8, 0.0, float(np.sin(np.pi * (k + 0.5) / 4))) for k in range(4))
    strongest = max(plateaus, key=lambda a: a.kick)
    system = N.system(0.05, strongest, 13.2e-9)
    runs = _pattern(plateaus, [8, 8])
    assert list(runs.lengths) == [2] * 8
    from vlab.physics import overhauser

    nodes = overhauser.ray_nodes(spin_average.first_quadrant(system), system.nuclear, system.times, system.pulse,
                                 np.array([1 + 0j]), np.array([1.0]), 5, 6, 12.0, *overhauser.RULES,
                                 *overhauser.ALL_ANGLES)
    zeta, spin, sums = np.exp(-1j * np.pi / 8), np.zeros((len(nodes), 3)), 0j
    maps = [period_maps(np.ascontiguousarray(nodes[:, :4]), system.times, tuple(a), 1.0) for a in runs.actions]
    for period in range(60):
        for k in range(16):
            m, v = maps[k // 2]
            spin = np.einsum("nij,nj->ni", m, spin) + v
            if period == 59:
                sums += nodes[:, 4] @ spin[:, 2] * zeta**k / 16
    expected = sums * runs.drive(1).conjugate() / abs(runs.drive(1))
    from vlab.physics.spin_pattern import pattern_response

    found = pattern_response(nodes, system.times, runs.actions, runs.which, runs.lengths, zeta, np.empty(0))[0]
    assert abs(found - sums) < 1e-12
    whole = PeriodicResponse(N).amplitude(field=0.05, pulse=strongest, period=13.2e-9, frequency=1 / (16 * 13.2e-9),
                                          plateaus=plateaus, tolerance=1e-3)
    assert abs(whole - 2 * expected) < 2e-3
    square = PeriodicResponse(N).amplitude(field=0.05, pulse=strongest, period=13.2e-9, frequency=1 / (16 * 13.2e-9))
    assert 0.5 * abs(square) < abs(whole) < abs(square)
    one = PeriodicResponse(N).amplitude(field=0.05, pulse=strongest, period=13.2e-9, frequency=1 / (16 * 13.2e-9),
                                        plateaus=(strongest,) * 4, tolerance=1e-3)
    assert abs(one - square) < 2e-4  # equal plateaus are a square wave
