"""Fewer products, the same sums: Winograd's way beside the direct one, forward and backward."""

from itertools import product

import numpy as np
import pytest

from course_lib.ops.conv_pool import Direct
from course_lib.ops.windows import patches, windows
from course_lib.ops.winograd import Winograd


def both(axes, padding="valid", channels=9, size=7):
    """The same convolution under pools of two, both ways, and inputs."""
    rng = np.random.default_rng(axes)
    spatial = tuple(size + axis for axis in range(axes))
    kernel = rng.normal(size=(*(3,) * axes, channels, 4))
    window = windows("test", spatial, kernel.shape[:-2], 1, padding)
    inputs = rng.normal(size=(5, *spatial, channels))
    return [way(kernel, window, (2,) * axes) for way in (Direct, Winograd)], inputs


def cell(way, sums, place):
    """The view of the sums of one cell of every pool."""
    for axis in reversed(range(len(place))):
        sums = way.cells(sums, axis)[place[axis]]
    return sums


@pytest.mark.parametrize("axes, padding", list(product((1, 2, 3), ("valid", "same", 2))))
def test_both_ways_give_the_same_sums_and_gradients(axes, padding):
    ways, inputs = both(axes, padding)
    rng, found = np.random.default_rng(0), []
    places = [n // 2 for n in ways[0].window.outputs]
    grad = rng.normal(size=(*(2,) * axes, 5, *places, 4))
    for way in ways:
        sums, kept = way.sums(inputs)
        grad_sums, grad_inputs = np.empty_like(sums), np.zeros_like(inputs)
        for place in product((0, 1), repeat=axes):
            cell(way, grad_sums, place)[...] = grad[place]
        grad_kernel = way.kernel_gradient(way.backward(grad_sums, kept, grad_inputs))
        cells = [cell(way, sums, place) for place in product((0, 1), repeat=axes)]
        found.append((np.stack(cells), grad_inputs, grad_kernel))
    for expected, own in zip(*found, strict=True):
        np.testing.assert_allclose(own, expected, atol=1e-11)


def test_an_image_takes_sixteen_products_for_a_pool():
    ways, inputs = both(2)
    rows = patches(inputs, ways[0].window)
    _, left = ways[1].sums(inputs)
    pools = 5 * 2 * 3
    assert rows.size == 4 * 9 * pools * 9  # outputs, taps, pools, channels
    assert left.size == 16 * pools * 9


@pytest.mark.parametrize(
    "size, strides, dilation_rate, pool, channels, fits",
    [
        (3, 1, 1, (2, 2), 8, True),
        (3, 1, 1, (2, 2), 7, False),
        (5, 1, 1, (2, 2), 8, False),
        (3, 2, 1, (2, 2), 8, False),
        (3, 1, 2, (2, 2), 8, False),
        (3, 1, 1, (2, 1), 8, False),
        (3, 1, 1, (3, 3), 8, False),
        ((3, 2), 1, 1, (2, 2), 8, False),
    ],
)
def test_what_fits(size, strides, dilation_rate, pool, channels, fits):
    size = size if isinstance(size, tuple) else (size, size)
    window = windows("test", (12, 12), size, strides, "valid", dilation_rate)
    assert Winograd.fits(np.ones((*size, channels, 2)), window, pool) is fits
