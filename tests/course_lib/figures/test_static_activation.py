"""The pictures of chapter 5 show what the engine computes."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from course_lib import ops
from course_lib.figures.static import activation

SVG = "{http://www.w3.org/2000/svg}"


def paths(drawing):
    """The points of the two curves, (n, 2) each."""
    curves = [
        path
        for path in ET.fromstring(drawing.svg()).iter(SVG + "path")
        if path.get("class") == "curve"
    ]
    return [
        np.array([float(n) for n in re.findall(r"-?[\d.]+", path.get("d"))]).reshape(-1, 2)
        for path in curves
    ]


def test_curves_are_relu_and_sigmoid():
    size = 200
    relu, sigmoid = paths(activation.curves(size))
    x = np.linspace(-4, 4, len(relu))
    # an SVG counts downwards, and the panels are `size` pixels high
    for points, expected, high in ((relu, ops.relu(x), 4), (sigmoid, ops.sigmoid(x), 1)):
        bottom = 34 + size
        assert np.allclose((bottom - points[:, 1]) / size * high, expected, atol=0.03)
        assert np.allclose(np.diff(points[:, 0]), size / (len(x) - 1), atol=0.02)


def test_before_and_after_has_one_row_per_filter():
    maps = np.array([[[1, -2], [-3, 4]], [[5, -6], [-7, 8]]], float)  # (2, 2, 2 filters)
    drawing = activation.before_and_after(maps, ops.relu(maps))
    shown = [e.text for e in ET.fromstring(drawing.svg()).iter(SVG + "text")]
    assert shown.count("0") == 4
    assert [t for t in shown if t.startswith("map")] == ["map 1", "map 2"]
    assert {"−2", "−3", "−6", "−7"} <= set(shown)
