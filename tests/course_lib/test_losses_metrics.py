"""Losses and metrics by name, their gradients, and what they refuse; values beside Keras' are in
parity/."""

import re

import numpy as np
import pytest

from course_lib import losses, metrics
from tests.course_lib.ops.gradients import check_gradients

RNG = np.random.default_rng(0)
TRUTH = np.eye(4)[[2, 0, 3]]
LOSSES = {
    "sparse": (losses.SparseCategoricalCrossentropy(), np.array([2, 0, 3])),
    "rows": (losses.CategoricalCrossentropy(), TRUTH),
    "smoothed": (losses.CategoricalCrossentropy(label_smoothing=0.2), TRUTH),
    "binary": (losses.BinaryCrossentropy(), TRUTH),
    "squares": (losses.MeanSquaredError(), TRUTH),
}


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("case", LOSSES)
def test_gradients(case, from_logits):
    loss, truth = LOSSES[case]
    outputs = RNG.normal(size=(3, 4)) if from_logits else RNG.dirichlet(10 * np.ones(4), size=3)
    check_gradients(
        lambda y: loss.forward(truth, y, from_logits), loss.backward, [outputs], tolerance=1e-5
    )


def test_logits_and_probabilities_give_one_loss():
    scores = RNG.normal(size=(3, 4))
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    for kind, truth in (
        (losses.SparseCategoricalCrossentropy, [2, 0, 3]),
        (losses.CategoricalCrossentropy, TRUTH),
    ):
        assert kind(from_logits=True)(truth, scores) == pytest.approx(kind()(truth, shares))
    logits = RNG.normal(size=(3, 4)) * 30
    binary = losses.BinaryCrossentropy(from_logits=True)
    assert np.isfinite(binary(TRUTH, logits * 100))


def test_label_smoothing_mixes_in_equal_shares():
    shares = RNG.dirichlet(np.ones(4), size=3)
    mixed = 0.8 * TRUTH + 0.2 / 4
    smooth = losses.CategoricalCrossentropy(label_smoothing=0.2)(TRUTH, shares)
    assert smooth == pytest.approx(losses.CategoricalCrossentropy()(mixed, shares))


def test_losses_by_name_class_function_and_object():
    for name in ("sparse_categorical_crossentropy", "mse", "binary_crossentropy"):
        assert isinstance(losses.get(name), losses.Loss)
    assert losses.get(losses.MeanSquaredError).name == "mean_squared_error"
    function = losses.sparse_categorical_crossentropy
    assert isinstance(losses.get(function), losses.SparseCategoricalCrossentropy)
    with says("Unknown loss None. Known: binary_crossentropy"):
        losses.get(None)


def test_accuracy_is_the_one_that_fits():
    accuracy = metrics.get("accuracy")
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    assert accuracy(np.array([1, 0, 0, 0]), scores) == 0.75
    accuracy.reset_state()
    assert accuracy(np.eye(2)[[1, 0, 0, 1]], scores) == 0.5
    accuracy.reset_state()
    assert accuracy(np.array([[1], [0]]), np.array([[0.4], [0.2]])) == 0.5
    assert accuracy.name == "accuracy" and metrics.get("acc").name == "acc"


def test_metric_is_a_mean_over_batches():
    metric = metrics.SparseCategoricalAccuracy()
    assert metric.result() == 0
    metric.update_state([0], [[1.0, 0.0]])
    metric.update_state([1, 1, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert metric.result() == 0.5


@pytest.mark.parametrize(
    "call, text, kind",
    [
        (lambda: losses.MeanSquaredError()(np.ones((3, 2)), np.ones((3, 4))),
         "mean_squared_error: y must have shape (examples, 4), as the model's output", ValueError),
        (lambda: losses.CategoricalCrossentropy(label_smoothing=2),
         "label_smoothing must be a number from 0 to 1, got 2", ValueError),
        (lambda: losses.BinaryCrossentropy()(np.full((3, 1), 2), np.ones((3, 1))),
         "binary_crossentropy: y must be from 0 to 1, got values from 2 to 2.", ValueError),
        (lambda: losses.SparseCategoricalCrossentropy()(["a", "b"], np.ones((2, 3))),
         "y must hold class numbers, got dtype <U1", TypeError),
        (lambda: metrics.get("f1"), "Unknown metric 'f1'. Known: acc", ValueError),
        (lambda: metrics.BinaryAccuracy(threshold=1), "threshold must be a number between 0 and 1",
         ValueError),
    ],
)  # fmt: skip
def test_refuses(call, text, kind):
    with says(text, kind):
        call()
