"""Penalties on weights: by hand, in training, and whoever does the work."""

import numpy as np
import pytest

from course_lib import Input, Sequential, layers, optimizers, regularizers, utils
from tests.examples import blobs, says

X, Y = blobs(40)
WEIGHTS = np.array([[0.5, -2.0], [0.0, 1.5]])


def model_with(optimizer="sgd", units=3, **penalties):
    utils.set_random_seed(2)
    model = Sequential([Input((5,)), layers.Dense(units, activation="softmax", **penalties)])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def test_penalties_by_hand():
    assert regularizers.L1(0.1)(WEIGHTS) == pytest.approx(0.4)
    assert regularizers.L2(0.1)(WEIGHTS) == pytest.approx(0.1 * (0.25 + 4 + 2.25))
    both = regularizers.L1L2(l1=0.1, l2=0.01)
    assert both(WEIGHTS) == pytest.approx(0.4 + 0.065)
    np.testing.assert_allclose(both.gradient(WEIGHTS), [[0.11, -0.14], [0, 0.13]])


@pytest.mark.parametrize(
    "name", ["l1", "l2", "l1l2", "l1_l2", regularizers.L2, regularizers.L1L2(0.1, 0.2)]
)
def test_gradient_is_the_slope_of_the_penalty(name):
    regularizer = regularizers.get(name)
    rng = np.random.default_rng(0)
    x, direction = rng.normal(size=(2, 4, 3)) + 3 * (rng.random((2, 4, 3)) > 0.5)
    step = 1e-6 * direction
    slope = (regularizer(x + step) - regularizer(x - step)) / 2e-6
    assert slope == pytest.approx((regularizer.gradient(x) * direction).sum(), rel=1e-6)


def test_a_step_follows_loss_and_penalty():
    plain, ours = model_with(), model_with(kernel_regularizer=regularizers.L2(0.1))
    kernel = ours.get_weights()[0]
    assert ours.losses == [pytest.approx(0.1 * (kernel**2).sum())]
    assert plain.losses == []
    before = plain.train_on_batch(X, Y), ours.train_on_batch(X, Y)
    assert before[1] - before[0] == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-5)
    pull = plain.get_weights()[0] - ours.get_weights()[0]
    np.testing.assert_allclose(pull, 0.01 * 0.2 * kernel, atol=1e-7)


def test_evaluate_counts_the_penalty_and_a_frozen_layer_has_none():
    model = model_with(kernel_regularizer="l2", bias_regularizer="l1")
    loss = model.evaluate(X, Y, verbose=0)
    assert len(model.losses) == 2
    model.layers[0].trainable = False
    assert model.losses == []
    kernel, bias = model.get_weights()
    penalty = 0.01 * (kernel**2).sum() + 0.01 * np.abs(bias).sum()
    assert loss - model.evaluate(X, Y, verbose=0) == pytest.approx(penalty, rel=1e-5)


def test_every_layer_with_weights_takes_them():
    model = Sequential(
        [
            Input((6, 6, 1)),
            layers.Conv2D(2, 3, kernel_regularizer="l2"),
            layers.BatchNormalization(gamma_regularizer="l1"),
            layers.Flatten(),
            layers.Dense(3, kernel_regularizer="l1_l2", name="head"),
        ]
    )
    assert [name.split("/")[1] for name in model.penalties] == ["kernel", "gamma", "kernel"]
    assert layers.Embedding(5, 3, embeddings_regularizer="l2").embeddings_regularizer.l2 == 0.01


@pytest.mark.parametrize("optimizer", ["adam", {"clipnorm": 0.1}, {"weight_decay": 0.1}])
def test_a_large_kernel_is_penalised_and_clipped_alike_by_one_worker_and_by_two(
    monkeypatch, optimizer
):
    from course_lib.training import shared_work

    monkeypatch.setattr(shared_work, "WORTH", 0)
    found = []
    for workers in (1, 2):
        monkeypatch.setitem(utils._settings, "workers", workers)
        utils.set_random_seed(1)
        made = optimizer if isinstance(optimizer, str) else optimizers.Adam(**optimizer)
        model = Sequential(
            [
                Input((600,)),
                layers.Dense(500, activation="relu", kernel_regularizer="l2"),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile(made, "sparse_categorical_crossentropy")
        x = np.random.default_rng(0).normal(size=(64, 600)).astype(np.float32)
        history = model.fit(x, np.arange(64) % 3, batch_size=8, epochs=1, verbose=0)
        found.append((history.history["loss"], model.get_weights()))
    assert found[0][0] == found[1][0]
    for one, two in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: layers.Dense(3, kernel_regularizer="l3"), "Unknown regularizer 'l3'. Known: l1, l2"
         ", l1l2, or an object such as regularizers.L2(0.001).", ValueError),
        (lambda: layers.Dense(3, kernel_regularizer=lambda w: 0), "has no gradient here. Make a "
         "subclass of regularizers.Regularizer", TypeError),
        (lambda: regularizers.L2(-1), "L2: l2 must be a number, 0 or more, got -1.", ValueError),
        (lambda: layers.Dense(3, activity_regularizer="l2"), "Keras has the argument "
         "activity_regularizer, this library has it not.", TypeError),
        (lambda: layers.Flatten(kernel_regularizer="l2"), "Flatten: unknown argument "
         "'kernel_regularizer'.", TypeError),
        (lambda: regularizers.Regularizer()(1), "Regularizer has no rule yet", NotImplementedError),
        (lambda: regularizers.Regularizer().gradient(1), "has no gradient yet: write gradient(self",
         NotImplementedError),
    ],
)  # fmt: skip
def test_refuses(make, text, kind):
    with says(text, kind):
        make()
