"""Batch normalisation: on the slide's table, by gradient check, in both behaviours."""

import sys

import numpy as np
import pytest

from course_lib import ops
from tests.course_lib.ops.gradients import check_gradients

normalization = sys.modules[ops.batch_normalization.__module__]
TABLE = np.array([[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]).reshape(1, 4, 4, 1)


def test_the_slides_table():
    """mod-13: mean 3, variance 6.25, first row 0.4 -0.8 -0.8 2.0."""
    outputs, cache = ops.batch_normalization_forward(TABLE, epsilon=1e-12)
    assert (cache.mean, cache.variance) == (3, 6.25)
    np.testing.assert_allclose(outputs[0, 0, :, 0], [0.4, -0.8, -0.8, 2.0], rtol=1e-6)


@pytest.mark.parametrize(("shape", "axis"), [((6, 3), -1), ((3, 4, 5, 2), -1), ((3, 4, 5), 1)])
@pytest.mark.parametrize("given", [False, True])
def test_gradient(shape, axis, given):
    rng = np.random.default_rng(0)
    channels = shape[axis]
    statistics = {}
    if given:
        statistics = {"mean": rng.normal(size=channels), "variance": rng.random(channels) + 0.5}

    def forward(inputs, scale, offset):
        return ops.batch_normalization_forward(
            inputs, axis=axis, scale=scale, offset=offset, **statistics
        )

    arrays = [rng.normal(size=shape), rng.normal(size=channels), rng.normal(size=channels)]
    check_gradients(forward, ops.batch_normalization_backward, arrays)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_gradient_with_what_is_added_and_cut_off(given, relu):
    rng = np.random.default_rng(8)
    inputs, added = rng.normal(size=(2, 5, 4, 3))
    moving = {"mean": rng.normal(size=3), "variance": rng.uniform(1, 2, 3)} if given else {}

    def forward(inputs, scale, offset, added):
        return ops.batch_normalization_forward(
            inputs, **moving, scale=scale, offset=offset, added=added, relu=relu
        )

    arrays = [inputs, rng.normal(size=3), rng.normal(size=3), added]
    check_gradients(forward, ops.batch_normalization_backward, arrays)
    outputs, plain = (
        forward(*arrays)[0],
        ops.batch_normalization(inputs, **moving, scale=arrays[1], offset=arrays[2]),
    )
    expected = plain + added
    np.testing.assert_allclose(outputs, np.maximum(expected, 0) if relu else expected)


def test_what_is_added_has_the_shape_of_the_outputs():
    with pytest.raises(ValueError, match=r"added must have shape \(4, 3\), .* got \(3,\)"):
        ops.batch_normalization_forward(np.ones((4, 3)), added=np.ones(3))


def test_gradients_far_from_zero_are_those_near_it():
    rng = np.random.default_rng(3)
    inputs, grad = rng.normal(size=(2, 300, 4))
    near, far = (
        ops.batch_normalization_backward(
            grad.astype(np.float32),
            ops.batch_normalization_forward((inputs + mean).astype(np.float32))[1],
        )
        for mean in (0, 3000)
    )
    for a, b in zip(near, far, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-3 * np.abs(a).max())


def test_a_batch_comes_out_with_mean_offset_and_deviation_scale():
    inputs = np.random.default_rng(1).normal(5, 3, size=(64, 4, 4, 3))
    scale, offset = np.array([1.0, 2.0, 3.0]), np.array([0.0, -1.0, 4.0])
    outputs = ops.batch_normalization(inputs, scale=scale, offset=offset, epsilon=1e-9)
    np.testing.assert_allclose(outputs.mean((0, 1, 2)), offset, atol=1e-9)
    np.testing.assert_allclose(outputs.std((0, 1, 2)), scale, rtol=1e-6)


def test_inference_takes_the_given_statistics():
    inputs = np.random.default_rng(2).normal(size=(2, 3))
    mean, variance = np.array([1.0, 2.0, 3.0]), np.array([4.0, 9.0, 16.0])
    found = ops.batch_normalization(inputs, mean, variance, epsilon=1e-9)
    np.testing.assert_allclose(found, (inputs - mean) / [2, 3, 4], rtol=1e-6)


def test_a_large_mean_does_not_drown_the_variance():
    inputs = (np.random.default_rng(3).normal(size=(256, 2)) + 1e4).astype(np.float32)
    outputs = ops.batch_normalization(inputs, epsilon=1e-6)
    np.testing.assert_allclose(outputs.std(0), 1, rtol=1e-2)


def test_types():
    inputs = np.arange(12, dtype=np.uint8).reshape(6, 2)
    outputs, cache = ops.batch_normalization_forward(inputs, scale=np.ones(2), offset=np.ones(2))
    gradients = ops.batch_normalization_backward(outputs, cache)
    assert {a.dtype for a in (outputs, *gradients)} == {np.dtype("float32")}
    assert cache.mean.dtype == cache.variance.dtype == np.float32


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"mean": np.zeros(3)}, ValueError, "mean and variance must be given both or neither."),
        (
            {"mean": np.zeros(3), "variance": np.ones(2)},
            ValueError,
            "variance must have shape (3,), that of the channels of inputs, got (2,).",
        ),
        (
            {"mean": np.zeros(3), "variance": np.array([1, -1, 1])},
            ValueError,
            "variance must hold numbers of 0 or more, got -1.0.",
        ),
        ({"scale": np.ones((1, 3))}, ValueError, "scale must have shape (3,)"),
        ({"offset": np.ones(1)}, ValueError, "offset must have shape (3,)"),
        ({"axis": 2}, ValueError, "axis must lie in -2 to 1, got 2."),
        ({"epsilon": 0}, ValueError, "epsilon must be a positive number, got 0."),
        ({"epsilon": "x"}, TypeError, "epsilon must be a positive number, got 'x'."),
    ],
)
def test_bad_input_is_named(options, kind, text):
    with pytest.raises(kind) as caught:
        ops.batch_normalization(np.ones((2, 3)), **options)
    assert f"batch_normalization: {text}" in str(caught.value)


