"""How the MNIST program is judged: its arrays, its model, what it is compiled with."""

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank
from course_bank.core.question import CLOSE
from course_bank.topics.mnist import verdicts
from course_lib.datasets import mnist
from tests.course_bank.topics.mnist_program import ASSIGNMENT, build, solved, variant_of, verdict
from tests.released import key_of

# ---------------------------------------------------------------------------- arrays


def test_the_solution_prepares_the_arrays():
    assert verdict("mnist-arrays", solved("mnist-arrays")).credit == 1


@pytest.mark.parametrize(
    ("change", "credit", "misconception"),
    [
        (lambda x: x[..., None] / 255, 1.0, None),
        (lambda x: x[..., None], CLOSE, "not scaled"),
        (lambda x: x / 255, CLOSE, "no channel axis"),
        (lambda x: x[..., None] / 255 / 255, CLOSE, "scaled twice"),
        (lambda x: x, 0.0, "as loaded"),
        (lambda x: x[:5, ..., None] / 255, 0.5, None),
    ],
)
def test_arrays(change, credit, misconception):
    (x_train, _), (x_test, _) = mnist.load_sample()
    found = verdict("mnist-arrays", {"x_train": change(x_train), "x_test": change(x_test)})
    assert (found.credit, found.misconception) == (credit, misconception)


def _with_a_one(shape, dtype="float32"):
    made = np.zeros(shape, dtype)
    made.flat[0] = 1
    return made


@pytest.mark.parametrize(
    "made",
    [
        _with_a_one,
        lambda shape: np.random.default_rng(1).random(shape),
        lambda shape: _with_a_one((5, *shape[1:])),
        lambda shape: _with_a_one(shape[:3]),
        lambda shape: _with_a_one(shape) * 255,
        np.zeros,
    ],
)
def test_arrays_of_other_values_are_no_images(made):
    arrays = {"x_train": made((2000, 28, 28, 1)), "x_test": made((1000, 28, 28, 1))}
    found = verdict("mnist-arrays", arrays)
    assert (found.credit, found.misconception) == (0, "other images")


def test_images_in_another_order_or_precision_are_the_same():
    (x_train, _), (x_test, _) = mnist.load_sample()
    mixed = np.random.default_rng(1).permutation(x_train)[..., None] / 255
    half = (x_test / 255).astype("float16")[..., None]
    assert verdict("mnist-arrays", {"x_train": mixed, "x_test": half}).credit == 1


def test_arrays_that_are_missing():
    assert verdict("mnist-arrays", {}).misconception == "empty"
    found = verdict("mnist-arrays", {"x_train": 5, "x_test": "x"})
    assert (found.credit, found.misconception) == (0, "form")
    assert found.message == "`x_train` must be an array, not a number."


# ---------------------------------------------------------------------------- model


@pytest.mark.parametrize(
    ("how", "credit", "misconception"),
    [
        ({}, 1.0, None),
        ({"padding": "same"}, 4 / 6, "same padding"),
        ({"swapped": True}, 4 / 6, "filters swapped"),
        ({"last": None}, 5 / 6, "no softmax"),
        ({"last": "sigmoid"}, 5 / 6, "sigmoid for softmax"),
        ({"relu": None}, 5 / 6, None),
        ({"dropout": False}, 4 / 6, "dropout left out"),
        ({"rate": 0.7}, 5 / 6, None),
    ],
)
def test_models(how, credit, misconception):
    n = variant_of("mnist-model").n
    found = verdict("mnist-model", {"model": build(n, **how)})
    assert (found.credit, found.misconception) == (pytest.approx(credit), misconception)


def test_a_layer_left_out_costs_itself_and_is_named():
    n, layers = variant_of("mnist-model").n, keras.layers
    found = verdict("mnist-model", {"model": build(n, dropout=False)})
    assert "Right: output shapes, parameter counts, ReLU" in found.message
    assert (
        "Not yet: the layers in their order (Dropout missing), the dropout rate." in found.message
    )
    other = keras.Sequential([keras.Input(shape=(28, 28, 1)), layers.Flatten(), layers.Dense(10)])
    found = verdict("mnist-model", {"model": other})
    assert (found.credit, found.misconception) == (0, None)


def test_the_solution_builds_the_model_of_the_own_numbers(capsys):
    assert verdict("mnist-model", solved("mnist-model")).credit == 1


