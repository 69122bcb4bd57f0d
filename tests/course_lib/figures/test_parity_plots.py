"""Axes of curves, and what the clinic says of them, against NumPy."""

import numpy as np
import pytest

from course_lib.figures.interactive.training_clinic import TrainingClinic
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


def test_a_logarithmic_axis_ends_at_powers_of_ten_and_holds_every_value(tmp_path):
    rng = _rng("axes")
    cases = [
        [(10 ** rng.uniform(-4, 6, rng.integers(1, 9))).tolist(), {"log": True}]
        for _ in range(CASES)
    ]
    ends = call("plots.js", "endsOf", cases, tmp_path)
    places, wanted = [], []
    for (values, _), (low, high) in zip(cases, ends, strict=True):
        low_power, high_power = np.log10([low, high])
        assert low_power == pytest.approx(round(low_power)) and low <= min(values) * (1 + 1e-9)
        assert high_power == pytest.approx(round(high_power)) and high >= max(values) * (1 - 1e-9)
        assert high_power - low_power <= max(1, np.ptp(np.log10(values)) + 2)
        places.append([values[0], [low, high], True])
        wanted.append((np.log10(values[0]) - low_power) / (high_power - low_power))
    np.testing.assert_allclose(call("plots.js", "shareOf", places, tmp_path), wanted, atol=1e-9)


def test_a_plain_axis_is_linear_and_stops_at_its_ends(tmp_path):
    rng = _rng("linear")
    cases = [[rng.uniform(-1, 3), sorted(rng.uniform(0, 2, 2).tolist())] for _ in range(CASES)]
    wanted = [np.clip((v - low) / (high - low), 0, 1) for v, (low, high) in cases]
    np.testing.assert_allclose(call("plots.js", "shareOf", cases, tmp_path), wanted, atol=1e-9)


def test_the_mean_of_the_seeds(tmp_path):
    rng = _rng("mean")
    cases = [[rng.normal(size=(3, rng.integers(1, 12))).tolist()] for _ in range(CASES)]
    for [runs], mean in zip(
        cases, call("training_clinic.js", "meanOf", cases, tmp_path), strict=True
    ):
        np.testing.assert_allclose(mean, np.mean(runs, axis=0))
    assert call("training_clinic.js", "meanOf", [[[[None, 1], [None, 3]]]], tmp_path) == [[None, 2]]


def test_every_patient_is_in_the_queue_once(tmp_path):
    names = ["dead", "fast", "leak", "no-shuffle", "one-hot", "slow", "unscaled"]
    [queue] = call("training_clinic.js", "queueOf", [[names]], tmp_path)
    assert sorted(queue) == names and queue != names


def _run():
    curves = {key: [[1.0, 0.5]] for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
    layer = [{"layer": "Conv2D", "sums": 1.0, "step": 0.1}]
    return {
        "first_loss": [2.3],
        "curves": curves,
        "test_accuracy": [0.9],
        "first_steps": [2.3, 2.0],
        "layers": {"start": layer, "end": layer},
        "histograms": {key: [1, 2] for key in ("pixels", "scores", "certainty", "answers")},
        "more": "what no page asks for",
    }


def test_the_page_gets_what_it_shows_and_no_more():
    case = {"title": "Too fast", "change": ["-a", "+b"], "broken": _run(), "mended": _run()}
    clinic = TrainingClinic({"healthy": _run(), "cases": {"fast": case}})
    assert set(clinic.cases["fast"]) == {"title", "change", "broken"}
    assert "more" not in clinic.healthy
    assert "<td>0.5</td>" in clinic.fallback() and "90.0 %" in clinic.fallback()
    with pytest.raises(ValueError, match="patient must be one of fast, got 'slow'"):
        TrainingClinic({"healthy": _run(), "cases": {"fast": case}}, patient="slow")
