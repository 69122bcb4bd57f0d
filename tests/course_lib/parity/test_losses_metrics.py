"""Losses and metrics beside Keras."""

import numpy as np
import pytest

from course_lib import losses, metrics

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("kind", ["SparseCategorical", "Categorical", "Binary"])
def test_crossentropies(keras, kind, from_logits):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(6, 4)).astype(np.float32)
    if not from_logits:
        scores = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    truth = np.array([0, 3, 1, 1, 2, 0])
    truth = truth if kind == "SparseCategorical" else np.eye(4, dtype=np.float32)[truth]
    mine = getattr(losses, f"{kind}Crossentropy")(from_logits=from_logits)
    theirs = getattr(keras.losses, f"{kind}Crossentropy")(from_logits=from_logits)
    assert mine(truth, scores) == pytest.approx(float(theirs(truth, scores)), rel=1e-5)


def test_scores_that_do_not_add_up_to_one(keras):
    """Keras divides by the sum and then clips for rows; for class numbers it clips first."""
    import tensorflow as tf

    scores = np.array([[1, 0.5, -2], [0.2, 0.1, 3], [1e-9, 2, 1], [0.5, 0, 1.5]], np.float32)
    classes = np.array([1, 2, 0, 0])
    rows = np.eye(3, dtype=np.float32)[classes]
    for name, truth in (("SparseCategorical", classes), ("Categorical", rows)):
        mine, theirs = (getattr(m, f"{name}Crossentropy")() for m in (losses, keras.losses))
        assert mine(truth, scores) == pytest.approx(float(theirs(truth, scores)), rel=1e-5)
        cache = mine.forward(truth, scores)[1]
        x = tf.constant(scores)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = theirs(truth, x)
        wanted = tape.gradient(value, x).numpy()
        found = mine.backward(np.full(4, 0.25, np.float32), cache)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_label_smoothing_and_squares(keras):
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(4), size=6).astype(np.float32)
    truth = np.eye(4, dtype=np.float32)[[0, 3, 1, 1, 2, 0]]
    mine = losses.CategoricalCrossentropy(label_smoothing=0.1)(truth, scores)
    theirs = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)(truth, scores)
    assert mine == pytest.approx(float(theirs), rel=1e-5)
    theirs = keras.losses.MeanSquaredError()(truth, scores)
    assert losses.MeanSquaredError()(truth, scores) == pytest.approx(float(theirs), rel=1e-5)


def test_metrics(keras):
    rng = np.random.default_rng(0)
    scores = rng.random((20, 4)).astype(np.float32)
    numbers = rng.integers(0, 4, 20)
    for name, truth, outputs in [
        ("SparseCategoricalAccuracy", numbers, scores),
        ("CategoricalAccuracy", np.eye(4)[numbers], scores),
        ("BinaryAccuracy", (numbers > 1)[:, None] * 1.0, scores[:, :1]),
        ("MeanAbsoluteError", np.eye(4)[numbers], scores),
        ("MeanSquaredError", np.eye(4)[numbers], scores),
    ]:
        mine, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        for cut in (slice(0, 7), slice(7, 20)):
            mine.update_state(truth[cut], outputs[cut])
            theirs.update_state(truth[cut], outputs[cut])
        assert mine.result() == pytest.approx(float(theirs.result()), rel=1e-5)
        assert mine.name == theirs.name
