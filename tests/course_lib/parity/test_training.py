"""Training beside Keras: callbacks, schedules, penalties, clipping and weights, epoch by epoch."""

import warnings

import numpy as np
import pytest

import course_lib
from course_lib import keras_bridge

pytestmark = pytest.mark.keras

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 6)).astype(np.float32)
Y = (X[:, 0] > 0.3).astype(int) + (X[:, 1] > 0)
WEIGHTS = RNG.uniform(0.2, 2, size=90)


def pair(keras, compiled, **penalties):
    """The same model in both libraries, compiled by ``compiled(lib)``."""
    course_lib.utils.set_random_seed(4)
    hidden = course_lib.layers.Dense(8, activation="tanh", **penalties)
    out = course_lib.layers.Dense(3, activation="softmax")
    ours = course_lib.Sequential([course_lib.Input((6,)), hidden, out])
    theirs = keras_bridge.to_keras(ours)
    for lib, model in ((course_lib, ours), (keras, theirs)):
        options = {"loss": "sparse_categorical_crossentropy", "optimizer": "sgd", **compiled(lib)}
        model.compile(**options)
    return ours, theirs


def agree(keras, compiled=lambda lib: {}, fitted=lambda lib: {}, penalties=None, epochs=4):
    """Fit both; the histories and the weights must be the same."""
    pairs = pair(keras, compiled, **(penalties or {}))
    histories = []
    for lib, model in zip((course_lib, keras), pairs, strict=True):
        options = {"epochs": epochs, "batch_size": 16, "shuffle": False, "verbose": 0}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            histories.append(model.fit(X, Y, **{**options, **fitted(lib)}).history)
    ours, theirs = histories
    assert sorted(ours) == sorted(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, atol=2e-5, err_msg=name)
    for a, b in zip(*(model.get_weights() for model in pairs), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    return ours


OPTIMIZERS = {
    "adamw": lambda o: o.AdamW(0.01, weight_decay=0.3),
    "decay": lambda o: o.SGD(0.05, momentum=0.9, weight_decay=0.1),
    "clipnorm": lambda o: o.SGD(0.5, clipnorm=0.05),
    "clipvalue": lambda o: o.Adam(0.01, clipvalue=0.01),
    "global_clipnorm": lambda o: o.SGD(0.5, global_clipnorm=0.1),
    "exponential": lambda o: o.SGD(o.schedules.ExponentialDecay(0.5, 7, 0.6)),
    "staircase": lambda o: o.SGD(o.schedules.ExponentialDecay(0.5, 7, 0.6, staircase=True)),
    "inverse": lambda o: o.SGD(o.schedules.InverseTimeDecay(0.5, 7, 0.6)),
    "piecewise": lambda o: o.SGD(o.schedules.PiecewiseConstantDecay([5, 9], [0.5, 0.2, 0.05])),
    "polynomial": lambda o: o.SGD(o.schedules.PolynomialDecay(0.5, 9, power=2.0)),
    "cycle": lambda o: o.SGD(o.schedules.PolynomialDecay(0.5, 9, cycle=True)),
    "cosine": lambda o: o.Adam(o.schedules.CosineDecay(0.05, 15, alpha=0.1)),
    "warm-up": lambda o: o.Adam(
        o.schedules.CosineDecay(0.001, 15, warmup_target=0.05, warmup_steps=6)
    ),
}


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizers_and_schedules(keras, case):
    agree(keras, lambda lib: {"optimizer": OPTIMIZERS[case](lib.optimizers)})


PENALTIES = {
    "l2": {"kernel_regularizer": "l2"},
    "l1": {"kernel_regularizer": "l1", "bias_regularizer": "l1"},
    "both": {"kernel_regularizer": course_lib.regularizers.L1L2(0.01, 0.02)},
}


@pytest.mark.parametrize("case", PENALTIES)
def test_penalties_are_in_the_loss_and_in_the_steps(keras, case):
    agree(keras, penalties=PENALTIES[case], fitted=lambda lib: {"validation_data": (X, Y)})


def test_regularizers_by_name_are_those_of_keras(keras):
    w = RNG.normal(size=(4, 5)).astype(np.float32)
    for name in ("l1", "l2", "L1L2"):
        mine, wanted = (lib.regularizers.get(name)(w) for lib in (course_lib, keras))
        assert mine == pytest.approx(float(wanted), rel=1e-5)


def test_weights_of_samples_and_classes(keras):
    def compiled(lib):
        return {"metrics": ["accuracy"], "weighted_metrics": ["accuracy", "mse"][:1]}

    agree(keras, compiled, lambda lib: {"sample_weight": WEIGHTS})
    agree(keras, compiled, lambda lib: {"class_weight": {0: 3.0, 2: 0.5}})
    agree(keras, compiled, lambda lib: {
        "sample_weight": WEIGHTS, "validation_split": 0.3, "validation_batch_size": 11,
        "validation_freq": 2,
    })  # fmt: skip
    agree(keras, compiled, lambda lib: {"validation_data": (X[:40], Y[:40], WEIGHTS[:40])})


CALLBACKS = {
    "stopping": lambda c: c.EarlyStopping(patience=2, min_delta=0.02, restore_best_weights=True),
    "stopping-up": lambda c: c.EarlyStopping("val_accuracy", patience=1, mode="auto"),
    "baseline": lambda c: c.EarlyStopping("loss", baseline=0.01, patience=3),
    "plateau": lambda c: c.ReduceLROnPlateau(factor=0.3, patience=1, min_delta=0.04, cooldown=1),
    "scheduler": lambda c: c.LearningRateScheduler(lambda epoch, rate: rate * 0.7),
}


@pytest.mark.parametrize("case", CALLBACKS)
def test_callbacks(keras, case):
    history = agree(
        keras,
        lambda lib: {"metrics": ["accuracy"], "optimizer": lib.optimizers.SGD(0.9)},
        lambda lib: {
            "callbacks": [CALLBACKS[case](lib.callbacks)],
            "validation_data": (X[:30], (Y[:30] + 1) % 3),
        },
        epochs=12,
    )
    if "stopping" in case:
        assert len(history["loss"]) < 12  # it stopped, so there was something to compare
    if case == "plateau":
        assert len(set(history["learning_rate"])) > 1


def test_the_moments_of_callbacks_and_a_keras_callback_in_our_fit(keras):
    from course_lib.callbacks.base import MOMENTS

    found = []
    for lib in (course_lib, keras):
        calls = []

        def note(moment, calls=calls):
            def hook(*place, logs=None):
                calls.append((moment, *(number for number in place if isinstance(number, int))))

            return hook

        spy = {moment: note(moment) for moment in MOMENTS}
        model = pair(keras, lambda lib: {})[lib is keras]
        own = lib.callbacks.LambdaCallback(**spy)
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[own], validation_data=(X, Y),
                  validation_batch_size=32)  # fmt: skip
        model.evaluate(X, Y, verbose=0, callbacks=[own])
        model.predict(X, verbose=0, callbacks=[own])
        found.append(calls)
    assert found[0] == found[1]
    stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10, mode="min")
    history = pair(keras, lambda lib: {})[0].fit(X, Y, epochs=9, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 2


METRICS = {
    "precision": lambda m: m.Precision(),
    "precision-top": lambda m: m.Precision(top_k=2),
    "precision-class": lambda m: m.Precision(class_id=1, thresholds=0.3),
    "recall": lambda m: m.Recall(thresholds=0.4),
    "f1": lambda m: m.F1Score(average="macro"),
    "f1-each": lambda m: m.F1Score(),
    "f1-weighted": lambda m: m.F1Score(average="weighted", threshold=0.4),
    "f1-micro": lambda m: m.F1Score(average="micro", threshold=0.4),
    "auc": lambda m: m.AUC(),
    "auc-few": lambda m: m.AUC(num_thresholds=11),
    "top": lambda m: m.TopKCategoricalAccuracy(k=2),
    "categorical": lambda m: m.CategoricalAccuracy(),
    "binary": lambda m: m.BinaryAccuracy(threshold=0.3),
    "equal": lambda m: m.Accuracy(),
    "mse": lambda m: m.MeanSquaredError(),
    "mae": lambda m: m.MeanAbsoluteError(),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", METRICS)
def test_metrics(keras, case, weighted):
    truth = np.eye(4)[RNG.integers(0, 4, 60)].astype(np.float32)
    scores = RNG.dirichlet(np.ones(4), 60).astype(np.float32)
    scores[:5] = truth[:5]
    weights = RNG.uniform(0.1, 3, 60).astype(np.float32)
    found = []
    for lib in (course_lib, keras):
        metric = METRICS[case](lib.metrics)
        for cut in (slice(0, 25), slice(25, 60)):
            own = {"sample_weight": weights[cut]} if weighted else {}
            metric.update_state(truth[cut], scores[cut], **own)
        found.append(np.asarray(metric.result()))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_sparse_top_k_and_accuracy_of_a_regression(keras):
    truth, scores = RNG.integers(0, 6, 50), RNG.normal(size=(50, 6)).astype(np.float32)
    mine, wanted = (
        float(lib.metrics.SparseTopKCategoricalAccuracy(k=3)(truth, scores))
        for lib in (course_lib, keras)
    )
    assert mine == pytest.approx(wanted)
    found = []
    for lib in (course_lib, keras):
        model = lib.Sequential([lib.Input((6,)), lib.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["accuracy"])
        found.append(model.evaluate(X, X.sum(1), verbose=0)[1])
    assert found == [0, 0]


def test_streams_of_keras_and_tensorflow(keras):
    """A tf.data.Dataset and a PyDataset, in our fit and in Keras'."""
    import tensorflow as tf

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, number):
            cut = slice(20 * number, 20 * number + 20)
            return X[cut], Y[cut]

    for make in (
        lambda: tf.data.Dataset.from_tensor_slices((X, Y, WEIGHTS)).batch(20),
        Batches,
    ):
        histories = []
        for model in pair(keras, lambda lib: {"metrics": ["accuracy"]}):
            histories.append(
                model.fit(make(), epochs=3, shuffle=False, verbose=0, validation_data=make(),
                          validation_steps=2).history
            )  # fmt: skip
            model.evaluate(make(), verbose=0)
        for name, values in histories[1].items():
            np.testing.assert_allclose(histories[0][name], values, atol=2e-5, err_msg=name)


@pytest.mark.parametrize("steps", [4, 6, 9])
def test_epochs_of_a_given_number_of_steps(keras, steps):
    agree(keras, fitted=lambda lib: {
        "steps_per_epoch": steps, "validation_data": (X, Y), "validation_steps": 2,
    })  # fmt: skip
