"""The gradients of a batch: of its parts and of the whole."""

import weakref

import numpy as np
import pytest

from course_lib import Input, Sequential, layers, losses, utils
from course_lib.training import steps
from tests.examples import blobs, classifier

RNG = np.random.default_rng(9)


def test_gradients_are_the_slope_of_the_loss_sum():
    utils.set_random_seed(0)
    model = Sequential(
        [
            Input(shape=(6, 6, 1)),
            layers.Conv2D(3, 3, activation="tanh", dtype="float64"),
            layers.BatchNormalization(dtype="float64"),
            layers.Flatten(dtype="float64"),
            layers.Dense(4, activation="softmax", dtype="float64"),
        ]
    )
    x, y = RNG.normal(size=(7, 6, 6, 1)), RNG.integers(0, 4, 7)
    for loss in (losses.SparseCategoricalCrossentropy(), losses.MeanSquaredError()):
        truth = y if loss.activation else np.eye(4)[y]
        part = steps.gradients(model, x, truth, loss)
        assert list(part.gradients) == list(model.trainable_parameters) and part.count == 7
        for name, array in model.parameters.items():
            direction = RNG.normal(size=array.shape)
            sums = []
            for step in (1e-6, -1e-6):
                array += step * direction
                sums.append(steps.gradients(model, x, truth, loss).loss_sum)
                array -= step * direction
            slope = (part.gradients[name] * direction).sum()
            assert slope == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=1e-4, abs=1e-6)


def test_what_a_layer_kept_is_let_go_when_its_way_back_is_done():
    class Kept:
        """What the way back needs."""

    kept, there = [], []

    class Watching(layers.Layer):
        def forward(self, inputs, training=False, rng=None):
            cache = Kept()
            kept.append(weakref.ref(cache))
            return inputs, cache

        def backward(self, grad_outputs, cache, need_input_gradient=True):
            there.append(sum(one() is not None for one in kept))
            return grad_outputs, {}

    watching = [Watching() for _ in range(3)]
    model = Sequential([Input(shape=(4,)), layers.Dense(4), *watching, layers.Dense(3)])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    part = steps.gradients(model, RNG.normal(size=(5, 4)), np.zeros(5, int), loss)
    assert there == [3, 2, 1] and len(part.gradients) == 4


def test_parts_add_up_to_the_whole_batch():
    model = classifier()
    x, y = blobs(100)
    loss = losses.SparseCategoricalCrossentropy()
    whole = steps.gradients(model, x, y, loss, model.trainer.metrics)
    parts = steps.batch_gradients(model, x, y, loss, model.trainer.metrics)
    assert steps.part_size(model, 100) == 25
    assert parts.count == whole.count == 100
    np.testing.assert_array_equal(parts.metric_sums, whole.metric_sums)
    assert parts.loss_sum == pytest.approx(whole.loss_sum, rel=1e-6)
    for name, gradient in whole.gradients.items():
        np.testing.assert_allclose(parts.gradients[name], gradient, atol=1e-4)


def test_parts_are_larger_where_examples_are_small_and_many():
    small, large = (
        Sequential([Input(shape=(side, side, 1)), layers.Conv2D(8, 3, padding="same")])
        for side in (32, 33)
    )
    assert steps._largest_map(small) == steps.SMALL_MAP < steps._largest_map(large)
    sizes = {batch: (steps.part_size(small, batch), steps.part_size(large, batch))
             for batch in (32, 127, 128, 1000)}  # fmt: skip
    assert sizes == {32: (8, 8), 127: (32, 32), 128: (64, 32), 1000: (64, 32)}


def test_gradients_change_nothing_in_the_model():
    model = Sequential([Input(shape=(5,)), layers.BatchNormalization(), layers.Dense(3)])
    before = model.get_weights()
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    part = steps.gradients(model, *blobs(8), loss)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(part.state) == 2  # what the step would make of the moving averages


def test_batch_normalization_sees_the_whole_batch(monkeypatch):
    model = Sequential([Input(shape=(5,)), layers.BatchNormalization(), layers.Dense(3)])
    sizes = []
    forward = layers.BatchNormalization.forward
    monkeypatch.setattr(
        layers.BatchNormalization,
        "forward",
        lambda self, x, *a: sizes.append(len(x)) or forward(self, x, *a),
    )
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    steps.batch_gradients(model, *blobs(100), loss)
    assert sizes == [100]
    model.layers[0].trainable = False
    steps.batch_gradients(model, *blobs(100), loss)
    assert sizes[1:] == [25, 25, 25, 25]


def test_dropout_differs_between_parts_and_repeats_with_the_seed():
    model = Sequential([Input(shape=(5,)), layers.Dropout(0.5), layers.Dense(3)])
    x, y = np.ones((64, 5), np.float32), np.zeros(64, int)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    one, two, other = (
        steps.batch_gradients(model, x, y, loss, seed=seed) for seed in ((1, 2), (1, 2), (1, 3))
    )
    assert one.loss_sum == two.loss_sum != other.loss_sum
    quarters = [
        steps.gradients(model, x[:16], y[:16], loss, rng=np.random.default_rng([1, 2, part]))
        for part in range(4)
    ]
    assert len({quarter.loss_sum for quarter in quarters}) == 4
    assert one.loss_sum == pytest.approx(sum(quarter.loss_sum for quarter in quarters))


def test_large_maps_are_predicted_in_smaller_parts(monkeypatch):
    model = Sequential([Input(shape=(6, 6, 1)), layers.Conv2D(4, 3, padding="same")])
    assert steps.inference_part(model) == steps.PART
    monkeypatch.setattr(steps, "PART_NUMBERS", 2 * 6 * 6 * 4)
    assert steps.inference_part(model) == 2
    x = np.random.default_rng(0).normal(size=(7, 6, 6, 1)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0), model(x), atol=1e-6)
    monkeypatch.setattr(steps, "PART_NUMBERS", 1)
    assert steps.inference_part(model) == 1
