"""Convolution on the lectures' own numbers."""

import numpy as np
import pytest

from course_lib import ops
from course_lib.lectures import examples
from course_lib.ops import reference


def one_image(rows):
    return np.array(rows).reshape(1, len(rows), -1, 1)


def one_kernel(rows):
    return np.array(rows).reshape(len(rows), -1, 1, 1)


LECTURE = {
    "conv-01": (
        examples.binary_5x5,
        [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
        {},
        [[4, 3, 4], [2, 4, 3], [2, 3, 4]],
    ),
    "conv-03": (
        examples.binary_6x6,
        examples.filter_1,
        {},
        [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]],
    ),
    "conv-04": (examples.binary_6x6, examples.filter_1, {"strides": 2}, [[3, -3], [-3, 0]]),
    "conv-05": (
        examples.binary_6x6,
        examples.filter_2,
        {},
        [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]],
    ),
    "size-01": (
        examples.numbers_6x6,
        examples.edge_kernel,
        {},
        [[2, 6, -4, 5], [0, 4, 0, -1], [-5, 0, 3, 6], [-2, 5, 0, 3]],
    ),
    "size-02": (examples.numbers_6x6, examples.edge_kernel, {"strides": 2}, [[2, -4], [-5, 3]]),
    "size-04": (
        examples.numbers_6x6,
        examples.edge_kernel,
        {"strides": 2, "padding": 1},
        [[-15, 6, 3], [-16, 4, -1], [-21, 5, 3]],
    ),
}


@pytest.mark.parametrize("key", LECTURE)
@pytest.mark.parametrize("module", [ops, reference])
def test_the_lectures_maps(key, module):
    image, kernel, options, expected = LECTURE[key]
    found = module.conv(one_image(image), one_kernel(kernel), **options)
    np.testing.assert_array_equal(found[0, :, :, 0], expected)


def test_the_lectures_padded_map():
    same = ops.conv(
        one_image(examples.numbers_6x6), one_kernel(examples.edge_kernel), padding="same"
    )[0, :, :, 0]
    np.testing.assert_array_equal(same[0], [-15, 5, 6, -4, 3, 8])  # size-03
    by_one = ops.conv(one_image(examples.numbers_6x6), one_kernel(examples.edge_kernel), padding=1)[
        0, :, :, 0
    ]
    np.testing.assert_array_equal(same, by_one)


def test_kerass_same_is_not_the_slides_padding_at_stride_two():
    """size-07: 0 before and 1 after, so the windows start elsewhere than with one on each side."""
    image, kernel = one_image(examples.numbers_6x6), one_kernel(examples.edge_kernel)
    uneven = ops.conv(image, kernel, 2, "same")
    np.testing.assert_array_equal(uneven, ops.conv(image, kernel, 2, ((0, 1), (0, 1))))
    assert (uneven != ops.conv(image, kernel, 2, 1)).any()


def test_two_filters_stack_to_two_channels():
    kernel = np.concatenate([one_kernel(examples.filter_1), one_kernel(examples.filter_2)], axis=-1)
    found = ops.conv(one_image(examples.binary_6x6), kernel)
    assert found.shape == (1, 4, 4, 2)
    for channel, key in enumerate(["conv-03", "conv-05"]):
        np.testing.assert_array_equal(found[0, :, :, channel], LECTURE[key][-1])


def test_no_flip():
    """conv-10: a kernel that reads only its first cell copies the input, it does not shift it."""
    found = ops.conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[0.0]]])
    np.testing.assert_array_equal(found[0, :, 0], [1, 2])


def test_moving_the_input_moves_the_map():
    """shr-02: at stride 1 by as much, at stride 2 only for even shifts."""
    rng = np.random.default_rng(8)
    signal, kernel = rng.normal(size=(1, 20, 1)), rng.normal(size=(3, 1, 2))
    moved = np.roll(signal, 2, axis=1)
    for strides, shift in ((1, 2), (2, 1)):
        a, b = (ops.conv(x, kernel, strides)[0] for x in (signal, moved))
        np.testing.assert_allclose(b[shift + 1 :], a[1 : len(a) - shift], atol=1e-12)
    odd = ops.conv(np.roll(signal, 1, axis=1), kernel, 2)[0]
    assert not np.isclose(odd[:, None], a[None]).all(-1).any()
