"""Activations: values, gradients, extremes, types, bad input."""

import math

import numpy as np
import pytest

from course_lib import ops
from tests.course_lib.ops.gradients import check_gradients, spread_out

NAMES = [
    "relu", "sigmoid", "tanh", "softmax", "log_softmax", "leaky_relu", "elu", "silu", "gelu",
]  # fmt: skip


def pair(name):
    return getattr(ops, f"{name}_forward"), getattr(ops, f"{name}_backward")


@pytest.mark.parametrize("name", NAMES)
def test_gradient(name):
    inputs = spread_out(np.random.default_rng(0), (3, 4, 5))
    assert (inputs != 0).all()  # relu has no slope there
    check_gradients(*pair(name), [inputs])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_along_any_axis(axis):
    inputs = np.random.default_rng(1).normal(size=(3, 4, 5))
    outputs = ops.softmax(inputs, axis)
    np.testing.assert_allclose(outputs.sum(axis), 1)
    exps = np.exp(inputs)
    np.testing.assert_allclose(outputs, exps / exps.sum(axis, keepdims=True))
    check_gradients(*pair("softmax"), [inputs], axis=axis)


def test_values():
    inputs = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_array_equal(ops.relu(inputs), [0, 0, 3])
    np.testing.assert_allclose(ops.sigmoid(inputs), 1 / (1 + np.exp(-inputs)))
    np.testing.assert_allclose(ops.tanh(inputs), np.tanh(inputs))
    np.testing.assert_allclose(ops.leaky_relu(inputs, 0.1), [-0.2, 0, 3])
    np.testing.assert_allclose(ops.elu(inputs, 2.0), [2 * np.exp(-2) - 2, 0, 3])
    np.testing.assert_allclose(ops.silu(inputs), inputs / (1 + np.exp(-inputs)))
    share = [(1 + math.erf(x / math.sqrt(2))) / 2 for x in inputs]
    np.testing.assert_allclose(ops.gelu(inputs, approximate=False), inputs * share, atol=1e-6)
    np.testing.assert_allclose(ops.gelu(inputs), inputs * share, atol=1e-3)
    np.testing.assert_allclose(ops.log_softmax(inputs), np.log(ops.softmax(inputs)))


def test_softmax_over_several_axes():
    inputs = np.random.default_rng(2).normal(size=(3, 4, 5))
    np.testing.assert_allclose(ops.softmax(inputs, (1, 2)).sum((1, 2)), 1)
    check_gradients(*pair("softmax"), [inputs], axis=(0, 2))
    check_gradients(*pair("log_softmax"), [inputs], axis=(1, 2))
    with pytest.raises(ValueError, match=r"softmax: axis must name each axis once, got \(1, -2\)"):
        ops.softmax(inputs, (1, -2))


def test_exact_gelu_has_its_slope():
    check_gradients(
        *pair("gelu"), [spread_out(np.random.default_rng(0), (3, 4))], approximate=False,
        tolerance=1e-5,
    )  # fmt: skip


def test_relu_has_no_slope_at_zero():
    _, cache = ops.relu_forward(np.array([0.0, -0.0, 1.0]))
    np.testing.assert_array_equal(ops.relu_backward(np.array([2.0, 2.0, 2.0]), cache), [0, 0, 2])


@pytest.mark.parametrize("name", NAMES)
def test_extremes_stay_finite_and_silent(name):
    inputs = np.array([[-1e4, -90.0, 0.0, 90.0, 1e4]], np.float32)
    forward, backward = pair(name)
    with np.errstate(all="raise", under="ignore"):
        outputs, cache = forward(inputs)
        gradient = backward(np.ones_like(outputs), cache)
    assert np.isfinite(outputs).all() and np.isfinite(gradient).all()


@pytest.mark.parametrize("name", NAMES)
def test_types_and_untouched_inputs(name):
    forward, backward = pair(name)
    for given, expected in ((np.int64, "float32"), (np.float32, "float32"), (float, "float64")):
        inputs = np.array([[-3, 1, 2]], given)
        outputs, cache = forward(inputs)
        assert (outputs.dtype, backward(outputs, cache).dtype) == (expected, expected)
        np.testing.assert_array_equal(inputs, [[-3, 1, 2]])


@pytest.mark.parametrize("name", NAMES)
def test_bad_input_is_named(name):
    forward, backward = pair(name)
    with pytest.raises(TypeError, match=f"{name}: inputs must be an array of real numbers, got"):
        forward(np.array([[1j]]))
    _, cache = forward(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=rf"{name}_backward: grad_outputs must have shape \(2, 3\)"
    ):
        backward(np.ones((3, 2)), cache)


def test_softmax_names_a_bad_axis():
    with pytest.raises(ValueError, match="softmax: axis must lie in -2 to 1, got 2"):
        ops.softmax(np.ones((2, 3)), axis=2)
    with pytest.raises(TypeError, match=r"softmax: axis must be an integer, got 1\.0"):
        ops.softmax(np.ones((2, 3)), axis=1.0)
    with pytest.raises(ValueError, match=r"softmax: inputs must have at least one axis"):
        ops.softmax(3.0)
