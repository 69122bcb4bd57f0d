"""A normalisation that takes in the addition and the ReLU after it gives what the layers give."""

import numpy as np
import pytest

from course_lib import Input, Model, layers, losses
from course_lib.training import fusion, steps
from course_lib.training.fusion import fuse

RNG = np.random.default_rng(6)
DOUBLE = {"dtype": "float64"}


def convolved(x, filters, strides=1):
    options = {"strides": strides, "padding": "same", "use_bias": False, **DOUBLE}
    x = layers.Conv2D(filters, 3, **options)(x)
    return layers.BatchNormalization(**DOUBLE)(x)


def with_relu(x, y):
    return layers.ReLU(**DOUBLE)(convolved(x, 3))


def with_skip(x, y):
    return layers.Activation("relu", **DOUBLE)(layers.Add(**DOUBLE)([y, convolved(x, 3)]))


def with_normalised_skip(x, y):
    both = [convolved(x, 3, strides=2), convolved(y, 3, strides=2)]
    return layers.ReLU(**DOUBLE)(layers.Add(**DOUBLE)(both))


def without_relu(x, y):
    return layers.Add(**DOUBLE)([convolved(x, 3), y])


def channels_first(x, y):
    return layers.ReLU(**DOUBLE)(layers.BatchNormalization(axis=1, scale=False, **DOUBLE)(x + y))


def normalised_twice(x, y):
    norm, relu = layers.BatchNormalization(center=False, **DOUBLE), layers.ReLU(**DOUBLE)
    return relu(norm(convolved(relu(norm(x)), 3)))


def cut_off_above(x, y):
    return layers.ReLU(max_value=0.5, **DOUBLE)(convolved(x, 3))


def read_by_two(x, y):
    x = convolved(x, 3)
    return layers.ReLU(**DOUBLE)(x) + layers.Activation("tanh", **DOUBLE)(x)


def added_to_itself(x, y):
    x = layers.BatchNormalization(**DOUBLE)(x)
    return layers.Add(**DOUBLE)([x, x])


def three_at_a_time(x, y):
    return layers.Add(**DOUBLE)([convolved(x, 3), x, y])


def one_of_them_repeated(x, y):
    pooled = layers.GlobalAveragePooling2D(keepdims=True, **DOUBLE)(y)
    return layers.Add(**DOUBLE)([convolved(x, 3), pooled])


class OwnAdd(layers.Add):
    """A subclass may do something else in ``forward``."""


def added_by_ones_own(x, y):
    return OwnAdd(**DOUBLE)([convolved(x, 3), y])


def branching(body):
    """A model of two inputs whose branches ``body`` joins, its weights not those it began with."""
    x, y = (Input(shape=(6, 5, 3), **DOUBLE) for _ in "xy")
    joined = layers.GlobalAveragePooling2D(**DOUBLE)(body(x, y))
    model = Model([x, y], layers.Dense(4, activation="softmax", **DOUBLE)(joined))
    for weight in model.trainable_weights:
        weight += RNG.normal(size=weight.shape) * 0.3
    return model


def normalised_steps(model):
    return [step for step in model.steps if isinstance(step, fusion.NormAddReLU)]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    ("body", "fused_ones"),
    [
        (with_relu, 1), (with_skip, 1), (with_normalised_skip, 1), (without_relu, 1),
        (channels_first, 1), (normalised_twice, 2),
    ],
)  # fmt: skip
def test_a_normalisation_takes_in_what_follows(body, fused_ones, frozen):
    model = branching(body)
    for layer in model.layers:
        layer.trainable = not (frozen and isinstance(layer, layers.BatchNormalization))
    fused = fuse(model)
    assert len(normalised_steps(fused)) == fused_ones
    x, y = list(RNG.normal(size=(2, 7, 6, 5, 3))), RNG.integers(0, 4, 7)
    for training in (True, False):
        ours, theirs = (m.forward(x, training)[0] for m in (fused, model))
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    loss = losses.SparseCategoricalCrossentropy()
    plain, found = (steps.gradients(m, x, y, loss) for m in (model, fused))
    assert found.gradients.keys() == plain.gradients.keys()
    assert found.state.keys() == plain.state.keys() and bool(plain.state) != frozen
    for kind in ("gradients", "state"):
        for path, array in getattr(plain, kind).items():
            np.testing.assert_allclose(
                getattr(found, kind)[path], array, rtol=1e-8, atol=1e-10, err_msg=path
            )


@pytest.mark.parametrize(
    "body",
    [
        cut_off_above, read_by_two, added_to_itself, three_at_a_time, one_of_them_repeated,
        added_by_ones_own,
    ],
)  # fmt: skip
def test_a_normalisation_stands_alone_where_what_follows_is_something_else(body):
    model = branching(body)
    assert fuse(model) is model