def test_more_bad_input():
    with pytest.raises(ValueError, match="inputs must have at least one example"):
        ops.batch_normalization(np.ones((0, 3)))
    _, cache = ops.batch_normalization_forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"grad_outputs must have shape \(4, 3\)"):
        ops.batch_normalization_backward(np.ones((2, 6)), cache)


@pytest.mark.parametrize("axis", [-1, 1, (1, 3), (2, 1)])
def test_layer_normalization_has_its_slope(axis):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(3, 4, 2, 5))
    axes = sorted(a % 4 for a in (axis if isinstance(axis, tuple) else (axis,)))
    sizes = [inputs.shape[a] for a in axes]
    arrays = [inputs, rng.normal(size=sizes), rng.normal(size=sizes)]
    check_gradients(
        ops.layer_normalization_forward, ops.layer_normalization_backward, arrays, axis=axis
    )
    outputs = ops.layer_normalization(inputs, axis=axis, epsilon=1e-9)
    np.testing.assert_allclose(outputs.mean(tuple(axes)), 0, atol=1e-9)
    np.testing.assert_allclose(outputs.std(tuple(axes)), 1, rtol=1e-6)


@pytest.mark.parametrize("groups, axis", [(1, -1), (2, -1), (6, -1), (2, 1)])
def test_group_normalization_has_its_slope(groups, axis):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(3, 4, 1, 6))
    channels = inputs.shape[axis]
    arrays = [inputs, rng.normal(size=channels), rng.normal(size=channels)]

    def forward(inputs, scale, offset):
        return ops.group_normalization_forward(inputs, groups, scale, offset, axis)

    check_gradients(forward, ops.group_normalization_backward, arrays)


def test_one_group_of_group_normalization_is_layer_normalization_over_all_axes():
    inputs = np.random.default_rng(0).normal(size=(3, 4, 5, 6))
    np.testing.assert_allclose(
        ops.group_normalization(inputs, 1), ops.layer_normalization(inputs, axis=(1, 2, 3))
    )


def test_bad_input_of_layer_and_group_normalization():
    inputs = np.ones((2, 3, 4))
    with pytest.raises(ValueError, match=r"layer_normalization: scale must have shape \(4,\)"):
        ops.layer_normalization(inputs, np.ones(3))
    with pytest.raises(ValueError, match="group_normalization: groups must divide the channels"):
        ops.group_normalization(inputs, 3)


def test_many_examples_in_blocks_are_those_of_the_formula():
    """More than one block, of rows that go side by side, and of an odd number that do not."""
    rng = np.random.default_rng(4)
    for count in (1 << 15, (1 << 15) + 1):
        inputs, grad = rng.normal(2, 3, size=(2, count, 16))
        outputs, cache = ops.batch_normalization_forward(inputs)
        deviation = np.sqrt(inputs.var(0) + 1e-3)
        normalized = (inputs - inputs.mean(0)) / deviation
        np.testing.assert_allclose(outputs, normalized, atol=1e-9)
        found, of_scale, of_offset = ops.batch_normalization_backward(grad, cache)
        np.testing.assert_allclose(of_scale, (grad * normalized).sum(0), rtol=1e-9)
        np.testing.assert_allclose(of_offset, grad.sum(0), rtol=1e-9)
        expected = grad - grad.mean(0) - normalized * (grad * normalized).mean(0)
        np.testing.assert_allclose(found, expected / deviation, atol=1e-9)


@pytest.mark.parametrize(
    ("count", "channels", "run", "short"),
    [(64 * 28 * 28, 16, 8192, 2048), (64 * 7 * 7, 64, 7168, 1792), (8191, 16, 16, 16)],
)
def test_numbers_are_scaled_in_long_runs_and_added_up_in_shorter_ones(
    count, channels, run, short, monkeypatch
):
    """The longest that come out even; 8,191 is a prime."""
    added, real = [], normalization._sums
    monkeypatch.setattr(normalization, "_sums", lambda rows: added.append(rows) or real(rows))
    inputs = np.random.default_rng(5).normal(size=(count, channels))
    outputs, cache = ops.batch_normalization_forward(inputs)
    ops.batch_normalization_backward(outputs, cache)
    assert cache.inputs.shape == (count * channels // run, run)
    assert {rows.shape[1] for rows in added} == {short}
    assert sum(rows.size for rows in added) == 2 * inputs.size  # forward and back


def test_no_examples_at_inference():
    outputs, cache = ops.batch_normalization_forward(np.zeros((0, 3)), np.zeros(3), np.ones(3))
    found = ops.batch_normalization_backward(outputs, cache)
    assert [array.shape for array in (outputs, *found)] == [(0, 3), (0, 3), (3,), (3,)]
