"""Gradients and errors of deep networks in the page, against NumPy and the record."""

import numpy as np
import pytest

from course_lib import records
from course_lib.figures import ResidualGradients
from course_lib.figures.interactive.residual_gradients import ARMS
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


def test_the_mean_of_lengths_is_that_of_their_logarithms(tmp_path):
    rng = _rng("lengths")
    shapes = rng.integers(1, 12, (CASES, 2)).tolist()
    cases = [[(10 ** rng.uniform(-6, 4, shape)).tolist()] for shape in shapes]
    found = call("residual_gradients.js", "lengthsOf", cases, tmp_path)
    for [runs], lengths in zip(cases, found, strict=True):
        np.testing.assert_allclose(lengths, 10 ** np.log10(runs).mean(axis=0), rtol=1e-9)


def test_two_boxes_choose_each_recorded_network_once(tmp_path):
    boxes = [[skips, normalised] for skips in (False, True) for normalised in (False, True)]
    chosen = call("residual_gradients.js", "armOf", boxes, tmp_path)
    assert chosen == ["plain", "plain, normalised", "skips alone", "residual"]
    assert sorted(chosen) == sorted(ARMS) == sorted(records.load("residual")["gradient_norms"])


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (22.2, 1, "the first layer's gradient is 22 times the last one's"),
        (1, 3.5, "the last layer's gradient is 3.5 times the first one's"),
        (1.03, 1, "the first layer's gradient is as long as the last one's"),
    ],
)
def test_two_lengths_in_words(tmp_path, first, last, words):
    assert call("residual_gradients.js", "comparisonOf", [[first, last]], tmp_path) == [words]


def test_errors_are_those_of_the_record_by_depth(tmp_path):
    runs = records.load("residual")["runs"]
    shuffled = [runs[at] for at in _rng("order").permutation(len(runs))]
    [found] = call("residual_gradients.js", "errorsOf", [[shuffled]], tmp_path)
    assert found["depths"] == sorted({run["depth"] for run in runs})
    for run in runs:
        column = found["depths"].index(run["depth"])
        assert [seed[column] for seed in found["errors"][run["arm"]]] == run["train_error"]


def test_the_text_version_says_what_the_record_says():
    record = records.load("residual")
    text = ResidualGradients().fallback()
    [run] = (r for r in record["runs"] if (r["arm"], r["depth"]) == ("residual", 32))
    assert f"<td>{', '.join(f'{e:.2f}' for e in run['train_error'])}</td>" in text
    first = np.exp(np.log(record["gradient_norms"]["plain, normalised"]).mean(axis=0))[0]
    assert f"<td>{first:.2g}</td>" in text


def test_a_record_without_one_of_the_networks_is_refused():
    record = records.load("residual")
    norms = {arm: runs for arm, runs in record["gradient_norms"].items() if arm != "residual"}
    with pytest.raises(ValueError, match="it has none of residual"):
        ResidualGradients(record | {"gradient_norms": norms})
