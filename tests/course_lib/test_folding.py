"""Batch normalisation folded for prediction: same outputs, fewer steps, and when not."""

import numpy as np
import pytest

import course_lib
from course_lib import layers, utils
from course_lib.activations import ActivationFunction
from course_lib.training.folding import fold

X = np.random.default_rng(0).normal(size=(5, 9, 8, 4)).astype(np.float32)


def _learned(model, seed=1):
    """The model with moving averages and all other weights as after training."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in model.get_weights()])
    return model


def _sequential(*stack):
    return _learned(course_lib.Sequential([course_lib.Input(X.shape[1:]), *stack]))


def _kinds(model):
    return [type(step.layer).__name__ for step in fold(model).graph.steps]


@pytest.mark.parametrize(
    "conv",
    [
        lambda: layers.Conv2D(6, 3, use_bias=False),
        lambda: layers.Conv2D(6, 3, strides=2, padding="same", groups=2),
        lambda: layers.DepthwiseConv2D(3, use_bias=False),
        lambda: layers.DepthwiseConv2D((2, 3), depth_multiplier=3),
    ],
)
@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False}, {"epsilon": 0.1}])
def test_the_folded_convolution_gives_what_the_two_layers_give(conv, options):
    model = _sequential(conv(), layers.BatchNormalization(**options), layers.ReLU())
    assert _kinds(model) == [type(model.layers[0]).__name__]
    np.testing.assert_allclose(fold(model)(X), model(X), rtol=1e-5, atol=1e-5)


def test_a_relu_cuts_off_where_the_numbers_stand_also_above():
    model = _sequential(layers.Conv2D(6, 3), layers.BatchNormalization(), layers.ReLU(0.5))
    assert _kinds(model) == ["Conv2D"]
    outputs = fold(model)(X)
    assert outputs.max() == 0.5
    np.testing.assert_allclose(outputs, model(X), rtol=1e-5, atol=1e-5)
    leaky = layers.ReLU(negative_slope=0.2)
    assert _kinds(_sequential(layers.Conv2D(6, 3), layers.BatchNormalization(), leaky)) == [
        "Conv2D", "ReLU",
    ]  # fmt: skip


class OwnConv(layers.Conv2D):
    """A subclass may do something else in ``forward``."""


class OwnNorm(layers.BatchNormalization):
    """The same of a normalisation."""


class OwnReLU(layers.ReLU):
    """The same of an activation."""


def test_layers_of_ones_own_stay_as_they_are():
    conv, norm, relu = layers.Conv2D, layers.BatchNormalization, layers.ReLU
    assert _kinds(_sequential(OwnConv(6, 3), norm(), relu()))[:2] == ["OwnConv", norm.__name__]
    assert _kinds(_sequential(conv(6, 3), OwnNorm(), relu())) == ["Conv2D", "OwnNorm", "ReLU"]
    assert _kinds(_sequential(conv(6, 3), norm(), OwnReLU())) == ["Conv2D", "OwnReLU"]
    upside_down = ActivationFunction("linear", lambda x: (-x, None), None)
    model = _sequential(conv(6, 3, activation=upside_down), norm())
    assert _kinds(model) == ["Conv2D", "BatchNormalization"]


def test_a_relu_of_a_normalisation_that_others_read_stays():
    start = course_lib.Input(X.shape[1:])
    norm = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(start))
    model = _learned(course_lib.Model(start, layers.Add()([norm, layers.ReLU()(norm)])))
    assert _kinds(model) == ["Conv2D", "ReLU", "Add"]
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-5, atol=1e-5)


def test_predict_folds_unless_fusion_is_off(monkeypatch):
    model = _sequential(layers.Conv2D(6, 3), layers.BatchNormalization())
    calls = []
    forward = layers.BatchNormalization.forward
    monkeypatch.setattr(
        layers.BatchNormalization,
        "forward",
        lambda self, *rest, **more: calls.append(self) or forward(self, *rest, **more),
    )
    quick = model.predict(X, verbose=0)
    assert not calls
    utils.set_fusion(False)
    try:
        plain = model.predict(X, verbose=0)
    finally:
        utils.set_fusion(True)
    assert calls
    np.testing.assert_allclose(quick, plain, rtol=1e-5, atol=1e-5)


def test_the_model_keeps_its_layers_and_new_weights_count():
    model = _sequential(layers.Conv2D(6, 3), layers.BatchNormalization())
    before = model.predict(X, verbose=0)
    assert len(model.layers) == 2 and model.count_params() == 6 * 37 + 6 * 4
    _learned(model, seed=2)
    after = model.predict(X, verbose=0)
    np.testing.assert_allclose(after, model(X), rtol=1e-5, atol=1e-5)
    assert not np.allclose(before, after)


@pytest.mark.parametrize(
    "stack",
    [
        lambda: [layers.Conv2D(6, 3, activation="relu"), layers.BatchNormalization()],
        lambda: [layers.Conv2D(6, 3), layers.ReLU(), layers.BatchNormalization()],
        lambda: [layers.Conv2D(6, 3), layers.BatchNormalization(axis=1)],
        lambda: [layers.BatchNormalization(), layers.Conv2D(6, 3)],
    ],
)
def test_what_does_not_follow_a_bare_convolution_stays(stack):
    model = _sequential(*stack())
    assert fold(model) is model


def test_a_convolution_that_others_read_too_stays():
    start = course_lib.Input(X.shape[1:])
    conv = layers.Conv2D(4, 3, padding="same")(start)
    summed = layers.Add()([conv, layers.BatchNormalization()(conv)])
    branching = course_lib.Model(start, summed)
    assert fold(branching) is branching
    both = course_lib.Model(start, [conv, layers.BatchNormalization()(conv)])
    assert fold(both) is both


def test_a_model_inside_is_folded_too():
    inner = _sequential(layers.Conv2D(6, 3), layers.BatchNormalization())
    outer = _learned(course_lib.Sequential([inner, layers.GlobalAveragePooling2D()]))
    (step, _) = fold(outer).graph.steps
    assert [type(one.layer).__name__ for one in step.layer.graph.steps] == ["Conv2D"]
    np.testing.assert_allclose(outer.predict(X, verbose=0), outer(X), rtol=1e-5, atol=1e-5)


def test_training_normalises_by_the_batch():
    model = _sequential(layers.Conv2D(6, 3), layers.BatchNormalization(), layers.Flatten())
    model.compile("sgd", "mse")
    before = model.layers[1].moving_mean.copy()
    model.fit(X, np.zeros((5, 7 * 6 * 6)), verbose=0)
    assert not np.allclose(model.layers[1].moving_mean, before)
