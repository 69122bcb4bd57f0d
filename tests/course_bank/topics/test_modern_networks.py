"""Residual blocks and costs from scratch, and heads on features that are judged outside."""

import functools

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank
from course_bank.authoring.notebook import _answer
from course_bank.core.question import FAR
from course_bank.topics.from_scratch import costs, residual_backward, residual_forward
from course_bank.topics.transfer import heads, heldout
from course_lib import costs as counts
from course_lib import layers
from course_lib.datasets import objects
from course_lib.exercise import Numbers
from course_lib.exercise.functions import check_function
from tests.released import key_of

ASSIGNMENT = "ps11-modern-networks"
FUNCTIONS = (
    "residual-forward",
    "residual-shortcut",
    "residual-backward",
    "residual-shortcut-backward",
    "separable-count",
)


def variant_of(name):
    return key_of(ASSIGNMENT).graded_variant(name, "ada", "a secret")


def verdict(name, names, variant=None):
    variant, values = variant or variant_of(name), {}
    exec(variant.question.probe(variant), {**names, "emit": values.update})
    return variant.question.grade(variant, values)


class Sheet:
    @staticmethod
    def numbers(name):
        return Numbers(key_of(ASSIGNMENT).variant(name, "ada").numbers)


@functools.cache
def solved(name):
    names = {"keras": keras, "layers": layers, "np": np, "objects": objects, "sheet": Sheet}
    exec(_answer(bank[name]), names)
    return names


# ---------------------------------------------------------------------------- functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_solution_is_right_on_every_drawing(name):
    function = solved(name)[bank[name].variable]
    for seed in range(200):
        numbers = bank[name].variant(seed).numbers
        assert check_function(numbers, function) is None, numbers
    for seed in range(10):
        variant = bank[name].variant(seed, hidden=seed)
        assert verdict(name, {bank[name].variable: function}, variant).credit == 1


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name in FUNCTIONS for wrong in bank[name].misconceptions]
)
def test_a_known_mistake_is_named_on_whatever_inputs(name, wrong):
    for seed in range(10):
        variant = bank[name].variant(seed, hidden=seed)
        found = verdict(name, {bank[name].variable: wrong.compute}, variant)
        assert found.misconception == wrong.name
        assert found.message == wrong.message
        assert wrong.credit <= found.credit < 1