def test_count_and_model_share_their_numbers():
    for student in map(str, range(100)):
        count = key_of(ASSIGNMENT).variant("mnist-count", student)
        model = key_of(ASSIGNMENT).variant("mnist-model", student)
        assert count.numbers == model.numbers
        assert count.answer == sum(row[2] for row in verdicts.layers(model.n))


def test_the_table_of_layers_is_the_engines():
    n = variant_of("mnist-model").n
    assert build(n).count_params() == verdicts.count(n)


def test_models_that_are_none():
    assert verdict("mnist-model", {"model": None}).misconception == "empty"
    for model, kind in ((5, "a number"), ("a model", "a text")):
        found = verdict("mnist-model", {"model": model})
        assert (found.credit, found.misconception) == (0, "form")
        assert found.message == f"`model` must be a model of layers, not {kind}."


@pytest.mark.parametrize("end", ["a name", "a layer", "an activation layer", "as a function"])
def test_activations_are_read_however_they_are_written(end):
    n, layers = variant_of("mnist-model").n, keras.layers
    dense = {
        "a name": [layers.Dense(10, activation="softmax")],
        "a layer": [layers.Dense(10), layers.Softmax()],
        "an activation layer": [layers.Dense(10), layers.Activation("softmax")],
        "as a function": [layers.Dense(10, activation=keras.activations.softmax)],
    }[end]
    model = keras.Sequential(
        [
            layers.Conv2D(n.first, n.kernel),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(n.second, n.kernel, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(n.rate),
            *dense,
        ]
    )  # without an Input: it is built when it is asked first
    found = verdict("mnist-model", {"model": model})
    assert found.credit == 1, found.message


# ---------------------------------------------------------------------------- compile


@pytest.mark.parametrize(
    ("optimizer", "loss", "credit", "misconception"),
    [
        ("adam", "sparse_categorical_crossentropy", 1.0, None),
        (keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(), 1.0, None),
        ("adam", "categorical_crossentropy", 2 / 3, "one-hot loss"),
        ("adam", "mean_squared_error", 2 / 3, "squared error"),
        ("sgd", "sparse_categorical_crossentropy", 2 / 3, "plain SGD"),
        ("sgd", "mean_squared_error", 1 / 3, None),
    ],
)
def test_compiled(optimizer, loss, credit, misconception):
    model = build(variant_of("mnist-model").n)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    found = verdict("mnist-compile", {"model": model})
    assert (found.credit, found.misconception) == (pytest.approx(credit), misconception)


def test_the_accuracy_was_asked_for():
    model = build(variant_of("mnist-model").n)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    found = verdict("mnist-compile", {"model": model})
    assert (found.credit, found.misconception) == (pytest.approx(2 / 3), "no accuracy")


class KerasModel:
    """What the probe asks of a model of Keras."""

    optimizer, loss = keras.optimizers.Adam(), "sparse_categorical_crossentropy"
    metrics_names = ("loss", "compile_metrics")

    def __init__(self, metrics):
        self._metrics = metrics

    def get_compile_config(self):
        return {"metrics": self._metrics}


@pytest.mark.parametrize(
    ("metrics", "credit"),
    [
        (["accuracy"], 1),
        ([{"class_name": "SparseCategoricalAccuracy", "config": {}}], 1),
        ({"dense": "acc"}, 1),
        (None, 2 / 3),
        (["mae"], 2 / 3),
        (["categorical_accuracy"], 2 / 3),
        (["binary_accuracy"], 2 / 3),
        (["sparse_categorical_accuracy"], 1),
    ],
)
def test_metrics_as_keras_keeps_them(metrics, credit):
    found = verdict("mnist-compile", {"model": KerasModel(metrics)})
    assert found.credit == pytest.approx(credit)


def test_a_model_that_was_not_compiled():
    model = build(variant_of("mnist-model").n)
    assert verdict("mnist-compile", {"model": model}).misconception == "empty"


def test_judges_survive_whatever_is_emitted():
    for name in ("mnist-arrays", "mnist-model", "mnist-compile", "mnist-predict"):
        for values in (None, {}, {"layers": 3}, {"layers": [["a"]]}, {"loss": 3}, {"x": 1}):
            assert bank[name].grade(variant_of(name), values).credit == 0
