"""The figures of both papers as measurements: all are there, and each can be measured on its bench."""

import pytest

from instruments.benches import BENCHES
from instruments.sample_words import sample_told, words_of
from vlab.errors import UnknownNameError
from vlab.experiments import EXPERIMENTS, DwellTimeScan, PolarizationRateMap
from vlab.experiments.presets import PAPERS, paper_figure
from vlab.samples import QuantumDot, SpinEnsemble

ALL = {key: figure for paper in PAPERS for key, figure in paper.figures.items()}
CURVES = [pytest.param(curve, id=f"{key}-{n}") for key, figure in ALL.items() for n, curve in enumerate(figure.curves)]


def test_every_figure_is_there():
    dragging, inertia = ([figure.number for figure in paper.figures.values()] for paper in PAPERS)
    assert dragging == ["S1a", "S1b", "S1c", "S1d", "S2a", "S2b", "S4a–e", "S4a–e", "", "", "", "", ""]
    assert list(dict.fromkeys(inertia)) == ["1a", "1a, inset", "1b", "2a", "2b", "3a", "3b", "5", "6", "7", "III D"]
    assert len({(f.heading, f.title) for f in ALL.values()}) == len(ALL), "a menu could not tell two apart"


def test_headings():
    assert paper_figure("S1a").heading == "Figure S1a"
    assert paper_figure("recovery").heading == "Text"
    assert paper_figure("half_period").heading == "Section III D"
    with pytest.raises(UnknownNameError, match="did you mean"):
        paper_figure("s1x")


def test_s1_as_the_supplement_has_it():
    for name, step in (("s1a", 0.4), ("s1b", 1.2)):
        runs = [curve.experiment for curve in paper_figure(name).curves]
        assert all(isinstance(run, DwellTimeScan) for run in runs)
        assert [run.dwell.m_as("ms") for run in runs] == pytest.approx([200, 1000, 5000])
        assert {run.step.m_as("ueV") for run in runs} == {step}
    assert paper_figure("s1a").seconds() == pytest.approx(126 * 6.2)


def test_s2_and_s4_have_their_dots():
    assert [c.name for c in paper_figure("s2a").curves] == ["neutral", "charged"]
    assert paper_figure("s2a").curves[1].sample == QuantumDot.sample_a(charge="charged")
    models = [paper_figure(name).curves[0].sample.model for name in ("s4_latta2009", "s4_noncollinear")]
    assert models == ["latta2009", "noncollinear"]
    assert isinstance(paper_figure("s4_latta2009").curves[0].experiment, PolarizationRateMap)


def test_most_experiments_are_in_a_figure():
    shown = {curve.experiment.key for figure in ALL.values() for curve in figure.curves}
    assert set(EXPERIMENTS) - shown == {"delay_scan", "hanle_curve", "inertia_power_series"}


@pytest.mark.parametrize("curve", CURVES)
def test_each_run_fits_its_bench_and_its_words(curve):
    kind = BENCHES[curve.experiment.bench]
    assert isinstance(curve.sample, kind.sample_type)
    words = words_of(kind, curve.sample)
    assert kind.make_sample(words) == curve.sample
    assert sample_told(kind, words)
    assert curve.experiment.points() > 1
    assert type(curve.experiment).from_record(curve.experiment.as_record()) == curve.experiment


@pytest.mark.parametrize(("sample", "words", "told"), [
    (QuantumDot.sample_a(), {}, "sample A"),
    (QuantumDot.sample_a(preset="reference"), {"preset": "reference"}, "sample A, reference"),
    (QuantumDot.sample_a("latta2009", "reference", "charged").replace(fluctuations=True, nuclei=77),
     {"model": "latta2009", "preset": "reference", "charge": "charged", "fluctuations": "on", "nuclei": "77"},
     "sample A, latta2009, reference, charged, fluctuations on, nuclei 77"),
    (SpinEnsemble.n_type(), {}, "n-type"),
    (SpinEnsemble.p_type(), {"type": "p"}, "p-type"),
])
def test_the_fewest_words_of_a_sample(sample, words, told):
    kind = BENCHES["dragging" if isinstance(sample, QuantumDot) else "spin_inertia"]
    assert words_of(kind, sample) == words
    assert sample_told(kind, words) == told


@pytest.mark.parametrize("kind", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_forms_begin_with_few_parameters(kind):
    usual = kind.usual_parameters()
    assert 3 <= len(usual) <= 8
    assert set(usual) <= set(kind.parameters())
    assert list(usual) == [name for name in kind.parameters() if name in usual], "in the order of the declaration"


def test_what_is_seldom_changed_is_known_to_some_experiment():
    known = {name for kind in EXPERIMENTS.values() for name in kind.parameters()}
    assert not {name for kind in EXPERIMENTS.values() for name in kind.seldom} - known
