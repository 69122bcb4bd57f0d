"""Depthwise convolution: beside a convolution of each channel by itself; gradients; bad input."""

import numpy as np
import pytest

from course_lib import ops
from course_lib.ops import depthwise
from tests.course_lib.ops.gradients import check_gradients

RNG = np.random.default_rng(0)

# inputs, kernel_size, multiplier, options
CASES = [
    ((3, 9, 3), (3,), 1, {}),
    ((3, 9, 3), (4,), 2, {"strides": 3, "padding": "same"}),
    ((3, 9, 8, 3), (3, 2), 2, {"padding": "same", "strides": 2}),
    ((3, 9, 8, 3), (3, 2), 1, {"padding": "same", "dilation_rate": 2}),
    ((3, 9, 8, 3), (2, 2), 1, {"strides": 3}),
    ((3, 9, 8, 3), (5, 5), 1, {"strides": 2, "padding": "same"}),
    ((3, 9, 8, 3), (1, 1), 1, {"strides": (1, 2)}),
    ((3, 6, 5, 7, 2), (3, 2, 3), 2, {"strides": (2, 1, 2), "padding": "same"}),
    ((3, 7, 6, 2), (3, 3), 1, {"padding": ((2, 0), (1, 3))}),
]


def by_channel(inputs, kernel, **options):
    channels = range(inputs.shape[-1])
    found = [ops.conv(inputs[..., [c]], kernel[..., [c], :], **options) for c in channels]
    return np.concatenate(found, axis=-1)


@pytest.mark.parametrize(
    "parts", [None, [(0, 1), (1, 3)], [(0, 1), (1, 2), (2, 3)], [(0, 2), (2, 3)]]
)
@pytest.mark.parametrize("shape, size, multiplier, options", CASES)
def test_each_channel_is_a_convolution_by_itself(
    shape, size, multiplier, options, parts, monkeypatch
):
    """In parts as well, larger, equal and smaller than the last: arrays are kept for the next."""
    if parts:
        monkeypatch.setattr(depthwise, "_parts", lambda cache: [slice(*part) for part in parts])
    inputs, kernel = RNG.normal(size=shape), RNG.normal(size=(*size, shape[-1], multiplier))
    expected = by_channel(inputs, kernel, **options)
    np.testing.assert_allclose(ops.depthwise_conv(inputs, kernel, **options), expected, atol=1e-12)
    check_gradients(
        ops.depthwise_conv_forward, ops.depthwise_conv_backward, [inputs, kernel], **options
    )


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("padding", ["same", 4])  # with 4 some windows stand on zeros alone
def test_a_bias_is_added_and_has_its_gradient(strides, padding):
    inputs, kernel, bias = (RNG.normal(size=s) for s in ((2, 6, 5, 3), (3, 3, 3, 2), 6))
    plain = ops.depthwise_conv(inputs, kernel, strides, padding)
    found, _ = ops.depthwise_conv_forward(inputs, kernel, strides, padding, bias=bias)
    np.testing.assert_allclose(found, plain + bias)

    def forward(inputs, kernel, bias):
        return ops.depthwise_conv_forward(inputs, kernel, strides, padding, bias=bias)

    check_gradients(forward, ops.depthwise_conv_backward, [inputs, kernel, bias])


def test_where_no_window_meets_a_cell_the_bias_has_its_gradient_alone():
    inputs, kernel = RNG.normal(size=(3, 2, 4)), RNG.normal(size=(1, 4, 1))
    outputs, cache = ops.depthwise_conv_forward(inputs, kernel, 3, 1, bias=np.ones(4))
    np.testing.assert_array_equal(outputs, np.ones((3, 2, 4)))
    grad_inputs, grad_kernel, grad_bias = ops.depthwise_conv_backward(outputs, cache)
    assert not grad_inputs.any() and not grad_kernel.any()
    np.testing.assert_array_equal(grad_bias, np.full(4, 6))


def test_by_hand():
    """Channel 0 is summed over two steps, channel 1 has its difference taken."""
    inputs = [[[1, 10], [2, 30], [4, 60]]]
    kernel = [[[1], [-1]], [[1], [1]]]
    np.testing.assert_array_equal(ops.depthwise_conv(inputs, kernel), [[[3, 20], [6, 30]]])


def test_a_convolution_in_as_many_groups_as_channels_is_depthwise():
    inputs, kernel = RNG.normal(size=(2, 6, 5, 3)), RNG.normal(size=(3, 3, 3, 2))
    one_in = kernel.reshape(3, 3, 1, 6)
    np.testing.assert_allclose(
        ops.conv(inputs, one_in, 2, "same"), ops.depthwise_conv(inputs, kernel, 2, "same")
    )
    check_gradients(ops.conv_forward, ops.conv_backward, [inputs, one_in])


@pytest.mark.parametrize("multiplier", [1, 2])
def test_no_examples_at_all(multiplier):
    inputs, kernel = np.zeros((0, 5, 4, 3)), RNG.normal(size=(3, 3, 3, multiplier))
    outputs, cache = ops.depthwise_conv_forward(inputs, kernel, bias=np.ones(3 * multiplier))
    assert outputs.shape == (0, 3, 2, 3 * multiplier)
    grad_inputs, *gradients = ops.depthwise_conv_backward(outputs, cache)
    assert grad_inputs.shape == inputs.shape
    assert [g.shape for g in gradients] == [kernel.shape, (3 * multiplier,)]
    assert not any(gradient.any() for gradient in gradients)


def test_single_precision_and_no_gradient_of_the_inputs():
    inputs, kernel = np.ones((2, 5, 5, 2), np.float32), np.ones((3, 3, 2, 1), np.float32)
    outputs, cache = ops.depthwise_conv_forward(inputs, kernel)
    nothing, gradient = ops.depthwise_conv_backward(outputs, cache, need_inputs=False)
    assert nothing is None and gradient.shape == kernel.shape
    assert outputs.dtype == gradient.dtype == np.float32


def test_bad_input_is_named():
    images = np.zeros((2, 8, 8, 3), np.float32)
    with pytest.raises(ValueError, match="depthwise_conv: kernel must have rank 3, 4 or 5"):
        ops.depthwise_conv(images, np.zeros((3, 3)))
    with pytest.raises(ValueError, match="depthwise_conv: inputs must have 4 channels"):
        ops.depthwise_conv(images, np.zeros((3, 3, 4, 1)))
    with pytest.raises(ValueError, match="depthwise_conv: kernel_size must not be larger"):
        ops.depthwise_conv(images, np.zeros((9, 3, 3, 1)))
    with pytest.raises(ValueError, match="depthwise_conv: bias must have shape"):
        ops.depthwise_conv_forward(images, np.zeros((3, 3, 3, 2)), bias=np.zeros(3))
    _, cache = ops.depthwise_conv_forward(images, np.zeros((3, 3, 3, 1)))
    with pytest.raises(ValueError, match="depthwise_conv_backward: grad_outputs must have shape"):
        ops.depthwise_conv_backward(np.zeros((2, 8, 8, 3)), cache)


@pytest.mark.parametrize("examples, count", [(1, 1), (5, 1), (6, 2), (32, 8)])
def test_two_threads_have_as_many_parts_each(examples, count):
    inputs = np.zeros((examples, 56, 56, 48), np.float32)
    _, cache = ops.depthwise_conv_forward(inputs, np.zeros((5, 5, 48, 1), np.float32), 2)
    parts = depthwise._parts(cache)
    assert len(parts) == count
    assert [*np.r_[tuple(parts)]] == [*range(examples)]
