"""The pictures of chapter 13 show sums that a loop over the windows finds too."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib.figures.static import backward
from course_lib.figures.static.canvas import number

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(5)
IMAGE = RNG.integers(-4, 5, (5, 6)).astype(float)
KERNEL = RNG.integers(-4, 5, (2, 3)).astype(float)
GRADIENT = RNG.integers(-4, 5, (4, 4)).astype(float)


def cells(drawing):
    """{(x, y) of the middle of a cell: its text}"""
    found = ET.fromstring(drawing.svg()).iter(SVG + "text")
    return {(float(t.get("x")), float(t.get("y")) - 1): t.text for t in found}


def marked(drawing):
    """The text in the cell that is marked as the result."""
    (rect,) = [
        r for r in ET.fromstring(drawing.svg()).iter(SVG + "rect") if r.get("class") == "result"
    ]
    x, y, width = (float(rect.get(name)) for name in ("x", "y", "width"))
    return cells(drawing)[x + width / 2, y + width / 2]


@pytest.mark.parametrize("place", [(0, 0), (1, 2)])
def test_kernel_step_marks_what_the_weight_has_met(place):
    i, j = place
    met = sum(GRADIENT[y, x] * IMAGE[y + i, x + j] for y in range(4) for x in range(4))
    assert marked(backward.kernel_step(IMAGE, GRADIENT, i, j)) == number(met)


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (4, 5)])
def test_image_step_marks_what_the_pixel_has_met(place):
    p, q = place
    met = sum(
        GRADIENT[p - i, q - j] * KERNEL[i, j]
        for i in range(2)
        for j in range(3)
        if 0 <= p - i < 4 and 0 <= q - j < 4
    )
    drawing = backward.image_step(GRADIENT, KERNEL, p, q)
    assert marked(drawing) == number(met)
    texts = list(cells(drawing).values())
    first = texts.index("w, flipped") + 1
    assert texts[first : first + 6] == [number(value) for value in KERNEL.ravel()[::-1]]


def test_both_ways_names_every_gradient():
    texts = set(cells(backward.both_ways()).values())
    assert {"∂L/∂x", "∂L/∂o", "∂L/∂w, ∂L/∂b"} <= texts
