"""Public names: each there in a process that has imported nothing else, and missing ones told."""

import importlib
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

import course_lib
from course_lib import Input, Sequential, initializers, layers, losses, optimizers, unknown_names
from tests.examples import blobs, says

# What the library itself imports from others takes most of the time, so it is there already.
OTHERS = """
import contextlib, numpy
with contextlib.suppress(ImportError):
    import anywidget
"""
# One process forks for each name before it has imported anything of the library.
FRESH = """
import os, sys
failed = []
for line in sys.stdin.read().split():
    child = os.fork()
    if not child:
        try:
            import course_lib
            found = course_lib
            for part in line.split("."):
                found = getattr(found, part)
        except BaseException as error:
            print(line, repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)
"""


def public_names():
    """layers, layers.Conv2D, optimizers.schedules.CosineDecay, ...: the first of each module."""
    for name in course_lib.__all__:
        yield name
        module = getattr(course_lib, name)
        own = getattr(module, "__all__", ()) if inspect.ismodule(module) else ()
        yield from (f"{name}.{part}" for part in [*own][:4] + [*own][-2:])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_every_public_name_is_there_in_a_fresh_process():
    names = sorted({*public_names(), "initializers.HeNormal", "training.Trainer", "Sequential.fit",
                    "optimizers.schedules.CosineDecay"})  # fmt: skip
    assert len(names) > 80
    done = subprocess.run(
        [sys.executable, "-c", OTHERS + FRESH], input="\n".join(names),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ""


def test_the_check_of_fresh_names_can_fail():
    done = subprocess.run(
        [sys.executable, "-c", FRESH], input="layers.Nothing layers", capture_output=True, text=True
    )
    assert done.stdout.startswith("layers.Nothing AttributeError(")


@pytest.mark.parametrize(
    "name, text",
    [
        ("Layers", "The nearest name there is: course_lib.layers."),
        ("Conv2D", "It is course_lib.layers.Conv2D."),
        ("Adm", "The nearest name there is: course_lib.optimizers.Adam."),
        ("backend", "Keras has it, this library leaves it out: there is one backend, NumPy"),
        ("mixed_precision", 'this library leaves it out: a layer takes dtype="float32"'),
        ("questions", "This library has what a course on convolutional networks needs"),
    ],
)
def test_a_missing_name_is_told_with_what_there_is(name, text):
    with says(f"module 'course_lib' has no attribute {name!r}. ", AttributeError) as caught:
        getattr(course_lib, name)
    assert text in str(caught.value)


def module_of(path):
    return importlib.import_module(path)


@pytest.mark.parametrize(
    "module, name, text",
    [
        ("layers", "Masking", "Keras has it, this library leaves it out: every step of a sequence"),
        ("layers", "Conv2d", "The nearest name there is: course_lib.layers.Conv2D."),
        ("layers", "SGD", "It is course_lib.optimizers.SGD."),
        ("ops", "sum", "numpy.sum does it"),
        ("optimizers", "Adagrad", "needs of Keras; dir(course_lib.optimizers) lists it."),
        ("optimizers.schedules", "Cosine", "is: course_lib.optimizers.schedules.CosineDecay."),
    ],
)
def test_a_missing_name_of_a_module_is_told_too(module, name, text):
    path = f"course_lib.{module}"
    with says(f"module {path!r} has no attribute {name!r}. ", AttributeError) as caught:
        getattr(module_of(path), name)
    assert text in str(caught.value)


def test_every_module_of_keras_tells_of_missing_names():
    for name in unknown_names.MODULES:
        with pytest.raises(AttributeError, match=rf"dir\(course_lib.{name}\) lists it"):
            getattr(module_of(f"course_lib.{name}"), "nothing_like_it")  # noqa: B009


def test_what_is_left_out_is_not_here():
    assert not set(unknown_names.LEFT_OUT) & set(course_lib.__all__)
    for path, names in unknown_names.LEFT_OUT_WITHIN.items():
        assert not set(names) & set(module_of(path).__all__)


def test_initializers_are_refused_at_once_and_none_and_arrays_are_taken():
    for make in (
        lambda: layers.Dense(3, kernel_initializer="he_norml"),
        lambda: layers.Conv2D(3, 3, bias_initializer="he_norml"),
        lambda: layers.BatchNormalization(gamma_initializer="he_norml"),
    ):
        with says("Unknown initializer 'he_norml'. Do you mean 'he_normal'? Known: constant, "):
            make()
    with says(
        "must be a name, an initializer, an array or a function of a shape, got 3.", TypeError
    ):
        layers.Dense(3, kernel_initializer=3)
    kernel = np.arange(6.0).reshape(2, 3)
    layer = layers.Dense(3, kernel_initializer=kernel, bias_initializer=None)
    layer.build((None, 2))
    np.testing.assert_array_equal(layer.kernel, kernel)
    assert layer.bias.any() and isinstance(initializers.get(None), initializers.GlorotUniform)
    with says("the initializer of kernel must return shape (4, 3), got (2, 3)."):
        layers.Dense(3, kernel_initializer=kernel).build((None, 4))
    with says("Initializer has no rule yet: write __call__", NotImplementedError):
        initializers.Initializer()((2, 2))


def test_clipping_comes_after_the_division():
    loss = losses.CategoricalCrossentropy()
    assert loss(np.array([[0.0, 1, 0]]), np.array([[1, 0.5, -2]])) == pytest.approx(
        16.118, abs=1e-3
    )


def test_gradient_of_probabilities_that_do_not_add_up():
    rng = np.random.default_rng(1)
    truth = rng.dirichlet(np.ones(4), 3)
    scores, direction = rng.uniform(0.1, 2, (3, 4)), rng.normal(size=(3, 4))
    share = rng.normal(size=3)
    loss = losses.CategoricalCrossentropy()
    step = 1e-6 * direction
    up, down = (loss.forward(truth, scores + s)[0] for s in (step, -step))
    grad = loss.backward(share, loss.forward(truth, scores)[1])
    assert (grad * direction).sum() == pytest.approx(((up - down) * share).sum() / 2e-6, rel=1e-6)


X, Y = blobs(20)
DOUBTFUL = {
    "one unit": (1, "softmax", losses.SparseCategoricalCrossentropy(), "softmax over one unit is "
                 "always 1, and sparse_categorical_crossentropy over one class is always 0"),
    "one unit of any loss": (1, "softmax", losses.MeanSquaredError(), "softmax over one unit is alw"
                             "ays 1: the model's output has shape (None, 1). For yes or no use "),
    "one class": (1, None, losses.SparseCategoricalCrossentropy(from_logits=True), "over one class "
                  "is always 0: the model's output has shape (None, 1). For yes or no use Dense(1"),
    "logits": (3, "softmax", losses.SparseCategoricalCrossentropy(from_logits=True), "has from_logi"
               "ts=True, but the model ends in softmax, whose outputs are no logits."),
}  # fmt: skip


@pytest.mark.parametrize("case", DOUBTFUL)
def test_a_loss_that_can_hardly_be_meant_is_a_warning(case):
    units, activation, loss, text = DOUBTFUL[case]
    model = Sequential([Input((5,)), layers.Dense(units, activation=activation)])
    model.compile(optimizers.SGD(), loss)
    with pytest.warns(UserWarning) as caught:
        model.fit(X, Y % units, epochs=2, verbose=0)
    assert len(caught) == 1 and text in str(caught[0].message)


def test_a_forgotten_flatten_is_named():
    model = Sequential([Input((6, 6, 1)), layers.Conv2D(4, 3), layers.Dense(3, "softmax")])
    images = np.zeros((20, 6, 6, 1))
    rows = np.eye(3)[Y]
    for loss, labels in (
        ("sparse_categorical_crossentropy", Y),
        ("mse", Y),
        ("categorical_crossentropy", rows),
        ("mse", rows),
    ):
        model.compile("sgd", loss)
        with says("The model predicts at 4 x 4 places of each example: its output has shape (None, "
                  "4, 4, 3). For one prediction per example put a Flatten layer before the last "
                  "Dense."):  # fmt: skip
            model.fit(images, labels, verbose=0)


def test_a_batch_in_the_input_shape_is_named():
    with says("The input shape is that of one example, without the number of examples: "
              "Input(shape=(28, 28, 1))."):  # fmt: skip
        Sequential([Input((60000, 28, 28, 1)), layers.Conv2D(4, 3)])


def test_names_that_are_nearly_right():
    model = Sequential([Input((5,)), layers.Dense(3)])
    with says("Unknown optimizer 'adan'. Do you mean 'adam'? Known: adam"):
        model.compile("adan", "mse")
    with says("Unknown loss 'categorical_crossentrop'. Do you mean 'categorical_crossentropy'?"):
        model.compile("adam", "categorical_crossentrop")
    with says("a function has no gradient here. Make a subclass of losses.Loss"):
        model.compile("adam", lambda a, b: 0)
    with says("Loss is not complete: a loss needs forward(self", NotImplementedError):
        losses.Loss("mine").forward(0, 0)
