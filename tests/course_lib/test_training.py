"""Training: fit and its options, and what it reports."""

import re

import numpy as np
import pytest

from course_lib import Input, Model, Sequential, datasets, layers, losses, optimizers, utils
from course_lib.callbacks import Callback
from course_lib.training import steps
from tests.examples import blobs, classifier


def test_fit_learns_and_reports():
    model = classifier()
    x, y = blobs()
    history = model.fit(x, y, epochs=30, batch_size=16, validation_data=(x, y), verbose=0)
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert history.epoch == list(range(30)) and model.history is history
    assert history.history["loss"][0] > 2 * history.history["loss"][-1]
    assert history.history["val_accuracy"][-1] > 0.95
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert [loss, accuracy] == [history.history[f"val_{k}"][-1] for k in ("loss", "accuracy")]
    assert model.evaluate(x, y, verbose=0, return_dict=True) == {"loss": loss, "accuracy": accuracy}
    guesses = model.predict(x, verbose=0).argmax(-1)
    assert accuracy == pytest.approx((guesses == y).mean())


def test_training_that_changes_nothing_is_told():
    model = classifier()
    model.trainable = False
    x, y = blobs(20)
    with pytest.warns(UserWarning, match="no weight is trainable, so training changes nothing"):
        model.fit(x, y, verbose=0)


def test_a_model_without_weights_is_not_told_to_thaw_one():
    for body, frozen in ((layers.Flatten(), False), (layers.Dense(1, trainable=False), True)):
        model = Sequential([Input(shape=(1,)), body])
        model.compile("sgd", "mse")
        with pytest.warns(UserWarning, match="training changes nothing") as warned:
            model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
        assert ("thaws" in str(warned[0].message)) is frozen


def test_fit_learns_real_digits():
    (x, y), _ = datasets.mnist.load_sample()
    x, y = x[:600, ..., None].astype(np.float32) / 255, y[:600]
    utils.set_random_seed(2)
    model = Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(8, 5, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=4, batch_size=32, verbose=0)
    assert history.history["accuracy"][-1] > 0.8


def test_same_seed_same_run_other_seed_other_run():
    x, y = blobs()
    runs = [
        classifier(dropout=0.3, seed=seed).fit(x, y, epochs=2, verbose=0).history["loss"]
        for seed in (5, 5, 6)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_validation_split_takes_the_last_examples_before_shuffling():
    x, y = blobs(100)
    seen = []

    class Spy(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.evaluate(x[80:], y[80:], verbose=0)[0])

    history = classifier().fit(x, y, validation_split=0.2, epochs=2, verbose=0, callbacks=[Spy()])
    assert history.history["val_loss"] == seen


def test_order_of_examples(monkeypatch):
    model = classifier()
    x, y = blobs(50)
    batches = []
    real = steps.batch_gradients
    monkeypatch.setattr(
        steps, "batch_gradients", lambda m, bx, by, *a: batches.append(bx) or real(m, bx, by, *a)
    )
    model.fit(x, y, batch_size=20, shuffle=False, verbose=0)
    np.testing.assert_array_equal(np.concatenate(batches), x)
    assert [len(b) for b in batches] == [20, 20, 10]
    batches.clear()
    model.fit(x, y, batch_size=20, epochs=2, verbose=0)
    first, second = np.concatenate(batches[:3]), np.concatenate(batches[3:])
    assert not np.array_equal(first, x) and not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first, axis=0), np.sort(x, axis=0))


def test_callbacks_are_called_in_order_and_can_stop():
    calls = []

    class Recorder(Callback):
        def on_train_begin(self, logs=None):
            calls.append("begin")

        def on_epoch_begin(self, epoch, logs=None):
            calls.append(f"epoch {epoch}")

        def on_train_batch_end(self, batch, logs=None):
            calls.append(f"batch {batch} {sorted(logs)}")

        def on_epoch_end(self, epoch, logs=None):
            calls.append(f"end {epoch}")
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs=None):
            calls.append("done")

        def close(self):
            calls.append("close")

    x, y = blobs(40)
    classifier().fit(x, y, epochs=5, batch_size=20, verbose=0, callbacks=Recorder())
    batch = [f"batch {i} ['accuracy', 'loss']" for i in (0, 1)]
    assert calls == [
        "begin", "epoch 0", *batch, "end 0", "epoch 1", *batch, "end 1", "done", "close"
    ]  # fmt: skip


def test_interrupted_training_closes_the_bar_and_keeps_the_weights_finite(capsys):
    class Interrupt(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    model = classifier()
    x, y = blobs(90)
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=2, batch_size=10, callbacks=[Interrupt()])
    from tqdm import tqdm

    assert not list(tqdm._instances)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    model.fit(x, y, verbose=0)


def test_threads_are_one_while_computing_and_as_found_afterwards(monkeypatch):
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    seen = []
    real = steps.gradients
    monkeypatch.setattr(steps, "gradients", lambda *a: seen.append(threads()) or real(*a))
    model, (x, y) = classifier(), blobs(20)
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        model.fit(x, y, verbose=0)
        model.predict(x, verbose=0)
        assert threads() == before
    assert {count for counts in seen for count in counts} == {1}


