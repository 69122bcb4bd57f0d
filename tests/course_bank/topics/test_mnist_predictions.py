"""How the digits that the MNIST program reads are judged, and that its own model has read them."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

import course_lib as keras
from course_bank.core.question import FAR
from course_bank.topics.mnist import heldout_digits, rebuilding
from course_lib.datasets import mnist
from tests.course_bank.topics.mnist_program import build, emitted, variant_of, verdict


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


class AsKeras(Lookalike):
    """A model with Keras' way to be asked beside the engine's; it keeps which one was used."""

    def __init__(self, model, can_be_called=True):
        super().__init__(model)
        self.can_be_called, self.asked = can_be_called, []

    def get_compile_config(self):
        return {}

    def __call__(self, images, training):
        self.asked.append("call")
        if not self.can_be_called:
            raise TypeError("not this way")
        return self._model.predict(images, verbose=0)

    def predict(self, images, verbose=0):
        self.asked.append("predict")
        return self._model.predict(images, verbose=0)


def test_a_model_of_keras_is_asked_without_being_compiled_for_it(trained):
    for can_be_called, asked in ((True, ["call"]), (False, ["call", "predict"])):
        model = AsKeras(trained, can_be_called)
        assert verdict("mnist-model", {"model": model}).credit == 1
        assert model.asked == asked


JUDGED = """
import json, pickle, sys
from tests.course_bank.topics.mnist_program import variant_of

variants = {name: variant_of(name) for name in ("mnist-arrays", "mnist-model", "mnist-predict")}
for variant in variants.values():
    variant.question.prepare()
before = set(sys.modules)
for name, values in pickle.load(sys.stdin.buffer).items():
    assert variants[name].question.grade(variants[name], values).credit == 1, name
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_judging_imports_nothing_that_the_grader_has_not_prepared(trained):
    (x_train, _), (x_test, _) = mnist.load_sample()
    arrays = {"x_train": x_train, "x_test": x_test}
    names = {
        "mnist-arrays": {name: x[..., None] / 255 for name, x in arrays.items()},
        "mnist-model": {"model": trained},
        "mnist-predict": {"model": trained, "predict_digits": reader(trained)},
    }
    answers = {name: emitted(name, found) for name, found in names.items()}
    judged = subprocess.run(
        [sys.executable, "-c", JUDGED], input=pickle.dumps(answers), capture_output=True, check=True
    )
    assert json.loads(judged.stdout) == []


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
    assert not (images.flags.writeable or shown.flags.writeable)  # they are kept
    heldout_digits.draw.cache_clear()
    again, shown_again = heldout_digits.draw(1)
    other, _ = heldout_digits.draw(2)
    assert np.array_equal(images, again)
    assert np.array_equal(shown, shown_again)
    assert not np.array_equal(images, other)
    assert np.bincount(shown).tolist() == [20] * 10
    assert not np.array_equal(shown, np.sort(shown))
