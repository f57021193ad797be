"""A bench around a dot whose nuclei flip one by one: repeatable, and the laws of its chain at fixed detuning."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
import xarray
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from instruments import dragging_bench
from instruments.benches import DRAGGING
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.physics.dnsp_chain import stationary_law, stationary_moments
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR

DOT = QuantumDot.sample_a().replace(fluctuations=True)
SCAN = DwellTimeScan(start=Q_(2.0, "ueV"), stop=Q_(-2.0, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.2, "s"))
unhurried = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.lists(st.integers(1, 40_000_000_000), min_size=1, max_size=12), st.booleans())
def test_reading_and_chopping_change_no_flip(cuts: list[int], ramping: bool) -> None:
    whole, chopped = (dragging_bench(DOT, seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4004, "V")
        if ramping:
            bench.magnet.field = Q_(4.51, "T")
    for cut in cuts:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        chopped.snapshot(), chopped.check(), chopped.hidden()
    whole.clock.sleep_until(chopped.clock.now_ps)
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4, "V")  # an event closes the partial tick
    assert whole.lockin.read("x") == chopped.lockin.read("x")
    assert whole.polarization == chopped.polarization


@pytest.mark.parametrize("knob", ["laser", "gate"])
def test_a_scan_is_the_same_to_the_bit_however_its_waits_are_chopped(knob: str) -> None:
    """As a script that waits at one go, and as a window that looks every few milliseconds."""
    scan = SCAN.replace(knob=knob, directions="both")
    whole, chopped = dragging_bench(DOT, seed=4), dragging_bench(DOT, seed=4)
    plain = chopped.clock.sleep_until

    def in_pieces(deadline: int) -> None:
        while chopped.clock.now_ps < deadline:
            plain(min(deadline, chopped.clock.now_ps + 7_000_000_001))
            chopped.snapshot(), chopped.hidden()

    chopped.clock.sleep_until = in_pieces
    expected, found = (run(scan, bench, save=False) for bench in (whole, chopped))
    for name in ("dt", "dt_normalized", "time"):
        assert np.array_equal(found[name].values, expected[name].values)
    assert chopped.polarization == whole.polarization != 0.0


def test_a_run_after_idling_gives_the_same_numbers() -> None:
    expected = run(SCAN, dragging_bench(DOT, seed=5), save=False)
    bench = dragging_bench(DOT, seed=5)
    bench.sleep(Q_(12.345678, "s"))
    bench.gate.voltage = Q_(0.41, "V")
    bench.erase_polarization()
    bench.sleep(Q_(0.123456789, "s"))
    bench.gate.voltage = Q_(0.40, "V")
    assert np.array_equal(run(SCAN, bench, save=False)["dt"], expected["dt"])


def test_runs_repeat_with_their_seed_and_differ_among_themselves() -> None:
    scans = {}
    for name, seed in (("first", 4), ("again", 4), ("other", 5)):
        bench = dragging_bench(DOT, seed=seed, noise=False)
        scans[name] = [run(SCAN, bench, save=False)["dt"].values for _ in range(2)]
    for one, other in zip(scans["first"], scans["again"], strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(scans["first"][0], scans["first"][1])
    assert not np.array_equal(scans["first"][0], scans["other"][0])


def test_fluctuations_are_no_noise() -> None:
    """Without noise of the instruments they stay; without fluctuations, two runs are equal."""
    for fluctuations in (True, False):
        bench = dragging_bench(DOT.replace(fluctuations=fluctuations), noise=False)
        one, other = (run(SCAN, bench, save=False)["dt"].values for _ in range(2))
        assert np.array_equal(one, other) != fluctuations
        assert np.abs(one - other).max() < 0.3 * one.max()


def test_erased_nuclei_are_the_nearest_state_to_none() -> None:
    bench = dragging_bench(DOT.replace(nuclei=101), noise=False)
    bench.sleep(Q_(1, "s"))
    bench.erase_polarization()
    assert abs(bench.polarization.magnitude) == pytest.approx(1.0 / 101.0)


def test_files_tell_that_nuclei_flipped(tmp_path: Path) -> None:
    run(SCAN, dragging_bench(DOT.replace(saturation=True, nuclei=777), seed=2), save=tmp_path)
    with xarray.open_dataset(next(tmp_path.glob("*.nc"))) as file:
        record = json.loads(file.attrs["sample"])
    assert (record["fluctuations"], record["saturation"], record["nuclei"]) == (True, True, 777)


def test_the_usual_words_go_without_saying() -> None:
    assert DRAGGING.told(dragging_bench(DOT).sample_words()) == ("fluctuating",)
    assert DRAGGING.told(dragging_bench().sample_words()) == ()


@pytest.mark.parametrize("model", ["latta2009", "noncollinear"])
@pytest.mark.parametrize("saturation", [False, True])
def test_the_parked_dot_has_its_stationary_law(model: str, saturation: bool) -> None:
    """Samples of P on the bench, six relaxation times apart: chi-square against detailed balance."""
    nuclei, samples = 150, 500
    dot = QuantumDot.sample_a(model)
    dot = dot.replace(nuclei=nuclei, fluctuations=True, saturation=saturation, overhauser_shift=Q_(6.0, "ueV"),
                      alpha_roh=200 * dot.alpha_roh, alpha_oh=200 * dot.alpha_oh, alpha_nc=200 * dot.alpha_nc,
                      nuclear_decay_rate=20 * dot.nuclear_decay_rate)
    bench = dragging_bench(dot, seed=11)
    bench.laser.photon_energy = bench.laser.photon_energy - Q_(0.4, "ueV")
    rates = bench._specimen.rates(bench._room.power, bench._room.duty, 4.5)
    x = 0.4e-6 * 1.602176634e-19 / HBAR
    bench.sleep(Q_(20.0, "s"))
    found = []
    for _ in range(samples):
        bench.sleep(Q_(6.0, "s"))
        found.append(bench.polarization.magnitude)
    law = stationary_law(rates, x, nuclei, saturation)
    counts = np.bincount(np.rint(0.5 * nuclei * (1.0 + np.array(found))).astype(int), minlength=nuclei + 1)
    edges, held = [0], 0.0
    for n, value in enumerate(samples * law):
        held += value
        if held >= 20.0 and samples * law[n + 1:].sum() >= 20.0:
            edges.append(n + 1)
            held = 0.0
    assert len(edges) > 5
    expected = np.add.reduceat(samples * law, edges)
    assert stats.chisquare(np.add.reduceat(counts, edges), expected * samples / expected.sum()).pvalue > 1e-3
    mean, variance = stationary_moments(rates, x, nuclei, saturation)
    assert abs(np.mean(found) - mean) < 3.5 * sqrt(variance / samples)
