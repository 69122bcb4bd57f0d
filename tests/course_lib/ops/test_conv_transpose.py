"""Transposed convolution against the plain loops, by gradient check, and by its definition."""

import numpy as np
import pytest

from course_lib import ops
from course_lib.ops import reference
from course_lib.shapes import transpose_output_shape
from tests.course_lib.ops.gradients import check_gradients

TRANSPOSED = [
    ((2, 5, 3), (3, 2, 3), {"strides": 2}),
    ((2, 5, 3), (2, 2, 3), {"strides": 3}),
    ((2, 5, 3), (3, 2, 3), {"strides": 2, "padding": "same", "output_padding": 1}),
    ((2, 4, 5, 3), (3, 2, 9, 3), {"strides": (2, 3), "padding": "same"}),
    ((2, 4, 5, 3), (3, 2, 2, 3), {"dilation_rate": 2, "padding": "same"}),
    ((2, 3, 4, 3), (3, 2, 1, 3), {"strides": 2, "output_padding": (1, 0)}),
    ((1, 2, 3, 2, 2), (2, 2, 3, 3, 2), {"strides": (1, 2, 2)}),
]


@pytest.mark.parametrize(("inputs", "kernel", "options"), TRANSPOSED)
def test_conv_transpose_and_its_gradients(inputs, kernel, options):
    rng = np.random.default_rng(2)
    arrays = [rng.normal(size=inputs), rng.normal(size=kernel)]
    outputs = ops.conv_transpose(*arrays, **options)
    np.testing.assert_allclose(outputs, reference.conv_transpose(*arrays, **options), atol=1e-12)
    assert outputs.shape[1:-1] == transpose_output_shape(inputs[1:-1], kernel[:-2], **options)
    check_gradients(ops.conv_transpose_forward, ops.conv_transpose_backward, arrays, **options)


def test_a_transposed_convolution_is_the_transpose():
    """<conv(x), y> = <x, conv_transpose(y)>: the definition."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 9, 7, 3)), rng.normal(size=(2, 5, 4, 4))
    kernel = rng.normal(size=(3, 3, 3, 4))
    forward = (ops.conv(x, kernel, 2, "same") * y).sum()
    back = (x * ops.conv_transpose(y, kernel, 2, "same", output_padding=(0, 0))).sum()
    assert forward == pytest.approx(back, rel=1e-12)
