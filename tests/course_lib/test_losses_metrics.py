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
    (accuracy,) = metrics.for_compile(["accuracy"])
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    assert accuracy(np.array([1, 0, 0, 0]), scores) == 0.75
    accuracy.reset_state()
    assert accuracy(np.eye(2)[[1, 0, 0, 1]], scores) == 0.5
    accuracy.reset_state()
    assert accuracy(np.array([[1], [0]]), np.array([[0.4], [0.2]])) == 0.5
    assert accuracy.name == "accuracy" and metrics.for_compile(["acc"])[0].name == "acc"


def test_accuracy_by_itself_means_equality():
    scores = np.array([[0.1], [0.9], [1.0], [0.0]])
    assert metrics.Accuracy()(np.array([0, 1, 1, 1]), scores) == 0.25


def test_binary_accuracy_takes_labels_as_they_are():
    assert metrics.BinaryAccuracy()([0.8, 0.9, 0.2], [[0.9], [0.7], [0.1]]) == 0


def test_shares_of_yes_by_hand():
    """Says yes to the first, second and fourth; should say yes to the first, third and fourth."""
    scores, truth = [[0.9], [0.8], [0.4], [0.6]], [1, 0, 1, 1]
    assert metrics.Precision()(truth, scores) == pytest.approx(2 / 3)
    assert metrics.Recall()(truth, scores) == pytest.approx(2 / 3)
    assert metrics.Recall(thresholds=0.3)(truth, scores) == 1
    assert metrics.Precision(thresholds=0.7)(truth, scores) == 0.5
    weights = [1, 3, 1, 1]
    assert metrics.Precision()(truth, scores, weights) == pytest.approx(2 / 5)


def test_precision_is_a_share_over_all_batches_and_no_mean_of_shares():
    metric = metrics.Precision()
    metric.update_state([1, 1, 1], [[0.9], [0.9], [0.9]])
    metric.update_state([0], [[0.9]])
    assert metric.result() == 0.75


def test_area_under_the_curve_is_how_often_a_yes_is_above_a_no():
    scores, truth = np.array([[0.9], [0.3], [0.6], [0.1]]), np.array([1, 1, 0, 0])
    assert metrics.AUC()(truth, scores) == pytest.approx(3 / 4)


def test_top_k():
    scores = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    for k, wanted in ((1, 0.5), (2, 1.0), (3, 1.0)):
        assert metrics.SparseTopKCategoricalAccuracy(k)([1, 0], scores) == wanted
        assert metrics.TopKCategoricalAccuracy(k)(np.eye(3)[[1, 0]], scores) == wanted


def test_confusion_matrix_counts_rows_of_truth_and_columns_of_guesses():
    found = metrics.confusion_matrix([2, 0, 2, 2], [2, 1, 0, 2], num_classes=3)
    np.testing.assert_array_equal(found, [[0, 1, 0], [0, 0, 0], [1, 0, 2]])


def test_own_function_as_a_metric():
    metric = metrics.get(lambda t, p: np.abs(t - p).max(-1))
    assert metric(np.zeros((2, 3)), np.array([[1, 2, 3], [0, 0, 1]])) == 2


@pytest.mark.parametrize(
    "metric, truth, text",
    [
        ("categorical_accuracy", [1, 2], "categorical_accuracy: y must have shape (examples, 3), "
         "as the model's output, got shape (2,). These look like class numbers: take to_categori"
         "cal(y, 3), or the metric sparse_categorical_accuracy."),
        ("sparse_categorical_accuracy", np.eye(3)[:2], "These look one-hot: take y.argmax(-1), or "
         "the metric categorical_accuracy."),
        ("mae", [1, 2], "mae: y must have shape (examples, 3), as the model's output, got shape "
         "(2,). These look like class numbers: take to_categorical(y, 3)."),
        ("precision", [1, 2], "precision: y must have shape (examples, 3)"),
        ("sparse_top_k_categorical_accuracy", [1, 3], "class numbers from 0 to 2"),
    ],
)  # fmt: skip
def test_metrics_check_labels_as_losses_do(metric, truth, text):
    with says(text):
        metrics.get(metric)(truth, np.ones((2, 3)))


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: metrics.Precision(thresholds=[0.1, 0.5]), "Precision: thresholds must be one "
         "number, got [0.1, 0.5].", TypeError),
        (lambda: metrics.Recall(class_id=3)(np.eye(3), np.eye(3)), "recall: class_id must be below "
         "3, the number of outputs, got 3.", ValueError),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), "k must be a positive integer", ValueError),
        (lambda: metrics.AUC(curve="PR"), 'AUC: curve must be "ROC", the only one', ValueError),
        (lambda: metrics.F1Score(average="mean"), 'average must be "micro", "macro"', ValueError),
        (lambda: metrics.confusion_matrix([0], np.eye(2)), "y_pred must hold class numbers, shape "
         "(examples,), got shape (2, 2). Take y_pred.argmax(-1).", ValueError),
        (lambda: metrics.confusion_matrix([0, 1], [0]), "the same length, got 2 and 1", ValueError),
        (lambda: metrics.confusion_matrix([5], [0], 3), "from 0 to 2", ValueError),
        (lambda: metrics.Accuracy()([1, 2], [1]), "the same number of examples, got 2 and 1",
         ValueError),
        (lambda: metrics.Metric("mine").values(0, 0), "Metric has no rule yet",
         NotImplementedError),
    ],
)  # fmt: skip
def test_metrics_refuse(make, text, kind):
    with says(text, kind):
        make()


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
