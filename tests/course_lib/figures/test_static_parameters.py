"""The pictures of chapter 7 show what the engine computes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib import ops
from course_lib.figures.static import parameters
from course_lib.lectures import examples

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing):
    return [e.text for e in ET.fromstring(drawing.svg()).iter(SVG + "text")]


@pytest.mark.parametrize(("shape", "size"), [((6, 6), 3), ((5, 8), 2), ((4, 3), 1)])
def test_the_matrix_is_the_convolution(shape, size):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=shape), rng.normal(size=(size, size))
    which = parameters.connection_matrix(shape, size)
    matrix = np.concatenate([[0], kernel.ravel()])[which]
    expected = ops.conv(examples.batch(image), examples.single(kernel))
    assert np.allclose(matrix @ image.ravel(), expected.ravel())


def test_the_picture_has_a_cell_per_connection():
    drawing = parameters.weight_matrix((6, 6), 3)
    which = parameters.connection_matrix((6, 6), 3)
    cells = list(ET.fromstring(drawing.svg()).iter(SVG + "rect"))
    assert len(cells) == which.size
    tinted = [r for r in cells if "color-mix" in (r.get("style") or "")]
    assert len(tinted) == np.count_nonzero(which)
    assert len({r.get("style") for r in tinted}) == 9


def test_learning_curves_share_one_scale():
    low = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}
    high = {"loss": [4.0, 2.0], "val_loss": [4.0, 3.0]}
    drawing = parameters.learning_curves({"low": low, "high": high}, height=100)
    curves = {
        kind: [
            [float(n) for n in p.get("d")[1:].replace("L", "").split()][1::2]
            for p in ET.fromstring(drawing.svg()).iter(SVG + "path")
            if p.get("class") == kind
        ]
        for kind in ("curve", "other dashed")
    }
    assert curves["curve"] == [[84.0, 109.0], [34.0, 84.0]]
    assert curves["other dashed"] == [[84.0, 96.5], [34.0, 59.0]]
    assert {"low", "high", "epoch", "2"} <= set(texts(drawing))