def test_verbose(capsys):
    model, (x, y) = classifier(), blobs()
    model.fit(x, y, verbose=0)
    model.evaluate(x, y)
    model.predict(x)
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err == ""
    model.fit(x, y, epochs=2, verbose=2)
    lines = capsys.readouterr().out.strip().split("\n")
    assert len(lines) == 2
    assert re.match(r"Epoch 2/2 - \d+\.\d s - loss: \d\.\d{4} - accuracy: \d\.\d{4}$", lines[1])
    model.fit(x, y, verbose=1)
    assert "Epoch 1/1: 100%" in capsys.readouterr().err


def test_frozen_layers_stay():
    model = classifier()
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(*blobs(), verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_frozen_base_with_a_new_head_learns():
    base = classifier()
    x, y = blobs()
    base.fit(x, y, epochs=10, verbose=0)
    features = Model(base.input, base.layers[0].output)
    features.trainable = False
    model = Sequential([features, layers.Dense(2, activation="softmax")])
    model.compile(optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = features.get_weights()
    model.fit(x, (y > 0) * 1, epochs=30, verbose=0)
    assert model.evaluate(x, (y > 0) * 1, verbose=0)[1] > 0.9
    np.testing.assert_array_equal(before[0], features.get_weights()[0])


def test_regression_and_binary_labels():
    utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    line = x @ np.array([1.0, -2.0, 0.5]) + 1
    model = Sequential([Input(shape=(3,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, line, epochs=60, verbose=0)  # labels (n,) for outputs (n, 1)
    assert history.history["loss"][-1] < 0.01 and "mae" in history.history
    model = Sequential([Input(shape=(3,)), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, line > 1, epochs=60, verbose=0)
    assert model.evaluate(x, line > 1, verbose=0)[1] > 0.9


def test_one_hot_labels_give_what_class_numbers_give():
    x, y = blobs()
    one, two = classifier(), classifier(loss="categorical_crossentropy")
    a = one.fit(x, y, epochs=2, shuffle=False, verbose=0).history
    b = two.fit(x, utils.to_categorical(y), epochs=2, shuffle=False, verbose=0).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-5)
    assert a["accuracy"] == b["accuracy"]


def test_labels_as_a_column_are_fine():
    x, y = blobs()
    model = classifier()
    assert model.evaluate(x, y[:, None], verbose=0) == model.evaluate(x, y, verbose=0)


def test_metrics_see_probabilities_though_the_loss_takes_logits():
    x, y = blobs()
    model = classifier(loss="categorical_crossentropy")
    model.compile("sgd", "categorical_crossentropy", metrics=["mae"])
    rows = utils.to_categorical(y)
    wanted = np.abs(model.predict(x, verbose=0) - rows).mean()
    assert model.evaluate(x, rows, verbose=0)[1] == pytest.approx(wanted, rel=1e-5)


def test_a_step_follows_the_mean_so_the_size_of_the_batch_does_not_scale_it():
    x, y = blobs(40)
    one, two = (classifier(optimizer="sgd") for _ in range(2))
    one.train_on_batch(x, y)
    two.train_on_batch(np.tile(x, (3, 1)), np.tile(y, 3))
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_loss_of_a_hopeless_prediction_is_exact():
    """Softmax gives 0 for the true class, whose logarithm would not be finite."""
    model = Sequential([Input(shape=(1,)), layers.Dense(2, activation="softmax")])
    model.set_weights([np.array([[300.0, -300.0]]), np.zeros(2)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert model.evaluate(np.ones((1, 1)), [1], verbose=0) == 600
    model.train_on_batch(np.ones((1, 1)), [1])
    np.testing.assert_allclose(model.get_weights()[0], [[299.99, -299.99]], rtol=1e-6)


def test_train_on_batch_reports_the_loss_before_the_step():
    model, (x, y) = classifier(), blobs()
    before = model.evaluate(x, y, verbose=0)
    assert model.train_on_batch(x, y) == pytest.approx(before, rel=1e-5)
    assert model.evaluate(x, y, verbose=0)[0] < before[0]
    assert sorted(model.train_on_batch(x, y, return_dict=True)) == ["accuracy", "loss"]


def test_training_an_unbuilt_model_builds_it():
    model = Sequential([layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert isinstance(model.evaluate(*blobs(), verbose=0), float)
    assert model.input_shape == (None, 5)


def test_batch_normalization_moves_while_fitting():
    norm = layers.BatchNormalization(momentum=0.9)
    model = Sequential([Input(shape=(5,)), norm, layers.Dense(3)])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = blobs()
    model.fit(x + 4, y, epochs=40, verbose=0)
    np.testing.assert_allclose(norm.moving_mean, (x + 4).mean(0), atol=0.3)


def test_sample_weights_multiply_the_losses_and_class_weights_stand_for_them():
    x, y = blobs(30)
    weights = np.where(y == 1, 3.0, 0.5)
    steps_of = []
    for options in ({"sample_weight": weights}, {"class_weight": {0: 0.5, 1: 3.0, 2: 0.5}}):
        model = classifier(optimizer="sgd")
        steps_of.append((model.train_on_batch(x, y, **options), model.get_weights()))
    assert steps_of[0][0] == steps_of[1][0]
    model = classifier(optimizer="sgd")
    each = [model.evaluate(x[i : i + 1], y[i : i + 1], verbose=0)[0] for i in range(30)]
    assert steps_of[0][0][0] == pytest.approx(np.mean(np.array(each) * weights), rel=1e-5)
    # Twice the weight on every example is twice the gradient.
    model.optimizer.learning_rate = 0.02
    model.train_on_batch(x, y, sample_weight=weights / 2)
    for one, two in zip(model.get_weights(), steps_of[0][1], strict=True):
        np.testing.assert_allclose(one, two, atol=1e-7)


def test_examples_of_weight_zero_do_not_count():
    x, y = blobs(40)
    weights = np.r_[np.ones(20), np.zeros(20)]
    half = classifier(optimizer="sgd")
    half.train_on_batch(x, y, sample_weight=weights)
    alone = classifier(optimizer=optimizers.SGD(0.005))  # the sum is over 20, the mean over 40
    alone.train_on_batch(x[:20], y[:20])
    for one, two in zip(half.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-7)


def test_weighted_metrics_count_by_weight_and_metrics_do_not():
    x, y = blobs(30)
    model = classifier()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"],
                  weighted_metrics=["accuracy"])  # fmt: skip
    right = model.predict(x, verbose=0).argmax(-1) == y
    weights = np.where(right, 1.0, 4.0)
    found = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    assert list(found) == ["loss", "accuracy", "weighted_accuracy"]
    assert found["accuracy"] == pytest.approx(right.mean())
    assert found["weighted_accuracy"] == pytest.approx(right.sum() / weights.sum())
    history = model.fit(x, y, validation_data=(x, y, weights), verbose=0).history
    assert history["val_accuracy"] != history["val_weighted_accuracy"]


@pytest.mark.parametrize("size", [1, 7, 30])
def test_a_validation_split_splits_the_weights_too(size):
    x, y = blobs(30)
    weights = np.arange(30.0)
    split, given = (
        classifier().fit(*a, batch_size=size, shuffle=False, verbose=0, **options).history
        for a, options in (
            ((x, y), {"sample_weight": weights, "validation_split": 0.5}),
            ((x[:15], y[:15]), {"sample_weight": weights[:15],
                                "validation_data": (x[15:], y[15:], weights[15:])}),
        )
    )  # fmt: skip
    assert split == given


def test_a_batch_by_itself():
    model, (x, y) = classifier(), blobs(20)
    assert model.test_on_batch(x, y) == model.evaluate(x, y, verbose=0)
    assert model.test_on_batch(x, y, return_dict=True).keys() == {"loss", "accuracy"}
    np.testing.assert_array_equal(model.predict_on_batch(x), model.predict(x, verbose=0))


def test_evaluate_and_predict_name_themselves_in_errors():
    model, (x, y) = classifier(), blobs(20)
    for name, arguments in (("evaluate", (x, y)), ("predict", (x,))):
        with pytest.raises(ValueError, match=f"{name}: batch_size must be a positive integer"):
            getattr(model, name)(*arguments, batch_size=0)


def test_the_weight_of_an_example_counts_at_all_of_its_places():
    model = Sequential([Input((4, 5)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 4, 5)), rng.integers(0, 3, (6, 4))
    weights = rng.uniform(0, 2, 6)
    outputs = model.predict(x, verbose=0)
    each = -np.log(np.take_along_axis(outputs, y[..., None], -1)[..., 0])
    right = (outputs.argmax(-1) == y).mean(1)
    loss, accuracy = model.evaluate(x, y, sample_weight=weights, verbose=0)
    assert loss == pytest.approx((each * weights[:, None]).mean(), rel=1e-5)
    assert accuracy == pytest.approx((right * weights).sum() / weights.sum(), rel=1e-5)


class Slope(layers.Layer):
    """One learned number, of the shape that it is made with."""

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = shape

    def create_weights(self, input_shape):
        self.add_weight("slope", self.shape, "ones")

    def forward(self, inputs, training=False, rng=None):
        return inputs * self.parameters["slope"], inputs

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        slope = self.parameters["slope"]
        return grad_outputs * slope, {
            "slope": (grad_outputs * cache).sum().reshape(slope.shape)[()]
        }


def test_a_weight_that_is_one_number_learns_like_a_row_of_one():
    x, found = np.linspace(-1, 1, 40, dtype=np.float32)[:, None], []
    for shape in ((), (1,)):
        layer = Slope(shape)
        model = Sequential([Input((1,)), layer])
        model.compile(optimizers.SGD(0.5), "mse")
        assert model.stop_training is False
        utils.set_random_seed(2)
        model.fit(x, 3 * x, batch_size=8, epochs=20, verbose=0)
        found.append(float(layer.parameters["slope"].sum()))
    assert found == [pytest.approx(3, abs=0.01)] * 2
    assert found[0] == pytest.approx(found[1], rel=1e-6)
