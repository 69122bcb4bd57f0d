"""Convolution against the plain loops, by gradient check, and on the lectures' own numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import ops
from course_lib.ops import reference
from course_lib.shapes import output_shape, transpose_output_shape
from tests.ops.gradients import check_gradients


@st.composite
def convolutions(draw):
    """inputs, kernel and options of a convolution that fits, with one to three axes."""
    axes = draw(st.integers(1, 3))
    most = (9, 7, 4)[axes - 1]
    sizes = st.integers(1, most)
    strides = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    pads = st.tuples(st.integers(0, 2), st.integers(0, 2))
    padding = draw(st.one_of(st.sampled_from(["valid", "same", 1]), st.tuples(*[pads] * axes)))
    spatial = tuple(draw(sizes) for _ in range(axes))
    added = {"valid": (0,) * axes, "same": (9,) * axes, 1: (2,) * axes}.get(padding)
    kernel = []
    for axis in range(axes):
        room = spatial[axis] + (sum(padding[axis]) if added is None else added[axis])
        kernel.append(draw(st.integers(1, min(3, (room - 1) // dilation[axis] + 1))))
    channels, filters = draw(st.sampled_from([1, 2, 9, 17])), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    inputs = rng.normal(size=(draw(st.integers(1, 2)), *spatial, channels))
    weights = rng.normal(size=(*kernel, channels, filters))
    return inputs, weights, {"strides": strides, "padding": padding, "dilation_rate": dilation}


@settings(max_examples=60, deadline=None)
@given(convolutions())
def test_conv_and_its_gradients_are_those_of_the_loops(case):
    inputs, kernel, options = case
    outputs, cache = ops.conv_forward(inputs, kernel, **options)
    np.testing.assert_allclose(outputs, reference.conv(inputs, kernel, **options), atol=1e-12)
    assert outputs.shape[1:-1] == output_shape(inputs.shape[1:-1], kernel.shape[:-2], **options)
    weights = np.random.default_rng(0).normal(size=outputs.shape)
    expected = reference.conv_backward(weights, inputs, kernel, **options)
    for found, value in zip(ops.conv_backward(weights, cache), expected, strict=True):
        np.testing.assert_allclose(found, value, atol=1e-12)


SHAPES = [
    ((2, 9, 2), (3, 2, 4), {}),
    ((2, 9, 9), (4, 9, 4), {"strides": 2, "padding": "same"}),
    ((2, 9, 3), (3, 3, 2), {"padding": (2, 0), "dilation_rate": 2}),
    ((2, 7, 8, 2), (3, 2, 2, 3), {"strides": (2, 1), "padding": "same"}),
    ((2, 7, 8, 9), (3, 3, 9, 3), {"padding": ((1, 2), (0, 1))}),
    ((2, 8, 7, 3), (2, 3, 3, 2), {"dilation_rate": (1, 2), "padding": 1}),
    ((2, 9, 6, 3), (3, 3, 3, 2), {"strides": (2, 1), "padding": 1}),
    ((2, 9, 6, 3), (2, 3, 3, 2), {"dilation_rate": (2, 1), "padding": "same"}),
    ((2, 6, 6, 17), (2, 3, 17, 2), {}),
    ((2, 6, 6, 3), (1, 1, 3, 5), {}),
    ((2, 6, 6, 3), (1, 1, 3, 5), {"strides": 2}),
    ((2, 6, 6, 2), (3, 3, 2, 2), {"strides": 4}),
    ((2, 5, 4, 6, 2), (2, 3, 2, 2, 3), {"padding": "same", "strides": (1, 2, 2)}),
    ((1, 5, 5, 4, 9), (3, 2, 2, 9, 2), {"dilation_rate": (2, 1, 1)}),
]


@pytest.mark.parametrize(("inputs", "kernel", "options"), SHAPES)
def test_gradient_of_conv(inputs, kernel, options):
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=inputs), rng.normal(size=kernel)]
    check_gradients(ops.conv_forward, ops.conv_backward, arrays, **options)


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


def test_a_batch_larger_than_the_working_memory_is_taken_in_parts():
    rng = np.random.default_rng(4)
    inputs, kernel = rng.normal(size=(50, 20, 20, 8)), rng.normal(size=(3, 3, 8, 5))
    whole, cache = ops.conv_forward(inputs, kernel)
    weights = rng.normal(size=whole.shape)
    grad_inputs, grad_kernel = ops.conv_backward(weights, cache)
    total = 0
    for n in range(len(inputs)):
        one, cache = ops.conv_forward(inputs[n : n + 1], kernel)
        np.testing.assert_allclose(one[0], whole[n], atol=1e-12)
        grad_one, part = ops.conv_backward(weights[n : n + 1], cache)
        np.testing.assert_allclose(grad_one[0], grad_inputs[n], atol=1e-12)
        total = total + part
    np.testing.assert_allclose(total, grad_kernel, atol=1e-9)


def test_gradient_of_the_inputs_is_left_out_when_not_needed():
    rng = np.random.default_rng(5)
    outputs, cache = ops.conv_forward(rng.normal(size=(2, 6, 1)), rng.normal(size=(3, 1, 2)))
    both, kernel = ops.conv_backward(outputs, cache)
    none, alone = ops.conv_backward(outputs, cache, need_inputs=False)
    assert both is not None and none is None
    np.testing.assert_array_equal(kernel, alone)


def test_inputs_and_gradients_are_left_as_they_were():
    rng = np.random.default_rng(6)
    inputs, kernel = rng.normal(size=(2, 6, 6, 2)), rng.normal(size=(3, 3, 2, 2))
    kept = inputs.copy(), kernel.copy()
    outputs, cache = ops.conv_forward(inputs, kernel, padding="same")
    weights = rng.normal(size=outputs.shape)
    before = weights.copy()
    ops.conv_backward(weights, cache)
    np.testing.assert_array_equal(inputs, kept[0])
    np.testing.assert_array_equal(kernel, kept[1])
    np.testing.assert_array_equal(weights, before)


@pytest.mark.parametrize("layout", ["transposed", "reversed", "strided", "read-only"])
def test_any_memory_layout_is_taken(layout):
    rng = np.random.default_rng(7)
    inputs, kernel = rng.normal(size=(2, 7, 7, 2)), rng.normal(size=(3, 3, 2, 2))
    view = {
        "transposed": lambda: np.asfortranarray(inputs),
        "reversed": lambda: inputs[:, ::-1][:, ::-1],
        "strided": lambda: np.repeat(inputs, 2, axis=1)[:, ::2],
        "read-only": lambda: np.frombuffer(inputs.tobytes()).reshape(inputs.shape),
    }[layout]()
    expected, cache = ops.conv_forward(inputs, kernel)
    found, cache_of_view = ops.conv_forward(view, kernel)
    np.testing.assert_array_equal(found, expected)
    for a, b in zip(
        ops.conv_backward(found, cache_of_view), ops.conv_backward(expected, cache), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_an_empty_batch_gives_an_empty_batch():
    outputs, cache = ops.conv_forward(np.zeros((0, 6, 6, 2)), np.ones((3, 3, 2, 4)))
    assert outputs.shape == (0, 4, 4, 4)
    grad_inputs, grad_kernel = ops.conv_backward(outputs, cache)
    assert grad_inputs.shape == (0, 6, 6, 2) and not grad_kernel.any()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.uint8, np.float32),
        (np.int64, np.float32),
        (np.bool_, np.float32),
        (np.float16, np.float32),
    ],
)
def test_types_of_outputs_and_gradients(given, expected):
    inputs = np.ones((2, 6, 6, 3), given)
    kernel = np.ones((3, 3, 3, 2), np.float32)
    outputs, cache = ops.conv_forward(inputs, kernel)
    gradients = ops.conv_backward(outputs, cache)
    grown = ops.conv_transpose(outputs, kernel)
    assert {a.dtype for a in (outputs, *gradients, grown)} == {np.dtype(expected)}


def test_lists_are_float32():
    assert ops.conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[-1.0]]]).dtype == np.float32


def one_image(rows):
    return np.array(rows).reshape(1, len(rows), -1, 1)


def one_kernel(rows):
    return np.array(rows).reshape(len(rows), -1, 1, 1)


BINARY_5 = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
BINARY_6 = [
    [1, 0, 0, 0, 0, 1],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 1, 0, 0],
    [1, 0, 0, 0, 1, 0],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 0, 1, 0],
]
FILTER_1 = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
FILTER_2 = [[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]]
DIGITS_6 = [
    [4, 9, 2, 5, 8, 3],
    [5, 6, 2, 4, 0, 3],
    [2, 4, 5, 4, 5, 2],
    [5, 6, 5, 4, 7, 8],
    [5, 7, 7, 9, 2, 1],
    [5, 8, 5, 3, 8, 4],
]
EDGE = [[1, 0, -1]] * 3

LECTURE = {
    "conv-01": (
        BINARY_5,
        [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
        {},
        [[4, 3, 4], [2, 4, 3], [2, 3, 4]],
    ),
    "conv-03": (
        BINARY_6,
        FILTER_1,
        {},
        [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]],
    ),
    "conv-04": (BINARY_6, FILTER_1, {"strides": 2}, [[3, -3], [-3, 0]]),
    "conv-05": (
        BINARY_6,
        FILTER_2,
        {},
        [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]],
    ),
    "size-01": (
        DIGITS_6,
        EDGE,
        {},
        [[2, 6, -4, 5], [0, 4, 0, -1], [-5, 0, 3, 6], [-2, 5, 0, 3]],
    ),
    "size-02": (DIGITS_6, EDGE, {"strides": 2}, [[2, -4], [-5, 3]]),
    "size-04": (
        DIGITS_6,
        EDGE,
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
    same = ops.conv(one_image(DIGITS_6), one_kernel(EDGE), padding="same")[0, :, :, 0]
    np.testing.assert_array_equal(same[0], [-15, 5, 6, -4, 3, 8])  # size-03
    by_one = ops.conv(one_image(DIGITS_6), one_kernel(EDGE), padding=1)[0, :, :, 0]
    np.testing.assert_array_equal(same, by_one)


def test_kerass_same_is_not_the_slides_padding_at_stride_two():
    """size-07: 0 before and 1 after, so the windows start elsewhere than with one on each side."""
    image, kernel = one_image(DIGITS_6), one_kernel(EDGE)
    uneven = ops.conv(image, kernel, 2, "same")
    np.testing.assert_array_equal(uneven, ops.conv(image, kernel, 2, ((0, 1), (0, 1))))
    assert (uneven != ops.conv(image, kernel, 2, 1)).any()


def test_two_filters_stack_to_two_channels():
    kernel = np.concatenate([one_kernel(FILTER_1), one_kernel(FILTER_2)], axis=-1)
    found = ops.conv(one_image(BINARY_6), kernel)
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
        "conv: inputs must have 3 channels on the last axis, as the kernel has in_channels 3, "
        "got 28 in shape (2, 3, 28, 28). Put the channels last: np.moveaxis(inputs, 1, -1).",
    ),
    (
        lambda: ops.conv(images(2, 28, 28, 1), images(3, 3, 3, 4)),
        ValueError,
        "as the kernel has in_channels 3, got 1 in shape (2, 28, 28, 1).",
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
        "conv: inputs must hold real numbers (float32 or float64), got dtype complex64.",
    ),
    (
        lambda: ops.conv(images(2, 8, 8, 1), np.full((3, 3, 1, 4), None)),
        TypeError,
        "conv: kernel must hold real numbers (float32 or float64), got dtype object.",
    ),
    (
        lambda: ops.conv([[["1"], ["2"]]], images(2, 1, 1)),
        TypeError,
        "conv: inputs must hold real numbers (float32 or float64), got dtype <U1.",
    ),
    (
        lambda: ops.conv([[1, 2], [3]], images(2, 1, 1)),
        ValueError,
        "conv: inputs must be a full array of numbers, got rows of unequal length.",
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
