"""Convolution against the plain loops and by gradient check; what it takes and returns."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import ops
from course_lib.ops import reference
from course_lib.shapes import output_shape
from tests.course_lib.ops.gradients import check_gradients


@st.composite
def convolutions(draw):
    """inputs, kernel and options of a convolution that fits, with one to three axes."""
    axes = draw(st.integers(1, 3))
    most = (9, 7, 4)[axes - 1]
    sizes = st.integers(1, most)
    strides = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    most_dilated = 1 if max(strides) > 1 else 2
    dilation = tuple(draw(st.integers(1, most_dilated)) for _ in range(axes))
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


@pytest.mark.parametrize(
    "shape, size, options",
    [
        ((2, 7, 18), (3,), {"padding": "same", "dilation_rate": 2}),
        ((2, 5, 4, 18), (3, 2), {"padding": ((2, 0), (1, 3))}),
        ((2, 5, 4, 18), (2, 3), {}),
        ((2, 4, 3, 4, 18), (2, 2, 3), {"padding": "same"}),
    ],
)
def test_gradient_of_conv_on_as_many_channels_as_filters_or_more(shape, size, options):
    """There the way back is a convolution itself, with the kernel turned about."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape), rng.normal(size=(*size, shape[-1], 16))]
    check_gradients(ops.conv_forward, ops.conv_backward, arrays, **options)


@pytest.mark.parametrize(
    "spatial, size, dilation, batch",
    [
        ((9,), (3,), 1, 2),
        ((6, 7), (3, 2), 1, 2),
        ((6, 7), (2, 3), 2, 2),
        ((4, 3, 5), (3, 2, 3), 1, 2),
        ((20, 20), (3, 3), 1, 50),  # in several parts
    ],
)
def test_with_as_many_places_as_cells_both_gradients_come_from_one_copy(
    monkeypatch, spatial, size, dilation, batch
):
    rng, conv = np.random.default_rng(3), importlib.import_module("course_lib.ops.conv")
    inputs, kernel = rng.normal(size=(batch, *spatial, 17)), rng.normal(size=(*size, 17, 18))
    outputs, cache = ops.conv_forward(inputs, kernel, padding="same", dilation_rate=dilation)
    weights = rng.normal(size=outputs.shape)
    apart = (
        conv.spread(weights, kernel, cache.window),
        conv.kernel_gradient(inputs, weights, cache.window),
    )
    copied, write = [], conv.rows_by_tap
    monkeypatch.setattr(conv, "rows_by_tap", lambda a, w: copied.append(len(a)) or write(a, w))
    together = ops.conv_backward(weights, cache)
    assert sum(copied) == batch and (len(copied) > 1) is (batch > 2)
    for ours, theirs in zip(together, apart, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("size", "spatial"), [((3,), (9,)), ((3, 2), (7, 8)), ((2, 3, 3), (4, 5, 6))]
)
@pytest.mark.parametrize("channels", [31, 32])
def test_the_way_back_of_a_stride_goes_by_phases_where_cells_have_many_channels(
    monkeypatch, size, spatial, channels
):
    """There a cell beside another makes no product faster, only longer."""
    rng, conv = np.random.default_rng(6), importlib.import_module("course_lib.ops.conv")
    calls, beside = [], conv._spread_side_by_side
    monkeypatch.setattr(conv, "_spread_side_by_side", lambda *a: calls.append(1) or beside(*a))
    inputs = rng.normal(size=(2, *spatial, channels))
    kernel = rng.normal(size=(*size, channels, 16))
    outputs, cache = ops.conv_forward(inputs, kernel, strides=2, padding="same")
    grad = rng.normal(size=outputs.shape)
    grad_inputs, _ = ops.conv_backward(grad, cache)
    assert len(calls) == (channels < 32 or size[-1] == 2)  # and where no window meets another
    assert (grad_inputs * inputs).sum() == pytest.approx((grad * outputs).sum())
    np.testing.assert_allclose(grad_inputs, beside(grad, kernel, cache.window), atol=1e-12)


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


def test_groups_are_inferred_from_a_kernel_for_fewer_channels():
    rng = np.random.default_rng(0)
    inputs, kernel = rng.normal(size=(2, 6, 5, 4)), rng.normal(size=(3, 2, 2, 6))
    halves = [
        ops.conv(inputs[..., :2], kernel[..., :3]),
        ops.conv(inputs[..., 2:], kernel[..., 3:]),
    ]
    np.testing.assert_allclose(ops.conv(inputs, kernel), np.concatenate(halves, axis=-1))
    check_gradients(ops.conv_forward, ops.conv_backward, [inputs, kernel])
    with pytest.raises(ValueError, match="inputs must have 3 channels on the last axis"):
        ops.conv(inputs, rng.normal(size=(3, 2, 3, 6)))
    with pytest.raises(ValueError, match="inputs must have 2 channels on the last axis"):
        ops.conv(inputs, rng.normal(size=(3, 2, 2, 5)))


def test_padding_may_be_written_in_capitals_and_channels_are_last():
    inputs, kernel = np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 1))
    assert ops.conv(inputs, kernel, 1, "VALID", "channels_last").shape == (1, 3, 3, 1)
    assert ops.conv(inputs, kernel, padding="SAME").shape == (1, 5, 5, 1)
    assert ops.max_pool(inputs, 2, padding="SAME").shape == (1, 3, 3, 2)
    with pytest.raises(ValueError, match='data_format must be "channels_last"'):
        ops.conv(inputs, kernel, data_format="channels_first")
