"""Pooling against the plain loops, by gradient check, ties apart, and on the lectures' numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import ops
from course_lib.ops import reference
from tests.course_lib.ops.gradients import check_gradients, spread_out


@st.composite
def pools(draw):
    axes = draw(st.integers(1, 3))
    spatial = tuple(draw(st.integers(1, (9, 7, 4)[axes - 1])) for _ in range(axes))
    padding = draw(st.sampled_from(["valid", "same"]))
    most = (min(4, n) if padding == "valid" else 4 for n in spatial)
    size = tuple(draw(st.integers(1, n)) for n in most)
    strides = draw(st.one_of(st.none(), st.tuples(*[st.integers(1, 3)] * axes)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    inputs = rng.integers(-3, 3, (2, *spatial, 2)).astype(float)  # with many ties
    return inputs, {"pool_size": size, "strides": strides, "padding": padding}


@settings(max_examples=60, deadline=None)
@given(pools(), st.sampled_from(["max_pool", "average_pool"]))
def test_pool_and_its_gradient_are_those_of_the_loops(case, name):
    inputs, options = case
    outputs, cache = getattr(ops, f"{name}_forward")(inputs, **options)
    expected = getattr(reference, name)(inputs, **options)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    weights = np.random.default_rng(0).normal(size=outputs.shape)
    gradient = getattr(ops, f"{name}_backward")(weights, cache)
    expected = getattr(reference, f"{name}_backward")(weights, inputs, **options)
    np.testing.assert_allclose(gradient, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((2, 9, 3), {"pool_size": 2}),
        ((2, 7, 8, 3), {"pool_size": 2}),
        ((2, 7, 8, 3), {"pool_size": (3, 2), "strides": (2, 1), "padding": "same"}),
        ((2, 5, 5, 4, 2), {"pool_size": 2, "padding": "same"}),
    ],
)
def test_gradient_of_pool(name, shape, options):
    inputs = spread_out(np.random.default_rng(1), shape)
    forward, backward = getattr(ops, f"{name}_forward"), getattr(ops, f"{name}_backward")
    check_gradients(forward, backward, [inputs], **options)


def test_of_equal_values_the_first_takes_the_whole_gradient():
    inputs = np.array([[5.0, 5.0], [5.0, 5.0]]).reshape(1, 2, 2, 1)
    _, cache = ops.max_pool_forward(inputs, 2)
    gradient = ops.max_pool_backward(np.array([3.0]).reshape(1, 1, 1, 1), cache)
    np.testing.assert_array_equal(gradient[0, :, :, 0], [[3, 0], [0, 0]])
    inputs = np.array([[1.0, 2.0], [2.0, 0.0]]).reshape(1, 2, 2, 1)
    _, cache = ops.max_pool_forward(inputs, 2)
    gradient = ops.max_pool_backward(np.array([3.0]).reshape(1, 1, 1, 1), cache)
    np.testing.assert_array_equal(gradient[0, :, :, 0], [[0, 3], [0, 0]])


def test_overlapping_windows_add_their_gradients():
    inputs = np.array([1.0, 9.0, 2.0]).reshape(1, 3, 1)
    _, cache = ops.max_pool_forward(inputs, 2, 1)
    gradient = ops.max_pool_backward(np.array([3.0, 4.0]).reshape(1, 2, 1), cache)
    np.testing.assert_array_equal(gradient.ravel(), [0, 7, 0])


def test_windows_over_the_edge_see_no_zeros():
    inputs = np.full((1, 3, 3, 1), -2.0)
    for pool in (ops.max_pool, ops.average_pool):
        np.testing.assert_array_equal(pool(inputs, 2, padding="same"), np.full((1, 2, 2, 1), -2))


def one_image(rows):
    return np.array(rows).reshape(1, len(rows), -1, 1)


def test_the_lectures_pools():
    image = one_image([[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]])
    np.testing.assert_array_equal(ops.max_pool(image, 2)[0, :, :, 0], [[4, 8], [8, 4]])  # pool-01
    assert ops.max_pool(np.zeros((1, 26, 26, 8)), 2).shape == (1, 13, 13, 8)  # pool-05
    assert ops.max_pool(np.zeros((1, 11, 11, 64)), 2).shape == (1, 5, 5, 64)  # pool-06
    assert ops.average_pool(np.zeros((1, 28, 28, 6)), 2).shape == (1, 14, 14, 6)  # pool-07


def test_five_by_five_pools_to_two_or_to_three():
    """pool-02: the border cells are dropped by "valid", and kept in partial windows by "same"."""
    image = np.arange(25.0).reshape(1, 5, 5, 1)
    np.testing.assert_array_equal(ops.max_pool(image, 2)[0, :, :, 0], [[6, 8], [16, 18]])
    kept = ops.max_pool(image, 2, padding="same")[0, :, :, 0]
    np.testing.assert_array_equal(kept, [[6, 8, 9], [16, 18, 19], [21, 23, 24]])


@pytest.mark.parametrize("pool", ["max_pool", "average_pool"])
def test_types_and_untouched_inputs(pool):
    forward, backward = getattr(ops, f"{pool}_forward"), getattr(ops, f"{pool}_backward")
    for dtype, expected in ((np.uint8, "float32"), (np.float32, "float32"), (float, "float64")):
        inputs = np.arange(50).reshape(1, 5, 5, 2).astype(dtype)
        kept = inputs.copy()
        outputs, cache = forward(inputs, 3, 1, "same")
        weights = np.ones_like(outputs)
        assert (outputs.dtype, backward(weights, cache).dtype) == (expected, expected)
        np.testing.assert_array_equal(inputs, kept)
        np.testing.assert_array_equal(weights, 1)


def images(*shape):
    return np.zeros(shape, np.float32)


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (
            (images(28, 28), (2, 2)),
            ValueError,
            "inputs must have rank 4 (batch, height, width, channels), got shape (28, 28). "
            "Add the missing axes: inputs.reshape(1, 28, 28, 1).",
        ),
        ((images(28, 28), 2), ValueError, "inputs must have rank 3, 4 or 5 (batch, *spatial"),
        ((images(2, 8, 8, 1), 0), ValueError, "pool_size must be a positive integer, got 0."),
        (
            (images(2, 8, 8, 1), (2, 2.0)),
            TypeError,
            "pool_size must be a positive integer, got 2.0",
        ),
        ((images(2, 8, 8, 1), 2, -1), ValueError, "strides must be a positive integer, got -1."),
        (
            (images(2, 8, 8, 1), 2, (1, 2, 3)),
            ValueError,
            "strides must be an integer or 2 integers",
        ),
        ((images(2, 8, 8, 1), 2, 2, "full"), ValueError, 'padding must be "valid" or "same"'),
        ((images(2, 8, 8, 1), 2, 2, 1), ValueError, 'padding must be "valid" or "same", got 1.'),
        (
            (images(2, 3, 8, 1), 4),
            ValueError,
            "pool_size must not be larger than the input, got pool_size 4 for an input of size 3.",
        ),
        (
            (images(2, 8, 8, 1) * 1j, 2),
            TypeError,
            "inputs must be an array of real numbers, got complex64.",
        ),
    ],
)
def test_bad_input_is_named(name, arguments, kind, text):
    with pytest.raises(kind) as caught:
        getattr(ops, name)(*arguments)
    assert f"{name}: {text}" in str(caught.value)


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_a_gradient_of_another_shape_is_named(name):
    _, cache = getattr(ops, f"{name}_forward")(images(2, 8, 8, 1), 2)
    with pytest.raises(ValueError, match=r"grad_outputs must have shape \(2, 4, 4, 1\), that of"):
        getattr(ops, f"{name}_backward")(images(2, 8, 8, 1), cache)
