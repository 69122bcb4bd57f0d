"""Dense, flatten and zero padding: formulas, gradients, lecture numbers, bad input."""

import importlib

import numpy as np
import pytest

from course_lib import ops
from course_lib.ops.checks import as_floats
from tests.course_lib.ops.gradients import check_gradients

dense = importlib.import_module("course_lib.ops.dense")  # ops.dense is the function


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 5)])
def test_dense_and_its_gradient(shape):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape), rng.normal(size=(5, 3)), rng.normal(size=3)]
    outputs = ops.dense(*arrays)
    unit = sum(arrays[0][..., i] * arrays[1][i, 2] for i in range(5)) + arrays[2][2]
    np.testing.assert_allclose(outputs[..., 2], unit, atol=1e-12)
    check_gradients(ops.dense_forward, ops.dense_backward, arrays)


def test_dense_without_bias_and_without_gradient_of_the_inputs():
    rng = np.random.default_rng(1)
    inputs, kernel = rng.normal(size=(4, 5)), rng.normal(size=(5, 3))
    outputs, cache = ops.dense_forward(inputs, kernel)
    np.testing.assert_allclose(outputs, inputs @ kernel)
    grad_inputs, grad_kernel, grad_bias = ops.dense_backward(outputs, cache, need_inputs=False)
    assert grad_inputs is None and grad_bias is None and grad_kernel.shape == kernel.shape


def test_a_factored_gradient_is_the_gradient_of_the_kernel(monkeypatch):
    rng = np.random.default_rng(5)
    inputs, kernel, bias, weights = (
        rng.normal(size=shape) for shape in ((6, 7), (7, 4), (4,), (6, 4))
    )
    cache = dense.dense_forward(inputs, kernel, bias)[1]
    expected = dense.dense_backward(weights, cache)
    grad_inputs, factored, grad_bias = dense.dense_backward_factored(weights, cache)
    np.testing.assert_allclose(grad_inputs, expected[0])
    assert grad_inputs.flags.c_contiguous
    np.testing.assert_allclose(factored, expected[1])
    np.testing.assert_allclose(grad_bias, expected[2])
    assert dense.dense_backward_factored(weights, cache, need_inputs=False)[0] is None

    monkeypatch.setattr(dense, "ROWS_AT_ONCE", 8)  # two rows of four units
    assert len(factored.cuts()) == 4
    found = np.concatenate([factored[rows] for rows in factored.cuts()])
    np.testing.assert_allclose(found, expected[1])

    halves = [
        dense.dense_backward_factored(weights[cut], dense.dense_forward(inputs[cut], kernel)[1])[1]
        for cut in (slice(2), slice(2, None))
    ]
    joined = dense.FactoredGradient.joined(halves)
    joined /= 2
    np.testing.assert_allclose(joined, expected[1] / 2)


def test_bias_gradient_sums_all_places():
    grad = np.random.default_rng(2).normal(size=(4, 5, 6, 3))
    np.testing.assert_allclose(ops.bias_gradient(grad), grad.sum((0, 1, 2)), atol=1e-12)


@pytest.mark.parametrize(
    "shape", [(4, 5, 6, 3), (1, 4999, 16), (1, 8191, 4), (3, dense.RUN + 1), (0, 5, 3)]
)
def test_a_bias_is_added_to_every_place_in_long_runs(monkeypatch, shape):
    """Of any number of places: few divisors, as 4999 and 8191 have, are no hindrance."""
    rng, runs, tile = np.random.default_rng(6), [], np.tile
    outputs, bias = rng.normal(size=shape), rng.normal(size=shape[-1])
    monkeypatch.setattr(np, "tile", lambda *given: runs.append(tile(*given)) or runs[-1])
    expected = outputs + bias
    dense.add_bias(outputs, bias)
    np.testing.assert_array_equal(outputs, expected)
    assert len(runs[0]) >= min(outputs.size, dense.RUN - len(bias))


def test_flatten_and_its_gradient():
    inputs = np.random.default_rng(3).normal(size=(2, 3, 4, 5))
    outputs, cache = ops.flatten_forward(inputs)
    assert outputs.shape == (2, 60)
    np.testing.assert_array_equal(outputs[1], inputs[1].ravel())
    np.testing.assert_array_equal(ops.flatten_backward(outputs, cache), inputs)
    assert ops.flatten(np.zeros((0, 3, 2))).shape == (0, 6)
    assert ops.flatten(np.zeros(3)).shape == (3, 1)
    assert ops.flatten(np.zeros((1, 5, 5, 64))).shape == (1, 1600)  # mod-04


@pytest.mark.parametrize(
    ("shape", "padding", "spatial"),
    [
        ((2, 3, 1), 1, (5,)),
        ((2, 3, 1), (1, 2), (6,)),
        ((2, 3, 4, 2), (1, 2), (5, 8)),
        ((2, 3, 4, 2), ((0, 1), (2, 0)), (4, 6)),
        ((2, 3, 4, 2, 2), 1, (5, 6, 4)),
        ((2, 3, 4, 2), 0, (3, 4)),
    ],
)
def test_zero_pad_and_its_gradient(shape, padding, spatial):
    inputs = np.random.default_rng(4).normal(size=shape)
    outputs = ops.zero_pad(inputs, padding)
    assert outputs.shape == (shape[0], *spatial, shape[-1])
    assert np.count_nonzero(outputs) == inputs.size
    assert outputs.sum() == pytest.approx(inputs.sum())
    check_gradients(ops.zero_pad_forward, ops.zero_pad_backward, [inputs], padding=padding)


def test_zero_pad_puts_the_zeros_where_asked():
    np.testing.assert_array_equal(ops.zero_pad([[[1.0]]], (1, 2)).ravel(), [0, 1, 0, 0])


