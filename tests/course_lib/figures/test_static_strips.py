"""Strips show every run, confusions every count."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from course_lib.figures.static import strips


def _nodes(drawing, tag):
    tree = ElementTree.fromstring(drawing.svg())
    return [node for node in tree.iter() if node.tag.endswith("}" + tag)]


def test_every_run_is_a_dot_at_its_place():
    drawing = strips.strips({"first": [0.5, 1.0], "second": [0.75]}, "accuracy", limits=(0.5, 1.0))
    at = [float(dot.get("cx")) for dot in _nodes(drawing, "circle")]
    assert len(at) == 3
    assert at[2] == pytest.approx((at[0] + at[1]) / 2, abs=0.02)


def test_a_logarithmic_axis_takes_equal_factors_as_equal_steps():
    drawing = strips.strips({"a": [1, 10, 100]}, "ms", log=True)
    first, second, third = (float(dot.get("cx")) for dot in _nodes(drawing, "circle"))
    assert second - first == pytest.approx(third - second, abs=0.02)
    texts = [node.text for node in _nodes(drawing, "text")]
    assert {"1", "10", "100"} <= set(texts)
    with pytest.raises(ValueError, match=r"must be positive, got 0\.0"):
        strips.strips({"a": [0, 1]}, "ms", log=True)


def test_series_have_marks_of_their_own_and_a_key():
    rows = {"4": {"plain": [1, 2], "residual": [3]}, "8": {"plain": [4], "residual": [5, 6]}}
    drawing = strips.strips(rows, "error")
    crosses = re.findall(r'class="other" d="M', drawing.svg())
    assert len(_nodes(drawing, "circle")) == 3 + 1
    assert len(crosses) == 2 * (3 + 1), "two strokes a cross, one more in the key"
    with pytest.raises(ValueError, match="must have 1 to 3 series, got 4"):
        strips.strips({"x": {name: [1] for name in "abcd"}}, "error")


def test_confusions_mark_what_agrees_and_what_does_not():
    drawing = strips.confusion(np.array([[5, 2], [0, 7]]), ["birds", "fruit"])
    kinds = [node.get("class") for node in _nodes(drawing, "rect")]
    assert [kind for kind in kinds if kind in ("positive", "negative", "cell")] == [
        "positive", "negative", "cell", "positive",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"counts must have shape \(2, 2\).*got \(3, 3\)"):
        strips.confusion(np.eye(3, dtype=int), ["birds", "fruit"])