def test_the_blocks_are_those_of_the_engines_layers():
    """The same weights in a graph of Conv2D, ReLU and Add."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 7, 3))
    first, second, skip = (rng.standard_normal(s) for s in ((3, 4), (4, 6), (3, 6)))
    start = keras.Input(x.shape)
    inner = layers.Conv2D(4, 1, strides=2, use_bias=False, activation="relu")(start)
    outer = layers.Conv2D(6, 1, use_bias=False)(inner)
    other = layers.Conv2D(6, 1, strides=2, use_bias=False)(start)
    model = keras.Model(start, layers.ReLU()(layers.Add()([outer, other])))
    kernels = {(3, 4): first, (4, 6): second, (3, 6): skip}
    model.set_weights([kernels[w.shape[2:]][None, None] for w in model.get_weights()])
    ours = residual_forward.halving_block(x, first, second, skip, 2)
    np.testing.assert_allclose(ours, model(x[None].astype(np.float32))[0], atol=1e-5)


def test_the_gradients_are_slopes():
    """Along a random direction, by a small step in each argument."""
    rng = np.random.default_rng(1)
    x, first, second = (rng.standard_normal(s) for s in ((3, 4, 2), (2, 3), (3, 2)))
    grad = rng.standard_normal((3, 4, 2))
    found = residual_backward.gradients(grad, x, first, second)
    for place, gradient in enumerate(found):
        step = rng.standard_normal(gradient.shape)
        values = []
        for size in (1e-6, -1e-6):
            moved = [x, first, second]
            moved[place] = moved[place] + size * step
            values.append(np.sum(grad * residual_forward.block(*moved)))
        assert (values[0] - values[1]) / 2e-6 == pytest.approx(np.sum(gradient * step), rel=1e-5)
    skip, grad = rng.standard_normal((2, 4)), rng.standard_normal((2, 2, 4))
    second = rng.standard_normal((3, 4))
    gradient = residual_backward.halving_gradient(grad, x, first, second, skip, 2)
    step = rng.standard_normal(x.shape)
    up, down = (
        np.sum(grad * residual_forward.halving_block(x + size * step, first, second, skip, 2))
        for size in (1e-6, -1e-6)
    )
    assert (up - down) / 2e-6 == pytest.approx(np.sum(gradient * step), rel=1e-5)


def test_the_counts_are_those_of_the_engines_layers():
    for seed in range(20):
        n = Numbers(bank["separable-count"].variant(seed).numbers)
        start = keras.Input((n.height, n.width, n.channels))
        x = layers.DepthwiseConv2D(n.kernel, n.strides, padding="same")(start)
        model = keras.Model(start, layers.Conv2D(n.filters, 1)(x))
        total = counts.total_cost(model)
        rows = [row for row in counts.layer_costs(model) if row.kind != "InputLayer"]
        assert costs.counted(n.height, n.width, n.channels, n.filters, n.kernel, n.strides) == (
            total.parameters,
            total.multiplications,
            sum(row.map_bytes for row in rows),
        )


def test_the_memory_of_a_block_is_that_of_the_engines_layers():
    for seed in range(20):
        variant = bank["cost-block-memory"].variant(seed)
        n = variant.n
        start = keras.Input((n.size, n.size, n.channels))
        x = layers.Conv2D(n.channels * n.times, 1)(start)
        x = layers.DepthwiseConv2D(3, 2, padding="same")(x)
        model = keras.Model(start, layers.Conv2D(n.channels, 1)(x))
        rows = [row for row in counts.layer_costs(model) if row.kind != "InputLayer"]
        assert variant.answer == n.batch * sum(row.map_bytes for row in rows)


# ---------------------------------------------------------------------------- photographs

TRANSFER = "photographs-transfer"


def few(variant=None):
    """(features, labels) of a student's twenty photographs."""
    features, labels = objects.load_features()
    places = (variant or variant_of(TRANSFER)).n.few
    return features[places], labels[places]


def said_by(function):
    return verdict(TRANSFER, {"name_photographs": function})


def dense(rate=0.5, epochs=100, scaled=True, layers_before=(), optimizer=None):
    """`name_photographs` of a head that was trained in one of many ways."""
    x, y = few()
    mean, scale = (x.mean(axis=0), x.std()) if scaled else (0.0, 1.0)
    keras.utils.set_random_seed(1)
    head = keras.Sequential([
        keras.Input((x.shape[1],)), *layers_before, layers.Dense(5, activation="softmax"),
    ])  # fmt: skip
    head.compile(optimizer or keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    head.fit((x - mean) / scale, y, batch_size=len(x), epochs=epochs, verbose=0)
    return lambda features: head.predict((features - mean) / scale, verbose=0).argmax(axis=-1)


def nearest_mean(features):
    x, y = few()
    means = np.stack([x[y == k].mean(axis=0) for k in range(5)])
    return np.linalg.norm(features[:, None] - means, axis=-1).argmin(axis=1)


def most_alike(features):
    x, y = few()
    unit, ours = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (features, x))
    return y[(unit @ ours.T).argmax(axis=1)]


def least_squares(features):
    x, y = few()
    mean = x.mean(axis=0)
    weights = np.linalg.lstsq(x - mean, np.eye(5)[y] - 0.2, rcond=None)[0]
    return ((features - mean) @ weights).argmax(axis=1)


def by_hand(features):
    """Softmax regression in NumPy."""
    x, y = few()
    mean, scale = x.mean(axis=0), x.std()
    x, weights = (x - mean) / scale, np.zeros((x.shape[1], 5))
    for _ in range(100):
        scores = np.exp(x @ weights - (x @ weights).max(axis=1, keepdims=True))
        weights -= 0.1 * x.T @ (scores / scores.sum(axis=1, keepdims=True) - np.eye(5)[y]) / len(x)
    return ((features - mean) / scale @ weights).argmax(axis=1)


