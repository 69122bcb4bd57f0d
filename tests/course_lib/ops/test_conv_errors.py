"""What a convolution refuses, and how it says what is wrong."""

import numpy as np
import pytest

from course_lib import layers, ops
from course_lib.ops import reference


def images(*shape):
    return np.zeros(shape, np.float32)


BAD = [
    (
        lambda: ops.conv(images(28, 28), images(3, 3, 1, 4)),
        ValueError,
        "conv: inputs must have rank 4 (batch, height, width, channels), got shape (28, 28). "
        "Add the missing axes: inputs.reshape(1, 28, 28, 1).",
    ),
    (
        lambda: ops.conv(images(60, 28, 28), images(3, 3, 1, 4)),
        ValueError,
        "got shape (60, 28, 28). Add the channel axis: inputs.reshape(60, 28, 28, 1).",
    ),
    (
        lambda: ops.conv(images(28, 28, 3), images(3, 3, 3, 4)),
        ValueError,
        "got shape (28, 28, 3). Add the batch axis: inputs.reshape(1, 28, 28, 3).",
    ),
    (
        lambda: ops.conv(images(9), images(3, 1, 4)),
        ValueError,
        "conv: inputs must have rank 3 (batch, steps, channels), got shape (9,). "
        "Add the missing axes: inputs.reshape(1, 9, 1).",
    ),
    (
        lambda: ops.conv(images(2, 9, 9, 9, 1), images(3, 3, 1, 4)),
        ValueError,
        "inputs must have rank 4 (batch, height, width, channels), got shape (2, 9, 9, 9, 1).",
    ),
    (
        lambda: ops.conv(images(2, 3, 28, 28), images(5, 5, 3, 4)),
        ValueError,
        "conv: inputs must have 3 channels on the last axis, as the kernel has, "
        "got 28 in shape (2, 3, 28, 28). Put the channels last: np.moveaxis(inputs, 1, -1).",
    ),
    (
        lambda: ops.conv(images(2, 28, 28, 1), images(3, 3, 3, 4)),
        ValueError,
        "as the kernel has, got 1 in shape (2, 28, 28, 1).",
    ),
    (
        lambda: ops.conv(images(2, 28, 28, 1), images(3, 3)),
        ValueError,
        "conv: kernel must have rank 3, 4 or 5 (*kernel_size, in_channels, filters), "
        "got shape (3, 3). Add the missing axes: kernel.reshape(3, 3, 1, 1).",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), strides=0),
        ValueError,
        "conv: strides must be a positive integer, got 0.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), strides=(1, -1)),
        ValueError,
        "conv: strides must be a positive integer, got -1.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), strides=(1, 1, 1)),
        ValueError,
        "strides must be an integer or 2 integers, one per spatial axis, got (1, 1, 1).",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), strides=1.5),
        TypeError,
        "conv: strides must be a positive integer, got 1.5.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), dilation_rate=0),
        ValueError,
        "conv: dilation_rate must be a positive integer, got 0.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), padding="full"),
        ValueError,
        'conv: padding must be "valid", "same", an integer or a pair (before, after), '
        "got 'full'.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), images(3, 3, 1, 4), padding=-1),
        ValueError,
        "conv: padding must be an integer, 0 or more, got -1.",
    ),
    (
        lambda: ops.conv(images(2, 4, 8, 1), images(5, 5, 1, 4)),
        ValueError,
        "conv: kernel_size must not be larger than the input, got kernel_size 5 for an input of "
        'size 4. Take a smaller one, or padding="same".',
    ),
    (
        lambda: ops.conv(images(2, 0, 8, 1), images(1, 1, 1, 4)),
        ValueError,
        "conv: size must be a positive integer, got 0.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), np.zeros((3, 3, 1, 0))),
        ValueError,
        "conv: kernel must have no axis of length 0, got shape (3, 3, 1, 0).",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1) * 1j, images(3, 3, 1, 4)),
        TypeError,
        "conv: inputs must be an array of real numbers, got complex64.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), np.full((3, 3, 1, 4), None)),
        TypeError,
        "conv: kernel must be an array of real numbers, got objects.",
    ),
    (
        lambda: ops.conv([[["1"], ["2"]]], images(2, 1, 1)),
        TypeError,
        "conv: inputs must be an array of real numbers, got text.",
    ),
    (
        lambda: ops.conv([[1, 2], [3]], images(2, 1, 1)),
        ValueError,
        "conv: inputs must be an array of real numbers, got rows of unequal length.",
    ),
    (
        lambda: ops.conv_backward(
            images(2, 8, 8, 4), ops.conv_forward(images(2, 8, 8, 1), images(3, 3, 1, 4))[1]
        ),
        ValueError,
        "conv_backward: grad_outputs must have shape (2, 6, 6, 4), that of the outputs, "
        "got (2, 8, 8, 4).",
    ),
    (
        lambda: ops.conv_transpose(images(2, 8, 8, 4), images(3, 3, 4, 2)),
        ValueError,
        "conv_transpose: inputs must have 2 channels on the last axis",
    ),
    (
        lambda: ops.conv_transpose(images(2, 8, 8, 2), images(3, 3, 4, 2), padding=1),
        ValueError,
        'conv_transpose: padding must be "valid" or "same", got 1.',
    ),
    (
        lambda: ops.conv_transpose(images(2, 8, 8, 2), images(3, 3, 4, 2), 2, output_padding=2),
        ValueError,
        "conv_transpose: output_padding must lie in 0 to 1",
    ),
    (
        lambda: ops.conv_transpose_backward(
            images(2, 8, 8, 4),
            ops.conv_transpose_forward(images(2, 8, 8, 1), images(3, 3, 4, 1))[1],
        ),
        ValueError,
        "conv_transpose_backward: grad_outputs must have shape (2, 10, 10, 4)",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), BAD)
