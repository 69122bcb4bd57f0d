"""How the MNIST program is judged. The engine stands in for Keras: it has its names."""

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank
from course_bank.authoring.notebook import _answer
from course_bank.core.question import CLOSE, FAR
from course_bank.topics.mnist import heldout_digits, rebuilding, verdicts
from course_lib.datasets import mnist
from course_lib.exercise import Numbers
from tests.released import key_of

ASSIGNMENT = "ps8-mnist-in-keras"


def variant_of(name, secret="a secret"):
    return key_of(ASSIGNMENT).graded_variant(name, "ada", secret)


def verdict(name, namespace, secret="a secret"):
    variant, values = variant_of(name, secret), {}
    exec(variant.question.probe(variant), {**namespace, "emit": values.update})
    return variant.question.grade(variant, values)


class Sheet:
    @staticmethod
    def numbers(name):
        return Numbers(key_of(ASSIGNMENT).variant(name, "ada").numbers)


def solved(name):
    """The names that the instructor's answer cell defines."""
    namespace = {"keras": keras, "np": np, "mnist": mnist, "sheet": Sheet}
    exec(_answer(bank[name]), namespace)
    return namespace


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


def test_arrays_that_are_missing():
    assert verdict("mnist-arrays", {}).misconception == "empty"
    assert verdict("mnist-arrays", {"x_train": 5, "x_test": "x"}).misconception == "empty"


# ---------------------------------------------------------------------------- model


def build(
    n, *, padding="valid", swapped=False, last="softmax", relu="relu", dropout=True, rate=None
):
    first, second = (n.second, n.first) if swapped else (n.first, n.second)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(first, n.kernel, padding=padding, activation=relu),
            layers.MaxPooling2D(2),
            layers.Conv2D(second, n.kernel, padding=padding, activation=relu),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            *([layers.Dropout(rate or n.rate)] if dropout else []),
            layers.Dense(10, activation=last),
        ]
    )


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
    for model in (None, 5, "a model"):
        assert verdict("mnist-model", {"model": model}).misconception == "empty"


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


# ---------------------------------------------------------------------------- predictions


@pytest.fixture
def a_model_that_reads_all(monkeypatch):
    """What is judged below is the answer; the model behind it is no matter."""
    monkeypatch.setattr(rebuilding, "readings", lambda values, images: [labels()])


def labels():
    return heldout_digits.draw(variant_of("mnist-predict").hidden)[1]


@pytest.mark.parametrize(
    ("answer", "credit", "misconception"),
    [
        (lambda x: labels(), 1.0, None),
        (lambda x: labels()[:, None].astype(np.float32), 1.0, None),
        (lambda x: labels().tolist(), 1.0, None),
        (lambda x: np.eye(10)[labels()], FAR, "no argmax"),
        (lambda x: labels() + 1, FAR, "counted from one"),
        (lambda x: np.eye(10)[labels()].argmax(0), 0.0, "wrong axis"),
        (lambda x: np.where(np.arange(200) < 140, labels(), -1), 0.5, None),
        (lambda x: np.where(np.arange(200) < 80, labels(), -1), 0.25, None),
        (lambda x: np.full(200, 3), 0.0, None),
        (lambda x: "all of them", 0.0, "form"),
        (lambda x: labels()[:50], 0.0, "form"),
        (lambda x: None, 0.0, "empty"),
    ],
)
def test_predictions(answer, credit, misconception, a_model_that_reads_all):
    found = verdict("mnist-predict", {"predict_digits": answer})
    assert (found.credit, found.misconception) == (credit, misconception)


@pytest.fixture(scope="module")
def trained():
    """A model of the own numbers, trained a little on some digits of the sample."""
    keras.utils.set_random_seed(1)
    (x, y), _ = mnist.load_sample()
    model = build(variant_of("mnist-model").n)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit((x / 255).astype("float32")[..., None], y, batch_size=32, epochs=2, verbose=0)
    return model


def reader(model, prepare=lambda x: x / 255):
    return lambda images: model.predict(prepare(images)[..., None], verbose=0).argmax(-1)


def test_predictions_come_from_the_model(trained):
    names = {"model": trained, "predict_digits": reader(trained)}
    assert verdict("mnist-predict", names).credit == 1
    table = {**names, "predict_digits": lambda images: labels()}  # whatever else has read them
    found = verdict("mnist-predict", table)
    assert (found.credit, found.misconception) == (0, "not the model's")
    fresh = build(variant_of("mnist-model").n)
    for model in (fresh, None, 5):
        found = verdict("mnist-predict", {**table, "model": model})
        assert found.credit == 0
        assert found.misconception in ("not the model's", "no model")


