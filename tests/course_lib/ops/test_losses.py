"""Losses: by hand, by gradient check, at the edges, and with labels that are none."""

import numpy as np
import pytest

from course_lib import ops
from tests.course_lib.ops.gradients import check_gradients


def losses(name):
    return getattr(ops, f"{name}_forward"), getattr(ops, f"{name}_backward")


def probabilities(rng, *shape):
    values = rng.random(shape) + 0.1
    return values / values.sum(-1, keepdims=True)


def test_crossentropy_is_minus_the_log_of_the_true_class():
    y_pred = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    expected = -np.log([0.2, 0.8])
    np.testing.assert_allclose(ops.sparse_categorical_crossentropy([1, 2], y_pred), expected)
    hot = ops.one_hot([1, 2], 3)
    np.testing.assert_allclose(ops.categorical_crossentropy(hot, y_pred), expected)
    logits = np.log(y_pred) + np.array([[3.0], [-1.0]])  # a constant per row changes nothing
    found = ops.sparse_categorical_crossentropy([1, 2], logits, from_logits=True)
    np.testing.assert_allclose(found, expected)


def test_mean_squared_error():
    found = ops.mean_squared_error([[1.0, 2.0], [0.0, 0.0]], [[1.0, 4.0], [3.0, 1.0]])
    np.testing.assert_allclose(found, [2, 5])


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4)])
def test_gradient_of_crossentropy(shape, from_logits):
    rng = np.random.default_rng(0)
    y_pred = rng.normal(size=shape) if from_logits else probabilities(rng, *shape)
    labels = rng.integers(0, 4, shape[:-1])
    soft = rng.random(shape)
    for name, truth in (
        ("sparse_categorical_crossentropy", labels),
        ("categorical_crossentropy", soft),
    ):
        forward, backward = losses(name)

        def of_predictions(y, forward=forward, truth=truth):
            return forward(truth, y, from_logits)

        check_gradients(of_predictions, backward, [y_pred])


def test_gradient_of_probabilities_that_do_not_sum_to_one():
    y_pred = np.random.default_rng(1).random((4, 3)) * 0.5 + 0.1
    forward, backward = losses("sparse_categorical_crossentropy")
    check_gradients(lambda y: forward([0, 1, 2, 0], y), backward, [y_pred])


def test_gradient_of_mean_squared_error():
    rng = np.random.default_rng(2)
    truth, y_pred = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
    forward, backward = losses("mean_squared_error")
    check_gradients(lambda y: forward(truth, y), backward, [y_pred])


def test_certain_and_wrong_stays_finite():
    forward, backward = losses("sparse_categorical_crossentropy")
    with np.errstate(all="raise", under="ignore"):
        loss, cache = forward([0], np.array([[0.0, 1.0]], np.float32))
        assert 16 < loss[0] < 16.2 and np.isfinite(backward(np.ones(1), cache)).all()
        loss, cache = forward([0], np.array([[-1e4, 1e4]], np.float32), from_logits=True)
        assert loss[0] == 2e4
        np.testing.assert_array_equal(backward(np.ones(1), cache), [[-1, 1]])


def test_labels_may_stand_in_a_column_and_be_whole_floats():
    y_pred = probabilities(np.random.default_rng(3), 4, 3)
    expected = ops.sparse_categorical_crossentropy([0, 1, 2, 1], y_pred)
    for labels in ([[0], [1], [2], [1]], [0.0, 1.0, 2.0, 1.0], np.array([0, 1, 2, 1], np.uint8)):
        np.testing.assert_array_equal(ops.sparse_categorical_crossentropy(labels, y_pred), expected)


def test_types():
    y_pred = probabilities(np.random.default_rng(4), 4, 3).astype(np.float32)
    truths = {
        "sparse_categorical_crossentropy": np.array([0, 1, 2, 1]),
        "categorical_crossentropy": np.eye(4, 3),
        "mean_squared_error": np.eye(4, 3, dtype=np.float32),
    }
    for name, truth in truths.items():
        forward, backward = losses(name)
        loss, cache = forward(truth, y_pred)
        assert loss.shape == (4,)
        gradient = backward(np.full(4, 0.25, np.float32), cache)
        assert (name, loss.dtype, gradient.dtype) == (name, np.float32, np.float32)


FOUR = np.full((4, 3), 1 / 3)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, np.nan, 1], FOUR),
            ValueError,
            "sparse_categorical_crossentropy: y_true must be integers, got nan.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, -1, 1], FOUR),
            ValueError,
            "y_true must lie in 0 to 2, got -1.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, 3, 1], FOUR),
            ValueError,
            "y_true must lie in 0 to 2, got 3.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, 0.5, 1], FOUR),
            ValueError,
            "y_true must be integers, got 0.5.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(["0", "1", "2", "1"], FOUR),
            TypeError,
            "y_true must be an array of integers, got text.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(np.eye(4, 3), FOUR),
            ValueError,
            "y_true must have shape (4,), one label per row of y_pred (4, 3), got (4, 3). "
            "These look one-hot: take y_true.argmax(-1), or use categorical_crossentropy.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy([0, 1, 2], FOUR),
            ValueError,
            "y_true must have shape (4,), one label per row of y_pred (4, 3), got (3,).",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(0, FOUR[0]),
            ValueError,
            "y_pred must have rank 2 or more (batch, ..., classes), got shape (3,). "
            "Add the batch axis: y_pred.reshape(1, 3).",
        ),
        (
            lambda: ops.categorical_crossentropy([0, 1, 2, 1], FOUR),
            ValueError,
            "categorical_crossentropy: y_true must have shape (4, 3), that of y_pred, got (4,). "
            "These look like class numbers: take one_hot(y_true, 3), or use "
            "sparse_categorical_crossentropy.",
        ),
        (
            lambda: ops.categorical_crossentropy(np.full((4, 3), np.nan), FOUR),
            ValueError,
            "y_true must hold numbers of 0 or more, got nan.",
        ),
        (
            lambda: ops.categorical_crossentropy(-np.eye(4, 3), FOUR),
            ValueError,
            "y_true must hold numbers of 0 or more, got -1.0.",
        ),
        (
            lambda: ops.mean_squared_error(FOUR[:3], FOUR),
            ValueError,
            "mean_squared_error: y_true must have shape (4, 3), that of y_pred, got (3, 3).",
        ),
        (
            lambda: ops.mean_squared_error(FOUR * np.nan, FOUR),
            ValueError,
            "mean_squared_error: y_true must hold finite numbers, got nan.",
        ),
        (
            lambda: ops.mean_squared_error(1.0, 2.0),
            ValueError,
            "mean_squared_error: y_pred must be an array, got a single number.",
        ),
        (
            lambda: ops.mean_squared_error_backward(
                np.ones(3), ops.mean_squared_error_forward(FOUR, FOUR)[1]
            ),
            ValueError,
            "mean_squared_error_backward: grad_losses must have shape (4,), that of the losses",
        ),
        (
            lambda: ops.categorical_crossentropy_backward(
                np.ones(3), ops.categorical_crossentropy_forward(FOUR, FOUR)[1]
            ),
            ValueError,
            "categorical_crossentropy_backward: grad_losses must have shape (4,)",
        ),
    ],
)
def test_bad_input_is_named(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