def test_bad_input_is_named(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


STRIDED_OR_DILATED = {
    "conv": lambda **o: ops.conv(images(2, 9, 9, 18), images(3, 3, 18, 17), **o),
    "conv, groups": lambda **o: ops.conv(images(2, 9, 9, 18), images(3, 3, 9, 4), **o),
    "conv, channels apart": lambda **o: ops.conv(images(2, 9, 9, 18), images(3, 3, 1, 18), **o),
    "conv, loops": lambda **o: reference.conv(images(1, 9, 9, 1), images(3, 3, 1, 1), **o),
    "depthwise_conv": lambda **o: ops.depthwise_conv(images(2, 9, 9, 18), images(3, 3, 18, 1), **o),
    "conv_transpose": lambda **o: ops.conv_transpose(
        images(2, 9, 9, 17), images(3, 3, 18, 17), **o
    ),
    "Conv2D": lambda **o: layers.Conv2D(4, 3, **o),
    "DepthwiseConv2D": lambda **o: layers.DepthwiseConv2D(3, **o),
    "SeparableConv2D": lambda **o: layers.SeparableConv2D(4, 3, **o),
    "Conv2DTranspose": lambda **o: layers.Conv2DTranspose(4, 3, **o),
}


@pytest.mark.parametrize("name", STRIDED_OR_DILATED)
@pytest.mark.parametrize(
    "strides, dilation", [((2, 2), (2, 2)), ((2, 1), (3, 1)), ((1, 2), (1, 2)), ((2, 1), (1, 2))]
)
def test_strides_and_dilation_are_refused_together(name, strides, dilation):
    """By operations and layers with one sentence; each by itself they take."""
    call, owner = STRIDED_OR_DILATED[name], name.partition(",")[0]
    with pytest.raises(ValueError) as caught:
        call(strides=strides, dilation_rate=dilation)
    assert str(caught.value) == (
        f"{owner}: strides and dilation_rate cannot both be more than 1, "
        f"got strides={strides} and dilation_rate={dilation}."
    )
    call(strides=strides)
    call(dilation_rate=dilation)
