"""The pictures of chapter 13 show sums that a loop over the windows finds too."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib.figures.static import backward
from course_lib.figures.static.canvas import number
from course_lib.figures.static.pixels import picture_address

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(5)
IMAGE = RNG.integers(-4, 5, (5, 6)).astype(float)
KERNEL = RNG.integers(-4, 5, (2, 3)).astype(float)
GRADIENT = RNG.integers(-4, 5, (4, 4)).astype(float)


def cells(drawing):
    """{(x, y) of the middle of a cell: its text}"""
    found = ET.fromstring(drawing.svg()).iter(SVG + "text")
    return {(float(t.get("x")), float(t.get("y")) - 1): "".join(t.itertext()) for t in found}


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


@pytest.mark.parametrize("place", [(0, 0), (2, 2), (6, 8)])
def test_image_step_spaces_the_gradient_of_a_strided_convolution(place):
    p, q = place
    met = sum(
        GRADIENT[y, x] * KERNEL[p - 2 * y, q - 2 * x]
        for y in range(4)
        for x in range(4)
        if 0 <= p - 2 * y < 2 and 0 <= q - 2 * x < 3
    )
    drawing = backward.image_step(GRADIENT, KERNEL, p, q, strides=2)
    assert marked(drawing) == number(met)
    zeros = [text for text in list(cells(drawing).values())[1:] if text == "0"]
    assert len(zeros) >= (7 + 2) * (7 + 4) - 16, "all but the sixteen entries of the gradient"


def test_turned_kernels_are_flipped_and_swapped():
    kernel = RNG.integers(-4, 5, (2, 2, 2, 3)).astype(float)
    texts = list(cells(backward.turned_kernels(kernel)).values())
    back = texts[texts.index("backwards") :]
    shown = [text for text in back if text.lstrip("−").isdigit()]
    wanted = [
        number(value)
        for f in range(3)
        for c in range(2)
        for value in kernel[::-1, ::-1, c, f].ravel()
    ]
    assert shown == wanted


def test_what_the_network_says_stands_below_each_digit():
    before, after = np.eye(10)[5], np.full(10, 0.05) + 0.5 * np.eye(10)[6]
    image = np.zeros((28, 28))
    texts = set(cells(backward.fooled(image, image, image, before, after)).values())
    assert {"read as 5, certainty 1.00", "read as 6, certainty 0.55"} <= texts


def test_a_map_is_shown_with_zero_as_grey():
    drawing = backward.before_and_after(np.zeros((4, 6)), np.array([[-2.0, 0, 1]]))
    hrefs = [i.get("href") for i in ET.fromstring(drawing.svg()).iter(SVG + "image")]
    assert hrefs[1] == picture_address(np.array([[0, 0.5, 0.75]]))


def test_both_ways_names_every_gradient():
    texts = set(cells(backward.both_ways()).values())
    assert {"∂L/∂x", "∂L/∂o", "∂L/∂w, ∂L/∂b"} <= texts
