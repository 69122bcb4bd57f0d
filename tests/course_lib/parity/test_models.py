"""Models beside Keras: losses step by step, batches, and the summary."""

import numpy as np
import pytest

import course_lib
from course_lib import datasets, keras_bridge, layers, losses, optimizers
from course_lib.training import steps

pytestmark = pytest.mark.keras


def keras_losses(model, batches):
    """Loss of each batch before its step."""
    found = []
    for x, y in batches:
        model.reset_metrics()
        found.append(float(model.train_on_batch(x, y, return_dict=True)["loss"]))
    return found


def lecture_model(lib, dropout=0.0, **extra):
    return lib.Sequential(
        [
            lib.Input(shape=(28, 28, 1)),
            lib.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            lib.layers.MaxPooling2D(pool_size=(2, 2)),
            lib.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            lib.layers.MaxPooling2D(pool_size=(2, 2)),
            lib.layers.Flatten(),
            lib.layers.Dropout(dropout),
            lib.layers.Dense(10, activation="softmax"),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("fusion", [True, False], ids=["fused", "plain"])
def test_a_hundred_steps_of_the_lecture_model_have_keras_losses(keras, fusion, monkeypatch):
    monkeypatch.setitem(course_lib.utils._settings, "fusion", fusion)
    (images, labels), _ = datasets.mnist.load_sample()
    images = images[..., None].astype(np.float32) / 255
    course_lib.utils.set_random_seed(1)
    ours = lecture_model(course_lib)
    theirs = keras_bridge.to_keras(ours)
    setting = {"loss": "sparse_categorical_crossentropy", "optimizer": "adam"}
    ours.compile(**setting)
    theirs.compile(**setting)
    order = np.random.default_rng(0).integers(0, len(images), (100, 40))
    batches = [(images[chosen], labels[chosen]) for chosen in order]
    mine = [ours.train_on_batch(x, y) for x, y in batches]
    wanted = keras_losses(theirs, batches)
    # Winograd's sums round otherwise than Keras' do, and a hundred steps make that larger.
    np.testing.assert_allclose(mine, wanted, atol=1e-3 if fusion else 1e-4)
    assert mine[0] > 2 and mine[-1] < 0.8  # it learned, so the comparison saw real steps


def small_model(lib):
    return lib.Sequential(
        [
            lib.Input(shape=(9, 8, 2)),
            lib.layers.Conv2D(6, 3, padding="same", use_bias=False),
            lib.layers.BatchNormalization(momentum=0.8),
            lib.layers.ReLU(),
            lib.layers.AveragePooling2D(2),
            lib.layers.GlobalMaxPooling2D(),
            lib.layers.Dense(3),
        ]
    )


@pytest.mark.parametrize(
    ("frozen", "numbers"), [(False, steps.MEETING_NUMBERS), (False, 1), (True, 1)],
    ids=["whole", "in parts that meet", "frozen"],
)  # fmt: skip
def test_batch_normalization_trains_as_in_keras(keras, monkeypatch, frozen, numbers):
    monkeypatch.setattr(steps, "MEETING_NUMBERS", numbers)
    rng = np.random.default_rng(3)
    ours = small_model(course_lib)
    ours.layers[1].trainable = not frozen
    size = 40 if numbers > 1 else 10 if frozen else 20
    assert steps.part_size(ours, 40) == size
    theirs = keras_bridge.to_keras(ours)
    ours.compile(
        optimizers.SGD(0.1),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    theirs.compile(
        keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    batches = [
        (rng.normal(size=(40, 9, 8, 2)).astype(np.float32) + 1, rng.integers(0, 3, 40))
        for _ in range(6)
    ]
    mine = [ours.train_on_batch(x, y)[0] for x, y in batches]
    np.testing.assert_allclose(mine, keras_losses(theirs, batches), atol=1e-4)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    x, y = batches[0]
    score = theirs.evaluate(x, y, verbose=0)
    assert ours.evaluate(x, y, verbose=0)[0] == pytest.approx(score, abs=1e-4)
    assert (ours.layers[1].moving_mean == 0).all() == frozen


def test_the_model_decides_on_training_for_all_of_its_layers(keras):
    """``layer(tensor, training=False)`` does not hold a layer back in Keras 3; freezing does."""
    inputs = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32) + 3
    for lib in (course_lib, keras):
        start = lib.Input(shape=(4,))
        norm = lib.layers.BatchNormalization()
        model = lib.Model(start, norm(start, training=False))
        model(inputs, training=True)
        moved = norm.get_weights()[2]
        assert (moved > 0).all()
        norm.trainable = False
        model(inputs, training=True)
        np.testing.assert_array_equal(norm.get_weights()[2], moved)


def test_fit_takes_the_batches_and_the_validation_split_of_keras(keras):
    """In given order, with a smaller last batch, the last quarter set aside."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(90, 5)).astype(np.float32), rng.integers(0, 3, 90)

    def make(lib):
        return lib.Sequential([lib.Input((5,)), lib.layers.Dense(3, activation="softmax")])

    ours = make(course_lib)
    theirs = keras_bridge.to_keras(ours)
    for model in (ours, theirs):
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    setting = {"batch_size": 16, "epochs": 3, "shuffle": False, "validation_split": 0.25}
    mine = ours.fit(x, y, verbose=0, **setting).history
    wanted = theirs.fit(x, y, verbose=0, **setting).history
    assert sorted(mine) == sorted(wanted)
    for name, values in wanted.items():
        np.testing.assert_allclose(mine[name], values, atol=1e-5)


def test_crossentropy_survives_probabilities_that_underflow(keras):
    """Keras finds the logits behind a softmax; so do we. Plain probabilities would be 0 here."""

    def make(lib):
        return lib.Sequential([lib.Input((1,)), lib.layers.Dense(2, activation="softmax")])

    ours = make(course_lib)
    ours.set_weights([np.array([[300.0, -300.0]]), np.zeros(2)])
    theirs = keras_bridge.to_keras(ours)
    for model in (ours, theirs):
        model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.ones((2, 1), np.float32), np.array([1, 0])
    assert ours.train_on_batch(x, y) == pytest.approx(keras_losses(theirs, [(x, y)])[0], rel=1e-6)
    np.testing.assert_allclose(ours.get_weights()[0], theirs.get_weights()[0], rtol=1e-6)


def test_summary_is_drawn_like_that_of_keras(keras):
    ours = lecture_model(course_lib, dropout=0.5)
    ours.add(layers.BatchNormalization(name="a_name_that_is_rather_long"))
    theirs = keras_bridge.to_keras(ours)
    drawn = {"ours": [], "theirs": []}
    ours.summary(print_fn=drawn["ours"].append)
    theirs.summary(print_fn=drawn["theirs"].append, line_length=76)
    text = {who: [s.rstrip() for s in "\n".join(lines).strip().split("\n")]
            for who, lines in drawn.items()}  # fmt: skip
    assert text["ours"] == text["theirs"]


def two_outputs(lib):
    start = lib.Input(shape=(6, 6, 2))
    x = lib.layers.Conv2D(3, 3, padding="same", activation="relu")(start)
    drawn = lib.layers.Conv2D(1, 1, activation="sigmoid", name="drawn")(x + x)
    pooled = lib.layers.GlobalAveragePooling2D()(x)
    return lib.Model(start, [lib.layers.Dense(3, "softmax", name="kind")(pooled), drawn])


def test_several_outputs_are_trained_as_in_keras(keras):
    rng = np.random.default_rng(5)
    ours = two_outputs(course_lib)
    theirs = keras_bridge.to_keras(ours)
    for model in (ours, theirs):
        model.compile(
            "sgd", ["sparse_categorical_crossentropy", "binary_crossentropy"],
            loss_weights=[2.0, 0.5],
        )  # fmt: skip
    batches = [
        (
            rng.normal(size=(20, 6, 6, 2)).astype(np.float32),
            [rng.integers(0, 3, 20), rng.integers(0, 2, (20, 6, 6, 1)).astype(np.float32)],
        )
        for _ in range(5)
    ]
    mine = [ours.train_on_batch(x, y, return_dict=True)["loss"] for x, y in batches]
    np.testing.assert_allclose(mine, keras_losses(theirs, batches), atol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    x, y = batches[0]
    wanted = theirs.evaluate(x, y, verbose=0, return_dict=True)
    found = ours.evaluate(x, y, verbose=0, return_dict=True)
    assert sorted(found) == sorted(wanted)
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value, abs=1e-5), name