def test_types():
    inputs = np.ones((2, 3), np.uint8)
    outputs, cache = ops.dense_forward(inputs, np.ones((3, 2), np.float32), np.ones(2, np.float32))
    gradients = ops.dense_backward(outputs, cache)
    arrays = (outputs, *gradients, ops.flatten(inputs), ops.zero_pad(inputs[..., None], 1))
    assert {array.dtype for array in arrays} == {np.dtype("float32")}


def zeros(*shape):
    return np.zeros(shape, np.float32)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: ops.dense(zeros(2, 5, 5, 64), zeros(1600, 10)),
            ValueError,
            "dense: inputs must have 1600 features on the last axis, as the kernel has, got 64 in "
            "shape (2, 5, 5, 64). Flatten each example: inputs.reshape(len(inputs), -1), or a "
            "Flatten layer before this one.",
        ),
        (
            lambda: ops.dense(zeros(8), zeros(8, 10)),
            ValueError,
            "got shape (8,). Add the batch axis: inputs.reshape(1, 8).",
        ),
        (
            lambda: ops.dense(zeros(2, 7), zeros(8, 10)),
            ValueError,
            "dense: inputs must have 8 features on the last axis, as the kernel has, "
            "got 7 in shape (2, 7).",
        ),
        (
            lambda: ops.dense(zeros(2, 8), zeros(8)),
            ValueError,
            "dense: kernel must have rank 2 (features, units), got shape (8,).",
        ),
        (
            lambda: ops.dense(zeros(2, 8), zeros(8, 10), zeros(8)),
            ValueError,
            "dense: bias must have shape (10,), that of the units of kernel, got (8,).",
        ),
        (
            lambda: ops.dense(zeros(2, 8) * 1j, zeros(8, 10)),
            TypeError,
            "dense: inputs must be an array of real numbers, got complex64.",
        ),
        (
            lambda: ops.dense_backward(
                zeros(2, 9), ops.dense_forward(zeros(2, 8), zeros(8, 10))[1]
            ),
            ValueError,
            "dense_backward: grad_outputs must have shape (2, 10), that of the outputs",
        ),
        (lambda: ops.flatten(3.0), ValueError, "flatten: inputs must have a batch axis"),
        (
            lambda: ops.flatten_backward(zeros(2, 5), (2, 3, 2)),
            ValueError,
            "flatten_backward: grad_outputs must have shape (2, 6)",
        ),
        (
            lambda: ops.zero_pad(zeros(2, 3), 1),
            ValueError,
            "zero_pad: inputs must have rank 3, 4 or 5 (batch, *spatial, channels), "
            "got shape (2, 3).",
        ),
        (
            lambda: ops.zero_pad(zeros(2, 3, 3, 1), "same"),
            ValueError,
            "zero_pad: padding must be an integer, or 2 integers or pairs (before, after), "
            "got 'same'.",
        ),
        (
            lambda: ops.zero_pad(zeros(2, 3, 3, 1), (1, 1, 1)),
            ValueError,
            "zero_pad: padding must be a name, an integer, or 2 integers or pairs",
        ),
        (
            lambda: ops.zero_pad(zeros(2, 3, 3, 1), ((1, -1), 0)),
            ValueError,
            "zero_pad: padding must be an integer, 0 or more, got -1.",
        ),
        (
            lambda: ops.zero_pad_backward(
                zeros(2, 3, 3, 1), ops.zero_pad_forward(zeros(2, 3, 3, 1), 1)[1]
            ),
            ValueError,
            "zero_pad_backward: grad_outputs must have shape (2, 5, 5, 1)",
        ),
    ],
)
def test_bad_input_is_named(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


def test_a_float64_gradient_does_not_widen_a_float32_network():
    narrow = np.random.default_rng(5).normal(size=(4, 6, 6, 3)).astype(np.float32)
    kernel = np.ones((3, 3, 3, 2), np.float32)
    steps = [
        (ops.conv_forward(narrow, kernel), ops.conv_backward),
        (ops.conv_transpose_forward(narrow, np.ones((2, 2, 4, 3))), ops.conv_transpose_backward),
        (ops.max_pool_forward(narrow, 2), ops.max_pool_backward),
        (ops.average_pool_forward(narrow, 2), ops.average_pool_backward),
        (ops.relu_forward(narrow), ops.relu_backward),
        (ops.softmax_forward(narrow), ops.softmax_backward),
        (ops.batch_normalization_forward(narrow), ops.batch_normalization_backward),
        (ops.dense_forward(narrow, np.ones((3, 2), np.float32)), ops.dense_backward),
        (ops.embedding_forward([[0, 1]], kernel[0, 0]), ops.embedding_backward),
    ]
    for (outputs, cache), backward in steps:
        found = backward(np.ones(outputs.shape), cache)
        wide = outputs.dtype
        for gradient in found if isinstance(found, tuple) else (found,):
            assert gradient is None or gradient.dtype == wide
    assert [outputs.dtype == np.float32 for (outputs, _), _ in steps].count(False) == 1


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_numbers_in_the_other_order_of_bytes_become_those_of_the_processor(kind):
    rng = np.random.default_rng(2)
    inputs, kernel = (rng.normal(size=size).astype(kind) for size in ((3, 4), (4, 2)))
    turned = [array.astype(array.dtype.newbyteorder()) for array in (inputs, kernel)]
    outputs, cache = ops.dense_forward(*turned)
    found = [outputs, *ops.dense_backward(outputs, cache)[:2]]
    assert {array.dtype for array in found} == {np.dtype(kind)}
    np.testing.assert_array_equal(outputs, ops.dense(inputs, kernel))
    assert all(array.dtype.isnative for array in as_floats("dense", inputs=turned[0]))