def test_other_preparations_and_a_missing_softmax_cost_their_own_task_only(trained):
    logits = build(variant_of("mnist-model").n, last=None)
    logits.set_weights(trained.get_weights())
    names = {"model": logits, "predict_digits": reader(logits)}
    assert verdict("mnist-predict", names).credit == 1
    raw = build(variant_of("mnist-model").n)
    weights = trained.get_weights()
    weights[0] = weights[0] / 255  # as if it had been trained on grey values from 0 to 255
    raw.set_weights(weights)
    names = {"model": raw, "predict_digits": reader(raw, lambda x: x.astype(float))}
    assert verdict("mnist-predict", names).credit == 1


def test_a_dense_network_is_no_cnn():
    layers = keras.layers
    flat = keras.Sequential(
        [keras.Input(shape=(28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")]
    )
    found = verdict("mnist-predict", {"model": flat, "predict_digits": lambda x: labels()})
    assert (found.credit, found.misconception) == (0, "no model")
    assert "it is no CNN" in found.message


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


class Conv2D:
    """A class with the name of a layer, and what the probe asks of one."""

    weights = ()

    def __init__(self, config):
        self.config = config

    def get_config(self):
        return self.config


class Lookalike:
    """Layers that are listed, and digits that come from elsewhere."""

    def __init__(self, model):
        self.layers, self._model = model.layers, model

    def get_weights(self):
        return self._model.get_weights()

    def predict(self, images, verbose=0):
        return np.eye(10)[np.zeros(len(images), int)]


def test_layers_that_hang_nowhere_are_no_model(trained):
    found = verdict("mnist-model", {"model": Lookalike(trained)})
    assert found.credit == 0
    assert "do not return what the model returns" in found.message
    fake = Lookalike(trained)
    fake.layers = [Conv2D({"filters": 8, "kernel_size": 3})]
    assert verdict("mnist-model", {"model": fake}).credit == 0
    names = {"model": fake, "predict_digits": lambda x: labels()}
    assert verdict("mnist-predict", names).credit == 0


def test_ten_numbers_are_called_probabilities_when_they_are():
    ten = np.eye(10)[labels()]
    for given, told in ((ten, "These are prob"), (9 * ten - 4, "These are ten numbers for each")):
        found = verdict("mnist-predict", {"predict_digits": lambda images, given=given: given})
        assert found.message.startswith(told)
        assert found.misconception == "no argmax"


def test_the_share_of_digits_read_is_told(a_model_that_reads_all):
    some = np.where(np.arange(heldout_digits.COUNT) < 100, labels(), 11)
    found = verdict("mnist-predict", {"predict_digits": lambda images: some})
    assert found.message.startswith("Of 200 digits that it has not seen, it reads 50 %; ")


def test_the_kernel_is_shown_images_and_no_labels():
    seen = []
    verdict("mnist-predict", {"predict_digits": lambda x: seen.append(x) or np.zeros(len(x))})
    assert seen[0].shape == (heldout_digits.COUNT, 28, 28)
    assert seen[0].dtype == np.uint8
    variant = variant_of("mnist-predict")
    source = variant.question.probe(variant)
    assert "labels" not in source
    assert str(labels().tolist()) not in source


def test_held_out_digits_are_not_in_the_sample():
    images, _ = heldout_digits._digits()
    (x_train, _), (x_test, _) = mnist.load_sample()
    known = {image.tobytes() for image in (*x_train, *x_test)}
    assert not [image for image in images if image.tobytes() in known]
    shown, _ = heldout_digits.draw("a seed")
    assert not [image for image in shown if image.tobytes() in known]


def test_held_out_digits_follow_from_the_seed():
    images, shown = heldout_digits.draw(1)
    again, shown_again = heldout_digits.draw(1)
    other, _ = heldout_digits.draw(2)
    assert np.array_equal(images, again)
    assert np.array_equal(shown, shown_again)
    assert not np.array_equal(images, other)
    assert np.bincount(shown).tolist() == [20] * 10
    assert not np.array_equal(shown, np.sort(shown))


def test_judges_survive_whatever_is_emitted():
    for name in ("mnist-arrays", "mnist-model", "mnist-compile", "mnist-predict"):
        for values in (None, {}, {"layers": 3}, {"layers": [["a"]]}, {"loss": 3}, {"x": 1}):
            assert bank[name].grade(variant_of(name), values).credit == 0