RIGHT = {
    "the solution": lambda: solved(TRANSFER)["name_photographs"],
    "a column of classes": lambda: lambda f: nearest_mean(f)[:, None],
    "floats": lambda: lambda f: nearest_mean(f).astype(float),
    "a list": lambda: lambda f: nearest_mean(f).tolist(),
    "nearest mean": lambda: nearest_mean,
    "most alike": lambda: most_alike,
    "least squares": lambda: least_squares,
    "by hand": lambda: by_hand,
    "Adam": lambda: dense(optimizer=keras.optimizers.Adam(0.01)),
    "not scaled": lambda: dense(rate=0.05, scaled=False, epochs=200),
    "dropout": lambda: dense(layers_before=[layers.Dropout(0.3)]),
    "a hidden layer": lambda: dense(layers_before=[layers.Dense(32, activation="relu")], rate=0.1),
}


@pytest.mark.parametrize("how", RIGHT)
def test_any_head_that_names_them_is_right(how):
    found = said_by(RIGHT[how]())
    assert (found.credit, found.misconception) == (1, None), found.message
    assert found.message.startswith("Right. Of 36 photographs that it has not seen it names ")


WRONG = {
    # what it does: (function, credit, misconception, a part of the message)
    "one class": (lambda f: np.zeros(len(f), int), 0, "one answer", "one of the crawlers"),
    "scores": (lambda f: np.eye(5)[nearest_mean(f)], FAR, "no argmax", "np.argmax over the last"),
    "bad scores": (lambda f: np.eye(5)[nearest_mean(f) - 2], 0, "no argmax", "np.argmax"),
    "wrong axis": (
        lambda f: np.eye(5)[nearest_mean(f)].argmax(axis=0), 0, "wrong axis", "ran over the photo",
    ),
    "from one": (lambda f: nearest_mean(f) + 1, FAR, "counted from one", "counted from 0"),
    "scaled by what is asked": (
        lambda f: nearest_mean((f - f.mean(axis=0)) + few()[0].mean(axis=0)),
        None, "scaled by what is asked", "come from those of training",
    ),
    "labels shuffled": (lambda f: (nearest_mean(f) + 2) % 5, 0, None, "That is guessing"),
    "half right": (
        lambda f: np.where(nearest_mean(f) < 3, nearest_mean(f), 3), None, None, "at least 73 %",
    ),
    "words": (lambda f: ["fish"] * len(f), 0, "form", "One number of a class"),
    "one number": (lambda f: 3, 0, "form", "One number of a class"),
    "an error": (lambda f: f[10**6], 0, "error", "stops with an error: IndexError"),
    "nothing": (lambda f: None, 0, "empty", "Nothing to grade yet"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_wrong_heads_are_told_apart(how):
    function, credit, misconception, says = WRONG[how]
    found = said_by(function)
    assert found.misconception == misconception, found.message
    assert says in found.message, found.message
    assert found.credit < 1
    if credit is not None:
        assert found.credit == credit


def test_what_is_no_function():
    assert verdict(TRANSFER, {}).misconception == "empty"
    assert verdict(TRANSFER, {"name_photographs": 5}).misconception == "form"


def test_what_is_asked_lies_between_guessing_and_the_reference():
    assert len(heldout.reference()) >= 50
    assert min(heldout.reference()) > heldout.least() + 0.05
    assert heldout.least() > 3 / len(objects.CLASSES)


def test_200_drawings_have_photographs_of_every_class():
    _, labels = objects.load_features()
    drawn = set()
    for seed in range(200):
        places = bank[TRANSFER].variant(seed).n.few
        assert np.bincount(labels[places]).tolist() == [objects.EACH - 1] * len(objects.CLASSES)
        drawn.add(tuple(places))
    assert len(drawn) > 180


def test_the_photographs_that_are_asked_about_are_in_no_data_set():
    """Neither they nor their labels: the probe holds features alone, in an order of its own."""
    shipped, _ = objects.load_features()
    asked, labels = heldout.draw(1)
    distances = np.linalg.norm(asked.astype(np.float32)[:, None] - shipped, axis=-1)
    assert distances.min() > 1
    _, order = heldout.draw(2)
    assert order.tolist() != labels.tolist() and sorted(order) == sorted(labels)
    assert bytes(str(labels.tolist()), "ascii") not in heads.source(variant_of(TRANSFER)).encode()
    assert objects.load_pictures().shape == (25, 48, 48, 3)
